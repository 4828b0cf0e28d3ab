/* SPDX-License-Identifier: MIT */
/* Which lines have run: for kernels that tools/coverage.py builds with gcc's counters. */
#ifndef KERNEL_GCOV_H
#define KERNEL_GCOV_H

#ifdef CONFIG_COVERAGE

/**
 * gcov_dump - write all counters by arch_coverage_write()
 *
 * To be called once, before the kernel ends.
 *
 * Context: any.
 */
void gcov_dump(void);

#else

static inline void gcov_dump(void)
{
}

#endif
#endif
