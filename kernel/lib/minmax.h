/* SPDX-License-Identifier: MIT */
/*
 * Small arithmetic that never evaluates an argument twice, and the address
 * arithmetic of every allocator: align, round, count pieces.
 */
#ifndef KERNEL_LIB_MINMAX_H
#define KERNEL_LIB_MINMAX_H

#include <kernel/lib/types.h>

#define offsetof(type, member)     __builtin_offsetof(type, member)
#define sizeof_field(type, member) sizeof(((type *)0)->member)

/* container_of - the structure in which *@ptr is the member @member */
/* clang-format: it takes a parenthesis before a sign for a cast. */
/* clang-format off */
#define container_of(ptr, type, member)                                                            \
	({                                                                                         \
		_Static_assert(__builtin_types_compatible_p(__typeof__(*(ptr)),                    \
							    __typeof__(((type *)0)->member)) ||    \
				       __builtin_types_compatible_p(__typeof__(*(ptr)), void),     \
			       "pointer type mismatch in container_of()");                         \
		(type *)((char *)(ptr) - offsetof(type, member));                                  \
	})
/* clang-format on */

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define BUILD_BUG_ON(cond) _Static_assert(!(cond), "BUILD_BUG_ON: " #cond)
#define static_assert(cond, ...) _Static_assert(cond, #cond)

#define min(a, b)                                                                                  \
	({                                                                                         \
		__typeof__(a) __min_a = (a);                                                       \
		__typeof__(b) __min_b = (b);                                                       \
		(void)(&__min_a == &__min_b);                                                      \
		__min_a < __min_b ? __min_a : __min_b;                                             \
	})
#define max(a, b)                                                                                  \
	({                                                                                         \
		__typeof__(a) __max_a = (a);                                                       \
		__typeof__(b) __max_b = (b);                                                       \
		(void)(&__max_a == &__max_b);                                                      \
		__max_a > __max_b ? __max_a : __max_b;                                             \
	})
#define min_t(type, a, b)                                                                          \
	({                                                                                         \
		type __min_t_a = (a);                                                              \
		type __min_t_b = (b);                                                              \
		__min_t_a < __min_t_b ? __min_t_a : __min_t_b;                                     \
	})
#define max_t(type, a, b)                                                                          \
	({                                                                                         \
		type __max_t_a = (a);                                                              \
		type __max_t_b = (b);                                                              \
		__max_t_a > __max_t_b ? __max_t_a : __max_t_b;                                     \
	})
#define clamp(val, lo, hi) min((__typeof__(val))max(val, lo), hi)
#define swap(a, b)                                                                                 \
	do {                                                                                       \
		__typeof__(a) __swap_tmp = (a);                                                    \
		(a) = (b);                                                                         \
		(b) = __swap_tmp;                                                                  \
	} while (0)

/* clang-format: likewise. */
/* clang-format off */
/* Powers of two only. */
#define ALIGN(x, a)      (((x) + ((__typeof__(x))(a) - 1)) & ~((__typeof__(x))(a) - 1))
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)
#define PTR_ALIGN(p, a)  ((__typeof__(p))ALIGN((unsigned long)(p), (a)))
#define round_up(x, y)   ALIGN(x, y)
#define round_down(x, y) ALIGN_DOWN(x, y)
/* Any divisor. */
#define roundup(x, y)      ((((x) + (y) - 1) / (y)) * (y))
#define rounddown(x, y)    ((x) - ((x) % (y)))
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
/* clang-format on */

#define SZ_1K 0x400UL
#define SZ_1M 0x100000UL
#define SZ_1G 0x40000000UL

#endif
