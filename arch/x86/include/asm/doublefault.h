/* SPDX-License-Identifier: MIT */
/* The double fault's task: where it starts and which stack it has. */
#ifndef ASM_DOUBLEFAULT_H
#define ASM_DOUBLEFAULT_H

#include <kernel/lib/types.h>

/* First instruction of the task (trap_entry.asm); not to be called. */
void doublefault_entry(void);

/* doublefault_stack_top - end of the boot CPU's double fault stack */
unsigned long doublefault_stack_top(void);

/* doublefault_init - make its stack known to the backtrace. Context: boot. */
void doublefault_init(void);

/* doublefault_guard - unmap the page below it. Return: 0, or as register_guard_page(). */
int doublefault_guard(void);

/* doublefault_report - body of the task: say what happened, and stop. Called by the entry. */
void doublefault_report(void) __noreturn;

#endif
