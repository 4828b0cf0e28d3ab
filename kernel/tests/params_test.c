/* SPDX-License-Identifier: MIT */
/* The command line's grammar, on a table of the test's own. */
#include <kernel/selftest.h>
#include <kernel/params.h>
#include <kernel/printk.h>
#include <kernel/lib/kstrtox.h>
#include <kernel/lib/vsprintf.h>

static char seen[256]; /* what the handlers were given, in order */
static unsigned int number;

static int set_text(const char *val)
{
	size_t n = strlen(seen);

	scnprintf(seen + n, sizeof(seen) - n, "[%s]", val);
	return 0;
}

static int set_number(const char *val)
{
	return kstrtouint(val, 0, &number);
}

static const struct kernel_param table[] = {
	{"text", set_text, "STRING", "a text"},
	{"number", set_number, "N", "a number"},
};

static int params_init(struct kunit *test __unused)
{
	seen[0] = '\0';
	number = 7;
	return 0;
}

static void parse(const char *line)
{
	printk_set_prefix("# ");
	parse_options(line, table, ARRAY_SIZE(table));
	printk_set_prefix(NULL);
}

static void values_reach_their_handlers(struct kunit *test)
{
	parse("  text=a number=0x10\ttext text= text=b=c ");
	KUNIT_EXPECT_STREQ(test, seen, "[a][][][b=c]");
	KUNIT_EXPECT_EQ(test, number, 16U);
}

static void quotes_keep_blanks(struct kunit *test)
{
	parse("text=\"a b\" text=c\" \"d text=\"open to the end");
	KUNIT_EXPECT_STREQ(test, seen, "[a b][c d][open to the end]");
}

static void malformed_values_keep_the_default(struct kunit *test)
{
	parse("number=12x number= number text=on");
	KUNIT_EXPECT_EQ(test, number, 7U);
	KUNIT_EXPECT_STREQ(test, seen, "[on]");
}

static void unknown_options_are_passed_over(struct kunit *test)
{
	parse("tex=1 textt=2 =3 = TEXT=4 text=5");
	KUNIT_EXPECT_STREQ(test, seen, "[5]");
}

static void first_word_may_name_the_image(struct kunit *test)
{
	parse("text text=1");
	KUNIT_EXPECT_STREQ(test, seen, "[][1]");
	seen[0] = '\0';
	parse("/boot/text text=2");
	parse("k896.elf text=3");
	KUNIT_EXPECT_STREQ(test, seen, "[2][3]");
}

static void long_options_are_ignored_whole(struct kunit *test)
{
	static char line[600];
	size_t n = strlen("text=");

	/* 255 bytes fit. */
	memset(line, 'y', sizeof(line));
	memcpy(line, "text=", n);
	line[255] = '\0';
	parse(line);
	KUNIT_EXPECT_EQ(test, strlen(seen), 255 - n + 2);

	seen[0] = '\0';
	line[255] = 'y';
	memcpy(line + 256, " text=short", sizeof(" text=short"));
	parse(line);
	KUNIT_EXPECT_STREQ(test, seen, "[short]");
}

static void booleans_have_many_names(struct kunit *test)
{
	bool b = false;

	KUNIT_EXPECT_EQ(test, param_bool("", &b), 0);
	KUNIT_EXPECT_TRUE(test, b);
	KUNIT_EXPECT_EQ(test, param_bool("off", &b), 0);
	KUNIT_EXPECT_FALSE(test, b);
	KUNIT_EXPECT_EQ(test, param_bool("1", &b), 0);
	KUNIT_EXPECT_TRUE(test, b);
	KUNIT_EXPECT_EQ(test, param_bool("2", &b), -EINVAL);
	KUNIT_EXPECT_EQ(test, param_bool("onn", &b), -EINVAL);
	KUNIT_EXPECT_TRUE(test, b);
}

static struct kunit_case params_cases[] = {
	KUNIT_CASE(values_reach_their_handlers),       KUNIT_CASE(quotes_keep_blanks),
	KUNIT_CASE(malformed_values_keep_the_default), KUNIT_CASE(unknown_options_are_passed_over),
	KUNIT_CASE(first_word_may_name_the_image),     KUNIT_CASE(long_options_are_ignored_whole),
	KUNIT_CASE(booleans_have_many_names),          {},
};

static struct kunit_suite params_suite = {
	.name = "params",
	.init = params_init,
	.test_cases = params_cases,
};
kunit_test_suite(params_suite);
