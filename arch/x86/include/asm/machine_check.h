/* SPDX-License-Identifier: MIT */
/* Machine checks: hardware that found itself in error. */
#ifndef ASM_MACHINE_CHECK_H
#define ASM_MACHINE_CHECK_H

/* machine_check_init - have them reported as exceptions, where the CPU can. Context: boot. */
void machine_check_init(void);

/* machine_check_report - print what the CPU's banks hold. Context: a fault report. */
void machine_check_report(void);

#endif
