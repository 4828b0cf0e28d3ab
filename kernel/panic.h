/* SPDX-License-Identifier: MIT */
/* What the end of the kernel has in common: verdicts, and traces in reports. */
#ifndef KERNEL_PANIC_H
#define KERNEL_PANIC_H

#include <kernel/lib/types.h>

/*
 * Verdicts for arch_machine_exit(). isa-debug-exit turns v into exit status
 * 2v+1: 85, 87, 89, which neither a reset (0) nor a killed QEMU can imitate.
 */
#define EXIT_SUCCESS 0x2aU
#define EXIT_FAILURE 0x2bU
#define EXIT_PANIC   0x2cU

/**
 * panic_reported - panic() after a report that has said everything already
 * @what: named in the closing lines; no backtrace is printed
 *
 * Context: any, with any lock held.
 */
void panic_reported(const char *what) __noreturn __cold;

/** print_stack_trace - one symbolised line an entry, each a return address. Context: any. */
void print_stack_trace(const unsigned long *entries, unsigned int nr);

#endif
