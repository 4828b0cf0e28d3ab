/* SPDX-License-Identifier: MIT */
/*
 * kmalloc(): memory of any size.
 *
 * Up to KMALLOC_MAX_CACHE_SIZE an object of the smallest cache that holds it; the
 * sizes are in mm/kmalloc_sizes.h. A size known at compile time has chosen its cache
 * before the kernel runs; any other is looked up in a table, one byte for each eight
 * bytes of size up to 1 KiB, and one for each 128 above, since all classes there are
 * multiples of 128.
 *
 * Above, whole pages: a compound page, whose head says how large it is and, with a
 * magic number in page->private, that kmalloc() made it. So kfree() can tell these
 * from any other page.
 *
 * kfree() needs no size: the struct page of an address leads to everything.
 *
 * Reference: Linux 6.1 mm/slab_common.c (kmalloc_slab, kmalloc_large), mm/slab.c (kfree).
 */

#include <kernel/lib/string.h>
#include <mm/slab_internal.h>

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

/* Class by size: the first table in steps of 8 bytes, the second in steps of 128. */
#define SMALL_STEP 8U
#define SMALL_MAX  1024U
#define LARGE_STEP 128U

static u8 small_class[SMALL_MAX / SMALL_STEP] __ro_after_init;
static u8 large_class[KMALLOC_MAX_CACHE_SIZE / LARGE_STEP] __ro_after_init;

/* 0 < @size <= KMALLOC_MAX_CACHE_SIZE */
static __always_inline unsigned int kmalloc_lookup(size_t size)
{
	if (likely(size <= SMALL_MAX))
		return small_class[(size - 1) / SMALL_STEP];
	return large_class[(size - 1) / LARGE_STEP];
}

static void __init kmalloc_init_tables(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(small_class); i++)
		small_class[i] = kmalloc_class((i + 1) * SMALL_STEP);
	for (i = 0; i < ARRAY_SIZE(large_class); i++)
		large_class[i] = kmalloc_class((i + 1) * LARGE_STEP);
	for (i = 0; i < NR_KMALLOC_CLASSES; i++)
		BUG_ON(kmalloc_sizes[i] % (kmalloc_sizes[i] > SMALL_MAX ? LARGE_STEP : SMALL_STEP));
}

/* kmalloc_align - what kmalloc() promises: a power of two is aligned to its size */
static unsigned int __init kmalloc_align(unsigned int size)
{
	if (size & (size - 1))
		return ARCH_KMALLOC_MINALIGN;
	return clamp(size, (unsigned int)ARCH_KMALLOC_MINALIGN, (unsigned int)PAGE_SIZE);
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
	kmalloc_init_tables();
	for (type = 0; type < NR_KMALLOC_TYPES; type++) {
		slab_flags_t flags = SLAB_PANIC | SLAB_KMALLOC;

		if (type == KMALLOC_DMA)
			flags |= SLAB_CACHE_DMA;
		for (i = 0; i < NR_KMALLOC_CLASSES; i++)
			kmalloc_caches[type][i] =
				kmem_cache_create(kmalloc_names[type][i], kmalloc_sizes[i],
						  kmalloc_align(kmalloc_sizes[i]), flags, NULL,
						  NULL);
	}
}

/* In. */

void *kmalloc_trace(struct kmem_cache *cachep, gfp_t flags, size_t size)
{
	return slab_alloc(cachep, flags, size, _RET_IP_);
}

static noinline void *kmalloc_pages(size_t size, gfp_t flags, unsigned long caller)
{
	unsigned int order = get_order(size);
	struct page *page;

	might_sleep_if(gfpflags_allow_blocking(flags));
	if (!(flags & __GFP_NOFAIL) && fail_nth())
		return NULL;
	page = alloc_pages((flags & ~__GFP_HIGHMEM) | __GFP_COMP, order);
	if (!page)
		return NULL;
	page->private = KMALLOC_LARGE_MAGIC;
	page->caller = caller;
	return lowmem_page_address(page);
}

void *kmalloc_large(size_t size, gfp_t flags)
{
	return kmalloc_pages(size, flags, _RET_IP_);
}

static __always_inline void *kmalloc_any(size_t size, gfp_t flags, unsigned long caller)
{
	if (unlikely(size > KMALLOC_MAX_CACHE_SIZE))
		return kmalloc_pages(size, flags, caller);
	if (unlikely(size == 0))
		return ZERO_SIZE_PTR;
	return slab_alloc(kmalloc_caches[kmalloc_type(flags)][kmalloc_lookup(size)], flags, size,
			  caller);
}

void *__kmalloc(size_t size, gfp_t flags)
{
	return kmalloc_any(size, flags, _RET_IP_);
}

void *kmalloc_node(size_t size, gfp_t flags, int nid)
{
	if (unlikely(nid != NUMA_NO_NODE && (unsigned int)nid >= MAX_NUMNODES)) {
		kbug("kmalloc_node: there is no node %d", nid);
		return NULL;
	}
	return kmalloc_any(size, flags, _RET_IP_);
}

/* Out. */

/* Is @objp the first byte of a kmalloc() of whole pages? */
static bool is_kmalloc_large(const void *objp)
{
	struct page *page;

	if (!virt_addr_valid(objp) || !PAGE_ALIGNED(objp))
		return false;
	page = virt_to_page(objp);
	return PageHead(page) && page->private == KMALLOC_LARGE_MAGIC;
}

/* All that kfree() does rarely: nothing, whole pages, full arrays, reports. */
static noinline void kfree_slow(void *objp, unsigned long caller)
{
	if (ZERO_OR_NULL_PTR(objp))
		return;
	if (is_kmalloc_large(objp)) {
		struct page *page = virt_to_page(objp);

		page->private = 0;
		__free_pages(page, compound_order(page));
		return;
	}
	__slab_free(NULL, objp, caller);
}

void kfree(const void *objp)
{
	unsigned long pfn = virt_to_pfn(objp);
	struct page *page = pfn_to_page(pfn);

	if (likely(pfn < max_low_pfn) && likely(PageSlab(page)) &&
	    likely(slab_free_fast(page->slab_cache, page->slab, (void *)objp, _RET_IP_)))
		return;
	kfree_slow((void *)objp, _RET_IP_);
}

/* Sizes. */

/* kmalloc_room - bytes that an object has; 0, after a report, if it is no object in use */
static size_t kmalloc_room(const void *objp, const char *what, unsigned long caller)
{
	struct page *page;

	if (is_kmalloc_large(objp))
		return PAGE_SIZE << compound_order(virt_to_page(objp));

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

	moved = kmalloc_any(size, flags, _RET_IP_);
	if (moved && room) {
		memcpy(moved, objp, used);
		kfree(objp);
	}
	return moved;
}
