/* SPDX-License-Identifier: MIT */
/*
 * All allocators at once, at random: pages of every kind, objects of caches with and
 * without a constructor, kmalloc and krealloc, vmalloc, pages held by kmap.
 *
 * A slot holds one piece of memory, filled with a pattern that derives from a stamp
 * and the position. Whatever hands the same byte to two of them, or loses one while
 * it is held, shows when the slot is verified. Each step takes a slot at random:
 * an empty one is filled, a full one is verified and freed, or now and then resized.
 * All checkers run a hundred times over the run.
 *
 * selftest=soak makes it ten million steps (soak=N another number), which is when
 * rare orders of events come up: a drain between two refills, a flush of all kmap
 * slots with some held, a vmalloc purge under shrinkers. Failures repeat with seed=.
 */
#include <kernel/params.h>
#include <kernel/selftest.h>
#include <kernel/lib/kstrtox.h>

#include <mm/check.h>
#include <mm/highmem.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <mm/tests/mixed_test.h>

#define NR_SLOTS_MAX 2048
#define NR_CACHES    3
#define NR_CHECKS    100

/* Larger pieces are filled and verified in their first and last bytes only. */
#define END_BYTES 128UL

enum kind { EMPTY, PAGES, OBJECT, KMALLOC, VMALLOC, KMAP };

struct slot {
	enum kind kind;
	unsigned int detail; /* PAGES: log2 pages; OBJECT: index of the cache */
	u32 stamp;
	size_t size; /* bytes, a multiple of four */
	void *addr;  /* PAGES: NULL when the page is only reached by kmap */
	struct page *page;
};

struct mix {
	struct slot *slots;
	unsigned int nr_slots;
	struct kmem_cache *caches[NR_CACHES];
	unsigned long done[KMAP + 1]; /* successful allocations of each kind */
	unsigned long refused;
};

unsigned long mixed_soak_operations = 10000000;

static int __init soak_setup(const char *val)
{
	unsigned long n;
	int ret = kstrtoul(val, 0, &n);

	if (!ret && n)
		mixed_soak_operations = n;
	return ret ? ret : (n ? 0 : -EINVAL);
}
kernel_param("soak", soak_setup, "N", "operations of the mixed storm of selftest=soak");

/* The constructor's word, behind what slots may use; kept while an object is free. */
#define CTOR_WORD        0x5ca1ab1eU
#define CTOR_OBJECT_SIZE 96
#define CTOR_CACHE       1

static void mixed_ctor(void *objp)
{
	((u32 *)objp)[CTOR_OBJECT_SIZE / 4 - 1] = CTOR_WORD;
}

static void make_caches(struct kunit *test, struct mix *mix)
{
	mix->caches[0] = kmem_cache_create("mixed_small", 24, 0, 0, NULL, NULL);
	mix->caches[CTOR_CACHE] = kmem_cache_create("mixed_ctor", CTOR_OBJECT_SIZE, 0,
						    SLAB_HWCACHE_ALIGN, mixed_ctor, NULL);
	mix->caches[2] = kmem_cache_create("mixed_large", 1800, 64, 0, NULL, NULL);
	KUNIT_ASSERT_TRUE(test, mix->caches[0] && mix->caches[1] && mix->caches[2]);
}

/* --- patterns ---------------------------------------------------------------------------------- */

static void fill_words(u32 *p, size_t bytes, u32 value)
{
	size_t i;

	for (i = 0; i < bytes / 4; i++)
		p[i] = value + (u32)i;
}

static bool words_hold(const u32 *p, size_t bytes, u32 value)
{
	size_t i;

	for (i = 0; i < bytes / 4; i++)
		if (p[i] != value + (u32)i)
			return false;
	return true;
}

static void fill(const struct slot *slot, void *addr)
{
	size_t end = min_t(size_t, slot->size, END_BYTES);

	fill_words(addr, end, slot->stamp);
	fill_words(addr + slot->size - end, end, slot->stamp);
}

/* The first @size bytes of what fill() wrote. */
static bool start_holds(const struct slot *slot, const void *addr, size_t size)
{
	return slot->size < 2 * END_BYTES ||
	       words_hold(addr, min_t(size_t, size, END_BYTES), slot->stamp);
}

static bool holds(const struct slot *slot, const void *addr)
{
	size_t end = min_t(size_t, slot->size, END_BYTES);

	return start_holds(slot, addr, slot->size) &&
	       words_hold(addr + slot->size - end, end, slot->stamp);
}

/* Blocks of highmem have no address: each of their pages is a piece of its own. */
static bool each_page(const struct slot *slot, bool verify)
{
	struct slot piece = {.size = PAGE_SIZE, .stamp = slot->stamp};
	bool sound = true;
	unsigned int i;

	for (i = 0; i < 1U << slot->detail; i++) {
		void *addr = kmap_local_page(slot->page + i);

		if (verify)
			sound &= holds(&piece, addr);
		else
			fill(&piece, addr);
		kunmap_local(addr);
		piece.stamp += PAGE_SIZE;
	}
	return sound;
}

static void stamp(struct slot *slot)
{
	if (slot->kind == PAGES)
		each_page(slot, false);
	else
		fill(slot, slot->addr);
}

static bool verify(const struct slot *slot)
{
	if (slot->kind == PAGES)
		return each_page(slot, true);
	if (slot->kind == OBJECT && slot->detail == CTOR_CACHE &&
	    ((u32 *)slot->addr)[CTOR_OBJECT_SIZE / 4 - 1] != CTOR_WORD)
		return false;
	return holds(slot, slot->addr);
}

/* --- operations -------------------------------------------------------------------------------- */

#define QUIET __GFP_NOWARN

static void take_pages(struct slot *slot, u32 dice)
{
	static const gfp_t masks[] = {GFP_KERNEL, GFP_ATOMIC, GFP_HIGHUSER, GFP_DMA | GFP_ATOMIC,
				      GFP_KERNEL | __GFP_COMP};

	/* Order k with probability 2^-(k+1), to 5. */
	slot->detail = (unsigned int)__builtin_ctz(dice | 0x20);
	slot->page = alloc_pages(masks[(dice >> 8) % ARRAY_SIZE(masks)] | QUIET, slot->detail);
}

static void take_object(const struct mix *mix, struct slot *slot, u32 dice)
{
	struct kmem_cache *cachep;

	slot->detail = dice % NR_CACHES;
	cachep = mix->caches[slot->detail];
	slot->size = kmem_cache_size(cachep) - (slot->detail == CTOR_CACHE ? 4 : 0);
	slot->addr = kmem_cache_alloc(cachep, ((dice >> 8) & 1 ? GFP_ATOMIC : GFP_KERNEL) | QUIET);
}

/* Each doubling from 4 bytes to 8 KiB is as likely as the next. */
static size_t kmalloc_bytes(u32 dice)
{
	size_t base = 4U << (dice % 11);

	return base + ((dice >> 8) % base & ~3U);
}

static void take_kmalloc(struct slot *slot, u32 dice)
{
	gfp_t gfp = ((dice >> 24) & 1 ? GFP_ATOMIC : GFP_KERNEL) | QUIET;

	slot->size = kmalloc_bytes(dice);
	slot->addr = krealloc(NULL, slot->size, gfp);
}

static void take_vmalloc(struct slot *slot, u32 dice)
{
	slot->size = 4 + (dice % (8 * PAGE_SIZE) & ~3U);
	slot->addr = __vmalloc(slot->size, GFP_KERNEL | __GFP_HIGHMEM | QUIET);
}

static void take_kmap(struct slot *slot)
{
	slot->page = alloc_page(GFP_HIGHUSER | QUIET);
	if (!slot->page)
		return;
	slot->size = PAGE_SIZE;
	slot->addr = kmap(slot->page);
}

static bool take(const struct mix *mix, struct slot *slot, enum kind kind, u32 dice)
{
	slot->addr = NULL;
	slot->page = NULL;
	switch (kind) {
	case PAGES:
		take_pages(slot, dice);
		break;
	case OBJECT:
		take_object(mix, slot, dice);
		break;
	case VMALLOC:
		take_vmalloc(slot, dice);
		break;
	case KMAP:
		take_kmap(slot);
		break;
	default:
		take_kmalloc(slot, dice);
	}
	return slot->addr || slot->page;
}

static void give_back(const struct mix *mix, struct slot *slot)
{
	switch (slot->kind) {
	case PAGES:
		__free_pages(slot->page, slot->detail);
		break;
	case OBJECT:
		kmem_cache_free(mix->caches[slot->detail], slot->addr);
		break;
	case VMALLOC:
		vfree(slot->addr);
		break;
	case KMAP:
		kunmap(slot->page);
		__free_page(slot->page);
		break;
	default:
		kfree(slot->addr);
	}
	slot->kind = EMPTY;
}

/* Of 64 allocations 30 are kmalloc's, 16 pages, 12 objects, 4 kmap's and 2 vmalloc's. */
static enum kind random_kind(struct kunit *test)
{
	u32 n = kunit_rand_below(test, 64);

	return n < 30 ? KMALLOC : n < 46 ? PAGES : n < 58 ? OBJECT : n < 62 ? KMAP : VMALLOC;
}

static void resize(struct kunit *test, struct mix *mix, struct slot *slot)
{
	size_t size = kmalloc_bytes(kunit_rand(test));
	void *addr = krealloc(slot->addr, size, GFP_KERNEL | QUIET);

	if (!addr) {
		mix->refused++;
		return;
	}
	KUNIT_ASSERT_TRUE(test, start_holds(slot, addr, size));
	slot->addr = addr;
	slot->size = size;
	fill(slot, addr);
}

static void step(struct kunit *test, struct mix *mix)
{
	struct slot *slot = &mix->slots[kunit_rand_below(test, mix->nr_slots)];
	enum kind kind;

	if (slot->kind != EMPTY) {
		KUNIT_ASSERT_TRUE_MSG(test, verify(slot), "kind %d, %px, %zu bytes", slot->kind,
				      slot->addr, slot->size);
		if (slot->kind == KMALLOC && kunit_rand_below(test, 8) == 0)
			resize(test, mix, slot);
		else
			give_back(mix, slot);
		return;
	}
	kind = random_kind(test);
	if (!take(mix, slot, kind, kunit_rand(test))) {
		mix->refused++;
		return;
	}
	slot->kind = kind;
	slot->stamp = kunit_rand(test);
	stamp(slot);
	mix->done[kind]++;
}

static void all_allocators_at_once(struct kunit *test)
{
	static struct mix mix;
	unsigned long nr = kunit_soaking() ? mixed_soak_operations : 5000, i;
	unsigned long every = max(nr / NR_CHECKS, 1UL);
	unsigned int k;

	if (!kunit_soaking())
		every = nr / 5;
	memset(&mix, 0, sizeof(mix));
	/* Half of them are full, of a page each on the average: a small machine runs short. */
	mix.nr_slots = clamp(nr_free_pages() * 2, 16UL, (unsigned long)NR_SLOTS_MAX);
	mix.slots = vzalloc(mix.nr_slots * sizeof(*mix.slots));
	KUNIT_ASSERT_NOT_NULL(test, mix.slots);
	make_caches(test, &mix);
	for (i = 0; i < nr; i++) {
		if (i % every == 0)
			KUNIT_ASSERT_TRUE(test, mm_check());
		if (kunit_soaking() && i && i % (nr / 10 + 1) == 0)
			kunit_info(test, "%lu operations", i);
		step(test, &mix);
	}
	KUNIT_EXPECT_TRUE(test, mm_check());
	for (k = 0; k < mix.nr_slots; k++) {
		if (mix.slots[k].kind == EMPTY)
			continue;
		KUNIT_EXPECT_TRUE(test, verify(&mix.slots[k]));
		give_back(&mix, &mix.slots[k]);
	}
	vfree(mix.slots);
	for (k = 0; k < NR_CACHES; k++)
		kmem_cache_destroy(mix.caches[k]);
	kunit_info(test, "pages %lu, objects %lu, kmalloc %lu, vmalloc %lu, kmap %lu; %lu refused",
		   mix.done[PAGES], mix.done[OBJECT], mix.done[KMALLOC], mix.done[VMALLOC],
		   mix.done[KMAP], mix.refused);
	/* Few are refused, since caches give back what others need. */
	KUNIT_EXPECT_LT(test, mix.refused, nr / 10);
	for (k = PAGES; k <= KMAP; k++)
		KUNIT_EXPECT_GE(test, mix.done[k], nr / 200);
}

static void mixed_exit(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, mm_check());
}

static struct kunit_case mixed_cases[] = {
	KUNIT_CASE(all_allocators_at_once),
	{},
};

static struct kunit_suite mixed_suite = {
	.name = "mixed",
	.exit = mixed_exit,
	.test_cases = mixed_cases,
};
kunit_test_suite(mixed_suite);
