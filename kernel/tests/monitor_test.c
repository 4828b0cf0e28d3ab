/* SPDX-License-Identifier: MIT */
/*
 * The monitor without its prompt: lines are executed, and what they say is looked at.
 */
#include <kernel/printk.h>
#include <kernel/selftest.h>
#include <kernel/seq.h>
#include <kernel/drivers/input.h>
#include <kernel/monitor/lineedit.h>
#include <kernel/monitor/monitor.h>
#include <kernel/monitor/pipe.h>
#include <kernel/lib/vsprintf.h>

static char said[8192];
static struct seq_file out;

/* What these cases type; what a person types meanwhile is for the prompt. */
static struct input_queue keys_typed;

static void type_keys(const char *keys)
{
	while (*keys)
		input_queue_push(&keys_typed, (u8)*keys++);
}

static int monitor_init(struct kunit *test __unused)
{
	memset(&keys_typed, 0, sizeof(keys_typed));
	input_read_from(&keys_typed);
	return 0;
}

static void monitor_exit(struct kunit *test __unused)
{
	input_read_from(NULL);
}

/* execute - a line, which is given in a buffer that ends where it ends */
static int execute(const char *line)
{
	char words[128];

	strscpy(words, line, sizeof(words));
	seq_open_buffer(&out, said, sizeof(said));
	return monitor_execute(&out, words);
}

/*
 * Two commands of the test's own: one tells its words, one prints lines. A dot keeps a
 * name out of "help".
 */

static int words_command(struct seq_file *m, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		seq_printf(m, "<%s>", argv[i]);
	return argc > 1 && !strcmp(argv[1], "senseless") ? -EINVAL : 0;
}

static void words_complete(struct line_editor *ed, int argc, char **argv)
{
	line_editor_offer(ed, argc == 1 ? "first" : argv[1]);
}
monitor_command(".words", words_command, "[WORD]..", "of the test suite: show the words",
		".words a \"b c\"", words_complete);

static int lines_command(struct seq_file *m, int argc, char **argv)
{
	unsigned long i, n;

	if (argc != 2 || monitor_number(argv[1], &n))
		return -EINVAL;
	for (i = 1; i <= n; i++)
		seq_printf(m, "line %lu\n", i);
	return 0;
}
monitor_command(".lines", lines_command, "N", "of the test suite: print N lines", ".lines 3", NULL);

/* One line of N characters, at once. */
static int wide_command(struct seq_file *m, int argc, char **argv)
{
	unsigned long n;

	if (argc != 2 || monitor_number(argv[1], &n))
		return -EINVAL;
	seq_printf(m, "%*s\n", (int)n, "x");
	return 0;
}
monitor_command(".wide", wide_command, "N", "of the test suite: print a line", ".wide 3", NULL);

struct line_case {
	const char *line;
	int ret;
	const char *said;
};

#define TOO_MANY "usage: COMMAND [WORD..] [| FILTER ..]: at most 8 words each, 4 in a line\n"

static const struct line_case line_cases[] = {
	{"", 0, ""},
	{"  \t ", 0, ""},
	{".words", 0, ""},
	{"  .words  a\tbc ", 0, "<a><bc>"},
	{".words \"a b\" c", 0, "<a b><c>"},
	{".words \"a|b\"\"c\" \"", 0, "<a|b><c><>"},
	{".words 2 3 4 5 6 7 8", 0, "<2><3><4><5><6><7><8>"},
	{".words 2 3 4 5 6 7 8 9", -E2BIG, TOO_MANY},
	{".lines 123 | grep 1 | grep 2 | grep 3", 0, "line 123\n"},
	{".words | grep a | grep b | grep c | grep d", -E2BIG, TOO_MANY},
	{"nonsense x", -ENOENT, "nonsense: no such command; \"help\" lists them\n"},
	{".words senseless", -EINVAL,
	 "<senseless>usage: .words [WORD]..\nexample: .words a \"b c\"\n"},
	{".lines 12 | grep 1", 0, "line 1\nline 10\nline 11\nline 12\n"},
	{".lines 12|grep 1|grep 2", 0, "line 12\n"},
	{".lines 12 | grep -v 1", 0,
	 "line 2\nline 3\nline 4\nline 5\nline 6\nline 7\nline 8\nline 9\n"},
	{".lines 2 | grep \"e 2\"", 0, "line 2\n"},
	{".lines 2 | grep \"\"", 0, "line 1\nline 2\n"},
	{".lines 2 | grep -v \"\"", 0, ""},
	{".words a | grep a", 0, "<a>"}, /* a last line without its end */
	{".lines 1 | grep", -EINVAL, "usage: COMMAND | grep [-v] WORD\n"},
	{".lines 1 | grep -v", -EINVAL, "usage: COMMAND | grep [-v] WORD\n"},
	{".lines 1 | grep a b", -EINVAL, "usage: COMMAND | grep [-v] WORD\n"},
	{".lines 1 | more 3", -EINVAL, "usage: COMMAND | more\n"},
	{".lines 1 | more | grep 1", -EINVAL, "more: stands last\n"},
	{".lines 1 | meminfo", -ENOENT,
	 "meminfo: nothing that goes behind a |; \"help\" lists that, too\n"},
	{".lines 1 |", -EINVAL, "a | stands between two commands\n"},
	{"| grep 1", -EINVAL, "a | stands between two commands\n"},
	{"|", -EINVAL, "a | stands between two commands\n"},
	{".lines 1 || grep 1", -EINVAL, "a | stands between two commands\n"},
};

/* What help says of a command, of a filter, of neither. */
static void help_explains(struct kunit *test)
{
	execute("help .words");
	KUNIT_EXPECT_STREQ(test, said,
			   ".words [WORD]..\n  of the test suite: show the words\n"
			   "  example: .words a \"b c\"\n");
	execute("help grep");
	KUNIT_EXPECT_STREQ(test, said,
			   "... | grep [-v] WORD\n"
			   "  lines that hold the word; with -v those that do not\n"
			   "  example: meminfo | grep Total\n");
	execute("help more");
	KUNIT_EXPECT_TRUE(test, str_has_prefix(said, "... | more\n  by pages"));
	execute("help nonsense");
	KUNIT_EXPECT_STREQ(test, said, "nonsense: no such command\n");
	KUNIT_EXPECT_EQ(test, execute("help a b"), -EINVAL);
	execute("help");
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, "\n  meminfo "));
	KUNIT_EXPECT_NULL(test, strstr(said, ".words"));
}

static void line_desc(const struct line_case *c, char *desc)
{
	strscpy(desc, *c->line ? c->line : "nothing", KUNIT_PARAM_DESC_SIZE);
	for (; *desc; desc++)
		if (*desc == '\t' || *desc == '#')
			*desc = ' ';
}
KUNIT_ARRAY_PARAM(line, line_cases, line_desc)

static void lines_are_obeyed(struct kunit *test)
{
	const struct line_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, execute(c->line), c->ret);
	KUNIT_EXPECT_STREQ(test, said, c->said);
}

/* What a person reads goes through a buffer of a line's length; a test reads it all. */
static char through_sink[1024];

static void keep_sunk(void *private __unused, const char *text, size_t len)
{
	size_t used = strlen(through_sink);

	len = min(len, sizeof(through_sink) - used - 1);
	memcpy(through_sink + used, text, len);
	through_sink[used + len] = '\0';
}

static const char *say(const char *line)
{
	char words[64], buf[PIPE_LINE_MAX];

	through_sink[0] = '\0';
	strscpy(words, line, sizeof(words));
	seq_open_sink(&out, buf, sizeof(buf), keep_sunk, NULL);
	monitor_execute(&out, words);
	seq_release(&out);
	return through_sink;
}

static void losses_are_admitted(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, strstr(say(".wide 250"), "lost"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(say(".wide 300"), "is lost"));
	KUNIT_EXPECT_NOT_NULL(test, strstr(say(".wide 300 | grep -v nothing"), "is lost"));
	KUNIT_EXPECT_NULL(test, strstr(say(".lines 100 | grep -v 1"), "lost"));
}

/*
 * more
 */

#define ASKED   PAGER_PROMPT "\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\b"
#define TOO_FEW (PAGER_ROWS - 1)

static unsigned int lines_said(void)
{
	const char *at = said;
	unsigned int n = 0;

	while ((at = strstr(at, "line "))) {
		n++;
		at++;
	}
	return n;
}

static unsigned int times_asked(void)
{
	const char *at = said;
	unsigned int n = 0;

	while ((at = strstr(at, PAGER_PROMPT))) {
		n++;
		at++;
	}
	return n;
}

struct more_case {
	const char *line, *keys;
	unsigned int lines, asked;
};

static const struct more_case more_cases[] = {
	{".lines 0 | more", "", 0, 0},
	{".lines 23 | more", "", TOO_FEW, 0},
	{".lines 24 | more", " ", TOO_FEW + 1, 1},
	{".lines 46 | more", " ", 2 * TOO_FEW, 1},
	{".lines 47 | more", "xx", 2 * TOO_FEW + 1, 2},
	{".lines 100 | more", "q", TOO_FEW, 1},
	{".lines 100 | more", "\003", TOO_FEW, 1},
	{".lines 100 | more", "\r\nq", TOO_FEW + 2, 3},
	{".lines 100 | grep 2 | more", "", 19, 0},
};

static void more_desc(const struct more_case *c, char *desc)
{
	scnprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s, %u times asked", c->line, c->asked);
}
KUNIT_ARRAY_PARAM(more, more_cases, more_desc)

static void more_waits_for_keys(struct kunit *test)
{
	const struct more_case *c = test->param_value;

	type_keys(c->keys);
	KUNIT_EXPECT_EQ(test, execute(c->line), 0);
	KUNIT_EXPECT_EQ(test, lines_said(), c->lines);
	KUNIT_EXPECT_EQ(test, times_asked(), c->asked);
	KUNIT_EXPECT_EQ(test, input_pop(), -1);
}

static void more_takes_its_prompt_back(struct kunit *test)
{
	type_keys("q");
	KUNIT_EXPECT_EQ(test, execute(".lines 100 | more"), 0);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, "line 23\n" ASKED));
	KUNIT_EXPECT_STREQ(test, strstr(said, PAGER_PROMPT), ASKED);
}

/* A line of 100 columns takes two rows. */
static void more_counts_rows(struct kunit *test)
{
	static struct pipe_stage stage;
	static char name[] = "more";
	char *argv[] = {name};
	char line[102];
	unsigned int i;

	memset(line, 'x', 100);
	strscpy(line + 100, "\n", 2);
	seq_open_buffer(&out, said, sizeof(said));
	KUNIT_ASSERT_EQ(test, pipe_stage_open(&stage, &out, 1, argv), 0);
	type_keys("q");
	for (i = 0; i < 12; i++)
		seq_puts(&stage.in, line);
	seq_release(&stage.in);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, PAGER_PROMPT));
	KUNIT_EXPECT_EQ(test, strstr(said, PAGER_PROMPT) - said, 11 * 101);
}

/*
 * Arguments
 */

struct word_case {
	const char *word;
	int (*parse)(const char *word, unsigned long *res);
	int ret;
	unsigned long res;
};

static const struct word_case word_cases[] = {
	{"12", monitor_number, 0, 12},
	{"0x12", monitor_number, 0, 0x12},
	{"0X1f", monitor_number, 0, 0x1f},
	{"0", monitor_number, 0, 0},
	{"010", monitor_number, 0, 10},
	{"0xffffffff", monitor_number, 0, 0xffffffff},
	{"99999999999999999999999999", monitor_number, -EINVAL, 0},
	{"-1", monitor_number, -EINVAL, 0},
	{"1x", monitor_number, -EINVAL, 0},
	{"", monitor_number, -EINVAL, 0},
	{"0x", monitor_number, -EINVAL, 0},
	{"64K", monitor_size, 0, 64 << 10},
	{"100", monitor_size, 0, 100},
	{"2m", monitor_size, 0, 2 << 20},
	{"0", monitor_size, -EINVAL, 0},
	{"3G", monitor_size, 0, 3UL << 30},
	{"99999999999E", monitor_size, -EINVAL, 0},
	{"64Kx", monitor_size, -EINVAL, 0},
	{"0xc0101000", monitor_address, 0, 0xc0101000},
	{"c0101000", monitor_address, 0, 0xc0101000},
	{"0", monitor_address, 0, 0},
	{"100", monitor_address, 0, 100},
	{"00100000", monitor_address, 0, 0x100000},
	{"00f00f", monitor_address, 0, 0xf00f},
	{"00f00g", monitor_address, -EINVAL, 0},
	{"printk", monitor_address, 0, (unsigned long)printk},
	{"printk+0x10", monitor_address, 0, (unsigned long)printk + 0x10},
	{"keys_typed+4", monitor_address, 0, (unsigned long)&keys_typed + 4},
	{"printk+", monitor_address, -EINVAL, 0},
	{"+x", monitor_address, -EINVAL, 0},
	{"no_such_function", monitor_address, -EINVAL, 0},
	{"fffffffffffffffff", monitor_address, -EINVAL, 0},
};

static void word_desc(const struct word_case *c, char *desc)
{
	scnprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s \"%s\"",
		  c->parse == monitor_number ? "number"
		  : c->parse == monitor_size ? "size"
					     : "address",
		  c->word);
}
KUNIT_ARRAY_PARAM(word, word_cases, word_desc)

static void words_have_values(struct kunit *test)
{
	const struct word_case *c = test->param_value;
	unsigned long res = 0;

	KUNIT_EXPECT_EQ(test, c->parse(c->word, &res), c->ret);
	KUNIT_EXPECT_EQ(test, res, c->res);
}

/* A word of the CPU holds ULONG_MAX and not one more, however it is written. */
static void words_have_limits(struct kunit *test)
{
	unsigned long res = 0;
	char word[24];
	int len;

	len = scnprintf(word, sizeof(word), "%lu", ULONG_MAX);
	KUNIT_EXPECT_EQ(test, monitor_number(word, &res), 0);
	KUNIT_EXPECT_EQ(test, res, ULONG_MAX);
	KUNIT_EXPECT_EQ(test, monitor_size(word, &res), 0);
	KUNIT_EXPECT_EQ(test, monitor_address(word, &res), 0);
	word[len - 1]++; /* from 5 to 6, whatever the width */
	KUNIT_EXPECT_EQ(test, monitor_number(word, &res), -EINVAL);
	KUNIT_EXPECT_EQ(test, monitor_size(word, &res), -EINVAL);

	scnprintf(word, sizeof(word), "%luG", ULONG_MAX >> 30);
	KUNIT_EXPECT_EQ(test, monitor_size(word, &res), 0);
	KUNIT_EXPECT_EQ(test, res, ULONG_MAX >> 30 << 30);
	scnprintf(word, sizeof(word), "%luG", (ULONG_MAX >> 30) + 1);
	KUNIT_EXPECT_EQ(test, monitor_size(word, &res), -EINVAL);

	scnprintf(word, sizeof(word), "%lx", ULONG_MAX);
	KUNIT_EXPECT_EQ(test, monitor_address(word, &res), 0);
	KUNIT_EXPECT_EQ(test, res, ULONG_MAX);
	scnprintf(word, sizeof(word), "%lx0", ULONG_MAX);
	KUNIT_EXPECT_EQ(test, monitor_address(word, &res), -EINVAL);
	KUNIT_EXPECT_EQ(test, res, ULONG_MAX);
}

/*
 * Completion, as the prompt does it
 */

static void no_echo(void *arg __unused, const char *s __unused, size_t len __unused)
{
}

struct complete_case {
	const char *typed, *line;
};

static const struct complete_case complete_cases[] = {
	{"memi\t", "meminfo "},
	{"help memi\t", "help meminfo "},
	{"help gr\t", "help grep "},
	{"help meminfo me\t", "help meminfo me"},
	{"trace sh\t", "trace show "},
	{"test linee\t", "test lineedit "},
	{"test lineedit,monit\t", "test lineedit,monitor "},
	{"test lineedit monit\t", "test lineedit monit"},
	{"meminfo | g\t", "meminfo | grep "},
	{"meminfo|m\t", "meminfo|more "},
	{"meminfo | grep me\t", "meminfo | grep me"},
	{"nonsense \t", "nonsense "},
	{".words f\t", ".words first "},
	{".words abc a\t", ".words abc abc "},
};

static void complete_desc(const struct complete_case *c, char *desc)
{
	strscpy(desc, c->line, KUNIT_PARAM_DESC_SIZE);
}
KUNIT_ARRAY_PARAM(complete, complete_cases, complete_desc)

static const char *line_of(const char *typed)
{
	static struct line_editor editor;

	line_editor_init(&editor, MONITOR_PROMPT, no_echo, NULL);
	line_editor_set_completer(&editor, monitor_complete);
	line_editor_begin(&editor);
	for (; *typed; typed++)
		line_editor_feed(&editor, (u8)*typed);
	return editor.line;
}

static void prompt_completes(struct kunit *test)
{
	const struct complete_case *c = test->param_value;

	KUNIT_EXPECT_STREQ(test, line_of(c->typed), c->line);
}

static void crash_wants_one_way(struct kunit *test)
{
	execute("help crash");
	if (strstr(said, "no such command"))
		kunit_skip(test, "the ways to crash are those of a PC");
	KUNIT_EXPECT_STREQ(test, line_of("crash mach\t"), "crash machine-check ");
	KUNIT_EXPECT_EQ(test, execute("crash nohow"), -EINVAL);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, "usage: crash "));
	KUNIT_EXPECT_EQ(test, execute("crash null null"), -EINVAL);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, "\nexample: "));
}

/* Whatever stands in a line, cutting it up stays inside it. */
static void any_line_is_survived(struct kunit *test)
{
	static const char likely[] = "  ||\"\"\tab .words grep more";
	unsigned int i, j;

	for (i = 0; i < 2000; i++) {
		char line[24] = ".words ";

		for (j = 7; j < sizeof(line) - 1; j++)
			line[j] = likely[kunit_rand_below(test, sizeof(likely) - 1)];
		line[j] = '\0';
		KUNIT_EXPECT_LE(test, execute(line), 0);
	}
}

static struct kunit_case monitor_test_cases[] = {
	KUNIT_CASE_PARAM(lines_are_obeyed, line_gen_params),
	KUNIT_CASE(help_explains),
	KUNIT_CASE(losses_are_admitted),
	KUNIT_CASE_PARAM(more_waits_for_keys, more_gen_params),
	KUNIT_CASE(more_takes_its_prompt_back),
	KUNIT_CASE(more_counts_rows),
	KUNIT_CASE_PARAM(words_have_values, word_gen_params),
	KUNIT_CASE(words_have_limits),
	KUNIT_CASE_PARAM(prompt_completes, complete_gen_params),
	KUNIT_CASE(crash_wants_one_way),
	KUNIT_CASE(any_line_is_survived),
	{},
};

static struct kunit_suite monitor_suite = {
	.name = "monitor",
	.init = monitor_init,
	.exit = monitor_exit,
	.test_cases = monitor_test_cases,
};
kunit_test_suite(monitor_suite);
