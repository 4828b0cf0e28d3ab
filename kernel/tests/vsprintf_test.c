/* SPDX-License-Identifier: MIT */
/*
 * Formatted output: every conversion, flag and length by its exact text, and what
 * becomes of a buffer that is too small. Formats are handed on through a function, since
 * the compiler rightly finds fault with some of them.
 */
#include <kernel/selftest.h>
#include <kernel/lib/vsprintf.h>
#include <kernel/kallsyms.h>

static char text[256];

/* Format, and expect @want and its length. */
static void expect(struct kunit *test, const char *want, const char *fmt, ...)
{
	va_list args;
	int n;

	memset(text, 'x', sizeof(text));
	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (strcmp(text, want))
		KUNIT_FAIL(test, "format \"%s\" gives \"%s\", not \"%s\"", fmt, text, want);
	KUNIT_EXPECT_EQ(test, n, (int)strlen(want));
	KUNIT_EXPECT_EQ(test, text[n + 1], 'x');
}

static void plain_text(struct kunit *test)
{
	expect(test, "", "");
	expect(test, "text 100%", "text 100%%");
	expect(test, "c", "%c", 'c');
	expect(test, "  c|c  ", "%3c|%-3c", 'c', 'c');
	expect(test, "slab", "%s", "slab");
	expect(test, "  slab|slab  |sl|  sl", "%6s|%-6s|%.2s|%4.2s", "slab", "slab", "slab",
	       "slab");
	expect(test, " slab|slab |sl", "%*s|%*s|%.*s", 5, "slab", -5, "slab", 2, "slab");
	expect(test, "slab", "%.*s", -1, "slab");
	expect(test, "", "%.0s", "slab");
	expect(test, "(null)", "%s", NULL);
	expect(test, "(efault)", "%s", (char *)16);
	expect(test, "(efault)", "%s", ERR_PTR(-ENOMEM));
}

/* A string without end must not be read beyond the precision. */
static void precision_bounds_reading(struct kunit *test)
{
	static const char endless[3] = {'a', 'b', 'c'};

	expect(test, "abc", "%.3s", endless);
	expect(test, " ab", "%3.2s", endless);
}

static void integers(struct kunit *test)
{
	expect(test, "0 1 -1", "%d %d %d", 0, 1, -1);
	expect(test, "2147483647 -2147483648", "%d %i", INT_MAX, INT_MIN);
	expect(test, "4294967295 ffffffff FFFFFFFF 37777777777", "%u %x %X %o", ~0U, ~0U, ~0U, ~0U);
	expect(test, "18446744073709551615", "%llu", U64_MAX);
	expect(test, "9223372036854775807 -9223372036854775808", "%lld %lld",
	       (long long)(U64_MAX >> 1), (long long)(U64_MAX / 2 + 1));
	expect(test, "ffffffffffffffff 1777777777777777777777", "%llx %llo", U64_MAX, U64_MAX);
	expect(test, "4294967296 10000000000", "%llu %llu", 1ULL << 32, 10000000000ULL);
	expect(test, "-5 5 fffffffb", "%ld %lu %lx", -5L, 5UL, (unsigned long)(u32)-5);
	expect(test, "44 300 -1 255", "%hhu %hu %hhd %hhu", 300, 300, 0xff, 0x1ff);
	expect(test, "-1 34464", "%hd %hu", 0xffff, 100000);
	expect(test, "7 -7 -4294967297", "%zu %td %jd", (size_t)7, (ptrdiff_t)-7, -4294967297LL);
}

static void flags(struct kunit *test)
{
	expect(test, "   42|42   |00042|  -42|-0042", "%5d|%-5d|%05d|%5d|%05d", 42, 42, 42, -42,
	       -42);
	expect(test, "+42 -42 +0| 42 -42", "%+d %+d %+d|% d % d", 42, -42, 0, 42, -42);
	expect(test, "0x2a 0X2A 052 0 0", "%#x %#X %#o %#x %#o", 42, 42, 42, 0, 0);
	expect(test, "0x0000002a|      0x2a|0x2a      ", "%#010x|%#10x|%-#10x", 42, 42, 42);
	expect(test, "042|  042|00042", "%.3d|%5.3d|%5.5d", 42, 42, 42);
	expect(test, "  042    7", "%05.3d%05.0d", 42, 7); /* a precision switches 0 off */
	expect(test, "+0042|+0042|+42  |42   ", "%0+5d|%+05d|%-+5d|%0*d", 42, 42, 42, -5, 42);
	expect(test, "42   ", "%-05d", 42); /* and so does - */
	expect(test, "|  |0", "%.0d|%2.0d|%#.0o", 0, 0, 0);
	expect(test, "+42", "%+ d", 42);
	expect(test, "42", "%+u", 42); /* a sign is for signed numbers */
	expect(test, "   7|7   |007", "%*d|%*d|%.*d", 4, 7, -4, 7, 3, 7);
}

static void addresses(struct kunit *test)
{
	static const u8 bytes[] = {0x00, 0x1f, 0xa5, 0xff};
	const int width = 2 * sizeof(long) + 2; /* more than an address has digits */
	phys_addr_t phys = 0xfec00000;

	expect(test, ZEROES "c0101000 " ZEROES "00000000", "%px %p", (void *)0xc0101000, NULL);
	expect(test, "[  " ZEROES "c0101000|" ZEROES "c0101000  ]", "[%*px|%-*px]", width,
	       (void *)0xc0101000, width, (void *)0xc0101000);
	expect(test, "0x" ZEROES "fec00000", "%pa", &phys);
	phys = 0;
	expect(test, "0x" ZEROES "00000000-", "%pa-", &phys);
	expect(test, "0x" ZEROES "00000000!", "%pap!", &phys);
	expect(test, "(null)", "%pa", NULL);
	expect(test, "00 1f a5 ff", "%4ph", bytes);
	expect(test, "00:1f:a5", "%*phC", 3, bytes);
	expect(test, "00-1f 001fa5ff", "%*phD %*phN", 2, bytes, 4, bytes);
	expect(test, "00", "%ph", bytes);
	expect(test, "(null)", "%4ph", NULL);
}

static const char *name_of(unsigned long addr, unsigned long *size, unsigned long *offset)
{
	if (addr == 0x2000)
		return "edge"; /* and no size */
	if (addr < 0x1000 || addr >= 0x1080)
		return NULL;
	*size = 0x80;
	*offset = addr - 0x1000;
	return "kmem_cache_alloc";
}

static void symbols(struct kunit *test)
{
	vsprintf_set_symbolizer(name_of);
	expect(test, "kmem_cache_alloc+0x1c/0x80", "%pS", (void *)0x101c);
	expect(test, "kmem_cache_alloc+0x0/0x80", "%pS", (void *)0x1000);
	expect(test, "kmem_cache_alloc", "%ps", (void *)0x101c);
	expect(test, "0x" ZEROES "00001080", "%pS", (void *)0x1080);
	/* A call at the very end returns to behind the function. */
	expect(test, "kmem_cache_alloc+0x80/0x80", "%pB", (void *)0x1080);
	expect(test, "kmem_cache_alloc+0x1/0x80", "%pB", (void *)0x1001);
	expect(test, "edge+0x0/0x0", "%pS", (void *)0x2000);
	expect(test, "[  kmem_cache_alloc|kmem_cache_alloc  ]", "[%18ps|%-18ps]", (void *)0x1001,
	       (void *)0x1001);
	vsprintf_set_symbolizer(NULL);
	expect(test, "0x" ZEROES "0000101c 0x" ZEROES "00000000", "%pS %pB", (void *)0x101c, NULL);
	vsprintf_set_symbolizer(kallsyms_lookup);
}

static void unknown_conversions_are_shown(struct kunit *test)
{
	expect(test, "%y 7", "%y %d", 7);
	expect(test, "%-5q 7", "%-5q %d", 7);
	expect(test, "100%", "100%");
	expect(test, "%08l", "%08l");
}

/* For each size: what fits, a terminator, nothing behind it, and the whole length. */
static void output_is_cut_to_fit(struct kunit *test)
{
	static const char want[] = "pid -0007 0x2a abc";
	const int len = sizeof(want) - 1;
	char buf[32];
	int size;

	for (size = 0; size < (int)sizeof(buf); size++) {
		int fits = size ? min(size - 1, len) : 0;

		memset(buf, '#', sizeof(buf));
		KUNIT_EXPECT_EQ(test, snprintf(buf, size, "pid %05d %#x %s", -7, 42, "abc"), len);
		KUNIT_EXPECT_MEMEQ(test, buf, want, fits);
		if (size)
			KUNIT_EXPECT_EQ(test, buf[fits], '\0');
		KUNIT_EXPECT_NULL(test, memchr_inv(buf + (size ? fits + 1 : 0), '#',
						   sizeof(buf) - (size ? fits + 1 : 0)));
		KUNIT_EXPECT_EQ(test, scnprintf(buf, size, "pid %05d %#x %s", -7, 42, "abc"), fits);
	}
	KUNIT_EXPECT_EQ(test, snprintf(NULL, 0, "%d", 12345), 5);
}

/* Format more than fits, and expect @want bytes to be counted. */
static void expect_length(struct kunit *test, int want, const char *fmt, ...)
{
	va_list args;

	memset(text, 'x', sizeof(text));
	va_start(args, fmt);
	KUNIT_EXPECT_EQ(test, vsnprintf(text, sizeof(text), fmt, args), want);
	va_end(args);
	KUNIT_EXPECT_EQ(test, text[sizeof(text) - 1], '\0');
}

/* Widths nobody has a screen for are cut, not believed. */
static void absurd_widths_are_harmless(struct kunit *test)
{
	expect_length(test, 0xffff, "%99999999999d", 1);
	expect_length(test, 0xffff, "%*d", INT_MIN, 1);
	expect_length(test, 0xffff, "%*d", INT_MAX, 1);
	expect_length(test, 0xffff, "%.99999999999d", 1);
	expect_length(test, 0xffff, "%99999s", "slab");
}

static struct kunit_case vsprintf_cases[] = {
	KUNIT_CASE(plain_text),
	KUNIT_CASE(precision_bounds_reading),
	KUNIT_CASE(integers),
	KUNIT_CASE(flags),
	KUNIT_CASE(addresses),
	KUNIT_CASE(symbols),
	KUNIT_CASE(unknown_conversions_are_shown),
	KUNIT_CASE(output_is_cut_to_fit),
	KUNIT_CASE(absurd_widths_are_harmless),
	{},
};

static struct kunit_suite vsprintf_suite = {.name = "vsprintf", .test_cases = vsprintf_cases};
kunit_test_suite(vsprintf_suite);
