/* SPDX-License-Identifier: MIT */
/* seq_file: a buffer that may be too small, and a sink that wants whole lines. */
#include <kernel/selftest.h>
#include <kernel/printk.h>
#include <kernel/seq.h>

static char buf[64];
static struct seq_file m;

/* What a sink was given: the text, with a '|' behind each piece. */
static char handed_on[256];

static void pieces(void *private, const char *text, size_t len)
{
	char *to = private;
	size_t used = strlen(to);

	memcpy(to + used, text, len);
	strscpy(to + used + len, "|", sizeof(handed_on) - used - len);
}

static int seq_init(struct kunit *test __unused)
{
	memset(buf, '#', sizeof(buf));
	handed_on[0] = '\0';
	return 0;
}

static void buffer_collects(struct kunit *test)
{
	seq_open_buffer(&m, buf, sizeof(buf));
	KUNIT_EXPECT_STREQ(test, buf, "");
	seq_printf(&m, "%s %d\n", "MemTotal:", 128);
	seq_puts(&m, "kB");
	seq_putc(&m, '\n');
	seq_release(&m);
	KUNIT_EXPECT_STREQ(test, buf, "MemTotal: 128\nkB\n");
	KUNIT_EXPECT_EQ(test, m.count, strlen(buf));
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
}

/* At every size: the text is cut there, terminated, and the loss is known. */
static void small_buffer_cuts_and_tells(struct kunit *test)
{
	static const char want[] = "ab12c\n";
	size_t size;

	for (size = 1; size <= 10; size++) {
		size_t fits = min(size - 1, sizeof(want) - 1);

		memset(buf, '#', sizeof(buf));
		seq_open_buffer(&m, buf, size);
		seq_puts(&m, "ab");
		seq_printf(&m, "%d", 12);
		seq_putc(&m, 'c');
		seq_putc(&m, '\n');
		seq_release(&m);
		KUNIT_EXPECT_EQ(test, m.count, fits);
		KUNIT_EXPECT_EQ(test, seq_has_overflowed(&m), fits < sizeof(want) - 1);
		KUNIT_EXPECT_MEMEQ(test, buf, want, fits);
		KUNIT_EXPECT_EQ(test, buf[fits], '\0');
		KUNIT_EXPECT_NULL(test, memchr_inv(buf + size, '#', sizeof(buf) - size));
	}
}

static void sink_gets_whole_lines(struct kunit *test)
{
	seq_open_sink(&m, buf, sizeof(buf), pieces, handed_on);
	seq_printf(&m, "zone %s", "DMA");
	KUNIT_EXPECT_STREQ(test, handed_on, "");
	seq_puts(&m, " 1 0\nzone");
	KUNIT_EXPECT_STREQ(test, handed_on, "zone DMA 1 0\n|");
	seq_printf(&m, " %s\n\n%s", "Normal", "end");
	KUNIT_EXPECT_STREQ(test, handed_on, "zone DMA 1 0\n|zone Normal\n|\n|");
	seq_release(&m);
	KUNIT_EXPECT_STREQ(test, handed_on, "zone DMA 1 0\n|zone Normal\n|\n|end|");
	seq_release(&m);
	KUNIT_EXPECT_STREQ(test, handed_on, "zone DMA 1 0\n|zone Normal\n|\n|end|");
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
}

/* A line longer than the buffer arrives in pieces, but all of it. */
static void long_lines_arrive_in_pieces(struct kunit *test)
{
	seq_open_sink(&m, buf, 8, pieces, handed_on);
	seq_puts(&m, "0123456789\n");
	KUNIT_EXPECT_STREQ(test, handed_on, "0123456|789\n|");
	handed_on[0] = '\0';
	seq_puts(&m, "0123");
	seq_printf(&m, "%s", "abcdefg");
	seq_putc(&m, '\n');
	KUNIT_EXPECT_STREQ(test, handed_on, "0123|abcdefg|\n|");
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));

	/* A single conversion that fits in no buffer is cut, and the loss known. */
	handed_on[0] = '\0';
	seq_printf(&m, "%s", "abcdefgh");
	seq_release(&m);
	KUNIT_EXPECT_STREQ(test, handed_on, "abcdefg|");
	KUNIT_EXPECT_TRUE(test, seq_has_overflowed(&m));
}

static void bytes_are_written_and_flushed(struct kunit *test)
{
	seq_open_sink(&m, buf, sizeof(buf), pieces, handed_on);
	seq_write(&m, "one\ntwo and more", 7);
	KUNIT_EXPECT_STREQ(test, handed_on, "one\n|");
	seq_flush(&m);
	KUNIT_EXPECT_STREQ(test, handed_on, "one\n|two|");
	seq_flush(&m);
	seq_write(&m, "\n", 1);
	KUNIT_EXPECT_STREQ(test, handed_on, "one\n|two|\n|");

	/* In a buffer nothing moves. */
	seq_open_buffer(&m, buf, sizeof(buf));
	seq_write(&m, "abc", 2);
	seq_flush(&m);
	KUNIT_EXPECT_STREQ(test, buf, "ab");
}

static bool listening;

static void listen(struct console *con __unused, const char *s, unsigned int len)
{
	size_t used = strlen(handed_on);

	if (listening)
		strscpy(handed_on + used, s, min(sizeof(handed_on) - used, (size_t)len + 1));
}

static struct console listener = {.name = "seq test", .write = listen};

static void show_two_lines(struct seq_file *to)
{
	seq_printf(to, "# %s\n#", "one line");
	seq_puts(to, " and a half");
}

/* Without stamps, and a newline is made up for the last line by nobody. */
static void console_shows_a_view(struct kunit *test)
{
	static bool registered;

	if (!registered)
		register_console(&listener);
	registered = true;
	listening = true;
	seq_show_on_console(show_two_lines);
	listening = false;
	pr_raw("\n");
	KUNIT_EXPECT_STREQ(test, handed_on, "# one line\n# and a half");
}

static struct kunit_case seq_cases[] = {
	KUNIT_CASE(buffer_collects),
	KUNIT_CASE(small_buffer_cuts_and_tells),
	KUNIT_CASE(sink_gets_whole_lines),
	KUNIT_CASE(long_lines_arrive_in_pieces),
	KUNIT_CASE(bytes_are_written_and_flushed),
	KUNIT_CASE(console_shows_a_view),
	{},
};

static struct kunit_suite seq_suite = {.name = "seq", .init = seq_init, .test_cases = seq_cases};
kunit_test_suite(seq_suite);
