/* SPDX-License-Identifier: MIT */
/*
 * Shrinkers: ask the caches above the page allocator to give memory back.
 *
 * The list is walked without its lock held across a call, since a shrinker takes
 * locks of its own and may sleep; shrinker_running keeps unregister_shrinker() and
 * a second walk away meanwhile. A request for memory made inside a shrinker must not
 * reclaim in turn: it would find the cache's state half changed, and need not end.
 *
 * Locking: shrinker_lock guards the list and shrinker_running. No lock is taken
 * under it.
 *
 * Reference: Linux 6.1 mm/vmscan.c (shrink_slab, do_shrink_slab). Left out on
 * purpose: priorities; whoever is asked gives all it can.
 */
#include <kernel/bug.h>
#include <kernel/lib/list.h>
#include <kernel/preempt.h>
#include <kernel/spinlock.h>

#include <mm/mm.h>
#include <mm/shrinker.h>

static LIST_HEAD(shrinker_list);
static DEFINE_SPINLOCK(shrinker_lock);
static bool shrinker_running;

int register_shrinker(struct shrinker *shrinker, const char *name)
{
	unsigned long flags;

	shrinker->name = name;
	spin_lock_irqsave(&shrinker_lock, flags);
	list_add_tail(&shrinker->list, &shrinker_list);
	spin_unlock_irqrestore(&shrinker_lock, flags);
	return 0;
}

void unregister_shrinker(struct shrinker *shrinker)
{
	unsigned long flags;

	spin_lock_irqsave(&shrinker_lock, flags);
	if (shrinker_running)
		kbug("shrinker %s unregistered while shrinkers run", shrinker->name);
	else
		list_del(&shrinker->list);
	spin_unlock_irqrestore(&shrinker_lock, flags);
}

/* Become the one that walks the list, unless somebody does. */
static bool shrinker_begin(void)
{
	unsigned long flags;
	bool begun = false;

	spin_lock_irqsave(&shrinker_lock, flags);
	if (!shrinker_running) {
		shrinker_running = true;
		begun = true;
	}
	spin_unlock_irqrestore(&shrinker_lock, flags);
	return begun;
}

static unsigned long do_shrink_slab(struct shrinker *shrinker, gfp_t gfp_mask)
{
	struct shrink_control sc = {.gfp_mask = gfp_mask};
	unsigned long freed;

	sc.nr_to_scan = shrinker->count_objects(shrinker, &sc);
	if (!sc.nr_to_scan)
		return 0;
	sc.nr_scanned = sc.nr_to_scan;
	freed = shrinker->scan_objects(shrinker, &sc);
	return freed == SHRINK_STOP ? 0 : freed;
}

unsigned long shrink_slab(gfp_t gfp_mask)
{
	struct shrinker *shrinker;
	unsigned long freed = 0;

	might_sleep();
	if (!shrinker_begin())
		return 0;
	list_for_each_entry(shrinker, &shrinker_list, list)
		freed += do_shrink_slab(shrinker, gfp_mask);
	WRITE_ONCE(shrinker_running, false);
	return freed;
}

void mm_quiesce(void)
{
	might_sleep();
	while (shrink_slab(GFP_KERNEL))
		;
	drain_all_pages(NULL);
}
