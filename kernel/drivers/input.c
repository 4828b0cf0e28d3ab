/* SPDX-License-Identifier: MIT */
/*
 * The queue of typed bytes: a ring between interrupt handlers and whoever reads.
 *
 * A serial line may be fed by a program that is faster than any reader: a script of
 * commands, while the first of them runs. So a source that can make the other end wait
 * asks before it takes a byte, and is put on hold while the ring is full.
 *
 * Suites read from a ring of their own: what a person types while they run neither
 * disturbs them nor gets lost to them.
 *
 * Locking: input_lock, with interrupts off, guards the rings and who is on hold. A leaf.
 */
#include <kernel/drivers/input.h>
#include <kernel/preempt.h>
#include <kernel/spinlock.h>
#include <kernel/time.h>
#include <kernel/lib/minmax.h>
#include <arch/cpu.h>
#include <arch/irq.h>

static DEFINE_SPINLOCK(input_lock);
static struct input_queue typed;
static struct input_queue *read_queue = &typed;
static const struct input_source *on_hold;

static unsigned int waiting(const struct input_queue *queue)
{
	return READ_ONCE(queue->head) - READ_ONCE(queue->tail);
}

void input_queue_push(struct input_queue *queue, u8 byte)
{
	unsigned long flags;

	spin_lock_irqsave(&input_lock, flags);
	if (waiting(queue) < INPUT_SIZE)
		queue->ring[queue->head++ % INPUT_SIZE] = byte;
	else
		queue->nr_dropped++;
	spin_unlock_irqrestore(&input_lock, flags);
}

void input_push(u8 byte)
{
	input_queue_push(&typed, byte);
}

void input_push_string(const char *s)
{
	while (*s)
		input_push((u8)*s++);
}

bool input_accepts(const struct input_source *source)
{
	unsigned long flags;
	bool room;

	spin_lock_irqsave(&input_lock, flags);
	room = waiting(&typed) < INPUT_SIZE;
	if (!room) {
		source->hold();
		on_hold = source;
	}
	spin_unlock_irqrestore(&input_lock, flags);
	return room;
}

/* resume_source - whoever is on hold, once there is room. input_lock held. */
static void resume_source(void)
{
	lockdep_assert_held(&input_lock);
	if (!on_hold || waiting(&typed) > INPUT_SIZE / 2)
		return;
	on_hold->resume();
	on_hold = NULL;
}

int input_pop(void)
{
	unsigned long flags;
	int byte = -1;

	spin_lock_irqsave(&input_lock, flags);
	if (waiting(read_queue))
		byte = read_queue->ring[read_queue->tail++ % INPUT_SIZE];
	resume_source();
	spin_unlock_irqrestore(&input_lock, flags);
	return byte;
}

void input_read_from(struct input_queue *queue)
{
	read_queue = queue ? queue : &typed;
}

/* Until the next interrupt, unless there is a byte: looked for once more with interrupts
 * off, which cpu_idle() turns on as it halts. */
static void wait_for_interrupt(void)
{
	local_irq_disable();
	if (!waiting(read_queue))
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
	return READ_ONCE(typed.nr_dropped);
}
