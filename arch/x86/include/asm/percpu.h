/* SPDX-License-Identifier: MIT */
/*
 * <arch/percpu.h> on the CPU: %fs holds the per-CPU segment, whose base is the
 * distance of this CPU's copy from the template. An access is one instruction.
 */
#ifndef ASM_PERCPU_H
#define ASM_PERCPU_H

#include <kernel/lib/types.h>

#define __percpu_arg(var) (*(__typeof__(var) __kernel __force *)&(var))

#define __this_cpu_read(var)                                                                       \
	({                                                                                         \
		__typeof__(__percpu_arg(var)) __pcp_v;                                             \
		_Static_assert(sizeof(__pcp_v) <= 4, "per-CPU access wider than a word");          \
		switch (sizeof(__pcp_v)) {                                                         \
		case 1:                                                                            \
			__asm__ __volatile__("movb %%fs:%1, %0"                                    \
					     : "=q"(__pcp_v)                                       \
					     : "m"(__percpu_arg(var)));                            \
			break;                                                                     \
		case 2:                                                                            \
			__asm__ __volatile__("movw %%fs:%1, %0"                                    \
					     : "=r"(__pcp_v)                                       \
					     : "m"(__percpu_arg(var)));                            \
			break;                                                                     \
		default:                                                                           \
			__asm__ __volatile__("movl %%fs:%1, %0"                                    \
					     : "=r"(__pcp_v)                                       \
					     : "m"(__percpu_arg(var)));                            \
		}                                                                                  \
		__pcp_v;                                                                           \
	})

/* Is the variable not 0? Compared where it lies, and the answer is a condition code. */
#define __this_cpu_any(var, bits)                                                                  \
	({                                                                                         \
		bool __pcp_any;                                                                    \
		_Static_assert(sizeof(__percpu_arg(var)) == 4, "per-CPU tests are of words");      \
		__asm__ __volatile__("testl %2, %%fs:%1"                                           \
				     : "=@ccnz"(__pcp_any)                                         \
				     : "m"(__percpu_arg(var)), "ri"(bits));                        \
		__pcp_any;                                                                         \
	})

#define __this_cpu_nonzero(var)                                                                    \
	({                                                                                         \
		bool __pcp_nz;                                                                     \
		_Static_assert(sizeof(__percpu_arg(var)) == 4, "per-CPU tests are of words");      \
		__asm__ __volatile__("cmpl $0, %%fs:%1"                                            \
				     : "=@ccne"(__pcp_nz)                                          \
				     : "m"(__percpu_arg(var)));                                    \
		__pcp_nz;                                                                          \
	})

#define __this_cpu_write(var, val)                                                                 \
	do {                                                                                       \
		__typeof__(__percpu_arg(var)) __pcp_w = (val);                                     \
		_Static_assert(sizeof(__pcp_w) == 4, "per-CPU writes are words");                  \
		__asm__ __volatile__("movl %1, %%fs:%0"                                            \
				     : "=m"(__percpu_arg(var))                                     \
				     : "ri"(__pcp_w));                                             \
	} while (0)

#define __this_cpu_add(var, val)                                                                   \
	do {                                                                                       \
		__typeof__(__percpu_arg(var)) __pcp_a = (__typeof__(__pcp_a))(val);                \
		_Static_assert(sizeof(__pcp_a) == 4, "per-CPU adds are words");                    \
		__asm__ __volatile__("addl %1, %%fs:%0"                                            \
				     : "+m"(__percpu_arg(var))                                     \
				     : "ri"(__pcp_a)                                               \
				     : "cc");                                                      \
	} while (0)

/* Defined in kernel/percpu.c; each CPU's copy holds its own distance and number. */
extern unsigned long this_cpu_off __percpu;
extern unsigned int cpu_number __percpu;

#define raw_smp_processor_id() __this_cpu_read(cpu_number)

#endif
