/* SPDX-License-Identifier: MIT */
/*
 * Fault injection: count allocations down, fail the one that reaches zero. One
 * failure for each fail_nth_set(), so that what an unwinding path allocates again
 * succeeds.
 */
#include <arch/irq.h>

#include <mm/fail.h>
#include <mm/fast_paths.h>
#include <mm/internal.h>

unsigned int fail_nth_left;
static bool hit;

void fail_nth_set(unsigned int n)
{
	WRITE_ONCE(hit, false);
	WRITE_ONCE(fail_nth_left, n + 1);
	update_fast_paths();
}

bool fail_nth_clear(void)
{
	bool was_hit = hit;

	WRITE_ONCE(hit, false);
	WRITE_ONCE(fail_nth_left, 0);
	update_fast_paths();
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
