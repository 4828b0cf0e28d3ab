/* SPDX-License-Identifier: MIT */
/*
 * The memory map: tables of maps with their exact results, and what becomes of them.
 * memmap_model.c has random maps.
 */
#include <kernel/selftest.h>
#include <kernel/lib/memmap.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>

#define U MEMMAP_USABLE
#define R MEMMAP_RESERVED
#define A MEMMAP_ACPI
#define N MEMMAP_NVS
#define X MEMMAP_UNUSABLE

#define MAX_RAW 12
#define MAX_OUT (2 * MAX_RAW + 5)

#define FOUR_GB 0x100000000ULL

/* A map in, and what must come out. Ranges here are [start, end). */
struct example {
	const char *name;
	struct {
		u64 start, end;
		u32 type;
	} raw[MAX_RAW], want[MAX_RAW];
};

static const struct example examples[] = {
	{"nothing", {{0}}, {{0, 0x1000, R}, {0xA0000, 0x100000, R}}},
	{"qemu pc 128M",
	 {{0, 0x9fc00, U},
	  {0x9fc00, 0xa0000, R},
	  {0xf0000, 0x100000, R},
	  {0x100000, 0x7fe0000, U},
	  {0x7fe0000, 0x8000000, R},
	  {0xfffc0000, FOUR_GB, R}},
	 {{0, 0x1000, R},
	  {0x1000, 0x9f000, U},
	  {0x9f000, 0x100000, R},
	  {0x100000, 0x7fe0000, U},
	  {0x7fe0000, 0x8000000, R},
	  {0xfffc0000, FOUR_GB, R}}},
	{"BIOS area said to be RAM",
	 {{0, 0xa0000, U}, {0xc0000, 0x2000000, U}},
	 {{0, 0x1000, R}, {0x1000, 0xa0000, U}, {0xa0000, 0x100000, R}, {0x100000, 0x2000000, U}}},
	{"one entry over everything",
	 {{0, 0x800000, U}},
	 {{0, 0x1000, R}, {0x1000, 0xa0000, U}, {0xa0000, 0x100000, R}, {0x100000, 0x800000, U}}},
	{"backwards, touching",
	 {{0x300000, 0x400000, U}, {0x200000, 0x300000, U}, {0x100000, 0x200000, U}},
	 {{0, 0x1000, R}, {0xa0000, 0x100000, R}, {0x100000, 0x400000, U}}},
	{"more restrictive wins, first or last",
	 {{0x200000, 0x300000, X},
	  {0x200000, 0x400000, R},
	  {0x200000, 0x500000, N},
	  {0x200000, 0x600000, A},
	  {0x100000, 0x800000, U}},
	 {{0, 0x1000, R},
	  {0xa0000, 0x100000, R},
	  {0x100000, 0x200000, U},
	  {0x200000, 0x300000, X},
	  {0x300000, 0x400000, R},
	  {0x400000, 0x500000, N},
	  {0x500000, 0x600000, A},
	  {0x600000, 0x800000, U}}},
	{"the same the other way round",
	 {{0x100000, 0x800000, U},
	  {0x200000, 0x600000, A},
	  {0x200000, 0x500000, N},
	  {0x200000, 0x400000, R},
	  {0x200000, 0x300000, X}},
	 {{0, 0x1000, R},
	  {0xa0000, 0x100000, R},
	  {0x100000, 0x200000, U},
	  {0x200000, 0x300000, X},
	  {0x300000, 0x400000, R},
	  {0x400000, 0x500000, N},
	  {0x500000, 0x600000, A},
	  {0x600000, 0x800000, U}}},
	{"a hole punched by a byte",
	 {{0x100000, 0x200000, U}, {0x150800, 0x150801, R}},
	 {{0, 0x1000, R},
	  {0xa0000, 0x100000, R},
	  {0x100000, 0x150000, U},
	  {0x150000, 0x151000, R},
	  {0x151000, 0x200000, U}}},
	{"usable shrinks, reserved grows",
	 {{0x100001, 0x200fff, U}, {0x300fff, 0x301001, R}},
	 {{0, 0x1000, R},
	  {0xa0000, 0x100000, R},
	  {0x101000, 0x200000, U},
	  {0x300000, 0x302000, R}}},
	{"usable of less than a page",
	 {{0x200100, 0x200f00, U}},
	 {{0, 0x1000, R}, {0xa0000, 0x100000, R}}},
	{"usable with no whole page",
	 {{0x200001, 0x201fff, U}},
	 {{0, 0x1000, R}, {0xa0000, 0x100000, R}}},
	{"two halves of a page",
	 {{0x200000, 0x200800, U}, {0x200800, 0x201000, U}},
	 {{0, 0x1000, R}, {0xa0000, 0x100000, R}, {0x200000, 0x201000, U}}},
	{"reserved grows together",
	 {{0x200000, 0x200001, R}, {0x201fff, 0x202000, R}},
	 {{0, 0x1000, R}, {0xa0000, 0x100000, R}, {0x200000, 0x202000, R}}},
	{"beyond 4 GiB",
	 {{0x100000, 0x180000000, U}, {0x200000000, 0x300000000, R}},
	 {{0, 0x1000, R}, {0xa0000, 0x100000, R}, {0x100000, 0xfffff000, U}}},
	{"reserved across 4 GiB",
	 {{0xfff00000, 0x180000000, R}},
	 {{0, 0x1000, R}, {0xa0000, 0x100000, R}, {0xfff00000, FOUR_GB, R}}},
	{"unknown types are reserved",
	 {{0x100000, 0x400000, U}, {0x200000, 0x300000, 12}, {0x300000, 0x380000, 0}},
	 {{0, 0x1000, R},
	  {0xa0000, 0x100000, R},
	  {0x100000, 0x200000, U},
	  {0x200000, 0x380000, R},
	  {0x380000, 0x400000, U}}},
};

static void example_desc(const struct example *e, char *desc)
{
	strscpy(desc, e->name, KUNIT_PARAM_DESC_SIZE);
}
KUNIT_ARRAY_PARAM(example, examples, example_desc)

static struct memmap_entry raw[MAX_RAW + 1], result[MAX_OUT];

static void known_maps(struct kunit *test)
{
	const struct example *e = test->param_value;
	struct memmap out = {.entries = result, .max = MAX_OUT};
	struct memmap_stats stats;
	unsigned int i, n;

	for (n = 0; e->raw[n].end; n++)
		raw[n] = (struct memmap_entry){.base = e->raw[n].start,
					       .size = e->raw[n].end - e->raw[n].start,
					       .type = e->raw[n].type};
	memmap_sanitize(raw, n, &out, &stats);
	KUNIT_EXPECT_TRUE(test, memmap_check(&out));
	for (i = 0; i < out.nr && e->want[i].end; i++) {
		KUNIT_EXPECT_EQ(test, result[i].base, e->want[i].start);
		KUNIT_EXPECT_EQ(test, result[i].base + result[i].size, e->want[i].end);
		KUNIT_EXPECT_EQ(test, result[i].type, e->want[i].type);
	}
	KUNIT_EXPECT_EQ(test, i, out.nr);
	KUNIT_EXPECT_EQ(test, e->want[i].end, 0ULL);
	KUNIT_EXPECT_EQ(test, stats.unlisted, 0U);
	KUNIT_EXPECT_EQ(test, stats.lost, 0ULL);
}

static void oddities_are_counted(struct kunit *test)
{
	const struct memmap_entry odd[] = {
		{0x100000, 0x100000, U},
		{0x180000, 0, R},                            /* empty */
		{0x180000, 0, U},                            /* empty */
		{0x100000, U64_MAX, U},                      /* RAM without end: not believed */
		{0xfffffffffffff000, 0x1000, U},             /* the last page does not wrap */
		{0x8000000000000000, 0x8000000000000001, R}, /* wraps by a byte */
		{FOUR_GB - 0x800, 0x100800, U},              /* 1 MiB and a bit out of reach */
		{0x400000, 0x1000, 77},
	};
	struct memmap out = {.entries = result, .nr = 3, .max = MAX_OUT}; /* nr is an output */
	struct memmap_stats stats;

	memmap_sanitize(odd, ARRAY_SIZE(odd), &out, &stats);
	KUNIT_EXPECT_TRUE(test, memmap_check(&out));
	KUNIT_EXPECT_EQ(test, stats.zero_length, 2U);
	KUNIT_EXPECT_EQ(test, stats.wrapped, 2U);
	KUNIT_EXPECT_EQ(test, stats.unknown_type, 1U);
	KUNIT_EXPECT_EQ(test, stats.unreachable, 0x100800ULL);
	KUNIT_EXPECT_EQ(test, memmap_usable(&out), 0x100000ULL);
	KUNIT_EXPECT_EQ(test, memmap_end(&out), 0x200000ULL);
}

/* A reservation that runs over the end of 64 bits holds from its start on. */
static void wrapped_reservation_holds(struct kunit *test)
{
	const struct memmap_entry wrapping[] = {
		{0x100000, 0x700000, U},
		{0x400000, U64_MAX - 0x1000, R},
	};
	struct memmap out = {.entries = result, .max = MAX_OUT};
	struct memmap_stats stats;

	memmap_sanitize(wrapping, ARRAY_SIZE(wrapping), &out, &stats);
	KUNIT_EXPECT_EQ(test, stats.wrapped, 1U);
	KUNIT_EXPECT_EQ(test, memmap_usable(&out), 0x300000ULL);
	KUNIT_EXPECT_EQ(test, out.entries[out.nr - 1].base, 0x400000ULL);
	KUNIT_EXPECT_EQ(test, out.entries[out.nr - 1].size, FOUR_GB - 0x400000);
}

/* A reservation up to the last page of 64 bits does not take that page too. */
static void last_page_is_its_own(struct kunit *test)
{
	const struct memmap_entry last[] = {
		{-0x4000ULL, 0x4000, U},
		{-0x3c00ULL, 0x2c00, R},
	};
	struct memmap out = {.entries = result, .max = MAX_OUT};
	struct memmap_stats stats;

	memmap_sanitize(last, ARRAY_SIZE(last), &out, &stats);
	KUNIT_EXPECT_EQ(test, stats.unreachable, 0xfffULL); /* and of it all but the last byte */
}

static u32 result_page(const struct memmap *map, u64 addr)
{
	unsigned int i;

	for (i = 0; i < map->nr; i++)
		if (map->entries[i].base <= addr &&
		    addr - map->entries[i].base < map->entries[i].size)
			return map->entries[i].type;
	return 0;
}

static void full_raw_map_keeps_reservations(struct kunit *test)
{
	struct memmap_entry few[3];
	struct memmap map = {.entries = few, .max = 3};

	KUNIT_EXPECT_TRUE(test, memmap_append(&map, 0x100000, 0x300000, U));
	KUNIT_EXPECT_TRUE(test, memmap_append(&map, 0x800000, 0x1000, U));
	KUNIT_EXPECT_TRUE(test, memmap_append(&map, 0x200000, 0x1000, R));
	KUNIT_EXPECT_FALSE(test, memmap_append(&map, 0x900000, 0x900000, U));
	KUNIT_EXPECT_EQ(test, few[1].base, 0x800000ULL);
	KUNIT_EXPECT_FALSE(test, memmap_append(&map, 0x300000, 0x1000, R));
	KUNIT_EXPECT_EQ(test, few[1].base, 0x300000ULL);
	KUNIT_EXPECT_FALSE(test, memmap_append(&map, 0x400000, 0x1000, N));
	KUNIT_EXPECT_EQ(test, few[0].base, 0x400000ULL);
	KUNIT_EXPECT_FALSE(test, memmap_append(&map, 0x500000, 0x1000, N));
	KUNIT_EXPECT_EQ(test, map.nr, 3U);
}

#define MIB(n) ((u64)(n) << 20)

/* What has no place in the result is told: reservations first, then the smallest RAM. */
static void full_result_is_counted(struct kunit *test)
{
	const struct memmap_entry islands[] = {
		{MIB(1), MIB(2), U},
		{MIB(4), MIB(1), U},
		{MIB(6), MIB(4), U},
		{MIB(12), MIB(1), R},
	};
	struct memmap out = {.entries = result, .max = 2};
	struct memmap_stats stats;

	memmap_sanitize(islands, ARRAY_SIZE(islands), &out, &stats);
	KUNIT_EXPECT_EQ(test, out.nr, 2U);
	KUNIT_EXPECT_EQ(test, result[0].base, MIB(1));
	KUNIT_EXPECT_EQ(test, result[1].base, MIB(6));
	KUNIT_EXPECT_EQ(test, stats.lost, MIB(1));
	KUNIT_EXPECT_EQ(test, memmap_usable(&out), MIB(6));
	KUNIT_EXPECT_GE(test, stats.unlisted, 1U);
}

static void types_have_names(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, memmap_type_name(MEMMAP_USABLE), "usable");
	KUNIT_EXPECT_STREQ(test, memmap_type_name(MEMMAP_RESERVED), "reserved");
	KUNIT_EXPECT_STREQ(test, memmap_type_name(MEMMAP_ACPI), "ACPI data");
	KUNIT_EXPECT_STREQ(test, memmap_type_name(MEMMAP_NVS), "ACPI NVS");
	KUNIT_EXPECT_STREQ(test, memmap_type_name(MEMMAP_UNUSABLE), "unusable");
	KUNIT_EXPECT_STREQ(test, memmap_type_name(0), "unknown");
	KUNIT_EXPECT_STREQ(test, memmap_type_name(MEMMAP_UNUSABLE + 1), "unknown");
}

/* A map of usable ranges [start, end), 0 ends it, into raw[]. */
static struct memmap usable_map(const u64 *bounds)
{
	struct memmap map = {.entries = raw, .max = MAX_RAW};

	for (; bounds[1]; bounds += 2)
		memmap_append(&map, bounds[0], bounds[1] - bounds[0], U);
	return map;
}

#define LOW_END MIB(896)

/*
 * struct page of 32 bytes: to describe 1 MiB of addresses takes 8 KiB, and a range
 * pays for itself when it is larger than 1/128 of the distance to the one below.
 */
static void sparse_ram_is_left_out(struct kunit *test)
{
	struct memmap_sparse sparse;
	struct memmap map;

	/* 16 MiB, and 16 MiB at 3 GiB: the description would not fit beside a kernel. */
	map = usable_map((const u64[]){MIB(1), MIB(16), MIB(3072), MIB(3088), 0, 0});
	memmap_drop_sparse(&map, 32, LOW_END, &sparse);
	KUNIT_EXPECT_EQ(test, sparse.excess, MIB(16));
	KUNIT_EXPECT_EQ(test, sparse.costly, 0ULL);
	KUNIT_EXPECT_EQ(test, sparse.end, MIB(16));
	KUNIT_EXPECT_EQ(test, map.nr, 1U);

	/* With 128 MiB below it fits, but takes 24 MiB to give 16. */
	map = usable_map((const u64[]){MIB(1), MIB(128), MIB(3072), MIB(3088), 0, 0});
	memmap_drop_sparse(&map, 32, LOW_END, &sparse);
	KUNIT_EXPECT_EQ(test, sparse.excess, 0ULL);
	KUNIT_EXPECT_EQ(test, sparse.costly, MIB(16));
	KUNIT_EXPECT_EQ(test, sparse.end, MIB(128));

	/* 32 MiB there are worth it. */
	map = usable_map((const u64[]){MIB(1), MIB(128), MIB(3072), MIB(3104), 0, 0});
	memmap_drop_sparse(&map, 32, LOW_END, &sparse);
	KUNIT_EXPECT_EQ(test, sparse.costly, 0ULL);
	KUNIT_EXPECT_EQ(test, sparse.end, MIB(3104));
	KUNIT_EXPECT_EQ(test, map.nr, 2U);

	/* A worthless range stays when one above it pays for both. */
	map = usable_map(
		(const u64[]){MIB(1), MIB(128), MIB(3072), MIB(3088), MIB(3200), MIB(3300), 0, 0});
	memmap_drop_sparse(&map, 32, LOW_END, &sparse);
	KUNIT_EXPECT_EQ(test, sparse.costly, 0ULL);
	KUNIT_EXPECT_EQ(test, map.nr, 3U);

	/* And the one above goes alone when the one below pays for itself. */
	map = usable_map(
		(const u64[]){MIB(1), MIB(128), MIB(1024), MIB(1124), MIB(3200), MIB(3201), 0, 0});
	memmap_drop_sparse(&map, 32, LOW_END, &sparse);
	KUNIT_EXPECT_EQ(test, sparse.costly, MIB(1));
	KUNIT_EXPECT_EQ(test, sparse.end, MIB(1124));
}

/* RAM in one piece never goes, but for what little low memory cannot describe. */
static void contiguous_ram_stays(struct kunit *test)
{
	struct memmap_sparse sparse;
	struct memmap map;
	unsigned int mib;

	for (mib = 2; mib <= 4095; mib += 91) {
		map = usable_map((const u64[]){0x1000, 0x9f000, MIB(1), MIB(mib), 0, 0});
		memmap_drop_sparse(&map, 32, LOW_END, &sparse);
		KUNIT_EXPECT_EQ(test, sparse.excess + sparse.costly, 0ULL);
		KUNIT_EXPECT_EQ(test, sparse.end, MIB(mib));
		KUNIT_EXPECT_EQ(test, map.nr, 2U);
	}

	/* vmalloc= left 17 MiB of low memory: 8 MiB of mem_map describe 1 GiB, no more. */
	map = usable_map((const u64[]){MIB(1), MIB(3072), 0, 0});
	memmap_drop_sparse(&map, 32, MIB(17), &sparse);
	KUNIT_EXPECT_EQ(test, sparse.excess, MIB(2048));
	KUNIT_EXPECT_EQ(test, sparse.end, MIB(1024));
	KUNIT_EXPECT_EQ(test, map.entries[0].size, MIB(1023));

	/* No usable memory at all. */
	map = usable_map((const u64[]){0, 0});
	memmap_drop_sparse(&map, 32, LOW_END, &sparse);
	KUNIT_EXPECT_EQ(test, sparse.end, 0ULL);
}

/* Where gain and price are equal the RAM goes; a page of mem_map is paid for whole. */
static void sparse_breaks_even(struct kunit *test)
{
	struct memmap_sparse sparse;
	struct memmap map;

	map = usable_map((const u64[]){MIB(1), MIB(128), MIB(255), MIB(256), 0, 0});
	memmap_drop_sparse(&map, 32, LOW_END, &sparse);
	KUNIT_EXPECT_EQ(test, sparse.costly, MIB(1));
	map = usable_map((const u64[]){MIB(1), MIB(128), MIB(255) - 0x1000, MIB(256), 0, 0});
	memmap_drop_sparse(&map, 32, LOW_END, &sparse);
	KUNIT_EXPECT_EQ(test, sparse.costly, 0ULL);
	map = usable_map(
		(const u64[]){MIB(1), MIB(128), MIB(128) + 0x7e000, MIB(128) + 0x7f000, 0, 0});
	memmap_drop_sparse(&map, 32, LOW_END, &sparse);
	KUNIT_EXPECT_EQ(test, sparse.costly, 0x1000ULL);

	/* Half of three pages is room for one: 128 frames. */
	map = usable_map((const u64[]){0x1000, 0x4000, 0x50000, 0x90000, 0, 0});
	memmap_drop_sparse(&map, 32, 0x4000, &sparse);
	KUNIT_EXPECT_EQ(test, sparse.excess, 0x10000ULL);
	KUNIT_EXPECT_EQ(test, sparse.end, 0x80000ULL);
}

/* A reserved range is neither room for mem_map nor a gain. */
static void sparse_counts_usable_alone(struct kunit *test)
{
	struct memmap map = {.entries = raw, .max = MAX_RAW};
	struct memmap_sparse sparse;

	memmap_append(&map, MIB(1), MIB(127), U);
	memmap_append(&map, MIB(128), MIB(2872), R);
	memmap_append(&map, MIB(3000), MIB(1), U);
	memmap_drop_sparse(&map, 32, LOW_END, &sparse);
	KUNIT_EXPECT_EQ(test, sparse.costly, MIB(1));
	KUNIT_EXPECT_EQ(test, sparse.end, MIB(128));

	map.nr = 0;
	memmap_append(&map, MIB(1), MIB(15), U);
	memmap_append(&map, MIB(16), MIB(500), R);
	memmap_append(&map, MIB(3000), MIB(1000), U);
	memmap_drop_sparse(&map, 32, LOW_END, &sparse);
	KUNIT_EXPECT_EQ(test, sparse.excess, MIB(1000));
}

/* Reserved ranges are nobody's cost and stay. */
static void sparse_leaves_reserved_alone(struct kunit *test)
{
	struct memmap map = {.entries = raw, .max = MAX_RAW};
	struct memmap_sparse sparse;

	memmap_append(&map, MIB(1), MIB(15), U);
	memmap_append(&map, MIB(3000), MIB(1), U);
	memmap_append(&map, MIB(3001), MIB(10), R);
	memmap_drop_sparse(&map, 32, LOW_END, &sparse);
	KUNIT_EXPECT_EQ(test, map.nr, 2U);
	KUNIT_EXPECT_EQ(test, raw[1].base, MIB(3001));
	KUNIT_EXPECT_EQ(test, raw[1].size, MIB(10));
}

static struct memmap_edits edits;

static void options_are_parsed(struct kunit *test)
{
	edits.nr = 0;
	KUNIT_EXPECT_EQ(test, memmap_parse_mem("64M", &edits), 0);
	KUNIT_EXPECT_EQ(test, memmap_parse("exactmap,1M@1M,0x10000$2M,64k#0xffff0000,2G", &edits),
			0);
	KUNIT_ASSERT_EQ(test, edits.nr, 6U);
	KUNIT_EXPECT_EQ(test, (int)edits.list[0].kind, (int)MEMMAP_EDIT_LIMIT);
	KUNIT_EXPECT_EQ(test, edits.list[0].entry.base, MIB(64));
	KUNIT_EXPECT_EQ(test, (int)edits.list[1].kind, (int)MEMMAP_EDIT_EXACT);
	KUNIT_EXPECT_EQ(test, (int)edits.list[2].kind, (int)MEMMAP_EDIT_ADD);
	KUNIT_EXPECT_EQ(test, edits.list[2].entry.base, MIB(1));
	KUNIT_EXPECT_EQ(test, edits.list[2].entry.size, MIB(1));
	KUNIT_EXPECT_EQ(test, edits.list[2].entry.type, (u32)U);
	KUNIT_EXPECT_EQ(test, edits.list[3].entry.base, MIB(2));
	KUNIT_EXPECT_EQ(test, edits.list[3].entry.size, 0x10000ULL);
	KUNIT_EXPECT_EQ(test, edits.list[3].entry.type, (u32)R);
	KUNIT_EXPECT_EQ(test, edits.list[4].entry.base, 0xffff0000ULL);
	KUNIT_EXPECT_EQ(test, edits.list[4].entry.type, (u32)A);
	KUNIT_EXPECT_EQ(test, (int)edits.list[5].kind, (int)MEMMAP_EDIT_LIMIT);
	KUNIT_EXPECT_EQ(test, edits.list[5].entry.base, MIB(2048));
}

static void bad_options_change_nothing(struct kunit *test)
{
	static const char *const bad[] = {
		"",    "M",     "@1M",          "1M@", "1M@x",    "1M$1Mx", "1M!1M",
		"1M,", ",1M",   "0$1M",         "0",   "1M@1M,,", "exact",  "exactmapper",
		"-1M", "1M@-1", "1M@1M,16Q$1M",
	};
	unsigned int i;

	edits.nr = 0;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ(test, memmap_parse(bad[i], &edits), -EINVAL);
	KUNIT_EXPECT_EQ(test, memmap_parse("99999999999999999999", &edits), -ERANGE);
	KUNIT_EXPECT_EQ(test, memmap_parse("16E", &edits), -ERANGE);
	KUNIT_EXPECT_EQ(test, memmap_parse("2M@0xfffffffffff00000", &edits), -ERANGE);
	KUNIT_EXPECT_EQ(test, memmap_parse_mem("0", &edits), -EINVAL);
	KUNIT_EXPECT_EQ(test, memmap_parse_mem("64M@0", &edits), -EINVAL);
	KUNIT_EXPECT_EQ(test, memmap_parse_mem("", &edits), -EINVAL);
	KUNIT_EXPECT_EQ(test, memmap_parse_mem("99999999999999999999", &edits), -ERANGE);
	KUNIT_EXPECT_EQ(test, edits.nr, 0U);

	for (i = 0; i < MEMMAP_EDITS_MAX - 1; i++)
		KUNIT_ASSERT_EQ(test, memmap_parse("1M$1M", &edits), 0);
	KUNIT_EXPECT_EQ(test, memmap_parse("1M$1M,1M$2M", &edits), -ENOSPC);
	KUNIT_EXPECT_EQ(test, edits.nr, (unsigned int)MEMMAP_EDITS_MAX - 1);
	KUNIT_EXPECT_EQ(test, memmap_parse("1M$1M", &edits), 0);
	KUNIT_EXPECT_EQ(test, memmap_parse_mem("1M", &edits), -ENOSPC);
}

/* Parse @val as memmap=, do it to 127 MiB of RAM from 1 MiB on, and sanitise. */
static struct memmap updated_map(struct kunit *test, const char *val)
{
	struct memmap map = usable_map((const u64[]){MIB(1), MIB(128), 0, 0});
	struct memmap out = {.entries = result, .max = MAX_OUT};
	struct memmap_stats stats;

	memmap_append(&map, MIB(128), MIB(1), R);
	edits.nr = 0;
	KUNIT_EXPECT_EQ(test, memmap_parse(val, &edits), 0);
	KUNIT_EXPECT_TRUE(test, memmap_update(&map, &edits));
	memmap_sanitize(map.entries, map.nr, &out, &stats);
	KUNIT_EXPECT_TRUE(test, memmap_check(&out));
	return out;
}

static void options_take_effect(struct kunit *test)
{
	struct memmap out;

	out = updated_map(test, "64M");
	KUNIT_EXPECT_EQ(test, memmap_end(&out), MIB(64));
	KUNIT_EXPECT_EQ(test, result_page(&out, MIB(128)), (u32)R);
	out = updated_map(test, "128M");
	KUNIT_EXPECT_EQ(test, memmap_usable(&out), MIB(127));
	out = updated_map(test, "1M");
	KUNIT_EXPECT_EQ(test, memmap_usable(&out), 0ULL);
	out = updated_map(test, "0x1001800");
	KUNIT_EXPECT_EQ(test, memmap_end(&out), 0x1001000ULL);

	out = updated_map(test, "1M$32M");
	KUNIT_EXPECT_EQ(test, memmap_usable(&out), MIB(126));
	KUNIT_EXPECT_EQ(test, result_page(&out, MIB(32)), (u32)R);
	out = updated_map(test, "1M#32M");
	KUNIT_EXPECT_EQ(test, result_page(&out, MIB(32)), (u32)A);

	/* Later items see what earlier ones did. */
	out = updated_map(test, "64M,16M@256M");
	KUNIT_EXPECT_EQ(test, memmap_usable(&out), MIB(63 + 16));
	out = updated_map(test, "16M@256M,64M");
	KUNIT_EXPECT_EQ(test, memmap_usable(&out), MIB(63));
	out = updated_map(test, "exactmap,2M@4M");
	KUNIT_EXPECT_EQ(test, memmap_usable(&out), MIB(2));
	KUNIT_EXPECT_EQ(test, result_page(&out, MIB(128)), 0U);

	/* To add does not overrule a reservation. */
	out = updated_map(test, "2M@128M");
	KUNIT_EXPECT_EQ(test, result_page(&out, MIB(128)), (u32)R);
	KUNIT_EXPECT_EQ(test, result_page(&out, MIB(129)), (u32)U);
}

/* mem= must not make sense of an entry that has none. */
static void limit_leaves_nonsense_alone(struct kunit *test)
{
	struct memmap map = {.entries = raw, .max = MAX_RAW};
	struct memmap out = {.entries = result, .max = MAX_OUT};
	struct memmap_stats stats;

	memmap_append(&map, MIB(1), U64_MAX, U);
	edits.nr = 0;
	KUNIT_EXPECT_EQ(test, memmap_parse_mem("64M", &edits), 0);
	memmap_update(&map, &edits);
	memmap_sanitize(map.entries, map.nr, &out, &stats);
	KUNIT_EXPECT_EQ(test, memmap_usable(&out), 0ULL);
	KUNIT_EXPECT_EQ(test, stats.wrapped, 1U);
}

static void bios_data_is_found(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, memmap_bios_start(0x9fc0, 639), 0x9f000U); /* QEMU */
	KUNIT_EXPECT_EQ(test, memmap_bios_start(0x9d80, 630), 0x9d000U);
	KUNIT_EXPECT_EQ(test, memmap_bios_start(0x9000, 639), 0x90000U); /* EBDA below the word */
	KUNIT_EXPECT_EQ(test, memmap_bios_start(0x9fc0, 512), 0x80000U);
	KUNIT_EXPECT_EQ(test, memmap_bios_start(0, 0), 0x9f000U);
	KUNIT_EXPECT_EQ(test, memmap_bios_start(0xffff, 0xffff), 0x9f000U);
	KUNIT_EXPECT_EQ(test, memmap_bios_start(0x1000, 64), 0x9f000U); /* not believed */
	KUNIT_EXPECT_EQ(test, memmap_bios_start(0, 128), 0x20000U);     /* just so */
	KUNIT_EXPECT_EQ(test, memmap_bios_start(0x2000, 512), 0x20000U);
	KUNIT_EXPECT_EQ(test, memmap_bios_start(0x1fff, 512), 0x80000U);
}

static void checker_sees_faults(struct kunit *test)
{
	struct memmap_entry e[2] = {{0x1000, 0x1000, U}, {0x2000, 0x1000, R}};
	struct memmap map = {.entries = e, .nr = 2, .max = 2};

	KUNIT_EXPECT_TRUE(test, memmap_check(&map));
	e[1].type = U; /* not merged */
	KUNIT_EXPECT_FALSE(test, memmap_check(&map));
	e[1] = (struct memmap_entry){0x1000, 0x1000, R}; /* overlapping */
	KUNIT_EXPECT_FALSE(test, memmap_check(&map));
	e[1] = (struct memmap_entry){0, 0x1000, R}; /* out of order */
	KUNIT_EXPECT_FALSE(test, memmap_check(&map));
	e[1] = (struct memmap_entry){0x3000, 0, R}; /* empty */
	KUNIT_EXPECT_FALSE(test, memmap_check(&map));
	e[1] = (struct memmap_entry){0x3000, 0x800, R}; /* part of a page */
	KUNIT_EXPECT_FALSE(test, memmap_check(&map));
	e[1] = (struct memmap_entry){0x3800, 0x1000, R}; /* unaligned */
	KUNIT_EXPECT_FALSE(test, memmap_check(&map));
	e[1] = (struct memmap_entry){0x3000, 0x1000, 9}; /* unknown */
	KUNIT_EXPECT_FALSE(test, memmap_check(&map));
	e[1] = (struct memmap_entry){0xfffff000, 0x1000, U}; /* ends at 4 GiB */
	KUNIT_EXPECT_FALSE(test, memmap_check(&map));
	e[1].type = R;
	KUNIT_EXPECT_TRUE(test, memmap_check(&map));
	e[1] = (struct memmap_entry){0xffffe000, 0x2000, U}; /* reaches up to it */
	KUNIT_EXPECT_FALSE(test, memmap_check(&map));
	e[1].type = R;
	e[0].size = 0x800; /* the first is looked at as well */
	KUNIT_EXPECT_FALSE(test, memmap_check(&map));
	e[0].size = 0x1000;
	KUNIT_EXPECT_TRUE(test, memmap_check(&map));
	map.max = 1; /* more than there is room */
	KUNIT_EXPECT_FALSE(test, memmap_check(&map));
}

#define LOW                                                                                        \
	{                                                                                          \
		0, 0x100000, R                                                                     \
	}
#define RAM                                                                                        \
	{                                                                                          \
		0x100000, 0x100000, U                                                              \
	}
#define ACPI                                                                                       \
	{                                                                                          \
		0x200000, 0x100000, A                                                              \
	}
#define TOP                                                                                        \
	{                                                                                          \
		0x400000, 0x100000, U                                                              \
	}

/* Ranges made usable in this map, and what comes out; every part of it beside is kept. */
static void claimed_range_is_usable(struct kunit *test)
{
	static const struct memmap_entry before[] = {LOW, RAM, ACPI, TOP};
	static const struct {
		u64 start, end;
		bool changed;
		unsigned int nr;
		struct memmap_entry want[6];
	} claims[] = {
		{0x100000, 0x200000, false, 4, {LOW, RAM, ACPI, TOP}},
		{0x401000, 0x402000, false, 4, {LOW, RAM, ACPI, TOP}},
		/* in the middle of another type: three entries of one */
		{0x80000,
		 0x90000,
		 true,
		 6,
		 {{0, 0x80000, R}, {0x80000, 0x10000, U}, {0x90000, 0x70000, R}, RAM, ACPI, TOP}},
		/* joins what is usable below, and takes half of what lies above */
		{0x180000,
		 0x280000,
		 true,
		 4,
		 {LOW, {0x100000, 0x180000, U}, {0x280000, 0x80000, A}, TOP}},
		/* a hole, all of it: joins both sides, and swallows what is between */
		{0x1ff000, 0x400000, true, 2, {LOW, {0x100000, 0x400000, U}}},
		/* over all, and beyond */
		{0, 0x800000, true, 1, {{0, 0x800000, U}}},
		/* behind all */
		{0x600000, 0x700000, true, 5, {LOW, RAM, ACPI, TOP, {0x600000, 0x100000, U}}},
	};
	unsigned int n, i;

	for (n = 0; n < ARRAY_SIZE(claims); n++) {
		struct memmap_entry entries[6];
		struct memmap map = {.entries = entries, .nr = ARRAY_SIZE(before), .max = 6};

		memcpy(entries, before, sizeof(before));
		KUNIT_EXPECT_EQ(
			test, memmap_claim(&map, claims[n].start, claims[n].end - claims[n].start),
			claims[n].changed);
		KUNIT_EXPECT_TRUE(test, memmap_check(&map));
		KUNIT_ASSERT_EQ(test, map.nr, claims[n].nr);
		for (i = 0; i < map.nr; i++) {
			KUNIT_EXPECT_EQ(test, entries[i].base, claims[n].want[i].base);
			KUNIT_EXPECT_EQ(test, entries[i].size, claims[n].want[i].size);
			KUNIT_EXPECT_EQ(test, entries[i].type, claims[n].want[i].type);
		}
	}
}

#undef LOW
#undef RAM
#undef ACPI
#undef TOP

static struct kunit_case memmap_cases[] = {
	KUNIT_CASE_PARAM(known_maps, example_gen_params),
	KUNIT_CASE(oddities_are_counted),
	KUNIT_CASE(wrapped_reservation_holds),
	KUNIT_CASE(last_page_is_its_own),
	KUNIT_CASE(full_raw_map_keeps_reservations),
	KUNIT_CASE(full_result_is_counted),
	KUNIT_CASE(types_have_names),
	KUNIT_CASE(sparse_ram_is_left_out),
	KUNIT_CASE(contiguous_ram_stays),
	KUNIT_CASE(sparse_breaks_even),
	KUNIT_CASE(sparse_counts_usable_alone),
	KUNIT_CASE(sparse_leaves_reserved_alone),
	KUNIT_CASE(claimed_range_is_usable),
	KUNIT_CASE(options_are_parsed),
	KUNIT_CASE(bad_options_change_nothing),
	KUNIT_CASE(options_take_effect),
	KUNIT_CASE(limit_leaves_nonsense_alone),
	KUNIT_CASE(bios_data_is_found),
	KUNIT_CASE(checker_sees_faults),
	{0},
};

static struct kunit_suite memmap_suite = {.name = "memmap", .test_cases = memmap_cases};
kunit_test_suite(memmap_suite);
