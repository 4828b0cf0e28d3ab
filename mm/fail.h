/* SPDX-License-Identifier: MIT */
/*
 * Fault injection: make the n-th allocation from now fail, for tests of unwinding.
 *
 *     for (n = 0;; n++) {
 *             fail_nth_set(n);
 *             res = operation();
 *             if (!fail_nth_clear())
 *                     break;                  (fewer than n + 1 allocations)
 *             ... res failed, or did without; nothing may have leaked ...
 *     }
 *
 * Each allocator asks fail_nth() on entry to a request that may fail, so that a
 * slab allocation that needs a page counts twice: once as an object, once as a page.
 * The injected failure is silent, whatever __GFP_NOWARN says.
 */
#ifndef MM_FAIL_H
#define MM_FAIL_H

#include <kernel/lib/types.h>
#include <mm/gfp.h>

/* Allocations still to succeed, plus 1; 0 when not armed. Guarded by interrupts off. */
extern unsigned int fail_nth_left;

/**
 * fail_nth_set - the allocation after the next @n fails; 0 is the next
 * Context: a test, which calls fail_nth_clear() in the end.
 */
void fail_nth_set(unsigned int n);
/** fail_nth_clear - disarm. Return: did an allocation fail since fail_nth_set()? */
bool fail_nth_clear(void);
/** fail_nth_hit - has one failed by now? For whoever would else report what came of it. */
bool fail_nth_hit(void);

bool __fail_nth(void);

/**
 * fail_nth - shall this allocation fail?
 *
 * Not to be asked for a request with __GFP_NOFAIL.
 *
 * Context: any. One compare when not armed.
 */
static __always_inline bool fail_nth(void)
{
	return unlikely(READ_ONCE(fail_nth_left)) && __fail_nth();
}

#endif
