/* SPDX-License-Identifier: MIT */
/*
 * From memblock to zones: how the page allocator comes to its memory.
 *
 *   free_area_init()            mem_map, one struct page a frame up to the end of
 *                               RAM, every page reserved; zones and their lists
 *   memblock_free_all()         calls memblock_free_pfn_range() for each free range: its
 *                               pages stop being reserved and go to the buddy
 *   init_per_zone_wmark_min()   watermarks, reserves and batches, now that it is
 *                               known how much each zone manages
 *
 * "Reserved" is the state of everything that the page allocator never got: holes,
 * firmware, the kernel's image, mem_map. Because pages start out so, handing over is
 * the only step that must be exact, and memblock's list of what is free decides it.
 *
 * A machine of 3 GiB has 786,432 struct pages. The loop over them is nearly all the
 * time that this takes, and is written for that; free memory goes to the buddy in
 * blocks as large as they come, highmem like the rest.
 *
 * Context: all of it boot, one CPU; free_reserved_area() and what calls it later too.
 *
 * Reference: Linux 6.1 mm/page_alloc.c (free_area_init, memmap_init_range,
 * __setup_per_zone_wmarks, setup_per_zone_lowmem_reserve, free_reserved_area).
 */
#include <kernel/bug.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/kstrtox.h>
#include <kernel/lib/math64.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <kernel/params.h>
#include <kernel/printk.h>
#include <kernel/resource.h>

#include <mm/fast_paths.h>
#include <mm/internal.h>
#include <mm/memblock.h>

struct page *mem_map;
unsigned long max_pfn;
unsigned long min_low_pfn;

static const char *const zone_names[MAX_NR_ZONES] = {"DMA", "Normal", "HighMem"};

/* Pages of a zone for each page kept from requests that could use a higher one. */
static const unsigned int lowmem_reserve_ratio[MAX_NR_ZONES] = {256, 32, 0};

/* Distance between watermarks, in ten-thousandths of the zone. */
#define WATERMARK_SCALE_FACTOR 10
#define MIN_FREE_KBYTES_LOW    128UL
#define MIN_FREE_KBYTES_HIGH   262144UL
#define SWAP_CLUSTER_MAX       32UL

/*
 * mem_map
 */

/* All but lru, which whoever links the page writes first. */
static __always_inline void __init_single_page(struct page *page, unsigned long flags)
{
	page->flags = flags;
	page->mapping = NULL;
	page->caller = 0;
	page->private = 0;
	atomic_set(&page->_mapcount, -1);
	atomic_set(&page->_refcount, 0);
}

/* Four at a time: the stores are what counts, not the loop around them. */
static void __init memmap_init_range(unsigned long start_pfn, unsigned long end_pfn,
				     enum zone_type idx)
{
	unsigned long flags = page_flags_zone(idx) | (1UL << PG_reserved);
	struct page *page = pfn_to_page(start_pfn);
	struct page *end = pfn_to_page(end_pfn);

	for (; page + 4 <= end; page += 4) {
		__init_single_page(page, flags);
		__init_single_page(page + 1, flags);
		__init_single_page(page + 2, flags);
		__init_single_page(page + 3, flags);
	}
	for (; page < end; page++)
		__init_single_page(page, flags);
}

static void __init alloc_mem_map(void)
{
	unsigned long size = PAGE_ALIGN(max_pfn * sizeof(struct page));

	mem_map = memblock_alloc_try_nid_raw(size, MEM_MAP_ALIGN, 0, MEMBLOCK_ALLOC_ACCESSIBLE,
					     NUMA_NO_NODE);
	if (!mem_map)
		panic("No memory for mem_map: %lu KiB for %lu page frames", size >> 10, max_pfn);
	reserve_named(__pa(mem_map), size, "mem_map");
}

/*
 * Zones
 */

static unsigned long __init present_pages_in(unsigned long start_pfn, unsigned long end_pfn)
{
	unsigned long start, end, pages = 0;
	int i;

	for_each_mem_pfn_range(i, NUMA_NO_NODE, &start, &end, NULL) {
		start = max(start, start_pfn);
		end = min(end, end_pfn);
		if (start < end)
			pages += end - start;
	}
	return pages;
}

static void __init zone_init(struct pglist_data *pgdat, enum zone_type idx, unsigned long start_pfn,
			     unsigned long end_pfn)
{
	struct zone *zone = &pgdat->node_zones[idx];

	zone->name = zone_names[idx];
	zone->idx = idx;
	zone->zone_pgdat = pgdat;
	zone_init_free_lists(zone);
	zone_pcp_init(zone);
	if (start_pfn >= end_pfn)
		return;
	zone->zone_start_pfn = start_pfn;
	zone->spanned_pages = end_pfn - start_pfn;
	zone->present_pages = present_pages_in(start_pfn, end_pfn);
	memmap_init_range(start_pfn, end_pfn, idx);
	pgdat->node_present_pages += zone->present_pages;
	if (zone->present_pages)
		pgdat->nr_zones = idx + 1;
	pr_info("  %-8s [mem 0x%08lx-0x%08lx], %lu pages present\n", zone->name,
		start_pfn << PAGE_SHIFT, ((end_pfn - 1) << PAGE_SHIFT) | ~PAGE_MASK,
		zone->present_pages);
}

void build_zonelists(struct pglist_data *pgdat)
{
	struct zoneref *ref = pgdat->node_zonelist._zonerefs;
	struct zone *zone;
	unsigned int bits;
	int idx;

	for (idx = MAX_NR_ZONES - 1; idx >= 0; idx--) {
		zone = &pgdat->node_zones[idx];
		if (!populated_zone(zone))
			continue;
		ref->zone = zone;
		ref->zone_idx = zone->idx;
		ref++;
	}
	ref->zone = NULL;

	for (bits = 0; bits < NR_GFP_ZONES; bits++) {
		enum zone_type highest = gfp_zone((__force gfp_t)bits);

		for_each_zone_zonelist(zone, ref, &pgdat->node_zonelist, highest)
			break;
		pgdat->preferred_zone[bits] = zone;
	}
}

void __init free_area_init(void)
{
	struct pglist_data *pgdat = &contig_page_data;
	unsigned long low_end, dma_end;

	min_low_pfn = PFN_UP(memblock_start_of_DRAM());
	max_pfn = PFN_DOWN(memblock_end_of_DRAM());
	low_end = min(max_low_pfn, max_pfn);
	dma_end = min(MAX_DMA_PFN, low_end);
	alloc_mem_map();

	pr_info("Zone ranges:\n");
	pgdat->node_spanned_pages = max_pfn;
	zone_init(pgdat, ZONE_DMA, 0, dma_end);
	zone_init(pgdat, ZONE_NORMAL, dma_end, low_end);
	zone_init(pgdat, ZONE_HIGHMEM, low_end, max_pfn);
	build_zonelists(pgdat);
}

/*
 * Watermarks
 */

static unsigned long int_sqrt(unsigned long x)
{
	unsigned long root = 0, bit;

	for (bit = 1UL << (BITS_PER_LONG / 2 - 1); bit; bit >>= 1)
		if ((root + bit) * (root + bit) <= x)
			root += bit;
	return root;
}

/* What each zone keeps for requests that cannot go higher. */
static void setup_per_zone_lowmem_reserve(struct zone *zones)
{
	unsigned int i, j;

	for (i = 0; i < MAX_NR_ZONES; i++) {
		unsigned long above = 0;

		for (j = i + 1; j < MAX_NR_ZONES; j++) {
			above += zones[j].managed_pages;
			zones[i].lowmem_reserve[j] =
				lowmem_reserve_ratio[i] && zones[i].managed_pages
					? above / lowmem_reserve_ratio[i]
					: 0;
		}
	}
}

int user_min_free_kbytes = -1;

static int __init min_free_kbytes_setup(const char *val)
{
	unsigned int kbytes;

	if (kstrtouint(val, 0, &kbytes) || kbytes > MIN_FREE_KBYTES_HIGH)
		return -EINVAL;
	user_min_free_kbytes = (int)kbytes;
	return 0;
}
kernel_param("min_free_kbytes", min_free_kbytes_setup, "N",
	     "memory kept for requests that cannot wait, in KiB");

/* What the min watermarks keep: as told, or four times the square root of low memory in KiB. */
static unsigned long min_free_kbytes(unsigned long lowmem_kbytes)
{
	if (user_min_free_kbytes >= 0)
		return (unsigned long)user_min_free_kbytes;
	return clamp(int_sqrt(lowmem_kbytes * 16), MIN_FREE_KBYTES_LOW, MIN_FREE_KBYTES_HIGH);
}

/*
 * The min watermarks of the low zones share min_free_kbytes by size. Highmem, which no atomic
 * request needs, gets a token one.
 */
static void setup_zone_wmarks(struct zone *zone, unsigned long pages_min,
			      unsigned long lowmem_pages)
{
	unsigned long share =
		(unsigned long)div_u64((u64)pages_min * zone->managed_pages, lowmem_pages);
	unsigned long scale = zone->managed_pages / (10000 / WATERMARK_SCALE_FACTOR);
	unsigned long step = max(share >> 2, scale);

	zone->_watermark[WMARK_MIN] = share;
	if (is_highmem(zone))
		zone->_watermark[WMARK_MIN] =
			clamp(zone->managed_pages / 1024, SWAP_CLUSTER_MAX, 128UL);
	zone->_watermark[WMARK_LOW] = min_wmark_pages(zone) + step;
	zone->_watermark[WMARK_HIGH] = low_wmark_pages(zone) + step;
}

void init_per_zone_wmark_min(void)
{
	struct zone *zones = contig_page_data.node_zones;
	unsigned long lowmem_pages =
		zones[ZONE_DMA].managed_pages + zones[ZONE_NORMAL].managed_pages;
	unsigned long pages_min =
		min_free_kbytes(lowmem_pages << (PAGE_SHIFT - 10)) >> (PAGE_SHIFT - 10);
	struct zone *zone;

	setup_per_zone_lowmem_reserve(zones);
	for_each_populated_zone(zone) {
		setup_zone_wmarks(zone, pages_min, lowmem_pages);
		zone_pcp_update(zone);
	}
	update_fast_paths();
}

/*
 * Handing over
 */

/* Pages of a range stop being reserved. Eight at a time, as above. */
static void clear_reserved(unsigned long start_pfn, unsigned long end_pfn, unsigned long flags)
{
	struct page *page = pfn_to_page(start_pfn);
	struct page *end = pfn_to_page(end_pfn);

	for (; page + 8 <= end; page += 8) {
		page[0].flags = flags;
		page[1].flags = flags;
		page[2].flags = flags;
		page[3].flags = flags;
		page[4].flags = flags;
		page[5].flags = flags;
		page[6].flags = flags;
		page[7].flags = flags;
	}
	for (; page < end; page++)
		page->flags = flags;
}

/* Free a range of one zone in the largest blocks that alignment and length allow. */
static void free_zone_range(struct zone *zone, unsigned long pfn, unsigned long end_pfn)
{
	clear_reserved(pfn, end_pfn, page_flags_zone(zone->idx));
	zone->managed_pages += end_pfn - pfn;
	while (pfn < end_pfn) {
		unsigned int fits = BITS_PER_LONG - 1 - (unsigned int)__builtin_clzl(end_pfn - pfn);
		unsigned int order = min(fits, MAX_ORDER - 1U);

		if (pfn)
			order = min(order, (unsigned int)__builtin_ctzl(pfn));
		if (page_debug)
			debug_page_free(pfn_to_page(pfn), order);
		poison_block(pfn_to_page(pfn), order);
		free_one_page(zone, pfn_to_page(pfn), order);
		pfn += 1UL << order;
	}
}

void memblock_free_pfn_range(unsigned long start_pfn, unsigned long end_pfn)
{
	struct zone *zone;

	BUG_ON(start_pfn > end_pfn || end_pfn > max_pfn);
	for_each_populated_zone(zone) {
		unsigned long start = max(start_pfn, zone->zone_start_pfn);
		unsigned long end = min(end_pfn, zone_end_pfn(zone));

		if (start < end)
			free_zone_range(zone, start, end);
	}
}

unsigned long free_reserved_area(void *start, void *end, int poison, const char *name)
{
	unsigned long addr = PAGE_ALIGN((unsigned long)start);
	unsigned long stop = PAGE_ALIGN_DOWN((unsigned long)end);
	unsigned long pages = 0;

	for (; addr < stop; addr += PAGE_SIZE, pages++) {
		if (poison >= 0)
			memset((void *)addr, poison, PAGE_SIZE);
		memblock_free_pfn_range(virt_to_pfn(addr), virt_to_pfn(addr) + 1);
	}
	if (name && pages)
		pr_info("Freeing %s memory: %luK\n", name, pages << (PAGE_SHIFT - 10));
	return pages;
}
