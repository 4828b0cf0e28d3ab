/* SPDX-License-Identifier: MIT */
/*
 * The page allocator as its callers see it: every order and zone, contents,
 * references, compound and split blocks, per-CPU lists, and a storm.
 */
#include <kernel/lib/list.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <kernel/percpu.h>
#include <kernel/preempt.h>
#include <arch/traps.h>

#include <mm/fail.h>
#include <mm/highmem.h>
#include <mm/tests/page_alloc_test.h>

static struct per_cpu_pages *this_pcp(struct zone *zone)
{
	return raw_cpu_ptr(zone->per_cpu_pageset);
}

/* The zone that serves a request now: the highest one allowed that is above its low watermark. */
static struct zone *serving_zone(gfp_t gfp, unsigned int order)
{
	enum zone_type highest = gfp_zone(gfp);
	struct zone *zone = &contig_page_data.node_zones[highest];

	while (zone > contig_page_data.node_zones &&
	       !zone_watermark_ok(zone, order, low_wmark_pages(zone), highest, 0))
		zone--;
	return zone;
}

static struct zone *kernel_zone(void)
{
	return serving_zone(GFP_KERNEL, 0);
}

static void fill_block(struct page *page, unsigned int order, u32 stamp)
{
	unsigned long i;

	for (i = 0; i < 1UL << order; i++) {
		u32 *p = kmap_local_page(page + i);

		p[0] = stamp + (u32)i;
		p[PAGE_SIZE / 4 - 1] = ~(stamp + (u32)i);
		kunmap_local(p);
	}
}

static bool block_is_filled(struct page *page, unsigned int order, u32 stamp)
{
	unsigned long i;
	bool same = true;

	for (i = 0; i < 1UL << order && same; i++) {
		u32 *p = kmap_local_page(page + i);

		same = p[0] == stamp + (u32)i && p[PAGE_SIZE / 4 - 1] == ~(stamp + (u32)i);
		kunmap_local(p);
	}
	return same;
}

/* Of an allocated block or a free one; the latter is nobody's to read the plain way. */
static bool block_is_zero(struct page *page, unsigned int order)
{
	static u8 copy[PAGE_SIZE];
	unsigned long i;
	bool zero = true;

	for (i = 0; i < 1UL << order; i++) {
		void *p = kmap_local_page(page + i);

		zero &= !copy_from_kernel_nofault(copy, p, PAGE_SIZE) &&
			!memchr_inv(copy, 0, PAGE_SIZE);
		kunmap_local(p);
	}
	return zero;
}

/*
 * Orders and zones
 */

static const unsigned int orders[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

static void describe_order(const unsigned int *order, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "order %u", *order);
}
KUNIT_ARRAY_PARAM(order, orders, describe_order);

/* Is there a block for a GFP_KERNEL request, in a zone that can spare it? */
static bool can_serve(unsigned int order)
{
	struct zone *zone;

	for_each_populated_zone(zone)
		if (!is_highmem(zone) && zone->free_orders >> order &&
		    zone_watermark_ok(zone, order, min_wmark_pages(zone), ZONE_NORMAL, 0))
			return true;
	return false;
}

/* A block of memory at rest; a small machine may have none, and must then say so. */
static struct page *alloc_if_there(struct kunit *test, gfp_t gfp, unsigned int order)
{
	struct page *page;
	bool expected;

	mm_quiesce();
	expected = can_serve(order);
	page = alloc_pages(gfp | __GFP_NOWARN, order);
	KUNIT_EXPECT_EQ(test, page != NULL, expected);
	return page;
}

/* A block is aligned, has one reference, its order and its owner, and is writable all over. */
static void each_order(struct kunit *test)
{
	unsigned int order = *(const unsigned int *)test->param_value;
	struct page *page = alloc_if_there(test, GFP_KERNEL, order);

	if (!page)
		return;
	KUNIT_EXPECT_EQ(test, page_to_pfn(page) & ((1UL << order) - 1), 0UL);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	KUNIT_EXPECT_EQ(test, page_mapcount(page), 0);
	KUNIT_EXPECT_EQ(test, page_alloc_order(page), order);
	KUNIT_EXPECT_EQ(test, page->flags & PAGE_FLAGS_BITS, 0UL);
	KUNIT_EXPECT_NE(test, page->caller, 0UL);
	KUNIT_EXPECT_FALSE(test, PageHighMem(page));
	fill_block(page, order, order);
	KUNIT_EXPECT_TRUE(test, block_is_filled(page, order, order));
	__free_pages(page, order);
}

static const unsigned int too_large[] = {MAX_ORDER, MAX_ORDER + 1, 31, 32, 1000};

static void orders_that_do_not_exist(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(too_large); i++) {
		KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL | __GFP_NOWARN, too_large[i]));
		KUNIT_EXPECT_EQ(test, __get_free_pages(GFP_ATOMIC | __GFP_NOWARN, too_large[i]),
				0UL);
	}
}

/* A page comes from the highest zone allowed that has memory, and never from above. */
static void each_zone(struct kunit *test)
{
	static const gfp_t gfps[] = {GFP_DMA | GFP_KERNEL, GFP_KERNEL, GFP_HIGHUSER,
				     GFP_DMA | GFP_HIGHUSER};
	unsigned int i, order;

	drain_all_pages(NULL); /* so that all free pages count */
	for (i = 0; i < ARRAY_SIZE(gfps); i++) {
		for (order = 0; order < 5; order++) {
			struct zone *zone = serving_zone(gfps[i], order);
			struct page *page = alloc_pages(gfps[i], order);

			KUNIT_ASSERT_NOT_NULL(test, page);
			KUNIT_EXPECT_PTR_EQ(test, page_zone(page), zone);
			KUNIT_EXPECT_TRUE(test, zone_spans_pfn(page_zone(page), page_to_pfn(page)));
			__free_pages(page, order);
		}
	}
	KUNIT_EXPECT_EQ(test, gfp_zone(GFP_DMA), ZONE_DMA);
	KUNIT_EXPECT_EQ(test, gfp_zone(GFP_ATOMIC), ZONE_NORMAL);
	KUNIT_EXPECT_EQ(test, gfp_zone(GFP_HIGHUSER_MOVABLE), ZONE_HIGHMEM);
}

static void addresses(struct kunit *test)
{
	unsigned long addr = __get_free_pages(GFP_KERNEL | __GFP_HIGHMEM, 2);
	unsigned long dma = __get_dma_pages(GFP_KERNEL, 1);

	KUNIT_ASSERT_NE(test, addr, 0UL);
	KUNIT_ASSERT_NE(test, dma, 0UL);
	KUNIT_EXPECT_TRUE(test, virt_addr_valid(addr));
	KUNIT_EXPECT_EQ(test, addr & (4 * PAGE_SIZE - 1), 0UL);
	KUNIT_EXPECT_LT(test, __pa(dma), MAX_DMA_ADDRESS_PHYS);
	memset((void *)addr, 0xa5, 4 * PAGE_SIZE);
	free_pages(addr, 2);
	free_pages(dma, 1);
	free_pages(0, 3);

	addr = __get_free_page(GFP_ATOMIC);
	KUNIT_ASSERT_NE(test, addr, 0UL);
	free_page(addr);
}

static void nodes(struct kunit *test)
{
	nodemask_t all = {{1}}, none = {{0}};
	struct page *page = __alloc_pages(GFP_KERNEL, 1, NUMA_NO_NODE, &all);

	KUNIT_ASSERT_NOT_NULL(test, page);
	__free_pages(page, 1);
	KUNIT_EXPECT_NULL(test, __alloc_pages(GFP_KERNEL, 0, 0, &none));
	page = __alloc_pages_nodemask(GFP_KERNEL, 4, 0, NULL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	__free_pages(page, 4);
	page = alloc_pages_node(0, GFP_ATOMIC, 2);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, page_to_nid(page), numa_node_id());
	__free_pages(page, 2);
}

/*
 * Contents
 */

static void dirty_free_memory(struct kunit *test, gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);

	KUNIT_ASSERT_NOT_NULL(test, page);
	fill_block(page, order, 0x55aa1234);
	__free_pages(page, order);
}

/* __GFP_ZERO clears every byte, of memory known to be dirty, with an address or without. */
static void zeroed(struct kunit *test)
{
	static const gfp_t gfps[] = {GFP_KERNEL, GFP_HIGHUSER, GFP_ATOMIC | GFP_DMA};
	unsigned int i, order;
	struct page *page;
	unsigned long addr;

	for (i = 0; i < ARRAY_SIZE(gfps); i++) {
		for (order = 0; order < 6; order++) {
			dirty_free_memory(test, gfps[i], order);
			page = alloc_pages(gfps[i] | __GFP_ZERO, order);
			KUNIT_ASSERT_NOT_NULL(test, page);
			KUNIT_EXPECT_TRUE(test, block_is_zero(page, order));
			__free_pages(page, order);
		}
	}
	dirty_free_memory(test, GFP_KERNEL, 0);
	addr = get_zeroed_page(GFP_KERNEL);
	KUNIT_ASSERT_NE(test, addr, 0UL);
	KUNIT_EXPECT_TRUE(test, block_is_zero(virt_to_page(addr), 0));
	free_page(addr);
}

static void set_page_debug(unsigned int debug)
{
	page_debug = debug;
	update_fast_marks();
}

/* init_on_alloc= and init_on_free=, switched on for a moment. */
static void init_options(struct kunit *test)
{
	unsigned int saved = page_debug, order;
	struct page *page;

	for (order = 0; order < 5; order += 4) {
		set_page_debug((saved & PAGE_DEBUG_UNMAP) | PAGE_DEBUG_INIT_ON_ALLOC);
		dirty_free_memory(test, GFP_HIGHUSER, order);
		page = alloc_pages(GFP_HIGHUSER, order);
		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_TRUE(test, block_is_zero(page, order));

		set_page_debug((saved & PAGE_DEBUG_UNMAP) | PAGE_DEBUG_INIT_ON_FREE);
		fill_block(page, order, 7);
		__free_pages(page, order);
		set_page_debug(saved & PAGE_DEBUG_UNMAP);
		if (!page_debug || PageHighMem(page))
			KUNIT_EXPECT_TRUE(test, block_is_zero(page, order));
		set_page_debug(saved);
	}
}

/* A failure that was asked for comes once, and is forgotten when the next one is asked for. */
static void injected_failure(struct kunit *test)
{
	struct page *page;

	fail_nth_set(1);
	page = alloc_page(GFP_KERNEL | __GFP_NOWARN);
	KUNIT_EXPECT_NOT_NULL(test, page);
	KUNIT_EXPECT_FALSE(test, fail_nth_hit());
	KUNIT_EXPECT_NULL(test, alloc_page(GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_TRUE(test, fail_nth_hit());
	fail_nth_set(0);
	KUNIT_EXPECT_FALSE(test, fail_nth_hit());
	KUNIT_EXPECT_FALSE(test, fail_nth_clear());
	if (page)
		__free_page(page);
}

/* Each option does its own: a page on its way out is not cleared for those who want it clear. */
static void init_options_are_apart(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned int saved = page_debug;
	u8 *addr;

	KUNIT_ASSERT_NOT_NULL(test, page);
	addr = page_address(page);
	*addr = 7;
	page_debug = PAGE_DEBUG_INIT_ON_ALLOC;
	debug_page_free(page, 0);
	KUNIT_EXPECT_EQ(test, *addr, 7);
	page_debug = PAGE_DEBUG_INIT_ON_FREE;
	debug_page_alloc(page, 0);
	KUNIT_EXPECT_EQ(test, *addr, 7);
	debug_page_free(page, 0);
	KUNIT_EXPECT_EQ(test, *addr, 0);
	page_debug = saved;
	__free_page(page);
}

/*
 * With debug_pagealloc=on a free low page has no mapping, so that a late access
 * faults; without it, it stays mapped.
 */
static void use_after_free(struct kunit *test)
{
	static unsigned long addr; /* survives the fault's way out */
	unsigned int order;

	for (order = 0; order < 6; order += 5) {
		addr = __get_free_pages(GFP_KERNEL, order);
		KUNIT_ASSERT_NE(test, addr, 0UL);
		*(volatile u8 *)addr = 1;
		free_pages(addr, order);
		KUNIT_EXPECT_EQ(test, kernel_page_present(virt_to_page(addr)),
				!debug_pagealloc_enabled());
		if (!debug_pagealloc_enabled())
			continue;
		KUNIT_EXPECT_FAULT(test, addr, (void)*(volatile u8 *)addr);
		KUNIT_EXPECT_FAULT(test, addr, *(volatile u8 *)addr = 2);
	}
}

/*
 * References
 */

/* The last of several references frees, whoever drops it. */
static void references(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	get_page(page);
	get_page(page);
	KUNIT_EXPECT_EQ(test, page_count(page), 3);
	put_page(page);
	__free_page(page);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_FALSE(test, PagePcp(page));
	put_page(page);
	KUNIT_EXPECT_EQ(test, page_count(page), 0);
	KUNIT_EXPECT_TRUE(test, PagePcp(page));
}

/*
 * __free_pages() of a block whose head somebody else holds: the head stays, alone,
 * and all the rest is free at once.
 */
static void extra_reference(struct kunit *test)
{
	unsigned int order = *(const unsigned int *)test->param_value;
	unsigned long before, i;
	struct page *page;

	page = alloc_if_there(test, GFP_KERNEL, order);
	if (!page)
		return;
	drain_all_pages(NULL);
	before = nr_free_pages();
	get_page(page);
	__free_pages(page, order);
	drain_all_pages(NULL);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before + (1UL << order) - 1);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	KUNIT_EXPECT_EQ(test, page_alloc_order(page), 0U);
	for (i = 0; i < order; i++)
		KUNIT_EXPECT_TRUE(test, free_block_head(page_to_pfn(page) + (1UL << i)) != NULL);
	KUNIT_EXPECT_TRUE(test, page_alloc_check());
	put_page(page);
	drain_all_pages(NULL);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before + (1UL << order));
}

static void compound(struct kunit *test)
{
	unsigned int order = *(const unsigned int *)test->param_value;
	unsigned long i, n = 1UL << order;
	struct page *page;

	page = alloc_if_there(test, GFP_KERNEL | __GFP_COMP, order);
	if (!page)
		return;
	KUNIT_EXPECT_EQ(test, PageHead(page), order > 0);
	KUNIT_EXPECT_EQ(test, compound_order(page), order);
	for (i = 1; i < n; i++) {
		KUNIT_EXPECT_TRUE(test, PageTail(page + i));
		KUNIT_EXPECT_PTR_EQ(test, compound_head(page + i), page);
	}
	/* A reference of any page is one of the whole; the block lives until the last. */
	get_page(page + n - 1);
	KUNIT_EXPECT_EQ(test, page_count(page + n / 2), 2);
	__free_pages(page, order);
	KUNIT_EXPECT_EQ(test, PageHead(page), order > 0);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	put_page(page + n - 1);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 0);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_FALSE(test, PageCompound(page + i));
}

/*
 * Blocks in pieces
 */

static void split(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 4);
	unsigned long i;

	KUNIT_ASSERT_NOT_NULL(test, page);
	split_page(page, 4);
	for (i = 0; i < 16; i++) {
		KUNIT_EXPECT_EQ(test, page_ref_count(page + i), 1);
		KUNIT_EXPECT_EQ(test, page_alloc_order(page + i), 0U);
		KUNIT_EXPECT_EQ(test, page[i].caller, page->caller);
	}
	KUNIT_EXPECT_TRUE(test, page_alloc_check());
	for (i = 16; i > 0; i--)
		__free_page(page + (i * 7) % 16); /* 7 and 16 have no common factor */
}

static void exact(struct kunit *test)
{
	static const size_t sizes[] = {1,
				       PAGE_SIZE,
				       PAGE_SIZE + 1,
				       3 * PAGE_SIZE,
				       5 * PAGE_SIZE - 1,
				       33 * PAGE_SIZE,
				       64 * PAGE_SIZE};
	unsigned long before;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned long pages = PFN_UP(sizes[i]);
		char *p;

		drain_all_pages(NULL);
		before = nr_free_pages();
		p = alloc_pages_exact(sizes[i], GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p);
		drain_all_pages(NULL);
		KUNIT_EXPECT_EQ(test, nr_free_pages(), before - pages);
		memset(p, 0x5a, sizes[i]);
		free_pages_exact(p, sizes[i]);
		drain_all_pages(NULL);
		KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
	}
	KUNIT_EXPECT_NULL(test, alloc_pages_exact(0, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, alloc_pages_exact(SIZE_MAX, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, alloc_pages_exact((PAGE_SIZE << (MAX_ORDER - 1)) + 1,
						  GFP_KERNEL | __GFP_NOWARN));
	free_pages_exact(NULL, PAGE_SIZE);
}

static void orders_of_sizes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, get_order(1), 0U);
	KUNIT_EXPECT_EQ(test, get_order(PAGE_SIZE), 0U);
	KUNIT_EXPECT_EQ(test, get_order(PAGE_SIZE + 1), 1U);
	KUNIT_EXPECT_EQ(test, get_order(2 * PAGE_SIZE), 1U);
	KUNIT_EXPECT_EQ(test, get_order(2 * PAGE_SIZE + 1), 2U);
	KUNIT_EXPECT_EQ(test, get_order(1UL << 31), 19U);
	KUNIT_EXPECT_EQ(test, get_order(ULONG_MAX), BITS_PER_LONG - PAGE_SHIFT + 0U);
}

/*
 * Per-CPU lists
 */

/* The page freed last is the one allocated next: its contents are in the cache. */
static void hot_page_first(struct kunit *test)
{
	unsigned int order, high = this_pcp(kernel_zone())->high;

	/* A list that cannot keep two blocks gives the first one away. */
	for (order = 0; order < NR_PCP_LISTS && 2U << order <= high; order++) {
		struct page *a = alloc_pages(GFP_KERNEL, order),
			    *b = alloc_pages(GFP_KERNEL, order);

		KUNIT_ASSERT_NOT_NULL(test, a);
		KUNIT_ASSERT_NOT_NULL(test, b);
		/* Blocks of other orders count too, and leave a small zone no room for two. */
		drain_all_pages(NULL);
		__free_pages(a, order);
		__free_pages(b, order);
		KUNIT_EXPECT_PTR_EQ(test, alloc_pages(GFP_KERNEL, order), b);
		KUNIT_EXPECT_PTR_EQ(test, alloc_pages(GFP_KERNEL, order), a);
		__free_pages(a, order);
		__free_pages(b, order);
	}
}

/* An empty list is filled with a batch; a list that is too long gives one back. */
static void batches(struct kunit *test)
{
	struct per_cpu_pages *pcp;
	struct page *page;
	struct zone *zone;
	unsigned int i;
	LIST_HEAD(held);

	drain_all_pages(NULL);
	zone = kernel_zone();
	pcp = this_pcp(zone);
	KUNIT_ASSERT_EQ(test, pcp->count, 0U);
	page = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_PTR_EQ(test, page_zone(page), zone);
	KUNIT_EXPECT_EQ(test, pcp->count, pcp->batch - 1);
	__free_page(page);
	KUNIT_EXPECT_EQ(test, pcp->count, pcp->batch);

	for (i = 0; i < pcp->high + 1; i++) {
		page = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page);
		list_add(&page->lru, &held);
	}
	drain_all_pages(zone);
	for (i = 0; i < pcp->high; i++) {
		page = list_first_entry(&held, struct page, lru);
		list_del(&page->lru);
		__free_page(page);
		KUNIT_ASSERT_EQ(test, pcp->count, i + 1);
	}
	__free_page(list_first_entry(&held, struct page, lru));
	KUNIT_EXPECT_EQ(test, pcp->count, pcp->high + 1 - pcp->batch);
	KUNIT_EXPECT_TRUE(test, page_alloc_check());
	drain_all_pages(NULL);
	KUNIT_EXPECT_EQ(test, pcp->count, 0U);
}

/* One CPU never keeps more of a zone than a sixty-fourth, whatever it frees. */
static void lists_do_not_hoard(struct kunit *test)
{
	struct zone *zone;
	struct hoard hoard;
	unsigned int i;

	hoard_init(&hoard);
	for (i = 0; i < 500; i++) {
		struct page *page = alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, i % 4);

		if (!page)
			break;
		list_add(&page->lru, &hoard.blocks);
	}
	while (!list_empty(&hoard.blocks)) {
		hoard_free_one(&hoard);
		for_each_populated_zone(zone)
			KUNIT_ASSERT_LE(test, this_pcp(zone)->count, zone->managed_pages / 64);
	}
}

/*
 * Failures
 */

/* One armed failure is one failure, and none of those who may not fail. */
static void nth_failure(struct kunit *test)
{
	void *p;

	fail_nth_set(1);
	p = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	__free_page(p);
	p = alloc_page(GFP_KERNEL | __GFP_NOFAIL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	__free_page(p);
	KUNIT_EXPECT_EQ(test, get_zeroed_page(GFP_KERNEL), 0UL);
	p = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	__free_page(p);
	KUNIT_EXPECT_TRUE(test, fail_nth_clear());
	KUNIT_EXPECT_FALSE(test, fail_nth());
}

/* A request that may sleep is a bug where one must not, even if it need not sleep. */
static void sleeping_requests(struct kunit *test)
{
	struct page *volatile page = NULL;
	unsigned long flags;
	unsigned int order;

	for (order = 0; order < 8; order += 7) {
		preempt_disable();
		KUNIT_EXPECT_BUG(test, "sleeping function called",
				 page = alloc_pages(GFP_KERNEL, order));
		preempt_enable();
		KUNIT_ASSERT_NOT_NULL(test, page);
		__free_pages(page, order);

		local_irq_save(flags);
		KUNIT_EXPECT_BUG(test, "sleeping function called",
				 page = alloc_pages(GFP_HIGHUSER, order));
		__free_pages(page, order);
		page = alloc_pages(GFP_ATOMIC, order);
		local_irq_restore(flags);
		KUNIT_ASSERT_NOT_NULL(test, page);
		__free_pages(page, order);
	}
}

/*
 * Storms
 */

#define STORM_BLOCKS 300

struct storm_block {
	struct page *page;
	unsigned int order;
	u32 stamp;
};

static void storm_free(struct kunit *test, struct storm_block *block)
{
	KUNIT_EXPECT_TRUE(test, block_is_filled(block->page, block->order, block->stamp));
	__free_pages(block->page, block->order);
	block->page = NULL;
}

static void storm_alloc(struct kunit *test, struct storm_block *block)
{
	static const gfp_t gfps[] = {
		GFP_KERNEL, GFP_ATOMIC, GFP_HIGHUSER, GFP_DMA | GFP_ATOMIC, GFP_KERNEL | __GFP_COMP,
		GFP_NOWAIT};
	unsigned int dice = kunit_rand(test);

	/* Small blocks often, large ones seldom: order k with probability 2^-(k+1). */
	block->order = min((unsigned int)__builtin_ctz(dice | 0x80), MAX_ORDER - 1U);
	block->stamp = kunit_rand(test);
	block->page = alloc_pages(
		gfps[(dice >> 16) % ARRAY_SIZE(gfps)] | __GFP_NOWARN | __GFP_NORETRY, block->order);
	if (block->page)
		fill_block(block->page, block->order, block->stamp);
}

/* Every block that lives keeps its contents: no two blocks share a page. */
static void storm(struct kunit *test)
{
	static struct storm_block blocks[STORM_BLOCKS];
	unsigned long i, rounds = kunit_soaking() ? 2000000 : 10000;

	for (i = 0; i < rounds; i++) {
		struct storm_block *block = &blocks[kunit_rand_below(test, STORM_BLOCKS)];

		if (block->page)
			storm_free(test, block);
		else
			storm_alloc(test, block);
		if (i % (kunit_soaking() ? 100000 : 2000) == 0)
			KUNIT_EXPECT_TRUE(test, page_alloc_check());
	}
	for (i = 0; i < STORM_BLOCKS; i++)
		if (blocks[i].page)
			storm_free(test, &blocks[i]);
}

static struct kunit_case page_alloc_test_cases[] = {
	KUNIT_CASE_PARAM(each_order, order_gen_params),
	KUNIT_CASE(orders_that_do_not_exist),
	KUNIT_CASE(each_zone),
	KUNIT_CASE(addresses),
	KUNIT_CASE(nodes),
	KUNIT_CASE(zeroed),
	KUNIT_CASE(injected_failure),
	KUNIT_CASE(init_options),
	KUNIT_CASE(init_options_are_apart),
	KUNIT_CASE(use_after_free),
	KUNIT_CASE(references),
	KUNIT_CASE_PARAM(extra_reference, order_gen_params),
	KUNIT_CASE_PARAM(compound, order_gen_params),
	KUNIT_CASE(split),
	KUNIT_CASE(exact),
	KUNIT_CASE(orders_of_sizes),
	KUNIT_CASE(hot_page_first),
	KUNIT_CASE(batches),
	KUNIT_CASE(lists_do_not_hoard),
	KUNIT_CASE(nth_failure),
	KUNIT_CASE(sleeping_requests),
	KUNIT_CASE(storm),
	{},
};

static struct kunit_suite page_alloc_test_suite = {
	.name = "page_alloc",
	.init = page_alloc_test_init,
	.exit = page_alloc_test_exit,
	.test_cases = page_alloc_test_cases,
};

kunit_test_suite(page_alloc_test_suite);
