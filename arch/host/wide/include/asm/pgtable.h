/* SPDX-License-Identifier: MIT */
/* Page-table helpers of <arch/mmu.h> in the 64-bit process. They only compute and store. */
#ifndef ASM_PGTABLE_H
#define ASM_PGTABLE_H

#include <kernel/lib/types.h>
#include <kernel/lib/minmax.h>
#include <asm/page.h>
#include <asm/pgtable_types.h>

/* What the one table maps. */
#define KERNEL_AREA      0x300000000000UL
#define KERNEL_AREA_SIZE (256UL << 20)
#define KERNEL_AREA_END  (KERNEL_AREA + KERNEL_AREA_SIZE)
#define PTRS_PER_PTE     (KERNEL_AREA_SIZE / PAGE_SIZE)

/* What a loop over entries does at a time; a smaller piece than there need be. */
#define PMD_SIZE (2UL << 20)
#define PMD_MASK (~(PMD_SIZE - 1))

extern pte_t kernel_area_ptes[PTRS_PER_PTE];
extern pmd_t kernel_area_pmd;
extern pgd_t swapper_pg_dir[];

static __always_inline pte_t *kernel_area_pte(unsigned long addr)
{
	return &kernel_area_ptes[(addr - KERNEL_AREA) >> PAGE_SHIFT];
}

static __always_inline bool pte_none(pte_t pte)
{
	return !pte_val(pte);
}

static __always_inline bool pte_present(pte_t pte)
{
	return pte_val(pte) & _PAGE_PRESENT;
}

static __always_inline bool pte_write(pte_t pte)
{
	return pte_val(pte) & _PAGE_RW;
}

static __always_inline unsigned long pte_pfn(pte_t pte)
{
	return pte_val(pte) >> PAGE_SHIFT;
}

static __always_inline pte_t pfn_pte(unsigned long pfn, pgprot_t prot)
{
	return __pte(pfn << PAGE_SHIFT | pgprot_val(prot));
}

#define pte_page(pte)      pfn_to_page(pte_pfn(pte))
#define mk_pte(page, prot) pfn_pte(page_to_pfn(page), (prot))

static __always_inline void set_pte(pte_t *ptep, pte_t pte)
{
	WRITE_ONCE(ptep->pte, pte_val(pte));
}

static __always_inline pte_t ptep_get(const pte_t *ptep)
{
	return __pte(READ_ONCE(ptep->pte));
}

#define pte_clear(mm, addr, ptep) set_pte(ptep, __pte(0))

static __always_inline bool pmd_none(pmd_t pmd __unused)
{
	return false;
}

static __always_inline pmd_t *pmd_off_k(unsigned long addr __unused)
{
	return &kernel_area_pmd;
}

static __always_inline pte_t *pte_offset_kernel(pmd_t *pmd __unused, unsigned long addr)
{
	return kernel_area_pte(addr);
}

static __always_inline unsigned long pmd_addr_end(unsigned long addr, unsigned long end)
{
	unsigned long boundary = (addr + PMD_SIZE) & PMD_MASK;

	return min(boundary, end);
}

#endif
