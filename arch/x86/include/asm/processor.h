/* SPDX-License-Identifier: MIT */
/* <arch/cpu.h> on x86. */
#ifndef ASM_PROCESSOR_H
#define ASM_PROCESSOR_H

#include <kernel/lib/types.h>
#include <asm/archrandom.h>

#define L1_CACHE_SHIFT        6
#define L1_CACHE_BYTES        (1UL << L1_CACHE_SHIFT)
#define ____cacheline_aligned __aligned(1 << L1_CACHE_SHIFT)

static __always_inline void cpu_relax(void)
{
	__asm__ __volatile__("pause" : : : "memory");
}

/* sti takes effect after the next instruction, so no interrupt comes before the hlt. */
static __always_inline void cpu_idle(void)
{
	__asm__ __volatile__("sti; hlt" : : : "memory");
}

static __always_inline u64 get_cycles(void)
{
	u64 tsc;

	__asm__ __volatile__("rdtsc" : "=A"(tsc));
	return tsc;
}

static __always_inline void arch_clear_scratch_regs(void)
{
	__asm__ __volatile__("xorl %%eax, %%eax\n\t"
			     "xorl %%ecx, %%ecx\n\t"
			     "xorl %%edx, %%edx"
			     :
			     :
			     : "eax", "ecx", "edx", "cc");
}

static __always_inline void prefetch(const void *p)
{
	__builtin_prefetch(p, 0);
}

static __always_inline void prefetchw(const void *p)
{
	__builtin_prefetch(p, 1);
}

void arch_machine_exit_enable(bool present);
void arch_machine_exit(unsigned int code);
void arch_machine_restart(void) __noreturn;
void arch_machine_halt(void) __noreturn;

#endif
