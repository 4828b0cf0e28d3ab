/* SPDX-License-Identifier: MIT */
/*
 * 64-bit division, checked by multiplying back: for dividend d and divisor n the
 * only q and r with d = q * n + r and r < n are the right ones.
 */
#include <kernel/selftest.h>
#include <kernel/lib/math64.h>

/* Random bits, as many as a random number says: all magnitudes are equally likely. */
static u64 random_magnitude(struct kunit *test, unsigned int bits)
{
	u64 value = (u64)kunit_rand(test) << 32 | kunit_rand(test);

	return value >> (64 - 1 - kunit_rand_below(test, bits));
}

static void expect_division(struct kunit *test, u64 dividend, u32 divisor)
{
	u32 rem;
	u64 q = div_u64_rem(dividend, divisor, &rem);

	/* The product must be right in its 96 bits: below 2^64, and that much. */
	if (rem >= divisor || q * divisor + rem != dividend ||
	    (q >> 32) * divisor + ((q & U32_MAX) * divisor >> 32) > dividend >> 32)
		KUNIT_FAIL(test, "%llu / %u is not %llu rest %u", dividend, divisor, q, rem);
	KUNIT_EXPECT_EQ(test, div_u64(dividend, divisor), q);
	KUNIT_EXPECT_EQ(test, div64_u64(dividend, divisor), q);
}

static const u64 edges[] = {
	0,          1,           2,           9,
	10,         0xffff,      0x10000,     0x10001,
	0x7fffffff, 0x80000000,  0x80000001,  0xfffffffe,
	0xffffffff, 1ULL << 32,  0x100000001, 0x7fffffffffffffff,
	1ULL << 63, U64_MAX - 1, U64_MAX,
};

static void edges_by_edges(struct kunit *test)
{
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(edges); i++)
		for (j = 1; j < ARRAY_SIZE(edges) && edges[j] <= U32_MAX; j++)
			expect_division(test, edges[i], (u32)edges[j]);
}

static void random_by_32_bits(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 20000; i++) {
		u32 divisor = (u32)random_magnitude(test, 32);

		expect_division(test, random_magnitude(test, 64), divisor ? divisor : 1);
	}
}

/* Divisors of more than 32 bits give quotients of at most 32: the product cannot wrap. */
static void random_by_64_bits(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 20000; i++) {
		u64 dividend = random_magnitude(test, 64);
		u64 divisor = random_magnitude(test, 64) | 1ULL << (32 + i % 32);
		u64 q;

		if (i % 3 == 0 && divisor <= U64_MAX / 4) /* at a multiple, or just below */
			dividend = divisor * (1 + i % 4) - i % 2;
		q = div64_u64(dividend, divisor);
		if (q > U32_MAX || q * divisor > dividend || dividend - q * divisor >= divisor)
			KUNIT_FAIL(test, "%llu / %llu is not %llu", dividend, divisor, q);
	}
}

static void scaled_products(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mul_u32_u32(U32_MAX, U32_MAX), 0xfffffffe00000001ULL);
	KUNIT_EXPECT_EQ(test, mul_u64_u32_shr(1000, 1U << 31, 31), 1000ULL);
	KUNIT_EXPECT_EQ(test, mul_u64_u32_shr(U64_MAX, 1, 0), U64_MAX);
	KUNIT_EXPECT_EQ(test, mul_u64_u32_shr(1ULL << 62, 1U << 31, 32), 1ULL << 61);
	KUNIT_EXPECT_EQ(test, mul_u64_u32_shr(0x123456789abcdefULL, 0x89abcdef, 32),
			0x9ca39e13579bdfULL);
}

static struct kunit_case math64_cases[] = {
	KUNIT_CASE(edges_by_edges),
	KUNIT_CASE(random_by_32_bits),
	KUNIT_CASE(random_by_64_bits),
	KUNIT_CASE(scaled_products),
	{},
};

static struct kunit_suite math64_suite = {.name = "math64", .test_cases = math64_cases};
kunit_test_suite(math64_suite);
