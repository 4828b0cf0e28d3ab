/* SPDX-License-Identifier: MIT */
/*
 * The commands about allocation events: switch recording, look at what was recorded, and
 * send it out on the second serial line, for a program at its other end.
 */
#include <kernel/seq.h>
#include <kernel/drivers/com2.h>
#include <kernel/monitor/lineedit.h>
#include <kernel/monitor/monitor.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <mm/trace.h>

static void show_stats(struct seq_file *m)
{
	struct mm_trace_stats stats;

	mm_trace_get_stats(&stats);
	seq_printf(m, "%s: room for %lu events a CPU, %lu recorded, %lu of them overwritten\n",
		   stats.on ? "on" : "off", stats.entries, stats.recorded, stats.lost);
}

static int trace_on(struct seq_file *m, int argc, char **argv)
{
	unsigned long entries = MM_TRACE_ENTRIES_DEFAULT;
	int ret;

	if (argc > 2 || (argc == 2 && monitor_size(argv[1], &entries)))
		return -EINVAL;
	ret = mm_trace_start(entries);
	if (ret == -EINVAL)
		return ret;
	if (ret)
		seq_puts(m, "there is no memory for it; off\n");
	return 0;
}

static int trace_off(struct seq_file *m __unused, int argc, char **argv __unused)
{
	if (argc > 1)
		return -EINVAL;
	mm_trace_stop();
	return 0;
}

static int trace_clear(struct seq_file *m __unused, int argc, char **argv __unused)
{
	if (argc > 1)
		return -EINVAL;
	mm_trace_clear();
	return 0;
}

static int trace_show(struct seq_file *m, int argc, char **argv)
{
	unsigned long last = ULONG_MAX;

	if (argc > 2 || (argc == 2 && monitor_number(argv[1], &last)))
		return -EINVAL;
	show_mm_trace(m, last);
	return 0;
}

static void com2_sink(void *private __unused, const char *text, size_t len)
{
	com2_write(text, len);
}

static int trace_dump(struct seq_file *m, int argc, char **argv __unused)
{
	struct seq_file com2;
	char line[256];

	if (argc > 1)
		return -EINVAL;
	if (!com2_init()) {
		seq_puts(m, "there is no second serial line, COM2\n");
		return 0;
	}
	seq_open_sink(&com2, line, sizeof(line), com2_sink, NULL);
	show_mm_trace(&com2, ULONG_MAX);
	seq_release(&com2);
	show_stats(m);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct seq_file *m, int argc, char **argv);
} verbs[] = {
	{"on", trace_on},     {"off", trace_off},     {"show", trace_show},
	{"dump", trace_dump}, {"clear", trace_clear},
};

static int trace_command(struct seq_file *m, int argc, char **argv)
{
	size_t i;

	if (argc == 1) {
		show_stats(m);
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(verbs[i].name, argv[1]))
			return verbs[i].run(m, argc - 1, argv + 1);
	return -EINVAL;
}

static void trace_complete(struct line_editor *ed, int argc, char **argv __unused)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(verbs) && argc == 1; i++)
		line_editor_offer(ed, verbs[i].name);
}
monitor_command("trace", trace_command, "[on [EVENTS] | off | show [LAST] | dump | clear]",
		"record who allocates and frees; dump sends it to COM2", "trace show 20",
		trace_complete);
