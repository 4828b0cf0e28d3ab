/* SPDX-License-Identifier: MIT */
/*
 * What a fault report says about memory: each kind of object, in its own words.
 */
#include <mm/highmem.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <arch/irq.h>
#include <arch/mmu.h>
#include <arch/traps.h>
#include <kernel/sections.h>
#include <kernel/selftest.h>
#include <kernel/lib/vsprintf.h>

static char said[160];

/* describe - what is said of @addr, which is as long as the caller is told */
static const char *describe(struct kunit *test, const void *addr)
{
	int len = fault_describe((unsigned long)addr, said, sizeof(said));

	KUNIT_EXPECT_EQ(test, (size_t)len, strlen(said));
	return said;
}

/* expect_words - what is said of @addr begins with @opening and holds @word */
static void expect_words(struct kunit *test, const void *addr, const char *opening,
			 const char *word)
{
	const char *text = describe(test, addr);

	if (!str_has_prefix(text, opening) || !strstr(text, word))
		KUNIT_FAIL(test, "%px: \"%s\", expected \"%s\" and \"%s\"", addr, text, opening,
			   word);
}

static void pages_of_the_direct_map(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	char opening[80];
	char *addr;

	KUNIT_ASSERT_NOT_NULL(test, page);
	addr = page_address(page);
	scnprintf(opening, sizeof(opening),
		  "direct map, pfn %#lx: in use, page 3 of a block of order 2, last allocated by ",
		  page_to_pfn(page) + 3);
	expect_words(test, addr + 3 * PAGE_SIZE + 17, opening, "pages_of_the_direct_map+0x");
	__free_pages(page, 2);
	scnprintf(opening, sizeof(opening), "direct map, pfn %#lx: free", page_to_pfn(page));
	expect_words(test, addr, opening, ", last freed by ");
}

/* Where it is free, and that the pages of a block that was split are on their own. */
static void single_pages_of_the_direct_map(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	unsigned int i;
	char opening[80];

	KUNIT_ASSERT_NOT_NULL(test, page);
	split_page(page, 2);
	for (i = 0; i < 4; i++) {
		scnprintf(
			opening, sizeof(opening),
			"direct map, pfn %#lx: in use, page 0 of a block of order 0, last allocated by ",
			page_to_pfn(page + i));
		expect_words(test, page_address(page + i), opening, "");
	}
	drain_all_pages(NULL); /* the CPU's lists of a small zone have room for one page then */
	__free_page(page);
	scnprintf(opening, sizeof(opening),
		  "direct map, pfn %#lx: free, on a per-CPU list, page 0 of ", page_to_pfn(page));
	expect_words(test, page_address(page), opening, "");
	for (i = 1; i < 4; i++)
		__free_page(page + i);
	drain_all_pages(NULL);
	scnprintf(opening, sizeof(opening), "direct map, pfn %#lx: free, page ", page_to_pfn(page));
	expect_words(test, page_address(page), opening, " of a block of order ");
}

/* A reference count that is gone: found when everything is in pieces. */
static void pages_in_no_known_state(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	char opening[80];

	KUNIT_ASSERT_NOT_NULL(test, page);
	scnprintf(opening, sizeof(opening), "direct map, pfn %#lx: in no known state",
		  page_to_pfn(page));
	atomic_set(&page->_refcount, 0);
	KUNIT_EXPECT_STREQ(test, describe(test, page_address(page)), opening);
	atomic_set(&page->_refcount, 1);
	__free_page(page);
}

/* What does not fit is left out; the bytes behind are nobody's to write. */
static void little_room(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	const void *places[] = {mem_map, NULL, (void *)fix_to_virt(FIX_KMAP_BEGIN)};
	static char whole[sizeof(said)];
	size_t size, i;

	KUNIT_ASSERT_NOT_NULL(test, page);
	places[1] = page_address(page);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		strscpy(whole, describe(test, places[i]), sizeof(whole));
		for (size = 1; size <= strlen(whole); size++) {
			int len;

			memset(said, '?', sizeof(said));
			len = fault_describe((unsigned long)places[i], said, size);
			KUNIT_EXPECT_EQ(test, (size_t)len, strlen(said));
			KUNIT_EXPECT_LT(test, (size_t)len, size);
			KUNIT_EXPECT_EQ(test, strncmp(said, whole, (size_t)len), 0);
			KUNIT_EXPECT_EQ(test, said[size], '?');
		}
	}
	__free_page(page);
}

static void pages_of_vmalloc(struct kunit *test)
{
	char *area = __vmalloc(PAGE_SIZE, GFP_DMA);

	KUNIT_ASSERT_NOT_NULL(test, area);
	expect_words(test, page_address(vmalloc_to_page(area)), "direct map, pfn ",
		     ": of vmalloc, page 0 of a block of order 0");
	vfree(area);
}

static void slab_without_a_cache(struct kunit *test)
{
	char *object = kmalloc(60, GFP_KERNEL);
	struct kmem_cache *cachep;
	unsigned long flags;

	KUNIT_ASSERT_NOT_NULL(test, object);
	cachep = virt_to_page(object)->slab_cache;
	local_irq_save(flags);
	virt_to_page(object)->slab_cache = high_memory; /* where nothing is mapped */
	expect_words(test, object, "direct map, pfn ", ": slab of a cache that is not there");
	virt_to_page(object)->slab_cache = cachep;
	local_irq_restore(flags);
	kfree(object);
}

static void slabs_and_reserved_pages(struct kunit *test)
{
	char *object = kmalloc(60, GFP_KERNEL);
	struct kmem_cache *cachep;
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, object);
	expect_words(test, object, "direct map, pfn ", ": slab of cache kmalloc-64");
	kfree(object);
	cachep = kmem_cache_create("a-name-of-twenty-seven-char", 64, 0, 0, NULL, NULL);
	KUNIT_ASSERT_NOT_NULL(test, cachep);
	object = kmem_cache_alloc(cachep, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, object);
	expect_words(test, object, "direct map, pfn ",
		     ": slab of cache a-name-of-twenty-seven-char");
	/* A cache that is not there any more. */
	page = virt_to_page(object);
	page->slab_cache = (struct kmem_cache *)(PAGE_OFFSET - 8 * PAGE_SIZE);
	expect_words(test, object, "direct map, pfn ", ": slab of a cache that is not there");
	page->slab_cache = cachep;
	kmem_cache_free(cachep, object);
	kmem_cache_destroy(cachep);
	expect_words(test, mem_map, "direct map, pfn ", ": reserved: mem_map");
	expect_words(test, __va(0xa0000), "direct map, pfn 0xa0: reserved", "");
}

static void the_image_by_section(struct kunit *test)
{
	if (!virt_addr_valid(_stext))
		kunit_skip(test, "the image does not lie in the direct map");
	expect_words(test, _stext, "kernel text, pfn ", "");
	expect_words(test, __start_rodata, "kernel read-only data, pfn ", "");
}

static void areas_of_vmalloc(struct kunit *test)
{
	char *area = vmalloc(PAGE_SIZE);
	volatile unsigned long was = (unsigned long)area; /* hidden from the compiler */

	KUNIT_ASSERT_NOT_NULL(test, area);
	expect_words(test, area, "vmalloc", "areas_of_vmalloc+0x");
	expect_words(test, area + PAGE_SIZE, "guard page of the vmalloc", "areas_of_vmalloc+0x");
	KUNIT_EXPECT_NULL(test, strchr(said, '\n'));
	vfree(area);
	expect_words(test, (void *)was, "vmalloc area", "freed by");
}

static void slots_of_kmap(struct kunit *test)
{
	expect_words(test, (void *)PKMAP_ADDR(LAST_PKMAP - 1), "pkmap slot 1023, ", "");
	expect_words(test, (void *)fix_to_virt(FIX_KMAP_BEGIN), "kmap_atomic slot 0 of cpu 0, ",
		     "free");
}

static void places_where_nothing_is(struct kunit *test)
{
	char *high = high_memory;

	KUNIT_EXPECT_STREQ(test, describe(test, NULL), "NULL page");
	expect_words(test, (void *)0x08048000, layout_region(0x08048000), "");
	expect_words(test, high, "hole above the direct map", "");
	expect_words(test, (void *)ULONG_MAX, layout_region(ULONG_MAX), "");
}

static struct kunit_case fault_describe_test_cases[] = {
	KUNIT_CASE(pages_of_the_direct_map),  KUNIT_CASE(single_pages_of_the_direct_map),
	KUNIT_CASE(pages_in_no_known_state),  KUNIT_CASE(little_room),
	KUNIT_CASE(pages_of_vmalloc),         KUNIT_CASE(slab_without_a_cache),
	KUNIT_CASE(slabs_and_reserved_pages), KUNIT_CASE(the_image_by_section),
	KUNIT_CASE(areas_of_vmalloc),         KUNIT_CASE(slots_of_kmap),
	KUNIT_CASE(places_where_nothing_is),  {},
};

static struct kunit_suite fault_describe_suite = {
	.name = "fault_describe",
	.test_cases = fault_describe_test_cases,
};
kunit_test_suite(fault_describe_suite);
