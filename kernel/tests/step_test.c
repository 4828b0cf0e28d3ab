/* SPDX-License-Identifier: MIT */
/*
 * Single stepping: the counts must be exact, since a missed boundary is a moment
 * that the interrupt-safety tests of mm/ would silently not try.
 */
#include <kernel/preempt.h>
#include <kernel/selftest.h>
#include <kernel/time.h>
#include <arch/irq.h>
#include <arch/step.h>

void step_probe_plain(void *arg);
void step_probe_cli_sti(void *arg);
void step_probe_sti(void *arg);
void step_probe_popf(void *arg);
void step_probe_rep(void *arg);
void step_probe_call(void *arg);
void step_probe_forever(void *arg);

#define EFLAGS_TF 0x100UL

/* struct witness - what each() saw */
struct witness {
	unsigned int calls;
	unsigned int not_hardirq;
	unsigned int irqs_on;
	unsigned int stepping;
	unsigned int depth;
	struct kunit *abort; /* leave by kunit_abort() at call number @abort_at */
	unsigned int abort_at;
};

static void watch(void *arg)
{
	struct witness *w = arg;
	unsigned long flags;

	local_save_flags(flags);
	w->calls++;
	w->not_hardirq += !in_hardirq();
	w->irqs_on += !irqs_disabled_flags(flags);
	w->stepping += !!(flags & EFLAGS_TF);
	w->depth = (preempt_count() & HARDIRQ_MASK) / HARDIRQ_OFFSET;
	if (w->abort && w->calls == w->abort_at)
		arch_longjmp(&w->abort->abort_buf, 1);
}

static u8 rep_target[8];

/*
 * @stis: how many STI are among the steps; some CPUs merge each with the next
 * @lost: calls that merging takes away: after an STI that held nothing off
 */
struct step_case {
	const char *name;
	void (*fn)(void *arg);
	bool irqs_off; /* run it so */
	unsigned int steps, calls;
	unsigned int stis, lost;
};

static const struct step_case step_cases[] = {
	{"plain", step_probe_plain, false, 4, 4, 0, 0},
	{"interrupts off", step_probe_plain, true, 4, 0, 0, 0},
	/* none after cli, nop, sti; then nop, nop, ret */
	{"cli and sti", step_probe_cli_sti, false, 6, 3, 1, 0},
	{"sti when on", step_probe_sti, false, 3, 3, 1, 1},
	/* none after cli */
	{"popf", step_probe_popf, false, 5, 4, 0, 0},
	{"call", step_probe_call, false, 4, 4, 0, 0},
};

static unsigned int sti_merges; /* 1 if this CPU merges STI with the next instruction */

static int step_suite_init(struct kunit_suite *suite __unused)
{
	struct witness w = {0};
	unsigned long steps = arch_single_step(step_probe_sti, NULL, watch, &w).nr_steps;

	sti_merges = 3 - (unsigned int)steps;
	return sti_merges > 1;
}

static void step_case_desc(const struct step_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}
KUNIT_ARRAY_PARAM(step_case, step_cases, step_case_desc)

static void every_boundary_is_tried(struct kunit *test)
{
	const struct step_case *c = test->param_value;
	struct witness w = {0};
	struct step_count count;
	unsigned long flags;

	memset(rep_target, 0, sizeof(rep_target));
	local_save_flags(flags);
	if (c->irqs_off)
		local_irq_disable();
	count = arch_single_step(c->fn, rep_target, watch, &w);
	local_irq_restore(flags);

	KUNIT_EXPECT_EQ(test, count.nr_steps, c->steps - c->stis * sti_merges);
	KUNIT_EXPECT_EQ(test, count.nr_calls, c->calls - c->lost * sti_merges);
	KUNIT_EXPECT_EQ(test, w.calls, count.nr_calls);
}

/* Each of 8 iterations is a step, and maybe one more that finds nothing left to do. */
static void repeated_instructions_are_interruptible(struct kunit *test)
{
	struct witness w = {0};
	struct step_count count;

	memset(rep_target, 0, sizeof(rep_target));
	count = arch_single_step(step_probe_rep, rep_target, watch, &w);
	KUNIT_EXPECT_GE(test, count.nr_steps, 6 + 8);
	KUNIT_EXPECT_LE(test, count.nr_steps, 6 + 9);
	KUNIT_EXPECT_EQ(test, count.nr_calls, count.nr_steps);
	KUNIT_EXPECT_NULL(test, memchr(rep_target, 0, sizeof(rep_target)));
}

static void handler_runs_as_an_interrupt(struct kunit *test)
{
	struct witness w = {0};
	unsigned long flags;

	arch_single_step(step_probe_plain, NULL, watch, &w);
	KUNIT_EXPECT_EQ(test, w.calls, 4);
	KUNIT_EXPECT_EQ(test, w.not_hardirq, 0);
	KUNIT_EXPECT_EQ(test, w.irqs_on, 0);
	KUNIT_EXPECT_EQ(test, w.stepping, 0);
	KUNIT_EXPECT_EQ(test, w.depth, 1);
	/* Afterwards all is as before: no trap flag, no interrupt context. */
	local_save_flags(flags);
	KUNIT_EXPECT_EQ(test, flags & EFLAGS_TF, 0);
	KUNIT_EXPECT_FALSE(test, in_hardirq());
	KUNIT_EXPECT_FALSE(test, irqs_disabled_flags(flags));
}

static void save_and_restore(void *arg)
{
	unsigned long *irqs_were_on = arg;
	unsigned long flags;

	local_irq_save(flags);
	*irqs_were_on += !irqs_disabled_flags(flags);
	local_irq_restore(flags);
}

static void irq_save_and_restore_keep_stepping(struct kunit *test)
{
	unsigned long irqs_were_on = 0;
	struct witness w = {0};
	struct step_count count;

	count = arch_single_step(save_and_restore, &irqs_were_on, watch, &w);
	KUNIT_EXPECT_EQ(test, irqs_were_on, 1);
	KUNIT_EXPECT_EQ(test, w.calls, count.nr_calls);
	/* Some boundaries lie in the part that is off; the way in and out is on. */
	KUNIT_EXPECT_LT(test, count.nr_calls, count.nr_steps);
	KUNIT_EXPECT_GE(test, count.nr_calls, 2);
}

static void spin_for_a_tick(void *arg __unused)
{
	unsigned long start = jiffies;

	while (jiffies == start)
		;
}

/* Real interrupts come in between, at full speed, and the stepping goes on. */
static void real_interrupts_are_served(struct kunit *test)
{
	unsigned long before = jiffies;
	struct witness w = {0};
	struct step_count count = arch_single_step(spin_for_a_tick, NULL, watch, &w);

	KUNIT_EXPECT_TRUE(test, time_after(jiffies, before));
	KUNIT_EXPECT_EQ(test, count.nr_calls, count.nr_steps);
	KUNIT_EXPECT_EQ(test, w.calls, count.nr_calls);
	KUNIT_EXPECT_EQ(test, w.not_hardirq, 0);
}

static void longjmp_ends_the_stepping(struct kunit *test)
{
	static struct kunit inner; /* only its abort_buf is used */
	static struct witness w;
	unsigned int count = preempt_count();
	unsigned long flags;
	struct step_count steps;

	w = (struct witness){.abort = &inner, .abort_at = 10};
	if (!arch_setjmp(&inner.abort_buf)) {
		arch_single_step(step_probe_forever, NULL, watch, &w);
		KUNIT_FAIL(test, "an endless function ended");
	}
	preempt_count_sub(preempt_count() - count); /* that of the handler we left */
	local_save_flags(flags);
	KUNIT_EXPECT_EQ(test, w.calls, 10);
	KUNIT_EXPECT_EQ(test, flags & EFLAGS_TF, 0);
	KUNIT_EXPECT_FALSE(test, irqs_disabled_flags(flags));
	/* A run can begin again. */
	w = (struct witness){.calls = 0};
	steps = arch_single_step(step_probe_plain, NULL, watch, &w);
	KUNIT_EXPECT_EQ(test, steps.nr_steps, 4);
	KUNIT_EXPECT_EQ(test, w.calls, 4);
}

static struct kunit_case step_test_cases[] = {
	KUNIT_CASE_PARAM(every_boundary_is_tried, step_case_gen_params),
	KUNIT_CASE(repeated_instructions_are_interruptible),
	KUNIT_CASE(handler_runs_as_an_interrupt),
	KUNIT_CASE(irq_save_and_restore_keep_stepping),
	KUNIT_CASE(real_interrupts_are_served),
	KUNIT_CASE(longjmp_ends_the_stepping),
	{},
};

static struct kunit_suite step_suite = {
	.name = "step",
	.suite_init = step_suite_init,
	.test_cases = step_test_cases,
};
kunit_test_suite(step_suite);
