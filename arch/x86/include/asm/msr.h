/* SPDX-License-Identifier: MIT */
/* Model-specific registers. Reading or writing one that is not there is #GP. */
#ifndef ASM_MSR_H
#define ASM_MSR_H

#include <kernel/lib/types.h>

/* Page attribute table: eight bytes, each a memory type (SDM vol. 3, 12.12). */
#define MSR_IA32_PAT        0x277U
#define PAT_WRITE_COMBINING 1ULL

static __always_inline u64 rdmsr(u32 msr)
{
	u64 value;

	__asm__ __volatile__("rdmsr" : "=A"(value) : "c"(msr));
	return value;
}

static __always_inline void wrmsr(u32 msr, u64 value)
{
	__asm__ __volatile__("wrmsr" : : "c"(msr), "A"(value) : "memory");
}

#endif
