/* SPDX-License-Identifier: MIT */
/*
 * The slab allocator: making, shrinking and destroying caches, and its start.
 *
 * Making a cache is choosing a geometry: how many pages a slab has, whether struct
 * slab lies on it or elsewhere, and how many objects then fit. Slabs are as small as
 * wastes at most an eighth, since every cache keeps one slab that is only partly used.
 *
 * At the start there is no kmalloc() for the array caches and no cache for struct
 * kmem_cache. Both knots are cut alike: cache_cache is static, and every cache begins
 * with an array of no entries, from which there is nothing to take and into which
 * nothing can be put. With it each request goes to the slabs, slowly and correctly, which is also just what the
 * debugging modes want.
 *
 * The cache chain is walked without holding its lock meanwhile: the visitor pins the
 * cache it is at, and kmem_cache_destroy() waits until no visitor is left.
 */

#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <mm/shrinker.h>
#include <mm/slab_internal.h>

LIST_HEAD(cache_chain);
DEFINE_SPINLOCK(cache_chain_lock);

static struct kmem_cache cache_cache;
static bool slab_up;

/* Objects of this size and more have struct slab elsewhere. */
#define OFF_SLAB_MIN (PAGE_SIZE / 8)

bool slab_is_available(void)
{
	return slab_up;
}

/* The chain. */

struct kmem_cache *cache_chain_next(struct kmem_cache *prev)
{
	struct list_head *pos;
	struct kmem_cache *next = NULL;
	unsigned long flags;

	spin_lock_irqsave(&cache_chain_lock, flags);
	pos = prev ? prev->next.next : cache_chain.next;
	if (pos != &cache_chain) {
		next = list_entry(pos, struct kmem_cache, next);
		next->walkers++;
	}
	if (prev)
		prev->walkers--;
	spin_unlock_irqrestore(&cache_chain_lock, flags);
	return next;
}

static void cache_chain_add(struct kmem_cache *cachep)
{
	unsigned long flags;

	spin_lock_irqsave(&cache_chain_lock, flags);
	list_add_tail(&cachep->next, &cache_chain);
	spin_unlock_irqrestore(&cache_chain_lock, flags);
}

static void cache_chain_del(struct kmem_cache *cachep)
{
	unsigned long flags;

	spin_lock_irqsave(&cache_chain_lock, flags);
	while (cachep->walkers) {
		spin_unlock_irqrestore(&cache_chain_lock, flags);
		cpu_relax();
		spin_lock_irqsave(&cache_chain_lock, flags);
	}
	list_del(&cachep->next);
	spin_unlock_irqrestore(&cache_chain_lock, flags);
}

/* Geometry. */

static unsigned int cache_alignment(size_t size, size_t align, slab_flags_t flags)
{
	unsigned int ralign = sizeof(unsigned long);

	/* A line for each object, but small ones share: 20 bytes take half a line. */
	if (flags & SLAB_HWCACHE_ALIGN) {
		ralign = L1_CACHE_BYTES;
		while (size <= ralign / 2 && ralign > sizeof(unsigned long))
			ralign /= 2;
	}
	return max_t(unsigned int, ralign, align);
}

/*
 * slab_estimate - how many objects fit into a slab?
 * @off_slab: struct slab lies elsewhere
 *
 * Fills num, mgmt_size and first_offset for cachep->gfporder.
 *
 * Return: bytes left over.
 */
static size_t slab_estimate(struct kmem_cache *cachep, bool off_slab)
{
	size_t bytes = PAGE_SIZE << cachep->gfporder;
	/* What precedes the first object: a red zone belongs to each, before it. */
	size_t guard = cachep->flags & SLAB_RED_ZONE ? sizeof(u64) : 0;
	unsigned int num = min_t(size_t, bytes / cachep->size, SLAB_MAX_OBJS);

	for (;; num--) {
		size_t head;

		cachep->mgmt_size = sizeof(struct slab) + num * sizeof(kmem_bufctl_t);
		head = ALIGN((off_slab ? 0 : cachep->mgmt_size) + guard, cachep->align);
		cachep->first_offset = head;
		cachep->num = num;
		if (num == 0)
			return bytes;
		if (head + num * cachep->size <= bytes)
			return bytes - head - num * cachep->size;
	}
}

/* The kmalloc cache for struct slab of @cachep; NULL when there is none so far. */
static struct kmem_cache *find_slabp_cache(struct kmem_cache *cachep)
{
	struct kmem_cache *slabp_cache;
	unsigned int class = kmalloc_class(cachep->mgmt_size);

	if (class >= NR_KMALLOC_CLASSES)
		return NULL;
	slabp_cache = kmalloc_caches[KMALLOC_NORMAL][class];
	/* One that itself needed another might need this one in turn. */
	return slabp_cache && !slabp_cache->slabp_cache ? slabp_cache : NULL;
}

/* Place struct slab for the order at hand. Return: bytes left over. */
static size_t slab_place(struct kmem_cache *cachep)
{
	unsigned int num_off;

	cachep->slabp_cache = NULL;
	if (cachep->size < OFF_SLAB_MIN)
		return slab_estimate(cachep, false);

	/* On the slab after all when that costs no object, as when it fits the rest. */
	slab_estimate(cachep, true);
	num_off = cachep->num;
	cachep->slabp_cache = find_slabp_cache(cachep);
	if (cachep->slabp_cache) {
		size_t left = slab_estimate(cachep, false);

		if (cachep->num == num_off) {
			cachep->slabp_cache = NULL;
			return left;
		}
		return slab_estimate(cachep, true);
	}
	return slab_estimate(cachep, false);
}

/* Choose the order. Return: bytes left over, which become colours; -E2BIG if too large. */
static ssize_t slab_choose_order(struct kmem_cache *cachep)
{
	size_t left = 0;
	unsigned int order;

	for (order = 0; order < MAX_ORDER; order++) {
		cachep->gfporder = order;
		left = slab_place(cachep);
		if (!cachep->num)
			continue;
		if (left * 8 <= PAGE_SIZE << order || order >= PAGE_ALLOC_COSTLY_ORDER)
			return left;
	}
	return -E2BIG;
}

/* size = odd << rotate; Newton's iteration doubles the bits of the inverse each time. */
static void cache_set_inverse(struct kmem_cache *cachep)
{
	u32 odd, inverse;
	int i;

	cachep->rotate = __builtin_ctz(cachep->size);
	odd = cachep->size >> cachep->rotate;
	inverse = odd; /* right in the lowest three bits: odd squares are 1 modulo 8 */
	for (i = 0; i < 4; i++)
		inverse *= 2 - odd * inverse;
	BUG_ON(odd * inverse != 1);
	cachep->inverse = inverse;
}

/* Of a cache that is all zero. */
static void cache_init_node(struct kmem_cache *cachep, struct kmem_cache_node *n)
{
	spin_lock_init(&n->list_lock);
	n->list_lock.name = cachep->name;
	INIT_LIST_HEAD(&n->slabs_full);
	INIT_LIST_HEAD(&n->slabs_partial);
	INIT_LIST_HEAD(&n->slabs_free);
}

/*
 * How many free objects a CPU may keep: many of the small ones, which are used in
 * numbers, few of the large ones, which cost memory; more where there are many, as far as
 * the array's own kmalloc() object goes. The slabs keep half as many.
 */
static void cache_set_limits(struct kmem_cache *cachep)
{
	unsigned int limit = 64, array_size = 128 * sizeof(struct ac_entry);

	if (cachep->object_size > 256) {
		limit = 32;
		array_size /= 2;
	}
	if (cachep->object_size > 1024)
		limit = 8;
	if (cachep->object_size > PAGE_SIZE)
		limit = 4;
	cachep->max_limit = (array_size - sizeof(struct array_cache)) / sizeof(struct ac_entry);
	limit = min(limit, cachep->max_limit);
	if (cachep->flags & SLAB_CACHE_DMA)
		cachep->max_limit = limit = 4;

	/* What looks at every object, or fills it, wants none to pass by in an array. */
	if ((cachep->flags & SLAB_DEBUG_FLAGS) || slab_wants_init_on_free(cachep) ||
	    slab_wants_init_on_alloc(cachep, GFP_KERNEL) || cachep->object_size > 32 * PAGE_SIZE)
		cachep->max_limit = limit = 0;

	cachep->limit = limit;
	cachep->batchcount = limit / 2;
	cache_node(cachep)->free_limit = 1 + cachep->batchcount / cachep->num;
}

/*
 * cache_setup - fill in a cache, from arguments that have been checked
 * Return: 0, or -E2BIG when no slab can hold such an object.
 */
static int cache_setup(struct kmem_cache *cachep, const char *name, size_t size, size_t align,
		       slab_flags_t flags, void (*ctor)(void *), void (*dtor)(void *))
{
	ssize_t left;
	unsigned int cpu;

	memset(cachep, 0, sizeof(*cachep));
	strscpy(cachep->name, name, sizeof(cachep->name));
	cachep->flags = slab_debug_flags(cachep->name, flags, ctor || dtor);
	cachep->ctor = ctor;
	cachep->dtor = dtor;
	cachep->allocflags = flags & SLAB_CACHE_DMA ? GFP_DMA : (__force gfp_t)0;
	cachep->object_size = size;
	cachep->align = cache_alignment(size, align, flags);
	cachep->size = ALIGN(size, cachep->align);
	if (cachep->flags & SLAB_DEBUG_FLAGS)
		slab_debug_layout(cachep);

	left = slab_choose_order(cachep);
	if (left < 0)
		return left;
	cachep->colour_off = max_t(unsigned int, L1_CACHE_BYTES, cachep->align);
	cachep->colour = left / cachep->colour_off + 1;

	cache_set_inverse(cachep);
	cache_init_node(cachep, cache_node(cachep));
	cache_set_limits(cachep);
	for (cpu = 0; cpu < NR_CPUS; cpu++)
		cachep->array[cpu] = &cachep->no_array;
	cachep->no_array.cachep = cachep;
	return 0;
}

/* Arrays. */

static void cache_free_arrays(struct kmem_cache *cachep)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct array_cache *ac = cachep->array[cpu];

		cachep->array[cpu] = &cachep->no_array;
		if (ac != &cachep->no_array)
			kfree(ac);
	}
}

static struct array_cache *alloc_array(struct kmem_cache *cachep)
{
	struct array_cache *ac;

	ac = kmalloc(sizeof(*ac) + cachep->max_limit * sizeof(struct ac_entry), GFP_KERNEL);
	if (ac)
		*ac = (struct array_cache){.limit = cachep->limit, .cachep = cachep};
	return ac;
}

/* Give each CPU its array. Return: 0 or -ENOMEM, and then there is none. */
static int cache_enable_arrays(struct kmem_cache *cachep)
{
	unsigned int cpu;

	if (!cachep->limit)
		return 0;
	for_each_possible_cpu(cpu) {
		cachep->array[cpu] = alloc_array(cachep);
		if (!cachep->array[cpu]) {
			cache_free_arrays(cachep);
			return -ENOMEM;
		}
	}
	return 0;
}

/* Creation. */

/* Larger than a page only for kmalloc(), which aligns powers of two to themselves. */
static size_t max_align(slab_flags_t flags)
{
	return flags & SLAB_KMALLOC ? KMALLOC_MAX_CACHE_SIZE : PAGE_SIZE;
}

static bool cache_args_ok(const char *name, size_t size, size_t align, slab_flags_t flags)
{
	const char *what = NULL;

	if (!name)
		what = "no name";
	else if (in_interrupt())
		what = "called from an interrupt";
	else if (size == 0 || size > KMALLOC_MAX_SIZE)
		what = "impossible size";
	else if ((align & (align - 1)) || align > max_align(flags))
		what = "impossible alignment";
	else if (flags & ~SLAB_KNOWN_FLAGS)
		what = "unknown flags";
	if (unlikely(what))
		kbug("kmem_cache_create: %s: cache %s size %zu align %zu flags %#x", what,
		     name ?: "(null)", size, align, (__force u32)flags);
	return !what;
}

static struct kmem_cache *cache_create(const char *name, size_t size, size_t align,
				       slab_flags_t flags, void (*ctor)(void *),
				       void (*dtor)(void *))
{
	struct kmem_cache *cachep;

	cachep = kmem_cache_alloc(&cache_cache, GFP_KERNEL);
	if (!cachep)
		return NULL;
	if (cache_setup(cachep, name, size, align, flags, ctor, dtor))
		goto err_free_cache;
	if (slab_up && cache_enable_arrays(cachep))
		goto err_free_cache;
	cache_chain_add(cachep);
	return cachep;

err_free_cache:
	kmem_cache_free(&cache_cache, cachep);
	return NULL;
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
				     slab_flags_t flags, void (*ctor)(void *), void (*dtor)(void *))
{
	struct kmem_cache *cachep;

	might_sleep();
	if (!cache_args_ok(name, size, align, flags))
		return NULL;
	cachep = cache_create(name, size, align, flags, ctor, dtor);
	if (!cachep && (flags & SLAB_PANIC))
		panic("kmem_cache_create: no memory for cache %s", name);
	return cachep;
}

unsigned int kmem_cache_size(struct kmem_cache *cachep)
{
	return cachep->object_size;
}

const char *kmem_cache_name(struct kmem_cache *cachep)
{
	return cachep->name;
}

/* Shrinking and destruction. */

static unsigned int cache_shrink(struct kmem_cache *cachep)
{
	slab_drain_local(cachep);
	return slab_shrink_node(cachep, cache_node(cachep));
}

int kmem_cache_shrink(struct kmem_cache *cachep)
{
	might_sleep();
	cache_shrink(cachep);
	return cache_node(cachep)->nr_slabs != 0;
}

void kmem_cache_destroy(struct kmem_cache *cachep)
{
	if (!cachep)
		return;
	might_sleep();
	if (kmem_cache_shrink(cachep)) {
		slab_report_live(cachep);
		return;
	}
	cache_chain_del(cachep);
	cache_free_arrays(cachep);
	kmem_cache_free(&cache_cache, cachep);
}

/*
 * kmem_cache_shrink_all - shrink every cache until none has anything to give
 *
 * A slab that goes may free its struct slab, and so empty a slab of another cache
 * that has been visited already: hence the rounds.
 *
 * Return: pages freed.
 */
unsigned long kmem_cache_shrink_all(void)
{
	unsigned long before = slab_nr_pages();
	struct kmem_cache *cachep;
	unsigned int destroyed;

	do {
		destroyed = 0;
		for_each_kmem_cache(cachep)
			destroyed += cache_shrink(cachep);
	} while (destroyed);
	return before - slab_nr_pages();
}

/* Pages that shrinking gives back at the least: those of slabs that are empty already. */
static unsigned long slab_count_objects(struct shrinker *shrinker __unused,
					struct shrink_control *sc __unused)
{
	struct kmem_cache *cachep;
	unsigned long nr_pages = 0;

	for_each_kmem_cache(cachep) {
		struct kmem_cache_node *n = cache_node(cachep);

		nr_pages += (unsigned long)READ_ONCE(n->nr_free) << cachep->gfporder;
		/* What sits in arrays may be all that keeps a slab. */
		nr_pages += cachep->array[smp_processor_id()]->avail != 0;
	}
	return nr_pages;
}

static unsigned long slab_scan_objects(struct shrinker *shrinker __unused,
				       struct shrink_control *sc __unused)
{
	return kmem_cache_shrink_all();
}

static struct shrinker slab_shrinker = {
	.count_objects = slab_count_objects,
	.scan_objects = slab_scan_objects,
};

/*
 * Memory is cleared on its way out, or on its way back, as the command line asked for;
 * where objects are poisoned that is kept, as on Linux: it tells more than zeroes.
 */
static bool may_clear_unasked(const struct kmem_cache *cachep)
{
	return !cachep->ctor && !(cachep->flags & SLAB_POISON);
}

bool slab_wants_init_on_alloc(struct kmem_cache *cachep, gfp_t gfp)
{
	if (gfp & __GFP_ZERO) {
		WARN_ONCE(cachep->ctor, "slab: __GFP_ZERO undoes the constructor of cache %s",
			  cachep->name);
		return true;
	}
	return (page_debug & PAGE_DEBUG_INIT_ON_ALLOC) && may_clear_unasked(cachep);
}

bool slab_wants_init_on_free(struct kmem_cache *cachep)
{
	return (page_debug & PAGE_DEBUG_INIT_ON_FREE) && may_clear_unasked(cachep) && !cachep->dtor;
}

/* The start. */

void __init kmem_cache_init(void)
{
	struct kmem_cache *cachep;

	if (cache_setup(&cache_cache, "kmem_cache", sizeof(struct kmem_cache), 0,
			SLAB_HWCACHE_ALIGN, NULL, NULL))
		panic("kmem_cache_init: struct kmem_cache is too large");
	cache_chain_add(&cache_cache);
	kmalloc_init();
	for_each_kmem_cache(cachep)
		if (cache_enable_arrays(cachep))
			panic("kmem_cache_init: no memory for the arrays of cache %s",
			      cachep->name);
	slab_up = true;
	register_shrinker(&slab_shrinker, "slab");
}
