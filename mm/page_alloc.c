/* SPDX-License-Identifier: MIT */
/*
 * The zoned page allocator.
 *
 * A request passes through three layers, and most go no further than the first:
 *
 *   alloc_pages()   takes a block from this CPU's list for its order (0 to 3) in the
 *        |          zone it prefers, if that zone is above its low watermark
 *        v
 *   alloc_slow()    walks the zonelist, from the highest zone allowed down, for one
 *        |          that stays above its low watermark; fills the list in batches
 *        v
 *   alloc_in_need() goes down to the min watermark, or below it for requests that
 *                   say so; empties the per-CPU lists, runs the shrinkers, tries again
 *
 * Blocks of order 4 and more are kept on no list: alloc_large() takes them from the buddy of
 * the preferred zone, while that stays above its low watermark, and else goes the same way on.
 *
 * Watermarks keep reserves. Above low all is well. Between low and min everybody is
 * served, a block at a time, so that lists do not hoard. Below min only those are
 * who cannot wait (__GFP_HIGH, __GFP_ATOMIC) or who free memory (__GFP_MEMALLOC).
 * On top, a zone keeps lowmem_reserve[] pages from those who could use a higher one.
 *
 * An allocated block's head page has one reference, the order in its flags and the
 * allocating function in page->caller; a free one's has the freeing function there.
 * Freeing compares the head's flags word with what it must be, so one compare finds
 * a double free, a wrong order, and a page that somebody still owns. page_check.c
 * then names the mistake. Nothing but __GFP_COMP, __GFP_ZERO and the options of
 * debug_page.c looks at the other pages of a block.
 *
 * Invariants:
 *   - a page is in exactly one of: reserved, a buddy list, a per-CPU list, allocated;
 *   - pages on per-CPU lists have no references and are not in zone->free_pages;
 *   - pcp->count is the number of pages on the CPU's lists.
 *
 * Locking: a per-CPU list belongs to its CPU with interrupts off; zone->lock guards
 * the buddy (buddy.c). No lock is held when a shrinker runs.
 *
 * Reference: Linux 6.1 mm/page_alloc.c (__alloc_pages, get_page_from_freelist,
 * __alloc_pages_slowpath, free_unref_page). Left out on purpose: migrate types, a
 * page daemon, compaction, the OOM killer.
 */
#include <kernel/bug.h>
#include <kernel/lib/list.h>
#include <kernel/percpu.h>
#include <kernel/preempt.h>

#include <mm/buddy.h>
#include <mm/fail.h>
#include <mm/internal.h>
#include <mm/shrinker.h>
#include <mm/trace.h>

struct pglist_data contig_page_data;

static DEFINE_PER_CPU(struct per_cpu_pages[MAX_NR_ZONES], zone_pagesets);

/* Pages that a CPU keeps of a large zone. */
#define PCP_HIGH_MAX 378UL

/* Rounds of reclaim for a request that may sleep, while each frees something. */
#define MAX_RECLAIM_ROUNDS 16

/* Flags that an owner may leave set: hints about contents that are now gone. */
#define PAGE_FLAGS_HINTS                                                                           \
	((1UL << PG_referenced) | (1UL << PG_uptodate) | (1UL << PG_dirty) | (1UL << PG_swapbacked))
/* What must be the bare order when a block is freed. */
#define PAGE_FLAGS_CHECK_AT_FREE ((PAGE_FLAGS_BITS & ~PAGE_FLAGS_HINTS) | PAGE_ORDER_MASK)

/*
 * Per-CPU lists
 */

void zone_pcp_init(struct zone *zone)
{
	struct per_cpu_pages *pcp;
	unsigned int cpu, order;

	zone->per_cpu_pageset = &zone_pagesets[zone->idx];
	for_each_possible_cpu(cpu) {
		pcp = per_cpu_ptr(zone->per_cpu_pageset, cpu);
		pcp->count = 0;
		pcp->high = 0;
		pcp->batch = 1;
		for (order = 0; order < NR_PCP_LISTS; order++)
			INIT_LIST_HEAD(&pcp->lists[order]);
	}
}

/*
 * A CPU keeps at most a sixty-fourth of the zone, and 1.5 MiB, on its lists; a sixth
 * of that moves at a time. In a zone of 8 MiB that is 32 pages and 5.
 */
void zone_pcp_update(struct zone *zone)
{
	unsigned int high = (unsigned int)min(zone->managed_pages / 64, PCP_HIGH_MAX);
	struct per_cpu_pages *pcp;
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		pcp = per_cpu_ptr(zone->per_cpu_pageset, cpu);
		pcp->high = high;
		pcp->batch = max(high / 6, 1U);
	}
}

/* First block of a list that is not empty. */
static __always_inline struct page *pcp_pop(struct per_cpu_pages *pcp, unsigned int order)
{
	struct page *page = list_first_entry(&pcp->lists[order], struct page, lru);

	__list_del_entry(&page->lru);
	pcp->count -= 1U << order;
	return page;
}

/*
 * pcp_refill - fill a list from the buddy
 *
 * Blocks on a list have left zone->free_pages: another request on this CPU gets them
 * whatever the watermarks say. So a batch stays above low, and below that the list
 * gets only the block that is wanted.
 */
static void pcp_refill(struct zone *zone, struct per_cpu_pages *pcp, unsigned int order)
{
	unsigned int count = max(pcp->batch >> order, 1U);
	unsigned long free_pages = READ_ONCE(zone->free_pages);
	unsigned long low = low_wmark_pages(zone) + zone->lowmem_reserve[MAX_NR_ZONES - 1];

	if (free_pages < low + ((unsigned long)count << order))
		count = 1;
	count = rmqueue_bulk(zone, order, count, &pcp->lists[order]);
	pcp->count += count << order;
}

/* Take a block from this CPU's list, or failing that from the buddy. */
static struct page *rmqueue_pcp(struct zone *zone, unsigned int order)
{
	struct per_cpu_pages *pcp;
	struct page *page = NULL;
	unsigned long flags;

	local_irq_save(flags);
	pcp = this_cpu_ptr(zone->per_cpu_pageset);
	if (list_empty(&pcp->lists[order]))
		pcp_refill(zone, pcp, order);
	if (!list_empty(&pcp->lists[order]))
		page = pcp_pop(pcp, order);
	local_irq_restore(flags);
	return page;
}

/* Give @pages pages to the buddy, those of @order first, the coldest of each list. */
static noinline void pcp_shed(struct zone *zone, struct per_cpu_pages *pcp, unsigned int pages,
			      unsigned int order)
{
	unsigned int tried;

	for (tried = 0; tried < NR_PCP_LISTS && pages; tried++) {
		unsigned int want = (pages + (1U << order) - 1) >> order;
		unsigned int freed = free_list_bulk(zone, order, want, &pcp->lists[order]) << order;

		pcp->count -= freed;
		pages -= min(freed, pages);
		order = (order + 1) % NR_PCP_LISTS;
	}
}

/* The lists of the zone of @page have grown too long: a batch goes back to the buddy. */
static noinline void pcp_trim(struct page *page, unsigned int order)
{
	struct per_cpu_pages *pcp;
	unsigned long flags;

	local_irq_save(flags);
	pcp = this_cpu_ptr(&zone_pagesets[page_zonenum(page)]);
	if (likely(pcp->count > pcp->high))
		pcp_shed(page_zone(page), pcp, pcp->batch, order);
	local_irq_restore(flags);
}

/* Put a block of zone @idx onto this CPU's list. */
static __always_inline void pcp_put(struct page *page, unsigned int order, unsigned int idx)
{
	struct per_cpu_pages *pcp;
	unsigned long flags;
	bool too_many;

	local_irq_save(flags);
	pcp = this_cpu_ptr(&zone_pagesets[idx]);
	list_add(&page->lru, &pcp->lists[order]);
	pcp->count += 1U << order;
	too_many = pcp->count > pcp->high;
	local_irq_restore(flags);
	if (unlikely(too_many))
		pcp_trim(page, order);
}

void drain_local_pages(struct zone *zone)
{
	struct per_cpu_pages *pcp;
	unsigned long flags;
	struct zone *z;

	for_each_populated_zone(z) {
		if (zone && z != zone)
			continue;
		local_irq_save(flags);
		pcp = this_cpu_ptr(z->per_cpu_pageset);
		pcp_shed(z, pcp, pcp->count, 0);
		local_irq_restore(flags);
	}
}

/*
 * Lists belong to their CPU, so another CPU's would have to be drained there. The
 * boot CPU is the only one that allocates.
 */
void drain_all_pages(struct zone *zone)
{
	drain_local_pages(zone);
}

/*
 * Allocation
 */

bool zone_watermark_ok(const struct zone *zone, unsigned int order, unsigned long mark,
		       enum zone_type highest_zoneidx, unsigned int alloc_flags)
{
	unsigned long left = READ_ONCE(zone->free_pages);
	unsigned long pages = (1UL << order) - 1;

	if (alloc_flags & ALLOC_HIGH)
		mark -= mark / 2;
	if (alloc_flags & ALLOC_HARDER)
		mark -= mark / 4;
	return left > pages && left - pages > mark + zone->lowmem_reserve[highest_zoneidx];
}

unsigned int gfp_to_alloc_flags(gfp_t gfp)
{
	unsigned int alloc_flags = ALLOC_WMARK_MIN;

	if (gfp & __GFP_HIGH)
		alloc_flags |= ALLOC_HIGH;
	if (gfp & __GFP_NOMEMALLOC)
		return alloc_flags;
	if (gfp & __GFP_ATOMIC)
		alloc_flags |= ALLOC_HARDER;
	if (gfp & __GFP_MEMALLOC)
		alloc_flags |= ALLOC_NO_WATERMARKS;
	return alloc_flags;
}

/* Take a raw block from the first zone that can spare it. */
static struct page *get_page_from_freelist(gfp_t gfp, unsigned int order, unsigned int alloc_flags)
{
	enum zone_type highest = gfp_zone(gfp);
	struct zoneref *ref;
	struct page *page;
	struct zone *zone;

	for_each_zone_zonelist(zone, ref, node_zonelist(0, gfp), highest) {
		unsigned long mark = wmark_pages(zone, alloc_flags & ALLOC_WMARK_MASK);

		if (!(alloc_flags & ALLOC_NO_WATERMARKS) &&
		    !zone_watermark_ok(zone, order, mark, highest, alloc_flags))
			continue;
		page = order < NR_PCP_LISTS ? rmqueue_pcp(zone, order) : rmqueue(zone, order);
		if (page)
			return page;
	}
	return NULL;
}

/* Free what others can do without, and try again for as long as that helps. */
static struct page *reclaim_and_retry(gfp_t gfp, unsigned int order, unsigned int alloc_flags)
{
	unsigned int rounds = gfp & __GFP_NORETRY ? 1 : MAX_RECLAIM_ROUNDS;
	struct page *page = NULL;

	while (!page && rounds-- && shrink_slab(gfp)) {
		drain_all_pages(NULL);
		page = get_page_from_freelist(gfp, order, alloc_flags);
	}
	return page;
}

/* No zone is above its low watermark. */
static struct page *alloc_in_need(gfp_t gfp, unsigned int order)
{
	unsigned int alloc_flags = gfp_to_alloc_flags(gfp);
	struct page *page = get_page_from_freelist(gfp, order, alloc_flags);

	if (!page) {
		drain_local_pages(NULL);
		page = get_page_from_freelist(gfp, order, alloc_flags);
	}
	if (!page && gfpflags_allow_blocking(gfp))
		page = reclaim_and_retry(gfp, order, alloc_flags);
	if (!page && (gfp & __GFP_NOFAIL))
		page = get_page_from_freelist(gfp, order, ALLOC_NO_WATERMARKS);
	return page;
}

/* Make a compound page of an allocated block. */
static void prep_compound_page(struct page *head, unsigned int order)
{
	unsigned long i;

	__SetPageHead(head);
	for (i = 1; i < 1UL << order; i++) {
		__SetPageTail(head + i);
		head[i].compound_head = head;
	}
}

/* The caller wants, or the debugging options want, something done to each page. Return: @page. */
static noinline struct page *prep_contents(struct page *page, unsigned int order, gfp_t gfp)
{
	mm_trace(MM_PAGE_ALLOC, page->caller, page_to_pfn(page), order, 0, gfp);
	if (page_debug)
		debug_page_alloc(page, order);
	if (gfp & __GFP_ZERO)
		clear_pages(page, order);
	if (order && (gfp & __GFP_COMP))
		prep_compound_page(page, order);
	return page;
}

/* Has somebody touched a free block? @flags are what it says besides its zone and order. */
static __always_inline bool page_changed(const struct page *page, unsigned long flags)
{
	return (page->flags & PAGE_FLAGS_BITS) != flags || page_ref_count(page);
}

/* Make a raw block an allocated one. */
static __always_inline void mark_allocated(struct page *page, unsigned int order,
					   unsigned long caller)
{
	page->flags = (page->flags & PAGE_ZONE_MASK) | page_flags_order(order);
	page->private = 0;
	page->caller = caller;
	atomic_set(&page->_refcount, 1);
	unpoison_block(page, order);
}

/*
 * prep_new_page - turn a raw block, which is on no list, into an allocated one
 * @flags: what it says besides its zone and order: PG_pcp off a per-CPU list, nothing off
 *         the buddy's
 *
 * Return: false when somebody has touched the page since it was freed. It is then
 *         reported and lost, being in unknown hands.
 */
static __always_inline bool prep_new_page(struct page *page, unsigned int order, gfp_t gfp,
					  unsigned long caller, unsigned long flags)
{
	if (unlikely(page_changed(page, flags))) {
		report_bad_free(page, order, "page changed while it was free", page->caller);
		return false;
	}
	mark_allocated(page, order, caller);
	if (unlikely(gfp & (__GFP_ZERO | __GFP_COMP)) || unlikely(page_debug))
		prep_contents(page, order, gfp);
	return true;
}

/* All zones that the request may use, as hard as it asks to try. */
static noinline struct page *alloc_slow(gfp_t gfp, unsigned int order, unsigned long caller)
{
	unsigned long flags = order < NR_PCP_LISTS ? 1UL << PG_pcp : 0;
	struct page *page = NULL;

	might_sleep_if(gfpflags_allow_blocking(gfp));
	if (!(gfp & __GFP_NOFAIL) && fail_nth())
		return NULL;
	if (order >= MAX_ORDER)
		goto fail;
	do {
		page = get_page_from_freelist(gfp, order, ALLOC_WMARK_LOW);
		if (!page)
			page = alloc_in_need(gfp, order);
		if (!page)
			goto fail;
	} while (!prep_new_page(page, order, gfp, caller, flags));
	return page;

fail:
	warn_alloc(gfp, order, caller);
	if (gfp & __GFP_NOFAIL)
		panic("Out of memory: order %u request with __GFP_NOFAIL from %pS", order,
		      (void *)caller);
	return NULL;
}

void update_fast_marks(void)
{
	struct zone *zone;
	unsigned int bits;

	for_each_populated_zone(zone)
		for (bits = 0; bits < NR_GFP_ZONES; bits++)
			zone->fast_mark[bits] =
				page_debug || fail_nth_left
					? FAST_MARK_CLOSED
					: low_wmark_pages(zone) + zone->lowmem_reserve[gfp_zone(
									  (__force gfp_t)bits)];
}

/*
 * pcp_take - the first block of this CPU's list
 * Context: interrupts off. Return: NULL when there is none, or it was touched while free.
 */
static __always_inline struct page *pcp_take(struct zone *zone, unsigned int order)
{
	struct per_cpu_pages *pcp = this_cpu_ptr(zone->per_cpu_pageset);
	struct list_head *list = &pcp->lists[order];

	if (unlikely(list_empty(list)) ||
	    unlikely(page_changed(list_first_entry(list, struct page, lru), 1UL << PG_pcp)))
		return NULL;
	return pcp_pop(pcp, order);
}

/*
 * alloc_from_pcp - the way of nearly all requests for small blocks
 *
 * Whatever is not plain goes to alloc_slow(), which finds out what it is: the zone is
 * low, or the fast path closed by an option; the list is empty, or its first page damaged;
 * the caller must not sleep. A request that may sleep promises that interrupts are on:
 * that is looked at, and need not be saved.
 *
 * _RET_IP_ is the caller of the function that this becomes part of. It is read where it
 * is needed, so that it takes up no register before.
 */
static __always_inline struct page *alloc_from_pcp(gfp_t gfp, unsigned int order)
{
	unsigned int zone_bits = (__force unsigned int)(gfp & GFP_ZONEMASK);
	struct zone *zone = contig_page_data.preferred_zone[zone_bits];
	struct page *page = NULL;
	unsigned long flags;

	if (unlikely(READ_ONCE(zone->free_pages) <= zone->fast_mark[zone_bits]))
		return alloc_slow(gfp, order, _RET_IP_);

	if (!gfpflags_allow_blocking(gfp)) {
		local_irq_save(flags);
		page = pcp_take(zone, order);
		local_irq_restore(flags);
	} else if (likely(!in_atomic()) && likely(!irqs_disabled())) {
		local_irq_disable();
		page = pcp_take(zone, order);
		local_irq_enable();
	}
	if (unlikely(!page))
		return alloc_slow(gfp, order, _RET_IP_);
	mark_allocated(page, order, _RET_IP_);
	if (unlikely(gfp & (__GFP_ZERO | __GFP_COMP)))
		return prep_contents(page, order, gfp);
	return page;
}

/* Likewise for a large block, from the buddy of the zone that the request prefers. */
static __always_inline struct page *alloc_from_buddy(gfp_t gfp, unsigned int order,
						     unsigned long caller)
{
	unsigned int zone_bits = (__force unsigned int)(gfp & GFP_ZONEMASK);
	struct zone *zone = contig_page_data.preferred_zone[zone_bits];
	struct page *page;

	if (unlikely(order >= MAX_ORDER) ||
	    unlikely(READ_ONCE(zone->free_pages) < zone->fast_mark[zone_bits] + (1UL << order)))
		return alloc_slow(gfp, order, caller);

	might_sleep_if(gfpflags_allow_blocking(gfp));
	page = zone_take(zone, order);
	if (unlikely(!page) || unlikely(!prep_new_page(page, order, gfp, caller, 0)))
		return alloc_slow(gfp, order, caller);
	return page;
}

struct page *alloc_order_0(gfp_t gfp)
{
	return alloc_from_pcp(gfp, 0);
}

struct page *alloc_large(gfp_t gfp, unsigned int order)
{
	return alloc_from_buddy(gfp, order, _RET_IP_);
}

/* The same for calls of any order, out of their way: most ask for a small one. */
static noinline struct page *alloc_large_for(gfp_t gfp, unsigned int order, unsigned long caller)
{
	return alloc_from_buddy(gfp, order, caller);
}

static __always_inline struct page *alloc_block(gfp_t gfp, unsigned int order)
{
	return order < NR_PCP_LISTS ? alloc_from_pcp(gfp, order)
				    : alloc_large_for(gfp, order, _RET_IP_);
}

struct page *alloc_order(gfp_t gfp, unsigned int order)
{
	return alloc_block(gfp, order);
}

/* Pages that a batch moves without letting interrupts in. */
#define PAGE_BATCH_MAX 32U

/*
 * Several single pages for one turn with interrupts off. Like alloc_from_pcp() it takes
 * the plain way or none: the caller goes on with alloc_page(), which fills the list.
 */
unsigned int alloc_page_batch(gfp_t gfp, unsigned int nr, struct page **pages)
{
	unsigned int zone_bits = (__force unsigned int)(gfp & GFP_ZONEMASK);
	struct zone *zone = contig_page_data.preferred_zone[zone_bits];
	unsigned int nr_taken = 0, nr_good = 0, i;
	struct per_cpu_pages *pcp;
	unsigned long irq_flags;

	if (unlikely(READ_ONCE(zone->free_pages) <= zone->fast_mark[zone_bits]))
		return 0;
	nr = min(nr, PAGE_BATCH_MAX);
	local_irq_save(irq_flags);
	pcp = this_cpu_ptr(zone->per_cpu_pageset);
	while (nr_taken < nr && !list_empty(&pcp->lists[0]))
		pages[nr_taken++] = pcp_pop(pcp, 0);
	local_irq_restore(irq_flags);

	for (i = 0; i < nr_taken; i++)
		if (likely(prep_new_page(pages[i], 0, gfp, _RET_IP_, 1UL << PG_pcp)))
			pages[nr_good++] = pages[i];
	return nr_good;
}

struct page *alloc_pages_node(int nid __unused, gfp_t gfp, unsigned int order)
{
	return alloc_block(gfp, order);
}

struct page *__alloc_pages(gfp_t gfp, unsigned int order, int preferred_nid __unused,
			   nodemask_t *nodemask)
{
	if (nodemask && !(nodemask->bits[0] & 1))
		return NULL;
	return alloc_block(gfp, order);
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_block(gfp & ~__GFP_HIGHMEM, order);

	return page ? (unsigned long)lowmem_page_address(page) : 0;
}

unsigned long get_zeroed_page(gfp_t gfp)
{
	struct page *page = alloc_block((gfp & ~__GFP_HIGHMEM) | __GFP_ZERO, 0);

	return page ? (unsigned long)lowmem_page_address(page) : 0;
}

/*
 * Freeing
 */

static void destroy_compound_page(struct page *head, unsigned int order)
{
	unsigned long i;

	__ClearPageHead(head);
	for (i = 1; i < 1UL << order; i++)
		head[i].flags &= PAGE_ZONE_MASK;
}

/* Put a block without references where it belongs. */
static __always_inline void put_raw_block(struct page *page, unsigned int order,
					  unsigned long caller)
{
	unsigned long zone_flags = page->flags & PAGE_ZONE_MASK;

	poison_block(page, order);
	page->caller = caller;
	if (order < NR_PCP_LISTS) {
		page->flags = zone_flags | page_flags_order(order) | (1UL << PG_pcp);
		pcp_put(page, order, zone_flags >> PAGE_ZONE_SHIFT);
	} else {
		free_one_page(page_zone(page), page, order);
	}
}

void free_raw_block(struct page *page, unsigned int order, unsigned long caller)
{
	mm_trace(MM_PAGE_FREE, caller, page_to_pfn(page), order, 0, (__force gfp_t)0);
	if (PageHead(page))
		destroy_compound_page(page, order);
	if (page_debug)
		debug_page_free(page, order);
	put_raw_block(page, order, caller);
}

/*
 * free_shared - drop one of several references of a block
 *
 * A compound page lives on whole. Of another block only the head is referenced: from
 * now on it is a single page, and the rest is freed in blocks of half, a quarter ...
 * The order is taken off the head first, as the other holder may drop its reference
 * at any time after ours is gone.
 */
static void free_shared(struct page *page, unsigned int order, unsigned long caller)
{
	bool compound = PageHead(page);

	if (!compound)
		__atomic_fetch_and(&page->flags, ~PAGE_ORDER_MASK, __ATOMIC_SEQ_CST);
	if (atomic_dec_and_test(&page->_refcount)) {
		free_raw_block(page, order, caller);
		return;
	}
	if (compound)
		return;
	while (order-- > 0)
		free_raw_block(page + (1UL << order), order, caller);
}

/* A mistake, a shared block, a compound page, or debugging: whatever is not plain. */
static noinline void free_slow(struct page *page, unsigned int order, unsigned long caller)
{
	const char *mistake = page_free_mistake(page, order);

	if (mistake)
		report_bad_free(page, order, mistake, caller);
	else if (atomic_cmpxchg(&page->_refcount, 1, 0) == 1)
		free_raw_block(page, order, caller);
	else
		free_shared(page, order, caller);
}

/*
 * Zero when a page's block is plain: exactly this order, owned by nobody else, mapped
 * nowhere, no option that wants to see it.
 */
static __always_inline unsigned long not_plain(const struct page *page, unsigned int order)
{
	return ((page->flags & PAGE_FLAGS_CHECK_AT_FREE) ^ page_flags_order(order)) |
	       (unsigned long)page_mapcount(page) | (unsigned long)page->mapping | page_debug;
}

/* Drops the reference of a plain block, which is thereby the caller's to put away. */
static __always_inline bool take_last_reference(struct page *page, unsigned int order)
{
	return likely(page_is_described(page)) && likely(!not_plain(page, order)) &&
	       likely(atomic_cmpxchg(&page->_refcount, 1, 0) == 1);
}

static __always_inline void free_block(struct page *page, unsigned int order, unsigned long caller)
{
	if (take_last_reference(page, order))
		put_raw_block(page, order, caller);
	else
		free_slow(page, order, caller);
}

/* Put up to PAGE_BATCH_MAX pages that are prepared for it onto this CPU's lists. */
static void pcp_put_batch(struct page **pages, unsigned int nr)
{
	struct per_cpu_pages *pcp;
	unsigned long flags;
	unsigned int i;

	local_irq_save(flags);
	for (i = 0; i < nr; i++) {
		pcp = this_cpu_ptr(&zone_pagesets[page_zonenum(pages[i])]);
		list_add(&pages[i]->lru, &pcp->lists[0]);
		if (unlikely(++pcp->count > pcp->high))
			pcp_shed(page_zone(pages[i]), pcp, pcp->batch, 0);
	}
	local_irq_restore(flags);
}

/* What is not plain goes the slow way at once; the rest gathers for a turn together. */
void free_page_batch(struct page **pages, unsigned int nr)
{
	struct page *plain[PAGE_BATCH_MAX];
	unsigned int nr_plain = 0;

	while (nr--) {
		struct page *page = *pages++;

		if (unlikely(!page_is_described(page)) || unlikely(not_plain(page, 0)) ||
		    unlikely(atomic_cmpxchg(&page->_refcount, 1, 0) != 1)) {
			free_slow(page, 0, _RET_IP_);
			continue;
		}
		poison_block(page, 0);
		page->caller = _RET_IP_;
		page->flags = (page->flags & PAGE_ZONE_MASK) | (1UL << PG_pcp);
		plain[nr_plain++] = page;
		if (nr_plain == PAGE_BATCH_MAX) {
			pcp_put_batch(plain, nr_plain);
			nr_plain = 0;
		}
	}
	pcp_put_batch(plain, nr_plain);
}

void free_order_0(struct page *page)
{
	free_block(page, 0, _RET_IP_);
}

void free_order(struct page *page, unsigned int order)
{
	free_block(page, order, _RET_IP_);
}

void free_large(struct page *page, unsigned int order)
{
	if (unlikely(!take_last_reference(page, order))) {
		free_slow(page, order, _RET_IP_);
		return;
	}
	poison_block(page, order);
	page->caller = _RET_IP_;
	zone_put(page_zone(page), page, order);
}

void free_pages(unsigned long addr, unsigned int order)
{
	if (!addr)
		return;
	if (unlikely(!virt_addr_valid(addr) || !PAGE_ALIGNED(addr))) {
		kbug("bad free: address %#lx is no page of the direct map, order %u, from %pS",
		     addr, order, (void *)_RET_IP_);
		return;
	}
	free_block(virt_to_page(addr), order, _RET_IP_);
}

void get_page(struct page *page)
{
	if (likely(page_is_described(page)))
		page = compound_head(page);
	if (unlikely(!page_is_described(page) || page_ref_count(page) <= 0)) {
		report_bad_free(page, 0, "get_page of a free page", _RET_IP_);
		return;
	}
	atomic_inc(&page->_refcount);
}

/* Drop a reference unless it is the last; false if it is, or if there is none. */
static __always_inline bool put_page_unless_last(struct page *page)
{
	int refs = page_ref_count(page);

	while (refs > 1) {
		int seen = atomic_cmpxchg(&page->_refcount, refs, refs - 1);

		if (seen == refs)
			return true;
		refs = seen;
	}
	return false;
}

void put_page(struct page *page)
{
	unsigned int order = 0;

	if (likely(page_is_described(page))) {
		page = compound_head(page);
		if (put_page_unless_last(page))
			return;
		order = compound_order(page);
	}
	free_block(page, order, _RET_IP_);
}

/*
 * Blocks in pieces
 */

void split_page(struct page *page, unsigned int order)
{
	unsigned long i;

	if (!page_is_described(page) || PageCompound(page) || page_ref_count(page) != 1 ||
	    page_alloc_order(page) != order) {
		report_bad_free(page, order, "bad split_page", _RET_IP_);
		return;
	}
	page->flags &= ~PAGE_ORDER_MASK;
	for (i = 1; i < 1UL << order; i++) {
		page[i].private = 0;
		page[i].caller = page->caller;
		atomic_set(&page[i]._refcount, 1);
	}
}

void *alloc_pages_exact(size_t size, gfp_t gfp)
{
	unsigned long nr_pages = size / PAGE_SIZE + (size % PAGE_SIZE != 0);
	struct page *page;
	unsigned long i;
	unsigned int order;

	if (!size)
		return NULL;
	order = get_order(size);
	page = alloc_block(gfp & ~(__GFP_COMP | __GFP_HIGHMEM), order);
	if (!page)
		return NULL;
	split_page(page, order);
	for (i = nr_pages; i < 1UL << order; i++)
		__free_page(page + i);
	return lowmem_page_address(page);
}

void free_pages_exact(void *virt, size_t size)
{
	unsigned long addr = (unsigned long)virt, offset;

	if (!addr)
		return;
	for (offset = 0; offset < size; offset += PAGE_SIZE)
		free_page(addr + offset);
}

unsigned long nr_free_pages(void)
{
	unsigned long sum = 0;
	struct zone *zone;

	for_each_populated_zone(zone)
		sum += READ_ONCE(zone->free_pages);
	return sum;
}

unsigned long totalram_pages(void)
{
	unsigned long sum = 0;
	struct zone *zone;

	for_each_populated_zone(zone)
		sum += zone->managed_pages;
	return sum;
}
