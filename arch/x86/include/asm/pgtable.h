/* SPDX-License-Identifier: MIT */
/*
 * Page-table helpers of <arch/mmu.h> on a 32-bit x86 without PAE.
 *
 * They only compute and store; none of them flushes a TLB or takes a lock. What
 * a caller owes after a change is said in <arch/mmu.h>. Helpers that need struct
 * page or struct mm_struct are macros, so that this header needs neither.
 */
#ifndef ASM_PGTABLE_H
#define ASM_PGTABLE_H

#include <kernel/lib/types.h>
#include <asm/page.h>
#include <asm/pgtable_types.h>

/* The kernel's page directory, from which every other copies its upper quarter. */
extern pgd_t swapper_pg_dir[PTRS_PER_PGD];

/* The first directory entry of the kernel's part. */
#define KERNEL_PGD_BOUNDARY (PAGE_OFFSET >> PGDIR_SHIFT)
#define KERNEL_PGD_PTRS     (PTRS_PER_PGD - KERNEL_PGD_BOUNDARY)

/*
 * pte: one 4 KiB page
 */

static __always_inline bool pte_none(pte_t pte)
{
	return pte_val(pte) == 0;
}

static __always_inline bool pte_present(pte_t pte)
{
	return pte_val(pte) & (_PAGE_PRESENT | _PAGE_PROTNONE);
}

static __always_inline bool pte_write(pte_t pte)
{
	return pte_val(pte) & _PAGE_RW;
}

static __always_inline bool pte_dirty(pte_t pte)
{
	return pte_val(pte) & _PAGE_DIRTY;
}

static __always_inline bool pte_young(pte_t pte)
{
	return pte_val(pte) & _PAGE_ACCESSED;
}

static __always_inline bool pte_global(pte_t pte)
{
	return pte_val(pte) & _PAGE_GLOBAL;
}

static __always_inline bool pte_user(pte_t pte)
{
	return pte_val(pte) & _PAGE_USER;
}

static __always_inline pte_t pte_set_flags(pte_t pte, pteval_t set)
{
	return __pte(pte_val(pte) | set);
}

static __always_inline pte_t pte_clear_flags(pte_t pte, pteval_t clear)
{
	return __pte(pte_val(pte) & ~clear);
}

#define pte_mkwrite(pte)   pte_set_flags(pte, _PAGE_RW)
#define pte_wrprotect(pte) pte_clear_flags(pte, _PAGE_RW)
#define pte_mkdirty(pte)   pte_set_flags(pte, _PAGE_DIRTY)
#define pte_mkclean(pte)   pte_clear_flags(pte, _PAGE_DIRTY)
#define pte_mkyoung(pte)   pte_set_flags(pte, _PAGE_ACCESSED)
#define pte_mkold(pte)     pte_clear_flags(pte, _PAGE_ACCESSED)

static __always_inline pteval_t pte_flags(pte_t pte)
{
	return pte_val(pte) & PTE_FLAGS_MASK;
}

static __always_inline unsigned long pte_pfn(pte_t pte)
{
	return pte_val(pte) >> PAGE_SHIFT;
}

static __always_inline pgprot_t pte_pgprot(pte_t pte)
{
	return __pgprot(pte_flags(pte));
}

static __always_inline pte_t pfn_pte(unsigned long pfn, pgprot_t prot)
{
	return __pte(pfn << PAGE_SHIFT | (pgprot_val(prot) & __supported_pte_mask));
}

#define pte_page(pte)      pfn_to_page(pte_pfn(pte))
#define mk_pte(page, prot) pfn_pte(page_to_pfn(page), (prot))

static __always_inline pgprot_t pgprot_noncached(pgprot_t prot)
{
	return __pgprot(pgprot_val(prot) | _PAGE_CACHE_UC);
}

static __always_inline pgprot_t pgprot_writecombine(pgprot_t prot)
{
	return __pgprot((pgprot_val(prot) & ~_PAGE_CACHE_UC) | __page_cache_wc);
}

/* One store: the CPU sees the old entry or the new one. */
static __always_inline void set_pte(pte_t *ptep, pte_t pte)
{
	WRITE_ONCE(ptep->pte, pte_val(pte));
}

#define set_pte_at(mm, addr, ptep, pte) set_pte(ptep, pte)

static __always_inline pte_t ptep_get(const pte_t *ptep)
{
	return __pte(READ_ONCE(ptep->pte));
}

#define pte_clear(mm, addr, ptep) set_pte(ptep, __pte(0))

/* Exchanged, as another CPU may be setting the accessed or dirty bit just now. */
static __always_inline pte_t __ptep_get_and_clear(pte_t *ptep)
{
	return __pte(__atomic_exchange_n(&ptep->pte, 0, __ATOMIC_SEQ_CST));
}

#define ptep_get_and_clear(mm, addr, ptep) __ptep_get_and_clear(ptep)

static __always_inline unsigned long pte_index(unsigned long addr)
{
	return (addr >> PAGE_SHIFT) & (PTRS_PER_PTE - 1);
}

/*
 * pmd: a directory entry, which is empty, a page table, or a 4 MiB page (a leaf)
 */

static __always_inline bool pmd_none(pmd_t pmd)
{
	return pmd_val(pmd) == 0;
}

static __always_inline bool pmd_present(pmd_t pmd)
{
	return pmd_val(pmd) & _PAGE_PRESENT;
}

/* A leaf that set_memory_np() took away stays a leaf. */
static __always_inline bool pmd_leaf(pmd_t pmd)
{
	return pmd_val(pmd) & _PAGE_PSE;
}

#define pmd_large(pmd) pmd_leaf(pmd)

/* Neither empty nor a kernel's page table: to be walked no further. */
static __always_inline bool pmd_bad(pmd_t pmd)
{
	return (pmd_val(pmd) & PTE_FLAGS_MASK & ~_PAGE_USER) != _KERNPG_TABLE;
}

static __always_inline bool pmd_write(pmd_t pmd)
{
	return pmd_val(pmd) & _PAGE_RW;
}

static __always_inline pmdval_t pmd_flags(pmd_t pmd)
{
	return pmd_val(pmd) & PTE_FLAGS_MASK;
}

/* First pfn of a leaf, or the pfn of the page table. */
static __always_inline unsigned long pmd_pfn(pmd_t pmd)
{
	return (pmd_val(pmd) & (pmd_leaf(pmd) ? PMD_LARGE_PFN_MASK : PTE_PFN_MASK)) >> PAGE_SHIFT;
}

static __always_inline pmd_t pfn_pmd(unsigned long pfn, pgprot_t prot)
{
	return __pmd(pfn << PAGE_SHIFT | (pgprot_val(prot) & __supported_pte_mask));
}

#define pmd_page(pmd) pfn_to_page(pmd_pfn(pmd))

/* Address of the page table, which lies in low memory. */
static __always_inline unsigned long pmd_page_vaddr(pmd_t pmd)
{
	return (unsigned long)__va(pmd_val(pmd) & PTE_PFN_MASK);
}

static __always_inline void set_pmd(pmd_t *pmdp, pmd_t pmd)
{
	WRITE_ONCE(pmdp->pud.pgd.pgd, pmd_val(pmd));
}

#define pmd_clear(pmdp) set_pmd(pmdp, __pmd(0))

static __always_inline pte_t *pte_offset_kernel(pmd_t *pmd, unsigned long addr)
{
	return (pte_t *)pmd_page_vaddr(*pmd) + pte_index(addr);
}

/*
 * pud and pgd: folded. The one entry of a pud table, and of a pmd table, is the
 * entry above it, so these levels are never empty and never bad, and the pmd
 * decides.
 */

static __always_inline bool pgd_none(pgd_t pgd __unused)
{
	return false;
}

static __always_inline bool pgd_bad(pgd_t pgd __unused)
{
	return false;
}

static __always_inline bool pgd_present(pgd_t pgd __unused)
{
	return true;
}

static __always_inline bool pud_none(pud_t pud __unused)
{
	return false;
}

static __always_inline bool pud_bad(pud_t pud __unused)
{
	return false;
}

static __always_inline bool pud_present(pud_t pud __unused)
{
	return true;
}

static __always_inline bool pud_leaf(pud_t pud __unused)
{
	return false;
}

static __always_inline void set_pgd(pgd_t *pgdp, pgd_t pgd)
{
	WRITE_ONCE(pgdp->pgd, pgd_val(pgd));
}

/* The page behind a pgd entry; folded, the page table of its pmd. */
#define pgd_page(pgd) pfn_to_page(pgd_val(pgd) >> PAGE_SHIFT)

static __always_inline unsigned long pgd_index(unsigned long addr)
{
	return addr >> PGDIR_SHIFT;
}

static __always_inline pgd_t *pgd_offset_pgd(pgd_t *pgd, unsigned long addr)
{
	return pgd + pgd_index(addr);
}

#define pgd_offset(mm, addr) pgd_offset_pgd((mm)->pgd, (addr))
#define pgd_offset_k(addr)   pgd_offset_pgd(swapper_pg_dir, (addr))

static __always_inline pud_t *pud_offset(pgd_t *pgd, unsigned long addr __unused)
{
	return (pud_t *)pgd;
}

static __always_inline pmd_t *pmd_offset(pud_t *pud, unsigned long addr __unused)
{
	return (pmd_t *)pud;
}

static __always_inline pmd_t *pmd_off_k(unsigned long addr)
{
	return pmd_offset(pud_offset(pgd_offset_k(addr), addr), addr);
}

/*
 * Where the entry that holds @addr ends, or @end if that comes first. Written
 * with -1, so that an @end of 0 is the end of the address space.
 */
static __always_inline unsigned long pmd_addr_end(unsigned long addr, unsigned long end)
{
	unsigned long boundary = (addr + PMD_SIZE) & PMD_MASK;

	return boundary - 1 < end - 1 ? boundary : end;
}

static __always_inline unsigned long pgd_addr_end(unsigned long addr, unsigned long end)
{
	return pmd_addr_end(addr, end);
}

#define pud_addr_end(addr, end) (end)

#endif
