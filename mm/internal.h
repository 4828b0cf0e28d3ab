/* SPDX-License-Identifier: MIT */
/*
 * What the files of mm/ share among themselves and with mm/tests/, and nobody else.
 */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include <kernel/printk.h>
#include <arch/poison.h>

#include <mm/mm.h>

/*
 * The flags word of a page in each state of the allocator. It is the whole word:
 * an equal word is the proof that the page is in that state, at that order, in
 * that zone. Whatever else an owner set is gone once the page is free.
 */
static __always_inline unsigned long page_flags_zone(enum zone_type idx)
{
	return (unsigned long)idx << PAGE_ZONE_SHIFT;
}

static __always_inline unsigned long page_flags_order(unsigned int order)
{
	return (unsigned long)order << PAGE_ORDER_SHIFT;
}

/* Head of a free block in the buddy lists. */
static __always_inline unsigned long page_flags_buddy(const struct zone *zone, unsigned int order)
{
	return page_flags_zone(zone->idx) | page_flags_order(order) | (1UL << PG_buddy);
}

/* Head of a block on a per-CPU list. */
static __always_inline unsigned long page_flags_pcp(const struct zone *zone, unsigned int order)
{
	return page_flags_zone(zone->idx) | page_flags_order(order) | (1UL << PG_pcp);
}

/* mem_map begins at a multiple of this: the struct pages of one largest block. */
#define MEM_MAP_ALIGN (MAX_ORDER_NR_PAGES * sizeof(struct page))

/*
 * buddy.c: the lists of one zone. Blocks of it are "raw": no reference, no owner.
 * The functions that end in _locked want zone->lock, the others take it.
 */
void zone_init_free_lists(struct zone *zone);

/**
 * rmqueue - take a block off a zone's free lists
 * @zone:  any, also a private one of a test
 * @order: below MAX_ORDER
 *
 * Watermarks are the caller's business. The page comes raw.
 *
 * Context: any. Takes zone->lock.
 * Return: head page, a multiple of 2^@order, or NULL when no block is large enough.
 */
struct page *rmqueue(struct zone *zone, unsigned int order) __must_check;

/**
 * rmqueue_bulk - take several blocks of one order
 * @zone, @order: as rmqueue()
 * @count: blocks wanted
 * @list:  they go to its end as per-CPU list entries (PagePcp), lowest pfn of each
 *         larger block first
 * Context: interrupts off. Takes zone->lock. Return: how many there were.
 */
unsigned int rmqueue_bulk(struct zone *zone, unsigned int order, unsigned int count,
			  struct list_head *list);

/**
 * free_one_page - put a raw block onto a zone's free lists, merged with its buddies
 * @page:  head, in @zone, a multiple of 2^@order
 * Context: any. Takes zone->lock.
 */
void free_one_page(struct zone *zone, struct page *page, unsigned int order);

/**
 * free_list_bulk - likewise for the last @count blocks of a per-CPU list
 * Context: interrupts off. Takes zone->lock. Return: how many there were.
 */
unsigned int free_list_bulk(struct zone *zone, unsigned int order, unsigned int count,
			    struct list_head *list);

/*
 * mm_init.c
 */

/** build_zonelists - list the zones that have memory, highest first; where requests begin */
void build_zonelists(struct pglist_data *pgdat);

/*
 * page_alloc.c
 */

/* How far below the watermarks a request may go. The low bits name the watermark. */
#define ALLOC_WMARK_MIN     WMARK_MIN
#define ALLOC_WMARK_LOW     WMARK_LOW
#define ALLOC_WMARK_HIGH    WMARK_HIGH
#define ALLOC_WMARK_MASK    0x3U
#define ALLOC_NO_WATERMARKS 0x4U
#define ALLOC_HARDER        0x10U
#define ALLOC_HIGH          0x20U

/**
 * zone_watermark_ok - may a request take 2^@order pages from a zone?
 * @mark:            watermark to stay above, in pages
 * @highest_zoneidx: of the request; decides which reserve is kept from it
 * @alloc_flags:     ALLOC_HIGH and ALLOC_HARDER lower the mark
 *
 * Counts pages; whether they are contiguous, only taking a block can tell. Reads
 * without the lock, as the answer may be stale either way.
 *
 * Context: any.
 */
bool zone_watermark_ok(const struct zone *zone, unsigned int order, unsigned long mark,
		       enum zone_type highest_zoneidx, unsigned int alloc_flags);

/* A fast mark that no zone is above; far from overflow. */
#define FAST_MARK_CLOSED (ULONG_MAX / 2)

/**
 * update_fast_marks - set zone->fast_mark[], the one test of the allocator's fast paths
 *
 * Part of update_fast_paths(), which is what others call. page_debug and fail_nth_left
 * close the fast paths altogether.
 */
void update_fast_marks(void);

/** gfp_to_alloc_flags - what a request in need may do to the reserves */
unsigned int gfp_to_alloc_flags(gfp_t gfp);

/** free_raw_block - hand a block without references to the per-CPU lists or the buddy */
void free_raw_block(struct page *page, unsigned int order, unsigned long caller);

/* zone_pcp_init - empty per-CPU lists; zone_pcp_update - their sizes, by managed pages.
 * Context: boot. */
void zone_pcp_init(struct zone *zone);
void zone_pcp_update(struct zone *zone);

/**
 * alloc_page_batch - single pages from this CPU's list, as many as are there
 * @gfp:   as alloc_page()
 * @nr:    pages wanted
 * @pages: out: the pages
 *
 * Neither waits nor fills the list: a caller that needs more calls alloc_page() for
 * one, and then this again.
 *
 * Context: any. Return: how many pages were stored, often fewer than @nr.
 */
unsigned int alloc_page_batch(gfp_t gfp, unsigned int nr, struct page **pages);

/** free_page_batch - __free_page() of @nr pages. Context: any. */
void free_page_batch(struct page **pages, unsigned int nr);

/*
 * page_check.c: the caller's mistakes.
 */

/**
 * page_free_mistake - what is wrong with freeing this block?
 * @page:  any pointer
 * @order: as the caller says
 * Context: any. Return: NULL when nothing is; else a static string.
 */
const char *page_free_mistake(const struct page *page, unsigned int order);

/**
 * page_flags_name - spell the flags of a page: "slab|head", "none"
 * @buf, @size: where to; cut short when it does not fit
 * @flags: the whole word
 * Return: @buf.
 */
const char *page_flags_name(char *buf, size_t size, unsigned long flags);

/** report_bad_free - kbug() that names @mistake, the page, and who had it before */
void report_bad_free(const struct page *page, unsigned int order, const char *mistake,
		     unsigned long caller);

#define PAGE_STRUCT_SHIFT __builtin_ctzl(sizeof(struct page))
BUILD_BUG_ON(sizeof(struct page) != 1UL << PAGE_STRUCT_SHIFT);

/** page_is_described - does @page point at an element of mem_map? */
static __always_inline bool page_is_described(const struct page *page)
{
	unsigned long offset = (unsigned long)page - (unsigned long)mem_map;

	/* Rotate: what does not divide comes out on top, and is then too large. */
	return (offset >> PAGE_STRUCT_SHIFT | offset << (BITS_PER_LONG - PAGE_STRUCT_SHIFT)) <
	       max_pfn;
}

/** free_block_head - head of the free block that holds @pfn, or NULL */
struct page *free_block_head(unsigned long pfn);

/*
 * fault_describe.c
 */

/** used_block_head - head of the allocated block that holds @pfn, or NULL */
struct page *used_block_head(unsigned long pfn);

/**
 * page_describe - one phrase about what a page is to the allocators
 * @buf, @size: where to; cut short when it does not fit
 * Context: any, also a fault report; takes no lock. Return: its length.
 */
int page_describe(const struct page *page, char *buf, size_t size);

/** in_image - does an address of the direct map lie in the kernel's image, as far as it is kept? */
bool in_image(unsigned long addr);

/*
 * page_account.c: every page is in exactly one state.
 */

/*
 * struct page_account - pages of a range by state
 * @lost: in none: not reserved, not free, and part of no allocated block
 */
struct page_account {
	unsigned long reserved;
	unsigned long buddy;
	unsigned long pcp;
	unsigned long allocated;
	unsigned long lost;
};

/* The states of a block, as page_block() tells them. */
enum page_state { PAGE_RESERVED, PAGE_BUDDY, PAGE_PCP, PAGE_ALLOCATED, PAGE_LOST };

/**
 * page_block - which block begins at a page, and in what state it is
 * @page:  the first page that the block before does not cover
 * @order: out: log2 pages of the block
 * Context: any; the answer is stable while nobody allocates or frees.
 */
enum page_state page_block(const struct page *page, unsigned int *order);

/**
 * page_account_zone - count a zone's pages by state, block by block
 * Context: any. Holds interrupts off meanwhile.
 */
void page_account_zone(const struct zone *zone, struct page_account *account);

/*
 * debug_page.c: what debugging options do to pages on their way in and out.
 */
#define PAGE_DEBUG_INIT_ON_ALLOC 0x1U
#define PAGE_DEBUG_INIT_ON_FREE  0x2U
#define PAGE_DEBUG_UNMAP         0x4U
#define PAGE_DEBUG_TRACE         0x8U /* mm_trace() wants to see each page */
extern unsigned int page_debug;

/** debug_pagealloc_enabled - is debug_pagealloc=on? For paging_init()'s caller. */
bool debug_pagealloc_enabled(void);
/* A block becomes free, or is allocated: unmap, map, fill with zeroes as the options say. */
void debug_page_free(struct page *page, unsigned int order);
void debug_page_alloc(struct page *page, unsigned int order);
/** clear_pages - fill a block with zeroes, highmem too. Context: any. */
void clear_pages(struct page *page, unsigned int order);

/*
 * poison_block, unpoison_block - tell <arch/poison.h> that a block is free, or is not.
 * With debug_pagealloc=on, no access goes unnoticed anyway.
 */
static __always_inline void poison_block(const struct page *page, unsigned int order)
{
	if (page_to_pfn(page) < max_low_pfn && !(page_debug & PAGE_DEBUG_UNMAP))
		arch_poison(lowmem_page_address(page), PAGE_SIZE << order);
}

static __always_inline void unpoison_block(const struct page *page, unsigned int order)
{
	if (page_to_pfn(page) < max_low_pfn)
		arch_unpoison(lowmem_page_address(page), PAGE_SIZE << order);
}

/*
 * highmem.c
 */

/* log2 chains of the hash from pages to slots, by hash_ptr() */
#define PA_HASH_ORDER 10

/**
 * kmap_watch - send mappings of kmap_atomic() and kmap_local_page() the way that records them
 * @watched: or the short one again
 * Context: any.
 */
void kmap_watch(bool watched);

/**
 * kmap_set_slots - begin anew with so many slots of the pkmap area, for tests
 * @nr_slots: 1 to LAST_PKMAP, which is as many as there are otherwise
 *
 * Unmaps what is unused, and puts the hand where it was at the start of the kernel.
 *
 * Context: process context. Takes kmap_lock.
 * Return: false when some slot has users; then it is only flushed.
 */
bool kmap_set_slots(unsigned int nr_slots);

/**
 * kmap_slot_count - the count of slot @nr, as mm/highmem.c tells it
 * @page: out: what it maps, or NULL
 * Context: process context. Takes kmap_lock.
 */
int kmap_slot_count(unsigned int nr, struct page **page);

/*
 * show_mem.c
 */

/**
 * gfp_name - spell flags as Linux does: "GFP_KERNEL|__GFP_COMP"
 * @buf, @size: where to; cut short when it does not fit
 * Return: @buf.
 */
char *gfp_name(char *buf, size_t size, gfp_t gfp);

/* How often warn_alloc() reports; the tests begin it anew. */
extern struct ratelimit_state nopage_rs;

/** warn_alloc - report a request that failed, rate limited, unless __GFP_NOWARN */
void warn_alloc(gfp_t gfp, unsigned int order, unsigned long caller);

#endif
