/* SPDX-License-Identifier: MIT */
/*
 * Nodes, zones and what they keep of free memory.
 *
 * A zone is a range of page frames that are good for the same uses:
 *
 *   ZONE_DMA      below 16 MiB: ISA devices reach it
 *   ZONE_NORMAL   to the end of the direct map
 *   ZONE_HIGHMEM  above: has no kernel address until something maps it
 *
 * A request names the highest zone that will do and falls back to lower ones, never
 * to higher ones; the order is the node's zonelist. So that requests that would be
 * content with highmem do not eat the lower zones, each zone keeps lowmem_reserve[]
 * pages away from them.
 */
#ifndef MM_MMZONE_H
#define MM_MMZONE_H

#include <mm/mm_types.h>
#include <mm/numa.h>
#include <mm/page-flags.h>
#include <kernel/percpu.h>
#include <kernel/spinlock.h>
#include <arch/cpu.h>

/* Orders are 0 to MAX_ORDER - 1, as in Linux 6.1. */
#define MAX_ORDER          11
#define MAX_ORDER_NR_PAGES (1UL << (MAX_ORDER - 1))

/* Orders that per-CPU lists keep: 0 to this. */
#define PAGE_ALLOC_COSTLY_ORDER 3
#define NR_PCP_LISTS            (PAGE_ALLOC_COSTLY_ORDER + 1)

/* First physical byte that an ISA device cannot reach. */
#define MAX_DMA_ADDRESS_PHYS 0x1000000UL
#define MAX_DMA_PFN          (MAX_DMA_ADDRESS_PHYS >> PAGE_SHIFT)

typedef struct {
	unsigned long bits[1];
} nodemask_t;

enum zone_type { ZONE_DMA, ZONE_NORMAL, ZONE_HIGHMEM, MAX_NR_ZONES };

BUILD_BUG_ON(MAX_NR_ZONES - 1 > (PAGE_ZONE_MASK >> PAGE_ZONE_SHIFT));
BUILD_BUG_ON(MAX_ORDER - 1 > (PAGE_ORDER_MASK >> PAGE_ORDER_SHIFT));

/*
 * The two zone bits of a gfp_t as a number: neither, __GFP_DMA, __GFP_HIGHMEM, both.
 * What the allocator looks up for each request is kept by it.
 */
#define NR_GFP_ZONES 4

enum zone_watermarks { WMARK_MIN, WMARK_LOW, WMARK_HIGH, NR_WMARK };

struct free_area {
	struct list_head free_list;
	unsigned long nr_free; /* blocks */
};

/*
 * struct per_cpu_pages - blocks in front of the buddy, of one CPU and zone
 * @count: pages on all lists
 * @high:  above this many pages a batch goes back to the buddy
 * @batch: pages moved at a time
 * @lists: by order; hot at the head. Head pages have PagePcp.
 *
 * Of its CPU alone, with interrupts off.
 */
struct per_cpu_pages {
	unsigned int count;
	unsigned int high;
	unsigned int batch;
	struct list_head lists[NR_PCP_LISTS];
} ____cacheline_aligned; /* so that indexing by zone is a shift */

/*
 * struct zone
 * @_watermark:      pages; requests stop at low, then at min; see wmark_pages()
 * @fast_mark:       low watermark plus reserve, by the zone bits of the request; a
 *                   number no zone reaches while every request goes the slow way
 * @lowmem_reserve:  pages kept from requests that could use a higher zone, by that zone
 * @per_cpu_pageset: page lists in front of the buddy
 * @zone_pgdat:      its node
 * @zone_start_pfn, @spanned_pages: its range, holes included
 * @present_pages:   RAM in the range
 * @managed_pages:   RAM that the buddy allocator was given
 * @idx:             which zone it is
 * @lock:            guards what follows; interrupts off. A leaf.
 * @free_pages:      pages in free_area[]; those on per-CPU lists are not counted
 * @free_orders:     bit k is set when free_area[k] is not empty
 */
struct zone {
	unsigned long _watermark[NR_WMARK];
	unsigned long fast_mark[NR_GFP_ZONES];
	unsigned long lowmem_reserve[MAX_NR_ZONES];
	struct per_cpu_pages __percpu *per_cpu_pageset;
	struct pglist_data *zone_pgdat;
	unsigned long zone_start_pfn;
	unsigned long spanned_pages;
	unsigned long present_pages;
	unsigned long managed_pages;
	const char *name;
	enum zone_type idx;

	spinlock_t lock;
	unsigned long free_pages;
	unsigned long free_orders;
	struct free_area free_area[MAX_ORDER];
};

/* One entry of a zonelist; a NULL zone ends it. */
struct zoneref {
	struct zone *zone;
	enum zone_type zone_idx;
};

struct zonelist {
	struct zoneref _zonerefs[MAX_NR_ZONES + 1];
};

/*
 * struct pglist_data - a node: memory at one distance from the CPUs; here the only one
 * @node_zones:     all zones, empty ones included
 * @node_zonelist:  zones with memory, highest first
 * @preferred_zone: where a request begins, by its zone bits
 * @nr_zones:       zones up to the highest with memory
 */
typedef struct pglist_data {
	struct zone node_zones[MAX_NR_ZONES];
	struct zonelist node_zonelist;
	struct zone *preferred_zone[NR_GFP_ZONES];
	int nr_zones;
	int node_id;
	unsigned long node_start_pfn;
	unsigned long node_present_pages;
	unsigned long node_spanned_pages;
} pg_data_t;

extern struct pglist_data contig_page_data;

#define NODE_DATA(nid)          (&contig_page_data)
#define node_zonelist(nid, gfp) (&NODE_DATA(nid)->node_zonelist)
#define numa_node_id()          0
#define page_to_nid(page)       0

#define min_wmark_pages(z)  ((z)->_watermark[WMARK_MIN])
#define low_wmark_pages(z)  ((z)->_watermark[WMARK_LOW])
#define high_wmark_pages(z) ((z)->_watermark[WMARK_HIGH])
#define wmark_pages(z, i)   ((z)->_watermark[i])

#define for_each_zone(zone)                                                                        \
	for ((zone) = contig_page_data.node_zones;                                                 \
	     (zone) < contig_page_data.node_zones + MAX_NR_ZONES; (zone)++)
#define for_each_populated_zone(zone)                                                              \
	for_each_zone(zone)                                                                        \
		if (!(zone)->present_pages) {                                                      \
		} else

/* Walk the zones of @zlist that are not above @highidx, in order of preference. */
#define for_each_zone_zonelist(z, ref, zlist, highidx)                                             \
	for ((ref) = (zlist)->_zonerefs; ((z) = (ref)->zone) != NULL; (ref)++)                     \
		if ((ref)->zone_idx > (highidx)) {                                                 \
		} else

static __always_inline struct zone *page_zone(const struct page *page)
{
	return &contig_page_data.node_zones[page_zonenum(page)];
}

static __always_inline unsigned long zone_end_pfn(const struct zone *zone)
{
	return zone->zone_start_pfn + zone->spanned_pages;
}

static __always_inline bool zone_spans_pfn(const struct zone *zone, unsigned long pfn)
{
	return pfn - zone->zone_start_pfn < zone->spanned_pages;
}

static __always_inline bool populated_zone(const struct zone *zone)
{
	return zone->present_pages != 0;
}

static __always_inline bool is_highmem(const struct zone *zone)
{
	return zone->idx == ZONE_HIGHMEM;
}

/* The highest zone, and a power of two: no other zone's number has its bit. */
BUILD_BUG_ON(ZONE_HIGHMEM != MAX_NR_ZONES - 1 || (ZONE_HIGHMEM & (ZONE_HIGHMEM - 1)));

static __always_inline bool PageHighMem(const struct page *page)
{
	return page->flags & ((unsigned long)ZONE_HIGHMEM << PAGE_ZONE_SHIFT);
}

/**
 * zone_check - walk a zone's free lists and verify every invariant
 * @zone: any, also empty
 * Context: any; holds zone->lock with interrupts off for a time that grows with
 *          the number of free blocks.
 * Return: true when sound; what is wrong is printed.
 */
bool zone_check(struct zone *zone);

/** page_alloc_check - zone_check() of all zones, the per-CPU lists, and every page's state */
bool page_alloc_check(void);

#endif
