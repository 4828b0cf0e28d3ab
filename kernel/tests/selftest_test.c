/* SPDX-License-Identifier: MIT */
/*
 * Who tests the tests? The core's own promises: reports and panics that a case
 * announces are caught, random numbers repeat, parameters arrive in order.
 */
#include <kernel/selftest.h>
#include <kernel/bug.h>
#include <kernel/preempt.h>
#include <kernel/spinlock.h>

static void expected_reports_are_counted(struct kunit *test)
{
	KUNIT_EXPECT_WARN(test, "WARNING: ", WARN(1, "announced"));
	KUNIT_EXPECT_BUG(test, "BUG: of a caller 42", kbug("of a caller %d", 42));

	kunit_expect_report_begin(test, "twice");
	kbug("twice");
	kbug("twice");
	KUNIT_EXPECT_EQ(test, kunit_expect_report_end(test), 2U);
}

static void warn_returns_its_condition(struct kunit *test)
{
	static bool warned; /* the suite may run again, from the prompt */
	int i, hits = 0;

	KUNIT_EXPECT_FALSE(test, WARN(0, "never"));
	kunit_expect_report_begin(test, "once only");
	for (i = 0; i < 3; i++)
		hits += WARN_ONCE(1, "once only");
	KUNIT_EXPECT_EQ(test, kunit_expect_report_end(test), warned ? 0U : 1U);
	KUNIT_EXPECT_EQ(test, hits, 3);
	warned = true;
}

static void panics_can_be_expected(struct kunit *test)
{
	static DEFINE_SPINLOCK(lock);

	KUNIT_EXPECT_PANIC(test, "i > 3", int i = 4; BUG_ON(i > 3));
	/* What panics does not count for sparse: __acquire(), __release() take it back. */
	KUNIT_EXPECT_PANIC(test, "spin lock lock released", spin_unlock(&lock); __acquire(&lock));
	spin_lock(&lock);
	KUNIT_EXPECT_PANIC(test, "spin lock lock taken twice", spin_lock(&lock); __release(&lock));
	/* The second spin_lock() never returned: the count is put right by the core. */
	KUNIT_EXPECT_TRUE(test, spin_is_held(&lock));
	preempt_disable();
	spin_unlock(&lock);
}

static void sleeping_in_atomic_context_is_reported(struct kunit *test)
{
	might_sleep();
	KUNIT_EXPECT_BUG(test, "sleeping function called from invalid context", preempt_disable();
			 might_sleep(); preempt_enable());
	KUNIT_EXPECT_BUG(test, "interrupts off", local_irq_disable(); might_sleep();
			 local_irq_enable());
}

static void random_numbers_are_uniform_enough(struct kunit *test)
{
	unsigned int seen[8] = {0}, i;

	for (i = 0; i < 8000; i++)
		seen[kunit_rand_below(test, 8)]++;
	for (i = 0; i < 8; i++) {
		KUNIT_EXPECT_GT(test, seen[i], 850U);
		KUNIT_EXPECT_LT(test, seen[i], 1150U);
	}
}

/*
 * Each kind of expectation must fail when it is false. A case of its own fails here
 * on purpose; nothing of it reaches the verdict but what the outer case says.
 */
static void expectations_can_fail(struct kunit *test)
{
	struct kunit inner = {.name = "meant to fail"};
	const char *text = "text";
	unsigned int failures = 0;
	int one = 1;

#define COUNT(expectation)                                                                         \
	do {                                                                                       \
		inner.status = KUNIT_SUCCESS;                                                      \
		expectation;                                                                       \
		failures += inner.status == KUNIT_FAILURE;                                         \
	} while (0)

	COUNT(KUNIT_EXPECT_EQ(&inner, one, 2));
	COUNT(KUNIT_EXPECT_NE_MSG(&inner, one, 1, "with a message, %d", 42));
	COUNT(KUNIT_EXPECT_LT(&inner, one, 1));
	COUNT(KUNIT_EXPECT_LE(&inner, one, 0));
	COUNT(KUNIT_EXPECT_GT(&inner, one, 1));
	COUNT(KUNIT_EXPECT_GE(&inner, one, 2));
	COUNT(KUNIT_EXPECT_PTR_EQ(&inner, &one, NULL));
	COUNT(KUNIT_EXPECT_PTR_NE(&inner, &one, &one));
	COUNT(KUNIT_EXPECT_TRUE(&inner, one == 2));
	COUNT(KUNIT_EXPECT_FALSE(&inner, one == 1));
	COUNT(KUNIT_EXPECT_NULL(&inner, &one));
	COUNT(KUNIT_EXPECT_NOT_NULL(&inner, NULL));
	COUNT(KUNIT_EXPECT_NOT_ERR_OR_NULL(&inner, ERR_PTR(-ENOMEM)));
	COUNT(KUNIT_EXPECT_STREQ(&inner, text, "test"));
	COUNT(KUNIT_EXPECT_STRNEQ(&inner, text, "text"));
	COUNT(KUNIT_EXPECT_MEMEQ(&inner, text, "test", 4));
	COUNT(KUNIT_EXPECT_MEMNEQ(&inner, text, "tex.", 3));
	COUNT(KUNIT_EXPECT_BUG(&inner, "never comes", one++));
	KUNIT_EXPECT_EQ(test, failures, inner.nr_expectations);
	KUNIT_EXPECT_EQ(test, failures, 18U);
#undef COUNT
}

/* A pointer, no pointer, and the errors at the end of the addresses, of which there are 4095. */
static void errors_in_pointers(struct kunit *test)
{
	const void *errors[] = {ERR_PTR(-1), ERR_PTR(-ENOMEM), ERR_PTR(-MAX_ERRNO)};
	const void *others[] = {test, ERR_PTR(-MAX_ERRNO - 1), ERR_PTR(1)};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		KUNIT_EXPECT_TRUE(test, IS_ERR(errors[i]) && IS_ERR_OR_NULL(errors[i]));
		KUNIT_EXPECT_FALSE(test, IS_ERR(others[i]) || IS_ERR_OR_NULL(others[i]));
	}
	KUNIT_EXPECT_EQ(test, PTR_ERR(errors[1]), -ENOMEM);
	KUNIT_EXPECT_FALSE(test, IS_ERR(NULL));
	KUNIT_EXPECT_TRUE(test, IS_ERR_OR_NULL(NULL));
}

static void assertions_end_the_case(struct kunit *test)
{
	static struct kunit inner = {.name = "meant to fail"};
	static bool went_on;

	inner.status = KUNIT_SUCCESS;
	went_on = false;
	if (!arch_setjmp(&inner.abort_buf)) {
		KUNIT_ASSERT_TRUE_MSG(&inner, went_on, "leaves the case");
		went_on = true;
	}
	KUNIT_EXPECT_EQ(test, inner.status, KUNIT_FAILURE);
	KUNIT_EXPECT_FALSE(test, went_on);

	inner.status = KUNIT_SUCCESS;
	KUNIT_EXPECT_PANIC(&inner, "never comes", went_on = true);
	KUNIT_EXPECT_EQ(test, inner.status, KUNIT_FAILURE);
}

static const int squares[] = {0, 1, 4, 9};
KUNIT_ARRAY_PARAM(square, squares, NULL)

static void parameters_arrive_in_order(struct kunit *test)
{
	const int *value = test->param_value;

	KUNIT_EXPECT_EQ(test, *value, test->param_index * test->param_index);
}

static struct kunit_case selftest_cases[] = {
	KUNIT_CASE(expected_reports_are_counted),
	KUNIT_CASE(warn_returns_its_condition),
	KUNIT_CASE(panics_can_be_expected),
	KUNIT_CASE(sleeping_in_atomic_context_is_reported),
	KUNIT_CASE(expectations_can_fail),
	KUNIT_CASE(errors_in_pointers),
	KUNIT_CASE(assertions_end_the_case),
	KUNIT_CASE(random_numbers_are_uniform_enough),
	KUNIT_CASE_PARAM(parameters_arrive_in_order, square_gen_params),
	{},
};

static struct kunit_suite selftest_suite = {
	.name = "selftest",
	.test_cases = selftest_cases,
};
kunit_test_suite(selftest_suite);
