/* SPDX-License-Identifier: MIT */
/*
 * Callers' mistakes: each is reported by its name, and nothing changes.
 *
 * "Nothing" is checked twice: the page's own words are as they were, and
 * page_alloc_check() still holds. The exit hook then finds every list as long as it
 * was, so that nothing was freed by mistake either.
 */
#include <kernel/lib/vsprintf.h>
#include <kernel/sections.h>

#include <mm/tests/page_alloc_test.h>
#include <mm/tests/said.h>

/* Freeing this reports @what, once, and changes nothing. */
static void expect_mistake(struct kunit *test, const char *what, struct page *page,
			   unsigned int order)
{
	struct page was = *page;

	KUNIT_EXPECT_BUG(test, what, __free_pages(page, order));
	KUNIT_EXPECT_MEMEQ(test, &was, page, sizeof(was));
	KUNIT_EXPECT_TRUE(test, page_alloc_check());
}

static struct page *get_block(struct kunit *test, unsigned int order)
{
	struct page *page = alloc_pages(GFP_KERNEL, order);

	KUNIT_ASSERT_NOT_NULL(test, page);
	return page;
}

static void double_free(struct kunit *test)
{
	unsigned int order;

	/* On a per-CPU list, in the buddy at its own order, and merged into a larger block. */
	for (order = 0; order < 8; order++) {
		struct page *page = get_block(test, order);

		__free_pages(page, order);
		expect_mistake(test, "double free", page, order);
		drain_all_pages(NULL);
		expect_mistake(test, "double free", page, order);
		KUNIT_EXPECT_BUG(test, "double free", put_page(page));
		if (order) {
			expect_mistake(test, "double free", page + 1, 0);
			expect_mistake(test, "double free", page + (1UL << order) - 1, order);
		}
	}
}

/* The order that is given must be the one that was allocated, for small blocks and large. */
static void wrong_order(struct kunit *test)
{
	unsigned int order;

	for (order = 0; order < 6; order++) {
		struct page *page = get_block(test, order);

		expect_mistake(test, "wrong order", page, order + 1);
		expect_mistake(test, "wrong order", page, 10U);
		expect_mistake(test, "wrong order", page, MAX_ORDER + 5);
		if (order) {
			expect_mistake(test, "wrong order", page, order - 1);
			/* put_page() frees single and compound pages, and this is neither. */
			KUNIT_EXPECT_BUG(test, "wrong order", put_page(page));
		}
		__free_pages(page, order);
	}
}

/* A block is freed from its head. */
static void inside_of_a_block(struct kunit *test)
{
	struct page *page = get_block(test, 4);

	expect_mistake(test, "heads no block", page + 1, 0);
	expect_mistake(test, "heads no block", page + 8, 3);
	__free_pages(page, 4);

	page = alloc_pages(GFP_KERNEL | __GFP_COMP, 3);
	KUNIT_ASSERT_NOT_NULL(test, page);
	expect_mistake(test, "tail of a compound page", page + 1, 0);
	expect_mistake(test, "tail of a compound page", page + 4, 2);
	expect_mistake(test, "wrong order", page, 2);
	__free_pages(page, 3);
}

static const struct {
	enum pageflags flag;
	const char *what;
} owned[] = {
	{PG_slab, "page belongs to slab"},
	{PG_table, "page is a page table"},
	{PG_vmalloc, "page belongs to vmalloc"},
	{PG_guard, "page is a guard page"},
	{PG_kmapped, "page is kmapped"},
	{PG_locked, "page is locked"},
	{PG_lru, "page is on an LRU list"},
	{PG_active, "page is on an LRU list"},
	{PG_reserved, "page is reserved"},
	{PG_buddy, "double free"},
	{PG_pcp, "double free"},
};

/* A page that an owner has not let go. */
static void owned_pages(struct kunit *test)
{
	unsigned int i, order;

	for (i = 0; i < ARRAY_SIZE(owned); i++) {
		for (order = 0; order < 5; order += 2) {
			struct page *page = get_block(test, order);
			struct page was;

			page->flags |= 1UL << owned[i].flag;
			was = *page;
			KUNIT_EXPECT_BUG(test, owned[i].what, __free_pages(page, order));
			KUNIT_EXPECT_MEMEQ(test, &was, page, sizeof(was));
			page->flags &= ~(1UL << owned[i].flag);
			__free_pages(page, order);
		}
	}
}

/* Hints about contents are nobody's claim: the page is freed and they are gone. */
static void hints_do_not_matter(struct kunit *test)
{
	struct page *page = get_block(test, 0);

	page->flags |=
		1UL << PG_dirty | 1UL << PG_uptodate | 1UL << PG_referenced | 1UL << PG_swapbacked;
	__free_page(page);
	KUNIT_EXPECT_EQ(test, page->flags & PAGE_FLAGS_BITS, 1UL << PG_pcp);
}

static void mapped_pages(struct kunit *test)
{
	struct page *page = get_block(test, 0);

	atomic_set(&page->_mapcount, 0);
	expect_mistake(test, "page is mapped", page, 0);
	/* With a reference left to the mapping, dropping ours is no mistake. */
	get_page(page);
	__free_page(page);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	atomic_set(&page->_mapcount, -1);

	page->mapping = &page;
	expect_mistake(test, "page is mapped", page, 0);
	page->mapping = NULL;
	__free_page(page);
}

/* What was never the allocator's: holes, the image, mem_map itself, and no page at all. */
static void foreign_pages(struct kunit *test)
{
	struct page *page = get_block(test, 0);

	expect_mistake(test, "page is reserved", pfn_to_page(0), 0);
	if (virt_addr_valid(_stext))
		expect_mistake(test, "page is reserved", virt_to_page(_stext), 0);
	expect_mistake(test, "page is reserved", virt_to_page(mem_map), 0);
	KUNIT_EXPECT_BUG(test, "foreign page", __free_page(NULL));
	KUNIT_EXPECT_BUG(test, "foreign page", __free_page(mem_map + max_pfn));
	KUNIT_EXPECT_BUG(test, "foreign page", __free_page(mem_map - 1));
	KUNIT_EXPECT_BUG(test, "foreign page",
			 __free_page((struct page *)((char *)page + sizeof(long))));
	KUNIT_EXPECT_BUG(test, "foreign page", __free_page((struct page *)&page));
	KUNIT_EXPECT_BUG(test, "foreign page", put_page((struct page *)&page));
	__free_page(page);
}

static void bad_addresses(struct kunit *test)
{
	unsigned long addr = __get_free_page(GFP_KERNEL);

	KUNIT_ASSERT_NE(test, addr, 0UL);
	KUNIT_EXPECT_BUG(test, "bad free: address", free_page(addr + 4));
	KUNIT_EXPECT_BUG(test, "bad free: address", free_page(__pa(addr)));
	KUNIT_EXPECT_BUG(test, "bad free: address", free_page((unsigned long)high_memory));
	KUNIT_EXPECT_BUG(test, "bad free: address", free_page(FIXADDR_TOP));
	KUNIT_EXPECT_BUG(test, "page is reserved", free_page((unsigned long)mem_map));
	KUNIT_EXPECT_BUG(test, virt_addr_valid(_stext) ? "page is reserved" : "bad free: address",
			 free_page((unsigned long)_stext & PAGE_MASK));
	free_page(addr);
}

/* Any functions will do, as long as they have names that differ. */
#define MAKER   ((unsigned long)alloc_pages)
#define CULPRIT ((unsigned long)show_mem)

static char expected[512];

static void expect_report(struct kunit *test, const struct page *page, const char *flags,
			  const char *history)
{
	scnprintf(expected, sizeof(expected),
		  "BUG: mistake: page %px pfn %#lx order 2 flags %#lx(%s) zone %s\n"
		  "  by %pS; references %d, mapped %d times, kept order %u\n  %s\n",
		  page, page_to_pfn(page), page->flags, flags, page_zone(page)->name,
		  (void *)CULPRIT, page_ref_count(page), page_mapcount(page),
		  page_alloc_order(page), history);
	said_begin();
	KUNIT_EXPECT_BUG(test, "mistake", report_bad_free(page, 2, "mistake", CULPRIT));
	KUNIT_EXPECT_STREQ(test, said_end(), expected);
}

/* Word by word: who has the page, or had it, where that is known, and all its flags by name. */
static void reports(struct kunit *test)
{
	static const enum pageflags without_history[] = {PG_slab, PG_reserved, PG_tail};
	static const char *const names[] = {"slab", "reserved", "tail"};
	struct page *page = get_block(test, 1);
	unsigned long flags = page->flags;
	char history[80];
	unsigned int i;

	page->caller = MAKER;
	scnprintf(history, sizeof(history), "allocated by %pS", (void *)MAKER);
	expect_report(test, page, "none", history);
	page->flags = flags | 1UL << PG_locked | 1UL << PG_dirty | 1UL << PG_kmalloc;
	expect_report(test, page, "locked|dirty|kmalloc", history);
	page->flags = flags | 1UL << __NR_PAGEFLAGS; /* which has no name */
	expect_report(test, page, "none", history);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		page->flags = flags | 1UL << without_history[i];
		expect_report(test, page, names[i],
			      "nobody is recorded to have allocated or freed it");
	}
	/* More names than there is room for. */
	page->flags = flags | PAGE_FLAGS_BITS;
	expect_report(
		test, page,
		"locked|reserved|buddy|pcp|slab|head|tail|table|kmapped|vmalloc|referenced|uptodate|"
		"dirty|lru|ac",
		"nobody is recorded to have allocated or freed it");
	page->flags = flags;
	page->caller = 0;
	expect_report(test, page, "none", "nobody is recorded to have allocated or freed it");
	__free_pages(page, 1);

	page = get_block(test, 5);
	__free_pages(page, 5);
	page->caller = MAKER;
	scnprintf(history, sizeof(history), "last freed by %pS", (void *)MAKER);
	expect_report(test, page, "buddy", history);
}

static void references_of_free_pages(struct kunit *test)
{
	struct page *page = get_block(test, 0);

	__free_page(page);
	KUNIT_EXPECT_BUG(test, "get_page of a free page", get_page(page));
	drain_all_pages(NULL);
	KUNIT_EXPECT_BUG(test, "get_page of a free page", get_page(page));
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 0);
}

static void bad_splits(struct kunit *test)
{
	struct page *page = get_block(test, 2);

	KUNIT_EXPECT_BUG(test, "bad split_page", split_page(page, 1));
	KUNIT_EXPECT_BUG(test, "bad split_page", split_page(page + 1, 0));
	get_page(page);
	KUNIT_EXPECT_BUG(test, "bad split_page", split_page(page, 2));
	put_page(page);
	__free_pages(page, 2);
	KUNIT_EXPECT_BUG(test, "bad split_page", split_page(page, 2));

	page = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_BUG(test, "bad split_page", split_page(page, 2));
	__free_pages(page, 2);
}

/*
 * A free page that somebody writes to is found when it is allocated, and is not
 * handed out: the next one is.
 */
static void changed_while_free(struct kunit *test)
{
	struct page *volatile other = NULL;
	struct page *page;
	unsigned int order;

	for (order = 0; order < 5; order += 4) {
		page = get_block(test, order);
		__free_pages(page, order);
		atomic_inc(&page->_refcount);
		KUNIT_EXPECT_BUG(test, "page changed while it was free",
				 other = alloc_pages(GFP_KERNEL, order));
		KUNIT_ASSERT_NOT_NULL(test, other);
		KUNIT_EXPECT_PTR_NE(test, other, page);
		__free_pages(other, order);

		/* Bring the lost block home. */
		unpoison_block(page, order);
		debug_page_alloc(page, order);
		page->flags = (page->flags & PAGE_ZONE_MASK) | page_flags_order(order);
		__free_pages(page, order);
	}
}

static struct kunit_case page_check_test_cases[] = {
	KUNIT_CASE(double_free),
	KUNIT_CASE(wrong_order),
	KUNIT_CASE(inside_of_a_block),
	KUNIT_CASE(owned_pages),
	KUNIT_CASE(hints_do_not_matter),
	KUNIT_CASE(mapped_pages),
	KUNIT_CASE(foreign_pages),
	KUNIT_CASE(bad_addresses),
	KUNIT_CASE(reports),
	KUNIT_CASE(references_of_free_pages),
	KUNIT_CASE(bad_splits),
	KUNIT_CASE(changed_while_free),
	{},
};

static struct kunit_suite page_check_test_suite = {
	.name = "page_check",
	.init = page_alloc_test_init,
	.exit = page_alloc_test_exit,
	.test_cases = page_check_test_cases,
};

kunit_test_suite(page_check_test_suite);
