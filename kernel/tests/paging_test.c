/* SPDX-License-Identifier: MIT */
/*
 * The address space as paging_init() left it: what every region allows, tried by
 * reading, writing and jumping there, and catching the fault.
 */
#include <mm/memblock.h>
#include <mm/mm.h>
#include <kernel/selftest.h>
#include <kernel/sections.h>
#include <arch/mmu.h>

static unsigned long free_before;

static unsigned long free_and_tables(void)
{
	mm_quiesce();
	return nr_free_pages() + nr_kernel_pagetables();
}

static int paging_test_init(struct kunit *test __unused)
{
	free_before = free_and_tables();
	return 0;
}

static void paging_test_exit(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, free_and_tables(), free_before);
	KUNIT_EXPECT_TRUE(test, ptdump_check());
}

/*
 * Unwatched: the last byte of a section may be a sanitizer's red zone, and one of the
 * addresses is the null pointer.
 */
static __no_sanitize_address __no_sanitize_undefined u8 read_byte(unsigned long addr)
{
	return *(volatile u8 *)addr;
}

static __no_sanitize_address __no_sanitize_undefined void write_byte(unsigned long addr, u8 value)
{
	*(volatile u8 *)addr = value;
}

static void jump_to(unsigned long addr)
{
	((void (*)(void))addr)();
}

/* struct place - an address, or @addr bytes above high_memory */
struct place {
	const char *name;
	unsigned long addr;
	bool above_high;
};

static unsigned long place_addr(const struct place *place)
{
	return place->addr + (place->above_high ? (unsigned long)high_memory : 0);
}

static void place_desc(const struct place *place, char *desc)
{
	strscpy(desc, place->name, KUNIT_PARAM_DESC_SIZE);
}

static const struct place unmapped_places[] = {
	{"NULL", 0, false},
	{"end of page 0", PAGE_SIZE - 1, false},
	{"user space", PAGE_SIZE, false},
	{"where the image was mapped one to one", 0x100000, false},
	{"end of user space", PAGE_OFFSET - 1, false},
	{"end of the direct map", 0, true},
	{"end of the hole above it", VMALLOC_OFFSET - 1, true},
	{"end of the vmalloc area", VMALLOC_END, false},
	{"below pkmap", PKMAP_BASE - 1, false},
	{"behind pkmap", PKMAP_END, false},
	{"below the fixmap", FIXADDR_START - 1, false},
	{"an empty fixmap slot", __fix_to_virt(FIX_TEST), false},
	{"last page", FIXADDR_TOP, false},
	{"last byte", -1UL, false},
};
KUNIT_ARRAY_PARAM(unmapped, unmapped_places, place_desc);

static void expect_unmapped(struct kunit *test, unsigned long addr)
{
	KUNIT_EXPECT_FAULT(test, addr, read_byte(addr));
	KUNIT_EXPECT_FAULT(test, addr, write_byte(addr, 0));
	KUNIT_EXPECT_FAULT(test, addr, jump_to(addr));
}

static void unmapped_place_faults(struct kunit *test)
{
	expect_unmapped(test, place_addr(test->param_value));
}

static const struct place read_only_places[] = {
	{"first byte of text", (unsigned long)_stext, false},
	{"a function", (unsigned long)paging_test_init, false},
	{"last byte of text", (unsigned long)_etext - 1, false},
	{"first byte of rodata", (unsigned long)__start_rodata, false},
	{"this table", (unsigned long)unmapped_places, false},
	{"last byte of rodata", (unsigned long)__end_rodata - 1, false},
	{"data written by boot alone", (unsigned long)&lowmem_limit, false},
};
KUNIT_ARRAY_PARAM(read_only, read_only_places, place_desc);

static void expect_read_only(struct kunit *test, unsigned long addr, u8 content)
{
	KUNIT_EXPECT_FAULT(test, addr, write_byte(addr, (u8)~content));
	KUNIT_EXPECT_EQ(test, read_byte(addr), content);
}

static void read_only_place_keeps_its_content(struct kunit *test)
{
	unsigned long addr = place_addr(test->param_value);

	expect_read_only(test, addr, read_byte(addr));
}

static int in_data = 1;
static int in_bss;

static void data_can_be_written(struct kunit *test)
{
	int on_stack = 3;
	const unsigned long places[] = {(unsigned long)&in_data, (unsigned long)&in_bss,
					(unsigned long)&on_stack, (unsigned long)_edata - 1,
					(unsigned long)_end - 1};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		u8 before = read_byte(places[i]);

		write_byte(places[i], (u8)~before);
		KUNIT_EXPECT_EQ(test, read_byte(places[i]), (u8)~before);
		write_byte(places[i], before);
	}
	KUNIT_EXPECT_EQ(test, in_data + in_bss + on_stack, 4);
}

/* Without an execute-disable bit data is executable, and ptdump's X column is right. */
static void data_can_be_executed(struct kunit *test)
{
	unsigned long addr = __get_free_page(GFP_KERNEL);

	KUNIT_ASSERT_NE(test, addr, 0UL);
	write_byte(addr, 0xc3); /* ret */
	jump_to(addr);
	free_page(addr);
}

/* The image is mapped, the first MiB is, RAM is; what is none of these is not. */
static void direct_map_is_ram(struct kunit *test)
{
	unsigned long image_end = PFN_UP(__pa(_end));
	unsigned long pfn, wrong = 0;

	KUNIT_EXPECT_PTR_EQ(test, high_memory, __va(PFN_PHYS(max_low_pfn)));
	KUNIT_EXPECT_LE(test, PFN_PHYS(max_low_pfn), lowmem_limit);
	for (pfn = 0; pfn < max_low_pfn; pfn++) {
		unsigned long addr = (unsigned long)__va(PFN_PHYS(pfn));
		bool want = pfn < image_end || memblock_is_memory(PFN_PHYS(pfn));
		pmd_t *pmd = pmd_off_k(addr);
		bool got = !pmd_none(*pmd);

		if (got && !pmd_leaf(*pmd))
			got = !pte_none(*pte_offset_kernel(pmd, addr));
		if (got != want && wrong++ < 4)
			KUNIT_FAIL(test, "pfn %#lx: mapped %d, RAM %d", pfn, got, want);
	}
	KUNIT_EXPECT_EQ(test, wrong, 0UL);
}

/* The vmalloc area has what vmalloc= asks for, and less than 4 MiB more; bounds on both sides. */
static void limit_follows_vmalloc(struct kunit *test)
{
	const unsigned long both = VMALLOC_END - VMALLOC_OFFSET - PAGE_OFFSET;
	unsigned long size;

	KUNIT_EXPECT_EQ(test, LOWMEM_LIMIT_DEFAULT, 896UL << 20);
	for (size = VMALLOC_SIZE_MIN; size <= both - LOWMEM_LIMIT_MIN; size += 3 * PAGE_SIZE << 8) {
		unsigned long area = both - lowmem_limit_for(size);

		KUNIT_EXPECT_GE(test, area, size);
		KUNIT_EXPECT_LT(test, area, size + PMD_SIZE);
		KUNIT_EXPECT_EQ(test, lowmem_limit_for(size) % PMD_SIZE, 0UL);
	}
	KUNIT_EXPECT_EQ(test, lowmem_limit_for(256 << 20), 748UL << 20);
	KUNIT_EXPECT_EQ(test, lowmem_limit_for(0), lowmem_limit_for(VMALLOC_SIZE_MIN));
	KUNIT_EXPECT_EQ(test, lowmem_limit_for(1ULL << 30), LOWMEM_LIMIT_MIN);
	KUNIT_EXPECT_EQ(test, lowmem_limit_for(1ULL << 32), LOWMEM_LIMIT_MIN);
	KUNIT_EXPECT_EQ(test, lowmem_limit_for(~0ULL), LOWMEM_LIMIT_MIN);
}

static void regions_have_names(struct kunit *test)
{
	unsigned long high = (unsigned long)high_memory;

	KUNIT_EXPECT_STREQ(test, layout_region(0), "NULL page");
	KUNIT_EXPECT_STREQ(test, layout_region(PAGE_SIZE), "user space");
	KUNIT_EXPECT_STREQ(test, layout_region(PAGE_OFFSET - 1), "user space");
	KUNIT_EXPECT_STREQ(test, layout_region(PAGE_OFFSET), "direct map");
	KUNIT_EXPECT_STREQ(test, layout_region((unsigned long)regions_have_names), "kernel text");
	KUNIT_EXPECT_STREQ(test, layout_region((unsigned long)unmapped_places),
			   "kernel read-only data");
	KUNIT_EXPECT_STREQ(test, layout_region((unsigned long)&in_data), "kernel data");
	KUNIT_EXPECT_STREQ(test, layout_region((unsigned long)&in_bss), "kernel bss");
	KUNIT_EXPECT_STREQ(test, layout_region((unsigned long)_end), "direct map");
	KUNIT_EXPECT_STREQ(test, layout_region(high - 1), "direct map");
	KUNIT_EXPECT_STREQ(test, layout_region(high), "hole above the direct map");
	KUNIT_EXPECT_STREQ(test, layout_region(VMALLOC_START), "vmalloc area");
	KUNIT_EXPECT_STREQ(test, layout_region(VMALLOC_END), "hole above the vmalloc area");
	KUNIT_EXPECT_STREQ(test, layout_region(PKMAP_BASE), "pkmap area");
	KUNIT_EXPECT_STREQ(test, layout_region(PKMAP_END), "hole below the fixmap");
	KUNIT_EXPECT_STREQ(test, layout_region(FIXADDR_START), "fixmap area");
	KUNIT_EXPECT_STREQ(test, layout_region(FIXADDR_TOP - 1), "fixmap area");
	KUNIT_EXPECT_STREQ(test, layout_region(-1UL), "last page");
}

/* Guard pages: present in the registry, absent in the tables. */
static void guards_fault(struct kunit *test)
{
	unsigned long guard = (unsigned long)boot_stack_guard;

	KUNIT_ASSERT_NOT_NULL(test, guard_page_name(guard));
	KUNIT_EXPECT_PTR_EQ(test, guard_page_name(guard + PAGE_SIZE - 1), guard_page_name(guard));
	KUNIT_EXPECT_NULL(test, guard_page_name(guard + PAGE_SIZE));
	KUNIT_EXPECT_FAULT(test, guard, read_byte(guard));
	KUNIT_EXPECT_FAULT(test, guard + PAGE_SIZE - 1, write_byte(guard + PAGE_SIZE - 1, 0));
}

/*
 * An entry changes under a translation that was used just before. What the CPU
 * sees before the flush is its own affair (reported, not judged: an emulator may
 * forget more than it must); afterwards it must see the new page.
 */
static void flushes_reach_global_entries(struct kunit *test)
{
	unsigned long a = __get_free_page(GFP_KERNEL), b = __get_free_page(GFP_KERNEL);
	unsigned long addr = fix_to_virt(FIX_TEST);
	pte_t pte_a, pte_b;
	u8 unflushed, after_cr3;

	KUNIT_ASSERT_TRUE(test, a && b);
	write_byte(a, 'a');
	write_byte(b, 'b');
	pte_a = pfn_pte(virt_to_pfn(a), PAGE_KERNEL);
	pte_b = pfn_pte(virt_to_pfn(b), PAGE_KERNEL);
	KUNIT_EXPECT_EQ(test, pte_global(pte_a), !!(__supported_pte_mask & _PAGE_GLOBAL));

	set_pte(fixmap_pte(FIX_TEST), pte_a);
	KUNIT_EXPECT_EQ(test, read_byte(addr), 'a');
	set_pte(fixmap_pte(FIX_TEST), pte_b);
	unflushed = read_byte(addr);
	flush_tlb_one_kernel(addr);
	KUNIT_EXPECT_EQ(test, read_byte(addr), 'b');

	set_pte(fixmap_pte(FIX_TEST), pte_a);
	load_pgd(current_pgd());
	after_cr3 = read_byte(addr);
	flush_tlb_all();
	KUNIT_EXPECT_EQ(test, read_byte(addr), 'a');

	set_pte(fixmap_pte(FIX_TEST), pte_b);
	flush_tlb_kernel_range(addr, addr + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, read_byte(addr), 'b');
	set_pte(fixmap_pte(FIX_TEST), pte_a);
	flush_tlb_kernel_range(addr, addr + (TLB_SINGLE_PAGE_FLUSH_CEILING + 1) * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, read_byte(addr), 'a');

	pte_clear(&init_mm, addr, fixmap_pte(FIX_TEST));
	flush_tlb_local();
	KUNIT_EXPECT_FAULT(test, addr, read_byte(addr));
	kunit_info(test, "stale entry used: unflushed %s, after a load of CR3 %s",
		   unflushed == 'a' ? "yes" : "no", after_cr3 == 'b' ? "yes" : "no");
	free_page(a);
	free_page(b);
}

/* Where the CPU knows global pages (ptdump_check() asks it) the kernel's are. */
static void kernel_pages_are_global(struct kunit *test)
{
	unsigned long text = (unsigned long)_stext;

	KUNIT_EXPECT_TRUE(test, ptdump_check());
	KUNIT_EXPECT_EQ(test, pte_global(*pte_offset_kernel(pmd_off_k(text), text)),
			!!(__supported_pte_mask & _PAGE_GLOBAL));
}

static struct kunit_case paging_cases[] = {
	KUNIT_CASE_PARAM(unmapped_place_faults, unmapped_gen_params),
	KUNIT_CASE_PARAM(read_only_place_keeps_its_content, read_only_gen_params),
	KUNIT_CASE(data_can_be_written),
	KUNIT_CASE(data_can_be_executed),
	KUNIT_CASE(direct_map_is_ram),
	KUNIT_CASE(limit_follows_vmalloc),
	KUNIT_CASE(regions_have_names),
	KUNIT_CASE(guards_fault),
	KUNIT_CASE(flushes_reach_global_entries),
	KUNIT_CASE(kernel_pages_are_global),
	{},
};

static struct kunit_suite paging_suite = {
	.name = "paging",
	.init = paging_test_init,
	.exit = paging_test_exit,
	.test_cases = paging_cases,
};
kunit_test_suite(paging_suite);
