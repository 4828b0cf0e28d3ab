/* SPDX-License-Identifier: MIT */
/*
 * The vmalloc address space: which ranges of [VMALLOC_START, VMALLOC_END) are taken.
 * Shared by vmalloc.c and its tests; everybody else calls <mm/vmalloc.h>.
 */
#ifndef MM_VMAP_AREA_H
#define MM_VMAP_AREA_H

#include <kernel/lib/types.h>
#include <kernel/spinlock.h>
#include <arch/atomic.h>
#include <mm/vmap_tree.h>

/* Pooled: areas of up to so many pages, guard included. */
#define POOL_MAX_AREA_PAGES 17

/*
 * struct vmap_space - a range of addresses, and what is taken of it
 * @tree:      all areas
 * @pools:     areas kept for the next request, by pages; chained by @next_free
 * @pooled_pages, @pooled_areas: in all of them
 * @lazy_list: areas that wait for the flush; @lazy_pages, @lazy_areas: how many
 * @nr_purges: flushes so far
 */
struct vmap_space {
	struct vmap_tree tree;
	struct vmap_area *pools[POOL_MAX_AREA_PAGES + 1];
	unsigned long pooled_pages;
	unsigned long pooled_areas;
	struct vmap_area *lazy_list;
	atomic_t lazy_pages;
	atomic_t lazy_areas;
	unsigned long nr_purges;
};

/* Guards the tree, the list and every vm_struct that is in them. A leaf; interrupts off. */
extern spinlock_t vmap_area_lock;

/** vmap_area_init - empty address space. Context: boot, after kmem_cache_init(). */
void vmap_area_init(void);

/**
 * alloc_vmap_area - take a free range
 * @size: bytes, whole pages, guard page included
 * @vm:   what for; its addr is set
 * @gfp:  how hard to try for the node's own memory
 *
 * A pooled area of this size, or else the lowest range that is large enough. Before it
 * gives up it reclaims what was freed, if @gfp may sleep, and tries again.
 *
 * Context: as @gfp says. Takes vmap_area_lock.
 * Return: the area; ERR_PTR(-ENOMEM) without memory for the node, ERR_PTR(-ENOSPC)
 *         with a rate-limited message when no gap is large enough.
 */
struct vmap_area *alloc_vmap_area(unsigned long size, struct vm_struct *vm, gfp_t gfp) __must_check;

/**
 * __find_vmap_area - the area, live or freed and still taken, that holds an address
 * Context: vmap_area_lock held. Return: NULL when there is none.
 */
struct vmap_area *__find_vmap_area(unsigned long addr) __must_hold(&vmap_area_lock);

/**
 * __next_vmap_area - the area with the lowest address that ends above @addr
 * Context: vmap_area_lock held. Return: NULL when there is none.
 */
struct vmap_area *__next_vmap_area(unsigned long addr) __must_hold(&vmap_area_lock);

/** free_vmap_area - give back an area that no TLB can know of. Context: any. */
void free_vmap_area(struct vmap_area *va);

/**
 * free_vmap_area_lazy - give back an area whose entries are cleared but not flushed
 * @va: with @vm NULL
 *
 * The range is used again after the next purge, which this call makes itself when
 * enough has come together and its context allows.
 *
 * Context: any.
 */
void free_vmap_area_lazy(struct vmap_area *va);

/**
 * purge_vmap_area_lazy - flush the TLB for all that waits, and pool or free it
 * Context: process context, interrupts on. Return: number of areas that waited.
 */
unsigned long purge_vmap_area_lazy(void);

/**
 * reclaim_vmap_areas - purge, and free what is pooled
 * Context: process context, interrupts on. Return: number of areas freed.
 */
unsigned long reclaim_vmap_areas(void);

/** lazy_max_pages - so many pages may wait before a purge */
unsigned long lazy_max_pages(void);

/* Numbers for views and tests; a moment's truth. */
unsigned long vmap_lazy_pages(void);
unsigned long vmap_nr_purges(void);
unsigned long vmap_largest_gap(void);

/**
 * vmap_space_use - for a test: serve all calls from @space, or from the kernel's if NULL
 * @space: fresh from vmap_space_init(), or all given back
 *
 * Nobody else may use the vmalloc space meanwhile.
 */
void vmap_space_use(struct vmap_space *space);

/** vmap_space_init - make [@start, @end), whole pages, an empty space */
void vmap_space_init(struct vmap_space *space, unsigned long start, unsigned long end);

/**
 * next_area_copy - the first area that ends above an address, for a view
 * @va: out: a copy of it; @vm: out: of its descriptor, if @va has one
 * Context: any. Takes vmap_area_lock. Return: false when there is none.
 */
bool next_area_copy(unsigned long addr, struct vmap_area *va, struct vm_struct *vm);

/** vmap_area_check - verify tree, list and gaps. Context: any. Return: true when sound. */
bool vmap_area_check(void);

#endif
