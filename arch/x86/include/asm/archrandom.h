/* SPDX-License-Identifier: MIT */
/* Random numbers of the CPU's own: RDRAND (SDM vol. 1, 7.3.17), which any privilege level may use. */
#ifndef ASM_ARCHRANDOM_H
#define ASM_ARCHRANDOM_H

#include <kernel/lib/types.h>

/* CPUID leaf 1, ECX */
#define X86_FEATURE_RDRAND (1U << 30)

/* As many attempts as the SDM advises: one that fails was merely too early. */
#define RDRAND_RETRIES 10

static inline bool cpu_has_rdrand(void)
{
	u32 eax = 1, ebx, ecx, edx;

	__asm__("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
	return ecx & X86_FEATURE_RDRAND;
}

static inline bool arch_get_random_long(unsigned long *v)
{
	unsigned int i;
	bool ok = false;

	if (!cpu_has_rdrand())
		return false;
	for (i = 0; i < RDRAND_RETRIES && !ok; i++)
		__asm__ __volatile__("rdrand %0" : "=r"(*v), "=@ccc"(ok));
	return ok;
}

#endif
