/* SPDX-License-Identifier: MIT */
/*
 * The page allocator against a model: zones, watermarks, per-CPU lists, reclaim.
 *
 * Each world is a node of its own (private_node.c), of 16 pages to 1024, that three zones
 * divide anywhere. Watermarks, reserves and the sizes of the per-CPU lists are drawn. The
 * model keeps a map of each zone's pages (page_map.c) and the per-CPU lists as arrays.
 * Before each request it says, from the rules of mm/page_alloc.c, what has to come: the
 * first block of which list; a list filled, with how many; a block of which zone; nothing.
 * It also says what happens on the way: that lists are drained, that the shrinker runs.
 * Only where several blocks of the buddy system would do is the choice left open.
 *
 * All that frees a block is in it: references, compound pages, shared blocks that come
 * apart, split_page(), exact sizes, batches.
 *
 * Compared after each operation: the block, its flags, its contents where they were to be
 * zero. Every few: all flags, references, lists and counts, and page_alloc_check().
 *
 * Not in the model: interrupt handlers, what is reported as a caller's mistake, and
 * requests that must not fail when nothing is left. (The digest is that of a machine that
 * has a block of 4 MiB, and of no debugging options: those close the fast paths.)
 */
#include <kernel/lib/list.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <mm/fail.h>
#include <mm/shrinker.h>
#include <mm/tests/models.h>
#include <mm/tests/page_alloc_plan.h>
#include <mm/tests/private_node.h>

#define MAX_BATCH 48 /* pages; more than are moved with interrupts off */

static struct page_world w;

static struct zone *zone_of(unsigned int idx)
{
	return &contig_page_data.node_zones[idx];
}

static struct block take_out(unsigned int i)
{
	struct block block = w.out[i];

	w.out[i] = w.out[--w.nr_out];
	return block;
}

/* ---- Comparing ---------------------------------------------------------------------------------- */

static unsigned int number_of(struct model_run *run, const struct page *page)
{
	unsigned long nr = (unsigned long)(page - w.base);

	MODEL_TRUE(run, nr < w.nr_pages);
	return (unsigned int)nr;
}

/* A block came from the buddy of zone @idx, where it was free; it is used now. */
static void check_from_buddy(struct model_run *run, unsigned int idx, unsigned int start,
			     unsigned int order, bool is_source)
{
	if (is_source)
		MODEL_TRUE(run, page_map_is_source(&w.map[idx], start, order));
	MODEL_TRUE(run, page_map_free(&w.map[idx], start, order));
	MODEL_TRUE(run, !(start & ((1U << order) - 1)));
	page_world_use(&w, start, order);
}

/*
 * A list was filled with @nr blocks, of which @first is gone already, and the others are
 * on it. Each lies behind the one before, or is the lower end of a source.
 */
static void check_filled(struct model_run *run, unsigned int idx, unsigned int order,
			 unsigned int first, unsigned int nr)
{
	const struct list_head *list = &this_cpu_ptr(zone_of(idx)->per_cpu_pageset)->lists[order];
	struct pcp_lists *pcp = &w.pcp[idx];
	unsigned int start = first, expected;
	struct page *page;

	check_from_buddy(run, idx, start, order, true);
	list_for_each_entry(page, list, lru) {
		MODEL_TRUE(run, --nr);
		expected = start + (1U << order);
		start = number_of(run, page);
		check_from_buddy(run, idx, start, order,
				 start != expected || !page_map_free(&w.map[idx], start, order));
		pcp->entry[order][pcp->nr[order]++] = (u16)start;
		pcp->count += 1U << order;
	}
	MODEL_EQ(run, nr, 1);
}

/* A block that has just been handed out, or none, against what was to come. */
static void check_block(struct model_run *run, const struct plan *plan, struct page *page,
			unsigned int order)
{
	struct pcp_lists *pcp = &w.pcp[plan->idx];
	unsigned int start;

	MODEL_EQ(run, w.nr_cached, w.nr_cached_left);
	MODEL_EQ(run, page != NULL, plan->how != NOTHING);
	if (!page)
		return;
	start = number_of(run, page);
	MODEL_EQ(run, page_world_zone(&w, start), plan->idx);
	switch (plan->how) {
	case FROM_LIST:
		MODEL_EQ(run, start, pcp->entry[order][0]);
		memmove(pcp->entry[order], &pcp->entry[order][1], --pcp->nr[order] * sizeof(u16));
		pcp->count -= 1U << order;
		break;
	case FROM_FILLED_LIST:
		check_filled(run, plan->idx, order, start, plan->fill);
		break;
	default:
		check_from_buddy(run, plan->idx, start, order, true);
	}
	MODEL_EQ(run, page_ref_count(page), 1);
	MODEL_EQ(run, page_alloc_order(page), order);
	MODEL_EQ(run, page->private, 0);
	model_digest_add(run, start << 8 | order);
}

static void expect_block(unsigned long *flags, u8 *refs, const struct block *block)
{
	unsigned int i;

	flags[block->start] |= page_flags_order(block->order);
	refs[block->start] = block->refs;
	if (!block->compound)
		return;
	flags[block->start] |= 1UL << PG_head;
	for (i = 1; i < 1U << block->order; i++)
		flags[block->start + i] |= 1UL << PG_tail;
}

static void expect_pcp_lists(unsigned long *flags, unsigned int idx)
{
	unsigned int order, i;

	for (order = 0; order < NR_PCP_LISTS; order++)
		for (i = 0; i < w.pcp[idx].nr[order]; i++)
			flags[w.pcp[idx].entry[order][i]] = page_flags_pcp(zone_of(idx), order);
}

static void expect_free_blocks(unsigned long *flags, const struct page_map *map, unsigned int idx)
{
	unsigned int i, order;

	for (i = map->first; i < map->end; i += 1U << order) {
		order = 0;
		if (w.used[i])
			continue;
		order = page_map_order(map, i);
		flags[i] = page_flags_buddy(zone_of(idx), order);
	}
}

/* Flags and references of all pages. */
static void compare_pages(struct model_run *run)
{
	static unsigned long flags[MAX_PAGES];
	static u8 refs[MAX_PAGES];
	unsigned int i, idx;

	memset(refs, 0, sizeof(refs));
	for (i = 0; i < w.nr_pages; i++)
		flags[i] = page_flags_zone(page_world_zone(&w, i));
	for (i = 0; i < w.nr_out; i++)
		expect_block(flags, refs, &w.out[i]);
	for (i = 0; i < w.nr_cached; i++)
		expect_block(flags, refs, &w.cached[i]);
	for (idx = 0; idx < MAX_NR_ZONES; idx++) {
		expect_pcp_lists(flags, idx);
		expect_free_blocks(flags, &w.map[idx], idx);
	}
	for (i = 0; i < w.nr_pages; i++) {
		if (w.base[i].flags != flags[i] || page_ref_count(&w.base[i]) != refs[i])
			MODEL_FAIL(run, "page %u has flags %#lx and %d references, not %#lx and %u",
				   i, w.base[i].flags, page_ref_count(&w.base[i]), flags[i],
				   refs[i]);
		model_digest_add(run, (u32)flags[i] ^ refs[i]);
	}
}

static void compare_lists(struct model_run *run, unsigned int idx)
{
	const struct per_cpu_pages *pcp = this_cpu_ptr(zone_of(idx)->per_cpu_pageset);
	unsigned int order, i;
	struct page *page;

	MODEL_EQ(run, pcp->count, w.pcp[idx].count);
	for (order = 0; order < NR_PCP_LISTS; order++) {
		i = 0;
		list_for_each_entry(page, &pcp->lists[order], lru) {
			MODEL_TRUE(run, i < w.pcp[idx].nr[order]);
			MODEL_EQ(run, number_of(run, page), w.pcp[idx].entry[order][i]);
			i++;
		}
		MODEL_EQ(run, i, w.pcp[idx].nr[order]);
	}
}

static void compare(struct model_run *run)
{
	unsigned int idx, order, nr_free[MAX_ORDER];
	unsigned long sum = 0;

	compare_pages(run);
	for (idx = 0; idx < MAX_NR_ZONES; idx++) {
		compare_lists(run, idx);
		page_map_blocks(&w.map[idx], nr_free, 0);
		for (order = 0; order < MAX_ORDER; order++)
			MODEL_EQ(run, zone_of(idx)->free_area[order].nr_free, nr_free[order]);
		MODEL_EQ(run, zone_of(idx)->free_pages, w.free[idx]);
		sum += w.free[idx];
	}
	MODEL_EQ(run, nr_free_pages(), sum);
	MODEL_TRUE(run, page_alloc_check());
}

/* ---- Contents --------------------------------------------------------------------------------- */

static u32 *page_word(unsigned int page, bool last)
{
	return lowmem_page_address(&w.base[page]) + (last ? PAGE_SIZE - sizeof(u32) : 0);
}

/* Each page that is out carries its number at both ends: who clears a wrong one is seen. */
static void stamp(unsigned int start, unsigned int order)
{
	unsigned int i;

	for (i = start; i < start + (1U << order); i++)
		*page_word(i, false) = *page_word(i, true) = ~i;
	w.base[start].private = ~0UL; /* the owner's; not to be found by the next */
}

static void check_stamp(struct model_run *run, struct block block)
{
	unsigned int i;

	for (i = block.start; i < block.start + (1U << block.order); i++) {
		MODEL_EQ(run, *page_word(i, false), (u32)~i);
		MODEL_EQ(run, *page_word(i, true), (u32)~i);
	}
}

static void check_zeroed(struct model_run *run, unsigned int start, unsigned int order)
{
	MODEL_TRUE(run, !memchr_inv(lowmem_page_address(&w.base[start]), 0, PAGE_SIZE << order));
}

/* ---- Operations: allocating ---------------------------------------------------------------------- */

/* Small ones are the most frequent. */
static unsigned int random_order(struct model_run *run)
{
	return model_choose(run, 1 + model_choose(run, MAX_ORDER + 1));
}

static gfp_t random_gfp(struct model_run *run)
{
	static const gfp_t zones[] = {
		(__force gfp_t)0, (__force gfp_t)0,          __GFP_HIGHMEM,
		__GFP_HIGHMEM,    __GFP_DMA | __GFP_HIGHMEM, __GFP_DMA,
	};
	static const gfp_t efforts[] = {
		GFP_KERNEL,
		GFP_KERNEL,
		GFP_NOWAIT,
		GFP_ATOMIC,
		__GFP_HIGH,
		GFP_ATOMIC | __GFP_NOMEMALLOC,
		GFP_KERNEL | __GFP_NORETRY,
		GFP_NOWAIT | __GFP_MEMALLOC,
		GFP_KERNEL | __GFP_MEMALLOC | __GFP_NOMEMALLOC,
	};

	return zones[model_choose(run, ARRAY_SIZE(zones))] |
	       efforts[model_choose(run, ARRAY_SIZE(efforts))] | __GFP_NOWARN;
}

/* Does any zone that the request may use have such a block? Then it need not fail. */
static bool can_have(gfp_t gfp, unsigned int order)
{
	unsigned int idx;

	for (idx = 0; idx <= (unsigned int)gfp_zone(gfp); idx++)
		if (order < MAX_ORDER && page_map_available(&w.map[idx], order))
			return true;
	return false;
}

/* One of the calls that say the same. */
static struct page *call_alloc(struct model_run *run, gfp_t gfp, unsigned int order)
{
	unsigned long addr;

	switch (model_choose(run, 5)) {
	case 0:
		return alloc_pages_node(0, gfp, order);
	case 1:
		return __alloc_pages(gfp, order, NUMA_NO_NODE, NULL);
	case 2:
		if (gfp & __GFP_HIGHMEM && !(gfp & __GFP_DMA))
			break;
		addr = __get_free_pages(gfp, order);
		return addr ? virt_to_page(addr) : NULL;
	case 3:
		if (!order)
			return alloc_page(gfp);
		break;
	default:
		break;
	}
	return alloc_pages(gfp, order);
}

static void do_alloc(struct model_run *run)
{
	unsigned int order = random_order(run), start;
	gfp_t gfp = random_gfp(run);
	struct page *page;
	struct plan plan;

	if (model_one_in(run, 6))
		gfp |= __GFP_COMP;
	if (order < 6 && model_one_in(run, 8))
		gfp |= __GFP_ZERO;
	if (model_one_in(run, 16) && can_have(gfp, order))
		gfp |= __GFP_NOFAIL;
	plan = page_world_plan(&w, gfp, order);
	page = call_alloc(run, gfp, order);
	check_block(run, &plan, page, order);
	if (!page)
		return;
	start = number_of(run, page);
	if (gfp & __GFP_ZERO)
		check_zeroed(run, start, order);
	stamp(start, order);
	page_world_out(&w, start, order, 1, order && (gfp & __GFP_COMP));
}

/* A request that fails before anything is done. */
static void do_fail(struct model_run *run)
{
	static nodemask_t no_node;
	unsigned int order = random_order(run);
	gfp_t gfp = random_gfp(run);

	if (model_one_in(run, 2)) {
		MODEL_TRUE(run, !__alloc_pages(gfp, order, 0, &no_node));
		return;
	}
	fail_nth_set(0);
	MODEL_TRUE(run, !alloc_pages(gfp, order));
	MODEL_TRUE(run, fail_nth_clear());
}

/* Single pages that are on the list, and no others. */
static void do_batch_alloc(struct model_run *run)
{
	gfp_t gfp = random_gfp(run);
	unsigned int nr = model_choose(run, MAX_BATCH + 1), expected = 0, got, i;
	struct plan plan = {.how = FROM_LIST, .idx = page_world_preferred(&w, gfp)};
	struct page *pages[MAX_BATCH];

	if (page_world_plenty(&w, gfp))
		expected = min(min(nr, 32U), w.pcp[plan.idx].nr[0]);
	got = alloc_page_batch(gfp, nr, pages);
	MODEL_EQ(run, got, expected);
	for (i = 0; i < got; i++) {
		check_block(run, &plan, pages[i], 0);
		stamp(number_of(run, pages[i]), 0);
		page_world_out(&w, number_of(run, pages[i]), 0, 1, false);
	}
}

/*
 * A number of pages that need not be a power of two: those behind it are freed at once,
 * which may push out what came onto the list with them. Then it is not known what came:
 * so, only of blocks that do not come with others.
 */
static void do_exact_alloc(struct model_run *run)
{
	unsigned int nr = model_between(run, 1, 64), order = get_order(nr * PAGE_SIZE), start, i;
	size_t size = nr * PAGE_SIZE - model_choose(run, PAGE_SIZE);
	gfp_t gfp = random_gfp(run) & ~__GFP_HIGHMEM;
	struct plan plan;
	void *addr;

	if (nr < 1U << order && order < NR_PCP_LISTS &&
	    (!page_world_plenty(&w, gfp) || !w.pcp[page_world_preferred(&w, gfp)].nr[order]))
		return;
	plan = page_world_plan(&w, gfp, order);
	addr = alloc_pages_exact(size, gfp);
	MODEL_EQ(run, addr != NULL, plan.how != NOTHING);
	if (!addr) {
		MODEL_EQ(run, w.nr_cached, w.nr_cached_left);
		return;
	}
	MODEL_EQ(run, page_alloc_order(virt_to_page(addr)), 0);
	virt_to_page(addr)->flags |= page_flags_order(order); /* as it came, for a moment */
	check_block(run, &plan, virt_to_page(addr), order);
	virt_to_page(addr)->flags &= ~PAGE_ORDER_MASK;
	start = number_of(run, virt_to_page(addr));
	for (i = 0; i < nr; i++)
		page_world_out(&w, start + i, 0, 1, false);
	stamp(start, 0);
	for (i = 1; i < nr; i++)
		stamp(start + i, 0);
	for (; i < 1U << order; i++)
		page_world_put(&w, start + i, 0);
}

/* ---- Operations: freeing ------------------------------------------------------------------------ */

static bool any_out(struct model_run *run, struct block *block)
{
	if (!w.nr_out)
		return false;
	*block = take_out(model_choose(run, w.nr_out));
	return true;
}

static void put_back(struct block block)
{
	w.out[w.nr_out++] = block;
}

static void call_free(struct model_run *run, struct block block)
{
	struct page *page = &w.base[block.start];

	switch (model_choose(run, 3)) {
	case 0:
		free_pages((unsigned long)lowmem_page_address(page), block.order);
		break;
	case 1:
		if (!block.order) {
			__free_page(page);
			break;
		}
		fallthrough;
	default:
		__free_pages(page, block.order);
	}
}

static void free_block(struct model_run *run, struct block block)
{
	check_stamp(run, block);
	page_world_free(&w, block);
	call_free(run, block);
}

static void do_free(struct model_run *run)
{
	struct block block;

	if (any_out(run, &block))
		free_block(run, block);
}

/* Many in a row: that is when blocks grow large. */
static void do_free_many(struct model_run *run)
{
	unsigned int nr = model_one_in(run, 4) ? w.nr_out : model_size(run, w.nr_out);

	while (nr--)
		do_free(run);
}

static struct page *any_page_of(struct model_run *run, struct block block)
{
	unsigned int nr = block.compound ? model_choose(run, 1U << block.order) : 0;

	return &w.base[block.start + nr];
}

static void do_get(struct model_run *run)
{
	struct block block;

	if (!any_out(run, &block))
		return;
	if (block.refs < 4) {
		get_page(any_page_of(run, block));
		block.refs++;
	}
	put_back(block);
}

/* put_page() knows the order of compound pages alone, and needs it for the last one. */
static void do_put(struct model_run *run)
{
	struct block block;

	if (!any_out(run, &block))
		return;
	if (block.refs > 1) {
		put_page(any_page_of(run, block));
		block.refs--;
		put_back(block);
	} else if (block.compound || !block.order) {
		check_stamp(run, block);
		page_world_free(&w, block);
		put_page(any_page_of(run, block));
	} else {
		put_back(block);
	}
}

static void do_split(struct model_run *run)
{
	struct block block;
	unsigned int i;

	if (!any_out(run, &block))
		return;
	if (block.compound || block.refs > 1) {
		put_back(block);
		return;
	}
	split_page(&w.base[block.start], block.order);
	for (i = 0; i < 1U << block.order; i++)
		page_world_out(&w, block.start + i, 0, 1, false);
}

static void do_batch_free(struct model_run *run)
{
	unsigned int tries = model_choose(run, MAX_BATCH + 1), nr = 0, i;
	struct block blocks[MAX_BATCH];
	struct page *pages[MAX_BATCH];

	while (tries-- && any_out(run, &blocks[nr])) {
		if (blocks[nr].order) {
			put_back(blocks[nr]);
			continue;
		}
		pages[nr] = &w.base[blocks[nr].start];
		nr++;
	}
	for (i = 0; i < nr; i++)
		page_world_free(&w, blocks[i]);
	free_page_batch(pages, nr);
}

static void do_exact_free(struct model_run *run)
{
	struct block block;

	if (!any_out(run, &block))
		return;
	if (block.order) {
		put_back(block);
		return;
	}
	page_world_free(&w, block);
	free_pages_exact(lowmem_page_address(&w.base[block.start]),
			 1 + model_choose(run, PAGE_SIZE));
}

static void do_drain(struct model_run *run)
{
	unsigned int idx = model_choose(run, MAX_NR_ZONES + 1), i;

	for (i = 0; i < MAX_NR_ZONES; i++)
		if (idx == i || idx == MAX_NR_ZONES)
			page_world_drain(&w, i);
	drain_local_pages(idx < MAX_NR_ZONES ? zone_of(idx) : NULL);
}

/* ---- The shrinker --------------------------------------------------------------------------------- */

/* Blocks that are kept for as long as nobody needs the memory. */
static void do_cache(struct model_run *run)
{
	unsigned int nr = model_size(run, MAX_CACHED - w.nr_cached);
	struct block block;

	while (nr-- && any_out(run, &block)) {
		if (block.refs > 1 || block.compound) {
			put_back(block);
			continue;
		}
		w.cached[w.nr_cached++] = block;
		w.nr_cached_left++;
	}
}

static unsigned long count_cached(struct shrinker *shrinker __unused,
				  struct shrink_control *sc __unused)
{
	return w.nr_cached_left;
}

static unsigned long free_cached(struct shrinker *shrinker __unused,
				 struct shrink_control *sc __unused)
{
	struct block block = w.cached[--w.nr_cached_left];

	__free_pages(&w.base[block.start], block.order);
	return 1;
}

static struct shrinker shrinker = {
	.count_objects = count_cached,
	.scan_objects = free_cached,
};
static bool shrinker_registered;

/* ---- Worlds ----------------------------------------------------------------------------------------- */

static void draw_marks(struct model_run *run)
{
	unsigned int idx, i, above;

	for (idx = 0; idx < MAX_NR_ZONES; idx++) {
		unsigned int pages = w.map[idx].end - w.map[idx].first, mark = 0;

		for (i = 0; i < NR_WMARK; i++) {
			mark += model_size(run, pages / 8);
			w.mark[idx][i] = mark;
			zone_of(idx)->_watermark[i] = mark;
		}
		for (i = idx + 1, above = 0; i < MAX_NR_ZONES; i++) {
			above += model_size(run, pages / 4);
			w.reserve[idx][i] = above;
			zone_of(idx)->lowmem_reserve[i] = above;
		}
	}
	update_fast_marks();
}

static void draw_pcp_sizes(struct model_run *run)
{
	unsigned int idx;

	for (idx = 0; idx < MAX_NR_ZONES; idx++) {
		struct per_cpu_pages *pcp = this_cpu_ptr(zone_of(idx)->per_cpu_pageset);

		pcp->high = w.pcp[idx].high = model_size(run, 64);
		pcp->batch = w.pcp[idx].batch = 1 + model_size(run, pcp->high / 2);
	}
}

/* A node with zones that begin and end anywhere, the lowest with some page. */
static void make_node(struct model_run *run)
{
	unsigned int order = model_between(run, 4, MAX_ORDER - 1);
	unsigned int dma_end = model_between(run, 1, 1U << order);
	unsigned int normal_end = model_between(run, dma_end, 1U << order);

	while (!(w.base = private_node_begin(order, dma_end, normal_end))) {
		MODEL_TRUE(run, order-- > 4);
		dma_end = (dma_end + 1) / 2;
		normal_end = (normal_end + 1) / 2;
	}
	w.nr_pages = 1U << order;
	w.map[ZONE_DMA] = (struct page_map){.first = 0, .end = dma_end};
	w.map[ZONE_NORMAL] = (struct page_map){.first = dma_end, .end = normal_end};
	w.map[ZONE_HIGHMEM] = (struct page_map){.first = normal_end, .end = w.nr_pages};
}

static void make_world(struct model_run *run)
{
	unsigned int i;

	memset(&w, 0, sizeof(w));
	make_node(run);
	for (i = 0; i < MAX_NR_ZONES; i++)
		w.map[i].used = w.used;
	memset(w.used, true, sizeof(w.used));
	for (i = 0; i < w.nr_pages; i++) {
		page_world_out(&w, i, 0, 1, false);
		stamp(i, 0);
	}
	draw_pcp_sizes(run);
	draw_marks(run);
	register_shrinker(&shrinker, "model");
	shrinker_registered = true;
}

void page_alloc_model_abandon(void)
{
	if (shrinker_registered)
		unregister_shrinker(&shrinker);
	shrinker_registered = false;
	fail_nth_clear();
	private_node_end();
}

/* All of it comes together again. */
static void end_world(struct model_run *run)
{
	unsigned int i;

	while (w.nr_cached) {
		put_back(w.cached[--w.nr_cached]);
		w.nr_cached_left--;
	}
	while (w.nr_out)
		free_block(run, take_out(w.nr_out - 1));
	for (i = 0; i < MAX_NR_ZONES; i++)
		page_world_drain(&w, i);
	drain_all_pages(NULL);
	compare(run);
	page_alloc_model_abandon();
}

static const struct model_step steps[] = {
	{60, do_alloc}, {1, do_fail},       {6, do_batch_alloc}, {6, do_exact_alloc},
	{36, do_free},  {2, do_free_many},  {6, do_get},         {8, do_put},
	{4, do_split},  {3, do_batch_free}, {3, do_exact_free},  {1, do_drain},
	{4, do_cache},  {1, draw_marks},
};

static const struct model_world world = {
	MODEL_STEPS(steps), .every = 32, .make = make_world, .compare = compare, .end = end_world,
};

void page_alloc_model_run(struct model_run *run)
{
	model_play(run, &world);
}
