/* SPDX-License-Identifier: MIT */
/* What the page allocator's suites share; see page_alloc_test.h. */
#include <kernel/bug.h>
#include <kernel/lib/list.h>
#include <kernel/lib/string.h>

#include <mm/fail.h>
#include <mm/tests/page_alloc_test.h>

static unsigned long nr_free_before[MAX_NR_ZONES][MAX_ORDER];

/*
 * The private zone: its pages are [private_page, + 2^private_order) of a real one, to which
 * real_flags belong. Meanwhile they bear a number that no zone has. Else the real zone, when
 * the other half of the pair is freed, would take a free block of ours for its own and merge.
 */
#define PRIVATE_IDX MAX_NR_ZONES
BUILD_BUG_ON(PRIVATE_IDX > PAGE_ZONE_MASK >> PAGE_ZONE_SHIFT);

static struct zone private_zone;
static struct page *private_page;
static unsigned int private_order;
static unsigned long real_flags;

int page_alloc_test_init(struct kunit *test __unused)
{
	struct zone *zone;
	unsigned int order;

	mm_quiesce();
	for_each_populated_zone(zone)
		for (order = 0; order < MAX_ORDER; order++)
			nr_free_before[zone->idx][order] = zone->free_area[order].nr_free;
	nopage_rs = (struct ratelimit_state){.interval = 1000, .burst = 1};
	return 0;
}

void kunit_zone_end(void)
{
	unsigned long i;

	if (!private_page)
		return;
	for (i = 0; i < 1UL << private_order; i++) {
		private_page[i].flags = real_flags;
		atomic_set(&private_page[i]._refcount, 0);
	}
	private_page->flags |= page_flags_order(private_order);
	atomic_set(&private_page->_refcount, 1);
	__free_pages(private_page, private_order);
	private_page = NULL;
}

void page_alloc_test_exit(struct kunit *test)
{
	struct zone *zone;
	unsigned int order;

	kunit_zone_end();
	fail_nth_clear();
	mm_quiesce();
	KUNIT_EXPECT_TRUE(test, page_alloc_check());
	for_each_populated_zone(zone)
		for (order = 0; order < MAX_ORDER; order++)
			if (zone->free_area[order].nr_free != nr_free_before[zone->idx][order])
				KUNIT_FAIL(test, "zone %s order %u: %lu blocks free, %lu before",
					   zone->name, order, zone->free_area[order].nr_free,
					   nr_free_before[zone->idx][order]);
}

struct zone *private_zone_make(unsigned int order, unsigned long first, unsigned long nr_pages)
{
	unsigned long i;

	BUG_ON(private_page);
	private_page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, order);
	if (!private_page)
		return NULL;
	private_order = order;
	real_flags = page_flags_zone(page_zone(private_page)->idx);
	for (i = 0; i < 1UL << order; i++) {
		private_page[i].flags = page_flags_zone(PRIVATE_IDX);
		atomic_set(&private_page[i]._refcount, 0);
	}
	memset(&private_zone, 0, sizeof(private_zone));
	private_zone.name = "private";
	private_zone.idx = PRIVATE_IDX;
	private_zone.zone_start_pfn = page_to_pfn(private_page) + first;
	private_zone.spanned_pages = nr_pages;
	private_zone.managed_pages = nr_pages;
	private_zone.present_pages = nr_pages;
	zone_init_free_lists(&private_zone);
	return &private_zone;
}

struct zone *kunit_zone(struct kunit *test, unsigned long nr_pages)
{
	unsigned int order = get_order(nr_pages << PAGE_SHIFT);
	struct zone *zone = private_zone_make(order, 0, 1UL << order);

	KUNIT_ASSERT_NOT_NULL(test, zone);
	free_one_page(zone, private_page, order);
	return zone;
}

struct zone *kunit_zone_part(struct kunit *test, unsigned long first, unsigned long nr_pages)
{
	struct zone *zone = private_zone_make(6, first, nr_pages);

	KUNIT_ASSERT_LE(test, first + nr_pages, 64UL);
	KUNIT_ASSERT_NOT_NULL(test, zone);
	return zone;
}

void hoard_init(struct hoard *hoard)
{
	INIT_LIST_HEAD(&hoard->blocks);
	hoard->pages = 0;
}

void hoard_all(struct hoard *hoard, gfp_t gfp)
{
	int order;

	for (order = MAX_ORDER - 1; order >= 0; order--) {
		struct page *page;

		while ((page = alloc_pages(gfp | __GFP_NOWARN, (unsigned int)order)) != NULL) {
			list_add(&page->lru, &hoard->blocks);
			hoard->pages += 1UL << order;
		}
	}
}

void hoard_free_one(struct hoard *hoard)
{
	struct page *page = list_first_entry(&hoard->blocks, struct page, lru);
	unsigned int order = page_alloc_order(page);

	list_del(&page->lru);
	hoard->pages -= 1UL << order;
	__free_pages(page, order);
}

void hoard_free(struct hoard *hoard)
{
	while (!list_empty(&hoard->blocks))
		hoard_free_one(hoard);
}
