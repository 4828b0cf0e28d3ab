/* SPDX-License-Identifier: MIT */
/* Shared among arch/host/wide/process/, 64-bit Linux programs, and by nobody else. */
#ifndef ARCH_HOST_WIDE_PROCESS_MACHINE_H
#define ARCH_HOST_WIDE_PROCESS_MACHINE_H

#include <stdbool.h>

#include <arch/host/process/map.h>
#include <asm/host.h>

/*
 * machine_boot - make physical memory, and boot the kernel in it
 * @map: as for --map
 * @cmdline: the kernel's
 *
 * Faults are exceptions from then on, and the calling thread's stack is the kernel's.
 */
void machine_boot(const char *map, const char *cmdline);

/* machine_leave - what host_exit() comes to: the program's own */
void machine_leave(int ok) __attribute__((__noreturn__));

/* machine_output - likewise what host_console_write() comes to */
void machine_output(const char *s, unsigned int len);

#endif
