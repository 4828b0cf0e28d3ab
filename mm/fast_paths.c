/* SPDX-License-Identifier: MIT */
/*
 * Which way do requests take?
 *
 * Idea: a fast path makes compares anyway: is this GFP_KERNEL, is there enough memory, is
 * this an address of low memory, is the size one of a cache. What they compare with is a
 * variable. Whoever wants to see every request - fault injection, tracing - sets the
 * variables to values that send all of them the longer way, where he is asked. So what
 * nobody uses costs no instruction.
 *
 *                          nobody watches     allocations watched   frees, too
 *   fast_gfp_kernel        GFP_KERNEL         all ones              all ones
 *   slab_watched           false              true                  true
 *   fast_kmalloc_max       8 KiB              0                     0
 *   fast_free_end_pfn      max_low_pfn        max_low_pfn           0
 *   zone->fast_mark        low watermark      above every zone      above every zone
 *   page_debug             options            options               and PAGE_DEBUG_TRACE
 *   kmap_fast_last         this CPU's last    this CPU's last       0
 *   kmap_fast_first        this CPU's first   this CPU's first      all ones
 *
 * Reference: none in Linux, which patches its code (static keys) for the same end.
 */
#include <mm/fail.h>
#include <mm/fast_paths.h>
#include <mm/internal.h>
#include <mm/slab.h>
#include <mm/trace.h>

/* As if watched: right for whoever comes before update_fast_paths() was called. */
gfp_t fast_gfp_kernel = (__force gfp_t)~0U;
bool slab_watched = true;
size_t fast_kmalloc_max;
unsigned long fast_free_end_pfn;

static bool fast_ways_closed;

void update_fast_paths(void)
{
	bool watched = fail_nth_left || mm_trace_on;

	page_debug = mm_trace_on ? page_debug | PAGE_DEBUG_TRACE : page_debug & ~PAGE_DEBUG_TRACE;
	WRITE_ONCE(fast_gfp_kernel, watched || fast_ways_closed ? (__force gfp_t)~0U : GFP_KERNEL);
	WRITE_ONCE(slab_watched, watched);
	WRITE_ONCE(fast_kmalloc_max, watched ? 0 : KMALLOC_MAX_CACHE_SIZE);
	WRITE_ONCE(fast_free_end_pfn, mm_trace_on ? 0 : max_low_pfn);
	update_fast_marks();
	kmap_watch(mm_trace_on);
}

void __init fast_ways_close(void)
{
	fast_ways_closed = true;
	update_fast_paths();
}
