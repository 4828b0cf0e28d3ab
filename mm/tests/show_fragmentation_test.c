/* SPDX-License-Identifier: MIT */
/*
 * The indices of fragmentation, on zones whose free lists the test makes up, and the
 * views on the real ones.
 */
#include <kernel/selftest.h>
#include <kernel/seq.h>
#include <kernel/lib/kstrtox.h>
#include <kernel/lib/vsprintf.h>
#include <mm/internal.h>
#include <mm/mm.h>

static struct zone zone;

static int fragmentation_init(struct kunit *test __unused)
{
	memset(&zone, 0, sizeof(zone));
	return 0;
}

static void nothing_free_is_all_unusable(struct kunit *test)
{
	unsigned int order;

	for (order = 0; order < MAX_ORDER; order++) {
		KUNIT_EXPECT_EQ(test, unusable_free_index(&zone, order), 1000);
		KUNIT_EXPECT_EQ(test, fragmentation_index(&zone, order), 0);
	}
}

/* 8 single pages, 2 pairs, 1 block of 4: 16 pages. */
static void small_blocks_serve_small_requests(struct kunit *test)
{
	static const int unusable[] = {0, 500, 750, 1000, 1000};
	unsigned int order;

	zone.free_area[0].nr_free = 8;
	zone.free_area[1].nr_free = 2;
	zone.free_area[2].nr_free = 1;
	for (order = 0; order < ARRAY_SIZE(unusable); order++)
		KUNIT_EXPECT_EQ(test, unusable_free_index(&zone, order), unusable[order]);
	for (order = 0; order <= 2; order++)
		KUNIT_EXPECT_EQ(test, fragmentation_index(&zone, order), -1000);
	/* 16 pages would make 2 blocks of order 3: 1000 - (1000 + 2000) / 11. */
	KUNIT_EXPECT_EQ(test, fragmentation_index(&zone, 3), 1000 - 3000 / 11);
	/* They do not make one of order 5: 1000 - (1000 + 500) / 11. */
	KUNIT_EXPECT_EQ(test, fragmentation_index(&zone, 5), 1000 - 1500 / 11);
}

/* One large block serves everybody. */
static void one_large_block_serves_all(struct kunit *test)
{
	unsigned int order;

	zone.free_area[MAX_ORDER - 1].nr_free = 3;
	for (order = 0; order < MAX_ORDER; order++) {
		KUNIT_EXPECT_EQ(test, unusable_free_index(&zone, order), 0);
		KUNIT_EXPECT_EQ(test, fragmentation_index(&zone, order), -1000);
	}
}

/* Little free, in one block: towards 0 it is memory that is missing. */
static void want_of_memory_is_not_fragmentation(struct kunit *test)
{
	zone.free_area[0].nr_free = 1;
	KUNIT_EXPECT_EQ(test, fragmentation_index(&zone, 10), 0);
	/* A whole gigabyte in single pages is nothing but fragmented. */
	zone.free_area[0].nr_free = 1UL << 18;
	KUNIT_EXPECT_EQ(test, fragmentation_index(&zone, 10), 1000);
	KUNIT_EXPECT_EQ(test, unusable_free_index(&zone, 1), 1000);
}

/*
 * Views
 */

static char said[4096];

static void show(void (*view)(struct seq_file *m))
{
	struct seq_file m;

	seq_open_buffer(&m, said, sizeof(said));
	view(&m);
}

/* column - the @n-th number behind @opening, as digits */
static unsigned long column(struct kunit *test, const char *opening, unsigned int n)
{
	char *at = strstr(said, opening);

	KUNIT_ASSERT_NOT_NULL(test, at);
	for (at += strlen(opening); n; n--) {
		at += strspn(at, " ");
		at += strcspn(at, " \n");
	}
	return (unsigned long)simple_strtoull(at + strspn(at, " "), NULL, 10);
}

static void pagetypeinfo_counts_free_blocks(struct kunit *test)
{
	struct zone *z;
	unsigned int order;
	char opening[64];

	show(show_pagetypeinfo);
	KUNIT_EXPECT_TRUE(test,
			  str_has_prefix(said, "Page block order: 10\nPages per block:  1024\n\n"
					       "Free pages count per migrate type at order "));
	for_each_populated_zone(z) {
		scnprintf(opening, sizeof(opening), "Node    0, zone %8s, type    Unmovable ",
			  z->name);
		for (order = 0; order < MAX_ORDER; order++)
			KUNIT_EXPECT_EQ(test, column(test, opening, order),
					z->free_area[order].nr_free);
		scnprintf(opening, sizeof(opening), "Node    0, zone %8s, type      Movable ",
			  z->name);
		KUNIT_EXPECT_EQ(test, column(test, opening, 0), 0);
		/* A block for every 4 MiB that the zone touches, where any of it is managed. */
		scnprintf(opening, sizeof(opening), "\nNode 0, zone %8s ", z->name);
		KUNIT_EXPECT_LE(test, column(test, opening, 0), z->spanned_pages / 1024 + 2);
		KUNIT_EXPECT_GE(test, column(test, opening, 0), z->managed_pages / 1024);
	}
}

static void indices_are_shown_for_each_order(struct kunit *test)
{
	struct zone *z;
	char row[64];

	show(show_fragmentation);
	KUNIT_EXPECT_TRUE(test, str_has_prefix(said, "unusable free space index\nNode 0, zone "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, "\nfragmentation index\nNode 0, zone "));
	for_each_populated_zone(z) {
		int index = unusable_free_index(z, MAX_ORDER - 1);

		scnprintf(row, sizeof(row), "Node 0, zone %8s 0.000 ", z->name);
		if (!unusable_free_index(z, 0))
			KUNIT_EXPECT_NOT_NULL(test, strstr(said, row));
		scnprintf(row, sizeof(row), " %d.%03d \n", index / 1000, index % 1000);
		KUNIT_EXPECT_NOT_NULL(test, strstr(said, row));
	}
}

static struct kunit_case fragmentation_test_cases[] = {
	KUNIT_CASE(nothing_free_is_all_unusable),
	KUNIT_CASE(small_blocks_serve_small_requests),
	KUNIT_CASE(one_large_block_serves_all),
	KUNIT_CASE(want_of_memory_is_not_fragmentation),
	KUNIT_CASE(pagetypeinfo_counts_free_blocks),
	KUNIT_CASE(indices_are_shown_for_each_order),
	{},
};

static struct kunit_suite fragmentation_suite = {
	.name = "fragmentation",
	.init = fragmentation_init,
	.test_cases = fragmentation_test_cases,
};
kunit_test_suite(fragmentation_suite);
