/* SPDX-License-Identifier: MIT */
/*
 * A map of pages, each free or not: what is naive about the models of the page allocator.
 *
 * Merging is eager, so the map determines the free lists of a zone: they hold the largest
 * aligned blocks that its free pages fill.
 */
#ifndef MM_TESTS_PAGE_MAP_H
#define MM_TESTS_PAGE_MAP_H

#include <mm/mmzone.h>

/*
 * struct page_map - pages [first, end) of a zone, counted from a page that is aligned to
 *                   the largest block
 * @used: by page, from 0: it is not free
 */
struct page_map {
	unsigned int first;
	unsigned int end;
	bool *used;
};

/** page_map_set - pages [@start, @start + 2^@order) are used from now on, or free */
void page_map_set(struct page_map *map, unsigned int start, unsigned int order, bool used);

/** page_map_free - are all of [@start, @start + 2^@order) free? */
bool page_map_free(const struct page_map *map, unsigned int start, unsigned int order);

/** page_map_order - order of the free block of which @start, a free page, is the first */
unsigned int page_map_order(const struct page_map *map, unsigned int start);

/**
 * page_map_blocks - how many free blocks there are of each order
 * @nr_free: out
 * @at:      any page
 * Return: the order of the free block that begins at @at, or -1 if none does.
 */
int page_map_blocks(const struct page_map *map, unsigned int nr_free[MAX_ORDER], unsigned int at);

/** page_map_available - how many blocks of @order could be cut from the free blocks */
unsigned int page_map_available(const struct page_map *map, unsigned int order);

/** page_map_is_source - does a smallest free block of at least @order begin at @at? */
bool page_map_is_source(const struct page_map *map, unsigned int at, unsigned int order);

#endif
