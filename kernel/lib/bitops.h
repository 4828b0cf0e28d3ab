/* SPDX-License-Identifier: MIT */
/*
 * Bits of a word, bits of an array of words, and powers of two.
 *
 * Bit nr of an array lies in word nr / BITS_PER_LONG, counted from the lowest bit.
 * As on Linux the forms with two underscores are plain and want a lock of the
 * caller's, the others are atomic; of those, test_and_*() are full barriers too.
 *
 * Context of all: any.
 */
#ifndef KERNEL_LIB_BITOPS_H
#define KERNEL_LIB_BITOPS_H

#include <kernel/lib/types.h>

#define BIT(nr)      (1UL << (nr))
#define BIT_ULL(nr)  (1ULL << (nr))
#define BIT_MASK(nr) (1UL << ((nr) % BITS_PER_LONG))
#define BIT_WORD(nr) ((nr) / BITS_PER_LONG)
/* Bits @l to @h, both included. */
#define GENMASK(h, l)     ((~0UL << (l)) & (~0UL >> (BITS_PER_LONG - 1 - (h))))
#define BITS_TO_LONGS(nr) (((nr) + BITS_PER_LONG - 1) / BITS_PER_LONG)

static __always_inline void __set_bit(unsigned long nr, unsigned long *addr)
{
	addr[BIT_WORD(nr)] |= BIT_MASK(nr);
}

static __always_inline void __clear_bit(unsigned long nr, unsigned long *addr)
{
	addr[BIT_WORD(nr)] &= ~BIT_MASK(nr);
}

static __always_inline void __change_bit(unsigned long nr, unsigned long *addr)
{
	addr[BIT_WORD(nr)] ^= BIT_MASK(nr);
}

/* __test_and_set_bit, __test_and_clear_bit - Return: the bit as it was */
static __always_inline bool __test_and_set_bit(unsigned long nr, unsigned long *addr)
{
	unsigned long old = addr[BIT_WORD(nr)];

	addr[BIT_WORD(nr)] = old | BIT_MASK(nr);
	return old & BIT_MASK(nr);
}

static __always_inline bool __test_and_clear_bit(unsigned long nr, unsigned long *addr)
{
	unsigned long old = addr[BIT_WORD(nr)];

	addr[BIT_WORD(nr)] = old & ~BIT_MASK(nr);
	return old & BIT_MASK(nr);
}

static __always_inline bool test_bit(unsigned long nr, const unsigned long *addr)
{
	return READ_ONCE(addr[BIT_WORD(nr)]) & BIT_MASK(nr);
}

static __always_inline void set_bit(unsigned long nr, unsigned long *addr)
{
	__atomic_fetch_or(&addr[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_RELAXED);
}

static __always_inline void clear_bit(unsigned long nr, unsigned long *addr)
{
	__atomic_fetch_and(&addr[BIT_WORD(nr)], ~BIT_MASK(nr), __ATOMIC_RELAXED);
}

static __always_inline bool test_and_set_bit(unsigned long nr, unsigned long *addr)
{
	return __atomic_fetch_or(&addr[BIT_WORD(nr)], BIT_MASK(nr), __ATOMIC_SEQ_CST) &
	       BIT_MASK(nr);
}

static __always_inline bool test_and_clear_bit(unsigned long nr, unsigned long *addr)
{
	return __atomic_fetch_and(&addr[BIT_WORD(nr)], ~BIT_MASK(nr), __ATOMIC_SEQ_CST) &
	       BIT_MASK(nr);
}

/** __ffs - number of the lowest set bit; @word must not be 0 */
static __always_inline unsigned int __ffs(unsigned long word)
{
	return __builtin_ctzl(word);
}

/** ffz - number of the lowest clear bit; @word must not be ~0 */
static __always_inline unsigned int ffz(unsigned long word)
{
	return __builtin_ctzl(~word);
}

/** __fls - number of the highest set bit; @word must not be 0 */
static __always_inline unsigned int __fls(unsigned long word)
{
	return BITS_PER_LONG - 1 - __builtin_clzl(word);
}

/** ffs - lowest set bit counted from 1, as the C library's; 0 for 0 */
static __always_inline int ffs(int x)
{
	return __builtin_ffs(x);
}

/** fls - highest set bit counted from 1; 0 for 0 */
static __always_inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

/** fls_long - fls() of a word */
static __always_inline int fls_long(unsigned long x)
{
	return x ? BITS_PER_LONG - __builtin_clzl(x) : 0;
}

/** fls64 - fls() of 64 bits */
static __always_inline int fls64(u64 x)
{
	u32 high = (u32)(x >> 32);

	return high ? 32 + fls(high) : fls((u32)x);
}

/** hweight32 - how many bits are set: sums of 2, 4, then 8 bits side by side, then all */
static __always_inline unsigned int hweight32(u32 x)
{
	x -= (x >> 1) & 0x55555555;
	x = (x & 0x33333333) + ((x >> 2) & 0x33333333);
	x = (x + (x >> 4)) & 0x0f0f0f0f;
	return (x * 0x01010101) >> 24;
}

static __always_inline unsigned int hweight64(u64 x)
{
	return hweight32((u32)x) + hweight32((u32)(x >> 32));
}

static __always_inline unsigned int hweight_long(unsigned long x)
{
	return sizeof(x) == 8 ? hweight64(x) : hweight32((u32)x);
}

/** is_power_of_2 - is exactly one bit set? */
static __always_inline bool is_power_of_2(unsigned long n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

static __always_inline int __ilog2(u64 n)
{
	return fls64(n) - 1;
}

/*
 * ilog2 - floor of the logarithm to base 2 of @n > 0. Of a constant it is a
 * constant expression, fit for array sizes and BUILD_BUG_ON.
 */
#define ilog2(n) (__builtin_constant_p(n) ? 63 - __builtin_clzll(n) : __ilog2(n))

/** roundup_pow_of_two - smallest power of two that is not below @n; @n in 1..ULONG_MAX/2+1 */
static __always_inline unsigned long roundup_pow_of_two(unsigned long n)
{
	return n <= 1 ? 1 : 1UL << fls_long(n - 1);
}

/** rounddown_pow_of_two - largest power of two that is not above @n > 0 */
static __always_inline unsigned long rounddown_pow_of_two(unsigned long n)
{
	return 1UL << __fls(n);
}

/** order_base_2 - smallest k with 2^k >= @n; 0 for 0 and 1 */
static __always_inline unsigned int order_base_2(unsigned long n)
{
	return n <= 1 ? 0 : fls_long(n - 1);
}

/**
 * size_to_order - order of the smallest block of 2^order pages that holds a size
 * @size:       bytes, > 0
 * @page_shift: log2 bytes of a page
 * Return: the order. Behind Linux's get_order(), which knows its page size.
 */
static __always_inline unsigned int size_to_order(unsigned long size, unsigned int page_shift)
{
	return fls_long((size - 1) >> page_shift);
}

#endif
