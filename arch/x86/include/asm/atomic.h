/* SPDX-License-Identifier: MIT */
/*
 * <arch/atomic.h> on the CPU. A locked instruction is a full barrier, and ordinary
 * loads and stores are ordered but for a store followed by a load elsewhere
 * (SDM vol. 3, 8.2.2), so that smp_rmb and smp_wmb need bind the compiler only.
 */
#ifndef ASM_ATOMIC_H
#define ASM_ATOMIC_H

#include <kernel/lib/types.h>

/* clang-format: it takes an initialiser for a block. */
/* clang-format off */
#define ATOMIC_INIT(i) {(i)}
/* clang-format on */

#define smp_mb()  __asm__ __volatile__("lock; addl $0, -4(%%esp)" : : : "memory", "cc")
#define smp_rmb() barrier()
#define smp_wmb() barrier()

#define smp_load_acquire(p)                                                                        \
	({                                                                                         \
		__typeof__(*(p)) __v = READ_ONCE(*(p));                                            \
		barrier();                                                                         \
		__v;                                                                               \
	})
#define smp_store_release(p, v)                                                                    \
	do {                                                                                       \
		barrier();                                                                         \
		WRITE_ONCE(*(p), v);                                                               \
	} while (0)

#define xchg(ptr, v) __atomic_exchange_n((ptr), (v), __ATOMIC_SEQ_CST)
#define cmpxchg(ptr, old, new)                                                                     \
	({                                                                                         \
		__typeof__(*(ptr)) __old = (old);                                                  \
		__atomic_compare_exchange_n((ptr), &__old, (new), false, __ATOMIC_SEQ_CST,         \
					    __ATOMIC_SEQ_CST);                                     \
		__old;                                                                             \
	})

static __always_inline int atomic_read(const atomic_t *v)
{
	return READ_ONCE(v->counter);
}

static __always_inline void atomic_set(atomic_t *v, int i)
{
	WRITE_ONCE(v->counter, i);
}

static __always_inline void atomic_add(int i, atomic_t *v)
{
	__asm__ __volatile__("lock; addl %1, %0" : "+m"(v->counter) : "ir"(i) : "memory", "cc");
}

static __always_inline void atomic_sub(int i, atomic_t *v)
{
	__asm__ __volatile__("lock; subl %1, %0" : "+m"(v->counter) : "ir"(i) : "memory", "cc");
}

static __always_inline void atomic_inc(atomic_t *v)
{
	__asm__ __volatile__("lock; incl %0" : "+m"(v->counter) : : "memory", "cc");
}

static __always_inline void atomic_dec(atomic_t *v)
{
	__asm__ __volatile__("lock; decl %0" : "+m"(v->counter) : : "memory", "cc");
}

static __always_inline int atomic_add_return(int i, atomic_t *v)
{
	return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST);
}

static __always_inline int atomic_sub_return(int i, atomic_t *v)
{
	return __atomic_sub_fetch(&v->counter, i, __ATOMIC_SEQ_CST);
}

#define atomic_inc_return(v) atomic_add_return(1, (v))
#define atomic_dec_return(v) atomic_sub_return(1, (v))

static __always_inline bool atomic_dec_and_test(atomic_t *v)
{
	return atomic_sub_return(1, v) == 0;
}

static __always_inline int atomic_cmpxchg(atomic_t *v, int old, int new)
{
	return cmpxchg(&v->counter, old, new);
}

/* atomic_add_unless - add @a unless it is @u; was it added? */
static __always_inline bool atomic_add_unless(atomic_t *v, int a, int u)
{
	int c = atomic_read(v);

	while (c != u) {
		int seen = atomic_cmpxchg(v, c, c + a);

		if (seen == c)
			return true;
		c = seen;
	}
	return false;
}

#define atomic_inc_not_zero(v) atomic_add_unless((v), 1, 0)

#endif
