/* SPDX-License-Identifier: MIT */
/* The stack protector: an overrun up to the frame pointer is noticed, one short of it is none. */
#include <kernel/selftest.h>
#include <kernel/stackprotector.h>

/* The victim's own doing: the address sanitizer would notice it first. */
static noinline __no_sanitize_address void fill(volatile char *from, const volatile char *to)
{
	while (from < to)
		*from++ = 'x';
}

/* What lies between the array and the frame pointer is the canary and saved registers. */
static noinline __no_sanitize_address void overrun_array(void)
{
	char array[16];

	fill(array, __builtin_frame_address(0));
}

static noinline __no_sanitize_address void fill_array(void)
{
	char array[16];

	fill(array, array + sizeof(array));
}

static void overrun_is_noticed(struct kunit *test)
{
	KUNIT_EXPECT_PANIC(test, "stack overrun: the canary of overrun_array+", overrun_array());
}

static void full_array_is_no_overrun(struct kunit *test)
{
	fill_array();
	KUNIT_EXPECT_EQ(test, test->status, KUNIT_SUCCESS);
}

/* A string that is copied over it ends at its first byte. */
static void canary_begins_with_nul(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, *(const char *)&__stack_chk_guard, 0);
	KUNIT_EXPECT_NE(test, __stack_chk_guard, 0);
}

static void canary_is_known_to_dumps(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, is_stack_canary(__stack_chk_guard));
	KUNIT_EXPECT_FALSE(test, is_stack_canary(__stack_chk_guard + 1));
	KUNIT_EXPECT_FALSE(test, is_stack_canary(0));
}

static struct kunit_case stackprotector_cases[] = {
	KUNIT_CASE(overrun_is_noticed),
	KUNIT_CASE(full_array_is_no_overrun),
	KUNIT_CASE(canary_begins_with_nul),
	KUNIT_CASE(canary_is_known_to_dumps),
	{},
};

static struct kunit_suite stackprotector_suite = {
	.name = "stackprotector",
	.test_cases = stackprotector_cases,
};
kunit_test_suite(stackprotector_suite);
