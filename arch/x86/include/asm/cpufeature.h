/* SPDX-License-Identifier: MIT */
/* What this CPU can: CPUID, and the bits that switch it on (SDM vol. 2 CPUID; vol. 3, 2.5). */
#ifndef ASM_CPUFEATURE_H
#define ASM_CPUFEATURE_H

#include <kernel/lib/types.h>

/* CPUID leaf 1, EDX */
#define X86_FEATURE_MCE (1U << 7)
#define X86_FEATURE_PGE (1U << 13)
#define X86_FEATURE_MCA (1U << 14)
#define X86_FEATURE_PAT (1U << 16)

#define X86_CR0_WP  (1UL << 16) /* read-only pages are read-only for the kernel too */
#define X86_CR4_PGE (1UL << 7)

/* cpu_features - EDX of CPUID leaf 1, which boot/entry.asm has seen to exist */
static inline u32 cpu_features(void)
{
	u32 eax = 1, ebx, ecx, edx;

	__asm__("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
	return edx;
}

#endif
