/* SPDX-License-Identifier: MIT */
/*
 * Pseudo-random numbers for tests: repeatable from a seed, not for secrets.
 *
 * SplitMix64 (Steele, Lea, Flood 2014): the state counts up by an odd constant, so
 * that no seed is bad and the period is 2^64, and each value is the count with its
 * bits well mixed. No state but the caller's; names after Linux's prandom.h.
 */
#ifndef KERNEL_LIB_PRANDOM_H
#define KERNEL_LIB_PRANDOM_H

#include <kernel/lib/types.h>

struct rnd_state {
	u64 count;
};

/** prandom_seed_state - begin the sequence that belongs to @seed; any value will do */
static inline void prandom_seed_state(struct rnd_state *state, u64 seed)
{
	state->count = seed;
}

/** prandom_u64_state - next 64 random bits */
static inline u64 prandom_u64_state(struct rnd_state *state)
{
	u64 z = state->count += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/** prandom_u32_state - next 32 random bits */
static inline u32 prandom_u32_state(struct rnd_state *state)
{
	return (u32)(prandom_u64_state(state) >> 32);
}

/**
 * prandom_u32_below_state - a number from 0 to @ceil - 1, each equally likely
 * @ceil: > 0
 *
 * Scales 32 bits by @ceil and takes the integer part; the few values of the
 * fraction that would favour some results are thrown again (Lemire 2019).
 */
static inline u32 prandom_u32_below_state(struct rnd_state *state, u32 ceil)
{
	u64 scaled = (u64)prandom_u32_state(state) * ceil;

	if ((u32)scaled < ceil) {
		u32 unfair = -ceil % ceil;

		while ((u32)scaled < unfair)
			scaled = (u64)prandom_u32_state(state) * ceil;
	}
	return (u32)(scaled >> 32);
}

#endif
