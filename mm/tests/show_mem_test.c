/* SPDX-License-Identifier: MIT */
/*
 * The views of free memory, read back: their columns are Linux's and their numbers
 * those of the zones. And the names of gfp flags.
 */
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <kernel/seq.h>

#include <mm/tests/page_alloc_test.h>

static char text[2048];
static char line[256];

static void run_view(struct kunit *test, void (*show)(struct seq_file *m))
{
	struct seq_file m;

	seq_open_buffer(&m, text, sizeof(text));
	show(&m);
	seq_release(&m);
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
}

/* One line for each zone that has memory, eleven numbers of six places. */
static void buddyinfo(struct kunit *test)
{
	const char *pos = text;
	struct zone *zone;
	unsigned int order;
	int n;

	run_view(test, show_buddyinfo);
	for_each_populated_zone(zone) {
		n = scnprintf(line, sizeof(line), "Node 0, zone %8s ", zone->name);
		for (order = 0; order < MAX_ORDER; order++)
			n += scnprintf(line + n, sizeof(line) - (size_t)n, "%6lu ",
				       zone->free_area[order].nr_free);
		scnprintf(line + n, sizeof(line) - (size_t)n, "\n");
		KUNIT_EXPECT_EQ(test, strncmp(pos, line, strlen(line)), 0);
		pos += strlen(line);
	}
	KUNIT_EXPECT_EQ(test, *pos, '\0');
}

static void expect_line(struct kunit *test, const char *where)
{
	if (!strstr(where, line))
		KUNIT_FAIL(test, "no line \"%s\"", line);
}

static void zoneinfo(struct kunit *test)
{
	struct zone *zone;
	const char *part;

	run_view(test, show_zoneinfo);
	for_each_populated_zone(zone) {
		scnprintf(line, sizeof(line), "Node 0, zone %8s\n", zone->name);
		part = strstr(text, line);
		KUNIT_ASSERT_NOT_NULL(test, part);
		scnprintf(line, sizeof(line),
			  "\n  pages free     %lu\n        min      %lu\n        low      %lu\n"
			  "        high     %lu\n        spanned  %lu\n        present  %lu\n"
			  "        managed  %lu\n",
			  zone->free_pages, min_wmark_pages(zone), low_wmark_pages(zone),
			  high_wmark_pages(zone), zone->spanned_pages, zone->present_pages,
			  zone->managed_pages);
		expect_line(test, part);
		scnprintf(line, sizeof(line), "\n        protection: (%lu, %lu, %lu)\n",
			  zone->lowmem_reserve[0], zone->lowmem_reserve[1],
			  zone->lowmem_reserve[2]);
		expect_line(test, part);
		scnprintf(line, sizeof(line), "\n              count: %u\n",
			  raw_cpu_ptr(zone->per_cpu_pageset)->count);
		expect_line(test, part);
		scnprintf(line, sizeof(line), "\n  start_pfn:           %lu\n",
			  zone->zone_start_pfn);
		expect_line(test, part);
	}
}

static void meminfo(struct kunit *test)
{
	struct sysinfo i;

	si_meminfo(&i);
	KUNIT_EXPECT_EQ(test, i.totalram, totalram_pages());
	KUNIT_EXPECT_EQ(test, i.freeram, nr_free_pages());
	KUNIT_EXPECT_EQ(test, i.mem_unit, PAGE_SIZE);
	KUNIT_EXPECT_LE(test, i.freeram, i.totalram);
	KUNIT_EXPECT_LE(test, i.freehigh, i.totalhigh);
	KUNIT_EXPECT_EQ(test, i.totalhigh != 0, max_pfn > max_low_pfn);

	run_view(test, show_meminfo);
	scnprintf(line, sizeof(line), "MemTotal:       %8lu kB\nMemFree:        %8lu kB\n",
		  i.totalram * 4, i.freeram * 4);
	KUNIT_EXPECT_EQ(test, strncmp(text, line, strlen(line)), 0);
	scnprintf(line, sizeof(line), "\nHighTotal:      %8lu kB\nHighFree:       %8lu kB\n",
		  i.totalhigh * 4, i.freehigh * 4);
	expect_line(test, text);
	scnprintf(line, sizeof(line), "\nLowTotal:       %8lu kB\nLowFree:        %8lu kB\n",
		  (i.totalram - i.totalhigh) * 4, (i.freeram - i.freehigh) * 4);
	expect_line(test, text);
}

/* A page allocated is a page less, at once if the buddy has it, else when lists are drained. */
static void meminfo_follows(struct kunit *test)
{
	unsigned long before = nr_free_pages();
	struct page *page = alloc_pages(GFP_KERNEL, 5);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before - 32);
	__free_pages(page, 5);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before);
}

static void gfp_names(struct kunit *test)
{
	static const struct {
		gfp_t gfp;
		const char *name;
	} names[] = {
		{0, "none"},
		{GFP_KERNEL, "GFP_KERNEL"},
		{GFP_ATOMIC, "GFP_ATOMIC"},
		{GFP_NOWAIT, "GFP_NOWAIT"},
		{GFP_NOIO, "GFP_NOIO"},
		{GFP_NOFS, "GFP_NOFS"},
		{GFP_USER, "GFP_USER"},
		{GFP_HIGHUSER, "GFP_HIGHUSER"},
		{GFP_HIGHUSER_MOVABLE, "GFP_HIGHUSER_MOVABLE"},
		{GFP_DMA, "GFP_DMA"},
		{GFP_KERNEL | GFP_DMA, "GFP_KERNEL|GFP_DMA"},
		{GFP_KERNEL | __GFP_COMP | __GFP_ZERO, "GFP_KERNEL|__GFP_COMP|__GFP_ZERO"},
		{GFP_KERNEL | __GFP_NOWARN, "GFP_KERNEL|__GFP_NOWARN"},
		{GFP_ATOMIC | __GFP_HIGHMEM, "GFP_ATOMIC|__GFP_HIGHMEM"},
		{__GFP_DIRECT_RECLAIM, "__GFP_DIRECT_RECLAIM"},
		{__GFP_NOFAIL | __GFP_NORETRY, "__GFP_NOFAIL|__GFP_NORETRY"},
		{(__force gfp_t)0x800000u, "0x800000"},
		{GFP_KERNEL | (__force gfp_t)0x4u, "GFP_KERNEL|0x4"},
	};
	char name[160], small[8];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		KUNIT_EXPECT_STREQ(test, gfp_name(name, sizeof(name), names[i].gfp), names[i].name);
	KUNIT_EXPECT_STREQ(test, gfp_name(small, sizeof(small), GFP_KERNEL | __GFP_COMP),
			   "GFP_KER");
	/* As in Linux 6.1, to the bit. */
	KUNIT_EXPECT_EQ(test, (__force unsigned int)GFP_KERNEL, 0xcc0U);
	KUNIT_EXPECT_EQ(test, (__force unsigned int)GFP_ATOMIC, 0xa20U);
	KUNIT_EXPECT_EQ(test, (__force unsigned int)GFP_HIGHUSER, 0x100cc2U);
}

static struct kunit_case show_mem_test_cases[] = {
	KUNIT_CASE(buddyinfo),       KUNIT_CASE(zoneinfo),  KUNIT_CASE(meminfo),
	KUNIT_CASE(meminfo_follows), KUNIT_CASE(gfp_names), {},
};

static struct kunit_suite show_mem_test_suite = {
	.name = "show_mem",
	.init = page_alloc_test_init,
	.exit = page_alloc_test_exit,
	.test_cases = show_mem_test_cases,
};

kunit_test_suite(show_mem_test_suite);
