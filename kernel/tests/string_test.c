/* SPDX-License-Identifier: MIT */
/*
 * Memory functions against byte-wise models at every alignment and many lengths, each
 * with a margin that must stay as it was; strings by example and at their edges.
 *
 * The functions are called through volatile pointers: the compiler knows their
 * names and would answer many of these questions itself.
 */
#include <kernel/selftest.h>
#include <kernel/lib/ctype.h>
#include <kernel/lib/string.h>

#undef memset
#undef memcpy
#undef memcmp
#undef strlen
#undef strcmp

static void *(*volatile do_memset)(void *, int, size_t) = memset;
static void *(*volatile do_memcpy)(void *, const void *, size_t) = memcpy;
static void *(*volatile do_memmove)(void *, const void *, size_t) = memmove;
static int (*volatile do_memcmp)(const void *, const void *, size_t) = memcmp;
static size_t (*volatile do_strlen)(const char *) = strlen;
static int (*volatile do_strcmp)(const char *, const char *) = strcmp;
static int (*volatile do_strncmp)(const char *, const char *, size_t) = strncmp;

#define ARENA   256
#define LONGEST 100

static u8 got[ARENA], want[ARENA], from[ARENA];

static void fill_random(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARENA; i++) {
		got[i] = want[i] = (u8)kunit_rand(test);
		from[i] = (u8)kunit_rand(test);
	}
}

static void expect_same(struct kunit *test, unsigned int dst, unsigned int src, unsigned int len)
{
	unsigned int i;

	for (i = 0; i < ARENA; i++) {
		if (got[i] == want[i])
			continue;
		KUNIT_FAIL(test, "to %u from %u length %u: byte %u is %#x, not %#x", dst, src, len,
			   i, got[i], want[i]);
		return;
	}
}

static void memset_fills_exactly(struct kunit *test)
{
	unsigned int at, len, i;

	for (at = 0; at < 8; at++) {
		for (len = 0; len <= LONGEST; len++) {
			fill_random(test);
			for (i = 0; i < len; i++)
				want[at + i] = 0xa5;
			KUNIT_EXPECT_PTR_EQ(test, do_memset(got + at, 0xffa5, len),
					    (void *)(got + at));
			expect_same(test, at, 0, len);
		}
	}
}

static void memset32_counts_values(struct kunit *test)
{
	unsigned int at, n, i;

	for (at = 0; at < 8; at++) {
		for (n = 0; n <= 20; n++) {
			fill_random(test);
			for (i = 0; i < n; i++) {
				want[at + 4 * i] = 0x78;
				want[at + 4 * i + 1] = 0x56;
				want[at + 4 * i + 2] = 0x34;
				want[at + 4 * i + 3] = 0x12;
			}
			memset32(got + at, 0x12345678, n);
			expect_same(test, at, 0, 4 * n);
		}
	}
}

static void memcpy_copies_exactly(struct kunit *test)
{
	unsigned int dst, src, len, i;

	for (dst = 0; dst < 5; dst++) {
		for (src = 0; src < 5; src++) {
			for (len = 0; len <= LONGEST; len += 1 + len / 40) {
				fill_random(test);
				for (i = 0; i < len; i++)
					want[dst + i] = from[src + i];
				KUNIT_EXPECT_PTR_EQ(test, do_memcpy(got + dst, from + src, len),
						    (void *)(got + dst));
				expect_same(test, dst, src, len);
			}
		}
	}
}

/* All distances at which source and destination overlap, and some beyond. */
static void memmove_minds_overlap(struct kunit *test)
{
	static const unsigned int lengths[] = {0, 1, 3, 4, 5, 8, 31, 32, 33, 64, 67, LONGEST};
	unsigned int l, dst, src = LONGEST / 2, i;

	for (l = 0; l < ARRAY_SIZE(lengths); l++) {
		for (dst = 0; dst <= LONGEST; dst++) {
			fill_random(test);
			for (i = 0; i < ARENA; i++)
				from[i] = got[i];
			for (i = 0; i < lengths[l]; i++)
				want[dst + i] = from[src + i];
			KUNIT_EXPECT_PTR_EQ(test, do_memmove(got + dst, got + src, lengths[l]),
					    (void *)(got + dst));
			expect_same(test, dst, src, lengths[l]);
		}
	}
}

static void memcmp_finds_first_difference(struct kunit *test)
{
	unsigned int at, len, diff;

	for (at = 0; at < 4; at++) {
		for (len = 0; len <= 40; len++) {
			do_memset(got, 0x7f, ARENA);
			do_memset(want, 0x7f, ARENA);
			want[at + len] = 0; /* behind the end: must not count */
			KUNIT_EXPECT_EQ(test, do_memcmp(got + at, want + at, len), 0);
			for (diff = 0; diff < len; diff++) {
				want[at + diff] = 0x80; /* bytes are unsigned */
				if (diff + 1 < len)
					want[at + diff + 1] = 0;
				KUNIT_EXPECT_LT(test, do_memcmp(got + at, want + at, len), 0);
				KUNIT_EXPECT_GT(test, do_memcmp(want + at, got + at, len), 0);
				want[at + diff] = want[at + diff + 1] = 0x7f;
				want[at + len] = 0;
			}
		}
	}
}

static void memchr_inv_finds_each_position(struct kunit *test)
{
	unsigned int at, len, diff;

	for (at = 0; at < 4; at++) {
		for (len = 0; len <= 40; len++) {
			do_memset(got, 0x6b, ARENA);
			got[at + len] = 0;
			KUNIT_EXPECT_NULL(test, memchr_inv(got + at, 0xff6b, len));
			for (diff = 0; diff < len; diff++) {
				got[at + diff] = 0xa5;
				KUNIT_EXPECT_PTR_EQ(test, memchr_inv(got + at, 0x6b, len),
						    (void *)(got + at + diff));
				KUNIT_EXPECT_PTR_EQ(test, memchr(got + at, 0xa5, len),
						    (void *)(got + at + diff));
				got[at + diff] = 0x6b;
			}
			KUNIT_EXPECT_NULL(test, memchr(got + at, 0xa5, len));
		}
	}
}

static void lengths_and_comparisons(struct kunit *test)
{
	static const char text[] = "kmalloc-32";

	KUNIT_EXPECT_EQ(test, do_strlen(""), (size_t)0);
	KUNIT_EXPECT_EQ(test, do_strlen(text), (size_t)10);
	KUNIT_EXPECT_EQ(test, strnlen(text, 10), (size_t)10);
	KUNIT_EXPECT_EQ(test, strnlen(text, 3), (size_t)3);
	KUNIT_EXPECT_EQ(test, strnlen(text, 0), (size_t)0);
	KUNIT_EXPECT_EQ(test, strnlen(text, 99), (size_t)10);

	KUNIT_EXPECT_EQ(test, do_strcmp("abc", "abc"), 0);
	KUNIT_EXPECT_LT(test, do_strcmp("abc", "abd"), 0);
	KUNIT_EXPECT_LT(test, do_strcmp("abc", "abcd"), 0);
	KUNIT_EXPECT_GT(test, do_strcmp("\xff", "a"), 0); /* bytes are unsigned */
	KUNIT_EXPECT_EQ(test, do_strncmp("abcX", "abcY", 3), 0);
	KUNIT_EXPECT_LT(test, do_strncmp("abcX", "abcY", 4), 0);
	KUNIT_EXPECT_EQ(test, do_strncmp("ab", "ab", 99), 0);
	KUNIT_EXPECT_GT(test, do_strncmp("ab", "a", 99), 0);
	KUNIT_EXPECT_GT(test, do_strncmp("\xff", "a", 1), 0);
	KUNIT_EXPECT_EQ(test, do_strncmp("a", "b", 0), 0);
}

static void searches(struct kunit *test)
{
	static const char text[] = "slab_debug=FPZU,slab";
	const char *const end = text + sizeof(text) - 1;

	KUNIT_EXPECT_PTR_EQ(test, (const char *)strchr(text, 's'), &text[0]);
	KUNIT_EXPECT_PTR_EQ(test, (const char *)strchr(text, '='), text + 10);
	KUNIT_EXPECT_PTR_EQ(test, (const char *)strchr(text, '\0'), end);
	KUNIT_EXPECT_NULL(test, strchr(text, '?'));
	KUNIT_EXPECT_PTR_EQ(test, (const char *)strchrnul(text, '?'), end);
	KUNIT_EXPECT_PTR_EQ(test, (const char *)strchrnul(text, ','), text + 15);
	KUNIT_EXPECT_PTR_EQ(test, (const char *)strrchr(text, 's'), text + 16);
	KUNIT_EXPECT_PTR_EQ(test, (const char *)strrchr(text, '\0'), end);
	KUNIT_EXPECT_NULL(test, strrchr(text, '?'));
	KUNIT_EXPECT_PTR_EQ(test, (const char *)strnchr(text, 11, '='), text + 10);
	KUNIT_EXPECT_NULL(test, strnchr(text, 10, '='));
	KUNIT_EXPECT_NULL(test, strnchr("ab\0=", 4, '='));
	KUNIT_EXPECT_PTR_EQ(test, (const char *)strstr(text, "slab"), &text[0]);
	KUNIT_EXPECT_PTR_EQ(test, (const char *)strstr(text, ",slab"), text + 15);
	KUNIT_EXPECT_PTR_EQ(test, (const char *)strstr(text, ""), &text[0]);
	KUNIT_EXPECT_NULL(test, strstr(text, "slabs"));
	KUNIT_EXPECT_NULL(test, strstr("", "a"));
	KUNIT_EXPECT_EQ(test, strspn("  \tx", " \t"), (size_t)3);
	KUNIT_EXPECT_EQ(test, strspn("xyz", "zyx"), (size_t)3);
	KUNIT_EXPECT_EQ(test, strspn("xyz", "ab"), (size_t)0);
	KUNIT_EXPECT_EQ(test, strcspn("=b", "="), (size_t)0);
	KUNIT_EXPECT_EQ(test, strcspn("a=b", "="), (size_t)1);
	KUNIT_EXPECT_EQ(test, strcspn("ab", "="), (size_t)2);
	KUNIT_EXPECT_EQ(test, str_has_prefix("kmalloc-8", "kmalloc-"), (size_t)8);
	KUNIT_EXPECT_EQ(test, str_has_prefix("kmal", "kmalloc-"), (size_t)0);
}

static void strscpy_always_terminates(struct kunit *test)
{
	char buf[8];

	do_memset(buf, 'x', sizeof(buf));
	KUNIT_EXPECT_EQ(test, strscpy(buf, "abc", sizeof(buf)), 3L);
	KUNIT_EXPECT_MEMEQ(test, buf, "abc\0xxxx", sizeof(buf));
	KUNIT_EXPECT_EQ(test, strscpy(buf, "abcdefg", sizeof(buf)), 7L);
	KUNIT_EXPECT_MEMEQ(test, buf, "abcdefg", sizeof(buf));
	do_memset(buf, 'x', sizeof(buf));
	KUNIT_EXPECT_EQ(test, strscpy(buf, "abcdefgh", 7), (ssize_t)-E2BIG);
	KUNIT_EXPECT_MEMEQ(test, buf, "abcdef\0x", sizeof(buf));
	KUNIT_EXPECT_EQ(test, strscpy(buf, "q", 0), (ssize_t)-E2BIG);
	KUNIT_EXPECT_EQ(test, buf[0], 'a');
	KUNIT_EXPECT_EQ(test, strscpy(buf, "q", 1), (ssize_t)-E2BIG);
	KUNIT_EXPECT_EQ(test, buf[0], '\0');

	strscpy(buf, "ab", sizeof(buf));
	KUNIT_EXPECT_EQ(test, strlcat(buf, "cd", sizeof(buf)), (size_t)4);
	KUNIT_EXPECT_STREQ(test, buf, "abcd");
	KUNIT_EXPECT_EQ(test, strlcat(buf, "efgh", sizeof(buf)), (size_t)8);
	KUNIT_EXPECT_STREQ(test, buf, "abcdefg");
	KUNIT_EXPECT_EQ(test, strlcat(buf, "xy", 3), (size_t)5); /* no end within the 3 */
	KUNIT_EXPECT_STREQ(test, buf, "abcdefg");
}

static void white_space_is_cut(struct kunit *test)
{
	char text[] = " \t a b \n", blank[] = "  ";

	KUNIT_EXPECT_STREQ(test, skip_spaces(text), "a b \n");
	KUNIT_EXPECT_STREQ(test, strim(text), "a b");
	KUNIT_EXPECT_STREQ(test, strim(blank), "");
}

/* Outside of ASCII, and negative as a char may be, nothing has a class. */
static void characters_have_classes(struct kunit *test)
{
	static const struct {
		int (*is)(int c);
		unsigned int members;
	} classes[] = {
		{isspace, 6},  {isdigit, 10}, {isxdigit, 22}, {isupper, 26},
		{isalpha, 52}, {isalnum, 62}, {isprint, 95},
	};
	unsigned int i, changed = 0;
	int c;

	for (i = 0; i < ARRAY_SIZE(classes); i++) {
		unsigned int n = 0;

		for (c = -128; c < 256; c++)
			n += classes[i].is(c) != 0;
		KUNIT_EXPECT_EQ(test, n, classes[i].members);
	}
	for (c = 0; c < 256; c++)
		changed += tolower(c) != c || toupper(c) != c;
	KUNIT_EXPECT_EQ(test, changed, 52U);
	KUNIT_EXPECT_EQ(test, tolower('Q'), (int)'q');
	KUNIT_EXPECT_EQ(test, toupper('z'), (int)'Z');
}

static struct kunit_case string_cases[] = {
	KUNIT_CASE(memset_fills_exactly),          KUNIT_CASE(memset32_counts_values),
	KUNIT_CASE(memcpy_copies_exactly),         KUNIT_CASE(memmove_minds_overlap),
	KUNIT_CASE(memcmp_finds_first_difference), KUNIT_CASE(memchr_inv_finds_each_position),
	KUNIT_CASE(lengths_and_comparisons),       KUNIT_CASE(searches),
	KUNIT_CASE(strscpy_always_terminates),     KUNIT_CASE(white_space_is_cut),
	KUNIT_CASE(characters_have_classes),       {},
};

static struct kunit_suite string_suite = {.name = "string", .test_cases = string_cases};
kunit_test_suite(string_suite);
