/* SPDX-License-Identifier: MIT */
/*
 * Memory management at large: page references, totals, the steps of its start,
 * and what the tests use to bring it to rest.
 */
#ifndef MM_MM_H
#define MM_MM_H

#include <mm/mm_types.h>
#include <mm/page-flags.h>
#include <mm/mmzone.h>
#include <mm/gfp.h>

struct seq_file;

/** lowmem_page_address - kernel address of a page below highmem */
static __always_inline void *lowmem_page_address(const struct page *page)
{
	return __va(page_to_phys(page));
}

/**
 * get_page - take one more reference of an allocated page
 * @page: a page that the caller knows to be referenced; of a compound page any,
 *        the reference is then of the whole
 * Context: any.
 */
void get_page(struct page *page);

/**
 * put_page - drop a reference; the last one frees
 * @page: single page, or any page of a compound one
 *
 * The same mistakes as in __free_pages() are reported.
 *
 * Context: any.
 */
void put_page(struct page *page);

/*
 * struct sysinfo - totals, in pages (mem_unit is PAGE_SIZE)
 * @totalram: RAM given to the page allocator; @freeram: free, per-CPU lists not counted
 * @totalhigh, @freehigh: of it, highmem
 */
struct sysinfo {
	unsigned long totalram;
	unsigned long freeram;
	unsigned long sharedram;
	unsigned long bufferram;
	unsigned long totalhigh;
	unsigned long freehigh;
	unsigned int mem_unit;
};

void si_meminfo(struct sysinfo *val);
/** nr_free_pages - pages in the buddy lists of all zones, per-CPU lists not counted */
unsigned long nr_free_pages(void);
/** totalram_pages - pages that were given to the page allocator */
unsigned long totalram_pages(void);

/* Views, in Linux's columns (/proc/buddyinfo, zoneinfo, meminfo, pagetypeinfo; debugfs
 * extfrag/unusable_index and extfrag_index). Context: process. */
void show_buddyinfo(struct seq_file *m);
void show_zoneinfo(struct seq_file *m);
void show_meminfo(struct seq_file *m);
void show_pagetypeinfo(struct seq_file *m);
void show_fragmentation(struct seq_file *m);

/**
 * unusable_free_index - what part of free memory is in blocks too small for a request?
 * @order: log2 pages of the request, below MAX_ORDER
 * Context: any. Return: thousandths; 1000 also when nothing is free.
 */
int unusable_free_index(const struct zone *zone, unsigned int order);

/**
 * fragmentation_index - would a request fail by fragmentation, or for want of memory?
 * @order: log2 pages of the request, below MAX_ORDER
 * Context: any. Return: towards 1000 it is fragmentation, towards 0 (or below) want of
 *          memory; -1000 when it would not fail.
 */
int fragmentation_index(const struct zone *zone, unsigned int order);

/**
 * show_mem - print all zones through printk: "Mem-Info:" of a failure report
 * Context: any.
 */
void show_mem(void);

/**
 * free_area_init - make mem_map, zones, zonelists, watermarks and per-CPU lists
 *
 * From memblock: mem_map is reserved in it as "mem_map". Every page starts out as
 * PageReserved; memblock_free_all() then hands over those that are free.
 *
 * Context: boot, after paging_init() and setup_per_cpu_areas(), before
 *          memblock_free_all(). Panics when mem_map does not fit.
 */
void free_area_init(void);

/**
 * init_per_zone_wmark_min - set what depends on how much memory was handed over
 *
 * Watermarks, lowmem reserves and the sizes of the per-CPU lists, of every zone.
 *
 * Context: boot, after memblock_free_all(), and whenever zones manage more or less.
 */
void init_per_zone_wmark_min(void);

/*
 * user_min_free_kbytes - KiB below the min watermarks, for who cannot wait; -1: by the size of memory
 *
 * min_free_kbytes= sets it, or who has no interrupt handlers that allocate; it counts at
 * the next init_per_zone_wmark_min().
 */
extern int user_min_free_kbytes;

/** mem_init_print_info - the line "Memory: available/present (...)". Context: boot, then. */
void mem_init_print_info(void);

/**
 * free_reserved_area - give boot memory to the page allocator
 * @start, @end: direct-map addresses, shrunk inward to whole pages
 * @poison: byte to fill it with, or -1
 * @name:   what it was, for the log; NULL for silence
 * Return: number of pages freed.
 */
unsigned long free_reserved_area(void *start, void *end, int poison, const char *name);

/* What .init memory is filled with: int3 to whoever still calls into it. */
#define POISON_FREE_INITMEM 0xcc

/** free_initmem - free the .init sections. Context: end of boot, process context. */
void free_initmem(void);

/**
 * mm_quiesce - bring memory management to rest
 *
 * Runs every registered shrinker (mm/shrinker.h) until none gives anything back and
 * drains the per-CPU lists, so that what is free is in the buddy lists, coalesced.
 * A test that compares free memory before and after calls it both times.
 *
 * Context: process context, may sleep.
 */
void mm_quiesce(void);

#endif
