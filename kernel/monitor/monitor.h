/* SPDX-License-Identifier: MIT */
/*
 * The monitor: the prompt on the serial line and on the screen.
 *
 * A command is a function and a row of words about it, declared beside its code by
 * monitor_command(). It prints into a seq_file, so that what it says can go through
 * "| grep WORD" and "| more", or to a test.
 */
#ifndef KERNEL_MONITOR_MONITOR_H
#define KERNEL_MONITOR_MONITOR_H

#include <kernel/seq.h>
#include <kernel/lib/types.h>

struct line_editor;

#define MONITOR_PROMPT     "k896> "
#define MONITOR_ARGS_MAX   8 /* words of a command, its name included */
#define MONITOR_STAGES_MAX 4 /* commands of a line, with | between them */

/*
 * struct monitor_command
 * @name:     one that begins with a dot is not listed: those of suites
 * @run:      called with its words, the name first, @argc of them. Return: 0, also when
 *            something went wrong and was said; -EINVAL when the words make no sense, and
 *            the monitor is to show @usage and @example.
 * @usage:    its arguments, "" for none
 * @help:     one line
 * @example:  a whole command line that works whenever it is typed
 * @complete: offers what may stand behind these words (monitor/lineedit.h), or NULL
 */
struct monitor_command {
	const char *name;
	int (*run)(struct seq_file *m, int argc, char **argv);
	const char *usage;
	const char *help;
	const char *example;
	void (*complete)(struct line_editor *ed, int argc, char **argv);
};

/* monitor_command - declare one, beside its code: the members in their order */
#define monitor_command(...)                                                                       \
	static const struct monitor_command __UNIQUE_ID(__monitor_command)                         \
		__used __table(".monitor_commands") __aligned(4) = {__VA_ARGS__}

/**
 * monitor_run - read and obey, for ever
 * Context: process context, interrupts on; the CPU halts while nobody types.
 */
void monitor_run(void) __noreturn;

/**
 * monitor_execute - run one line
 * @m:    gets all that is said
 * @line: commands with | between them; cut into words in place
 * Context: process context. May wait for a key, when the line says "more".
 * Return: 0; -ENOENT for an unknown command, -E2BIG for too many words or commands,
 *         -EINVAL for words without sense; each of which is said.
 */
int monitor_execute(struct seq_file *m, char *line);

/**
 * monitor_complete - the line_completer_t of the prompt: commands, filters, and
 * whatever the command in @before takes
 */
void monitor_complete(struct line_editor *ed, const char *before);

/*
 * Words into values. All: 0, or -EINVAL with *res untouched when the word is none, or does
 * not fit.
 */

/** monitor_number - decimal, or hexadecimal with 0x */
int monitor_number(const char *word, unsigned long *res);
/** monitor_size - the same with K, M or G behind it; not 0 */
int monitor_size(const char *word, unsigned long *res);
/** monitor_address - a number, hexadecimal digits, a function or variable, or name+number */
int monitor_address(const char *word, unsigned long *res);

/** monitor_is_console - does what is printed into @m go to a person, and at once? */
bool monitor_is_console(const struct seq_file *m);

/**
 * crash_if_asked - run the fatal path that crash= names, if any
 *
 * For the system tests, which look at the report. Context: process context, after
 * the self-tests.
 */
void crash_if_asked(void);

#endif
