/* SPDX-License-Identifier: MIT */
/*
 * The vmalloc address space.
 *
 * Idea: the areas that are taken are in a tree by address (vmap_tree.c), in which the
 * lowest gap that is large enough is found at once.
 *
 * Freed areas stay taken. The CPU may still hold translations of them, and a flush of
 * every CPU's TLB for each vfree() would cost more than all the rest of it. So they
 * gather on a list, and when enough are on it one flush serves them all: the purge.
 * Until then a stale access reaches what the range mapped before, but never what another
 * area maps: no address is handed out twice between two flushes.
 *
 * After the purge small areas are not freed either, but pooled by size for the next
 * request of that size, which then needs neither tree nor memory: most areas are small
 * and live short lives. When addresses or memory run short the pools are emptied.
 *
 * Invariants (vmap_area_check() walks them):
 *   - those of the tree; and an area has at least a page and its guard;
 *   - an area in a pool is not in use, and has the size that the pool is for.
 *
 * Locking: vmap_area_lock, interrupts off, guards tree, list and pools, so that handlers
 * may look areas up and free them. The lazy list is pushed to and taken whole by atomic
 * exchange. vmap_purge_lock is held over a purge: whoever waits for it knows that all
 * that was freed before is flushed. Order: vmap_purge_lock, then vmap_area_lock.
 *
 * Reference: Linux 6.1 mm/vmalloc.c (__purge_vmap_area_lazy). Pools are as in Linux 6.9
 * (node_pool_add_va). Left out: per-CPU blocks (vm_map_ram).
 */
#define pr_fmt(fmt) "vmalloc: " fmt

#include <kernel/lib/types.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/list.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/rbtree.h>
#include <kernel/bug.h>
#include <kernel/preempt.h>
#include <kernel/printk.h>
#include <kernel/spinlock.h>
#include <arch/atomic.h>
#include <arch/irq.h>
#include <arch/mmu.h>
#include <mm/gfp.h>
#include <mm/shrinker.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <mm/vmap_area.h>

/* A purge at the latest when so much waits, or an eighth of the space if that is less. */
#define LAZY_MAX_BYTES (32UL << 20)
#define LAZY_MAX_AREAS 128
/* Areas that a purge takes care of without letting interrupts in. */
#define PURGE_BATCH 32

DEFINE_SPINLOCK(vmap_area_lock);
static DEFINE_SPINLOCK(vmap_purge_lock);

static struct kmem_cache *vmap_area_cachep;
static struct vmap_space vmalloc_space;
static struct vmap_space *vmap_space = &vmalloc_space; /* another in tests alone */

struct vmap_area *__next_vmap_area(unsigned long addr)
{
	lockdep_assert_held(&vmap_area_lock);
	return vmap_tree_next(&vmap_space->tree, addr);
}

struct vmap_area *__find_vmap_area(unsigned long addr)
{
	return vmap_tree_find(&vmap_space->tree, addr);
}

/*
 * Allocation
 */

static __always_inline unsigned long vmap_area_pages(const struct vmap_area *va)
{
	return (va->va_end - va->va_start) >> PAGE_SHIFT;
}

static __always_inline void use_vmap_area(struct vmap_area *va, struct vm_struct *vm)
{
	va->vm = vm;
	vm->addr = (void *)va->va_start;
}

static struct vmap_area *alloc_pooled(unsigned long size, struct vm_struct *vm)
{
	unsigned long nr_pages = size >> PAGE_SHIFT, flags;
	struct vmap_area *va;

	if (nr_pages > POOL_MAX_AREA_PAGES)
		return NULL;
	spin_lock_irqsave(&vmap_area_lock, flags);
	va = vmap_space->pools[nr_pages];
	if (va) {
		vmap_space->pools[nr_pages] = va->next_free;
		vmap_space->pooled_pages -= nr_pages;
		vmap_space->pooled_areas--;
		va->pooled = false;
		use_vmap_area(va, vm);
	}
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	return va;
}

static bool try_alloc_vmap_area(struct vmap_area *va, unsigned long size, struct vm_struct *vm)
{
	unsigned long flags;
	bool found;

	spin_lock_irqsave(&vmap_area_lock, flags);
	found = vmap_tree_insert(&vmap_space->tree, va, size);
	if (found)
		use_vmap_area(va, vm);
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	return found;
}

struct vmap_area *alloc_vmap_area(unsigned long size, struct vm_struct *vm, gfp_t gfp)
{
	struct vmap_area *va = alloc_pooled(size, vm);

	if (va)
		return va;
	va = kmem_cache_alloc(vmap_area_cachep, gfp & GFP_RECLAIM_MASK);
	if (unlikely(!va))
		return ERR_PTR(-ENOMEM);
	va->pooled = false;
	if (likely(try_alloc_vmap_area(va, size, vm)))
		return va;
	if (gfpflags_allow_blocking(gfp) && reclaim_vmap_areas() &&
	    try_alloc_vmap_area(va, size, vm))
		return va;

	kmem_cache_free(vmap_area_cachep, va);
	if (!(gfp & __GFP_NOWARN))
		printk_ratelimited(
			KERN_WARNING
			"vmalloc: no %lu bytes of address space, the largest gap is %lu; "
			"vmalloc=SIZE makes the area larger, caller %pS\n",
			size, vmap_largest_gap(), (void *)vm->caller);
	return ERR_PTR(-ENOSPC);
}

/*
 * Freeing
 */

void free_vmap_area(struct vmap_area *va)
{
	unsigned long flags;

	spin_lock_irqsave(&vmap_area_lock, flags);
	vmap_tree_erase(&vmap_space->tree, va);
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	kmem_cache_free(vmap_area_cachep, va);
}

unsigned long lazy_max_pages(void)
{
	const struct vmap_tree *tree = &vmap_space->tree;

	return min(LAZY_MAX_BYTES, (tree->end.va_start - tree->start) / 8) >> PAGE_SHIFT;
}

void free_vmap_area_lazy(struct vmap_area *va)
{
	struct vmap_area *first;
	unsigned int nr_areas;
	unsigned long nr_pages;

	nr_pages = atomic_add_return(vmap_area_pages(va), &vmap_space->lazy_pages);
	nr_areas = atomic_inc_return(&vmap_space->lazy_areas);
	do {
		first = READ_ONCE(vmap_space->lazy_list);
		va->next_free = first;
	} while (cmpxchg(&vmap_space->lazy_list, first, va) != first);

	if (unlikely(nr_areas > LAZY_MAX_AREAS || nr_pages > lazy_max_pages()) && !in_atomic() &&
	    !irqs_disabled())
		purge_vmap_area_lazy();
}

/* Keep a flushed area for the next request of its size. Return: is it kept? */
static bool pool_vmap_area(struct vmap_area *va)
{
	unsigned long nr_pages = vmap_area_pages(va);

	lockdep_assert_held(&vmap_area_lock);
	if (nr_pages > POOL_MAX_AREA_PAGES ||
	    vmap_space->pooled_pages + nr_pages > lazy_max_pages())
		return false;
	va->pooled = true;
	va->next_free = vmap_space->pools[nr_pages];
	vmap_space->pools[nr_pages] = va;
	vmap_space->pooled_pages += nr_pages;
	vmap_space->pooled_areas++;
	return true;
}

/*
 * Pool what can be pooled of the flushed areas in the chain @va, take the rest out of the
 * tree, and go on until the chain ends or interrupts have been off for long enough.
 * Return: what is left of the chain; the areas to be freed are put before *@erased.
 */
static struct vmap_area *pool_or_erase_some(struct vmap_area *va, struct vmap_area **erased)
{
	struct vmap_area *next;
	unsigned long flags;
	unsigned int nr;

	spin_lock_irqsave(&vmap_area_lock, flags);
	for (nr = 0; va && nr < PURGE_BATCH; nr++, va = next) {
		next = va->next_free;
		if (pool_vmap_area(va))
			continue;
		vmap_tree_erase(&vmap_space->tree, va);
		va->next_free = *erased;
		*erased = va;
	}
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	return va;
}

unsigned long purge_vmap_area_lazy(void)
{
	unsigned long start = ULONG_MAX, end = 0, nr_areas = 0, nr_pages = 0;
	struct vmap_area *first, *va, *erased = NULL;

	spin_lock(&vmap_purge_lock);
	first = xchg(&vmap_space->lazy_list, NULL);
	if (!first) {
		spin_unlock(&vmap_purge_lock);
		return 0;
	}
	for (va = first; va; va = va->next_free) {
		start = min(start, va->va_start);
		end = max(end, va->va_end);
		nr_pages += vmap_area_pages(va);
		nr_areas++;
	}
	flush_tlb_kernel_range(start, end);
	vmap_space->nr_purges++;

	for (va = first; va;)
		va = pool_or_erase_some(va, &erased);
	atomic_sub(nr_pages, &vmap_space->lazy_pages);
	atomic_sub(nr_areas, &vmap_space->lazy_areas);
	spin_unlock(&vmap_purge_lock);

	while ((va = erased) != NULL) {
		erased = va->next_free;
		kmem_cache_free(vmap_area_cachep, va);
	}
	return nr_areas;
}

/* Take one area out of the pools, or NULL when they are empty. */
static struct vmap_area *unpool_vmap_area(void)
{
	struct vmap_area *va = NULL;
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&vmap_area_lock, flags);
	for (i = 0; i <= POOL_MAX_AREA_PAGES && !va; i++)
		va = vmap_space->pools[i];
	if (va) {
		vmap_space->pools[vmap_area_pages(va)] = va->next_free;
		vmap_space->pooled_pages -= vmap_area_pages(va);
		vmap_space->pooled_areas--;
		va->pooled = false;
	}
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	return va;
}

static unsigned long nr_freed_areas(void)
{
	return atomic_read(&vmap_space->lazy_areas) + READ_ONCE(vmap_space->pooled_areas);
}

unsigned long reclaim_vmap_areas(void)
{
	unsigned long before = nr_freed_areas(), after;
	struct vmap_area *va;

	purge_vmap_area_lazy();
	while ((va = unpool_vmap_area()) != NULL)
		free_vmap_area(va);
	after = nr_freed_areas(); /* others may have freed some meanwhile */
	return before > after ? before - after : 0;
}

/* Freed areas hold a little slab memory each, and block what lies above them. */
static unsigned long vmap_shrink_count(struct shrinker *shrinker __unused,
				       struct shrink_control *sc __unused)
{
	return nr_freed_areas();
}

static unsigned long vmap_shrink_scan(struct shrinker *shrinker __unused,
				      struct shrink_control *sc __unused)
{
	return reclaim_vmap_areas();
}

static struct shrinker vmap_shrinker = {
	.count_objects = vmap_shrink_count,
	.scan_objects = vmap_shrink_scan,
};

void __init vmap_area_init(void)
{
	vmap_area_cachep =
		kmem_cache_create("vmap_area", sizeof(struct vmap_area), 0, SLAB_PANIC, NULL, NULL);
	vmap_space_init(&vmalloc_space, VMALLOC_START, VMALLOC_END);
	register_shrinker(&vmap_shrinker, "vmap_lazy");
}

void vmap_space_init(struct vmap_space *space, unsigned long start, unsigned long end)
{
	*space = (struct vmap_space){};
	vmap_tree_init(&space->tree, start, end);
}

void vmap_space_use(struct vmap_space *space)
{
	vmap_space = space ?: &vmalloc_space;
}

/*
 * Views
 */

unsigned long vmap_lazy_pages(void)
{
	return atomic_read(&vmap_space->lazy_pages);
}

unsigned long vmap_nr_purges(void)
{
	return READ_ONCE(vmap_space->nr_purges);
}

unsigned long vmap_largest_gap(void)
{
	unsigned long flags, gap;

	spin_lock_irqsave(&vmap_area_lock, flags);
	gap = vmap_tree_largest_gap(&vmap_space->tree);
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	return gap;
}

/* The pools hold as many areas and pages as the tree has pooled ones, each in its place. */
static bool vmap_pools_check(unsigned long nr_areas, unsigned long nr_pages)
{
	unsigned long nr_chained = 0;
	struct vmap_area *va;
	unsigned int i;

	for (i = 0; i <= POOL_MAX_AREA_PAGES; i++)
		for (va = vmap_space->pools[i]; va && nr_chained <= nr_areas; va = va->next_free) {
			nr_chained++;
			if (va->pooled && !va->vm && vmap_area_pages(va) == i)
				continue;
			pr_err("area [%#lx, %#lx) in the pool of %u pages\n", va->va_start,
			       va->va_end, i);
			return false;
		}
	if (nr_chained == nr_areas && vmap_space->pooled_areas == nr_areas &&
	    vmap_space->pooled_pages == nr_pages)
		return true;
	pr_err("%lu areas of %lu pages are pooled, %lu of %lu are counted, %lu chained\n", nr_areas,
	       nr_pages, vmap_space->pooled_areas, vmap_space->pooled_pages, nr_chained);
	return false;
}

bool vmap_area_check(void)
{
	unsigned long flags, pooled_areas = 0, pooled_pages = 0;
	struct vmap_area *va;
	bool sound;

	spin_lock_irqsave(&vmap_area_lock, flags);
	sound = vmap_tree_check(&vmap_space->tree);
	for (va = vmap_tree_next(&vmap_space->tree, 0); sound && va;
	     va = vmap_tree_next(&vmap_space->tree, va->va_end)) {
		if (va->va_end - va->va_start < 2 * PAGE_SIZE) {
			pr_err("area [%#lx, %#lx) has no guard page\n", va->va_start, va->va_end);
			sound = false;
		}
		if (va->pooled) {
			pooled_areas++;
			pooled_pages += vmap_area_pages(va);
		}
	}
	sound = sound && vmap_pools_check(pooled_areas, pooled_pages);
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	return sound;
}
