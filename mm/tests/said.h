/* SPDX-License-Identifier: MIT */
/*
 * What a statement prints, for cases that hold a whole report against what they know.
 */
#ifndef MM_TESTS_SAID_H
#define MM_TESTS_SAID_H

/** said_begin - keep what is printed from here on, up to 8 KiB of it. Context: process. */
void said_begin(void);

/**
 * said_end - what has been printed since said_begin()
 * Return: the lines, without stamps and prefixes; overwritten by the next said_begin().
 */
const char *said_end(void);

#endif
