/* SPDX-License-Identifier: MIT */
/*
 * Backtraces by frame pointers: [EBP] is the caller's EBP, [EBP + 4] the return
 * address. Frames must ascend within one stack; the first caller has EBP 0.
 */
#include <kernel/bug.h>
#include <kernel/sections.h>

unsigned int stack_trace_save(unsigned long *entries, unsigned int nr, unsigned int skip)
{
	const unsigned long *frame = __builtin_frame_address(0);
	unsigned int n = 0;

	while (n < nr && (const char *)frame >= boot_stack &&
	       (const char *)(frame + 2) <= boot_stack_top) {
		if (!frame[1])
			break;
		if (skip)
			skip--;
		else
			entries[n++] = frame[1];
		if (frame[0] <= (unsigned long)frame)
			break;
		frame = (const unsigned long *)frame[0];
	}
	return n;
}
