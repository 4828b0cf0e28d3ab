/* SPDX-License-Identifier: MIT */
/*
 * Small helpers around kmalloc(): copies, and memory that need not be contiguous.
 *
 * Reference: Linux 6.1 mm/util.c (kstrdup, kmemdup, kvmalloc_node, kvfree).
 */

#include <kernel/lib/string.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>

void *kmemdup(const void *src, size_t len, gfp_t gfp)
{
	void *copy = kmalloc(len, gfp);

	if (copy)
		memcpy(copy, src, len);
	return copy;
}

static char *copy_string(const char *s, size_t len, gfp_t gfp)
{
	char *copy = kmalloc(len + 1, gfp);

	if (copy) {
		memcpy(copy, s, len);
		copy[len] = '\0';
	}
	return copy;
}

char *kstrdup(const char *s, gfp_t gfp)
{
	return s ? copy_string(s, strlen(s), gfp) : NULL;
}

char *kstrndup(const char *s, size_t max, gfp_t gfp)
{
	return s ? copy_string(s, strnlen(s, max), gfp) : NULL;
}

/* kmalloc() need not try hard, nor complain: there is another way to have the memory. */
void *kvmalloc(size_t size, gfp_t flags)
{
	gfp_t kmalloc_flags = flags;
	void *addr;

	if (size > PAGE_SIZE)
		kmalloc_flags |= __GFP_NOWARN | __GFP_NORETRY;
	addr = size <= KMALLOC_MAX_SIZE ? kmalloc(size, kmalloc_flags) : NULL;
	if (addr || size <= PAGE_SIZE)
		return addr;
	return __vmalloc(size, flags);
}

void kvfree(const void *addr)
{
	if (is_vmalloc_addr(addr))
		vfree(addr);
	else
		kfree(addr);
}
