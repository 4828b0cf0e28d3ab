/* SPDX-License-Identifier: MIT */
/*
 * Page-table helpers of <arch/mmu.h>, as few as mm/highmem.c wants: an entry is a frame
 * number and a bit that says "present". There is no high memory, so none is ever stored;
 * vmalloc() and ioremap() want the rest of what <arch/mmu.h> lists.
 */
#ifndef ASM_PGTABLE_H
#define ASM_PGTABLE_H

#include <asm/page.h>
#include <asm/pgtable_types.h>

#define pfn_pte(pfn, prot)        __pte((pfn) << PAGE_SHIFT | pgprot_val(prot))
#define mk_pte(page, prot)        pfn_pte(page_to_pfn(page), (prot))
#define pte_pfn(pte)              (pte_val(pte) >> PAGE_SHIFT)
#define pte_page(pte)             pfn_to_page(pte_pfn(pte))
#define pte_none(pte)             (pte_val(pte) == 0)
#define pte_present(pte)          (pte_val(pte) != 0)
#define ptep_get(ptep)            READ_ONCE(*(ptep))
#define set_pte(ptep, pte)        WRITE_ONCE(*(ptep), (pte))
#define pte_clear(mm, addr, ptep) set_pte((ptep), __pte(0))

#endif
