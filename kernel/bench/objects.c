/* SPDX-License-Identifier: MIT */
/*
 * Rows of the slab allocator and kmalloc().
 */
#include <kernel/bench/bench.h>
#include <kernel/lib/minmax.h>
#include <mm/mm.h>
#include <mm/slab.h>

static const char *cache_64(struct bench *b)
{
	struct kmem_cache *cache = b->cache;
	void *object;

	bench_hot(b, object = kmem_cache_alloc(cache, GFP_KERNEL); kmem_cache_free(cache, object));
	return NULL;
}

#define CACHE_BATCH 1000U

/* The second round: in the first the slabs are made. */
static const char *cache_256_batch(struct bench *b)
{
	unsigned int i, round;

	for (round = 0; round < 2; round++) {
		b->nr = 0;
		for (i = 0; i < CACHE_BATCH + CACHE_BATCH / 10; i++) {
			bench_record(b, bench_time(b, b->objects[i] = kmem_cache_alloc(
							      b->cache, GFP_KERNEL)));
			if (!b->objects[i])
				break;
		}
		for (i = 0; i < b->nr && b->objects[i]; i++)
			bench_add(b, i, bench_time(b, kmem_cache_free(b->cache, b->objects[i])));
		if (i < b->nr)
			return "memory ran out";
	}
	return NULL;
}

/* One sample of each power of two, known to the compiler. */
#define SAMPLE_CONST(size)                                                                         \
	bench_record(b, bench_time(b, object = kmalloc(size, GFP_KERNEL); kfree(object)))

static const char *kmalloc_const(struct bench *b)
{
	unsigned int i, round;
	void *object;

	for (round = 0; round < 2; round++) {
		b->nr = 0; /* the first warms up */
		for (i = 0; i < BENCH_SAMPLES / 11; i++) {
			SAMPLE_CONST(8);
			SAMPLE_CONST(16);
			SAMPLE_CONST(32);
			SAMPLE_CONST(64);
			SAMPLE_CONST(128);
			SAMPLE_CONST(256);
			SAMPLE_CONST(512);
			SAMPLE_CONST(1024);
			SAMPLE_CONST(2048);
			SAMPLE_CONST(4096);
			SAMPLE_CONST(8192);
		}
	}
	return NULL;
}

static const char *kmalloc_any(struct bench *b)
{
	unsigned int i, round;
	void *object;

	for (round = 0; round < 2; round++) {
		b->nr = 0; /* likewise */
		for (i = 0; i < BENCH_SAMPLES; i++) {
			size_t size = 8UL << (i % 11);

			OPTIMIZER_HIDE_VAR(size);
			bench_record(b, bench_time(b, object = kmalloc(size, GFP_KERNEL);
						   kfree(object)));
		}
	}
	return NULL;
}

#define KMALLOC_LARGE(fn, size)                                                                    \
	static const char *fn(struct bench *b)                                                     \
	{                                                                                          \
		void *object = kmalloc(size, GFP_KERNEL | __GFP_NOWARN);                           \
                                                                                                   \
		if (!object)                                                                       \
			return "no block so large is free";                                        \
		kfree(object);                                                                     \
		bench_hot(b, object = kmalloc(size, GFP_KERNEL); kfree(object));                   \
		return NULL;                                                                       \
	}

KMALLOC_LARGE(kmalloc_16k, 16384)
KMALLOC_LARGE(kmalloc_128k, 131072)

/* Slots of which half are full, on average, as each turn fills one or empties it. */
#define MIX_SLOTS 4000U

static const char *kmalloc_mix(struct bench *b)
{
	unsigned int i, slot;

	for (slot = 0; slot < MIX_SLOTS; slot++)
		b->objects[slot] = NULL;
	for (i = 0; i < 2 * BENCH_SAMPLES_MAX; i++) {
		if (i == BENCH_SAMPLES_MAX)
			b->nr = 0; /* the first half has filled the slots */
		slot = bench_random(b) % MIX_SLOTS;
		if (b->objects[slot]) {
			bench_record(b, bench_time(b, kfree(b->objects[slot])));
			b->objects[slot] = NULL;
		} else {
			size_t size = bench_random_size(b);

			bench_record(b,
				     bench_time(b, b->objects[slot] = kmalloc(size, GFP_KERNEL)));
		}
	}
	for (slot = 0; slot < MIX_SLOTS; slot++)
		kfree(b->objects[slot]);
	return NULL;
}

static void *live_object(struct bench *b)
{
	return kmem_cache_alloc(b->cache, GFP_KERNEL | __GFP_NOWARN);
}

static void free_live_object(struct bench *b, void *object)
{
	kmem_cache_free(b->cache, object);
}

static void *live_kmalloc(struct bench *b)
{
	return kmalloc(bench_random_size(b), GFP_KERNEL | __GFP_NOWARN);
}

static void free_live_kmalloc(struct bench *b __unused, void *object)
{
	kfree(object);
}

#define LIVE_OBJECTS .alloc_live = live_object, .free_live = free_live_object
#define LIVE_KMALLOC .alloc_live = live_kmalloc, .free_live = free_live_kmalloc

const struct bench_row bench_object_rows[] = {
	{"cache-64", "kmem_cache_alloc and _free, 64 bytes", .run = cache_64, .object_size = 64,
	 LIVE_OBJECTS},
	{"cache-256-batch", "256 bytes, 1000 allocated, then freed: a pair", .run = cache_256_batch,
	 .by_mean = true, .object_size = 256, LIVE_OBJECTS},
	{"kmalloc-const", "kmalloc and kfree, 8 to 8192 bytes, constant", .run = kmalloc_const,
	 LIVE_KMALLOC},
	{"kmalloc-any", "kmalloc and kfree, 8 to 8192 bytes, not constant", .run = kmalloc_any,
	 LIVE_KMALLOC},
	{"kmalloc-16K", "kmalloc and kfree, 16 KiB", .run = kmalloc_16k, LIVE_KMALLOC},
	{"kmalloc-128K", "kmalloc and kfree, 128 KiB", .run = kmalloc_128k, LIVE_KMALLOC},
	{"kmalloc-mix", "kmalloc or kfree, 8 to 8191 bytes, 2000 live", .run = kmalloc_mix,
	 .by_mean = true, LIVE_KMALLOC},
};
const unsigned int nr_bench_object_rows = ARRAY_SIZE(bench_object_rows);
