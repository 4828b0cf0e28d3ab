/* SPDX-License-Identifier: MIT */
/*
 * TLB flushes of <arch/mmu.h> in a process, whose TLB is process/mmu.c. Of everything
 * beyond a page arch/x86/mm/tlb.c does what it does on the CPU: it loads CR4.
 */
#ifndef ASM_TLBFLUSH_H
#define ASM_TLBFLUSH_H

#include <kernel/lib/types.h>
#include <asm/host.h>

/* As on the CPU, so that the same cases take the same way. */
#define TLB_SINGLE_PAGE_FLUSH_CEILING 33

static __always_inline void flush_tlb_one_kernel(unsigned long addr)
{
	host_flush_tlb_page(addr);
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end);
void flush_tlb_local(void);
void flush_tlb_all(void);

#endif
