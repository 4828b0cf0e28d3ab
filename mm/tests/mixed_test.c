/* SPDX-License-Identifier: MIT */
/*
 * All allocators at once: blocks of pages, objects, kmalloc(), vmalloc() and mapped
 * highmem, taken and given back at random for a long time.
 *
 * Each allocation is filled with a pattern of its own and must still hold it when it
 * is freed, so that two owners of one byte show. They live side by side, which no
 * other suite lets them: slabs come and go between blocks, shrinkers run while
 * vmalloc() waits for its purge. All checkers look at every CHECK_EVERY-th
 * operation, and at the end every page must be back.
 *
 * 10 million operations under selftest=soak, some ten thousand by default.
 */
#include <kernel/lib/string.h>

#include <mm/highmem.h>
#include <mm/slab.h>
#include <mm/tests/page_alloc_test.h>
#include <mm/vmalloc.h>

#define NR_SLOTS     2000
#define QUICK_OPS    20000U
#define QUICK_CHECK  5000U
#define SOAK_OPS     10000000U
#define SOAK_CHECK   100000U
#define OBJECT_SIZE  200
#define MAX_HIGHPAGE 64 /* kmap() slots in use at a time */

enum kind { NOTHING, PAGES, OBJECT, KMALLOC, VMALLOC, HIGHPAGE };

/*
 * struct slot - one allocation
 * @p: its address; of PAGES and HIGHPAGE the page
 */
struct slot {
	enum kind kind;
	unsigned int order;
	void *p;
	size_t size;
	u32 stamp;
};

static struct slot *slots; /* NR_SLOTS of them */
static struct kmem_cache *cache;
static unsigned int nr_highpages;
static unsigned long free_before;

/* Page tables of the vmalloc area stay; they count as if free. */
static unsigned long free_and_tables(void)
{
	mm_quiesce();
	return nr_free_pages() + nr_kernel_pagetables();
}

static int mixed_init(struct kunit *test)
{
	nr_highpages = 0;
	free_before = free_and_tables();
	cache = kmem_cache_create("mixed", OBJECT_SIZE, 0, 0, NULL, NULL);
	KUNIT_ASSERT_NOT_NULL(test, cache);
	slots = vzalloc(NR_SLOTS * sizeof(*slots));
	KUNIT_ASSERT_NOT_NULL(test, slots);
	return 0;
}

static void check_everything(struct kunit *test)
{
	KUNIT_ASSERT_TRUE(test, page_alloc_check());
	KUNIT_ASSERT_TRUE(test, slab_check());
	KUNIT_ASSERT_TRUE(test, vmalloc_check());
	KUNIT_ASSERT_TRUE(test, kmap_check());
	KUNIT_ASSERT_TRUE(test, ptdump_check());
}

/* A word that depends on the owner and on the place. */
static u32 pattern(u32 stamp, size_t i)
{
	return stamp ^ (u32)i * 0x9e3779b1U;
}

/* Words [0, n) and the last one: all of a small thing, both ends of a large one. */
static void fill(void *p, size_t size, u32 stamp)
{
	size_t words = size / 4, i;
	u32 *word = p;

	for (i = 0; i < min(words, (size_t)64); i++)
		word[i] = pattern(stamp, i);
	word[words - 1] = pattern(stamp, words - 1);
}

static bool is_filled(const void *p, size_t size, u32 stamp)
{
	size_t words = size / 4, i;
	const u32 *word = p;

	for (i = 0; i < min(words - 1, (size_t)64); i++)
		if (word[i] != pattern(stamp, i))
			return false;
	return word[words - 1] == pattern(stamp, words - 1);
}

/* Sizes from 8 up, each doubling as likely as the others. */
static size_t random_size(struct kunit *test, unsigned int doublings)
{
	size_t size = (size_t)8 << kunit_rand_below(test, doublings);

	return size + (kunit_rand_below(test, (u32)size) & ~3U);
}

/*
 * Each kind: get() makes an allocation or leaves s->p NULL, address() is where its
 * bytes are, put() gives it back
 */

static void get_pages(struct kunit *test, struct slot *s)
{
	static const gfp_t gfps[] = {GFP_KERNEL, GFP_ATOMIC, GFP_DMA | GFP_KERNEL,
				     GFP_KERNEL | __GFP_COMP};

	s->order = (unsigned int)__builtin_ctz(kunit_rand(test) | 0x20);
	s->size = PAGE_SIZE << s->order;
	s->p = alloc_pages(gfps[kunit_rand_below(test, 4)] | __GFP_NOWARN, s->order);
}

static void get_highpage(struct slot *s)
{
	s->size = PAGE_SIZE;
	if (nr_highpages == MAX_HIGHPAGE)
		return;
	s->p = alloc_page(GFP_HIGHUSER | __GFP_NOWARN);
	if (!s->p)
		return;
	nr_highpages++;
	kmap(s->p);
}

static enum kind random_kind(struct kunit *test)
{
	unsigned int dice = kunit_rand_below(test, 1000);

	if (dice < 450)
		return KMALLOC;
	if (dice < 700)
		return OBJECT;
	if (dice < 920)
		return PAGES;
	return dice < 990 ? HIGHPAGE : VMALLOC;
}

static void *address(const struct slot *s)
{
	if (s->kind == PAGES || s->kind == HIGHPAGE)
		return page_address(s->p);
	return s->p;
}

static void take(struct kunit *test, struct slot *s)
{
	s->kind = random_kind(test);
	s->stamp = kunit_rand(test);
	s->p = NULL;
	switch (s->kind) {
	case PAGES:
		get_pages(test, s);
		break;
	case HIGHPAGE:
		get_highpage(s);
		break;
	case OBJECT:
		s->size = OBJECT_SIZE;
		s->p = kmem_cache_alloc(cache, GFP_KERNEL | __GFP_NOWARN);
		break;
	case KMALLOC:
		s->size = random_size(test, 10);
		s->p = kmalloc(s->size, GFP_KERNEL | __GFP_NOWARN);
		break;
	default:
		s->size = random_size(test, 13);
		s->p = __vmalloc(s->size, GFP_KERNEL | __GFP_HIGHMEM | __GFP_NOWARN);
	}
	if (s->p)
		fill(address(s), s->size, s->stamp);
	else
		s->kind = NOTHING;
}

static void give(struct kunit *test, struct slot *s)
{
	KUNIT_ASSERT_TRUE(test, is_filled(address(s), s->size, s->stamp));
	switch (s->kind) {
	case PAGES:
		__free_pages(s->p, s->order);
		break;
	case HIGHPAGE:
		kunmap(s->p);
		__free_page(s->p);
		nr_highpages--;
		break;
	case OBJECT:
		kmem_cache_free(cache, s->p);
		break;
	case KMALLOC:
		kfree(s->p);
		break;
	default:
		vfree(s->p);
	}
	s->kind = NOTHING;
}

/* Half of what is there moves: krealloc() keeps as many bytes as both sizes have. */
static void move(struct kunit *test, struct slot *s)
{
	size_t size = random_size(test, 10);
	u32 *p;

	KUNIT_ASSERT_TRUE(test, is_filled(s->p, s->size, s->stamp));
	p = krealloc(s->p, size, GFP_KERNEL | __GFP_NOWARN);
	if (!p)
		return; /* the old one stays */
	KUNIT_ASSERT_EQ(test, p[0], pattern(s->stamp, 0));
	s->p = p;
	s->size = size;
	fill(p, size, s->stamp);
}

static void mixed_operations(struct kunit *test)
{
	unsigned int nr_ops = kunit_soaking() ? SOAK_OPS : QUICK_OPS;
	unsigned int check_every = kunit_soaking() ? SOAK_CHECK : QUICK_CHECK;
	unsigned int op, i;

	for (op = 1; op <= nr_ops; op++) {
		struct slot *s = &slots[kunit_rand_below(test, NR_SLOTS)];

		if (s->kind == NOTHING)
			take(test, s);
		else if (s->kind == KMALLOC && kunit_rand_below(test, 4) == 0)
			move(test, s);
		else
			give(test, s);
		if (op % check_every == 0)
			check_everything(test);
		if (op % (SOAK_OPS / 10) == 0)
			kunit_info(test, "%u operations", op);
	}
	for (i = 0; i < NR_SLOTS; i++)
		if (slots[i].kind != NOTHING)
			give(test, &slots[i]);
}

static void mixed_exit(struct kunit *test)
{
	if (cache)
		kmem_cache_destroy(cache);
	cache = NULL;
	vfree(slots);
	slots = NULL;
	KUNIT_EXPECT_EQ(test, free_and_tables(), free_before);
	check_everything(test);
}

static struct kunit_case mixed_test_cases[] = {
	KUNIT_CASE(mixed_operations),
	{},
};

static struct kunit_suite mixed_test_suite = {
	.name = "mixed",
	.init = mixed_init,
	.exit = mixed_exit,
	.test_cases = mixed_test_cases,
};

kunit_test_suite(mixed_test_suite);
