/* SPDX-License-Identifier: MIT */
/*
 * The hand-over account: for every page of RAM, whose it is.
 *
 * memblock knew which RAM was free, the registry of resources knows by name what is
 * taken, and the page allocator knows what it was given. Three lists kept by three
 * parts of the kernel must tell the same of each page: it is the allocator's, and
 * then no name is on it, or it is reserved, and then one is; never both or neither.
 * What the allocator has, it has free, on a per-CPU list, or allocated to somebody
 * it can name.
 */
#include <kernel/kallsyms.h>
#include <kernel/lib/string.h>
#include <kernel/printk.h>
#include <kernel/resource.h>
#include <kernel/sections.h>

#include <mm/memblock.h>
#include <mm/tests/page_alloc_test.h>
#include <mm/tests/said.h>

#define MAX_NAMES 40

/* Reserved pages of RAM by name, and the others by state. */
struct account {
	struct {
		const char *name;
		unsigned long pages;
	} reserved[MAX_NAMES];
	unsigned int nr_names;
	unsigned long nr_reserved;
	unsigned long nr_free;
	unsigned long nr_allocated;
};

static struct account account;

/* What says that bytes of these pages are taken, or NULL. */
static const struct resource *taken(unsigned long pfn, unsigned long pages)
{
	return resource_conflict(&iomem_resource, PFN_PHYS(pfn), PFN_PHYS(pfn + pages) - 1,
				 IORESOURCE_MEM | IORESOURCE_BUSY);
}

static void count_reserved(struct kunit *test, unsigned long pfn)
{
	const struct resource *res = taken(pfn, 1);
	unsigned int i;

	account.nr_reserved++;
	if (!res) {
		KUNIT_FAIL(test, "pfn %#lx is reserved without a name", pfn);
		return;
	}
	for (i = 0; i < account.nr_names; i++)
		if (!strcmp(account.reserved[i].name, res->name))
			break;
	KUNIT_ASSERT_LT(test, i, (unsigned int)MAX_NAMES);
	if (i == account.nr_names)
		account.reserved[account.nr_names++].name = res->name;
	account.reserved[i].pages++;
}

/* A block of the allocator's: nobody else may have a name on any of its pages. */
static void count_block(struct kunit *test, unsigned long pfn, unsigned int order,
			enum page_state state)
{
	const struct page *page = pfn_to_page(pfn);
	unsigned long pages = 1UL << order;
	const struct resource *res = taken(pfn, pages);

	if (res)
		KUNIT_FAIL(test, "pfn %#lx order %u is the allocator's, but also %s", pfn, order,
			   res->name);
	if (state != PAGE_ALLOCATED) {
		account.nr_free += pages;
		return;
	}
	account.nr_allocated += pages;
	if (!kallsyms_lookup(page->caller, NULL, NULL))
		KUNIT_FAIL(test, "pfn %#lx order %u is allocated by nobody known: %#lx", pfn, order,
			   page->caller);
}

static void count_range(struct kunit *test, unsigned long pfn, unsigned long end)
{
	unsigned int order;

	for (; pfn < end; pfn += 1UL << order) {
		enum page_state state = page_block(pfn_to_page(pfn), &order);

		if (state == PAGE_RESERVED)
			count_reserved(test, pfn);
		else if (state != PAGE_LOST)
			count_block(test, pfn, order, state);
		else
			KUNIT_FAIL(test, "pfn %#lx is RAM, but nobody's", pfn);
	}
	KUNIT_EXPECT_EQ(test, pfn, end);
}

static unsigned long pages_named(const char *name)
{
	unsigned int i;

	for (i = 0; i < account.nr_names; i++)
		if (!strcmp(account.reserved[i].name, name))
			return account.reserved[i].pages;
	return 0;
}

static unsigned long pages_between(const char *start, const char *end)
{
	return (unsigned long)(end - start) >> PAGE_SHIFT;
}

/* Every page of RAM, block by block. */
static void every_page_is_somebodys(struct kunit *test)
{
	unsigned long start, end, ram = 0;
	unsigned int n;
	int i;

	memset(&account, 0, sizeof(account));
	for_each_mem_pfn_range(i, NUMA_NO_NODE, &start, &end, NULL) {
		count_range(test, start, end);
		ram += end - start;
	}
	KUNIT_EXPECT_EQ(test, account.nr_reserved + account.nr_free + account.nr_allocated, ram);
	KUNIT_EXPECT_EQ(test, account.nr_free + account.nr_allocated, totalram_pages());

	/* The kernel's own parts are told apart, and all of each is there. */
	KUNIT_EXPECT_EQ(test, pages_named("Kernel code"), pages_between(_stext, __start_rodata));
	KUNIT_EXPECT_EQ(test, pages_named("Kernel rodata"), pages_between(__start_rodata, _sdata));
	KUNIT_EXPECT_EQ(test, pages_named("Kernel data"), pages_between(_sdata, __init_begin));
	KUNIT_EXPECT_EQ(test, pages_named("Kernel bss"), pages_between(__init_end, _end));
	KUNIT_EXPECT_EQ(test, pages_named("Kernel init"), 0UL);
	KUNIT_EXPECT_EQ(test, pages_named("Kernel boot"), 0UL);
	KUNIT_EXPECT_EQ(test, pages_named("mem_map"), PFN_UP(max_pfn * sizeof(struct page)));

	for (n = 0; n < account.nr_names; n++)
		kunit_info(test, "%s: %lu pages", account.reserved[n].name,
			   account.reserved[n].pages);
	kunit_info(test, "free: %lu pages, allocated: %lu pages, RAM: %lu pages", account.nr_free,
		   account.nr_allocated, ram);
}

/* A byte of a free page, behind a sanitizer's back. */
static __no_sanitize_address u8 byte_at(const char *addr)
{
	return *(const volatile u8 *)addr;
}

static bool is_freed_image(unsigned long pfn)
{
	unsigned long init = PFN_DOWN(__pa(__init_begin)),
		      boot = PFN_DOWN((unsigned long)__boot_start);

	return (pfn >= init && pfn < PFN_UP(__pa(__init_end))) ||
	       (pfn >= boot && pfn < PFN_UP((unsigned long)__boot_end));
}

/* What memblock had free was handed over, and nothing of what it had reserved. */
static void as_memblock_says(struct kunit *test)
{
	unsigned long pfn, handed_over = 0, freed_later = 0;
	const struct memblock_region *r;
	phys_addr_t start, end;
	u64 i;

	if (memblock.reserved.cnt == memblock.reserved.max)
		kunit_skip(test, "memblock's record of what was reserved may have lost its end");
	for_each_free_mem_range(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, NULL) {
		for (pfn = PFN_UP(start); pfn < PFN_DOWN(end); pfn++, handed_over++)
			if (PageReserved(pfn_to_page(pfn)))
				KUNIT_FAIL(test, "free pfn %#lx was kept", pfn);
	}
	for_each_reserved_mem_region(r) {
		for (pfn = PFN_DOWN(r->base); r->size && pfn < PFN_UP(r->base + r->size); pfn++) {
			if (pfn >= max_pfn || !memblock_is_memory(PFN_PHYS(pfn)))
				continue;
			if (is_freed_image(pfn) == PageReserved(pfn_to_page(pfn)))
				KUNIT_FAIL(test,
					   "reserved pfn %#lx was handed over, or init was not",
					   pfn);
			freed_later += is_freed_image(pfn);
		}
	}
	KUNIT_EXPECT_EQ(test, handed_over + freed_later, totalram_pages());
	KUNIT_EXPECT_EQ(test, freed_later,
			pages_between(__init_begin, __init_end) +
				pages_between(__boot_start, __boot_end));
}

/*
 * What lay in memory before the kernel did is reserved, even where the map calls it
 * RAM: vectors and BIOS data, the EBDA, whatever the loader left to be read.
 */
static void what_was_there_first_is_reserved(struct kunit *test)
{
	const struct resource *res;
	unsigned long boot_information = 0;
	unsigned int depth;

	KUNIT_EXPECT_TRUE(test, memblock_is_reserved(0));
	KUNIT_EXPECT_TRUE(test, memblock_is_reserved(PAGE_SIZE - 1));
	KUNIT_EXPECT_STREQ(test, resource_name(0), "BIOS data area");
	KUNIT_EXPECT_TRUE(test, memblock_is_reserved(0x9f000));
	KUNIT_EXPECT_TRUE(test, memblock_is_reserved(0x9ffff));
	KUNIT_EXPECT_STREQ(test, resource_name(0x9ffff), "EBDA");
	for_each_resource(res, &iomem_resource, &depth)
		boot_information += !strcmp(res->name, "Boot information");
	KUNIT_EXPECT_GT(test, boot_information, 0UL);
}

/* Reserved, and nothing else was ever said of it. */
static bool is_as_made(const struct page *page)
{
	return PageReserved(page) && !(page->flags & PAGE_FLAGS_BITS & ~(1UL << PG_reserved)) &&
	       !page->mapping && !page->private && !page->caller && !page_ref_count(page) &&
	       !page_mapcount(page);
}

/* Pages that are no RAM, or above it, belong to nobody. */
static void holes_are_reserved(struct kunit *test)
{
	unsigned long pfn, start, end, last = 0;
	int i;

	for_each_mem_pfn_range(i, NUMA_NO_NODE, &start, &end, NULL) {
		for (pfn = last; pfn < start; pfn++)
			if (!is_as_made(pfn_to_page(pfn)))
				KUNIT_FAIL(test, "pfn %#lx is no RAM, but not as it was made", pfn);
		last = end;
	}
	KUNIT_EXPECT_EQ(test, last, max_pfn);
	KUNIT_EXPECT_FALSE(test, pfn_valid(max_pfn));
}

/* What the firmware keeps is named as taken, so that no driver is given it. */
static void firmware_is_busy(struct kunit *test)
{
	const struct resource *res;
	unsigned int depth, nr = 0;

	for_each_resource(res, &iomem_resource, &depth) {
		if (depth || strcmp(res->name, "Reserved"))
			continue;
		nr++;
		KUNIT_EXPECT_EQ(test, res->flags & (IORESOURCE_MEM | IORESOURCE_BUSY),
				IORESOURCE_MEM | IORESOURCE_BUSY);
	}
	KUNIT_EXPECT_GT(test, nr, 0U);
}

/*
 * A range that is given back: whole pages of it only, filled, counted and told of. The page
 * allocator's own are made what boot leaves behind: reserved, and managed by nobody.
 */
static void reserved_areas_are_freed(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	struct zone *zone;
	char *addr;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, page);
	zone = page_zone(page);
	addr = lowmem_page_address(page);
	memset(addr, 0x11, 4 * PAGE_SIZE);
	for (i = 0; i < 4; i++) {
		page[i].flags = (page->flags & PAGE_ZONE_MASK) | 1UL << PG_reserved;
		atomic_set(&page[i]._refcount, 0);
	}
	zone->managed_pages -= 4;
	KUNIT_EXPECT_TRUE(test, page_alloc_check());

	printk_set_prefix("# ");
	said_begin();
	KUNIT_EXPECT_EQ(
		test, free_reserved_area(addr + 1, addr + 4 * PAGE_SIZE - 1, 0xcc, "test's"), 2UL);
	KUNIT_EXPECT_STREQ(test, said_end(), "Freeing test's memory: 8K\n");
	KUNIT_EXPECT_TRUE(test, PageReserved(page) && PageReserved(page + 3));
	KUNIT_EXPECT_FALSE(test, PageReserved(page + 1) || PageReserved(page + 2));
	KUNIT_EXPECT_EQ(test, (unsigned char)addr[0], 0x11);
	KUNIT_EXPECT_EQ(test, (unsigned char)addr[4 * PAGE_SIZE - 1], 0x11);
	if (!page_debug) {
		KUNIT_EXPECT_EQ(test, byte_at(addr + PAGE_SIZE), 0xcc);
		KUNIT_EXPECT_EQ(test, byte_at(addr + 3 * PAGE_SIZE - 1), 0xcc);
	}
	/* Without a name nothing is said, and without a byte to fill with nothing is filled. */
	said_begin();
	KUNIT_EXPECT_EQ(test, free_reserved_area(addr, addr + PAGE_SIZE, -1, NULL), 1UL);
	KUNIT_EXPECT_EQ(test,
			free_reserved_area(addr + 3 * PAGE_SIZE, addr + 4 * PAGE_SIZE, -1, NULL),
			1UL);
	KUNIT_EXPECT_EQ(test, free_reserved_area(addr, addr + PAGE_SIZE - 1, 0, "no"), 0UL);
	KUNIT_EXPECT_STREQ(test, said_end(), "");
	printk_set_prefix(NULL);
	if (!page_debug)
		KUNIT_EXPECT_EQ(test, byte_at(addr), 0x11);
	KUNIT_EXPECT_TRUE(test, page_alloc_check());
}

/* Zones follow each other without a gap, and each page knows its zone. */
static void zones_cover_everything(struct kunit *test)
{
	unsigned long next = 0, present = 0, pfn;
	struct zone *zone;

	for_each_zone(zone) {
		if (!zone->spanned_pages)
			continue;
		KUNIT_EXPECT_EQ(test, zone->zone_start_pfn, next);
		next = zone_end_pfn(zone);
		present += zone->present_pages;
		for (pfn = zone->zone_start_pfn; pfn < next; pfn++)
			if (page_zone(pfn_to_page(pfn)) != zone)
				KUNIT_FAIL(test, "pfn %#lx is of another zone", pfn);
		KUNIT_EXPECT_LE(test, zone->managed_pages, zone->present_pages);
	}
	KUNIT_EXPECT_EQ(test, next, max_pfn);
	KUNIT_EXPECT_EQ(test, present, contig_page_data.node_present_pages);
	KUNIT_EXPECT_LE(test, zone_end_pfn(&contig_page_data.node_zones[ZONE_DMA]), MAX_DMA_PFN);
	KUNIT_EXPECT_PTR_EQ(test, __va(PFN_PHYS(max_low_pfn)), high_memory);
}

static struct kunit_case handover_test_cases[] = {
	KUNIT_CASE(every_page_is_somebodys),
	KUNIT_CASE(as_memblock_says),
	KUNIT_CASE(what_was_there_first_is_reserved),
	KUNIT_CASE(holes_are_reserved),
	KUNIT_CASE(firmware_is_busy),
	KUNIT_CASE(reserved_areas_are_freed),
	KUNIT_CASE(zones_cover_everything),
	{},
};

static struct kunit_suite handover_test_suite = {
	.name = "handover",
	.init = page_alloc_test_init,
	.exit = page_alloc_test_exit,
	.test_cases = handover_test_cases,
};

kunit_test_suite(handover_test_suite);
