/* SPDX-License-Identifier: MIT */
/*
 * The steps of the buddy system; buddy.c tells how it works. They are inline because the
 * page allocator's short ways to large blocks are made of them as well, where one more
 * call would cost a tenth of the whole.
 */
#ifndef MM_BUDDY_H
#define MM_BUDDY_H

#include <kernel/lib/list.h>
#include <mm/internal.h>

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

/* zone_take - rmqueue(); zone_put - free_one_page(). See mm/internal.h. */
static __always_inline struct page *zone_take(struct zone *zone, unsigned int order)
{
	unsigned int keep = order;
	unsigned long flags;
	struct page *page;

	spin_lock_irqsave(&zone->lock, flags);
	page = take_block(zone, order, &keep);
	spin_unlock_irqrestore(&zone->lock, flags);
	return page;
}

static __always_inline void zone_put(struct zone *zone, struct page *page, unsigned int order)
{
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	buddy_merge(zone, page, order);
	zone->free_pages += 1UL << order;
	spin_unlock_irqrestore(&zone->lock, flags);
}

#endif
