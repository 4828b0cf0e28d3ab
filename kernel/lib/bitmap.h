/* SPDX-License-Identifier: MIT */
/*
 * Bitmaps: arrays of words used as arrays of bits; see <kernel/lib/bitops.h> for
 * single bits. Bits of the last word behind the bitmap's end are the owner's
 * business: no function here reads a result out of them, bitmap_zero() and
 * bitmap_fill() may write them.
 *
 * All sizes and positions count bits. Context of all: any; the caller locks.
 */
#ifndef KERNEL_LIB_BITMAP_H
#define KERNEL_LIB_BITMAP_H

#include <kernel/lib/types.h>
#include <kernel/lib/bitops.h>

#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

/** find_next_bit - first set bit at or behind @start. Return: its number, or @size. */
unsigned long find_next_bit(const unsigned long *map, unsigned long size, unsigned long start);
/** find_next_zero_bit - first clear bit at or behind @start. Return: its number, or @size. */
unsigned long find_next_zero_bit(const unsigned long *map, unsigned long size, unsigned long start);
/** find_last_bit - last set bit. Return: its number, or @size. */
unsigned long find_last_bit(const unsigned long *map, unsigned long size);

#define find_first_bit(map, size)      find_next_bit(map, size, 0)
#define find_first_zero_bit(map, size) find_next_zero_bit(map, size, 0)

#define for_each_set_bit(bit, map, size)                                                           \
	for ((bit) = find_first_bit(map, size); (bit) < (size);                                    \
	     (bit) = find_next_bit(map, size, (bit) + 1))
#define for_each_clear_bit(bit, map, size)                                                         \
	for ((bit) = find_first_zero_bit(map, size); (bit) < (size);                               \
	     (bit) = find_next_zero_bit(map, size, (bit) + 1))

/** bitmap_zero - clear a whole bitmap of @nbits */
void bitmap_zero(unsigned long *map, unsigned long nbits);
/** bitmap_fill - set a whole bitmap of @nbits */
void bitmap_fill(unsigned long *map, unsigned long nbits);
/** bitmap_set - set @nr bits from @start */
void bitmap_set(unsigned long *map, unsigned long start, unsigned long nr);
/** bitmap_clear - clear @nr bits from @start */
void bitmap_clear(unsigned long *map, unsigned long start, unsigned long nr);
/** bitmap_weight - how many of the first @nbits are set? */
unsigned long bitmap_weight(const unsigned long *map, unsigned long nbits) __pure;
/** bitmap_equal - are the first @nbits the same in both? */
bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned long nbits) __pure;

/**
 * bitmap_find_next_zero_area - find clear bits in a row
 * @map:        bitmap
 * @size:       its bits
 * @start:      where to begin
 * @nr:         how many clear bits, > 0
 * @align_mask: the row begins at a multiple of @align_mask + 1, a power of two
 * Return: number of the first bit of the row, or something above @size - @nr when there
 *         is none; the caller compares with @size.
 */
unsigned long bitmap_find_next_zero_area(const unsigned long *map, unsigned long size,
					 unsigned long start, unsigned long nr,
					 unsigned long align_mask);

/** bitmap_empty - are the first @nbits all clear? */
static inline bool bitmap_empty(const unsigned long *map, unsigned long nbits)
{
	return find_first_bit(map, nbits) >= nbits;
}

/** bitmap_full - are the first @nbits all set? */
static inline bool bitmap_full(const unsigned long *map, unsigned long nbits)
{
	return find_first_zero_bit(map, nbits) >= nbits;
}

#endif
