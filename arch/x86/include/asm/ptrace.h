/* SPDX-License-Identifier: MIT */
/*
 * The registers of interrupted code, as trap_entry.asm leaves them on the stack,
 * lowest address first: what PUSHA stores, the data segments, the number and the
 * error code, and what the CPU itself pushed. @esp and @ss are there only when
 * the CPU came from ring 3, and in copies made by software (of a double fault's TSS,
 * of the registers in a panic); else the stack of the interrupted code begins where
 * they would be.
 */
#ifndef ASM_PTRACE_H
#define ASM_PTRACE_H

#include <kernel/lib/types.h>
#include <asm/segment.h>

struct pt_regs {
	unsigned long edi;
	unsigned long esi;
	unsigned long ebp;
	unsigned long pusha_esp; /* what PUSHA stored, never 0; 0 in a copy */
	unsigned long ebx;
	unsigned long edx;
	unsigned long ecx;
	unsigned long eax;
	unsigned long ds;
	unsigned long es;
	unsigned long fs;
	unsigned long gs;
	unsigned long vector;
	unsigned long error_code;
	unsigned long eip;
	unsigned long cs;
	unsigned long eflags;
	unsigned long esp;
	unsigned long ss;
};

static inline bool user_mode(const struct pt_regs *regs)
{
	return (regs->cs & SEGMENT_RPL_MASK) == 3;
}

/* has_own_esp - are @esp and @ss there? */
static inline bool has_own_esp(const struct pt_regs *regs)
{
	return user_mode(regs) || !regs->pusha_esp;
}

/* interrupted_esp - the stack pointer of the interrupted code */
static inline unsigned long interrupted_esp(const struct pt_regs *regs)
{
	return has_own_esp(regs) ? regs->esp : (unsigned long)&regs->esp;
}

#endif
