/* SPDX-License-Identifier: MIT */
/* What every case of every suite must leave as it was: see account.c. */
#ifndef MM_TESTS_ACCOUNT_H
#define MM_TESTS_ACCOUNT_H

#include <kernel/selftest.h>

extern const struct kunit_account mm_test_account;

#endif
