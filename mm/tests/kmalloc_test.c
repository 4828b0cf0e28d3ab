/* SPDX-License-Identifier: MIT */
/*
 * kmalloc() and its kin: the boundary of every class, alignment, sizes from 0 to too
 * much, overflow, krealloc(), what may not be freed, failure at each allocation,
 * interrupts at each instruction, and a storm against a model.
 */

#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <arch/step.h>
#include <mm/trace.h>
#include <mm/vmalloc.h>
#include <mm/tests/page_alloc_test.h>
#include <mm/tests/slab_test.h>

static const unsigned int classes[] = {
#define KMALLOC_CLASS(bytes) bytes,
#include <mm/kmalloc_sizes.h>
};

static void get_class_desc(const unsigned int *size, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "kmalloc-%u", *size);
}

KUNIT_ARRAY_PARAM(class, classes, get_class_desc);

/* What is known only at run time, so that no size is a constant. */
static size_t opaque(size_t size)
{
	volatile size_t v = size;

	return v;
}

static struct kmem_cache *cache_of(const void *objp)
{
	return virt_to_page(objp)->slab_cache;
}

/* A class serves sizes down to one more than the class below, and not one byte more. */
static void kmalloc_class_bounds(struct kunit *test)
{
	const unsigned int *class = test->param_value;
	unsigned int low = class == classes ? 1 : class[-1] + 1, sizes[3], i;
	char name[KMEM_CACHE_NAMELEN];

	snprintf(name, sizeof(name), "kmalloc-%u", *class);
	sizes[0] = low;
	sizes[1] = (low + *class) / 2;
	sizes[2] = *class;
	for (i = 0; i < 3; i++) {
		u8 *objp = kmalloc(opaque(sizes[i]), GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, objp);
		KUNIT_EXPECT_STREQ(test, kmem_cache_name(cache_of(objp)), name);
		KUNIT_EXPECT_EQ(test, kmalloc_class(sizes[i]), (unsigned int)(class - classes));
		KUNIT_EXPECT_EQ(test, (unsigned long)objp % ARCH_KMALLOC_MINALIGN, 0UL);
		KUNIT_EXPECT_EQ(test, ksize(objp), *class);
		memset(objp, 0xff, *class);
		KUNIT_EXPECT_TRUE(test, kmem_cache_check(cache_of(objp)));
		kfree(objp);
	}
}

/* A power of two is aligned to itself. */
static void kmalloc_alignment(struct kunit *test)
{
	size_t size;

	for (size = 8; size <= 65536; size *= 2) {
		void *a = kmalloc(size, GFP_KERNEL), *b = kmalloc(size, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, a);
		KUNIT_ASSERT_NOT_NULL(test, b);
		KUNIT_EXPECT_EQ(test, (unsigned long)a % size, 0UL);
		KUNIT_EXPECT_EQ(test, (unsigned long)b % size, 0UL);
		kfree(a);
		kfree(b);
	}
}

/* A constant chooses at compile time the cache that the same number finds at run time. */
static void kmalloc_constants(struct kunit *test)
{
	void *objs[10];
	unsigned int i = 0;

#define CONSTANT(size, class)                                                                      \
	do {                                                                                       \
		objs[i] = kmalloc(size, GFP_KERNEL);                                               \
		KUNIT_ASSERT_NOT_NULL(test, objs[i]);                                              \
		KUNIT_EXPECT_STREQ(test, kmem_cache_name(cache_of(objs[i])), "kmalloc-" #class);   \
		i++;                                                                               \
	} while (0)
	CONSTANT(1, 8);
	CONSTANT(8, 8);
	CONSTANT(9, 16);
	CONSTANT(65, 96);
	CONSTANT(100, 128);
	CONSTANT(192, 192);
	CONSTANT(1000, 1024);
	CONSTANT(1025, 1352);
	CONSTANT(4096, 4096);
	CONSTANT(8192, 8192);
#undef CONSTANT
	kfree_bulk(i, objs);
}

static void kmalloc_zero_bytes(struct kunit *test)
{
	KUNIT_EXPECT_PTR_EQ(test, kmalloc(0, GFP_KERNEL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_PTR_EQ(test, kmalloc(opaque(0), GFP_KERNEL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_PTR_EQ(test, kcalloc(opaque(0), 8, GFP_KERNEL), ZERO_SIZE_PTR);
	KUNIT_EXPECT_EQ(test, ksize(ZERO_SIZE_PTR), (size_t)0);
	KUNIT_EXPECT_EQ(test, ksize(NULL), (size_t)0);
	blind_kfree(ZERO_SIZE_PTR);
	kfree(NULL);
}

/* Above the classes: whole pages, up to 4 MiB where memory has such a block. */
static void kmalloc_large_sizes(struct kunit *test)
{
	size_t size;

	for (size = KMALLOC_MAX_CACHE_SIZE + 1; size <= KMALLOC_MAX_SIZE; size = size * 2 - 1) {
		u8 *objp = kmalloc(opaque(size), GFP_KERNEL | __GFP_NOWARN);
		struct page *page;

		if (!objp)
			break; /* a small machine */
		page = virt_to_page(objp);
		KUNIT_EXPECT_TRUE(test, PageKmalloc(page));
		KUNIT_EXPECT_FALSE(test, PageSlab(page));
		KUNIT_EXPECT_EQ(test, ksize(objp), PAGE_SIZE << get_order(size));
		objp[0] = 1;
		objp[ksize(objp) - 1] = 2;
		kfree(objp);
	}
	KUNIT_EXPECT_GT(test, size, (size_t)65536);
}

static void kmalloc_too_large(struct kunit *test)
{
	KUNIT_EXPECT_NULL(test, kmalloc(opaque(KMALLOC_MAX_SIZE + 1), GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, kmalloc(opaque(SIZE_MAX), GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, kmalloc(opaque(0x80000001U), GFP_KERNEL | __GFP_NOWARN));
}

static void kmalloc_array_overflow(struct kunit *test)
{
	const size_t root = (size_t)1 << BITS_PER_LONG / 2; /* its square is one too many */
	void *objp;

	KUNIT_EXPECT_NULL(test, kmalloc_array(opaque(root), root, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kmalloc_array(opaque(SIZE_MAX), 2, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kcalloc(opaque(SIZE_MAX / 3 + 1), 3, GFP_KERNEL));
	objp = kmalloc_array(opaque(3), 50, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, objp);
	KUNIT_EXPECT_EQ(test, ksize(objp), (size_t)192);
	kfree(objp);
}

static void kmalloc_zeroed(struct kunit *test)
{
	static const size_t zeroed_sizes[] = {1, 60, 1000, 8192, 20000};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(zeroed_sizes); i++) {
		size_t size = zeroed_sizes[i];
		u8 *objp = kmalloc(opaque(size), GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, objp);
		memset(objp, 0xff, size);
		kfree(objp);
		objp = kzalloc(opaque(size), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, objp);
		KUNIT_EXPECT_NULL(test, memchr_inv(objp, 0, size));
		memset(objp, 0xff, size);
		kfree(objp);
		objp = kcalloc(opaque(1), size, GFP_ATOMIC);
		KUNIT_ASSERT_NOT_NULL(test, objp);
		KUNIT_EXPECT_NULL(test, memchr_inv(objp, 0, size));
		kfree(objp);
	}
}

static void kmalloc_dma(struct kunit *test)
{
	static const size_t dma_sizes[] = {8, 100, 4096, 20000};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(dma_sizes); i++) {
		void *objp = kmalloc(opaque(dma_sizes[i]), GFP_KERNEL | GFP_DMA);

		KUNIT_ASSERT_NOT_NULL(test, objp);
		KUNIT_EXPECT_LE(test, virt_to_phys(objp) + dma_sizes[i],
				(phys_addr_t)MAX_DMA_ADDRESS_PHYS);
		kfree(objp);
	}
}

static void kmalloc_on_node(struct kunit *test)
{
	void *any = kmalloc_node(100, GFP_KERNEL, NUMA_NO_NODE);
	void *zero = kzalloc_node(100, GFP_KERNEL, 0);

	KUNIT_EXPECT_NOT_NULL(test, any);
	KUNIT_ASSERT_NOT_NULL(test, zero);
	KUNIT_EXPECT_NULL(test, memchr_inv(zero, 0, 100));
	KUNIT_EXPECT_BUG(test, "no node 1",
			 KUNIT_EXPECT_NULL(test, kmalloc_node(8, GFP_KERNEL, 1)));
	kfree(any);
	kfree(zero);
}

/* krealloc(). */

static void krealloc_semantics(struct kunit *test)
{
	u8 *objp = krealloc(NULL, 60, GFP_KERNEL), *moved;

	KUNIT_ASSERT_NOT_NULL(test, objp);
	memset(objp, 0x33, 60);
	/* There is room: it stays. */
	KUNIT_EXPECT_PTR_EQ(test, krealloc(objp, 64, GFP_KERNEL), objp);
	KUNIT_EXPECT_PTR_EQ(test, krealloc(objp, 1, GFP_KERNEL), objp);
	KUNIT_EXPECT_PTR_EQ(test, krealloc(objp, 64, GFP_KERNEL), objp);
	/* Contents move along, to another class, to whole pages, and back never. */
	memset(objp, 0x33, 64);
	moved = krealloc(objp, 65, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, moved);
	KUNIT_EXPECT_NULL(test, memchr_inv(moved, 0x33, 64));
	moved = krealloc(moved, 30000, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, moved);
	KUNIT_EXPECT_NULL(test, memchr_inv(moved, 0x33, 64));
	KUNIT_EXPECT_PTR_EQ(test, krealloc(moved, 10, GFP_KERNEL), moved);
	KUNIT_EXPECT_PTR_EQ(test, krealloc(moved, 0, GFP_KERNEL), ZERO_SIZE_PTR);
	moved = krealloc(ZERO_SIZE_PTR, 5, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, moved);
	kfree(moved);
}

/* __GFP_ZERO clears what is gained, in place and when moving. */
static void krealloc_zeroes(struct kunit *test)
{
	u8 *objp = kzalloc(10, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, objp);
	memset(objp, 0x44, 10);
	objp = krealloc(objp, 16, GFP_KERNEL | __GFP_ZERO);
	KUNIT_EXPECT_NULL(test, memchr_inv(objp, 0x44, 10));
	KUNIT_EXPECT_NULL(test, memchr_inv(objp + 10, 0, 6));
	objp = krealloc(objp, 300, GFP_KERNEL | __GFP_ZERO);
	KUNIT_ASSERT_NOT_NULL(test, objp);
	KUNIT_EXPECT_NULL(test, memchr_inv(objp, 0x44, 10));
	KUNIT_EXPECT_NULL(test, memchr_inv(objp + 16, 0, 284));
	kfree(objp);
}

/*
 * A class whose slabs are of several pages, when such a block is not to be had: the object
 * comes from a larger class of smaller slabs, and is freed like any other.
 */

#define NR_PAIRS 24U

static struct hoard hoard;
static struct page *pairs[NR_PAIRS];

/* Take all free objects of a cache, so that the next request wants a slab. */
static unsigned int take_all_free(struct kmem_cache *cachep, void **objs, unsigned int max)
{
	struct kmem_cache_node *n = cache_node(cachep);
	unsigned int nr = 0;

	while (nr < max && (slab_test_array(cachep)->avail || !list_empty(&n->slabs_partial) ||
			    !list_empty(&n->slabs_free)))
		objs[nr++] = kmem_cache_alloc(cachep, GFP_KERNEL);
	return nr;
}

/* All of memory in our hands but every other page of some pairs. */
static void scatter_memory(struct kunit *test)
{
	unsigned int i;

	user_min_free_kbytes = 0;
	init_per_zone_wmark_min();
	for (i = 0; i < NR_PAIRS; i++) {
		pairs[i] = alloc_pages(GFP_KERNEL, 1);
		KUNIT_ASSERT_NOT_NULL(test, pairs[i]);
		split_page(pairs[i], 1);
	}
	hoard_init(&hoard);
	hoard_all(&hoard, GFP_KERNEL | __GFP_MEMALLOC);
	for (i = 0; i < NR_PAIRS; i++)
		__free_page(pairs[i]);
}

/* The other page of every other pair too: blocks of two, whose neighbours are not free. */
static void join_pairs(unsigned int first)
{
	for (; first < NR_PAIRS; first += 2)
		__free_page(pairs[first] + 1);
	drain_local_pages(NULL);
}

static void expect_fallback(struct kunit *test, struct kmem_cache *cachep)
{
	struct kmem_cache *fallback = cachep->fallback;
	void *objs[64], *objp;
	unsigned int nr;

	KUNIT_EXPECT_LT(test, fallback->gfporder, cachep->gfporder);
	KUNIT_EXPECT_GT(test, fallback->object_size, cachep->object_size);
	nr = take_all_free(cachep, objs, ARRAY_SIZE(objs));
	KUNIT_EXPECT_LT(test, nr, ARRAY_SIZE(objs));
	objp = kmalloc(cachep->object_size, GFP_KERNEL);
	kmem_cache_free_bulk(cachep, nr, objs);
	KUNIT_ASSERT_NOT_NULL(test, objp);
	KUNIT_EXPECT_PTR_EQ(test, cache_of(objp), fallback);
	KUNIT_EXPECT_EQ(test, ksize(objp), fallback->object_size);
	memset(objp, 0xff, fallback->object_size);
	kfree(objp);
}

/* slab_debug= may be about some of them. */
static bool all_have_arrays(struct kmem_cache **caches)
{
	unsigned int i;

	for (i = 0; i < NR_KMALLOC_CLASSES; i++) {
		if (caches[i] && !caches[i]->limit)
			return false;
	}
	return true;
}

static void kmalloc_falls_back(struct kunit *test)
{
	struct kmem_cache **caches = kmalloc_caches[KMALLOC_NORMAL];
	int before = user_min_free_kbytes;
	unsigned int i, nr = 0;

	if (!all_have_arrays(caches))
		kunit_skip(test, "slab_debug= or init_on_* is on: caches have no arrays");
	scatter_memory(test);
	for (i = 0; i < NR_KMALLOC_CLASSES; i++) {
		if (caches[i]->fallback && !caches[i]->fallback->gfporder) {
			expect_fallback(test, caches[i]);
			nr++;
		}
	}
	KUNIT_EXPECT_EQ(test, nr, 3U);
	KUNIT_EXPECT_NULL(test, kmalloc(5000, GFP_KERNEL | __GFP_NOWARN));
	join_pairs(0);
	expect_fallback(test, caches[KMALLOC_5448]);
	expect_fallback(test, caches[KMALLOC_6544]);
	KUNIT_EXPECT_NULL(test, caches[KMALLOC_8192]->fallback);
	join_pairs(1);
	hoard_free(&hoard);
	user_min_free_kbytes = before;
	init_per_zone_wmark_min();
}

/* Copies. */

static void string_copies(struct kunit *test)
{
	static const char text[] = "slab";
	char *copy = kstrdup(text, GFP_KERNEL), *part = kstrndup(text, 2, GFP_KERNEL);
	char *longer = kstrndup(text, 100, GFP_KERNEL), *bytes = kmemdup(text, 3, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_ASSERT_NOT_NULL(test, part);
	KUNIT_ASSERT_NOT_NULL(test, longer);
	KUNIT_ASSERT_NOT_NULL(test, bytes);
	KUNIT_EXPECT_STREQ(test, copy, "slab");
	KUNIT_EXPECT_STREQ(test, part, "sl");
	KUNIT_EXPECT_STREQ(test, longer, "slab");
	KUNIT_EXPECT_MEMEQ(test, bytes, "sla", 3);
	KUNIT_EXPECT_NULL(test, kstrdup(NULL, GFP_KERNEL));
	KUNIT_EXPECT_NULL(test, kstrndup(NULL, 3, GFP_KERNEL));
	kfree(copy);
	kfree(part);
	kfree(longer);
	kfree(bytes);
}

/* kvmalloc(): contiguous when that is easy, from vmalloc() when it is not, or too large. */
static void kvmalloc_either_way(struct kunit *test)
{
	u8 *small = kvmalloc(100, GFP_KERNEL), *large = kvmalloc(3 * PAGE_SIZE, GFP_KERNEL), *far;

	KUNIT_ASSERT_NOT_NULL(test, small);
	KUNIT_ASSERT_NOT_NULL(test, large);
	KUNIT_EXPECT_FALSE(test, is_vmalloc_addr(small));
	KUNIT_EXPECT_FALSE(test, is_vmalloc_addr(large));
	kvfree(small);
	kvfree(large);

	fail_nth_set(0);
	far = kvzalloc(3 * PAGE_SIZE, GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, fail_nth_clear());
	KUNIT_ASSERT_NOT_NULL(test, far);
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(far));
	KUNIT_EXPECT_NULL(test, memchr_inv(far, 0, 3 * PAGE_SIZE));
	kvfree(far);

	/* Up to a page there is no other way to have it. */
	fail_nth_set(0);
	small = kvmalloc(PAGE_SIZE, GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, fail_nth_clear());
	KUNIT_EXPECT_NULL(test, small);
	KUNIT_EXPECT_NULL(test, kvmalloc(SIZE_MAX, GFP_KERNEL | __GFP_NOWARN));
	kvfree(NULL);
}

/* The short ways are open when no cache of kmalloc() needs the long one. */
static void short_ways_are_open(struct kunit *test)
{
	bool debugged = false;
	unsigned int type, i;

	for (type = 0; type < NR_KMALLOC_TYPES; type++)
		for (i = 0; i < NR_KMALLOC_CLASSES; i++)
			debugged |= (kmalloc_caches[type][i]->flags & SLAB_DEBUG_FLAGS) != 0;
	KUNIT_EXPECT_EQ(test, fast_gfp_kernel == GFP_KERNEL, !debugged && !mm_trace_on);
}

/* What may not be freed. */

static void kfree_no_object(struct kunit *test)
{
	u8 *objp = kmalloc(100, GFP_KERNEL), *large = kmalloc(20000, GFP_KERNEL);
	struct page *page = alloc_page(GFP_KERNEL),
		    *block = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);
	static int in_data;

	KUNIT_ASSERT_NOT_NULL(test, objp);
	KUNIT_ASSERT_NOT_NULL(test, large);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_NOT_NULL(test, block);
	KUNIT_EXPECT_BUG(test, "is 1 bytes into object", blind_kfree(objp + 1));
	KUNIT_EXPECT_BUG(test, "is 64 bytes into object", blind_kfree(objp + 64));
	KUNIT_EXPECT_BUG(test, "of cache kmalloc-128", blind_kfree(objp + 1));
	KUNIT_EXPECT_BUG(test, "is 8 bytes into", blind_kfree(large + 8));
	KUNIT_EXPECT_BUG(test, "is 8192 bytes into", blind_kfree(large + 2 * PAGE_SIZE));
	KUNIT_EXPECT_BUG(test, "8 pages of kmalloc()", blind_kfree(large + 20000));
	KUNIT_EXPECT_BUG(test, "page belongs to kmalloc", __free_pages(virt_to_page(large), 3));
	KUNIT_EXPECT_BUG(test, "is in a page that is in use",
			 blind_kfree(lowmem_page_address(page)));
	KUNIT_EXPECT_BUG(test, "is in a page that is in use",
			 blind_kfree(lowmem_page_address(block)));
	KUNIT_EXPECT_BUG(test, "is in a reserved page", blind_kfree(mem_map));
	/* Where the image is in the direct map, its pages are reserved as well. */
	KUNIT_EXPECT_BUG(
		test, virt_addr_valid(&in_data) ? "is in a reserved page" : "not in the direct map",
		blind_kfree(&in_data));
	KUNIT_EXPECT_BUG(test, "is of vmalloc()", blind_kfree((void *)(VMALLOC_START + PAGE_SIZE)));
	KUNIT_EXPECT_BUG(test, "not in the direct map", blind_kfree((void *)0x08048000));
	KUNIT_EXPECT_BUG(test, "not in the direct map", blind_kfree((void *)0xFFFFFFFC));
	KUNIT_EXPECT_BUG(test, "ksize: ", KUNIT_EXPECT_EQ(test, ksize(objp + 4), (size_t)0));
	KUNIT_EXPECT_BUG(test,
			 "krealloc: ", KUNIT_EXPECT_NULL(test, krealloc(objp + 4, 9, GFP_KERNEL)));
	kfree(objp);
	kfree(large);
	__free_page(page);
	__free_pages(block, 2);
	KUNIT_EXPECT_BUG(test, "is in a page that is free", blind_kfree(lowmem_page_address(page)));
}

/* Nor has it a size, or more room: an address that is no memory's, and a page that is no slab's. */
static void sizes_of_no_object(struct kunit *test)
{
	u8 *addrs[2] = {(u8 *)0x1000, (u8 *)__get_free_page(GFP_KERNEL)};
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, addrs[1]);
	for (i = 0; i < ARRAY_SIZE(addrs); i++) {
		KUNIT_EXPECT_BUG(test,
				 "ksize: ", KUNIT_EXPECT_EQ(test, ksize(addrs[i]), (size_t)0));
		KUNIT_EXPECT_BUG(test, "krealloc: ",
				 KUNIT_EXPECT_NULL(test, krealloc(addrs[i], 20, GFP_KERNEL)));
	}
	free_page((unsigned long)addrs[1]);
}

/* All of an object is zero that was asked for so, not the bytes that were asked for alone. */
static void zeroed_to_the_end(struct kunit *test)
{
	struct kmem_cache *cachep = kmalloc_caches[KMALLOC_NORMAL][kmalloc_class(256)];
	const size_t zeroed =
		cachep->flags & SLAB_RED_ZONE ? 200 : 256; /* the rest is the zone's */
	u8 *dirty[32], *objp;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(dirty); i++) {
		dirty[i] = kmalloc(256, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, dirty[i]);
		memset(dirty[i], 0xff, 256);
	}
	for (i = 1; i < ARRAY_SIZE(dirty); i++)
		kfree(dirty[i]);
	slab_drain_local(cachep); /* so that it comes from its slab, by the long way */
	objp = kzalloc(opaque(200), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, objp);
	KUNIT_EXPECT_NULL(test, memchr_inv(objp, 0, zeroed));
	kfree(objp);
	kfree(dirty[0]);
}

/* From each page of a large one the report leads to its start, and to who has it. */
static void kfree_inside_a_large_one(struct kunit *test)
{
	u8 *large = kmalloc(opaque(8 * PAGE_SIZE), GFP_KERNEL);
	char expected[160];
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, large);
	for (i = 0; i < 8; i++) {
		snprintf(expected, sizeof(expected),
			 "is %lu bytes into %px, 8 pages of kmalloc(), last allocated by "
			 "kfree_inside_a_large_one+",
			 i * PAGE_SIZE + 8, large);
		KUNIT_EXPECT_BUG(test, expected, blind_kfree(large + i * PAGE_SIZE + 8));
	}
	kfree(large);
}

static void kfree_twice(struct kunit *test)
{
	u8 *objs[20], *large = kmalloc(20000, GFP_KERNEL);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(objs); i++) {
		objs[i] = kmalloc(200, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, objs[i]);
	}
	blind_kfree(objs[0]);
	for (i = 5; i < ARRAY_SIZE(objs); i++)
		blind_kfree(objs[i]);
	KUNIT_EXPECT_BUG(test, "of cache kmalloc-256, last freed by blind_kfree",
			 blind_kfree(objs[0]));
	KUNIT_EXPECT_BUG(test, "ksize: ", (void)ksize(objs[0]));
	for (i = 1; i < 5; i++)
		blind_kfree(objs[i]);
	KUNIT_ASSERT_NOT_NULL(test, large);
	blind_kfree(large);
	KUNIT_EXPECT_BUG(test, "in a page that is free, last freed by", blind_kfree(large));
}

/* With red zones, what was not asked for is not yours even inside the object. */
static void kmalloc_red_zone(struct kunit *test)
{
	struct kmem_cache *cachep =
		kmem_cache_create("test", 64, 0, SLAB_RED_ZONE | SLAB_KMALLOC, NULL, NULL);
	u8 *objp;

	KUNIT_ASSERT_NOT_NULL(test, cachep);
	objp = __slab_alloc(cachep, GFP_KERNEL, 60, _RET_IP_);
	KUNIT_ASSERT_NOT_NULL(test, objp);
	memset(objp, 0, 60);
	objp[60] = 0;
	KUNIT_EXPECT_BUG(test, "of cache test, at offset 60,", blind_kfree(objp));

	objp = __slab_alloc(cachep, GFP_KERNEL | __GFP_ZERO, 60, _RET_IP_);
	KUNIT_EXPECT_NULL(test, memchr_inv(objp, 0, 60));
	KUNIT_EXPECT_TRUE(test, kmem_cache_check(cachep));
	/* Asking for its size, or for more, makes the rest one's own. */
	KUNIT_EXPECT_PTR_EQ(test, krealloc(objp, 62, GFP_KERNEL | __GFP_ZERO), objp);
	KUNIT_EXPECT_EQ(test, objp[61], 0);
	objp[61] = 1;
	KUNIT_EXPECT_TRUE(test, kmem_cache_check(cachep));
	KUNIT_EXPECT_EQ(test, ksize(objp), (size_t)64);
	objp[63] = 1;
	kfree(objp);
	slab_test_cache_done(test, cachep);
}

/* The largest class too is aligned to its size, with the company that debugging adds. */
static void kmalloc_red_zone_alignment(struct kunit *test)
{
	const size_t size = KMALLOC_MAX_CACHE_SIZE;
	struct kmem_cache *cachep =
		kmem_cache_create("test", size, size, SLAB_RED_ZONE | SLAB_KMALLOC, NULL, NULL);
	void *objs[4];
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, cachep);
	for (i = 0; i < ARRAY_SIZE(objs); i++) {
		objs[i] = kmem_cache_alloc(cachep, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, objs[i]);
		KUNIT_EXPECT_EQ(test, (unsigned long)objs[i] % size, 0UL);
	}
	kmem_cache_free_bulk(cachep, ARRAY_SIZE(objs), objs);
	slab_test_cache_done(test, cachep);
	KUNIT_EXPECT_BUG(test, "impossible alignment",
			 KUNIT_EXPECT_NULL(test,
					   kmem_cache_create("test", size, size, 0, NULL, NULL)));
}

/* Context. */

struct irq_storm {
	void *inner[4];
	unsigned int calls, failures;
};

static void stepped_pair(void *arg)
{
	struct irq_storm *storm = arg;
	u8 *objs[20];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(objs); i++) {
		objs[i] = kmalloc(opaque(200 + i * 8), GFP_KERNEL);
		if (objs[i])
			memset(objs[i], 0x42, 8);
		else
			storm->failures++;
	}
	for (i = 0; i < ARRAY_SIZE(objs); i++) {
		storm->failures += objs[i] && memchr_inv(objs[i], 0x42, 8);
		kfree(objs[i]);
	}
}

static void interrupting_pair(void *arg)
{
	struct irq_storm *storm = arg;
	unsigned int slot = storm->calls++ % ARRAY_SIZE(storm->inner);

	if (storm->inner[slot]) {
		storm->failures += memchr_inv(storm->inner[slot], 0x77, 8) != NULL;
		kfree(storm->inner[slot]);
		storm->inner[slot] = NULL;
		return;
	}
	storm->inner[slot] = kmalloc(opaque(200 + slot * 50), GFP_ATOMIC);
	if (storm->inner[slot])
		memset(storm->inner[slot], 0x77, 8);
	else
		storm->failures++;
}

static void kmalloc_interrupts(struct kunit *test)
{
	struct irq_storm storm = {0};
	struct step_count count;
	unsigned int i;

	kunit_needs_single_step(test);
	count = arch_single_step(stepped_pair, &storm, interrupting_pair, &storm);
	KUNIT_EXPECT_GT(test, count.nr_calls, 300UL);
	KUNIT_EXPECT_EQ(test, storm.failures, 0U);
	KUNIT_EXPECT_TRUE(test, slab_check());
	for (i = 0; i < ARRAY_SIZE(storm.inner); i++)
		kfree(storm.inner[i]);
}

/* A storm of kmalloc, krealloc and kfree, sizes spread over all classes and beyond. */

#define STORM_SLOTS 300U

struct storm_slot {
	u8 *objp;
	size_t size;
	u8 stamp;
};

/* In a long run objects are stamped and verified at both ends only. */
#define STAMP_BYTES 32U

static void storm_stamp(struct storm_slot *slot, bool ends)
{
	if (ends && slot->size > 2 * STAMP_BYTES) {
		memset(slot->objp, slot->stamp, STAMP_BYTES);
		memset(slot->objp + slot->size - STAMP_BYTES, slot->stamp, STAMP_BYTES);
	} else {
		memset(slot->objp, slot->stamp, slot->size);
	}
}

/* Are the stamps there, in an object of which only the first @size bytes are left? */
static bool storm_stamped(const struct storm_slot *slot, const u8 *objp, size_t size, bool ends)
{
	if (!ends || slot->size <= 2 * STAMP_BYTES)
		return !memchr_inv(objp, slot->stamp, min(size, slot->size));
	if (memchr_inv(objp, slot->stamp, min(size, (size_t)STAMP_BYTES)))
		return false;
	return size < slot->size ||
	       !memchr_inv(objp + slot->size - STAMP_BYTES, slot->stamp, STAMP_BYTES);
}

/* As many small sizes as large ones: each doubling is as likely as the next. */
static size_t storm_size(struct kunit *test)
{
	unsigned int bits = 3 + kunit_rand_below(test, 12);

	return (1U << bits) + kunit_rand_below(test, 1U << bits);
}

static void storm_step(struct kunit *test, struct storm_slot *slot, bool ends)
{
	size_t size = storm_size(test);
	u8 *objp;

	if (!slot->objp) {
		slot->objp = kmalloc(size, kunit_rand_below(test, 4) ? GFP_KERNEL : GFP_ATOMIC);
	} else {
		KUNIT_EXPECT_TRUE(test, storm_stamped(slot, slot->objp, slot->size, ends));
		if (kunit_rand_below(test, 4)) {
			kfree(slot->objp);
			slot->objp = NULL;
			return;
		}
		objp = krealloc(slot->objp, size, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, objp);
		KUNIT_EXPECT_TRUE(test, storm_stamped(slot, objp, size, ends));
		slot->objp = objp;
	}
	KUNIT_ASSERT_NOT_NULL(test, slot->objp);
	slot->size = size;
	slot->stamp = kunit_rand(test);
	storm_stamp(slot, ends);
}

static void run_storm(struct kunit *test, unsigned int nr_slots, unsigned int nr_steps,
		      unsigned int check_every, bool ends)
{
	struct storm_slot *slots = kcalloc(nr_slots, sizeof(*slots), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, slots);
	for (i = 0; i < nr_steps; i++) {
		storm_step(test, &slots[kunit_rand_below(test, nr_slots)], ends);
		if (i % check_every == 0)
			KUNIT_EXPECT_TRUE(test, slab_check());
	}
	for (i = 0; i < nr_slots; i++)
		kfree(slots[i].objp);
	kfree(slots);
}

/* So many objects that a small machine can hold them: 4 KiB each, on the average. */
static unsigned int storm_slots(void)
{
	return clamp(nr_free_pages() / 4, 16UL, (unsigned long)STORM_SLOTS);
}

static void kmalloc_storm(struct kunit *test)
{
	run_storm(test, storm_slots(), 10000, 2500, false);
}

static void kmalloc_storm_soak(struct kunit *test)
{
	run_storm(test, storm_slots(), 10000000, 100000, true);
}

/* Where sizes are to be remembered, of whatever class, all take the way that does; else the short one. */
static void short_way_is_open(struct kunit *test)
{
	slab_flags_t flags = 0;
	unsigned int type, i;

	if (mm_trace_on)
		kunit_skip(test, "somebody traces, and sees each request");
	for (type = 0; type < NR_KMALLOC_TYPES; type++)
		for (i = 0; i < NR_KMALLOC_CLASSES; i++)
			flags |= kmalloc_caches[type][i]->flags;
	KUNIT_EXPECT_EQ(test, fast_gfp_kernel == GFP_KERNEL, !(flags & SLAB_DEBUG_FLAGS));
	fail_nth_set(1000);
	KUNIT_EXPECT_FALSE(test, fast_gfp_kernel == GFP_KERNEL);
	fail_nth_clear();
	KUNIT_EXPECT_EQ(test, fast_gfp_kernel == GFP_KERNEL, !(flags & SLAB_DEBUG_FLAGS));
}

static struct kunit_case kmalloc_cases[] = {
	KUNIT_CASE_PARAM(kmalloc_class_bounds, class_gen_params),
	KUNIT_CASE(kmalloc_alignment),
	KUNIT_CASE(kmalloc_constants),
	KUNIT_CASE(kmalloc_zero_bytes),
	KUNIT_CASE(kmalloc_large_sizes),
	KUNIT_CASE(kmalloc_too_large),
	KUNIT_CASE(kmalloc_array_overflow),
	KUNIT_CASE(kmalloc_zeroed),
	KUNIT_CASE(kmalloc_dma),
	KUNIT_CASE(kmalloc_on_node),
	KUNIT_CASE(short_way_is_open),
	KUNIT_CASE(krealloc_semantics),
	KUNIT_CASE(krealloc_zeroes),

	KUNIT_CASE(kmalloc_falls_back),
	KUNIT_CASE(string_copies),
	KUNIT_CASE(kvmalloc_either_way),

	KUNIT_CASE(kfree_no_object),
	KUNIT_CASE(short_ways_are_open),
	KUNIT_CASE(sizes_of_no_object),
	KUNIT_CASE(zeroed_to_the_end),
	KUNIT_CASE(kfree_inside_a_large_one),
	KUNIT_CASE(kfree_twice),
	KUNIT_CASE(kmalloc_red_zone),
	KUNIT_CASE(kmalloc_red_zone_alignment),
	KUNIT_CASE(kmalloc_interrupts),
	KUNIT_CASE(kmalloc_storm),
	KUNIT_CASE_SLOW(kmalloc_storm_soak),
	{0},
};

static struct kunit_suite kmalloc_suite = {
	.name = "kmalloc",
	.init = slab_test_init,
	.exit = slab_test_exit,
	.test_cases = kmalloc_cases,
};
kunit_test_suite(kmalloc_suite);
