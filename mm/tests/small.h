/* SPDX-License-Identifier: MIT */
/*
 * Exhaustive tests of small worlds: whatever can be done, in every order.
 *
 * A world is an allocator made small, a zone of 16 pages say, with a handful of
 * operations, and an oracle that is too naive to be wrong. small_explore() makes every
 * sequence of operations up to some length, or of any length, and has the oracle look
 * at each step.
 */
#ifndef MM_TESTS_SMALL_H
#define MM_TESTS_SMALL_H

#include <kernel/selftest.h>

/*
 * struct small_key - a state of a world
 *
 * Two states with one key must have the same future: every operation that is possible
 * in one is possible in the other and leads to states of equal keys. What has no part
 * in that, addresses most of all, is left out.
 */
struct small_key {
	u64 word[2];
};

/*
 * struct small_world
 * @name:     as printed
 * @nr_ops:   operations are known by the numbers below it
 * @depth:    longest sequence tried unless depth= says otherwise; 0 is any length
 * @deepest:  longest that depth= can ask for, of a world that is too large; 0 is any length
 * @reset:    bring the world back to its start by its own operations, from any state
 * @possible: is there such an operation now? It changes nothing.
 * @step:     make the operation and compare what it answers with the oracle
 * @look:     compare the whole world with the oracle, run its checker, name the state
 * @describe: write what an operation is, for whoever reads a failure
 *
 * The hooks complain by KUNIT_FAIL() or an expectation, never by an assertion: the
 * explorer is to have its say before the case ends.
 */
struct small_world {
	const char *name;
	unsigned int nr_ops;
	unsigned int depth;
	unsigned int deepest;
	void (*reset)(struct kunit *test);
	bool (*possible)(unsigned int op);
	void (*step)(struct kunit *test, unsigned int op);
	void (*look)(struct kunit *test, struct small_key *key);
	void (*describe)(unsigned int op, char *buf, size_t size);
};

/**
 * small_explore - try everything that can be done in a world
 *
 * Prints how many states there are, and how many steps, pairs of a state and an
 * operation, were made. The first step that is not as it should be ends the case, with
 * the operations that led there.
 *
 * Context: process context, in a case whose suite calls small_explore_end() on exit.
 */
void small_explore(struct kunit *test, const struct small_world *world);

/** small_explore_end - free what small_explore() remembers, also after a failure */
void small_explore_end(void);

#endif
