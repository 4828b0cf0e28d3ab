/* SPDX-License-Identifier: MIT */
/* Control and debug registers of a CPU that is a process: see <asm/host.h>. */
#ifndef ASM_CONTROL_H
#define ASM_CONTROL_H

#include <kernel/lib/types.h>
#include <asm/host.h>

#define X86_DR6_BS    0x4000UL /* the debug exception is a single step */
#define X86_DR6_CLEAR 0xffff0ff0UL
#define X86_CR4_MCE   0x40UL

#define BUILD_CONTROL_REG(reg)                                                                     \
	static inline unsigned long read_##reg(void)                                               \
	{                                                                                          \
		return host_cpu.reg;                                                               \
	}

BUILD_CONTROL_REG(cr0)
BUILD_CONTROL_REG(cr2)
BUILD_CONTROL_REG(cr3)
BUILD_CONTROL_REG(cr4)
BUILD_CONTROL_REG(dr6)
BUILD_CONTROL_REG(dr7)
#undef BUILD_CONTROL_REG

/* Write protection is always on: a process has no other way to be. */
static inline void write_cr0(unsigned long value)
{
	host_cpu.cr0 = value;
}

static inline void write_cr3(unsigned long value)
{
	host_write_cr3(value);
}

static inline void write_cr4(unsigned long value)
{
	host_write_cr4(value);
}

static inline void write_dr6(unsigned long value)
{
	host_cpu.dr6 = value;
}

#endif
