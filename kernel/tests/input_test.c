/* SPDX-License-Identifier: MIT */
/*
 * Tests of the queue of typed bytes, of which the console's interrupt handlers are one end.
 */
#include <kernel/irq.h>
#include <kernel/selftest.h>
#include <kernel/time.h>
#include <kernel/drivers/input.h>
#include <kernel/lib/string.h>

static struct input_queue queue;

static int input_init(struct kunit *test __unused)
{
	memset(&queue, 0, sizeof(queue));
	input_read_from(&queue);
	return 0;
}

static void input_exit(struct kunit *test __unused)
{
	input_read_from(NULL);
}

static void input_is_a_queue(struct kunit *test)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, input_pop(), -1);
	input_queue_push(&queue, 'a');
	input_queue_push(&queue, 'b');
	input_queue_push(&queue, 0);
	KUNIT_EXPECT_EQ(test, input_pop(), 'a');
	KUNIT_EXPECT_EQ(test, input_wait(), 'b');
	KUNIT_EXPECT_EQ(test, input_pop(), 0);
	KUNIT_EXPECT_EQ(test, input_pop(), -1);

	for (i = 0; i < INPUT_SIZE + 10; i++)
		input_queue_push(&queue, (u8)i);
	KUNIT_EXPECT_EQ(test, queue.nr_dropped, 10);
	for (i = 0; i < INPUT_SIZE; i++)
		KUNIT_EXPECT_EQ(test, input_pop(), (u8)i);
	KUNIT_EXPECT_EQ(test, input_pop(), -1);
}

/* What waiting sees of time is the timer's ticks: a byte is typed at one of them. */
static unsigned int ticks_seen, tick_of_byte;

static irqreturn_t type_at_a_tick(unsigned int irq __unused, void *dev __unused)
{
	if (++ticks_seen == tick_of_byte)
		input_queue_push(&queue, 'x');
	return IRQ_NONE;
}

static struct irqaction tick = {.handler = type_at_a_tick, .name = "typist"};

/* wait_for_byte - for @ticks at the most, with a byte to come at tick @byte_at */
static int wait_for_byte(unsigned long ticks, unsigned int byte_at)
{
	int byte;

	ticks_seen = 0;
	tick_of_byte = byte_at;
	setup_irq(IRQ_TIMER, &tick);
	byte = input_wait_timeout(ticks);
	remove_irq(IRQ_TIMER, &tick);
	return byte;
}

static void waiting_ends_with_a_byte(struct kunit *test)
{
	input_queue_push(&queue, 'a');
	KUNIT_EXPECT_EQ(test, input_wait_timeout(1000000), 'a');
	KUNIT_EXPECT_EQ(test, wait_for_byte(1000000, 3), 'x');
	KUNIT_EXPECT_GE(test, ticks_seen, 3);
}

/* How many ticks go by before the waiter runs again is the machine's affair. */
static void waiting_ends_with_the_time(struct kunit *test)
{
	unsigned long begun = jiffies;

	KUNIT_EXPECT_EQ(test, input_wait_timeout(0), -1);
	KUNIT_EXPECT_EQ(test, wait_for_byte(3, 0), -1);
	KUNIT_EXPECT_GE(test, jiffies - begun, 3);
}

static struct kunit_case input_test_cases[] = {
	KUNIT_CASE(input_is_a_queue),
	KUNIT_CASE(waiting_ends_with_a_byte),
	KUNIT_CASE(waiting_ends_with_the_time),
	{},
};

static struct kunit_suite input_suite = {
	.name = "input",
	.init = input_init,
	.exit = input_exit,
	.test_cases = input_test_cases,
};
kunit_test_suite(input_suite);
