/* SPDX-License-Identifier: MIT */
/*
 * Virtually contiguous kernel memory: vmalloc(), and the areas under it that vmap()
 * and ioremap() use as well.
 *
 * An area is a range of the vmalloc space with an unmapped guard page behind it. What
 * it maps need not be contiguous, and may be high memory.
 */
#ifndef MM_VMALLOC_H
#define MM_VMALLOC_H

#include <kernel/lib/types.h>
#include <arch/mmu.h>
#include <mm/gfp.h>

struct seq_file;

/* vm_struct.flags, with Linux's values */
#define VM_IOREMAP       0x00000001UL /* ioremap() and its kin */
#define VM_ALLOC         0x00000002UL /* vmalloc() and its kin */
#define VM_MAP           0x00000004UL /* vmap() */
#define VM_USERMAP       0x00000008UL /* zeroed, may be mapped into a process */
#define VM_UNINITIALIZED 0x00000020UL /* still being made; its pages are not all there */

/*
 * struct vm_struct - what an area is used for
 * @addr:      its start
 * @size:      bytes, guard page included; see get_vm_area_size()
 * @flags:     VM_*
 * @pages:     of a VM_ALLOC area: its pages; the array is @inline_pages if it is short
 * @nr_pages:  how many
 * @phys_addr: of a VM_IOREMAP area: what it maps
 * @caller:    who made it, a return address
 */
struct vm_struct {
	void *addr;
	unsigned long size;
	unsigned long flags;
	struct page **pages;
	unsigned int nr_pages;
	phys_addr_t phys_addr;
	unsigned long caller;
	struct page *inline_pages[];
};

/** vmalloc_init - make the space ready. Context: boot, after kmem_cache_init(). */
void vmalloc_init(void);

/**
 * vfree - release memory of vmalloc() and its kin
 * @addr: what they returned; NULL is ignored
 *
 * Unmaps the range and frees its pages now, whoever else holds a reference to one
 * keeps that. The range itself is used again after the next flush of the TLB, which
 * many ranges share; see vm_unmap_aliases(). An address that no such call returned,
 * one that is free already, and one of vmap() or ioremap(), is a bug report.
 *
 * Context: any, also interrupt handlers. Takes vmap_area_lock.
 */
void vfree(const void *addr);

/**
 * vmalloc - allocate virtually contiguous kernel memory
 * @size: bytes wanted, rounded up to whole pages
 *
 * Backs the range with single pages, ZONE_HIGHMEM first, and leaves one unmapped
 * guard page behind it. The memory is not zeroed.
 *
 * Context: process context, may sleep. Takes vmap_area_lock.
 * Return: page-aligned address in [VMALLOC_START, VMALLOC_END), or NULL with a warning
 *         if @size is 0 or more than all memory, if no such range is free, or if pages
 *         or page tables ran out; the warning tells which. Release with vfree().
 */
void *vmalloc(unsigned long size) __must_check __malloc __dealloc(vfree, 1);

/** vzalloc - vmalloc() of zeroes */
void *vzalloc(unsigned long size) __must_check __malloc __dealloc(vfree, 1);

/** vmalloc_user - vzalloc() of memory that may be mapped into a process (VM_USERMAP) */
void *vmalloc_user(unsigned long size) __must_check __malloc __dealloc(vfree, 1);

/**
 * __vmalloc - vmalloc() with other flags
 * @gfp: must allow to sleep, as page tables may be needed; GFP_DMA: pages of ZONE_DMA
 *       alone, else high memory is used first; __GFP_ZERO clears; __GFP_NOWARN silences
 *       all warnings
 */
void *__vmalloc(unsigned long size, gfp_t gfp) __must_check __malloc __dealloc(vfree, 1);

/**
 * __vmalloc_node - __vmalloc() with all that can be said
 * @align:  bytes, a power of two up to PAGE_SIZE
 * @node:   where from, NUMA_NO_NODE or 0
 * @caller: address to be recorded as the caller's
 */
void *__vmalloc_node(unsigned long size, unsigned long align, gfp_t gfp, int node,
		     const void *caller) __must_check __malloc __dealloc(vfree, 1);

/**
 * vunmap - undo vmap()
 * @addr: what it returned; NULL is ignored
 *
 * The pages stay the caller's. Mistakes are reported as in vfree().
 *
 * Context: any but interrupt handlers, by Linux's rule.
 */
void vunmap(const void *addr);

/**
 * vmap - map pages side by side
 * @pages: array of @count pages, high or low; the caller keeps them until vunmap()
 * @count: how many
 * @flags: VM_MAP
 * @prot:  PAGE_KERNEL and others
 *
 * Context: process context, may sleep.
 * Return: address of the first, or NULL if @count is 0 or more than all memory, no range
 *         is free, or memory ran out. Release with vunmap().
 */
void *vmap(struct page **pages, unsigned int count, unsigned long flags,
	   pgprot_t prot) __must_check;

/**
 * vmalloc_to_page, vmalloc_to_pfn - what an address of the vmalloc space maps
 * @addr: any address in it
 *
 * Context: any, as long as the area lives.
 * Return: the page, or NULL if nothing is mapped there or it is no RAM that is
 *         described; the frame number, which must be mapped.
 */
struct page *vmalloc_to_page(const void *addr);
unsigned long vmalloc_to_pfn(const void *addr);

/** is_vmalloc_addr - does @x lie in the vmalloc space, whether in an area or not? */
static __always_inline bool is_vmalloc_addr(const void *x)
{
	return (unsigned long)x >= VMALLOC_START && (unsigned long)x < VMALLOC_END;
}

/*
 * Areas by themselves
 */

/** get_vm_area_size - bytes of an area without its guard page */
static inline unsigned long get_vm_area_size(const struct vm_struct *area)
{
	return area->size - PAGE_SIZE;
}

/**
 * get_vm_area - take a range of the vmalloc space, and map nothing there
 * @size:  bytes, rounded up to whole pages; a guard page is added
 * @flags: VM_*, for views and for checks when it is released
 *
 * Context: process context, may sleep.
 * Return: the area, or NULL if @size is 0, no range is free (a warning says so), or
 *         memory ran out. Release with free_vm_area().
 */
struct vm_struct *get_vm_area(unsigned long size, unsigned long flags) __must_check;
/** get_vm_area_caller - the same, with @caller recorded as the caller's address */
struct vm_struct *get_vm_area_caller(unsigned long size, unsigned long flags,
				     const void *caller) __must_check;

/**
 * map_vm_area - map pages into an area, from its start
 * @area:  from get_vm_area()
 * @prot:  PAGE_KERNEL and others
 * @pages: as many as get_vm_area_size() says
 *
 * Context: process context, may sleep.
 * Return: 0, or -ENOMEM when there is no page for a page table; then part of the area
 *         is mapped, which remove_vm_area() undoes.
 */
int map_vm_area(struct vm_struct *area, pgprot_t prot, struct page **pages) __must_check;

/**
 * ioremap_page_range - map a physical range
 * @addr, @end: virtual, page aligned, of the caller's area
 * @phys:       page aligned
 * Context: process context, may sleep. Return: as map_vm_area().
 */
int ioremap_page_range(unsigned long addr, unsigned long end, phys_addr_t phys,
		       pgprot_t prot) __must_check;

/** find_vm_area - the area that holds @addr, guard page included. Context: any.
 *  Return: NULL when there is none; it lives until it is removed. */
struct vm_struct *find_vm_area(const void *addr);

/**
 * remove_vm_area - unmap an area and give its range back
 * @addr: its start
 *
 * Its pages are not touched. The descriptor is the caller's now, to kfree().
 *
 * Context: any.
 * Return: the descriptor, or NULL if no area starts there.
 */
struct vm_struct *remove_vm_area(const void *addr);

/** free_vm_area - remove_vm_area() and free the descriptor as well */
void free_vm_area(struct vm_struct *area);

/**
 * __release_vm_area - remove_vm_area() of what a caller hands back, with reports
 * @addr:   what the caller calls the area's start
 * @kind:   VM_ALLOC, VM_MAP or VM_IOREMAP: what it must be
 * @what:   name of the call, for the reports
 * @caller: its caller's address
 * Return: the descriptor; NULL after a bug report.
 */
struct vm_struct *__release_vm_area(const void *addr, unsigned long kind, const char *what,
				    unsigned long caller);

/**
 * vm_unmap_aliases - flush what vfree(), vunmap() and iounmap() left to be flushed
 *
 * Afterwards no CPU can reach memory through an area freed before.
 *
 * Context: process context, interrupts on. Takes vmap_purge_lock.
 */
void vm_unmap_aliases(void);

/*
 * Views
 */

/*
 * struct vmalloc_stats - a moment's truth
 * @nr_pages:      pages that VM_ALLOC areas hold
 * @nr_lazy_pages: pages of address space that wait for a flush
 * @nr_purges:     flushes since boot
 * @largest_gap:   bytes, guard page included
 * @nr_no_space: failures for want of a range, of anyone
 * @nr_no_pages: failures of vmalloc() and its kin for want of memory
 */
struct vmalloc_stats {
	unsigned long nr_pages;
	unsigned long nr_lazy_pages;
	unsigned long nr_purges;
	unsigned long largest_gap;
	unsigned long nr_no_space;
	unsigned long nr_no_pages;
};

void vmalloc_get_stats(struct vmalloc_stats *stats);
/** vmalloc_nr_pages - pages that VM_ALLOC areas hold, for meminfo. Context: any. */
unsigned long vmalloc_nr_pages(void);

/** show_vmallocinfo - all areas, in the columns of Linux's /proc/vmallocinfo.
 *  Context: any. Takes vmap_area_lock for each line. */
void show_vmallocinfo(struct seq_file *m);

/**
 * vmalloc_check - verify the tree of areas, and what each of them maps
 *
 * Each page of a VM_ALLOC area is where its array says, once; guard pages and ranges that
 * wait for the purge map nothing.
 *
 * Context: process context, while nobody makes or frees areas.
 * Return: true when sound; what is wrong is printed.
 */
bool vmalloc_check(void);

/**
 * vmalloc_describe - say what is known at an address of the vmalloc space, and nearby
 * @addr: any
 * @m:    where to say it, one line
 *
 * The area and its caller; or whose guard page; or which area was freed there; or the
 * nearest areas below.
 *
 * Context: any, also a fault report: does not wait for the lock.
 * Return: false, with nothing said, when @addr is outside the vmalloc space.
 */
bool vmalloc_describe(unsigned long addr, struct seq_file *m);

#endif
