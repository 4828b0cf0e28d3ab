/* SPDX-License-Identifier: MIT */
/*
 * What debugging and hardening options do to pages on their way in and out.
 *
 *   debug_pagealloc=on   low pages that are free are not mapped: whoever uses one
 *                        after freeing it faults there and then
 *   init_on_alloc=1      pages are filled with zeroes when they are allocated
 *   init_on_free=1       and when they are freed: nothing outlives its owner
 *
 * Each touches every page of a block, so that the cost of a call then grows with
 * its size. Without them page_debug is 0, which is all that the fast paths look at.
 */
#include <kernel/lib/errno.h>
#include <kernel/params.h>

#include <mm/highmem.h>
#include <mm/internal.h>

unsigned int page_debug;

static int __init set_page_debug(const char *val, unsigned int bit)
{
	bool on;

	if (param_bool(val, &on))
		return -EINVAL;
	page_debug = on ? page_debug | bit : page_debug & ~bit;
	return 0;
}

static int __init debug_pagealloc_setup(const char *val)
{
	return set_page_debug(val, PAGE_DEBUG_UNMAP);
}
kernel_param("debug_pagealloc", debug_pagealloc_setup, "on|off",
	     "unmap free low pages, so that a use after free faults");

static int __init init_on_alloc_setup(const char *val)
{
	return set_page_debug(val, PAGE_DEBUG_INIT_ON_ALLOC);
}
kernel_param("init_on_alloc", init_on_alloc_setup, "0|1", "zero pages when they are allocated");

static int __init init_on_free_setup(const char *val)
{
	return set_page_debug(val, PAGE_DEBUG_INIT_ON_FREE);
}
kernel_param("init_on_free", init_on_free_setup, "0|1", "zero pages when they are freed");

bool debug_pagealloc_enabled(void)
{
	return page_debug & PAGE_DEBUG_UNMAP;
}

void clear_pages(struct page *page, unsigned int order)
{
	struct page *end = page + (1UL << order);

	for (; page < end; page++)
		clear_highpage(page);
}

void debug_page_free(struct page *page, unsigned int order)
{
	if (page_debug & PAGE_DEBUG_INIT_ON_FREE)
		clear_pages(page, order);
	if ((page_debug & PAGE_DEBUG_UNMAP) && !PageHighMem(page))
		kernel_map_pages(page, 1UL << order, false);
}

void debug_page_alloc(struct page *page, unsigned int order)
{
	if ((page_debug & PAGE_DEBUG_UNMAP) && !PageHighMem(page))
		kernel_map_pages(page, 1UL << order, true);
	if ((page_debug & (PAGE_DEBUG_INIT_ON_ALLOC | PAGE_DEBUG_INIT_ON_FREE)) ==
	    PAGE_DEBUG_INIT_ON_ALLOC)
		clear_pages(page, order);
}
