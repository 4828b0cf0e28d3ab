/* SPDX-License-Identifier: MIT */
/*
 * Tests of memblock's lists: what each edit leaves behind, to the byte.
 * How arrays grow is in memblock_grow_test.c, allocation in memblock_alloc_test.c, long
 * random runs against a model in memblock_model.c.
 */
#include <mm/tests/memblock_test.h>
#include <mm/tests/said.h>
#include <mm/gfp.h>
#include <kernel/lib/vsprintf.h>

/* ---- Adding ------------------------------------------------------------------------ */

static void starts_empty(struct kunit *test)
{
	EXPECT_NOTHING(test, memblock.memory);
	EXPECT_NOTHING(test, memblock.reserved);
	KUNIT_EXPECT_EQ(test, memblock.memory.max, 128UL);
	KUNIT_EXPECT_EQ(test, memblock.reserved.max, 128UL);
	KUNIT_EXPECT_STREQ(test, memblock.memory.name, "memory");
	KUNIT_EXPECT_STREQ(test, memblock.reserved.name, "reserved");
	KUNIT_EXPECT_FALSE(test, memblock_bottom_up());
	KUNIT_EXPECT_EQ(test, memblock_get_current_limit(), MEMBLOCK_ALLOC_ANYWHERE);
	KUNIT_EXPECT_EQ(test, memblock_start_of_DRAM(), 0U);
	KUNIT_EXPECT_EQ(test, memblock_end_of_DRAM(), 0U);
	KUNIT_EXPECT_EQ(test, memblock_phys_mem_size(), 0U);
	KUNIT_EXPECT_FALSE(test, memblock_is_memory(0));
	KUNIT_EXPECT_FALSE(test, memblock_is_region_reserved(0, MIB(1)));
}

static void add_keeps_order(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, memblock_add(MIB(4), MIB(1)), 0);
	EXPECT_MEMORY(test, {MIB(4), MIB(5), 0});
	KUNIT_EXPECT_EQ(test, memblock_add(MIB(8), MIB(1)), 0);
	KUNIT_EXPECT_EQ(test, memblock_add(MIB(1), MIB(1)), 0);
	KUNIT_EXPECT_EQ(test, memblock_add(MIB(6), MIB(1)), 0);
	EXPECT_MEMORY(test, {MIB(1), MIB(2), 0}, {MIB(4), MIB(5), 0}, {MIB(6), MIB(7), 0},
		      {MIB(8), MIB(9), 0});
	KUNIT_EXPECT_EQ(test, memblock_start_of_DRAM(), MIB(1));
	KUNIT_EXPECT_EQ(test, memblock_end_of_DRAM(), MIB(9));
	KUNIT_EXPECT_EQ(test, memblock_phys_mem_size(), MIB(4));
}

static void add_merges_neighbours(struct kunit *test)
{
	memblock_add(MIB(4), MIB(1));
	memblock_add(MIB(3), MIB(1));
	EXPECT_MEMORY(test, {MIB(3), MIB(5), 0});
	memblock_add(MIB(5), MIB(1));
	EXPECT_MEMORY(test, {MIB(3), MIB(6), 0});
	memblock_add(MIB(7), MIB(1));
	memblock_add(MIB(6), MIB(1)); /* joins both sides */
	EXPECT_MEMORY(test, {MIB(3), MIB(8), 0});
	memblock_add(MIB(8) + 1, 1); /* a byte away is no neighbour */
	EXPECT_MEMORY(test, {MIB(3), MIB(8), 0}, {MIB(8) + 1, MIB(8) + 2, 0});
}

static void add_overlapping(struct kunit *test)
{
	memblock_add(MIB(4), MIB(4));
	memblock_add(MIB(4), MIB(4)); /* the same again */
	memblock_add(MIB(5), MIB(1)); /* inside */
	memblock_add(MIB(4), MIB(1));
	memblock_add(MIB(7), MIB(1));
	EXPECT_MEMORY(test, {MIB(4), MIB(8), 0});
	memblock_add(MIB(2), MIB(3)); /* over the lower end */
	EXPECT_MEMORY(test, {MIB(2), MIB(8), 0});
	memblock_add(MIB(7), MIB(3)); /* over the upper end */
	EXPECT_MEMORY(test, {MIB(2), MIB(10), 0});
	memblock_add(MIB(12), MIB(1));
	memblock_add(MIB(14), MIB(1));
	memblock_add(MIB(1), MIB(15)); /* over all of it */
	EXPECT_MEMORY(test, {MIB(1), MIB(16), 0});
}

/* One call fills three gaps; what was there keeps its flags. */
static void add_leaves_what_exists(struct kunit *test)
{
	memblock_add_node(MIB(2), MIB(1), 0, MEMBLOCK_HOTPLUG);
	memblock_add_node(MIB(4), MIB(1), 0, MEMBLOCK_NOMAP);
	memblock_add_node(MIB(5), MIB(1), 0, MEMBLOCK_MIRROR);
	memblock_add_node(MIB(1), MIB(6), 0, MEMBLOCK_NONE);
	EXPECT_MEMORY(test, {MIB(1), MIB(2), MEMBLOCK_NONE}, {MIB(2), MIB(3), MEMBLOCK_HOTPLUG},
		      {MIB(3), MIB(4), MEMBLOCK_NONE}, {MIB(4), MIB(5), MEMBLOCK_NOMAP},
		      {MIB(5), MIB(6), MEMBLOCK_MIRROR}, {MIB(6), MIB(7), MEMBLOCK_NONE});
}

static void size_zero_is_nothing(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, memblock_add(MIB(1), 0), 0);
	KUNIT_EXPECT_EQ(test, memblock_reserve(MIB(1), 0), 0);
	EXPECT_NOTHING(test, memblock.memory);
	EXPECT_NOTHING(test, memblock.reserved);

	memblock_add(MIB(1), MIB(4));
	memblock_reserve(MIB(1), MIB(4));
	KUNIT_EXPECT_EQ(test, memblock_add(MIB(2), 0), 0);
	KUNIT_EXPECT_EQ(test, memblock_remove(MIB(2), 0), 0);
	KUNIT_EXPECT_EQ(test, memblock_phys_free(MIB(2), 0), 0);
	KUNIT_EXPECT_EQ(test, memblock_mark_nomap(MIB(2), 0), 0);
	KUNIT_EXPECT_EQ(test, memblock_reserve(PHYS_ADDR_MAX, MIB(1)), 0); /* capped to nothing */
	EXPECT_MEMORY(test, {MIB(1), MIB(5), 0});
	EXPECT_RESERVED(test, {MIB(1), MIB(5), 0});
}

static void ranges_end_at_the_top(struct kunit *test)
{
	const phys_addr_t top = PHYS_ADDR_MAX - MIB(1);

	memblock_add(top, MIB(2));
	EXPECT_MEMORY(test, {PHYS_ADDR_MAX - MIB(1), PHYS_ADDR_MAX, 0});
	memblock_add(MIB(1), PHYS_ADDR_MAX);
	EXPECT_MEMORY(test, {MIB(1), PHYS_ADDR_MAX, 0});
	memblock_add(0, PHYS_ADDR_MAX);
	EXPECT_MEMORY(test, {0, PHYS_ADDR_MAX, 0});
	memblock_reserve(top, PHYS_ADDR_MAX);
	EXPECT_RESERVED(test, {PHYS_ADDR_MAX - MIB(1), PHYS_ADDR_MAX, 0});
	KUNIT_EXPECT_TRUE(test, memblock_is_region_memory(top, MIB(2)));
	KUNIT_EXPECT_TRUE(test, memblock_is_region_reserved(PHYS_ADDR_MAX - 1, MIB(2)));
	KUNIT_EXPECT_FALSE(test, memblock_is_memory(PHYS_ADDR_MAX));

	memblock_phys_free(top + KIB(4), PHYS_ADDR_MAX);
	EXPECT_RESERVED(test, {PHYS_ADDR_MAX - MIB(1), PHYS_ADDR_MAX - MIB(1) + KIB(4), 0});
	memblock_mark_hotplug(top, MIB(3));
	EXPECT_MEMORY(test, {0, PHYS_ADDR_MAX - MIB(1), 0},
		      {PHYS_ADDR_MAX - MIB(1), PHYS_ADDR_MAX, MEMBLOCK_HOTPLUG});
	memblock_remove(MIB(1), PHYS_ADDR_MAX);
	EXPECT_MEMORY(test, {0, MIB(1), 0});
}

/* ---- Removing ---------------------------------------------------------------------- */

static void remove_cuts(struct kunit *test)
{
	memblock_add(MIB(4), MIB(8));
	KUNIT_EXPECT_EQ(test, memblock_remove(MIB(1), MIB(3)), 0); /* touches, but not overlaps */
	KUNIT_EXPECT_EQ(test, memblock_remove(MIB(12), MIB(3)), 0);
	EXPECT_MEMORY(test, {MIB(4), MIB(12), 0});
	KUNIT_EXPECT_EQ(test, memblock_remove(MIB(3), MIB(2)), 0);
	EXPECT_MEMORY(test, {MIB(5), MIB(12), 0});
	KUNIT_EXPECT_EQ(test, memblock_remove(MIB(11), MIB(2)), 0);
	EXPECT_MEMORY(test, {MIB(5), MIB(11), 0});
	KUNIT_EXPECT_EQ(test, memblock_remove(MIB(5), KIB(4)), 0); /* from the very start */
	KUNIT_EXPECT_EQ(test, memblock_remove(MIB(11) - KIB(4), KIB(4)), 0);
	EXPECT_MEMORY(test, {MIB(5) + KIB(4), MIB(11) - KIB(4), 0});
	KUNIT_EXPECT_EQ(test, memblock_remove(MIB(7), MIB(1)), 0); /* a hole */
	EXPECT_MEMORY(test, {MIB(5) + KIB(4), MIB(7), 0}, {MIB(8), MIB(11) - KIB(4), 0});
	KUNIT_EXPECT_EQ(test, memblock_remove(MIB(7), MIB(1)), 0); /* again: nothing there */
	EXPECT_MEMORY(test, {MIB(5) + KIB(4), MIB(7), 0}, {MIB(8), MIB(11) - KIB(4), 0});
}

static void remove_over_many(struct kunit *test)
{
	memblock_add_node(MIB(1), MIB(2), 0, MEMBLOCK_HOTPLUG);
	memblock_add(MIB(4), MIB(1));
	memblock_add(MIB(6), MIB(1));
	memblock_add_node(MIB(8), MIB(2), 0, MEMBLOCK_NOMAP);
	memblock_add(MIB(12), MIB(1));
	memblock_remove(MIB(2), MIB(7));
	EXPECT_MEMORY(test, {MIB(1), MIB(2), MEMBLOCK_HOTPLUG}, {MIB(9), MIB(10), MEMBLOCK_NOMAP},
		      {MIB(12), MIB(13), 0});
}

/* A hole in a region with flags: both ends keep them. */
static void remove_keeps_flags(struct kunit *test)
{
	memblock_add_node(MIB(1), MIB(3), 0, MEMBLOCK_MIRROR);
	memblock_remove(MIB(2), MIB(1));
	EXPECT_MEMORY(test, {MIB(1), MIB(2), MEMBLOCK_MIRROR}, {MIB(3), MIB(4), MEMBLOCK_MIRROR});
}

static void emptied_list_is_as_new(struct kunit *test)
{
	memblock_add_node(MIB(1), MIB(1), 0, MEMBLOCK_HOTPLUG);
	memblock_add(MIB(3), MIB(1));
	memblock_remove(0, PHYS_ADDR_MAX);
	EXPECT_NOTHING(test, memblock.memory);
	KUNIT_EXPECT_EQ(test, (unsigned int)memblock.memory.regions[0].flags, 0U);
	memblock_remove(0, PHYS_ADDR_MAX);
	EXPECT_NOTHING(test, memblock.memory);
	memblock_add(MIB(1), MIB(1));
	EXPECT_MEMORY(test, {MIB(1), MIB(2), 0});
}

/* ---- Reserving --------------------------------------------------------------------- */

static void reserve_and_free(struct kunit *test)
{
	memblock_reserve(MIB(4), MIB(4));
	memblock_reserve(MIB(16), MIB(1));
	memblock_reserve(MIB(6), MIB(4));  /* overlaps */
	memblock_reserve(MIB(10), MIB(1)); /* touches */
	EXPECT_RESERVED(test, {MIB(4), MIB(11), 0}, {MIB(16), MIB(17), 0});
	KUNIT_EXPECT_EQ(test, memblock_reserved_size(), MIB(8));
	KUNIT_EXPECT_EQ(test, memblock_phys_free(MIB(5), MIB(1)), 0);
	EXPECT_RESERVED(test, {MIB(4), MIB(5), 0}, {MIB(6), MIB(11), 0}, {MIB(16), MIB(17), 0});
	memblock_free(__va(MIB(10)), MIB(8));
	EXPECT_RESERVED(test, {MIB(4), MIB(5), 0}, {MIB(6), MIB(10), 0});
	memblock_free(NULL, MIB(8));
	KUNIT_EXPECT_EQ(test, memblock_phys_free(MIB(20), MIB(1)), 0); /* was not reserved */
	EXPECT_RESERVED(test, {MIB(4), MIB(5), 0}, {MIB(6), MIB(10), 0});
	KUNIT_EXPECT_EQ(test, memblock_phys_free(0, PHYS_ADDR_MAX), 0);
	EXPECT_NOTHING(test, memblock.reserved);
	EXPECT_NOTHING(test, memblock.memory);
}

static void physmem_is_apart(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, memblock_physmem_add(MIB(1), MIB(64)), 0);
	KUNIT_EXPECT_EQ(test, memblock_physmem_add(MIB(65), MIB(1)), 0);
	memblock_add(MIB(1), MIB(64));
	memblock_enforce_memory_limit(MIB(16));
	EXPECT_LIST(test, physmem, {MIB(1), MIB(66), 0});
	EXPECT_MEMORY(test, {MIB(1), MIB(17), 0});
}

/* ---- Flags ------------------------------------------------------------------------- */

static void mark_splits_and_merges(struct kunit *test)
{
	memblock_add(MIB(1), MIB(8));
	KUNIT_EXPECT_EQ(test, memblock_mark_hotplug(MIB(3), MIB(2)), 0);
	EXPECT_MEMORY(test, {MIB(1), MIB(3), 0}, {MIB(3), MIB(5), MEMBLOCK_HOTPLUG},
		      {MIB(5), MIB(9), 0});
	KUNIT_EXPECT_EQ(test, memblock_mark_hotplug(MIB(4), MIB(2)), 0);
	EXPECT_MEMORY(test, {MIB(1), MIB(3), 0}, {MIB(3), MIB(6), MEMBLOCK_HOTPLUG},
		      {MIB(6), MIB(9), 0});
	KUNIT_EXPECT_EQ(test, memblock_mark_nomap(MIB(5), MIB(2)), 0);
	EXPECT_MEMORY(test, {MIB(1), MIB(3), 0}, {MIB(3), MIB(5), MEMBLOCK_HOTPLUG},
		      {MIB(5), MIB(6), MEMBLOCK_HOTPLUG | MEMBLOCK_NOMAP},
		      {MIB(6), MIB(7), MEMBLOCK_NOMAP}, {MIB(7), MIB(9), 0});
	KUNIT_EXPECT_EQ(test, memblock_clear_hotplug(0, MIB(32)), 0);
	EXPECT_MEMORY(test, {MIB(1), MIB(5), 0}, {MIB(5), MIB(7), MEMBLOCK_NOMAP},
		      {MIB(7), MIB(9), 0});
	KUNIT_EXPECT_EQ(test, memblock_clear_nomap(MIB(6), PHYS_ADDR_MAX), 0);
	EXPECT_MEMORY(test, {MIB(1), MIB(5), 0}, {MIB(5), MIB(6), MEMBLOCK_NOMAP},
		      {MIB(6), MIB(9), 0});
	KUNIT_EXPECT_EQ(test, memblock_clear_nomap(MIB(5), MIB(1)), 0);
	EXPECT_MEMORY(test, {MIB(1), MIB(9), 0});
}

static void mark_needs_memory(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, memblock_mark_nomap(MIB(1), MIB(1)), 0);
	EXPECT_NOTHING(test, memblock.memory);
	memblock_add(MIB(4), MIB(1));
	memblock_mark_nomap(MIB(3), MIB(1));
	memblock_mark_nomap(MIB(5), MIB(1));
	EXPECT_MEMORY(test, {MIB(4), MIB(5), 0});
	memblock_mark_nomap(MIB(3), MIB(3));
	EXPECT_MEMORY(test, {MIB(4), MIB(5), MEMBLOCK_NOMAP});
}

static void set_node_keeps_lists_minimal(struct kunit *test)
{
	memblock_add_node(MIB(1), MIB(4), 0, MEMBLOCK_NONE);
	KUNIT_EXPECT_EQ(test, memblock_set_node(MIB(2), MIB(1), &memblock.memory, 1), 0);
	KUNIT_EXPECT_EQ(test, memblock_phys_mem_size(), MIB(4));
	KUNIT_EXPECT_EQ(test, memblock.memory.cnt, MAX_NUMNODES > 1 ? 3UL : 1UL);
	KUNIT_EXPECT_EQ(test, memblock_set_node(0, MIB(16), &memblock.memory, 0), 0);
	EXPECT_MEMORY(test, {MIB(1), MIB(5), 0});
}

/* ---- Limits ------------------------------------------------------------------------ */

static void trim_rounds_inward(struct kunit *test)
{
	memblock_add(KIB(4), KIB(8));
	memblock_add(KIB(17), KIB(10)); /* both ends */
	memblock_add(KIB(33), KIB(2));  /* no aligned byte */
	memblock_add(KIB(38), KIB(4));  /* an aligned boundary, no aligned piece */
	memblock_add(KIB(48), KIB(6));  /* upper end */
	memblock_add(KIB(61), KIB(7));  /* lower end */
	memblock_trim_memory(KIB(4));
	EXPECT_MEMORY(test, {KIB(4), KIB(12), 0}, {KIB(20), KIB(24), 0}, {KIB(48), KIB(52), 0},
		      {KIB(64), KIB(68), 0});
	memblock_trim_memory(KIB(4));
	KUNIT_EXPECT_EQ(test, memblock_phys_mem_size(), KIB(20));
	memblock_trim_memory(KIB(16));
	EXPECT_NOTHING(test, memblock.memory);
	memblock_trim_memory(KIB(16));
	EXPECT_NOTHING(test, memblock.memory);
}

/* Rounding the base up wraps to 0 here; that is no region from 0 on. */
static void trim_at_the_top(struct kunit *test)
{
	memblock_add(MIB(1), KIB(8));
	memblock_add(PHYS_ADDR_MAX - KIB(2), KIB(8));
	memblock_trim_memory(KIB(4));
	EXPECT_MEMORY(test, {MIB(1), MIB(1) + KIB(8), 0});
	memblock_add(PHYS_ADDR_MAX - KIB(8), KIB(8));
	memblock_trim_memory(KIB(4));
	EXPECT_MEMORY(test, {MIB(1), MIB(1) + KIB(8), 0}, {TOP_PAGE - KIB(4), TOP_PAGE, 0});
}

static void limit_counts_memory(struct kunit *test)
{
	memblock_add(MIB(1), MIB(2));
	memblock_add(MIB(8), MIB(4));
	memblock_reserve(MIB(2), MIB(7));
	memblock_reserve(MIB(11), MIB(9));
	memblock_enforce_memory_limit(0);
	memblock_enforce_memory_limit(MIB(7));
	EXPECT_MEMORY(test, {MIB(1), MIB(3), 0}, {MIB(8), MIB(12), 0});
	EXPECT_RESERVED(test, {MIB(2), MIB(9), 0}, {MIB(11), MIB(20), 0});
	memblock_enforce_memory_limit(
		MIB(6)); /* all there is: reservations above go all the same */
	EXPECT_MEMORY(test, {MIB(1), MIB(3), 0}, {MIB(8), MIB(12), 0});
	EXPECT_RESERVED(test, {MIB(2), MIB(9), 0}, {MIB(11), MIB(12), 0});
	memblock_enforce_memory_limit(MIB(3));
	EXPECT_MEMORY(test, {MIB(1), MIB(3), 0}, {MIB(8), MIB(9), 0});
	EXPECT_RESERVED(test, {MIB(2), MIB(9), 0});
	memblock_enforce_memory_limit(MIB(2)); /* ends exactly with the first region */
	EXPECT_MEMORY(test, {MIB(1), MIB(3), 0});
	EXPECT_RESERVED(test, {MIB(2), MIB(3), 0});
	memblock_enforce_memory_limit(KIB(1));
	EXPECT_MEMORY(test, {MIB(1), MIB(1) + KIB(1), 0});
	EXPECT_NOTHING(test, memblock.reserved);
}

static void cap_keeps_a_window(struct kunit *test)
{
	memblock_cap_memory_range(MIB(1), MIB(1)); /* nothing registered */
	EXPECT_NOTHING(test, memblock.memory);

	memblock_add(MIB(1), MIB(8));
	memblock_add(MIB(12), MIB(4));
	memblock_add_node(MIB(20), MIB(1), 0, MEMBLOCK_NOMAP);
	memblock_add(MIB(21), MIB(1));
	memblock_reserve(MIB(2), MIB(30));
	memblock_cap_memory_range(MIB(4), 0);
	EXPECT_RESERVED(test, {MIB(2), MIB(32), 0});
	memblock_cap_memory_range(MIB(4), MIB(10));
	EXPECT_MEMORY(test, {MIB(4), MIB(9), 0}, {MIB(12), MIB(14), 0},
		      {MIB(20), MIB(21), MEMBLOCK_NOMAP});
	EXPECT_RESERVED(test, {MIB(4), MIB(14), 0});
	memblock_cap_memory_range(MIB(9), PHYS_ADDR_MAX); /* wraps */
	EXPECT_MEMORY(test, {MIB(12), MIB(14), 0}, {MIB(20), MIB(21), MEMBLOCK_NOMAP});
	EXPECT_RESERVED(test, {MIB(9), MIB(14), 0});
	memblock_reserve(0, MIB(1));
	memblock_cap_memory_range(MIB(15), MIB(1));
	EXPECT_MEMORY(test, {MIB(20), MIB(21), MEMBLOCK_NOMAP});
	EXPECT_NOTHING(test, memblock.reserved);
}

/* NOMAP memory on the edge of the window stays in one piece. */
static void cap_does_not_split_nomap(struct kunit *test)
{
	memblock_add_node(MIB(2), MIB(4), 0, MEMBLOCK_NOMAP);
	memblock_add(MIB(6), MIB(4));
	memblock_cap_memory_range(MIB(3), MIB(4));
	EXPECT_MEMORY(test, {MIB(2), MIB(6), MEMBLOCK_NOMAP}, {MIB(6), MIB(7), 0});
}

/* ---- Asking ------------------------------------------------------------------------ */

static void asks_about_addresses(struct kunit *test)
{
	memblock_add(MIB(1), MIB(1));
	memblock_add(MIB(4), MIB(1));
	memblock_add_node(MIB(5), MIB(1), 0, MEMBLOCK_NOMAP);
	memblock_reserve(MIB(4), KIB(4));

	KUNIT_EXPECT_FALSE(test, memblock_is_memory(MIB(1) - 1));
	KUNIT_EXPECT_TRUE(test, memblock_is_memory(MIB(1)));
	KUNIT_EXPECT_TRUE(test, memblock_is_memory(MIB(2) - 1));
	KUNIT_EXPECT_FALSE(test, memblock_is_memory(MIB(2)));
	KUNIT_EXPECT_TRUE(test, memblock_is_memory(MIB(5)));
	KUNIT_EXPECT_TRUE(test, memblock_is_map_memory(MIB(5) - 1));
	KUNIT_EXPECT_FALSE(test, memblock_is_map_memory(MIB(5)));
	KUNIT_EXPECT_FALSE(test, memblock_is_map_memory(MIB(3)));
	KUNIT_EXPECT_FALSE(test, memblock_is_reserved(MIB(4) - 1));
	KUNIT_EXPECT_TRUE(test, memblock_is_reserved(MIB(4)));
	KUNIT_EXPECT_TRUE(test, memblock_is_reserved(MIB(4) + KIB(4) - 1));
	KUNIT_EXPECT_FALSE(test, memblock_is_reserved(MIB(4) + KIB(4)));
}

static void asks_about_ranges(struct kunit *test)
{
	memblock_add(MIB(1), MIB(2));
	memblock_add_node(MIB(3), MIB(1), 0, MEMBLOCK_HOTPLUG);
	memblock_reserve(MIB(8), MIB(1));

	KUNIT_EXPECT_TRUE(test, memblock_is_region_memory(MIB(1), MIB(2)));
	KUNIT_EXPECT_TRUE(test, memblock_is_region_memory(MIB(2), MIB(1)));
	KUNIT_EXPECT_FALSE(test, memblock_is_region_memory(MIB(1), MIB(2) + 1)); /* two regions */
	KUNIT_EXPECT_FALSE(test, memblock_is_region_memory(MIB(1) - 1, 2));
	KUNIT_EXPECT_TRUE(test, memblock_is_region_memory(MIB(1), 0));
	KUNIT_EXPECT_FALSE(test, memblock_is_region_memory(MIB(2), PHYS_ADDR_MAX));

	KUNIT_EXPECT_TRUE(test, memblock_is_region_reserved(MIB(8), MIB(1)));
	KUNIT_EXPECT_TRUE(test, memblock_is_region_reserved(MIB(7), MIB(1) + 1)); /* a byte */
	KUNIT_EXPECT_FALSE(test, memblock_is_region_reserved(MIB(7), MIB(1)));
	KUNIT_EXPECT_TRUE(test, memblock_is_region_reserved(MIB(9) - 1, MIB(1)));
	KUNIT_EXPECT_FALSE(test, memblock_is_region_reserved(MIB(9), MIB(1)));
	KUNIT_EXPECT_TRUE(test, memblock_is_region_reserved(0, PHYS_ADDR_MAX));
	KUNIT_EXPECT_TRUE(test, memblock_overlaps_region(&memblock.memory, MIB(3), MIB(8)));
	KUNIT_EXPECT_FALSE(test, memblock_overlaps_region(&memblock.memory, MIB(4), MIB(8)));
}

/* ---- Iterating --------------------------------------------------------------------- */

/* note - append a range to what an iterator gave */
struct notes {
	struct span spans[16];
	unsigned int nr;
};

static void note(struct notes *notes, phys_addr_t start, phys_addr_t end, int tag)
{
	if (notes->nr < ARRAY_SIZE(notes->spans))
		notes->spans[notes->nr] = (struct span){start, end, (enum memblock_flags)tag};
	notes->nr++;
}

static void expect_notes(struct kunit *test, const struct notes *notes, const struct span *want,
			 unsigned int nr, bool reverse)
{
	unsigned int i;

	KUNIT_ASSERT_EQ(test, notes->nr, nr);
	for (i = 0; i < nr; i++) {
		const struct span *got = &notes->spans[reverse ? nr - 1 - i : i];

		KUNIT_EXPECT_EQ(test, got->start, want[i].start);
		KUNIT_EXPECT_EQ(test, got->end, want[i].end);
		KUNIT_EXPECT_EQ(test, got->flags, want[i].flags);
	}
}

static void free_ranges(struct kunit *test)
{
	static const struct span want[] = {
		{KIB(8), MIB(1), 0},  /* up to a reservation that begins in this region */
		{MIB(3), MIB(4), 0},  /* between two */
		{MIB(5), MIB(6), 0},  /* ends with the region */
		{MIB(6), MIB(7), 0},  /* other flags: a range of its own */
		{MIB(13), MIB(14), 0} /* behind all reservations */
	};
	struct notes up = {.nr = 0}, down = {.nr = 0};
	phys_addr_t start, end;
	int nid = 77;
	u64 i;

	memblock_add(0, MIB(6));
	memblock_add_node(MIB(6), MIB(1), DEFAULT_NID, MEMBLOCK_HOTPLUG);
	memblock_add_node(MIB(7), MIB(1), 0, MEMBLOCK_NOMAP);
	memblock_add(MIB(9), MIB(1)); /* all of it reserved */
	memblock_add(MIB(12), MIB(2));
	memblock_reserve(0, KIB(8));
	memblock_reserve(MIB(1), MIB(2));
	memblock_reserve(MIB(4), MIB(1));
	memblock_reserve(MIB(8), MIB(5));

	for_each_free_mem_range(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, &nid)
		note(&up, start, end, nid != DEFAULT_NID);
	for_each_free_mem_range_reverse(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, &nid)
		note(&down, start, end, nid != DEFAULT_NID);
	expect_notes(test, &up, want, ARRAY_SIZE(want), false);
	expect_notes(test, &down, want, ARRAY_SIZE(want), true);
}

static unsigned int count_free(int nid, enum memblock_flags flags)
{
	unsigned int up = 0, down = 0;
	u64 i;

	for_each_free_mem_range(i, nid, flags, NULL, NULL, NULL)
		up++;
	for_each_free_mem_range_reverse(i, nid, flags, NULL, NULL, NULL)
		down++;
	return up == down ? up : ~0U;
}

static void free_ranges_by_flags(struct kunit *test)
{
	memblock_add(MIB(1), MIB(1));
	memblock_add_node(MIB(2), MIB(1), 0, MEMBLOCK_MIRROR);
	memblock_add_node(MIB(3), MIB(1), 0, MEMBLOCK_NOMAP);
	memblock_add_node(MIB(4), MIB(1), 0, MEMBLOCK_DRIVER_MANAGED);
	memblock_add_node(MIB(5), MIB(1), 0, MEMBLOCK_HOTPLUG);

	KUNIT_EXPECT_EQ(test, count_free(NUMA_NO_NODE, MEMBLOCK_NONE), 3U);
	KUNIT_EXPECT_EQ(test, count_free(NUMA_NO_NODE, MEMBLOCK_HOTPLUG), 3U);
	KUNIT_EXPECT_EQ(test, count_free(NUMA_NO_NODE, MEMBLOCK_MIRROR), 1U);
	KUNIT_EXPECT_EQ(test, count_free(NUMA_NO_NODE, MEMBLOCK_NOMAP), 4U);
	KUNIT_EXPECT_EQ(test, count_free(NUMA_NO_NODE, MEMBLOCK_DRIVER_MANAGED), 4U);
	KUNIT_EXPECT_EQ(test, count_free(MAX_NUMNODES, MEMBLOCK_NONE), 3U);
	KUNIT_EXPECT_EQ(test, count_free(MAX_NUMNODES + 1, MEMBLOCK_NONE), 0U);
}

static void memory_ranges(struct kunit *test)
{
	static const struct span memory[] = {
		{MIB(1), MIB(2), 0}, {MIB(4), MIB(5), 0}, {MIB(6), MIB(7), 0}};
	static const struct span reserved[] = {{MIB(1), MIB(3), 0}, {MIB(9), MIB(10), 0}};
	struct notes up = {.nr = 0}, down = {.nr = 0}, res = {.nr = 0};
	struct memblock_region *r;
	phys_addr_t start, end, sum = 0;
	u64 i;

	for_each_mem_range(i, &start, &end)
		note(&up, start, end, 0);
	for_each_mem_range_rev(i, &start, &end)
		note(&up, start, end, 0);
	for_each_reserved_mem_range(i, &start, &end)
		note(&up, start, end, 0);
	KUNIT_EXPECT_EQ(test, up.nr, 0U); /* the dummy is no range */

	memblock_add(MIB(1), MIB(1));
	memblock_add_node(MIB(4), MIB(1), 0, MEMBLOCK_HOTPLUG);
	memblock_add_node(MIB(5), MIB(1), 0, MEMBLOCK_NOMAP);
	memblock_add_node(MIB(6), MIB(1), 0, MEMBLOCK_DRIVER_MANAGED);
	memblock_reserve(MIB(1), MIB(2));
	memblock_reserve(MIB(9), MIB(1));

	for_each_mem_range(i, &start, &end)
		note(&up, start, end, 0);
	for_each_mem_range_rev(i, &start, &end)
		note(&down, start, end, 0);
	for_each_reserved_mem_range(i, &start, &end)
		note(&res, start, end, 0);
	expect_notes(test, &up, memory, ARRAY_SIZE(memory), false);
	expect_notes(test, &down, memory, ARRAY_SIZE(memory), true);
	expect_notes(test, &res, reserved, ARRAY_SIZE(reserved), false);

	for_each_mem_region(r)
		sum += r->size;
	KUNIT_EXPECT_EQ(test, sum, MIB(4));
	for_each_reserved_mem_region(r)
		sum += r->size;
	KUNIT_EXPECT_EQ(test, sum, MIB(7));
}

static void physmem_ranges(struct kunit *test)
{
	static const struct span want[] = {{MIB(1), MIB(2), 0}, {MIB(3), MIB(9), 0}};
	struct notes notes = {.nr = 0};
	phys_addr_t start, end;
	u64 i;

	memblock_physmem_add(MIB(1), MIB(8));
	memblock_add(MIB(2), MIB(1));
	for_each_physmem_range(i, &memblock.memory, &start, &end)
		note(&notes, start, end, 0);
	expect_notes(test, &notes, want, ARRAY_SIZE(want), false);
}

/* Whole pages only; a region without one is passed over. */
static void pfn_ranges(struct kunit *test)
{
	static const struct span want[] = {{1, 2, 0},
					   {8, 16, 0},
					   {(TOP_PAGE - KIB(60)) >> PAGE_SHIFT,
					    TOP_PAGE >> PAGE_SHIFT, 0}};
	struct notes notes = {.nr = 0}, other = {.nr = 0};
	unsigned long start, end;
	int i, nid = 77;

	memblock_add(KIB(1), KIB(10));
	memblock_add(KIB(14), KIB(5)); /* holds a boundary, no page */
	memblock_add_node(KIB(32), KIB(32), DEFAULT_NID, MEMBLOCK_NOMAP);
	memblock_add(TOP_PAGE - KIB(60), PHYS_ADDR_MAX);
	memblock_add(TOP_PAGE - KIB(124),
		     KIB(4)); /* what is behind the list now was a region once */
	memblock_remove(TOP_PAGE - KIB(124), KIB(4));
	for_each_mem_pfn_range(i, MAX_NUMNODES, &start, &end, &nid)
		note(&notes, start, end, nid != DEFAULT_NID);
	expect_notes(test, &notes, want, ARRAY_SIZE(want), false);
	for_each_mem_pfn_range(i, MAX_NUMNODES + 1, &start, &end, NULL)
		note(&other, start, end, 0);
	KUNIT_EXPECT_EQ(test, other.nr, 0U);

	memblock_test_reset();
	memblock_add(TOP_PAGE + KIB(2), PHYS_ADDR_MAX); /* rounds up past the top */
	for_each_mem_pfn_range(i, MAX_NUMNODES, NULL, NULL, NULL)
		note(&other, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, other.nr, 0U);
}

/* ---- memblock=debug ---------------------------------------------------------------- */

static char line[128];

/* The first lines are about empty lists, of which nothing else is to be told. */
static void dump_tells_of_regions(struct kunit *test)
{
	phys_addr_t base = MIB(1), last = MIB(3) - 1, size = MIB(2);
	const char *text;

	memblock_debug = true;
	said_begin();
	memblock_dump_all();
	text = said_end();
	KUNIT_EXPECT_TRUE(test, str_has_prefix(text, "MEMBLOCK configuration:\n memory size = "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "\n reserved.cnt  = 0x1\n"));
	KUNIT_EXPECT_NULL(test, strchr(text, '['));

	memblock_add(base, size);
	said_begin();
	memblock_dump_all();
	snprintf(line, sizeof(line), "\n memory[0x0]\t[%pa-%pa], %pa bytes flags: 0x0\n", &base,
		 &last, &size);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said_end(), line));

	memblock_debug = false;
	said_begin();
	memblock_dump_all();
	KUNIT_EXPECT_STREQ(test, said_end(), "");
}

/* Each edit says its name and its range, and with memblock_debug off nothing. */
#define EXPECT_SAYS(test, name, edit)                                                              \
	do {                                                                                       \
		snprintf(line, sizeof(line), name ": [%pa-%pa]", &base, &last);                    \
		memblock_debug = true;                                                             \
		said_begin();                                                                      \
		edit;                                                                              \
		KUNIT_EXPECT_TRUE_MSG(test, str_has_prefix(said_end(), line), "%s", line);         \
		memblock_debug = false;                                                            \
		said_begin();                                                                      \
		edit;                                                                              \
		KUNIT_EXPECT_STREQ(test, said_end(), "");                                          \
	} while (0)

static void edits_say_what_they_do(struct kunit *test)
{
	phys_addr_t base = MIB(1), last = MIB(3) - 1, size = MIB(2);

	EXPECT_SAYS(test, "memblock_add", memblock_add(base, size));
	EXPECT_SAYS(test, "memblock_add_node", memblock_add_node(base, size, 0, MEMBLOCK_NONE));
	EXPECT_SAYS(test, "memblock_physmem_add", memblock_physmem_add(base, size));
	EXPECT_SAYS(test, "memblock_reserve", memblock_reserve(base, size));
	EXPECT_SAYS(test, "memblock_phys_free", memblock_phys_free(base, size));
	EXPECT_SAYS(test, "memblock_remove", memblock_remove(base, size));
}

static struct kunit_case memblock_cases[] = {KUNIT_CASE(starts_empty),
					     KUNIT_CASE(add_keeps_order),
					     KUNIT_CASE(add_merges_neighbours),
					     KUNIT_CASE(add_overlapping),
					     KUNIT_CASE(add_leaves_what_exists),
					     KUNIT_CASE(size_zero_is_nothing),
					     KUNIT_CASE(ranges_end_at_the_top),
					     KUNIT_CASE(remove_cuts),
					     KUNIT_CASE(remove_over_many),
					     KUNIT_CASE(remove_keeps_flags),
					     KUNIT_CASE(emptied_list_is_as_new),
					     KUNIT_CASE(reserve_and_free),
					     KUNIT_CASE(physmem_is_apart),
					     KUNIT_CASE(mark_splits_and_merges),
					     KUNIT_CASE(mark_needs_memory),
					     KUNIT_CASE(set_node_keeps_lists_minimal),
					     KUNIT_CASE(trim_rounds_inward),
					     KUNIT_CASE(trim_at_the_top),
					     KUNIT_CASE(limit_counts_memory),
					     KUNIT_CASE(cap_keeps_a_window),
					     KUNIT_CASE(cap_does_not_split_nomap),
					     KUNIT_CASE(asks_about_addresses),
					     KUNIT_CASE(asks_about_ranges),
					     KUNIT_CASE(free_ranges),
					     KUNIT_CASE(free_ranges_by_flags),
					     KUNIT_CASE(memory_ranges),
					     KUNIT_CASE(physmem_ranges),
					     KUNIT_CASE(pfn_ranges),
					     KUNIT_CASE(dump_tells_of_regions),
					     KUNIT_CASE(edits_say_what_they_do),
					     {}};

static struct kunit_suite memblock_suite = {
	.name = "memblock",
	.init = memblock_test_init,
	.exit = memblock_test_exit,
	.test_cases = memblock_cases,
};
kunit_test_suite(memblock_suite);
