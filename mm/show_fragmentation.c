/* SPDX-License-Identifier: MIT */
/*
 * How broken up free memory is: pagetypeinfo and the indices of fragmentation.
 *
 * The unusable free space index of an order answers: what part of free memory is of no
 * use to a request of that order, since it lies in blocks too small? 0 means that all of
 * it serves, 1 that none does. It needs the free lists alone:
 *
 *     (free pages - pages in blocks that are large enough) / free pages
 *
 * The fragmentation index is asked when a request has failed: did it fail for want of
 * memory (towards 0), which reclaim helps, or by fragmentation (towards 1), which only
 * moving pages would help? -1 means that it would not fail.
 *
 * Linux sorts pages by whether they can be moved, and keeps blocks of one sort together.
 * Nothing can be moved here, so all blocks are of the first sort, Unmovable, as they are on
 * a Linux machine too small for it to bother; the others' rows are there, and hold nothing.
 *
 * Counters are read without their locks: a view may be a moment out of date.
 *
 * Reference: Gorman, "Measuring the Impact of the Linux Memory Manager" (2008); Linux 6.1
 * mm/vmstat.c (unusable_free_index, __fragmentation_index, pagetypeinfo_show).
 */
#include <kernel/lib/math64.h>
#include <kernel/seq.h>

#include <mm/internal.h>

/* Blocks whose pages Linux keeps of one sort are those of the largest order. */
#define PAGEBLOCK_ORDER (MAX_ORDER - 1U)

static const char *const migratetype_names[] = {
	"Unmovable", "Movable", "Reclaimable", "HighAtomic", "Isolate",
};

/* Blocks of the largest order that hold RAM: those of which any page was handed over. */
static unsigned long zone_pageblocks(const struct zone *zone)
{
	unsigned long pfn = zone->zone_start_pfn & ~(MAX_ORDER_NR_PAGES - 1);
	unsigned long i, nr = 0;

	for (; pfn < zone_end_pfn(zone); pfn += MAX_ORDER_NR_PAGES) {
		for (i = 0; i < MAX_ORDER_NR_PAGES; i++)
			if (zone_spans_pfn(zone, pfn + i) && !PageReserved(pfn_to_page(pfn + i)))
				break;
		nr += i < MAX_ORDER_NR_PAGES;
	}
	return nr;
}

static void show_free_of_type(struct seq_file *m, const struct zone *zone, unsigned int type)
{
	unsigned int order;

	seq_printf(m, "Node %4d, zone %8s, type %12s ", zone->zone_pgdat->node_id, zone->name,
		   migratetype_names[type]);
	for (order = 0; order < MAX_ORDER; order++)
		seq_printf(m, "%6lu ", type == 0 ? zone->free_area[order].nr_free : 0);
	seq_putc(m, '\n');
}

static void show_blocks_by_type(struct seq_file *m)
{
	struct zone *zone;
	unsigned int type;

	seq_printf(m, "\n%-23s", "Number of blocks type ");
	for (type = 0; type < ARRAY_SIZE(migratetype_names); type++)
		seq_printf(m, "%12s ", migratetype_names[type]);
	seq_putc(m, '\n');
	for_each_populated_zone(zone) {
		seq_printf(m, "Node %d, zone %8s ", zone->zone_pgdat->node_id, zone->name);
		for (type = 0; type < ARRAY_SIZE(migratetype_names); type++)
			seq_printf(m, "%12lu ", type == 0 ? zone_pageblocks(zone) : 0);
		seq_putc(m, '\n');
	}
}

void show_pagetypeinfo(struct seq_file *m)
{
	struct zone *zone;
	unsigned int order, type;

	seq_printf(m, "Page block order: %u\nPages per block:  %lu\n\n", PAGEBLOCK_ORDER,
		   MAX_ORDER_NR_PAGES);
	seq_printf(m, "%-43s ", "Free pages count per migrate type at order");
	for (order = 0; order < MAX_ORDER; order++)
		seq_printf(m, "%6u ", order);
	seq_putc(m, '\n');
	for_each_populated_zone(zone)
		for (type = 0; type < ARRAY_SIZE(migratetype_names); type++)
			show_free_of_type(m, zone, type);
	show_blocks_by_type(m);
}

/*
 * The indices, in thousandths
 */

/* Blocks of all orders, and how many of @order the large ones would make. */
static void count_free(const struct zone *zone, unsigned int order, unsigned long *pages,
		       unsigned long *blocks, unsigned long *suitable)
{
	unsigned int k;

	*pages = 0;
	*blocks = 0;
	*suitable = 0;
	for (k = 0; k < MAX_ORDER; k++) {
		unsigned long nr = READ_ONCE(zone->free_area[k].nr_free);

		*pages += nr << k;
		*blocks += nr;
		if (k >= order)
			*suitable += nr << (k - order);
	}
}

int unusable_free_index(const struct zone *zone, unsigned int order)
{
	unsigned long pages, blocks, suitable;

	count_free(zone, order, &pages, &blocks, &suitable);
	if (!pages)
		return 1000;
	return (int)div_u64((u64)(pages - (suitable << order)) * 1000, (u32)pages);
}

int fragmentation_index(const struct zone *zone, unsigned int order)
{
	unsigned long pages, blocks, suitable, wanted = 1UL << order;

	count_free(zone, order, &pages, &blocks, &suitable);
	if (!blocks)
		return 0;
	if (suitable)
		return -1000;
	return 1000 - (int)div_u64(1000 + div_u64((u64)pages * 1000, (u32)wanted), (u32)blocks);
}

static void show_index(struct seq_file *m, const char *what,
		       int (*index)(const struct zone *zone, unsigned int order))
{
	struct zone *zone;
	unsigned int order;

	seq_printf(m, "%s\n", what);
	for_each_populated_zone(zone) {
		seq_printf(m, "Node %d, zone %8s ", zone->zone_pgdat->node_id, zone->name);
		for (order = 0; order < MAX_ORDER; order++) {
			int val = index(zone, order);
			unsigned int thousandths = (unsigned int)(val < 0 ? -val : val);

			seq_printf(m, "%s%u.%03u ", val < 0 ? "-" : "", thousandths / 1000,
				   thousandths % 1000);
		}
		seq_putc(m, '\n');
	}
}

void show_fragmentation(struct seq_file *m)
{
	show_index(m, "unusable free space index", unusable_free_index);
	show_index(m, "fragmentation index", fragmentation_index);
}
