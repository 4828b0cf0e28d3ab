/* SPDX-License-Identifier: MIT */
/*
 * What the page allocator has to do, as the rules of mm/page_alloc.c say it: for the model
 * of it, page_alloc_model.c, which tells more.
 */
#ifndef MM_TESTS_PAGE_ALLOC_PLAN_H
#define MM_TESTS_PAGE_ALLOC_PLAN_H

#include <mm/internal.h>
#include <mm/tests/page_map.h>

#define MAX_PAGES  MAX_ORDER_NR_PAGES
#define MAX_PCP    128 /* blocks of a list; more than any comes to hold */
#define MAX_CACHED 32

/* A block that is out, of pages [start, start + 2^order). */
struct block {
	u16 start;
	u8 order;
	u8 refs;
	bool compound;
};

/* A CPU's lists of one zone, first entry first. */
struct pcp_lists {
	unsigned int count, high, batch;
	unsigned int nr[NR_PCP_LISTS];
	u16 entry[NR_PCP_LISTS][MAX_PCP];
};

/*
 * struct page_world - a private node, as the model sees it
 * @base:   first page; pages are numbered from there
 * @map, @used, @pcp: of each zone; @used is that of all maps. A page on a per-CPU list is
 *          used, as the buddy system sees it
 * @free:   pages of each zone that are not used
 * @mark, @reserve: watermarks; pages kept from requests that might use zone [][i]
 * @out:    blocks that are out
 * @cached: blocks that the shrinker will free, the last first; where @nr_cached_left is
 *          more than @nr_cached, the model is ahead of the shrinker
 */
struct page_world {
	struct page *base;
	unsigned int nr_pages;
	struct page_map map[MAX_NR_ZONES];
	bool used[MAX_PAGES];
	unsigned int free[MAX_NR_ZONES];
	unsigned int mark[MAX_NR_ZONES][NR_WMARK];
	unsigned int reserve[MAX_NR_ZONES][MAX_NR_ZONES];
	struct pcp_lists pcp[MAX_NR_ZONES];
	unsigned int nr_out;
	struct block out[MAX_PAGES];
	unsigned int nr_cached, nr_cached_left;
	struct block cached[MAX_CACHED];
};

/*
 * struct plan - what a request gets
 * @how:  nothing; the first block of a list; that, after the list was filled with @fill
 *        blocks; a block of the buddy system
 * @idx:  of which zone
 */
struct plan {
	enum { NOTHING, FROM_LIST, FROM_FILLED_LIST, FROM_BUDDY } how;
	unsigned int idx;
	unsigned int fill;
};

/** page_world_zone - index of the zone that a page is in */
unsigned int page_world_zone(const struct page_world *w, unsigned int page);

/** page_world_use - a block comes from the buddy system */
void page_world_use(struct page_world *w, unsigned int start, unsigned int order);

/** page_world_out - a block is out, with @refs references */
void page_world_out(struct page_world *w, unsigned int start, unsigned int order, unsigned int refs,
		    bool compound);

/** page_world_put - a block without references is freed */
void page_world_put(struct page_world *w, unsigned int start, unsigned int order);

/** page_world_free - one reference of a block, which is taken from @out, is dropped */
void page_world_free(struct page_world *w, struct block block);

/** page_world_drain - the per-CPU lists of a zone are drained */
void page_world_drain(struct page_world *w, unsigned int idx);

/** page_world_preferred - the zone where requests begin */
unsigned int page_world_preferred(const struct page_world *w, gfp_t gfp);

/** page_world_plenty - is the zone where a request begins above its low watermark? */
bool page_world_plenty(const struct page_world *w, gfp_t gfp);

/**
 * page_world_plan - what a request is going to get
 *
 * What happens on the way - lists are drained, the shrinker runs - has happened to @w when
 * this returns; the block itself is for the caller to take.
 */
struct plan page_world_plan(struct page_world *w, gfp_t gfp, unsigned int order);

#endif
