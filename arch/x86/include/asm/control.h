/* SPDX-License-Identifier: MIT */
/* Control and debug registers, and bits of EFLAGS (SDM vol. 3, 2.3, 2.5, 17.2). */
#ifndef ASM_CONTROL_H
#define ASM_CONTROL_H

#include <kernel/lib/types.h>

#define X86_EFLAGS_FIXED 0x2UL /* bit 1 is always set */
#define X86_EFLAGS_NT    0x4000UL
#define X86_DR6_BS       0x4000UL /* the debug exception is a single step */
#define X86_DR6_CLEAR    0xffff0ff0UL
#define X86_CR4_MCE      0x40UL

#define BUILD_CONTROL_REG(reg)                                                                     \
	static __always_inline unsigned long read_##reg(void)                                      \
	{                                                                                          \
		unsigned long value;                                                               \
                                                                                                   \
		__asm__ __volatile__("movl %%" #reg ", %0" : "=r"(value) : : "memory");            \
		return value;                                                                      \
	}                                                                                          \
	static __always_inline void write_##reg(unsigned long value)                               \
	{                                                                                          \
		__asm__ __volatile__("movl %0, %%" #reg : : "r"(value) : "memory");                \
	}

BUILD_CONTROL_REG(cr0)
BUILD_CONTROL_REG(cr2)
BUILD_CONTROL_REG(cr3)
BUILD_CONTROL_REG(cr4)
BUILD_CONTROL_REG(dr6)
BUILD_CONTROL_REG(dr7)
#undef BUILD_CONTROL_REG

#endif
