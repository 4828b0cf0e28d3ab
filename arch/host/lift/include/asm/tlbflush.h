/* SPDX-License-Identifier: MIT */
/* TLB flushes of <arch/mmu.h>: there is no TLB. */
#ifndef ASM_TLBFLUSH_H
#define ASM_TLBFLUSH_H

#define flush_tlb_one_kernel(addr)         ((void)(addr))
#define flush_tlb_kernel_range(start, end) ((void)(start), (void)(end))
#define flush_tlb_local()                  barrier()
#define flush_tlb_all()                    barrier()

#endif
