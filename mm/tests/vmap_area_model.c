/* SPDX-License-Identifier: MIT */
/*
 * The vmalloc address space against a model: a table of areas, each live, waiting for the
 * flush, or pooled, and an array that says which pages are taken.
 *
 * The space is the test's own, of 128 pages to 4096, so that it is full at times. The model
 * foretells each address: that of the area pooled last, or the lowest that is free, or
 * what there is after a purge. It knows when a purge comes, and what becomes of each area
 * that waited.
 *
 * Compared after each operation: the address, the error, the number of areas purged. Every
 * few: lookups at and beside each border, the largest gap, what waits, the number of
 * purges, vmap_area_check().
 *
 * Not in the model: what is mapped (vmalloc_test.c), and interrupt handlers.
 */
#include <kernel/lib/errno.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <arch/mmu.h>
#include <mm/fail.h>
#include <mm/tests/models.h>
#include <mm/vmalloc.h>
#include <mm/vmap_area.h>

#define MAX_PAGES     4096
#define MAX_AREAS     512
#define MAX_LAZY      128
#define MAX_LAZY_SIZE (32U << 20)

/*
 * @va, @start, @nr: its node; first page and number of pages
 * @since: when it got into this state; what is pooled last is used first
 */
struct area {
	struct vmap_area *va;
	u16 start, nr;
	enum { UNUSED, LIVE, LAZY, POOLED } state;
	u32 since;
};

/*
 * @most, @seldom_large: pages of most areas, guard not counted; one in so many is larger
 */
static struct world {
	struct vmap_space space;
	unsigned int nr_pages, lazy_max, most, seldom_large;
	unsigned int lazy_pages, lazy_areas, pooled_pages;
	unsigned long nr_purges;
	u32 now;
	bool taken[MAX_PAGES];
	struct area areas[MAX_AREAS];
} w;
static bool in_use; /* of the private space */

/* One descriptor for all: the tree only needs one to write an address into. */
static struct vm_struct anybody;

/* ---- The model -------------------------------------------------------------------------- */

/* The area of a state that got into it last, of so many pages (0: any), or NULL. */
static struct area *latest(unsigned int state, unsigned int nr)
{
	struct area *found = NULL, *a;

	for (a = w.areas; a < w.areas + MAX_AREAS; a++)
		if (a->state == state && (!nr || a->nr == nr) &&
		    (!found || a->since > found->since))
			found = a;
	return found;
}

static void set_state(struct area *a, unsigned int state)
{
	a->state = state;
	a->since = w.now++;
}

static void set_taken(const struct area *a, bool taken)
{
	memset(&w.taken[a->start], taken, a->nr);
}

/* The lowest run of @nr free pages, or nr_pages. */
static unsigned int lowest_fit(unsigned int nr)
{
	unsigned int page, len = 0;

	for (page = 0; page < w.nr_pages; page++) {
		len = w.taken[page] ? 0 : len + 1;
		if (len == nr)
			return page + 1 - nr;
	}
	return w.nr_pages;
}

static unsigned int longest_run(void)
{
	unsigned int page, len = 0, longest = 0;

	for (page = 0; page < w.nr_pages; page++) {
		len = w.taken[page] ? 0 : len + 1;
		longest = max(longest, len);
	}
	return longest;
}

static void model_erase(struct area *a)
{
	set_taken(a, false);
	set_state(a, UNUSED);
}

/* What waits is pooled, the latest first, or freed. Return: how many waited. */
static unsigned int model_purge(void)
{
	unsigned int nr = w.lazy_areas;
	struct area *a;

	while ((a = latest(LAZY, 0)) != NULL) {
		if (a->nr > POOL_MAX_AREA_PAGES || w.pooled_pages + a->nr > w.lazy_max) {
			model_erase(a);
			continue;
		}
		w.pooled_pages += a->nr;
		set_state(a, POOLED);
	}
	w.lazy_areas = 0;
	w.lazy_pages = 0;
	w.nr_purges += nr != 0;
	return nr;
}

static unsigned int model_reclaim(void)
{
	unsigned int nr = 0;
	struct area *a;

	for (a = w.areas; a < w.areas + MAX_AREAS; a++)
		nr += a->state == LAZY || a->state == POOLED;
	model_purge();
	while ((a = latest(POOLED, 0)) != NULL)
		model_erase(a);
	w.pooled_pages = 0;
	return nr;
}

/* ---- Comparing ---------------------------------------------------------------------------- */

static unsigned long addr_of(unsigned int page)
{
	return w.space.tree.start + page * PAGE_SIZE;
}

/* The area that holds @page; UNUSED ones hold nothing. */
static const struct area *area_at(unsigned int page)
{
	const struct area *a;

	for (a = w.areas; a < w.areas + MAX_AREAS; a++)
		if (a->state != UNUSED && page >= a->start && page < a->start + a->nr)
			return a;
	return NULL;
}

static struct vmap_area *va_at(unsigned int page)
{
	const struct area *a = page < w.nr_pages && w.taken[page] ? area_at(page) : NULL;

	return a ? a->va : NULL;
}

/* The area that is at @page or next above it. */
static struct vmap_area *va_from(unsigned int page)
{
	while (page < w.nr_pages && !w.taken[page])
		page++;
	return va_at(page);
}

static void compare_lookup(struct model_run *run, unsigned int page, unsigned int offset)
{
	struct vmap_area *found, *next;
	unsigned long flags;

	spin_lock_irqsave(&vmap_area_lock, flags);
	found = __find_vmap_area(addr_of(page) + offset);
	next = __next_vmap_area(addr_of(page) + offset);
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	MODEL_TRUE(run, found == va_at(page));
	MODEL_TRUE(run, next == va_from(page));
}

static void compare(struct model_run *run)
{
	const struct area *a;

	for (a = w.areas; a < w.areas + MAX_AREAS; a++) {
		if (a->state == UNUSED)
			continue;
		MODEL_EQ(run, a->va->va_start, addr_of(a->start));
		MODEL_EQ(run, a->va->va_end, addr_of(a->start + a->nr));
		MODEL_TRUE(run, (a->va->vm == &anybody) == (a->state == LIVE));
		MODEL_EQ(run, a->va->pooled, a->state == POOLED);
		model_digest_add(run, (u32)a->start << 16 | (u32)a->nr << 2 | a->state);
	}
	MODEL_EQ(run, vmap_largest_gap(), longest_run() * PAGE_SIZE);
	MODEL_EQ(run, vmap_lazy_pages(), w.lazy_pages);
	MODEL_EQ(run, vmap_nr_purges(), w.nr_purges);
	MODEL_TRUE(run, vmap_area_check());
}

/* ---- Operations ----------------------------------------------------------------------------- */

static void check_area(struct model_run *run, struct area *a, struct vmap_area *va)
{
	MODEL_TRUE(run, !IS_ERR(va));
	MODEL_EQ(run, va->va_start, addr_of(a->start));
	MODEL_EQ(run, va->va_end, addr_of(a->start + a->nr));
	MODEL_TRUE(run, va->vm == &anybody && anybody.addr == (void *)va->va_start);
	MODEL_TRUE(run, !a->va || a->va == va);
	a->va = va;
	set_state(a, LIVE);
	model_digest_add(run, a->start);
}

/* Nothing pooled will do: a new area at the lowest place, perhaps after reclaim. */
static void alloc_new(struct model_run *run, unsigned int nr, gfp_t gfp)
{
	struct area *a = w.areas;
	struct vmap_area *va;
	unsigned int page;

	while (a < w.areas + MAX_AREAS && a->state != UNUSED)
		a++;
	if (a == w.areas + MAX_AREAS)
		return;
	page = lowest_fit(nr);
	if (page == w.nr_pages && (gfp & __GFP_DIRECT_RECLAIM) && model_reclaim())
		page = lowest_fit(nr);
	va = alloc_vmap_area(nr * PAGE_SIZE, &anybody, gfp);
	if (page == w.nr_pages) {
		MODEL_EQ(run, PTR_ERR(va), -ENOSPC);
		return;
	}
	*a = (struct area){.start = (u16)page, .nr = (u16)nr};
	set_taken(a, true);
	check_area(run, a, va);
}

static void do_alloc(struct model_run *run)
{
	unsigned int nr =
		2 + model_size(run, model_one_in(run, w.seldom_large) ? w.nr_pages : w.most);
	gfp_t gfp = (model_one_in(run, 4) ? GFP_ATOMIC : GFP_KERNEL) | __GFP_NOWARN;
	struct area *pooled = nr <= POOL_MAX_AREA_PAGES ? latest(POOLED, nr) : NULL;

	if (!pooled) {
		alloc_new(run, nr, gfp);
		return;
	}
	w.pooled_pages -= nr;
	check_area(run, pooled, alloc_vmap_area(nr * PAGE_SIZE, &anybody, gfp));
}

/* No memory for the node: only what is pooled needs none. */
static void do_fail(struct model_run *run)
{
	unsigned int nr = 2 + model_size(run, 20);

	if (nr <= POOL_MAX_AREA_PAGES && latest(POOLED, nr))
		return;
	fail_nth_set(0);
	MODEL_EQ(run, PTR_ERR(alloc_vmap_area(nr * PAGE_SIZE, &anybody, GFP_KERNEL)), -ENOMEM);
	MODEL_TRUE(run, fail_nth_clear());
}

static struct area *any_live(struct model_run *run)
{
	unsigned int first = model_choose(run, MAX_AREAS), i;

	for (i = 0; i < MAX_AREAS; i++) {
		struct area *a = &w.areas[(first + i) % MAX_AREAS];

		if (a->state == LIVE)
			return a;
	}
	return NULL;
}

static void do_free(struct model_run *run)
{
	struct area *a = any_live(run);

	if (!a)
		return;
	free_vmap_area(a->va);
	model_erase(a);
}

static void free_lazily(struct area *a)
{
	w.lazy_areas++;
	w.lazy_pages += a->nr;
	set_state(a, LAZY);
	if (w.lazy_areas > MAX_LAZY || w.lazy_pages > w.lazy_max)
		model_purge();
	a->va->vm = NULL;
	free_vmap_area_lazy(a->va);
}

static void do_free_lazily(struct model_run *run)
{
	struct area *a = any_live(run);

	if (a)
		free_lazily(a);
}

/* In a burst, as when much is torn down. */
static void do_free_many(struct model_run *run)
{
	unsigned int nr = model_size(run, MAX_AREAS);

	while (nr--)
		do_free_lazily(run);
}

static void do_purge(struct model_run *run)
{
	MODEL_EQ(run, purge_vmap_area_lazy(), model_purge());
}

static void do_reclaim(struct model_run *run)
{
	MODEL_EQ(run, reclaim_vmap_areas(), model_reclaim());
}

static void do_ask(struct model_run *run)
{
	unsigned int page = model_choose(run, w.nr_pages), offset = model_choose(run, PAGE_SIZE);

	compare_lookup(run, page, offset);
	while (page + 1 < w.nr_pages && w.taken[page] == w.taken[page + 1])
		page++;
	compare_lookup(run, page, PAGE_SIZE - 1);
	compare_lookup(run, page + 1, 0);
}

static const struct model_step steps[] = {
	{60, do_alloc},    {1, do_fail},  {6, do_free},    {12, do_free_lazily},
	{1, do_free_many}, {1, do_purge}, {1, do_reclaim}, {8, do_ask},
};

/* ---- Worlds ----------------------------------------------------------------------------------- */

static void make_world(struct model_run *run)
{
	memset(&w, 0, sizeof(w));
	w.nr_pages = 128U << model_choose(run, 6);
	w.nr_pages -= model_choose(run, 8);
	w.most = model_one_in(run, 2) ? 1 : 20;
	w.seldom_large = w.most == 1 ? 1000 : 6;
	w.lazy_max = min(w.nr_pages / 8, MAX_LAZY_SIZE >> PAGE_SHIFT);
	vmap_space_init(&w.space, VMALLOC_START, VMALLOC_START + w.nr_pages * PAGE_SIZE);
	vmap_space_use(&w.space);
	in_use = true;
	MODEL_EQ(run, lazy_max_pages(), w.lazy_max);
}

void vmap_area_model_abandon(void)
{
	struct area *a;

	fail_nth_clear();
	if (!in_use)
		return;
	for (a = w.areas; a < w.areas + MAX_AREAS; a++)
		if (a->state == LIVE)
			free_lazily(a);
	reclaim_vmap_areas();
	vmap_space_use(NULL);
	in_use = false;
}

static void end_world(struct model_run *run)
{
	vmap_area_model_abandon();
	MODEL_EQ(run, vmap_tree_largest_gap(&w.space.tree), w.nr_pages * PAGE_SIZE);
}

static const struct model_world world = {
	MODEL_STEPS(steps), .every = 64, .make = make_world, .compare = compare, .end = end_world,
};

void vmap_area_model_run(struct model_run *run)
{
	model_play(run, &world);
}
