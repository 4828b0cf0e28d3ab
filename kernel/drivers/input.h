/* SPDX-License-Identifier: MIT */
/*
 * Typed bytes, whoever typed them: COM1 and the keyboard push, the monitor waits.
 * Cursor keys and the like arrive as the escape sequences that a terminal sends.
 */
#ifndef KERNEL_DRIVERS_INPUT_H
#define KERNEL_DRIVERS_INPUT_H

#include <kernel/lib/types.h>

#define INPUT_SIZE 256U /* bytes that can wait; a power of two */

/*
 * struct input_queue - a ring of bytes; all zero is an empty one
 * @head, @tail: bytes ever pushed, ever popped; the difference are waiting
 * @nr_dropped:  bytes that found no room
 */
struct input_queue {
	u8 ring[INPUT_SIZE];
	unsigned int head, tail;
	unsigned long nr_dropped;
};

/*
 * struct input_source - who can make the typist wait instead of losing bytes
 * @hold:   let nothing come any more
 * @resume: there is room again
 *
 * Both are called with interrupts off and a lock of the queue's held.
 */
struct input_source {
	void (*hold)(void);
	void (*resume)(void);
};

/** input_push - a byte was typed. A full queue drops it. Context: any. */
void input_push(u8 byte);

/** input_push_string - several at once, as of one key. Context: any. */
void input_push_string(const char *s);

/**
 * input_accepts - is there room for a byte?
 * @source: told to hold when there is none, and to resume once half of the queue is free;
 *          one source at a time can be on hold
 * Context: any.
 */
bool input_accepts(const struct input_source *source);

/** input_pop - the oldest byte not taken yet, or -1. Context: any. */
int input_pop(void);

/**
 * input_read_from - have the readers below served from another queue
 * @queue: a suite's own, filled by input_queue_push(); NULL for the one of what is typed,
 *         which meanwhile waits there untouched
 * Context: process context; nobody else reads.
 */
void input_read_from(struct input_queue *queue);

/** input_queue_push - append to a queue. A full one drops the byte. Context: any. */
void input_queue_push(struct input_queue *queue, u8 byte);

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

/** input_dropped - typed bytes lost to a full queue since boot */
unsigned long input_dropped(void);

#endif
