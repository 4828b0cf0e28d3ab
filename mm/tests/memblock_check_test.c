/* SPDX-License-Identifier: MIT */
/* Tests of memblock's checker, by breaking each invariant in turn, and of its view. */
#include <mm/tests/memblock_test.h>
#include <kernel/printk.h>
#include <kernel/seq.h>

/* ---- The checker ---------------------------------------------------------------------- */

static bool complains(void)
{
	bool sound;

	printk_set_prefix("# ");
	sound = memblock_check();
	printk_set_prefix(NULL);
	return !sound;
}

static void two_regions(void)
{
	memblock_test_reset();
	memblock_add(MIB(1), MIB(1));
	memblock_add(MIB(4), MIB(1));
}

static void finds_broken_lists(struct kunit *test)
{
	struct memblock_region *r = memblock.memory.regions;

	two_regions();
	KUNIT_EXPECT_TRUE(test, memblock_check());
	r[0].size = MIB(1) + 1; /* total_size */
	KUNIT_EXPECT_TRUE(test, complains());

	two_regions();
	r[0].size = MIB(3) + 1; /* overlap */
	memblock.memory.total_size = MIB(4) + 1;
	KUNIT_EXPECT_TRUE(test, complains());

	two_regions();
	r[0].size = MIB(3); /* not merged */
	memblock.memory.total_size = MIB(4);
	KUNIT_EXPECT_TRUE(test, complains());
	r[0].flags = MEMBLOCK_HOTPLUG; /* now they differ */
	KUNIT_EXPECT_TRUE(test, memblock_check());

	two_regions();
	r[1].size = 0;
	memblock.memory.total_size = MIB(1);
	KUNIT_EXPECT_TRUE(test, complains());

	two_regions();
	r[1].size = PHYS_ADDR_MAX - MIB(4) + 1; /* past the top */
	memblock.memory.total_size = r[0].size + r[1].size;
	KUNIT_EXPECT_TRUE(test, complains());
	r[1].size--;
	memblock.memory.total_size--;
	KUNIT_EXPECT_TRUE(test, memblock_check());
}

static void finds_bad_counts(struct kunit *test)
{
	two_regions();
	memblock.memory.cnt = 0;
	KUNIT_EXPECT_TRUE(test, complains());
	memblock.memory.cnt = memblock.memory.max + 1;
	KUNIT_EXPECT_TRUE(test, complains());
	memblock.memory.cnt = 3;
	KUNIT_EXPECT_TRUE(test, complains());

	memblock_test_reset();
	KUNIT_EXPECT_TRUE(test, memblock_check());
	memblock.reserved.total_size = 1; /* of an empty list */
	KUNIT_EXPECT_TRUE(test, complains());
	memblock_test_reset();
	memblock.reserved.regions[0].base = 1;
	KUNIT_EXPECT_TRUE(test, complains());
	memblock_test_reset();
	memblock.reserved.regions[0].flags = MEMBLOCK_NOMAP;
	KUNIT_EXPECT_TRUE(test, complains());
	memblock_test_reset();
	physmem.cnt = 2;
	KUNIT_EXPECT_TRUE(test, complains());
}

/* The array of a list that has grown is freed under it. */
static void finds_a_lost_array(struct kunit *test)
{
	phys_addr_t arena = arena_get(test), array;
	unsigned int i;

	memblock_add(arena, ARENA_SIZE);
	memblock_set_current_limit(arena + ARENA_SIZE);
	memblock_allow_resize();
	for (i = 0; i < INIT_MEMBLOCK_REGIONS; i++)
		KUNIT_ASSERT_EQ(test, memblock_add(0xf0000000 + i * 32, 16), 0);
	KUNIT_ASSERT_EQ(test, memblock.memory.max, 256UL);
	KUNIT_EXPECT_TRUE(test, memblock_check());
	array = __pa(memblock.memory.regions);
	memblock_phys_free(array, 1);
	KUNIT_EXPECT_TRUE(test, complains());
	memblock_reserve(array, 1);
	KUNIT_EXPECT_TRUE(test, memblock_check());
	memblock_phys_free(array + 256 * sizeof(struct memblock_region) - 1, 1);
	KUNIT_EXPECT_TRUE(test, complains());
}

/* ---- The view --------------------------------------------------------------------------- */

static void shows_regions_and_flags(struct kunit *test)
{
	static char text[512];
	struct seq_file m;

	memblock_add(MIB(1), MIB(1));
	memblock_add_node(MIB(2), MIB(1), DEFAULT_NID, MEMBLOCK_NOMAP);
	memblock_add_node(MIB(8), 1, DEFAULT_NID, MEMBLOCK_HOTPLUG | MEMBLOCK_MIRROR);
	memblock_reserve(0, KIB(4));
	seq_open_buffer(&m, text, sizeof(text));
	show_memblock(&m);
	KUNIT_EXPECT_STREQ(test, text,
			   "memory\n"
			   "   0: 0x" ZEROES "00100000..0x" ZEROES "001fffff\n"
			   "   1: 0x" ZEROES "00200000..0x" ZEROES "002fffff NOMAP\n"
			   "   2: 0x" ZEROES "00800000..0x" ZEROES "00800000 HOTPLUG|MIRROR\n"
			   "reserved\n"
			   "   0: 0x" ZEROES "00000000..0x" ZEROES "00000fff\n"
			   "physmem\n");

	/* What a merge leaves behind the end of the list is not shown. */
	memblock_remove(MIB(2), MIB(8));
	memblock_add(MIB(2), MIB(1));
	seq_open_buffer(&m, text, sizeof(text));
	show_memblock(&m);
	KUNIT_EXPECT_TRUE(test, str_has_prefix(text, "memory\n"
						     "   0: 0x" ZEROES "00100000..0x" ZEROES
						     "002fffff\nreserved\n"));
}

static struct kunit_case memblock_check_cases[] = {KUNIT_CASE(finds_broken_lists),
						   KUNIT_CASE(finds_bad_counts),
						   KUNIT_CASE(finds_a_lost_array),
						   KUNIT_CASE(shows_regions_and_flags),
						   {}};

static struct kunit_suite memblock_check_suite = {
	.name = "memblock_check",
	.init = memblock_test_init,
	.exit = memblock_test_exit,
	.test_cases = memblock_check_cases,
};
kunit_test_suite(memblock_check_suite);
