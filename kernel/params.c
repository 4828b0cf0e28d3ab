/* SPDX-License-Identifier: MIT */
/*
 * The kernel's command line.
 *
 * Options are separated by blanks; "name=value" or "name". A value may be quoted
 * with double quotes to hold blanks. The walk copies one option at a time into a
 * buffer of bounded size; an option longer than that is named and ignored.
 */
#include <kernel/params.h>
#include <kernel/printk.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>

#define OPTION_MAX 256

extern const struct kernel_param __start_param[], __stop_param[];

int param_bool(const char *val, bool *res)
{
	static const char *const yes[] = {"", "1", "y", "yes", "on"};
	static const char *const no[] = {"0", "n", "no", "off"};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(yes); i++)
		if (!strcmp(val, yes[i])) {
			*res = true;
			return 0;
		}
	for (i = 0; i < ARRAY_SIZE(no); i++)
		if (!strcmp(val, no[i])) {
			*res = false;
			return 0;
		}
	return -EINVAL;
}

/* next_option - copy the next option, without quotes; NULL at the end of the line */
static const char *next_option(const char *s, char *option, bool *too_long)
{
	unsigned int n = 0;
	bool quoted = false;

	*too_long = false;
	while (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\r')
		s++;
	if (!*s)
		return NULL;
	for (; *s && (quoted || (*s != ' ' && *s != '\t' && *s != '\n' && *s != '\r')); s++) {
		if (*s == '"')
			quoted = !quoted;
		else if (n < OPTION_MAX - 1)
			option[n++] = *s;
		else
			*too_long = true;
	}
	option[n] = '\0';
	return s;
}

/* names_image - loaders put the image's name first: a path, or a file name */
static bool names_image(const char *word)
{
	size_t len = strlen(word);

	return !strchr(word, '=') &&
	       (strchr(word, '/') || (len > 4 && !strcmp(word + len - 4, ".elf")));
}

static void handle_option(char *option, const struct kernel_param *params, unsigned int nr)
{
	const struct kernel_param *p;
	char *value = strchr(option, '=');

	if (value)
		*value++ = '\0';
	for (p = params; p < params + nr; p++) {
		if (strcmp(p->name, option))
			continue;
		if (p->set(value ? value : ""))
			pr_warn("command line: malformed value in %s=%s, wanted %s=%s; default kept\n",
				option, value ? value : "", p->name, p->usage);
		return;
	}
	pr_warn("command line: unknown option %s ignored\n", option);
}

void parse_options(const char *cmdline, const struct kernel_param *params, unsigned int nr)
{
	static char option[OPTION_MAX]; /* boot and tests, one at a time; too big for the stack */
	bool too_long, first = true;

	while ((cmdline = next_option(cmdline, option, &too_long))) {
		if (too_long)
			pr_warn("command line: option %.32s... is longer than %u bytes, ignored\n",
				option, OPTION_MAX - 1);
		else if (!first || !names_image(option))
			handle_option(option, params, nr);
		first = false;
	}
}

void __init parse_cmdline(const char *cmdline)
{
	parse_options(cmdline, __start_param, (unsigned int)(__stop_param - __start_param));
}
