/* SPDX-License-Identifier: MIT */
/*
 * Where pages for page tables come from: memblock during boot, then the page
 * allocator. arch/ stands below mm/ and asks through struct pgtable_ops.
 *
 * Tables that memblock gave are never handed back. Those of the page allocator
 * carry PageTable, which makes the allocator report whoever frees one by mistake.
 */
#include <mm/bootmem.h>
#include <arch/mmu.h>

static void *__init early_table_alloc(void)
{
	return bootmem_alloc(PAGE_SIZE, PAGE_SIZE, "Page tables");
}

static const struct pgtable_ops early_ops = {.alloc = early_table_alloc};

void __init pgtable_use_memblock(void)
{
	pgtable_set_ops(&early_ops);
}
