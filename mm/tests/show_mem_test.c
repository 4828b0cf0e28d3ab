/* SPDX-License-Identifier: MIT */
/*
 * The views of free memory, read back: their columns are Linux's and their numbers
 * those of the zones. And the names of gfp flags.
 */
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <kernel/percpu.h>
#include <kernel/printk.h>
#include <kernel/seq.h>

#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <mm/tests/page_alloc_test.h>
#include <mm/tests/said.h>

static char text[2048];
static char line[256];
static char expected[2048];

/* Any function will do. */
#define CALLER ((unsigned long)show_mem)

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
	const struct per_cpu_pages *pcp;
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
		pcp = raw_cpu_ptr(zone->per_cpu_pageset);
		scnprintf(line, sizeof(line),
			  "\n  pagesets\n    cpu: 0\n              count: %u\n"
			  "              high:  %u\n              batch: %u\n"
			  "  start_pfn:           %lu\n",
			  pcp->count, pcp->high, pcp->batch, zone->zone_start_pfn);
		expect_line(test, part);
	}
}

static void meminfo(struct kunit *test)
{
	struct sysinfo i, rest = {0};

	memset(&i, 0xff, sizeof(i));
	si_meminfo(&i);
	KUNIT_EXPECT_EQ(test, i.totalram, totalram_pages());
	KUNIT_EXPECT_EQ(test, i.freeram, nr_free_pages());
	KUNIT_EXPECT_EQ(test, i.mem_unit, PAGE_SIZE);
	KUNIT_EXPECT_LE(test, i.freeram, i.totalram);
	KUNIT_EXPECT_LE(test, i.freehigh, i.totalhigh);
	KUNIT_EXPECT_EQ(test, i.totalhigh != 0, max_pfn > max_low_pfn);
	rest.totalram = i.totalram;
	rest.freeram = i.freeram;
	rest.totalhigh = i.totalhigh;
	rest.freehigh = i.freehigh;
	rest.mem_unit = i.mem_unit;
	KUNIT_EXPECT_MEMEQ(test, &i, &rest, sizeof(i));

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
	scnprintf(line, sizeof(line),
		  "\nSlab:           %8lu kB\nPageTables:     %8lu kB\nVmallocTotal:   %8lu kB\n"
		  "VmallocUsed:    %8lu kB\n",
		  slab_nr_pages() * 4, nr_kernel_pagetables() * 4,
		  (VMALLOC_END - VMALLOC_START) / 1024, vmalloc_nr_pages() * 4);
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

/* expect_mem_info - append what show_mem() is to print to expected[] */
static void expect_mem_info(void)
{
	struct seq_file m;
	struct zone *zone;
	unsigned int order;

	seq_open_buffer(&m, expected + strlen(expected), sizeof(expected) - strlen(expected));
	seq_puts(&m, "Mem-Info:\n");
	for_each_populated_zone(zone) {
		seq_printf(&m,
			   "%s free:%lukB min:%lukB low:%lukB high:%lukB present:%lukB "
			   "managed:%lukB free_pcp:%ukB\nlowmem_reserve[]: %lu %lu %lu\n%s:",
			   zone->name, zone->free_pages * 4, min_wmark_pages(zone) * 4,
			   low_wmark_pages(zone) * 4, high_wmark_pages(zone) * 4,
			   zone->present_pages * 4, zone->managed_pages * 4,
			   raw_cpu_ptr(zone->per_cpu_pageset)->count * 4, zone->lowmem_reserve[0],
			   zone->lowmem_reserve[1], zone->lowmem_reserve[2], zone->name);
		for (order = 0; order < MAX_ORDER; order++)
			seq_printf(&m, " %lu*%lukB", zone->free_area[order].nr_free, 4UL << order);
		seq_printf(&m, " = %lukB\n", zone->free_pages * 4);
	}
	seq_printf(&m, "%lu pages RAM, %lu pages free\n", totalram_pages(), nr_free_pages());
	seq_release(&m);
}

/* The state of all zones, with a page on a per-CPU list and with none. */
static void mem_info(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	__free_page(page);
	expected[0] = '\0';
	expect_mem_info();
	printk_set_prefix("# ");
	said_begin();
	show_mem();
	printk_set_prefix(NULL);
	KUNIT_EXPECT_STREQ(test, said_end(), expected);
}

static void report_of_a_failed_request(struct kunit *test)
{
	const char *said;

	scnprintf(expected, sizeof(expected),
		  "WARNING: page allocation failure: order:3, mode:0xcc0(GFP_KERNEL), "
		  "nodemask=(null), from %pS\n",
		  (void *)CALLER);
	expect_mem_info();
	said_begin();
	KUNIT_EXPECT_WARN(test, "page allocation failure", warn_alloc(GFP_KERNEL, 3, CALLER));
	said = said_end();
	KUNIT_EXPECT_STREQ(test, said, expected);
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
	char name[160], small[8], barely[] = "GFP_KERNEL|0x??";
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		KUNIT_EXPECT_STREQ(test, gfp_name(name, sizeof(name), names[i].gfp), names[i].name);
	KUNIT_EXPECT_STREQ(test, gfp_name(small, sizeof(small), GFP_KERNEL | __GFP_COMP),
			   "GFP_KER");
	/* The byte behind what may be written is not. */
	gfp_name(barely, sizeof(barely) - 2, GFP_KERNEL | (__force gfp_t)0x800004u);
	KUNIT_EXPECT_STREQ(test, barely, "GFP_KERNEL|0x");
	KUNIT_EXPECT_EQ(test, barely[sizeof(barely) - 2], '?');
	/* As in Linux 6.1, to the bit. */
	KUNIT_EXPECT_EQ(test, (__force unsigned int)GFP_KERNEL, 0xcc0U);
	KUNIT_EXPECT_EQ(test, (__force unsigned int)GFP_ATOMIC, 0xa20U);
	KUNIT_EXPECT_EQ(test, (__force unsigned int)GFP_HIGHUSER, 0x100cc2U);
}

static struct kunit_case show_mem_test_cases[] = {
	KUNIT_CASE(buddyinfo), KUNIT_CASE(zoneinfo),
	KUNIT_CASE(meminfo),   KUNIT_CASE(meminfo_follows),
	KUNIT_CASE(mem_info),  KUNIT_CASE(report_of_a_failed_request),
	KUNIT_CASE(gfp_names), {},
};

static struct kunit_suite show_mem_test_suite = {
	.name = "show_mem",
	.init = page_alloc_test_init,
	.exit = page_alloc_test_exit,
	.test_cases = show_mem_test_cases,
};

kunit_test_suite(show_mem_test_suite);
