/* SPDX-License-Identifier: MIT */
/*
 * Memory and string functions.
 *
 * Idea: the bulk of a fill or copy goes by machine words, eight to a turn of the
 * loop, so that the loop's own instructions hardly count; what is left goes by
 * words, then by bytes. Words are read and written through a type that may lie
 * anywhere and alias anything: on x86 an unaligned access is one instruction, and
 * on a CPU that cannot do it the compiler splits it.
 *
 * A compiler that sees "fill these bytes in a loop" likes to call memset(), which
 * inside memset() never ends. __no_idiom keeps it from that.
 *
 * Strings are short here and go by bytes: nothing behind a terminator is read, so
 * that a string may end at the edge of a mapping.
 */
#include <kernel/lib/string.h>
#include <kernel/lib/ctype.h>
#include <kernel/lib/errno.h>

#undef memset
#undef memcpy
#undef memcmp
#undef strlen
#undef strcmp

#ifdef __clang__
#define __no_idiom __attribute__((__no_builtin__))
#else
#define __no_idiom __attribute__((__optimize__("no-tree-loop-distribute-patterns")))
#endif

/* A word at any address, of any type: see above. */
typedef unsigned long __attribute__((__may_alias__, __aligned__(1))) word_t;
typedef u32 __attribute__((__may_alias__, __aligned__(1))) word32_t;

#define WORD  sizeof(word_t)
#define BLOCK (8 * WORD)

/* Byte @c in every byte of a word. */
static __always_inline unsigned long word_of(unsigned char c)
{
	return ~0UL / 0xff * c;
}

__no_idiom void *memset(void *s, int c, size_t n)
{
	const unsigned long v = word_of((unsigned char)c);
	char *p = s;

	for (; n >= BLOCK; n -= BLOCK, p += BLOCK) {
		word_t *w = (word_t *)p;

		w[0] = v;
		w[1] = v;
		w[2] = v;
		w[3] = v;
		w[4] = v;
		w[5] = v;
		w[6] = v;
		w[7] = v;
	}
	for (; n >= WORD; n -= WORD, p += WORD)
		*(word_t *)p = v;
	for (; n; n--)
		*p++ = (char)c;
	return s;
}

__no_idiom void *memset32(void *s, u32 v, size_t n)
{
	word32_t *p = s;

	for (; n >= 4; n -= 4, p += 4) {
		p[0] = v;
		p[1] = v;
		p[2] = v;
		p[3] = v;
	}
	for (; n; n--)
		*p++ = v;
	return s;
}

/*
 * Lowest address first. Right also for a destination below an overlapping source:
 * each word is read before any store that could reach it.
 */
static __always_inline void copy_up(char *d, const char *s, size_t n)
{
	for (; n >= BLOCK; n -= BLOCK, d += BLOCK, s += BLOCK) {
		word_t *dw = (word_t *)d;
		const word_t *sw = (const word_t *)s;

		dw[0] = sw[0];
		dw[1] = sw[1];
		dw[2] = sw[2];
		dw[3] = sw[3];
		dw[4] = sw[4];
		dw[5] = sw[5];
		dw[6] = sw[6];
		dw[7] = sw[7];
	}
	for (; n >= WORD; n -= WORD, d += WORD, s += WORD)
		*(word_t *)d = *(const word_t *)s;
	for (; n; n--)
		*d++ = *s++;
}

__no_idiom void *memcpy(void *dst, const void *src, size_t n)
{
	copy_up(dst, src, n);
	return dst;
}

/* Highest address first, for a destination above an overlapping source. */
static __always_inline void copy_down(char *d, const char *s, size_t n)
{
	for (; n >= WORD; n -= WORD)
		*(word_t *)(d + n - WORD) = *(const word_t *)(s + n - WORD);
	for (; n; n--)
		d[n - 1] = s[n - 1];
}

__no_idiom void *memmove(void *dst, const void *src, size_t n)
{
	if ((uintptr_t)dst - (uintptr_t)src >= n)
		copy_up(dst, src, n);
	else
		copy_down(dst, src, n);
	return dst;
}

__no_idiom int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *p = a, *q = b;

	for (; n >= WORD; n -= WORD, p += WORD, q += WORD)
		if (*(const word_t *)p != *(const word_t *)q)
			break; /* the bytes below say which is less */
	for (; n; n--, p++, q++)
		if (*p != *q)
			return *p - *q;
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	const unsigned char *p = s;

	for (; n; n--, p++)
		if (*p == (unsigned char)c)
			return (void *)(uintptr_t)p;
	return NULL;
}

void *memchr_inv(const void *s, int c, size_t n)
{
	const unsigned long v = word_of((unsigned char)c);
	const unsigned char *p = s;

	for (; n >= WORD; n -= WORD, p += WORD)
		if (*(const word_t *)p != v)
			break;
	for (; n; n--, p++)
		if (*p != (unsigned char)c)
			return (void *)(uintptr_t)p;
	return NULL;
}

__no_idiom size_t strlen(const char *s)
{
	const char *p = s;

	while (*p)
		p++;
	return p - s;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n])
		n++;
	return n;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		if (*a != *b)
			return (unsigned char)*a - (unsigned char)*b;
		if (!*a)
			break;
	}
	return 0;
}

char *strchrnul(const char *s, int c)
{
	while (*s && *s != (char)c)
		s++;
	return (char *)(uintptr_t)s;
}

char *strchr(const char *s, int c)
{
	char *p = strchrnul(s, c);

	return *p == (char)c ? p : NULL;
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++);
	return (char *)(uintptr_t)last;
}

char *strnchr(const char *s, size_t n, int c)
{
	for (; n; n--, s++) {
		if (*s == (char)c)
			return (char *)(uintptr_t)s;
		if (!*s)
			break;
	}
	return NULL;
}

char *strstr(const char *s, const char *needle)
{
	size_t len = strlen(needle);

	for (;; s++) {
		if (!strncmp(s, needle, len))
			return (char *)(uintptr_t)s;
		if (!*s)
			return NULL;
	}
}

size_t strspn(const char *s, const char *accept)
{
	size_t n = 0;

	while (s[n] && strchr(accept, s[n]))
		n++;
	return n;
}

size_t strcspn(const char *s, const char *reject)
{
	size_t n = 0;

	while (s[n] && !strchr(reject, s[n]))
		n++;
	return n;
}

size_t str_has_prefix(const char *s, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(s, prefix, len) == 0 ? len : 0;
}

ssize_t strscpy(char *dst, const char *src, size_t size)
{
	size_t n;

	if (size == 0)
		return -E2BIG;
	n = strnlen(src, size);
	if (n < size) {
		memcpy(dst, src, n + 1);
		return (ssize_t)n;
	}
	memcpy(dst, src, size - 1);
	dst[size - 1] = '\0';
	return -E2BIG;
}

size_t strlcat(char *dst, const char *src, size_t size)
{
	size_t have = strnlen(dst, size);

	if (have < size)
		strscpy(dst + have, src, size - have);
	return have + strlen(src);
}

char *skip_spaces(const char *s)
{
	while (isspace(*s))
		s++;
	return (char *)(uintptr_t)s;
}

char *strim(char *s)
{
	size_t n;

	s = skip_spaces(s);
	for (n = strlen(s); n && isspace(s[n - 1]); n--)
		;
	s[n] = '\0';
	return s;
}
