/* SPDX-License-Identifier: MIT */
/*
 * Questions about one page or one address. All of them take any value: what cannot be
 * read is not touched, and said to be out of reach.
 */
#ifndef MM_EXPLAIN_H
#define MM_EXPLAIN_H

#include <kernel/lib/types.h>

struct seq_file;

/**
 * show_page - a page frame: addresses, zone, flags, references, owner
 * @pfn: any; one that has no struct page is said to have none
 * Context: any; a moment's truth.
 */
void show_page(struct seq_file *m, unsigned long pfn);

/**
 * show_translation - how the CPU translates an address, down to the page and its owner
 * @addr: any
 * Context: any; a moment's truth.
 */
void show_translation(struct seq_file *m, unsigned long addr);

/**
 * show_explain - what is this address?
 * @addr: any
 *
 * The region of the layout, what it maps to, the object, block, area or slot that holds
 * it with whoever allocated or freed that, and its neighbours.
 *
 * Context: process context. Takes the locks of slabs, areas and resources, one at a time.
 */
void show_explain(struct seq_file *m, unsigned long addr);

/**
 * pfn_of_argument - which page does a person mean by a number?
 * @n:   a page frame number; or an address at or above PAGE_OFFSET, which is translated
 * @pfn: out: the page frame
 * Context: any. Return: false when it is neither, or maps no page that is described.
 */
bool pfn_of_argument(unsigned long n, unsigned long *pfn);

#endif
