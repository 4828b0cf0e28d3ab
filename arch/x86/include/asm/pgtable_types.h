/* SPDX-License-Identifier: MIT */
/*
 * What a page-table entry is made of on a 32-bit x86 without PAE.
 *
 * The CPU walks two tables of 1024 words: bits 31-22 of an address choose a
 * page-directory entry, bits 21-12 a page-table entry. Portable code is written
 * for four levels (pgd, pud, pmd, pte); here the pud and the pmd are the pgd
 * entry under another type, so that each level's helpers exist, nothing is looked
 * up twice, and a PAE or 64-bit port changes this header and no caller.
 *
 * Each type is a structure of one member: an entry of one level passed for
 * another, or for an integer, does not compile.
 *
 * Reference: SDM vol. 3, 4.3 (32-bit paging) and 4.9 (memory types).
 */
#ifndef ASM_PGTABLE_TYPES_H
#define ASM_PGTABLE_TYPES_H

#define PGDIR_SHIFT  22
#define PTRS_PER_PGD 1024
#define PTRS_PER_PTE 1024

#define _PAGE_BIT_PRESENT  0
#define _PAGE_BIT_RW       1
#define _PAGE_BIT_USER     2
#define _PAGE_BIT_PWT      3
#define _PAGE_BIT_PCD      4
#define _PAGE_BIT_ACCESSED 5
#define _PAGE_BIT_DIRTY    6
#define _PAGE_BIT_PSE      7 /* of a directory entry: maps 4 MiB itself */
#define _PAGE_BIT_GLOBAL   8 /* survives a load of CR3 */
#define _PAGE_BIT_SOFTW1   9 /* bits 9-11 are software's */

#ifdef __ASSEMBLER__
#define _PAGE_PRESENT (1 << _PAGE_BIT_PRESENT)
#define _PAGE_RW      (1 << _PAGE_BIT_RW)
#define _PAGE_PSE     (1 << _PAGE_BIT_PSE)
#else

#include <kernel/lib/types.h>
#include <asm/page.h>

#define PUD_SHIFT    PGDIR_SHIFT
#define PMD_SHIFT    PGDIR_SHIFT
#define PTRS_PER_PUD 1
#define PTRS_PER_PMD 1

#define PGDIR_SIZE (1UL << PGDIR_SHIFT)
#define PGDIR_MASK (~(PGDIR_SIZE - 1))
#define PUD_SIZE   (1UL << PUD_SHIFT)
#define PUD_MASK   (~(PUD_SIZE - 1))
#define PMD_SIZE   (1UL << PMD_SHIFT)
#define PMD_MASK   (~(PMD_SIZE - 1))

#define _PAGE_PRESENT  (1UL << _PAGE_BIT_PRESENT)
#define _PAGE_RW       (1UL << _PAGE_BIT_RW)
#define _PAGE_USER     (1UL << _PAGE_BIT_USER)
#define _PAGE_PWT      (1UL << _PAGE_BIT_PWT)
#define _PAGE_PCD      (1UL << _PAGE_BIT_PCD)
#define _PAGE_ACCESSED (1UL << _PAGE_BIT_ACCESSED)
#define _PAGE_DIRTY    (1UL << _PAGE_BIT_DIRTY)
#define _PAGE_PSE      (1UL << _PAGE_BIT_PSE)
#define _PAGE_GLOBAL   (1UL << _PAGE_BIT_GLOBAL)
/* A user page that its owner may not touch: not present to the CPU, mapped to us. */
#define _PAGE_PROTNONE (1UL << _PAGE_BIT_SOFTW1)

typedef unsigned long pteval_t;
typedef unsigned long pmdval_t;
typedef unsigned long pudval_t;
typedef unsigned long pgdval_t;
typedef unsigned long pgprotval_t;

typedef struct {
	pteval_t pte;
} pte_t;

typedef struct {
	pgdval_t pgd;
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
#define __pgd(x)    ((pgd_t){(x)})
#define __pud(x)    ((pud_t){{(x)}})
#define __pmd(x)    ((pmd_t){{{(x)}}})
#define __pgprot(x) ((pgprot_t){(x)})

#define pte_val(x)           ((x).pte)
#define pgd_val(x)           ((x).pgd)
#define pud_val(x)           ((x).pgd.pgd)
#define pmd_val(x)           ((x).pud.pgd.pgd)
#define pgprot_val(x)        ((x).pgprot)

/* The page frame of an entry, and everything else in it. */
#define PTE_PFN_MASK         PAGE_MASK
#define PTE_FLAGS_MASK       (~PTE_PFN_MASK)
#define PMD_LARGE_PFN_MASK   PMD_MASK

/*
 * Memory types. Entry n of the page attribute table (PAT) is chosen by bits PCD
 * and PWT. Where the CPU has one, paging_init() makes entry 1 write-combining;
 * without it PWT alone would mean write-through, whose reads may be stale on a
 * device, so there write-combining is asked for and "uncached, unless an MTRR
 * says otherwise" (PCD) is got. __page_cache_wc holds the bits in force.
 */
#define _PAGE_CACHE_UC       (_PAGE_PCD | _PAGE_PWT)
#define _PAGE_CACHE_UC_MINUS _PAGE_PCD
extern pgprotval_t __page_cache_wc;

/*
 * The bits this CPU knows: _PAGE_GLOBAL is missing before paging_init(), and
 * for good where the CPU lacks PGE. pfn_pte() and pfn_pmd() mask with it.
 */
extern pteval_t __supported_pte_mask;

/* For the entry of a page table itself: the leaf decides, so all is allowed here. */
#define _KERNPG_TABLE        (_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY)
#define _PAGE_TABLE          (_KERNPG_TABLE | _PAGE_USER)

/*
 * Kernel pages. Accessed and dirty are set beforehand, which saves the CPU its
 * locked update. Without NX every present page can be executed, so PAGE_KERNEL
 * and PAGE_KERNEL_EXEC differ in name only: callers say what they mean.
 */
#define __PAGE_KERNEL_RO     (_PAGE_PRESENT | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_GLOBAL)
#define __PAGE_KERNEL        (__PAGE_KERNEL_RO | _PAGE_RW)

#define PAGE_KERNEL            __pgprot(__PAGE_KERNEL)
#define PAGE_KERNEL_EXEC       __pgprot(__PAGE_KERNEL)
#define PAGE_KERNEL_RO         __pgprot(__PAGE_KERNEL_RO)
#define PAGE_KERNEL_ROX        __pgprot(__PAGE_KERNEL_RO)
#define PAGE_KERNEL_NOCACHE    __pgprot(__PAGE_KERNEL | _PAGE_CACHE_UC)
#define PAGE_KERNEL_IO         __pgprot(__PAGE_KERNEL)
#define PAGE_KERNEL_IO_NOCACHE __pgprot(__PAGE_KERNEL | _PAGE_CACHE_UC)
#define PAGE_KERNEL_WC         __pgprot(__PAGE_KERNEL | __page_cache_wc)

/* User pages. PAGE_COPY is private: the write fault makes the copy. */
#define PAGE_NONE              __pgprot(_PAGE_PROTNONE | _PAGE_ACCESSED)
#define PAGE_SHARED            __pgprot(_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED)
#define PAGE_COPY              __pgprot(_PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED)
#define PAGE_READONLY          __pgprot(_PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED)

#endif /* !__ASSEMBLER__ */
#endif
