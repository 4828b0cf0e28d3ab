/* SPDX-License-Identifier: MIT */
/*
 * The ways in that no source names: what alloc_page(), kmalloc() and their kin become when the
 * compiler knows order or size, called here by their own names, so that each is known to do as
 * the general call does; and what the views say of rarer things.
 */
#include <mm/internal.h>
#include <mm/mm.h>
#include <mm/shrinker.h>
#include <mm/vmalloc.h>
#include <mm/vmap_area.h>
#include <mm/tests/slab_test.h>
#include <kernel/selftest.h>
#include <kernel/seq.h>
#include <kernel/lib/vsprintf.h>

static void pages_of_a_known_order(struct kunit *test)
{
	struct page *page = alloc_order_0(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	KUNIT_EXPECT_EQ(test, page_alloc_order(page), 0U);
	free_order_0(page);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 0);
	KUNIT_EXPECT_PTR_EQ(test, alloc_order(GFP_KERNEL, 0), page); /* still warm */
	free_order(page, 0);

	page = alloc_order(GFP_KERNEL, 2);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, page_alloc_order(page), 2U);
	free_order(page, 2);
	KUNIT_EXPECT_TRUE(test, page_alloc_check());
}

/* Orders that per-CPU lists do not keep: what is freed is the buddy's at once. */
static void blocks_of_large_orders(struct kunit *test)
{
	unsigned long free_pages;
	struct page *page;

	mm_quiesce();
	free_pages = nr_free_pages();
	page = alloc_large(GFP_KERNEL, NR_PCP_LISTS);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	KUNIT_EXPECT_EQ(test, page_alloc_order(page), (unsigned int)NR_PCP_LISTS);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free_pages - (1UL << NR_PCP_LISTS));
	free_large(page, NR_PCP_LISTS);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 0);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free_pages);

	/* Of a block that somebody else holds, too, the head stays behind, as a single page. */
	page = alloc_large(GFP_KERNEL, NR_PCP_LISTS);
	KUNIT_ASSERT_NOT_NULL(test, page);
	get_page(page);
	free_large(page, NR_PCP_LISTS);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	KUNIT_EXPECT_EQ(test, page_alloc_order(page), 0U);
	put_page(page);
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free_pages);

	KUNIT_EXPECT_NULL(test, alloc_large(GFP_KERNEL | __GFP_NOWARN, MAX_ORDER));
	KUNIT_EXPECT_TRUE(test, page_alloc_check());
}

static void objects_of_a_known_size(struct kunit *test)
{
	unsigned int class = kmalloc_class(100);
	struct kmem_cache *cachep = kmalloc_caches[KMALLOC_NORMAL][class];
	/* Twice, since what the first gives back makes the array ready for the second. */
	const gfp_t how[] = {GFP_KERNEL, GFP_KERNEL, GFP_KERNEL | __GFP_ZERO, GFP_ATOMIC};
	unsigned int i;
	u8 *object;

	KUNIT_EXPECT_TRUE(test, slab_is_available());
	for (i = 0; i < ARRAY_SIZE(how); i++) {
		object = kmalloc_trace(cachep, how[i], 100);
		KUNIT_ASSERT_NOT_NULL(test, object);
		KUNIT_EXPECT_PTR_EQ(test, virt_to_page(object)->slab_cache, cachep);
		if (how[i] & __GFP_ZERO)
			KUNIT_EXPECT_NULL(test, memchr_inv(object, 0, 100));
		memset(object, 0xa5, 100);
		kfree(object);
	}
	/* From an array that is empty, too. */
	slab_drain_local(cachep);
	object = kmalloc_trace(cachep, GFP_KERNEL, 100);
	KUNIT_ASSERT_NOT_NULL(test, object);
	kfree(object);
}

static void objects_of_whole_pages(struct kunit *test)
{
	size_t size = 3 * PAGE_SIZE;
	void *large = kmalloc_large(size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, large);
	KUNIT_EXPECT_GE(test, ksize(large), size);
	KUNIT_EXPECT_FALSE(test, PageSlab(virt_to_page(large)));
	kfree(large);
	/* Beyond the classes, and beyond the largest block. */
	KUNIT_EXPECT_EQ(test, kmalloc_class(KMALLOC_MAX_CACHE_SIZE + 1),
			(unsigned int)NR_KMALLOC_CLASSES);
	KUNIT_EXPECT_NULL(test, kmalloc_large(KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN));
}

/*
 * A shrinker that unregisters itself while it runs.
 */

static unsigned long one_object(struct shrinker *shrinker __unused,
				struct shrink_control *sc __unused)
{
	return 1;
}

static unsigned long nr_scans;

static unsigned long unregister_itself(struct shrinker *shrinker,
				       struct shrink_control *sc __unused)
{
	nr_scans++;
	unregister_shrinker(shrinker);
	return SHRINK_STOP;
}

static struct shrink_control asked;

static unsigned long seven_objects(struct shrinker *shrinker __unused,
				   struct shrink_control *sc __unused)
{
	return 7;
}

static unsigned long free_five(struct shrinker *shrinker __unused, struct shrink_control *sc)
{
	asked = *sc;
	return 5;
}

static unsigned long cannot_free(struct shrinker *shrinker __unused,
				 struct shrink_control *sc __unused)
{
	return SHRINK_STOP;
}

/* What was freed is the sum over all who could; who cannot adds nothing. */
static void freed_objects_are_counted(struct kunit *test)
{
	static struct shrinker willing = {
		.count_objects = seven_objects,
		.scan_objects = free_five,
	};
	static struct shrinker unable = {
		.count_objects = seven_objects,
		.scan_objects = cannot_free,
	};

	mm_quiesce();
	KUNIT_EXPECT_EQ(test, register_shrinker(&willing, "willing"), 0);
	KUNIT_EXPECT_EQ(test, register_shrinker(&unable, "unable"), 0);
	KUNIT_EXPECT_EQ(test, shrink_slab(GFP_NOIO), 5UL);
	KUNIT_EXPECT_EQ(test, asked.nr_to_scan, 7UL);
	KUNIT_EXPECT_EQ(test, asked.nr_scanned, 7UL);
	KUNIT_EXPECT_TRUE(test, asked.gfp_mask == GFP_NOIO);
	unregister_shrinker(&unable);
	unregister_shrinker(&willing);
	KUNIT_EXPECT_EQ(test, shrink_slab(GFP_NOIO), 0UL);
}

/* Who must not sleep is told at once, not when a shrinker happens to. */
static void shrinking_may_sleep(struct kunit *test)
{
	preempt_disable();
	KUNIT_EXPECT_BUG(test, "sleeping function called", shrink_slab(GFP_KERNEL));
	preempt_enable();
}

static void running_shrinker_stays_registered(struct kunit *test)
{
	static struct shrinker shrinker = {
		.count_objects = one_object,
		.scan_objects = unregister_itself,
	};

	KUNIT_EXPECT_EQ(test, register_shrinker(&shrinker, "test"), 0);
	nr_scans = 0;
	KUNIT_EXPECT_BUG(test, "shrinker test unregistered while shrinkers run",
			 shrink_slab(GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, nr_scans, 1UL);
	KUNIT_EXPECT_BUG(test, "shrinker test unregistered", shrink_slab(GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, nr_scans, 2UL);
	unregister_shrinker(&shrinker);
	shrink_slab(GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, nr_scans, 2UL);
}

/*
 * Views
 */

static void mapped_pages_are_shown(struct kunit *test)
{
	static char buf[8192];
	struct page *page = alloc_page(GFP_KERNEL);
	struct seq_file m;
	char want[80];
	void *mapped;

	KUNIT_ASSERT_NOT_NULL(test, page);
	mapped = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, mapped);
	seq_open_buffer(&m, buf, sizeof(buf));
	show_vmallocinfo(&m);
	snprintf(want, sizeof(want), "0x%px-0x%px    8192 mapped_pages_are_shown+", mapped,
		 mapped + 2 * PAGE_SIZE);
	KUNIT_EXPECT_NOT_NULL(test, strstr(buf, want));
	KUNIT_EXPECT_NOT_NULL(test, strstr(buf, " vmap\n"));
	vunmap(mapped);
	__free_page(page);
}

static void gap_between_areas_is_described(struct kunit *test)
{
	static char buf[128];
	u8 *low = vmalloc(PAGE_SIZE), *high = vmalloc(PAGE_SIZE);
	struct seq_file m;
	char want[80];

	KUNIT_ASSERT_NOT_NULL(test, low);
	KUNIT_ASSERT_NOT_NULL(test, high);
	if (low > high)
		swap(low, high);
	KUNIT_ASSERT_EQ(test, (unsigned long)high - (unsigned long)low, 2 * PAGE_SIZE);
	OPTIMIZER_HIDE_VAR(high); /* gcc else takes it for a part of low */
	vfree(low);
	reclaim_vmap_areas();
	seq_open_buffer(&m, buf, sizeof(buf));
	KUNIT_EXPECT_TRUE(test, vmalloc_describe((unsigned long)high - 100, &m));
	snprintf(want, sizeof(want), "free; the next area begins 100 bytes above, at %#lx\n",
		 (unsigned long)high);
	KUNIT_EXPECT_NOT_NULL(test, strstr(buf, want));
	KUNIT_EXPECT_PTR_EQ(test, vmalloc_to_page(high - PAGE_SIZE), (struct page *)NULL);
	KUNIT_EXPECT_WARN(test, "is not in the vmalloc space",
			  KUNIT_EXPECT_NULL(test, vmalloc_to_page(&m)));
	vfree(high);
}

static struct kunit_case entries_cases[] = {
	KUNIT_CASE(pages_of_a_known_order),
	KUNIT_CASE(blocks_of_large_orders),
	KUNIT_CASE(objects_of_a_known_size),
	KUNIT_CASE(objects_of_whole_pages),
	KUNIT_CASE(freed_objects_are_counted),
	KUNIT_CASE(shrinking_may_sleep),
	KUNIT_CASE(running_shrinker_stays_registered),
	KUNIT_CASE(mapped_pages_are_shown),
	KUNIT_CASE(gap_between_areas_is_described),
	{},
};

static struct kunit_suite entries_suite = {
	.name = "entries",
	.init = slab_test_init,
	.exit = slab_test_exit,
	.test_cases = entries_cases,
};
kunit_test_suite(entries_suite);
