/* SPDX-License-Identifier: MIT */
/*
 * The queue of typed bytes: a ring between interrupt handlers and whoever reads.
 *
 * Locking: input_lock, with interrupts off, guards the ring. A leaf.
 */
#include <kernel/drivers/input.h>
#include <kernel/preempt.h>
#include <kernel/spinlock.h>
#include <kernel/time.h>
#include <kernel/lib/minmax.h>
#include <arch/cpu.h>
#include <arch/irq.h>

#define INPUT_SIZE 256U /* a power of two */

static DEFINE_SPINLOCK(input_lock);
static u8 ring[INPUT_SIZE];
static unsigned int head, tail; /* bytes ever pushed, ever popped; head - tail are waiting */
static unsigned long nr_dropped;

void input_push(u8 byte)
{
	unsigned long flags;

	spin_lock_irqsave(&input_lock, flags);
	if (head - tail < INPUT_SIZE)
		ring[head++ % INPUT_SIZE] = byte;
	else
		nr_dropped++;
	spin_unlock_irqrestore(&input_lock, flags);
}

void input_push_string(const char *s)
{
	while (*s)
		input_push((u8)*s++);
}

int input_pop(void)
{
	unsigned long flags;
	int byte = -1;

	spin_lock_irqsave(&input_lock, flags);
	if (head != tail)
		byte = ring[tail++ % INPUT_SIZE];
	spin_unlock_irqrestore(&input_lock, flags);
	return byte;
}

/* Until the next interrupt, unless there is a byte: looked for once more with interrupts
 * off, which cpu_idle() turns on as it halts. */
static void wait_for_interrupt(void)
{
	local_irq_disable();
	if (READ_ONCE(head) == READ_ONCE(tail))
		cpu_idle();
	else
		local_irq_enable();
}

u8 input_wait(void)
{
	int byte;

	might_sleep();
	while ((byte = input_pop()) < 0)
		wait_for_interrupt();
	return (u8)byte;
}

int input_wait_timeout(unsigned long ticks)
{
	unsigned long end = jiffies + ticks;
	int byte;

	might_sleep();
	while ((byte = input_pop()) < 0 && time_before(jiffies, end))
		wait_for_interrupt();
	return byte;
}

unsigned long input_dropped(void)
{
	return READ_ONCE(nr_dropped);
}
