/* SPDX-License-Identifier: MIT */
/*
 * Sorting an array, whatever it holds.
 */
#ifndef KERNEL_LIB_SORT_H
#define KERNEL_LIB_SORT_H

#include <kernel/lib/types.h>

/**
 * sort - sort an array in place
 * @base: the array
 * @num:  its elements
 * @size: bytes of one
 * @cmp:  compares two elements: below, equal to or above 0
 * @swap: exchanges two elements of @size bytes, or NULL to have the bytes exchanged
 *
 * Heapsort: no memory, no recursion, O(n log n) in the worst case. Not stable:
 * let @cmp tell apart what must not change places.
 *
 * Context: any.
 */
void sort(void *base, size_t num, size_t size, int (*cmp)(const void *a, const void *b),
	  void (*swap)(void *a, void *b, size_t size));

#endif
