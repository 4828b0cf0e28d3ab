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

#include <mm/internal.h>

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

/*
 * Inside the loops an order k is known by three things that change together, each by
 * one instruction from k to k + 1: its free_area, its size 2^k, which is also its bit
 * in free_orders, and the flags word of a free block of that order.
 */
#define FLAGS_OF_NEXT_ORDER (1UL << PAGE_ORDER_SHIFT)

static __always_inline void add_to_free_list(struct zone *zone, struct page *page,
					     struct free_area *area, unsigned long size,
					     unsigned long flags) __must_hold(&zone->lock)
{
	page->flags = flags;
	list_add(&page->lru, &area->free_list);
	area->nr_free++;
	zone->free_orders |= size;
}

static __always_inline void del_from_free_list(struct zone *zone, struct page *page,
					       struct free_area *area, unsigned long size,
					       unsigned long zone_flags) __must_hold(&zone->lock)
{
	__list_del_entry(&page->lru);
	page->flags = zone_flags;
	if (--area->nr_free == 0)
		zone->free_orders &= ~size;
}

/*
 * expand - give back the upper halves of a block that is too large
 * @page: head of the block of order @high, off its list
 * @low:  order to keep; every list in [@low, @high) is empty
 */
static __always_inline void expand(struct zone *zone, struct page *page, unsigned int low,
				   unsigned int high) __must_hold(&zone->lock)
{
	struct free_area *area = &zone->free_area[high];
	struct free_area *end = &zone->free_area[low];
	unsigned long flags = page_flags_buddy(zone, high);
	unsigned long size = 1UL << high;

	zone->free_orders |= size - (1UL << low);
	while (area > end) {
		struct page *half;

		area--;
		size >>= 1;
		flags -= FLAGS_OF_NEXT_ORDER;
		half = page + size;
		half->flags = flags;
		half->lru.next = &area->free_list;
		half->lru.prev = &area->free_list;
		area->free_list.next = &half->lru;
		area->free_list.prev = &half->lru;
		area->nr_free = 1;
	}
}

/*
 * take_block - the smallest block of at least @order, cut down to @keep at the least
 * @keep: in: order that is large enough, at least @order; out: order of the block
 * Return: its head, or NULL.
 */
static __always_inline struct page *take_block(struct zone *zone, unsigned int order,
					       unsigned int *keep) __must_hold(&zone->lock)
{
	unsigned long orders = zone->free_orders >> order;
	struct free_area *area;
	unsigned int found;
	struct page *page;

	if (!orders)
		return NULL;
	found = order + (unsigned int)__builtin_ctzl(orders);
	area = &zone->free_area[found];
	page = list_first_entry(&area->free_list, struct page, lru);
	del_from_free_list(zone, page, area, 1UL << found, page_flags_zone(zone->idx));
	if (found > *keep)
		expand(zone, page, *keep, found);
	else
		*keep = found;
	zone->free_pages -= 1UL << *keep;
	return page;
}

struct page *rmqueue(struct zone *zone, unsigned int order)
{
	unsigned int keep = order;
	unsigned long flags;
	struct page *page;

	spin_lock_irqsave(&zone->lock, flags);
	page = take_block(zone, order, &keep);
	spin_unlock_irqrestore(&zone->lock, flags);
	return page;
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

/*
 * buddy_merge - put a block on its list, after merging it with its free buddies
 * @page: head of the block, on no list; its flags are stale
 *
 * mem_map is aligned to the struct pages of a largest block, so that what is true of
 * frame numbers is true of addresses in it: two buddies differ in one bit, and the
 * one without it heads the pair. The caller adds to free_pages.
 */
static __always_inline void buddy_merge(struct zone *zone, struct page *page, unsigned int order)
	__must_hold(&zone->lock)
{
	unsigned long first = (unsigned long)pfn_to_page(zone->zone_start_pfn);
	unsigned long span = zone->spanned_pages * sizeof(struct page);
	struct free_area *last = &zone->free_area[MAX_ORDER - 1];
	struct free_area *area = &zone->free_area[order];
	unsigned long zone_flags = page_flags_zone(zone->idx);
	unsigned long flags = page_flags_buddy(zone, order);
	unsigned long stride = sizeof(struct page) << order;
	unsigned long head = (unsigned long)page;

	page->flags = zone_flags;
	for (; area < last; area++) {
		unsigned long other = head ^ stride;
		struct page *buddy = (struct page *)other;

		if (other - first >= span || buddy->flags != flags)
			break;
		del_from_free_list(zone, buddy, area, stride / sizeof(struct page), zone_flags);
		head &= other;
		flags += FLAGS_OF_NEXT_ORDER;
		stride <<= 1;
	}
	add_to_free_list(zone, (struct page *)head, area, stride / sizeof(struct page), flags);
}

void free_one_page(struct zone *zone, struct page *page, unsigned int order)
{
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	buddy_merge(zone, page, order);
	zone->free_pages += 1UL << order;
	spin_unlock_irqrestore(&zone->lock, flags);
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
