/* SPDX-License-Identifier: MIT */
/*
 * Bitmaps by the word: the words in the middle are handled whole, the first and
 * the last through a mask of the bits that count.
 */
#include <kernel/lib/bitmap.h>
#include <kernel/lib/minmax.h>

/* In the first word from @start on, and in the last before @end, the bits that count. */
static __always_inline unsigned long first_word_mask(unsigned long start)
{
	return ~0UL << (start % BITS_PER_LONG);
}

static __always_inline unsigned long last_word_mask(unsigned long end)
{
	return ~0UL >> (-end % BITS_PER_LONG);
}

/* Both searches look for a set bit, in the words or, inverted, in their complement. */
static __always_inline unsigned long find_next(const unsigned long *map, unsigned long size,
					       unsigned long start, unsigned long invert)
{
	unsigned long word, i;

	if (start >= size)
		return size;
	i = BIT_WORD(start);
	word = (map[i] ^ invert) & first_word_mask(start);
	while (!word) {
		if (++i >= BITS_TO_LONGS(size))
			return size;
		word = map[i] ^ invert;
	}
	return min(i * BITS_PER_LONG + __ffs(word), size);
}

unsigned long find_next_bit(const unsigned long *map, unsigned long size, unsigned long start)
{
	return find_next(map, size, start, 0);
}

unsigned long find_next_zero_bit(const unsigned long *map, unsigned long size, unsigned long start)
{
	return find_next(map, size, start, ~0UL);
}

unsigned long find_last_bit(const unsigned long *map, unsigned long size)
{
	unsigned long mask = last_word_mask(size);
	unsigned long i;

	for (i = BITS_TO_LONGS(size); i--; mask = ~0UL)
		if (map[i] & mask)
			return i * BITS_PER_LONG + __fls(map[i] & mask);
	return size;
}

void bitmap_zero(unsigned long *map, unsigned long nbits)
{
	unsigned long i;

	for (i = 0; i < BITS_TO_LONGS(nbits); i++)
		map[i] = 0;
}

void bitmap_fill(unsigned long *map, unsigned long nbits)
{
	unsigned long i;

	for (i = 0; i < BITS_TO_LONGS(nbits); i++)
		map[i] = ~0UL;
}

/* Each word that holds some of the bits [@start, @start + @nr), with a mask of those. */
#define for_each_masked_word(i, mask, start, nr)                                                   \
	for ((i) = BIT_WORD(start);                                                                \
	     (nr) && (i) < BITS_TO_LONGS((start) + (nr)) &&                                        \
	     ((mask) =                                                                             \
		      ((i) == BIT_WORD(start) ? first_word_mask(start) : ~0UL) &                   \
		      ((i) == BIT_WORD((start) + (nr)-1) ? last_word_mask((start) + (nr)) : ~0UL), \
	     true);                                                                                \
	     (i)++)

void bitmap_set(unsigned long *map, unsigned long start, unsigned long nr)
{
	unsigned long i, mask;

	for_each_masked_word(i, mask, start, nr)
		map[i] |= mask;
}

void bitmap_clear(unsigned long *map, unsigned long start, unsigned long nr)
{
	unsigned long i, mask;

	for_each_masked_word(i, mask, start, nr)
		map[i] &= ~mask;
}

unsigned long bitmap_weight(const unsigned long *map, unsigned long nbits)
{
	unsigned long i, mask, weight = 0;

	for_each_masked_word(i, mask, 0UL, nbits)
		weight += hweight_long(map[i] & mask);
	return weight;
}

bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned long nbits)
{
	unsigned long i, mask;

	for_each_masked_word(i, mask, 0UL, nbits)
		if ((a[i] ^ b[i]) & mask)
			return false;
	return true;
}

unsigned long bitmap_find_next_zero_area(const unsigned long *map, unsigned long size,
					 unsigned long start, unsigned long nr,
					 unsigned long align_mask)
{
	for (;;) {
		unsigned long first = find_next_zero_bit(map, size, start);
		unsigned long busy;

		first = (first + align_mask) & ~align_mask;
		if (first > size || nr > size - first)
			return size + 1;
		busy = find_next_bit(map, first + nr, first);
		if (busy >= first + nr)
			return first;
		start = busy + 1;
	}
}
