/* SPDX-License-Identifier: MIT */
/*
 * The monitor: read a line, cut it into words, look the first one up in the table
 * that monitor_command() fills, run it.
 *
 * Bytes come from <kernel/drivers/input.h>; while there are none, the CPU halts.
 * Everything printed goes through printk's raw level, so that it is on every
 * console, and in dmesg.
 */
#include <kernel/printk.h>
#include <kernel/drivers/input.h>
#include <kernel/monitor/lineedit.h>
#include <kernel/monitor/monitor.h>
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

/* split - at blanks, in place. Return: number of words, or -E2BIG. */
static int split(char *line, char **argv)
{
	int argc = 0;

	for (;;) {
		line = skip_spaces(line);
		if (!*line)
			return argc;
		if (argc == MONITOR_ARGS_MAX)
			return -E2BIG;
		argv[argc++] = line;
		line += strcspn(line, " \t");
		if (*line)
			*line++ = '\0';
	}
}

int monitor_execute(char *line)
{
	char *argv[MONITOR_ARGS_MAX];
	const struct monitor_command *command;
	int argc = split(line, argv);

	if (argc == 0)
		return 0;
	if (argc < 0) {
		pr_raw("a command has at most %d words\n", MONITOR_ARGS_MAX);
		return argc;
	}
	command = find_command(argv[0]);
	if (!command) {
		pr_raw("%s: no such command; \"help\" lists them\n", argv[0]);
		return -ENOENT;
	}
	command->run(argc, argv);
	return 0;
}

/* The next command in the alphabet after @last, or NULL. */
static const struct monitor_command *next_by_name(const struct monitor_command *last)
{
	const struct monitor_command *c, *next = NULL;

	for (c = __start_monitor_commands; c < __stop_monitor_commands; c++) {
		if ((!last || strcmp(c->name, last->name) > 0) &&
		    (!next || strcmp(c->name, next->name) < 0))
			next = c;
	}
	return next;
}

static void help_command(int argc, char **argv)
{
	const struct monitor_command *c = NULL;

	if (argc > 1) {
		c = find_command(argv[1]);
		if (c)
			pr_raw("%s %s\n  %s\n", c->name, c->usage, c->help);
		else
			pr_raw("%s: no such command\n", argv[1]);
		return;
	}
	while ((c = next_by_name(c)))
		pr_raw("  %-12s %-10s %s\n", c->name, c->usage, c->help);
}
monitor_command("help", help_command, "[COMMAND]", "list the commands, or explain one");

static void emit(void *arg __unused, const char *s, size_t len)
{
	pr_raw("%.*s", (int)len, s);
}

void monitor_run(void)
{
	static struct line_editor editor;

	line_editor_init(&editor, MONITOR_PROMPT, emit, NULL);
	pr_raw("\nThis is k896. Type \"help\".\n");
	line_editor_begin(&editor);
	for (;;) {
		enum line_state state = line_editor_feed(&editor, input_wait());

		if (state == LINE_EDITING)
			continue;
		if (state == LINE_DONE)
			monitor_execute(editor.line);
		line_editor_begin(&editor);
	}
}
