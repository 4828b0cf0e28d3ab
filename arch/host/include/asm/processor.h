/* SPDX-License-Identifier: MIT */
/* <arch/cpu.h> in a process. */
#ifndef ASM_PROCESSOR_H
#define ASM_PROCESSOR_H

#include <kernel/lib/types.h>
#include <asm/archrandom.h>
#include <asm/host.h>
#include <asm/irqflags.h>

#define L1_CACHE_SHIFT        6
#define L1_CACHE_BYTES        (1UL << L1_CACHE_SHIFT)
#define ____cacheline_aligned __aligned(1 << L1_CACHE_SHIFT)

static __always_inline void cpu_relax(void)
{
	__asm__ __volatile__("pause" : : : "memory");
}

static inline void cpu_idle(void)
{
	host_idle();
	local_irq_enable();
}

static __always_inline u64 get_cycles(void)
{
	u32 low, high;

	__asm__ __volatile__("rdtsc" : "=a"(low), "=d"(high));
	return (u64)high << 32 | low;
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
