/* SPDX-License-Identifier: MIT */
/*
 * printk through a console of the test's own, which keeps what it is given: levels,
 * stamps, continuation, the ring's limits, rate limiting. And the symbol table.
 */
#include <kernel/selftest.h>
#include <kernel/kallsyms.h>
#include <kernel/printk.h>
#include <kernel/sections.h>
#include <kernel/seq.h>
#include <kernel/time.h>
#include <kernel/lib/vsprintf.h>

static char got[1024];
static size_t got_len;
static bool listening;

static void keep(struct console *con __unused, const char *s, unsigned int len)
{
	if (!listening)
		return;
	len = min_t(unsigned int, len, (unsigned int)(sizeof(got) - 1 - got_len));
	memcpy(got + got_len, s, len);
	got_len += len;
	got[got_len] = '\0';
}

static struct console keeper = {.name = "keeper", .write = keep};

static int printk_suite_init(struct kunit_suite *suite __unused)
{
	static bool registered;

	if (!registered)
		register_console(&keeper);
	registered = true;
	return 0;
}

/* listen - keep what is printed from here on, in the log as comments */
static void listen(void)
{
	got_len = 0;
	got[0] = '\0';
	listening = true;
}

static void quiet(struct kunit *test __unused)
{
	listening = false;
}

/* is_stamp - does "[sssss.uuuuuu] " stand at @s? */
static bool is_stamp(const char *s)
{
	const char *end = strchr(s, ']');

	return s[0] == '[' && end && end[1] == ' ' && end - s > 12 && end[-7] == '.';
}

static void each_line_is_stamped(struct kunit *test)
{
	const char *second;

	listen();
	pr_notice("one\ntwo\n");
	listening = false;
	KUNIT_EXPECT_TRUE(test, is_stamp(got));
	second = strchr(got, '\n');
	KUNIT_ASSERT_NOT_NULL(test, second);
	KUNIT_EXPECT_TRUE(test, is_stamp(second + 1));
	KUNIT_EXPECT_NOT_NULL(test, strstr(got, "] one\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(got, "] two\n"));
}

static void continuation_joins_the_line(struct kunit *test)
{
	listen();
	pr_notice("a");
	pr_cont("b");
	pr_cont("c\n");
	pr_notice("open");
	pr_notice("closes it\n");
	listening = false;
	KUNIT_EXPECT_NOT_NULL(test, strstr(got, "] abc\n["));
	KUNIT_EXPECT_NOT_NULL(test, strstr(got, "] open\n["));
}

static void levels_are_filtered(struct kunit *test)
{
	int old = console_loglevel;

	listen();
	console_loglevel = 4;
	pr_warn("warned\n");
	pr_err("failed\n");
	pr_cont("tail of the failure\n");
	pr_debug("noise");
	pr_cont("tail of the noise\n");
	printk("no level is a warning\n");
	pr_raw("raw\n");
	console_loglevel = old;
	listening = false;
	KUNIT_EXPECT_NULL(test, strstr(got, "warn"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(got, "] failed\n"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(got, "tail of the failure\n"));
	KUNIT_EXPECT_NULL(test, strstr(got, "noise"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(got, "\nraw\n"));
}

static void prefix_opens_each_line(struct kunit *test)
{
	listen();
	printk_set_prefix("# ");
	pr_notice("one\ntwo\n");
	printk_set_prefix(NULL);
	pr_notice("three\n");
	listening = false;
	KUNIT_EXPECT_EQ(test, strncmp(got, "# [", 3), 0);
	KUNIT_EXPECT_NOT_NULL(test, strstr(got, "\n# ["));
	KUNIT_EXPECT_NOT_NULL(test, strstr(got, "two\n["));
}

/* What the log holds behind the line @mark; in pieces, as show_dmesg() hands it on. */
static char logged[256];
static const char *log_mark;

static void behind_mark(void *private __unused, const char *text, size_t len)
{
	size_t used = strlen(logged);

	if (len == strlen(log_mark) && !memcmp(text, log_mark, len))
		logged[0] = '\0';
	else if (used + len < sizeof(logged))
		strscpy(logged + used, text, len + 1);
}

static void show_log_behind(const char *mark)
{
	static char line[128];
	struct seq_file m;

	log_mark = mark;
	logged[0] = '\0';
	seq_open_sink(&m, line, sizeof(line), behind_mark, NULL);
	show_dmesg(&m);
	seq_release(&m);
}

static void console_text_is_not_logged(struct kunit *test)
{
	pr_raw("# mark one\n# logged\n");
	listen();
	console_write("# not logged\n", 13);
	listening = false;
	pr_raw("# logged, too\n");
	show_log_behind("# mark one\n");
	KUNIT_EXPECT_STREQ(test, got, "# not logged\n");
	KUNIT_EXPECT_STREQ(test, logged, "# logged\n# logged, too\n");
}

/* A message does not go on behind a prompt, and the log has no empty line for it. */
static void messages_end_an_open_prompt(struct kunit *test)
{
	pr_raw("# mark two\n");
	listen();
	console_write("# prompt> ", 10);
	pr_notice("message\n");
	listening = false;
	show_log_behind("# mark two\n");
	KUNIT_EXPECT_EQ(test, strncmp(got, "# prompt> \n[", 12), 0);
	KUNIT_EXPECT_EQ(test, logged[0], '[');
}

/* The ring forgets its beginning: what is shown begins with a whole line, and ends with the last. */
static void log_keeps_the_last_lines(struct kunit *test)
{
	int i, loud = console_loglevel;

	pr_raw("# mark three\n");
	console_loglevel = 0;
	for (i = 0; i < 2000; i++)
		pr_debug("%050d\n", i);
	console_loglevel = loud;
	show_log_behind("# mark three\n");
	KUNIT_EXPECT_EQ(test, logged[0], '[');
	KUNIT_EXPECT_TRUE(test, is_stamp(logged));
	pr_raw("# mark four\n# the end\n");
	show_log_behind("# mark four\n");
	KUNIT_EXPECT_STREQ(test, logged, "# the end\n");
}

static void long_messages_are_cut_not_lost(struct kunit *test)
{
	int n;

	listen();
	n = printk(KERN_NOTICE "%01500d", 7);
	pr_notice("after\n");
	listening = false;
	KUNIT_EXPECT_GT(test, n, 900);
	KUNIT_EXPECT_LT(test, n, 1500);
	KUNIT_EXPECT_NOT_NULL(test, strstr(got, "] 0000000000"));
}

static void rate_limit_counts_what_it_drops(struct kunit *test)
{
	DEFINE_RATELIMIT_STATE(rs, 100000, 3);
	unsigned int i, allowed = 0;

	for (i = 0; i < 10; i++)
		allowed += __ratelimit(&rs);
	KUNIT_EXPECT_EQ(test, allowed, 3U);
	KUNIT_EXPECT_EQ(test, rs.missed, 7U);

	rs.begin -= 100000; /* as if the interval had passed */
	listen();
	KUNIT_EXPECT_TRUE(test, __ratelimit(&rs));
	listening = false;
	KUNIT_EXPECT_NOT_NULL(test, strstr(got, "7 messages suppressed"));
	KUNIT_EXPECT_EQ(test, rs.missed, 0U);
	KUNIT_EXPECT_EQ(test, rs.printed, 1U);
}

static void symbols_have_names_and_sizes(struct kunit *test)
{
	unsigned long here = (unsigned long)symbols_have_names_and_sizes;
	unsigned long size, offset;
	char text[96];

	KUNIT_EXPECT_STREQ(test, kallsyms_lookup(here, &size, &offset),
			   "symbols_have_names_and_sizes");
	KUNIT_EXPECT_EQ(test, offset, 0UL);
	KUNIT_EXPECT_GT(test, size, 16UL);
	KUNIT_EXPECT_STREQ(test, kallsyms_lookup(here + size - 1, NULL, &offset),
			   "symbols_have_names_and_sizes");
	KUNIT_EXPECT_EQ(test, offset, size - 1);
	KUNIT_EXPECT_STREQ(test, kallsyms_lookup((unsigned long)printk, NULL, NULL), "printk");
	KUNIT_EXPECT_EQ(test, kallsyms_lookup_name("printk"), (unsigned long)printk);
	KUNIT_EXPECT_EQ(test, kallsyms_lookup_name("no_such_function"), 0UL);
	KUNIT_EXPECT_EQ(test, kallsyms_lookup_name(""), 0UL);

	snprintf(text, sizeof(text), "%ps %pS", printk, (char *)printk + 1);
	KUNIT_EXPECT_EQ(test, strncmp(text, "printk printk+0x1/0x", 20), 0);
}

static void no_symbol_outside_text(struct kunit *test)
{
	char text[32];

	KUNIT_EXPECT_NULL(test, kallsyms_lookup(0, NULL, NULL));
	KUNIT_EXPECT_NULL(test, kallsyms_lookup((unsigned long)_stext - 1, NULL, NULL));
	KUNIT_EXPECT_NULL(test, kallsyms_lookup((unsigned long)__start_rodata, NULL, NULL));
	KUNIT_EXPECT_NULL(test, kallsyms_lookup((unsigned long)got, NULL, NULL));
	KUNIT_EXPECT_NULL(test, kallsyms_lookup(~0UL, NULL, NULL));
	KUNIT_EXPECT_NULL(test, kallsyms_lookup_data((unsigned long)printk, NULL, NULL));
	KUNIT_EXPECT_NULL(test, kallsyms_lookup_data(0, NULL, NULL));
	KUNIT_EXPECT_NULL(test, kallsyms_lookup_data(~0UL, NULL, NULL));
	KUNIT_EXPECT_EQ(test, kallsyms_lookup_data_name("printk"), 0UL);
	KUNIT_EXPECT_EQ(test, kallsyms_lookup_data_name(""), 0UL);
	snprintf(text, sizeof(text), "%pS", (void *)0x1234);
	KUNIT_EXPECT_STREQ(test, text, "0x" ZEROES "00001234");
}

/* The linker knows what C made for a function; of assembly code it knows labels. */
static void functions_are_known_as_such(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, kallsyms_is_function((unsigned long)printk));
	KUNIT_EXPECT_TRUE(test, kallsyms_is_function((unsigned long)functions_are_known_as_such));
	KUNIT_EXPECT_FALSE(test, kallsyms_is_function((unsigned long)printk + 1));
	KUNIT_EXPECT_FALSE(test, kallsyms_is_function((unsigned long)arch_longjmp));
	KUNIT_EXPECT_FALSE(test, kallsyms_is_function((unsigned long)_etext));
	KUNIT_EXPECT_FALSE(test, kallsyms_is_function((unsigned long)got));
	KUNIT_EXPECT_FALSE(test, kallsyms_is_function(0));
	KUNIT_EXPECT_FALSE(test, kallsyms_is_function(~0UL));
}

static struct kunit_case printk_cases[] = {
	KUNIT_CASE(each_line_is_stamped),
	KUNIT_CASE(continuation_joins_the_line),
	KUNIT_CASE(levels_are_filtered),
	KUNIT_CASE(prefix_opens_each_line),
	KUNIT_CASE(console_text_is_not_logged),
	KUNIT_CASE(messages_end_an_open_prompt),
	KUNIT_CASE(log_keeps_the_last_lines),
	KUNIT_CASE(long_messages_are_cut_not_lost),
	KUNIT_CASE(rate_limit_counts_what_it_drops),
	KUNIT_CASE(symbols_have_names_and_sizes),
	KUNIT_CASE(no_symbol_outside_text),
	KUNIT_CASE(functions_are_known_as_such),
	{},
};

static struct kunit_suite printk_suite = {
	.name = "printk",
	.suite_init = printk_suite_init,
	.exit = quiet,
	.test_cases = printk_cases,
};
kunit_test_suite(printk_suite);
