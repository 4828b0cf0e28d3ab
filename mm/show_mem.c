/* SPDX-License-Identifier: MIT */
/*
 * Free memory for people to read: the report of a failed request, and the views
 * that Linux has as /proc/buddyinfo, /proc/zoneinfo and /proc/meminfo.
 *
 * All of it reads counters without their locks: a view may be a moment out of date,
 * and a report must not wait for anything. Reference: Linux 6.1 mm/page_alloc.c
 * (warn_alloc, show_free_areas), mm/vmstat.c, fs/proc/meminfo.c.
 */
#include <kernel/bug.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <kernel/percpu.h>
#include <kernel/printk.h>
#include <kernel/seq.h>

#include <mm/internal.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>

#define PAGES_TO_KB(pages) ((pages) << (PAGE_SHIFT - 10))

/*
 * Names of flags, the largest set first: what a name covers is taken out of the
 * mask, so that the rest is spelled flag by flag.
 */
static const struct {
	gfp_t mask;
	const char *name;
} gfp_names[] = {
	{GFP_HIGHUSER_MOVABLE, "GFP_HIGHUSER_MOVABLE"},
	{GFP_HIGHUSER, "GFP_HIGHUSER"},
	{GFP_USER, "GFP_USER"},
	{GFP_KERNEL_ACCOUNT, "GFP_KERNEL_ACCOUNT"},
	{GFP_KERNEL, "GFP_KERNEL"},
	{GFP_NOFS, "GFP_NOFS"},
	{GFP_ATOMIC, "GFP_ATOMIC"},
	{GFP_NOIO, "GFP_NOIO"},
	{GFP_NOWAIT, "GFP_NOWAIT"},
	{GFP_DMA, "GFP_DMA"},
	{__GFP_HIGHMEM, "__GFP_HIGHMEM"},
	{__GFP_HIGH, "__GFP_HIGH"},
	{__GFP_ATOMIC, "__GFP_ATOMIC"},
	{__GFP_IO, "__GFP_IO"},
	{__GFP_FS, "__GFP_FS"},
	{__GFP_NOWARN, "__GFP_NOWARN"},
	{__GFP_RETRY_MAYFAIL, "__GFP_RETRY_MAYFAIL"},
	{__GFP_NOFAIL, "__GFP_NOFAIL"},
	{__GFP_NORETRY, "__GFP_NORETRY"},
	{__GFP_COMP, "__GFP_COMP"},
	{__GFP_ZERO, "__GFP_ZERO"},
	{__GFP_NOMEMALLOC, "__GFP_NOMEMALLOC"},
	{__GFP_MEMALLOC, "__GFP_MEMALLOC"},
	{__GFP_HARDWALL, "__GFP_HARDWALL"},
	{__GFP_THISNODE, "__GFP_THISNODE"},
	{__GFP_RECLAIMABLE, "__GFP_RECLAIMABLE"},
	{__GFP_MOVABLE, "__GFP_MOVABLE"},
	{__GFP_ACCOUNT, "__GFP_ACCOUNT"},
	{__GFP_WRITE, "__GFP_WRITE"},
	{__GFP_DIRECT_RECLAIM, "__GFP_DIRECT_RECLAIM"},
	{__GFP_KSWAPD_RECLAIM, "__GFP_KSWAPD_RECLAIM"},
};

char *gfp_name(char *buf, size_t size, gfp_t gfp)
{
	const char *bar = "";
	size_t len = 0;
	unsigned int i;

	strscpy(buf, "none", size);
	for (i = 0; i < ARRAY_SIZE(gfp_names) && gfp; i++) {
		if ((gfp & gfp_names[i].mask) != gfp_names[i].mask)
			continue;
		len += (size_t)scnprintf(buf + len, size - len, "%s%s", bar, gfp_names[i].name);
		gfp &= ~gfp_names[i].mask;
		bar = "|";
	}
	if (gfp)
		scnprintf(buf + len, size - len, "%s%#x", bar, (__force unsigned int)gfp);
	return buf;
}

/* Pages on the per-CPU lists of a zone. */
static unsigned long zone_pcp_pages(const struct zone *zone)
{
	unsigned long pages = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		pages += per_cpu_ptr(zone->per_cpu_pageset, cpu)->count;
	return pages;
}

static void show_zone(const struct zone *zone)
{
	unsigned long total = 0;
	unsigned int i;

	printk(KERN_EMERG
	       "%s free:%lukB min:%lukB low:%lukB high:%lukB present:%lukB managed:%lukB free_pcp:%lukB\n",
	       zone->name, PAGES_TO_KB(zone->free_pages), PAGES_TO_KB(min_wmark_pages(zone)),
	       PAGES_TO_KB(low_wmark_pages(zone)), PAGES_TO_KB(high_wmark_pages(zone)),
	       PAGES_TO_KB(zone->present_pages), PAGES_TO_KB(zone->managed_pages),
	       PAGES_TO_KB(zone_pcp_pages(zone)));
	printk(KERN_EMERG "lowmem_reserve[]: %lu %lu %lu\n", zone->lowmem_reserve[ZONE_DMA],
	       zone->lowmem_reserve[ZONE_NORMAL], zone->lowmem_reserve[ZONE_HIGHMEM]);
	printk(KERN_EMERG "%s:", zone->name);
	for (i = 0; i < MAX_ORDER; i++) {
		pr_cont(" %lu*%lukB", zone->free_area[i].nr_free, PAGES_TO_KB(1UL << i));
		total += zone->free_area[i].nr_free << i;
	}
	pr_cont(" = %lukB\n", PAGES_TO_KB(total));
}

void show_mem(void)
{
	struct zone *zone;

	printk(KERN_EMERG "Mem-Info:\n");
	for_each_populated_zone(zone)
		show_zone(zone);
	printk(KERN_EMERG "%lu pages RAM, %lu pages free\n", totalram_pages(), nr_free_pages());
}

struct ratelimit_state nopage_rs = {.interval = 1000, .burst = 1};

void warn_alloc(gfp_t gfp, unsigned int order, unsigned long caller)
{
	char name[160];

	if ((gfp & __GFP_NOWARN) && !(gfp & __GFP_NOFAIL))
		return;
	if (!__ratelimit(&nopage_rs) && !(gfp & __GFP_NOFAIL))
		return;
	warn_begin("page allocation failure: order:%u, mode:%#x(%s), nodemask=(null), from %pS",
		   order, (__force unsigned int)gfp, gfp_name(name, sizeof(name), gfp),
		   (void *)caller);
	show_mem();
	warn_end();
}

/*
 * Views
 */

void show_buddyinfo(struct seq_file *m)
{
	struct zone *zone;
	unsigned int order;

	for_each_populated_zone(zone) {
		seq_printf(m, "Node %d, zone %8s ", zone->zone_pgdat->node_id, zone->name);
		for (order = 0; order < MAX_ORDER; order++)
			seq_printf(m, "%6lu ", zone->free_area[order].nr_free);
		seq_putc(m, '\n');
	}
}

static void show_zone_pagesets(struct seq_file *m, const struct zone *zone)
{
	const struct per_cpu_pages *pcp;
	unsigned int cpu;

	seq_puts(m, "  pagesets\n");
	for_each_online_cpu(cpu) {
		pcp = per_cpu_ptr(zone->per_cpu_pageset, cpu);
		seq_printf(m, "    cpu: %u\n", cpu);
		seq_printf(m, "              count: %u\n", pcp->count);
		seq_printf(m, "              high:  %u\n", pcp->high);
		seq_printf(m, "              batch: %u\n", pcp->batch);
	}
}

void show_zoneinfo(struct seq_file *m)
{
	struct zone *zone;

	for_each_populated_zone(zone) {
		seq_printf(m, "Node %d, zone %8s\n", zone->zone_pgdat->node_id, zone->name);
		seq_printf(m, "  pages free     %lu\n", zone->free_pages);
		seq_printf(m, "        min      %lu\n", min_wmark_pages(zone));
		seq_printf(m, "        low      %lu\n", low_wmark_pages(zone));
		seq_printf(m, "        high     %lu\n", high_wmark_pages(zone));
		seq_printf(m, "        spanned  %lu\n", zone->spanned_pages);
		seq_printf(m, "        present  %lu\n", zone->present_pages);
		seq_printf(m, "        managed  %lu\n", zone->managed_pages);
		seq_printf(m, "        protection: (%lu, %lu, %lu)\n",
			   zone->lowmem_reserve[ZONE_DMA], zone->lowmem_reserve[ZONE_NORMAL],
			   zone->lowmem_reserve[ZONE_HIGHMEM]);
		show_zone_pagesets(m, zone);
		seq_printf(m, "  start_pfn:           %lu\n", zone->zone_start_pfn);
	}
}

void si_meminfo(struct sysinfo *val)
{
	const struct zone *high = &contig_page_data.node_zones[ZONE_HIGHMEM];

	memset(val, 0, sizeof(*val));
	val->totalram = totalram_pages();
	val->freeram = nr_free_pages();
	val->totalhigh = high->managed_pages;
	val->freehigh = high->free_pages;
	val->mem_unit = PAGE_SIZE;
}

static void show_kb(struct seq_file *m, const char *name, unsigned long pages)
{
	seq_printf(m, "%-16s%8lu kB\n", name, PAGES_TO_KB(pages));
}

void show_meminfo(struct seq_file *m)
{
	struct sysinfo i;

	si_meminfo(&i);
	show_kb(m, "MemTotal:", i.totalram);
	show_kb(m, "MemFree:", i.freeram);
	show_kb(m, "HighTotal:", i.totalhigh);
	show_kb(m, "HighFree:", i.freehigh);
	show_kb(m, "LowTotal:", i.totalram - i.totalhigh);
	show_kb(m, "LowFree:", i.freeram - i.freehigh);
	show_kb(m, "Slab:", slab_nr_pages());
	show_kb(m, "PageTables:", nr_kernel_pagetables());
	show_kb(m, "VmallocTotal:", (VMALLOC_END - VMALLOC_START) >> PAGE_SHIFT);
	show_kb(m, "VmallocUsed:", vmalloc_nr_pages());
}
