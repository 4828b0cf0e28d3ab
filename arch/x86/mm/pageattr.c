/* SPDX-License-Identifier: MIT */
/*
 * Changing the protection of mapped kernel memory.
 *
 * A request names 4 KiB pages, but most of low memory is mapped by 4 MiB pages.
 * So it goes in three steps, each of which can be seen through before the next:
 *
 *   check    every page of the range has an entry, else -EINVAL
 *   split    a 4 MiB page that the range covers in part becomes a table of 1024
 *            entries with the same frames and the same rights. This alters no
 *            access; it is the only step that needs memory, and may fail
 *   commit   under pgd_lock change the bits, 4 MiB pages in every directory, then
 *            flush. Cannot fail
 *
 * A page taken away by set_memory_np() keeps its frame in its entry, with the
 * present and the global bit cleared, so that set_memory_p() brings it back
 * where it was. An entry is therefore "none" only when it never was mapped.
 *
 * Splitting is for good: the tables are never merged again.
 *
 * Locking: pgd_lock around each look at a directory entry that leads to a change
 * of it.
 *
 * Reference: Linux 6.1 arch/x86/mm/pat/set_memory.c (change_page_attr_set_clr,
 * __split_large_page). Left out: memory types, and aliases of the direct map,
 * since kernel image and direct map are one mapping here.
 */
#include <arch/x86/mm/internal.h>
#include <kernel/bug.h>
#include <kernel/lib/errno.h>

/* range_is_mapped - does every page of [start, end) have an entry, in the kernel's part? */
static bool range_is_mapped(unsigned long start, unsigned long end)
{
	unsigned long addr;

	for (addr = start; addr < end;) {
		pmd_t pmd = *pmd_off_k(addr);

		if (pmd_none(pmd))
			return false;
		if (pmd_leaf(pmd)) {
			addr = pmd_addr_end(addr, end);
			continue;
		}
		if (pte_none(*pte_offset_kernel(pmd_off_k(addr), addr)))
			return false;
		addr += PAGE_SIZE;
	}
	return true;
}

/* split_fill - a table that maps what the 4 MiB page @pmd maps */
static void split_fill(pte_t *table, pmd_t pmd)
{
	pteval_t flags = pmd_flags(pmd) & ~_PAGE_PSE; /* bit 7 means PAT in a pte */
	unsigned long pfn = pmd_pfn(pmd);
	unsigned int i;

	for (i = 0; i < PTRS_PER_PTE; i++)
		set_pte(&table[i], __pte((pfn + i) << PAGE_SHIFT | flags));
}

/* split_large_page - make sure that @addr is mapped by a 4 KiB page. Return: 0 or -ENOMEM. */
static int split_large_page(unsigned long addr)
{
	pmd_t *pmd = pmd_off_k(addr);
	unsigned long flags;
	pte_t *table;

	if (!pmd_leaf(*pmd))
		return 0;
	table = pgtable_alloc();
	if (!table)
		return -ENOMEM;

	spin_lock_irqsave(&pgd_lock, flags);
	if (pmd_leaf(*pmd)) {
		split_fill(table, *pmd);
		set_kernel_pmd(addr, make_pte_table(table));
		/* One INVLPG drops a 4 MiB entry whole, whichever address in it is named. */
		flush_tlb_one_kernel(addr);
		table = NULL;
	}
	spin_unlock_irqrestore(&pgd_lock, flags);

	if (table)
		pgtable_free(table);
	return 0;
}

/* split_range_ends - 4 MiB pages that [start, end) covers in part are split */
static int split_range_ends(unsigned long start, unsigned long end)
{
	int err = 0;

	if (start & ~PMD_MASK)
		err = split_large_page(start);
	if (!err && (end & ~PMD_MASK))
		err = split_large_page(end - 1);
	return err;
}

/* commit_range - set and clear bits in the entries of [start, end), which exist */
static void commit_range(unsigned long start, unsigned long end, pteval_t set, pteval_t clear)
{
	unsigned long addr;

	lockdep_assert_held(&pgd_lock);
	for (addr = start; addr < end;) {
		pmd_t *pmd = pmd_off_k(addr);
		pte_t *pte;

		if (pmd_leaf(*pmd)) {
			set_kernel_pmd(addr, __pmd((pmd_val(*pmd) & ~clear) | set));
			addr = pmd_addr_end(addr, end);
			continue;
		}
		pte = pte_offset_kernel(pmd, addr);
		set_pte(pte, pte_set_flags(pte_clear_flags(*pte, clear), set));
		addr += PAGE_SIZE;
	}
}

static int change_page_attr(unsigned long start, int numpages, pteval_t set, pteval_t clear)
{
	unsigned long end = start + ((unsigned long)numpages << PAGE_SHIFT);
	unsigned long flags;
	int err;

	if (numpages == 0)
		return 0;
	if (numpages < 0 || !PAGE_ALIGNED(start) || start < PAGE_OFFSET || end <= start)
		return -EINVAL;
	if (!range_is_mapped(start, end))
		return -EINVAL;
	err = split_range_ends(start, end);
	if (err)
		return err;

	spin_lock_irqsave(&pgd_lock, flags);
	commit_range(start, end, set & __supported_pte_mask, clear);
	spin_unlock_irqrestore(&pgd_lock, flags);
	flush_tlb_kernel_range(start, end);
	return 0;
}

int set_memory_ro(unsigned long addr, int numpages)
{
	return change_page_attr(addr, numpages, 0, _PAGE_RW);
}

int set_memory_rw(unsigned long addr, int numpages)
{
	return change_page_attr(addr, numpages, _PAGE_RW, 0);
}

int set_memory_np(unsigned long addr, int numpages)
{
	return change_page_attr(addr, numpages, 0, _PAGE_PRESENT | _PAGE_GLOBAL);
}

int set_memory_p(unsigned long addr, int numpages)
{
	return change_page_attr(addr, numpages, _PAGE_PRESENT | _PAGE_GLOBAL, 0);
}

/*
 * direct_map_set_present - the hot path of debug_pagealloc=on: one store a page.
 * No lock: the frames are the caller's, and the tables of low memory never change
 * once they are of 4 KiB pages.
 */
void direct_map_set_present(unsigned long pfn, unsigned long nr_pages, bool present)
{
	unsigned long end_pfn = min(pfn + nr_pages, max_low_pfn);
	pteval_t bits = (_PAGE_PRESENT | _PAGE_GLOBAL) & __supported_pte_mask;
	unsigned long start = (unsigned long)__va(PFN_PHYS(pfn));
	unsigned long addr = start;

	for (; pfn < end_pfn; pfn++, addr += PAGE_SIZE) {
		pmd_t *pmd = pmd_off_k(addr);
		pte_t *pte;

		if (pmd_leaf(*pmd)) {
			kbug("direct map of pfn %#lx is a 4 MiB page", pfn);
			return;
		}
		pte = pte_offset_kernel(pmd, addr);
		set_pte(pte, present ? pte_set_flags(*pte, bits) : pte_clear_flags(*pte, bits));
	}
	if (!present && addr > start)
		flush_tlb_kernel_range(start, addr);
}

bool direct_map_is_present(unsigned long pfn)
{
	unsigned long addr = (unsigned long)__va(PFN_PHYS(pfn));
	pmd_t *pmd;

	if (pfn >= max_low_pfn)
		return false;
	pmd = pmd_off_k(addr);
	if (!pmd_present(*pmd))
		return false;
	return pmd_leaf(*pmd) || pte_present(*pte_offset_kernel(pmd, addr));
}
