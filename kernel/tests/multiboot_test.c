/* SPDX-License-Identifier: MIT */
/*
 * The multiboot parser against a pretended physical memory of one small buffer:
 * what loaders really pass, and what a broken one might.
 */
#include <kernel/selftest.h>
#include <kernel/lib/multiboot.h>

#define ARENA_BASE 0x7000U
#define ARENA_SIZE 0x3000U
#define MBI        0x7100U
#define CMDLINE    0x7200U
#define MMAP       0x7400U
#define MODS       0x9200U
#define MODNAME    0x9380U

static u8 arena[ARENA_SIZE];
static struct boot_info info;

static bool arena_read(void *ctx __unused, phys_addr_t addr, void *buf, size_t len)
{
	if (addr < ARENA_BASE || len > ARENA_SIZE || addr - ARENA_BASE > ARENA_SIZE - len)
		return false;
	memcpy(buf, arena + (addr - ARENA_BASE), len);
	return true;
}

static const struct boot_reader arena_reader = {.read = arena_read};

static void put32(u32 addr, u32 value)
{
	memcpy(arena + (addr - ARENA_BASE), &value, sizeof(value));
}

static void put64(u32 addr, u64 value)
{
	memcpy(arena + (addr - ARENA_BASE), &value, sizeof(value));
}

static void put_str(u32 addr, const char *s)
{
	memcpy(arena + (addr - ARENA_BASE), s, strlen(s) + 1);
}

/* put_entry - a map entry of @size bytes behind its size field; where the next one goes */
static u32 put_entry(u32 addr, u32 size, u64 base, u64 len, u32 type)
{
	put32(addr, size);
	put64(addr + 4, base);
	put64(addr + 12, len);
	put32(addr + 20, type);
	return addr + 4 + size;
}

static int arena_init(struct kunit *test __unused)
{
	memset(arena, 0, sizeof(arena));
	return 0;
}

static bool parse(void)
{
	return multiboot_parse(MULTIBOOT_BOOTLOADER_MAGIC, MBI, &arena_reader, &info);
}

static bool area_covers(u32 start, u32 end)
{
	unsigned int i;

	for (i = 0; i < info.nr_areas; i++)
		if (info.areas[i].start <= start && info.areas[i].end >= end)
			return true;
	return false;
}

static void magic_is_checked(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, multiboot_parse(0x36d76289, MBI, &arena_reader, &info));
	KUNIT_EXPECT_EQ(test, info.problems, BOOT_BAD_MAGIC);
}

static void unreadable_information_is_refused(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, multiboot_parse(MULTIBOOT_BOOTLOADER_MAGIC, 0xfffffff0,
						 &arena_reader, &info));
	KUNIT_EXPECT_EQ(test, info.problems, BOOT_BAD_INFO);
	KUNIT_EXPECT_FALSE(test,
			   multiboot_parse(MULTIBOOT_BOOTLOADER_MAGIC,
					   ARENA_BASE + ARENA_SIZE - 115, &arena_reader, &info));
	KUNIT_EXPECT_EQ(test, info.problems, BOOT_BAD_INFO);
}

/* As v86 passes it: flags 0x44, and a map. Everything else must stay unread. */
static void map_and_command_line_suffice(struct kunit *test)
{
	u32 end;

	put32(MBI, MULTIBOOT_INFO_CMDLINE | MULTIBOOT_INFO_MMAP);
	put32(MBI + 16, CMDLINE);
	put_str(CMDLINE, "selftest=none");
	put32(MBI + 20, 1000); /* modules, but the flag is not set */
	put32(MBI + 24, 1);
	put32(MBI + 64, 1);
	put32(MBI + 48, MMAP);
	end = put_entry(MMAP, 20, 0, 0xa0000, 1);
	end = put_entry(end, 24, 0xc0000, 0x3f40000, 1); /* entries may be longer */
	end = put_entry(end, 20, 0xfffc0000, 0x40000, 2);
	put32(MBI + 44, end - MMAP);

	KUNIT_EXPECT_TRUE(test, parse());
	KUNIT_EXPECT_EQ(test, info.problems, 0U);
	KUNIT_EXPECT_STREQ(test, info.cmdline, "selftest=none");
	KUNIT_ASSERT_EQ(test, info.nr_map, 3U);
	KUNIT_EXPECT_EQ(test, info.map[1].base, 0xc0000ULL);
	KUNIT_EXPECT_EQ(test, info.map[1].size, 0x3f40000ULL);
	KUNIT_EXPECT_EQ(test, info.map[2].type, 2U);
	KUNIT_EXPECT_EQ(test, info.nr_modules, 0U);
	KUNIT_EXPECT_TRUE(test, area_covers(MBI, MBI + 116));
	KUNIT_EXPECT_TRUE(test, area_covers(MMAP, end));
	KUNIT_EXPECT_TRUE(test, area_covers(CMDLINE, CMDLINE + 14));
	KUNIT_EXPECT_FALSE(test, area_covers(CMDLINE, CMDLINE + 15));
}

static void map_is_made_of_mem_upper(struct kunit *test)
{
	put32(MBI, MULTIBOOT_INFO_MEMORY);
	put32(MBI + 4, 639);
	put32(MBI + 8, 7 * 1024);
	KUNIT_EXPECT_TRUE(test, parse());
	KUNIT_EXPECT_EQ(test, info.problems, BOOT_NO_MAP);
	KUNIT_ASSERT_EQ(test, info.nr_map, 2U);
	KUNIT_EXPECT_EQ(test, info.map[0].size, 639ULL * 1024);
	KUNIT_EXPECT_EQ(test, info.map[1].base, 0x100000ULL);
	KUNIT_EXPECT_EQ(test, info.map[1].size, 7ULL * 1024 * 1024);

	put32(MBI, 0);
	KUNIT_EXPECT_FALSE(test, parse());
	KUNIT_EXPECT_EQ(test, info.nr_map, 0U);
}

static void malformed_entries_end_the_map(struct kunit *test)
{
	u32 second = put_entry(MMAP, 20, 0x100000, 0x700000, 1);

	put32(MBI, MULTIBOOT_INFO_MMAP);
	put32(MBI + 48, MMAP);

	put_entry(second, 19, 0, 0x1000, 1); /* shorter than an entry */
	put32(MBI + 44, 48);
	KUNIT_EXPECT_TRUE(test, parse());
	KUNIT_EXPECT_EQ(test, info.nr_map, 1U);
	KUNIT_EXPECT_EQ(test, info.problems, BOOT_MAP_MALFORMED);

	put_entry(second, 0xfffffff0, 0, 0x1000, 1); /* wraps */
	KUNIT_EXPECT_TRUE(test, parse());
	KUNIT_EXPECT_EQ(test, info.nr_map, 1U);
	KUNIT_EXPECT_EQ(test, info.problems, BOOT_MAP_MALFORMED);

	put_entry(second, 21, 0, 0x1000, 1); /* runs over the end */
	KUNIT_EXPECT_TRUE(test, parse());
	KUNIT_EXPECT_EQ(test, info.nr_map, 1U);

	put_entry(second, 20, 0, 0x1000, 1);
	put32(MBI + 44, 47); /* the end cuts it */
	KUNIT_EXPECT_TRUE(test, parse());
	KUNIT_EXPECT_EQ(test, info.nr_map, 1U);

	put32(MBI + 44, 48); /* and all is well */
	KUNIT_EXPECT_TRUE(test, parse());
	KUNIT_EXPECT_EQ(test, info.nr_map, 2U);
	KUNIT_EXPECT_EQ(test, info.problems, 0U);

	put32(MBI + 48, 0xffffffe0); /* a map at the end of the address space */
	put32(MBI + 44, 0x100);
	KUNIT_EXPECT_FALSE(test, parse());
	KUNIT_EXPECT_EQ(test, info.problems, BOOT_MAP_MALFORMED | BOOT_NO_MAP);
}

static void too_many_entries_are_cut(struct kunit *test)
{
	u32 pos = MMAP;
	unsigned int i;

	for (i = 0; i <= BOOT_MAP_MAX; i++)
		pos = put_entry(pos, 20, (u64)i << 20, 0x1000, 1);
	put32(MBI, MULTIBOOT_INFO_MMAP);
	put32(MBI + 48, MMAP);
	put32(MBI + 44, pos - MMAP);
	KUNIT_EXPECT_TRUE(test, parse());
	KUNIT_EXPECT_EQ(test, info.nr_map, (unsigned int)BOOT_MAP_MAX);
	KUNIT_EXPECT_EQ(test, info.problems, BOOT_MAP_TRUNCATED);
	KUNIT_EXPECT_EQ(test, info.map[BOOT_MAP_MAX - 1].base, (u64)(BOOT_MAP_MAX - 1) << 20);

	/* A reservation behind them is not lost: RAM makes room for it. */
	put_entry(pos - 24, 20, 0x5000, 0x1000, 2);
	KUNIT_EXPECT_TRUE(test, parse());
	KUNIT_EXPECT_EQ(test, info.problems, BOOT_MAP_TRUNCATED);
	KUNIT_EXPECT_EQ(test, info.map[0].base, 0x5000ULL);
	KUNIT_EXPECT_EQ(test, info.map[0].type, 2U);

	/* Exactly as many as fit are no problem. */
	put32(MBI + 44, pos - 24 - MMAP);
	KUNIT_EXPECT_TRUE(test, parse());
	KUNIT_EXPECT_EQ(test, info.problems, 0U);
}

static void command_line_is_bounded(struct kunit *test)
{
	u32 end = ARENA_BASE + ARENA_SIZE;

	put32(MBI, MULTIBOOT_INFO_CMDLINE | MULTIBOOT_INFO_MEMORY);
	put32(MBI + 8, 1024);
	put32(MBI + 16, 0x7800);
	memset(arena + 0x800, 'x', COMMAND_LINE_SIZE);
	KUNIT_EXPECT_TRUE(test, parse());
	KUNIT_EXPECT_TRUE(test, info.problems & BOOT_CMDLINE_CUT);
	KUNIT_EXPECT_EQ(test, strlen(info.cmdline), (size_t)COMMAND_LINE_SIZE - 1);

	arena[0x800 + COMMAND_LINE_SIZE - 1] = '\0'; /* the longest that fits */
	KUNIT_EXPECT_TRUE(test, parse());
	KUNIT_EXPECT_FALSE(test, info.problems & BOOT_CMDLINE_CUT);
	KUNIT_EXPECT_EQ(test, strlen(info.cmdline), (size_t)COMMAND_LINE_SIZE - 1);

	put32(MBI + 16, end - 3); /* memory ends before the string does */
	memcpy(arena + ARENA_SIZE - 3, "abc", 3);
	KUNIT_EXPECT_TRUE(test, parse());
	KUNIT_EXPECT_TRUE(test, info.problems & BOOT_CMDLINE_CUT);
	KUNIT_EXPECT_STREQ(test, info.cmdline, "abc");

	put32(MBI + 16, 0); /* flag set, no line */
	KUNIT_EXPECT_TRUE(test, parse());
	KUNIT_EXPECT_STREQ(test, info.cmdline, "");
}

static void modules_are_copied(struct kunit *test)
{
	put32(MBI, MULTIBOOT_INFO_MODS | MULTIBOOT_INFO_MEMORY);
	put32(MBI + 8, 1024);
	put32(MBI + 20, 3);
	put32(MBI + 24, MODS);
	put32(MODS, 0x200000);
	put32(MODS + 4, 0x201234);
	put32(MODS + 8, MODNAME);
	put_str(MODNAME, "initrd rw");
	put32(MODS + 16, 0x300000); /* ends before it starts */
	put32(MODS + 20, 0x2fffff);
	put32(MODS + 32, 0x400000); /* empty, nameless */
	put32(MODS + 36, 0x400000);

	KUNIT_EXPECT_TRUE(test, parse());
	KUNIT_EXPECT_TRUE(test, info.problems & BOOT_MODULE_BAD);
	KUNIT_ASSERT_EQ(test, info.nr_modules, 2U);
	KUNIT_EXPECT_EQ(test, info.modules[0].start, 0x200000U);
	KUNIT_EXPECT_EQ(test, info.modules[0].end, 0x201234U);
	KUNIT_EXPECT_STREQ(test, info.modules[0].name, "initrd rw");
	KUNIT_EXPECT_STREQ(test, info.modules[1].name, "");
	KUNIT_EXPECT_TRUE(test, area_covers(MODS, MODS + 48));
	KUNIT_EXPECT_TRUE(test, area_covers(MODNAME, MODNAME + 10));

	put32(MBI + 20, 0xffffffff);
	KUNIT_EXPECT_TRUE(test, parse());
	KUNIT_EXPECT_TRUE(test, info.problems & BOOT_MODULES_CUT);
	KUNIT_EXPECT_LE(test, info.nr_modules, (unsigned int)BOOT_MODULES_MAX);
}

/* Whatever the bytes, the parser ends, and stays within its arrays. */
static void random_information_is_survived(struct kunit *test)
{
	unsigned int round, i;

	for (round = 0; round < 300; round++) {
		for (i = 0; i < 600; i++)
			arena[kunit_rand_below(test, ARENA_SIZE)] = (u8)kunit_rand(test);
		/* Pointers into the arena, mostly. */
		put32(MBI + 16, ARENA_BASE + kunit_rand_below(test, ARENA_SIZE + 64));
		put32(MBI + 24, ARENA_BASE + kunit_rand_below(test, ARENA_SIZE + 64));
		put32(MBI + 48, ARENA_BASE + kunit_rand_below(test, ARENA_SIZE + 64));
		parse();
		KUNIT_ASSERT_LE(test, info.nr_map, (unsigned int)BOOT_MAP_MAX);
		KUNIT_ASSERT_LE(test, info.nr_modules, (unsigned int)BOOT_MODULES_MAX);
		KUNIT_ASSERT_LE(test, info.nr_areas, (unsigned int)BOOT_AREAS_MAX);
		KUNIT_ASSERT_LT(test, strnlen(info.cmdline, COMMAND_LINE_SIZE),
				(size_t)COMMAND_LINE_SIZE);
		for (i = 0; i < info.nr_areas; i++)
			KUNIT_ASSERT_LE(test, info.areas[i].start, info.areas[i].end);
	}
}

/* Each problem has words of its own, and what is none is unknown. */
static void problems_have_names(struct kunit *test)
{
	const char *names[8];
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		names[i] = multiboot_problem(1U << i);
		KUNIT_EXPECT_STRNEQ(test, names[i], "unknown");
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, names[i], names[j]);
	}
	KUNIT_EXPECT_STREQ(test, multiboot_problem(BOOT_MODULES_CUT << 1), "unknown");
	KUNIT_EXPECT_STREQ(test, multiboot_problem(0), "unknown");
	KUNIT_EXPECT_STREQ(test, multiboot_problem(BOOT_BAD_MAGIC),
			   "not entered by a multiboot loader: wrong magic");
}

static struct kunit_case multiboot_cases[] = {
	KUNIT_CASE(magic_is_checked),
	KUNIT_CASE(unreadable_information_is_refused),
	KUNIT_CASE(map_and_command_line_suffice),
	KUNIT_CASE(map_is_made_of_mem_upper),
	KUNIT_CASE(malformed_entries_end_the_map),
	KUNIT_CASE(too_many_entries_are_cut),
	KUNIT_CASE(command_line_is_bounded),
	KUNIT_CASE(modules_are_copied),
	KUNIT_CASE(random_information_is_survived),
	KUNIT_CASE(problems_have_names),
	{},
};

static struct kunit_suite multiboot_suite = {
	.name = "multiboot",
	.init = arena_init,
	.test_cases = multiboot_cases,
};
kunit_test_suite(multiboot_suite);
