/* SPDX-License-Identifier: MIT */
/*
 * The self-test core: runs suites, survives what cases do, prints KTAP.
 *
 * A case runs below an arch_setjmp(). Whatever ends it early - an assertion,
 * kunit_skip(), an exception nobody announced - jumps back there; then the
 * suite's exit hook runs below another. What a case may not leave behind is
 * checked: interrupts off, or a preemption count, fails it and is put right; so does
 * whatever the registered account (struct kunit_account) finds missing.
 *
 * Reports and faults. While a report is expected, begin() to end(), one whose
 * first line holds the pattern is a comment; any other fails the case. While a
 * fault is armed, the exception handler hands it to kunit_fault_hook(), which
 * jumps back to the arming place. An exception that nobody armed for is reported
 * in full; then the hook is asked again and, where no lock is held and no interrupt
 * handler is active, ends the case instead of the kernel.
 *
 * Output: one nested KTAP document per kunit_run(), each level with its plan;
 * lines carry no time stamp. A parametrised case is a level of its own.
 *
 * Locking: one runner at a time; its state is not shared.
 * Reference: KTAP version 1 (Documentation/dev-tools/ktap.rst of Linux 6.1).
 */
#include <kernel/selftest.h>
#include <kernel/bug.h>
#include <kernel/params.h>
#include <kernel/preempt.h>
#include <kernel/printk.h>
#include <kernel/seq.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/kstrtox.h>
#include <kernel/lib/prandom.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <arch/cpu.h>
#include <arch/step.h>
#include <arch/traps.h>

u64 kunit_seed = 896;

static struct kunit *current_test;
static struct kunit_fault *armed_fault;
static const char *expected_report;
static unsigned int matched_reports;
static struct arch_jmpbuf *expected_panic;
static bool soaking;
static const struct kunit_account *account;

/* What longjmp does not restore, as it was when the case began. */
static unsigned int case_preempt_count;
static unsigned long case_irq_flags;

struct kunit_totals {
	unsigned int pass, fail, skip;
};

static int __init seed_setup(const char *val)
{
	return kstrtoull(val, 0, &kunit_seed);
}
kernel_param("seed", seed_setup, "N", "where every random choice of the self-tests derives from");

bool kunit_active(void)
{
	return current_test != NULL;
}

void kunit_set_account(const struct kunit_account *acc)
{
	account = acc;
}

bool kunit_soaking(void)
{
	return soaking;
}

u32 kunit_rand(struct kunit *test)
{
	return prandom_u32_state(&test->rand);
}

u32 kunit_rand_below(struct kunit *test, u32 n)
{
	return prandom_u32_below_state(&test->rand, n);
}

/* --- what cases say ---------------------------------------------------------------------------- */

static struct seq_file *output; /* NULL: the log and the consoles */

void kunit_set_output(struct seq_file *m)
{
	output = m;
}

#define kunit_print(fmt, ...)                                                                      \
	do {                                                                                       \
		if (output)                                                                        \
			seq_printf(output, fmt, ##__VA_ARGS__);                                    \
		else                                                                               \
			pr_raw(fmt, ##__VA_ARGS__);                                                \
	} while (0)

static void indent(unsigned int level)
{
	kunit_print("%*s", (int)level * 4, "");
}

static unsigned int case_level(const struct kunit *test)
{
	return test->param_value ? 2 : 1;
}

static void kunit_vcomment(struct kunit *test, const char *what, const char *fmt, va_list args)
{
	char text[224];

	vscnprintf(text, sizeof(text), fmt, args);
	kunit_print("%*s# %s: %s%s\n", (int)case_level(test) * 4, "", test->name, what, text);
}

void kunit_info(struct kunit *test, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	kunit_vcomment(test, "", fmt, args);
	va_end(args);
}

void kunit_say(struct kunit *test, const char *fmt, ...)
{
	va_list args;

	if (!fmt[1])
		return;
	va_start(args, fmt);
	kunit_vcomment(test, "", fmt + 1, args);
	va_end(args);
}

void kunit_fail(struct kunit *test, const char *file, int line, const char *fmt, ...)
{
	char where[96];
	va_list args;

	test->status = KUNIT_FAILURE;
	scnprintf(where, sizeof(where), "FAILED at %s:%d: ", file, line);
	va_start(args, fmt);
	kunit_vcomment(test, where, fmt, args);
	va_end(args);
}

void kunit_fail_ints(struct kunit *test, const struct kunit_site *at, long long l, long long r)
{
	kunit_fail(test, at->file, at->line, "expected %s %s %s, but %s == %lld, %s == %lld", at->l,
		   at->op, at->r, at->l, l, at->r, r);
}

void kunit_fail_ptrs(struct kunit *test, const struct kunit_site *at, const void *l, const void *r)
{
	kunit_fail(test, at->file, at->line, "expected %s %s %s, but %s == %px, %s == %px", at->l,
		   at->op, at->r, at->l, l, at->r, r);
}

void kunit_fail_strs(struct kunit *test, const struct kunit_site *at, const char *l, const char *r)
{
	kunit_fail(test, at->file, at->line, "expected %s %s %s, but they are \"%s\" and \"%s\"",
		   at->l, at->op, at->r, l, r);
}

void kunit_fail_ptr(struct kunit *test, const struct kunit_site *at, const void *p)
{
	kunit_fail(test, at->file, at->line, "expected %s %s %s, but it is %px", at->l, at->op,
		   at->r, p);
}

void kunit_fail_that(struct kunit *test, const struct kunit_site *at)
{
	kunit_fail(test, at->file, at->line, "expected %s %s %s", at->l, at->op, at->r);
}

void kunit_abort(struct kunit *test)
{
	arch_longjmp(&test->abort_buf, 1);
}

void kunit_skip(struct kunit *test, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vscnprintf(test->status_comment, sizeof(test->status_comment), fmt, args);
	va_end(args);
	if (test->status == KUNIT_SUCCESS)
		test->status = KUNIT_SKIPPED;
	kunit_abort(test);
}

void kunit_needs_single_step(struct kunit *test)
{
	if (!arch_can_single_step())
		kunit_skip(test, "no single-stepping on this machine");
}

/* --- expected reports, panics and faults ------------------------------------------------------- */

void kunit_expect_report_begin(struct kunit *test __unused, const char *pattern)
{
	expected_report = pattern;
	matched_reports = 0;
}

unsigned int kunit_expect_report_end(struct kunit *test __unused)
{
	expected_report = NULL;
	return matched_reports;
}

bool kunit_report_expected(const char *first_line)
{
	if (expected_report && strstr(first_line, expected_report)) {
		matched_reports++;
		return true;
	}
	if (current_test)
		KUNIT_FAIL(current_test, "unexpected report: %s", first_line);
	return false;
}

void kunit_expect_panic_begin(struct kunit *test __unused, const char *pattern,
			      struct arch_jmpbuf *buf)
{
	expected_report = pattern;
	expected_panic = buf;
}

void kunit_expect_panic_end(struct kunit *test __unused)
{
	expected_report = NULL;
	expected_panic = NULL;
}

void kunit_panic_caught(const char *message)
{
	if (!expected_panic || !strstr(message, expected_report))
		return;
	pr_raw("# panic as expected: %s\n", message);
	this_cpu_write(__preempt_count, case_preempt_count);
	arch_longjmp(expected_panic, 1);
}

struct arch_jmpbuf *kunit_fault_arm(struct kunit *test __unused, struct kunit_fault *fault)
{
	fault->vector = -1;
	fault->address = 0;
	fault->saved_preempt_count = preempt_count();
	armed_fault = fault;
	return &fault->buf;
}

void kunit_fault_disarm(struct kunit *test __unused)
{
	armed_fault = NULL;
}

/*
 * fault_caught - does not return if a case armed for it
 * A fault of an interrupt handler that came in between is not what it armed for;
 * nor could the handler be left without ending its interrupt.
 */
static void fault_caught(const struct fault_info *info)
{
	struct kunit_fault *fault = armed_fault;

	if (!fault || (preempt_count() ^ fault->saved_preempt_count) & (HARDIRQ_MASK | NMI_MASK))
		return;
	armed_fault = NULL;
	fault->vector = info->vector;
	fault->error_code = info->error_code;
	fault->address = info->address;
	fault->ip = info->ip;
	this_cpu_write(__preempt_count, fault->saved_preempt_count);
	arch_longjmp(&fault->buf, 1);
}

/* fault_abort - does not return if ending the running case is safe */
static void fault_abort(const struct fault_info *info)
{
	if (!current_test || in_interrupt() || preempt_count() != case_preempt_count)
		return;
	KUNIT_FAIL(current_test, "unexpected exception %d at %pS", info->vector, (void *)info->ip);
	kunit_abort(current_test);
}

static bool kunit_fault_hook(struct fault_info *info)
{
	if (info->reported)
		fault_abort(info);
	else
		fault_caught(info);
	return false;
}

/* --- which of them ------------------------------------------------------------------------------ */

/* SUITE, SUITE.CASE, -SUITE, -SUITE.CASE, separated by commas. Without any that says what to run, all. */
static struct selection {
	const char *list;
	bool all;
} selected = {.list = "", .all = true};

static const char *name_end(const char *name)
{
	const char *comma = strchr(name, ',');

	return comma ? comma : name + strlen(name);
}

/* starts_with - what is behind @start in [@text, @end), or NULL */
static const char *starts_with(const char *text, const char *end, const char *start)
{
	size_t len = strlen(start);

	return (size_t)(end - text) >= len && !strncmp(text, start, len) ? text + len : NULL;
}

/* name_is - is [@name, @end) that of the suite, or if @c is not NULL, of this case of it? */
static bool name_is(const char *name, const char *end, const struct kunit_suite *suite,
		    const struct kunit_case *c)
{
	name = starts_with(name, end, suite->name);
	if (!name || !c)
		return name == end;
	return *name == '.' && starts_with(name + 1, end, c->name) == end;
}

/* listed - is the suite, or if @c is not NULL, this case of it, to be run, or to be left out? */
static bool listed(const struct kunit_suite *suite, const struct kunit_case *c, bool left_out)
{
	const char *name, *end;

	for (name = selected.list; *name; name = *end ? end + 1 : end) {
		bool minus = *name == '-';

		end = name_end(name);
		if (minus == left_out && name_is(name + minus, end, suite, c))
			return true;
	}
	return false;
}

static bool case_selected(const struct kunit_suite *suite, const struct kunit_case *c)
{
	if ((c->slow && !soaking) || listed(suite, c, true))
		return false;
	return selected.all || listed(suite, NULL, false) || listed(suite, c, false);
}

static bool suite_selected(struct kunit_suite *const *s)
{
	const struct kunit_case *c;

	if (listed(*s, NULL, true))
		return false;
	if (selected.all)
		return s < __kunit_suites_end;
	if (listed(*s, NULL, false))
		return true;
	for (c = (*s)->test_cases; c->run_case; c++)
		if (listed(*s, c, false))
			return true;
	return false;
}

/* name_known - is [@name, @end) that of a suite or of a case? Complains if not. */
static bool name_known(const char *name, const char *end)
{
	struct kunit_suite *const *s;
	const struct kunit_case *c;

	for (s = __kunit_suites_start; s < __kunit_suites_on_request_end; s++) {
		if (name_is(name, end, *s, NULL))
			return true;
		for (c = (*s)->test_cases; c->run_case; c++)
			if (name_is(name, end, *s, c))
				return true;
	}
	pr_err("selftest: no suite is called %.*s\n", (int)(end - name), name);
	return false;
}

/* select - set @selected. Return: false after complaints, when a name is unknown. */
static bool select(const char *which)
{
	const char *name, *end;
	bool known = true;

	soaking = !strcmp(which, "soak") || !strncmp(which, "soak,", 5);
	if (soaking)
		which += which[4] ? 5 : 4;
	else if (!strcmp(which, "all"))
		which = "";
	selected = (struct selection){.list = which, .all = true};
	for (name = which; *name; name = *end ? end + 1 : end) {
		bool minus = *name == '-';

		end = name_end(name);
		known &= name_known(name + minus, end);
		selected.all &= minus;
	}
	return known;
}

/* --- running ----------------------------------------------------------------------------------- */

/* run_guarded - call fn(test) so that whatever ends it early comes back here */
static void run_guarded(struct kunit *test, void (*fn)(struct kunit *))
{
	case_preempt_count = preempt_count();
	local_save_flags(case_irq_flags);
	if (!arch_setjmp(&test->abort_buf)) {
		fn(test);
		if (preempt_count() != case_preempt_count)
			KUNIT_FAIL(test, "left preempt_count %#x, began with %#x", preempt_count(),
				   case_preempt_count);
		if (irqs_disabled() != irqs_disabled_flags(case_irq_flags))
			KUNIT_FAIL(test, "left interrupts %s", irqs_disabled() ? "off" : "on");
	}
	this_cpu_write(__preempt_count, case_preempt_count);
	local_irq_restore(case_irq_flags);
	kunit_fault_disarm(test);
	kunit_expect_report_end(test);
	kunit_expect_panic_end(test);
}

static struct kunit_suite *running_suite;
static struct kunit_case *running_case;

static void init_and_run(struct kunit *test)
{
	if (running_suite->init && running_suite->init(test)) {
		KUNIT_FAIL(test, "the suite's init failed");
		return;
	}
	running_case->run_case(test);
}

/* seed_case - the same numbers for a case, alone or in the whole run */
static u64 seed_case(const char *suite, const char *name, int index)
{
	u64 h = kunit_seed ^ 0xcbf29ce484222325ULL; /* FNV-1a */

	for (; *suite; suite++)
		h = (h ^ (u8)*suite) * 0x100000001b3ULL;
	for (; *name; name++)
		h = (h ^ (u8)*name) * 0x100000001b3ULL;
	return h + (u64)index;
}

static void print_result(unsigned int level, unsigned int number, const char *name,
			 enum kunit_status status, const char *comment)
{
	indent(level);
	kunit_print("%sok %u %s", status == KUNIT_FAILURE ? "not " : "", number, name);
	if (status == KUNIT_SKIPPED)
		kunit_print(" # SKIP %s", comment);
	kunit_print("\n");
}

static void count(struct kunit_totals *t, enum kunit_status status)
{
	if (status == KUNIT_FAILURE)
		t->fail++;
	else if (status == KUNIT_SKIPPED)
		t->skip++;
	else
		t->pass++;
}

/* run_once - one case, or one parameter of it; the result line is the caller's */
static enum kunit_status run_once(struct kunit_suite *suite, struct kunit_case *c,
				  const void *param, int index, struct kunit *test)
{
	memset(test, 0, sizeof(*test));
	test->name = c->name;
	test->param_value = param;
	test->param_index = index;
	prandom_seed_state(&test->rand, seed_case(suite->name, c->name, index));
	running_suite = suite;
	running_case = c;
	if (account)
		account->open();
	current_test = test;
	run_guarded(test, init_and_run);
	if (suite->exit)
		run_guarded(test, suite->exit);
	if (account)
		run_guarded(test, account->close);
	current_test = NULL;
	return test->status;
}

static enum kunit_status run_params(struct kunit_suite *suite, struct kunit_case *c,
				    struct kunit_totals *totals)
{
	static struct kunit test;
	enum kunit_status all = KUNIT_SKIPPED;
	char desc[KUNIT_PARAM_DESC_SIZE];
	unsigned int n = 0;
	const void *param = NULL;

	while ((param = c->generate_params(param, desc)))
		n++;
	kunit_print("        KTAP version 1\n        # Subtest: %s\n        1..%u\n", c->name, n);
	n = 0;
	for (;;) {
		enum kunit_status status;

		desc[0] = '\0';
		param = c->generate_params(param, desc);
		if (!param)
			break;
		if (!desc[0])
			scnprintf(desc, sizeof(desc), "%u", n);
		status = run_once(suite, c, param, (int)n, &test);
		print_result(2, ++n, desc, status, test.status_comment);
		count(totals, status);
		if (status == KUNIT_FAILURE || (status == KUNIT_SUCCESS && all == KUNIT_SKIPPED))
			all = status;
	}
	return all;
}

static bool run_suite(struct kunit_suite *suite, unsigned int number, struct kunit_totals *totals)
{
	static struct kunit test;
	struct kunit_totals mine = {0, 0, 0};
	struct kunit_case *c;
	unsigned int n = 0;
	bool started;

	for (c = suite->test_cases; c->run_case; c++)
		n += case_selected(suite, c);
	kunit_print("    KTAP version 1\n    # Subtest: %s\n    1..%u\n", suite->name, n);
	started = !suite->suite_init || suite->suite_init(suite) == 0;
	n = 0;
	for (c = suite->test_cases; c->run_case; c++) {
		enum kunit_status status;

		if (!case_selected(suite, c))
			continue;
		if (!started) {
			status = KUNIT_FAILURE;
			count(&mine, status);
		} else if (c->generate_params) {
			status = run_params(suite, c, &mine);
		} else {
			status = run_once(suite, c, NULL, 0, &test);
			count(&mine, status);
		}
		print_result(1, ++n, c->name, status,
			     c->generate_params ? "all parameters" : test.status_comment);
	}
	if (started && suite->suite_exit)
		suite->suite_exit(suite);
	kunit_print("# %s: pass:%u fail:%u skip:%u total:%u\n", suite->name, mine.pass, mine.fail,
		    mine.skip, mine.pass + mine.fail + mine.skip);
	print_result(0, number, suite->name, mine.fail ? KUNIT_FAILURE : KUNIT_SUCCESS, "");
	totals->pass += mine.pass;
	totals->fail += mine.fail;
	totals->skip += mine.skip;
	return mine.fail == 0;
}

int kunit_run(const char *which)
{
	struct kunit_totals totals = {0, 0, 0};
	struct kunit_suite *const *s;
	unsigned int n = 0, failed = 0;

	if (!select(which))
		return -ENOENT;
	for (s = __kunit_suites_start; s < __kunit_suites_on_request_end; s++)
		n += suite_selected(s);
	set_fault_hook(kunit_fault_hook);
	kunit_print("KTAP version 1\n# seed=%llu\n1..%u\n", kunit_seed, n);
	n = 0;
	for (s = __kunit_suites_start; s < __kunit_suites_on_request_end; s++)
		if (suite_selected(s))
			failed += !run_suite(*s, ++n, &totals);
	kunit_print("# Totals: pass:%u fail:%u skip:%u total:%u\n", totals.pass, totals.fail,
		    totals.skip, totals.pass + totals.fail + totals.skip);
	return (int)failed;
}
