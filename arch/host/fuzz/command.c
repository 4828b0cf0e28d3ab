/* SPDX-License-Identifier: MIT */
/*
 * What becomes of a line that was typed, beside a naive reader: which command runs with
 * which words, which of its lines come through the pipe, what the answer is, and what a
 * tab could complete.
 *
 * Commands run are a listener of the fuzzer's own and "help". Others are real: they allocate,
 * poke, halt. Of a line that would run one, only the way there is tried.
 */
#include <arch/host/fuzz/fuzz.h>
#include <kernel/seq.h>
#include <kernel/drivers/input.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <kernel/monitor/lineedit.h>
#include <kernel/monitor/monitor.h>

/*
 * The naive reader: byte by byte. A word ends at a blank or |, one in quotes at the next quote.
 */

static struct naive_stage {
	int nr;
	char word[LINE_SIZE][LINE_SIZE];
} stages[LINE_SIZE]; /* as many as a line of nothing but | has */
static int nr_stages;

static void naive_read(const char *line)
{
	char *word = NULL;
	bool quoted = false;

	nr_stages = 1;
	stages[0].nr = 0;
	for (; *line; line++) {
		struct naive_stage *stage = &stages[nr_stages - 1];

		if (word && quoted && *line != '"') {
			*word++ = *line;
		} else if ((word && quoted) || *line == ' ') {
			word = NULL;
		} else if (*line == '|') {
			word = NULL;
			stages[nr_stages++].nr = 0;
		} else if (word) {
			*word++ = *line;
		} else {
			word = stage->word[stage->nr++];
			memset(word, 0, LINE_SIZE);
			quoted = *line == '"';
			if (!quoted)
				*word++ = *line;
		}
	}
}

static bool too_many(void)
{
	int i;

	for (i = 0; i < nr_stages; i++)
		if (stages[i].nr > MONITOR_ARGS_MAX)
			return true;
	return nr_stages > MONITOR_STAGES_MAX;
}

static bool named(int stage, const char *name)
{
	return stages[stage].nr && !strcmp(stages[stage].word[0], name);
}

/*
 * Commands
 */

/* The listener, whose words come back a line each; it finds no sense in a last word "no". */
static int listen(struct seq_file *m, int argc, char **argv)
{
	int i;

	FUZZ_CHECK(argc > 0 && argc <= MONITOR_ARGS_MAX);
	for (i = 0; i < argc; i++)
		seq_printf(m, "%s\n", argv[i]);
	return strcmp(argv[argc - 1], "no") ? 0 : -EINVAL;
}

/* What may stand behind "x": words that begin alike, hold a comma, are longer than a line. */
static const char *const second_words[] = {
	"a",
	"ab",
	"abacus",
	"b,a",
	"no",
	"long-as-no-line-is-which-ends-before-this-word-does-and-so-it-is-cut-by-then-1",
	"long-as-no-line-is-which-ends-before-this-word-does-and-so-it-is-cut-by-then-2",
};

/* And behind that, more than are listed. */
static char third_words[LISTED_MAX + 50][8];

static void make_third_words(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(third_words); i++)
		snprintf(third_words[i], sizeof(third_words[i]), "n%zu", i);
}

static void listen_complete(struct line_editor *ed, int argc, char **argv __unused)
{
	size_t i;

	make_third_words();
	for (i = 0; i < ARRAY_SIZE(second_words) && argc == 1; i++)
		line_editor_offer(ed, second_words[i]);
	for (i = 0; i < ARRAY_SIZE(third_words) && argc == 2; i++)
		line_editor_offer(ed, third_words[i]);
}
monitor_command("x", listen, "[WORD]..", "of the fuzzer: show the words", "x a", listen_complete);

extern const struct monitor_command __start_monitor_commands[];
extern const struct monitor_command __stop_monitor_commands[];

static bool is_command(const char *name)
{
	const struct monitor_command *c;

	for (c = __start_monitor_commands; c < __stop_monitor_commands; c++)
		if (!strcmp(c->name, name))
			return true;
	return false;
}

/* Does the line that was read begin with a command that must not be asked anything? */
static bool foreign(void)
{
	return stages[0].nr && !named(0, "x") && !named(0, "help") && is_command(stages[0].word[0]);
}

/*
 * Completion
 */

void fuzz_complete(struct line_editor *ed, const char *before)
{
	naive_read(before);
	if (nr_stages > 1 || !foreign())
		monitor_complete(ed, before);
}

/* All that are listed by "help", in the alphabet's order. */
static void offer_commands(void (*offer)(const char *word))
{
	const char *last = "";

	for (;;) {
		const struct monitor_command *c;
		const char *next = NULL;

		for (c = __start_monitor_commands; c < __stop_monitor_commands; c++)
			if (*c->name != '.' && strcmp(c->name, last) > 0 &&
			    (!next || strcmp(c->name, next) < 0))
				next = c->name;
		if (!next)
			return;
		offer(next);
		last = next;
	}
}

static void offer_filters(void (*offer)(const char *word))
{
	offer("grep");
	offer("more");
}

void fuzz_offer_words(const char *before, void (*offer)(const char *word))
{
	size_t i;

	naive_read(before);
	if (too_many())
		return;
	if (nr_stages > 1) {
		if (!stages[nr_stages - 1].nr)
			offer_filters(offer);
		return;
	}
	if (!stages[0].nr || (named(0, "help") && stages[0].nr == 1))
		offer_commands(offer);
	if (named(0, "help") && stages[0].nr == 1)
		offer_filters(offer);
	if (named(0, "x") && stages[0].nr == 1)
		for (i = 0; i < ARRAY_SIZE(second_words); i++)
			offer(second_words[i]);
	if (named(0, "x") && stages[0].nr == 2)
		for (i = 0; i < ARRAY_SIZE(third_words); i++)
			offer(third_words[i]);
}

/*
 * Answers
 */

/* The answer to what stands behind a |. */
static int filter_answer(int stage)
{
	bool invert = stages[stage].nr > 1 && !strcmp(stages[stage].word[1], "-v");

	if (named(stage, "grep"))
		return stages[stage].nr == (invert ? 3 : 2) ? 0 : -EINVAL;
	if (named(stage, "more"))
		return stages[stage].nr == 1 ? 0 : -EINVAL;
	return -ENOENT;
}

/* The answer to the line before any command is run. */
static int line_answer(void)
{
	int i;

	if (too_many())
		return -E2BIG;
	if (nr_stages == 1)
		return 0;
	for (i = 0; i < nr_stages; i++)
		if (!stages[i].nr || (i < nr_stages - 1 && named(i, "more")))
			return -EINVAL;
	for (i = nr_stages - 1; i > 0; i--)
		if (filter_answer(i))
			return filter_answer(i);
	return 0;
}

/* And that of the command. */
static int command_answer(void)
{
	if (!stages[0].nr)
		return 0;
	if (named(0, "help"))
		return stages[0].nr > 2 ? -EINVAL : 0;
	if (named(0, "x"))
		return strcmp(stages[0].word[stages[0].nr - 1], "no") ? 0 : -EINVAL;
	return -ENOENT;
}

static bool contains(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (; strlen(text) >= length; text++)
		if (!memcmp(text, word, length))
			return true;
	return false;
}

/* Does a line come through all filters? "more" has room for all that the listener says. */
static bool comes_through(const char *line)
{
	int i;

	for (i = 1; i < nr_stages; i++) {
		bool invert = stages[i].nr == 3;

		if (named(i, "grep") && contains(line, stages[i].word[stages[i].nr - 1]) == invert)
			return false;
	}
	return true;
}

/* expect_line - the next line of what was said, if it is to come through. Return: behind it. */
static const char *expect_line(const char *said, const char *line)
{
	size_t length = strlen(line);

	if (!comes_through(line))
		return said;
	FUZZ_CHECK(!strncmp(said, line, length) && said[length] == '\n');
	return said + length + 1;
}

static void expect_listener(const char *said, int answer)
{
	int i;

	for (i = 0; i < stages[0].nr; i++)
		said = expect_line(said, stages[0].word[i]);
	if (answer) {
		said = expect_line(said, "usage: x [WORD]..");
		said = expect_line(said, "example: x a");
	}
	FUZZ_CHECK(!*said);
}

/* The line lies at the end of what holds it, so that the sanitizer sees where it ends. */
static int execute(char *said, size_t size, const char *line)
{
	static char copy[LINE_SIZE];
	char *at = copy + LINE_SIZE - (strlen(line) + 1);
	struct seq_file out;

	strscpy(at, line, LINE_SIZE);
	seq_open_buffer(&out, said, size);
	return monitor_execute(&out, at);
}

void fuzz_execute(const char *line)
{
	static char said[8192];
	int want;

	naive_read(line);
	want = line_answer();
	if (!want && foreign())
		return;
	input_push('q'); /* for "more", of which "help" fills more than a page */
	if (want) {
		FUZZ_CHECK(execute(said, sizeof(said), line) == want);
		FUZZ_CHECK(*said);
	} else {
		want = command_answer();
		FUZZ_CHECK(execute(said, sizeof(said), line) == want);
		if (named(0, "x"))
			expect_listener(said, want);
	}
	input_pop();
}
