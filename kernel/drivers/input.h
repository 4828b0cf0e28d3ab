/* SPDX-License-Identifier: MIT */
/*
 * Typed bytes, whoever typed them: COM1 and the keyboard push, the monitor waits.
 * Cursor keys and the like arrive as the escape sequences that a terminal sends.
 */
#ifndef KERNEL_DRIVERS_INPUT_H
#define KERNEL_DRIVERS_INPUT_H

#include <kernel/lib/types.h>

/** input_push - a byte was typed. A full queue drops it. Context: any. */
void input_push(u8 byte);

/** input_push_string - several at once, as of one key. Context: any. */
void input_push_string(const char *s);

/** input_pop - the oldest byte not taken yet, or -1. Context: any. */
int input_pop(void);

/**
 * input_wait - the oldest byte not taken yet; the CPU halts until there is one
 * Context: process context, interrupts on; may sleep.
 */
u8 input_wait(void);

/**
 * input_wait_timeout - likewise, but not for ever
 * @ticks: to wait at the most
 * Context: as input_wait(). Return: the byte, or -1 when none came.
 */
int input_wait_timeout(unsigned long ticks);

/** input_dropped - bytes lost to a full queue since boot */
unsigned long input_dropped(void);

#endif
