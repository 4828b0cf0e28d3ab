/* SPDX-License-Identifier: MIT */
/*
 * Fixmap: virtual pages whose addresses are compile-time constants and whose
 * frames are chosen at run time. Slot n lies n pages below FIXADDR_TOP; one
 * static page table maps them all, so a slot can be set with no allocation.
 */
#ifndef ASM_FIXMAP_H
#define ASM_FIXMAP_H

#include <kernel/lib/types.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/threads.h>
#include <asm/page.h>
#include <asm/pgtable_types.h>

/* Temporary maps of each CPU: the depth to which kmap_atomic() may nest. */
#define KM_MAX_IDX 16

/* early_ioremap(): so many mappings at a time, of so many pages at the most. */
#define NR_FIX_BTMAPS    64
#define FIX_BTMAPS_SLOTS 8

#define MAX_IO_APICS 8

/* 0xFFFFF000 stays unmapped: ERR_PTR() values lie there. */
#define FIXADDR_TOP 0xFFFFF000UL

enum fixed_addresses {
	FIX_HOLE, /* FIXADDR_TOP itself */
	FIX_APIC_BASE,
	FIX_IO_APIC_BASE_0,
	FIX_IO_APIC_BASE_END = FIX_IO_APIC_BASE_0 + MAX_IO_APICS - 1,
	FIX_KMAP_BEGIN, /* of CPU n: KM_MAX_IDX slots from FIX_KMAP_BEGIN + n * KM_MAX_IDX */
	FIX_KMAP_END = FIX_KMAP_BEGIN + KM_MAX_IDX * NR_CPUS - 1,
	FIX_BTMAP_END, /* the highest address of early_ioremap()'s windows */
	FIX_BTMAP_BEGIN = FIX_BTMAP_END + FIX_BTMAPS_SLOTS * NR_FIX_BTMAPS - 1,
	FIX_TEST, /* the self-tests' own */
	__end_of_fixed_addresses,
};

#define FIXADDR_START (FIXADDR_TOP - (__end_of_fixed_addresses - 1) * PAGE_SIZE)

#define __fix_to_virt(idx)  (FIXADDR_TOP - ((unsigned long)(idx) << PAGE_SHIFT))
#define __virt_to_fix(addr) ((FIXADDR_TOP - PAGE_ALIGN_DOWN((unsigned long)(addr))) >> PAGE_SHIFT)

/* The table maps the last 4 MiB. */
BUILD_BUG_ON(__end_of_fixed_addresses > PTRS_PER_PTE);

extern pte_t fixmap_page_table[PTRS_PER_PTE];

/* Never defined: a constant slot that is out of range fails to link. */
void __fix_to_virt_out_of_range(void) __attribute__((__error__("no such fixmap slot")));

static __always_inline unsigned long fix_to_virt(unsigned int idx)
{
	if (__builtin_constant_p(idx) && idx >= __end_of_fixed_addresses)
		__fix_to_virt_out_of_range();
	return __fix_to_virt(idx);
}

static __always_inline unsigned long virt_to_fix(unsigned long addr)
{
	return __virt_to_fix(addr);
}

/* Slots go down as addresses do: slot n's entry is n below the last but none. */
static __always_inline pte_t *fixmap_pte(unsigned int idx)
{
	return &fixmap_page_table[PTRS_PER_PTE - 1 - idx];
}

#endif
