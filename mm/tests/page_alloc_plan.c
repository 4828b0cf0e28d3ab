/* SPDX-License-Identifier: MIT */
/* What the page allocator has to do; see page_alloc_plan.h. */
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <mm/tests/page_alloc_plan.h>

/* ---- The model: freeing -------------------------------------------------------------------- */

unsigned int page_world_zone(const struct page_world *w, unsigned int page)
{
	unsigned int idx = 0;

	while (page >= w->map[idx].end)
		idx++;
	return idx;
}

static void set_used(struct page_world *w, unsigned int start, unsigned int order, bool used)
{
	unsigned int idx = page_world_zone(w, start);

	page_map_set(&w->map[idx], start, order, used);
	w->free[idx] += used ? -(1U << order) : 1U << order;
}

void page_world_use(struct page_world *w, unsigned int start, unsigned int order)
{
	set_used(w, start, order, true);
}

/* So many pages go to the buddy: from the list of @order first, and each from its end. */
static void model_shed(struct page_world *w, unsigned int idx, unsigned int pages,
		       unsigned int order)
{
	struct pcp_lists *pcp = &w->pcp[idx];
	unsigned int tried;

	for (tried = 0; tried < NR_PCP_LISTS; tried++, order = (order + 1) % NR_PCP_LISTS)
		while (pages && pcp->nr[order]) {
			set_used(w, pcp->entry[order][--pcp->nr[order]], order, false);
			pcp->count -= 1U << order;
			pages -= min(pages, 1U << order);
		}
}

void page_world_drain(struct page_world *w, unsigned int idx)
{
	model_shed(w, idx, w->pcp[idx].count, 0);
}

/* A block without references goes to the front of its list, or to the buddy. */
void page_world_put(struct page_world *w, unsigned int start, unsigned int order)
{
	unsigned int idx = page_world_zone(w, start);
	struct pcp_lists *pcp = &w->pcp[idx];

	if (order >= NR_PCP_LISTS) {
		set_used(w, start, order, false);
		return;
	}
	memmove(&pcp->entry[order][1], pcp->entry[order], pcp->nr[order]++ * sizeof(u16));
	pcp->entry[order][0] = (u16)start;
	pcp->count += 1U << order;
	if (pcp->count > pcp->high)
		model_shed(w, idx, pcp->batch, order);
}

void page_world_out(struct page_world *w, unsigned int start, unsigned int order, unsigned int refs,
		    bool compound)
{
	w->out[w->nr_out++] = (struct block){
		.start = (u16)start, .order = (u8)order, .refs = (u8)refs, .compound = compound};
}

/* One reference of a block goes, by __free_pages() with its order. */
void page_world_free(struct page_world *w, struct block block)
{
	unsigned int order = block.order;

	if (block.refs == 1) {
		page_world_put(w, block.start, order);
	} else if (block.compound) {
		page_world_out(w, block.start, order, block.refs - 1U, true);
	} else { /* the first page stays by itself */
		page_world_out(w, block.start, 0, block.refs - 1U, false);
		while (order--)
			page_world_put(w, block.start + (1U << order), order);
	}
}

/* ---- The model: allocating -------------------------------------------------------------------- */

/* Blocks that a list is filled with: one, where a batch would take it below the mark. */
static unsigned int fill_count(const struct page_world *w, unsigned int idx, unsigned int order)
{
	unsigned int count = max(w->pcp[idx].batch >> order, 1U);

	if (w->free[idx] <
	    w->mark[idx][WMARK_LOW] + w->reserve[idx][ZONE_HIGHMEM] + (count << order))
		count = 1;
	return min(count, page_map_available(&w->map[idx], order));
}

static struct plan plan_zone(const struct page_world *w, unsigned int idx, unsigned int order)
{
	struct plan plan = {.how = NOTHING, .idx = idx};

	if (order >= NR_PCP_LISTS) {
		if (page_map_available(&w->map[idx], order))
			plan.how = FROM_BUDDY;
	} else if (w->pcp[idx].nr[order]) {
		plan.how = FROM_LIST;
	} else {
		plan.fill = fill_count(w, idx, order);
		if (plan.fill)
			plan.how = FROM_FILLED_LIST;
	}
	return plan;
}

/* How far below the watermarks a request may go. */
struct effort {
	enum zone_watermarks mark;
	bool high, harder, everything;
};

static bool watermark_ok(const struct page_world *w, unsigned int idx, unsigned int order,
			 unsigned int highest, struct effort effort)
{
	unsigned int mark = w->mark[idx][effort.mark];

	if (effort.high)
		mark -= mark / 2;
	if (effort.harder)
		mark -= mark / 4;
	return effort.everything || w->free[idx] >= mark + w->reserve[idx][highest] + (1U << order);
}

static struct plan plan_zones(const struct page_world *w, gfp_t gfp, unsigned int order,
			      struct effort effort)
{
	struct plan plan = {.how = NOTHING};
	unsigned int highest = gfp_zone(gfp), idx;

	for (idx = highest + 1; idx-- && plan.how == NOTHING;)
		if (w->map[idx].first < w->map[idx].end &&
		    watermark_ok(w, idx, order, highest, effort))
			plan = plan_zone(w, idx, order);
	return plan;
}

static void drain_all(struct page_world *w)
{
	unsigned int idx;

	for (idx = 0; idx < MAX_NR_ZONES; idx++)
		page_world_drain(w, idx);
}

/* The shrinker frees the last block that is cached. */
static bool model_shrink(struct page_world *w)
{
	struct block block;

	if (!w->nr_cached)
		return false;
	block = w->cached[--w->nr_cached];
	page_world_put(w, block.start, block.order);
	return true;
}

static struct plan plan_in_need(struct page_world *w, gfp_t gfp, unsigned int order)
{
	bool may_use_all = !(gfp & __GFP_NOMEMALLOC);
	struct effort effort = {
		.mark = WMARK_MIN,
		.high = gfp & __GFP_HIGH,
		.harder = may_use_all && (gfp & __GFP_ATOMIC),
		.everything = may_use_all && (gfp & __GFP_MEMALLOC),
	};
	struct plan plan = plan_zones(w, gfp, order, effort);
	unsigned int rounds = gfp & __GFP_NORETRY ? 1 : 16;

	if (plan.how == NOTHING) {
		drain_all(w);
		plan = plan_zones(w, gfp, order, effort);
	}
	if (!(gfp & __GFP_DIRECT_RECLAIM))
		rounds = 0;
	while (plan.how == NOTHING && rounds-- && model_shrink(w)) {
		drain_all(w);
		plan = plan_zones(w, gfp, order, effort);
	}
	if (plan.how == NOTHING && (gfp & __GFP_NOFAIL))
		plan = plan_zones(w, gfp, order, (struct effort){.everything = true});
	return plan;
}

unsigned int page_world_preferred(const struct page_world *w, gfp_t gfp)
{
	unsigned int idx = gfp_zone(gfp);

	while (w->map[idx].first == w->map[idx].end)
		idx--;
	return idx;
}

bool page_world_plenty(const struct page_world *w, gfp_t gfp)
{
	unsigned int idx = page_world_preferred(w, gfp);

	return !page_debug &&
	       w->free[idx] > w->mark[idx][WMARK_LOW] + w->reserve[idx][gfp_zone(gfp)];
}

struct plan page_world_plan(struct page_world *w, gfp_t gfp, unsigned int order)
{
	struct plan plan = {.how = FROM_LIST, .idx = page_world_preferred(w, gfp)};

	if (order >= MAX_ORDER)
		return (struct plan){.how = NOTHING};
	/* Blocks on lists are beyond the watermark already. */
	if (order < NR_PCP_LISTS && w->pcp[plan.idx].nr[order] && page_world_plenty(w, gfp))
		return plan;
	plan = plan_zones(w, gfp, order, (struct effort){.mark = WMARK_LOW});
	if (plan.how == NOTHING)
		plan = plan_in_need(w, gfp, order);
	return plan;
}
