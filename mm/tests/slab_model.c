/* SPDX-License-Identifier: MIT */
/*
 * Caches of objects against a model: a table of slabs with the state of each object, and
 * the per-CPU array as an array.
 *
 * Each world has two caches of random geometry: size, alignment, flags, constructor and
 * destructor. The model knows which object an allocation gets when the array has one, how
 * many objects the array is filled with when not, and whether that takes a new slab. Which
 * slab those are of is the allocator's choice, but not an empty one while
 * another has some. All that happens to a freed object it knows: when the array is flushed,
 * when a slab becomes empty, whether it is kept.
 *
 * Each live object is filled with a pattern of its own, which must be there when it is
 * freed. In a cache with a constructor objects come and go as constructed, and both hooks
 * run once for each object of each slab; in others they come as the flags say: zeroes,
 * poison.
 *
 * Compared after each operation: the object, the array. Every few: all slabs, the list each
 * is on, the numbers of live objects and of empty slabs, kmem_cache_check().
 *
 * Not in the model: where slabs lie, what is reported as a caller's mistake, DMA caches.
 */
#include <kernel/lib/list.h>
#include <kernel/lib/string.h>
#include <mm/tests/models.h>
#include <mm/slab_internal.h>

#define NR_CACHES   2
#define MAX_SLABS   24
#define MAX_PAGES   128 /* of a cache */
#define MAX_ARRAY   128
#define MAX_BULK    80
#define FILLED      64U /* bytes at either end of an object that carry its pattern */
#define CONSTRUCTED 0xc7
#define PLENTY      512 /* so many pages are free wherever memory does not run out */

enum state { ON_SLAB, IN_ARRAY, LIVE };

/*
 * struct model_slab
 * @base:   its pages; NULL: no slab
 * @serial: how many slabs its cache had before
 * @inuse:  objects that are not ON_SLAB
 */
struct model_slab {
	void *base;
	struct slab *slabp;
	u32 serial;
	unsigned int inuse;
	u8 state[SLAB_MAX_OBJS];
};

/* Which object: of which slab, and which of its objects. */
struct object {
	struct model_slab *slab;
	unsigned int idx;
};

/*
 * struct model_cache
 * @array:    as the real one, oldest first; @limit: how many it may hold
 * @nr_grown: colours that were given out
 * @nr_empty: slabs without an object in use
 * @constructed, @destructed: objects that the hooks were to be run for
 */
struct model_cache {
	struct kmem_cache *cachep;
	struct model_slab slabs[MAX_SLABS];
	unsigned int nr_slabs, nr_empty, nr_live, nr_array, limit;
	u32 nr_serials, nr_grown;
	struct object array[MAX_ARRAY];
	bool has_ctor, has_dtor;
	unsigned long constructed, destructed;
};

static struct model_cache caches[NR_CACHES];

/* What the hooks have done, by cache. */
static unsigned long nr_ctor[NR_CACHES], nr_dtor[NR_CACHES], nr_torn;

/* ---- Patterns --------------------------------------------------------------------------- */

static void *address_of(const struct model_cache *c, struct object o)
{
	return index_to_obj(c->cachep, o.slab->slabp, o.idx);
}

static u32 pattern_of(struct object o)
{
	return o.slab->serial * 0x01000193U + o.idx * 0x85EBCA6BU + 1;
}

/* Fill both ends of an object with what derives from @pattern, or with @value if that is 0. */
static void fill(const struct model_cache *c, struct object o, u32 pattern, u8 value)
{
	u8 *bytes = address_of(c, o);
	unsigned int size = c->cachep->object_size, i;

	for (i = 0; i < size; i++) {
		if (i == FILLED && size > 2 * FILLED)
			i = size - FILLED;
		bytes[i] = pattern ? (u8)(pattern >> (i % 4 * 8)) ^ (u8)i : value;
	}
}

static bool holds(const struct model_cache *c, struct object o, u32 pattern)
{
	const u8 *bytes = address_of(c, o);
	unsigned int size = c->cachep->object_size, i;

	for (i = 0; i < size; i++) {
		if (i == FILLED && size > 2 * FILLED)
			i = size - FILLED;
		if (bytes[i] != ((u8)(pattern >> (i % 4 * 8)) ^ (u8)i))
			return false;
	}
	return true;
}

static bool is_all(const struct model_cache *c, struct object o, u8 value)
{
	return !memchr_inv(address_of(c, o), value, c->cachep->object_size);
}

/* The hooks do not know the model: the cache's sizes are theirs to see. */
static void construct(unsigned int nr, void *objp)
{
	memset(objp, CONSTRUCTED, caches[nr].cachep ? caches[nr].cachep->object_size : 0);
	nr_ctor[nr]++;
}

static void destruct(unsigned int nr, void *objp)
{
	nr_torn += memchr_inv(objp, CONSTRUCTED, caches[nr].cachep->object_size) != NULL;
	nr_dtor[nr]++;
}

static void ctor_0(void *objp)
{
	construct(0, objp);
}

static void ctor_1(void *objp)
{
	construct(1, objp);
}

static void dtor_0(void *objp)
{
	destruct(0, objp);
}

static void dtor_1(void *objp)
{
	destruct(1, objp);
}

/* ---- The model -------------------------------------------------------------------------- */

static unsigned int nr_on_slabs(const struct model_cache *c)
{
	unsigned int i, nr = 0;

	for (i = 0; i < MAX_SLABS; i++)
		if (c->slabs[i].base)
			nr += c->cachep->num - c->slabs[i].inuse;
	return nr;
}

static bool any_partial(const struct model_cache *c)
{
	unsigned int i;

	for (i = 0; i < MAX_SLABS; i++)
		if (c->slabs[i].base && c->slabs[i].inuse && c->slabs[i].inuse < c->cachep->num)
			return true;
	return false;
}

/* An object leaves its slab's list, for the array or for good. */
static void take(struct model_run *run, struct model_cache *c, struct object o, enum state state)
{
	MODEL_EQ(run, o.slab->state[o.idx], ON_SLAB);
	MODEL_TRUE(run, o.slab->inuse || !any_partial(c));
	c->nr_empty -= !o.slab->inuse++;
	o.slab->state[o.idx] = (u8)state;
	model_digest_add(run, o.slab->serial << 12 | o.idx);
}

static void forget_slab(struct model_cache *c, struct model_slab *s)
{
	s->base = NULL;
	c->nr_slabs--;
	c->destructed += c->has_dtor ? c->cachep->num : 0;
}

/* An object comes back to its slab's list. An empty slab is kept while few are. */
static void put_on_slab(struct model_cache *c, struct object o)
{
	o.slab->state[o.idx] = ON_SLAB;
	if (--o.slab->inuse)
		return;
	if (c->nr_empty < cache_node(c->cachep)->free_limit)
		c->nr_empty++;
	else
		forget_slab(c, o.slab);
}

static void flush_array(struct model_cache *c, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		put_on_slab(c, c->array[i]);
	c->nr_array -= nr;
	memmove(c->array, c->array + nr, c->nr_array * sizeof(c->array[0]));
}

/* A full array may hold twice as many, where that is no more than each sixteenth object. */
static bool model_grow_array(struct model_cache *c)
{
	if (c->limit == c->cachep->max_limit || c->nr_slabs * c->cachep->num < 16 * c->limit)
		return false;
	c->limit = min(2 * c->limit, c->cachep->max_limit);
	return true;
}

static void model_free(struct model_cache *c, struct object o)
{
	c->nr_live--;
	if (!c->cachep->limit) {
		put_on_slab(c, o);
		return;
	}
	if (c->nr_array == c->limit && !model_grow_array(c))
		flush_array(c, c->limit / 2);
	o.slab->state[o.idx] = IN_ARRAY;
	c->array[c->nr_array++] = o;
}

static void model_shrink(struct model_cache *c)
{
	unsigned int i;

	flush_array(c, c->nr_array);
	c->limit = c->cachep->limit;
	for (i = 0; i < MAX_SLABS; i++)
		if (c->slabs[i].base && !c->slabs[i].inuse)
			forget_slab(c, &c->slabs[i]);
	c->nr_empty = 0;
}

/* ---- From addresses to objects ------------------------------------------------------------- */

/* A slab that is seen for the first time: are its objects where they may be? */
static struct model_slab *new_slab(struct model_run *run, struct model_cache *c, void *base)
{
	struct kmem_cache *cachep = c->cachep;
	struct slab *slabp = virt_to_page(base)->slab;
	size_t bytes = PAGE_SIZE << cachep->gfporder;
	struct model_slab *s = c->slabs;

	while (s < c->slabs + MAX_SLABS && s->base)
		s++;
	MODEL_TRUE(run, s < c->slabs + MAX_SLABS);
	memset(s, 0, sizeof(*s));
	s->base = base;
	s->slabp = slabp;
	s->serial = c->nr_serials++;
	MODEL_EQ(run, slabp->colouroff, c->nr_grown++ % cachep->colour * cachep->colour_off);
	MODEL_TRUE(run, slabp->s_mem >= base && cachep->num <= SLAB_MAX_OBJS);
	MODEL_TRUE(run, slabp->s_mem + cachep->num * cachep->size <= base + bytes);
	if (!cachep->slabp_cache)
		MODEL_TRUE(run, (void *)&slabp->bufctl[cachep->num] <= slabp->s_mem);
	model_digest_add(run, (u32)(slabp->s_mem - base));
	c->nr_slabs++;
	c->nr_empty++;
	c->constructed += c->has_ctor ? cachep->num : 0;
	return s;
}

/* Which object lies at an address; of a slab that may be new if @grown. */
static struct object object_at(struct model_run *run, struct model_cache *c, void *objp, bool grown)
{
	size_t bytes = PAGE_SIZE << c->cachep->gfporder, offset;
	void *base = (void *)((unsigned long)objp & ~(bytes - 1));
	struct model_slab *s = c->slabs;

	while (s < c->slabs + MAX_SLABS && s->base != base)
		s++;
	if (s == c->slabs + MAX_SLABS) {
		MODEL_TRUE(run, grown);
		s = new_slab(run, c, base);
	}
	offset = (size_t)(objp - s->slabp->s_mem);
	MODEL_EQ(run, offset % c->cachep->size, 0);
	MODEL_TRUE(run, offset / c->cachep->size < c->cachep->num);
	return (struct object){.slab = s, .idx = (unsigned int)(offset / c->cachep->size)};
}

/* ---- Allocating ------------------------------------------------------------------------------ */

/* Must the next object come from a slab that is still to be made? */
static bool must_grow(const struct model_cache *c)
{
	return !c->nr_array && !nr_on_slabs(c);
}

static bool may_grow(const struct model_cache *c)
{
	return c->nr_slabs < MAX_SLABS && (c->nr_slabs + 1) << c->cachep->gfporder <= MAX_PAGES;
}

/*
 * @p: what a call returned, @nr objects; the @at-th came with others for the array. Those
 * are popped from its end, so that some are in @p, and the rest is in the array still.
 */
static void refill(struct model_run *run, struct model_cache *c, void **p, unsigned int at,
		   unsigned int nr)
{
	const struct array_cache *ac = cpu_cache_get(c->cachep);
	bool grown = must_grow(c);
	struct object o = object_at(run, c, p[at], grown);
	struct model_slab *from = o.slab;
	unsigned int fill_with, i;

	take(run, c, o, LIVE);
	fill_with = min(c->limit / 2, c->cachep->num - from->inuse);
	for (i = 0; i < fill_with; i++) {
		unsigned int popped_at = at + (fill_with - i);

		MODEL_TRUE(run, popped_at < nr || i < ac->avail);
		o = object_at(run, c, popped_at < nr ? p[popped_at] : ac_entries(ac)[i].objp,
			      grown);
		MODEL_TRUE(run, o.slab == from);
		take(run, c, o, IN_ARRAY);
		c->array[c->nr_array++] = o;
	}
}

/* The array is what it is to be. */
static void compare_array(struct model_run *run, const struct model_cache *c)
{
	const struct array_cache *ac = cpu_cache_get(c->cachep);
	unsigned int i;

	MODEL_EQ(run, ac->avail, c->nr_array);
	MODEL_EQ(run, ac->limit, c->limit);
	for (i = 0; i < c->nr_array; i++)
		MODEL_TRUE(run, ac_entries(ac)[i].objp == address_of(c, c->array[i]));
}

/* An object is handed out: does it hold what it is to hold? */
static void receive(struct model_run *run, struct model_cache *c, struct object o, gfp_t gfp)
{
	c->nr_live++;
	MODEL_TRUE(run, IS_ALIGNED((unsigned long)address_of(c, o), c->cachep->align));
	if (gfp & __GFP_ZERO)
		MODEL_TRUE(run, is_all(c, o, 0));
	else if (c->has_ctor)
		MODEL_TRUE(run, is_all(c, o, CONSTRUCTED));
	else if (c->cachep->flags & SLAB_POISON)
		MODEL_TRUE(run, is_all(c, o, 0x5a));
	fill(c, o, pattern_of(o), 0);
}

/* A call has returned @nr objects at @p, as many as were asked for. */
static void allocated(struct model_run *run, struct model_cache *c, void **p, unsigned int nr,
		      gfp_t gfp)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		struct object o;

		if (c->nr_array) {
			o = c->array[--c->nr_array];
			MODEL_TRUE(run, p[i] == address_of(c, o));
			o.slab->state[o.idx] = LIVE;
		} else {
			refill(run, c, p, i, nr);
			o = object_at(run, c, p[i], false);
		}
		receive(run, c, o, gfp);
	}
	compare_array(run, c);
}

/* Memory may run out on a small machine, when a slab is to be made, and else never. */
static void check_refusal(struct model_run *run, bool would_grow)
{
	MODEL_TRUE(run, would_grow && nr_free_pages() < PLENTY);
}

static gfp_t random_gfp(struct model_run *run, const struct model_cache *c)
{
	gfp_t gfp = model_one_in(run, 4) ? GFP_ATOMIC : GFP_KERNEL;

	if (!c->has_ctor && model_one_in(run, 6))
		gfp |= __GFP_ZERO;
	return gfp;
}

static void *call_alloc(struct model_run *run, const struct model_cache *c, gfp_t gfp)
{
	if (gfp & __GFP_ZERO && model_one_in(run, 2))
		return kmem_cache_zalloc(c->cachep, gfp & ~__GFP_ZERO);
	if (model_one_in(run, 8))
		return kmem_cache_alloc_node(c->cachep, gfp, 0);
	return kmem_cache_alloc(c->cachep, gfp);
}

static void do_alloc(struct model_run *run, struct model_cache *c)
{
	bool would_grow = must_grow(c);
	gfp_t gfp = random_gfp(run, c);
	void *objp;

	if (would_grow && !may_grow(c))
		return;
	objp = call_alloc(run, c, gfp | __GFP_NOWARN);
	if (objp)
		allocated(run, c, &objp, 1, gfp);
	else
		check_refusal(run, would_grow);
}

static void do_alloc_bulk(struct model_run *run, struct model_cache *c)
{
	unsigned int nr = 1 + model_choose(run, MAX_BULK), had = c->nr_array + nr_on_slabs(c);
	gfp_t gfp = random_gfp(run, c);
	void *p[MAX_BULK];
	int got;

	/* Without memory it would have filled the array, and made slabs, in vain. */
	if (nr > had && (!may_grow(c) || nr > had + c->cachep->num || nr_free_pages() < PLENTY))
		return;
	got = kmem_cache_alloc_bulk(c->cachep, gfp, nr, p);
	MODEL_EQ(run, got, nr);
	allocated(run, c, p, nr, gfp);
}

/*
 * The n-th request for memory fails: the object itself, pages for a slab, a struct slab
 * that lies elsewhere. Then no object comes, and all is as it was, but for a colour.
 */
static void do_fail(struct model_run *run, struct model_cache *c)
{
	unsigned int n = model_choose(run, 3);
	bool would_grow = must_grow(c), fails, hit;
	void *objp;

	if (would_grow && (!may_grow(c) || nr_free_pages() < PLENTY))
		return;
	fails = !n || (would_grow && (n == 1 || c->cachep->slabp_cache));
	fail_nth_set(n);
	objp = kmem_cache_alloc(c->cachep, GFP_KERNEL | __GFP_NOWARN);
	hit = fail_nth_clear();
	MODEL_EQ(run, !objp, fails);
	MODEL_EQ(run, hit, fails);
	if (objp)
		allocated(run, c, &objp, 1, (__force gfp_t)0);
	else if (n == 2)
		c->nr_grown++;
	compare_array(run, c);
}

/*
 * The n-th object of several cannot be had, while all before come from the array: they go
 * back to it, the first first.
 */
static void do_fail_bulk(struct model_run *run, struct model_cache *c)
{
	unsigned int n = model_choose(run, c->nr_array + 1), i;
	struct object *popped = &c->array[c->nr_array - n];
	void *p[MAX_BULK];

	if (n == MAX_BULK)
		return;
	fail_nth_set(n);
	MODEL_EQ(run,
		 kmem_cache_alloc_bulk(c->cachep, GFP_KERNEL, model_between(run, n + 1, MAX_BULK),
				       p),
		 0);
	MODEL_TRUE(run, fail_nth_clear());
	for (i = 0; i < n; i++)
		MODEL_TRUE(run, p[i] == address_of(c, popped[n - 1 - i]));
	for (i = 0; i < n / 2; i++)
		swap(popped[i], popped[n - 1 - i]);
	compare_array(run, c);
}

/* ---- Freeing ------------------------------------------------------------------------------------ */

/* Any live object, or none. */
static bool any_live(struct model_run *run, const struct model_cache *c, struct object *o)
{
	unsigned int first = model_choose(run, MAX_SLABS), i, k;

	for (i = 0; i < MAX_SLABS; i++) {
		const struct model_slab *s = &c->slabs[(first + i) % MAX_SLABS];
		unsigned int from;

		if (!s->base || !s->inuse)
			continue;
		from = model_choose(run, c->cachep->num);
		for (k = 0; k < c->cachep->num; k++) {
			o->slab = (struct model_slab *)s;
			o->idx = (from + k) % c->cachep->num;
			if (s->state[o->idx] == LIVE)
				return true;
		}
	}
	return false;
}

/* The owner has done with an object: it holds what he wrote, and goes back as it came. */
static void *release(struct model_run *run, struct model_cache *c, struct object o)
{
	MODEL_TRUE(run, holds(c, o, pattern_of(o)));
	if (c->has_ctor)
		fill(c, o, 0, CONSTRUCTED);
	return address_of(c, o);
}

static void do_free(struct model_run *run, struct model_cache *c)
{
	struct object o;
	void *objp;

	if (!any_live(run, c, &o))
		return;
	objp = release(run, c, o);
	model_free(c, o);
	if (model_one_in(run, 3))
		kfree(objp);
	else
		kmem_cache_free(c->cachep, objp);
	compare_array(run, c);
}

static void do_free_bulk(struct model_run *run, struct model_cache *c)
{
	unsigned int nr = 1 + model_choose(run, MAX_BULK), i;
	struct object o;
	void *p[MAX_BULK];

	for (i = 0; i < nr && any_live(run, c, &o); i++) {
		p[i] = release(run, c, o);
		model_free(c, o);
	}
	kmem_cache_free_bulk(model_one_in(run, 3) ? NULL : c->cachep, i, p);
	compare_array(run, c);
}

static void do_free_many(struct model_run *run, struct model_cache *c)
{
	unsigned int nr = model_one_in(run, 2) ? c->nr_live : model_size(run, c->nr_live);

	while (nr--)
		do_free(run, c);
}

static void do_shrink(struct model_run *run, struct model_cache *c)
{
	model_shrink(c);
	MODEL_EQ(run, kmem_cache_shrink(c->cachep), c->nr_slabs != 0);
	compare_array(run, c);
}

/* ---- Comparing ------------------------------------------------------------------------------------ */

static struct model_slab *model_of(struct model_run *run, struct model_cache *c, struct slab *slabp)
{
	struct model_slab *s;

	for (s = c->slabs; s < c->slabs + MAX_SLABS; s++)
		if (s->base && s->slabp == slabp)
			return s;
	MODEL_FAIL(run, "slab %px is in no table", slabp);
}

/* Slabs of @list have @min to @max objects in use. Return: how many they are. */
static unsigned int compare_list(struct model_run *run, struct model_cache *c,
				 struct list_head *list, unsigned int min, unsigned int max)
{
	unsigned int nr = 0;
	struct slab *slabp;

	list_for_each_entry(slabp, list, list) {
		const struct model_slab *s = model_of(run, c, slabp);

		MODEL_EQ(run, slabp->inuse, s->inuse);
		MODEL_TRUE(run, s->inuse >= min && s->inuse <= max);
		nr++;
	}
	return nr;
}

static void compare_object(struct model_run *run, struct model_cache *c, struct object o)
{
	bool live = o.slab->state[o.idx] == LIVE;

	MODEL_EQ(run, bufctl_in_use(o.slab->slabp->bufctl[o.idx]), live);
	MODEL_TRUE(run, !live || holds(c, o, pattern_of(o)));
}

static void compare(struct model_run *run, struct model_cache *c)
{
	struct kmem_cache_node *n = cache_node(c->cachep);
	unsigned int num = c->cachep->num, nr_empty, i;
	struct object o;

	MODEL_TRUE(run, kmem_cache_check(c->cachep));
	nr_empty = compare_list(run, c, &n->slabs_free, 0, 0);
	MODEL_EQ(run, nr_empty, c->nr_empty);
	MODEL_EQ(run,
		 nr_empty + compare_list(run, c, &n->slabs_full, num, num) +
			 compare_list(run, c, &n->slabs_partial, 1, num - 1),
		 c->nr_slabs);
	MODEL_EQ(run, n->nr_slabs, c->nr_slabs);
	MODEL_EQ(run, n->nr_free, c->nr_empty);
	MODEL_EQ(run, slab_count_live(c->cachep), c->nr_live);
	for (i = 0; i < MAX_SLABS; i++) {
		o.slab = &c->slabs[i];
		for (o.idx = 0; o.slab->base && o.idx < num; o.idx++)
			compare_object(run, c, o);
		model_digest_add(run, o.slab->base ? o.slab->serial << 10 | o.slab->inuse : 0);
	}
	MODEL_EQ(run, nr_ctor[c - caches], c->constructed);
	MODEL_EQ(run, nr_dtor[c - caches], c->destructed);
	MODEL_EQ(run, nr_torn, 0);
}

/* ---- Worlds -------------------------------------------------------------------------------------- */

/* Bytes that each object is to be aligned to, at the least. */
static unsigned int model_align(size_t size, size_t align, slab_flags_t flags)
{
	unsigned int least = sizeof(long);

	if (flags & SLAB_HWCACHE_ALIGN)
		for (least = L1_CACHE_BYTES; size <= least / 2 && least > sizeof(long);)
			least /= 2;
	return max(least, (unsigned int)align);
}

static void make_cache(struct model_run *run, unsigned int nr)
{
	static void (*const ctors[])(void *) = {ctor_0, ctor_1};
	static void (*const dtors[])(void *) = {dtor_0, dtor_1};
	static const slab_flags_t debug[] = {SLAB_CONSISTENCY_CHECKS, SLAB_RED_ZONE, SLAB_POISON,
					     SLAB_STORE_USER};
	struct model_cache *c = &caches[nr];
	size_t size = 1 + model_size(run, 2 * PAGE_SIZE), align = 0;
	slab_flags_t flags = (__force slab_flags_t)0;
	struct kmem_cache *cachep;
	unsigned int i;

	if (model_one_in(run, 3))
		align = 1UL << model_choose(run, model_one_in(run, 4) ? PAGE_SHIFT + 1 : 8);
	if (model_one_in(run, 4))
		flags |= SLAB_HWCACHE_ALIGN;
	for (i = 0; i < ARRAY_SIZE(debug); i++)
		if (model_one_in(run, 8))
			flags |= debug[i];
	c->has_ctor = model_one_in(run, 3);
	c->has_dtor = c->has_ctor && model_one_in(run, 2);
	cachep = kmem_cache_create("model", size, align, flags, c->has_ctor ? ctors[nr] : NULL,
				   c->has_dtor ? dtors[nr] : NULL);
	MODEL_TRUE(run, cachep);
	c->cachep = cachep;
	c->limit = cachep->limit;
	MODEL_TRUE(run, cachep->max_limit <= MAX_ARRAY);
	MODEL_EQ(run, kmem_cache_size(cachep), size);
	MODEL_EQ(run, cachep->align, model_align(size, align, flags));
	MODEL_TRUE(run,
		   cachep->num > 0 && cachep->size >= size && cachep->size % cachep->align == 0);
	model_digest_add(run, cachep->num << 16 | cachep->size);
	model_digest_add(run, cachep->gfporder << 16 | cachep->limit);
}

static void make_world(struct model_run *run)
{
	unsigned int i;

	memset(caches, 0, sizeof(caches));
	nr_torn = 0;
	for (i = 0; i < NR_CACHES; i++) {
		nr_ctor[i] = 0;
		nr_dtor[i] = 0;
		make_cache(run, i);
	}
}

/* All objects come back, and with them all slabs. */
static void end_world(struct model_run *run)
{
	struct model_cache *c;
	struct object o;

	for (c = caches; c < caches + NR_CACHES; c++) {
		compare(run, c);
		while (any_live(run, c, &o)) {
			void *objp = release(run, c, o);

			model_free(c, o);
			kmem_cache_free(c->cachep, objp);
		}
		do_shrink(run, c);
		compare(run, c);
		MODEL_EQ(run, c->nr_slabs, 0);
		kmem_cache_destroy(c->cachep);
		c->cachep = NULL;
	}
}

void slab_model_abandon(void)
{
	struct model_cache *c;
	unsigned int i, k;

	fail_nth_clear();
	for (c = caches; c < caches + NR_CACHES; c++) {
		if (!c->cachep)
			continue;
		for (i = 0; i < MAX_SLABS; i++)
			for (k = 0; c->slabs[i].base && k < c->cachep->num; k++)
				if (c->slabs[i].state[k] == LIVE)
					kmem_cache_free(
						c->cachep,
						address_of(c, (struct object){&c->slabs[i], k}));
		kmem_cache_destroy(c->cachep);
		c->cachep = NULL;
	}
}

static const struct {
	u16 weight;
	void (*run)(struct model_run *run, struct model_cache *c);
} steps[] = {
	{60, do_alloc}, {4, do_alloc_bulk}, {2, do_fail},      {1, do_fail_bulk},
	{46, do_free},  {4, do_free_bulk},  {1, do_free_many}, {1, do_shrink},
};

void slab_model_run(struct model_run *run)
{
	u16 weights[ARRAY_SIZE(steps)];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(steps); i++)
		weights[i] = steps[i].weight;
	while (model_round(run)) {
		make_world(run);
		while (model_more(run)) {
			struct model_cache *c = &caches[model_choose(run, NR_CACHES)];

			steps[model_pick(run, weights, ARRAY_SIZE(steps))].run(run, c);
			if (run->nr_ops % 64 == 0)
				compare(run, c);
		}
		end_world(run);
	}
}
