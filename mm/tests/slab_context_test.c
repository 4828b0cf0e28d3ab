/* SPDX-License-Identifier: MIT */
/*
 * The slab allocator in every context, and for long: who may sleep, interrupts at each
 * instruction, and a storm against a model.
 */

#include <kernel/lib/string.h>
#include <arch/step.h>
#include <mm/tests/slab_test.h>

static void slab_sleeping_rules(struct kunit *test)
{
	struct kmem_cache *cachep = slab_test_cache(test, 64, 0);
	unsigned long flags;
	void *objp;
	int n = 0;

	/* With free objects at hand no page is asked for, which would be reported too. */
	kmem_cache_free(cachep, kmem_cache_alloc(cachep, GFP_KERNEL));
	local_irq_save(flags);
	KUNIT_EXPECT_BUG(test, "sleeping", objp = kmem_cache_alloc(cachep, GFP_KERNEL));
	kmem_cache_free(cachep, objp);
	objp = kmem_cache_alloc(cachep, GFP_ATOMIC);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	kmem_cache_free(cachep, objp);
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	local_irq_restore(flags);

	preempt_disable();
	KUNIT_EXPECT_BUG(test, "sleeping", objp = kmem_cache_alloc(cachep, GFP_KERNEL));
	kmem_cache_free(cachep, objp);
	KUNIT_EXPECT_BUG(test, "sleeping", n = kmem_cache_alloc_bulk(cachep, GFP_KERNEL, 1, &objp));
	KUNIT_EXPECT_EQ(test, n, 1);
	kmem_cache_free(cachep, objp);
	kfree(kmalloc(64, GFP_ATOMIC));
	KUNIT_EXPECT_BUG(test, "sleeping", objp = kmalloc(64, GFP_KERNEL));
	kfree(objp);
	KUNIT_EXPECT_BUG(test, "sleeping", objp = kzalloc(kmem_cache_size(cachep), GFP_KERNEL));
	kfree(objp);
	preempt_enable();
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
	slab_test_cache_done(test, cachep);
}

/* Not in an interrupt: two reports, of the sleeping and of the call, and no cache. */
static void slab_create_in_interrupt(struct kunit *test)
{
	irq_enter();
	kunit_expect_report_begin(test, "");
	KUNIT_EXPECT_NULL(test, kmem_cache_create("test", 8, 0, 0, NULL, NULL));
	KUNIT_EXPECT_EQ(test, kunit_expect_report_end(test), 2U);
	irq_exit();
}

struct irq_storm {
	struct kmem_cache *cachep;
	void *inner[4];
	unsigned int calls, failures;
};

/* Half an array's worth each way, so that refills and flushes are stepped through. */
static void stepped_pair(void *arg)
{
	struct irq_storm *storm = arg;
	void *objs[40];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(objs); i++) {
		objs[i] = kmem_cache_alloc(storm->cachep, GFP_KERNEL);
		if (objs[i])
			memset(objs[i], 0x42, 8);
		else
			storm->failures++;
	}
	for (i = 0; i < ARRAY_SIZE(objs); i++) {
		storm->failures += memchr_inv(objs[i], 0x42, 8) != NULL;
		kmem_cache_free(storm->cachep, objs[i]);
	}
}

static void interrupting_pair(void *arg)
{
	struct irq_storm *storm = arg;
	unsigned int slot = storm->calls++ % ARRAY_SIZE(storm->inner);

	/* Hold some for a while, so that the order of frees differs from step to step. */
	if (storm->inner[slot]) {
		storm->failures += memchr_inv(storm->inner[slot], 0x77, 8) != NULL;
		kmem_cache_free(storm->cachep, storm->inner[slot]);
		storm->inner[slot] = NULL;
		return;
	}
	storm->inner[slot] = kmem_cache_alloc(storm->cachep, GFP_ATOMIC);
	if (storm->inner[slot])
		memset(storm->inner[slot], 0x77, 8);
	else
		storm->failures++;
}

/* An interrupt handler that allocates and frees between any two instructions. */
static void slab_interrupts(struct kunit *test)
{
	struct irq_storm storm = {0};
	struct step_count count;
	unsigned int i;

	kunit_needs_single_step(test);
	storm.cachep = slab_test_cache(test, 64, 0);
	count = arch_single_step(stepped_pair, &storm, interrupting_pair, &storm);
	KUNIT_EXPECT_GT(test, count.nr_calls, 500UL);
	KUNIT_EXPECT_EQ(test, storm.failures, 0U);
	KUNIT_EXPECT_TRUE(test, kmem_cache_check(storm.cachep));
	for (i = 0; i < ARRAY_SIZE(storm.inner); i++)
		if (storm.inner[i])
			kmem_cache_free(storm.cachep, storm.inner[i]);
	slab_test_cache_done(test, storm.cachep);
}

/* A storm: random allocations and frees in several caches, each object's bytes verified. */

#define STORM_CACHES 5
#define STORM_SLOTS  400

struct storm_slot {
	u8 *objp;
	u8 cache, stamp;
};

static void storm_step(struct kunit *test, struct kmem_cache **caches, struct storm_slot *slot)
{
	unsigned int size;

	if (slot->objp) {
		size = kmem_cache_size(caches[slot->cache]);
		KUNIT_EXPECT_NULL(test, memchr_inv(slot->objp, slot->stamp, size));
		kmem_cache_free(caches[slot->cache], slot->objp);
		slot->objp = NULL;
		return;
	}
	slot->cache = kunit_rand_below(test, STORM_CACHES);
	slot->stamp = kunit_rand(test);
	slot->objp = kmem_cache_alloc(caches[slot->cache],
				      kunit_rand_below(test, 4) ? GFP_KERNEL : GFP_ATOMIC);
	KUNIT_ASSERT_NOT_NULL(test, slot->objp);
	memset(slot->objp, slot->stamp, kmem_cache_size(caches[slot->cache]));
}

static void run_storm(struct kunit *test, unsigned int nr_steps, unsigned int check_every)
{
	static const unsigned int storm_sizes[STORM_CACHES] = {8, 60, 256, 700, 3000};
	struct kmem_cache *caches[STORM_CACHES];
	struct storm_slot *slots = kcalloc(STORM_SLOTS, sizeof(*slots), GFP_KERNEL);
	unsigned long live[STORM_CACHES] = {0};
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, slots);
	for (i = 0; i < STORM_CACHES; i++)
		caches[i] = slab_test_cache(test, storm_sizes[i], 0);
	for (i = 0; i < nr_steps; i++) {
		storm_step(test, caches, &slots[kunit_rand_below(test, STORM_SLOTS)]);
		if (i % 977 == 0)
			kmem_cache_shrink(caches[kunit_rand_below(test, STORM_CACHES)]);
		if (i % check_every == 0)
			KUNIT_EXPECT_TRUE(test, slab_check());
	}
	for (i = 0; i < STORM_SLOTS; i++)
		if (slots[i].objp)
			live[slots[i].cache]++;
	for (i = 0; i < STORM_CACHES; i++)
		KUNIT_EXPECT_EQ(test, slab_count_live(caches[i]), live[i]);
	for (i = 0; i < STORM_SLOTS; i++)
		if (slots[i].objp)
			storm_step(test, caches, &slots[i]);
	for (i = 0; i < STORM_CACHES; i++)
		slab_test_cache_done(test, caches[i]);
	kfree(slots);
}

static void slab_storm(struct kunit *test)
{
	run_storm(test, 20000, 5000);
}

static void slab_storm_soak(struct kunit *test)
{
	run_storm(test, 10000000, 100000);
}

static struct kunit_case slab_context_cases[] = {
	KUNIT_CASE(slab_sleeping_rules),  KUNIT_CASE(slab_create_in_interrupt),
	KUNIT_CASE(slab_interrupts),      KUNIT_CASE(slab_storm),
	KUNIT_CASE_SLOW(slab_storm_soak), {0},
};

static struct kunit_suite slab_context_suite = {
	.name = "slab_context",
	.init = slab_test_init,
	.exit = slab_test_exit,
	.test_cases = slab_context_cases,
};
kunit_test_suite(slab_context_suite);
