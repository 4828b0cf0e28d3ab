/* SPDX-License-Identifier: MIT */
/*
 * Where kvmalloc() changes from one way to the other. kmalloc_test.c has the rest of mm/util.c,
 * which is a part of kmalloc()'s family.
 */
#include <kernel/selftest.h>
#include <kernel/lib/list.h>
#include <mm/internal.h>
#include <mm/shrinker.h>
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

/* Memory that is given back as soon as somebody needs it who tries hard. */
static LIST_HEAD(reserve);

static unsigned long count_reserve(struct shrinker *shrinker __unused,
				   struct shrink_control *sc __unused)
{
	return !list_empty(&reserve);
}

static unsigned long give_back_reserve(struct shrinker *shrinker __unused,
				       struct shrink_control *sc)
{
	if (sc->gfp_mask & __GFP_NORETRY)
		return 0;
	while (!list_empty(&reserve)) {
		struct page *page = list_first_entry(&reserve, struct page, lru);

		list_del(&page->lru);
		__free_pages(page, page_alloc_order(page));
	}
	return 1;
}

/* kvmalloc(), when nothing is free. */
static void *kvmalloc_in_need(size_t size)
{
	struct shrinker shrinker = {.count_objects = count_reserve,
				    .scan_objects = give_back_reserve};
	const gfp_t all = GFP_NOWAIT | __GFP_MEMALLOC | __GFP_NOWARN;
	struct list_head objs, *obj;
	struct page *page;
	int order;
	void *addr;

	mm_quiesce();
	for (order = MAX_ORDER - 1; order >= 0; order--)
		while ((page = alloc_pages(all, order)))
			list_add(&page->lru, &reserve);
	INIT_LIST_HEAD(&objs); /* free ones there are, of slabs in use */
	while ((obj = kmalloc(PAGE_SIZE, GFP_NOWAIT | __GFP_NOWARN)))
		list_add(obj, &objs);
	register_shrinker(&shrinker, "reserve");
	addr = kvmalloc(size, GFP_KERNEL | __GFP_NOWARN);
	give_back_reserve(&shrinker, &(struct shrink_control){});
	unregister_shrinker(&shrinker);
	while (!list_empty(&objs)) {
		obj = objs.next;
		list_del(obj);
		kfree(obj);
	}
	return addr;
}

/* Up to a page there is no other way, so that this one is tried as hard as it can be. */
static void a_page_is_tried_hard_for(struct kunit *test)
{
	void *addr = kvmalloc_in_need(PAGE_SIZE);

	KUNIT_EXPECT_NOT_NULL(test, addr);
	KUNIT_EXPECT_FALSE(test, is_vmalloc_addr(addr));
	kvfree(addr);
}

static struct kunit_case util_cases[] = {
	KUNIT_CASE(largest_is_contiguous),
	KUNIT_CASE(closed_way_is_not_reported),
	KUNIT_CASE(a_page_is_tried_hard_for),
	{},
};

static struct kunit_suite util_suite = {
	.name = "util",
	.test_cases = util_cases,
};
kunit_test_suite(util_suite);
