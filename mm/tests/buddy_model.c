/* SPDX-License-Identifier: MIT */
/*
 * The buddy system of one zone against a model: a map of the pages, each free or not.
 *
 * Merging is eager, so the map determines the free lists: they hold the largest aligned
 * blocks that its free pages fill. A request fails if and only if none of them is large
 * enough; it gets the lower end of a smallest one that is. Which of several smallest ones
 * it gets is left to the allocator, and goes into the digest.
 *
 * A zone is made for each world, of 8 pages to 1024, whose ends may divide blocks. All
 * its pages are handed out at first. (Where there is no such block, in 4 MiB of RAM, the
 * zone is smaller, and the digest another.) Compared after each operation: the block that was
 * handed out. Every few: the flags of each page, the length of each free list, the zone's
 * counts, and zone_check().
 *
 * Not in the model: per-CPU lists, watermarks, other zones; see page_alloc_model.c.
 */
#include <kernel/lib/list.h>
#include <mm/tests/models.h>
#include <mm/tests/page_alloc_test.h>
#include <mm/tests/page_map.h>

#define MAX_PAGES MAX_ORDER_NR_PAGES
#define NR_LISTS  NR_PCP_LISTS
#define MAX_LIST  64

/* A raw block that is out, of pages [start, start + 2^order) of the zone's block. */
struct block {
	u16 start;
	u16 order;
};

/*
 * @base: first page of the block of the real allocator; all numbers count from there
 * @map, @used: of the zone's part of it
 * @out:    blocks that are out
 * @list, @on_list: as rmqueue_bulk() fills them, by order; and the same, as numbers
 */
static struct world {
	struct zone *zone;
	struct page *base;
	unsigned int nr_out, nr_on_list[NR_LISTS];
	struct page_map map;
	bool used[MAX_PAGES];
	struct block out[MAX_PAGES];
	struct list_head list[NR_LISTS];
	u16 on_list[NR_LISTS][MAX_LIST];
} w;

/* ---- The model -------------------------------------------------------------------------- */

static void add_out(unsigned int start, unsigned int order)
{
	w.out[w.nr_out++] = (struct block){.start = (u16)start, .order = (u16)order};
}

static struct block take_out(unsigned int i)
{
	struct block block = w.out[i];

	w.out[i] = w.out[--w.nr_out];
	return block;
}

/* ---- Comparing ---------------------------------------------------------------------------- */

static unsigned int number_of(struct model_run *run, const struct page *page)
{
	unsigned long nr = (unsigned long)(page - w.base);

	MODEL_TRUE(run, nr >= w.map.first && nr < w.map.end);
	return (unsigned int)nr;
}

/* What the flags words of all pages are to be: those of free heads and of list entries. */
static void compare_flags(struct model_run *run)
{
	static unsigned long flags[MAX_PAGES];
	unsigned int i, k, order;

	for (i = w.map.first; i < w.map.end; i++)
		flags[i] = page_flags_zone(w.zone->idx);
	for (i = w.map.first; i < w.map.end; i += 1U << order) {
		order = 0;
		if (w.used[i])
			continue;
		order = page_map_order(&w.map, i);
		flags[i] = page_flags_buddy(w.zone, order);
		model_digest_add(run, i << 8 | order);
	}
	for (order = 0; order < NR_LISTS; order++)
		for (k = 0; k < w.nr_on_list[order]; k++)
			flags[w.on_list[order][k]] = page_flags_pcp(w.zone, order);
	for (i = w.map.first; i < w.map.end; i++)
		if (w.base[i].flags != flags[i])
			MODEL_FAIL(run, "page %u has flags %#lx, but should have %#lx", i,
				   w.base[i].flags, flags[i]);
}

static void compare_counts(struct model_run *run)
{
	unsigned int nr_free[MAX_ORDER], order;
	unsigned long pages = 0;

	page_map_blocks(&w.map, nr_free, 0);
	for (order = 0; order < MAX_ORDER; order++) {
		MODEL_EQ(run, w.zone->free_area[order].nr_free, nr_free[order]);
		pages += (unsigned long)nr_free[order] << order;
	}
	MODEL_EQ(run, w.zone->free_pages, pages);
}

static void compare(struct model_run *run)
{
	compare_flags(run);
	compare_counts(run);
	MODEL_TRUE(run, zone_check(w.zone));
}

/* ---- Operations ----------------------------------------------------------------------------- */

/* Small ones are the most frequent. */
static unsigned int random_order(struct model_run *run)
{
	return model_choose(run, 1 + model_choose(run, MAX_ORDER));
}

static void do_alloc(struct model_run *run)
{
	unsigned int order = random_order(run), start;
	struct page *page = rmqueue(w.zone, order);

	if (!page) {
		MODEL_EQ(run, page_map_available(&w.map, order), 0);
		return;
	}
	start = number_of(run, page);
	MODEL_TRUE(run, page_map_is_source(&w.map, start, order));
	page_map_set(&w.map, start, order, true);
	add_out(start, order);
	model_digest_add(run, start);
}

/* Freeing makes no use of what the flags word says, and sets it right. */
static void give_back(struct model_run *run, struct block block)
{
	if (model_one_in(run, 4))
		w.base[block.start].flags |= page_flags_order(random_order(run)) | 1UL << PG_pcp;
	free_one_page(w.zone, &w.base[block.start], block.order);
	page_map_set(&w.map, block.start, block.order, false);
}

static void do_free(struct model_run *run)
{
	if (w.nr_out)
		give_back(run, take_out(model_choose(run, w.nr_out)));
}

/* A block that is out may be given back in parts: one half now, the other half some time. */
static void do_free_half(struct model_run *run)
{
	struct block block;
	unsigned int half;

	if (!w.nr_out)
		return;
	block = take_out(model_choose(run, w.nr_out));
	if (block.order) {
		block.order--;
		half = 1U << block.order;
		if (model_one_in(run, 2)) {
			add_out(block.start, block.order);
			block.start = (u16)(block.start + half);
		} else {
			add_out(block.start + half, block.order);
		}
	}
	give_back(run, block);
}

/* Many frees in a row: that is when blocks grow large. */
static void do_free_many(struct model_run *run)
{
	unsigned int nr = model_one_in(run, 4) ? w.nr_out : model_size(run, w.nr_out);

	while (nr--)
		do_free(run);
}

/* One more entry of a list: in line with the one before, or the lower end of a source. */
static void check_entry(struct model_run *run, unsigned int start, unsigned int order,
			unsigned int expected)
{
	MODEL_TRUE(run, !(start & ((1U << order) - 1)));
	if (start != expected || !page_map_free(&w.map, start, order))
		MODEL_TRUE(run, page_map_is_source(&w.map, start, order));
	MODEL_TRUE(run, page_map_free(&w.map, start, order));
	page_map_set(&w.map, start, order, true);
	model_digest_add(run, start);
}

static void do_bulk_alloc(struct model_run *run)
{
	unsigned int order = model_choose(run, NR_LISTS), expected = MAX_PAGES, taken;
	unsigned int *nr = &w.nr_on_list[order];
	unsigned int count = model_choose(run, MAX_LIST - *nr + 1), had = *nr, i = 0;
	unsigned int available = page_map_available(&w.map, order);
	struct page *page;
	unsigned long flags;

	local_irq_save(flags);
	taken = rmqueue_bulk(w.zone, order, count, &w.list[order]);
	local_irq_restore(flags);
	MODEL_EQ(run, taken, min(count, available));
	list_for_each_entry(page, &w.list[order], lru) {
		unsigned int start = number_of(run, page);

		if (i < had) {
			MODEL_EQ(run, start, w.on_list[order][i++]);
			continue;
		}
		MODEL_TRUE(run, i < had + taken);
		check_entry(run, start, order, expected);
		expected = start + (1U << order);
		w.on_list[order][i++] = (u16)start;
	}
	MODEL_EQ(run, i, had + taken);
	*nr = i;
}

static void do_bulk_free(struct model_run *run)
{
	unsigned int order = model_choose(run, NR_LISTS), freed;
	unsigned int *nr = &w.nr_on_list[order];
	unsigned int count = model_choose(run, *nr + 3);
	unsigned long flags;

	local_irq_save(flags);
	freed = free_list_bulk(w.zone, order, count, &w.list[order]);
	local_irq_restore(flags);
	MODEL_EQ(run, freed, min(count, *nr));
	while (freed--)
		page_map_set(&w.map, w.on_list[order][--*nr], order, false);
	MODEL_EQ(run, list_count_nodes(&w.list[order]), *nr);
}

static const struct model_step steps[] = {
	{40, do_alloc},    {24, do_free},      {8, do_free_half},
	{2, do_free_many}, {4, do_bulk_alloc}, {4, do_bulk_free},
};

/* ---- Worlds ----------------------------------------------------------------------------------- */

static void make_world(struct model_run *run)
{
	unsigned int order = 3 + model_choose(run, MAX_ORDER - 3), i;

	memset(&w, 0, sizeof(w));
	w.map.end = 1U << order;
	if (model_one_in(run, 2)) {
		w.map.first = model_size(run, w.map.end / 2);
		w.map.end -= model_size(run, w.map.end / 2 - 1);
	}
	while (!(w.zone = private_zone_make(order, w.map.first, w.map.end - w.map.first))) {
		MODEL_TRUE(run, order-- > 3);
		w.map.first /= 2;
		w.map.end /= 2;
	}
	w.base = pfn_to_page(w.zone->zone_start_pfn) - w.map.first;
	for (i = 0; i < NR_LISTS; i++)
		INIT_LIST_HEAD(&w.list[i]);
	memset(w.used, true, sizeof(w.used));
	w.map.used = w.used;
	for (i = w.map.first; i < w.map.end; i++)
		add_out(i, 0);
}

/* All of it comes together again. */
static void end_world(struct model_run *run)
{
	unsigned int order;

	for (order = 0; order < NR_LISTS; order++)
		while (w.nr_on_list[order]) {
			unsigned int last = --w.nr_on_list[order];
			struct page *page = &w.base[w.on_list[order][last]];

			list_del(&page->lru);
			page->flags = page_flags_zone(w.zone->idx);
			add_out(w.on_list[order][last], order);
		}
	while (w.nr_out)
		give_back(run, take_out(w.nr_out - 1));
	compare(run);
	kunit_zone_end();
}

static const struct model_world world = {
	MODEL_STEPS(steps), .every = 32, .make = make_world, .compare = compare, .end = end_world,
};

void buddy_model_run(struct model_run *run)
{
	model_play(run, &world);
}

void buddy_model_abandon(void)
{
	kunit_zone_end();
}
