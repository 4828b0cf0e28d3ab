/* SPDX-License-Identifier: MIT */
/*
 * Words of a command line. Numbers are taken only if they are numbers to the end; and the
 * line that repeats a run is one that a shell takes apart into the same words.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <arch/host/process/map.h>
#include <arch/host/process/words.h>

/* What no shell sees anything in. */
#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%^"

const char *parse_digits(const char *text, uint64_t *number)
{
	char *end;

	if (*text < '0' || *text > '9') /* strtoull() takes blanks and a sign as well */
		return NULL;
	errno = 0;
	*number = strtoull(text, &end, 0);
	return errno ? NULL : end;
}

uint64_t parse_number(const char *what, const char *text, uint64_t min, uint64_t max)
{
	uint64_t number;
	const char *end = parse_digits(text, &number);

	if (!end || *end || number < min || number > max)
		die("%s %s: not a number from %llu to %llu", what, text, (unsigned long long)min,
		    (unsigned long long)max);
	return number;
}

/* Room for @more bytes, a blank and the end, at the end of @line. */
static char *room_for(char *line, size_t size, size_t more)
{
	size_t len = strlen(line);

	if (len + more + 2 > size)
		die("the command line is longer than %zu bytes", size);
	if (len)
		line[len++] = ' ';
	return line + len;
}

void append_word(char *line, size_t size, const char *word)
{
	strcpy(room_for(line, size, strlen(word)), word);
}

void append_quoted(char *line, size_t size, const char *word)
{
	static const char quote[] = "'\\''";
	size_t len = 2;
	const char *c;
	char *to;

	if (*word && !word[strspn(word, PLAIN)]) {
		append_word(line, size, word);
		return;
	}
	for (c = word; *c; c++)
		len += *c == '\'' ? strlen(quote) : 1;
	to = room_for(line, size, len);
	*to++ = '\'';
	for (c = word; *c; c++) {
		if (*c == '\'')
			to = stpcpy(to, quote);
		else
			*to++ = *c;
	}
	strcpy(to, "'");
}
