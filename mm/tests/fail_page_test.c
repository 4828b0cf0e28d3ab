/* SPDX-License-Identifier: MIT */
/*
 * The page allocator and page tables with each of their allocations failing.
 */
#include <mm/mm.h>
#include <mm/tests/fail_case.h>
#include <arch/mmu.h>

#define NOWARN (GFP_KERNEL | __GFP_NOWARN)

static void *try_alloc_pages(struct kunit *test __unused, unsigned long order)
{
	return alloc_pages(NOWARN, order);
}

static void *try_alloc_compound(struct kunit *test __unused, unsigned long order)
{
	return alloc_pages(NOWARN | __GFP_COMP | __GFP_ZERO, order);
}

static void *try_alloc_high(struct kunit *test __unused, unsigned long order)
{
	return alloc_pages(GFP_HIGHUSER | __GFP_NOWARN, order);
}

static void *try_alloc_atomic(struct kunit *test __unused, unsigned long order)
{
	return alloc_pages(GFP_ATOMIC | __GFP_NOWARN, order);
}

/* Not even what may use the last page of all is spared. */
static void *try_alloc_memalloc(struct kunit *test __unused, unsigned long order)
{
	return alloc_pages(NOWARN | __GFP_MEMALLOC, order);
}

static void *try_alloc_page(struct kunit *test __unused, unsigned long order __unused)
{
	return alloc_page(NOWARN);
}

static void *try_alloc_pages_node(struct kunit *test __unused, unsigned long order)
{
	return alloc_pages_node(0, NOWARN, order);
}

static void *try___alloc_pages(struct kunit *test __unused, unsigned long order)
{
	return __alloc_pages(NOWARN, order, NUMA_NO_NODE, NULL);
}

static void *try___alloc_pages_nodemask(struct kunit *test __unused, unsigned long order)
{
	nodemask_t only = {.bits = {1}};

	return __alloc_pages_nodemask(NOWARN, order, 0, &only);
}

static void undo_pages(void *page, unsigned long order)
{
	__free_pages(page, order);
}

static void *try___get_free_pages(struct kunit *test __unused, unsigned long order)
{
	return (void *)__get_free_pages(NOWARN, order);
}

static void *try___get_free_page(struct kunit *test __unused, unsigned long order __unused)
{
	return (void *)__get_free_page(NOWARN);
}

static void *try___get_dma_pages(struct kunit *test __unused, unsigned long order)
{
	return (void *)__get_dma_pages(NOWARN, order);
}

static void *try_get_zeroed_page(struct kunit *test __unused, unsigned long order __unused)
{
	return (void *)get_zeroed_page(NOWARN);
}

static void undo_address(void *addr, unsigned long order)
{
	free_pages((unsigned long)addr, order);
}

static void *try_alloc_pages_exact(struct kunit *test __unused, unsigned long size)
{
	return alloc_pages_exact(size, NOWARN);
}

static void undo_pages_exact(void *addr, unsigned long size)
{
	free_pages_exact(addr, size);
}

/* A block in pieces, one of which has two owners; freeing all of it wants no memory. */
static void *try_split_page(struct kunit *test __unused, unsigned long order)
{
	struct page *page = alloc_pages(NOWARN, order);

	if (!page)
		return NULL;
	split_page(page, order);
	get_page(page);
	return page;
}

static void undo_split_page(void *what, unsigned long order)
{
	struct page *page = what;
	unsigned long i;

	for (i = 0; i < 1UL << order; i++)
		__free_page(page + i);
	put_page(page);
}

/* Page tables. */

static void *try_pgd_alloc(struct kunit *test __unused, unsigned long arg __unused)
{
	return pgd_alloc(NULL);
}

static void undo_pgd(void *pgd, unsigned long arg __unused)
{
	pgd_free(NULL, pgd);
}

/* An address of the vmalloc space whose page table is missing: from the end, the last to go. */
static unsigned long address_without_table(void)
{
	unsigned long addr = VMALLOC_END & PMD_MASK;

	while (addr > VMALLOC_START && !pmd_none(*pmd_off_k(addr)))
		addr -= PMD_SIZE;
	return addr > VMALLOC_START ? addr : 0;
}

/* Where every table exists already, nothing can fail. */
static void *try_pte_alloc_kernel(struct kunit *test, unsigned long arg __unused)
{
	static unsigned long addr; /* of the try before, if that failed */
	pmd_t *pmd;
	pte_t *pte;

	if (!addr)
		addr = address_without_table();
	if (!addr)
		kunit_skip(test, "every part of the vmalloc area has its table");
	pmd = pmd_off_k(addr);
	pte = pte_alloc_kernel(pmd, addr);
	KUNIT_EXPECT_EQ(test, pmd_none(*pmd), !pte);
	if (pte)
		addr = 0;
	return pte;
}

/* A table of the kernel's part stays for good. */
static void undo_pte(void *pte __unused, unsigned long arg __unused)
{
}

/* clang-format: it takes an initialiser for a block. */
/* clang-format off */
#define PAGES(case_name, fn, nr) \
	{.name = case_name, .attempt = fn, .undo = undo_pages, .arg = nr, .points = 1}
#define ADDRESS(case_name, fn, nr) \
	{.name = case_name, .attempt = fn, .undo = undo_address, .arg = nr, .points = 1}
/* clang-format on */

static const struct fail_case fail_page_table[] = {
	PAGES("alloc_page", try_alloc_page, 0),
	PAGES("alloc_pages, order 0", try_alloc_pages, 0),
	PAGES("alloc_pages, order 1", try_alloc_pages, 1),
	PAGES("alloc_pages, order 3", try_alloc_pages, 3),
	PAGES("alloc_pages, order 4", try_alloc_pages, 4),
	PAGES("alloc_pages, order 6", try_alloc_pages, 6),
	PAGES("alloc_pages, compound and zeroed", try_alloc_compound, 2),
	PAGES("alloc_pages, high memory", try_alloc_high, 0),
	PAGES("alloc_pages, atomic", try_alloc_atomic, 0),
	PAGES("alloc_pages, below the watermarks", try_alloc_memalloc, 0),
	PAGES("alloc_pages_node", try_alloc_pages_node, 1),
	PAGES("__alloc_pages", try___alloc_pages, 1),
	PAGES("__alloc_pages_nodemask", try___alloc_pages_nodemask, 2),
	ADDRESS("__get_free_page", try___get_free_page, 0),
	ADDRESS("__get_free_pages", try___get_free_pages, 2),
	ADDRESS("__get_dma_pages", try___get_dma_pages, 1),
	ADDRESS("get_zeroed_page", try_get_zeroed_page, 0),
	{
		.name = "alloc_pages_exact",
		.attempt = try_alloc_pages_exact,
		.undo = undo_pages_exact,
		.arg = 5 * PAGE_SIZE,
		.points = 1,
	},
	{
		.name = "split_page",
		.attempt = try_split_page,
		.undo = undo_split_page,
		.arg = 3,
		.points = 1,
	},
	{
		.name = "pgd_alloc",
		.attempt = try_pgd_alloc,
		.undo = undo_pgd,
		.points = 1,
	},
	{
		.name = "pte_alloc_kernel",
		.attempt = try_pte_alloc_kernel,
		.undo = undo_pte,
		.points = 1,
	},
};
KUNIT_ARRAY_PARAM(fail_page, fail_page_table, fail_case_desc)

static struct kunit_case fail_page_cases[] = {
	KUNIT_CASE_PARAM(nth_allocation_fails, fail_page_gen_params),
	{},
};

static struct kunit_suite fail_page_suite = {
	.name = "fail_page",
	.exit = fail_case_exit,
	.test_cases = fail_page_cases,
};
kunit_test_suite(fail_page_suite);
