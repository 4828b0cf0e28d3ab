/* SPDX-License-Identifier: MIT */
/* Model-specific registers: none that matters to a process. All read as 0. */
#ifndef ASM_MSR_H
#define ASM_MSR_H

#include <kernel/lib/types.h>

#define MSR_IA32_PAT        0x277U
#define PAT_WRITE_COMBINING 1ULL

static inline u64 rdmsr(u32 msr __unused)
{
	return 0;
}

static inline void wrmsr(u32 msr __unused, u64 value __unused)
{
}

#endif
