/* SPDX-License-Identifier: MIT */
/*
 * What kmem_cache_create() makes of an object's size: how many free objects a CPU may keep, and
 * where struct slab lies; and how a cache shrinks and goes.
 */
#include <kernel/lib/minmax.h>
#include <arch/step.h>
#include <mm/internal.h>
#include <mm/tests/slab_test.h>

/* From @size on up to the next one. */
static const struct limit_step {
	size_t size;
	unsigned int limit, entries;
} limit_steps[] = {
	{1, 64, 128},
	{257, 32, 64},
	{1025, 8, 64},
	{PAGE_SIZE + 1, 4, 64},
	{32 * PAGE_SIZE + 1, 0, 0},
};

static void expect_limits(struct kunit *test, size_t size, const struct limit_step *step,
			  bool arrays)
{
	const unsigned int entry = sizeof(struct ac_entry), head = sizeof(struct array_cache);
	struct kmem_cache *cachep = slab_test_cache(test, size, 0);
	unsigned int most = arrays && step->entries ? step->entries - DIV_ROUND_UP(head, entry) : 0;
	unsigned int limit = min(arrays ? step->limit : 0, most);

	KUNIT_EXPECT_EQ_MSG(test, cachep->limit, limit, "%zu bytes", size);
	KUNIT_EXPECT_EQ_MSG(test, cachep->max_limit, most, "%zu bytes", size);
	KUNIT_EXPECT_EQ_MSG(test, cachep->batchcount, limit / 2, "%zu bytes", size);
	KUNIT_EXPECT_EQ_MSG(test, cache_node(cachep)->free_limit, 1 + limit / 2 / cachep->num,
			    "%zu bytes", size);
	KUNIT_EXPECT_EQ(test, slab_test_array(cachep)->limit, limit);
	slab_test_cache_done(test, cachep);
}

/* No array passes an object by what looks at each, or fills it. */
static void limits_of_arrays(struct kunit *test)
{
	bool arrays = !(page_debug & (PAGE_DEBUG_INIT_ON_ALLOC | PAGE_DEBUG_INIT_ON_FREE));
	struct kmem_cache *cachep = slab_test_cache(test, 64, 0);
	unsigned int i;

	if (cachep->flags & SLAB_DEBUG_FLAGS)
		arrays = false;
	slab_test_cache_done(test, cachep);
	for (i = 0; i < ARRAY_SIZE(limit_steps); i++) {
		expect_limits(test, limit_steps[i].size, &limit_steps[i], arrays);
		if (i)
			expect_limits(test, limit_steps[i].size - 1, &limit_steps[i - 1], arrays);
	}
	cachep = slab_test_cache(test, 64, SLAB_CACHE_DMA);
	KUNIT_EXPECT_EQ(test, cachep->limit, arrays ? 4U : 0U);
	KUNIT_EXPECT_EQ(test, cachep->max_limit, arrays ? 4U : 0U);
	slab_test_cache_done(test, cachep);
}

/* From an eighth of a page on, struct slab lies elsewhere, where that makes room for an object. */
static void place_of_struct_slab(struct kunit *test)
{
	const size_t least = PAGE_SIZE / 8;
	struct kmem_cache *on = slab_test_cache(test, least - sizeof(long), 0);
	struct kmem_cache *off = slab_test_cache(test, least, 0);

	if (off->size == least) { /* nothing beside it, as slab_debug= puts there */
		KUNIT_EXPECT_NULL(test, on->slabp_cache);
		KUNIT_EXPECT_NOT_NULL(test, off->slabp_cache);
		KUNIT_EXPECT_EQ(test, off->num >> off->gfporder, 8U);
	}
	slab_test_cache_done(test, on);
	slab_test_cache_done(test, off);
}

static void shrinking_counts_pages(struct kunit *test)
{
	struct kmem_cache *cachep = slab_test_cache(test, 64, 0);
	void *objp = kmem_cache_alloc(cachep, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, objp);
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink_all(), 0UL);
	kmem_cache_free(cachep, objp);
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink_all(), 1UL << cachep->gfporder);
	KUNIT_EXPECT_EQ(test, kmem_cache_shrink_all(), 0UL);
	slab_test_cache_done(test, cachep);
}

/* A free object remembers its last user, unless that is too far away for the bits there are. */
static void far_callers_are_forgotten(struct kunit *test)
{
	const unsigned long far = (unsigned long)_stext + BUFCTL_MAX_CALLER;
	kmem_bufctl_t word = bufctl_to_list(bufctl_make_cached(far - 1), 5);

	KUNIT_EXPECT_EQ(test, word & BUFCTL_END, 5U);
	KUNIT_EXPECT_EQ(test, bufctl_caller(word), far - 1);
	KUNIT_EXPECT_EQ(test, bufctl_to_list(bufctl_make_cached(far), 4), 4U);
}

/* A walker that is done after some instructions of whoever wants the cache gone. */
struct walk {
	struct kmem_cache *cachep;
	unsigned int nr_seen; /* instructions at which the cache was there */
	bool gone;
};

static void destroy_cache(void *p)
{
	struct walk *walk = p;

	kmem_cache_destroy(walk->cachep);
	walk->gone = true;
}

static void walk_on(void *p)
{
	struct walk *walk = p;

	if (++walk->nr_seen == 3000)
		walk->cachep->walkers--;
}

static void destroy_waits_for_walkers(struct kunit *test)
{
	struct walk walk = {};
	struct step_count steps;

	kunit_needs_single_step(test);
	walk.cachep = slab_test_cache(test, 64, 0);
	walk.cachep->walkers++;
	steps = arch_single_step(destroy_cache, &walk, walk_on, &walk);
	KUNIT_EXPECT_TRUE(test, walk.gone);
	KUNIT_EXPECT_GT(test, walk.nr_seen, 3000U);
	KUNIT_EXPECT_EQ(test, (unsigned long)walk.nr_seen, steps.nr_calls);
}

static struct kunit_case slab_setup_cases[] = {
	KUNIT_CASE(limits_of_arrays),          KUNIT_CASE(place_of_struct_slab),
	KUNIT_CASE(shrinking_counts_pages),    KUNIT_CASE(far_callers_are_forgotten),
	KUNIT_CASE(destroy_waits_for_walkers), {},
};

static struct kunit_suite slab_setup_suite = {
	.name = "slab_setup",
	.init = slab_test_init,
	.exit = slab_test_exit,
	.test_cases = slab_setup_cases,
};
kunit_test_suite(slab_setup_suite);
