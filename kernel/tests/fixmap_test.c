/* SPDX-License-Identifier: MIT */
/*
 * Fixmap slots and the early mappings: the right frame at the right address, for
 * as long as it is mapped, and every way to misuse them reported.
 */
#include <mm/mm.h>
#include <kernel/selftest.h>
#include <arch/io.h>
#include <arch/mmu.h>

static unsigned long page_addr;

static int fixmap_test_init(struct kunit *test __unused)
{
	unsigned int i;

	page_addr = __get_free_page(GFP_KERNEL);
	if (!page_addr)
		return -ENOMEM;
	for (i = 0; i < PAGE_SIZE; i++)
		((u8 *)page_addr)[i] = (u8)(i ^ (i >> 8));
	return 0;
}

static void fixmap_test_exit(struct kunit *test)
{
	free_page(page_addr);
	KUNIT_EXPECT_EQ(test, early_ioremap_check_leaks(), 0U);
	KUNIT_EXPECT_TRUE(test, ptdump_check());
}

static u8 read_byte(unsigned long addr)
{
	return *(volatile u8 *)addr;
}

static void slots_are_addresses(struct kunit *test)
{
	unsigned int idx;

	KUNIT_EXPECT_EQ(test, fix_to_virt(FIX_APIC_BASE), 0xffffe000UL);
	for (idx = FIX_HOLE; idx < __end_of_fixed_addresses; idx++) {
		unsigned long addr = fix_to_virt(idx);
		pmd_t *pmd = pmd_off_k(addr);

		KUNIT_EXPECT_EQ(test, addr, FIXADDR_TOP - idx * PAGE_SIZE);
		KUNIT_EXPECT_EQ(test, virt_to_fix(addr), idx);
		KUNIT_EXPECT_EQ(test, virt_to_fix(addr + PAGE_SIZE - 1), idx);
		KUNIT_EXPECT_PTR_EQ(test, fixmap_pte(idx), pte_offset_kernel(pmd, addr));
	}
	KUNIT_EXPECT_EQ(test, fix_to_virt(__end_of_fixed_addresses - 1), FIXADDR_START);
	/* kmap_atomic() wants a whole row of slots for each CPU. */
	KUNIT_EXPECT_EQ(test, FIX_KMAP_END - FIX_KMAP_BEGIN + 1, KM_MAX_IDX * NR_CPUS);
}

static void slot_maps_and_unmaps(struct kunit *test)
{
	unsigned long addr = fix_to_virt(FIX_TEST);

	KUNIT_EXPECT_FAULT(test, addr, read_byte(addr));
	set_fixmap(FIX_TEST, __pa(page_addr));
	KUNIT_EXPECT_MEMEQ(test, (void *)addr, (void *)page_addr, PAGE_SIZE);
	*(volatile u8 *)(addr + 77) = 0xee;
	KUNIT_EXPECT_EQ(test, read_byte(page_addr + 77), 0xee);
	clear_fixmap(FIX_TEST);
	KUNIT_EXPECT_FAULT(test, addr, read_byte(addr));

	set_fixmap_nocache(FIX_TEST, __pa(page_addr));
	KUNIT_EXPECT_EQ(test, pte_val(*fixmap_pte(FIX_TEST)),
			pte_val(pfn_pte(virt_to_pfn(page_addr), PAGE_KERNEL_NOCACHE)));
	KUNIT_EXPECT_EQ(test, read_byte(addr + 77), 0xee);
	clear_fixmap(FIX_TEST);
	KUNIT_EXPECT_TRUE(test, pte_none(*fixmap_pte(FIX_TEST)));
}

/* Any first byte and any size, over page boundaries. */
static void early_mappings_keep_the_offset(struct kunit *test)
{
	phys_addr_t phys = __pa(page_addr);
	u8 *p;

	p = early_memremap(phys + 100, 33);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, offset_in_page(p), 100UL);
	KUNIT_EXPECT_MEMEQ(test, p, (void *)(page_addr + 100), 33);
	early_memunmap(p, 33);
	KUNIT_EXPECT_FAULT(test, (unsigned long)p, read_byte((unsigned long)p));

	/* The image: several pages, known content. */
	p = early_memremap(__pa(early_memremap) & PAGE_MASK, 3 * PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_MEMEQ(test, p, (void *)((unsigned long)early_memremap & PAGE_MASK),
			   3 * PAGE_SIZE);
	early_memunmap(p, 3 * PAGE_SIZE);
}

/* The top of the physical address space, far above the direct map: the BIOS's ROM. */
static void early_ioremap_reaches_everything(struct kunit *test)
{
	void __iomem *rom = early_ioremap(0xfffffff0, 16);
	u8 jump[5];

	KUNIT_ASSERT_TRUE(test, rom != NULL);
	KUNIT_EXPECT_EQ(test, offset_in_page((unsigned long __force)rom), 0xff0UL);
	memcpy_fromio(jump, rom, sizeof(jump));
	/* The far jump that a CPU begins with is also in the copy below 1 MiB. */
	KUNIT_EXPECT_MEMEQ(test, jump, __va(0xffff0), sizeof(jump));
	early_iounmap(rom, 16);
}

static void windows_run_out(struct kunit *test)
{
	void *p[FIX_BTMAPS_SLOTS];
	unsigned int i;

	for (i = 0; i < FIX_BTMAPS_SLOTS; i++) {
		p[i] = early_memremap(__pa(page_addr), PAGE_SIZE);
		KUNIT_ASSERT_NOT_NULL(test, p[i]);
		KUNIT_EXPECT_MEMEQ(test, p[i], (void *)page_addr, PAGE_SIZE);
	}
	KUNIT_EXPECT_WARN(test, "no free window",
			  KUNIT_EXPECT_NULL(test, early_memremap(__pa(page_addr), 1)));
	KUNIT_EXPECT_WARN(test, "early mappings leaked",
			  KUNIT_EXPECT_EQ(test, early_ioremap_check_leaks(), FIX_BTMAPS_SLOTS));
	/* A window in the middle is found again. */
	early_memunmap(p[3], PAGE_SIZE);
	p[3] = early_memremap(__pa(page_addr), PAGE_SIZE);
	KUNIT_EXPECT_NOT_NULL(test, p[3]);
	for (i = 0; i < FIX_BTMAPS_SLOTS; i++)
		early_memunmap(p[i], PAGE_SIZE);
}

static void sizes_have_limits(struct kunit *test)
{
	const unsigned long most = NR_FIX_BTMAPS * PAGE_SIZE;
	phys_addr_t phys = __pa(page_addr);
	const phys_addr_t roms = 0x100000 - most; /* up to 1 MiB: mapped in the direct map too */
	void *p = early_memremap(roms, most);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_MEMEQ(test, p, __va(roms), most);
	early_memunmap(p, most);
	KUNIT_EXPECT_WARN(test, "not possible", KUNIT_EXPECT_NULL(test, early_memremap(phys, 0)));
	KUNIT_EXPECT_WARN(test, "not possible",
			  KUNIT_EXPECT_NULL(test, early_memremap(phys, most + 1)));
	KUNIT_EXPECT_WARN(test, "not possible",
			  KUNIT_EXPECT_NULL(test, early_memremap(phys + 1, most)));
	KUNIT_EXPECT_WARN(test, "not possible",
			  KUNIT_EXPECT_NULL(test, early_memremap(0xfffff000, 0x1001)));
}

static void unmapping_is_checked(struct kunit *test)
{
	char *p = early_memremap(__pa(page_addr), 64);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_BUG(test, "mapped with another size", early_memunmap(p, 65));
	KUNIT_EXPECT_BUG(test, "nothing is mapped there", early_memunmap(p + PAGE_SIZE, 64));
	early_memunmap(p, 64);
	KUNIT_EXPECT_BUG(test, "nothing is mapped there", early_memunmap(p, 64));
}

static struct kunit_case fixmap_cases[] = {
	KUNIT_CASE(slots_are_addresses),
	KUNIT_CASE(slot_maps_and_unmaps),
	KUNIT_CASE(early_mappings_keep_the_offset),
	KUNIT_CASE(early_ioremap_reaches_everything),
	KUNIT_CASE(windows_run_out),
	KUNIT_CASE(sizes_have_limits),
	KUNIT_CASE(unmapping_is_checked),
	{},
};

static struct kunit_suite fixmap_suite = {
	.name = "fixmap",
	.init = fixmap_test_init,
	.exit = fixmap_test_exit,
	.test_cases = fixmap_cases,
};
kunit_test_suite(fixmap_suite);
