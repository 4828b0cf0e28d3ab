/* SPDX-License-Identifier: MIT */
/*
 * page->flags: bits, and two small fields.
 *
 *   bits 0-19   PG_*
 *   bits 20-23  order of the allocation, of an allocated head page
 *   bits 30-31  zone
 *
 * SetPageFoo() and friends are atomic; the __ forms are not and want the page to
 * be owned by the caller alone (fresh from the allocator, or zone->lock held).
 */
#ifndef MM_PAGE_FLAGS_H
#define MM_PAGE_FLAGS_H

#include <mm/mm_types.h>

enum pageflags {
	PG_locked,
	PG_reserved, /* never given to the page allocator */
	PG_buddy,    /* heads a free block */
	PG_pcp,      /* heads a block on a per-CPU list */
	PG_slab,
	PG_head, /* of a compound page */
	PG_tail,
	PG_table,   /* a page table */
	PG_kmapped, /* kmap() has users of it */
	PG_vmalloc, /* backs a vmalloc area */
	PG_referenced,
	PG_uptodate,
	PG_dirty,
	PG_lru,
	PG_active,
	PG_swapbacked,
	PG_guard,   /* a guard page, unmapped */
	PG_kmalloc, /* heads a block that kmalloc() gave out as a whole */
	__NR_PAGEFLAGS,
};

#define PAGE_ORDER_SHIFT 20
#define PAGE_ORDER_MASK  (0xfUL << PAGE_ORDER_SHIFT)
#define PAGE_ZONE_SHIFT  30
#define PAGE_ZONE_MASK   (0x3UL << PAGE_ZONE_SHIFT)
#define PAGE_FLAGS_BITS  ((1UL << __NR_PAGEFLAGS) - 1)

BUILD_BUG_ON(__NR_PAGEFLAGS > PAGE_ORDER_SHIFT);

#define PAGEFLAG(uname, lname)                                                                     \
	static __always_inline bool Page##uname(const struct page *page)                           \
	{                                                                                          \
		return READ_ONCE(page->flags) & (1UL << PG_##lname);                               \
	}                                                                                          \
	static __always_inline void __SetPage##uname(struct page *page)                            \
	{                                                                                          \
		page->flags |= 1UL << PG_##lname;                                                  \
	}                                                                                          \
	static __always_inline void __ClearPage##uname(struct page *page)                          \
	{                                                                                          \
		page->flags &= ~(1UL << PG_##lname);                                               \
	}                                                                                          \
	static __always_inline void SetPage##uname(struct page *page)                              \
	{                                                                                          \
		__atomic_fetch_or(&page->flags, 1UL << PG_##lname, __ATOMIC_SEQ_CST);              \
	}                                                                                          \
	static __always_inline void ClearPage##uname(struct page *page)                            \
	{                                                                                          \
		__atomic_fetch_and(&page->flags, ~(1UL << PG_##lname), __ATOMIC_SEQ_CST);          \
	}

PAGEFLAG(Locked, locked)
PAGEFLAG(Reserved, reserved)
PAGEFLAG(Buddy, buddy)
PAGEFLAG(Pcp, pcp)
PAGEFLAG(Slab, slab)
PAGEFLAG(Head, head)
PAGEFLAG(Tail, tail)
PAGEFLAG(Table, table)
PAGEFLAG(Kmapped, kmapped)
PAGEFLAG(Vmalloc, vmalloc)
PAGEFLAG(Guard, guard)
PAGEFLAG(Kmalloc, kmalloc)
#undef PAGEFLAG

static __always_inline bool PageCompound(const struct page *page)
{
	return page->flags & ((1UL << PG_head) | (1UL << PG_tail));
}

/* compound_head - the head of a tail page, any other page itself */
static __always_inline struct page *compound_head(struct page *page)
{
	return unlikely(PageTail(page)) ? page->compound_head : page;
}

static __always_inline unsigned int page_zonenum(const struct page *page)
{
	return page->flags >> PAGE_ZONE_SHIFT;
}

/* page_alloc_order - log2 pages of the block that this allocated page heads */
static __always_inline unsigned int page_alloc_order(const struct page *page)
{
	return (page->flags & PAGE_ORDER_MASK) >> PAGE_ORDER_SHIFT;
}

static __always_inline unsigned int compound_order(const struct page *page)
{
	return PageHead(page) ? page_alloc_order(page) : 0;
}

static __always_inline int page_ref_count(const struct page *page)
{
	return atomic_read(&page->_refcount);
}

#define page_count(page) page_ref_count(compound_head(page))

static __always_inline int page_mapcount(const struct page *page)
{
	return atomic_read(&page->_mapcount) + 1;
}

#endif
