/* SPDX-License-Identifier: MIT */
/*
 * kmalloc(): memory of any size.
 *
 * Up to KMALLOC_MAX_CACHE_SIZE an object of the smallest cache that holds it; the
 * sizes are in mm/kmalloc_sizes.h. A size known at compile time has chosen its cache
 * before the kernel runs; any other is looked up in a table, which has one byte for each
 * eight bytes of size.
 *
 * Above, whole pages. The first one says how many (the page allocator notes the order
 * of each block) and, by PageKmalloc, that kmalloc() gave it out, so that kfree() tells
 * it from any other page, and free_pages() refuses it. Linux makes a compound page of
 * them; marking each page would make the cost grow with the size.
 *
 * kfree() needs no size: the struct page of an address leads to everything.
 *
 * Reference: Linux 6.1 mm/slab_common.c (kmalloc_slab, kmalloc_large), mm/slab.c (kfree).
 */

#include <kernel/lib/string.h>
#include <mm/slab_internal.h>
#include <mm/trace.h>

struct kmem_cache *kmalloc_caches[NR_KMALLOC_TYPES][NR_KMALLOC_CLASSES];

static const unsigned int kmalloc_sizes[NR_KMALLOC_CLASSES] = {
#define KMALLOC_CLASS(bytes) bytes,
#include <mm/kmalloc_sizes.h>
};

static const char *const kmalloc_names[NR_KMALLOC_TYPES][NR_KMALLOC_CLASSES] = {
	{
#define KMALLOC_CLASS(bytes) "kmalloc-" #bytes,
#include <mm/kmalloc_sizes.h>
	},
	{
#define KMALLOC_CLASS(bytes) "dma-kmalloc-" #bytes,
#include <mm/kmalloc_sizes.h>
	},
};

/* Class by size, in steps of the alignment that all sizes are multiples of. */
static u8 size_to_class[KMALLOC_MAX_CACHE_SIZE / ARCH_KMALLOC_MINALIGN] __ro_after_init;

/* 0 < @size <= KMALLOC_MAX_CACHE_SIZE */
static __always_inline unsigned int kmalloc_lookup(size_t size)
{
	return size_to_class[(size - 1) / ARCH_KMALLOC_MINALIGN];
}

static void __init kmalloc_init_lookup(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(size_to_class); i++)
		size_to_class[i] = kmalloc_class((i + 1) * ARCH_KMALLOC_MINALIGN);
	for (i = 0; i < NR_KMALLOC_CLASSES; i++)
		BUG_ON(kmalloc_sizes[i] % ARCH_KMALLOC_MINALIGN);
}

/* kmalloc_align - what kmalloc() promises: a power of two is aligned to its size */
static unsigned int __init kmalloc_align(unsigned int size)
{
	return size & (size - 1) ? ARCH_KMALLOC_MINALIGN
				 : max(size, (unsigned int)ARCH_KMALLOC_MINALIGN);
}

/* An object whose size is to be remembered must not be handed out by who has forgotten it. */
static bool __init kmalloc_is_debugged(struct kmem_cache **caches)
{
	unsigned int i;

	for (i = 0; i < NR_KMALLOC_CLASSES; i++)
		if (caches[i]->flags & SLAB_DEBUG_FLAGS)
			return true;
	return false;
}

/* The next larger cache whose slabs are smaller, for each whose slabs are of several pages. */
static void __init kmalloc_init_fallbacks(struct kmem_cache **caches)
{
	unsigned int i, j;

	for (i = 0; i < NR_KMALLOC_CLASSES; i++)
		for (j = NR_KMALLOC_CLASSES - 1; j > i; j--)
			if (caches[j]->gfporder < caches[i]->gfporder)
				caches[i]->fallback = caches[j];
}

/**
 * kmalloc_init - make the caches of kmalloc(), in ascending order
 *
 * The small ones first: their struct slab lies on the slab, and those of the large
 * ones come out of them.
 */
void __init kmalloc_init(void)
{
	unsigned int type, i;

	BUG_ON(kmalloc_sizes[NR_KMALLOC_CLASSES - 1] != KMALLOC_MAX_CACHE_SIZE);
	kmalloc_init_lookup();
	for (type = 0; type < NR_KMALLOC_TYPES; type++) {
		slab_flags_t flags = SLAB_PANIC | SLAB_KMALLOC;

		if (type == KMALLOC_DMA)
			flags |= SLAB_CACHE_DMA;
		for (i = 0; i < NR_KMALLOC_CLASSES; i++)
			kmalloc_caches[type][i] =
				kmem_cache_create(kmalloc_names[type][i], kmalloc_sizes[i],
						  kmalloc_align(kmalloc_sizes[i]), flags, NULL,
						  NULL);
		kmalloc_init_fallbacks(kmalloc_caches[type]);
		if (kmalloc_is_debugged(kmalloc_caches[type]))
			fast_ways_close();
	}
}

/* In. */

static void *kmalloc_pages(size_t size, gfp_t flags, unsigned long caller)
{
	struct page *page;

	might_sleep_if(gfpflags_allow_blocking(flags));
	if (!(flags & __GFP_NOFAIL) && fail_nth())
		return NULL;
	page = alloc_pages(flags & ~(__GFP_HIGHMEM | __GFP_COMP), get_order(size));
	if (!page)
		return NULL;
	__SetPageKmalloc(page);
	page->caller = caller;
	mm_trace(MM_KMALLOC, caller, (unsigned long)lowmem_page_address(page), size,
		 PAGE_SIZE << page_alloc_order(page), flags);
	return lowmem_page_address(page);
}

void *kmalloc_large(size_t size, gfp_t flags)
{
	return kmalloc_pages(size, flags, _RET_IP_);
}

static __always_inline struct kmem_cache *kmalloc_slab(size_t size, gfp_t flags)
{
	return kmalloc_caches[kmalloc_type(flags)][kmalloc_lookup(size)];
}

/*
 * kmalloc_fill - from a cache whose slabs are to be asked
 *
 * Large objects share slabs of several pages, which saves memory for as long as such
 * blocks are to be had. When free pages are scattered, an object that wastes some bytes of
 * a smaller slab is better than none.
 */
static __always_inline void *__kmalloc_fill(struct kmem_cache *cachep, gfp_t flags, size_t size,
					    unsigned long caller)
{
	struct kmem_cache *fallback = cachep->fallback;
	gfp_t first = fallback ? (flags & ~__GFP_NOFAIL) | __GFP_NOWARN : flags;
	void *objp;

	might_sleep_if(gfpflags_allow_blocking(flags));
	objp = __slab_alloc(cachep, first, size, caller);
	/* A failure that a test injects is to be one. */
	if (likely(objp) || !fallback || fail_nth_hit())
		return objp;
	return __slab_alloc(fallback, flags, size, caller);
}

/* For those who have forgotten the size. */
static noinline void *kmalloc_fill(struct kmem_cache *cachep, gfp_t flags, unsigned long caller)
{
	return __kmalloc_fill(cachep, flags, cachep->object_size, caller);
}

/* No size of a cache, or one whose allocation is watched. */
static noinline void *kmalloc_other(size_t size, gfp_t flags, unsigned long caller)
{
	if (size > KMALLOC_MAX_CACHE_SIZE)
		return kmalloc_pages(size, flags, caller);
	if (size == 0)
		return ZERO_SIZE_PTR;
	return __kmalloc_fill(kmalloc_slab(size, flags), flags, size, caller);
}

/* The size tells the cache again: three arguments fit into registers. */
static noinline void *kmalloc_slow(size_t size, gfp_t flags, unsigned long caller)
{
	struct kmem_cache *cachep;
	void *objp;

	if (unlikely(size - 1 >= fast_kmalloc_max))
		return kmalloc_other(size, flags, caller);
	cachep = kmalloc_slab(size, flags);
	if (unlikely(!cachep->limit)) {
		might_sleep_if(gfpflags_allow_blocking(flags));
		return __slab_alloc(cachep, flags, size, caller);
	}
	objp = slab_alloc_array(cachep, flags, caller);
	return objp ?: kmalloc_fill(cachep, flags, caller);
}

/*
 * On the short way the size is forgotten once the cache is known, which saves a register
 * and thereby the stack. Caches that keep the size, because they are debugged,
 * have closed that way.
 */
void *kmalloc_trace(struct kmem_cache *cachep, gfp_t flags, size_t size)
{
	void *objp;

	if (!is_gfp_kernel(flags))
		return kmalloc_slow(size, flags, _RET_IP_);
	objp = slab_alloc_kernel(&cachep);
	if (likely(objp))
		return objp;
	return kmalloc_fill(cachep, GFP_KERNEL, _RET_IP_);
}

static __always_inline void *kmalloc_any(size_t size, gfp_t flags)
{
	struct kmem_cache *cachep;
	void *objp;

	if (!is_gfp_kernel(flags) || unlikely(size - 1 >= KMALLOC_MAX_CACHE_SIZE))
		return kmalloc_slow(size, flags, _RET_IP_);
	cachep = kmalloc_slab(size, GFP_KERNEL);
	objp = slab_alloc_kernel(&cachep);
	if (likely(objp))
		return objp;
	return kmalloc_fill(cachep, GFP_KERNEL, _RET_IP_);
}

void *__kmalloc(size_t size, gfp_t flags)
{
	return kmalloc_any(size, flags);
}

void *kmalloc_node(size_t size, gfp_t flags, int nid)
{
	if (unlikely(nid != NUMA_NO_NODE && (unsigned int)nid >= MAX_NUMNODES)) {
		kbug("kmalloc_node: there is no node %d", nid);
		return NULL;
	}
	return kmalloc_any(size, flags);
}

/* Out. */

/* Is @objp the first byte of a kmalloc() of whole pages? */
static bool is_kmalloc_large(const void *objp)
{
	return virt_addr_valid(objp) && PAGE_ALIGNED(objp) && PageKmalloc(virt_to_page(objp));
}

/*
 * kmalloc_large_head - the block of kmalloc() that holds an address, wherever in it
 * Return: its first page, or NULL. For reports: it looks at each order in turn.
 */
struct page *kmalloc_large_head(const void *addr)
{
	unsigned long pfn = virt_to_pfn(addr);
	unsigned int order;

	for (order = 0; order < MAX_ORDER; order++) {
		struct page *page = pfn_to_page(pfn & ~((1UL << order) - 1));

		if (PageKmalloc(page) && page_alloc_order(page) >= order)
			return page;
	}
	return NULL;
}

/* All that kfree() does rarely: nothing, whole pages, full arrays, reports. */
noinline void kfree_slow(void *objp, unsigned long caller)
{
	struct page *page;

	if (is_kmalloc_large(objp)) {
		page = virt_to_page(objp);
		mm_trace(MM_KFREE, caller, (unsigned long)objp, 0, 0, (__force gfp_t)0);
		__ClearPageKmalloc(page);
		__free_pages(page, page_alloc_order(page));
	} else if (!ZERO_OR_NULL_PTR(objp)) {
		__slab_free(NULL, objp, caller);
	}
}

void kfree(const void *objp)
{
	if (unlikely(!kfree_fast((void *)objp)))
		kfree_slow((void *)objp, _RET_IP_);
}

/* Sizes. */

/* kmalloc_room - bytes that an object has; 0, after a report, if it is no object in use */
static size_t kmalloc_room(const void *objp, const char *what, unsigned long caller)
{
	struct page *page;

	if (is_kmalloc_large(objp))
		return PAGE_SIZE << page_alloc_order(virt_to_page(objp));

	page = virt_addr_valid(objp) ? virt_to_page(objp) : NULL;
	if (unlikely(!page || !PageSlab(page) ||
		     !slab_object_in_use(page->slab_cache, page->slab, objp))) {
		slab_bad_free(NULL, objp, what, caller);
		return 0;
	}
	return page->slab_cache->object_size;
}

size_t ksize(const void *objp)
{
	size_t room;

	if (ZERO_OR_NULL_PTR(objp))
		return 0;
	room = kmalloc_room(objp, "ksize", _RET_IP_);
	/* Who asks may use all of it from now on. */
	if (room)
		slab_set_used_size(objp, room);
	return room;
}

void *krealloc(const void *objp, size_t size, gfp_t flags)
{
	size_t room = 0, used = 0;
	void *moved;

	if (size == 0) {
		kfree(objp);
		return ZERO_SIZE_PTR;
	}
	if (!ZERO_OR_NULL_PTR(objp)) {
		room = kmalloc_room(objp, "krealloc", _RET_IP_);
		if (!room)
			return NULL;
		used = slab_used_size(objp, room);
	}
	if (size <= room) {
		slab_set_used_size(objp, size);
		if (size > used && (flags & __GFP_ZERO))
			memset((void *)objp + used, 0, size - used);
		return (void *)objp;
	}

	moved = kmalloc_any(size, flags);
	if (moved && room) {
		memcpy(moved, objp, used);
		kfree(objp);
	}
	return moved;
}
