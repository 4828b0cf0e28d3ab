/* SPDX-License-Identifier: MIT */
/* The layout of <arch/mmu.h>: a direct map, and areas of no size for all that has none. */
#ifndef ASM_PGTABLE_AREAS_H
#define ASM_PGTABLE_AREAS_H

#include <asm/page.h>
#include <asm/pgtable_types.h>

/* End of the direct map. */
extern void *high_memory;
extern unsigned long max_low_pfn;

#define VMALLOC_START ((unsigned long)high_memory)
#define VMALLOC_END   VMALLOC_START

#define LAST_PKMAP     2
#define PKMAP_BASE     VMALLOC_END
#define PKMAP_ADDR(nr) (PKMAP_BASE + ((unsigned long)(nr) << PAGE_SHIFT))
#define PKMAP_NR(virt) (((unsigned long)(virt)-PKMAP_BASE) >> PAGE_SHIFT)

extern pte_t pkmap_page_table[LAST_PKMAP];

#endif
