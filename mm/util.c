/* SPDX-License-Identifier: MIT */
/*
 * Small helpers around kmalloc(): copies.
 *
 * Reference: Linux 6.1 mm/util.c (kstrdup, kmemdup).
 */

#include <kernel/lib/string.h>
#include <mm/slab.h>

void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *copy = kmalloc(len, gfp);

	if (copy)
		memcpy(copy, src, len);
	return copy;
}

char *kstrndup(const char *s, size_t max, gfp_t gfp)
{
	size_t len;
	char *copy;

	if (!s)
		return NULL;
	len = strnlen(s, max);
	copy = kmalloc(len + 1, gfp);
	if (copy) {
		memcpy(copy, s, len);
		copy[len] = '\0';
	}
	return copy;
}

char *kstrdup(const char *s, gfp_t gfp)
{
	return kstrndup(s, SIZE_MAX, gfp);
}
