/* SPDX-License-Identifier: MIT */
/*
 * Bits and bitmaps, against arrays of bool. The bits behind a bitmap's end are set
 * to the value that would lead a search astray, and must not be looked at.
 */
#include <kernel/selftest.h>
#include <kernel/lib/bitmap.h>

#define NR 150 /* some whole words and a part of one */

static DECLARE_BITMAP(map, NR);
static DECLARE_BITMAP(other, NR);
static bool model[NR];

static int bitmap_init(struct kunit *test __unused)
{
	memset(map, 0, sizeof(map));
	memset(other, 0, sizeof(other));
	memset(model, 0, sizeof(model));
	return 0;
}

static void expect_model(struct kunit *test)
{
	unsigned long i, weight = 0;

	for (i = 0; i < NR; i++) {
		weight += model[i];
		if (test_bit(i, map) != model[i]) {
			KUNIT_FAIL(test, "bit %lu is not %d", i, model[i]);
			return;
		}
	}
	KUNIT_EXPECT_EQ(test, bitmap_weight(map, NR), weight);
	KUNIT_EXPECT_EQ(test, bitmap_empty(map, NR), weight == 0);
	KUNIT_EXPECT_EQ(test, bitmap_full(map, NR), weight == NR);
}

/* Fill the model and the map anew, one bit in 2^@sparse set, and what is behind with @rest. */
static void randomise(struct kunit *test, unsigned int sparse, bool rest)
{
	unsigned long i;

	for (i = 0; i < BITS_TO_LONGS(NR) * BITS_PER_LONG; i++) {
		bool bit = i < NR ? kunit_rand_below(test, 1U << sparse) == 0 : rest;

		if (i < NR)
			model[i] = bit;
		if (bit)
			__set_bit(i, map);
		else
			__clear_bit(i, map);
	}
}

static unsigned long model_next(unsigned long size, unsigned long start, bool value)
{
	while (start < size && model[start] != value)
		start++;
	return min(start, size);
}

static void searches_agree_with_model(struct kunit *test)
{
	unsigned int round;

	for (round = 0; round < 40; round++) {
		unsigned long size = kunit_rand_below(test, NR + 1);
		unsigned long start, last;

		randomise(test, round % 8, round & 1);
		for (start = 0; start <= NR; start++) {
			KUNIT_EXPECT_EQ(test, find_next_bit(map, size, start),
					start < size ? model_next(size, start, true) : size);
			KUNIT_EXPECT_EQ(test, find_next_zero_bit(map, size, start),
					start < size ? model_next(size, start, false) : size);
		}
		for (last = size; last && !model[last - 1]; last--)
			;
		KUNIT_EXPECT_EQ(test, find_last_bit(map, size), last ? last - 1 : size);
	}
}

static void ranges_agree_with_model(struct kunit *test)
{
	unsigned int round;

	for (round = 0; round < 400; round++) {
		unsigned long start = kunit_rand_below(test, NR + 1);
		unsigned long nr = kunit_rand_below(test, NR + 1 - start);
		bool set = kunit_rand_below(test, 2);
		unsigned long i;

		for (i = start; i < start + nr; i++)
			model[i] = set;
		if (set)
			bitmap_set(map, start, nr);
		else
			bitmap_clear(map, start, nr);
		expect_model(test);
	}
}

static void whole_bitmaps(struct kunit *test)
{
	bitmap_fill(map, NR);
	memset(model, 1, sizeof(model));
	expect_model(test);
	KUNIT_EXPECT_FALSE(test, bitmap_equal(map, other, NR));
	KUNIT_EXPECT_TRUE(test, bitmap_equal(map, other, 0));
	bitmap_set(other, 0, NR);
	map[BITS_TO_LONGS(NR) - 1] ^= 1UL << (BITS_PER_LONG - 1); /* behind the end */
	KUNIT_EXPECT_TRUE(test, bitmap_equal(map, other, NR));
	__change_bit(NR - 1, map);
	KUNIT_EXPECT_FALSE(test, bitmap_equal(map, other, NR));
	bitmap_zero(map, NR);
	memset(model, 0, sizeof(model));
	expect_model(test);
}

static void walks_visit_each_bit_once(struct kunit *test)
{
	unsigned long bit, nr_set = 0, nr_clear = 0;

	randomise(test, 1, true);
	for_each_set_bit(bit, map, NR) {
		KUNIT_EXPECT_TRUE(test, model[bit]);
		nr_set++;
	}
	for_each_clear_bit(bit, map, NR) {
		KUNIT_EXPECT_FALSE(test, model[bit]);
		nr_clear++;
	}
	KUNIT_EXPECT_EQ(test, nr_set, bitmap_weight(map, NR));
	KUNIT_EXPECT_EQ(test, nr_set + nr_clear, (unsigned long)NR);
}

static unsigned long model_area(unsigned long start, unsigned long nr, unsigned long align_mask)
{
	unsigned long at;

	for (at = ALIGN(start, align_mask + 1); at + nr <= NR; at += align_mask + 1)
		if (model_next(at + nr, at, true) == at + nr)
			return at;
	return NR;
}

static void areas_agree_with_model(struct kunit *test)
{
	unsigned int round;

	for (round = 0; round < 300; round++) {
		unsigned long start = kunit_rand_below(test, NR);
		unsigned long nr = 1 + kunit_rand_below(test, 12);
		unsigned long align_mask = (1UL << kunit_rand_below(test, 5)) - 1;
		unsigned long at;

		randomise(test, 1 + round % 5, false);
		at = bitmap_find_next_zero_area(map, NR, start, nr, align_mask);
		KUNIT_EXPECT_EQ(test, at + nr > NR ? NR : at, model_area(start, nr, align_mask));
	}
	bitmap_zero(map, NR);
	KUNIT_EXPECT_EQ(test, bitmap_find_next_zero_area(map, NR, 0, NR, 0), 0UL);
	KUNIT_EXPECT_GE(test, bitmap_find_next_zero_area(map, NR, 0, NR + 1, 0), (unsigned long)NR);
}

static void single_bits(struct kunit *test)
{
	unsigned long bit;

	for (bit = 0; bit < NR; bit += 7) {
		KUNIT_EXPECT_FALSE(test, test_and_set_bit(bit, map));
		KUNIT_EXPECT_TRUE(test, test_and_set_bit(bit, map));
		KUNIT_EXPECT_TRUE(test, __test_and_set_bit(bit, map));
		KUNIT_EXPECT_EQ(test, bitmap_weight(map, NR), 1UL);
		KUNIT_EXPECT_TRUE(test, test_and_clear_bit(bit, map));
		KUNIT_EXPECT_FALSE(test, test_and_clear_bit(bit, map));
		KUNIT_EXPECT_FALSE(test, __test_and_clear_bit(bit, map));
		KUNIT_EXPECT_FALSE(test, __test_and_set_bit(bit, map));
		KUNIT_EXPECT_TRUE(test, __test_and_clear_bit(bit, map));
		set_bit(bit, map);
		KUNIT_EXPECT_EQ(test, find_first_bit(map, NR), bit);
		clear_bit(bit, map);
		KUNIT_EXPECT_TRUE(test, bitmap_empty(map, NR));
	}
}

static void word_functions(struct kunit *test)
{
	unsigned int i;

	KUNIT_EXPECT_EQ(test, ffs(0), 0);
	KUNIT_EXPECT_EQ(test, fls(0), 0);
	KUNIT_EXPECT_EQ(test, fls64(0), 0);
	KUNIT_EXPECT_EQ(test, fls_long(0), 0);
	for (i = 0; i < 32; i++) {
		u32 bit = 1U << i;

		KUNIT_EXPECT_EQ(test, ffs((int)bit), (int)i + 1);
		KUNIT_EXPECT_EQ(test, fls(bit | 1), (int)i + 1);
		KUNIT_EXPECT_EQ(test, __ffs(bit), i);
		KUNIT_EXPECT_EQ(test, __fls(bit | 1), i);
		KUNIT_EXPECT_EQ(test, ffz(~(unsigned long)bit), i);
		KUNIT_EXPECT_EQ(test, fls64((u64)bit << 32 | 5), (int)i + 33);
		KUNIT_EXPECT_EQ(test, fls64(bit | 1), (int)i + 1);
		KUNIT_EXPECT_EQ(test, hweight32(bit - 1), i);
		KUNIT_EXPECT_EQ(test, hweight64(~0ULL << i), 64 - i);
		KUNIT_EXPECT_EQ(test, (unsigned int)ilog2(bit), i);
	}
	KUNIT_EXPECT_EQ(test, hweight32(0xdeadbeef), 24U);
	KUNIT_EXPECT_EQ(test, ilog2(1ULL << 40), 40);
	BUILD_BUG_ON(ilog2(4096UL) != 12);
	BUILD_BUG_ON(ilog2(4095UL) != 11);
	KUNIT_EXPECT_EQ(test, GENMASK(7, 4), 0xf0UL);
	KUNIT_EXPECT_EQ(test, GENMASK(BITS_PER_LONG - 1, 0), ~0UL);
}

static void powers_of_two(struct kunit *test)
{
	unsigned long n;

	KUNIT_EXPECT_FALSE(test, is_power_of_2(0));
	KUNIT_EXPECT_EQ(test, roundup_pow_of_two(0), 1UL);
	KUNIT_EXPECT_EQ(test, order_base_2(0), 0U);
	for (n = 1; n < 1000; n++) {
		unsigned long below = 1, above = 1;
		unsigned int order = 0;

		while (below * 2 <= n)
			below *= 2;
		while (above < n) {
			above *= 2;
			order++;
		}
		KUNIT_EXPECT_EQ(test, is_power_of_2(n), below == above);
		KUNIT_EXPECT_EQ(test, rounddown_pow_of_two(n), below);
		KUNIT_EXPECT_EQ(test, roundup_pow_of_two(n), above);
		KUNIT_EXPECT_EQ(test, order_base_2(n), order);
	}
	KUNIT_EXPECT_EQ(test, roundup_pow_of_two(0x7fffffff), 0x80000000UL);
	KUNIT_EXPECT_EQ(test, size_to_order(1, 12), 0U);
	KUNIT_EXPECT_EQ(test, size_to_order(4096, 12), 0U);
	KUNIT_EXPECT_EQ(test, size_to_order(4097, 12), 1U);
	KUNIT_EXPECT_EQ(test, size_to_order(8192, 12), 1U);
	KUNIT_EXPECT_EQ(test, size_to_order(8193, 12), 2U);
	KUNIT_EXPECT_EQ(test, size_to_order(4UL << 20, 12), 10U);
	KUNIT_EXPECT_EQ(test, size_to_order(0xffffffffUL, 12), 20U);
}

static struct kunit_case bitmap_cases[] = {
	KUNIT_CASE(searches_agree_with_model),
	KUNIT_CASE(ranges_agree_with_model),
	KUNIT_CASE(whole_bitmaps),
	KUNIT_CASE(walks_visit_each_bit_once),
	KUNIT_CASE(areas_agree_with_model),
	KUNIT_CASE(single_bits),
	KUNIT_CASE(word_functions),
	KUNIT_CASE(powers_of_two),
	{},
};

static struct kunit_suite bitmap_suite = {
	.name = "bitmap", .init = bitmap_init, .test_cases = bitmap_cases};
kunit_test_suite(bitmap_suite);
