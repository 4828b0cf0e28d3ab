/* SPDX-License-Identifier: MIT */
/*
 * Fault injection: count allocations down, fail the one that reaches zero. One
 * failure for each fail_nth_set(), so that what an unwinding path allocates again
 * succeeds.
 */
#include <arch/irq.h>

#include <mm/fail.h>
#include <mm/internal.h>

unsigned int fail_nth_left;
gfp_t fast_gfp_kernel = GFP_KERNEL;
static bool hit;
static bool fast_ways_closed;

static void update_fast_ways(void)
{
	bool closed = fast_ways_closed || fail_nth_left;

	WRITE_ONCE(fast_gfp_kernel, closed ? (__force gfp_t)~0U : GFP_KERNEL);
	update_fast_marks();
}

void __init fast_ways_close(void)
{
	fast_ways_closed = true;
	update_fast_ways();
}

void fail_nth_set(unsigned int n)
{
	WRITE_ONCE(hit, false);
	WRITE_ONCE(fail_nth_left, n + 1);
	update_fast_ways();
}

bool fail_nth_clear(void)
{
	bool was_hit = hit;

	WRITE_ONCE(hit, false);
	WRITE_ONCE(fail_nth_left, 0);
	update_fast_ways();
	return was_hit;
}

bool fail_nth_hit(void)
{
	return READ_ONCE(hit);
}

bool __fail_nth(void)
{
	unsigned long flags;
	bool fail = false;

	local_irq_save(flags);
	if (fail_nth_left && --fail_nth_left == 0) {
		WRITE_ONCE(hit, true);
		fail = true;
	}
	local_irq_restore(flags);
	return fail;
}
