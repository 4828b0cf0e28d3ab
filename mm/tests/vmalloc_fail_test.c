/* SPDX-License-Identifier: MIT */
/*
 * vmalloc() when pages or addresses run out. All that was taken comes back, and the two
 * kinds of exhaustion are told apart. What a single allocation that fails on the way does
 * is tried in fail_map_test.c.
 */
#include <kernel/selftest.h>
#include <kernel/lib/list.h>
#include <kernel/lib/vsprintf.h>
#include <kernel/printk.h>
#include <arch/mmu.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <mm/tests/said.h>

static unsigned long free_at_start;
static unsigned long tables_at_start;
static unsigned long areas_at_start; /* pages of areas that others hold */

/* After mm_quiesce(). Page tables stay for good, and are counted apart. */
static unsigned long free_now(void)
{
	return nr_free_pages() + nr_kernel_pagetables() - tables_at_start;
}

static int vmalloc_fail_test_init(struct kunit *test __unused)
{
	mm_quiesce();
	tables_at_start = nr_kernel_pagetables();
	free_at_start = nr_free_pages();
	areas_at_start = vmalloc_nr_pages();
	return 0;
}

static void vmalloc_fail_test_exit(struct kunit *test)
{
	struct vmalloc_stats stats;

	mm_quiesce();
	vmalloc_get_stats(&stats);
	KUNIT_EXPECT_EQ(test, stats.nr_lazy_pages, 0);
	KUNIT_EXPECT_EQ(test, stats.nr_pages, areas_at_start);
	KUNIT_EXPECT_EQ(test, free_now(), free_at_start);
	KUNIT_EXPECT_TRUE(test, vmalloc_check());
}

static unsigned long nr_lazy(void)
{
	struct vmalloc_stats stats;

	vmalloc_get_stats(&stats);
	return stats.nr_lazy_pages;
}

/*
 * Pages run out in the middle of an area: all that was taken comes back, and the counters
 * say that it was not the address space.
 */
static void pages_run_out(struct kunit *test)
{
	const unsigned long want = 600;
	struct vmalloc_stats before, after;
	struct page *page, *next;
	unsigned long nr_left;
	LIST_HEAD(taken);
	unsigned int order;
	void *p;

	/* Leave fewer pages than are wanted, but enough for the array and the tables. */
	for (order = MAX_ORDER; order-- > 0;)
		while (nr_free_pages() > want - 100 + (1UL << order)) {
			page = alloc_pages(GFP_HIGHUSER | __GFP_NOWARN | __GFP_NORETRY, order);
			if (!page)
				break;
			page->private = order;
			list_add(&page->lru, &taken);
		}
	mm_quiesce();
	vmalloc_get_stats(&before);
	nr_left = free_now();
	p = __vmalloc(want * PAGE_SIZE, GFP_KERNEL | __GFP_HIGHMEM | __GFP_NOWARN);
	vmalloc_get_stats(&after);
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, free_now(), nr_left);

	list_for_each_entry_safe(page, next, &taken, lru) {
		order = page->private;
		page->private = 0;
		__free_pages(page, order);
	}
	KUNIT_EXPECT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, after.nr_no_pages, before.nr_no_pages + 1);
	KUNIT_EXPECT_EQ(test, after.nr_no_space, before.nr_no_space);

	p = __vmalloc(16 * PAGE_SIZE, GFP_KERNEL | __GFP_HIGHMEM);
	KUNIT_EXPECT_NOT_NULL(test, p);
	vfree(p);
}

/*
 * Addresses run out, with pages left. What waits for its flush is used before anything
 * fails.
 */
static void addresses_run_out(struct kunit *test)
{
	struct vm_struct *whole, *lazy;
	struct vmalloc_stats before, after;
	struct page *page = alloc_page(GFP_KERNEL);
	void *p;

	KUNIT_ASSERT_NOT_NULL(test, page);
	vmalloc_get_stats(&before);
	whole = get_vm_area(before.largest_gap - 3 * PAGE_SIZE, VM_MAP);
	KUNIT_ASSERT_NOT_NULL(test, whole);

	/* Two pages are left: an area of one page and its guard, which is then freed lazily. */
	lazy = get_vm_area(PAGE_SIZE, VM_MAP);
	KUNIT_ASSERT_NOT_NULL(test, lazy);
	KUNIT_ASSERT_EQ(test, map_vm_area(lazy, PAGE_KERNEL, &page), 0);
	KUNIT_EXPECT_NULL(test, __vmalloc(PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN));
	vmalloc_get_stats(&after);
	KUNIT_EXPECT_EQ(test, after.nr_no_space, before.nr_no_space + 1);
	KUNIT_EXPECT_EQ(test, after.nr_no_pages, before.nr_no_pages);
	KUNIT_EXPECT_EQ(test, after.largest_gap, 0);

	free_vm_area(lazy);
	KUNIT_EXPECT_EQ(test, nr_lazy(), 2);
	p = vmalloc(PAGE_SIZE);
	KUNIT_EXPECT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, nr_lazy(), 0);
	vfree(p);
	free_vm_area(whole);
	__free_page(page);
	mm_quiesce();
	vmalloc_get_stats(&after);
	KUNIT_EXPECT_EQ(test, after.largest_gap, before.largest_gap);
}

/* Who asks for more than there is at all is told, unless it would rather not be. */
static void more_than_there_is(struct kunit *test)
{
	unsigned long size = (totalram_pages() + 1) * PAGE_SIZE;
	char line[128];
	const char *text;

	snprintf(line, sizeof(line),
		 "vmalloc: out of memory: %lu bytes wanted, %lu of %lu pages are free, ", size,
		 nr_free_pages(), totalram_pages());
	printk_set_prefix("# ");
	said_begin();
	KUNIT_EXPECT_NULL(test, vmalloc(size));
	text = said_end();
	printk_set_prefix(NULL);
	KUNIT_EXPECT_TRUE_MSG(test, str_has_prefix(text, line), "expected \"%s\"", line);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "caller more_than_there_is+0x"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "Call Trace:"));

	said_begin();
	KUNIT_EXPECT_NULL(test, __vmalloc(size, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_STREQ(test, said_end(), "");
}

static struct kunit_case vmalloc_fail_cases[] = {
	KUNIT_CASE(pages_run_out),
	KUNIT_CASE(addresses_run_out),
	KUNIT_CASE(more_than_there_is),
	{},
};

static struct kunit_suite vmalloc_fail_suite = {
	.name = "vmalloc_fail",
	.init = vmalloc_fail_test_init,
	.exit = vmalloc_fail_test_exit,
	.test_cases = vmalloc_fail_cases,
};
kunit_test_suite(vmalloc_fail_suite);
