/* SPDX-License-Identifier: MIT */
/*
 * <arch/percpu.h> in a process: %fs is the C library's business there, so the offset is
 * a variable. It is one CPU's, and never changes once the areas are set up; therefore
 * a read or write is whole although its address takes an instruction of its own, and
 * an addition is one instruction, which no interrupt can tear.
 */
#ifndef ASM_PERCPU_H
#define ASM_PERCPU_H

#include <kernel/lib/types.h>
#include <asm/host.h>

#define __percpu_here(var)                                                                         \
	(*(__typeof__(var) __kernel __force *)((unsigned long)&(var) + host_cpu.percpu_offset))

#define __this_cpu_read(var) READ_ONCE(__percpu_here(var))

#define __this_cpu_nonzero(var)   (__this_cpu_read(var) != 0)
#define __this_cpu_any(var, bits) ((__this_cpu_read(var) & (bits)) != 0)

#define __this_cpu_write(var, val)                                                                 \
	do {                                                                                       \
		_Static_assert(sizeof(var) == sizeof(long) || sizeof(var) == 4,                    \
			       "per-CPU writes are words");                                        \
		WRITE_ONCE(__percpu_here(var), (val));                                             \
	} while (0)

#define __this_cpu_add(var, val)                                                                   \
	do {                                                                                       \
		_Static_assert(sizeof(var) == 4, "per-CPU adds are words");                        \
		__asm__ __volatile__("addl %1, %0"                                                 \
				     : "+m"(__percpu_here(var))                                    \
				     : "ri"((u32)(val))                                            \
				     : "cc");                                                      \
	} while (0)

/* Defined in kernel/percpu.c; each CPU's copy holds its own distance and number. */
extern unsigned long this_cpu_off __percpu;
extern unsigned int cpu_number __percpu;

#define raw_smp_processor_id() __this_cpu_read(cpu_number)

#endif
