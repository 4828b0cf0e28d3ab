/* SPDX-License-Identifier: MIT */
/*
 * The buddy system on zones of its own: splitting, merging, the zone's edges, a
 * storm against a naive model, and the checker itself.
 *
 * Merging is eager, so a set of free pages determines the free lists: the blocks are
 * the largest aligned ones that the set covers. The model is a map of which pages
 * are free and computes the lists' lengths from that alone.
 */
#include <kernel/lib/list.h>
#include <kernel/printk.h>

#include <mm/tests/page_alloc_test.h>
#include <mm/tests/said.h>

#define MODEL_PAGES 128

struct model {
	bool free[MODEL_PAGES];
	unsigned long first; /* zone's first page, within a block of MODEL_PAGES */
	unsigned long nr;    /* its pages */
};

static bool model_block_free(const struct model *model, unsigned long start, unsigned long pages)
{
	unsigned long i;

	for (i = start; i < start + pages; i++)
		if (i < model->first || i >= model->first + model->nr || !model->free[i])
			return false;
	return true;
}

/* How many free blocks of this order: free, but not part of a larger free block. */
static unsigned long model_nr_free(const struct model *model, unsigned int order)
{
	unsigned long pages = 1UL << order, start, nr = 0;

	for (start = 0; start + pages <= MODEL_PAGES; start += pages)
		if (model_block_free(model, start, pages) &&
		    !(pages * 2 <= MODEL_PAGES &&
		      model_block_free(model, start & ~(pages * 2 - 1), pages * 2)))
			nr++;
	return nr;
}

static void expect_as_model(struct kunit *test, struct zone *zone, const struct model *model)
{
	unsigned int order;

	for (order = 0; order < MAX_ORDER; order++)
		if (zone->free_area[order].nr_free !=
		    (1UL << order <= MODEL_PAGES ? model_nr_free(model, order) : 0))
			KUNIT_FAIL(test, "order %u: %lu blocks", order,
				   zone->free_area[order].nr_free);
}

static void model_mark(struct model *model, unsigned long start, unsigned int order, bool free)
{
	unsigned long i;

	for (i = start; i < start + (1UL << order); i++)
		model->free[i] = free;
}

/*
 * One page out of a 64-page block splits it six times; freeing that page must
 * rebuild the block. A lost merge hides in the totals, so look at every order.
 */
static void split_then_merge(struct kunit *test)
{
	struct zone *zone = kunit_zone(test, 64);
	struct page *page = rmqueue(zone, 0);
	unsigned int order;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, page_to_pfn(page), zone->zone_start_pfn);
	for (order = 0; order <= 6; order++)
		KUNIT_EXPECT_EQ(test, zone->free_area[order].nr_free, order < 6);
	KUNIT_EXPECT_EQ(test, zone->free_orders, 0x3fUL);
	KUNIT_EXPECT_EQ(test, zone->free_pages, 63UL);
	KUNIT_EXPECT_TRUE(test, zone_check(zone));

	free_one_page(zone, page, 0);
	for (order = 0; order <= 6; order++)
		KUNIT_EXPECT_EQ(test, zone->free_area[order].nr_free, order == 6);
	KUNIT_EXPECT_EQ(test, zone->free_orders, 0x40UL);
	KUNIT_EXPECT_EQ(test, zone->free_pages, 64UL);
	KUNIT_EXPECT_TRUE(test, zone_check(zone));
}

/* The largest block that this machine has to spare. */
static unsigned int largest_order(void)
{
	unsigned int order = MAX_ORDER;
	struct page *page;

	do {
		order--;
		page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, order);
	} while (!page && order > 6);
	if (page)
		__free_pages(page, order);
	return order;
}

/* Each order from a large block: what is left is one block of each order between. */
static void every_order_from_a_large_block(struct kunit *test)
{
	unsigned int largest = largest_order(), order, o;
	struct zone *zone = kunit_zone(test, 1UL << largest);

	for (order = 0; order <= largest; order++) {
		struct page *page = rmqueue(zone, order);

		KUNIT_ASSERT_NOT_NULL(test, page);
		KUNIT_EXPECT_EQ(test, page_to_pfn(page) & ((1UL << order) - 1), 0UL);
		for (o = 0; o < MAX_ORDER; o++)
			KUNIT_EXPECT_EQ(test, zone->free_area[o].nr_free,
					o >= order && o < largest);
		free_one_page(zone, page, order);
		KUNIT_EXPECT_EQ(test, zone->free_area[largest].nr_free, 1UL);
		KUNIT_EXPECT_TRUE(test, zone_check(zone));
	}
}

/* A request takes the smallest block that fits and leaves larger ones whole. */
static void smallest_fit(struct kunit *test)
{
	struct zone *zone = kunit_zone(test, 64);
	struct page *whole = rmqueue(zone, 6);

	KUNIT_ASSERT_NOT_NULL(test, whole);
	KUNIT_EXPECT_NULL(test, rmqueue(zone, 0));
	free_one_page(zone, whole + 32, 5);
	free_one_page(zone, whole + 8, 2);
	free_one_page(zone, whole, 0);

	KUNIT_EXPECT_NULL(test, rmqueue(zone, 6));
	KUNIT_EXPECT_PTR_EQ(test, rmqueue(zone, 0), whole);
	KUNIT_EXPECT_PTR_EQ(test, rmqueue(zone, 2), whole + 8);
	KUNIT_EXPECT_PTR_EQ(test, rmqueue(zone, 1), whole + 32);
	KUNIT_EXPECT_EQ(test, zone->free_orders, 0x1eUL);
	KUNIT_EXPECT_EQ(test, zone->free_pages, 30UL);
	KUNIT_EXPECT_TRUE(test, zone_check(zone));
}

/* Sixteen pages freed in many orders always end as one block. */
static void any_order_of_freeing(struct kunit *test)
{
	struct zone *zone = kunit_zone(test, 16);
	struct page *whole = rmqueue(zone, 4);
	unsigned int round, i, perm[16] = {0};

	KUNIT_ASSERT_NOT_NULL(test, whole);
	for (round = 0; round < 50; round++) {
		for (i = 0; i < 16; i++) {
			unsigned int j = kunit_rand_below(test, i + 1);

			perm[i] = perm[j];
			perm[j] = i;
		}
		for (i = 0; i < 16; i++)
			free_one_page(zone, whole + perm[i], 0);
		KUNIT_ASSERT_EQ(test, zone->free_area[4].nr_free, 1UL);
		KUNIT_ASSERT_EQ(test, zone->free_orders, 0x10UL);
		KUNIT_ASSERT_PTR_EQ(test, rmqueue(zone, 4), whole);
	}
	KUNIT_EXPECT_TRUE(test, zone_check(zone));
}

/* Buddies beyond the zone's ends are not its own, whatever state they are in. */
static void edges(struct kunit *test)
{
	unsigned long first, nr;

	for (first = 0; first < 8; first++) {
		for (nr = 1; nr <= 16; nr += 3) {
			struct model model = {.first = first, .nr = nr};
			struct zone *zone = kunit_zone_part(test, first, nr);
			struct page *base = pfn_to_page(zone->zone_start_pfn - first);
			unsigned long i;

			/* Bait: the neighbours look like free pages of order 0. */
			if (first)
				base[first - 1].flags = page_flags_buddy(zone, 0);
			base[first + nr].flags = page_flags_buddy(zone, 0);
			for (i = first; i < first + nr; i++) {
				free_one_page(zone, base + i, 0);
				model.free[i] = true;
			}
			expect_as_model(test, zone, &model);
			KUNIT_EXPECT_EQ(test, zone->free_pages, nr);
			KUNIT_EXPECT_TRUE(test, zone_check(zone));
			page_alloc_test_exit(test);
		}
	}
}

/* A batch comes in ascending order out of the smallest blocks, and stops when all is gone. */
static void bulk(struct kunit *test)
{
	struct zone *zone = kunit_zone(test, 64);
	unsigned long flags, expected = zone->zone_start_pfn;
	unsigned int nr, freed;
	struct page *page;
	LIST_HEAD(list);

	local_irq_save(flags);
	nr = rmqueue_bulk(zone, 1, 7, &list);
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, nr, 7U);
	KUNIT_EXPECT_EQ(test, zone->free_pages, 50UL);
	list_for_each_entry(page, &list, lru) {
		KUNIT_EXPECT_EQ(test, page_to_pfn(page), expected);
		KUNIT_EXPECT_EQ(test, page->flags, page_flags_pcp(zone, 1));
		expected += 2;
	}
	KUNIT_EXPECT_EQ(test, list_count_nodes(&list), (size_t)7);
	KUNIT_EXPECT_TRUE(test, zone_check(zone));

	local_irq_save(flags);
	nr = rmqueue_bulk(zone, 1, 100, &list);
	freed = free_list_bulk(zone, 1, 2, &list);
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, nr, 25U);
	KUNIT_EXPECT_EQ(test, freed, 2U);
	/* The last two of the list are the last four pages: one block again. */
	KUNIT_EXPECT_EQ(test, zone->free_orders, 0x4UL);

	local_irq_save(flags);
	freed = free_list_bulk(zone, 1, 100, &list);
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, freed, 30U);
	KUNIT_EXPECT_TRUE(test, list_empty(&list));
	KUNIT_EXPECT_EQ(test, zone->free_orders, 0x40UL);
}

struct live_block {
	struct page *page;
	unsigned int order;
};

/* The order of the free block, in the model, that a request must be served from. */
static int model_best(const struct model *model, unsigned int order)
{
	for (; order < MAX_ORDER && 1UL << order <= MODEL_PAGES; order++)
		if (model_nr_free(model, order))
			return (int)order;
	return -1;
}

static void storm_take(struct kunit *test, struct zone *zone, struct model *model,
		       struct live_block *live, unsigned int *nr_live)
{
	unsigned int order = kunit_rand_below(test, 6);
	int best = model_best(model, order);
	struct page *page = rmqueue(zone, order);
	unsigned long start;

	KUNIT_ASSERT_EQ(test, page != NULL, best >= 0);
	if (!page)
		return;
	start = page_to_pfn(page) - zone->zone_start_pfn;
	KUNIT_ASSERT_EQ(test, start & ((1UL << order) - 1), 0UL);
	/* It came from a block of the best order, which was free and stood alone. */
	KUNIT_ASSERT_TRUE(test, model_block_free(model, start & ~((1UL << best) - 1), 1UL << best));
	if (2UL << best <= MODEL_PAGES)
		KUNIT_ASSERT_FALSE(test, model_block_free(model, start & ~((2UL << best) - 1),
							  2UL << best));
	model_mark(model, start, order, false);
	live[*nr_live].page = page;
	live[(*nr_live)++].order = order;
}

static void storm_give(struct kunit *test, struct zone *zone, struct model *model,
		       struct live_block *live, unsigned int *nr_live)
{
	unsigned int i = kunit_rand_below(test, *nr_live);

	free_one_page(zone, live[i].page, live[i].order);
	model_mark(model, page_to_pfn(live[i].page) - zone->zone_start_pfn, live[i].order, true);
	live[i] = live[--*nr_live];
}

static void storm_against_model(struct kunit *test)
{
	static struct live_block live[MODEL_PAGES];
	struct zone *zone = kunit_zone(test, MODEL_PAGES);
	struct model model = {.first = 0, .nr = MODEL_PAGES};
	unsigned int rounds = kunit_soaking() ? 20000 : 400, nr_live = 0;

	model_mark(&model, 0, 7, true);
	while (rounds--) {
		/* Drift between nearly full and nearly empty. */
		if (!nr_live || kunit_rand_below(test, 100) < (rounds % 200 < 100 ? 65 : 35))
			storm_take(test, zone, &model, live, &nr_live);
		else
			storm_give(test, zone, &model, live, &nr_live);
		expect_as_model(test, zone, &model);
		KUNIT_ASSERT_TRUE(test, zone_check(zone));
	}
	while (nr_live)
		storm_give(test, zone, &model, live, &nr_live);
	KUNIT_EXPECT_EQ(test, zone->free_orders, 0x80UL);
}

/* zone_check() must see each kind of damage; its complaints become comments here. */
static bool damage_seen(struct zone *zone)
{
	bool sound;

	printk_set_prefix("# ");
	sound = zone_check(zone);
	printk_set_prefix(NULL);
	return !sound;
}

static void checker_sees_damage(struct kunit *test)
{
	struct zone *zone = kunit_zone(test, 64);
	struct page *page = rmqueue(zone, 3);
	struct page *head = list_first_entry(&zone->free_area[4].free_list, struct page, lru);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_TRUE(test, zone_check(zone));

	zone->free_pages++;
	KUNIT_EXPECT_TRUE(test, damage_seen(zone));
	zone->free_pages--;

	zone->free_area[4].nr_free++;
	KUNIT_EXPECT_TRUE(test, damage_seen(zone));
	zone->free_area[4].nr_free--;

	zone->free_orders ^= 1U << 7;
	KUNIT_EXPECT_TRUE(test, damage_seen(zone));
	zone->free_orders ^= 1U << 7;

	SetPageReserved(head);
	KUNIT_EXPECT_TRUE(test, damage_seen(zone));
	ClearPageReserved(head);

	SetPageBuddy(head + 5);
	KUNIT_EXPECT_TRUE(test, damage_seen(zone));
	ClearPageBuddy(head + 5);

	atomic_set(&head->_refcount, 1);
	KUNIT_EXPECT_TRUE(test, damage_seen(zone));
	atomic_set(&head->_refcount, 0);

	zone->zone_start_pfn += 64; /* all that is free now lies outside */
	KUNIT_EXPECT_TRUE(test, damage_seen(zone));
	zone->zone_start_pfn -= 64;

	atomic_set(&head[5]._refcount, 1);
	KUNIT_EXPECT_TRUE(test, damage_seen(zone));
	atomic_set(&head[5]._refcount, 0);

	/* The block that is out, put on the list by hand: it and its buddy are both free. */
	page->flags = page_flags_buddy(zone, 3);
	list_add(&page->lru, &zone->free_area[3].free_list);
	zone->free_area[3].nr_free++;
	zone->free_pages += 8;
	KUNIT_EXPECT_TRUE(test, damage_seen(zone));
	list_del(&page->lru);
	page->flags = page_flags_zone(zone->idx);
	zone->free_area[3].nr_free--;
	zone->free_pages -= 8;

	/* A link that does not come back. */
	head->lru.next->prev = &page->lru;
	KUNIT_EXPECT_TRUE(test, damage_seen(zone));
	head->lru.next->prev = &head->lru;

	KUNIT_EXPECT_TRUE(test, zone_check(zone));
}

/*
 * The halves of a block: a private zone of the one, all free, and the other given to the
 * real allocator, which may not merge the two.
 */
static void a_private_zone_stays_apart(struct kunit *test)
{
	struct page *block = alloc_pages(GFP_KERNEL, 5);
	struct zone *zone;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, block);
	split_page(block, 5);
	for (i = 16; i < 32; i++)
		__free_page(block + i);
	drain_all_pages(NULL);
	zone = private_zone_make(4, 0, 16);
	for (i = 0; i < 16; i++)
		__free_page(block + i);
	KUNIT_ASSERT_NOT_NULL(test, zone);
	KUNIT_ASSERT_EQ(test, zone->zone_start_pfn, page_to_pfn(block + 16));
	for (i = 0; i < 16; i++)
		free_one_page(zone, block + 16 + i, 0);
	drain_all_pages(NULL);
	KUNIT_EXPECT_EQ(test, zone->free_area[4].nr_free, 1UL);
	KUNIT_EXPECT_TRUE(test, zone_check(zone));
}

/* zone_check() finds @head on the list of @order, which it then names as @complaint does. */
static void expect_no_head(struct kunit *test, struct zone *zone, struct page *head,
			   unsigned int order, const char *complaint)
{
	unsigned long flags = head->flags;

	head->flags = page_flags_buddy(zone, order);
	list_add(&head->lru, &zone->free_area[order].free_list);
	zone->free_area[order].nr_free++;
	said_begin();
	KUNIT_EXPECT_TRUE(test, damage_seen(zone));
	KUNIT_EXPECT_NOT_NULL(test, strstr(said_end(), complaint));
	zone->free_area[order].nr_free--;
	list_del(&head->lru);
	head->flags = flags;
}

static void checker_sees_what_is_no_head(struct kunit *test)
{
	static struct page stray;
	struct zone *zone = kunit_zone(test, 64);
	struct page *page = rmqueue(zone, 3);

	KUNIT_ASSERT_NOT_NULL(test, page);
	expect_no_head(test, zone, &stray, 4, " is no page");
	atomic_set(&page[1]._refcount, 0);
	expect_no_head(test, zone, page + 1, 3, " is not aligned");
	KUNIT_EXPECT_TRUE(test, zone_check(zone));
}

static struct kunit_case buddy_test_cases[] = {
	KUNIT_CASE(split_then_merge),
	KUNIT_CASE(every_order_from_a_large_block),
	KUNIT_CASE(smallest_fit),
	KUNIT_CASE(any_order_of_freeing),
	KUNIT_CASE(edges),
	KUNIT_CASE(bulk),
	KUNIT_CASE(storm_against_model),
	KUNIT_CASE(checker_sees_damage),
	KUNIT_CASE(a_private_zone_stays_apart),
	KUNIT_CASE(checker_sees_what_is_no_head),
	{},
};

static struct kunit_suite buddy_test_suite = {
	.name = "buddy",
	.init = page_alloc_test_init,
	.exit = page_alloc_test_exit,
	.test_cases = buddy_test_cases,
};

kunit_test_suite(buddy_test_suite);
