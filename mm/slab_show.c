/* SPDX-License-Identifier: MIT */
/*
 * The slab allocator's view, /proc/slabinfo, and its checker.
 *
 * The checker walks every slab of a cache and proves the invariants that mm/slab.c
 * states. Each finding is printed; the walk goes on, as one finding explains another.
 */

#include <kernel/seq.h>
#include <mm/slab_internal.h>

static void count_list(struct kmem_cache *cachep, struct list_head *slabs,
		       struct slab_counts *counts)
{
	struct slab *slabp;

	list_for_each_entry(slabp, slabs, list) {
		counts->active_objs += slabp->inuse;
		counts->num_objs += cachep->num;
		counts->active_slabs += slabp->inuse != 0;
		counts->num_slabs++;
	}
}

struct slab_counts slab_get_counts(struct kmem_cache *cachep)
{
	struct kmem_cache_node *n = cache_node(cachep);
	struct slab_counts counts = {0};
	unsigned long flags;

	spin_lock_irqsave(&n->list_lock, flags);
	count_list(cachep, &n->slabs_full, &counts);
	count_list(cachep, &n->slabs_partial, &counts);
	count_list(cachep, &n->slabs_free, &counts);
	spin_unlock_irqrestore(&n->list_lock, flags);
	return counts;
}

static unsigned long count_cached(struct kmem_cache *cachep)
{
	unsigned long nr = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		nr += cachep->array[cpu]->avail;
	return nr;
}

/** slab_count_live - objects that are allocated. Context: any; exact when all is at rest. */
unsigned long slab_count_live(struct kmem_cache *cachep)
{
	return slab_get_counts(cachep).active_objs - count_cached(cachep);
}

void kmem_cache_names(void (*visit)(void *arg, const char *name), void *arg)
{
	struct kmem_cache *cachep;

	for_each_kmem_cache(cachep)
		visit(arg, cachep->name);
}

void show_slabinfo(struct seq_file *m)
{
	struct kmem_cache *cachep;

	seq_printf(m, "slabinfo - version: 2.1\n"
		      "# name            <active_objs> <num_objs> <objsize> <objperslab> "
		      "<pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : "
		      "slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	for_each_kmem_cache(cachep) {
		struct slab_counts counts = slab_get_counts(cachep);

		seq_printf(m, "%-17s %6lu %6lu %6u %4u %4d : tunables %4u %4u %4u", cachep->name,
			   counts.active_objs, counts.num_objs, cachep->size, cachep->num,
			   1 << cachep->gfporder, cachep->limit, cachep->batchcount, 0U);
		seq_printf(m, " : slabdata %6lu %6lu %6lu\n", counts.active_slabs, counts.num_slabs,
			   0UL);
	}
}

/* The checker. */

#define bad(cachep, fmt, ...)                                                                      \
	({                                                                                         \
		pr_err("slab: cache %s: " fmt "\n", (cachep)->name, ##__VA_ARGS__);                \
		false;                                                                             \
	})

/** slab_check_list - is a slab's list of free objects sound? Context: list_lock held. */
bool slab_check_list(struct kmem_cache *cachep, const struct slab *slabp)
{
	unsigned int idx = slabp->free;
	unsigned int nr = 0;

	lockdep_assert_held(&cache_node(cachep)->list_lock);
	for (; idx != BUFCTL_END; idx = slabp->bufctl[idx] & BUFCTL_END) {
		if (idx >= cachep->num)
			return bad(cachep, "slab %px: free list holds index %u", slabp, idx);
		if ((slabp->bufctl[idx] & BUFCTL_STATE) != BUFCTL_ON_SLAB)
			return bad(cachep,
				   "slab %px: object %u is on the free list, its word is %#x",
				   slabp, idx, slabp->bufctl[idx]);
		if (++nr > cachep->num)
			return bad(cachep, "slab %px: free list runs in a circle", slabp);
	}
	if (nr + slabp->inuse != cachep->num)
		return bad(cachep, "slab %px: %u free and %u in use make not %u", slabp, nr,
			   slabp->inuse, cachep->num);
	return true;
}

static bool check_pages(struct kmem_cache *cachep, struct slab *slabp)
{
	void *base = slabp->s_mem - slabp->colouroff - cachep->first_offset;
	unsigned int i;

	if (!IS_ALIGNED((unsigned long)base, PAGE_SIZE << cachep->gfporder))
		return bad(cachep, "slab %px: pages begin at %px", slabp, base);
	if (slabp->colouroff / cachep->colour_off >= cachep->colour)
		return bad(cachep, "slab %px: colour offset %u", slabp, slabp->colouroff);
	for (i = 0; i < 1U << cachep->gfporder; i++) {
		struct page *page = virt_to_page(base) + i;

		if (!PageSlab(page) || page->slab_cache != cachep || page->slab != slabp)
			return bad(cachep, "slab %px: page %u has flags %#lx cache %px slab %px",
				   slabp, i, page->flags, page->slab_cache, page->slab);
	}
	return true;
}

/* Words of objects; counts those in arrays. */
static bool check_objects(struct kmem_cache *cachep, struct slab *slabp, unsigned long *cached)
{
	unsigned int i, on_slab = 0;
	bool ok = true;

	for (i = 0; i < cachep->num; i++) {
		kmem_bufctl_t word = slabp->bufctl[i];
		const char *damage = NULL;
		long offset = 0;

		switch (word & BUFCTL_STATE) {
		case BUFCTL_ON_SLAB:
			on_slab++;
			break;
		case BUFCTL_CACHED:
			(*cached)++;
			break;
		case BUFCTL_IN_USE:
			break;
		default:
			ok = bad(cachep, "slab %px: object %u has word %#x", slabp, i, word);
		}
		if (cachep->flags & SLAB_DEBUG_FLAGS)
			damage = slab_damage(cachep, index_to_obj(cachep, slabp, i),
					     bufctl_in_use(word), &offset);
		if (damage)
			ok = bad(cachep, "object %px: %s at offset %ld",
				 index_to_obj(cachep, slabp, i), damage, offset);
	}
	if (on_slab + slabp->inuse != cachep->num)
		ok = bad(cachep, "slab %px: %u words say free, %u of %u are in use", slabp, on_slab,
			 slabp->inuse, cachep->num);
	return ok;
}

static bool check_list(struct kmem_cache *cachep, struct list_head *slabs, unsigned int min_inuse,
		       unsigned int max_inuse, unsigned int *nr, unsigned long *cached)
{
	struct slab *slabp;
	bool ok = true;

	list_for_each_entry(slabp, slabs, list) {
		(*nr)++;
		if (slabp->inuse < min_inuse || slabp->inuse > max_inuse)
			ok = bad(cachep, "slab %px with %u in use is on the list of %u to %u",
				 slabp, slabp->inuse, min_inuse, max_inuse);
		ok &= slab_check_list(cachep, slabp);
		ok &= check_pages(cachep, slabp);
		ok &= check_objects(cachep, slabp, cached);
	}
	return ok;
}

/* Each entry of an array: an object of this cache that is marked as cached, once. */
static bool check_array(struct kmem_cache *cachep, struct array_cache *ac)
{
	unsigned int i, j;
	bool ok = true;

	if (ac->avail > ac->limit)
		return bad(cachep, "array %px holds %u of %u", ac, ac->avail, ac->limit);
	for (i = 0; i < ac->avail; i++) {
		struct ac_entry *entry = &ac_entries(ac)[i];
		struct page *page = virt_to_page(entry->objp);
		unsigned int idx;

		if (!PageSlab(page) || page->slab_cache != cachep)
			return bad(cachep, "array entry %u: %px is not ours", i, entry->objp);
		idx = obj_to_index(cachep, page->slab, entry->objp);
		if (idx >= cachep->num || entry->bufctl != &page->slab->bufctl[idx] ||
		    (*entry->bufctl & BUFCTL_STATE) != BUFCTL_CACHED)
			ok = bad(cachep, "array entry %u: object %px, word %px", i, entry->objp,
				 entry->bufctl);
		for (j = 0; j < i; j++)
			if (ac_entries(ac)[j].objp == entry->objp)
				ok = bad(cachep, "object %px is in an array twice", entry->objp);
	}
	return ok;
}

bool kmem_cache_check(struct kmem_cache *cachep)
{
	struct kmem_cache_node *n = cache_node(cachep);
	unsigned int nr_full = 0, nr_partial = 0, nr_free = 0, cpu;
	unsigned long flags, cached = 0;
	bool ok = true;

	spin_lock_irqsave(&n->list_lock, flags);
	ok &= check_list(cachep, &n->slabs_full, cachep->num, cachep->num, &nr_full, &cached);
	ok &= check_list(cachep, &n->slabs_partial, 1, cachep->num - 1, &nr_partial, &cached);
	ok &= check_list(cachep, &n->slabs_free, 0, 0, &nr_free, &cached);
	if (nr_full + nr_partial + nr_free != n->nr_slabs || nr_free != n->nr_free)
		ok = bad(cachep, "%u full, %u partial, %u free slabs; counted %u, %u free", nr_full,
			 nr_partial, nr_free, n->nr_slabs, n->nr_free);
	for_each_possible_cpu(cpu)
		ok &= check_array(cachep, cachep->array[cpu]);
	if (cached != count_cached(cachep))
		ok = bad(cachep, "%lu words say cached, arrays hold %lu", cached,
			 count_cached(cachep));
	spin_unlock_irqrestore(&n->list_lock, flags);
	return ok;
}

bool slab_check(void)
{
	struct kmem_cache *cachep;
	bool ok = true;

	for_each_kmem_cache(cachep)
		ok &= kmem_cache_check(cachep);
	return ok;
}
