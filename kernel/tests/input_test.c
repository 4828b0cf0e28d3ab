/* SPDX-License-Identifier: MIT */
/*
 * Tests of the queue of typed bytes, of which the console's interrupt handlers are one end.
 */
#include <kernel/selftest.h>
#include <kernel/time.h>
#include <kernel/drivers/input.h>

static void input_is_a_queue(struct kunit *test)
{
	unsigned long dropped;
	unsigned int i;

	while (input_pop() >= 0)
		;
	input_push_string("ab");
	input_push(0);
	KUNIT_EXPECT_EQ(test, input_pop(), 'a');
	KUNIT_EXPECT_EQ(test, input_wait(), 'b');
	KUNIT_EXPECT_EQ(test, input_pop(), 0);
	KUNIT_EXPECT_EQ(test, input_pop(), -1);

	dropped = input_dropped();
	for (i = 0; i < 256 + 10; i++)
		input_push((u8)i);
	KUNIT_EXPECT_EQ(test, input_dropped() - dropped, 10);
	for (i = 0; i < 256; i++)
		KUNIT_EXPECT_EQ(test, input_pop(), i);
	KUNIT_EXPECT_EQ(test, input_pop(), -1);
}

static void waiting_ends_with_a_byte_or_with_the_time(struct kunit *test)
{
	unsigned long begun;

	while (input_pop() >= 0)
		;
	input_push('x');
	KUNIT_EXPECT_EQ(test, input_wait_timeout(1000000), 'x');
	begun = jiffies;
	KUNIT_EXPECT_EQ(test, input_wait_timeout(3), -1);
	KUNIT_EXPECT_GE(test, jiffies - begun, 3);
	KUNIT_EXPECT_LE(test, jiffies - begun, 1000);
	KUNIT_EXPECT_EQ(test, input_wait_timeout(0), -1);
}

static struct kunit_case input_test_cases[] = {
	KUNIT_CASE(input_is_a_queue),
	KUNIT_CASE(waiting_ends_with_a_byte_or_with_the_time),
	{},
};

static struct kunit_suite input_suite = {
	.name = "input",
	.test_cases = input_test_cases,
};
kunit_test_suite(input_suite);
