/* SPDX-License-Identifier: MIT */
/*
 * The vmalloc address space.
 *
 * Idea: the areas that are taken form one red-black tree and one list, by address.
 * Each knows the gap in front of it, and for the tree below it the largest gap there
 * is. The lowest gap that is large enough is then found by walking down once: left,
 * if the left subtree has such a gap; else here, if the own gap will do; else right.
 * A sentinel of no size at VMALLOC_END makes the space behind the last area a gap
 * like any other. All is O(log n), and since areas are packed from the bottom up the
 * large gaps stay together at the top.
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
 *   - areas are page aligned, lie in the vmalloc space, and do not overlap;
 *   - gap is the distance to the end of the area before, or to VMALLOC_START;
 *   - subtree_gap is the maximum over the subtree;
 *   - tree order is list order;
 *   - an area in a pool is not in use, and has the size that the pool is for.
 *
 * Locking: vmap_area_lock, interrupts off, guards tree, list and pools, so that handlers
 * may look areas up and free them. The lazy list is pushed to and taken whole by atomic
 * exchange. vmap_purge_lock is held over a purge: whoever waits for it knows that all
 * that was freed before is flushed. Order: vmap_purge_lock, then vmap_area_lock.
 *
 * Reference: Linux 6.1 mm/vmalloc.c (find_vmap_lowest_match, __purge_vmap_area_lazy),
 * which keeps the free ranges in a second tree; one tree with gaps does with half the
 * work. Pools are as in Linux 6.9 (node_pool_add_va). Left out: alignment above a page,
 * per-CPU blocks (vm_map_ram).
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

/* Pooled: areas of up to so many pages, guard included; in all as much as may wait. */
#define POOL_MAX_AREA_PAGES 17

DEFINE_SPINLOCK(vmap_area_lock);
static DEFINE_SPINLOCK(vmap_purge_lock);

static struct kmem_cache *vmap_area_cachep;
static struct rb_root vmap_area_root;
static LIST_HEAD(vmap_area_list);
static struct vmap_area vmap_end; /* the sentinel */

static struct vmap_area *vmap_pools[POOL_MAX_AREA_PAGES + 1]; /* by pages */
static unsigned long vmap_pooled_pages;
static unsigned long vmap_pooled_areas;

static struct vmap_area *vmap_lazy_list;
static atomic_t vmap_lazy_nr; /* pages that wait */
static atomic_t vmap_lazy_nr_areas;
static unsigned long nr_purges;

/*
 * The tree
 */

static __always_inline unsigned long vmap_area_gap(struct vmap_area *va)
{
	return va->gap;
}

RB_DECLARE_CALLBACKS_MAX(static, vmap_gap_callbacks, struct vmap_area, rb_node, unsigned long,
			 subtree_gap, vmap_area_gap);

static __always_inline struct vmap_area *to_va(struct rb_node *node)
{
	return rb_entry(node, struct vmap_area, rb_node);
}

/*
 * The area in front of whose gap's lower end @size bytes fit at the lowest address,
 * or NULL. The subtree maxima promise that each step down leads to one.
 */
static struct vmap_area *find_lowest_gap(unsigned long size)
{
	struct rb_node *node = vmap_area_root.rb_node;

	if (to_va(node)->subtree_gap < size)
		return NULL;
	for (;;) {
		struct rb_node *left = node->rb_left;

		if (left && to_va(left)->subtree_gap >= size)
			node = left;
		else if (to_va(node)->gap >= size)
			return to_va(node);
		else
			node = node->rb_right;
	}
}

/* Take @size bytes from the lower end of the gap in front of @next. */
static void insert_vmap_area(struct vmap_area *va, struct vmap_area *next, unsigned long size)
{
	struct rb_node *parent = &next->rb_node;
	struct rb_node **link = &parent->rb_left;

	va->va_start = next->va_start - next->gap;
	va->va_end = va->va_start + size;
	va->gap = 0;
	va->subtree_gap = 0;

	/* Its place in the tree: just before @next in order, so a leaf of its left subtree. */
	if (*link) {
		parent = &list_prev_entry(next, list)->rb_node;
		link = &parent->rb_right;
	}
	list_add_tail(&va->list, &next->list);
	next->gap -= size;
	vmap_gap_callbacks.propagate(&next->rb_node, NULL);
	rb_link_node(&va->rb_node, parent, link);
	rb_insert_augmented(&va->rb_node, &vmap_area_root, &vmap_gap_callbacks);
}

/*
 * Take @va out; its bytes and the gap before it join the gap of the area behind. The
 * maxima are made right for that before the tree is rebalanced: rotations trust them.
 */
static void erase_vmap_area(struct vmap_area *va)
{
	struct vmap_area *next = list_next_entry(va, list);

	next->gap += va->va_end - va->va_start + va->gap;
	vmap_gap_callbacks.propagate(&next->rb_node, NULL);
	list_del(&va->list);
	rb_erase_augmented(&va->rb_node, &vmap_area_root, &vmap_gap_callbacks);
}

struct vmap_area *__next_vmap_area(unsigned long addr)
{
	struct rb_node *node = vmap_area_root.rb_node;
	struct vmap_area *best = NULL;

	lockdep_assert_held(&vmap_area_lock);
	while (node) {
		struct vmap_area *va = to_va(node);

		if (addr < va->va_end) {
			best = va;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return best == &vmap_end ? NULL : best;
}

struct vmap_area *__find_vmap_area(unsigned long addr)
{
	struct rb_node *node = vmap_area_root.rb_node;

	while (node) {
		struct vmap_area *va = to_va(node);

		if (addr < va->va_start)
			node = node->rb_left;
		else if (addr >= va->va_end)
			node = node->rb_right;
		else
			return va;
	}
	return NULL;
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
	va = vmap_pools[nr_pages];
	if (va) {
		vmap_pools[nr_pages] = va->next_free;
		vmap_pooled_pages -= nr_pages;
		vmap_pooled_areas--;
		va->pooled = false;
		use_vmap_area(va, vm);
	}
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	return va;
}

static bool try_alloc_vmap_area(struct vmap_area *va, unsigned long size, struct vm_struct *vm)
{
	struct vmap_area *next;
	unsigned long flags;

	spin_lock_irqsave(&vmap_area_lock, flags);
	next = find_lowest_gap(size);
	if (next) {
		insert_vmap_area(va, next, size);
		use_vmap_area(va, vm);
	}
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	return next != NULL;
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
	erase_vmap_area(va);
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	kmem_cache_free(vmap_area_cachep, va);
}

unsigned long lazy_max_pages(void)
{
	return min(LAZY_MAX_BYTES, (VMALLOC_END - VMALLOC_START) / 8) >> PAGE_SHIFT;
}

void free_vmap_area_lazy(struct vmap_area *va)
{
	struct vmap_area *first;
	unsigned int nr_areas;
	unsigned long nr_pages;

	nr_pages = atomic_add_return(vmap_area_pages(va), &vmap_lazy_nr);
	nr_areas = atomic_inc_return(&vmap_lazy_nr_areas);
	do {
		first = READ_ONCE(vmap_lazy_list);
		va->next_free = first;
	} while (cmpxchg(&vmap_lazy_list, first, va) != first);

	if (unlikely(nr_areas > LAZY_MAX_AREAS || nr_pages > lazy_max_pages()) && !in_atomic() &&
	    !irqs_disabled())
		purge_vmap_area_lazy();
}

/* Keep a flushed area for the next request of its size. Return: is it kept? */
static bool pool_vmap_area(struct vmap_area *va)
{
	unsigned long nr_pages = vmap_area_pages(va);

	lockdep_assert_held(&vmap_area_lock);
	if (nr_pages > POOL_MAX_AREA_PAGES || vmap_pooled_pages + nr_pages > lazy_max_pages())
		return false;
	va->pooled = true;
	va->next_free = vmap_pools[nr_pages];
	vmap_pools[nr_pages] = va;
	vmap_pooled_pages += nr_pages;
	vmap_pooled_areas++;
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
		erase_vmap_area(va);
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
	first = xchg(&vmap_lazy_list, NULL);
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
	nr_purges++;

	for (va = first; va;)
		va = pool_or_erase_some(va, &erased);
	atomic_sub(nr_pages, &vmap_lazy_nr);
	atomic_sub(nr_areas, &vmap_lazy_nr_areas);
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
		va = vmap_pools[i];
	if (va) {
		vmap_pools[vmap_area_pages(va)] = va->next_free;
		vmap_pooled_pages -= vmap_area_pages(va);
		vmap_pooled_areas--;
		va->pooled = false;
	}
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	return va;
}

static unsigned long nr_freed_areas(void)
{
	return atomic_read(&vmap_lazy_nr_areas) + READ_ONCE(vmap_pooled_areas);
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
	vmap_end.va_start = VMALLOC_END;
	vmap_end.va_end = VMALLOC_END;
	vmap_end.gap = VMALLOC_END - VMALLOC_START;
	vmap_end.subtree_gap = vmap_end.gap;
	list_add(&vmap_end.list, &vmap_area_list);
	rb_link_node(&vmap_end.rb_node, NULL, &vmap_area_root.rb_node);
	rb_insert_augmented(&vmap_end.rb_node, &vmap_area_root, &vmap_gap_callbacks);
	register_shrinker(&vmap_shrinker, "vmap_lazy");
}

/*
 * Views
 */

unsigned long vmap_lazy_pages(void)
{
	return atomic_read(&vmap_lazy_nr);
}

unsigned long vmap_nr_purges(void)
{
	return READ_ONCE(nr_purges);
}

unsigned long vmap_largest_gap(void)
{
	unsigned long flags, gap;

	spin_lock_irqsave(&vmap_area_lock, flags);
	gap = to_va(vmap_area_root.rb_node)->subtree_gap;
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	return gap;
}

/* One area against the end of the one before and against its children in the tree. */
static bool vmap_node_check(struct vmap_area *va, unsigned long prev_end)
{
	unsigned long max_gap = va->gap;

	if (va->rb_node.rb_left)
		max_gap = max(max_gap, to_va(va->rb_node.rb_left)->subtree_gap);
	if (va->rb_node.rb_right)
		max_gap = max(max_gap, to_va(va->rb_node.rb_right)->subtree_gap);

	if (!PAGE_ALIGNED(va->va_start) || !PAGE_ALIGNED(va->va_end) || va->va_start < prev_end ||
	    (va != &vmap_end && va->va_end - va->va_start < 2 * PAGE_SIZE) ||
	    va->va_end > VMALLOC_END) {
		pr_err("area [%#lx, %#lx) behind %#lx\n", va->va_start, va->va_end, prev_end);
		return false;
	}
	if (va->gap != va->va_start - prev_end || va->subtree_gap != max_gap) {
		pr_err("area [%#lx, %#lx): gap %#lx is %#lx, largest below %#lx is %#lx\n",
		       va->va_start, va->va_end, va->gap, va->va_start - prev_end, va->subtree_gap,
		       max_gap);
		return false;
	}
	return true;
}

/* The pools hold as many areas and pages as the tree has pooled ones, each in its place. */
static bool vmap_pools_check(unsigned long nr_areas, unsigned long nr_pages)
{
	unsigned long nr_chained = 0;
	struct vmap_area *va;
	unsigned int i;

	for (i = 0; i <= POOL_MAX_AREA_PAGES; i++)
		for (va = vmap_pools[i]; va && nr_chained <= nr_areas; va = va->next_free) {
			nr_chained++;
			if (va->pooled && !va->vm && vmap_area_pages(va) == i)
				continue;
			pr_err("area [%#lx, %#lx) in the pool of %u pages\n", va->va_start,
			       va->va_end, i);
			return false;
		}
	if (nr_chained == nr_areas && vmap_pooled_areas == nr_areas &&
	    vmap_pooled_pages == nr_pages)
		return true;
	pr_err("%lu areas of %lu pages are pooled, %lu of %lu are counted, %lu chained\n", nr_areas,
	       nr_pages, vmap_pooled_areas, vmap_pooled_pages, nr_chained);
	return false;
}

bool vmap_area_check(void)
{
	unsigned long flags, prev_end = VMALLOC_START, pooled_areas = 0, pooled_pages = 0;
	struct rb_node *node;
	struct list_head *pos;
	bool sound = true;

	spin_lock_irqsave(&vmap_area_lock, flags);
	pos = vmap_area_list.next;
	for (node = rb_first(&vmap_area_root); node && sound; node = rb_next(node)) {
		if (pos != &to_va(node)->list) {
			pr_err("area [%#lx, %#lx): tree and list disagree\n", to_va(node)->va_start,
			       to_va(node)->va_end);
			sound = false;
			break;
		}
		sound = vmap_node_check(to_va(node), prev_end);
		prev_end = to_va(node)->va_end;
		pos = pos->next;
		if (to_va(node)->pooled) {
			pooled_areas++;
			pooled_pages += vmap_area_pages(to_va(node));
		}
	}
	sound = sound && vmap_pools_check(pooled_areas, pooled_pages);
	if (sound && !rb_check(&vmap_area_root)) {
		pr_err("the tree is no red-black tree\n");
		sound = false;
	}
	if (sound && (pos != &vmap_area_list || prev_end != VMALLOC_END)) {
		pr_err("the tree ends at %#lx\n", prev_end);
		sound = false;
	}
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	return sound;
}
