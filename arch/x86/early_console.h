/* SPDX-License-Identifier: MIT */
/*
 * COM1 as the first console: output alone, polled, from the first line of setup on.
 */
#ifndef ARCH_X86_EARLY_CONSOLE_H
#define ARCH_X86_EARLY_CONSOLE_H

/** early_console_init - register COM1, polled, if it is there. Context: boot. */
void early_console_init(void);

#endif
