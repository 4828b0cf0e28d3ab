/* SPDX-License-Identifier: MIT */
/*
 * Sorting, hashing and repeatable random numbers: the small pure helpers, by what they
 * promise.
 */
#include <kernel/selftest.h>
#include <kernel/lib/hash.h>
#include <kernel/lib/prandom.h>
#include <kernel/lib/sort.h>

#define LONGEST 70

static unsigned int nr_swaps;

static int by_value(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static int backwards(const void *a, const void *b)
{
	return by_value(b, a);
}

static void counted_swap(void *a, void *b, size_t size __unused)
{
	nr_swaps++;
	swap(*(u32 *)a, *(u32 *)b);
}

/* In order, and the same elements as before: as many, and with the same sum and xor. */
static void sort_keeps_and_orders(struct kunit *test)
{
	static u32 array[LONGEST + 1];
	unsigned int n, i;

	for (n = 0; n <= LONGEST; n++) {
		u32 sum = 0, mix = 0;

		for (i = 0; i < n; i++) {
			array[i] = kunit_rand(test) >> (n % 3 * 14); /* also many equal ones */
			sum += array[i];
			mix ^= hash_32(array[i], 32);
		}
		array[n] = 0x5a5a5a5a; /* not part of it */
		sort(array, n, sizeof(array[0]), by_value, NULL);
		for (i = 0; i < n; i++) {
			if (i)
				KUNIT_EXPECT_LE(test, array[i - 1], array[i]);
			sum -= array[i];
			mix ^= hash_32(array[i], 32);
		}
		KUNIT_EXPECT_EQ(test, sum, 0U);
		KUNIT_EXPECT_EQ(test, mix, 0U);
		KUNIT_EXPECT_EQ(test, array[n], 0x5a5a5a5aU);

		sort(array, n, sizeof(array[0]), backwards, counted_swap);
		for (i = 1; i < n; i++)
			KUNIT_EXPECT_GE(test, array[i - 1], array[i]);
	}
	KUNIT_EXPECT_NE(test, nr_swaps, 0U);
}

static int by_first_byte(const void *a, const void *b)
{
	return *(const u8 *)a - *(const u8 *)b;
}

/* Elements of an odd size travel whole. */
static void elements_travel_whole(struct kunit *test)
{
	char names[][7] = {"zone", "buddy", "slab", "kmap", "vmap"};

	sort(names, ARRAY_SIZE(names), sizeof(names[0]), by_first_byte, NULL);
	KUNIT_EXPECT_STREQ(test, names[0], "buddy");
	KUNIT_EXPECT_STREQ(test, names[1], "kmap");
	KUNIT_EXPECT_STREQ(test, names[2], "slab");
	KUNIT_EXPECT_STREQ(test, names[3], "vmap");
	KUNIT_EXPECT_STREQ(test, names[4], "zone");
}

/* Neighbouring pages, the usual keys, must not crowd. */
static void hashes_spread_neighbours(struct kunit *test)
{
	static u8 seen[64];
	unsigned int i, most = 0;

	memset(seen, 0, sizeof(seen));
	for (i = 0; i < 640; i++) {
		u32 h = hash_ptr((void *)(0xc0000000UL + i * 4096UL), 6);

		KUNIT_ASSERT_LT(test, h, 64U);
		most = max_t(unsigned int, most, ++seen[h]);
	}
	KUNIT_EXPECT_LE(test, most, 13U); /* 10 on average */
	KUNIT_EXPECT_LT(test, hash_64(U64_MAX, 5), 32U);
	KUNIT_EXPECT_NE(test, hash_64(1ULL << 40, 16), hash_64(1ULL << 41, 16));
	/* Values published with the FNV-1a function. */
	KUNIT_EXPECT_EQ(test, hash_string(""), 0x811c9dc5U);
	KUNIT_EXPECT_EQ(test, hash_string("a"), 0xe40c292cU);
	KUNIT_EXPECT_EQ(test, hash_string("foobar"), 0xbf9cf968U);
}

/* The first values of SplitMix64 from seed 1234567, as its authors' code gives them. */
static void random_numbers_repeat(struct kunit *test)
{
	struct rnd_state a, b;
	unsigned int i;

	prandom_seed_state(&a, 1234567);
	KUNIT_EXPECT_EQ(test, prandom_u64_state(&a), 6457827717110365317ULL);
	KUNIT_EXPECT_EQ(test, prandom_u64_state(&a), 3203168211198807973ULL);
	KUNIT_EXPECT_EQ(test, prandom_u64_state(&a), 9817491932198370423ULL);

	prandom_seed_state(&a, 0);
	prandom_seed_state(&b, 0);
	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_EQ(test, prandom_u32_state(&a), prandom_u32_state(&b));
}

static void bounded_numbers_are_uniform(struct kunit *test)
{
	unsigned int count[3] = {0}, i;
	struct rnd_state state;

	prandom_seed_state(&state, 42);
	for (i = 0; i < 3000; i++) {
		/* Three quarters of all values, so that the fair share matters. */
		u32 value = prandom_u32_below_state(&state, 0xc0000000);

		KUNIT_ASSERT_LT(test, value, 0xc0000000U);
		count[value >> 30]++;
		KUNIT_ASSERT_EQ(test, prandom_u32_below_state(&state, 1), 0U);
	}
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_GT(test, count[i], 900U);
		KUNIT_EXPECT_LT(test, count[i], 1100U);
	}
}

static struct kunit_case sort_cases[] = {
	KUNIT_CASE(sort_keeps_and_orders),       KUNIT_CASE(elements_travel_whole),
	KUNIT_CASE(hashes_spread_neighbours),    KUNIT_CASE(random_numbers_repeat),
	KUNIT_CASE(bounded_numbers_are_uniform), {},
};

static struct kunit_suite sort_suite = {.name = "sort", .test_cases = sort_cases};
kunit_test_suite(sort_suite);
