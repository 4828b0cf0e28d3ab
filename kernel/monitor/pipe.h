/* SPDX-License-Identifier: MIT */
/*
 * What may stand behind a | at the prompt: commands that pass on some of the lines that
 * the command before them prints, or pass them on slowly.
 */
#ifndef KERNEL_MONITOR_PIPE_H
#define KERNEL_MONITOR_PIPE_H

#include <kernel/seq.h>

struct line_editor;

#define PIPE_LINE_MAX 256 /* a longer line counts as several */
#define PAGER_ROWS    24  /* lines that "more" shows at a time, its prompt included */
#define PAGER_COLUMNS 80
#define PAGER_PROMPT  "--More--"

/*
 * struct pipe_stage - one filter at work
 * @in:       what the command before it prints into; @buf is its line
 * @out:      where lines that pass go
 * @pass:     what the filter does with a line
 * @word:     of grep; @invert: lines without it
 * @rows:     of more: shown since the last prompt; @given_up: the rest is not wanted
 */
struct pipe_stage {
	struct seq_file in;
	char buf[PIPE_LINE_MAX];
	struct seq_file *out;
	void (*pass)(struct pipe_stage *stage, const char *text, size_t len);
	const char *word;
	bool invert;
	unsigned int rows;
	bool given_up;
};

/**
 * pipe_stage_open - set a filter up
 * @stage: a filter
 * @out:   where what passes goes
 * @argc, @argv: its words, the name first; they outlive the stage
 * Return: 0, -ENOENT when there is no such filter, -EINVAL when its words make no sense.
 */
int pipe_stage_open(struct pipe_stage *stage, struct seq_file *out, int argc, char **argv);

/** pipe_usage - the arguments of a filter, a blank in front; NULL when there is none such */
const char *pipe_usage(const char *name);

/** pipe_stands_last - must it be the last, since it talks with whoever reads? */
bool pipe_stands_last(const char *name);

/** pipe_help - one line a filter, as "help" shows them */
void pipe_help(struct seq_file *m);

/** pipe_explain - what "help" shows of one filter */
void pipe_explain(struct seq_file *m, const char *name);

/** pipe_complete - offer the names of all filters */
void pipe_complete(struct line_editor *ed);

#endif
