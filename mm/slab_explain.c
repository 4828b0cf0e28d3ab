/* SPDX-License-Identifier: MIT */
/*
 * One object, one cache: what a person wants to know of them.
 *
 * An object is told with its neighbours in the slab: whoever wrote beyond his object is
 * most often the one before. A cache is told slab by slab, an object a letter, so that
 * the difference between a fragmented cache and a full one is seen.
 *
 * All that is told is copied under list_lock first. A slab may be freed while its cache
 * is printed, so the walk remembers how many slabs it has shown, and goes on there.
 */
#include <kernel/lib/string.h>
#include <kernel/seq.h>
#include <mm/slab_internal.h>

/* "allocated by", or what else the word of an object says. */
static void show_word(struct seq_file *m, kmem_bufctl_t word)
{
	unsigned long caller = bufctl_caller(word);

	if (bufctl_in_use(word)) {
		seq_printf(m, "allocated by %pS\n", (void *)caller);
		return;
	}
	seq_puts(m, (word & BUFCTL_STATE) == BUFCTL_CACHED ? "free, in a per-CPU array"
							   : "free, in its slab");
	if (caller)
		seq_printf(m, ", last used by %pS\n", (void *)caller);
	else
		seq_puts(m, ", never allocated\n");
}

static void show_object(struct seq_file *m, const char *what, const struct kmem_cache *cachep,
			const struct slab *slabp, int idx)
{
	if (idx < 0 || idx >= (int)cachep->num)
		return;
	seq_printf(m, "  %s: object %d at %px, ", what, idx,
		   index_to_obj(cachep, slabp, (unsigned int)idx));
	show_word(m, READ_ONCE(slabp->bufctl[idx]));
}

static void show_track(struct seq_file *m, const char *what, const struct slab_track *track)
{
	unsigned int i;

	if (!track->caller)
		return;
	seq_printf(m, "  %s by %pS on CPU %u\n", what, (void *)track->caller, track->cpu);
	for (i = 0; i < track->nr; i++)
		seq_printf(m, "    %pB\n", (void *)track->entries[i]);
}

/* What lies around the objects of a slab. */
static void explain_beside(struct seq_file *m, const struct kmem_cache *cachep,
			   const struct slab *slabp, const void *addr)
{
	const void *base = slabp->s_mem - slabp->colouroff - cachep->first_offset;
	const void *end = index_to_obj(cachep, slabp, cachep->num);

	if (addr >= end)
		seq_puts(m, "  behind the last object: what no object fits into\n");
	else if (addr >= slabp->s_mem)
		seq_printf(m, "  between objects %lu and %lu: padding, or what debugging keeps\n",
			   (unsigned long)(addr - slabp->s_mem) / cachep->size,
			   (unsigned long)(addr - slabp->s_mem) / cachep->size + 1);
	else if ((unsigned long)(addr - base) < slabp->colouroff)
		seq_printf(m, "  before the slab's colour, %u bytes\n", slabp->colouroff);
	else
		seq_puts(m, "  struct slab and the words of its objects\n");
}

/**
 * slab_explain - the object that an address of a slab page lies in, and its neighbours
 * @addr: in a page with PageSlab
 * Context: any; a moment's truth.
 */
void slab_explain(struct seq_file *m, const void *addr)
{
	struct page *page = virt_to_page(addr);
	struct kmem_cache *cachep = page->slab_cache;
	struct slab *slabp = page->slab;
	void *objp = enclosing_object(cachep, slabp, addr);
	int idx;

	if (!objp) {
		explain_beside(m, cachep, slabp, addr);
		return;
	}
	idx = (int)obj_to_index(cachep, slabp, objp);
	seq_printf(m, "  byte %lu of %u of an object of cache %s\n", (unsigned long)(addr - objp),
		   cachep->object_size, cachep->name);
	show_object(m, "this", cachep, slabp, idx);
	if (cachep->flags & SLAB_STORE_USER) {
		show_track(m, "allocated", &slab_debug_data(cachep, objp)->track[TRACK_ALLOC]);
		show_track(m, "freed", &slab_debug_data(cachep, objp)->track[TRACK_FREE]);
	}
	show_object(m, "before", cachep, slabp, idx - 1);
	show_object(m, "after", cachep, slabp, idx + 1);
}

/*
 * A cache
 */

/* A copy of the @n-th slab of a cache, full ones first, with the state of each object. */
struct slab_copy {
	const struct slab *addr;
	void *s_mem;
	unsigned int inuse;
	char states[SLAB_MAX_OBJS + 1];
};

static char state_letter(kmem_bufctl_t word)
{
	return bufctl_in_use(word) ? '#' : (word & BUFCTL_STATE) == BUFCTL_CACHED ? 'c' : '.';
}

static const struct slab *nth_slab(struct kmem_cache_node *n, unsigned int nr)
{
	struct list_head *const lists[] = {&n->slabs_full, &n->slabs_partial, &n->slabs_free};
	const struct slab *slabp;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lists); i++)
		list_for_each_entry(slabp, lists[i], list)
			if (!nr--)
				return slabp;
	return NULL;
}

static bool copy_slab(struct kmem_cache *cachep, unsigned int nr, struct slab_copy *copy)
{
	struct kmem_cache_node *n = cache_node(cachep);
	const struct slab *slabp;
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&n->list_lock, flags);
	slabp = nth_slab(n, nr);
	if (slabp) {
		copy->addr = slabp;
		copy->s_mem = slabp->s_mem;
		copy->inuse = slabp->inuse;
		for (i = 0; i < cachep->num; i++)
			copy->states[i] = state_letter(slabp->bufctl[i]);
		copy->states[i] = '\0';
	}
	spin_unlock_irqrestore(&n->list_lock, flags);
	return slabp != NULL;
}

#define LETTERS_A_LINE 64

static void show_slab(struct seq_file *m, const struct slab_copy *copy)
{
	const char *letters = copy->states;

	seq_printf(m, "slab %px, objects from %px on, %u in use or cached\n", copy->addr,
		   copy->s_mem, copy->inuse);
	for (; *letters; letters += min(strlen(letters), (size_t)LETTERS_A_LINE))
		seq_printf(m, "  %.*s\n", LETTERS_A_LINE, letters);
}

static void show_geometry(struct seq_file *m, const struct kmem_cache *cachep)
{
	seq_printf(m, "cache %s: objects of %u bytes, one every %u, aligned to %u, flags %#x\n",
		   cachep->name, cachep->object_size, cachep->size, cachep->align,
		   (__force unsigned int)cachep->flags);
	seq_printf(m,
		   "%u objects in slabs of %u pages, %u colours %u bytes apart, struct slab %s\n",
		   cachep->num, 1U << cachep->gfporder, cachep->colour, cachep->colour_off,
		   cachep->slabp_cache ? cachep->slabp_cache->name : "in the slab");
	seq_printf(
		m,
		"per-CPU array of %u, at most %u, %u moved at a time; # in use, c in an array, . free\n",
		cachep->limit, cachep->max_limit, cachep->batchcount);
}

bool show_slab_cache(struct seq_file *m, const char *name)
{
	static struct slab_copy copy; /* too large for a stack; the prompt is its only user */
	struct kmem_cache *cachep;
	bool found = false;
	unsigned int nr;

	for_each_kmem_cache(cachep) {
		if (strcmp(cachep->name, name))
			continue;
		found = true;
		show_geometry(m, cachep);
		for (nr = 0; copy_slab(cachep, nr, &copy); nr++)
			show_slab(m, &copy);
	}
	return found;
}
