/* SPDX-License-Identifier: MIT */
/*
 * Page tables as objects: where they come from, and page directories.
 *
 * The kernel's quarter of every address space is the same. Each page directory
 * holds its own copy of the 256 entries for it, and these point to the same page
 * tables; so a change inside a page table is seen everywhere at once, while a
 * change of a directory entry (a new table, a split 4 MiB page) must be stored
 * into every directory. For that, all directories but the kernel's own are on a
 * list, linked through the word that pgtable_ops keeps for each table page.
 *
 * Linux copies late instead: a directory that misses an entry faults, and the
 * fault handler copies it (vmalloc_fault, gone by 6.1, when it began to copy
 * early too). Early copying costs a store per directory and nothing at a fault.
 *
 * Invariant (ptdump_check() looks): outside pgd_lock, all directories agree on
 * the kernel's part.
 *
 * Locking: pgd_lock, with interrupts off. A leaf, but that a report may be
 * printed under it.
 *
 * Reference: Linux 6.1 arch/x86/mm/pgtable.c (pgd_alloc, pgd_list),
 * mm/memory.c (__pte_alloc_kernel).
 */
#include <arch/x86/mm/internal.h>
#include <asm/control.h>
#include <kernel/bug.h>
#include <kernel/lib/string.h>

pgd_t swapper_pg_dir[PTRS_PER_PGD] __page_aligned_bss;
pte_t pkmap_page_table[LAST_PKMAP] __page_aligned_bss;
pte_t fixmap_page_table[PTRS_PER_PTE] __page_aligned_bss;

pteval_t __supported_pte_mask = ~_PAGE_GLOBAL;
pgprotval_t __page_cache_wc = _PAGE_CACHE_UC_MINUS;

DEFINE_SPINLOCK(pgd_lock);

/* First of the directories beside swapper_pg_dir. Guarded by pgd_lock. */
static pgd_t *pgd_list;

static const struct pgtable_ops *pgtable_ops;

/* Pages out of pgtable_ops and not given back. */
static atomic_t nr_tables;

void pgtable_set_ops(const struct pgtable_ops *ops)
{
	pgtable_ops = ops;
}

void *pgtable_alloc(void)
{
	void *table = pgtable_ops->alloc();

	if (table)
		atomic_inc(&nr_tables);
	return table;
}

void pgtable_free(void *table)
{
	atomic_dec(&nr_tables);
	pgtable_ops->free(table);
}

unsigned long nr_kernel_pagetables(void)
{
	return (unsigned long)atomic_read(&nr_tables);
}

/* pgd_next - the link from one directory to the next */
static pgd_t **pgd_next(pgd_t *pgd)
{
	return (pgd_t **)pgtable_ops->private(pgd);
}

void for_each_pgd(void (*fn)(pgd_t *pgd, void *arg), void *arg)
{
	pgd_t *pgd;

	lockdep_assert_held(&pgd_lock);
	fn(swapper_pg_dir, arg);
	for (pgd = pgd_list; pgd; pgd = *pgd_next(pgd))
		fn(pgd, arg);
}

void set_kernel_pmd(unsigned long addr, pmd_t pmd)
{
	pgd_t *pgd;

	lockdep_assert_held(&pgd_lock);
	BUG_ON(addr < PAGE_OFFSET);
	set_pmd(pmd_off_k(addr), pmd);
	for (pgd = pgd_list; pgd; pgd = *pgd_next(pgd))
		set_pmd(pmd_offset(pud_offset(pgd_offset_pgd(pgd, addr), addr), addr), pmd);
}

/*
 * The table is made before the lock is taken, as making it may sleep; whoever
 * finds that another was faster gives its own back.
 */
pte_t *pte_alloc_kernel(pmd_t *pmd, unsigned long addr)
{
	unsigned long flags;
	pte_t *table;

	if (likely(!pmd_none(*pmd)))
		return pte_offset_kernel(pmd, addr);

	table = pgtable_alloc();
	if (!table)
		return NULL;

	spin_lock_irqsave(&pgd_lock, flags);
	if (pmd_none(*pmd)) {
		set_kernel_pmd(addr, make_pte_table(table));
		table = NULL;
	}
	spin_unlock_irqrestore(&pgd_lock, flags);

	if (table)
		pgtable_free(table);
	return pte_offset_kernel(pmd, addr);
}

pgd_t *pgd_alloc(struct mm_struct *mm __unused)
{
	pgd_t *pgd = pgtable_alloc();
	unsigned long flags;

	if (!pgd)
		return NULL;

	/* Copied and listed under one lock: no change of the kernel's part is missed. */
	spin_lock_irqsave(&pgd_lock, flags);
	memcpy(pgd + KERNEL_PGD_BOUNDARY, swapper_pg_dir + KERNEL_PGD_BOUNDARY,
	       KERNEL_PGD_PTRS * sizeof(*pgd));
	*pgd_next(pgd) = pgd_list;
	pgd_list = pgd;
	spin_unlock_irqrestore(&pgd_lock, flags);
	return pgd;
}

void pgd_free(struct mm_struct *mm __unused, pgd_t *pgd)
{
	unsigned long flags;
	pgd_t **link;
	bool found;

	if (pgd == current_pgd()) {
		kbug("pgd_free: page directory %px is in use", pgd);
		return;
	}

	spin_lock_irqsave(&pgd_lock, flags);
	for (link = &pgd_list; *link && *link != pgd; link = pgd_next(*link))
		;
	found = *link;
	if (found)
		*link = *pgd_next(pgd);
	spin_unlock_irqrestore(&pgd_lock, flags);

	if (!found) {
		kbug("pgd_free: %px is no page directory", pgd);
		return;
	}
	*pgd_next(pgd) = NULL;
	pgtable_free(pgd);
}

void load_pgd(pgd_t *pgd)
{
	write_cr3(__pa(pgd));
}

pgd_t *current_pgd(void)
{
	return __va(read_cr3() & PAGE_MASK);
}
