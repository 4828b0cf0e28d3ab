/* SPDX-License-Identifier: MIT */
/*
 * Reports: WARN, BUG, kbug and panic.
 *
 * A report is a first line that says what is wrong, details, and a backtrace.
 * The test core is asked about each first line: a report that a test announced
 * is printed as a comment ("# " before each line) and has no consequence; one
 * that nobody announced fails the test that is running, and then takes its
 * course. Reports work with locks held; see printk.c.
 *
 * Locking: none may be taken here. A second CPU's report may interleave lines.
 */
#include <kernel/bug.h>
#include <kernel/gcov.h>
#include <kernel/kallsyms.h>
#include <kernel/panic.h>
#include <kernel/params.h>
#include <kernel/preempt.h>
#include <kernel/selftest.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/traps.h>

#define FIRST_LINE_MAX 256
#define TRACE_MAX      16

enum on_bug_action on_bug = ON_BUG_PANIC;
static bool panicking;
static bool report_expected; /* between kbug_begin() and kbug_end() */
static char first_line[FIRST_LINE_MAX];

static int __init on_bug_setup(const char *val)
{
	if (!strcmp(val, "panic"))
		on_bug = ON_BUG_PANIC;
	else if (!strcmp(val, "continue"))
		on_bug = ON_BUG_CONTINUE;
	else
		return -EINVAL;
	return 0;
}
kernel_param("on_bug", on_bug_setup, "panic|continue", "what to do about a caller's bug");

void print_stack_trace(const unsigned long *entries, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		printk(KERN_EMERG "  [<%08lx>] %pB\n", entries[i], (void *)entries[i]);
}

void dump_stack(void)
{
	unsigned long entries[TRACE_MAX];
	unsigned int nr = stack_trace_save(entries, TRACE_MAX, 0);

	printk(KERN_EMERG "Call Trace:\n");
	print_stack_trace(entries, nr);
}

/* begin_report - print the first line, as a comment if a test expects it */
static bool begin_report(void)
{
	bool expected = kunit_report_expected(first_line);

	if (expected)
		printk_set_prefix_unlocked("# ");
	printk(KERN_EMERG "%s\n", first_line);
	return expected;
}

/* end_report - a report that a test caused needs no trace: the test is the cause */
static void end_report(bool expected)
{
	if (expected)
		printk_set_prefix_unlocked(NULL);
	else
		dump_stack();
}

void __warn(const char *file, int line, const char *fmt, ...)
{
	va_list args;
	int n;

	n = scnprintf(first_line, sizeof(first_line), "WARNING: %s:%d: ", file, line);
	va_start(args, fmt);
	vscnprintf(first_line + n, sizeof(first_line) - (size_t)n, fmt, args);
	va_end(args);
	end_report(begin_report());
}

void warn_begin(const char *fmt, ...)
{
	va_list args;
	int n;

	n = scnprintf(first_line, sizeof(first_line), "WARNING: ");
	va_start(args, fmt);
	vscnprintf(first_line + n, sizeof(first_line) - (size_t)n, fmt, args);
	va_end(args);
	report_expected = begin_report();
}

void warn_end(void)
{
	end_report(report_expected);
}

static void vkbug_begin(const char *fmt, va_list args)
{
	int n = scnprintf(first_line, sizeof(first_line), "BUG: ");

	vscnprintf(first_line + n, sizeof(first_line) - (size_t)n, fmt, args);
	report_expected = begin_report();
}

void kbug_begin(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vkbug_begin(fmt, args);
	va_end(args);
}

void kbug_end(void)
{
	end_report(report_expected);
	if (!report_expected && on_bug == ON_BUG_PANIC)
		panic("a caller's bug, and on_bug=panic");
}

void kbug(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vkbug_begin(fmt, args);
	va_end(args);
	kbug_end();
}

void __bug(const char *file, int line, const char *what)
{
	panic("BUG at %s:%d: %s", file, line, what);
}

/* enter_panic - nothing else runs from here on; a second panic halts at once */
static void enter_panic(void)
{
	if (panicking) {
		arch_machine_exit(EXIT_PANIC);
		arch_machine_halt();
	}
	panicking = true;
	preempt_count_add(NMI_OFFSET);
	printk_panicking();
	printk_set_prefix_unlocked(NULL);
}

static void __noreturn leave_panic(const char *message)
{
	printk(KERN_EMERG "---[ end Kernel panic: %s ]---\n", message);
	gcov_dump();
	arch_machine_exit(EXIT_PANIC);
	arch_machine_halt();
}

void panic(const char *fmt, ...)
{
	static char message[FIRST_LINE_MAX];
	va_list args;

	arch_save_regs();
	local_irq_disable();
	if (!panicking) {
		va_start(args, fmt);
		vscnprintf(message, sizeof(message), fmt, args);
		va_end(args);
		kunit_panic_caught(message);
	}
	enter_panic();
	printk(KERN_EMERG "Kernel panic: %s\n", message);
	arch_show_saved_regs();
	dump_stack();
	leave_panic(message);
}

void panic_reported(const char *what)
{
	local_irq_disable();
	enter_panic();
	printk(KERN_EMERG "Kernel panic: %s\n", what);
	leave_panic(what);
}
