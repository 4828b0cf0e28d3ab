/* SPDX-License-Identifier: MIT */
/*
 * Text to numbers. The kstrto family takes a whole string or nothing, as options
 * want it; memparse() and simple_strtoull() stop where the number ends.
 * Context of all: any.
 */
#ifndef KERNEL_LIB_KSTRTOX_H
#define KERNEL_LIB_KSTRTOX_H

#include <kernel/lib/types.h>

/**
 * kstrtoull - convert a whole string to an unsigned number
 * @s:    digits, with an optional "+" before and one newline behind; no white space
 * @base: 2 to 36, or 0: "0x" says 16, another leading "0" says 8, else it is 10.
 *        With base 16 the "0x" is optional.
 * @res:  out: the number; untouched on error
 * Return: 0, -EINVAL when it is not a number, -ERANGE when it does not fit.
 */
int __must_check kstrtoull(const char *s, unsigned int base, unsigned long long *res);

/** kstrtoll - kstrtoull() of a signed number, "-" allowed */
int __must_check kstrtoll(const char *s, unsigned int base, long long *res);
/** kstrtoul, kstrtol, kstrtouint, kstrtoint - the same for narrower types */
int __must_check kstrtoul(const char *s, unsigned int base, unsigned long *res);
int __must_check kstrtol(const char *s, unsigned int base, long *res);
int __must_check kstrtouint(const char *s, unsigned int base, unsigned int *res);
int __must_check kstrtoint(const char *s, unsigned int base, int *res);

/** kstrtou64 - kstrtoull() into a u64 */
static inline int __must_check kstrtou64(const char *s, unsigned int base, u64 *res)
{
	return kstrtoull(s, base, res);
}

/** kstrtou32 - kstrtouint() into a u32 */
static inline int __must_check kstrtou32(const char *s, unsigned int base, u32 *res)
{
	return kstrtouint(s, base, res);
}

/**
 * simple_strtoull - the number that a string begins with
 * @s:    digits, perhaps with "0x" or "0" as for kstrtoull()
 * @endp: out: first byte behind the number, @s when there is none; may be NULL
 * @base: as for kstrtoull()
 * Return: the number, 0 when there is none, U64_MAX when it does not fit.
 */
unsigned long long simple_strtoull(const char *s, char **endp, unsigned int base);

/**
 * memparse - a size with a suffix, as in "mem=64M"
 * @ptr:    a number as for simple_strtoull() with base 0, then K, M, G, T, P or E of either
 *          case for 2^10 to 2^60, or nothing
 * @retptr: out: first byte behind number and suffix, @ptr when there is no number;
 *          may be NULL
 * Return: bytes, or U64_MAX when they do not fit 64 bits: Linux would wrap around.
 */
unsigned long long memparse(const char *ptr, char **retptr);

/**
 * kstrtosize - memparse() of a whole string
 * @s:   a size, nothing before or behind it
 * @res: out: bytes; untouched on error
 * Return: 0, -EINVAL when it is not a size, -ERANGE when it does not fit 64 bits.
 */
int __must_check kstrtosize(const char *s, u64 *res);

#endif
