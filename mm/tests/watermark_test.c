/* SPDX-License-Identifier: MIT */
/*
 * Watermarks, reserves, and what happens when memory runs out: who is refused at
 * which point exactly, what is tried before that, and that all of it comes back.
 *
 * Several cases take all of memory into their hands. Interrupts allocate nothing
 * here, so the numbers are exact.
 */
#include <kernel/lib/list.h>
#include <kernel/lib/math64.h>

#include <mm/shrinker.h>
#include <mm/tests/page_alloc_test.h>

static struct hoard hoard;
static struct list_head held_raw; /* blocks of the largest order, taken from under the allocator */

static int watermark_init(struct kunit *test)
{
	hoard_init(&hoard);
	INIT_LIST_HEAD(&held_raw);
	return page_alloc_test_init(test);
}

static void watermark_exit(struct kunit *test)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &held_raw, lru)
		free_one_page(page_zone(page), page, MAX_ORDER - 1);
	hoard_free(&hoard);
	page_alloc_test_exit(test);
}

/*
 * The rules
 */

static const struct watermark_case {
	unsigned long free;
	unsigned int order;
	unsigned long mark;
	enum zone_type highest;
	unsigned int alloc_flags;
	bool ok;
} watermark_cases[] = {
	{101, 0, 100, ZONE_DMA, 0, true},
	{100, 0, 100, ZONE_DMA, 0, false},
	{0, 0, 0, ZONE_DMA, 0, false},
	{1, 0, 0, ZONE_DMA, 0, true},
	/* the reserve is kept from those who could go higher */
	{110, 0, 100, ZONE_NORMAL, 0, false},
	{111, 0, 100, ZONE_NORMAL, 0, true},
	{130, 0, 100, ZONE_HIGHMEM, 0, false},
	{131, 0, 100, ZONE_HIGHMEM, 0, true},
	/* of a block all but one page count as gone already */
	{107, 3, 100, ZONE_DMA, 0, false},
	{108, 3, 100, ZONE_DMA, 0, true},
	{1023, 10, 0, ZONE_DMA, 0, false},
	{1024, 10, 0, ZONE_DMA, 0, true},
	/* half, three quarters, and both in turn: 100 -> 50 -> 38 */
	{50, 0, 100, ZONE_DMA, ALLOC_HIGH, false},
	{51, 0, 100, ZONE_DMA, ALLOC_HIGH, true},
	{75, 0, 100, ZONE_DMA, ALLOC_HARDER, false},
	{76, 0, 100, ZONE_DMA, ALLOC_HARDER, true},
	{38, 0, 100, ZONE_DMA, ALLOC_HIGH | ALLOC_HARDER, false},
	{39, 0, 100, ZONE_DMA, ALLOC_HIGH | ALLOC_HARDER, true},
};

static void watermark_rule(struct kunit *test)
{
	struct zone zone = {.lowmem_reserve = {0, 10, 30}};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(watermark_cases); i++) {
		const struct watermark_case *c = &watermark_cases[i];

		zone.free_pages = c->free;
		if (zone_watermark_ok(&zone, c->order, c->mark, c->highest, c->alloc_flags) !=
		    c->ok)
			KUNIT_FAIL(test, "case %u: expected %d", i, c->ok);
	}
}

static void flags_of_requests(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, gfp_to_alloc_flags(GFP_KERNEL), 0U);
	KUNIT_EXPECT_EQ(test, gfp_to_alloc_flags(GFP_NOWAIT), 0U);
	KUNIT_EXPECT_EQ(test, gfp_to_alloc_flags(GFP_KERNEL | __GFP_HIGH), ALLOC_HIGH);
	KUNIT_EXPECT_EQ(test, gfp_to_alloc_flags(GFP_ATOMIC), ALLOC_HIGH | ALLOC_HARDER);
	KUNIT_EXPECT_EQ(test, gfp_to_alloc_flags(GFP_ATOMIC | __GFP_NOMEMALLOC), ALLOC_HIGH);
	KUNIT_EXPECT_EQ(test, gfp_to_alloc_flags(GFP_KERNEL | __GFP_MEMALLOC), ALLOC_NO_WATERMARKS);
	KUNIT_EXPECT_EQ(test, gfp_to_alloc_flags(__GFP_MEMALLOC | __GFP_NOMEMALLOC), 0U);
}

/* The largest r with r * r <= x, found the slow way. */
static unsigned long slow_sqrt(unsigned long x)
{
	unsigned long r = 0;

	while ((r + 1) * (r + 1) <= x)
		r++;
	return r;
}

static void skip_if_told(struct kunit *test)
{
	if (user_min_free_kbytes >= 0)
		kunit_skip(test, "min_free_kbytes= is given");
}

/* Linux's formula, computed anew: four times the root of the low memory in KiB. */
static void watermark_formula(struct kunit *test)
{
	struct zone *zones = contig_page_data.node_zones, *zone;
	unsigned long low = 0, kbytes, pages_min;

	skip_if_told(test);
	for_each_populated_zone(zone)
		if (!is_highmem(zone))
			low += zone->managed_pages;
	kbytes = slow_sqrt(low * 4 * 16);
	pages_min = clamp(kbytes, 128UL, 262144UL) / 4;

	for_each_populated_zone(zone) {
		unsigned long managed = zone->managed_pages;
		unsigned long share = (unsigned long)div_u64((u64)pages_min * managed, (u32)low);
		unsigned long gap = max(share / 4, managed / 1000);
		unsigned long wmark_min = share;

		if (is_highmem(zone))
			wmark_min = min(max(managed / 1024, 32UL), 128UL);
		KUNIT_EXPECT_EQ(test, min_wmark_pages(zone), wmark_min);
		KUNIT_EXPECT_EQ(test, low_wmark_pages(zone), wmark_min + gap);
		KUNIT_EXPECT_EQ(test, high_wmark_pages(zone), wmark_min + 2 * gap);
	}
	KUNIT_EXPECT_EQ(test, zones[ZONE_DMA].lowmem_reserve[ZONE_DMA], 0UL);
	KUNIT_EXPECT_EQ(test, zones[ZONE_DMA].lowmem_reserve[ZONE_NORMAL],
			zones[ZONE_NORMAL].managed_pages / 256);
	KUNIT_EXPECT_EQ(test, zones[ZONE_DMA].lowmem_reserve[ZONE_HIGHMEM],
			(zones[ZONE_NORMAL].managed_pages + zones[ZONE_HIGHMEM].managed_pages) /
				256);
	KUNIT_EXPECT_EQ(test, zones[ZONE_NORMAL].lowmem_reserve[ZONE_HIGHMEM],
			zones[ZONE_NORMAL].managed_pages ? zones[ZONE_HIGHMEM].managed_pages / 32
							 : 0);
}

/* min_free_kbytes= in place of the formula; with 0 the last page goes to whoever asks. */
static void watermark_as_told(struct kunit *test)
{
	struct zone *zones = contig_page_data.node_zones;
	unsigned long lowmem = zones[ZONE_DMA].managed_pages + zones[ZONE_NORMAL].managed_pages;
	int before = user_min_free_kbytes;
	struct zone *zone;
	unsigned int kbytes;

	for (kbytes = 0; kbytes <= 4096; kbytes += 1024) {
		user_min_free_kbytes = (int)kbytes;
		init_per_zone_wmark_min();
		for_each_populated_zone(zone) {
			if (is_highmem(zone))
				continue;
			KUNIT_EXPECT_EQ(test, min_wmark_pages(zone),
					(unsigned long)div_u64(
						(u64)zone->managed_pages * (kbytes / 4), lowmem));
			KUNIT_EXPECT_GE(test, low_wmark_pages(zone), min_wmark_pages(zone));
		}
	}
	user_min_free_kbytes = 0;
	init_per_zone_wmark_min();
	hoard_all(&hoard, GFP_KERNEL);
	for_each_populated_zone(zone)
		if (!is_highmem(zone))
			KUNIT_EXPECT_LE(test, zone->free_pages, zone->lowmem_reserve[ZONE_NORMAL]);
	hoard_free(&hoard);
	user_min_free_kbytes = before;
	init_per_zone_wmark_min();
}

/*
 * Running out
 */

/* What a zone keeps of itself from a request with this mark and highest zone. */
static unsigned long kept(const struct zone *zone, unsigned long mark, enum zone_type highest)
{
	return mark + zone->lowmem_reserve[highest];
}

/*
 * With @gfp all is taken that it can get. Each zone it may use is then at its mark to
 * the page, the others are untouched.
 */
static void exhausted_by(struct kunit *test, gfp_t gfp)
{
	unsigned long untouched[MAX_NR_ZONES] = {0}, mark;
	enum zone_type highest = gfp_zone(gfp);
	struct zone *zone;

	for_each_populated_zone(zone)
		untouched[zone->idx] = zone->free_pages;
	hoard_all(&hoard, gfp);
	drain_all_pages(NULL);
	for_each_populated_zone(zone) {
		mark = kept(zone, min_wmark_pages(zone), highest);
		KUNIT_EXPECT_EQ(test, zone->free_pages,
				zone->idx <= highest ? min(mark, untouched[zone->idx])
						     : untouched[zone->idx]);
	}
	KUNIT_EXPECT_NULL(test, alloc_page(gfp | __GFP_NOWARN));
	KUNIT_EXPECT_TRUE(test, page_alloc_check());
	hoard_free(&hoard);
}

static void exhaustion(struct kunit *test)
{
	exhausted_by(test, GFP_KERNEL | GFP_DMA);
	mm_quiesce();
	exhausted_by(test, GFP_KERNEL);
	mm_quiesce();
	exhausted_by(test, GFP_HIGHUSER);
	mm_quiesce();
	exhausted_by(test, GFP_NOWAIT);
}

static bool all_zones_low(void)
{
	struct zone *zone;

	for_each_populated_zone(zone)
		if (zone->free_pages > kept(zone, low_wmark_pages(zone), ZONE_HIGHMEM))
			return false;
	return true;
}

/*
 * Highmem first, and the lower zones when it has given what it can: down to the low
 * watermark of each, and then once more, down to min.
 */
static void fallback(struct kunit *test)
{
	enum zone_type last = MAX_NR_ZONES - 1, lowest = MAX_NR_ZONES - 1, expected = 0;
	const struct zone *zones = contig_page_data.node_zones;
	unsigned int climbs = 0;
	struct page *page;

	while ((page = alloc_pages(GFP_HIGHUSER | __GFP_NOWARN, 0)) != NULL) {
		struct zone *zone = page_zone(page);

		list_add(&page->lru, &hoard.blocks);
		if (zone->idx > last) {
			climbs++;
			KUNIT_EXPECT_TRUE(test, all_zones_low());
		}
		last = zone->idx;
		lowest = min(lowest, last);
		/* Page by page it would take long: skip the middle of a large zone. */
		if (zone->free_pages > high_wmark_pages(zone) + 4096) {
			page = rmqueue(zone, MAX_ORDER - 1);
			if (page)
				list_add(&page->lru, &held_raw);
		}
	}
	KUNIT_EXPECT_LE(test, climbs, 1U);
	/* Beside much high memory, a zone may be reserved as a whole for those who need it. */
	while (zones[expected].managed_pages <=
	       zones[expected].lowmem_reserve[gfp_zone(GFP_HIGHUSER)])
		expected++;
	KUNIT_EXPECT_EQ(test, lowest, expected);
}

/* GFP_ATOMIC goes on where GFP_KERNEL stops, and stops at three eighths of min. */
static void atomic_reserve(struct kunit *test)
{
	unsigned long pages = 0, expected = 0, mark;
	struct zone *zone;
	struct page *page;

	skip_if_told(test);
	hoard_all(&hoard, GFP_KERNEL);
	KUNIT_ASSERT_NULL(test, alloc_page(GFP_KERNEL | __GFP_NOWARN));
	KUNIT_ASSERT_NULL(test, alloc_page(GFP_NOWAIT | __GFP_NOWARN));
	for_each_populated_zone(zone) {
		if (is_highmem(zone))
			continue;
		mark = min_wmark_pages(zone);
		mark -= mark / 2;
		mark -= mark / 4;
		expected += zone->free_pages - kept(zone, mark, ZONE_NORMAL);
	}
	while ((page = alloc_page(GFP_ATOMIC | __GFP_NOWARN)) != NULL) {
		list_add(&page->lru, &hoard.blocks);
		pages++;
		/* What an atomic request was given is not there for others to take. */
		KUNIT_ASSERT_NULL(test, alloc_page(GFP_NOWAIT | __GFP_NOWARN));
	}
	KUNIT_EXPECT_EQ(test, pages, expected);
	KUNIT_EXPECT_GT(test, pages, 0UL);

	/* Only who frees memory in turn gets the rest, to the last page. */
	hoard_all(&hoard, __GFP_MEMALLOC);
	for_each_populated_zone(zone)
		if (!is_highmem(zone))
			KUNIT_EXPECT_EQ(test, zone->free_pages, 0UL);
	KUNIT_EXPECT_NULL(test, alloc_page(__GFP_MEMALLOC | __GFP_NOWARN));
}

/* All of memory, given back in any order, coalesces to what it was: the exit hook looks. */
static void random_fill_and_free(struct kunit *test)
{
	LIST_HEAD(odd);
	struct page *page;
	unsigned int order, misses = 0;

	while (misses < 20) {
		order = kunit_rand_below(test, MAX_ORDER);
		page = alloc_pages(GFP_HIGHUSER | __GFP_NOWARN, order);
		misses = page ? 0 : misses + 1;
		if (!page)
			continue;
		/* Deal blocks onto both ends of two lists, which shuffles them. */
		switch (kunit_rand_below(test, 4)) {
		case 0:
			list_add(&page->lru, &hoard.blocks);
			break;
		case 1:
			list_add_tail(&page->lru, &hoard.blocks);
			break;
		case 2:
			list_add(&page->lru, &odd);
			break;
		default:
			list_add_tail(&page->lru, &odd);
		}
	}
	KUNIT_EXPECT_TRUE(test, page_alloc_check());
	list_splice_tail(&odd, &hoard.blocks);
	hoard_free(&hoard);
}

/*
 * What is tried before giving up
 */

struct test_shrinker {
	struct shrinker shrinker;
	struct hoard hoard; /* what it can give back */
	unsigned long give; /* blocks at a time */
	unsigned int calls;
	bool nested_reclaimed; /* did a request made inside it run shrinkers? */
};

static unsigned long test_count(struct shrinker *shrinker, struct shrink_control *sc __unused)
{
	struct test_shrinker *t = container_of(shrinker, struct test_shrinker, shrinker);

	return list_empty(&t->hoard.blocks) ? 0 : t->give;
}

static unsigned long test_scan(struct shrinker *shrinker, struct shrink_control *sc)
{
	struct test_shrinker *t = container_of(shrinker, struct test_shrinker, shrinker);
	unsigned long freed = 0;

	t->calls++;
	t->nested_reclaimed |= shrink_slab(sc->gfp_mask) != 0;
	for (; freed < sc->nr_to_scan && !list_empty(&t->hoard.blocks); freed++)
		hoard_free_one(&t->hoard);
	return freed;
}

static struct test_shrinker test_shrinker = {
	.shrinker = {.count_objects = test_count, .scan_objects = test_scan},
};

/* A cache that holds @pages single pages, with the rest of memory taken. */
static void shrinker_setup(struct kunit *test, unsigned long pages, unsigned long give)
{
	struct page *page;

	hoard_init(&test_shrinker.hoard);
	test_shrinker.give = give;
	test_shrinker.calls = 0;
	test_shrinker.nested_reclaimed = false;
	while (test_shrinker.hoard.pages < pages) {
		page = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, page);
		list_add(&page->lru, &test_shrinker.hoard.blocks);
		test_shrinker.hoard.pages++;
	}
	hoard_all(&hoard, GFP_KERNEL);
	register_shrinker(&test_shrinker.shrinker, "test");
}

static void shrinker_teardown(void)
{
	unregister_shrinker(&test_shrinker.shrinker);
	hoard_free(&test_shrinker.hoard);
}

/* One call is enough when one call helps; and nobody who must not sleep makes one. */
static void shrinkers_run_before_failure(struct kunit *test)
{
	struct page *page;

	shrinker_setup(test, 8, 1);
	KUNIT_EXPECT_NULL(test, alloc_page(GFP_NOWAIT | __GFP_NOWARN));
	KUNIT_EXPECT_EQ(test, test_shrinker.calls, 0U);

	page = alloc_page(GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, test_shrinker.calls, 1U);
	KUNIT_EXPECT_FALSE(test, test_shrinker.nested_reclaimed);
	KUNIT_EXPECT_EQ(test, test_shrinker.hoard.pages, 7UL);
	if (page)
		__free_page(page);
	shrinker_teardown();
}

/* Larger blocks may take several rounds; __GFP_NORETRY makes only one. */
static void shrinkers_run_while_they_help(struct kunit *test)
{
	unsigned int calls;

	shrinker_setup(test, 40, 2);
	/* 2^9 pages cannot come of it: it ends when the rounds are used up. */
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL | __GFP_NOWARN | __GFP_NORETRY, 9));
	KUNIT_EXPECT_EQ(test, test_shrinker.calls, 1U);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL | __GFP_NOWARN, 9));
	calls = test_shrinker.calls;
	KUNIT_EXPECT_GT(test, calls, 2U);
	KUNIT_EXPECT_LT(test, calls, 40U);
	KUNIT_EXPECT_EQ(test, test_shrinker.hoard.pages, 40UL - 2 * calls);
	shrinker_teardown();
}

/* Pages on per-CPU lists are found before the request fails, also by those who cannot wait. */
static void lists_are_drained_before_failure(struct kunit *test)
{
	struct page *page, *buddy;

	page = alloc_pages(GFP_KERNEL, 1);
	KUNIT_ASSERT_NOT_NULL(test, page);
	split_page(page, 1);
	buddy = page + 1;
	hoard_all(&hoard, GFP_KERNEL);
	/* Two single pages on the list; no block of two anywhere above the watermark. */
	__free_page(page);
	__free_page(buddy);
	KUNIT_EXPECT_TRUE(test, PagePcp(page) || PageBuddy(page));
	page = alloc_pages(GFP_NOWAIT | __GFP_NOWARN, 1);
	KUNIT_EXPECT_NOT_NULL(test, page);
	if (page)
		__free_pages(page, 1);
}

/*
 * Reports
 */

static void failure_is_reported(struct kunit *test)
{
	struct page *volatile page = NULL;

	hoard_all(&hoard, GFP_KERNEL);
	KUNIT_EXPECT_WARN(test,
			  "page allocation failure: order:0, mode:0x40cc0(GFP_KERNEL|__GFP_COMP)",
			  page = alloc_page(GFP_KERNEL | __GFP_COMP));
	KUNIT_EXPECT_NULL(test, page);
	/* Once in ten seconds is enough: this one is silent. */
	KUNIT_EXPECT_NULL(test, alloc_page(GFP_KERNEL));

	nopage_rs = (struct ratelimit_state){.interval = 1000, .burst = 1};
	KUNIT_EXPECT_NULL(test, alloc_page(GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_WARN(test, "page allocation failure: order:10, mode:0xa20(GFP_ATOMIC)",
			  page = alloc_pages(GFP_ATOMIC, MAX_ORDER - 1));
	KUNIT_EXPECT_NULL(test, page);
}

static void nofail_panics(struct kunit *test)
{
	hoard_all(&hoard, GFP_HIGHUSER);
	hoard_all(&hoard, __GFP_MEMALLOC | __GFP_HIGHMEM);
	/* Both the report and the panic name the flag; __GFP_NOWARN does not silence them. */
	KUNIT_EXPECT_PANIC(test, "__GFP_NOFAIL",
			   (void)!alloc_page(GFP_KERNEL | __GFP_NOFAIL | __GFP_NOWARN));
}

/* As long as there is a page at all, it is served. */
static void nofail_takes_the_last_page(struct kunit *test)
{
	struct page *page;

	hoard_all(&hoard, GFP_KERNEL);
	while (contig_page_data.preferred_zone[0]->free_pages) {
		page = alloc_page(GFP_KERNEL | __GFP_NOFAIL | __GFP_NOWARN);
		KUNIT_ASSERT_NOT_NULL(test, page);
		list_add(&page->lru, &hoard.blocks);
	}
}

static struct kunit_case watermark_test_cases[] = {
	KUNIT_CASE(watermark_rule),
	KUNIT_CASE(flags_of_requests),
	KUNIT_CASE(watermark_formula),
	KUNIT_CASE(watermark_as_told),
	KUNIT_CASE(exhaustion),
	KUNIT_CASE(fallback),
	KUNIT_CASE(atomic_reserve),
	KUNIT_CASE(random_fill_and_free),
	KUNIT_CASE(shrinkers_run_before_failure),
	KUNIT_CASE(shrinkers_run_while_they_help),
	KUNIT_CASE(lists_are_drained_before_failure),
	KUNIT_CASE(failure_is_reported),
	KUNIT_CASE(nofail_panics),
	KUNIT_CASE(nofail_takes_the_last_page),
	{},
};

static struct kunit_suite watermark_test_suite = {
	.name = "watermark",
	.init = watermark_init,
	.exit = watermark_exit,
	.test_cases = watermark_test_cases,
};

kunit_test_suite(watermark_test_suite);
