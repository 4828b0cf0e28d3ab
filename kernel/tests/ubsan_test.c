/* SPDX-License-Identifier: MIT */
/*
 * Undefined behaviour is reported: a case for each kind that the compiler can look for at run
 * time. Each does what C leaves undefined, with operands that the compiler cannot know, and
 * expects the report that says so. Types are named as gcc and clang both name them.
 *
 * Only a kernel of make UBSAN=1 has somebody who looks.
 */
#include <kernel/selftest.h>
#include <kernel/ubsan.h>
#include <kernel/lib/vsprintf.h>

/* Set when the suite begins, so that no analyser knows them either. */
static volatile int int_max, int_min, one, minus_one, zero;
static volatile long long llong_max;
static volatile unsigned int three;

static volatile int result;
static volatile unsigned int uint_result;
static volatile long long llong_result;

static int ubsan_init(struct kunit *test)
{
	if (!UBSAN_IS_ON)
		kunit_skip(test, "not built by make UBSAN=1");
	int_max = 0x7fffffff;
	int_min = -0x7fffffff - 1;
	one = 1;
	minus_one = -1;
	zero = 0;
	llong_max = 0x7fffffffffffffffLL;
	three = 3;
	return 0;
}

/* The place is that of the operation: this file, its line, and a column. */
static void place_is_named(struct kunit *test)
{
	char place[80];

	scnprintf(place, sizeof(place), "undefined behaviour at %s:%d:", __FILE__, __LINE__ + 1);
	KUNIT_EXPECT_BUG(test, place, result = int_max + one);
}

static void signed_overflow(struct kunit *test)
{
	KUNIT_EXPECT_BUG(test, "signed integer overflow: 2147483647 + 1 is no value of type 'int'",
			 result = int_max + one);
	KUNIT_EXPECT_EQ(test, result, int_min);
	KUNIT_EXPECT_BUG(test, "signed integer overflow: -2147483648 - 1 is no value of type 'int'",
			 result = int_min - one);
	KUNIT_EXPECT_BUG(test, "signed integer overflow: 2147483647 * -2147483648 is no value of",
			 result = int_max * int_min);
	KUNIT_EXPECT_BUG(test, "negation of -2147483648 gives no value of type 'int'",
			 result = -int_min);
}

/* These do not fit into an argument, and come by their address. */
static void signed_overflow_of_64_bits(struct kunit *test)
{
	KUNIT_EXPECT_BUG(test, "overflow: 9223372036854775807 * 9223372036854775807 is no value of",
			 llong_result = llong_max * llong_max);
	KUNIT_EXPECT_BUG(test, "overflow: -9223372036854775807 - 9223372036854775807 is no",
			 llong_result = -llong_max - llong_max);
}

/* Without wrapping there is nothing to report, nor is there for unsigned integers. */
static void what_is_defined_is_not_reported(struct kunit *test)
{
	uint_result = 0U - three;
	KUNIT_EXPECT_EQ(test, uint_result, 0xfffffffdU);
	result = int_max + minus_one;
	KUNIT_EXPECT_EQ(test, result, 0x7ffffffe);
}

/* The processor divides all the same, and faults, as it does in any kernel. */
static void expect_division_bug(struct kunit *test, const char *pattern, const volatile int *lhs,
				const volatile int *rhs)
{
	static struct kunit_fault fault;

	kunit_expect_report_begin(test, pattern);
	if (!arch_setjmp(kunit_fault_arm(test, &fault)))
		result = *lhs / *rhs;
	kunit_fault_disarm(test);
	KUNIT_EXPECT_EQ(test, kunit_expect_report_end(test), 1U);
	KUNIT_EXPECT_EQ(test, fault.vector, 0);
}

static void division(struct kunit *test)
{
	expect_division_bug(test, "division of 2147483647 by zero", &int_max, &zero);
	expect_division_bug(test, "overflow: -2147483648 / -1 is no value of type 'int'", &int_min,
			    &minus_one);
}

static void shift(struct kunit *test)
{
	KUNIT_EXPECT_BUG(test, "shift exponent 32 is too large for 32-bit type 'unsigned int'",
			 uint_result = three << (31 + one));
	KUNIT_EXPECT_BUG(test, "shift exponent 64 is too large for 64-bit type",
			 llong_result = llong_max >> (63 + one));
	KUNIT_EXPECT_BUG(test, "shift exponent -1 is negative", uint_result = three << minus_one);
	KUNIT_EXPECT_BUG(test, "left shift of negative value -1", result = minus_one << one);
	KUNIT_EXPECT_BUG(test, "left shift of 2147483647 by 1 places gives no value of type 'int'",
			 result = int_max << one);
}

static void array_index(struct kunit *test)
{
	static int room[8];
	struct {
		int array[4];
		int behind;         /* an array at the end might be longer */
	} *part = (void *)&room[2]; /* so that what is written there is nobody else's */
	volatile int below = -1, beyond = 4;

	OPTIMIZER_HIDE_VAR(part);
	KUNIT_EXPECT_BUG(test, "index 4 is out of range for type 'int", part->array[beyond] = 0);
	KUNIT_EXPECT_BUG(test, "index -1 is out of range for type 'int",
			 result = part->array[below]);
}

static void null_pointer(struct kunit *test)
{
	static struct kunit_fault fault;
	int *volatile null = NULL;

	kunit_expect_report_begin(test, "load of null pointer of type 'int'");
	if (!arch_setjmp(kunit_fault_arm(test, &fault)))
		result = *null;
	kunit_fault_disarm(test);
	KUNIT_EXPECT_EQ(test, kunit_expect_report_end(test), 1U);
	KUNIT_EXPECT_EQ(test, fault.vector, 14);
}

static void misaligned_pointer(struct kunit *test)
{
	static __aligned(4) char bytes[8];
	int *volatile odd = (int *)(bytes + one);

	KUNIT_EXPECT_BUG(test, "for type 'int', which wants 4", result = *odd);
	KUNIT_EXPECT_BUG(test, "store to misaligned address 0x", *odd = result);
}

/* clang checks the assumption; of gcc there is nothing to expect. */
#ifdef __clang__
#define EXPECT_BUG_OF_CLANG  KUNIT_EXPECT_BUG
#define assume_aligned(p, n) __builtin_assume_aligned(p, n)
#else
#define EXPECT_BUG_OF_CLANG(test, pattern, ...) __VA_ARGS__
#define assume_aligned(p, n)                    (p)
#endif

static void assumed_alignment(struct kunit *test)
{
	const char *volatile odd = (char *)0xc0000040UL + one;
	const char *volatile there;

	EXPECT_BUG_OF_CLANG(test, "address 0xc0000041 at offset 0 was assumed to be aligned to 64",
			    there = assume_aligned(odd, 64));
	KUNIT_EXPECT_PTR_EQ(test, there, odd);
}

/* gcc already warns of an offset that it knows; clang does not look at any other. */
#ifdef __clang__
#define OFFSET_4 4
#else
#define OFFSET_4 (4 * one)
#endif

static void object_too_small(struct kunit *test)
{
	static __aligned(4) char bytes[6];
	int *behind = (int *)(bytes + OFFSET_4);

	KUNIT_EXPECT_BUG(test, ", where there is not room for type 'int'", result = *behind);
}

static void pointer_overflow(struct kunit *test)
{
	char *volatile top = (char *)0xfffffff0UL;
	const char *volatile there;

	KUNIT_EXPECT_BUG(test, "pointer 0xfffffff0 overflowed to 0x10", there = top + 32 * one);
	KUNIT_EXPECT_PTR_EQ(test, there, (const char *)0x10);
}

static void invalid_bool(struct kunit *test)
{
	static volatile unsigned char two = 2;

	KUNIT_EXPECT_BUG(test, "loaded value 2 is none of type '", result = *(volatile bool *)&two);
}

static void bits_of_zero(struct kunit *test)
{
	KUNIT_EXPECT_BUG(test, "trailing zeroes counted in 0",
			 result = __builtin_ctz((unsigned int)zero));
	KUNIT_EXPECT_BUG(test, "leading zeroes counted in 0",
			 result = __builtin_clz((unsigned int)zero));
}

static noinline void __attribute__((__nonnull__)) takes_a_pointer(const void *p)
{
	OPTIMIZER_HIDE_VAR(p);
}

static noinline void *__attribute__((__returns_nonnull__)) returns_a_pointer(void *p)
{
	OPTIMIZER_HIDE_VAR(p);
	return p;
}

static void null_where_none_may_be(struct kunit *test)
{
	void *volatile null = NULL;

	KUNIT_EXPECT_BUG(test, "null pointer as argument 1, which was declared to be none",
			 takes_a_pointer(null));
	KUNIT_EXPECT_BUG(test, "null pointer returned where none was declared to be",
			 (void)returns_a_pointer(null));
}

static void reach_the_unreachable(void)
{
	if (one)
		__builtin_unreachable();
}

static void unreachable_code(struct kunit *test)
{
	KUNIT_EXPECT_PANIC(test, "ubsan_test.c:", reach_the_unreachable());
}

static struct kunit_case ubsan_cases[] = {
	KUNIT_CASE(place_is_named),
	KUNIT_CASE(signed_overflow),
	KUNIT_CASE(signed_overflow_of_64_bits),
	KUNIT_CASE(what_is_defined_is_not_reported),
	KUNIT_CASE(division),
	KUNIT_CASE(shift),
	KUNIT_CASE(array_index),
	KUNIT_CASE(null_pointer),
	KUNIT_CASE(misaligned_pointer),
	KUNIT_CASE(assumed_alignment),
	KUNIT_CASE(object_too_small),
	KUNIT_CASE(pointer_overflow),
	KUNIT_CASE(invalid_bool),
	KUNIT_CASE(bits_of_zero),
	KUNIT_CASE(null_where_none_may_be),
	KUNIT_CASE(unreachable_code),
	{},
};

static struct kunit_suite ubsan_suite = {
	.name = "ubsan",
	.init = ubsan_init,
	.test_cases = ubsan_cases,
};
kunit_test_suite(ubsan_suite);
