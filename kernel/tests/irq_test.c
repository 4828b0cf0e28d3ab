/* SPDX-License-Identifier: MIT */
/*
 * Interrupt lines and time. Interrupts are made by INT n to the vectors of lines
 * that no device here uses; to the kernel they look like the controller's, but for
 * the in-service register, which is what makes line 7 and 15 spurious.
 */
#include <kernel/bug.h>
#include <kernel/irq.h>
#include <kernel/kallsyms.h>
#include <kernel/preempt.h>
#include <kernel/selftest.h>
#include <kernel/seq.h>
#include <kernel/time.h>
#include <kernel/lib/math64.h>
#include <kernel/lib/vsprintf.h>
#include <arch/cpu.h>
#include <arch/irq.h>

#define FREE_LINE        5 /* second parallel port, once */
#define raise_line(line) __asm__ __volatile__("int %0" : : "i"(0x20 + (line)) : "memory")

/* struct seen - what a handler saw */
struct seen {
	unsigned int calls;
	unsigned int irq;
	unsigned int depth;
	bool irqs_off;
	irqreturn_t ret;
	unsigned long trace[12];
	unsigned int trace_length;
};

static irqreturn_t handler(unsigned int irq, void *dev)
{
	struct seen *seen = dev;

	seen->calls++;
	seen->irq = irq;
	seen->depth = (preempt_count() & HARDIRQ_MASK) / HARDIRQ_OFFSET;
	seen->irqs_off = irqs_disabled();
	seen->trace_length = stack_trace_save(seen->trace, ARRAY_SIZE(seen->trace), 0);
	return seen->ret;
}

static void handlers_are_called(struct kunit *test)
{
	static struct seen seen;
	static struct irqaction action = {.handler = handler, .dev = &seen, .name = "test"};
	struct irq_stat before = irq_stat(FREE_LINE), after;
	unsigned int count = preempt_count(), deepest = irq_max_depth();

	seen = (struct seen){.ret = IRQ_HANDLED};
	KUNIT_ASSERT_EQ(test, setup_irq(FREE_LINE, &action), 0);
	raise_line(FREE_LINE);
	remove_irq(FREE_LINE, &action);
	raise_line(FREE_LINE); /* nobody's */
	after = irq_stat(FREE_LINE);

	KUNIT_EXPECT_EQ(test, seen.calls, 1);
	KUNIT_EXPECT_EQ(test, seen.irq, FREE_LINE);
	KUNIT_EXPECT_EQ(test, seen.depth, 1);
	KUNIT_EXPECT_TRUE(test, seen.irqs_off);
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	KUNIT_EXPECT_EQ(test, after.count - before.count, 2);
	KUNIT_EXPECT_EQ(test, after.unhandled - before.unhandled, 1);
	/* Other cases nest on purpose; this one does not make it deeper. */
	KUNIT_EXPECT_EQ(test, irq_max_depth(), deepest ? deepest : 1U);
}

/* A backtrace taken in a handler goes on into the code that was interrupted. */
static void backtrace_leads_through_an_interrupt(struct kunit *test)
{
	static struct seen seen;
	static struct irqaction action = {.handler = handler, .dev = &seen, .name = "test"};
	bool found = false;
	unsigned int i;

	seen = (struct seen){.ret = IRQ_HANDLED};
	setup_irq(FREE_LINE, &action);
	raise_line(FREE_LINE);
	remove_irq(FREE_LINE, &action);
	for (i = 0; i < seen.trace_length; i++) {
		const char *name = kallsyms_lookup(seen.trace[i], NULL, NULL);

		found |= name && !strcmp(name, "backtrace_leads_through_an_interrupt");
	}
	KUNIT_EXPECT_STREQ(test, kallsyms_lookup(seen.trace[0], NULL, NULL), "handler");
	KUNIT_EXPECT_TRUE(test, found);
}

static void lines_can_be_shared(struct kunit *test)
{
	static struct seen first, second;
	static struct irqaction a = {.handler = handler, .dev = &first, .name = "a"};
	static struct irqaction b = {.handler = handler, .dev = &second, .name = "b"};
	struct irq_stat before = irq_stat(FREE_LINE);
	static char text[2048];
	struct seq_file m;
	char line[64];

	first = (struct seen){.ret = IRQ_NONE};
	second = (struct seen){.ret = IRQ_HANDLED};
	setup_irq(FREE_LINE, &a);
	setup_irq(FREE_LINE, &b);
	raise_line(FREE_LINE);
	seq_open_buffer(&m, text, sizeof(text));
	show_interrupts(&m);
	remove_irq(FREE_LINE, &b);
	raise_line(FREE_LINE);
	remove_irq(FREE_LINE, &a);

	KUNIT_EXPECT_EQ(test, first.calls, 2);
	KUNIT_EXPECT_EQ(test, second.calls, 1);
	/* The second time nobody claimed it. */
	KUNIT_EXPECT_EQ(test, irq_stat(FREE_LINE).unhandled - before.unhandled, 1);
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
	KUNIT_EXPECT_TRUE(test, str_has_prefix(text, "           CPU0       \n  0: "));
	scnprintf(line, sizeof(line), "\n  5: %10lu  %8s      b, a\n", before.count + 1,
		  irqchip_name());
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, line));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "      timer\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\nERR: "));
}

static void mistakes_are_found(struct kunit *test)
{
	static struct irqaction stranger = {.handler = handler, .name = "stranger"};

	KUNIT_EXPECT_EQ(test, setup_irq(NR_IRQS, &stranger), -EINVAL);
	KUNIT_EXPECT_BUG(test, "BUG: remove_irq: \"stranger\" is no handler of irq 5",
			 remove_irq(FREE_LINE, &stranger));
}

/* Controllers name line 7, or 15, when an interrupt went away before it was taken. */
static void spurious_interrupts_are_told_apart(struct kunit *test)
{
	struct irq_stat seven = irq_stat(7), fifteen = irq_stat(15);

	raise_line(7);
	raise_line(15);
	KUNIT_EXPECT_EQ(test, irq_stat(7).spurious - seven.spurious, 1);
	KUNIT_EXPECT_EQ(test, irq_stat(15).spurious - fifteen.spurious, 1);
	KUNIT_EXPECT_EQ(test, irq_stat(7).count, seven.count);
	KUNIT_EXPECT_EQ(test, irq_stat(15).count, fifteen.count);
}

/* A thousand interrupts that nobody claims mask the line; the kernel lives on. */
static void a_stuck_line_is_masked(struct kunit *test)
{
	static struct seen seen;
	static struct irqaction action = {.handler = handler, .dev = &seen, .name = "stuck"};
	unsigned long tick = jiffies;
	unsigned int i;

	seen = (struct seen){.ret = IRQ_NONE};
	setup_irq(FREE_LINE, &action);
	for (i = 0; i < 1000; i++)
		raise_line(FREE_LINE);
	KUNIT_EXPECT_EQ(test, seen.calls, 1000);
	KUNIT_EXPECT_TRUE(test, irq_is_masked(FREE_LINE));
	/* A driver that comes back gets the line back. */
	remove_irq(FREE_LINE, &action);
	setup_irq(FREE_LINE, &action);
	KUNIT_EXPECT_FALSE(test, irq_is_masked(FREE_LINE));
	remove_irq(FREE_LINE, &action);
	KUNIT_EXPECT_TRUE(test, irq_is_masked(FREE_LINE));
	/* The timer still comes. */
	while (jiffies - tick < 2)
		cpu_relax();
}

static void storm_on_all_lines(struct kunit *test)
{
	static struct seen seen;
	static struct irqaction action = {.handler = handler, .dev = &seen, .name = "storm"};
	unsigned long start = jiffies;
	unsigned int raised = 0;

	seen = (struct seen){.ret = IRQ_HANDLED};
	setup_irq(FREE_LINE, &action);
	while (jiffies - start < 3) {
		raise_line(FREE_LINE);
		raised++;
	}
	remove_irq(FREE_LINE, &action);
	KUNIT_EXPECT_EQ(test, seen.calls, raised);
	KUNIT_EXPECT_GT(test, raised, 100);
	KUNIT_EXPECT_FALSE(test, in_hardirq());
}

static void clock_never_goes_back(struct kunit *test)
{
	u64 last = sched_clock();
	unsigned long start = jiffies;
	unsigned int backward = 0;

	while (jiffies - start < 2) {
		u64 now = sched_clock();

		backward += now < last;
		last = now;
	}
	KUNIT_EXPECT_EQ(test, backward, 0);
	KUNIT_EXPECT_GT(test, last, 0);
}

/*
 * Scaling loses less than a unit in the last place of its multiplier, which has 22 bits
 * behind the point, and does not overflow for years.
 */
static void cycles_scale_to_nanoseconds(struct kunit *test)
{
	u64 khz = cycles_khz();
	u64 year_in_ms = 365ULL * 24 * 3600 * 1000;
	u64 year_ns = year_in_ms * NSEC_PER_MSEC;
	u64 lost = (khz >> 22) + 2; /* of each millisecond */

	if (!khz)
		kunit_skip(test, "the cycle counter could not be measured");
	KUNIT_EXPECT_EQ(test, cycles_to_nsec(0), 0);
	KUNIT_EXPECT_LE(test, cycles_to_nsec(khz), NSEC_PER_MSEC);
	KUNIT_EXPECT_GE(test, cycles_to_nsec(khz), NSEC_PER_MSEC - lost);
	KUNIT_EXPECT_LE(test, cycles_to_nsec(khz * year_in_ms), year_ns);
	KUNIT_EXPECT_GE(test, cycles_to_nsec(khz * year_in_ms), year_ns - year_in_ms * lost);
}

static void idle_ends_with_a_tick(struct kunit *test)
{
	unsigned long start = jiffies;

	local_irq_disable();
	cpu_idle();
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	while (jiffies == start)
		cpu_relax();
	KUNIT_EXPECT_GE(test, jiffies - start, 1);
}

static void ticks_compare_across_the_wrap(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, time_after(2UL, 1UL));
	KUNIT_EXPECT_FALSE(test, time_after(1UL, 1UL));
	KUNIT_EXPECT_TRUE(test, time_after(5UL, -5UL));
	KUNIT_EXPECT_TRUE(test, time_before(-5UL, 5UL));
	KUNIT_EXPECT_FALSE(test, time_before(5UL, -5UL));
}

static struct kunit_case irq_test_cases[] = {
	KUNIT_CASE(handlers_are_called),
	KUNIT_CASE(backtrace_leads_through_an_interrupt),
	KUNIT_CASE(lines_can_be_shared),
	KUNIT_CASE(mistakes_are_found),
	KUNIT_CASE(spurious_interrupts_are_told_apart),
	KUNIT_CASE(a_stuck_line_is_masked),
	KUNIT_CASE(storm_on_all_lines),
	KUNIT_CASE(clock_never_goes_back),
	KUNIT_CASE(cycles_scale_to_nanoseconds),
	KUNIT_CASE(idle_ends_with_a_tick),
	KUNIT_CASE(ticks_compare_across_the_wrap),
	{},
};

static struct kunit_suite irq_suite = {
	.name = "irq",
	.test_cases = irq_test_cases,
};
kunit_test_suite(irq_suite);
