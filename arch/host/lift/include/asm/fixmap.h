/* SPDX-License-Identifier: MIT */
/* The fixmap of <arch/mmu.h>: the slots that kmap_atomic() would use for high memory. */
#ifndef ASM_FIXMAP_H
#define ASM_FIXMAP_H

#include <asm/page.h>
#include <asm/pgtable_types.h>

#define KM_MAX_IDX 16

enum fixed_addresses {
	FIX_HOLE,
	FIX_KMAP_BEGIN,
	FIX_KMAP_END = FIX_KMAP_BEGIN + KM_MAX_IDX - 1,
	__end_of_fixed_addresses,
};

#define FIXADDR_TOP       (-PAGE_SIZE)
#define fix_to_virt(idx)  (FIXADDR_TOP - ((unsigned long)(idx) << PAGE_SHIFT))
#define virt_to_fix(addr) ((FIXADDR_TOP - PAGE_ALIGN_DOWN((unsigned long)(addr))) >> PAGE_SHIFT)

extern pte_t fixmap_page_table[__end_of_fixed_addresses];
#define fixmap_pte(idx) (&fixmap_page_table[(idx)])

#endif
