/* SPDX-License-Identifier: MIT */
/*
 * The monitor: the prompt on the serial line and on the screen.
 */
#ifndef KERNEL_MONITOR_MONITOR_H
#define KERNEL_MONITOR_MONITOR_H

#include <kernel/lib/types.h>

#define MONITOR_PROMPT   "k896> "
#define MONITOR_ARGS_MAX 8 /* words of a command line, its name included */

/*
 * struct monitor_command
 * @run:   called with its words, the name first; prints what went wrong itself
 * @usage: its arguments, "" for none
 * @help:  one line
 */
struct monitor_command {
	const char *name;
	void (*run)(int argc, char **argv);
	const char *usage;
	const char *help;
};

/* monitor_command - declare one, beside its code */
#define monitor_command(cname, fn, cusage, chelp)                                                  \
	static const struct monitor_command __UNIQUE_ID(__monitor_command)                         \
		__used __table(".monitor_commands") __aligned(4) = {cname, fn, cusage, chelp}

/**
 * monitor_run - read and obey, for ever
 * Context: process context, interrupts on; the CPU halts while nobody types.
 */
void monitor_run(void) __noreturn;

/**
 * monitor_execute - run one command line
 * @line: cut into words in place
 * Context: process context. Return: 0; -ENOENT for an unknown command and -E2BIG for
 *          too many words, both of which are said.
 */
int monitor_execute(char *line);

/**
 * crash_if_asked - run the fatal path that crash= names, if any
 *
 * For the system tests, which look at the report. Context: process context, after
 * the self-tests.
 */
void crash_if_asked(void);

#endif
