/* SPDX-License-Identifier: MIT */
/*
 * A console that keeps what it is given while somebody wants to know.
 *
 * It is registered once and stays, as consoles do. The pieces of a line come one by one,
 * so stamps ("[seconds.micros] ", perhaps with "# " before) are taken off at the end.
 */
#include <kernel/printk.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <mm/tests/said.h>

static char text[8192];
static size_t text_len;
static bool listening;

static void keep(struct console *con __unused, const char *s, unsigned int len)
{
	size_t room = sizeof(text) - 1 - text_len;

	if (!listening)
		return;
	len = min_t(size_t, len, room);
	memcpy(text + text_len, s, len);
	text_len += len;
	text[text_len] = '\0';
}

void said_begin(void)
{
	static struct console keeper = {.name = "said", .write = keep};
	static bool registered;

	if (!registered)
		register_console(&keeper);
	registered = true;
	text_len = 0;
	text[0] = '\0';
	listening = true;
}

const char *said_end(void)
{
	char *from = text, *to = text;

	listening = false;
	while (*from) {
		char *stamp = strstr(from, "] ");
		char *end = strchrnul(from, '\n');

		if (stamp && stamp < end)
			from = stamp + 2;
		while (from < end)
			*to++ = *from++;
		if (*from)
			*to++ = *from++;
	}
	*to = '\0';
	return text;
}
