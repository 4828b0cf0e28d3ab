/* SPDX-License-Identifier: MIT */
/*
 * Multiplicative hashing: multiply by 2^n divided by the golden ratio and keep the
 * highest bits, into which every bit of the key has been carried. Spreads runs of
 * neighbours (page addresses, slots) evenly (Knuth, TAOCP vol. 3, 6.4).
 */
#ifndef KERNEL_LIB_HASH_H
#define KERNEL_LIB_HASH_H

#include <kernel/lib/types.h>

#define GOLDEN_RATIO_32 0x61C88647U
#define GOLDEN_RATIO_64 0x61C8864680B583EBULL

/** hash_32 - hash of @val in @bits bits, 1 to 32 */
static __always_inline u32 hash_32(u32 val, unsigned int bits)
{
	return (val * GOLDEN_RATIO_32) >> (32 - bits);
}

/** hash_64 - hash of @val in @bits bits, 1 to 32 */
static __always_inline u32 hash_64(u64 val, unsigned int bits)
{
	return (u32)((val * GOLDEN_RATIO_64) >> (64 - bits));
}

/** hash_long - hash of a word in @bits bits, 1 to 32 */
static __always_inline u32 hash_long(unsigned long val, unsigned int bits)
{
	return sizeof(val) == 8 ? hash_64(val, bits) : hash_32((u32)val, bits);
}

/** hash_ptr - hash of an address in @bits bits, 1 to 32 */
static __always_inline u32 hash_ptr(const void *ptr, unsigned int bits)
{
	return hash_long((unsigned long)ptr, bits);
}

/** hash_string - 32-bit hash of a string: FNV-1a, byte by byte */
static inline u32 hash_string(const char *s)
{
	u32 hash = 0x811c9dc5;

	while (*s)
		hash = (hash ^ (unsigned char)*s++) * 0x01000193;
	return hash;
}

#endif
