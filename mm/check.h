/* SPDX-License-Identifier: MIT */
/*
 * All checkers of memory management in one table: for the prompt, for soak runs,
 * and for whoever suspects something in gdb.
 */
#ifndef MM_CHECK_H
#define MM_CHECK_H

#include <kernel/lib/types.h>

/*
 * struct mm_checker
 * @name:  of the subsystem
 * @check: walks its structures, prints what is wrong; true when they are sound
 */
struct mm_checker {
	const char *name;
	bool (*check)(void);
};

#define NR_MM_CHECKERS 6

extern const struct mm_checker mm_checkers[NR_MM_CHECKERS];

/**
 * mm_check - run every checker
 * Context: process context. Each takes its subsystem's locks, in turn.
 * Return: true when all is sound.
 */
bool mm_check(void);

#endif
