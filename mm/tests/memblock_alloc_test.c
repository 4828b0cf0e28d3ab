/* SPDX-License-Identifier: MIT */
/*
 * Tests of allocation from memblock: which place, in both directions, and when none;
 * and of the hand-over. Places are invented addresses, taken by the calls that do not
 * write; what clears memory runs in the arena.
 */
#include <mm/tests/memblock_test.h>
#include <kernel/printk.h>

#define ANY MEMBLOCK_ALLOC_ACCESSIBLE

/* ---- Where ------------------------------------------------------------------------- */

static void top_down_takes_the_highest(struct kunit *test)
{
	memblock_add(MIB(1), MIB(1));
	memblock_add(MIB(4), MIB(1));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(KIB(64), 64), MIB(5) - KIB(64));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(KIB(64), 64), MIB(5) - KIB(128));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(MIB(1), 64), MIB(1)); /* exactly fits */
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(100, 64), MIB(5) - KIB(128) - 128);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(28, 4), MIB(5) - KIB(128) - 28);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(MIB(1), 64), 0U);
	EXPECT_RESERVED(test, {MIB(1), MIB(2), 0}, {MIB(5) - KIB(128) - 128, MIB(5), 0});
}

static void bottom_up_takes_the_lowest(struct kunit *test)
{
	memblock_set_bottom_up(true);
	memblock_add(MIB(1), KIB(64));
	memblock_add(MIB(4), MIB(1));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(100, 64), MIB(1));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(100, 64), MIB(1) + 128);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(28, 4), MIB(1) + 100);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(KIB(64), 64), MIB(4)); /* does not fit below */
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(MIB(1) - KIB(64), 64), MIB(4) + KIB(64));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(KIB(64), 4), 0U);
	EXPECT_RESERVED(test, {MIB(1), MIB(1) + 228, 0}, {MIB(4), MIB(5), 0});
}

/* A list of four reservations with gaps of 1, 2, 3 and 1 pages: the first that fits. */
static void gaps_between_reservations(struct kunit *test)
{
	memblock_add(MIB(1), PAGES(11));
	memblock_reserve(MIB(1) + PAGES(1), PAGES(1));
	memblock_reserve(MIB(1) + PAGES(4), PAGES(1));
	memblock_reserve(MIB(1) + PAGES(8), PAGES(1));
	memblock_reserve(MIB(1) + PAGES(10), PAGES(1));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(PAGES(2), PAGES(1)), MIB(1) + PAGES(6));
	memblock_set_bottom_up(true);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(PAGES(2), PAGES(1)), MIB(1) + PAGES(2));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(PAGES(2), PAGES(1)), 0U);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(PAGES(1), PAGES(1)), MIB(1));
	memblock_set_bottom_up(false);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(PAGES(1), PAGES(1)), MIB(1) + PAGES(9));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(PAGES(1), PAGES(1)), MIB(1) + PAGES(5));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(1, 1), 0U);
	EXPECT_RESERVED(test, {MIB(1), MIB(1) + PAGES(11), 0});
}

static const bool directions[] = {false, true};

static void describe_direction(const bool *bottom_up, char *desc)
{
	strscpy(desc, *bottom_up ? "bottom-up" : "top-down", KUNIT_PARAM_DESC_SIZE);
}
KUNIT_ARRAY_PARAM(direction, directions, describe_direction)

static void set_direction(struct kunit *test)
{
	memblock_set_bottom_up(*(const bool *)test->param_value);
}

static void never_the_first_page(struct kunit *test)
{
	set_direction(test);
	memblock_add(0, PAGES(1));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(1, 1), 0U);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc_range(1, 1, 0, PAGES(1)), 0U);
	memblock_add(PAGES(1), 64);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(65, 1), 0U);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(64, 64), PAGES(1));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(1, 1), 0U);
	EXPECT_RESERVED(test, {PAGES(1), PAGES(1) + 64, 0});
}

static void alignment(struct kunit *test)
{
	phys_addr_t first;

	set_direction(test);
	memblock_add(MIB(1) + 4, MIB(3)); /* holds 2 MiB and 4 MiB - 4 */
	first = memblock_phys_alloc(8, MIB(1));
	KUNIT_EXPECT_EQ(test, first, memblock_bottom_up() ? MIB(2) : MIB(3));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(8, MIB(4)), 0U); /* 4 MiB + 8 is too far */
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(4, MIB(4)), MIB(4));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(4, MIB(8)), 0U);
	/* Nothing asked for is a cache line. */
	first = memblock_phys_alloc(1, 0);
	KUNIT_EXPECT_EQ(test, first, memblock_bottom_up() ? MIB(1) + 64 : MIB(4) - 64);
}

/* Rounding up from here leaves the address space; there is no place then. */
static void alignment_at_the_top(struct kunit *test)
{
	set_direction(test);
	memblock_add(PHYS_ADDR_MAX - KIB(1), KIB(1));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(1, KIB(4)), 0U);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(KIB(2), 1), 0U);
	memblock_add(MIB(1), KIB(8)); /* and the walk goes on */
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(KIB(8), KIB(4)), MIB(1));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(KIB(1), 1), PHYS_ADDR_MAX - KIB(1));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(1, 1), 0U);
}

static void within_bounds(struct kunit *test)
{
	bool up;

	set_direction(test);
	up = memblock_bottom_up();
	memblock_add(MIB(1), MIB(4));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc_range(KIB(8), 4, MIB(2), MIB(3)),
			up ? MIB(2) : MIB(3) - KIB(8));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc_range(KIB(8), 4, MIB(4), MIB(4) + KIB(8)),
			MIB(4));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc_range(KIB(8), 4, MIB(1), MIB(1) + KIB(8) - 1),
			0U);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc_range(1, 1, MIB(1), MIB(1)), 0U);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc_range(1, 1, MIB(3), MIB(1)), 0U);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc_range(1, 1, MIB(5), ANY), 0U);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc_range(1, 1, 0, MIB(1)), 0U);
	/* The bounds need not lie in memory. */
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc_range(KIB(4), 4, KIB(64), PHYS_ADDR_MAX),
			up ? MIB(1) : MIB(5) - KIB(4));
}

static void below_the_current_limit(struct kunit *test)
{
	bool up;

	set_direction(test);
	up = memblock_bottom_up();
	memblock_add(MIB(1), MIB(1));
	memblock_add(MIB(3), MIB(1));
	memblock_set_current_limit(MIB(3) + KIB(8));
	KUNIT_EXPECT_EQ(test, memblock_get_current_limit(), MIB(3) + KIB(8));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc_range(KIB(8), 4, MIB(2), ANY), MIB(3));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc_range(1, 1, MIB(2), ANY), 0U);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(KIB(4), 4), up ? MIB(1) : MIB(2) - KIB(4));
	/* By physical address one may name a higher end, by pointer not. */
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc_range(KIB(4), 4, MIB(2), MIB(4)),
			up ? MIB(3) + KIB(8) : MIB(4) - KIB(4));
	KUNIT_EXPECT_PTR_EQ(test, memblock_alloc_try_nid_raw(MIB(1), 4, 0, MIB(4), NUMA_NO_NODE),
			    NULL);
	KUNIT_EXPECT_PTR_EQ(test,
			    memblock_alloc_try_nid_raw(KIB(4), 4, MIB(3), MIB(4), NUMA_NO_NODE),
			    __va(up ? MIB(1) + KIB(4) : MIB(2) - KIB(8)));
	memblock_set_current_limit(0);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(1, 1), 0U);
	KUNIT_EXPECT_PTR_EQ(test, memblock_alloc_raw(1, 1), NULL);
}

static void lower_bound_is_dropped(struct kunit *test)
{
	bool up;

	set_direction(test);
	up = memblock_bottom_up();
	memblock_add(MIB(1), MIB(1));
	KUNIT_EXPECT_PTR_EQ(
		test, memblock_alloc_try_nid_raw(KIB(4), 4, MIB(2) - KIB(8), ANY, NUMA_NO_NODE),
		__va(up ? MIB(2) - KIB(8) : MIB(2) - KIB(4)));
	KUNIT_EXPECT_PTR_EQ(
		test, memblock_alloc_try_nid_raw(KIB(8), 4, MIB(2) - KIB(8), ANY, NUMA_NO_NODE),
		__va(up ? MIB(1) : MIB(2) - KIB(12)));
	KUNIT_EXPECT_PTR_EQ(test, memblock_alloc_try_nid_raw(KIB(4), 4, MIB(64), ANY, NUMA_NO_NODE),
			    __va(up ? MIB(1) + KIB(8) : MIB(2) - KIB(16)));
	/* An upper bound is not. */
	KUNIT_EXPECT_PTR_EQ(
		test, memblock_alloc_try_nid_raw(KIB(4), 4, KIB(64), MIB(1), NUMA_NO_NODE), NULL);
}

static void one_region_at_a_time(struct kunit *test)
{
	set_direction(test);
	memblock_add(MIB(1), KIB(4));
	memblock_add_node(MIB(1) + KIB(4), KIB(4), DEFAULT_NID, MEMBLOCK_HOTPLUG);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(KIB(4) + 1, 1), 0U);
	memblock_clear_hotplug(0, PHYS_ADDR_MAX);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(KIB(8), 1), MIB(1));
}

static void nomap_is_left_out(struct kunit *test)
{
	set_direction(test);
	memblock_add_node(MIB(1), MIB(1), 0, MEMBLOCK_NOMAP);
	memblock_add_node(MIB(3), MIB(1), 0, MEMBLOCK_DRIVER_MANAGED);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(1, 1), 0U);
	memblock_add_node(MIB(2), MIB(1), 0, MEMBLOCK_HOTPLUG);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(MIB(1), 1), MIB(2));
	memblock_clear_nomap(MIB(1), KIB(4));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(KIB(4), 1), MIB(1));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(1, 1), 0U);
}

static void nodes(struct kunit *test)
{
	const int elsewhere = MAX_NUMNODES + 1;

	set_direction(test);
	memblock_add_node(MIB(1), KIB(8), 0, MEMBLOCK_NONE);
	KUNIT_EXPECT_PTR_EQ(test, memblock_alloc_exact_nid_raw(KIB(4), 4, 0, ANY, elsewhere), NULL);
	KUNIT_EXPECT_PTR_EQ(test, memblock_alloc_exact_nid_raw(KIB(4), 4, MIB(1), ANY, elsewhere),
			    NULL);
	KUNIT_EXPECT_NOT_NULL(test, memblock_alloc_exact_nid_raw(KIB(2), 4, 0, ANY, 0));
	KUNIT_EXPECT_NOT_NULL(test, memblock_alloc_try_nid_raw(KIB(2), 4, 0, ANY, elsewhere));
	KUNIT_EXPECT_NE(test, memblock_phys_alloc_try_nid(KIB(2), 4, elsewhere), 0U);
	KUNIT_EXPECT_NE(test, memblock_phys_alloc_try_nid(KIB(2), 4, MAX_NUMNODES), 0U);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc_try_nid(1, 1, 0), 0U);
	EXPECT_RESERVED(test, {MIB(1), MIB(1) + KIB(8), 0});
}

/* ---- Until nothing is left ----------------------------------------------------------- */

static void exhaustion_and_recovery(struct kunit *test)
{
	unsigned int nr = 0;
	phys_addr_t sum = 0, addr;

	set_direction(test);
	memblock_add(PAGES(0), PAGES(8));      /* 7 without the first */
	memblock_add(PAGES(10) + 1, PAGES(4)); /* 3 whole ones */
	memblock_add(PAGES(20), PAGES(6));
	memblock_reserve(PAGES(22), 1); /* costs one */
	while ((addr = memblock_phys_alloc(PAGES(1), PAGES(1))) != 0 && nr < 32) {
		sum += PHYS_PFN(addr);
		nr++;
	}
	KUNIT_EXPECT_EQ(test, nr, 15U);
	KUNIT_EXPECT_EQ(test, sum, 28U + 36U + 113U);
	KUNIT_EXPECT_EQ(test, memblock_reserved_size(), PAGES(15) + 1);
	memblock_phys_free(PAGES(12), PAGES(1));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(PAGES(1), PAGES(1)), PAGES(12));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(PAGES(1), PAGES(1)), 0U);
	KUNIT_EXPECT_TRUE(test, memblock_check());
}

/* A place that cannot be reserved is no place; the list stays as it is. */
static void full_list_refuses(struct kunit *test)
{
	struct memblock before;
	unsigned int i;

	set_direction(test);
	memblock_add(MIB(16), MIB(1));
	for (i = 0; i < INIT_MEMBLOCK_RESERVED_REGIONS; i++)
		memblock_reserve(MIB(1) + i * KIB(8), KIB(4));
	before = memblock;
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(KIB(4), 4), 0U);
	KUNIT_EXPECT_PTR_EQ(test, memblock_alloc_raw(KIB(4), 4), NULL);
	KUNIT_EXPECT_PTR_EQ(test, memblock_alloc(KIB(4), 4), NULL);
	KUNIT_EXPECT_MEMEQ(test, &before, &memblock, sizeof(before));
	KUNIT_EXPECT_TRUE(test, memblock_check());
}

/* ---- By pointer ------------------------------------------------------------------------ */

/* filled_with - do @size bytes all have this value? */
static bool filled_with(const void *mem, u8 value, size_t size)
{
	return !memchr_inv(mem, value, size);
}

static void clears_what_it_gives(struct kunit *test)
{
	phys_addr_t arena = arena_get(test);
	u8 *mem, *start = __va(arena);

	memblock_add(arena, ARENA_SIZE);
	memblock_set_current_limit(arena + ARENA_SIZE);
	mem = memblock_alloc(1000, 64);
	KUNIT_ASSERT_PTR_EQ(test, mem, start + ARENA_SIZE - 1024);
	KUNIT_EXPECT_TRUE(test, filled_with(mem, 0, 1000));
	KUNIT_EXPECT_TRUE(test, filled_with(mem + 1000, 0x5a, 24));
	KUNIT_EXPECT_TRUE(test, filled_with(start, 0x5a, ARENA_SIZE - 1024));
	memblock_free(mem, 1000);
	EXPECT_NOTHING(test, memblock.reserved);

	mem = memblock_alloc_from(8, 8, arena + PAGES(4));
	KUNIT_EXPECT_PTR_EQ(test, mem, start + ARENA_SIZE - 8);
	KUNIT_EXPECT_TRUE(test, filled_with(mem, 0, 8));
	memblock_set_bottom_up(true);
	mem = memblock_alloc_from(8, 8, arena + PAGES(4));
	KUNIT_EXPECT_PTR_EQ(test, mem, start + PAGES(4));
	KUNIT_EXPECT_TRUE(test, filled_with(mem, 0, 8));
	mem = memblock_alloc_low(8, 8);
	KUNIT_EXPECT_PTR_EQ(test, mem, start);
	KUNIT_EXPECT_TRUE(test, filled_with(mem, 0, 8));
	mem = memblock_alloc_node(8, 8, 0);
	KUNIT_EXPECT_PTR_EQ(test, mem, start + 8);
	KUNIT_EXPECT_TRUE(test, filled_with(mem, 0, 8));
	mem = memblock_alloc_node(8, 8, MAX_NUMNODES + 1); /* no such node: another */
	KUNIT_EXPECT_PTR_EQ(test, mem, start + 16);
	KUNIT_EXPECT_TRUE(test, filled_with(mem, 0, 8));
	mem = memblock_alloc_try_nid(8, 8, arena + PAGES(2), arena + PAGES(3), 0);
	KUNIT_EXPECT_PTR_EQ(test, mem, start + PAGES(2));
	KUNIT_EXPECT_TRUE(test, filled_with(mem, 0, 8));

	KUNIT_EXPECT_PTR_EQ(test, memblock_alloc_raw(8, 8), start + 24);
	KUNIT_EXPECT_PTR_EQ(test, memblock_alloc_exact_nid_raw(8, 8, 0, ANY, NUMA_NO_NODE),
			    start + 32);
	KUNIT_EXPECT_TRUE(test, filled_with(start + 24, 0x5a, PAGES(2) - 24));
	KUNIT_EXPECT_TRUE(test, memblock_check());
}

/* ---- The hand-over ---------------------------------------------------------------------- */

static struct {
	struct span spans[16];
	unsigned int nr;
} given;

static void receive(unsigned long start_pfn, unsigned long end_pfn)
{
	if (given.nr < ARRAY_SIZE(given.spans))
		given.spans[given.nr] = (struct span){start_pfn, end_pfn, 0};
	given.nr++;
}

static void expect_given(struct kunit *test, const struct span *want, unsigned int nr)
{
	unsigned int i;

	KUNIT_ASSERT_EQ(test, given.nr, nr);
	for (i = 0; i < nr; i++) {
		KUNIT_EXPECT_EQ(test, given.spans[i].start, want[i].start);
		KUNIT_EXPECT_EQ(test, given.spans[i].end, want[i].end);
	}
	given.nr = 0;
}

static void hands_over_what_is_free(struct kunit *test)
{
	static const struct span want[] = {
		{0, 1, 0},   /* not allocated from, but RAM like any other */
		{3, 4, 0},   /* a byte of page 2 is reserved */
		{17, 19, 0}, /* whole pages of unaligned memory */
		{40, 44, 0}, /* HOTPLUG; what follows is NOMAP */
		{50, 60, 0},
	};

	memblock_add(0, PAGES(4));
	memblock_reserve(PAGES(1), PAGES(1) + 1);
	memblock_add(PAGES(16) + 1, PAGES(3));
	memblock_add(PAGES(30) + 1, PAGES(2) - 2);
	memblock_reserve(PAGES(31), 1);
	memblock_add_node(PAGES(40), PAGES(4), 0, MEMBLOCK_HOTPLUG);
	memblock_add_node(PAGES(44), PAGES(4), 0, MEMBLOCK_NOMAP);
	memblock_add(PAGES(48), PAGES(12));
	memblock_reserve(PAGES(46), PAGES(4)); /* over the edge */
	memblock_reserve(PAGES(60), PAGES(4)); /* not memory at all */
	given.nr = 0;
	KUNIT_EXPECT_EQ(test, __memblock_free_all(receive), 18UL);
	expect_given(test, want, ARRAY_SIZE(want));
	KUNIT_EXPECT_EQ(test, __memblock_free_all(NULL), 18UL); /* the lists are as they were */
}

static void hands_over_nothing(struct kunit *test)
{
	given.nr = 0;
	KUNIT_EXPECT_EQ(test, __memblock_free_all(receive), 0UL);
	memblock_add(PAGES(1), PAGES(1));
	memblock_reserve(0, PHYS_ADDR_MAX);
	KUNIT_EXPECT_EQ(test, __memblock_free_all(receive), 0UL);
	memblock_add(TOP_PAGE, PAGES(1)); /* the last page lacks its last byte */
	memblock_phys_free(0, PHYS_ADDR_MAX);
	memblock_remove(0, PAGES(2));
	KUNIT_EXPECT_EQ(test, __memblock_free_all(receive), 0UL);
	KUNIT_EXPECT_EQ(test, given.nr, 0U);
}

/* All lists have grown; their arrays are given away, the lists come home. */
static void discard_gives_arrays_back(struct kunit *test)
{
	struct memblock_type *const lists[] = {&physmem, &memblock.memory, &memblock.reserved};
	const struct memblock_region *homes[ARRAY_SIZE(lists)];
	struct span want[ARRAY_SIZE(lists)];
	const unsigned long pages = PFN_UP(256 * sizeof(struct memblock_region));
	phys_addr_t arena = arena_get(test);
	unsigned int i;

	memblock_add(arena, ARENA_SIZE);
	memblock_set_current_limit(arena + ARENA_SIZE);
	memblock_allow_resize();
	for (i = 0; i < ARRAY_SIZE(lists); i++)
		homes[i] = lists[i]->regions;
	for (i = 0; i < 200; i++) {
		KUNIT_ASSERT_EQ(test, memblock_reserve(0xe0000000 + i * 32, 16), 0);
		KUNIT_ASSERT_EQ(test, memblock_add(0xf0000000 + i * 32, 16), 0);
		KUNIT_ASSERT_EQ(test, memblock_physmem_add(0xf0000000 + i * 32, 16), 0);
	}
	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		KUNIT_ASSERT_EQ(test, lists[i]->max, 256UL);
		want[i].start = PHYS_PFN(__pa(lists[i]->regions));
		want[i].end = want[i].start + pages;
	}
	KUNIT_EXPECT_EQ(test, memblock.reserved.total_size, 200U * 16 + PAGES(3 * pages));
	/* What the first arrays hold is out of date now. */
	memblock_phys_free(0xe0000000, 100 * 32);
	memblock_remove(0xf0000000, 16);

	given.nr = 0;
	printk_set_prefix("# "); /* it says what does not fit */
	__memblock_discard(receive);
	printk_set_prefix(NULL);
	expect_given(test, want, ARRAY_SIZE(want));
	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		KUNIT_EXPECT_PTR_EQ(test, lists[i]->regions, homes[i]);
		KUNIT_EXPECT_EQ(test, lists[i]->max, 128UL);
	}
	/* 100 reservations fit the record; of 200 regions of memory the lowest 128 do. */
	KUNIT_EXPECT_EQ(test, memblock.reserved.cnt, 100UL);
	KUNIT_EXPECT_EQ(test, memblock.reserved.total_size, 100U * 16);
	KUNIT_EXPECT_TRUE(test, memblock_is_reserved(0xe0000000 + 100 * 32));
	KUNIT_EXPECT_EQ(test, memblock.memory.cnt, 128UL);
	KUNIT_EXPECT_EQ(test, memblock.memory.total_size, ARENA_SIZE + 127U * 16);
	KUNIT_EXPECT_TRUE(test, memblock_is_memory(0xf0000000 + 127 * 32));
	KUNIT_EXPECT_FALSE(test, memblock_is_memory(0xf0000000));
	KUNIT_EXPECT_EQ(test, physmem.total_size, 128U * 16);
	KUNIT_EXPECT_TRUE(test, memblock_check());

	/* From now on there is nothing to be had. */
	KUNIT_EXPECT_EQ(test, memblock_get_current_limit(), 0U);
	KUNIT_EXPECT_FALSE(test, memblock_can_resize);
	KUNIT_EXPECT_PTR_EQ(test, memblock_alloc(8, 8), NULL);
	__memblock_discard(receive);
	KUNIT_EXPECT_EQ(test, given.nr, 0U);
}

#define BOTH_WAYS(fn) KUNIT_CASE_PARAM(fn, direction_gen_params)

static struct kunit_case memblock_alloc_cases[] = {KUNIT_CASE(top_down_takes_the_highest),
						   KUNIT_CASE(bottom_up_takes_the_lowest),
						   KUNIT_CASE(gaps_between_reservations),
						   BOTH_WAYS(never_the_first_page),
						   BOTH_WAYS(alignment),
						   BOTH_WAYS(alignment_at_the_top),
						   BOTH_WAYS(within_bounds),
						   BOTH_WAYS(below_the_current_limit),
						   BOTH_WAYS(lower_bound_is_dropped),
						   BOTH_WAYS(one_region_at_a_time),
						   BOTH_WAYS(nomap_is_left_out),
						   BOTH_WAYS(nodes),
						   BOTH_WAYS(exhaustion_and_recovery),
						   BOTH_WAYS(full_list_refuses),
						   KUNIT_CASE(clears_what_it_gives),
						   KUNIT_CASE(hands_over_what_is_free),
						   KUNIT_CASE(hands_over_nothing),
						   KUNIT_CASE(discard_gives_arrays_back),
						   {}};

static struct kunit_suite memblock_alloc_suite = {
	.name = "memblock_alloc",
	.init = memblock_test_init,
	.exit = memblock_test_exit,
	.test_cases = memblock_alloc_cases,
};
kunit_test_suite(memblock_alloc_suite);
