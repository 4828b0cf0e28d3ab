/* SPDX-License-Identifier: MIT */
/*
 * Page allocation: what to ask for and how to ask.
 *
 * A request is an order (log2 of pages) and a gfp_t, "get free pages" flags, which
 * say three things:
 *
 *   which memory       __GFP_DMA, __GFP_HIGHMEM; neither: ZONE_NORMAL or below
 *   how hard to try    __GFP_DIRECT_RECLAIM: the caller may sleep, so shrinkers may
 *                      run; __GFP_HIGH: may use part of the reserve below the min
 *                      watermark; __GFP_NORETRY, __GFP_NOFAIL
 *   what to make of it __GFP_ZERO, __GFP_COMP, __GFP_NOWARN
 *
 * Callers combine none of these by hand but take a name for their situation:
 * GFP_KERNEL where one may sleep, GFP_ATOMIC where one may not, GFP_USER and
 * GFP_HIGHUSER for pages of processes. Names, values and meanings are those of
 * Linux 6.1 (include/linux/gfp_types.h); flags of things that do not exist here
 * (I/O, file systems, a page daemon, cgroups) are accepted and have no effect.
 */
#ifndef MM_GFP_H
#define MM_GFP_H

#include <mm/mmzone.h>

#define ___GFP_DMA            0x01u
#define ___GFP_HIGHMEM        0x02u
#define ___GFP_MOVABLE        0x08u
#define ___GFP_RECLAIMABLE    0x10u
#define ___GFP_HIGH           0x20u
#define ___GFP_IO             0x40u
#define ___GFP_FS             0x80u
#define ___GFP_ZERO           0x100u
#define ___GFP_ATOMIC         0x200u
#define ___GFP_DIRECT_RECLAIM 0x400u
#define ___GFP_KSWAPD_RECLAIM 0x800u
#define ___GFP_WRITE          0x1000u
#define ___GFP_NOWARN         0x2000u
#define ___GFP_RETRY_MAYFAIL  0x4000u
#define ___GFP_NOFAIL         0x8000u
#define ___GFP_NORETRY        0x10000u
#define ___GFP_MEMALLOC       0x20000u
#define ___GFP_COMP           0x40000u
#define ___GFP_NOMEMALLOC     0x80000u
#define ___GFP_HARDWALL       0x100000u
#define ___GFP_THISNODE       0x200000u
#define ___GFP_ACCOUNT        0x400000u
#define __GFP_BITS_SHIFT      23
#define __GFP_BITS_MASK       ((__force gfp_t)((1u << __GFP_BITS_SHIFT) - 1))

/* Which zone. Both together mean ZONE_DMA. */
#define __GFP_DMA     ((__force gfp_t)___GFP_DMA)
#define __GFP_HIGHMEM ((__force gfp_t)___GFP_HIGHMEM)
#define GFP_ZONEMASK  (__GFP_DMA | __GFP_HIGHMEM)

/* Mobility and placement hints, without effect until something moves pages. */
#define __GFP_MOVABLE     ((__force gfp_t)___GFP_MOVABLE)
#define __GFP_RECLAIMABLE ((__force gfp_t)___GFP_RECLAIMABLE)
#define __GFP_WRITE       ((__force gfp_t)___GFP_WRITE)
#define __GFP_HARDWALL    ((__force gfp_t)___GFP_HARDWALL)
#define __GFP_THISNODE    ((__force gfp_t)___GFP_THISNODE)
#define __GFP_ACCOUNT     ((__force gfp_t)___GFP_ACCOUNT)

/*
 * Reserves. __GFP_HIGH may take half of what lies below the min watermark and
 * __GFP_ATOMIC (cannot sleep, so nothing can be freed for it) a quarter of the
 * rest; __GFP_MEMALLOC may take everything, being on the way to free more.
 */
#define __GFP_ATOMIC     ((__force gfp_t)___GFP_ATOMIC)
#define __GFP_HIGH       ((__force gfp_t)___GFP_HIGH)
#define __GFP_MEMALLOC   ((__force gfp_t)___GFP_MEMALLOC)
#define __GFP_NOMEMALLOC ((__force gfp_t)___GFP_NOMEMALLOC)

/*
 * Effort. __GFP_DIRECT_RECLAIM says that the caller may sleep. __GFP_NORETRY gives
 * up after one round of reclaim. __GFP_NOFAIL never returns NULL: with no thread
 * that could free memory while this one waits, failing it panics.
 */
#define __GFP_IO             ((__force gfp_t)___GFP_IO)
#define __GFP_FS             ((__force gfp_t)___GFP_FS)
#define __GFP_DIRECT_RECLAIM ((__force gfp_t)___GFP_DIRECT_RECLAIM)
#define __GFP_KSWAPD_RECLAIM ((__force gfp_t)___GFP_KSWAPD_RECLAIM)
#define __GFP_RECLAIM        (__GFP_DIRECT_RECLAIM | __GFP_KSWAPD_RECLAIM)
#define __GFP_RETRY_MAYFAIL  ((__force gfp_t)___GFP_RETRY_MAYFAIL)
#define __GFP_NOFAIL         ((__force gfp_t)___GFP_NOFAIL)
#define __GFP_NORETRY        ((__force gfp_t)___GFP_NORETRY)

/* Result: no report of a failure; a compound page; zeroed pages. */
#define __GFP_NOWARN ((__force gfp_t)___GFP_NOWARN)
#define __GFP_COMP   ((__force gfp_t)___GFP_COMP)
#define __GFP_ZERO   ((__force gfp_t)___GFP_ZERO)

#define GFP_ATOMIC           (__GFP_HIGH | __GFP_ATOMIC | __GFP_KSWAPD_RECLAIM)
#define GFP_KERNEL           (__GFP_RECLAIM | __GFP_IO | __GFP_FS)
#define GFP_KERNEL_ACCOUNT   (GFP_KERNEL | __GFP_ACCOUNT)
#define GFP_NOWAIT           (__GFP_KSWAPD_RECLAIM)
#define GFP_NOIO             (__GFP_RECLAIM)
#define GFP_NOFS             (__GFP_RECLAIM | __GFP_IO)
#define GFP_USER             (__GFP_RECLAIM | __GFP_IO | __GFP_FS | __GFP_HARDWALL)
#define GFP_DMA              __GFP_DMA
#define GFP_HIGHUSER         (GFP_USER | __GFP_HIGHMEM)
#define GFP_HIGHUSER_MOVABLE (GFP_HIGHUSER | __GFP_MOVABLE)

/* What a caller that hands its flags to a deeper allocator passes on. */
#define GFP_RECLAIM_MASK                                                                           \
	(__GFP_RECLAIM | __GFP_HIGH | __GFP_IO | __GFP_FS | __GFP_NOWARN | __GFP_RETRY_MAYFAIL |   \
	 __GFP_NOFAIL | __GFP_NORETRY | __GFP_MEMALLOC | __GFP_NOMEMALLOC | __GFP_ATOMIC)

/** gfpflags_allow_blocking - may a request with these flags sleep? */
static __always_inline bool gfpflags_allow_blocking(const gfp_t gfp)
{
	return !!(gfp & __GFP_DIRECT_RECLAIM);
}

/** gfp_zone - the highest zone that may serve a request */
static __always_inline enum zone_type gfp_zone(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return ZONE_DMA;
	return gfp & __GFP_HIGHMEM ? ZONE_HIGHMEM : ZONE_NORMAL;
}

/** get_order - the smallest order whose block holds @size bytes, @size > 0 */
static __always_inline unsigned int get_order(unsigned long size)
{
	unsigned long frames = (size - 1) >> PAGE_SHIFT;

	return frames ? BITS_PER_LONG - (unsigned int)__builtin_clzl(frames) : 0;
}

/*
 * The bodies of alloc_pages() and __free_pages(): single pages have their own, and so have
 * blocks of orders that per-CPU lists do not keep.
 */
struct page *alloc_order_0(gfp_t gfp) __must_check;
struct page *alloc_order(gfp_t gfp, unsigned int order) __must_check;
struct page *alloc_large(gfp_t gfp, unsigned int order) __must_check;
void free_order_0(struct page *page);
void free_order(struct page *page, unsigned int order);
void free_large(struct page *page, unsigned int order);

/**
 * alloc_pages - allocate a block of page frames
 * @gfp:   which memory, and how hard to try
 * @order: log2 of the number of pages; the block is aligned to its size
 *
 * The head page has one reference. Unless __GFP_COMP is given the other pages are
 * the caller's without any mark of their own; see split_page().
 *
 * Context: any for which @gfp allows: with __GFP_DIRECT_RECLAIM (GFP_KERNEL,
 *          GFP_USER ...) process context and may sleep, else also interrupt
 *          handlers. Takes zone->lock.
 * Return: the head page, or NULL, and then a report unless __GFP_NOWARN: when no
 *         zone can serve the request above the watermark that @gfp respects, or
 *         when @order is MAX_ORDER or more. Release with __free_pages().
 */
static __always_inline struct page *__must_check alloc_pages(gfp_t gfp, unsigned int order)
{
	if (__builtin_constant_p(order) && order == 0)
		return alloc_order_0(gfp);
	if (order >= NR_PCP_LISTS)
		return alloc_large(gfp, order);
	return alloc_order(gfp, order);
}

#define alloc_page(gfp) alloc_pages(gfp, 0)

/**
 * __alloc_pages - allocate from the zones of a node
 * @gfp, @order:   as alloc_pages()
 * @preferred_nid: node to begin with; NUMA_NO_NODE or 0
 * @nodemask:      nodes allowed, NULL for all
 *
 * Return: as alloc_pages(); also NULL when @nodemask leaves no node.
 */
struct page *__alloc_pages(gfp_t gfp, unsigned int order, int preferred_nid,
			   nodemask_t *nodemask) __must_check;
/* The name of __alloc_pages() before 5.13. */
#define __alloc_pages_nodemask(gfp, order, nid, nodemask)                                          \
	__alloc_pages((gfp), (order), (nid), (nodemask))

/** alloc_pages_node - alloc_pages() from node @nid, or the nearest for NUMA_NO_NODE */
struct page *alloc_pages_node(int nid, gfp_t gfp, unsigned int order) __must_check;

/**
 * __free_pages - drop a reference; the last one frees the block
 * @page:  head page, as alloc_pages() returned it
 * @order: as it was given to alloc_pages()
 *
 * Somebody may still hold a get_page() reference of the head. Then the head page
 * stays, as a single page that the last put_page() frees, while the other pages
 * of a block that is not compound are freed now.
 *
 * A double free, a wrong @order, a page that is reserved, slab, page table, kmapped
 * or mapped, and a @page that is no page are reported, and nothing is freed.
 *
 * Context: any, also interrupt handlers. Takes zone->lock.
 */
static __always_inline void __free_pages(struct page *page, unsigned int order)
{
	if (__builtin_constant_p(order) && order == 0)
		free_order_0(page);
	else if (order >= NR_PCP_LISTS)
		free_large(page, order);
	else
		free_order(page, order);
}

#define __free_page(page) __free_pages((page), 0)

/**
 * __get_free_pages - allocate pages by address
 * @gfp:   without __GFP_HIGHMEM, which is dropped: the address is in the direct map
 * @order: log2 of the number of pages
 *
 * Context: as alloc_pages().
 * Return: virtual address, or 0. Release with free_pages().
 */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order) __must_check;
/** get_zeroed_page - one page of zeroes, by address, or 0 */
unsigned long get_zeroed_page(gfp_t gfp) __must_check;
#define __get_free_page(gfp)        __get_free_pages((gfp), 0)
#define __get_dma_pages(gfp, order) __get_free_pages((gfp) | GFP_DMA, (order))

/**
 * free_pages - free what __get_free_pages() returned; does nothing for 0
 * @addr:  first byte of the block; an address outside the direct map is reported
 * @order: as it was allocated
 * Context: any.
 */
void free_pages(unsigned long addr, unsigned int order);
#define free_page(addr) free_pages((addr), 0)

/**
 * alloc_pages_exact - allocate contiguous memory that is no power of two
 * @size: bytes, rounded up to whole pages
 * @gfp:  as alloc_pages(), without __GFP_COMP
 *
 * The tail that the enclosing power of two leaves over is given back at once.
 *
 * Context: as alloc_pages().
 * Return: page-aligned address in the direct map, or NULL, also for a @size of 0.
 *         Release with free_pages_exact() and the same @size.
 */
void *alloc_pages_exact(size_t size, gfp_t gfp) __must_check;
/** free_pages_exact - free what alloc_pages_exact() returned; does nothing for NULL */
void free_pages_exact(void *virt, size_t size);

/**
 * split_page - make a block into single pages that are freed one by one
 * @page:  head of an allocated block that is not compound
 * @order: as it was allocated; another is reported, and nothing is changed
 * Context: any.
 */
void split_page(struct page *page, unsigned int order);

/** drain_local_pages - give this CPU's page lists of @zone (NULL: all) to the buddy */
void drain_local_pages(struct zone *zone);
/** drain_all_pages - likewise of every CPU. Context: process context. */
void drain_all_pages(struct zone *zone);

#endif
