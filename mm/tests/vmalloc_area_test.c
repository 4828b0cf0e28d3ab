/* SPDX-License-Identifier: MIT */
/*
 * What an area's descriptor says: its flags, where its pages are noted, that nothing is left in it
 * of what its memory held before; and what is said when there is no memory for an area.
 */
#include <kernel/preempt.h>
#include <kernel/selftest.h>
#include <kernel/lib/string.h>
#include <mm/highmem.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <mm/tests/said.h>

static unsigned long free_at_start;

static unsigned long free_or_table(void)
{
	return nr_free_pages() + nr_kernel_pagetables();
}

static int vmalloc_area_test_init(struct kunit *test __unused)
{
	mm_quiesce();
	free_at_start = free_or_table();
	return 0;
}

static void vmalloc_area_test_exit(struct kunit *test)
{
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, free_or_table(), free_at_start);
	KUNIT_EXPECT_TRUE(test, vmalloc_check());
}

static void expect_flags(struct kunit *test, void *addr, unsigned long flags)
{
	KUNIT_ASSERT_NOT_NULL(test, addr);
	KUNIT_EXPECT_EQ(test, find_vm_area(addr)->flags, flags);
	vfree(addr);
}

static void flags_of_each_kind(struct kunit *test)
{
	expect_flags(test, vmalloc(1), VM_ALLOC);
	expect_flags(test, vzalloc(1), VM_ALLOC);
	expect_flags(test, __vmalloc(1, GFP_KERNEL), VM_ALLOC);
	expect_flags(test, vmalloc_user(1), VM_ALLOC | VM_USERMAP);
}

static bool notes_pages_inline(struct kunit *test, unsigned long size)
{
	void *addr = vmalloc(size);
	struct vm_struct *area = find_vm_area(addr);
	bool is_inline;

	KUNIT_ASSERT_NOT_NULL(test, area);
	is_inline = area->pages == area->inline_pages;
	vfree(addr);
	return is_inline;
}

/* By pages, not by bytes: the first byte of a page counts as its last. */
static void short_arrays_are_inline(struct kunit *test)
{
	unsigned long nr;

	KUNIT_EXPECT_TRUE(test, notes_pages_inline(test, 1));
	for (nr = 1; nr <= 64; nr++)
		KUNIT_EXPECT_EQ_MSG(test, notes_pages_inline(test, nr * PAGE_SIZE),
				    notes_pages_inline(test, (nr - 1) * PAGE_SIZE + 1), "%lu pages",
				    nr);
	KUNIT_EXPECT_FALSE(test, notes_pages_inline(test, 64 * PAGE_SIZE));
}

/* Descriptors are taken from memory that was all ones. */
static void nothing_is_left_of_before(struct kunit *test)
{
	struct vm_struct *area;
	void *dirty[8];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(dirty); i++) {
		dirty[i] = kmalloc(sizeof(struct vm_struct), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, dirty[i]);
		memset(dirty[i], 0xff, sizeof(struct vm_struct));
	}
	for (i = 0; i < ARRAY_SIZE(dirty); i++)
		kfree(dirty[i]);
	area = get_vm_area(PAGE_SIZE, VM_MAP);
	KUNIT_ASSERT_NOT_NULL(test, area);
	KUNIT_EXPECT_EQ(test, area->size, 2 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, area->flags, VM_MAP);
	KUNIT_EXPECT_NULL(test, area->pages);
	KUNIT_EXPECT_EQ(test, area->nr_pages, 0U);
	KUNIT_EXPECT_EQ(test, area->phys_addr, (phys_addr_t)0);
	free_vm_area(area);
}

/* The array of an area of 1025 pages is in an area itself, and need not be in low memory. */
static void long_arrays_come_from_highmem(struct kunit *test)
{
	struct vm_struct *area;
	struct sysinfo si;
	struct page *page;
	void *addr;

	si_meminfo(&si);
	if (si.freehigh < 2048)
		kunit_skip(test, "too little highmem");
	addr = vmalloc(1025 * PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, addr);
	area = find_vm_area(addr);
	KUNIT_ASSERT_TRUE(test, is_vmalloc_addr(area->pages));
	page = vmalloc_to_page(area->pages);
	vfree(addr);
	KUNIT_EXPECT_TRUE(test, PageHighMem(page));
}

/* Who can do without is not told. */
static void nowarn_is_silent(struct kunit *test)
{
	const char *said;
	void *addr;

	said_begin();
	addr = __vmalloc((totalram_pages() + 1) * PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN);
	said = said_end();
	KUNIT_EXPECT_NULL(test, addr);
	KUNIT_EXPECT_STREQ(test, said, "");
}

/* Even where there is nothing to do. */
static void who_may_sleep(struct kunit *test)
{
	struct vm_struct none = {.addr = (void *)VMALLOC_START, .size = PAGE_SIZE};
	pgprot_t prot = PAGE_KERNEL;

	mm_quiesce();
	preempt_disable();
	KUNIT_EXPECT_BUG(test, "sleeping function", vm_unmap_aliases());
	KUNIT_EXPECT_BUG(test, "sleeping function",
			 KUNIT_EXPECT_EQ(test, map_vm_area(&none, prot, NULL), 0));
	KUNIT_EXPECT_BUG(test, "sleeping function",
			 KUNIT_EXPECT_EQ(test,
					 ioremap_page_range(VMALLOC_START, VMALLOC_START, 0, prot),
					 0));
	preempt_enable();
}

static struct kunit_case vmalloc_area_cases[] = {
	KUNIT_CASE(flags_of_each_kind),
	KUNIT_CASE(short_arrays_are_inline),
	KUNIT_CASE(nothing_is_left_of_before),
	KUNIT_CASE(long_arrays_come_from_highmem),
	KUNIT_CASE(nowarn_is_silent),
	KUNIT_CASE(who_may_sleep),
	{},
};

static struct kunit_suite vmalloc_area_suite = {
	.name = "vmalloc_area",
	.init = vmalloc_area_test_init,
	.exit = vmalloc_area_test_exit,
	.test_cases = vmalloc_area_cases,
};
kunit_test_suite(vmalloc_area_suite);
