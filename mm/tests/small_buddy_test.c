/* SPDX-License-Identifier: MIT */
/*
 * The buddy system, exhaustively: everything that can be done to a zone of 16 pages.
 *
 * The oracle is a map of the pages, who holds which. Merging is eager, so the map
 * determines the free lists: the blocks in them are the largest aligned ones that the
 * free pages fill. A request fails if and only if no aligned run of free pages is large
 * enough, is served from a smallest block that will do, and gets its lower end; and when
 * all is freed the zone is one block again.
 *
 * Which of several smallest blocks a request gets depends on the order of the free list,
 * and so on the past. That order is of no other consequence: the allocator looks at no
 * entry but the first, and merging takes out whatever entry the buddy is. So there are
 * two worlds. In one the explorer chooses: it moves each block in turn to the front of
 * its list, and then a state is the map alone, of which there are f(4) = 458330, where
 * f(0) = 2 and f(k + 1) = f(k)^2 + 1: a block of pages is either handed out whole, or it
 * is two halves in whatever state each. In the other the lists are left as they come,
 * their order is part of the state, and what is tried is exactly what callers can do.
 */
#include <kernel/lib/list.h>
#include <kernel/lib/vsprintf.h>

#include <mm/tests/page_alloc_test.h>
#include <mm/tests/small.h>

#define MAX_PAGES   16U
#define NR_ORDERS   5U
#define MAX_CHOICES 8U

/*
 * Operations: MAX_CHOICES for each order, the request served from the n-th block, by
 * address, of its source list; then freeing the block that begins at each page.
 */
#define OP_FREE (NR_ORDERS * MAX_CHOICES)
#define NR_OPS  (OP_FREE + MAX_PAGES)

enum { FREE, TAIL, HEAD }; /* HEAD + order for the first page of a block that is out */

static struct zone *zone;
static unsigned int nr_pages, top; /* of the zone: pages, and order of all of it */
static u8 owner[MAX_PAGES];
static u32 free_map; /* bit n: owner[n] is FREE */
static bool lists_as_they_come;

/* --- the oracle ------------------------------------------------------------------------------ */

static u32 run_of(unsigned int start, unsigned int order)
{
	return ((1U << (1U << order)) - 1) << start;
}

/* The free runs of an order, each aligned to its size: bit n is of the one at page n. */
static u32 runs_of(unsigned int order)
{
	static const u32 starts[] = {0xffff, 0x5555, 0x1111, 0x0101, 0x0001};
	u32 runs = free_map;
	unsigned int k;

	if (order > top)
		return 0;
	for (k = 0; k < order; k++) /* twice as long: a half, and the other half behind it */
		runs &= runs >> (1U << k);
	return runs & starts[order];
}

/* The free blocks of an order: the runs that are half of no larger one. */
static u32 blocks_of(unsigned int order)
{
	u32 larger = runs_of(order + 1);

	if (order > top)
		return 0;
	return runs_of(order) & ~(larger | larger << (1U << order));
}

/* The order of the smallest blocks that can serve a request, or NR_ORDERS. */
static unsigned int source_of(unsigned int order)
{
	while (order < NR_ORDERS && !blocks_of(order))
		order++;
	return order;
}

/* The n-th set bit of @blocks, from 0, or -1. */
static int nth_block(u32 blocks, unsigned int n)
{
	while (n-- && blocks)
		blocks &= blocks - 1;
	return blocks ? __builtin_ctz(blocks) : -1;
}

/* --- the zone -------------------------------------------------------------------------------- */

static struct page *page_at(unsigned int n)
{
	return pfn_to_page(zone->zone_start_pfn + n);
}

static void give_back(unsigned int start)
{
	unsigned int order = owner[start] - HEAD;

	free_one_page(zone, page_at(start), order);
	memset(owner + start, FREE, 1U << order);
	free_map |= run_of(start, order);
}

static void buddy_reset(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < nr_pages; i++)
		if (owner[i] >= HEAD)
			give_back(i);
	if (zone->free_orders != 1UL << top || zone->free_area[top].nr_free != 1)
		KUNIT_FAIL(test, "all is free, but the orders are %#lx", zone->free_orders);
}

static bool buddy_possible(unsigned int op)
{
	unsigned int order = op / MAX_CHOICES, choice = op % MAX_CHOICES, source;

	if (op >= OP_FREE)
		return op - OP_FREE < nr_pages && owner[op - OP_FREE] >= HEAD;
	if (order > top)
		return false;
	if (!choice)
		return true;
	source = source_of(order);
	return !lists_as_they_come && source < NR_ORDERS &&
	       nth_block(blocks_of(source), choice) >= 0;
}

/* Let the chosen block be the first of its list; nothing when there is none to choose. */
static void bring_to_front(unsigned int source, unsigned int choice)
{
	int start = source < NR_ORDERS ? nth_block(blocks_of(source), choice) : -1;

	if (start >= 0 && !lists_as_they_come)
		list_move(&page_at(start)->lru, &zone->free_area[source].free_list);
}

static void take(struct kunit *test, unsigned int order, unsigned int choice)
{
	unsigned int source = source_of(order), start, block;
	bool there = runs_of(order);
	struct page *page;

	bring_to_front(source, choice);
	page = rmqueue(zone, order);
	if (!page != !there)
		KUNIT_FAIL(test, "order %u %s, and there is %s", order, page ? "served" : "refused",
			   there ? "a run" : "none");
	if (!page || !there)
		return;
	start = page_to_pfn(page) - zone->zone_start_pfn;
	block = start & ~((1U << source) - 1);
	if (start >= nr_pages || start != block || !(blocks_of(source) & 1U << block)) {
		KUNIT_FAIL(test, "order %u got page %u, not the start of a block of order %u",
			   order, start, source);
		return;
	}
	if (!lists_as_they_come && (int)start != nth_block(blocks_of(source), choice))
		KUNIT_FAIL(test, "order %u got page %u, not the first of the list", order, start);
	memset(owner + start, TAIL, 1U << order);
	owner[start] = HEAD + order;
	free_map &= ~run_of(start, order);
}

static void buddy_step(struct kunit *test, unsigned int op)
{
	if (op >= OP_FREE)
		give_back(op - OP_FREE);
	else
		take(test, op / MAX_CHOICES, op % MAX_CHOICES);
}

/* The blocks that the zone has on a list, as blocks_of(). */
static u32 listed(unsigned int order)
{
	struct page *page;
	u32 blocks = 0;

	list_for_each_entry(page, &zone->free_area[order].free_list, lru)
		blocks |= 1U << (page_to_pfn(page) - zone->zone_start_pfn);
	return blocks;
}

/* The lists' members in their order; how many there are follows from the map. */
static u64 order_of_lists(void)
{
	struct page *page;
	unsigned int order;
	u64 word = 0;

	for (order = 0; order <= top; order++)
		list_for_each_entry(page, &zone->free_area[order].free_list, lru)
			word = word << (top - order) |
			       (page_to_pfn(page) - zone->zone_start_pfn) >> order;
	return word;
}

static void buddy_look(struct kunit *test, struct small_key *key)
{
	unsigned int order, i, nr_free = 0;

	*key = (struct small_key){};
	for (i = 0; i < nr_pages; i++) {
		key->word[0] = key->word[0] << 3 | owner[i];
		nr_free += owner[i] == FREE;
	}
	if (!zone_check(zone))
		KUNIT_FAIL(test, "zone_check() complains");
	if (zone->free_pages != nr_free)
		KUNIT_FAIL(test, "%lu pages free, not %u", zone->free_pages, nr_free);
	for (order = 0; order < MAX_ORDER; order++)
		if (listed(order) != blocks_of(order))
			KUNIT_FAIL(test, "order %u: blocks %#x are free, not %#x", order,
				   listed(order), blocks_of(order));
	if (lists_as_they_come && test->status != KUNIT_FAILURE)
		key->word[1] = order_of_lists();
}

static void buddy_describe(unsigned int op, char *buf, size_t size)
{
	if (op >= OP_FREE)
		scnprintf(buf, size, "free page %u", op - OP_FREE);
	else
		scnprintf(buf, size, "take order %u, choice %u", op / MAX_CHOICES,
			  op % MAX_CHOICES);
}

static void explore_zone(struct kunit *test, unsigned int pages, bool as_they_come,
			 const struct small_world *world)
{
	nr_pages = pages;
	top = (unsigned int)__builtin_ctz(pages);
	lists_as_they_come = as_they_come;
	memset(owner, FREE, sizeof(owner));
	free_map = run_of(0, top);
	zone = kunit_zone(test, pages);
	small_explore(test, world);
}

#define BUDDY_WORLD(world_name, depth_at_boot, depth_at_most)                                      \
	{                                                                                          \
		.name = world_name, .nr_ops = NR_OPS, .depth = depth_at_boot,                      \
		.deepest = depth_at_most, .reset = buddy_reset, .possible = buddy_possible,        \
		.step = buddy_step, .look = buddy_look, .describe = buddy_describe,                \
	}

/* Half as large, it is done at each boot. */
static void eight_pages(struct kunit *test)
{
	static const struct small_world world = BUDDY_WORLD("buddy of 8 pages", 0, 0);

	explore_zone(test, 8, false, &world);
}

static void sixteen_pages(struct kunit *test)
{
	static const struct small_world world = BUDDY_WORLD("buddy of 16 pages", 5, 0);

	explore_zone(test, 16, false, &world);
}

static void lists_in_their_order(struct kunit *test)
{
	static const struct small_world world = BUDDY_WORLD("buddy, lists as they come", 5, 11);

	explore_zone(test, 16, true, &world);
}

/* What the explorer remembers may need page tables, which stay: so lists are not compared. */
static void small_buddy_exit(struct kunit *test)
{
	small_explore_end();
	kunit_zone_end();
	KUNIT_EXPECT_TRUE(test, page_alloc_check());
}

static struct kunit_case small_buddy_cases[] = {
	KUNIT_CASE(eight_pages),
	KUNIT_CASE(sixteen_pages),
	KUNIT_CASE(lists_in_their_order),
	{},
};

static struct kunit_suite small_buddy_suite = {
	.name = "small_buddy",
	.exit = small_buddy_exit,
	.test_cases = small_buddy_cases,
};
kunit_test_suite(small_buddy_suite);
