/* SPDX-License-Identifier: MIT */
/* Text to numbers: limits of each type, what must be refused, and where parsing ends. */
#include <kernel/selftest.h>
#include <kernel/lib/kstrtox.h>

/* @err is what kstrtoull() returns; the other functions stand on it. */
static const struct {
	const char *s;
	unsigned int base;
	int err;
	u64 value;
} numbers[] = {
	{"0", 0, 0, 0},
	{"0", 10, 0, 0},
	{"00", 0, 0, 0},
	{"42", 0, 0, 42},
	{"+42", 0, 0, 42},
	{"42\n", 0, 0, 42},
	{"0x2A", 0, 0, 42},
	{"0X2a", 16, 0, 42},
	{"2a", 16, 0, 42},
	{"052", 0, 0, 42},
	{"052", 10, 0, 52},
	{"101010", 2, 0, 42},
	{"z", 36, 0, 35},
	{"18446744073709551615", 0, 0, U64_MAX},
	{"18446744073709551616", 0, -ERANGE, 0},
	{"18446744073709551625", 0, -ERANGE, 0},
	{"99999999999999999999999", 0, -ERANGE, 0},
	{"0xffffffffffffffff", 0, 0, U64_MAX},
	{"0x10000000000000000", 0, -ERANGE, 0},
	{"01777777777777777777777", 0, 0, U64_MAX},
	{"02000000000000000000000", 0, -ERANGE, 0},
	{"", 0, -EINVAL, 0},
	{"+", 0, -EINVAL, 0},
	{"-1", 0, -EINVAL, 0},
	{" 1", 0, -EINVAL, 0},
	{"1 ", 0, -EINVAL, 0},
	{"1\n\n", 0, -EINVAL, 0},
	{"\n", 0, -EINVAL, 0},
	{"0x", 0, -EINVAL, 0},
	{"0xg", 0, -EINVAL, 0},
	{"08", 0, -EINVAL, 0},
	{"2", 2, -EINVAL, 0},
	{"1M", 0, -EINVAL, 0},
	{"99999999999999999999x", 0, -EINVAL, 0},
};

static void unsigned_numbers(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		unsigned long long value = 0xdead;

		KUNIT_EXPECT_EQ(test, kstrtoull(numbers[i].s, numbers[i].base, &value),
				numbers[i].err);
		KUNIT_EXPECT_EQ(test, value, numbers[i].err ? 0xdeadULL : numbers[i].value);
	}
}

static void narrower_types_have_limits(struct kunit *test)
{
	unsigned long ul = 7;
	unsigned int ui = 7;
	long long ll = 7;
	long l = 7;
	int i = 7;

	KUNIT_EXPECT_EQ(test, kstrtoul("4294967295", 0, &ul), 0);
	KUNIT_EXPECT_EQ(test, ul, 0xffffffffUL);
	KUNIT_EXPECT_EQ(test, kstrtouint("4294967295", 0, &ui), 0);
	KUNIT_EXPECT_EQ(test, ui, 0xffffffffU);
	KUNIT_EXPECT_EQ(test, kstrtouint("4294967296", 0, &ui), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtouint("x", 0, &ui), -EINVAL);
	KUNIT_EXPECT_EQ(test, ui, 0xffffffffU);
	if (sizeof(long) == 4) {
		KUNIT_EXPECT_EQ(test, kstrtoul("4294967296", 0, &ul), -ERANGE);
		KUNIT_EXPECT_EQ(test, kstrtol("2147483648", 0, &l), -ERANGE);
	}
	KUNIT_EXPECT_EQ(test, kstrtol("-2147483648", 0, &l), 0);
	KUNIT_EXPECT_EQ(test, l, -2147483647L - 1);
	KUNIT_EXPECT_EQ(test, kstrtoint("2147483647", 0, &i), 0);
	KUNIT_EXPECT_EQ(test, i, INT_MAX);
	KUNIT_EXPECT_EQ(test, kstrtoint("-2147483648", 0, &i), 0);
	KUNIT_EXPECT_EQ(test, i, INT_MIN);
	KUNIT_EXPECT_EQ(test, kstrtoint("2147483648", 0, &i), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtoint("-2147483649", 0, &i), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtoll("9223372036854775807", 0, &ll), 0);
	KUNIT_EXPECT_EQ(test, ll, (long long)(U64_MAX >> 1));
	KUNIT_EXPECT_EQ(test, kstrtoll("9223372036854775808", 0, &ll), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtoll("-9223372036854775808", 0, &ll), 0);
	KUNIT_EXPECT_EQ(test, ll, (long long)(1ULL << 63));
	KUNIT_EXPECT_EQ(test, kstrtoll("-9223372036854775809", 0, &ll), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtoul("x", 0, &ul), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtol("x", 0, &l), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtoint("x", 0, &i), -EINVAL);
	KUNIT_EXPECT_EQ(test, i, INT_MIN);
	KUNIT_EXPECT_EQ(test, kstrtoll("x", 0, &ll), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtoll("--1", 0, &ll), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtoll("-", 0, &ll), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtoll("-0x10", 0, &ll), 0);
	KUNIT_EXPECT_EQ(test, ll, -16LL);
}

static const struct {
	const char *s;
	u64 value;
	unsigned int used;
} sizes[] = {
	{"64M", 64ULL << 20, 3},
	{"64m@0x100", 64ULL << 20, 3},
	{"1k", 1024, 2},
	{"0x10K$", 16384, 5},
	{"3G", 3ULL << 30, 2},
	{"2T", 2ULL << 40, 2},
	{"1P", 1ULL << 50, 2},
	{"15E", 15ULL << 60, 3},
	{"16E", U64_MAX, 3},
	{"17179869184G", U64_MAX, 12},
	{"17179869183G", 17179869183ULL << 30, 12},
	{"99999999999999999999K", U64_MAX, 21},
	{"99999999999999999999", U64_MAX, 20},
	{"4096", 4096, 4},
	{"4096B", 4096, 4},
	{"0x", 0, 1}, /* a 0, and an x behind it */
	{"M", 0, 0},
	{"", 0, 0},
	{"-1", 0, 0},
};

static void sizes_with_suffixes(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		char *end;

		KUNIT_EXPECT_EQ(test, memparse(sizes[i].s, &end), sizes[i].value);
		KUNIT_EXPECT_EQ(test, (unsigned int)(end - sizes[i].s), sizes[i].used);
	}
	KUNIT_EXPECT_EQ(test, memparse("2k", NULL), 2048ULL);
}

static void whole_sizes(struct kunit *test)
{
	u64 size = 7;

	KUNIT_EXPECT_EQ(test, kstrtosize("64M@1", &size), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtosize("", &size), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtosize("16E", &size), -ERANGE);
	KUNIT_EXPECT_EQ(test, size, 7ULL);
	KUNIT_EXPECT_EQ(test, kstrtosize("64M", &size), 0);
	KUNIT_EXPECT_EQ(test, size, 64ULL << 20);
	/* Reached by counting, not by overflow. */
	KUNIT_EXPECT_EQ(test, kstrtosize("0xffffffffffffffff", &size), 0);
	KUNIT_EXPECT_EQ(test, size, U64_MAX);
}

static void simple_numbers_end_somewhere(struct kunit *test)
{
	static const char text[] = "0x1fz";
	char *end;

	KUNIT_EXPECT_EQ(test, simple_strtoull(text, &end, 0), 0x1fULL);
	KUNIT_EXPECT_PTR_EQ(test, (const char *)end, text + 4);
	KUNIT_EXPECT_EQ(test, simple_strtoull(text, &end, 10), 0ULL);
	KUNIT_EXPECT_PTR_EQ(test, (const char *)end, text + 1);
	KUNIT_EXPECT_EQ(test, simple_strtoull("zz", NULL, 10), 0ULL);
}

static struct kunit_case kstrtox_cases[] = {
	KUNIT_CASE(unsigned_numbers),
	KUNIT_CASE(narrower_types_have_limits),
	KUNIT_CASE(sizes_with_suffixes),
	KUNIT_CASE(whole_sizes),
	KUNIT_CASE(simple_numbers_end_somewhere),
	{},
};

static struct kunit_suite kstrtox_suite = {.name = "kstrtox", .test_cases = kstrtox_cases};
kunit_test_suite(kstrtox_suite);
