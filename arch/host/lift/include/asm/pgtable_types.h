/* SPDX-License-Identifier: MIT */
/* Page-table entries of <arch/mmu.h>, where no CPU will ever read one. */
#ifndef ASM_PGTABLE_TYPES_H
#define ASM_PGTABLE_TYPES_H

typedef struct {
	unsigned long pte;
} pte_t;

typedef struct {
	unsigned long pmd;
} pmd_t;

typedef struct {
	unsigned long pgd;
} pgd_t;

typedef struct {
	unsigned long pgprot;
} pgprot_t;

#define __pte(x)      ((pte_t){(x)})
#define __pgprot(x)   ((pgprot_t){(x)})
#define pte_val(x)    ((x).pte)
#define pgprot_val(x) ((x).pgprot)
#define PAGE_KERNEL   __pgprot(1UL)

#endif
