/* SPDX-License-Identifier: MIT */
/* <arch/cpu.h>, as far as memory management asks. */
#ifndef ASM_PROCESSOR_H
#define ASM_PROCESSOR_H

#define L1_CACHE_SHIFT        6
#define L1_CACHE_BYTES        (1UL << L1_CACHE_SHIFT)
#define ____cacheline_aligned __aligned(1 << L1_CACHE_SHIFT)

#define cpu_relax()  barrier()
#define prefetch(p)  __builtin_prefetch((p), 0)
#define prefetchw(p) __builtin_prefetch((p), 1)

#endif
