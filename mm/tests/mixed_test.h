/* SPDX-License-Identifier: MIT */
/* How long the storm over all allocators lasts when it soaks: set by soak= and at the prompt. */
#ifndef MM_TESTS_MIXED_TEST_H
#define MM_TESTS_MIXED_TEST_H

/* Operations of the suite "mixed" when kunit_soaking(). */
extern unsigned long mixed_soak_operations;

#endif
