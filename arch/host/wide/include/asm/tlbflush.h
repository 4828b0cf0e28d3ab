/* SPDX-License-Identifier: MIT */
/* TLB flushes of <arch/mmu.h> in the 64-bit process; process/machine.c has the TLB. */
#ifndef ASM_TLBFLUSH_H
#define ASM_TLBFLUSH_H

#include <kernel/lib/types.h>
#include <asm/host.h>
#include <asm/page.h>

static __always_inline void flush_tlb_one_kernel(unsigned long addr)
{
	host_flush(addr & PAGE_MASK, (addr & PAGE_MASK) + PAGE_SIZE);
}

static __always_inline void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	host_flush(start, end);
}

void flush_tlb_local(void);
void flush_tlb_all(void);

#endif
