/* SPDX-License-Identifier: MIT */
/*
 * seq_file: where a view writes to.
 *
 * A view (meminfo, slabinfo, iomem ...) is one function that takes a seq_file and
 * prints into it. It does not know what is behind: the console, for the monitor,
 * or a buffer that a test then looks at. Linux's names; unlike Linux's seq_file
 * this one is no iterator, the view runs once from start to end.
 *
 * A seq_file belongs to its opener alone and has no lock.
 */
#ifndef KERNEL_SEQ_H
#define KERNEL_SEQ_H

#include <kernel/lib/types.h>
#include <kernel/lib/stdarg.h>

/*
 * seq_sink_t - takes text that is ready, one line at a time, newline included
 */
typedef void (*seq_sink_t)(void *private, const char *text, size_t len);

/*
 * struct seq_file
 * @buf, @size: the opener's buffer and its bytes; what is in it is terminated
 * @count:      bytes in @buf, without the terminator
 * @overflow:   something did not fit and is lost
 * @sink:       where full lines go; NULL when @buf is the destination itself
 * @private:    @sink's
 */
struct seq_file {
	char *buf;
	size_t size;
	size_t count;
	bool overflow;
	seq_sink_t sink;
	void *private;
};

/**
 * seq_open_buffer - collect the text in a buffer
 * @m:    seq_file to set up
 * @buf:  buffer; always holds a terminated string from here on
 * @size: its bytes, > 0; text beyond is dropped, see seq_has_overflowed()
 * Context: any.
 */
void seq_open_buffer(struct seq_file *m, char *buf, size_t size);

/**
 * seq_open_sink - hand the text on, line by line
 * @m:       seq_file to set up
 * @buf:     room for the line being made
 * @size:    its bytes, > 1; a longer line is handed on in pieces, but a single
 *           seq_printf() of more loses the rest
 * @sink:    called for each line
 * @private: for @sink
 * Context: any in which @sink may be called.
 */
void seq_open_sink(struct seq_file *m, char *buf, size_t size, seq_sink_t sink, void *private);

/** seq_open_console - seq_open_sink() whose lines go to the console, without time stamps */
void seq_open_console(struct seq_file *m, char *buf, size_t size);

/** seq_release - hand on a last line that lacks its newline. Context: as opened. */
void seq_release(struct seq_file *m);

/**
 * seq_show_on_console - run a view for a person to read
 * @show: the view
 * Context: any in which @show may be called; 300 bytes of stack.
 */
void seq_show_on_console(void (*show)(struct seq_file *m));

/** seq_printf - print; formats as in <kernel/lib/vsprintf.h>. Context: as opened. */
void seq_printf(struct seq_file *m, const char *fmt, ...) __printf(2, 3);
void seq_vprintf(struct seq_file *m, const char *fmt, va_list args) __printf(2, 0);
/** seq_puts - print a string of any length. Context: as opened. */
void seq_puts(struct seq_file *m, const char *s);
/** seq_putc - print a character. Context: as opened. */
void seq_putc(struct seq_file *m, char c);
/** seq_write - print @len bytes, none of them 0. Context: as opened. */
void seq_write(struct seq_file *m, const char *s, size_t len);

/** seq_flush - hand on what there is of a line: a prompt. Context: as opened. */
void seq_flush(struct seq_file *m);

/** seq_has_overflowed - has text been lost? */
static inline bool seq_has_overflowed(const struct seq_file *m)
{
	return m->overflow;
}

#endif
