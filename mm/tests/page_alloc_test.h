/* SPDX-License-Identifier: MIT */
/*
 * What the page allocator's suites share: the account of free memory before and
 * after each case, a private zone to play with, and all of memory in one's hands.
 */
#ifndef MM_TESTS_PAGE_ALLOC_TEST_H
#define MM_TESTS_PAGE_ALLOC_TEST_H

#include <kernel/selftest.h>
#include <mm/internal.h>

/*
 * Suite hooks. At the end of a case every free list of every zone must be as long
 * as it was at the beginning, which a lost merge would show, and page_alloc_check()
 * must hold. A private zone is taken apart.
 */
int page_alloc_test_init(struct kunit *test);
void page_alloc_test_exit(struct kunit *test);

/**
 * kunit_zone - a zone of its own, made of pages of the real allocator
 * @nr_pages: a power of two, at most MAX_ORDER_NR_PAGES; all of them free, in one block
 *
 * Gone with the case. One at a time.
 */
struct zone *kunit_zone(struct kunit *test, unsigned long nr_pages);

/**
 * kunit_zone_part - likewise of pages [@first, @first + @nr_pages) of a block of 64
 *
 * A zone whose ends divide blocks. All its pages begin as allocated, order 0.
 */
struct zone *kunit_zone_part(struct kunit *test, unsigned long first, unsigned long nr_pages);

/**
 * private_zone_make - the zone that the two above make, for whoever has no case
 * @order: of the block of the real allocator
 * @first, @nr_pages: its part that is the zone. All pages begin as raw blocks of order 0
 * Return: NULL when there is no such block.
 */
struct zone *private_zone_make(unsigned int order, unsigned long first, unsigned long nr_pages);

/** kunit_zone_end - take the zone apart, if there is one; page_alloc_test_exit() does it, too */
void kunit_zone_end(void);

/* Blocks held by a test, linked by page->lru, each of the order that its flags keep. */
struct hoard {
	struct list_head blocks;
	unsigned long pages;
};

void hoard_init(struct hoard *hoard);
/** hoard_all - allocate with @gfp until nothing is left for it: large blocks first */
void hoard_all(struct hoard *hoard, gfp_t gfp);
/** hoard_free - give all of it back */
void hoard_free(struct hoard *hoard);
/** hoard_free_one - give one block back */
void hoard_free_one(struct hoard *hoard);

#endif
