/* SPDX-License-Identifier: MIT */
/*
 * Filters: each is the sink of a seq_file, and hands lines on to the next one's. So text
 * flows from the command to the console as it is made, and nothing is kept.
 *
 * "more" waits for a key with everything behind it standing still: the command that
 * prints is inside its seq_printf() meanwhile, with interrupts on and no lock held.
 */
#include <kernel/drivers/input.h>
#include <kernel/monitor/lineedit.h>
#include <kernel/monitor/pipe.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>

/*
 * grep
 */

/* @text is terminated: it is the beginning of a seq_file's buffer. */
static bool line_holds(const char *text, size_t len, const char *word)
{
	const char *at = strstr(text, word);

	return at && (size_t)(at - text) + strlen(word) <= len;
}

static void grep_pass(struct pipe_stage *stage, const char *text, size_t len)
{
	if (line_holds(text, len, stage->word) != stage->invert)
		seq_write(stage->out, text, len);
}

static int grep_open(struct pipe_stage *stage, int argc, char **argv)
{
	stage->invert = argc > 1 && !strcmp(argv[1], "-v");
	if (argc != 2 + stage->invert)
		return -EINVAL;
	stage->word = argv[argc - 1];
	return 0;
}

/*
 * more
 */

static void take_back(struct seq_file *m, const char *s)
{
	size_t i, len = strlen(s);

	for (i = 0; i < 3 * len; i++)
		seq_putc(m, i / len == 1 ? ' ' : '\b');
	seq_flush(m);
}

/* more_wait - ask, and obey: Enter one line more, q and ^C no more, all else a page */
static void more_wait(struct pipe_stage *stage)
{
	u8 key;

	seq_puts(stage->out, PAGER_PROMPT);
	seq_flush(stage->out);
	key = input_wait();
	take_back(stage->out, PAGER_PROMPT);
	if (key == 'q' || key == 'Q' || key == ('C' & 0x1f))
		stage->given_up = true;
	else if (key == '\r' || key == '\n')
		stage->rows--;
	else
		stage->rows = 0;
}

static void more_pass(struct pipe_stage *stage, const char *text, size_t len)
{
	unsigned int rows = max(DIV_ROUND_UP((unsigned int)len - 1, PAGER_COLUMNS), 1U);

	if (stage->rows && stage->rows + rows >= PAGER_ROWS && !stage->given_up)
		more_wait(stage);
	if (stage->given_up)
		return;
	stage->rows += rows;
	seq_write(stage->out, text, len);
}

static int more_open(struct pipe_stage *stage __unused, int argc, char **argv __unused)
{
	return argc == 1 ? 0 : -EINVAL;
}

/*
 * All of them
 */

static const struct pipe_filter {
	const char *name;
	const char *usage; /* its arguments, with a blank in front */
	const char *help;
	const char *example;
	int (*open)(struct pipe_stage *stage, int argc, char **argv);
	void (*pass)(struct pipe_stage *stage, const char *text, size_t len);
} filters[] = {
	{"grep", " [-v] WORD", "lines that hold the word; with -v those that do not",
	 "meminfo | grep Total", grep_open, grep_pass},
	{"more", "", "by pages: blank goes on, Enter by a line, q ends",
	 "slabinfo | grep 64 | more", more_open, more_pass},
};

static const struct pipe_filter *find_filter(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(filters); i++)
		if (!strcmp(filters[i].name, name))
			return &filters[i];
	return NULL;
}

static void stage_sink(void *private, const char *text, size_t len)
{
	struct pipe_stage *stage = private;

	stage->pass(stage, text, len);
}

int pipe_stage_open(struct pipe_stage *stage, struct seq_file *out, int argc, char **argv)
{
	const struct pipe_filter *filter = find_filter(argv[0]);

	if (!filter)
		return -ENOENT;
	seq_open_sink(&stage->in, stage->buf, sizeof(stage->buf), stage_sink, stage);
	stage->out = out;
	stage->pass = filter->pass;
	stage->rows = 0;
	stage->given_up = false;
	return filter->open(stage, argc, argv);
}

const char *pipe_usage(const char *name)
{
	const struct pipe_filter *filter = find_filter(name);

	return filter ? filter->usage : NULL;
}

bool pipe_stands_last(const char *name)
{
	const struct pipe_filter *filter = find_filter(name);

	return filter && filter->pass == more_pass;
}

void pipe_help(struct seq_file *m)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(filters); i++)
		seq_printf(m, "  ... | %s%-11s %s\n", filters[i].name, filters[i].usage,
			   filters[i].help);
}

void pipe_explain(struct seq_file *m, const char *name)
{
	const struct pipe_filter *filter = find_filter(name);

	if (filter)
		seq_printf(m, "... | %s%s\n  %s\n  example: %s\n", name, filter->usage,
			   filter->help, filter->example);
}

void pipe_complete(struct line_editor *ed)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(filters); i++)
		line_editor_offer(ed, filters[i].name);
}
