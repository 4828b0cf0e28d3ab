/* SPDX-License-Identifier: MIT */
/*
 * Shrinkers: how the page allocator asks the caches above it to give memory back.
 *
 * A cache (slab's empty slabs, vmalloc's lazily unmapped areas, kmap's unused
 * slots) registers one. Before a request that may sleep fails, all of them run;
 * mm_quiesce() runs them until none has anything left.
 */
#ifndef MM_SHRINKER_H
#define MM_SHRINKER_H

#include <kernel/lib/types.h>

/*
 * struct shrink_control - one call of a shrinker
 * @gfp_mask:    of the request in need
 * @nr_to_scan:  objects to try
 * @nr_scanned:  out: objects tried; preset to @nr_to_scan
 */
struct shrink_control {
	gfp_t gfp_mask;
	unsigned long nr_to_scan;
	unsigned long nr_scanned;
};

#define SHRINK_STOP (~0UL)

/*
 * struct shrinker
 * @count_objects: how many objects could be freed; 0 when there is nothing to do
 * @scan_objects:  free up to sc->nr_to_scan; how many were freed, or SHRINK_STOP
 *                 when it cannot make progress now
 * @name:          for reports
 *
 * Both are called in process context without locks and may take the cache's
 * own; a request for memory made inside one does not reclaim in turn.
 */
struct shrinker {
	unsigned long (*count_objects)(struct shrinker *shrinker, struct shrink_control *sc);
	unsigned long (*scan_objects)(struct shrinker *shrinker, struct shrink_control *sc);
	const char *name;
	struct list_head list; /* shrinker.c's */
};

/** register_shrinker - @name is a static string. Context: process or boot. Return: 0. */
int register_shrinker(struct shrinker *shrinker, const char *name);
/** unregister_shrinker - it does not run any more when this returns. Context: process. */
void unregister_shrinker(struct shrinker *shrinker);

/**
 * shrink_slab - run every shrinker once over all it has
 * @gfp_mask: of the request in need
 * Context: process context, may sleep.
 * Return: number of objects freed; 0 too when called from inside a shrinker.
 */
unsigned long shrink_slab(gfp_t gfp_mask);

#endif
