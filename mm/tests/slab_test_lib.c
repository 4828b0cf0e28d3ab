/* SPDX-License-Identifier: MIT */
/*
 * Shared by the suites of the slab allocator.
 *
 * Each case begins and ends after mm_quiesce(). Free memory must then be exactly what
 * it was, and every cache sound: a slab that leaks, and an object that does, show here
 * even when the case itself did not look.
 */

#include <mm/pgtable_alloc.h>
#include <mm/tests/slab_test.h>

static unsigned long free_before;

/* Pages that are free, or were taken for page tables of the kernel, which stay. */
static unsigned long free_or_table(void)
{
	return nr_free_pages() + nr_kernel_pagetables();
}

static unsigned int nr_slabs(struct list_head *slabs)
{
	return list_count_nodes(slabs);
}

struct slab_lists slab_test_lists(struct kmem_cache *cachep)
{
	struct kmem_cache_node *n = cache_node(cachep);

	return (struct slab_lists){
		.full = nr_slabs(&n->slabs_full),
		.partial = nr_slabs(&n->slabs_partial),
		.free = nr_slabs(&n->slabs_free),
	};
}

struct array_cache *slab_test_array(struct kmem_cache *cachep)
{
	return cpu_cache_get(cachep);
}

struct kmem_cache *slab_test_cache(struct kunit *test, size_t size, slab_flags_t flags)
{
	struct kmem_cache *cachep = kmem_cache_create("test", size, 0, flags, NULL, NULL);

	KUNIT_ASSERT_NOT_NULL(test, cachep);
	return cachep;
}

void slab_test_cache_done(struct kunit *test, struct kmem_cache *cachep)
{
	KUNIT_EXPECT_TRUE(test, kmem_cache_check(cachep));
	KUNIT_EXPECT_EQ(test, slab_count_live(cachep), 0UL);
	kmem_cache_destroy(cachep);
}

void blind_cache_free(struct kmem_cache *cachep, void *objp)
{
	kmem_cache_free(cachep, objp);
}

void blind_kfree(const void *objp)
{
	kfree(objp);
}

int slab_test_init(struct kunit *test __unused)
{
	mm_quiesce();
	free_before = free_or_table();
	return 0;
}

void slab_test_exit(struct kunit *test)
{
	fail_nth_clear();
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, free_or_table(), free_before);
	KUNIT_EXPECT_TRUE(test, slab_check());
}
