/* SPDX-License-Identifier: MIT */
/*
 * Where kvmalloc() changes from one way to the other. kmalloc_test.c has the rest of mm/util.c,
 * which is a part of kmalloc()'s family.
 */
#include <kernel/selftest.h>
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

/*
 * Hold all blocks of @order, then give back those whose pfn is even at @order: half of
 * low memory is free then, and no two blocks can merge.
 */
static unsigned int hold_every_other_block(struct page **held, unsigned int max, unsigned int order)
{
	unsigned int nr = 0, i;

	while (nr < max &&
	       (held[nr] = alloc_pages(GFP_KERNEL | __GFP_MEMALLOC | __GFP_NOWARN, order)))
		nr++;
	for (i = 0; i < nr; i++)
		if (!(page_to_pfn(held[i]) >> order & 1)) {
			__free_pages(held[i], order);
			held[i] = NULL;
		}
	return nr;
}

/* That the contiguous way is closed is no reason to complain: there is another one. */
static void closed_way_is_not_reported(struct kunit *test)
{
	enum { ORDER = 5, MAX = 8192 };
	struct page **held = vmalloc(MAX * sizeof(*held));
	const char *said;
	unsigned int nr, i;
	void *far;

	KUNIT_ASSERT_NOT_NULL(test, held);
	nr = hold_every_other_block(held, MAX, ORDER);
	KUNIT_EXPECT_LT(test, nr, MAX);
	said_begin();
	far = kvmalloc(PAGE_SIZE << (ORDER + 1), GFP_KERNEL);
	said = said_end();
	KUNIT_EXPECT_STREQ(test, said, "");
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(far));
	kvfree(far);
	for (i = 0; i < nr; i++)
		if (held[i])
			__free_pages(held[i], ORDER);
	vfree(held);
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
