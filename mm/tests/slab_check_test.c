/* SPDX-License-Identifier: MIT */
/*
 * kmem_cache_check() finds each kind of damage, and says exactly what it is: structures are
 * bent one at a time, the checker's words compared, and bent back. A checker that is blind
 * in one eye lets every other test pass.
 */
#include <kernel/seq.h>
#include <kernel/lib/vsprintf.h>
#include <mm/tests/said.h>
#include <mm/tests/slab_test.h>

static char expected_text[1024];
static struct seq_file expected;

/* One line that the checker of cache "test" is to say. */
#define FINDING(fmt, ...) seq_printf(&expected, "slab: cache test: " fmt "\n", ##__VA_ARGS__)

/* expect_findings - the checker says just what FINDING() has gathered, and fails if it is anything */
static void expect_findings(struct kunit *test, struct kmem_cache *cachep)
{
	bool sound;

	said_begin();
	sound = kmem_cache_check(cachep);
	KUNIT_EXPECT_STREQ(test, said_end(), expected_text);
	KUNIT_EXPECT_EQ(test, sound, expected_text[0] == '\0');
	seq_open_buffer(&expected, expected_text, sizeof(expected_text));
}

/* Two objects of a slab of two pages; the rest of it is on its list, from index 2 on. */
struct bent {
	struct kmem_cache *cachep;
	struct kmem_cache_node *n;
	struct slab *slabp;
	u8 *objs[2];
	unsigned int num;
};

static struct bent bent_cache(struct kunit *test)
{
	struct bent b;
	unsigned int i;

	b.cachep = slab_test_cache(test, 1500, SLAB_HWCACHE_ALIGN);
	if (b.cachep->flags & SLAB_DEBUG_FLAGS) {
		kmem_cache_destroy(b.cachep);
		kunit_skip(test, "slab_debug= is on: it has checks of its own");
	}
	b.n = cache_node(b.cachep);
	b.num = b.cachep->num;
	KUNIT_ASSERT_EQ(test, b.cachep->gfporder, 1);
	KUNIT_ASSERT_GE(test, b.num, 4);
	for (i = 0; i < 2; i++) {
		b.objs[i] = kmem_cache_alloc(b.cachep, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, b.objs[i]);
		slab_drain_local(b.cachep);
	}
	b.slabp = virt_to_page(b.objs[0])->slab;
	seq_open_buffer(&expected, expected_text, sizeof(expected_text));
	expect_findings(test, b.cachep);
	return b;
}

static void bent_done(struct kunit *test, struct bent *b)
{
	unsigned int i;

	expect_findings(test, b->cachep);
	for (i = 0; i < 2; i++)
		kmem_cache_free(b->cachep, b->objs[i]);
	slab_test_cache_done(test, b->cachep);
}

static void counts_that_are_off(struct kunit *test)
{
	struct bent b = bent_cache(test);

	b.slabp->inuse++;
	FINDING("slab %px: %u free and %u in use make not %u", b.slabp, b.num - 2, 3, b.num);
	FINDING("slab %px: %u words say free, %u of %u are in use", b.slabp, b.num - 2, 3, b.num);
	expect_findings(test, b.cachep);
	b.slabp->inuse--;

	b.n->nr_slabs++;
	FINDING("0 full, 1 partial, 0 free slabs; counted 2, 0 free");
	expect_findings(test, b.cachep);
	b.n->nr_slabs--;

	b.n->nr_free++;
	FINDING("0 full, 1 partial, 0 free slabs; counted 1, 1 free");
	expect_findings(test, b.cachep);
	b.n->nr_free--;
	bent_done(test, &b);
}

static void lists_that_are_torn(struct kunit *test)
{
	struct bent b = bent_cache(test);
	unsigned int first = b.slabp->free;
	kmem_bufctl_t word = b.slabp->bufctl[first];

	b.slabp->bufctl[first] = first;
	FINDING("slab %px: free list runs in a circle", b.slabp);
	expect_findings(test, b.cachep);

	b.slabp->bufctl[first] = BUFCTL_END;
	FINDING("slab %px: 1 free and 2 in use make not %u", b.slabp, b.num);
	expect_findings(test, b.cachep);

	b.slabp->bufctl[first] = BUFCTL_CACHED | 5;
	FINDING("slab %px: object %u is on the free list, its word is %#x", b.slabp, first,
		BUFCTL_CACHED | 5);
	FINDING("slab %px: %u words say free, 2 of %u are in use", b.slabp, b.num - 3, b.num);
	FINDING("1 words say cached, arrays hold 0");
	expect_findings(test, b.cachep);
	b.slabp->bufctl[first] = word;

	b.slabp->free = b.num;
	FINDING("slab %px: free list holds index %u", b.slabp, b.num);
	expect_findings(test, b.cachep);
	b.slabp->free = first;
	bent_done(test, &b);
}

static void words_that_mean_nothing(struct kunit *test)
{
	struct bent b = bent_cache(test);
	unsigned int idx = obj_to_index(b.cachep, b.slabp, b.objs[1]);
	kmem_bufctl_t word = b.slabp->bufctl[idx];

	b.slabp->bufctl[idx] = 0x80000000U;
	FINDING("slab %px: object %u has word 0x80000000", b.slabp, idx);
	expect_findings(test, b.cachep);
	b.slabp->bufctl[idx] = word;
	bent_done(test, &b);
}

static void slabs_on_the_wrong_list(struct kunit *test)
{
	struct bent b = bent_cache(test);

	list_move(&b.slabp->list, &b.n->slabs_full);
	FINDING("slab %px with 2 in use is on the list of %u to %u", b.slabp, b.num, b.num);
	expect_findings(test, b.cachep);

	list_move(&b.slabp->list, &b.n->slabs_free);
	FINDING("slab %px with 2 in use is on the list of 0 to 0", b.slabp);
	FINDING("0 full, 0 partial, 1 free slabs; counted 1, 0 free");
	expect_findings(test, b.cachep);
	list_move(&b.slabp->list, &b.n->slabs_partial);
	bent_done(test, &b);
}

static void full_and_empty_ones_among_the_partial(struct kunit *test)
{
	struct bent b = bent_cache(test);
	void *rest[16];
	unsigned int i;

	KUNIT_ASSERT_LE(test, b.num - 2, ARRAY_SIZE(rest));
	for (i = 0; i < b.num - 2; i++)
		rest[i] = kmem_cache_alloc(b.cachep, GFP_KERNEL);
	slab_drain_local(b.cachep);
	KUNIT_EXPECT_EQ(test, slab_test_lists(b.cachep).full, 1);
	expect_findings(test, b.cachep);

	list_move(&b.slabp->list, &b.n->slabs_partial);
	FINDING("slab %px with %u in use is on the list of 1 to %u", b.slabp, b.num, b.num - 1);
	expect_findings(test, b.cachep);
	list_move(&b.slabp->list, &b.n->slabs_full);
	kmem_cache_free_bulk(b.cachep, b.num - 2, rest);
	slab_drain_local(b.cachep);

	for (i = 0; i < 2; i++)
		kmem_cache_free(b.cachep, b.objs[i]);
	slab_drain_local(b.cachep);
	list_move(&b.slabp->list, &b.n->slabs_partial);
	FINDING("slab %px with 0 in use is on the list of 1 to %u", b.slabp, b.num - 1);
	FINDING("0 full, 1 partial, 0 free slabs; counted 1, 1 free");
	expect_findings(test, b.cachep);
	list_move(&b.slabp->list, &b.n->slabs_free);
	expect_findings(test, b.cachep);
	slab_test_cache_done(test, b.cachep);
}

/* Each page of the slab is looked at, and each of the three things it is to say. */
static void pages_that_are_not_the_slabs(struct kunit *test)
{
	struct bent b = bent_cache(test);
	u8 *base = (u8 *)((unsigned long)b.slabp->s_mem & ~(2 * PAGE_SIZE - 1));
	unsigned int i;

	for (i = 0; i < 2; i++) {
		struct page *page = virt_to_page(base) + i;

		page->slab_cache = NULL;
		FINDING("slab %px: page %u has flags %#lx cache %px slab %px", b.slabp, i,
			page->flags, (void *)NULL, b.slabp);
		expect_findings(test, b.cachep);
		page->slab_cache = b.cachep;

		page->slab = NULL;
		FINDING("slab %px: page %u has flags %#lx cache %px slab %px", b.slabp, i,
			page->flags, b.cachep, (void *)NULL);
		expect_findings(test, b.cachep);
		page->slab = b.slabp;

		__ClearPageSlab(page);
		FINDING("slab %px: page %u has flags %#lx cache %px slab %px", b.slabp, i,
			page->flags, b.cachep, b.slabp);
		expect_findings(test, b.cachep);
		__SetPageSlab(page);
	}
	bent_done(test, &b);
}

static void colours_that_are_none(struct kunit *test)
{
	struct bent b = bent_cache(test);
	unsigned int beyond = b.cachep->colour * b.cachep->colour_off;
	u8 *base = b.slabp->s_mem - b.slabp->colouroff - b.cachep->first_offset;

	b.slabp->colouroff += 64;
	FINDING("slab %px: pages begin at %px", b.slabp, base - 64);
	expect_findings(test, b.cachep);
	b.slabp->colouroff -= 64;

	/* One page off is off as well: a slab's pages are aligned to all of its size. */
	b.slabp->colouroff += PAGE_SIZE;
	FINDING("slab %px: pages begin at %px", b.slabp, base - PAGE_SIZE);
	expect_findings(test, b.cachep);
	b.slabp->colouroff -= PAGE_SIZE;

	KUNIT_ASSERT_EQ(test, b.slabp->colouroff, 0);
	b.slabp->colouroff += beyond;
	b.slabp->s_mem += beyond;
	FINDING("slab %px: colour offset %u", b.slabp, beyond);
	expect_findings(test, b.cachep);
	b.slabp->colouroff -= beyond;
	b.slabp->s_mem -= beyond;
	bent_done(test, &b);
}

/* The array: two objects of it, freed last, at its end. */
static void arrays_that_lie(struct kunit *test)
{
	struct bent b = bent_cache(test);
	struct array_cache *ac = slab_test_array(b.cachep);
	struct page *page = alloc_page(GFP_KERNEL);
	struct ac_entry *entries = ac_entries(ac), was;
	unsigned int limit = ac->limit;

	KUNIT_ASSERT_NOT_NULL(test, page);
	if (!limit) {
		__free_page(page);
		bent_done(test, &b);
		kunit_skip(test, "init_on_*= is on: caches have no arrays");
	}
	kmem_cache_free(b.cachep, b.objs[0]);
	kmem_cache_free(b.cachep, b.objs[1]);
	expect_findings(test, b.cachep);

	ac->limit = 1;
	FINDING("array %px holds 2 of 1", ac);
	expect_findings(test, b.cachep);
	ac->limit = 2;
	expect_findings(test, b.cachep);
	ac->limit = limit;

	was = entries[1];
	entries[1].objp = lowmem_page_address(page);
	FINDING("array entry 1: %px is not ours", entries[1].objp);
	expect_findings(test, b.cachep);

	entries[1].objp = ac; /* of another cache */
	FINDING("array entry 1: %px is not ours", ac);
	expect_findings(test, b.cachep);

	entries[1].objp = was.objp + 4;
	FINDING("array entry 1: object %px, word %px", was.objp + 4, was.bufctl);
	expect_findings(test, b.cachep);

	entries[1].objp = b.slabp->s_mem + b.num * b.cachep->size;
	entries[1].bufctl = &b.slabp->bufctl[b.num];
	if (virt_to_page(entries[1].objp)->slab == b.slabp) {
		FINDING("array entry 1: object %px, word %px", entries[1].objp, entries[1].bufctl);
		expect_findings(test, b.cachep);
	}

	entries[1] = was;
	entries[1].bufctl++;
	FINDING("array entry 1: object %px, word %px", was.objp, was.bufctl + 1);
	expect_findings(test, b.cachep);

	entries[1] = entries[0];
	FINDING("object %px is in an array twice", entries[0].objp);
	expect_findings(test, b.cachep);
	entries[1] = was;

	*was.bufctl |= BUFCTL_IN_USE;
	FINDING("array entry 1: object %px, word %px", was.objp, was.bufctl);
	FINDING("1 words say cached, arrays hold 2");
	expect_findings(test, b.cachep);
	*was.bufctl &= ~0x80000000U;

	expect_findings(test, b.cachep);
	slab_test_cache_done(test, b.cachep);
	__free_page(page);
}

/* With red zones: what lies beside an object, of the right index. */
static void damage_beside_objects(struct kunit *test)
{
	struct kmem_cache *cachep = slab_test_cache(test, 100, SLAB_DEBUG_FLAGS);
	u8 *a = kmem_cache_alloc(cachep, GFP_KERNEL), *c = kmem_cache_alloc(cachep, GFP_KERNEL);
	u8 *volatile stale = c;

	KUNIT_ASSERT_NOT_NULL(test, a);
	KUNIT_ASSERT_NOT_NULL(test, c);
	kmem_cache_free(cachep, c);
	seq_open_buffer(&expected, expected_text, sizeof(expected_text));
	expect_findings(test, cachep);

	a[100] ^= 1;
	FINDING("object %px: overrun at offset 100", a);
	expect_findings(test, cachep);
	a[100] ^= 1;

	stale[99] = 0x6b; /* as the bytes before it are, but the last is another */
	FINDING("object %px: use after free at offset 99", stale);
	expect_findings(test, cachep);
	stale[99] = 0xa5;
	expect_findings(test, cachep);
	kmem_cache_free(cachep, a);
	slab_test_cache_done(test, cachep);
}

static struct kunit_case slab_check_cases[] = {
	KUNIT_CASE(counts_that_are_off),
	KUNIT_CASE(lists_that_are_torn),
	KUNIT_CASE(words_that_mean_nothing),
	KUNIT_CASE(slabs_on_the_wrong_list),
	KUNIT_CASE(full_and_empty_ones_among_the_partial),
	KUNIT_CASE(pages_that_are_not_the_slabs),
	KUNIT_CASE(colours_that_are_none),
	KUNIT_CASE(arrays_that_lie),
	KUNIT_CASE(damage_beside_objects),
	{0},
};

static struct kunit_suite slab_check_suite = {
	.name = "slab_check",
	.init = slab_test_init,
	.exit = slab_test_exit,
	.test_cases = slab_check_cases,
};
kunit_test_suite(slab_check_suite);
