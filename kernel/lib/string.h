/* SPDX-License-Identifier: MIT */
/*
 * Memory and string functions with the C library's meaning, and Linux's where the
 * C library's are traps (strscpy for strcpy and strncpy).
 *
 * The short names are macros over the compiler's builtins: a copy of known, small
 * size becomes a move or two in the caller, any other a call to the function of
 * string.c. Context of all: any. None locks or sleeps.
 */
#ifndef KERNEL_LIB_STRING_H
#define KERNEL_LIB_STRING_H

#include <kernel/lib/types.h>

/**
 * memset - fill memory with a byte
 * @s: start
 * @c: value, cut to a byte
 * @n: bytes
 * Return: @s.
 */
void *memset(void *s, int c, size_t n);

/**
 * memset32 - fill memory with a 32-bit value
 * @s: start, any alignment
 * @v: value
 * @n: how many values (not bytes)
 * Return: @s.
 */
void *memset32(void *s, u32 v, size_t n);

/**
 * memcpy - copy memory
 * @dst: destination, which must not overlap the source
 * @src: source
 * @n:   bytes
 * Return: @dst.
 */
void *memcpy(void *dst, const void *src, size_t n);

/** memmove - memcpy() for ranges that may overlap. Return: @dst. */
void *memmove(void *dst, const void *src, size_t n);

/**
 * memcmp - compare memory as unsigned bytes
 * Return: less than, equal to or greater than 0, as @a is to @b.
 */
int memcmp(const void *a, const void *b, size_t n) __pure;

/** memchr - first byte @c in @n bytes. Return: its address, or NULL. */
void *memchr(const void *s, int c, size_t n) __pure;

/**
 * memchr_inv - first byte that is not @c: checks poison, zeroes
 * @s: start
 * @c: the value expected everywhere, cut to a byte
 * @n: bytes
 * Return: address of the first other byte, or NULL when there is none.
 */
void *memchr_inv(const void *s, int c, size_t n) __pure;

/** strlen - bytes before the terminating zero */
size_t strlen(const char *s) __pure;
/** strnlen - strlen(), but at most @max, and nothing behind @max is read */
size_t strnlen(const char *s, size_t max) __pure;
/** strcmp - compare as unsigned bytes. Return: <0, 0, >0. */
int strcmp(const char *a, const char *b) __pure;
/** strncmp - strcmp() of at most @n bytes */
int strncmp(const char *a, const char *b, size_t n) __pure;
/** strchr - first @c in @s, the terminator included. Return: its address, or NULL. */
char *strchr(const char *s, int c) __pure;
/** strchrnul - strchr(), but the terminator's address when there is no @c */
char *strchrnul(const char *s, int c) __pure;
/** strrchr - last @c in @s, the terminator included. Return: its address, or NULL. */
char *strrchr(const char *s, int c) __pure;
/** strnchr - first @c in the first @n bytes of @s. Return: its address, or NULL. */
char *strnchr(const char *s, size_t n, int c) __pure;
/** strstr - first @needle in @s; an empty one is found at once. Return: address or NULL. */
char *strstr(const char *s, const char *needle) __pure;
/** strspn - length of the first part of @s made of bytes of @accept alone */
size_t strspn(const char *s, const char *accept) __pure;
/** strcspn - length of the first part of @s without any byte of @reject */
size_t strcspn(const char *s, const char *reject) __pure;
/** str_has_prefix - does @s begin with @prefix? Return: length of @prefix if so, else 0. */
size_t str_has_prefix(const char *s, const char *prefix) __pure;

/**
 * strscpy - copy a string into a buffer, terminated in any case
 * @dst:  buffer
 * @src:  string
 * @size: bytes of @dst
 * Return: bytes copied without the terminator, or -E2BIG when @src was cut, and when
 *         @size is 0, in which case nothing is written.
 */
ssize_t strscpy(char *dst, const char *src, size_t size);

/**
 * strlcat - append @src to the string in @dst, a buffer of @size bytes, terminated
 * Return: length that it would have had; not less than @size means it was cut.
 */
size_t strlcat(char *dst, const char *src, size_t size);

/** skip_spaces - first byte of @s that is not white space */
char *skip_spaces(const char *s) __pure;
/** strim - cut white space off both ends, writing to @s. Return: the new start. */
char *strim(char *s);

#define memset(s, c, n)     __builtin_memset(s, c, n)
#define memcpy(dst, src, n) __builtin_memcpy(dst, src, n)
#define memcmp(a, b, n)     __builtin_memcmp(a, b, n)
#define strlen(s)           __builtin_strlen(s)
#define strcmp(a, b)        __builtin_strcmp(a, b)

#endif
