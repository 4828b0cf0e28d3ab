/* SPDX-License-Identifier: MIT */
/* A map of pages, each free or not; see page_map.h. */
#include <kernel/lib/string.h>
#include <mm/tests/page_map.h>

void page_map_set(struct page_map *map, unsigned int start, unsigned int order, bool used)
{
	memset(&map->used[start], used, 1U << order);
}

bool page_map_free(const struct page_map *map, unsigned int start, unsigned int order)
{
	unsigned int i;

	if (start < map->first || start + (1U << order) > map->end)
		return false;
	for (i = start; i < start + (1U << order); i++)
		if (map->used[i])
			return false;
	return true;
}

unsigned int page_map_order(const struct page_map *map, unsigned int start)
{
	unsigned int order = 0;

	while (order < MAX_ORDER - 1 && !(start & ((2U << order) - 1)) &&
	       page_map_free(map, start, order + 1))
		order++;
	return order;
}

int page_map_blocks(const struct page_map *map, unsigned int nr_free[MAX_ORDER], unsigned int at)
{
	unsigned int i, order;
	int found = -1;

	memset(nr_free, 0, MAX_ORDER * sizeof(nr_free[0]));
	for (i = map->first; i < map->end; i += 1U << order) {
		order = 0;
		if (map->used[i])
			continue;
		order = page_map_order(map, i);
		nr_free[order]++;
		if (i == at)
			found = (int)order;
	}
	return found;
}

unsigned int page_map_available(const struct page_map *map, unsigned int order)
{
	unsigned int nr_free[MAX_ORDER], nr = 0, i;

	page_map_blocks(map, nr_free, 0);
	for (i = order; i < MAX_ORDER; i++)
		nr += nr_free[i] << (i - order);
	return nr;
}

bool page_map_is_source(const struct page_map *map, unsigned int at, unsigned int order)
{
	unsigned int nr_free[MAX_ORDER];
	int found = page_map_blocks(map, nr_free, at);

	while (order < MAX_ORDER && !nr_free[order])
		order++;
	return found == (int)order;
}
