/* SPDX-License-Identifier: MIT */
/*
 * vmalloc() and vmap() when something runs out: any single allocation in the middle,
 * pages, or addresses. All that was taken comes back, and the two kinds of exhaustion
 * are told apart.
 */
#include <kernel/selftest.h>
#include <kernel/lib/list.h>
#include <arch/mmu.h>
#include <mm/fail.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>

static unsigned long free_at_start;
static unsigned long tables_at_start;

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
	return 0;
}

static void vmalloc_fail_test_exit(struct kunit *test)
{
	struct vmalloc_stats stats;

	mm_quiesce();
	vmalloc_get_stats(&stats);
	KUNIT_EXPECT_EQ(test, stats.nr_lazy_pages, 0);
	KUNIT_EXPECT_EQ(test, stats.nr_pages, 0);
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
 * The n-th allocation fails, n = 0, 1, 2 ..., in each operation that makes several. The
 * range is one whose page table does not exist yet, as far as that can be had, so that
 * the table's page is among them.
 */

/* Fresh addresses: take all below the next 4 MiB boundary. NULL when there are none. */
static struct vm_struct *reach_new_page_table(struct kunit *test)
{
	struct vm_struct *probe = get_vm_area(PAGE_SIZE, VM_MAP), *filler;
	unsigned long addr, end;

	KUNIT_ASSERT_NOT_NULL(test, probe);
	addr = (unsigned long)probe->addr;
	free_vm_area(probe);
	for (end = (addr + PMD_SIZE) & PMD_MASK; end < VMALLOC_END; end += PMD_SIZE)
		if (pmd_none(*pmd_off_k(end)))
			break;
	if (end >= VMALLOC_END)
		return NULL;
	filler = get_vm_area(end - addr - PAGE_SIZE, VM_MAP);
	KUNIT_ASSERT_NOT_NULL(test, filler);
	KUNIT_EXPECT_EQ(test, (unsigned long)filler->addr, addr);
	return filler;
}

static void *try_vmalloc(void *arg __unused)
{
	return __vmalloc(5 * PAGE_SIZE, GFP_KERNEL | __GFP_HIGHMEM | __GFP_NOWARN);
}

static void undo_vmalloc(void *p)
{
	vfree(p);
}

static void *try_vmap(void *arg)
{
	return vmap(arg, 4, VM_MAP, PAGE_KERNEL);
}

static void undo_vmap(void *p)
{
	vunmap(p);
}

static void *try_get_vm_area(void *arg __unused)
{
	return get_vm_area(PAGE_SIZE, VM_MAP);
}

static void undo_get_vm_area(void *p)
{
	free_vm_area(p);
}

/* More than 1024 pages: the array of pages is itself from vmalloc(). */
static void *try_large_vmalloc(void *arg __unused)
{
	return __vmalloc(1030 * PAGE_SIZE, GFP_KERNEL | __GFP_HIGHMEM | __GFP_NOWARN);
}

struct failing_op {
	const char *name;
	void *(*attempt)(void *arg);
	void (*undo)(void *p);
	unsigned int nr_at_least; /* allocations, one way or other */
	unsigned int stride;      /* after the first 20, every so many-th */
};

static const struct failing_op failing_ops[] = {
	{"vmalloc", try_vmalloc, undo_vmalloc, 8, 1},
	{"vmap", try_vmap, undo_vmap, 2, 1},
	{"get_vm_area", try_get_vm_area, undo_get_vm_area, 2, 1},
	{"vmalloc of 1030 pages", try_large_vmalloc, undo_vmalloc, 1030, 101},
};

static void failing_op_desc(const struct failing_op *op, char *desc)
{
	strscpy(desc, op->name, KUNIT_PARAM_DESC_SIZE);
}
KUNIT_ARRAY_PARAM(failing_op, failing_ops, failing_op_desc)

static void nth_allocation_fails(struct kunit *test)
{
	const struct failing_op *op = test->param_value;
	struct vm_struct *filler;
	struct page *pages[4];
	unsigned int n, i;
	void *p;

	if (nr_free_pages() < 2 * op->nr_at_least)
		kunit_skip(test, "too little memory");
	filler = reach_new_page_table(test);
	for (i = 0; i < 4; i++) {
		pages[i] = alloc_page(GFP_HIGHUSER);
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
	}
	for (n = 0;; n += n < 20 ? 1 : op->stride) {
		unsigned long nr_pages = vmalloc_nr_pages();

		fail_nth_set(n);
		p = op->attempt(pages);
		if (!fail_nth_clear())
			break;
		if (p)
			op->undo(p); /* it did without the one that failed */
		KUNIT_EXPECT_EQ(test, vmalloc_nr_pages(), nr_pages);
		KUNIT_ASSERT_TRUE(test, vmalloc_check());
	}
	KUNIT_ASSERT_NOT_NULL(test, p);
	op->undo(p);
	KUNIT_EXPECT_GE(test, n, op->nr_at_least);
	for (i = 0; i < 4; i++)
		__free_page(pages[i]);
	if (filler)
		free_vm_area(filler);
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

static struct kunit_case vmalloc_fail_cases[] = {
	KUNIT_CASE_PARAM(nth_allocation_fails, failing_op_gen_params),
	KUNIT_CASE(pages_run_out),
	KUNIT_CASE(addresses_run_out),
	{},
};

static struct kunit_suite vmalloc_fail_suite = {
	.name = "vmalloc_fail",
	.init = vmalloc_fail_test_init,
	.exit = vmalloc_fail_test_exit,
	.test_cases = vmalloc_fail_cases,
};
kunit_test_suite(vmalloc_fail_suite);
