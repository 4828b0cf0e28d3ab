/* SPDX-License-Identifier: MIT */
/*
 * Classes of ASCII characters, with the C library's names and types; anything above
 * 127 belongs to none. Context of all: any.
 */
#ifndef KERNEL_LIB_CTYPE_H
#define KERNEL_LIB_CTYPE_H

#include <kernel/lib/types.h>

static __always_inline int isspace(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static __always_inline int isdigit(int c)
{
	return c >= '0' && c <= '9';
}

static __always_inline int isxdigit(int c)
{
	return isdigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static __always_inline int isupper(int c)
{
	return c >= 'A' && c <= 'Z';
}

static __always_inline int isalpha(int c)
{
	return isupper(c) || (c >= 'a' && c <= 'z');
}

static __always_inline int isalnum(int c)
{
	return isalpha(c) || isdigit(c);
}

static __always_inline int isprint(int c)
{
	return c >= ' ' && c <= '~';
}

static __always_inline int tolower(int c)
{
	return isupper(c) ? c + ('a' - 'A') : c;
}

static __always_inline int toupper(int c)
{
	return c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c;
}

#endif
