/* SPDX-License-Identifier: MIT */
/*
 * Tests of growing: a full list moves into a larger array in the middle of an edit.
 *
 * Where the array may go, what is reserved and what is freed on the way, and that a
 * refusal leaves everything as it was. Arrays are written to, so the arena is the only
 * memory below the current limit; the entries that fill lists lie far above it.
 */
#include <mm/tests/memblock_test.h>
#include <kernel/lib/vsprintf.h>

#define FIRST INIT_MEMBLOCK_REGIONS

/* Sixteen bytes each, thirty-two apart: no two touch. */
#define PIECE_RESERVED(i) (0xe0000000U + (phys_addr_t)(i)*32)
#define PIECE_MEMORY(i)   (0xf0000000U + (phys_addr_t)(i)*32)
#define PIECE_SIZE        16

static phys_addr_t arena;

static int grow_init(struct kunit *test)
{
	int ret = memblock_test_init(test);

	if (ret)
		return ret;
	arena = arena_get(test);
	memblock_add(arena, ARENA_SIZE);
	memblock_set_current_limit(arena + ARENA_SIZE);
	memblock_allow_resize();
	return 0;
}

/* Fill a list up to @nr entries. */
static void fill_reserved(struct kunit *test, unsigned long nr)
{
	unsigned int i;

	for (i = 0; memblock.reserved.cnt < nr; i++)
		KUNIT_ASSERT_EQ(test, memblock_reserve(PIECE_RESERVED(i), PIECE_SIZE), 0);
}

static void fill_memory(struct kunit *test, unsigned long nr)
{
	unsigned int i;

	for (i = 0; memblock.memory.cnt < nr; i++)
		KUNIT_ASSERT_EQ(test, memblock_add(PIECE_MEMORY(i), PIECE_SIZE), 0);
}

static phys_addr_t array_start(const struct memblock_type *type)
{
	return __pa(type->regions);
}

static phys_addr_t array_end(const struct memblock_type *type)
{
	return array_start(type) + PAGE_ALIGN(type->max * sizeof(struct memblock_region));
}

/* is_covered - is every byte of the range reserved? */
static bool is_covered(phys_addr_t start, phys_addr_t end)
{
	const struct memblock_region *r;

	for_each_reserved_mem_region(r) {
		if (r->base <= start && r->base + r->size > start)
			start = r->base + r->size;
	}
	return start >= end;
}

/* reserved_in_arena - bytes of the arena that are reserved */
static phys_addr_t reserved_in_arena(void)
{
	phys_addr_t start, end, sum = ARENA_SIZE;
	u64 i;

	for_each_free_mem_range(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, NULL) {
		if (start >= arena && end <= arena + ARENA_SIZE)
			sum -= end - start;
	}
	return sum;
}

/* An array that has grown lies on pages of the arena that are reserved. */
static void expect_array(struct kunit *test, const struct memblock_type *type, unsigned long max)
{
	KUNIT_EXPECT_EQ(test, type->max, max);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED(array_start(type), PAGE_SIZE));
	KUNIT_EXPECT_GE(test, array_start(type), arena);
	KUNIT_EXPECT_LE(test, array_end(type), arena + ARENA_SIZE);
	KUNIT_EXPECT_TRUE(test, is_covered(array_start(type), array_end(type)));
	KUNIT_EXPECT_TRUE(test, memblock_check());
}

/* All that a refused call must leave alone. */
static struct {
	struct memblock memblock;
	struct memblock_region memory[2 * FIRST], reserved[2 * FIRST];
} before;

static void remember(void)
{
	before.memblock = memblock;
	memcpy(before.memory, memblock.memory.regions,
	       memblock.memory.cnt * sizeof(before.memory[0]));
	memcpy(before.reserved, memblock.reserved.regions,
	       memblock.reserved.cnt * sizeof(before.reserved[0]));
}

static void expect_unchanged(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, memcmp(&before.memblock, &memblock, sizeof(memblock)), 0);
	KUNIT_EXPECT_MEMEQ(test, before.memory, memblock.memory.regions,
			   memblock.memory.cnt * sizeof(before.memory[0]));
	KUNIT_EXPECT_MEMEQ(test, before.reserved, memblock.reserved.regions,
			   memblock.reserved.cnt * sizeof(before.reserved[0]));
	KUNIT_EXPECT_TRUE(test, memblock_check());
}

/* Each kind of edit that wants an entry more than a full list has. */
static void expect_all_refused(struct kunit *test)
{
	remember();
	KUNIT_EXPECT_EQ(test, memblock_add(0xff000000, 1), -ENOMEM);
	KUNIT_EXPECT_EQ(test, memblock_add_node(0xff000000, 1, 0, MEMBLOCK_NOMAP), -ENOMEM);
	KUNIT_EXPECT_EQ(test, memblock_reserve(0xff000000, 1), -ENOMEM);
	KUNIT_EXPECT_EQ(test, memblock_reserve(PIECE_RESERVED(3) + 16, 1), -ENOMEM);
	KUNIT_EXPECT_EQ(test, memblock_remove(PIECE_MEMORY(3) + 1, 1), -ENOMEM);
	KUNIT_EXPECT_EQ(test, memblock_phys_free(PIECE_RESERVED(3) + 1, 1), -ENOMEM);
	KUNIT_EXPECT_EQ(test, memblock_mark_nomap(PIECE_MEMORY(3), 1), -ENOMEM);
	KUNIT_EXPECT_EQ(test, memblock_mark_hotplug(PIECE_MEMORY(3) + 1, 15), -ENOMEM);
	KUNIT_EXPECT_EQ(test, memblock_clear_nomap(PIECE_MEMORY(3) + 1, 1), -ENOMEM);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc_range(16, 16, arena, arena + ARENA_SIZE), 0U);
	expect_unchanged(test);
}

/* ---- When not ------------------------------------------------------------------------ */

static void not_without_permission(struct kunit *test)
{
	memblock_can_resize = false;
	fill_memory(test, FIRST);
	fill_reserved(test, FIRST);
	KUNIT_EXPECT_EQ(test, memblock.memory.max, (unsigned long)FIRST);
	KUNIT_EXPECT_EQ(test, memblock.reserved.max, (unsigned long)FIRST);
	expect_all_refused(test);
}

static void not_without_a_place(struct kunit *test)
{
	/* Free are three pages, but no whole one on a page boundary. */
	memblock_reserve(arena, ARENA_SIZE - PAGES(3) - 1);
	memblock_reserve(arena + ARENA_SIZE - PAGES(2) - 1, 2);
	memblock_reserve(arena + ARENA_SIZE - 1, 1);
	memblock_reserve(arena + ARENA_SIZE - PAGES(1), 1);
	fill_memory(test, FIRST);
	fill_reserved(test, FIRST);
	remember();
	KUNIT_EXPECT_EQ(test, memblock_add(0xff000000, 1), -ENOMEM);
	KUNIT_EXPECT_EQ(test, memblock_reserve(0xff000000, 1), -ENOMEM);
	expect_unchanged(test);
}

static void not_above_the_limit(struct kunit *test)
{
	fill_memory(test, FIRST);
	fill_reserved(test, FIRST);
	memblock_set_current_limit(arena + PAGES(1) - 1);
	expect_all_refused(test);
	memblock_set_current_limit(0);
	expect_all_refused(test);
	memblock_set_current_limit(arena + PAGES(1));
	KUNIT_EXPECT_EQ(test, memblock_reserve(0xff000000, 1), 0);
	expect_array(test, &memblock.reserved, 256);
}

static void not_in_nomap_memory(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, memblock_mark_nomap(arena, ARENA_SIZE), 0);
	fill_memory(test, FIRST);
	fill_reserved(test, FIRST);
	expect_all_refused(test);
}

/* A full list takes every edit that does not make it longer. */
static void not_without_need(struct kunit *test)
{
	memblock_can_resize = false;
	fill_memory(test, FIRST);
	fill_reserved(test, FIRST);
	KUNIT_EXPECT_EQ(test, memblock_add(arena, ARENA_SIZE), 0);
	KUNIT_EXPECT_EQ(test, memblock_add(PIECE_MEMORY(3), 16), 0);
	KUNIT_EXPECT_EQ(test, memblock_reserve(PIECE_RESERVED(3) + 2, 3), 0);
	KUNIT_EXPECT_EQ(test, memblock_mark_hotplug(PIECE_MEMORY(0), 0x10000), 0);
	KUNIT_EXPECT_EQ(test, memblock_clear_hotplug(PIECE_MEMORY(0), 0x10000), 0);
	KUNIT_EXPECT_EQ(test, memblock_remove(PIECE_MEMORY(3) - 8, 16), 0);
	KUNIT_EXPECT_EQ(test, memblock_remove(PIECE_MEMORY(4) + 8, 16), 0);
	KUNIT_EXPECT_EQ(test, memblock_remove(PIECE_MEMORY(5) + 8, 8), 0); /* to its very end */
	KUNIT_EXPECT_EQ(test, memblock_add(PIECE_MEMORY(5), 8), 0);
	KUNIT_EXPECT_EQ(test, memblock_phys_free(PIECE_RESERVED(3), 8), 0);
	KUNIT_EXPECT_EQ(test, memblock_phys_free(PIECE_RESERVED(3) + 8, 32),
			0); /* one gone, one cut */
	KUNIT_EXPECT_EQ(test, memblock.memory.cnt, (unsigned long)FIRST);
	KUNIT_EXPECT_EQ(test, memblock.memory.total_size, ARENA_SIZE + 126U * 16 - 8);
	KUNIT_EXPECT_EQ(test, memblock.reserved.cnt, FIRST - 1UL);
	KUNIT_EXPECT_EQ(test, memblock.reserved.total_size, 126U * 16 + 8);
	KUNIT_EXPECT_EQ(test, memblock_remove(PIECE_MEMORY(8), PHYS_ADDR_MAX), 0);
	KUNIT_EXPECT_TRUE(test, memblock_check());
}

/* The last entries are used before anything moves. */
static void not_too_early(struct kunit *test)
{
	fill_memory(test, FIRST - 2);
	fill_reserved(test, FIRST - 1);
	KUNIT_EXPECT_EQ(test, memblock_mark_hotplug(arena + 1, 1), 0);
	KUNIT_EXPECT_EQ(test, memblock.memory.cnt, (unsigned long)FIRST);
	KUNIT_EXPECT_EQ(test, memblock_clear_hotplug(arena + 1, 1), 0);
	KUNIT_EXPECT_EQ(test, memblock.memory.cnt, FIRST - 2UL);
	fill_memory(test, FIRST - 1);
	KUNIT_EXPECT_EQ(test, memblock_remove(PIECE_MEMORY(9) + 1, 1), 0);
	KUNIT_EXPECT_EQ(test, memblock_phys_free(PIECE_RESERVED(9) + 1, 1), 0);
	KUNIT_EXPECT_EQ(test, memblock.memory.cnt, (unsigned long)FIRST);
	KUNIT_EXPECT_EQ(test, memblock.memory.max, (unsigned long)FIRST);
	KUNIT_EXPECT_EQ(test, memblock.reserved.cnt, (unsigned long)FIRST);
	KUNIT_EXPECT_EQ(test, memblock.reserved.max, (unsigned long)FIRST);
	KUNIT_EXPECT_TRUE(test, memblock_check());
}

/* ---- Where to ------------------------------------------------------------------------ */

/* One entry after the other: at 128 nothing moves, at 129 it does, at 257 again. */
static void doubles_when_full(struct kunit *test)
{
	const phys_addr_t end = arena + ARENA_SIZE;
	unsigned int i;

	for (i = 0; i < 300; i++) {
		unsigned long arrays = i < 128 ? 0 : 1;

		KUNIT_ASSERT_EQ(test, memblock_reserve(PIECE_RESERVED(i), PIECE_SIZE), 0);
		KUNIT_ASSERT_EQ(test, memblock.reserved.cnt, i + 1 + arrays);
		/* the array is an entry too, so the second time comes one entry earlier */
		KUNIT_ASSERT_EQ(test, memblock.reserved.max,
				i < 128   ? 128UL
				: i < 255 ? 256UL
					  : 512UL);
		KUNIT_ASSERT_TRUE(test, memblock_check());
	}
	/* 256 entries took the highest page; 512 the two below; then the page was free again. */
	expect_array(test, &memblock.reserved, 512);
	KUNIT_EXPECT_EQ(test, array_start(&memblock.reserved), end - PAGES(3));
	KUNIT_EXPECT_EQ(test, reserved_in_arena(), PAGES(2));
	KUNIT_EXPECT_EQ(test, memblock.reserved.total_size, 300U * 16 + PAGES(2));
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(PAGES(1), PAGES(1)), end - PAGES(1));
	for (i = 0; i < 300; i++) {
		KUNIT_EXPECT_TRUE(test, memblock_is_reserved(PIECE_RESERVED(i) + 15));
		KUNIT_EXPECT_FALSE(test, memblock_is_reserved(PIECE_RESERVED(i) + 16));
	}
}

static void memory_list_doubles(struct kunit *test)
{
	unsigned int i;

	memblock_set_bottom_up(true);
	fill_memory(test, FIRST);
	KUNIT_EXPECT_EQ(test, memblock.memory.max, (unsigned long)FIRST);
	EXPECT_NOTHING(test, memblock.reserved);
	fill_memory(test, 2 * FIRST);
	expect_array(test, &memblock.memory, 256);
	KUNIT_EXPECT_EQ(test, array_start(&memblock.memory), arena);
	fill_memory(test, 2 * FIRST + 1);
	expect_array(test, &memblock.memory, 512);
	KUNIT_EXPECT_EQ(test, array_start(&memblock.memory), arena + PAGES(1));
	KUNIT_EXPECT_EQ(test, memblock.reserved.cnt, 1UL);
	KUNIT_EXPECT_EQ(test, memblock.reserved.total_size, PAGES(2));
	for (i = 0; i < 2 * FIRST; i++)
		KUNIT_EXPECT_TRUE(test, memblock_is_region_memory(PIECE_MEMORY(i), PIECE_SIZE));
}

static void physmem_doubles(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < FIRST + 1; i++)
		KUNIT_ASSERT_EQ(test, memblock_physmem_add(PIECE_MEMORY(i), PIECE_SIZE), 0);
	expect_array(test, &physmem, 256);
	KUNIT_EXPECT_EQ(test, physmem.total_size, 129U * 16);
	KUNIT_EXPECT_EQ(test, memblock.reserved.total_size, PAGES(1));
}

/* One edit may fill more gaps than one doubling makes room for. */
static void doubles_until_it_fits(struct kunit *test)
{
	fill_reserved(test, FIRST);
	KUNIT_EXPECT_EQ(test, memblock_reserve(PIECE_RESERVED(0) - 1, 32 * 128 + 1), 0);
	expect_array(test, &memblock.reserved, 512);
	KUNIT_EXPECT_EQ(test, reserved_in_arena(), PAGES(2));
	KUNIT_EXPECT_TRUE(test, is_covered(PIECE_RESERVED(0) - 1, PIECE_RESERVED(128)));
	KUNIT_EXPECT_EQ(test, memblock.reserved.cnt, 2UL);

	fill_memory(test, FIRST);
	memblock_mark_nomap(PIECE_MEMORY(0), 0x10000);
	KUNIT_EXPECT_EQ(test, memblock_add(PIECE_MEMORY(0) - 1, 32 * 128), 0);
	expect_array(test, &memblock.memory, 256); /* exactly full: the arena, pieces, gaps */
	KUNIT_EXPECT_EQ(test, memblock.memory.cnt, 1 + 127 + 128UL);
}

/*
 * struct placement - pages of the arena that are being reserved, and where the array goes
 * then: to the best place above, if there is one, else below; -1: nowhere
 */
static const struct placement {
	int start, nr;
	bool bottom_up;
	int array;
} placements[] = {
	{8, 8, false, 7},   {8, 8, true, 0},  {0, 8, false, 15},   {0, 8, true, 8},
	{4, 8, false, 15},  {4, 8, true, 12}, {0, 15, false, 15},  {0, 15, true, 15},
	{1, 15, false, 0},  {1, 15, true, 0}, {0, 16, false, -1},  {0, 16, true, -1},
	{-1, 9, false, 15}, {-1, 9, true, 8}, {-1, 17, false, -1}, {-1, 17, true, -1},
};

static void describe_placement(const struct placement *p, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%d+%d %s", p->start, p->nr,
		 p->bottom_up ? "bottom-up" : "top-down");
}
KUNIT_ARRAY_PARAM(placement, placements, describe_placement)

static void clear_of_the_range(struct kunit *test)
{
	const struct placement *p = test->param_value;
	phys_addr_t base = arena + (phys_addr_t)p->start * PAGE_SIZE, size = PAGES(p->nr);
	phys_addr_t array = arena + (phys_addr_t)p->array * PAGE_SIZE;

	fill_reserved(test, FIRST);
	memblock_set_bottom_up(p->bottom_up);
	if (p->array < 0) {
		remember();
		KUNIT_EXPECT_EQ(test, memblock_reserve(base, size), -ENOMEM);
		KUNIT_EXPECT_EQ(test, memblock_reserve(0, base + size), -ENOMEM);
		expect_unchanged(test);
		return;
	}
	KUNIT_EXPECT_EQ(test, memblock_reserve(base, size), 0);
	expect_array(test, &memblock.reserved, 256);
	KUNIT_EXPECT_EQ(test, array_start(&memblock.reserved), array);
	KUNIT_EXPECT_TRUE(test, is_covered(base, base + size));
	KUNIT_EXPECT_EQ(test, memblock.reserved.total_size, 128U * 16 + size + PAGES(1));
}

/* What is allocated and where the list goes must not be the same place either. */
static void clear_of_an_allocation(struct kunit *test)
{
	fill_reserved(test, FIRST);
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(PAGES(15), PAGES(1)), arena + PAGES(1));
	expect_array(test, &memblock.reserved, 256);
	KUNIT_EXPECT_EQ(test, array_start(&memblock.reserved), arena);
	KUNIT_EXPECT_EQ(test, memblock.reserved.total_size, 128U * 16 + ARENA_SIZE);
}

static void no_allocation_that_leaves_no_place(struct kunit *test)
{
	fill_reserved(test, FIRST);
	remember();
	KUNIT_EXPECT_EQ(test, memblock_phys_alloc(ARENA_SIZE, PAGES(1)), 0U);
	expect_unchanged(test);
}

/* Memory that is about to go, or to lose its mapping, is no place. */
static void clear_of_lost_memory(struct kunit *test)
{
	fill_memory(test, FIRST);
	KUNIT_EXPECT_EQ(test, memblock_remove(arena + PAGES(12), PAGES(3)), 0);
	expect_array(test, &memblock.memory, 256);
	KUNIT_EXPECT_EQ(test, array_start(&memblock.memory), arena + PAGES(15));
	KUNIT_EXPECT_EQ(test, memblock.memory.cnt, FIRST + 1UL);
}

static void clear_of_unmapped_memory(struct kunit *test)
{
	fill_memory(test, FIRST);
	KUNIT_EXPECT_EQ(test, memblock_mark_nomap(arena + PAGES(14), PAGES(2)), 0);
	expect_array(test, &memblock.memory, 256);
	KUNIT_EXPECT_EQ(test, array_start(&memblock.memory), arena + PAGES(13));
}

static void other_flags_do_not_matter(struct kunit *test)
{
	fill_memory(test, FIRST);
	KUNIT_EXPECT_EQ(test, memblock_mark_hotplug(arena + PAGES(1), PAGES(15)), 0);
	expect_array(test, &memblock.memory, 256);
	KUNIT_EXPECT_EQ(test, array_start(&memblock.memory), arena + PAGES(15));
}

/* ---- Both lists -------------------------------------------------------------------------- */

/* The reserved list has no entry left for the other's array, so it moves first. */
static void reserved_moves_first(struct kunit *test)
{
	fill_memory(test, FIRST);
	fill_reserved(test, FIRST);
	KUNIT_EXPECT_EQ(test, memblock_add(0xff000000, PIECE_SIZE), 0);
	expect_array(test, &memblock.memory, 256);
	expect_array(test, &memblock.reserved, 256);
	KUNIT_EXPECT_EQ(test, array_start(&memblock.reserved), arena + PAGES(15));
	KUNIT_EXPECT_EQ(test, array_start(&memblock.memory), arena + PAGES(14));
	KUNIT_EXPECT_EQ(test, memblock.reserved.total_size, 128U * 16 + PAGES(2));
	KUNIT_EXPECT_EQ(test, memblock.memory.cnt, FIRST + 1UL);
}

/* The same once more: both old arrays are in memory now, and are given back. */
static void both_move_again(struct kunit *test)
{
	fill_memory(test, FIRST + 1);
	fill_reserved(test, 2 * FIRST);
	KUNIT_ASSERT_EQ(test, memblock.reserved.max, 256UL);
	fill_memory(test, 2 * FIRST);
	KUNIT_EXPECT_EQ(test, reserved_in_arena(), PAGES(2));
	KUNIT_EXPECT_EQ(test, memblock_add(0xff000000, PIECE_SIZE), 0);
	expect_array(test, &memblock.memory, 512);
	expect_array(test, &memblock.reserved, 512);
	KUNIT_EXPECT_EQ(test, reserved_in_arena(), PAGES(4));
}

static void one_entry_is_enough(struct kunit *test)
{
	fill_memory(test, FIRST);
	fill_reserved(test, FIRST - 1);
	KUNIT_EXPECT_EQ(test, memblock_add(0xff000000, PIECE_SIZE), 0);
	expect_array(test, &memblock.memory, 256);
	KUNIT_EXPECT_EQ(test, memblock.reserved.max, (unsigned long)FIRST);
	KUNIT_EXPECT_EQ(test, memblock.reserved.cnt, (unsigned long)FIRST);
}

/* Room for one array only: the reserved list has moved already, and must come back. */
static void refused_halfway(struct kunit *test)
{
	fill_memory(test, FIRST);
	memblock_reserve(arena, ARENA_SIZE - PAGES(1));
	fill_reserved(test, FIRST);
	remember();
	KUNIT_EXPECT_EQ(test, memblock_add(0xff000000, PIECE_SIZE), -ENOMEM);
	KUNIT_EXPECT_EQ(test, memblock_remove(PIECE_MEMORY(3) + 1, 1), -ENOMEM);
	KUNIT_EXPECT_EQ(test, memblock_mark_hotplug(PIECE_MEMORY(3) + 1, 1), -ENOMEM);
	expect_unchanged(test);
	KUNIT_EXPECT_EQ(test, memblock_reserve(0xff000000, PIECE_SIZE), 0);
	expect_array(test, &memblock.reserved, 256);
}

/*
 * The memory list has grown once, and its array lies in the middle of other
 * reservations: to move again it needs two entries, one for the new array and one for
 * the hole that the old one leaves.
 */
static void old_array_leaves_a_hole(struct kunit *test)
{
	const unsigned long taken = *(const unsigned long *)test->param_value;

	memblock_reserve(arena + PAGES(14), PAGES(1));
	memblock_reserve(arena + PAGES(16), PAGES(1));
	fill_memory(test, FIRST * 2);
	KUNIT_ASSERT_EQ(test, array_start(&memblock.memory), arena + PAGES(15));
	KUNIT_ASSERT_EQ(test, memblock.reserved.cnt, 1UL);
	fill_reserved(test, taken);
	memblock_set_bottom_up(true);
	KUNIT_EXPECT_EQ(test, memblock_add(0xff000000, PIECE_SIZE), 0);
	expect_array(test, &memblock.memory, 512);
	KUNIT_EXPECT_EQ(test, memblock.reserved.max, taken + 2 > FIRST ? 256UL : 128UL);
	KUNIT_EXPECT_FALSE(test, memblock_is_region_reserved(arena + PAGES(15), PAGES(1)));
	KUNIT_EXPECT_TRUE(test, is_covered(arena + PAGES(14), arena + PAGES(15)));
	KUNIT_EXPECT_TRUE(test, is_covered(arena + PAGES(16), arena + PAGES(17)));
}

static const unsigned long taken_entries[] = {FIRST - 2, FIRST - 1, FIRST};
KUNIT_ARRAY_PARAM(taken, taken_entries, NULL)

/* The range lies over the old array, which is freed while the range is being added. */
static void reserving_over_the_old_array(struct kunit *test)
{
	fill_reserved(test, FIRST * 2);
	KUNIT_ASSERT_EQ(test, array_start(&memblock.reserved), arena + PAGES(15));
	KUNIT_EXPECT_EQ(test, memblock_reserve(arena + PAGES(8), PAGES(8)), 0);
	expect_array(test, &memblock.reserved, 512);
	KUNIT_EXPECT_EQ(test, array_start(&memblock.reserved), arena + PAGES(6));
	KUNIT_EXPECT_TRUE(test, is_covered(arena + PAGES(8), arena + PAGES(16)));
	KUNIT_EXPECT_EQ(test, reserved_in_arena(), PAGES(10));
}

static void freeing_makes_a_list_longer(struct kunit *test)
{
	fill_reserved(test, FIRST);
	KUNIT_EXPECT_EQ(test, memblock_phys_free(PIECE_RESERVED(5) + 4, 8), 0);
	expect_array(test, &memblock.reserved, 256);
	KUNIT_EXPECT_EQ(test, memblock.reserved.cnt, FIRST + 2UL);
	KUNIT_EXPECT_EQ(test, memblock.reserved.total_size, 128U * 16 - 8 + PAGES(1));
	KUNIT_EXPECT_TRUE(test, memblock_is_reserved(PIECE_RESERVED(5) + 12));
}

static struct kunit_case memblock_grow_cases[] = {
	KUNIT_CASE(not_without_permission),
	KUNIT_CASE(not_without_a_place),
	KUNIT_CASE(not_above_the_limit),
	KUNIT_CASE(not_in_nomap_memory),
	KUNIT_CASE(not_without_need),
	KUNIT_CASE(not_too_early),
	KUNIT_CASE(doubles_when_full),
	KUNIT_CASE(memory_list_doubles),
	KUNIT_CASE(physmem_doubles),
	KUNIT_CASE(doubles_until_it_fits),
	KUNIT_CASE_PARAM(clear_of_the_range, placement_gen_params),
	KUNIT_CASE(clear_of_an_allocation),
	KUNIT_CASE(no_allocation_that_leaves_no_place),
	KUNIT_CASE(clear_of_lost_memory),
	KUNIT_CASE(clear_of_unmapped_memory),
	KUNIT_CASE(other_flags_do_not_matter),
	KUNIT_CASE(reserved_moves_first),
	KUNIT_CASE(both_move_again),
	KUNIT_CASE(one_entry_is_enough),
	KUNIT_CASE(refused_halfway),
	KUNIT_CASE_PARAM(old_array_leaves_a_hole, taken_gen_params),
	KUNIT_CASE(reserving_over_the_old_array),
	KUNIT_CASE(freeing_makes_a_list_longer),
	{}};

static struct kunit_suite memblock_grow_suite = {
	.name = "memblock_grow",
	.init = grow_init,
	.exit = memblock_test_exit,
	.test_cases = memblock_grow_cases,
};
kunit_test_suite(memblock_grow_suite);
