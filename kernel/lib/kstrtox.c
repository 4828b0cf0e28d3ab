/* SPDX-License-Identifier: MIT */
/*
 * Text to numbers.
 *
 * One function, parse_digits(), reads as far as digits go and says whether they
 * fit; what may stand before and behind a number is decided by the others.
 */
#include <kernel/lib/kstrtox.h>
#include <kernel/lib/ctype.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/math64.h>
#include <kernel/lib/string.h>

/* The value of a digit, or 255, which no base reaches. */
static unsigned int digit_value(char c)
{
	if (isdigit(c))
		return c - '0';
	c = (char)tolower(c);
	return c >= 'a' && c <= 'z' ? c - 'a' + 10U : 255;
}

/*
 * Settle base 0 and step over "0x". The prefix counts only when a digit follows:
 * "0x" alone is the number 0 with an x behind it.
 */
static const char *parse_prefix(const char *s, unsigned int *base)
{
	bool hex = s[0] == '0' && tolower(s[1]) == 'x' && isxdigit(s[2]);

	if (*base == 0)
		*base = hex ? 16 : s[0] == '0' ? 8 : 10;
	return *base == 16 && hex ? s + 2 : s;
}

/*
 * Read digits of @base. Stores the number, U64_MAX when it does not fit, and
 * returns how many digits there were.
 */
static size_t parse_digits(const char *s, unsigned int base, u64 *res, bool *overflow)
{
	const u64 limit = div_u64(U64_MAX, base);
	unsigned int digit;
	u64 value = 0;
	size_t n;

	*overflow = false;
	for (n = 0; (digit = digit_value(s[n])) < base; n++) {
		if (value > limit || value * base > U64_MAX - digit)
			*overflow = true;
		value = value * base + digit;
	}
	*res = *overflow ? U64_MAX : value;
	return n;
}

/* Digits and at most a newline, without a sign. */
static int parse_whole(const char *s, unsigned int base, u64 *res)
{
	bool overflow;
	u64 value;
	size_t n;

	s = parse_prefix(s, &base);
	n = parse_digits(s, base, &value, &overflow);
	if (n == 0)
		return -EINVAL;
	s += n;
	if (*s == '\n')
		s++;
	if (*s)
		return -EINVAL;
	if (overflow)
		return -ERANGE;
	*res = value;
	return 0;
}

int kstrtoull(const char *s, unsigned int base, unsigned long long *res)
{
	return parse_whole(*s == '+' ? s + 1 : s, base, res);
}

int kstrtoll(const char *s, unsigned int base, long long *res)
{
	const u64 most = U64_MAX / 2; /* of the positive; the negative reach one further */
	u64 value;
	int err;

	if (*s != '-') {
		err = kstrtoull(s, base, &value);
		if (err)
			return err;
		if (value > most)
			return -ERANGE;
		*res = (long long)value;
		return 0;
	}
	err = parse_whole(s + 1, base, &value);
	if (err)
		return err;
	if (value > most + 1)
		return -ERANGE;
	*res = (long long)-value;
	return 0;
}

int kstrtoul(const char *s, unsigned int base, unsigned long *res)
{
	unsigned long long value;
	int err = kstrtoull(s, base, &value);

	if (err)
		return err;
	if (value != (unsigned long)value)
		return -ERANGE;
	*res = (unsigned long)value;
	return 0;
}

int kstrtol(const char *s, unsigned int base, long *res)
{
	long long value;
	int err = kstrtoll(s, base, &value);

	if (err)
		return err;
	if (value != (long)value)
		return -ERANGE;
	*res = (long)value;
	return 0;
}

int kstrtouint(const char *s, unsigned int base, unsigned int *res)
{
	unsigned long long value;
	int err = kstrtoull(s, base, &value);

	if (err)
		return err;
	if (value != (unsigned int)value)
		return -ERANGE;
	*res = (unsigned int)value;
	return 0;
}

int kstrtoint(const char *s, unsigned int base, int *res)
{
	long long value;
	int err = kstrtoll(s, base, &value);

	if (err)
		return err;
	if (value != (int)value)
		return -ERANGE;
	*res = (int)value;
	return 0;
}

/* A number at the start of @s; the end is @s itself when there is none. */
static const char *parse_number(const char *s, unsigned int base, u64 *res, bool *overflow)
{
	const char *digits = parse_prefix(s, &base);
	size_t n = parse_digits(digits, base, res, overflow);

	return n ? digits + n : s;
}

unsigned long long simple_strtoull(const char *s, char **endp, unsigned int base)
{
	const char *end;
	bool overflow;
	u64 value;

	end = parse_number(s, base, &value, &overflow);
	if (endp)
		*endp = (char *)(uintptr_t)end;
	return value;
}

/* log2 of what a suffix multiplies by; 0 when it is none. */
static unsigned int suffix_shift(char c)
{
	static const char suffixes[] = "kmgtpe";
	const char *p = c ? strchr(suffixes, tolower(c)) : NULL;

	return p ? 10 * (unsigned int)(p - suffixes + 1) : 0;
}

/* Behind memparse() and kstrtosize(). */
static const char *parse_size(const char *s, u64 *res, bool *overflow)
{
	const char *end = parse_number(s, 0, res, overflow);
	unsigned int shift;

	if (end == s)
		return s;
	shift = suffix_shift(*end);
	if (!shift)
		return end;
	if (*res > U64_MAX >> shift)
		*overflow = true;
	*res = *overflow ? U64_MAX : *res << shift;
	return end + 1;
}

unsigned long long memparse(const char *ptr, char **retptr)
{
	const char *end;
	bool overflow;
	u64 value;

	end = parse_size(ptr, &value, &overflow);
	if (retptr)
		*retptr = (char *)(uintptr_t)end;
	return value;
}

int kstrtosize(const char *s, u64 *res)
{
	const char *end;
	bool overflow;
	u64 value;

	end = parse_size(s, &value, &overflow);
	if (end == s || *end)
		return -EINVAL;
	if (overflow)
		return -ERANGE;
	*res = value;
	return 0;
}
