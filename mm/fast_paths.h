/* SPDX-License-Identifier: MIT */
/*
 * What the allocators' fast paths compare with, so that nobody who wants to see every
 * request costs anything while he is not there. Shared among mm files.
 */
#ifndef MM_FAST_PATHS_H
#define MM_FAST_PATHS_H

#include <kernel/lib/types.h>
#include <mm/gfp.h>

/*
 * GFP_KERNEL; while each allocation is watched, and for good after fast_ways_close(), a value
 * that no request has.
 */
extern gfp_t fast_gfp_kernel;

/* Is each allocation of an object watched? For the ways that are not quite as fast. */
extern bool slab_watched;

/* KMALLOC_MAX_CACHE_SIZE; while each allocation is watched 0, which every size exceeds. */
extern size_t fast_kmalloc_max;

/* max_low_pfn; while each free is watched 0, so that no address is one of low memory. */
extern unsigned long fast_free_end_pfn;

/**
 * update_fast_paths - set all of these, and the fast marks of the zones
 *
 * Called when what it depends on has changed: fault injection, tracing, options,
 * watermarks.
 *
 * Context: any; requests that are under way may still take the old way.
 */
void update_fast_paths(void);

/**
 * fast_ways_close - GFP_KERNEL is no reason any more to take the short way, which forgets sizes
 * Context: boot.
 */
void fast_ways_close(void);

#endif
