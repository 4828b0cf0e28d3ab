/* SPDX-License-Identifier: MIT */
/*
 * The slab allocator: objects in and out.
 *
 * Idea (Bonwick 1994): a cache serves objects of one kind. It takes blocks of pages,
 * slabs, and cuts each into as many objects as fit; a freed object waits in its slab,
 * constructed, for the next request. Finding a free object is popping a list; pages
 * whose objects are all free can go back as a whole.
 *
 * In front of the slabs each CPU has an array of free objects (Bonwick and Adams
 * 2001, "magazines"): an allocation pops the last one in, whose lines are hottest; a
 * free pushes. Only when the array is empty or full are slabs visited, for half an
 * array at a time, so that the lock is taken once for many objects. In a cache of many
 * objects the array is let grow; so what a request costs stays what it is, whether a
 * hundred objects live or a hundred thousand.
 *
 *   slab:   | colour | struct slab, bufctl[num] | object 0 | object 1 | ... | rest |
 *
 * Large objects have struct slab elsewhere (slabp_cache), so that it does not cost a
 * place. What is left over at the end moves the objects of successive slabs by one
 * more cache line each, their colour: equal objects then do not all compete for the
 * same lines of the CPU's cache.
 *
 * Each object has one word in bufctl[]: free or not, who used it last, and, on the
 * slab's list of free objects, the next one. A free looks it up: every page of a slab
 * points to its struct slab, and a multiplication tells the object's index and whether
 * the address is one of an object at all. So each mistake in freeing is found at once,
 * at the price of four bytes an object and some ten instructions.
 *
 * Invariants (kmem_cache_check() walks them):
 *   - slabs_full: inuse == num; slabs_free: inuse == 0; slabs_partial: in between;
 *   - a slab's list of free objects has num - inuse entries, each with a word
 *     BUFCTL_ON_SLAB; the other words are BUFCTL_IN_USE or BUFCTL_CACHED;
 *   - each BUFCTL_CACHED object is in exactly one array, and nothing else is;
 *   - each page of a slab, and no other, has PageSlab and points to slab and cache.
 *
 * Locking: arrays belong to their CPU, with interrupts off. list_lock, with interrupts
 * off, guards a node's lists and the slabs on them; it is taken inside
 * cache_chain_lock. Under list_lock no other lock is taken: pages are allocated and
 * freed, constructors and destructors run, outside of it. So the order is
 * cache_chain_lock -> list_lock, and zone->lock stands beside them.
 *
 * Reference: Bonwick, "The Slab Allocator", USENIX 1994; Gorman, chapter 8; Linux 6.1
 * mm/slab.c (cache_alloc_refill, free_block, cache_grow_begin). Left out on purpose:
 * arrays shared among CPUs, remote nodes, merging of like caches.
 */

#include <kernel/lib/string.h>
#include <mm/slab_internal.h>
#include <mm/trace.h>

static atomic_t slab_pages = {0};

unsigned long slab_nr_pages(void)
{
	return atomic_read(&slab_pages);
}

/* Pages. */

static struct page *slab_get_pages(struct kmem_cache *cachep, gfp_t gfp)
{
	struct page *page;

	page = alloc_pages((gfp & GFP_RECLAIM_MASK) | cachep->allocflags, cachep->gfporder);
	if (page)
		atomic_add(1 << cachep->gfporder, &slab_pages);
	return page;
}

static void slab_put_pages(struct kmem_cache *cachep, struct page *page)
{
	unsigned int i;

	for (i = 0; i < 1U << cachep->gfporder; i++) {
		__ClearPageSlab(&page[i]);
		page[i].slab_cache = NULL;
		page[i].slab = NULL;
	}
	atomic_sub(1 << cachep->gfporder, &slab_pages);
	unpoison_block(page, cachep->gfporder); /* the objects go; init_on_free=1 writes there */
	__free_pages(page, cachep->gfporder);
}

static void slab_map_pages(struct kmem_cache *cachep, struct slab *slabp, struct page *page)
{
	unsigned int i;

	for (i = 0; i < 1U << cachep->gfporder; i++) {
		page[i].slab_cache = cachep;
		page[i].slab = slabp;
		__SetPageSlab(&page[i]);
	}
}

/*
 * Making and unmaking a slab. A slab whose struct slab lies elsewhere allocates that from
 * slabp_cache, and so comes by here again: once, as no slabp_cache has one of its own.
 */
/* NOLINTBEGIN(misc-no-recursion): see above, the depth is two */

/* Without a lock: two slabs of one colour, when CPUs race, do no harm. */
static unsigned int next_colour(struct kmem_cache *cachep, struct kmem_cache_node *n)
{
	unsigned int colour = READ_ONCE(n->colour_next);

	WRITE_ONCE(n->colour_next, colour + 1 < cachep->colour ? colour + 1 : 0);
	return colour * cachep->colour_off;
}

/* What each object of a new slab needs besides its word. */
static void slab_construct(struct kmem_cache *cachep, struct slab *slabp)
{
	unsigned int i;

	for (i = 0; i < cachep->num; i++) {
		void *objp = index_to_obj(cachep, slabp, i);

		if (cachep->flags & SLAB_DEBUG_FLAGS)
			slab_debug_init_object(cachep, objp);
		if (cachep->ctor)
			cachep->ctor(objp);
	}
}

static void slab_destruct(struct kmem_cache *cachep, struct slab *slabp)
{
	unsigned int i;

	for (i = 0; i < cachep->num; i++) {
		void *objp = index_to_obj(cachep, slabp, i);

		arch_unpoison(objp, cachep->object_size);
		if (cachep->flags & SLAB_DEBUG_FLAGS)
			slab_debug_retire(cachep, objp);
		if (cachep->dtor)
			cachep->dtor(objp);
	}
}

/* All objects free, on the slab's list in the order of their addresses. */
static void slab_init_list(struct kmem_cache *cachep, struct slab *slabp)
{
	unsigned int i, last = cachep->num - 1;

	for (i = 0; i < last; i++)
		slabp->bufctl[i] = BUFCTL_ON_SLAB | (i + 1);
	slabp->bufctl[last] = BUFCTL_ON_SLAB | BUFCTL_END;
	slabp->free = 0;
	slabp->inuse = 0;
}

/*
 * slab_poison_new - all of a new slab belongs to nobody, but for struct slab where it lies there
 *
 * Only of a cache without debugging, which looks for itself at what becomes of free
 * objects and of the space between objects.
 */
static void slab_poison_new(struct kmem_cache *cachep, struct slab *slabp, void *base)
{
	if (cachep->flags & SLAB_DEBUG_FLAGS)
		return;
	arch_poison(base, PAGE_SIZE << cachep->gfporder);
	if (!cachep->slabp_cache)
		arch_unpoison(slabp, cachep->first_offset);
}

/*
 * cache_grow - add one slab of free objects to a cache
 * @gfp: of the request that found none
 * Context: as @gfp says, without locks. Return: false when memory ran out.
 */
static bool cache_grow(struct kmem_cache *cachep, gfp_t gfp)
{
	struct kmem_cache_node *n = cache_node(cachep);
	struct slab *slabp;
	struct page *page;
	unsigned long flags;
	unsigned int colouroff;
	void *base;

	page = slab_get_pages(cachep, gfp);
	if (!page)
		return false;
	base = lowmem_page_address(page);
	colouroff = next_colour(cachep, n);

	slabp = base + colouroff;
	if (cachep->slabp_cache)
		slabp = kmem_cache_alloc(cachep->slabp_cache, gfp & GFP_RECLAIM_MASK);
	if (!slabp)
		goto err_put_pages;

	slabp->s_mem = base + colouroff + cachep->first_offset;
	slabp->colouroff = colouroff;
	slab_init_list(cachep, slabp);
	if (cachep->ctor || (cachep->flags & SLAB_DEBUG_FLAGS))
		slab_construct(cachep, slabp);
	slab_poison_new(cachep, slabp, base);
	slab_map_pages(cachep, slabp, page);

	spin_lock_irqsave(&n->list_lock, flags);
	list_add(&slabp->list, &n->slabs_free);
	n->nr_slabs++;
	n->nr_free++;
	spin_unlock_irqrestore(&n->list_lock, flags);
	return true;

err_put_pages:
	slab_put_pages(cachep, page);
	return false;
}

/* slab_destroy - undo cache_grow() for an empty slab that is on no list any more */
static void slab_destroy(struct kmem_cache *cachep, struct slab *slabp)
{
	void *base = slabp->s_mem - slabp->colouroff - cachep->first_offset;

	if (cachep->dtor || (cachep->flags & SLAB_DEBUG_FLAGS))
		slab_destruct(cachep, slabp);
	slab_put_pages(cachep, virt_to_page(base));
	if (cachep->slabp_cache)
		kmem_cache_free(cachep->slabp_cache, slabp);
}

static void slabs_destroy(struct kmem_cache *cachep, struct list_head *slabs)
{
	struct slab *slabp, *next;

	list_for_each_entry_safe(slabp, next, slabs, list)
		slab_destroy(cachep, slabp);
}

/* Between slabs and arrays, under list_lock. */

/*
 * slab_take - move up to @nr objects from a slab's list into @entry
 *
 * The slab is put on the list where it then belongs.
 *
 * Return: how many were moved, 0 only if @nr is.
 */
static unsigned int slab_take(struct kmem_cache *cachep, struct kmem_cache_node *n,
			      struct slab *slabp, struct ac_entry *entry, unsigned int nr)
{
	kmem_bufctl_t *bufctl = slabp->bufctl;
	unsigned int size = cachep->size;
	unsigned int idx = slabp->free;
	void *s_mem = slabp->s_mem;
	unsigned int taken = 0;

	while (taken < nr && idx != BUFCTL_END) {
		kmem_bufctl_t word = bufctl[idx];

		entry[taken].objp = s_mem + idx * size;
		entry[taken].bufctl = &bufctl[idx];
		bufctl[idx] = bufctl_from_list(word);
		idx = word & BUFCTL_END;
		taken++;
	}
	if (!slabp->inuse) {
		n->nr_free--;
		list_move(&slabp->list, &n->slabs_partial);
	}
	slabp->free = idx;
	slabp->inuse += taken;
	if (idx == BUFCTL_END)
		list_move(&slabp->list, &n->slabs_full);
	return taken;
}

/* The slab to take from: one that is in use already, so that empty ones stay so. */
static struct slab *slab_with_room(struct kmem_cache_node *n)
{
	struct slab *slabp;

	slabp = list_first_entry_or_null(&n->slabs_partial, struct slab, list);
	return slabp ?: list_first_entry_or_null(&n->slabs_free, struct slab, list);
}

/*
 * cache_take - one free object, and up to half an array full of them while at it
 * @entry: out: the object
 *
 * All of one slab: an array that held objects of many would keep each of them from
 * becoming empty.
 *
 * Context: interrupts off. Return: false when every slab is full.
 */
static bool cache_take(struct kmem_cache *cachep, struct ac_entry *entry)
{
	struct array_cache *ac = cpu_cache_get(cachep);
	struct kmem_cache_node *n = cache_node(cachep);
	struct slab *slabp;

	if (ac->avail) {
		*entry = ac_entries(ac)[--ac->avail];
		return true;
	}

	spin_lock(&n->list_lock);
	slabp = slab_with_room(n);
	if (!slabp) {
		spin_unlock(&n->list_lock);
		return false;
	}
	slab_take(cachep, n, slabp, entry, 1);
	if (slabp->free != BUFCTL_END)
		ac->avail = slab_take(cachep, n, slabp, ac_entries(ac), ac->limit / 2);
	spin_unlock(&n->list_lock);
	return true;
}

/* An empty slab is kept for the next request, or put on @empty to be destroyed. */
static void slab_now_empty(struct kmem_cache_node *n, struct slab *slabp, struct list_head *empty)
{
	if (n->nr_free < n->free_limit) {
		n->nr_free++;
		list_move(&slabp->list, &n->slabs_free);
	} else {
		n->nr_slabs--;
		list_move(&slabp->list, empty);
	}
}

/*
 * cache_put - move objects from an array (or a single one) back to their slabs
 * @empty: receives slabs that are to be destroyed, once list_lock is released
 * Context: interrupts off.
 */
static void cache_put(struct kmem_cache *cachep, const struct ac_entry *entry, unsigned int nr,
		      struct list_head *empty)
{
	struct kmem_cache_node *n = cache_node(cachep);
	unsigned int full = cachep->num;

	spin_lock(&n->list_lock);
	for (; nr; nr--, entry++) {
		struct slab *slabp = virt_to_page(entry->objp)->slab;
		kmem_bufctl_t *bufctl = entry->bufctl;

		*bufctl = bufctl_to_list(*bufctl, slabp->free);
		slabp->free = bufctl - slabp->bufctl;
		slabp->inuse--;
		if (unlikely(slabp->inuse == 0))
			slab_now_empty(n, slabp, empty);
		else if (unlikely(slabp->inuse == full - 1))
			list_move(&slabp->list, &n->slabs_partial);
	}
	spin_unlock(&n->list_lock);
}

/*
 * ac_grow - let a full array keep twice as many, where the cache is so large
 *
 * An array may keep a sixteenth of the objects that there are. The more there are, the more
 * often requests come in runs that a small array is too small for.
 */
static bool ac_grow(struct kmem_cache *cachep, struct array_cache *ac)
{
	unsigned int nr_objs = READ_ONCE(cache_node(cachep)->nr_slabs) * cachep->num;

	if (ac->limit >= cachep->max_limit || nr_objs / AC_SHARE < ac->limit)
		return false;
	ac->limit = min(ac->limit * 2, cachep->max_limit);
	return true;
}

/* The oldest entries, whose cache lines have cooled, go; the rest moves down. */
static void ac_flush(struct kmem_cache *cachep, struct array_cache *ac, unsigned int nr,
		     struct list_head *empty)
{
	struct ac_entry *entries = ac_entries(ac);

	cache_put(cachep, entries, nr, empty);
	ac->avail -= nr;
	memmove(entries, entries + nr, ac->avail * sizeof(entries[0]));
}

/* The long way in. */

/* A request for memory that a slab cannot be made of is a bug of its caller. */
static gfp_t slab_check_gfp(struct kmem_cache *cachep, gfp_t gfp)
{
	bool dma_mismatch = (gfp & __GFP_DMA) && !(cachep->flags & SLAB_CACHE_DMA);

	if (unlikely((gfp & __GFP_HIGHMEM) || dma_mismatch))
		kbug("slab: cache %s cannot serve gfp %#x: %s", cachep->name, (__force u32)gfp,
		     dma_mismatch ? "it is not a DMA cache" : "highmem has no addresses");
	return gfp & ~GFP_ZONEMASK;
}

/*
 * __slab_alloc - allocate by every means
 * @size:   bytes that are wanted of an object of kmalloc()
 * Context: as @gfp says, which the caller has checked.
 * @caller: who wants it
 */
noinline void *__slab_alloc(struct kmem_cache *cachep, gfp_t gfp, size_t size, unsigned long caller)
{
	struct ac_entry entry;
	unsigned long flags;

	if (unlikely(gfp & GFP_ZONEMASK))
		gfp = slab_check_gfp(cachep, gfp);
	if (!(gfp & __GFP_NOFAIL) && fail_nth())
		return NULL;

	local_irq_save(flags);
	while (!cache_take(cachep, &entry)) {
		local_irq_restore(flags);
		if (!cache_grow(cachep, gfp))
			return NULL;
		local_irq_save(flags);
	}
	if (cachep->flags & SLAB_DEBUG_FLAGS)
		slab_debug_alloc(cachep, entry.objp, size, caller);
	else
		arch_unpoison(entry.objp, cachep->object_size);
	*entry.bufctl = bufctl_make_in_use(caller);
	local_irq_restore(flags);

	slab_init_on_alloc(cachep, entry.objp, size, gfp);
	mm_trace(cachep->flags & SLAB_KMALLOC ? MM_KMALLOC : MM_KMEM_CACHE_ALLOC, caller,
		 (unsigned long)entry.objp, size, cachep->object_size, gfp);
	return entry.objp;
}

/*
 * slab_alloc_other - what slab_alloc_kernel() does not do
 *
 * It may not sleep, or wants zeroes, or found the array empty. (Three arguments fit into
 * registers, so that the caller can jump here.)
 */
noinline void *slab_alloc_other(struct kmem_cache *cachep, gfp_t gfp, unsigned long caller)
{
	void *objp = slab_alloc_array(cachep, gfp, caller);

	return objp ?: __slab_alloc(cachep, gfp, cachep->object_size, caller);
}

void *kmem_cache_alloc(struct kmem_cache *cachep, gfp_t flags)
{
	if (is_gfp_kernel(flags)) {
		void *objp = slab_alloc_kernel(&cachep);

		if (likely(objp))
			return objp;
		flags = GFP_KERNEL;
	}
	return slab_alloc_other(cachep, flags, _RET_IP_);
}

void *kmem_cache_zalloc(struct kmem_cache *cachep, gfp_t flags)
{
	return slab_alloc_other(cachep, flags | __GFP_ZERO, _RET_IP_);
}

void *kmem_cache_alloc_node(struct kmem_cache *cachep, gfp_t flags, int nid)
{
	if (unlikely(nid != NUMA_NO_NODE && (unsigned int)nid >= MAX_NUMNODES)) {
		kbug("slab: cache %s has no node %d", cachep->name, nid);
		return NULL;
	}
	return slab_alloc_other(cachep, flags, _RET_IP_);
}

/* Pop as many as are at hand, with interrupts off once for all. Return: how many. */
static __always_inline size_t bulk_pop(struct kmem_cache *cachep, size_t nr, void **p)
{
	struct array_cache *ac;
	kmem_bufctl_t *bufctl;
	unsigned long flags;
	size_t i;

	local_irq_save(flags);
	ac = cpu_cache_get(cachep);
	for (i = 0; i < nr; i++) {
		p[i] = ac_pop(ac, &bufctl);
		if (!p[i])
			break;
		*bufctl = bufctl_make_in_use(_RET_IP_);
	}
	local_irq_restore(flags);
	return i;
}

int kmem_cache_alloc_bulk(struct kmem_cache *cachep, gfp_t flags, size_t nr, void **p)
{
	bool plain = !(flags & (__GFP_ZERO | GFP_ZONEMASK)) && !slab_watched;
	size_t i = 0;

	might_sleep_if(gfpflags_allow_blocking(flags));
	while (i < nr) {
		if (plain)
			i += bulk_pop(cachep, nr - i, p + i);
		if (i == nr)
			break;
		p[i] = __slab_alloc(cachep, flags, cachep->object_size, _RET_IP_);
		if (unlikely(!p[i])) {
			kmem_cache_free_bulk(cachep, i, p);
			return 0;
		}
		i++;
	}
	return nr;
}

/* The long way out. */

/* slab_find - the word of an object, or NULL if @objp is no object */
static kmem_bufctl_t *slab_find(struct kmem_cache *cachep, struct slab *slabp, void *objp)
{
	unsigned int idx = obj_to_index(cachep, slabp, objp);

	return idx < cachep->num ? &slabp->bufctl[idx] : NULL;
}

/* slab_release - a sound free object into the array, or by way of it into the slabs */
static void slab_release(struct kmem_cache *cachep, struct ac_entry *entry, struct list_head *empty)
{
	struct array_cache *ac = cpu_cache_get(cachep);

	if (unlikely(!ac->limit)) {
		cache_put(cachep, entry, 1, empty);
		return;
	}
	if (ac->avail == ac->limit && !ac_grow(cachep, ac))
		ac_flush(cachep, ac, ac->limit / 2, empty);
	ac_entries(ac)[ac->avail++] = *entry;
}

/*
 * __slab_free - free whatever is an object, and report what is not
 * @cachep: where the caller believes it to belong, or NULL for any cache
 * @objp:   anything
 */
noinline void __slab_free(struct kmem_cache *cachep, void *objp, unsigned long caller)
{
	struct ac_entry entry = {.objp = objp};
	struct kmem_cache *owner;
	LIST_HEAD(empty);
	unsigned long flags;

	if (unlikely(!virt_addr_valid(objp)) || unlikely(!PageSlab(virt_to_page(objp)))) {
		slab_bad_free(cachep, objp, "free of what is no object", caller);
		return;
	}
	owner = virt_to_page(objp)->slab_cache;
	if (unlikely(cachep && cachep != owner)) {
		slab_bad_free(cachep, objp, "free to the wrong cache", caller);
		return;
	}
	entry.bufctl = slab_find(owner, virt_to_page(objp)->slab, objp);
	if (unlikely(!entry.bufctl)) {
		slab_bad_free(cachep, objp, "free of what is no object", caller);
		return;
	}

	local_irq_save(flags);
	if (unlikely(!bufctl_in_use(*entry.bufctl))) {
		local_irq_restore(flags);
		slab_bad_free(cachep, objp, "double free", caller);
		return;
	}
	mm_trace(cachep ? MM_KMEM_CACHE_FREE : MM_KFREE, caller, (unsigned long)objp, 0, 0,
		 (__force gfp_t)0);
	/* Debugging reports name the last caller: so far the one who allocated. */
	if (owner->flags & SLAB_DEBUG_FLAGS)
		slab_debug_free(owner, objp, caller);
	else if (slab_wants_init_on_free(owner))
		memset(objp, 0, owner->object_size);
	if (!(owner->flags & SLAB_DEBUG_FLAGS))
		arch_poison(objp, owner->object_size);
	*entry.bufctl = bufctl_make_cached(caller);
	slab_release(owner, &entry, &empty);
	local_irq_restore(flags);
	slabs_destroy(owner, &empty);
}

/*
 * cache_free - kmem_cache_free()
 *
 * That page->slab_cache is @cachep says enough: in a page that is no slab's the same
 * word links a list, and no list runs through the start of a kmem_cache.
 */
static __always_inline void cache_free(struct kmem_cache *cachep, void *objp)
{
	unsigned long pfn = virt_to_pfn(objp);
	struct page *page;

	if (unlikely(pfn >= fast_free_end_pfn))
		goto other;
	page = pfn_to_page(pfn);
	if (unlikely(page->slab_cache != cachep))
		goto other;
	if (unlikely(!slab_free_fast(cachep, page->slab, objp)))
		__slab_free(NULL, objp, _RET_IP_);
	return;

other:
	__slab_free(cachep, objp, _RET_IP_);
}

void kmem_cache_free(struct kmem_cache *cachep, void *objp)
{
	cache_free(cachep, objp);
}

void kmem_cache_free_bulk(struct kmem_cache *cachep, size_t nr, void **p)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (cachep)
			cache_free(cachep, p[i]);
		else if (!kfree_fast(p[i]))
			kfree_slow(p[i], _RET_IP_);
	}
}
/* NOLINTEND(misc-no-recursion) */

/* Giving back. */

/*
 * slab_drain_local - empty this CPU's array
 *
 * Those of other CPUs are theirs; each drains its own when asked to.
 *
 * Context: any.
 */
void slab_drain_local(struct kmem_cache *cachep)
{
	struct array_cache *ac;
	LIST_HEAD(empty);
	unsigned long flags;

	local_irq_save(flags);
	ac = cpu_cache_get(cachep);
	if (ac->avail)
		ac_flush(cachep, ac, ac->avail, &empty);
	ac->limit = min(ac->limit, cachep->limit);
	local_irq_restore(flags);
	slabs_destroy(cachep, &empty);
}

/* slab_shrink_node - destroy all empty slabs. Return: how many there were. */
unsigned int slab_shrink_node(struct kmem_cache *cachep, struct kmem_cache_node *n)
{
	LIST_HEAD(empty);
	unsigned long flags;
	unsigned int nr;

	spin_lock_irqsave(&n->list_lock, flags);
	list_splice_init(&n->slabs_free, &empty);
	nr = n->nr_free;
	n->nr_slabs -= nr;
	n->nr_free = 0;
	spin_unlock_irqrestore(&n->list_lock, flags);

	slabs_destroy(cachep, &empty);
	return nr;
}
