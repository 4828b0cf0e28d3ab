/* SPDX-License-Identifier: MIT */
/*
 * What a page-table entry is made of in the 64-bit process: a frame's address and a few
 * bits. One table maps all that lies outside the direct map, and so the levels above it are
 * folded away: there is one pgd, one pud and one pmd entry, always present.
 */
#ifndef ASM_PGTABLE_TYPES_H
#define ASM_PGTABLE_TYPES_H

#include <kernel/lib/types.h>
#include <asm/page.h>

#define _PAGE_PRESENT 0x1UL
#define _PAGE_RW      0x2UL
#define _PAGE_UC      0x4UL /* device memory: only the entry knows */
#define _PAGE_WC      0x8UL

#define PTE_PFN_MASK PAGE_MASK

typedef unsigned long pteval_t;
typedef unsigned long pgprotval_t;

typedef struct {
	pteval_t pte;
} pte_t;

typedef struct {
	unsigned long pgd;
} pgd_t;

typedef struct {
	pgd_t pgd;
} pud_t;

typedef struct {
	pud_t pud;
} pmd_t;

typedef struct {
	pgprotval_t pgprot;
} pgprot_t;

#define __pte(x)    ((pte_t){(x)})
#define __pgprot(x) ((pgprot_t){(x)})

#define pte_val(x)    ((x).pte)
#define pgprot_val(x) ((x).pgprot)

#define PAGE_KERNEL            __pgprot(_PAGE_PRESENT | _PAGE_RW)
#define PAGE_KERNEL_RO         __pgprot(_PAGE_PRESENT)
#define PAGE_KERNEL_IO         PAGE_KERNEL
#define PAGE_KERNEL_IO_NOCACHE __pgprot(_PAGE_PRESENT | _PAGE_RW | _PAGE_UC)
#define PAGE_KERNEL_WC         __pgprot(_PAGE_PRESENT | _PAGE_RW | _PAGE_WC)

#endif
