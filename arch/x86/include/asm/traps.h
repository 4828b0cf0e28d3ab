/* SPDX-License-Identifier: MIT */
/* Exceptions and interrupts: numbers, and what the files of arch/x86 share. */
#ifndef ASM_TRAPS_H
#define ASM_TRAPS_H

#include <kernel/percpu.h>
#include <kernel/lib/types.h>
#include <arch/traps.h>
#include <asm/ptrace.h>

/* Exceptions (SDM vol. 3, table 6-1). */
#define X86_TRAP_DE   0 /* divide error */
#define X86_TRAP_DB   1 /* debug */
#define X86_TRAP_NMI  2
#define X86_TRAP_BP   3  /* int3 */
#define X86_TRAP_OF   4  /* into */
#define X86_TRAP_BR   5  /* bound */
#define X86_TRAP_UD   6  /* invalid opcode */
#define X86_TRAP_NM   7  /* no FPU */
#define X86_TRAP_DF   8  /* double fault */
#define X86_TRAP_TS   10 /* invalid TSS */
#define X86_TRAP_NP   11 /* segment not present */
#define X86_TRAP_SS   12 /* stack segment */
#define X86_TRAP_GP   13 /* general protection */
#define X86_TRAP_PF   14 /* page fault */
#define X86_TRAP_MF   16 /* x87 */
#define X86_TRAP_AC   17 /* alignment check */
#define X86_TRAP_MC   18 /* machine check */
#define NR_EXCEPTIONS 32

#define NR_VECTORS       256
#define FIRST_IRQ_VECTOR 0x20 /* the 8259s' 16 lines follow the exceptions */

/* Page fault error code (SDM vol. 3, 4.7). */
#define X86_PF_PROT  0x01UL /* 1: the page is there, its protection forbade the access */
#define X86_PF_WRITE 0x02UL
#define X86_PF_USER  0x04UL
#define X86_PF_RSVD  0x08UL /* a reserved bit is set in a table */
#define X86_PF_INSTR 0x10UL

/* Error code of exceptions about a segment (SDM vol. 3, 6.13). */
#define SELECTOR_EXTERNAL 0x01UL
#define SELECTOR_IDT      0x02UL
#define SELECTOR_LDT      0x04UL

/* The stubs of trap_entry.asm, TRAP_STUB_SIZE apart. */
#define TRAP_STUB_SIZE 16
extern const u8 trap_stubs[];

/* What the stubs go on with; in a backtrace, interrupted code follows it. */
extern const u8 trap_common[];

/* trap_dispatch - everything the CPU interrupts us with arrives here, interrupts off */
void trap_dispatch(struct pt_regs *regs);

/* irq_dispatch - a hardware interrupt: regs->vector - FIRST_IRQ_VECTOR is its line */
void irq_dispatch(struct pt_regs *regs);

/* in_hard_irq_context - run @fn(@arg) as an interrupt handler. Context: interrupts off. */
void in_hard_irq_context(void (*fn)(void *arg), void *arg);

/* exception_name - of a vector below NR_EXCEPTIONS, in words */
const char *exception_name(unsigned int vector);

/* step_trap - a debug exception: was it ours? */
bool step_trap(struct pt_regs *regs);

/* step_cancel - forget a run that was left by arch_longjmp() */
void step_cancel(void);

/* fixup_exception - continue elsewhere, when the exception table says where */
bool fixup_exception(struct pt_regs *regs);

/* report_fault - print everything known about an exception; halts when it faults itself */
void report_fault(const struct fault_info *info) __cold;

/* fault_being_reported - is a report being printed just now, on this CPU? */
bool fault_being_reported(void);

/* Where arch_save_regs() stores. */
DECLARE_PER_CPU(struct pt_regs, panic_regs);

/* show_trap_backtrace - print the function that @regs interrupted, and its callers */
void show_trap_backtrace(const struct pt_regs *regs) __cold;

/* walk_stack - their return addresses: at most @nr into @entries, @skip innermost left out */
unsigned int walk_stack(unsigned long fp, unsigned long *entries, unsigned int nr,
			unsigned int skip);

#endif
