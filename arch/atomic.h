/* SPDX-License-Identifier: MIT */
/*
 * Contract: atomics and barriers, from <asm/atomic.h>.
 *
 * With Linux's meaning: operations that return a value are fully ordered, the
 * others are not. A port gives
 *   atomic_read, atomic_set, atomic_add, atomic_sub, atomic_inc, atomic_dec,
 *   atomic_dec_and_test, atomic_add_return, atomic_sub_return, atomic_inc_return,
 *   atomic_dec_return, atomic_cmpxchg, atomic_add_unless, atomic_inc_not_zero,
 *   xchg(ptr, v), cmpxchg(ptr, old, new),
 *   smp_mb, smp_rmb, smp_wmb, smp_load_acquire, smp_store_release.
 */
#ifndef ARCH_ATOMIC_H
#define ARCH_ATOMIC_H

#include <asm/atomic.h>

#endif
