/* SPDX-License-Identifier: MIT */
/*
 * What the suites of the slab allocator share: begin at rest, end at rest, and count.
 */
#ifndef MM_TESTS_SLAB_TEST_H
#define MM_TESTS_SLAB_TEST_H

#include <kernel/selftest.h>
#include <mm/mm.h>
#include <mm/slab_internal.h>

/* How many slabs are on each list of a cache. */
struct slab_lists {
	int full, partial, free;
};

struct slab_lists slab_test_lists(struct kmem_cache *cachep);

/* slab_test_array - this CPU's array of a cache */
struct array_cache *slab_test_array(struct kmem_cache *cachep);

/*
 * slab_test_cache - a cache for one case; its objects are known to have been freed when
 * slab_test_cache_done() destroys it
 */
struct kmem_cache *slab_test_cache(struct kunit *test, size_t size, slab_flags_t flags);
void slab_test_cache_done(struct kunit *test, struct kmem_cache *cachep);

/*
 * kmem_cache_free() and kfree() by other names: what these are told to free the compiler
 * does not see, which knows the real ones and refuses to compile a mistake.
 */
void blind_cache_free(struct kmem_cache *cachep, void *objp);
void blind_kfree(const void *objp);

/* The suites' init and exit hooks: free memory ends where it began, and all is sound. */
int slab_test_init(struct kunit *test);
void slab_test_exit(struct kunit *test);

#endif
