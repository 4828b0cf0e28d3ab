/* SPDX-License-Identifier: MIT */
/*
 * The buddy system: free blocks of one zone.
 *
 * Idea: each zone keeps MAX_ORDER free lists; list k holds free blocks of 2^k pages
 * whose pfn is a multiple of 2^k. Allocation takes the smallest block that fits and
 * halves it until it is small enough, each upper half going to its list. Freeing
 * looks at the buddy, the block whose pfn differs in bit k alone, and merges while
 * that is free, whole, and of the same order.
 *
 *      order 2   [ 8 . . . . . . . ]        rmqueue(0) from a block of 4 pages:
 *      order 1   [ 8 . . . ][ 10 . ]          take 8, leave 9 (order 0)
 *      order 0   [ 8 ][ 9 ]                          and 10 (order 1)
 *
 * Two things keep the cost small and independent of the block's size:
 *
 *   - zone->free_orders has bit k set when list k is not empty. The smallest block
 *     that fits is found by counting zero bits; and since every list between the
 *     wanted order and the found one is then empty, a half becomes its list's only
 *     member without looking at the list.
 *   - the flags word of a free head holds PG_buddy, the order and the zone, so that
 *     "is this the free buddy?" is one compare.
 *
 * Invariants (zone_check() walks them):
 *   - the head of a free block, and it alone, has PageBuddy and the block's order;
 *     the rest of its pages have no flag but their zone; none has a reference;
 *   - a block lies in its zone and is aligned to its size;
 *   - no two free buddies of one order exist, MAX_ORDER - 1 excepted;
 *   - nr_free counts each list, free_orders tells which are not empty, and the sum
 *     of nr_free << k over all k is zone->free_pages.
 *
 * Locking: zone->lock, with interrupts off, guards all of it. It is a leaf: no
 * other lock is taken under it.
 *
 * Reference: Linux 6.1 mm/page_alloc.c (__free_one_page, __rmqueue_smallest, expand);
 * Knuth, TAOCP vol. 1, 2.5. Left out on purpose: migrate types, compaction.
 */
#include <kernel/bug.h>
#include <kernel/lib/list.h>
#include <kernel/printk.h>

#include <mm/buddy.h>

void zone_init_free_lists(struct zone *zone)
{
	unsigned int order;

	for (order = 0; order < MAX_ORDER; order++) {
		INIT_LIST_HEAD(&zone->free_area[order].free_list);
		zone->free_area[order].nr_free = 0;
	}
	zone->free_orders = 0;
	zone->free_pages = 0;
	spin_lock_init(&zone->lock);
}

struct page *rmqueue(struct zone *zone, unsigned int order)
{
	return zone_take(zone, order);
}

/* Hang the 2^(@have - @order) pieces of a block on the end of @list. */
static unsigned int string_up(struct zone *zone, struct page *page, unsigned int have,
			      unsigned int order, struct list_head *list)
{
	unsigned long flags = page_flags_pcp(zone, order);
	struct list_head *last = list->prev;
	struct page *end = page + (1UL << have);

	for (; page < end; page += 1UL << order) {
		page->flags = flags;
		page->lru.prev = last;
		last->next = &page->lru;
		last = &page->lru;
	}
	last->next = list;
	list->prev = last;
	return 1U << (have - order);
}

/*
 * Many small blocks mostly come from few larger ones. Those are not split down to
 * single blocks, each a trip through the lists, but cut into pieces at one stroke.
 */
unsigned int rmqueue_bulk(struct zone *zone, unsigned int order, unsigned int count,
			  struct list_head *list)
{
	unsigned int taken = 0;

	spin_lock(&zone->lock);
	while (taken < count) {
		unsigned int room = 31 - __builtin_clz(count - taken);
		unsigned int have = min(order + room, MAX_ORDER - 1U);
		struct page *page = take_block(zone, order, &have);

		if (!page)
			break;
		taken += string_up(zone, page, have, order, list);
	}
	spin_unlock(&zone->lock);
	return taken;
}

void free_one_page(struct zone *zone, struct page *page, unsigned int order)
{
	zone_put(zone, page, order);
}

unsigned int free_list_bulk(struct zone *zone, unsigned int order, unsigned int count,
			    struct list_head *list)
{
	struct list_head *pos = list->prev;
	unsigned int freed = 0;

	spin_lock(&zone->lock);
	for (; freed < count && pos != list; freed++) {
		struct page *page = list_entry(pos, struct page, lru);

		pos = pos->prev;
		buddy_merge(zone, page, order);
	}
	zone->free_pages += (unsigned long)freed << order;
	spin_unlock(&zone->lock);
	list->prev = pos; /* what was freed comes off the list in one piece */
	pos->next = list;
	return freed;
}

struct page *free_block_head(unsigned long pfn)
{
	unsigned int order;

	for (order = 0; order < MAX_ORDER; order++) {
		struct page *head = pfn_to_page(pfn & ~((1UL << order) - 1));

		if ((PageBuddy(head) || PagePcp(head)) && page_alloc_order(head) >= order)
			return head;
	}
	return NULL;
}

/*
 * The checker
 */

#define zone_complain(zone, fmt, ...)                                                              \
	({                                                                                         \
		pr_err("zone %s: " fmt "\n", (zone)->name, ##__VA_ARGS__);                         \
		false;                                                                             \
	})

/* Is this head on list @order sound? Its interior pages are page_alloc_check()'s. */
static bool free_head_check(struct zone *zone, struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);
	unsigned long buddy_pfn = pfn ^ (1UL << order);

	if (!page_is_described(page))
		return zone_complain(zone, "order %u: list entry %px is no page", order, page);
	if (page->flags != page_flags_buddy(zone, order))
		return zone_complain(zone, "order %u: pfn %#lx has flags %#lx", order, pfn,
				     page->flags);
	if (page_ref_count(page))
		return zone_complain(zone, "order %u: free pfn %#lx has %d references", order, pfn,
				     page_ref_count(page));
	if (pfn & ((1UL << order) - 1))
		return zone_complain(zone, "order %u: pfn %#lx is not aligned", order, pfn);
	if (!zone_spans_pfn(zone, pfn) || !zone_spans_pfn(zone, pfn + (1UL << order) - 1))
		return zone_complain(zone, "order %u: pfn %#lx leaves the zone", order, pfn);
	if (order < MAX_ORDER - 1 && zone_spans_pfn(zone, buddy_pfn) &&
	    pfn_to_page(buddy_pfn)->flags == page_flags_buddy(zone, order))
		return zone_complain(zone, "order %u: pfn %#lx and its buddy are both free", order,
				     pfn);
	return true;
}

/* Is the inside of a free block untouched? */
static bool free_tail_check(struct zone *zone, struct page *head, unsigned int order)
{
	unsigned long i;

	for (i = 1; i < 1UL << order; i++)
		if (head[i].flags != page_flags_zone(zone->idx) || page_ref_count(head + i))
			return zone_complain(
				zone,
				"pfn %#lx inside a free block of order %u: flags %#lx, %d references",
				page_to_pfn(head + i), order, head[i].flags,
				page_ref_count(head + i));
	return true;
}

static bool free_area_check(struct zone *zone, unsigned int order)
{
	struct free_area *area = &zone->free_area[order];
	unsigned long nr = 0;
	struct page *page;

	if (!list_is_sound(&area->free_list, zone->spanned_pages))
		return zone_complain(zone, "order %u: broken list", order);
	list_for_each_entry(page, &area->free_list, lru) {
		if (!free_head_check(zone, page, order) || !free_tail_check(zone, page, order))
			return false;
		nr++;
	}
	if (nr != area->nr_free)
		return zone_complain(zone, "order %u: %lu blocks listed, %lu counted", order, nr,
				     area->nr_free);
	if (!!(zone->free_orders & (1UL << order)) != (nr != 0))
		return zone_complain(zone, "order %u: %lu blocks, free_orders %#lx", order, nr,
				     zone->free_orders);
	return true;
}

bool zone_check(struct zone *zone)
{
	unsigned long flags, free_pages = 0;
	unsigned int order;
	bool sound = true;

	spin_lock_irqsave(&zone->lock, flags);
	for (order = 0; order < MAX_ORDER; order++) {
		sound &= free_area_check(zone, order);
		free_pages += zone->free_area[order].nr_free << order;
	}
	if (free_pages != zone->free_pages)
		sound = zone_complain(zone, "%lu pages listed, %lu counted", free_pages,
				      zone->free_pages);
	spin_unlock_irqrestore(&zone->lock, flags);
	return sound;
}
