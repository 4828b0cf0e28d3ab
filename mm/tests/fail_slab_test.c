/* SPDX-License-Identifier: MIT */
/*
 * Caches, objects and kmalloc() with each of their allocations failing.
 *
 * An object takes up to four allocations: the object, the pages of a slab, and where struct
 * slab lies elsewhere, that object and the pages of its own slab. Of caches that others use,
 * kmalloc()'s, it depends on them whether there is room in a slab.
 */
#include <mm/mm.h>
#include <mm/slab_internal.h>
#include <mm/tests/fail_case.h>
#include <mm/vmalloc.h>

#define NOWARN (GFP_KERNEL | __GFP_NOWARN)

#define DEBUG_ALL (SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)

/* Objects of which eight and two fill a page; the latter's struct slab lies elsewhere. */
#define SMALL 400UL
#define LARGE 2048UL

/*
 * Caches
 */

static unsigned int nr_constructed;

static void count_ctor(void *objp)
{
	*(u32 *)objp = 0x1234;
	nr_constructed++;
}

static void count_dtor(void *objp __unused)
{
	nr_constructed--;
}

static void undo_cache(void *cachep, unsigned long flags __unused)
{
	kmem_cache_destroy(cachep);
}

static void *try_kmem_cache_create(struct kunit *test __unused, unsigned long flags)
{
	return kmem_cache_create("fails", SMALL, 0, (__force slab_flags_t)flags, NULL, NULL);
}

static void *try_kmem_cache_create_large(struct kunit *test __unused, unsigned long size)
{
	return kmem_cache_create("fails", size, 0, 0, NULL, NULL);
}

/* A whole life, constructed objects and all; whatever is made is unmade on the way out. */
static void *try_life_of_a_cache(struct kunit *test, unsigned long flags)
{
	struct kmem_cache *cachep;
	void *objs[20];

	nr_constructed = 0;
	cachep = kmem_cache_create("fails", SMALL, 64, (__force slab_flags_t)flags, count_ctor,
				   count_dtor);
	if (!cachep)
		return NULL;
	if (!kmem_cache_alloc_bulk(cachep, NOWARN, ARRAY_SIZE(objs), objs))
		goto err_destroy;
	KUNIT_EXPECT_GE(test, nr_constructed, ARRAY_SIZE(objs));
	kmem_cache_free_bulk(cachep, ARRAY_SIZE(objs), objs);
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink(cachep), 0);
	KUNIT_EXPECT_EQ(test, nr_constructed, 0U);
	return cachep;

err_destroy:
	kmem_cache_destroy(cachep);
	KUNIT_EXPECT_EQ(test, nr_constructed, 0U);
	return NULL;
}

/*
 * Objects, of a cache that the case begins with
 */

/* What the case's argument is the number of. */
enum { SMALL_OBJECTS, LARGE_OBJECTS, HUGE_OBJECTS, DMA_OBJECTS, DEBUGGED_OBJECTS };

static const struct {
	size_t size;
	slab_flags_t flags;
} kinds[] = {
	[SMALL_OBJECTS] = {SMALL, 0},
	[LARGE_OBJECTS] = {LARGE, 0},
	[HUGE_OBJECTS] = {3 * PAGE_SIZE, 0},
	[DMA_OBJECTS] = {SMALL, SLAB_CACHE_DMA},
	[DEBUGGED_OBJECTS] = {LARGE, DEBUG_ALL},
};

static struct kmem_cache *cache;

static void make_cache(struct kunit *test, unsigned long kind)
{
	cache = kmem_cache_create("fails", kinds[kind].size, 0, kinds[kind].flags, NULL, NULL);
	KUNIT_ASSERT_NOT_NULL(test, cache);
}

static void destroy_cache(unsigned long kind __unused)
{
	kmem_cache_destroy(cache);
	cache = NULL;
}

static void *try_kmem_cache_alloc(struct kunit *test __unused, unsigned long kind __unused)
{
	return kmem_cache_alloc(cache, GFP_KERNEL | __GFP_NOWARN);
}

static void *try_kmem_cache_alloc_atomic(struct kunit *test __unused, unsigned long kind __unused)
{
	return kmem_cache_alloc(cache, GFP_ATOMIC | __GFP_NOWARN);
}

static void *try_kmem_cache_zalloc(struct kunit *test, unsigned long kind)
{
	void *objp = kmem_cache_zalloc(cache, NOWARN);

	if (objp)
		KUNIT_EXPECT_NULL(test, memchr_inv(objp, 0, kinds[kind].size));
	return objp;
}

static void *try_kmem_cache_alloc_node(struct kunit *test __unused, unsigned long kind __unused)
{
	return kmem_cache_alloc_node(cache, NOWARN, 0);
}

static void undo_object(void *objp, unsigned long kind __unused)
{
	kmem_cache_free(cache, objp);
}

#define NR_BULK 20

static void *bulk[NR_BULK];

static void *try_kmem_cache_alloc_bulk(struct kunit *test, unsigned long kind __unused)
{
	int nr = kmem_cache_alloc_bulk(cache, NOWARN, NR_BULK, bulk);

	KUNIT_EXPECT_TRUE(test, nr == 0 || nr == NR_BULK);
	return nr ? bulk : NULL;
}

static void undo_bulk(void *what, unsigned long kind __unused)
{
	kmem_cache_free_bulk(cache, NR_BULK, what);
}

/*
 * kmalloc() and its kin
 */

static void undo_kfree(void *objp, unsigned long size __unused)
{
	kfree(objp);
}

static void *try_kmalloc(struct kunit *test __unused, unsigned long size)
{
	return kmalloc(size, NOWARN);
}

/* A size that the compiler knows is served in another way. */
static void *try_kmalloc_constant(struct kunit *test __unused, unsigned long size __unused)
{
	return kmalloc(100, GFP_KERNEL);
}

static void *try_kmalloc_large_constant(struct kunit *test __unused, unsigned long size __unused)
{
	return kmalloc(5 * PAGE_SIZE, NOWARN);
}

static void *try_kmalloc_atomic(struct kunit *test __unused, unsigned long size)
{
	return kmalloc(size, GFP_ATOMIC | __GFP_NOWARN);
}

static void *try_kmalloc_dma(struct kunit *test __unused, unsigned long size)
{
	return kmalloc(size, GFP_DMA | NOWARN);
}

static void *try_kmalloc_node(struct kunit *test __unused, unsigned long size)
{
	return kmalloc_node(size, NOWARN, NUMA_NO_NODE);
}

static void *try_kzalloc(struct kunit *test, unsigned long size)
{
	void *objp = kzalloc(size, NOWARN);

	if (objp)
		KUNIT_EXPECT_NULL(test, memchr_inv(objp, 0, size));
	return objp;
}

static void *try_kzalloc_node(struct kunit *test __unused, unsigned long size)
{
	return kzalloc_node(size, NOWARN, 0);
}

static void *try_kmalloc_array(struct kunit *test __unused, unsigned long size)
{
	return kmalloc_array(7, size / 7, NOWARN);
}

static void *try_kcalloc(struct kunit *test __unused, unsigned long size)
{
	return kcalloc(7, size / 7, NOWARN);
}

/* An object that cannot grow stays what it was, and its owner's. */
static void *try_krealloc(struct kunit *test, unsigned long size)
{
	u8 *objp = krealloc(NULL, 40, NOWARN), *moved;

	if (!objp)
		return NULL;
	memset(objp, 0x5c, 40);
	moved = krealloc(objp, size, NOWARN);
	if (moved) {
		KUNIT_EXPECT_NULL(test, memchr_inv(moved, 0x5c, 40));
		return moved;
	}
	KUNIT_EXPECT_NULL(test, memchr_inv(objp, 0x5c, 40));
	kfree(objp);
	return NULL;
}

static const char text[] = "A string, of which there is to be another.";

static void *try_kstrdup(struct kunit *test __unused, unsigned long size __unused)
{
	return kstrdup(text, NOWARN);
}

static void *try_kstrndup(struct kunit *test __unused, unsigned long size __unused)
{
	return kstrndup(text, 8, NOWARN);
}

static void *try_kmemdup(struct kunit *test __unused, unsigned long size __unused)
{
	return kmemdup(text, sizeof(text), NOWARN);
}

static void undo_kvfree(void *addr, unsigned long size __unused)
{
	kvfree(addr);
}

static void *try_kvmalloc(struct kunit *test __unused, unsigned long size)
{
	return kvmalloc(size, NOWARN);
}

static void *try_kvzalloc(struct kunit *test, unsigned long size)
{
	void *addr = kvzalloc(size, NOWARN);

	if (addr)
		KUNIT_EXPECT_NULL(test, memchr_inv(addr, 0, size));
	return addr;
}

/* clang-format: it takes an initialiser for a block. */
/* clang-format off */
#define CREATE(case_name, fn, flags, nr_points) \
	{.name = case_name, .attempt = fn, .undo = undo_cache, .arg = (__force unsigned long)(flags), \
	 .points = nr_points}
#define OBJECT(case_name, fn, kind, nr_points) \
	{.name = case_name, .attempt = fn, .undo = undo_object, .arg = kind, .points = nr_points, \
	 .prepare = make_cache, .cleanup = destroy_cache}
#define BULK(case_name, kind, nr_points) \
	{.name = case_name, .attempt = try_kmem_cache_alloc_bulk, .undo = undo_bulk, .arg = kind, \
	 .points = nr_points, .prepare = make_cache, .cleanup = destroy_cache}
#define KMALLOC(case_name, fn, size, nr_points) \
	{.name = case_name, .attempt = fn, .undo = undo_kfree, .arg = size, .points = nr_points}
#define KVMALLOC(case_name, fn, size, nr_points, why) \
	{.name = case_name, .attempt = fn, .undo = undo_kvfree, .arg = size, .points = nr_points, \
	 .fallback = why}
/* clang-format on */

#define OTHER_WAY "kvmalloc() goes to vmalloc() when kmalloc() has nothing"

static const struct fail_case fail_slab_table[] = {
	CREATE("kmem_cache_create", try_kmem_cache_create, 0, 1),
	CREATE("kmem_cache_create, lines", try_kmem_cache_create, SLAB_HWCACHE_ALIGN, 1),
	CREATE("kmem_cache_create, DMA", try_kmem_cache_create, SLAB_CACHE_DMA, 1),
	CREATE("kmem_cache_create, F", try_kmem_cache_create, SLAB_CONSISTENCY_CHECKS, 1),
	CREATE("kmem_cache_create, P", try_kmem_cache_create, SLAB_POISON, 1),
	CREATE("kmem_cache_create, Z", try_kmem_cache_create, SLAB_RED_ZONE, 1),
	CREATE("kmem_cache_create, U", try_kmem_cache_create, SLAB_STORE_USER, 1),
	CREATE("kmem_cache_create, FPZU", try_kmem_cache_create, DEBUG_ALL, 1),
	CREATE("kmem_cache_create, large", try_kmem_cache_create_large, LARGE, 1),
	CREATE("kmem_cache_create, huge", try_kmem_cache_create_large, 40 * PAGE_SIZE, 1),
	CREATE("life of a cache", try_life_of_a_cache, 0, 22),
	CREATE("life of a cache, F", try_life_of_a_cache, SLAB_CONSISTENCY_CHECKS, 22),
	CREATE("life of a cache, Z", try_life_of_a_cache, SLAB_RED_ZONE, 22),
	CREATE("life of a cache, U", try_life_of_a_cache, SLAB_STORE_USER, 22),
	OBJECT("kmem_cache_alloc", try_kmem_cache_alloc, SMALL_OBJECTS, 2),
	OBJECT("kmem_cache_alloc, large", try_kmem_cache_alloc, LARGE_OBJECTS, 2),
	OBJECT("kmem_cache_alloc, huge", try_kmem_cache_alloc, HUGE_OBJECTS, 2),
	OBJECT("kmem_cache_alloc, DMA", try_kmem_cache_alloc, DMA_OBJECTS, 2),
	OBJECT("kmem_cache_alloc, FPZU", try_kmem_cache_alloc, DEBUGGED_OBJECTS, 2),
	OBJECT("kmem_cache_alloc, atomic", try_kmem_cache_alloc_atomic, LARGE_OBJECTS, 2),
	OBJECT("kmem_cache_zalloc", try_kmem_cache_zalloc, LARGE_OBJECTS, 2),
	OBJECT("kmem_cache_zalloc, FPZU", try_kmem_cache_zalloc, DEBUGGED_OBJECTS, 2),
	OBJECT("kmem_cache_alloc_node", try_kmem_cache_alloc_node, SMALL_OBJECTS, 2),
	BULK("kmem_cache_alloc_bulk", SMALL_OBJECTS, NR_BULK + 2),
	BULK("kmem_cache_alloc_bulk, large", LARGE_OBJECTS, NR_BULK + 2),
	BULK("kmem_cache_alloc_bulk, FPZU", DEBUGGED_OBJECTS, NR_BULK + 2),
	KMALLOC("kmalloc of 8", try_kmalloc, 8, 1),
	KMALLOC("kmalloc of 1000", try_kmalloc, 1000, 1),
	KMALLOC("kmalloc of 8192", try_kmalloc, 8192, 1),
	KMALLOC("kmalloc of 50000", try_kmalloc, 50000, 2),
	KMALLOC("kmalloc, size constant", try_kmalloc_constant, 0, 1),
	KMALLOC("kmalloc, large size constant", try_kmalloc_large_constant, 0, 2),
	KMALLOC("kmalloc, atomic", try_kmalloc_atomic, 2000, 1),
	KMALLOC("kmalloc, DMA", try_kmalloc_dma, 300, 1),
	KMALLOC("kmalloc_node", try_kmalloc_node, 100, 1),
	KMALLOC("kzalloc", try_kzalloc, 500, 1),
	KMALLOC("kzalloc_node", try_kzalloc_node, 100, 1),
	KMALLOC("kmalloc_array", try_kmalloc_array, 700, 1),
	KMALLOC("kcalloc", try_kcalloc, 700, 1),
	KMALLOC("krealloc", try_krealloc, 3000, 2),
	KMALLOC("krealloc, to pages", try_krealloc, 30000, 2),
	KMALLOC("kstrdup", try_kstrdup, 0, 1),
	KMALLOC("kstrndup", try_kstrndup, 0, 1),
	KMALLOC("kmemdup", try_kmemdup, 0, 1),
	KVMALLOC("kvmalloc, up to a page", try_kvmalloc, PAGE_SIZE, 1, NULL),
	KVMALLOC("kvmalloc", try_kvmalloc, 3 * PAGE_SIZE, 2, OTHER_WAY),
	KVMALLOC("kvzalloc", try_kvzalloc, 6 * PAGE_SIZE, 2, OTHER_WAY),
};
KUNIT_ARRAY_PARAM(fail_slab, fail_slab_table, fail_case_desc)

static struct kunit_case fail_slab_cases[] = {
	KUNIT_CASE_PARAM(nth_allocation_fails, fail_slab_gen_params),
	{},
};

static struct kunit_suite fail_slab_suite = {
	.name = "fail_slab",
	.exit = fail_case_exit,
	.test_cases = fail_slab_cases,
};
kunit_test_suite(fail_slab_suite);
