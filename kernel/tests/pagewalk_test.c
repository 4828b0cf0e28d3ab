/* SPDX-License-Identifier: MIT */
/*
 * The walk of one address, against what the tables are known to hold: mappings of each
 * kind, and any address at all against the walk that mm/ makes.
 */
#include <kernel/selftest.h>
#include <kernel/sections.h>
#include <kernel/seq.h>
#include <kernel/lib/vsprintf.h>
#include <arch/mmu.h>
#include <mm/mm.h>
#include <mm/vmalloc.h>

static struct pagewalk walk;

static void expect_page(struct kunit *test, unsigned long addr, phys_addr_t phys, bool writable)
{
	pagewalk(addr, &walk);
	KUNIT_EXPECT_TRUE(test, walk.present);
	KUNIT_EXPECT_EQ(test, walk.addr, addr);
	KUNIT_EXPECT_EQ(test, walk.phys, phys);
	KUNIT_EXPECT_EQ(test, walk.writable, writable);
	KUNIT_EXPECT_FALSE(test, walk.user);
	KUNIT_EXPECT_EQ(test, walk.nr_levels, walk.page_size == PAGE_SIZE ? 2 : 1);
	KUNIT_EXPECT_TRUE(test, walk.level[0].readable);
	KUNIT_EXPECT_EQ(test, walk.level[0].index, pgd_index(addr));
}

static void the_image_and_an_area(struct kunit *test)
{
	char *area = vmalloc(2 * PAGE_SIZE);
	unsigned long addr = (unsigned long)area + PAGE_SIZE + 12;

	KUNIT_ASSERT_NOT_NULL(test, area);
	expect_page(test, (unsigned long)_stext + 5, __pa(_stext) + 5, false);
	expect_page(test, (unsigned long)__start_rodata, __pa(__start_rodata), false);
	expect_page(test, (unsigned long)&walk, __pa(&walk), true);
	expect_page(test, addr, ((phys_addr_t)vmalloc_to_pfn(area + PAGE_SIZE) << PAGE_SHIFT) + 12,
		    true);
	KUNIT_EXPECT_EQ(test, walk.page_size, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, walk.level[1].index, pte_index(addr));
	pagewalk((unsigned long)area + 2 * PAGE_SIZE, &walk);
	KUNIT_EXPECT_FALSE(test, walk.present);
	KUNIT_EXPECT_EQ(test, walk.nr_levels, 2);
	vfree(area);
}

static void nothing_below_the_kernel(struct kunit *test)
{
	pagewalk(0, &walk);
	KUNIT_EXPECT_FALSE(test, walk.present);
	KUNIT_EXPECT_EQ(test, walk.nr_levels, 1);
	KUNIT_EXPECT_TRUE(test, walk.level[0].readable);
	KUNIT_EXPECT_EQ(test, walk.level[0].entry, 0);
	pagewalk(ULONG_MAX, &walk);
	KUNIT_EXPECT_FALSE(test, walk.present);
}

/* translate - the same by the functions that mm/ walks with; false when nothing is there */
static bool translate(unsigned long addr, phys_addr_t *phys, bool *writable)
{
	pmd_t *pmd = pmd_off_k(addr);
	pte_t pte;

	if (!pmd_present(*pmd))
		return false;
	if (pmd_leaf(*pmd)) {
		*phys = ((phys_addr_t)pmd_pfn(*pmd) << PAGE_SHIFT) | (addr & ~PMD_MASK);
		*writable = pmd_val(*pmd) & _PAGE_RW;
		return true;
	}
	pte = ptep_get(pte_offset_kernel(pmd, addr));
	if (!pte_present(pte))
		return false;
	*phys = ((phys_addr_t)pte_pfn(pte) << PAGE_SHIFT) | (addr & ~PAGE_MASK);
	*writable = pte_write(pte);
	return true;
}

static void any_address_agrees_with_the_tables(struct kunit *test)
{
	unsigned int i, present = 0;

	for (i = 0; i < 20000; i++) {
		unsigned long addr = PAGE_OFFSET + kunit_rand_below(test, -PAGE_OFFSET);
		phys_addr_t phys = 0;
		bool writable = false, there;

		if (i & 1) /* half of them where something is */
			addr = PAGE_OFFSET + kunit_rand_below(test, (u32)__pa(high_memory));
		there = translate(addr, &phys, &writable);
		pagewalk(addr, &walk);
		KUNIT_ASSERT_EQ(test, walk.present, there);
		KUNIT_ASSERT_EQ(test, walk.phys, phys);
		KUNIT_ASSERT_EQ(test, walk.writable, writable);
		present += there;
	}
	KUNIT_EXPECT_GT(test, present, 100);
}

/* In words: each entry by its place and bits, and what it leads to. */
static void levels_are_printed(struct kunit *test)
{
	unsigned long text = (unsigned long)show_pagewalk;
	static char said[512];
	struct seq_file m;
	char line[64];

	pagewalk(text, &walk);
	seq_open_buffer(&m, said, sizeof(said));
	show_pagewalk(&m, &walk);
	scnprintf(line, sizeof(line), "page walk of 0x%08lx: CR3 ", text);
	KUNIT_EXPECT_TRUE(test, str_has_prefix(said, line));
	scnprintf(line, sizeof(line), "\n  pde[%lu] = ", pgd_index(text));
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, line));
	if (walk.page_size == PAGE_SIZE) {
		KUNIT_EXPECT_NOT_NULL(test, strstr(said, ": page table at 0x"));
		scnprintf(line, sizeof(line), "\n  pte[%lu] = %05lx", pte_index(text),
			  (text - PAGE_OFFSET) >> PAGE_SHIFT);
		KUNIT_EXPECT_NOT_NULL(test, strstr(said, line));
		scnprintf(line, sizeof(line), ": 4 KiB page at 0x%08lx, ro ",
			  (text - PAGE_OFFSET) & PAGE_MASK);
		KUNIT_EXPECT_NOT_NULL(test, strstr(said, line));
	}

	walk = (struct pagewalk){.addr = 0x12345678, .root = 0x1000, .nr_levels = 1};
	walk.level[0] = (struct pagewalk_level){
		.name = "pde", .index = 72, .entry = 0x004000e7, .readable = true};
	seq_open_buffer(&m, said, sizeof(said));
	show_pagewalk(&m, &walk);
	KUNIT_EXPECT_STREQ(test, said,
			   "page walk of 0x12345678: CR3 00001000\n"
			   "  pde[72] = 004000e7: 4 MiB page at 0x00400000, RW US A D PS\n");
	walk.level[0].readable = false;
	walk.level[0].table = 0x40000000;
	seq_open_buffer(&m, said, sizeof(said));
	show_pagewalk(&m, &walk);
	KUNIT_EXPECT_STREQ(test, said,
			   "page walk of 0x12345678: CR3 00001000\n"
			   "  pde[72]: directory at 0x40000000 is out of reach\n");
}

static struct kunit_case pagewalk_test_cases[] = {
	KUNIT_CASE(the_image_and_an_area),
	KUNIT_CASE(nothing_below_the_kernel),
	KUNIT_CASE(any_address_agrees_with_the_tables),
	KUNIT_CASE(levels_are_printed),
	{},
};

static struct kunit_suite pagewalk_suite = {
	.name = "pagewalk",
	.test_cases = pagewalk_test_cases,
};
kunit_test_suite(pagewalk_suite);
