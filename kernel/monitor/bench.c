/* SPDX-License-Identifier: MIT */
/*
 * bench at the prompt, and bench= on the command line, which measures with nobody
 * typing, so that two runs do the same from the first instruction on.
 *
 *     bench                      all rows
 *     bench page-0 kmalloc       a row, and those whose names begin so
 *     bench page-0 live=1000     while 1000 objects of the row's kind live
 *     bench boot memory          what boot cost
 *     bench ... json             for programs
 */
#include <kernel/params.h>
#include <kernel/printk.h>
#include <kernel/bench/bench.h>
#include <kernel/monitor/lineedit.h>
#include <kernel/monitor/monitor.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/kstrtox.h>
#include <kernel/lib/string.h>

/* An absurd number of live objects is a typing error. */
#define LIVE_MAX 1000000UL

#define NAMES_MAX 8U

/*
 * struct bench_request - what was asked for
 * @names: rows, "boot", "memory" or "all"; none is all rows
 */
struct bench_request {
	const char *names[NAMES_MAX];
	unsigned int nr_names;
	unsigned long live;
	enum bench_format format;
};

/* bench_parse_word - Return: 0, or -EINVAL for a name too many or a number that is none. */
static int bench_parse_word(struct bench_request *request, const char *word)
{
	if (!strcmp(word, "json")) {
		request->format = BENCH_JSON;
		return 0;
	}
	if (!strncmp(word, "live=", 5))
		return kstrtoul(word + 5, 10, &request->live) || request->live > LIVE_MAX ? -EINVAL
											  : 0;
	if (request->nr_names == NAMES_MAX)
		return -EINVAL;
	request->names[request->nr_names++] = word;
	return 0;
}

static void bench_list(struct seq_file *m)
{
	const struct bench_row *row;
	unsigned int i;

	seq_puts(m, "all, boot, memory, or a row, or how rows begin:\n");
	for (i = 0; (row = bench_nth_row(i)) != NULL; i++)
		seq_printf(m, "  %-18s %s\n", row->name, row->what);
}

/* bench_one_name - Return: 0, or -EINVAL when no row is called so; the rows are then listed. */
static int bench_one_name(struct seq_file *m, const char *name, const struct bench_request *request)
{
	int ret;

	if (!strcmp(name, "boot")) {
		bench_boot(m, request->format);
		return 0;
	}
	if (!strcmp(name, "memory")) {
		bench_memory(m, request->format);
		return 0;
	}
	ret = bench_run(m, strcmp(name, "all") ? name : NULL, request->live, request->format);
	if (ret == -ENOENT) {
		bench_list(m);
		return -EINVAL;
	}
	if (ret)
		seq_puts(m, "no memory for the samples\n");
	return 0;
}

/* bench_obey - each name in turn. Return: as bench_one_name(). */
static int bench_obey(struct seq_file *m, const struct bench_request *request)
{
	unsigned int i;
	int ret = 0;

	if (!request->nr_names)
		return bench_one_name(m, "all", request);
	for (i = 0; i < request->nr_names && !ret; i++)
		ret = bench_one_name(m, request->names[i], request);
	return ret;
}

static int bench_command(struct seq_file *m, int argc, char **argv)
{
	struct bench_request request = {};
	int i;

	for (i = 1; i < argc; i++)
		if (bench_parse_word(&request, argv[i]))
			return -EINVAL;
	return bench_obey(m, &request);
}

static void bench_complete(struct line_editor *ed, int argc __unused, char **argv __unused)
{
	const struct bench_row *row;
	unsigned int i;

	line_editor_offer(ed, "all");
	line_editor_offer(ed, "boot");
	line_editor_offer(ed, "memory");
	for (i = 0; (row = bench_nth_row(i)) != NULL; i++)
		line_editor_offer(ed, row->name);
}
monitor_command("bench", bench_command, "[ROW|boot|memory|all].. [live=N] [json]",
		"what operations cost: a row, or rows whose names begin so",
		"bench kmalloc live=1000", bench_complete);

static char bench_words[80];

static int __init bench_setup(const char *val)
{
	if (!*val || strscpy(bench_words, val, sizeof(bench_words)) < 0)
		return -EINVAL;
	return 0;
}
kernel_param("bench", bench_setup, "all|WORD[,...]",
	     "measure before the prompt; the words are those of `bench` there");

void bench_if_asked(void)
{
	struct bench_request request = {};
	char *word = bench_words, *end;
	char line[160];
	struct seq_file m;

	if (!*word)
		return;
	for (; *word; word = end) {
		end = word + strcspn(word, ",");
		if (*end)
			*end++ = '\0';
		if (bench_parse_word(&request, word)) {
			pr_err("bench=: what is \"%s\"?\n", word);
			return;
		}
	}
	seq_open_console(&m, line, sizeof(line));
	bench_obey(&m, &request);
	seq_release(&m);
}
