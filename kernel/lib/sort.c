/* SPDX-License-Identifier: MIT */
/*
 * Heapsort.
 *
 * Idea: view the array as a binary tree in which the children of element i are
 * 2i + 1 and 2i + 2. It is a heap when no child is above its parent; the largest
 * element is then the first. Make it one from the last parent backwards; then, as
 * long as there are two, exchange the first with the last, leave that one out and
 * let the new first sink to its place.
 *
 * Reference: Knuth, TAOCP vol. 3, 5.2.3.
 */
#include <kernel/lib/sort.h>

static void swap_bytes(void *a, void *b, size_t size)
{
	char *p = a, *q = b;

	while (size--) {
		char tmp = *p;

		*p++ = *q;
		*q++ = tmp;
	}
}

/* Let the element at @parent sink until neither child is above it. Offsets in bytes. */
static void sift_down(char *base, size_t parent, size_t end, size_t size,
		      int (*cmp)(const void *a, const void *b),
		      void (*swap)(void *a, void *b, size_t size))
{
	for (;;) {
		size_t child = 2 * parent + size;

		if (child >= end)
			return;
		if (child + size < end && cmp(base + child, base + child + size) < 0)
			child += size;
		if (cmp(base + parent, base + child) >= 0)
			return;
		swap(base + parent, base + child, size);
		parent = child;
	}
}

void sort(void *base, size_t num, size_t size, int (*cmp)(const void *a, const void *b),
	  void (*swap)(void *a, void *b, size_t size))
{
	char *array = base;
	size_t parent, end = num * size;

	if (!swap)
		swap = swap_bytes;
	for (parent = num / 2 * size; parent > 0;) {
		parent -= size;
		sift_down(array, parent, end, size, cmp, swap);
	}
	while (end > size) {
		end -= size;
		swap(array, array + end, size);
		sift_down(array, 0, end, size, cmp, swap);
	}
}
