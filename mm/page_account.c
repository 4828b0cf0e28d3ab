/* SPDX-License-Identifier: MIT */
/*
 * The account of all pages: each is reserved, in the buddy, on a per-CPU list, or
 * allocated, and in no two of these.
 *
 * A block says how far it reaches: the head of a free block by its order, that of an
 * allocated one by the order kept in its flags. So the walk goes from block to block
 * over mem_map like a reader over the words of a line. A page at which a block ought
 * to begin but none does is lost; a block that reaches into another shows as one
 * too, since the walk then lands in the middle of it. What is counted that way must
 * agree with what the lists and the counters say.
 *
 * Reference: none in Linux, whose struct page does not keep the order of an
 * allocation.
 */
#include <kernel/bug.h>
#include <kernel/lib/list.h>
#include <kernel/percpu.h>
#include <kernel/printk.h>

#include <mm/internal.h>

enum page_state page_block(const struct page *page, unsigned int *order)
{
	*order = 0;
	if (PageReserved(page))
		return PAGE_RESERVED;
	*order = page_alloc_order(page);
	if (PageBuddy(page))
		return PAGE_BUDDY;
	if (PagePcp(page))
		return PAGE_PCP;
	if (page_ref_count(page) > 0 && !PageTail(page))
		return PAGE_ALLOCATED;
	*order = 0;
	return PAGE_LOST;
}

void page_account_zone(const struct zone *zone, struct page_account *account)
{
	unsigned long *const counts[] = {
		[PAGE_RESERVED] = &account->reserved, [PAGE_BUDDY] = &account->buddy,
		[PAGE_PCP] = &account->pcp,           [PAGE_ALLOCATED] = &account->allocated,
		[PAGE_LOST] = &account->lost,
	};
	enum page_state state;
	unsigned long pfn, flags;
	unsigned int order;

	*account = (struct page_account){0};
	local_irq_save(flags);
	for (pfn = zone->zone_start_pfn; pfn < zone_end_pfn(zone); pfn += 1UL << order) {
		state = page_block(pfn_to_page(pfn), &order);
		*counts[state] += 1UL << order;
	}
	local_irq_restore(flags);
}

/* Is each block on a per-CPU list what it should be? */
static bool pcp_list_check(const struct zone *zone, const struct list_head *list,
			   unsigned int order, unsigned long *pages)
{
	const struct page *page;

	if (!list_is_sound(list, zone->spanned_pages)) {
		pr_err("zone %s: per-CPU list of order %u is broken\n", zone->name, order);
		return false;
	}
	list_for_each_entry(page, list, lru) {
		if (page->flags != page_flags_pcp(zone, order) || page_ref_count(page)) {
			pr_err("zone %s: pfn %#lx on the per-CPU list of order %u has flags %#lx, %d references\n",
			       zone->name, page_to_pfn(page), order, page->flags,
			       page_ref_count(page));
			return false;
		}
		*pages += 1UL << order;
	}
	return true;
}

static bool zone_pcp_check(const struct zone *zone, unsigned long *pages)
{
	const struct per_cpu_pages *pcp;
	unsigned int cpu, order;

	*pages = 0;
	for_each_possible_cpu(cpu) {
		unsigned long on_lists = 0;

		pcp = per_cpu_ptr(zone->per_cpu_pageset, cpu);
		for (order = 0; order < NR_PCP_LISTS; order++)
			if (!pcp_list_check(zone, &pcp->lists[order], order, &on_lists))
				return false;
		if (on_lists != pcp->count) {
			pr_err("zone %s: CPU %u has %lu pages on its lists, counts %u\n",
			       zone->name, cpu, on_lists, pcp->count);
			return false;
		}
		*pages += on_lists;
	}
	return true;
}

static bool zone_account_check(const struct zone *zone, unsigned long pcp_pages)
{
	struct page_account account;

	page_account_zone(zone, &account);
	if (!account.lost && account.buddy == zone->free_pages && account.pcp == pcp_pages &&
	    account.buddy + account.pcp + account.allocated == zone->managed_pages &&
	    account.reserved + zone->managed_pages == zone->spanned_pages)
		return true;
	pr_err("zone %s: spans %lu pages, manages %lu, %lu free, %lu on per-CPU lists; found %lu reserved, %lu free, %lu on per-CPU lists, %lu allocated, %lu in no state\n",
	       zone->name, zone->spanned_pages, zone->managed_pages, zone->free_pages, pcp_pages,
	       account.reserved, account.buddy, account.pcp, account.allocated, account.lost);
	return false;
}

bool page_alloc_check(void)
{
	unsigned long flags, pcp_pages;
	struct zone *zone;
	bool sound = true;

	local_irq_save(flags);
	for_each_populated_zone(zone) {
		sound &= zone_check(zone);
		sound &= zone_pcp_check(zone, &pcp_pages) && zone_account_check(zone, pcp_pages);
	}
	local_irq_restore(flags);
	return sound;
}
