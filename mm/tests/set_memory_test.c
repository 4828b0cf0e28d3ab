/* SPDX-License-Identifier: MIT */
/*
 * set_memory_ro, _rw, _np, _p: rights change where they were meant to, at once,
 * in every directory, and nowhere else. Rights are tried, not read off the tables.
 */
#include <mm/memblock.h>
#include <mm/mm.h>
#include <mm/slab_internal.h>
#include <mm/tests/said.h>
#include <kernel/selftest.h>
#include <kernel/sections.h>
#include <kernel/lib/errno.h>
#include <arch/mmu.h>

#define BLOCK_ORDER 3
#define BLOCK_PAGES (1 << BLOCK_ORDER)

static unsigned long free_before;

static unsigned long free_and_tables(void)
{
	mm_quiesce();
	return nr_free_pages() + nr_kernel_pagetables();
}

static int set_memory_init(struct kunit *test __unused)
{
	free_before = free_and_tables();
	return 0;
}

static void set_memory_exit(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, free_and_tables(), free_before);
	KUNIT_EXPECT_TRUE(test, ptdump_check());
}

static u8 read_byte(unsigned long addr)
{
	return *(volatile u8 *)addr;
}

static void write_byte(unsigned long addr, u8 value)
{
	*(volatile u8 *)addr = value;
}

/* Rights of one page, tried at its first and its last byte. */
static void expect_rw(struct kunit *test, unsigned long page)
{
	write_byte(page, 0x5a);
	write_byte(page + PAGE_SIZE - 1, 0xa5);
	KUNIT_EXPECT_EQ(test, read_byte(page), 0x5a);
	KUNIT_EXPECT_EQ(test, read_byte(page + PAGE_SIZE - 1), 0xa5);
}

static void expect_ro(struct kunit *test, unsigned long page)
{
	u8 first = read_byte(page);

	KUNIT_EXPECT_FAULT(test, page, write_byte(page, 0x33));
	KUNIT_EXPECT_FAULT(test, page + PAGE_SIZE - 1, write_byte(page + PAGE_SIZE - 1, 0x33));
	KUNIT_EXPECT_EQ(test, read_byte(page), first);
}

static void expect_np(struct kunit *test, unsigned long page)
{
	KUNIT_EXPECT_FAULT(test, page, read_byte(page));
	KUNIT_EXPECT_FAULT(test, page + PAGE_SIZE - 1, read_byte(page + PAGE_SIZE - 1));
	KUNIT_EXPECT_FAULT(test, page, write_byte(page, 0x33));
}

static unsigned long get_block(struct kunit *test, unsigned int order)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, order);

	if (!page)
		kunit_skip(test, "no free block of order %u", order);
	return (unsigned long)lowmem_page_address(page);
}

static void put_block(unsigned long addr, unsigned int order)
{
	__free_pages(virt_to_page(addr), order);
}

/* The middle of a block changes, its neighbours on both sides do not. */
static void middle_of_a_block(struct kunit *test)
{
	unsigned long addr = get_block(test, BLOCK_ORDER);
	unsigned long mid = addr + 2 * PAGE_SIZE;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, set_memory_ro(mid, 3), 0);
	for (i = 0; i < BLOCK_PAGES; i++) {
		if (i >= 2 && i < 5)
			expect_ro(test, addr + i * PAGE_SIZE);
		else
			expect_rw(test, addr + i * PAGE_SIZE);
	}
	KUNIT_EXPECT_EQ(test, set_memory_rw(mid, 3), 0);
	for (i = 0; i < BLOCK_PAGES; i++)
		expect_rw(test, addr + i * PAGE_SIZE);

	KUNIT_EXPECT_EQ(test, set_memory_np(mid, 3), 0);
	for (i = 0; i < BLOCK_PAGES; i++) {
		bool gone = i >= 2 && i < 5;

		KUNIT_EXPECT_EQ(test, kernel_page_present(virt_to_page(addr + i * PAGE_SIZE)),
				!gone);
		if (gone)
			expect_np(test, addr + i * PAGE_SIZE);
		else
			expect_rw(test, addr + i * PAGE_SIZE);
	}
	KUNIT_EXPECT_EQ(test, set_memory_p(mid, 3), 0);
	for (i = 0; i < BLOCK_PAGES; i++)
		expect_rw(test, addr + i * PAGE_SIZE);
	put_block(addr, BLOCK_ORDER);
}

/* Present and writable are independent: what comes back is as it went. */
static void rights_survive_absence(struct kunit *test)
{
	unsigned long addr = get_block(test, 0);

	write_byte(addr, 0x77);
	KUNIT_EXPECT_EQ(test, set_memory_ro(addr, 1), 0);
	KUNIT_EXPECT_EQ(test, set_memory_np(addr, 1), 0);
	expect_np(test, addr);
	KUNIT_EXPECT_EQ(test, set_memory_p(addr, 1), 0);
	expect_ro(test, addr);
	KUNIT_EXPECT_EQ(test, read_byte(addr), 0x77);
	KUNIT_EXPECT_EQ(test, set_memory_rw(addr, 1), 0);
	expect_rw(test, addr);
	put_block(addr, 0);
}

/* A 4 MiB page wholly meant is changed as it is: no table is made. */
static void whole_large_page(struct kunit *test)
{
	const unsigned int order = PMD_SHIFT - PAGE_SHIFT;
	unsigned long tables = nr_kernel_pagetables();
	unsigned long addr = get_block(test, order);
	bool large = pmd_leaf(*pmd_off_k(addr));
	unsigned long last = addr + PMD_SIZE - PAGE_SIZE;

	KUNIT_EXPECT_EQ(test, set_memory_ro(addr, PTRS_PER_PTE), 0);
	expect_ro(test, addr);
	expect_ro(test, last);
	KUNIT_EXPECT_EQ(test, set_memory_np(addr, PTRS_PER_PTE), 0);
	expect_np(test, addr);
	expect_np(test, last);
	KUNIT_EXPECT_EQ(test, set_memory_p(addr, PTRS_PER_PTE), 0);
	KUNIT_EXPECT_EQ(test, set_memory_rw(addr, PTRS_PER_PTE), 0);
	expect_rw(test, addr);
	expect_rw(test, last);
	KUNIT_EXPECT_EQ(test, pmd_leaf(*pmd_off_k(addr)), large);
	KUNIT_EXPECT_EQ(test, nr_kernel_pagetables(), tables);
	put_block(addr, order);
}

/* A large page of which one page is meant is split: one table, the same frames and rights. */
static void split_keeps_everything_else(struct kunit *test)
{
	const unsigned int order = PMD_SHIFT - PAGE_SHIFT;
	unsigned long tables = nr_kernel_pagetables();
	unsigned long addr = get_block(test, order);
	unsigned long page = addr + 517 * PAGE_SIZE;
	bool large = pmd_leaf(*pmd_off_k(addr));
	unsigned int i;

	for (i = 0; i < PTRS_PER_PTE; i++)
		*(unsigned long *)(addr + i * PAGE_SIZE) = ~i;
	KUNIT_EXPECT_EQ(test, set_memory_ro(page, 1), 0);
	KUNIT_EXPECT_EQ(test, nr_kernel_pagetables(), tables + large);
	KUNIT_EXPECT_FALSE(test, pmd_leaf(*pmd_off_k(addr)));
	for (i = 0; i < PTRS_PER_PTE; i++)
		KUNIT_EXPECT_EQ(test, *(unsigned long *)(addr + i * PAGE_SIZE), (unsigned long)~i);
	expect_rw(test, page - PAGE_SIZE);
	expect_ro(test, page);
	expect_rw(test, page + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, set_memory_rw(page, 1), 0);
	expect_rw(test, page);
	put_block(addr, order);
}

/*
 * boundary_in_ram - where two 4 MiB pages of the direct map meet, RAM on both sides
 * The second from the image on, if there is one, as the first may be of 4 KiB pages.
 */
static unsigned long boundary_in_ram(void)
{
	unsigned long addr = ALIGN((unsigned long)_end, PMD_SIZE), found = 0;

	for (; addr + 2 * PAGE_SIZE <= (unsigned long)high_memory; addr += PMD_SIZE) {
		if (!memblock_is_region_memory(__pa(addr) - 2 * PAGE_SIZE, 4 * PAGE_SIZE))
			continue;
		if (found)
			return addr;
		found = addr;
	}
	return found;
}

/* A range that begins in one 4 MiB page, covers none whole, and ends in the next. */
static void range_over_a_boundary(struct kunit *test)
{
	unsigned long boundary = boundary_in_ram();
	unsigned long addr;
	unsigned int i;

	if (!boundary)
		kunit_skip(test, "no 4 MiB boundary in low memory");
	addr = boundary - 2 * PAGE_SIZE;
	/* Whoever owns these pages keeps all rights: only the split is new. */
	KUNIT_EXPECT_EQ(test, set_memory_rw(addr, 4), 0);
	for (i = 0; i < 4; i++) {
		unsigned long page = addr + i * PAGE_SIZE;
		pmd_t *pmd = pmd_off_k(page);

		KUNIT_EXPECT_FALSE(test, pmd_leaf(*pmd));
		KUNIT_EXPECT_TRUE(test, pte_write(*pte_offset_kernel(pmd, page)));
		KUNIT_EXPECT_EQ(test, pte_pfn(*pte_offset_kernel(pmd, page)), virt_to_pfn(page));
	}
}

/* The change, and the split before it, are in a directory that is not the kernel's. */
static void every_directory_changes(struct kunit *test)
{
	unsigned long addr = get_block(test, BLOCK_ORDER);
	pgd_t *pgd = pgd_alloc(NULL);

	KUNIT_ASSERT_NOT_NULL(test, pgd);
	/* Changed under the kernel's directory, seen under the other ... */
	KUNIT_EXPECT_EQ(test, set_memory_ro(addr, 1), 0);
	KUNIT_EXPECT_EQ(test, pgd_val(*pgd_offset_pgd(pgd, addr)), pgd_val(*pgd_offset_k(addr)));
	load_pgd(pgd);
	expect_ro(test, addr);
	expect_rw(test, addr + PAGE_SIZE);
	/* ... and the other way round. */
	KUNIT_EXPECT_EQ(test, set_memory_np(addr + PAGE_SIZE, 1), 0);
	expect_np(test, addr + PAGE_SIZE);
	load_pgd(swapper_pg_dir);
	expect_np(test, addr + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, set_memory_p(addr + PAGE_SIZE, 1), 0);
	KUNIT_EXPECT_EQ(test, set_memory_rw(addr, 1), 0);
	expect_rw(test, addr);
	pgd_free(NULL, pgd);
	put_block(addr, BLOCK_ORDER);
}

/* A mapping outside the direct map has rights of its own, apart from the page's other one. */
static void aliases_are_apart(struct kunit *test)
{
	unsigned long addr = get_block(test, 0);
	unsigned long alias = fix_to_virt(FIX_TEST);

	set_fixmap(FIX_TEST, __pa(addr));
	KUNIT_EXPECT_EQ(test, set_memory_ro(alias, 1), 0);
	expect_ro(test, alias);
	expect_rw(test, addr);
	KUNIT_EXPECT_EQ(test, read_byte(alias), 0x5a);
	KUNIT_EXPECT_EQ(test, set_memory_rw(alias, 1), 0);
	expect_rw(test, alias);
	clear_fixmap(FIX_TEST);
	KUNIT_EXPECT_EQ(test, set_memory_ro(alias, 1), -EINVAL);
	put_block(addr, 0);
}

static void bad_ranges_are_refused(struct kunit *test)
{
	unsigned long addr = get_block(test, 0);

	KUNIT_EXPECT_EQ(test, set_memory_ro(addr, 0), 0);
	expect_rw(test, addr);
	KUNIT_EXPECT_EQ(test, set_memory_ro(addr, -1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro(addr + 1, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro(0, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro(PAGE_OFFSET - PAGE_SIZE, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro((unsigned long)high_memory, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro((unsigned long)high_memory - PAGE_SIZE, 2), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro(FIXADDR_TOP, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, set_memory_ro(PAGE_OFFSET, INT_MAX), -EINVAL);
	/* A range that is refused for its end has not begun. */
	write_byte((unsigned long)high_memory - 1, read_byte((unsigned long)high_memory - 1));
	put_block(addr, 0);
}

/* debug_pagealloc's words: unmap, every access faults, map, the content is there. */
static void kernel_map_pages_unmaps(struct kunit *test)
{
	unsigned long addr = get_block(test, 1);
	struct page *page = virt_to_page(addr);

	/* Split beforehand, as debug_pagealloc=on does for all of low memory. */
	KUNIT_EXPECT_EQ(test, set_memory_ro(addr, 1), 0);
	KUNIT_EXPECT_EQ(test, set_memory_rw(addr, 1), 0);
	write_byte(addr, 0x42);
	kernel_map_pages(page, 2, 0);
	KUNIT_EXPECT_FALSE(test, kernel_page_present(page));
	expect_np(test, addr);
	expect_np(test, addr + PAGE_SIZE);
	kernel_map_pages(page, 2, 1);
	KUNIT_EXPECT_TRUE(test, kernel_page_present(page));
	KUNIT_EXPECT_EQ(test, read_byte(addr), 0x42);
	expect_rw(test, addr);
	expect_rw(test, addr + PAGE_SIZE);
	put_block(addr, 1);
}

/* Frames above the direct map have no address in it: nothing to do, nothing present. */
static void highmem_frames_are_left_out(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, direct_map_is_present(max_low_pfn));
	KUNIT_EXPECT_FALSE(test, direct_map_is_present(0xfffff));
	direct_map_set_present(max_low_pfn, 16, false);
	direct_map_set_present(0xffff0, 16, false);
}

static __no_sanitize_address noinline void unseen_kfree(const void *objp)
{
	kfree(objp);
}

/* Does the report of a pointer to byte 4224 of an object show that byte? */
static bool report_shows_bytes(struct kunit *test, const u8 *objp)
{
	said_begin();
	KUNIT_EXPECT_BUG(test, " of cache test, ", unseen_kfree(objp + 4224));
	return strstr(said_end(), " +4224: ");
}

/* A report about an object, of which a page is not mapped, tells all but its bytes. */
static void report_without_bytes(struct kunit *test)
{
	struct kmem_cache *cachep =
		kmem_cache_create("test", 4 * PAGE_SIZE, PAGE_SIZE, 0, NULL, NULL);
	u8 *objp;

	KUNIT_ASSERT_NOT_NULL(test, cachep);
	if (cachep->flags & SLAB_DEBUG_FLAGS) {
		kmem_cache_destroy(cachep);
		kunit_skip(test, "slab_debug= is on: objects have company");
	}
	objp = kmem_cache_alloc(cachep, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, objp);
	KUNIT_EXPECT_TRUE(test, report_shows_bytes(test, objp));
	KUNIT_EXPECT_EQ(test, set_memory_np((unsigned long)objp + PAGE_SIZE, 1), 0);
	KUNIT_EXPECT_FALSE(test, report_shows_bytes(test, objp));
	KUNIT_EXPECT_EQ(test, set_memory_p((unsigned long)objp + PAGE_SIZE, 1), 0);
	kmem_cache_free(cachep, objp);
	kmem_cache_destroy(cachep);
}

static struct kunit_case set_memory_cases[] = {
	KUNIT_CASE(whole_large_page),        KUNIT_CASE(split_keeps_everything_else),
	KUNIT_CASE(middle_of_a_block),       KUNIT_CASE(rights_survive_absence),
	KUNIT_CASE(range_over_a_boundary),   KUNIT_CASE(every_directory_changes),
	KUNIT_CASE(aliases_are_apart),       KUNIT_CASE(bad_ranges_are_refused),
	KUNIT_CASE(kernel_map_pages_unmaps), KUNIT_CASE(highmem_frames_are_left_out),
	KUNIT_CASE(report_without_bytes),    {},
};

static struct kunit_suite set_memory_suite = {
	.name = "set_memory",
	.init = set_memory_init,
	.exit = set_memory_exit,
	.test_cases = set_memory_cases,
};
kunit_test_suite(set_memory_suite);
