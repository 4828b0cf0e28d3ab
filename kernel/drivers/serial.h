/* SPDX-License-Identifier: MIT */
/* COM1, the receiving side. The sending side is polled: see arch/x86/early_console.c. */
#ifndef KERNEL_DRIVERS_SERIAL_H
#define KERNEL_DRIVERS_SERIAL_H

#include <kernel/lib/types.h>

/**
 * serial_init - have what COM1 receives pushed to <kernel/drivers/input.h>
 *
 * Without a working 16550 (or an older sister of it) says so and does nothing.
 *
 * Context: boot, after init_IRQ().
 */
void serial_init(void);

/** serial_present - did serial_init() find the chip? */
bool serial_present(void);

#endif
