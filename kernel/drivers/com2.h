/* SPDX-License-Identifier: MIT */
/* COM2, the sending side, polled: a way out for data that are not for a person's eyes. */
#ifndef KERNEL_DRIVERS_COM2_H
#define KERNEL_DRIVERS_COM2_H

#include <kernel/lib/types.h>

/**
 * com2_init - find the chip, and set it to 115200 baud, 8N1
 * Context: any; as often as one likes. Return: false when there is none.
 */
bool com2_init(void);

/**
 * com2_write - send bytes, as they are
 * @s, @len: what
 * Context: any, after com2_init() found the chip. Waits for the line, but not for ever: what
 *          a chip does not take in time is lost.
 */
void com2_write(const char *s, size_t len);

#endif
