/* SPDX-License-Identifier: MIT */
/*
 * seq_file: text for a console or a buffer, by one mechanism.
 *
 * Idea: text is always formatted into the opener's buffer. Without a sink it stays
 * there. With one, each full line is handed on and the buffer holds no more than
 * the line in the making.
 *
 * Invariant: count < size, and buf[count] is the terminator.
 *
 * Locking: none; a seq_file has one user. The console locks itself, line by line.
 *
 * Reference: Linux 6.1 fs/seq_file.c. Left out on purpose: the iterator, buffers
 * that grow.
 */
#include <kernel/seq.h>
#include <kernel/printk.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <kernel/lib/minmax.h>

#define CONSOLE_LINE 256

void seq_open_buffer(struct seq_file *m, char *buf, size_t size)
{
	*m = (struct seq_file){.buf = buf, .size = size};
	buf[0] = '\0';
}

void seq_open_sink(struct seq_file *m, char *buf, size_t size, seq_sink_t sink, void *private)
{
	seq_open_buffer(m, buf, size);
	m->sink = sink;
	m->private = private;
}

static void console_sink(void *private __unused, const char *text, size_t len)
{
	pr_raw("%.*s", (int)len, text);
}

void seq_open_console(struct seq_file *m, char *buf, size_t size)
{
	seq_open_sink(m, buf, size, console_sink, NULL);
}

/* Hand on the first @len bytes and move the rest to the front. */
static void seq_hand_on(struct seq_file *m, size_t len)
{
	if (!len)
		return;
	m->sink(m->private, m->buf, len);
	m->count -= len;
	memmove(m->buf, m->buf + len, m->count + 1);
}

static void seq_hand_on_lines(struct seq_file *m)
{
	const char *newline;

	if (!m->sink)
		return;
	while ((newline = strchr(m->buf, '\n')))
		seq_hand_on(m, newline + 1 - m->buf);
}

/* Format behind what is there; true when all of it fitted. */
static bool seq_try_vprintf(struct seq_file *m, const char *fmt, va_list args)
{
	size_t room = m->size - m->count;

	return (size_t)vsnprintf(m->buf + m->count, room, fmt, args) < room;
}

void seq_vprintf(struct seq_file *m, const char *fmt, va_list args)
{
	bool fits = seq_try_vprintf(m, fmt, args);

	if (!fits && m->sink && m->count) {
		seq_hand_on(m, m->count);
		fits = seq_try_vprintf(m, fmt, args);
	}
	if (!fits)
		m->overflow = true;
	m->count += strlen(m->buf + m->count);
	seq_hand_on_lines(m);
}

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	seq_vprintf(m, fmt, args);
	va_end(args);
}

void seq_putc(struct seq_file *m, char c)
{
	if (m->sink && m->count + 1 == m->size)
		seq_hand_on(m, m->count);
	if (m->count + 1 == m->size) {
		m->overflow = true;
		return;
	}
	m->buf[m->count++] = c;
	m->buf[m->count] = '\0';
	if (c == '\n')
		seq_hand_on_lines(m);
}

void seq_puts(struct seq_file *m, const char *s)
{
	while (*s)
		seq_putc(m, *s++);
}

void seq_write(struct seq_file *m, const char *s, size_t len)
{
	while (len--)
		seq_putc(m, *s++);
}

void seq_flush(struct seq_file *m)
{
	if (m->sink)
		seq_hand_on(m, m->count);
}

void seq_release(struct seq_file *m)
{
	seq_flush(m);
}

void seq_show_on_console(void (*show)(struct seq_file *m))
{
	char line[CONSOLE_LINE];
	struct seq_file m;

	seq_open_console(&m, line, sizeof(line));
	show(&m);
	seq_release(&m);
}
