/* SPDX-License-Identifier: MIT */
/*
 * Pages for page tables: what <arch/mmu.h> asks of memory management.
 *
 * They are low memory, zeroed, and counted by nr_kernel_pagetables(), since tables
 * of the kernel's part stay when what they mapped is gone: a test that compares
 * free memory before and after adds that number to both.
 */
#ifndef MM_PGTABLE_ALLOC_H
#define MM_PGTABLE_ALLOC_H

/** pgtable_use_memblock - tables come from memblock, and are named in iomem_resource.
 *  Context: boot, before paging_init(). */
void pgtable_use_memblock(void);

/** pgtable_use_page_allocator - from now on from the page allocator; the pages have
 *  PageTable set. Context: boot, right after memblock_free_all(). */
void pgtable_use_page_allocator(void);

#endif
