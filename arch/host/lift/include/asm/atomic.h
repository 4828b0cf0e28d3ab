/* SPDX-License-Identifier: MIT */
/* <arch/atomic.h> by the compiler's own means, for any CPU that it knows. */
#ifndef ASM_ATOMIC_H
#define ASM_ATOMIC_H

#include <kernel/lib/types.h>

#define smp_mb()  __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)

#define smp_load_acquire(p)     __atomic_load_n((p), __ATOMIC_ACQUIRE)
#define smp_store_release(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)

#define xchg(ptr, v) __atomic_exchange_n((ptr), (v), __ATOMIC_SEQ_CST)
#define cmpxchg(ptr, old, new)                                                                     \
	({                                                                                         \
		__typeof__(*(ptr)) __old = (old);                                                  \
		__atomic_compare_exchange_n((ptr), &__old, (new), false, __ATOMIC_SEQ_CST,         \
					    __ATOMIC_SEQ_CST);                                     \
		__old;                                                                             \
	})

#define atomic_read(v)   READ_ONCE((v)->counter)
#define atomic_set(v, i) WRITE_ONCE((v)->counter, (i))
#define atomic_add(i, v) ((void)atomic_add_return((i), (v)))
#define atomic_sub(i, v) ((void)atomic_sub_return((i), (v)))
#define atomic_inc(v)    atomic_add(1, (v))
#define atomic_dec(v)    atomic_sub(1, (v))

#define atomic_add_return(i, v) __atomic_add_fetch(&(v)->counter, (i), __ATOMIC_SEQ_CST)
#define atomic_sub_return(i, v) __atomic_sub_fetch(&(v)->counter, (i), __ATOMIC_SEQ_CST)
#define atomic_inc_return(v)    atomic_add_return(1, (v))
#define atomic_dec_return(v)    atomic_sub_return(1, (v))
#define atomic_dec_and_test(v)  (atomic_dec_return(v) == 0)

#define atomic_cmpxchg(v, old, new) cmpxchg(&(v)->counter, (old), (new))

#endif
