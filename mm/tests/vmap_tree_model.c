/* SPDX-License-Identifier: MIT */
/*
 * The tree of areas and gaps against a model: an array that says of each page which area
 * it belongs to.
 *
 * The space has 16 pages to 1024 and lies in the middle of all addresses or at their very
 * end. Compared after each operation: where an area was put, which must be the lowest
 * place of all; which area an address is in, or is below. Every few: each area's range,
 * the largest gap, vmap_tree_check().
 */
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <mm/tests/models.h>
#include <mm/vmap_tree.h>
#include <arch/page.h>

#define MAX_PAGES 1024
#define MAX_AREAS 255
#define NOBODY    0xff

/*
 * @owner: of each page, the index of its area, or NOBODY
 * @areas: those that are taken have an end
 */
static struct world {
	struct vmap_tree tree;
	unsigned int nr_pages;
	u8 owner[MAX_PAGES];
	struct vmap_area areas[MAX_AREAS];
} w;

static unsigned long addr_of(unsigned int page)
{
	return w.tree.start + page * PAGE_SIZE;
}

static unsigned int page_of(unsigned long addr)
{
	return (unsigned int)((addr - w.tree.start) / PAGE_SIZE);
}

/* The lowest run of @nr free pages, or nr_pages. */
static unsigned int lowest_fit(unsigned int nr)
{
	unsigned int page, len = 0;

	for (page = 0; page < w.nr_pages; page++) {
		len = w.owner[page] == NOBODY ? len + 1 : 0;
		if (len == nr)
			return page + 1 - nr;
	}
	return w.nr_pages;
}

static unsigned int longest_run(void)
{
	unsigned int page, len = 0, longest = 0;

	for (page = 0; page < w.nr_pages; page++) {
		len = w.owner[page] == NOBODY ? len + 1 : 0;
		longest = max(longest, len);
	}
	return longest;
}

/* Any area from a random one on that is taken, or is not; MAX_AREAS when there is none. */
static unsigned int any_area(struct model_run *run, bool taken)
{
	unsigned int first = model_choose(run, MAX_AREAS), i;

	for (i = 0; i < MAX_AREAS; i++)
		if ((w.areas[(first + i) % MAX_AREAS].va_end != 0) == taken)
			return (first + i) % MAX_AREAS;
	return MAX_AREAS;
}

static void do_insert(struct model_run *run)
{
	unsigned int i = any_area(run, false), nr, page;

	if (i == MAX_AREAS)
		return;
	nr = 1 + model_size(run, model_one_in(run, 8) ? w.nr_pages : 32);
	page = lowest_fit(nr);
	MODEL_EQ(run, vmap_tree_insert(&w.tree, &w.areas[i], nr * PAGE_SIZE), page < w.nr_pages);
	if (page == w.nr_pages)
		return;
	MODEL_EQ(run, w.areas[i].va_start, addr_of(page));
	MODEL_EQ(run, w.areas[i].va_end, addr_of(page + nr));
	memset(&w.owner[page], (int)i, nr);
	model_digest_add(run, page);
}

static unsigned int pages_of(const struct vmap_area *va)
{
	return (unsigned int)((va->va_end - va->va_start) / PAGE_SIZE);
}

static void erase(unsigned int i)
{
	struct vmap_area *va = &w.areas[i];

	memset(&w.owner[page_of(va->va_start)], NOBODY, pages_of(va));
	vmap_tree_erase(&w.tree, va);
	va->va_end = 0;
}

static void do_erase(struct model_run *run)
{
	unsigned int i = any_area(run, true);

	if (i < MAX_AREAS)
		erase(i);
}

static void do_erase_many(struct model_run *run)
{
	unsigned int nr = model_size(run, MAX_AREAS);

	while (nr--)
		do_erase(run);
}

static void do_ask(struct model_run *run)
{
	unsigned int page = model_choose(run, w.nr_pages);
	unsigned long addr = addr_of(page) + (model_one_in(run, 2) ? PAGE_SIZE - 1 : 0);
	struct vmap_area *va = vmap_tree_find(&w.tree, addr);

	MODEL_TRUE(run, va == (w.owner[page] == NOBODY ? NULL : &w.areas[w.owner[page]]));
	while (page < w.nr_pages && w.owner[page] == NOBODY)
		page++;
	va = vmap_tree_next(&w.tree, addr);
	MODEL_TRUE(run, va == (page == w.nr_pages ? NULL : &w.areas[w.owner[page]]));
	MODEL_TRUE(run, !vmap_tree_find(&w.tree, w.tree.start - 1));
}

static void compare(struct model_run *run)
{
	unsigned long addr = w.tree.start;
	unsigned int page = 0;
	struct vmap_area *va;

	MODEL_TRUE(run, vmap_tree_check(&w.tree));
	MODEL_EQ(run, vmap_tree_largest_gap(&w.tree), longest_run() * PAGE_SIZE);
	while ((va = vmap_tree_next(&w.tree, addr)) != NULL) {
		unsigned int first = page_of(va->va_start);

		for (; page < first; page++)
			MODEL_EQ(run, w.owner[page], NOBODY);
		for (; page < first + pages_of(va); page++)
			MODEL_TRUE(run, &w.areas[w.owner[page]] == va);
		model_digest_add(run, first << 16 | page);
		addr = va->va_end;
	}
	for (; page < w.nr_pages; page++)
		MODEL_EQ(run, w.owner[page], NOBODY);
}

static const struct model_step steps[] = {
	{10, do_insert}, {7, do_erase}, {1, do_erase_many}, {6, do_ask}};

/* A space ends at an address; so the last page of all is in none. */
static void make_world(struct model_run *run)
{
	unsigned long end = model_one_in(run, 4) ? -PAGE_SIZE : 0xf0000000UL;

	memset(&w, 0, sizeof(w));
	memset(w.owner, NOBODY, sizeof(w.owner));
	w.nr_pages = 16U << model_choose(run, 7);
	w.nr_pages -= model_choose(run, 8);
	vmap_tree_init(&w.tree, end - w.nr_pages * PAGE_SIZE, end);
}

static void end_world(struct model_run *run)
{
	unsigned int i;

	for (i = 0; i < MAX_AREAS; i++)
		if (w.areas[i].va_end)
			erase(i);
	compare(run);
	MODEL_EQ(run, longest_run(), w.nr_pages);
}

static const struct model_world world = {
	MODEL_STEPS(steps), .every = 32, .make = make_world, .compare = compare, .end = end_world,
};

void vmap_tree_model_run(struct model_run *run)
{
	model_play(run, &world);
}
