/* SPDX-License-Identifier: MIT */
/*
 * TLB flushes of <arch/mmu.h>. One CPU so far: "every CPU" is this one.
 *
 * A load of CR3 drops every entry but the global ones, and kernel pages are
 * global where the CPU can; INVLPG drops the entry of one address, global or not
 * (SDM vol. 3, 4.10.4.1).
 */
#ifndef ASM_TLBFLUSH_H
#define ASM_TLBFLUSH_H

#include <kernel/lib/types.h>

/* Above so many pages one flush of everything is cheaper than INVLPG for each. */
#define TLB_SINGLE_PAGE_FLUSH_CEILING 33

static __always_inline void flush_tlb_one_kernel(unsigned long addr)
{
	__asm__ __volatile__("invlpg (%0)" : : "r"(addr) : "memory");
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end);
void flush_tlb_local(void);
void flush_tlb_all(void);

#endif
