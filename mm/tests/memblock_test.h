/* SPDX-License-Identifier: MIT */
/*
 * What memblock's suites share: an empty memblock for each case, exact
 * expectations of a list, and a piece of real memory for what is written to.
 *
 * Most addresses in the suites are invented; memblock only does arithmetic with
 * them. Two things write: allocating cleared memory, and moving a full list into a
 * larger array. Cases that do either let memblock find the arena and nothing else.
 */
#ifndef MM_TESTS_MEMBLOCK_TEST_H
#define MM_TESTS_MEMBLOCK_TEST_H

#include <kernel/selftest.h>
#include <mm/memblock.h>

#define KIB(n)   ((phys_addr_t)(n) << 10)
#define MIB(n)   ((phys_addr_t)(n) << 20)
#define PAGES(n) ((phys_addr_t)(n) << PAGE_SHIFT)

/* The page at the top, of which the last byte cannot be had. */
#define TOP_PAGE (PHYS_ADDR_MAX & PAGE_MASK)

/* Where memblock_add() puts memory: on no node in particular. Without NUMA all is node 0. */
#define DEFAULT_NID (MAX_NUMNODES > 1 ? MAX_NUMNODES : 0)

/* A region as a case expects it; half open. */
struct span {
	phys_addr_t start;
	phys_addr_t end;
	enum memblock_flags flags;
};

/*
 * memblock_world_begin - put memblock aside and begin with an empty one
 * Return: 0, or -EBUSY while its lists are in grown arrays.
 */
int memblock_world_begin(void);
/* memblock_world_end - bring it back, and free the arena; nothing if that is done */
void memblock_world_end(void);
/* memblock_test_reset - empty lists in their first arrays, all settings as at power-on */
void memblock_test_reset(void);

/* Suite hooks: the same for each case. */
int memblock_test_init(struct kunit *test);
void memblock_test_exit(struct kunit *test);

/* memblock_test_expect - @type holds exactly these spans, and memblock is sound */
void memblock_test_expect(struct kunit *test, const char *file, int line,
			  const struct memblock_type *type, const struct span *spans,
			  unsigned long nr);

#define EXPECT_LIST(test, list, ...)                                                               \
	do {                                                                                       \
		static const struct span __spans[] = {__VA_ARGS__};                                \
		memblock_test_expect(test, __FILE__, __LINE__, &(list), __spans,                   \
				     ARRAY_SIZE(__spans));                                         \
	} while (0)
#define EXPECT_MEMORY(test, ...)   EXPECT_LIST(test, memblock.memory, __VA_ARGS__)
#define EXPECT_RESERVED(test, ...) EXPECT_LIST(test, memblock.reserved, __VA_ARGS__)
#define EXPECT_NOTHING(test, list) memblock_test_expect(test, __FILE__, __LINE__, &(list), NULL, 0)

/* The arena: real pages that lie below every invented address that cases allocate from. */
#define ARENA_ORDER 4
#define ARENA_SIZE  PAGES(1 << ARENA_ORDER)

/* memblock_world_arena - physical address of the arena, 0 when there is none */
phys_addr_t memblock_world_arena(void);
/* arena_get - likewise; ends the case when there is none */
phys_addr_t arena_get(struct kunit *test);

#endif
