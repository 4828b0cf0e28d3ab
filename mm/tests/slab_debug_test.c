/* SPDX-License-Identifier: MIT */
/*
 * What the slab allocator says of its callers' mistakes: those that every build catches,
 * and those that want red zones, poison or backtraces. Each report is caused on purpose;
 * afterwards the cache must be sound and its objects must all be usable.
 */

#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <mm/tests/slab_test.h>

#define ALL_CHECKS SLAB_DEBUG_FLAGS

/* Mistakes that are caught in every build, and so with caches that have no debugging. */

static void slab_double_free(struct kunit *test)
{
	struct kmem_cache *cachep = slab_test_cache(test, 64, 0);
	void *objs[40];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(objs); i++)
		objs[i] = kmem_cache_alloc(cachep, GFP_KERNEL);
	blind_cache_free(cachep, objs[3]);
	KUNIT_EXPECT_BUG(test, "double free: object", blind_cache_free(cachep, objs[3]));
	/* Others in between, and with it back on its slab's list: found all the same. */
	for (i = 10; i < ARRAY_SIZE(objs); i++)
		blind_cache_free(cachep, objs[i]);
	KUNIT_EXPECT_BUG(test, "of cache test, last freed by blind_cache_free",
			 blind_cache_free(cachep, objs[3]));
	slab_drain_local(cachep);
	KUNIT_EXPECT_BUG(test, "of cache test, last freed by blind_cache_free",
			 blind_cache_free(cachep, objs[3]));
	KUNIT_EXPECT_BUG(test, "double free", blind_kfree(objs[3]));
	for (i = 0; i < 10; i++)
		if (i != 3)
			blind_cache_free(cachep, objs[i]);
	slab_test_cache_done(test, cachep);
}

static void slab_wrong_cache(struct kunit *test)
{
	struct kmem_cache *a = slab_test_cache(test, 64, 0), *b = slab_test_cache(test, 64, 0);
	void *objp = kmem_cache_alloc(a, GFP_KERNEL);

	KUNIT_EXPECT_BUG(test, "free to the wrong cache: object", blind_cache_free(b, objp));
	KUNIT_EXPECT_EQ(test, slab_count_live(a), 1UL);
	blind_cache_free(a, objp);
	slab_test_cache_done(test, a);
	slab_test_cache_done(test, b);
}

static void slab_no_object(struct kunit *test)
{
	struct kmem_cache *cachep = slab_test_cache(test, 96, 0);
	void *objp = kmem_cache_alloc(cachep, GFP_KERNEL);
	struct slab *slabp = virt_to_page(objp)->slab;
	struct page *page = alloc_page(GFP_KERNEL);
	int local = 0;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_BUG(test, "is 4 bytes into object", blind_cache_free(cachep, objp + 4));
	KUNIT_EXPECT_BUG(test, "is 95 bytes into object", blind_cache_free(cachep, objp + 95));
	KUNIT_EXPECT_BUG(test, "lies beside the objects", blind_cache_free(cachep, slabp));
	KUNIT_EXPECT_BUG(test, "never allocated",
			 blind_cache_free(cachep, index_to_obj(cachep, slabp, cachep->num - 1)));
	KUNIT_EXPECT_BUG(test, "is in a page that is in use",
			 blind_cache_free(cachep, lowmem_page_address(page)));
	KUNIT_EXPECT_BUG(test, "free of what is no object", blind_cache_free(cachep, &local));
	KUNIT_EXPECT_BUG(test, "is NULL", blind_cache_free(cachep, NULL));
	KUNIT_EXPECT_BUG(test, "not in the direct map", blind_cache_free(cachep, (void *)0x1000));
	KUNIT_EXPECT_BUG(test, "of vmalloc()", blind_cache_free(cachep, (void *)VMALLOC_START));
	KUNIT_EXPECT_BUG(test, "not in the direct map",
			 blind_cache_free(cachep, (void *)0xFFFFF000));
	blind_cache_free(cachep, objp);
	__free_page(page);
	slab_test_cache_done(test, cachep);
}

/*
 * Where the first object behind the last would be, with a word of its own that looks like
 * one in use: bufctl[num] is beyond the words of the slab.
 */
static void slab_behind_the_last(struct kunit *test)
{
	struct kmem_cache *cachep = slab_test_cache(test, 60, 0);
	u8 *objp = kmem_cache_alloc(cachep, GFP_KERNEL);
	struct slab *slabp = virt_to_page(objp)->slab;
	u8 *behind = slabp->s_mem + cachep->num * cachep->size;
	kmem_bufctl_t *word;
	bool debugged = cachep->flags & SLAB_DEBUG_FLAGS;

	if (debugged) {
		kmem_cache_free(cachep, objp);
		kmem_cache_destroy(cachep);
		kunit_skip(test, "slab_debug= is on: a red zone is in between");
	}
	KUNIT_ASSERT_PTR_EQ(test, objp, slabp->s_mem);
	/* That word is the object's first, or nobody's, where alignment puts some in between. */
	memset(objp, 0xff, 60);
	for (word = &slabp->bufctl[cachep->num]; (u8 *)word < objp; word++)
		*word = ~0U;
	KUNIT_EXPECT_BUG(test, "free of what is no object", blind_cache_free(cachep, behind));
	KUNIT_EXPECT_BUG(test, "free of what is no object", blind_kfree(behind));
	KUNIT_EXPECT_BUG(test, "ksize: ", KUNIT_EXPECT_EQ(test, ksize(behind), (size_t)0));
	kmem_cache_free(cachep, objp);
	slab_test_cache_done(test, cachep);
}

/* Debugging. */

/* An object of a cache that checks everything; its maker is what reports must name. */
struct debugged {
	struct kmem_cache *cachep;
	u8 *objp;
};

static noinline struct debugged debugged_object(struct kunit *test, size_t size, slab_flags_t flags)
{
	struct debugged d;

	d.cachep = slab_test_cache(test, size, flags);
	d.objp = kmem_cache_alloc(d.cachep, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, d.objp);
	return d;
}

/* After a report: the same object comes back and can be used from end to end. */
static void debugged_done(struct kunit *test, struct debugged *d)
{
	u8 *again = kmem_cache_alloc(d->cachep, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, again);
	KUNIT_EXPECT_PTR_EQ(test, again, d->objp);
	KUNIT_EXPECT_TRUE(test, kmem_cache_check(d->cachep));
	memset(again, 0xff, kmem_cache_size(d->cachep));
	kmem_cache_free(d->cachep, again);
	slab_test_cache_done(test, d->cachep);
}

static const unsigned int debug_sizes[] = {1, 4, 7, 8, 60, 64, 100, 500, 1024, 5000};

static void get_size_desc(const unsigned int *size, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u bytes", *size);
}

KUNIT_ARRAY_PARAM(size, debug_sizes, get_size_desc);

/* One byte too far, and the last byte of the red zone; at the object's very end, too. */
static void debug_overrun(struct kunit *test)
{
	unsigned int size = *(const unsigned int *)test->param_value;
	struct debugged d = debugged_object(test, size, SLAB_RED_ZONE | SLAB_STORE_USER);
	char expected[96];

	memset(d.objp, 0x55, size);
	d.objp[size] = 0x55;
	snprintf(expected, sizeof(expected),
		 "of cache test, at offset %u, last allocated by debugged_object", size);
	KUNIT_EXPECT_FALSE(test, kmem_cache_check(d.cachep));
	KUNIT_EXPECT_BUG(test, expected, blind_cache_free(d.cachep, d.objp));

	KUNIT_EXPECT_PTR_EQ(test, kmem_cache_alloc(d.cachep, GFP_KERNEL), d.objp);
	d.objp[d.cachep->red_end - 1] = 0;
	KUNIT_EXPECT_BUG(test, "BUG: overrun: object ", blind_cache_free(d.cachep, d.objp));
	debugged_done(test, &d);
}

static void debug_underrun(struct kunit *test)
{
	unsigned int size = *(const unsigned int *)test->param_value;
	struct debugged d = debugged_object(test, size, SLAB_RED_ZONE);

	d.objp[-1] = 0;
	KUNIT_EXPECT_FALSE(test, kmem_cache_check(d.cachep));
	KUNIT_EXPECT_BUG(test, "of cache test, at offset -1,", blind_cache_free(d.cachep, d.objp));

	KUNIT_EXPECT_PTR_EQ(test, kmem_cache_alloc(d.cachep, GFP_KERNEL), d.objp);
	d.objp[-8] = 0;
	KUNIT_EXPECT_BUG(test, "BUG: underrun: object ", blind_cache_free(d.cachep, d.objp));
	debugged_done(test, &d);
}

/* First, middle and last byte, found when the object is handed out again. */
static void debug_use_after_free(struct kunit *test)
{
	unsigned int size = *(const unsigned int *)test->param_value, i;
	struct debugged d = debugged_object(test, size, ALL_CHECKS);
	u8 *volatile stale = d.objp;

	blind_cache_free(d.cachep, d.objp);
	for (i = 0; i < 3; i++) {
		unsigned int offset = i == 0 ? 0 : i == 1 ? size / 2 : size - 1;
		char expected[64];
		void *again = NULL;

		stale[offset] ^= 0xff;
		KUNIT_EXPECT_FALSE(test, kmem_cache_check(d.cachep));
		snprintf(expected, sizeof(expected), "of cache test, at offset %u,", offset);
		KUNIT_EXPECT_BUG(test, expected, again = kmem_cache_alloc(d.cachep, GFP_KERNEL));
		KUNIT_EXPECT_PTR_EQ(test, again, stale);
		blind_cache_free(d.cachep, again);
	}
	d.objp = stale;
	debugged_done(test, &d);
}

/* A stale write is also found when the slab goes away. */
static void debug_use_after_free_at_shrink(struct kunit *test)
{
	struct debugged d = debugged_object(test, 64, ALL_CHECKS);
	u8 *volatile stale = d.objp;

	blind_cache_free(d.cachep, d.objp);
	stale[10] = 1;
	KUNIT_EXPECT_BUG(test, "BUG: use after free: object ", kmem_cache_shrink(d.cachep));
	slab_test_cache_done(test, d.cachep);
}

static void debug_double_free(struct kunit *test)
{
	struct debugged d = debugged_object(test, 64, ALL_CHECKS);
	void *other = kmem_cache_alloc(d.cachep, GFP_KERNEL);

	kmem_cache_free(d.cachep, other);
	blind_cache_free(d.cachep, d.objp);
	KUNIT_EXPECT_BUG(test, "of cache test, last freed by blind_cache_free",
			 blind_cache_free(d.cachep, d.objp));
	debugged_done(test, &d);
}

static void debug_wrong_cache(struct kunit *test)
{
	struct debugged d = debugged_object(test, 64, ALL_CHECKS);
	struct kmem_cache *other = slab_test_cache(test, 64, ALL_CHECKS);

	KUNIT_EXPECT_BUG(test, "BUG: free to the wrong cache: object ",
			 blind_cache_free(other, d.objp));
	blind_cache_free(d.cachep, d.objp);
	debugged_done(test, &d);
	slab_test_cache_done(test, other);
}

/* Fresh and free objects have the bytes that the opening of mm/slab_debug.c promises. */
static void debug_poison(struct kunit *test)
{
	struct debugged d = debugged_object(test, 100, SLAB_POISON);
	u8 *volatile stale = d.objp;

	KUNIT_EXPECT_NULL(test, memchr_inv(d.objp, 0x5a, 100));
	blind_cache_free(d.cachep, d.objp);
	KUNIT_EXPECT_NULL(test, memchr_inv(stale, 0x6b, 99));
	KUNIT_EXPECT_EQ(test, stale[99], 0xa5);
	d.objp = kmem_cache_zalloc(d.cachep, GFP_KERNEL);
	KUNIT_EXPECT_NULL(test, memchr_inv(d.objp, 0, 100));
	kmem_cache_free(d.cachep, d.objp);
	slab_test_cache_done(test, d.cachep);
}

static void set_word(void *objp)
{
	*(u32 *)objp = 0x600df00d;
}

/* What a constructor made stays: such caches are not poisoned, but have red zones. */
static void debug_constructed(struct kunit *test)
{
	struct kmem_cache *cachep = kmem_cache_create("test", 40, 0, ALL_CHECKS, set_word, NULL);
	u8 *objp;

	KUNIT_ASSERT_NOT_NULL(test, cachep);
	objp = kmem_cache_alloc(cachep, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, objp);
	KUNIT_EXPECT_EQ(test, *(u32 *)objp, 0x600df00dU);
	kmem_cache_free(cachep, objp);
	objp = kmem_cache_alloc(cachep, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, objp);
	KUNIT_EXPECT_EQ(test, *(u32 *)objp, 0x600df00dU);
	objp[40] = 0;
	KUNIT_EXPECT_BUG(test, "of cache test, at offset 40,", blind_cache_free(cachep, objp));
	slab_test_cache_done(test, cachep);
}

/* Both backtraces are kept, and name those who called. */
static void debug_tracks(struct kunit *test)
{
	struct debugged d = debugged_object(test, 64, SLAB_STORE_USER);
	struct slab_track *alloc = &slab_debug_data(d.cachep, d.objp)->track[TRACK_ALLOC];
	struct slab_track *free = &slab_debug_data(d.cachep, d.objp)->track[TRACK_FREE];
	unsigned int nth = 0;

	KUNIT_EXPECT_NE(test, alloc->caller, 0UL);
	KUNIT_EXPECT_GE(test, alloc->nr, 3);
	KUNIT_EXPECT_EQ(test, free->caller, 0UL);
	blind_cache_free(d.cachep, d.objp);
	KUNIT_EXPECT_GE(test, free->nr, 3);
	KUNIT_EXPECT_TRUE(test, free->caller - (unsigned long)blind_cache_free < 64);
	/* How deep it lies depends on what the compiler inlined. */
	while (nth < free->nr && free->entries[nth] != free->caller)
		nth++;
	KUNIT_EXPECT_LT(test, nth, free->nr);
	alloc->cpu = 77;
	free->cpu = 77;
	blind_cache_free(d.cachep, kmem_cache_alloc(d.cachep, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, alloc->cpu, 0U);
	KUNIT_EXPECT_EQ(test, free->cpu, 0U);
	debugged_done(test, &d);
}

/*
 * What each flag costs, to the byte. A red zone: eight before, eight behind. The size that
 * was asked for: four; with backtraces of both uses, all of struct slab_debug_data.
 */
static void debug_layout(struct kunit *test)
{
	static const struct {
		slab_flags_t flags;
		unsigned int red_end, more;
	} layouts[] = {
		{SLAB_CONSISTENCY_CHECKS, 100, sizeof(u32)},
		{SLAB_POISON, 100, sizeof(u32)},
		{SLAB_RED_ZONE, 108, sizeof(u32) + 8},
		{SLAB_STORE_USER, 100, sizeof(struct slab_debug_data)},
		{SLAB_RED_ZONE | SLAB_STORE_USER, 108, sizeof(struct slab_debug_data) + 8},
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(layouts); i++) {
		struct kmem_cache *cachep = slab_test_cache(test, 98, layouts[i].flags);
		unsigned int align = __alignof__(struct slab_debug_data);

		if (cachep->flags == layouts[i].flags) {
			KUNIT_EXPECT_EQ(test, cachep->red_end, ALIGN(layouts[i].red_end, align));
			KUNIT_EXPECT_EQ(test, cachep->size,
					ALIGN(cachep->red_end + layouts[i].more, sizeof(long)));
		}
		slab_test_cache_done(test, cachep);
	}
}

/* Every mixture of flags works as a cache does. */
static void debug_flag_mixtures(struct kunit *test)
{
	static const slab_flags_t bits[] = {SLAB_CONSISTENCY_CHECKS, SLAB_RED_ZONE, SLAB_POISON,
					    SLAB_STORE_USER};
	unsigned int mask, i;

	for (mask = 0; mask < 16; mask++) {
		struct kmem_cache *cachep;
		slab_flags_t flags = SLAB_HWCACHE_ALIGN;
		u8 *objs[40];

		for (i = 0; i < ARRAY_SIZE(bits); i++)
			if (mask & (1U << i))
				flags |= bits[i];
		cachep = slab_test_cache(test, 70, flags);
		for (i = 0; i < ARRAY_SIZE(objs); i++) {
			objs[i] = kmem_cache_alloc(cachep, GFP_KERNEL);
			KUNIT_ASSERT_NOT_NULL(test, objs[i]);
			KUNIT_EXPECT_EQ(test, (unsigned long)objs[i] % L1_CACHE_BYTES, 0UL);
			memset(objs[i], i, 70);
		}
		KUNIT_EXPECT_TRUE(test, kmem_cache_check(cachep));
		for (i = 0; i < ARRAY_SIZE(objs); i++) {
			KUNIT_EXPECT_NULL(test, memchr_inv(objs[i], i, 70));
			kmem_cache_free(cachep, objs[i]);
		}
		slab_test_cache_done(test, cachep);
	}
}

/* The words of slab_debug=. */
static void debug_option(struct kunit *test)
{
	slab_flags_t flags;
	const char *names;

	names = slab_debug_parse("", &flags);
	KUNIT_EXPECT_STREQ(test, names, "");
	KUNIT_EXPECT_TRUE(test, flags == SLAB_DEBUG_FLAGS);
	names = slab_debug_parse("FPZU", &flags);
	KUNIT_EXPECT_STREQ(test, names, "");
	KUNIT_EXPECT_TRUE(test, flags == SLAB_DEBUG_FLAGS);
	names = slab_debug_parse("zp,kmalloc-64,vm*", &flags);
	KUNIT_EXPECT_STREQ(test, names, "kmalloc-64,vm*");
	KUNIT_EXPECT_TRUE(test, flags == (SLAB_RED_ZONE | SLAB_POISON));
	KUNIT_EXPECT_TRUE(test, slab_debug_matches(names, "kmalloc-64"));
	KUNIT_EXPECT_TRUE(test, slab_debug_matches(names, "vmap_area"));
	KUNIT_EXPECT_FALSE(test, slab_debug_matches(names, "kmalloc-640"));
	KUNIT_EXPECT_FALSE(test, slab_debug_matches(names, "kmalloc-6"));
	names = slab_debug_parse(",kmem_cache", &flags);
	KUNIT_EXPECT_STREQ(test, names, "kmem_cache");
	KUNIT_EXPECT_TRUE(test, flags == SLAB_DEBUG_FLAGS);
	KUNIT_EXPECT_NULL(test, slab_debug_parse("FX", &flags));
	KUNIT_EXPECT_TRUE(test, slab_debug_matches("", "anything"));
}

static struct kunit_case slab_debug_cases[] = {
	KUNIT_CASE(slab_double_free),
	KUNIT_CASE(slab_wrong_cache),
	KUNIT_CASE(slab_no_object),
	KUNIT_CASE(slab_behind_the_last),
	KUNIT_CASE_PARAM(debug_overrun, size_gen_params),
	KUNIT_CASE_PARAM(debug_underrun, size_gen_params),
	KUNIT_CASE_PARAM(debug_use_after_free, size_gen_params),
	KUNIT_CASE(debug_use_after_free_at_shrink),
	KUNIT_CASE(debug_double_free),
	KUNIT_CASE(debug_wrong_cache),
	KUNIT_CASE(debug_poison),
	KUNIT_CASE(debug_constructed),
	KUNIT_CASE(debug_tracks),
	KUNIT_CASE(debug_layout),
	KUNIT_CASE(debug_flag_mixtures),
	KUNIT_CASE(debug_option),
	{0},
};

static struct kunit_suite slab_debug_suite = {
	.name = "slab_debug",
	.init = slab_test_init,
	.exit = slab_test_exit,
	.test_cases = slab_debug_cases,
};
kunit_test_suite(slab_debug_suite);
