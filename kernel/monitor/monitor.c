/* SPDX-License-Identifier: MIT */
/*
 * The monitor: read a line, cut it into commands and words, look the first word up in
 * the table that monitor_command() fills, run it.
 *
 * Bytes come from <kernel/drivers/input.h>; while there are none, the CPU halts. What
 * the monitor says goes to every console, but not into the log: dmesg is the kernel's.
 */
#include <kernel/printk.h>
#include <kernel/drivers/input.h>
#include <kernel/monitor/lineedit.h>
#include <kernel/monitor/monitor.h>
#include <kernel/monitor/pipe.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>

extern const struct monitor_command __start_monitor_commands[];
extern const struct monitor_command __stop_monitor_commands[];

static const struct monitor_command *find_command(const char *name)
{
	const struct monitor_command *c;

	for (c = __start_monitor_commands; c < __stop_monitor_commands; c++) {
		if (!strcmp(c->name, name))
			return c;
	}
	return NULL;
}

/*
 * Words
 */

/* The words between two |. */
struct stage_words {
	int argc;
	char *argv[MONITOR_ARGS_MAX];
};

/* cut_word - @word begins at its first character. Return: behind it; @end: what ended it. */
static char *cut_word(char **word, char *end)
{
	char *behind;

	if (**word == '"') {
		(*word)++;
		behind = *word + strcspn(*word, "\"");
	} else {
		behind = *word + strcspn(*word, " \t|");
	}
	*end = *behind;
	if (*behind)
		*behind++ = '\0';
	return behind;
}

/*
 * cut_line - into commands, at |, and those into words, at blanks; in place
 *
 * "a word in quotes" may hold both. Return: how many commands, or -E2BIG.
 */
static int cut_line(char *line, struct stage_words *stages)
{
	struct stage_words *stage = stages;
	char end = '\0';

	stage->argc = 0;
	for (;;) {
		line = skip_spaces(line);
		if (end != '|' && *line == '|')
			end = *line++;
		if (end == '|') {
			if (++stage == stages + MONITOR_STAGES_MAX)
				return -E2BIG;
			stage->argc = 0;
			end = '\0';
			continue;
		}
		if (!*line)
			return (int)(stage - stages) + 1;
		if (stage->argc == MONITOR_ARGS_MAX)
			return -E2BIG;
		stage->argv[stage->argc++] = line;
		line = cut_word(&stage->argv[stage->argc - 1], &end);
	}
}

/*
 * Obeying
 */

static int show_usage(struct seq_file *m, const struct monitor_command *command)
{
	seq_printf(m, "usage: %s%s%s\n", command->name, *command->usage ? " " : "", command->usage);
	seq_printf(m, "example: %s\n", command->example);
	return -EINVAL;
}

static int run_command(struct seq_file *m, int argc, char **argv)
{
	const struct monitor_command *command = find_command(argv[0]);

	if (!command) {
		seq_printf(m, "%s: no such command; \"help\" lists them\n", argv[0]);
		return -ENOENT;
	}
	return command->run(m, argc, argv) ? show_usage(m, command) : 0;
}

/*
 * run_through - run the first command of @n, its output through all others
 *
 * They are opened from the last one on, as each is told where it hands its lines.
 */
static int run_through(struct seq_file *m, struct stage_words *stages, int n)
{
	struct pipe_stage filters[MONITOR_STAGES_MAX - 1];
	struct seq_file *out = m;
	int i, ret;

	for (i = n - 1; i > 0; i--) {
		const char *name = stages[i].argv[0];

		ret = pipe_stage_open(&filters[i - 1], out, stages[i].argc, stages[i].argv);
		if (ret == -ENOENT)
			seq_printf(m,
				   "%s: nothing that goes behind a |; \"help\" lists that, too\n",
				   name);
		else if (ret)
			seq_printf(m, "usage: COMMAND | %s%s\n", name, pipe_usage(name));
		if (ret)
			return ret;
		out = &filters[i - 1].in;
	}
	ret = run_command(out, stages[0].argc, stages[0].argv);
	for (i = 1; i < n; i++) {
		seq_release(&filters[i - 1].in);
		m->overflow |= filters[i - 1].in.overflow;
	}
	return ret;
}

/* admit_loss - what is lost on its way to a person is not lost silently */
static void admit_loss(struct seq_file *m)
{
	if (!m->sink || !m->overflow)
		return;
	m->overflow = false;
	seq_puts(m, "\n(some of this did not fit into a buffer, and is lost)\n");
}

static int obey_line(struct seq_file *m, char *line)
{
	struct stage_words stages[MONITOR_STAGES_MAX];
	int i, n = cut_line(line, stages);

	if (n < 0) {
		seq_printf(
			m,
			"usage: COMMAND [WORD..] [| FILTER ..]: at most %d words each, %d in a line\n",
			MONITOR_ARGS_MAX, MONITOR_STAGES_MAX);
		return n;
	}
	if (n == 1)
		return stages[0].argc ? run_command(m, stages[0].argc, stages[0].argv) : 0;
	for (i = 0; i < n; i++) {
		if (!stages[i].argc)
			seq_puts(m, "a | stands between two commands\n");
		else if (i < n - 1 && pipe_stands_last(stages[i].argv[0]))
			seq_printf(m, "%s: stands last\n", stages[i].argv[0]);
		else
			continue;
		return -EINVAL;
	}
	return run_through(m, stages, n);
}

int monitor_execute(struct seq_file *m, char *line)
{
	int ret = obey_line(m, line);

	admit_loss(m);
	return ret;
}

/*
 * help
 */

/* The next command in the alphabet after @last, or NULL. A name with a dot in front is hidden. */
static const struct monitor_command *next_by_name(const struct monitor_command *last)
{
	const struct monitor_command *c, *next = NULL;

	for (c = __start_monitor_commands; c < __stop_monitor_commands; c++) {
		if (c->name[0] != '.' && (!last || strcmp(c->name, last->name) > 0) &&
		    (!next || strcmp(c->name, next->name) < 0))
			next = c;
	}
	return next;
}

static void offer_commands(struct line_editor *ed)
{
	const struct monitor_command *c = NULL;

	while ((c = next_by_name(c)))
		line_editor_offer(ed, c->name);
}

static void list_commands(struct seq_file *m)
{
	const struct monitor_command *c = NULL;

	while ((c = next_by_name(c)))
		seq_printf(m, "  %-13s %s\n", c->name, c->help);
	pipe_help(m);
	seq_puts(m, "\"help COMMAND\" says more; tab completes.\n");
}

static int help_command(struct seq_file *m, int argc, char **argv)
{
	const struct monitor_command *c;

	if (argc > 2)
		return -EINVAL;
	if (argc == 1) {
		list_commands(m);
		return 0;
	}
	c = find_command(argv[1]);
	if (c)
		seq_printf(m, "%s %s\n  %s\n  example: %s\n", c->name, c->usage, c->help,
			   c->example);
	else if (pipe_usage(argv[1]))
		pipe_explain(m, argv[1]);
	else
		seq_printf(m, "%s: no such command\n", argv[1]);
	return 0;
}

static void help_complete(struct line_editor *ed, int argc, char **argv __unused)
{
	if (argc != 1)
		return;
	offer_commands(ed);
	pipe_complete(ed);
}
monitor_command("help", help_command, "[COMMAND]", "list the commands, or explain one",
		"help meminfo", help_complete);

/*
 * The prompt
 */

void monitor_complete(struct line_editor *ed, const char *before)
{
	struct stage_words stages[MONITOR_STAGES_MAX], *last;
	const struct monitor_command *command;
	char line[LINE_SIZE];
	int n;

	strscpy(line, before, sizeof(line));
	n = cut_line(line, stages);
	if (n < 1)
		return;
	last = &stages[n - 1];
	if (n > 1) {
		if (!last->argc)
			pipe_complete(ed);
		return;
	}
	if (!last->argc) {
		offer_commands(ed);
		return;
	}
	command = find_command(last->argv[0]);
	if (command && command->complete)
		command->complete(ed, last->argc, last->argv);
}

static void emit(void *arg __unused, const char *s, size_t len)
{
	console_write(s, len);
}

bool monitor_is_console(const struct seq_file *m)
{
	return m->sink == emit;
}

void monitor_run(void)
{
	static char line[PIPE_LINE_MAX];
	static struct line_editor editor;
	static struct seq_file out;

	seq_open_sink(&out, line, sizeof(line), emit, NULL);
	line_editor_init(&editor, MONITOR_PROMPT, emit, NULL);
	line_editor_set_completer(&editor, monitor_complete);
	seq_puts(&out, "\nThis is k896. Type \"help\".\n");
	line_editor_begin(&editor);
	for (;;) {
		enum line_state state = line_editor_feed(&editor, input_wait());

		if (state == LINE_EDITING)
			continue;
		if (state == LINE_DONE) {
			monitor_execute(&out, editor.line);
			seq_release(&out);
		} else if (state == LINE_CUT) {
			seq_printf(&out,
				   "usage: a line of at most %d characters; this one was longer\n",
				   LINE_SIZE - 1);
		}
		line_editor_begin(&editor);
	}
}
