/* SPDX-License-Identifier: MIT */
/* Shared among arch/x86/mm/ and by nobody else. */
#ifndef ARCH_X86_MM_INTERNAL_H
#define ARCH_X86_MM_INTERNAL_H

#include <arch/mmu.h>
#include <kernel/spinlock.h>

/* Guards the list of page directories and every directory entry of the kernel's part. */
extern spinlock_t pgd_lock;

/* mark_rodata_ro() has run: the end of text and data that nobody may write. */
extern bool rodata_is_ro;

/* pgtable_alloc, pgtable_free - a zeroed page for a table, by the registered callbacks;
 * no lock held. alloc returns NULL without memory. */
void *pgtable_alloc(void);
void pgtable_free(void *table);

/* set_kernel_pmd - change a directory entry of the kernel's part, in every directory.
 * Flushes nothing. */
void set_kernel_pmd(unsigned long addr, pmd_t pmd) __must_hold(&pgd_lock);

/* for_each_pgd - call @fn for every page directory, the kernel's own first */
void for_each_pgd(void (*fn)(pgd_t *pgd, void *arg), void *arg) __must_hold(&pgd_lock);

/* make_pte_table - the entry of a page table that lies in low memory */
static inline pmd_t make_pte_table(const pte_t *table)
{
	return __pmd(__pa(table) | _KERNPG_TABLE);
}

/* struct guard_page - @addr: of the page; @name: of what it guards */
struct guard_page {
	unsigned long addr;
	const char *name;
};

#define MAX_GUARD_PAGES 16

extern struct guard_page guard_pages[MAX_GUARD_PAGES];
extern unsigned int nr_guard_pages;

/*
 * struct layout_region - a part of the address space, up to where the next begins
 * @start:      first address, or bytes above high_memory
 * @above_high: which of the two
 * @name:       for reports
 * @marker:     heading in ptdump; NULL where it goes on under the one before
 */
struct layout_region {
	unsigned long start;
	bool above_high;
	const char *name;
	const char *marker;
};

extern const struct layout_region layout_regions[];
extern const unsigned int nr_layout_regions;

static inline unsigned long layout_region_start(const struct layout_region *region)
{
	return region->start + (region->above_high ? (unsigned long)high_memory : 0);
}

/* register_layout_describer - let fault reports name regions, fixmap and pkmap slots */
void register_layout_describer(void);

#endif
