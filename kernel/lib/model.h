/* SPDX-License-Identifier: MIT */
/*
 * Differential tests against models: where the choices come from, where mismatches
 * go, and the digest of what was seen.
 *
 * Idea: beside the real thing a model does the same operations in the most naive way
 * there is, with an array or a bitmap for all its state. Every answer of the two is
 * compared, and now and then all of their state. Which operations, with which
 * arguments, a stream of choices decides. There are two kinds:
 *
 *   - a seed and a number of operations: for the self-tests. The stream is the same
 *     on every machine, so a failure repeats anywhere.
 *   - a buffer of bytes: for fuzzers, who change bytes to change operations. The
 *     operations end where the bytes do.
 *
 * A model is one function, void X_model_run(struct model_run *run):
 *
 *     while (model_round(run)) {              a fresh world, drawn from the stream
 *             make the world;
 *             while (model_more(run))
 *                     do one operation to both, compare the answers;
 *             compare the whole state, take the world apart;
 *     }
 *
 * which model_play() does for whoever describes his world as a struct model_world. The
 * function keeps no pointer past its end, and the real thing is then as it was before. All
 * that it saw goes into run->digest: what does not depend on where things happen to
 * lie in memory. Equal seeds then give equal digests wherever the code runs right.
 *
 * No state but the caller's, no output: how a mismatch is told, run->fail() decides.
 */
#ifndef KERNEL_LIB_MODEL_H
#define KERNEL_LIB_MODEL_H

#include <kernel/lib/compiler.h>
#include <kernel/lib/prandom.h>
#include <kernel/lib/types.h>

/*
 * struct model_source - a stream of choices
 * @rand:  of a stream from a seed
 * @left:  operations that are left of it
 * @bytes, @end: what is left of a stream from a buffer; both NULL in the other kind
 */
struct model_source {
	struct rnd_state rand;
	u64 left;
	const u8 *bytes;
	const u8 *end;
};

/*
 * struct model_run - one run of one model
 * @name:       of the model
 * @src:        what happens in it
 * @nr_ops:     operations done, the current one included
 * @nr_rounds:  worlds made, the current one included
 * @round_left: operations until the next world
 * @digest:     of all that was seen so far
 * @fail:       called with the text of a mismatch; does not return
 * @priv:       its own
 */
struct model_run {
	const char *name;
	struct model_source src;
	u64 nr_ops;
	u64 nr_rounds;
	u32 round_left;
	u32 digest;
	void (*fail)(struct model_run *run, const char *file, int line, const char *text);
	void *priv;
};

/*
 * struct model_step - one kind of operation
 * @weight: how often, beside those of the others
 * @run:    does it to both, and compares the answers
 */
struct model_step {
	u16 weight;
	void (*run)(struct model_run *run);
};

#define MODEL_MAX_STEPS 48

/*
 * struct model_world - a model as model_play() wants it
 * @steps, @nr_steps: MODEL_STEPS() of an array; at most MODEL_MAX_STEPS
 * @every:   operations from one comparison of all state to the next; 0: only at the end of a round
 * @make:    a fresh world of both, drawn from the stream
 * @compare: the whole state of both
 * @end:     take the world apart; may be NULL
 */
struct model_world {
	const struct model_step *steps;
	unsigned int nr_steps;
	unsigned int every;
	void (*make)(struct model_run *run);
	void (*compare)(struct model_run *run);
	void (*end)(struct model_run *run);
};

#define MODEL_STEPS(array) .steps = (array), .nr_steps = ARRAY_SIZE(array)

/* A model, as a function. */
typedef void (*model_fn)(struct model_run *run);

/**
 * model_init_seed - a run of @nr_ops operations that @seed decides
 * @name: goes into the stream too, so that models with one seed differ
 */
void model_init_seed(struct model_run *run, const char *name, u64 seed, u64 nr_ops);

/** model_init_bytes - a run of one round, whose operations are spelled by @nr bytes */
void model_init_bytes(struct model_run *run, const char *name, const void *bytes, size_t nr);

/**
 * model_round - go on with a new world?
 *
 * A run from a seed has rounds of 1 to 8192 operations, short ones as likely as long
 * ones. A run from bytes has one round.
 */
bool model_round(struct model_run *run);

/** model_more - is there one more operation in this round? */
bool model_more(struct model_run *run);

/**
 * model_choose - a number from 0 to @n - 1, @n > 0
 *
 * Takes as few bytes of a buffer as @n needs; 0 where it has ended.
 */
u32 model_choose(struct model_run *run, u32 n);

/** model_between - a number from @low to @high, both included */
u32 model_between(struct model_run *run, u32 low, u32 high);

/** model_one_in - true once in @n times. In a buffer, a byte other than 0 is mostly false. */
bool model_one_in(struct model_run *run, u32 n);

/**
 * model_size - a number from 0 to @max, each magnitude equally likely
 *
 * Half of them are a power of two, or one more or less: sizes and limits break there.
 */
u32 model_size(struct model_run *run, u32 max);

/**
 * model_pick - an index below @nr, index i in @weights[i] of as many cases as they sum up to
 * @weights: not all 0
 */
unsigned int model_pick(struct model_run *run, const u16 *weights, unsigned int nr);

/** model_play - all rounds of a run, with the operations of @world */
void model_play(struct model_run *run, const struct model_world *world);

/** model_digest_add - add a word to the digest: an answer, a count, a relative address */
static inline void model_digest_add(struct model_run *run, u32 word)
{
	u32 mixed = (run->digest ^ word) * 0x9E3779B1U; /* odd: no two words give one result */

	run->digest = mixed << 15 | mixed >> 17;
}

/** model_digest_bytes - add memory to the digest */
void model_digest_bytes(struct model_run *run, const void *bytes, size_t nr);

/** model_fail - thing and model differ; use MODEL_FAIL() and its kin */
void model_fail(struct model_run *run, const char *file, int line, const char *fmt, ...)
	__printf(4, 5) __cold __noreturn;

#define MODEL_FAIL(run, fmt, ...) model_fail(run, __FILE__, __LINE__, fmt, ##__VA_ARGS__)

/* What must hold: the comparison is printed with both its sides. */
#define MODEL_TRUE(run, cond)                                                                      \
	do {                                                                                       \
		if (unlikely(!(cond)))                                                             \
			MODEL_FAIL(run, "%s does not hold", #cond);                                \
	} while (0)

#define MODEL_EQ(run, l, r)                                                                        \
	do {                                                                                       \
		u64 __l = (u64)(l), __r = (u64)(r);                                                \
		if (unlikely(__l != __r))                                                          \
			MODEL_FAIL(run, "%s is %#llx, but %s is %#llx", #l, __l, #r, __r);         \
	} while (0)

#endif
