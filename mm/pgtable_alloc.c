/* SPDX-License-Identifier: MIT */
/*
 * Pages for page tables, first from memblock, then from the page allocator, and
 * the kernel's own address space, init_mm.
 *
 * memblock hands out addresses from the top down, so tables made in a row are one
 * range; that is named in iomem_resource as a whole, when the row ends. Tables from
 * memblock are never freed. The others have PageTable set, so that freeing one as
 * something else is caught, and page->private is the arch layer's word.
 *
 * Locking: early, boot is single-threaded; later, the page allocator's.
 *
 * Reference: Linux 6.1 arch/x86/mm/init.c (alloc_low_pages),
 * include/asm-generic/pgalloc.h (pte_alloc_one_kernel).
 */
#include <mm/pgtable_alloc.h>
#include <mm/memblock.h>
#include <mm/mm.h>
#include <kernel/bug.h>
#include <kernel/resource.h>
#include <arch/mmu.h>

struct mm_struct init_mm = {
	.pgd = swapper_pg_dir,
	.page_table_lock = __SPIN_LOCK_UNLOCKED(init_mm.page_table_lock),
};

/* The row of early tables not yet named: [row_start, row_end); empty when equal. */
static phys_addr_t row_start __initdata, row_end __initdata;

static void __init name_row(void)
{
	if (row_start != row_end)
		reserve_named(row_start, row_end - row_start, "Page tables");
}

static void *__init early_alloc(void)
{
	void *table = memblock_alloc(PAGE_SIZE, PAGE_SIZE);
	phys_addr_t phys;

	if (!table)
		return NULL;
	phys = __pa(table);
	if (phys + PAGE_SIZE == row_start) {
		row_start = phys;
	} else {
		name_row();
		row_start = phys;
		row_end = phys + PAGE_SIZE;
	}
	return table;
}

/* Only a table that lost a race, or a page directory, is given back: neither exists yet. */
static void __init early_free(void *table)
{
	panic("page table %px freed before there is a page allocator", table);
}

static unsigned long *__init early_private(const void *table)
{
	panic("page directory %px made before there is a page allocator", table);
}

void __init pgtable_use_memblock(void)
{
	static const struct pgtable_ops ops = {
		.alloc = early_alloc,
		.free = early_free,
		.private = early_private,
	};

	pgtable_set_ops(&ops);
}

static void *pgtable_page_alloc(void)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

	if (!page)
		return NULL;
	__SetPageTable(page);
	page->private = 0;
	return lowmem_page_address(page);
}

static void pgtable_page_free(void *table)
{
	struct page *page = virt_to_page(table);

	BUG_ON(!PageTable(page));
	page->private = 0;
	__ClearPageTable(page);
	__free_page(page);
}

static unsigned long *pgtable_page_private(const void *table)
{
	return &virt_to_page(table)->private;
}

void __init pgtable_use_page_allocator(void)
{
	static const struct pgtable_ops ops = {
		.alloc = pgtable_page_alloc,
		.free = pgtable_page_free,
		.private = pgtable_page_private,
	};

	name_row();
	pgtable_set_ops(&ops);
}
