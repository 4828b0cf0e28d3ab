/* SPDX-License-Identifier: MIT */
/* Words of a command line, read and written: for every process of arch/host/. */
#ifndef ARCH_HOST_PROCESS_WORDS_H
#define ARCH_HOST_PROCESS_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* parse_digits - a number below 2^64, as in C. Return: where it ends, NULL if there is none. */
const char *parse_digits(const char *text, uint64_t *number);

/*
 * parse_number - a number from @min to @max, and nothing behind it
 * @what: whose it is, as a complaint names it; a number that is wrong ends the process
 */
uint64_t parse_number(const char *what, const char *text, uint64_t min, uint64_t max);

/* append_word - add a word and a blank before it; a line that is too long ends the process */
void append_word(char *line, size_t size, const char *word);

/* append_quoted - likewise, such that a shell reads the word as it is */
void append_quoted(char *line, size_t size, const char *word);

#endif
