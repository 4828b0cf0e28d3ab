/* SPDX-License-Identifier: MIT */
/*
 * The registry of ranges, on a tree of the test's own: where a range goes, what its
 * neighbours become, and random ranges against an array that says who owns each unit.
 */
#include <kernel/selftest.h>
#include <kernel/lib/vsprintf.h>
#include <kernel/resource.h>
#include <kernel/seq.h>

#define BUSY (IORESOURCE_MEM | IORESOURCE_BUSY)

static struct resource tree;
static unsigned int pool_before;

static int resource_test_init(struct kunit *test __unused)
{
	tree = (struct resource){.start = 0, .end = (resource_size_t)-1, .name = "test"};
	pool_before = resource_pool_free();
	return 0;
}

/* Whatever a case added goes back to the pool. */
static void resource_test_exit(struct kunit *test)
{
	const struct resource *res;

	while ((res = resource_next(&tree, NULL, NULL))) {
		struct resource *first = tree.child;

		/* Only what is busy and of the pool can be released by range. */
		first->flags |= IORESOURCE_BUSY;
		if (resource_release(&tree, res->start, resource_size(res)))
			remove_resource(first);
	}
	KUNIT_EXPECT_EQ(test, resource_pool_free(), pool_before);
	KUNIT_EXPECT_TRUE(test, resource_check(&tree));
	KUNIT_EXPECT_TRUE(test, resource_check(&iomem_resource));
}

/* Walk the tree and expect it as lines "depth:start-end name". */
static void expect_tree(struct kunit *test, const char *want)
{
	static char text[512];
	const struct resource *res;
	unsigned int depth;
	struct seq_file m;

	seq_open_buffer(&m, text, sizeof(text));
	for_each_resource(res, &tree, &depth)
		seq_printf(&m, "%u:%lx-%lx %s\n", depth, res->start, res->end, res->name);
	KUNIT_EXPECT_STREQ(test, text, want);
	KUNIT_EXPECT_TRUE(test, resource_check(&tree));
}

static void ranges_nest(struct kunit *test)
{
	struct resource ram = DEFINE_RESOURCE(0x1000, 0x9000, "ram", IORESOURCE_SYSTEM_RAM);
	struct resource text = DEFINE_RESOURCE(0x2000, 0x1000, "text", BUSY);
	struct resource data = DEFINE_RESOURCE(0x3000, 0x1000, "data", BUSY);
	struct resource image = DEFINE_RESOURCE(0x2000, 0x3000, "image", BUSY);
	struct resource same = DEFINE_RESOURCE(0x2000, 0x3000, "same", BUSY);
	struct resource rom = DEFINE_RESOURCE(0xf000, 0x1000, "rom", BUSY);

	KUNIT_EXPECT_EQ(test, insert_resource(&tree, &rom), 0);
	KUNIT_EXPECT_EQ(test, insert_resource(&tree, &data), 0);
	KUNIT_EXPECT_EQ(test, insert_resource(&tree, &text), 0);
	KUNIT_EXPECT_EQ(test, insert_resource(&tree, &ram), 0);
	expect_tree(test, "0:1000-9fff ram\n1:2000-2fff text\n1:3000-3fff data\n0:f000-ffff rom\n");
	KUNIT_EXPECT_EQ(test, insert_resource(&tree, &image), 0);
	expect_tree(test, "0:1000-9fff ram\n1:2000-4fff image\n2:2000-2fff text\n"
			  "2:3000-3fff data\n0:f000-ffff rom\n");
	/* Of equals the later is inside, but what was inside stays so. */
	KUNIT_EXPECT_EQ(test, insert_resource(&tree, &same), 0);
	KUNIT_EXPECT_PTR_EQ(test, same.parent, &image);
	KUNIT_EXPECT_PTR_EQ(test, text.parent, &same);

	KUNIT_EXPECT_PTR_EQ(test, resource_lookup(&tree, 0x0fff), NULL);
	KUNIT_EXPECT_PTR_EQ(test, resource_lookup(&tree, 0x1000), &ram);
	KUNIT_EXPECT_PTR_EQ(test, resource_lookup(&tree, 0x2fff), &text);
	KUNIT_EXPECT_PTR_EQ(test, resource_lookup(&tree, 0x3000), &data);
	KUNIT_EXPECT_PTR_EQ(test, resource_lookup(&tree, 0x4000), &same);
	KUNIT_EXPECT_PTR_EQ(test, resource_lookup(&tree, 0x9fff), &ram);
	KUNIT_EXPECT_PTR_EQ(test, resource_lookup(&tree, 0xa000), NULL);

	KUNIT_EXPECT_EQ(test, remove_resource(&same), 0);
	KUNIT_EXPECT_EQ(test, remove_resource(&same), -EINVAL);
	KUNIT_EXPECT_EQ(test, remove_resource(&image), 0);
	expect_tree(test, "0:1000-9fff ram\n1:2000-2fff text\n1:3000-3fff data\n0:f000-ffff rom\n");
	KUNIT_EXPECT_EQ(test, remove_resource(&ram), 0);
	expect_tree(test, "0:2000-2fff text\n0:3000-3fff data\n0:f000-ffff rom\n");
	KUNIT_EXPECT_EQ(test, remove_resource(&data), 0);
	KUNIT_EXPECT_EQ(test, remove_resource(&rom), 0);
	KUNIT_EXPECT_EQ(test, remove_resource(&text), 0);
	expect_tree(test, "");
}

static void crossing_ranges_are_refused(struct kunit *test)
{
	struct resource ram = DEFINE_RESOURCE(0x1000, 0x9000, "ram", IORESOURCE_SYSTEM_RAM);
	struct resource low = DEFINE_RESOURCE(0, 0x1001, "low", BUSY);
	struct resource high = DEFINE_RESOURCE(0x9fff, 2, "high", BUSY);
	struct resource backwards = {.start = 2, .end = 1};
	struct resource sub = DEFINE_RESOURCE(0, 0x1000, "sub", BUSY);

	KUNIT_EXPECT_EQ(test, insert_resource(&tree, &ram), 0);
	KUNIT_EXPECT_EQ(test, insert_resource(&tree, &low), -EBUSY);
	KUNIT_EXPECT_EQ(test, insert_resource(&tree, &high), -EBUSY);
	KUNIT_EXPECT_EQ(test, insert_resource(&tree, &backwards), -EINVAL);
	KUNIT_EXPECT_EQ(test, insert_resource(&ram, &sub), -EINVAL);
	expect_tree(test, "0:1000-9fff ram\n");
	KUNIT_EXPECT_PTR_EQ(test, resource_conflict(&tree, 0x9fff, 0xa000, 0), &ram);
	KUNIT_EXPECT_NULL(test, resource_conflict(&tree, 0x9fff, 0xa000, IORESOURCE_BUSY));
	KUNIT_EXPECT_NULL(test, resource_conflict(&tree, 0, 0xfff, 0));
	remove_resource(&ram);
}

/* What somebody inserted himself is his to remove. */
static void only_the_pool_is_released(struct kunit *test)
{
	struct resource own = DEFINE_RESOURCE(0x1000, 1, "a byte", BUSY);

	KUNIT_EXPECT_EQ(test, insert_resource(&tree, &own), 0);
	KUNIT_EXPECT_EQ(test, resource_release(&tree, 0, 0x2000), -ENOENT);
	KUNIT_EXPECT_PTR_EQ(test, resource_lookup(&tree, 0x1000), &own);
	KUNIT_EXPECT_EQ(test, resource_add(&tree, 0x3000, 1, "ram", IORESOURCE_SYSTEM_RAM), 0);
	KUNIT_EXPECT_EQ(test, resource_release(&tree, 0, 0x4000), -ENOENT);
	expect_tree(test, "0:1000-1000 a byte\n0:3000-3000 ram\n");
	KUNIT_EXPECT_EQ(test, remove_resource(&own), 0);
}

static void reservations_cut_across_in_pieces(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, resource_add(&tree, 0x1000, 0x1000, "a", IORESOURCE_SYSTEM_RAM), 0);
	KUNIT_EXPECT_EQ(test, resource_add(&tree, 0x3000, 0x1000, "b", IORESOURCE_SYSTEM_RAM), 0);
	KUNIT_EXPECT_EQ(test, resource_add(&tree, 0x1800, 0x2000, "x", BUSY), 0);
	expect_tree(test,
		    "0:1000-1fff a\n1:1800-1fff x\n0:2000-2fff x\n0:3000-3fff b\n1:3000-37ff x\n");
	KUNIT_EXPECT_EQ(test, pool_before - resource_pool_free(), 5U);

	/* The pieces go together; what they lie in stays. */
	KUNIT_EXPECT_EQ(test, resource_release(&tree, 0x1900, 0x1f00), -EINVAL);
	KUNIT_EXPECT_EQ(test, resource_release(&tree, 0x5000, 0x1000), -ENOENT);
	KUNIT_EXPECT_EQ(test, resource_release(&tree, 0x1800, 0), -ENOENT);
	KUNIT_EXPECT_EQ(test, resource_release(&tree, 0x1800, 0x2000), 0);
	expect_tree(test, "0:1000-1fff a\n0:3000-3fff b\n");
}

static void edges_of_the_address_space(struct kunit *test)
{
	const resource_size_t last = ~(resource_size_t)0, page = last - 0xfff;
	char want[80];

	KUNIT_EXPECT_EQ(test, resource_add(&tree, page, 0x1000, "top", BUSY), 0);
	KUNIT_EXPECT_EQ(test, resource_add(&tree, page, 0x1001, "wraps", BUSY), -EINVAL);
	KUNIT_EXPECT_EQ(test, resource_add(&tree, 0, 1, "first", BUSY), 0);
	KUNIT_EXPECT_EQ(test, resource_add(&tree, 0x5000, 0, "empty", BUSY), 0);
	KUNIT_EXPECT_EQ(test, iomem_resource.start, 0U);
	KUNIT_EXPECT_EQ(test, iomem_resource.end, last);
	snprintf(want, sizeof(want), "0:0-0 first\n0:%lx-%lx top\n", page, last);
	expect_tree(test, want);
	KUNIT_EXPECT_STREQ(test, resource_lookup(&tree, last)->name, "top");
	KUNIT_EXPECT_STREQ(test, resource_lookup(&tree, 0)->name, "first");
	KUNIT_EXPECT_NULL(test, resource_lookup(&tree, 1));
}

/* The pool ends in an error and a line, not in a lost range, and what is given back serves again. */
static void pool_runs_dry(struct kunit *test)
{
	unsigned int i, n = resource_pool_free();

	for (i = 0; i < n; i++)
		KUNIT_ASSERT_EQ(test, resource_add(&tree, i * 16, 8, "x", BUSY), 0);
	KUNIT_EXPECT_EQ(test, resource_pool_free(), 0U);
	KUNIT_EXPECT_EQ(test, resource_add(&tree, i * 16, 8, "one too many", BUSY), -ENOMEM);
	KUNIT_EXPECT_EQ(test, resource_release(&tree, 0, 8), 0);
	KUNIT_EXPECT_EQ(test, resource_add(&tree, i * 16, 8, "again", BUSY), 0);
	KUNIT_EXPECT_TRUE(test, resource_check(&tree));
	KUNIT_EXPECT_EQ(test, resource_release(&tree, 0, n * 16 + 8), 0);
	expect_tree(test, "");
}

#define UNITS 64

static const char *const names[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

/* Later reservations lie inside or are cut: the owner of a unit is the smallest that is whole. */
static void random_ranges_keep_rules(struct kunit *test)
{
	unsigned int round, rounds = kunit_soaking() ? 2000 : 100;
	bool covered[UNITS];

	for (round = 0; round < rounds; round++) {
		unsigned int i, unit, wrong = 0;

		memset(covered, 0, sizeof(covered));
		for (i = 0; i < ARRAY_SIZE(names); i++) {
			unsigned int start = kunit_rand_below(test, UNITS);
			unsigned int size = 1 + kunit_rand_below(test, UNITS - start);

			KUNIT_ASSERT_EQ(test, resource_add(&tree, start, size, names[i], BUSY), 0);
			KUNIT_ASSERT_TRUE(test, resource_check(&tree));
			memset(covered + start, 1, size);
		}
		for (unit = 0; unit < UNITS; unit++)
			wrong += (resource_lookup(&tree, unit) != NULL) != covered[unit];
		KUNIT_EXPECT_EQ(test, wrong, 0U);
		KUNIT_EXPECT_EQ(test, resource_release(&tree, 0, UNITS), 0);
		KUNIT_EXPECT_NULL(test, tree.child);
		KUNIT_EXPECT_EQ(test, resource_pool_free(), pool_before);
	}
}

static void checker_sees_broken_trees(struct kunit *test)
{
	struct resource a = DEFINE_RESOURCE(0x1000, 0x1000, "a", BUSY);
	struct resource b = DEFINE_RESOURCE(0x3000, 0x1000, "b", BUSY);
	struct resource in = DEFINE_RESOURCE(0x3000, 0x100, "in", BUSY);

	KUNIT_EXPECT_EQ(test, insert_resource(&tree, &a), 0);
	KUNIT_EXPECT_EQ(test, insert_resource(&tree, &b), 0);
	KUNIT_EXPECT_EQ(test, insert_resource(&tree, &in), 0);
	KUNIT_EXPECT_TRUE(test, resource_check(&tree));
	a.end = 0x3000; /* overlaps the next */
	KUNIT_EXPECT_FALSE(test, resource_check(&tree));
	a.end = 0xfff; /* ends before it starts */
	KUNIT_EXPECT_FALSE(test, resource_check(&tree));
	a.end = 0x1fff;
	in.end = 0x4000; /* reaches out */
	KUNIT_EXPECT_FALSE(test, resource_check(&tree));
	in.end = 0x30ff;
	in.parent = &a;
	KUNIT_EXPECT_FALSE(test, resource_check(&tree));
	in.parent = &b;
	KUNIT_EXPECT_TRUE(test, resource_check(&tree));
	remove_resource(&in);
	remove_resource(&b);
	remove_resource(&a);
}

/* The view: Linux's columns, inner ranges two columns to the right, and RAM is there. */
static void iomem_is_shown(struct kunit *test)
{
	static char text[8192];
	struct seq_file m;
	char *line;

	KUNIT_ASSERT_EQ(test, reserve_named(0xfee00000, 0x1000, "kunit outer"), 0);
	KUNIT_ASSERT_EQ(test, reserve_named(0xfee00800, 0x100, "kunit inner"), 0);
	seq_open_buffer(&m, text, sizeof(text));
	show_iomem(&m);
	KUNIT_EXPECT_STREQ(test, resource_name(0xfee00800), "kunit inner");
	KUNIT_EXPECT_EQ(test, release_named(0xfee00000, 0x1000), 0);
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
	line = strstr(text, "fee00000-fee00fff : kunit outer\n  ");
	KUNIT_ASSERT_NOT_NULL(test, line);
	KUNIT_EXPECT_NOT_NULL(test, strstr(line, "fee00800-fee008ff : kunit inner\n"));
}

static struct kunit_case resource_cases[] = {
	KUNIT_CASE(ranges_nest),
	KUNIT_CASE(crossing_ranges_are_refused),
	KUNIT_CASE(only_the_pool_is_released),
	KUNIT_CASE(reservations_cut_across_in_pieces),
	KUNIT_CASE(edges_of_the_address_space),
	KUNIT_CASE(pool_runs_dry),
	KUNIT_CASE(random_ranges_keep_rules),
	KUNIT_CASE(checker_sees_broken_trees),
	KUNIT_CASE(iomem_is_shown),
	{},
};

static struct kunit_suite resource_suite = {.name = "resource",
					    .init = resource_test_init,
					    .exit = resource_test_exit,
					    .test_cases = resource_cases};
kunit_test_suite(resource_suite);
