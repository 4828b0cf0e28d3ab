/* SPDX-License-Identifier: MIT */
/* What the CPU that is a process can: the same on every machine that it runs on. */
#ifndef ASM_CPUFEATURE_H
#define ASM_CPUFEATURE_H

#include <kernel/lib/types.h>

#define X86_FEATURE_MCE (1U << 7)
#define X86_FEATURE_PGE (1U << 13)
#define X86_FEATURE_MCA (1U << 14)
#define X86_FEATURE_PAT (1U << 16)

#define X86_CR0_WP  (1UL << 16)
#define X86_CR4_PGE (1UL << 7)

static inline u32 cpu_features(void)
{
	return X86_FEATURE_PGE | X86_FEATURE_PAT;
}

#endif
