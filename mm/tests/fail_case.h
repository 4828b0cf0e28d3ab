/* SPDX-License-Identifier: MIT */
/*
 * Operations whose n-th allocation fails, n = 0, 1, 2 ... until they succeed.
 *
 * A case is an operation that allocates, and how to undo it. nth_allocation_fails() tries it
 * with each of its allocations failing, by mm/fail.h, and looks each time whether all is
 * as it was: an unwinding path that forgets something, or undoes too much, is found here.
 *
 * Every public function of mm/ that allocates is called by a function named try_...() of
 * some fail_*_test.c. tools/tests/test_fail.py finds out which allocate, from the linked
 * kernel, and complains of one that is missing.
 */
#ifndef MM_TESTS_FAIL_CASE_H
#define MM_TESTS_FAIL_CASE_H

#include <kernel/selftest.h>

/*
 * struct fail_case - an operation that allocates
 * @name:     of the parametrised case
 * @attempt:  the operation, with @arg. Return: what @undo takes, NULL when it failed; it
 *            fails the case if what the caller had given is not as documented then
 * @undo:     release what @attempt made; it allocates nothing, which is tried as well
 * @arg:      passed to both
 * @prepare:  make what @attempt works on, once before; may be NULL
 * @cleanup:  release that; may be NULL
 * @points:   how many allocations can fail, at the least
 * @fallback: says why, when @attempt is documented to do without any one that fails
 * @stride:   of more than 20 points, every so many-th is tried; 0: all are
 * @arm:      another way to let allocation @n fail; NULL: fail_nth_set(). Then @attempt
 *            fails just when an allocation does
 * @disarm:   undoes @arm
 */
struct fail_case {
	const char *name;
	void *(*attempt)(struct kunit *test, unsigned long arg);
	void (*undo)(void *what, unsigned long arg);
	unsigned long arg;
	void (*prepare)(struct kunit *test, unsigned long arg);
	void (*cleanup)(unsigned long arg);
	unsigned int points;
	const char *fallback;
	unsigned int stride;
	void (*arm)(unsigned int n);
	void (*disarm)(void);
};

/* fail_case_desc - for KUNIT_ARRAY_PARAM() */
void fail_case_desc(const struct fail_case *c, char *desc);

/**
 * nth_allocation_fails - the body of a parametrised case, whose parameter is a struct fail_case
 *
 * Prints how many points of failure there were.
 */
void nth_allocation_fails(struct kunit *test);

/** fail_case_more_points - for @prepare: there are @nr more points than the case says */
void fail_case_more_points(unsigned int nr);

/**
 * fail_case_exit - the suite's exit hook: disarm, and clean up after a case that ended early
 *
 * Context: of suites whose cases call nth_allocation_fails(), and nothing else.
 */
void fail_case_exit(struct kunit *test);

#endif
