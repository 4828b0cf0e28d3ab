/* SPDX-License-Identifier: MIT */
/* The fixmap of the 64-bit process: the slots of kmap_atomic() and nothing else. */
#ifndef ASM_FIXMAP_H
#define ASM_FIXMAP_H

#include <kernel/lib/types.h>
#include <kernel/lib/threads.h>
#include <asm/page.h>
#include <asm/pgtable.h>
#include <asm/pgtable_types.h>

/* Temporary maps of each CPU: the depth to which kmap_atomic() may nest. */
#define KM_MAX_IDX 16

#define FIXADDR_TOP (KERNEL_AREA_END - PAGE_SIZE)

enum fixed_addresses {
	FIX_HOLE, /* FIXADDR_TOP itself */
	FIX_KMAP_BEGIN,
	FIX_KMAP_END = FIX_KMAP_BEGIN + KM_MAX_IDX * NR_CPUS - 1,
	__end_of_fixed_addresses,
};

#define FIXADDR_START (FIXADDR_TOP - (__end_of_fixed_addresses - 1) * PAGE_SIZE)

static __always_inline unsigned long fix_to_virt(unsigned int idx)
{
	return FIXADDR_TOP - ((unsigned long)idx << PAGE_SHIFT);
}

static __always_inline unsigned long virt_to_fix(unsigned long addr)
{
	return (FIXADDR_TOP - PAGE_ALIGN_DOWN(addr)) >> PAGE_SHIFT;
}

static __always_inline pte_t *fixmap_pte(unsigned int idx)
{
	return kernel_area_pte(fix_to_virt(idx));
}

#endif
