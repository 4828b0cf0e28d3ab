/* SPDX-License-Identifier: MIT */
/*
 * Page-table types and helpers, page directories, and where tables come from.
 */
#include <mm/fail.h>
#include <mm/mm.h>
#include <kernel/selftest.h>
#include <arch/mmu.h>

static unsigned long free_before;

/* free_and_tables - tables of the kernel's part stay, so they count as if free */
static unsigned long free_and_tables(void)
{
	mm_quiesce();
	return nr_free_pages() + nr_kernel_pagetables();
}

static int pgtable_test_init(struct kunit *test __unused)
{
	free_before = free_and_tables();
	return 0;
}

static void pgtable_test_exit(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, free_and_tables(), free_before);
	KUNIT_EXPECT_TRUE(test, ptdump_check());
}

/* A virtual address whose directory entry is empty, in the vmalloc area; 0 if there is none. */
static unsigned long address_without_table(void)
{
	unsigned long addr = VMALLOC_END & PMD_MASK;

	while (addr > VMALLOC_START) {
		addr -= PMD_SIZE;
		if (pmd_none(*pmd_off_k(addr)))
			return addr;
	}
	return 0;
}

/* Every bit that a helper says it changes, and no other. */
static void pte_helpers_change_one_bit(struct kunit *test)
{
	pte_t pte = pfn_pte(0x12345, PAGE_KERNEL);

	KUNIT_EXPECT_EQ(test, pte_pfn(pte), 0x12345UL);
	KUNIT_EXPECT_EQ(test, pte_val(pte) & ~PAGE_MASK,
			pgprot_val(PAGE_KERNEL) & __supported_pte_mask);
	KUNIT_EXPECT_TRUE(test, pte_present(pte));
	KUNIT_EXPECT_TRUE(test, pte_write(pte));
	KUNIT_EXPECT_TRUE(test, pte_dirty(pte));
	KUNIT_EXPECT_TRUE(test, pte_young(pte));
	KUNIT_EXPECT_FALSE(test, pte_user(pte));
	KUNIT_EXPECT_FALSE(test, pte_none(pte));
	KUNIT_EXPECT_TRUE(test, pte_none(__pte(0)));

	KUNIT_EXPECT_EQ(test, pte_val(pte) ^ pte_val(pte_wrprotect(pte)), 0x2UL);
	KUNIT_EXPECT_EQ(test, pte_val(pte) ^ pte_val(pte_mkold(pte)), 0x20UL);
	KUNIT_EXPECT_EQ(test, pte_val(pte) ^ pte_val(pte_mkclean(pte)), 0x40UL);
	KUNIT_EXPECT_EQ(test, pte_val(pte_mkwrite(pte_wrprotect(pte))), pte_val(pte));
	KUNIT_EXPECT_EQ(test, pte_val(pte_mkyoung(pte_mkold(pte))), pte_val(pte));
	KUNIT_EXPECT_EQ(test, pte_val(pte_mkdirty(pte_mkclean(pte))), pte_val(pte));
}

/* The words that SDM vol. 3, table 4-6 gives for these rights. */
static void protections_are_the_cpus(struct kunit *test)
{
	pteval_t global = __supported_pte_mask & _PAGE_GLOBAL;

	KUNIT_EXPECT_EQ(test, pte_val(pfn_pte(1, PAGE_KERNEL)), 0x1063 | global);
	KUNIT_EXPECT_EQ(test, pte_val(pfn_pte(1, PAGE_KERNEL_EXEC)), 0x1063 | global);
	KUNIT_EXPECT_EQ(test, pte_val(pfn_pte(1, PAGE_KERNEL_RO)), 0x1061 | global);
	KUNIT_EXPECT_EQ(test, pte_val(pfn_pte(1, PAGE_KERNEL_NOCACHE)), 0x107b | global);
	KUNIT_EXPECT_EQ(test, pte_val(pfn_pte(1, PAGE_SHARED)), 0x1027UL);
	KUNIT_EXPECT_EQ(test, pte_val(pfn_pte(1, PAGE_READONLY)), 0x1025UL);
	KUNIT_EXPECT_EQ(test, pte_val(pfn_pte(1, PAGE_COPY)), 0x1025UL);
	/* Not present to the CPU, yet a mapping. */
	KUNIT_EXPECT_EQ(test, pgprot_val(PAGE_NONE) & _PAGE_PRESENT, 0UL);
	KUNIT_EXPECT_TRUE(test, pte_present(pfn_pte(1, PAGE_NONE)));
	KUNIT_EXPECT_EQ(test, pgprot_val(pgprot_noncached(PAGE_KERNEL)),
			pgprot_val(PAGE_KERNEL_NOCACHE));
	/* Write-combining by the PAT's entry 1 (PWT), or uncached (PCD) without a PAT. */
	KUNIT_EXPECT_EQ(test, pgprot_val(pgprot_writecombine(PAGE_KERNEL_NOCACHE)),
			pgprot_val(PAGE_KERNEL_WC));
	KUNIT_EXPECT_TRUE(test, __page_cache_wc == _PAGE_PWT || __page_cache_wc == _PAGE_PCD);
}

static void indices_cut_an_address(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, pgd_index(0), 0UL);
	KUNIT_EXPECT_EQ(test, pgd_index(0xc0000000), 768UL);
	KUNIT_EXPECT_EQ(test, pgd_index(0xc03fffff), 768UL);
	KUNIT_EXPECT_EQ(test, pgd_index(0xc0400000), 769UL);
	KUNIT_EXPECT_EQ(test, pgd_index(0xffffffff), 1023UL);
	KUNIT_EXPECT_EQ(test, pte_index(0xc0400000), 0UL);
	KUNIT_EXPECT_EQ(test, pte_index(0xc0401fff), 1UL);
	KUNIT_EXPECT_EQ(test, pte_index(0xffffffff), 1023UL);

	/* The end of an entry, or of the range; 0 is the end of all addresses. */
	KUNIT_EXPECT_EQ(test, pmd_addr_end(0xc0001000UL, 0xc1000000UL), 0xc0400000UL);
	KUNIT_EXPECT_EQ(test, pmd_addr_end(0xc0001000UL, 0xc0002000UL), 0xc0002000UL);
	KUNIT_EXPECT_EQ(test, pgd_addr_end(0xffc00000UL, 0UL), 0UL);
	KUNIT_EXPECT_EQ(test, pmd_addr_end(0xff800000UL, 0UL), 0xffc00000UL);
}

/* The folded levels are the directory entry itself, and never the reason to stop. */
static void folded_levels_are_one_entry(struct kunit *test)
{
	unsigned long addr = (unsigned long)&free_before;
	pgd_t *pgd = pgd_offset(&init_mm, addr);
	pud_t *pud = pud_offset(pgd, addr);
	pmd_t *pmd = pmd_offset(pud, addr);

	KUNIT_EXPECT_PTR_EQ(test, init_mm.pgd, &swapper_pg_dir[0]);
	KUNIT_EXPECT_PTR_EQ(test, pgd, pgd_offset_k(addr));
	KUNIT_EXPECT_PTR_EQ(test, (void *)pud, (void *)pgd);
	KUNIT_EXPECT_PTR_EQ(test, (void *)pmd, (void *)pgd);
	KUNIT_EXPECT_EQ(test, pmd_val(*pmd), pgd_val(*pgd));
	KUNIT_EXPECT_FALSE(test, pgd_none(*pgd) || pgd_bad(*pgd) || !pgd_present(*pgd));
	KUNIT_EXPECT_FALSE(test, pud_none(*pud) || pud_bad(*pud) || !pud_present(*pud));
	KUNIT_EXPECT_FALSE(test, pmd_none(*pmd) || !pmd_present(*pmd));

	/* An empty entry shows at the pmd. */
	pgd = pgd_offset_k(0);
	pmd = pmd_offset(pud_offset(pgd, 0), 0);
	KUNIT_EXPECT_FALSE(test, pgd_none(*pgd));
	KUNIT_EXPECT_TRUE(test, pmd_none(*pmd));
	KUNIT_EXPECT_FALSE(test, pmd_present(*pmd));
	KUNIT_EXPECT_TRUE(test, pmd_bad(*pmd));
}

/* A walk by hand arrives at the page that __pa() computes. */
static void walk_finds_the_frame(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned long addr;
	pmd_t *pmd;

	KUNIT_ASSERT_NOT_NULL(test, page);
	addr = (unsigned long)lowmem_page_address(page);
	pmd = pmd_off_k(addr);
	if (pmd_leaf(*pmd)) {
		KUNIT_EXPECT_EQ(test, pmd_pfn(*pmd) + pte_index(addr), page_to_pfn(page));
		KUNIT_EXPECT_TRUE(test, pmd_write(*pmd));
	} else {
		pte_t *pte = pte_offset_kernel(pmd, addr);

		KUNIT_EXPECT_FALSE(test, pmd_bad(*pmd));
		KUNIT_EXPECT_PTR_EQ(test, pte_page(*pte), page);
		KUNIT_EXPECT_TRUE(test, pte_present(*pte) && pte_write(*pte));
		KUNIT_EXPECT_EQ(test, pte_val(mk_pte(page, PAGE_KERNEL)), pte_val(*pte));
		KUNIT_EXPECT_EQ(test, (unsigned long)lowmem_page_address(pmd_page(*pmd)),
				(unsigned long)pte & PAGE_MASK);
	}
	__free_page(page);
}

static void physical_and_virtual_agree(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *addr;

	KUNIT_ASSERT_NOT_NULL(test, page);
	addr = lowmem_page_address(page);
	KUNIT_EXPECT_PTR_EQ(test, __va(__pa(addr)), addr);
	KUNIT_EXPECT_EQ(test, virt_to_phys(addr), page_to_phys(page));
	KUNIT_EXPECT_PTR_EQ(test, phys_to_virt(page_to_phys(page)), addr);
	KUNIT_EXPECT_PTR_EQ(test, virt_to_page(addr), page);
	KUNIT_EXPECT_PTR_EQ(test, virt_to_page((char *)addr + PAGE_SIZE - 1), page);
	KUNIT_EXPECT_PTR_EQ(test, pfn_to_page(page_to_pfn(page)), page);
	KUNIT_EXPECT_EQ(test, virt_to_pfn(addr), page_to_pfn(page));
	__free_page(page);

	KUNIT_EXPECT_EQ(test, __pa(PAGE_OFFSET), 0U);
	KUNIT_EXPECT_TRUE(test, virt_addr_valid(addr));
	KUNIT_EXPECT_TRUE(test, virt_addr_valid((char *)high_memory - 1));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid(high_memory));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid(PAGE_OFFSET - 1));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid(NULL));
	KUNIT_EXPECT_FALSE(test, virt_addr_valid(VMALLOC_START));
}

/* A table made for the kernel's directory is in the others at once, and only once made. */
static void new_table_reaches_every_directory(struct kunit *test)
{
	unsigned long addr = address_without_table();
	unsigned long tables = nr_kernel_pagetables();
	struct page *page;
	pgd_t *pgd;
	pte_t *pte;

	if (!addr)
		kunit_skip(test, "every part of the vmalloc area has its table");
	pgd = pgd_alloc(NULL);
	KUNIT_ASSERT_NOT_NULL(test, pgd);
	KUNIT_EXPECT_EQ(test, nr_kernel_pagetables(), tables + 1);
	KUNIT_EXPECT_EQ(test, pgd_val(*pgd_offset_pgd(pgd, addr)), 0UL);

	page = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	page->private = 0x1234; /* left behind in the page that becomes the table */
	__free_page(page);
	pte = pte_alloc_kernel(pmd_off_k(addr), addr);
	KUNIT_EXPECT_NOT_NULL(test, pte);
	KUNIT_EXPECT_EQ(test, nr_kernel_pagetables(), tables + 2);
	KUNIT_EXPECT_TRUE(test, PageTable(virt_to_page(pte)));
	KUNIT_EXPECT_EQ(test, virt_to_page(pte)->private, 0UL);
	KUNIT_EXPECT_EQ(test, pgd_val(*pgd_offset_pgd(pgd, addr)), pgd_val(*pgd_offset_k(addr)));
	KUNIT_EXPECT_FALSE(test, pmd_bad(*pmd_off_k(addr)));
	/* The same table again for its last page. */
	KUNIT_EXPECT_PTR_EQ(test, pte_alloc_kernel(pmd_off_k(addr), addr + PMD_SIZE - 1),
			    pte + PTRS_PER_PTE - 1);
	KUNIT_EXPECT_EQ(test, nr_kernel_pagetables(), tables + 2);

	pgd_free(NULL, pgd);
	KUNIT_EXPECT_EQ(test, nr_kernel_pagetables(), tables + 1);
}

/* Out of pages, nothing is made and nothing is lost. */
static void tables_may_run_out(struct kunit *test)
{
	unsigned long addr = address_without_table();
	unsigned long tables = nr_kernel_pagetables();

	fail_nth_set(0);
	KUNIT_EXPECT_NULL(test, pgd_alloc(NULL));
	KUNIT_EXPECT_TRUE(test, fail_nth_clear());
	KUNIT_EXPECT_EQ(test, nr_kernel_pagetables(), tables);

	if (!addr)
		kunit_skip(test, "every part of the vmalloc area has its table");
	fail_nth_set(0);
	KUNIT_EXPECT_NULL(test, pte_alloc_kernel(pmd_off_k(addr), addr));
	KUNIT_EXPECT_TRUE(test, fail_nth_clear());
	KUNIT_EXPECT_EQ(test, nr_kernel_pagetables(), tables);
	KUNIT_EXPECT_TRUE(test, pmd_none(*pmd_off_k(addr)));
}

/* The kernel goes on under a directory of its own, whose user part is empty. */
static void another_directory_can_be_loaded(struct kunit *test)
{
	pgd_t *pgd = pgd_alloc(NULL);
	volatile unsigned long on_stack = 1;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, pgd);
	for (i = 0; i < KERNEL_PGD_BOUNDARY; i++)
		KUNIT_EXPECT_EQ(test, pgd_val(pgd[i]), 0UL);

	load_pgd(pgd);
	on_stack++;
	KUNIT_EXPECT_PTR_EQ(test, current_pgd(), pgd);
	KUNIT_EXPECT_TRUE(test, ptdump_check());
	KUNIT_EXPECT_BUG(test, "is in use", pgd_free(NULL, pgd));
	load_pgd(swapper_pg_dir);
	KUNIT_EXPECT_EQ(test, on_stack, 2UL);
	pgd_free(NULL, pgd);
}

/* Freed in another order than made, and never twice. */
static void directories_are_listed(struct kunit *test)
{
	pgd_t *pgd[3];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pgd); i++) {
		pgd[i] = pgd_alloc(NULL);
		KUNIT_ASSERT_NOT_NULL(test, pgd[i]);
	}
	KUNIT_EXPECT_EQ(test, virt_to_page(pgd[1])->private, (unsigned long)pgd[0]);
	pgd_free(NULL, pgd[1]);
	KUNIT_EXPECT_EQ(test, virt_to_page(pgd[1])->private, 0UL);
	KUNIT_EXPECT_TRUE(test, ptdump_check());
	pgd_free(NULL, pgd[2]);
	KUNIT_EXPECT_TRUE(test, ptdump_check());
	pgd_free(NULL, pgd[0]);
	KUNIT_EXPECT_BUG(test, "is no page directory", pgd_free(NULL, pgd[0]));
}

/* The checker finds a directory that has gone its own way, and a user bit. */
static void checker_finds_what_is_wrong(struct kunit *test)
{
	pgd_t *pgd = pgd_alloc(NULL);
	unsigned long addr = PKMAP_BASE;
	pgd_t old;

	KUNIT_ASSERT_NOT_NULL(test, pgd);
	old = *pgd_offset_pgd(pgd, addr);
	set_pgd(pgd_offset_pgd(pgd, addr), __pgd(0));
	KUNIT_EXPECT_FALSE(test, ptdump_check());
	set_pgd(pgd_offset_pgd(pgd, addr), old);
	KUNIT_EXPECT_TRUE(test, ptdump_check());
	pgd_free(NULL, pgd);
}

static struct kunit_case pgtable_cases[] = {
	KUNIT_CASE(pte_helpers_change_one_bit),
	KUNIT_CASE(protections_are_the_cpus),
	KUNIT_CASE(indices_cut_an_address),
	KUNIT_CASE(folded_levels_are_one_entry),
	KUNIT_CASE(walk_finds_the_frame),
	KUNIT_CASE(physical_and_virtual_agree),
	KUNIT_CASE(new_table_reaches_every_directory),
	KUNIT_CASE(tables_may_run_out),
	KUNIT_CASE(another_directory_can_be_loaded),
	KUNIT_CASE(directories_are_listed),
	KUNIT_CASE(checker_finds_what_is_wrong),
	{},
};

static struct kunit_suite pgtable_suite = {
	.name = "pgtable",
	.init = pgtable_test_init,
	.exit = pgtable_test_exit,
	.test_cases = pgtable_cases,
};
kunit_test_suite(pgtable_suite);
