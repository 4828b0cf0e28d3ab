/* SPDX-License-Identifier: MIT */
/*
 * Self-tests: KUnit's words, KTAP version 1 on the console.
 *
 * A suite is a NULL-terminated array of cases, announced by kunit_test_suite().
 * A case fails by an expectation (it goes on), an assertion (it ends there), an
 * exception nobody expected, or a WARN or BUG report nobody expected. It may say
 * kunit_skip(). After each case the suite's exit hook runs, whatever happened.
 *
 * Random numbers come from kunit_rand(), seeded anew for each case from seed=
 * and the case's name, so that a case repeats alone as it ran in the whole.
 */
#ifndef KERNEL_SELFTEST_H
#define KERNEL_SELFTEST_H

#include <kernel/lib/types.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/prandom.h>
#include <arch/setjmp.h>

struct seq_file;

#define KUNIT_PARAM_DESC_SIZE 64

/* The digits of an address, printed in full, that come before the eight of 32 bits. */
#if BITS_PER_LONG == 64
#define ZEROES "00000000"
#else
#define ZEROES ""
#endif

enum kunit_status { KUNIT_SUCCESS, KUNIT_FAILURE, KUNIT_SKIPPED };

/*
 * struct kunit - a running case
 * @name:        of the case
 * @param_value: the parameter of a parametrised case
 * @priv:        for the suite's init hook
 */
struct kunit {
	const char *name;
	const void *param_value;
	int param_index;
	void *priv;
	enum kunit_status status;
	char status_comment[96];
	struct rnd_state rand;
	/* What the case left or caused; the core's. */
	struct arch_jmpbuf abort_buf;
	unsigned int nr_expectations;
};

/*
 * struct kunit_case
 * @slow: runs under selftest=soak alone
 */
struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
	const void *(*generate_params)(const void *prev, char *desc);
	bool slow;
};

/* clang-format: it takes an initialiser for a block. */
/* clang-format off */
#define KUNIT_CASE(fn)            {.run_case = fn, .name = #fn}
#define KUNIT_CASE_SLOW(fn)       {.run_case = fn, .name = #fn, .slow = true}
#define KUNIT_CASE_PARAM(fn, gen) {.run_case = fn, .name = #fn, .generate_params = gen}
/* clang-format on */

/* KUNIT_ARRAY_PARAM - name_gen_params() walks an array; get_desc(elem, char *desc) or NULL */
#define KUNIT_ARRAY_PARAM(name, array, get_desc)                                                   \
	static const void *name##_gen_params(const void *prev, char *desc)                         \
	{                                                                                          \
		const __typeof__((array)[0]) *__next =                                             \
			prev ? (const __typeof__((array)[0]) *)prev + 1 : (array);                 \
		void (*__get_desc)(const __typeof__((array)[0]) *, char *) = get_desc;             \
		if (__next - (array) >= (ptrdiff_t)ARRAY_SIZE(array))                              \
			return NULL;                                                               \
		if (__get_desc)                                                                    \
			__get_desc(__next, desc);                                                  \
		return __next;                                                                     \
	}

/*
 * struct kunit_suite
 * @suite_init: once before its cases; non-zero fails the whole suite
 * @init, @exit: before and after each case; @exit also after a failure
 */
struct kunit_suite {
	const char *name;
	int (*suite_init)(struct kunit_suite *suite);
	void (*suite_exit)(struct kunit_suite *suite);
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
};

#define kunit_test_suite(suite)                                                                    \
	static struct kunit_suite *const __UNIQUE_ID(__kunit_suite)                                \
		__used __table(".kunit_test_suites") = &(suite)
/* Linux's form: pointers, any number of them. */
/* clang-format: it splits an attribute. */
/* clang-format off */
#define kunit_test_suites(...)                                                                     \
	static struct kunit_suite *const __UNIQUE_ID(__kunit_suites)[]                             \
		__used __table(".kunit_test_suites") = {__VA_ARGS__}
/* clang-format on */

extern struct kunit_suite *const __kunit_suites_start[];
extern struct kunit_suite *const __kunit_suites_end[];

/*
 * For a suite whose cases fail on purpose: it shows what a failure looks like, and
 * that the run survives it. Runs only when it is named.
 */
#define kunit_test_suite_on_request(suite)                                                         \
	static struct kunit_suite *const __UNIQUE_ID(__kunit_suite)                                \
		__used __table(".kunit_test_suites.on_request") = &(suite)
extern struct kunit_suite *const __kunit_suites_on_request_end[];

/*
 * struct kunit_account - what a case may not change
 * @open:  takes stock, before the suite's init hook
 * @close: compares, after its exit hook, and fails the case by KUNIT_FAIL()
 *
 * How much memory is free belongs to mm/, which stands above this file: it is
 * registered by kmain().
 */
struct kunit_account {
	void (*open)(void);
	void (*close)(struct kunit *test);
};

/** kunit_set_account - keep @account over every case from now on */
void kunit_set_account(const struct kunit_account *account);

/**
 * kunit_run - run suites and print KTAP
 * @which: "all", or names of suites and of cases (SUITE.CASE) separated by commas; one with a "-"
 *         in front is left out, of all if nothing else is named; "soak" is all with the slow
 *         cases, and "soak" followed by names is those with theirs
 * Context: process context, interrupts on.
 * Return: number of failed suites, or -ENOENT when a name is unknown.
 */
int kunit_run(const char *which);

/**
 * kunit_set_output - where results go from now on
 * @m: NULL, at first: the log and the consoles. Reports that the kernel makes meanwhile
 *     go there in any case.
 */
void kunit_set_output(struct seq_file *m);

/** kunit_seed - where every random choice derives from; seed= sets it */
extern u64 kunit_seed;

/** kunit_rand - next 32 random bits of this case */
u32 kunit_rand(struct kunit *test);
/** kunit_rand_below - uniform in [0, @n), @n > 0 */
u32 kunit_rand_below(struct kunit *test, u32 n);
/** kunit_soaking - is this selftest=soak, so that a case may do its long form? */
bool kunit_soaking(void);

/** kunit_info - a diagnostic line "# ..." */
void kunit_info(struct kunit *test, const char *fmt, ...) __printf(2, 3);
/** kunit_skip - end the case with "# SKIP reason" */
void kunit_skip(struct kunit *test, const char *fmt, ...) __printf(2, 3) __noreturn;
/** kunit_needs_single_step - skip the case where arch_single_step() is not to be had */
void kunit_needs_single_step(struct kunit *test);
/** kunit_abort - end the case as failed */
void kunit_abort(struct kunit *test) __noreturn;

/* kunit_say - the text behind the leading blank, as a comment, if there is any */
void kunit_say(struct kunit *test, const char *fmt, ...) __printf(2, 3);

void kunit_fail(struct kunit *test, const char *file, int line, const char *fmt, ...)
	__printf(4, 5);

/*
 * struct kunit_site - what an expectation knows before it runs: thousands of them stay in
 * memory, so that each is a constant and a short call
 * @l, @op, @r: as they were typed: "a", "==", "b"
 */
struct kunit_site {
	const char *file;
	int line;
	const char *l, *op, *r;
};

/* What failed, with the values that it had; of conditions, @op is "to be". */
void kunit_fail_ints(struct kunit *test, const struct kunit_site *at, long long l, long long r);
void kunit_fail_ptrs(struct kunit *test, const struct kunit_site *at, const void *l, const void *r);
void kunit_fail_strs(struct kunit *test, const struct kunit_site *at, const char *l, const char *r);
void kunit_fail_ptr(struct kunit *test, const struct kunit_site *at, const void *p);
void kunit_fail_that(struct kunit *test, const struct kunit_site *at);

/*
 * kunit_expect_report_begin/end - between them one report is expected whose
 * first line holds @pattern ("BUG: " or "WARNING: " included, so a pattern may
 * begin with it). It neither panics nor fails the case. end() returns how many
 * reports matched; any that did not match failed the case.
 */
void kunit_expect_report_begin(struct kunit *test, const char *pattern);
unsigned int kunit_expect_report_end(struct kunit *test);

/*
 * Called by bug.c for each report: is it expected? Prints it as a comment if
 * so; remembers the failure if a case is running; false leaves on_bug= to act.
 */
bool kunit_report_expected(const char *first_line);
/* For panic-grade reports inside a case that cannot go on: leave the case. */
bool kunit_active(void);

#define KUNIT_FAIL(test, fmt, ...) kunit_fail(test, __FILE__, __LINE__, fmt, ##__VA_ARGS__)

/* The text of a _MSG twin, if there is one behind the blank. */
#define KUNIT_SAY(test, fmt, ...)                                                                  \
	do {                                                                                       \
		if (sizeof(fmt) > sizeof(" "))                                                     \
			kunit_say(test, fmt, ##__VA_ARGS__);                                       \
	} while (0)
#define KUNIT_FAILED(test, abort_it, report, ...)                                                  \
	do {                                                                                       \
		report;                                                                            \
		KUNIT_SAY(test, " " __VA_ARGS__);                                                  \
		if (abort_it)                                                                      \
			kunit_abort(test);                                                         \
	} while (0)
/* KUNIT_FAILED_AT - by one of kunit_fail_...(), which gets the site before its other arguments */
#define KUNIT_ARGS(...) , ##__VA_ARGS__
#define KUNIT_FAILED_AT(test, abort_it, fail, args, l, op, r, ...)                                 \
	do {                                                                                       \
		static const struct kunit_site __site = {__FILE__, __LINE__, l, op, r};            \
		KUNIT_FAILED(test, abort_it, fail(test, &__site args), ##__VA_ARGS__);             \
	} while (0)
/* A literal on one side is int, whatever the other side is: that is no mistake here. */
/* clang-format: it knows no _Pragma. */
/* clang-format off */
#define KUNIT_BINARY(test, ab, l, op, r, ls, rs, fail, cast, ...)                                  \
	do {                                                                                       \
		__typeof__(l) __l = (l);                                                           \
		__typeof__(r) __r = (r);                                                           \
		bool __holds;                                                                      \
		_Pragma("GCC diagnostic push")                                                     \
		_Pragma("GCC diagnostic ignored \"-Wsign-compare\"")                               \
		__holds = __l op __r;                                                              \
		_Pragma("GCC diagnostic pop")                                                      \
		(test)->nr_expectations++;                                                         \
		if (!__holds)                                                                      \
			KUNIT_FAILED_AT(test, ab, fail, KUNIT_ARGS(cast __l, cast __r),            \
					ls, #op, rs, ##__VA_ARGS__);                               \
	} while (0)
/* clang-format on */
#define KUNIT_INT(test, ab, l, op, r, ls, rs, ...)                                                 \
	KUNIT_BINARY(test, ab, l, op, r, ls, rs, kunit_fail_ints, (long long), ##__VA_ARGS__)
#define KUNIT_PTR(test, ab, l, op, r, ls, rs, ...)                                                 \
	KUNIT_BINARY(test, ab, l, op, r, ls, rs, kunit_fail_ptrs, (const void *), ##__VA_ARGS__)
#define KUNIT_UNARY(test, ab, cond, want, cs, ...)                                                 \
	do {                                                                                       \
		(test)->nr_expectations++;                                                         \
		if ((!!(cond)) != (want))                                                          \
			KUNIT_FAILED_AT(test, ab, kunit_fail_that, KUNIT_ARGS(), cs, "to be",      \
					(want) ? "true" : "false", ##__VA_ARGS__);                 \
	} while (0)
#define KUNIT_NULLNESS(test, ab, p, want_null, ps, ...)                                            \
	do {                                                                                       \
		const void *__p = (const void *)(p);                                               \
		(test)->nr_expectations++;                                                         \
		if ((__p == NULL) != (want_null))                                                  \
			KUNIT_FAILED_AT(test, ab, kunit_fail_ptr, KUNIT_ARGS(__p), ps, "to be",    \
					(want_null) ? "NULL" : "not NULL", ##__VA_ARGS__);         \
	} while (0)
#define KUNIT_VALID(test, ab, p, ...)                                                              \
	do {                                                                                       \
		const void *__p = (p);                                                             \
		(test)->nr_expectations++;                                                         \
		if (IS_ERR_OR_NULL(__p))                                                           \
			KUNIT_FAILED(test, ab,                                                     \
				     kunit_fail(test, __FILE__, __LINE__,                          \
						"expected %s to be a pointer, but it is %ld", #p,  \
						(long)__p),                                        \
				     ##__VA_ARGS__);                                               \
	} while (0)
#define KUNIT_STR(test, ab, l, op, r, ls, rs, ...)                                                 \
	do {                                                                                       \
		const char *__l = (l), *__r = (r);                                                 \
		(test)->nr_expectations++;                                                         \
		if (!(strcmp(__l, __r) op 0))                                                      \
			KUNIT_FAILED_AT(test, ab, kunit_fail_strs, KUNIT_ARGS(__l, __r), ls, #op,  \
					rs, ##__VA_ARGS__);                                        \
	} while (0)
#define KUNIT_MEM(test, ab, l, op, r, size, ...)                                                   \
	do {                                                                                       \
		(test)->nr_expectations++;                                                         \
		if (!(memcmp(l, r, size) op 0))                                                    \
			KUNIT_FAILED(test, ab,                                                     \
				     kunit_fail(test, __FILE__, __LINE__,                          \
						"expected %lu bytes: %s %s %s",                    \
						(unsigned long)(size), #l, #op, #r),               \
				     ##__VA_ARGS__);                                               \
	} while (0)

/*
 * Integers are compared as they are typed; 64 bits are printed. Each has a twin that ends in
 * _MSG and takes a format and arguments, printed when it fails.
 */
#define KUNIT_EXPECT_EQ(test, l, r)           KUNIT_INT(test, 0, l, ==, r, #l, #r)
#define KUNIT_EXPECT_NE(test, l, r)           KUNIT_INT(test, 0, l, !=, r, #l, #r)
#define KUNIT_EXPECT_LT(test, l, r)           KUNIT_INT(test, 0, l, <, r, #l, #r)
#define KUNIT_EXPECT_LE(test, l, r)           KUNIT_INT(test, 0, l, <=, r, #l, #r)
#define KUNIT_EXPECT_GT(test, l, r)           KUNIT_INT(test, 0, l, >, r, #l, #r)
#define KUNIT_EXPECT_GE(test, l, r)           KUNIT_INT(test, 0, l, >=, r, #l, #r)
#define KUNIT_EXPECT_PTR_EQ(test, l, r)       KUNIT_PTR(test, 0, l, ==, r, #l, #r)
#define KUNIT_EXPECT_PTR_NE(test, l, r)       KUNIT_PTR(test, 0, l, !=, r, #l, #r)
#define KUNIT_EXPECT_TRUE(test, c)            KUNIT_UNARY(test, 0, c, true, #c)
#define KUNIT_EXPECT_FALSE(test, c)           KUNIT_UNARY(test, 0, c, false, #c)
#define KUNIT_EXPECT_NULL(test, p)            KUNIT_NULLNESS(test, 0, p, true, #p)
#define KUNIT_EXPECT_NOT_NULL(test, p)        KUNIT_NULLNESS(test, 0, p, false, #p)
#define KUNIT_EXPECT_NOT_ERR_OR_NULL(test, p) KUNIT_VALID(test, 0, p)
#define KUNIT_EXPECT_STREQ(test, l, r)        KUNIT_STR(test, 0, l, ==, r, #l, #r)
#define KUNIT_EXPECT_STRNEQ(test, l, r)       KUNIT_STR(test, 0, l, !=, r, #l, #r)
#define KUNIT_EXPECT_MEMEQ(test, l, r, size)  KUNIT_MEM(test, 0, l, ==, r, size)
#define KUNIT_EXPECT_MEMNEQ(test, l, r, size) KUNIT_MEM(test, 0, l, !=, r, size)
#define KUNIT_EXPECT_EQ_MSG(test, l, r, fmt, ...)                                                  \
	KUNIT_INT(test, 0, l, ==, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NE_MSG(test, l, r, fmt, ...)                                                  \
	KUNIT_INT(test, 0, l, !=, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_LT_MSG(test, l, r, fmt, ...)                                                  \
	KUNIT_INT(test, 0, l, <, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_LE_MSG(test, l, r, fmt, ...)                                                  \
	KUNIT_INT(test, 0, l, <=, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_GT_MSG(test, l, r, fmt, ...)                                                  \
	KUNIT_INT(test, 0, l, >, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_GE_MSG(test, l, r, fmt, ...)                                                  \
	KUNIT_INT(test, 0, l, >=, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_PTR_EQ_MSG(test, l, r, fmt, ...)                                              \
	KUNIT_PTR(test, 0, l, ==, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_PTR_NE_MSG(test, l, r, fmt, ...)                                              \
	KUNIT_PTR(test, 0, l, !=, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_TRUE_MSG(test, c, fmt, ...)                                                   \
	KUNIT_UNARY(test, 0, c, true, #c, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_FALSE_MSG(test, c, fmt, ...)                                                  \
	KUNIT_UNARY(test, 0, c, false, #c, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NULL_MSG(test, p, fmt, ...)                                                   \
	KUNIT_NULLNESS(test, 0, p, true, #p, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NOT_NULL_MSG(test, p, fmt, ...)                                               \
	KUNIT_NULLNESS(test, 0, p, false, #p, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NOT_ERR_OR_NULL_MSG(test, p, fmt, ...)                                        \
	KUNIT_VALID(test, 0, p, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_STREQ_MSG(test, l, r, fmt, ...)                                               \
	KUNIT_STR(test, 0, l, ==, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_STRNEQ_MSG(test, l, r, fmt, ...)                                              \
	KUNIT_STR(test, 0, l, !=, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_MEMEQ_MSG(test, l, r, size, fmt, ...)                                         \
	KUNIT_MEM(test, 0, l, ==, r, size, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_MEMNEQ_MSG(test, l, r, size, fmt, ...)                                        \
	KUNIT_MEM(test, 0, l, !=, r, size, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_EQ(test, l, r)           KUNIT_INT(test, 1, l, ==, r, #l, #r)
#define KUNIT_ASSERT_NE(test, l, r)           KUNIT_INT(test, 1, l, !=, r, #l, #r)
#define KUNIT_ASSERT_LT(test, l, r)           KUNIT_INT(test, 1, l, <, r, #l, #r)
#define KUNIT_ASSERT_LE(test, l, r)           KUNIT_INT(test, 1, l, <=, r, #l, #r)
#define KUNIT_ASSERT_GT(test, l, r)           KUNIT_INT(test, 1, l, >, r, #l, #r)
#define KUNIT_ASSERT_GE(test, l, r)           KUNIT_INT(test, 1, l, >=, r, #l, #r)
#define KUNIT_ASSERT_PTR_EQ(test, l, r)       KUNIT_PTR(test, 1, l, ==, r, #l, #r)
#define KUNIT_ASSERT_PTR_NE(test, l, r)       KUNIT_PTR(test, 1, l, !=, r, #l, #r)
#define KUNIT_ASSERT_TRUE(test, c)            KUNIT_UNARY(test, 1, c, true, #c)
#define KUNIT_ASSERT_FALSE(test, c)           KUNIT_UNARY(test, 1, c, false, #c)
#define KUNIT_ASSERT_NULL(test, p)            KUNIT_NULLNESS(test, 1, p, true, #p)
#define KUNIT_ASSERT_NOT_NULL(test, p)        KUNIT_NULLNESS(test, 1, p, false, #p)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p) KUNIT_VALID(test, 1, p)
#define KUNIT_ASSERT_STREQ(test, l, r)        KUNIT_STR(test, 1, l, ==, r, #l, #r)
#define KUNIT_ASSERT_STRNEQ(test, l, r)       KUNIT_STR(test, 1, l, !=, r, #l, #r)
#define KUNIT_ASSERT_MEMEQ(test, l, r, size)  KUNIT_MEM(test, 1, l, ==, r, size)
#define KUNIT_ASSERT_MEMNEQ(test, l, r, size) KUNIT_MEM(test, 1, l, !=, r, size)
#define KUNIT_ASSERT_EQ_MSG(test, l, r, fmt, ...)                                                  \
	KUNIT_INT(test, 1, l, ==, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NE_MSG(test, l, r, fmt, ...)                                                  \
	KUNIT_INT(test, 1, l, !=, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_LT_MSG(test, l, r, fmt, ...)                                                  \
	KUNIT_INT(test, 1, l, <, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_LE_MSG(test, l, r, fmt, ...)                                                  \
	KUNIT_INT(test, 1, l, <=, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_GT_MSG(test, l, r, fmt, ...)                                                  \
	KUNIT_INT(test, 1, l, >, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_GE_MSG(test, l, r, fmt, ...)                                                  \
	KUNIT_INT(test, 1, l, >=, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_PTR_EQ_MSG(test, l, r, fmt, ...)                                              \
	KUNIT_PTR(test, 1, l, ==, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_PTR_NE_MSG(test, l, r, fmt, ...)                                              \
	KUNIT_PTR(test, 1, l, !=, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_TRUE_MSG(test, c, fmt, ...)                                                   \
	KUNIT_UNARY(test, 1, c, true, #c, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_FALSE_MSG(test, c, fmt, ...)                                                  \
	KUNIT_UNARY(test, 1, c, false, #c, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NULL_MSG(test, p, fmt, ...)                                                   \
	KUNIT_NULLNESS(test, 1, p, true, #p, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NOT_NULL_MSG(test, p, fmt, ...)                                               \
	KUNIT_NULLNESS(test, 1, p, false, #p, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL_MSG(test, p, fmt, ...)                                        \
	KUNIT_VALID(test, 1, p, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_STREQ_MSG(test, l, r, fmt, ...)                                               \
	KUNIT_STR(test, 1, l, ==, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_STRNEQ_MSG(test, l, r, fmt, ...)                                              \
	KUNIT_STR(test, 1, l, !=, r, #l, #r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_MEMEQ_MSG(test, l, r, size, fmt, ...)                                         \
	KUNIT_MEM(test, 1, l, ==, r, size, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_MEMNEQ_MSG(test, l, r, size, fmt, ...)                                        \
	KUNIT_MEM(test, 1, l, !=, r, size, fmt, ##__VA_ARGS__)

/* The statement causes exactly one report that holds @pattern. */
#define KUNIT_EXPECT_BUG(test, pattern, ...)                                                       \
	do {                                                                                       \
		unsigned int __n;                                                                  \
		(test)->nr_expectations++;                                                         \
		kunit_expect_report_begin(test, pattern);                                          \
		__VA_ARGS__;                                                                       \
		__n = kunit_expect_report_end(test);                                               \
		if (__n != 1)                                                                      \
			kunit_fail(test, __FILE__, __LINE__, "expected one report \"%s\", got %u", \
				   pattern, __n);                                                  \
	} while (0)
#define KUNIT_EXPECT_WARN(test, pattern, ...) KUNIT_EXPECT_BUG(test, pattern, __VA_ARGS__)

/*
 * struct kunit_fault - what a caught exception was
 * @vector: of the CPU (14 is a page fault); -1 while none happened
 */
struct kunit_fault {
	struct arch_jmpbuf buf;
	int vector;
	unsigned long error_code;
	unsigned long address; /* CR2 for a page fault */
	unsigned long ip;
	unsigned int saved_preempt_count;
};

/* For panic(): does not return if a case expects this panic. */
void kunit_panic_caught(const char *message);
void kunit_expect_panic_begin(struct kunit *test, const char *pattern, struct arch_jmpbuf *buf);
void kunit_expect_panic_end(struct kunit *test);

/*
 * The statement panics with a message that holds @pattern. What it had locked or
 * half done stays so: only for panics that come before any change.
 */
#define KUNIT_EXPECT_PANIC(test, pattern, ...)                                                     \
	do {                                                                                       \
		static struct arch_jmpbuf __panic_buf;                                             \
		(test)->nr_expectations++;                                                         \
		if (!arch_setjmp(&__panic_buf)) {                                                  \
			kunit_expect_panic_begin(test, pattern, &__panic_buf);                     \
			__VA_ARGS__;                                                               \
			kunit_fail(test, __FILE__, __LINE__, "expected a panic \"%s\"", pattern);  \
		}                                                                                  \
		kunit_expect_panic_end(test);                                                      \
	} while (0)

struct arch_jmpbuf *kunit_fault_arm(struct kunit *test, struct kunit_fault *fault);
void kunit_fault_disarm(struct kunit *test);

/*
 * The statement takes exactly one page fault, at @addr. Locals it changes are
 * undefined afterwards unless volatile, as with setjmp().
 */
#define KUNIT_EXPECT_FAULT(test, addr, ...)                                                        \
	do {                                                                                       \
		static struct kunit_fault __fault;                                                 \
		(test)->nr_expectations++;                                                         \
		if (!arch_setjmp(kunit_fault_arm(test, &__fault))) {                               \
			__VA_ARGS__;                                                               \
		}                                                                                  \
		kunit_fault_disarm(test);                                                          \
		if (__fault.vector != 14 || __fault.address != (unsigned long)(addr))              \
			kunit_fail(test, __FILE__, __LINE__,                                       \
				   "expected %s to fault at %#lx, but vector %d at %#lx",          \
				   #__VA_ARGS__, (unsigned long)(addr), __fault.vector,            \
				   __fault.address);                                               \
	} while (0)

#endif
