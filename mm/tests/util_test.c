/* SPDX-License-Identifier: MIT */
/*
 * Where kvmalloc() changes from one way to the other. kmalloc_test.c has the rest of mm/util.c,
 * which is a part of kmalloc()'s family.
 */
#include <kernel/selftest.h>
#include <kernel/lib/list.h>
#include <mm/gfp.h>
#include <mm/slab.h>
#include <mm/tests/said.h>
#include <mm/vmalloc.h>

/* The largest that kmalloc() has is contiguous, where memory has such a block. */
static void largest_is_contiguous(struct kunit *test)
{
	void *block = kmalloc(KMALLOC_MAX_SIZE, GFP_KERNEL | __GFP_NOWARN), *again;

	kfree(block);
	again = kvmalloc(KMALLOC_MAX_SIZE, GFP_KERNEL | __GFP_NOWARN);
	KUNIT_EXPECT_EQ(test, again && !is_vmalloc_addr(again), block != NULL);
	kvfree(again);
}

static void give_back(struct list_head *held, unsigned int order)
{
	while (!list_empty(held)) {
		struct page *page = list_first_entry(held, struct page, lru);

		list_del(&page->lru);
		__free_pages(page, order);
	}
}

/* That the contiguous way is closed is no reason to complain: there is another one. */
static void closed_way_is_not_reported(struct kunit *test)
{
	const unsigned int order = 5;
	LIST_HEAD(even);
	LIST_HEAD(odd);
	struct page *page;
	const char *said;
	void *far;

	while ((page = alloc_pages(GFP_KERNEL | __GFP_MEMALLOC | __GFP_NOWARN, order)))
		list_add(&page->lru, page_to_pfn(page) >> order & 1 ? &odd : &even);
	/* Half of low memory is free then, and no two blocks can merge. */
	give_back(&even, order);
	said_begin();
	far = kvmalloc(PAGE_SIZE << (order + 1), GFP_KERNEL);
	said = said_end();
	KUNIT_EXPECT_STREQ(test, said, "");
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(far));
	kvfree(far);
	give_back(&odd, order);
}

static struct kunit_case util_cases[] = {
	KUNIT_CASE(largest_is_contiguous),
	KUNIT_CASE(closed_way_is_not_reported),
	{},
};

static struct kunit_suite util_suite = {
	.name = "util",
	.test_cases = util_cases,
};
kunit_test_suite(util_suite);
