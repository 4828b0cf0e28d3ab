/* SPDX-License-Identifier: MIT */
/* The PS/2 keyboard: scan codes of set 1, a US layout, bytes to <kernel/drivers/input.h>. */
#ifndef KERNEL_DRIVERS_KEYBOARD_H
#define KERNEL_DRIVERS_KEYBOARD_H

#include <kernel/lib/types.h>

/* struct keyboard - which modifiers are down, and what came before */
struct keyboard {
	bool left_shift, right_shift;
	bool left_ctrl, right_ctrl;
	bool caps_lock;
	bool caps_down; /* so that repetition does not toggle */
	bool extended;  /* 0xe0 came before */
	u8 skip;        /* bytes left of a Pause sequence, which means nothing */
};

/**
 * keyboard_translate - take one scan code
 * @kbd:  state, zero at first
 * @code: byte from the controller
 * @out:  gets what the key types: a character, an escape sequence, or ""
 */
void keyboard_translate(struct keyboard *kbd, u8 code, char out[8]);

/**
 * keyboard_init - have keys typed pushed as input
 *
 * Without a keyboard controller says so and does nothing.
 *
 * Context: boot, after init_IRQ().
 */
void keyboard_init(void);

#endif
