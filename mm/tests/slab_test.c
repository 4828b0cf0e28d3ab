/* SPDX-License-Identifier: MIT */
/*
 * The slab allocator: geometry, lists, arrays, constructors, bulk, shrinking,
 * destruction, failure at each allocation, the view and the checker.
 *
 * Cases look at lists and arrays from inside, to say exactly where each object is.
 */

#include <kernel/seq.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <mm/tests/slab_test.h>

static struct kmem_cache *plain_cache(struct kunit *test, size_t size)
{
	return slab_test_cache(test, size, 0);
}

/* Debugging changes geometry and takes the arrays away: some cases want neither. */
static void skip_if_debugging(struct kunit *test, struct kmem_cache *cachep)
{
	if (cachep->limit)
		return;
	kmem_cache_destroy(cachep);
	kunit_skip(test, "slab_debug= or init_on_* is on: caches have no arrays");
}

/* Geometry. */

static const unsigned int sizes[] = {1,    2,    3,    4,    5,    7,     8,     12,
				     16,   20,   24,   31,   32,   33,    63,    64,
				     65,   100,  127,  128,  129,  255,   256,   300,
				     500,  511,  512,  513,  1000, 1024,  2047,  2048,
				     3000, 4095, 4096, 4097, 8192, 10000, 32768, 100000};

static void get_size_desc(const unsigned int *size, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u bytes", *size);
}

KUNIT_ARRAY_PARAM(size, sizes, get_size_desc);

/*
 * Objects of any size: distinct, aligned, all bytes usable, none overlapping the next.
 * Three slabs' worth, each filled with its own byte, all compared at the end.
 */
static void slab_sizes(struct kunit *test)
{
	unsigned int size = *(const unsigned int *)test->param_value;
	struct kmem_cache *cachep = plain_cache(test, size);
	unsigned int nr = min(cachep->num * 3, 600U), i;
	void **objs = kmalloc_array(nr, sizeof(*objs), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, objs);
	KUNIT_EXPECT_EQ(test, kmem_cache_size(cachep), size);
	KUNIT_EXPECT_GE(test, cachep->size, size);
	KUNIT_EXPECT_LE(test,
			cachep->first_offset + cachep->num * cachep->size +
				(cachep->colour - 1) * cachep->colour_off,
			(unsigned int)PAGE_SIZE << cachep->gfporder);
	for (i = 0; i < nr; i++) {
		objs[i] = kmem_cache_alloc(cachep, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, objs[i]);
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)objs[i], sizeof(long)));
		memset(objs[i], i, size);
	}
	KUNIT_EXPECT_EQ(test, slab_count_live(cachep), nr);
	for (i = 0; i < nr; i++) {
		KUNIT_EXPECT_NULL(test, memchr_inv(objs[i], i, size));
		kmem_cache_free(cachep, objs[i]);
	}
	slab_test_cache_done(test, cachep);
	kfree(objs);
}

static void slab_alignments(struct kunit *test)
{
	size_t align;

	for (align = 1; align <= PAGE_SIZE; align *= 2) {
		struct kmem_cache *cachep = kmem_cache_create("test", 40, align, 0, NULL, NULL);
		void *objs[20];
		unsigned int i;

		KUNIT_ASSERT_NOT_NULL(test, cachep);
		for (i = 0; i < ARRAY_SIZE(objs); i++) {
			objs[i] = kmem_cache_alloc(cachep, GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, objs[i]);
			KUNIT_EXPECT_EQ(test, (unsigned long)objs[i] % align, 0UL);
		}
		kmem_cache_free_bulk(cachep, ARRAY_SIZE(objs), objs);
		slab_test_cache_done(test, cachep);
	}
}

/* A cache line for each object, but several small objects share one. */
static void slab_hwcache_align(struct kunit *test)
{
	static const unsigned int expected[][2] = {{4, sizeof(long)}, {5, 8},   {8, 8},
						   {9, 16},           {16, 16}, {20, 32},
						   {33, 64},          {64, 64}, {100, 64}};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		struct kmem_cache *cachep =
			slab_test_cache(test, expected[i][0], SLAB_HWCACHE_ALIGN);
		void *objp = kmem_cache_alloc(cachep, GFP_KERNEL);

		KUNIT_EXPECT_EQ(test, cachep->align, expected[i][1]);
		KUNIT_EXPECT_EQ(test, (unsigned long)objp % expected[i][1], 0UL);
		kmem_cache_free(cachep, objp);
		slab_test_cache_done(test, cachep);
	}
}

/* struct slab lies on the slab of small objects, and elsewhere for large ones. */
static void slab_management(struct kunit *test)
{
	struct kmem_cache *large = plain_cache(test, 1024), *small;
	struct slab *slabp;
	void *s, *l;

	skip_if_debugging(test, large);
	small = plain_cache(test, 100);
	s = kmem_cache_alloc(small, GFP_KERNEL);
	l = kmem_cache_alloc(large, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s);
	KUNIT_ASSERT_NOT_NULL(test, l);
	KUNIT_EXPECT_NULL(test, small->slabp_cache);
	slabp = virt_to_page(s)->slab;
	KUNIT_EXPECT_PTR_EQ(test, virt_to_page(slabp), virt_to_page(s));
	KUNIT_EXPECT_LT(test, (unsigned long)slabp, (unsigned long)s);

	KUNIT_ASSERT_NOT_NULL(test, large->slabp_cache);
	slabp = virt_to_page(l)->slab;
	KUNIT_EXPECT_PTR_EQ(test, virt_to_page(slabp)->slab_cache, large->slabp_cache);
	KUNIT_EXPECT_TRUE(test,
			  slab_object_in_use(large->slabp_cache, virt_to_page(slabp)->slab, slabp));
	kmem_cache_free(small, s);
	kmem_cache_free(large, l);
	slab_test_cache_done(test, small);
	slab_test_cache_done(test, large);
}

/* Successive slabs take successive colours, and after the last the first again. */
static void slab_colours(struct kunit *test)
{
	struct kmem_cache *cachep = plain_cache(test, 600);
	unsigned int nr = cachep->num * (cachep->colour + 2), i, seen = 0;
	void **objs = kmalloc_array(nr, sizeof(*objs), GFP_KERNEL);
	struct slab *last = NULL;

	KUNIT_ASSERT_NOT_NULL(test, objs);
	KUNIT_EXPECT_GT(test, cachep->colour, 1U);
	for (i = 0; i < nr; i++) {
		struct slab *slabp;

		objs[i] = kmem_cache_alloc(cachep, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, objs[i]);
		slabp = virt_to_page(objs[i])->slab;
		if (slabp == last)
			continue;
		last = slabp;
		KUNIT_EXPECT_EQ(test, slabp->colouroff, seen % cachep->colour * cachep->colour_off);
		seen++;
	}
	KUNIT_EXPECT_GE(test, seen, cachep->colour + 2);
	kmem_cache_free_bulk(cachep, nr, objs);
	slab_test_cache_done(test, cachep);
	kfree(objs);
}

/* Only the first byte of an object has an index in range; every other address has none. */
static void slab_index(struct kunit *test)
{
	static const unsigned int odd_sizes[] = {4, 12, 20, 64, 96, 100, 640, 1000, 4096};
	unsigned int s;

	for (s = 0; s < ARRAY_SIZE(odd_sizes); s++) {
		struct kmem_cache *cachep = plain_cache(test, odd_sizes[s]);
		void *objp = kmem_cache_alloc(cachep, GFP_KERNEL);
		long bytes = PAGE_SIZE << cachep->gfporder, offset;
		struct slab *slabp = virt_to_page(objp)->slab;
		unsigned int hits = 0;

		for (offset = -bytes; offset < bytes; offset++) {
			unsigned int idx = obj_to_index(cachep, slabp, slabp->s_mem + offset);

			if (idx >= cachep->num)
				continue;
			hits++;
			KUNIT_EXPECT_EQ(test, offset, (long)(idx * cachep->size));
		}
		KUNIT_EXPECT_EQ(test, hits, cachep->num);
		kmem_cache_free(cachep, objp);
		slab_test_cache_done(test, cachep);
	}
}

/* Lists and arrays. */

/*
 * One object: one partial slab. All of a slab: full. One more: a second, partial. Back
 * again, and the empty ones wait on slabs_free. Arrays are emptied before each look.
 */
static void slab_list_moves(struct kunit *test)
{
	struct kmem_cache *cachep = plain_cache(test, 256);
	unsigned int nr = cachep->num + 1, i;
	struct slab_lists lists;
	void **objs = kmalloc_array(nr, sizeof(*objs), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, objs);
	lists = slab_test_lists(cachep);
	KUNIT_EXPECT_EQ(test, lists.full + lists.partial + lists.free, 0);
	for (i = 0; i < nr; i++) {
		objs[i] = kmem_cache_alloc(cachep, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, objs[i]);
		slab_drain_local(cachep);
		lists = slab_test_lists(cachep);
		KUNIT_EXPECT_EQ(test, lists.full, i + 1 >= cachep->num);
		KUNIT_EXPECT_EQ(test, lists.partial, i + 1 != cachep->num);
		KUNIT_EXPECT_EQ(test, lists.free, 0);
		KUNIT_EXPECT_TRUE(test, kmem_cache_check(cachep));
	}
	for (i = 0; i < nr; i++) {
		kmem_cache_free(cachep, objs[i]);
		slab_drain_local(cachep);
		lists = slab_test_lists(cachep);
		/* The first slab is full until an object of it goes, then partial. */
		KUNIT_EXPECT_EQ(test, lists.full, 0);
		KUNIT_EXPECT_EQ(test, lists.partial, (i + 1 < cachep->num) + (i + 1 < nr));
		KUNIT_EXPECT_EQ(test, lists.free,
				min((i + 1 >= cachep->num) + (i + 1 >= nr),
				    (int)cache_node(cachep)->free_limit));
	}
	kmem_cache_shrink(cachep);
	lists = slab_test_lists(cachep);
	KUNIT_EXPECT_EQ(test, lists.full + lists.partial + lists.free, 0);
	slab_test_cache_done(test, cachep);
	kfree(objs);
}

/* The last object freed is the first that comes back. */
static void slab_lifo(struct kunit *test)
{
	struct kmem_cache *cachep = plain_cache(test, 64);
	void *objs[5];
	int i;

	for (i = 0; i < 5; i++)
		objs[i] = kmem_cache_alloc(cachep, GFP_KERNEL);
	for (i = 0; i < 5; i++)
		kmem_cache_free(cachep, objs[i]);
	for (i = 4; i >= 0; i--)
		KUNIT_EXPECT_PTR_EQ(test, kmem_cache_alloc(cachep, GFP_KERNEL), objs[i]);
	kmem_cache_free_bulk(cachep, 5, objs);
	slab_test_cache_done(test, cachep);
}

/* An empty array takes a batch and the object; a full one gives its older half back. */
static void slab_array_batches(struct kunit *test)
{
	struct kmem_cache *cachep = plain_cache(test, 64);
	struct array_cache *ac = slab_test_array(cachep);
	unsigned int nr, i;
	void **objs;

	skip_if_debugging(test, cachep);
	nr = ac->limit + 1;
	objs = kmalloc_array(nr, sizeof(*objs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, objs);
	objs[0] = kmem_cache_alloc(cachep, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, ac->avail, cachep->batchcount);
	for (i = 1; i <= cachep->batchcount; i++)
		objs[i] = kmem_cache_alloc(cachep, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, ac->avail, 0U);
	for (; i < nr; i++)
		objs[i] = kmem_cache_alloc(cachep, GFP_KERNEL);
	slab_drain_local(cachep);
	for (i = 0; i < ac->limit; i++) {
		KUNIT_EXPECT_EQ(test, ac->avail, i);
		kmem_cache_free(cachep, objs[i]);
	}
	kmem_cache_free(cachep, objs[i]);
	KUNIT_EXPECT_EQ(test, ac->avail, ac->limit - cachep->batchcount + 1);
	/* What stayed are the youngest, in order. */
	for (; i >= cachep->batchcount; i--)
		KUNIT_EXPECT_PTR_EQ(test, ac_entries(ac)[i - cachep->batchcount].objp, objs[i]);
	slab_test_cache_done(test, cachep);
	kfree(objs);
}

/* Where there are sixteen times as many objects a full array grows, until it is drained. */
static void slab_array_grows(struct kunit *test)
{
	struct kmem_cache *cachep = plain_cache(test, 64);
	struct array_cache *ac = slab_test_array(cachep);
	unsigned int nr = AC_SHARE * cachep->limit, i;
	void **objs;

	skip_if_debugging(test, cachep);
	KUNIT_EXPECT_GT(test, cachep->max_limit, cachep->limit);
	objs = kvmalloc(nr * sizeof(*objs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, objs);
	for (i = 0; i < nr; i++)
		objs[i] = kmem_cache_alloc(cachep, GFP_KERNEL);
	slab_drain_local(cachep);
	/* Kept in the order that they came in, up to the new end; then half of them goes. */
	for (i = 0; i < cachep->max_limit; i++) {
		kmem_cache_free(cachep, objs[i]);
		KUNIT_EXPECT_EQ(test, ac->avail, i + 1);
		KUNIT_EXPECT_EQ(test, ac->limit,
				i < cachep->limit ? cachep->limit : cachep->max_limit);
	}
	KUNIT_EXPECT_TRUE(test, kmem_cache_check(cachep));
	kmem_cache_free(cachep, objs[i]);
	KUNIT_EXPECT_EQ(test, ac->avail, cachep->max_limit - cachep->max_limit / 2 + 1);
	for (i++; i < nr; i++)
		kmem_cache_free(cachep, objs[i]);
	KUNIT_EXPECT_LE(test, ac->avail, cachep->max_limit);
	kmem_cache_shrink(cachep);
	KUNIT_EXPECT_EQ(test, ac->limit, cachep->limit);
	slab_test_cache_done(test, cachep);
	kvfree(objs);
}

/* An array is filled from one slab, however few objects that has left. */
static void slab_array_from_one_slab(struct kunit *test)
{
	struct kmem_cache *cachep = plain_cache(test, 64);
	struct array_cache *ac = slab_test_array(cachep);
	unsigned int nr, i;
	void **objs;

	skip_if_debugging(test, cachep);
	nr = 2 * cachep->num;
	objs = kmalloc_array(nr, sizeof(*objs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, objs);
	for (i = 0; i < nr; i++)
		objs[i] = kmem_cache_alloc(cachep, GFP_KERNEL);
	/* Two free objects on either slab; the one that became partial last is asked. */
	for (i = 0; i < 2; i++) {
		kmem_cache_free(cachep, objs[i]);
		kmem_cache_free(cachep, objs[nr - 1 - i]);
	}
	slab_drain_local(cachep);
	objs[0] = kmem_cache_alloc(cachep, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, ac->avail, 1U);
	KUNIT_EXPECT_PTR_EQ(test, virt_to_page(objs[0])->slab,
			    virt_to_page(ac_entries(ac)[0].objp)->slab);
	kmem_cache_free(cachep, objs[0]);
	kmem_cache_free_bulk(cachep, nr - 4, objs + 2);
	slab_test_cache_done(test, cachep);
	kfree(objs);
}

/* Empty slabs are kept to the limit; what is beyond goes back to the page allocator. */
static void slab_free_limit(struct kunit *test)
{
	struct kmem_cache *cachep = plain_cache(test, 1000);
	unsigned int nr = cachep->num * (cache_node(cachep)->free_limit + 3), i;
	void **objs = kmalloc_array(nr, sizeof(*objs), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, objs);
	for (i = 0; i < nr; i++)
		objs[i] = kmem_cache_alloc(cachep, GFP_KERNEL);
	kmem_cache_free_bulk(cachep, nr, objs);
	slab_drain_local(cachep);
	KUNIT_EXPECT_EQ(test, slab_test_lists(cachep).free, (int)cache_node(cachep)->free_limit);
	KUNIT_EXPECT_EQ(test, cache_node(cachep)->nr_slabs, cache_node(cachep)->free_limit);
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink(cachep), 0);
	KUNIT_EXPECT_EQ(test, cache_node(cachep)->nr_slabs, 0U);
	slab_test_cache_done(test, cachep);
	kfree(objs);
}

/* Constructors and destructors. */

#define CONSTRUCTED 0x600df00dU

static unsigned int nr_ctor, nr_dtor, nr_dtor_bad;

static void count_ctor(void *objp)
{
	*(u32 *)objp = CONSTRUCTED;
	nr_ctor++;
}

static void count_dtor(void *objp)
{
	nr_dtor_bad += *(u32 *)objp != CONSTRUCTED;
	nr_dtor++;
}

/* Once for each object of a slab when it is made, however often objects come and go. */
static void slab_ctor_dtor(struct kunit *test)
{
	struct kmem_cache *cachep = kmem_cache_create("test", 200, 0, 0, count_ctor, count_dtor);
	unsigned int nr, i, round;
	void **objs;

	KUNIT_ASSERT_NOT_NULL(test, cachep);
	nr = cachep->num + 1;
	objs = kmalloc_array(nr, sizeof(*objs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, objs);
	nr_ctor = nr_dtor = nr_dtor_bad = 0;
	for (round = 0; round < 5; round++) {
		for (i = 0; i < nr; i++) {
			objs[i] = kmem_cache_alloc(cachep, GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, objs[i]);
			KUNIT_EXPECT_EQ(test, *(u32 *)objs[i], CONSTRUCTED);
		}
		KUNIT_EXPECT_EQ(test, nr_ctor,
				cachep->num * cache_node(cachep)->nr_slabs + nr_dtor);
		kmem_cache_free_bulk(cachep, nr, objs);
	}
	kmem_cache_shrink(cachep);
	KUNIT_EXPECT_EQ(test, nr_ctor, nr_dtor);
	KUNIT_EXPECT_GE(test, nr_ctor, 2 * cachep->num);
	KUNIT_EXPECT_EQ(test, nr_dtor_bad, 0U);
	slab_test_cache_done(test, cachep);
	kfree(objs);
}

/* Bulk, and clearing. */

static void slab_bulk(struct kunit *test)
{
	struct kmem_cache *cachep = plain_cache(test, 128);
	void *objs[100];
	unsigned int i, j;

	KUNIT_EXPECT_EQ(test, kmem_cache_alloc_bulk(cachep, GFP_KERNEL, 0, objs), 0);
	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(cachep, GFP_KERNEL, 100, objs), 100);
	KUNIT_EXPECT_EQ(test, slab_count_live(cachep), 100UL);
	for (i = 0; i < 100; i++)
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_PTR_NE(test, objs[i], objs[j]);
	kmem_cache_free_bulk(cachep, 100, objs);
	KUNIT_EXPECT_EQ(test, slab_count_live(cachep), 0UL);

	/* The same by kfree(), which finds the cache of each. */
	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(cachep, GFP_ATOMIC, 7, objs), 7);
	kfree_bulk(7, objs);
	slab_test_cache_done(test, cachep);
}

static void slab_zalloc(struct kunit *test)
{
	struct kmem_cache *cachep = plain_cache(test, 333);
	void *objp = kmem_cache_alloc(cachep, GFP_KERNEL), *again;

	KUNIT_ASSERT_NOT_NULL(test, objp);
	memset(objp, 0xff, 333);
	blind_cache_free(cachep, objp);
	again = kmem_cache_zalloc(cachep, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, again);
	KUNIT_EXPECT_PTR_EQ(test, again, objp);
	KUNIT_EXPECT_NULL(test, memchr_inv(again, 0, 333));
	memset(again, 0xff, 333);
	blind_cache_free(cachep, again);
	again = kmem_cache_alloc(cachep, GFP_ATOMIC | __GFP_ZERO);
	KUNIT_EXPECT_NULL(test, memchr_inv(again, 0, 333));
	blind_cache_free(cachep, again);
	slab_test_cache_done(test, cachep);
}

static void slab_alloc_node(struct kunit *test)
{
	struct kmem_cache *cachep = plain_cache(test, 64);
	void *any = kmem_cache_alloc_node(cachep, GFP_KERNEL, NUMA_NO_NODE);
	void *zero = kmem_cache_alloc_node(cachep, GFP_KERNEL, 0);

	KUNIT_EXPECT_NOT_NULL(test, any);
	KUNIT_EXPECT_NOT_NULL(test, zero);
	KUNIT_EXPECT_BUG(test, "has no node 5",
			 KUNIT_EXPECT_NULL(test, kmem_cache_alloc_node(cachep, GFP_KERNEL, 5)));
	kmem_cache_free(cachep, any);
	kmem_cache_free(cachep, zero);
	slab_test_cache_done(test, cachep);
}

static void slab_dma(struct kunit *test)
{
	struct kmem_cache *cachep = slab_test_cache(test, 64, SLAB_CACHE_DMA), *plain;
	void *objp = kmem_cache_alloc(cachep, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, objp);
	KUNIT_EXPECT_LT(test, virt_to_phys(objp), (phys_addr_t)MAX_DMA_ADDRESS_PHYS);
	kmem_cache_free(cachep, objp);
	objp = kmem_cache_alloc(cachep, GFP_KERNEL | GFP_DMA);
	KUNIT_EXPECT_NOT_NULL(test, objp);
	kmem_cache_free(cachep, objp);
	slab_test_cache_done(test, cachep);

	plain = plain_cache(test, 64);
	KUNIT_EXPECT_BUG(test, "not a DMA cache",
			 objp = kmem_cache_alloc(plain, GFP_KERNEL | GFP_DMA));
	kmem_cache_free(plain, objp);
	KUNIT_EXPECT_BUG(test, "highmem", objp = kmem_cache_alloc(plain, GFP_HIGHUSER));
	kmem_cache_free(plain, objp);
	slab_test_cache_done(test, plain);
}

/* Creation and destruction. */

static void slab_create_refused(struct kunit *test)
{
	KUNIT_EXPECT_BUG(test, "no name",
			 KUNIT_EXPECT_NULL(test, kmem_cache_create(NULL, 8, 0, 0, NULL, NULL)));
	KUNIT_EXPECT_BUG(test, "impossible size",
			 KUNIT_EXPECT_NULL(test, kmem_cache_create("x", 0, 0, 0, NULL, NULL)));
	KUNIT_EXPECT_BUG(test, "impossible size",
			 KUNIT_EXPECT_NULL(test, kmem_cache_create("x", KMALLOC_MAX_SIZE + 1, 0, 0,
								   NULL, NULL)));
	KUNIT_EXPECT_BUG(test, "impossible alignment",
			 KUNIT_EXPECT_NULL(test, kmem_cache_create("x", 8, 24, 0, NULL, NULL)));
	KUNIT_EXPECT_BUG(test, "impossible alignment",
			 KUNIT_EXPECT_NULL(test, kmem_cache_create("x", 8, 8192, 0, NULL, NULL)));
	KUNIT_EXPECT_BUG(test, "unknown flags",
			 KUNIT_EXPECT_NULL(test,
					   kmem_cache_create("x", 8, 0, (__force slab_flags_t)1,
							     NULL, NULL)));
}

static void slab_destroy_refused(struct kunit *test)
{
	struct kmem_cache *cachep = plain_cache(test, 64);
	void *a = kmem_cache_alloc(cachep, GFP_KERNEL), *b = kmem_cache_alloc(cachep, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, a);
	memset(a, 0x11, 64);
	kmem_cache_free(cachep, b);
	KUNIT_EXPECT_BUG(test, "cache test has 1 objects that are not freed",
			 kmem_cache_destroy(cachep));
	/* It lives on. */
	KUNIT_EXPECT_NULL(test, memchr_inv(a, 0x11, 64));
	b = kmem_cache_alloc(cachep, GFP_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, b);
	kmem_cache_free(cachep, a);
	kmem_cache_free(cachep, b);
	slab_test_cache_done(test, cachep);
	kmem_cache_destroy(NULL);
}

/* Names are copied, and cut where they are too long. */
static void slab_names(struct kunit *test)
{
	char name[] = "a-name-much-longer-than-fits-into-a-cache";
	struct kmem_cache *cachep = kmem_cache_create(name, 8, 0, 0, NULL, NULL);

	KUNIT_ASSERT_NOT_NULL(test, cachep);
	memset(name, 'x', 10);
	KUNIT_EXPECT_STREQ(test, kmem_cache_name(cachep), "a-name-much-longer-than-fit");
	/* The lock goes by the cache's name in reports. */
	KUNIT_EXPECT_STREQ(test, cache_node(cachep)->list_lock.name, "a-name-much-longer-than-fit");
	slab_test_cache_done(test, cachep);
}

static void slab_shrinker_runs(struct kunit *test)
{
	struct kmem_cache *cachep = plain_cache(test, 512);
	unsigned long before;
	void *objp;

	mm_quiesce();
	before = slab_nr_pages();
	objp = kmem_cache_alloc(cachep, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, objp);
	KUNIT_EXPECT_GT(test, slab_nr_pages(), before);
	kmem_cache_free(cachep, objp);
	KUNIT_EXPECT_GT(test, slab_nr_pages(), before);
	KUNIT_EXPECT_GT(test, kmem_cache_shrink_all(), 0UL);
	KUNIT_EXPECT_EQ(test, slab_nr_pages(), before);
	slab_test_cache_done(test, cachep);
}

/* The view has Linux's columns, and this cache's numbers in them. */
static void slab_view(struct kunit *test)
{
	struct kmem_cache *cachep = plain_cache(test, 256);
	void *objp = kmem_cache_alloc(cachep, GFP_KERNEL);
	size_t size = 16384;
	char *buf = kmalloc(size, GFP_KERNEL), expected[80];
	struct seq_file m;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	slab_drain_local(cachep);
	seq_open_buffer(&m, buf, size);
	show_slabinfo(&m);
	KUNIT_EXPECT_EQ(test, strncmp(buf, "slabinfo - version: 2.1\n# name ", 31), 0);
	KUNIT_EXPECT_NOT_NULL(test, strstr(buf, "\nkmalloc-64 "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(buf, "\ndma-kmalloc-8192 "));
	snprintf(expected, sizeof(expected), "\n%-17s %6u %6u %6u %4u %4u : tunables ", "test", 1U,
		 cachep->num, cachep->size, cachep->num, 1U << cachep->gfporder);
	KUNIT_EXPECT_NOT_NULL(test, strstr(buf, expected));
	kfree(buf);
	kmem_cache_free(cachep, objp);
	slab_test_cache_done(test, cachep);
}

/* The checker itself: each kind of damage is found. Undone before the case ends. */
static void slab_checker(struct kunit *test)
{
	struct kmem_cache *cachep = plain_cache(test, 64);
	struct kmem_cache_node *n = cache_node(cachep);
	void *objp = kmem_cache_alloc(cachep, GFP_KERNEL);
	struct slab *slabp = virt_to_page(objp)->slab;
	kmem_bufctl_t word;
	unsigned int old_free;

	slab_drain_local(cachep);
	KUNIT_EXPECT_TRUE(test, kmem_cache_check(cachep));

	slabp->inuse++;
	KUNIT_EXPECT_FALSE(test, kmem_cache_check(cachep));
	slabp->inuse--;

	n->nr_slabs++;
	KUNIT_EXPECT_FALSE(test, kmem_cache_check(cachep));
	n->nr_slabs--;

	word = slabp->bufctl[slabp->free];
	slabp->bufctl[slabp->free] = slabp->free; /* a circle */
	KUNIT_EXPECT_FALSE(test, kmem_cache_check(cachep));
	slabp->bufctl[slabp->free] = bufctl_make_in_use((unsigned long)_stext);
	KUNIT_EXPECT_FALSE(test, kmem_cache_check(cachep));
	slabp->bufctl[slabp->free] = word;

	old_free = slabp->free;
	slabp->free = cachep->num;
	KUNIT_EXPECT_FALSE(test, kmem_cache_check(cachep));
	slabp->free = old_free;

	virt_to_page(objp)->slab_cache = NULL;
	KUNIT_EXPECT_FALSE(test, kmem_cache_check(cachep));
	virt_to_page(objp)->slab_cache = cachep;

	list_move(&slabp->list, &n->slabs_full);
	KUNIT_EXPECT_FALSE(test, kmem_cache_check(cachep));
	list_move(&slabp->list, &n->slabs_partial);
	KUNIT_EXPECT_TRUE(test, kmem_cache_check(cachep));
	kmem_cache_free(cachep, objp);
	slab_test_cache_done(test, cachep);
}

/* The largest object fills the largest slab: for red zones there is no room. */
static void slab_too_large(struct kunit *test)
{
	struct kmem_cache *volatile cachep = NULL;

	KUNIT_EXPECT_NULL(test,
			  kmem_cache_create("x", KMALLOC_MAX_SIZE, 0, SLAB_RED_ZONE, NULL, NULL));
	KUNIT_EXPECT_PANIC(test, "no memory for cache x",
			   cachep = kmem_cache_create("x", KMALLOC_MAX_SIZE, 0,
						      SLAB_RED_ZONE | SLAB_PANIC, NULL, NULL));
	KUNIT_EXPECT_NULL(test, cachep);
}

static struct kunit_case slab_cases[] = {
	KUNIT_CASE_PARAM(slab_sizes, size_gen_params),
	KUNIT_CASE(slab_alignments),
	KUNIT_CASE(slab_hwcache_align),
	KUNIT_CASE(slab_management),
	KUNIT_CASE(slab_colours),
	KUNIT_CASE(slab_index),
	KUNIT_CASE(slab_list_moves),
	KUNIT_CASE(slab_lifo),
	KUNIT_CASE(slab_array_batches),
	KUNIT_CASE(slab_array_grows),
	KUNIT_CASE(slab_array_from_one_slab),
	KUNIT_CASE(slab_free_limit),
	KUNIT_CASE(slab_ctor_dtor),
	KUNIT_CASE(slab_bulk),

	KUNIT_CASE(slab_zalloc),
	KUNIT_CASE(slab_alloc_node),
	KUNIT_CASE(slab_dma),
	KUNIT_CASE(slab_create_refused),
	KUNIT_CASE(slab_too_large),

	KUNIT_CASE(slab_destroy_refused),
	KUNIT_CASE(slab_names),
	KUNIT_CASE(slab_shrinker_runs),
	KUNIT_CASE(slab_view),
	KUNIT_CASE(slab_checker),
	{0},
};

static struct kunit_suite slab_suite = {
	.name = "slab",
	.init = slab_test_init,
	.exit = slab_test_exit,
	.test_cases = slab_cases,
};
kunit_test_suite(slab_suite);
