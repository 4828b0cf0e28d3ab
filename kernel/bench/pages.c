/* SPDX-License-Identifier: MIT */
/*
 * Rows of the page allocator: blocks off the per-CPU lists (orders 0 to 3), off the
 * buddy (above), and so many at a time that the lists are filled and emptied.
 */
#include <kernel/bench/bench.h>
#include <kernel/lib/minmax.h>
#include <mm/mm.h>

/* Of hot pairs: what is freed is what the next request gets. */
#define PAGE_HOT(fn, gfp, order)                                                                   \
	static const char *fn(struct bench *b)                                                     \
	{                                                                                          \
		struct page *page = alloc_pages((gfp) | __GFP_NOWARN, order);                      \
                                                                                                   \
		if (!page)                                                                         \
			return "no block so large is free";                                        \
		__free_pages(page, order);                                                         \
		bench_hot(b, page = alloc_pages(gfp, order); __free_pages(page, order));           \
		return NULL;                                                                       \
	}

PAGE_HOT(page_0, GFP_KERNEL, 0)
PAGE_HOT(page_0_highuser, GFP_HIGHUSER, 0)
PAGE_HOT(page_3, GFP_KERNEL, 3)
PAGE_HOT(page_4, GFP_KERNEL, 4)
PAGE_HOT(page_9, GFP_KERNEL, 9)

/* As many as a sample each, at most half of what is free: all allocated, then all freed. */
static const char *page_0_batch(struct bench *b)
{
	unsigned int nr = (unsigned int)min(nr_free_pages() / 2, (unsigned long)BENCH_SAMPLES_MAX);
	struct page **pages = (struct page **)b->objects;
	const char *reason = NULL;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		bench_record(b, bench_time(b, pages[i] = alloc_page(GFP_KERNEL)));
		if (!pages[i]) {
			reason = "memory ran out";
			nr = i;
		}
	}
	for (i = 0; i < nr; i++)
		bench_add(b, i, bench_time(b, __free_page(pages[i])));
	return reason;
}

static void *live_page(struct bench *b __unused)
{
	return alloc_page(GFP_KERNEL | __GFP_NOWARN);
}

static void *live_high_page(struct bench *b __unused)
{
	return alloc_page(GFP_HIGHUSER | __GFP_NOWARN);
}

static void free_live_page(struct bench *b __unused, void *object)
{
	__free_page((struct page *)object);
}

#define LIVE_PAGES      .alloc_live = live_page, .free_live = free_live_page
#define LIVE_HIGH_PAGES .alloc_live = live_high_page, .free_live = free_live_page

const struct bench_row bench_page_rows[] = {
	{"page-0", "alloc_page and __free_page, GFP_KERNEL", .run = page_0, LIVE_PAGES},
	{"page-0-batch", "20,000 pages allocated, then freed: a pair", .run = page_0_batch,
	 .by_mean = true, LIVE_PAGES},
	{"page-0-highuser", "alloc_page and __free_page, GFP_HIGHUSER", .run = page_0_highuser,
	 LIVE_HIGH_PAGES},
	{"page-3", "alloc_pages and __free_pages, order 3", .run = page_3, LIVE_PAGES},
	{"page-4", "alloc_pages and __free_pages, order 4", .run = page_4, LIVE_PAGES},
	{"page-9", "alloc_pages and __free_pages, order 9", .run = page_9, LIVE_PAGES},
};
const unsigned int nr_bench_page_rows = ARRAY_SIZE(bench_page_rows);
