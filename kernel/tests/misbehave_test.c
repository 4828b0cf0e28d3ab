/* SPDX-License-Identifier: MIT */
/*
 * Cases that fail, each in another way, to prove that each failure is noticed, is that
 * case's alone, and that the run goes on. Runs only when it is named; tools/tests
 * holds its output against what must fail here: the cases whose name ends in _fails.
 */
#include <kernel/bug.h>
#include <kernel/preempt.h>
#include <kernel/selftest.h>
#include <kernel/lib/vsprintf.h>
#include <kernel/tests/model.h>
#include <arch/irq.h>
#include <mm/mm.h>
#include <mm/slab.h>

static struct page *leaked_page;
static void *leaked_object;
static unsigned int nr_exits;

static void expectation_fails(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, test->param_index, 1);
	KUNIT_EXPECT_TRUE_MSG(test, false, "and the case goes on");
}

static void assertion_fails(struct kunit *test)
{
	KUNIT_ASSERT_NULL(test, test);
	kunit_skip(test, "an assertion did not end its case");
}

/* Zero, which no compiler or analyser can know. */
static unsigned long null_address(const struct kunit *test)
{
	return (unsigned long)test->param_index;
}

static void write_to_null_fails(struct kunit *test)
{
	*(volatile int *)null_address(test) = 1;
}

static void wild_jump_fails(struct kunit *test)
{
	((void (*)(void))null_address(test))();
}

static void division_by_zero_fails(struct kunit *test)
{
	volatile int number = 896, zero = test->param_index;

	number = number / zero;
}

static void fault_elsewhere_fails(struct kunit *test)
{
	KUNIT_EXPECT_FAULT(test, 4, *(volatile int *)null_address(test) = 1);
}

static void no_fault_fails(struct kunit *test)
{
	static volatile int somewhere;

	KUNIT_EXPECT_FAULT(test, &somewhere, somewhere = 1);
}

static void warning_fails(struct kunit *test __unused)
{
	WARN(1, "that no case announced");
}

static void other_report_fails(struct kunit *test)
{
	KUNIT_EXPECT_WARN(test, "this", WARN(1, "that"));
}

static void silence_fails(struct kunit *test)
{
	KUNIT_EXPECT_WARN(test, "never comes", barrier());
}

static void interrupts_left_off_fails(struct kunit *test __unused)
{
	local_irq_disable();
}

static void preemption_left_off_fails(struct kunit *test __unused)
{
	preempt_disable();
}

static void fault_with_interrupts_off_fails(struct kunit *test)
{
	local_irq_disable();
	write_to_null_fails(test);
}

static void lost_page_fails(struct kunit *test __unused)
{
	leaked_page = alloc_page(GFP_KERNEL);
}

static void lost_object_fails(struct kunit *test __unused)
{
	leaked_object = kmalloc(1000, GFP_KERNEL);
}

static void skip_after_a_failure_fails(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, false);
	kunit_skip(test, "does not undo it");
}

static const unsigned int numbers[] = {0, 1, 2};

static void describe_number(const unsigned int *number, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, *number == 1 ? "one_fails" : "number %u", *number);
}
KUNIT_ARRAY_PARAM(number, numbers, describe_number)

static void one_of_three_fails(struct kunit *test)
{
	KUNIT_EXPECT_NE(test, *(const unsigned int *)test->param_value, 1U);
}

/* A thing and its model that part at one operation of a thousand. */
static void parting_model_run(struct model_run *run)
{
	while (model_round(run))
		while (model_more(run))
			MODEL_EQ(run, run->nr_ops == 77, 0);
}

static void model_mismatch_fails(struct kunit *test)
{
	kunit_model(test, "parting_model", parting_model_run, 1000);
}

static void skips(struct kunit *test)
{
	kunit_skip(test, "with a reason");
}

/* Whatever came before: interrupts and preemption are on, each exit hook was called. */
static void goes_on(struct kunit *test)
{
	const struct kunit_case *c;
	unsigned int nr_before = ARRAY_SIZE(numbers) - 1;

	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	KUNIT_EXPECT_EQ(test, preempt_count(), 0U);
	for (c = test->priv; c->run_case != goes_on; c++)
		nr_before++;
	KUNIT_EXPECT_EQ(test, nr_exits, nr_before);
	KUNIT_EXPECT_WARN(test, "that was announced", WARN(1, "that was announced"));
}

static int begins(struct kunit *test);

static void ends(struct kunit *test __unused)
{
	nr_exits++;
}

static int suite_begins(struct kunit_suite *suite __unused)
{
	nr_exits = 0;
	return 0;
}

/* What cases lost is freed behind the last of them, when nobody compares any more. */
static void suite_ends(struct kunit_suite *suite __unused)
{
	if (leaked_page)
		__free_page(leaked_page);
	leaked_page = NULL;
	kfree(leaked_object);
	leaked_object = NULL;
}

static void init_fails(struct kunit *test __unused)
{
	WARN(1, "a case ran whose init hook failed");
}

static struct kunit_case misbehave_cases[] = {
	KUNIT_CASE(expectation_fails),
	KUNIT_CASE(assertion_fails),
	KUNIT_CASE(write_to_null_fails),
	KUNIT_CASE(wild_jump_fails),
	KUNIT_CASE(division_by_zero_fails),
	KUNIT_CASE(fault_elsewhere_fails),
	KUNIT_CASE(no_fault_fails),
	KUNIT_CASE(warning_fails),
	KUNIT_CASE(other_report_fails),
	KUNIT_CASE(silence_fails),
	KUNIT_CASE(interrupts_left_off_fails),
	KUNIT_CASE(preemption_left_off_fails),
	KUNIT_CASE(fault_with_interrupts_off_fails),
	KUNIT_CASE(lost_page_fails),
	KUNIT_CASE(lost_object_fails),
	KUNIT_CASE(skip_after_a_failure_fails),
	KUNIT_CASE_PARAM(one_of_three_fails, number_gen_params),
	KUNIT_CASE(model_mismatch_fails),
	KUNIT_CASE(init_fails),
	KUNIT_CASE(skips),
	KUNIT_CASE(goes_on),
	{},
};

static int begins(struct kunit *test)
{
	test->priv = misbehave_cases;
	return strcmp(test->name, "init_fails") ? 0 : -ENOMEM;
}

static struct kunit_suite misbehave_suite = {
	.name = "misbehave",
	.suite_init = suite_begins,
	.suite_exit = suite_ends,
	.init = begins,
	.exit = ends,
	.test_cases = misbehave_cases,
};
kunit_test_suite_on_request(misbehave_suite);
