/* SPDX-License-Identifier: MIT */
/*
 * Runs operations with their n-th allocation failing; see fail_case.h.
 *
 * What "as it was" means: memory is brought to rest before and after each try, and then
 *   - as many pages are free, those that became page tables counted with them, as the
 *     kernel keeps its tables;
 *   - where no table was made, every free list of every zone has its old length: a lost
 *     merge does not hide in the sum;
 *   - every cache has as many objects allocated, so that an object that is lost in a slab
 *     which others keep alive shows, too; no cache is left over;
 *   - pages of vmalloc, its largest gap, users of kmap's slots, and memblock's lists are
 *     what they were;
 *   - every checker of mm/check.h is content; on a large machine those two that look at
 *     every page, or at every page table, are asked only after the last try.
 */
#include <mm/check.h>
#include <mm/fail.h>
#include <mm/highmem.h>
#include <mm/memblock.h>
#include <mm/slab_internal.h>
#include <mm/tests/fail_case.h>
#include <mm/vmalloc.h>

/* Points that are all tried, whatever the case's stride. */
#define ALL_UP_TO 20U

/* Pages of a machine on which a walk over all of them takes no time. */
#define FEW_PAGES (128UL << (20 - PAGE_SHIFT))

/*
 * struct stock - what may not change
 * @pages:   free, or page tables
 * @nr_free: free blocks by zone and order
 * @objects: allocated, of all caches
 */
struct stock {
	unsigned long pages;
	unsigned long tables;
	unsigned long nr_free[MAX_NR_ZONES][MAX_ORDER];
	unsigned long objects;
	unsigned long caches;
	struct vmalloc_stats vmalloc;
	struct kmap_stats kmap;
	u32 memblock;
};

/* The case that runs, until its cleanup has. */
static const struct fail_case *running;
static unsigned int more_points;

static u32 hash_bytes(u32 hash, const void *p, size_t size)
{
	const u8 *byte = p;

	while (size--)
		hash = (hash ^ *byte++) * 0x01000193; /* FNV-1a */
	return hash;
}

static u32 hash_list(u32 hash, const struct memblock_type *type)
{
	hash = hash_bytes(hash, type, sizeof(*type));
	return hash_bytes(hash, type->regions, type->cnt * sizeof(*type->regions));
}

static void take_stock(struct stock *stock)
{
	struct kmem_cache *cachep;
	struct zone *zone;
	unsigned int order;

	mm_quiesce();
	memset(stock, 0, sizeof(*stock));
	stock->tables = nr_kernel_pagetables();
	stock->pages = nr_free_pages() + stock->tables;
	for_each_populated_zone(zone)
		for (order = 0; order < MAX_ORDER; order++)
			stock->nr_free[zone->idx][order] = zone->free_area[order].nr_free;
	for_each_kmem_cache(cachep) {
		stock->objects += slab_count_live(cachep);
		stock->caches++;
	}
	vmalloc_get_stats(&stock->vmalloc);
	kmap_get_stats(&stock->kmap);
	stock->memblock = hash_list(0x811c9dc5, &memblock.memory);
	stock->memblock = hash_list(stock->memblock, &memblock.reserved);
	stock->memblock = hash_list(stock->memblock, &physmem);
}

static void compare_lists(struct kunit *test, const struct stock *before, const struct stock *after)
{
	struct zone *zone;
	unsigned int order;

	for_each_populated_zone(zone)
		for (order = 0; order < MAX_ORDER; order++)
			if (before->nr_free[zone->idx][order] != after->nr_free[zone->idx][order])
				KUNIT_FAIL(test, "zone %s order %u: %lu blocks free, %lu before",
					   zone->name, order, after->nr_free[zone->idx][order],
					   before->nr_free[zone->idx][order]);
}

static bool all_sound(bool every_page)
{
	bool sound = true;
	unsigned int i;

	for (i = 0; i < NR_MM_CHECKERS; i++)
		if (every_page || (mm_checkers[i].check != page_alloc_check &&
				   mm_checkers[i].check != ptdump_check))
			sound &= mm_checkers[i].check();
	return sound;
}

/* Is all as it was? */
static void expect_as_before(struct kunit *test, const struct stock *before, bool last)
{
	static struct stock after;

	take_stock(&after);
	KUNIT_EXPECT_EQ(test, after.pages, before->pages);
	if (after.tables == before->tables)
		compare_lists(test, before, &after);
	KUNIT_EXPECT_EQ(test, after.objects, before->objects);
	KUNIT_EXPECT_EQ(test, after.caches, before->caches);
	KUNIT_EXPECT_EQ(test, after.vmalloc.nr_pages, before->vmalloc.nr_pages);
	KUNIT_EXPECT_EQ(test, after.vmalloc.nr_lazy_pages, before->vmalloc.nr_lazy_pages);
	KUNIT_EXPECT_EQ(test, after.vmalloc.largest_gap, before->vmalloc.largest_gap);
	KUNIT_EXPECT_EQ(test, after.kmap.in_use, before->kmap.in_use);
	KUNIT_EXPECT_EQ(test, after.memblock, before->memblock);
	KUNIT_EXPECT_TRUE(test, all_sound(last || totalram_pages() <= FEW_PAGES));
}

static void arm(const struct fail_case *c, unsigned int n)
{
	if (c->arm)
		c->arm(n);
	else
		fail_nth_set(n);
}

/* Return: did an allocation fail? */
static bool disarm(const struct fail_case *c, const void *what)
{
	if (!c->disarm)
		return fail_nth_clear();
	c->disarm();
	return !what;
}

/* Giving back may not depend on there being memory. */
static void undo(struct kunit *test, const struct fail_case *c, void *what)
{
	fail_nth_set(0);
	c->undo(what, c->arg);
	if (fail_nth_clear())
		KUNIT_FAIL(test, "undoing it wanted memory");
}

/*
 * try_one - try with allocation @n failing
 * Return: did one fail? If none did, the operation had all it wanted, and must succeed.
 */
static bool try_one(struct kunit *test, const struct fail_case *c, unsigned int n)
{
	static struct stock before;
	bool failed;
	void *what;

	take_stock(&before);
	arm(c, n);
	what = c->attempt(test, c->arg);
	failed = disarm(c, what);

	if (failed && !what != !c->fallback)
		KUNIT_FAIL(test, "%s, and allocation %u failed", what ? "succeeded" : "failed", n);
	if (!failed && !what)
		KUNIT_FAIL(test, "failed, and none of %u allocations did", n);
	if (what)
		undo(test, c, what);
	expect_as_before(test, &before, !failed);
	if (test->status == KUNIT_FAILURE) {
		kunit_info(test, "that was with allocation %u failing", n);
		kunit_abort(test);
	}
	return failed;
}

void fail_case_desc(const struct fail_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

void fail_case_more_points(unsigned int nr)
{
	more_points += nr;
}

static void clean_up(void)
{
	const struct fail_case *c = running;

	running = NULL;
	if (c && c->cleanup)
		c->cleanup(c->arg);
}

void nth_allocation_fails(struct kunit *test)
{
	const struct fail_case *c = test->param_value;
	unsigned int n, points = 0;

	running = c;
	more_points = 0;
	if (c->prepare)
		c->prepare(test, c->arg);
	for (n = 0; try_one(test, c, n); n += c->stride && n >= ALL_UP_TO ? c->stride : 1)
		points++;
	clean_up();
	KUNIT_EXPECT_GE(test, n, c->points + more_points);
	kunit_info(test, "%s: %u point%s of failure%s%s", c->name, points, points == 1 ? "" : "s",
		   c->fallback ? "; " : "", c->fallback ? c->fallback : "");
}

void fail_case_exit(struct kunit *test __unused)
{
	fail_nth_clear();
	clean_up();
}
