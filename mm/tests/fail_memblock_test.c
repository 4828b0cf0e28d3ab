/* SPDX-License-Identifier: MIT */
/*
 * memblock with each of its allocations failing.
 *
 * Here an allocation is a place in free memory, for a caller or for an array that a full
 * list moves into; what fails is that there is no such place. All three lists are full, so
 * that every edit that wants an entry more has to move one, and the reserved list first
 * where it is another's. With the n-th failing there is room for n pages.
 */
#include <mm/tests/fail_case.h>
#include <mm/tests/memblock_test.h>

#define FIRST INIT_MEMBLOCK_REGIONS

/* Sixteen bytes each, thirty-two apart: no two touch. Behind them is nothing. */
#define PIECE_SIZE        16
#define PIECE_RESERVED(i) (0xd0000000U + (phys_addr_t)(i)*32)
#define PIECE_MEMORY(i)   (0xe0000000U + (phys_addr_t)(i)*32)
#define PIECE_PHYSMEM(i)  (0xf0000000U + (phys_addr_t)(i)*32)
#define NOWHERE           0xff000000U

#define SIZE 64

static phys_addr_t arena;

/* The lists as a case begins, in their first arrays. */
static struct {
	struct memblock memblock;
	struct memblock_type physmem;
	struct memblock_region memory[FIRST], reserved[FIRST], physmem_regions[FIRST];
} start;

static void fill_lists(struct kunit *test, unsigned long arg __unused)
{
	unsigned int i;

	arena = arena_get(test);
	memblock_add(arena, ARENA_SIZE);
	for (i = 0; i < FIRST; i++) {
		KUNIT_EXPECT_EQ(test, memblock_reserve(PIECE_RESERVED(i), PIECE_SIZE), 0);
		KUNIT_EXPECT_EQ(test, memblock_physmem_add(PIECE_PHYSMEM(i), PIECE_SIZE), 0);
		if (memblock.memory.cnt < FIRST)
			KUNIT_EXPECT_EQ(test, memblock_add(PIECE_MEMORY(i), PIECE_SIZE), 0);
	}
	memblock_set_current_limit(0);
	memblock_allow_resize();
	start.memblock = memblock;
	start.physmem = physmem;
	memcpy(start.memory, memblock.memory.regions, sizeof(start.memory));
	memcpy(start.reserved, memblock.reserved.regions, sizeof(start.reserved));
	memcpy(start.physmem_regions, physmem.regions, sizeof(start.physmem_regions));
}

static void begin_again(void *what __unused, unsigned long arg __unused)
{
	memblock = start.memblock;
	physmem = start.physmem;
	memcpy(memblock.memory.regions, start.memory, sizeof(start.memory));
	memcpy(memblock.reserved.regions, start.reserved, sizeof(start.reserved));
	memcpy(physmem.regions, start.physmem_regions, sizeof(start.physmem_regions));
}

static void room_for(unsigned int nr_pages)
{
	memblock_set_current_limit(arena + PAGES(nr_pages));
}

static void no_room(void)
{
	memblock_set_current_limit(0);
}

/* What an edit that was refused says; what it must not have done, the lists tell. */
static void *edited(struct kunit *test, int ret)
{
	if (!ret)
		return &memblock;
	KUNIT_EXPECT_EQ(test, ret, -ENOMEM);
	return NULL;
}

/* --- edits ------------------------------------------------------------------------------------ */

static void *try_memblock_add(struct kunit *test, unsigned long arg __unused)
{
	return edited(test, memblock_add(NOWHERE, SIZE));
}

static void *try_memblock_add_node(struct kunit *test, unsigned long arg __unused)
{
	return edited(test, memblock_add_node(NOWHERE, SIZE, 0, MEMBLOCK_HOTPLUG));
}

static void *try_memblock_physmem_add(struct kunit *test, unsigned long arg __unused)
{
	return edited(test, memblock_physmem_add(NOWHERE, SIZE));
}

static void *try_memblock_reserve(struct kunit *test, unsigned long arg __unused)
{
	return edited(test, memblock_reserve(NOWHERE, SIZE));
}

static void *try_memblock_remove(struct kunit *test, unsigned long arg __unused)
{
	return edited(test, memblock_remove(PIECE_MEMORY(3) + 1, 1));
}

static void *try_memblock_phys_free(struct kunit *test, unsigned long arg __unused)
{
	return edited(test, memblock_phys_free(PIECE_RESERVED(3) + 1, 1));
}

/* It cannot say so when it fails. */
static void *try_memblock_free(struct kunit *test __unused, unsigned long arg __unused)
{
	memblock_free(phys_to_virt(PIECE_RESERVED(5) + 1), 1);
	return memblock_is_reserved(PIECE_RESERVED(5) + 1) ? NULL : &memblock;
}

static void *try_memblock_mark_hotplug(struct kunit *test, unsigned long arg __unused)
{
	return edited(test, memblock_mark_hotplug(PIECE_MEMORY(3) + 4, 4));
}

static void *try_memblock_mark_nomap(struct kunit *test, unsigned long arg __unused)
{
	return edited(test, memblock_mark_nomap(PIECE_MEMORY(3), 4));
}

/* Clearing what is not set splits and merges all the same. */
static void *try_memblock_clear_hotplug(struct kunit *test, unsigned long arg __unused)
{
	return edited(test, memblock_clear_hotplug(PIECE_MEMORY(3) + 4, 4));
}

static void *try_memblock_clear_nomap(struct kunit *test, unsigned long arg __unused)
{
	return edited(test, memblock_clear_nomap(PIECE_MEMORY(3) + 4, 12));
}

/* --- allocations ----------------------------------------------------------------------------- */

static void *try_memblock_phys_alloc_range(struct kunit *test __unused, unsigned long arg __unused)
{
	return (void *)(unsigned long)memblock_phys_alloc_range(SIZE, SIZE, 0,
								MEMBLOCK_ALLOC_ACCESSIBLE);
}

static void *try_memblock_phys_alloc(struct kunit *test __unused, unsigned long arg __unused)
{
	return (void *)(unsigned long)memblock_phys_alloc(SIZE, SIZE);
}

static void *try_memblock_phys_alloc_try_nid(struct kunit *test __unused,
					     unsigned long arg __unused)
{
	return (void *)(unsigned long)memblock_phys_alloc_try_nid(SIZE, SIZE, 0);
}

static void *try_memblock_alloc(struct kunit *test __unused, unsigned long arg __unused)
{
	return memblock_alloc(SIZE, SIZE);
}

static void *try_memblock_alloc_raw(struct kunit *test __unused, unsigned long arg __unused)
{
	return memblock_alloc_raw(SIZE, SIZE);
}

static void *try_memblock_alloc_from(struct kunit *test __unused, unsigned long arg __unused)
{
	return memblock_alloc_from(SIZE, SIZE, NOWHERE);
}

static void *try_memblock_alloc_low(struct kunit *test __unused, unsigned long arg __unused)
{
	return memblock_alloc_low(SIZE, SIZE);
}

static void *try_memblock_alloc_node(struct kunit *test __unused, unsigned long arg __unused)
{
	return memblock_alloc_node(SIZE, SIZE, 0);
}

static void *try_memblock_alloc_try_nid(struct kunit *test __unused, unsigned long arg __unused)
{
	return memblock_alloc_try_nid(SIZE, SIZE, 0, MEMBLOCK_ALLOC_ANYWHERE, 0);
}

static void *try_memblock_alloc_try_nid_raw(struct kunit *test __unused, unsigned long arg __unused)
{
	return memblock_alloc_try_nid_raw(SIZE, SIZE, 0, MEMBLOCK_ALLOC_ANYWHERE, 0);
}

static void *try_memblock_alloc_exact_nid_raw(struct kunit *test __unused,
					      unsigned long arg __unused)
{
	return memblock_alloc_exact_nid_raw(SIZE, SIZE, 0, MEMBLOCK_ALLOC_ANYWHERE, 0);
}

/* clang-format: it takes an initialiser for a block. */
/* clang-format off */
#define MEMBLOCK(fn, nr_points) \
	{.name = #fn, .attempt = try_##fn, .undo = begin_again, .points = nr_points, \
	 .prepare = fill_lists, .arm = room_for, .disarm = no_room}
/* clang-format on */

/*
 * A list that is not the reserved one needs a page for its new array, and one before it for
 * that of the reserved list, which has no entry left for the first. A caller's own place
 * needs a page that the reserved list's array does not.
 */
static const struct fail_case fail_memblock_table[] = {
	MEMBLOCK(memblock_add, 2),
	MEMBLOCK(memblock_add_node, 2),
	MEMBLOCK(memblock_physmem_add, 2),
	MEMBLOCK(memblock_reserve, 1),
	MEMBLOCK(memblock_remove, 2),
	MEMBLOCK(memblock_phys_free, 1),
	MEMBLOCK(memblock_free, 1),
	MEMBLOCK(memblock_mark_hotplug, 2),
	MEMBLOCK(memblock_mark_nomap, 2),
	MEMBLOCK(memblock_clear_hotplug, 2),
	MEMBLOCK(memblock_clear_nomap, 2),
	MEMBLOCK(memblock_phys_alloc_range, 2),
	MEMBLOCK(memblock_phys_alloc, 2),
	MEMBLOCK(memblock_phys_alloc_try_nid, 2),
	MEMBLOCK(memblock_alloc, 2),
	MEMBLOCK(memblock_alloc_raw, 2),
	MEMBLOCK(memblock_alloc_from, 2),
	MEMBLOCK(memblock_alloc_low, 2),
	MEMBLOCK(memblock_alloc_node, 2),
	MEMBLOCK(memblock_alloc_try_nid, 2),
	MEMBLOCK(memblock_alloc_try_nid_raw, 2),
	MEMBLOCK(memblock_alloc_exact_nid_raw, 2),
};
KUNIT_ARRAY_PARAM(fail_memblock, fail_memblock_table, fail_case_desc)

static void fail_memblock_exit(struct kunit *test)
{
	fail_case_exit(test);
	memblock_test_exit(test);
}

static struct kunit_case fail_memblock_cases[] = {
	KUNIT_CASE_PARAM(nth_allocation_fails, fail_memblock_gen_params),
	{},
};

static struct kunit_suite fail_memblock_suite = {
	.name = "fail_memblock",
	.init = memblock_test_init,
	.exit = fail_memblock_exit,
	.test_cases = fail_memblock_cases,
};
kunit_test_suite(fail_memblock_suite);
