/* SPDX-License-Identifier: MIT */
/*
 * The slab allocator's structures, shared by mm/slab*.c, mm/kmalloc.c and their
 * tests, and by nobody else. mm/slab.c tells how they work together.
 */
#ifndef MM_SLAB_INTERNAL_H
#define MM_SLAB_INTERNAL_H

#include <kernel/lib/list.h>
#include <kernel/lib/string.h>
#include <kernel/percpu.h>
#include <kernel/sections.h>
#include <kernel/spinlock.h>
#include <arch/irq.h>
#include <mm/fail.h>
#include <mm/fast_paths.h>
#include <mm/internal.h>
#include <mm/mm.h>
#include <mm/slab.h>

struct seq_file;

/*
 * kmem_bufctl_t - what is known of one object: state, last caller, list link
 *
 *   bits 31-30  29 ................ 9  8 ..... 0
 *       11      caller - link base                 allocated
 *       01      caller - link base                 free, in an array cache
 *       00      caller - _stext        next index  free, on its slab's list
 *
 * The caller is the return address of the last function that allocated or freed
 * the object. Kernel text lies in the top quarter of the address space, so that the
 * word of an allocated object is simply that address, and the sign bit tells free
 * from allocated. On the list the link takes nine bits, and the caller is given as
 * its distance from _stext; 0 stands for "never used", and for a caller that lies
 * too far off.
 */
typedef u32 kmem_bufctl_t;

#define BUFCTL_STATE      0xC0000000U
#define BUFCTL_IN_USE     0xC0000000U
#define BUFCTL_CACHED     0x40000000U
#define BUFCTL_ON_SLAB    0x00000000U
#define BUFCTL_NEXT_BITS  9
#define BUFCTL_END        ((1U << BUFCTL_NEXT_BITS) - 1)
#define BUFCTL_MAX_CALLER (1UL << (30 - BUFCTL_NEXT_BITS))
#define SLAB_MAX_OBJS     BUFCTL_END

static __always_inline bool bufctl_in_use(kmem_bufctl_t word)
{
	return word >= BUFCTL_IN_USE;
}

static __always_inline kmem_bufctl_t bufctl_make_in_use(unsigned long caller)
{
	return caller - KERNEL_LINK_BASE + BUFCTL_IN_USE;
}

static __always_inline kmem_bufctl_t bufctl_make_cached(unsigned long caller)
{
	return caller - KERNEL_LINK_BASE + BUFCTL_CACHED;
}

/* bufctl_to_list, bufctl_from_list - between the words of a cached and of a listed object */
static __always_inline kmem_bufctl_t bufctl_to_list(kmem_bufctl_t word, unsigned int next)
{
	unsigned long dist = word - bufctl_make_cached((unsigned long)_stext);

	return (likely(dist < BUFCTL_MAX_CALLER) ? dist << BUFCTL_NEXT_BITS : 0) | next;
}

static __always_inline kmem_bufctl_t bufctl_from_list(kmem_bufctl_t word)
{
	return (word >> BUFCTL_NEXT_BITS) + bufctl_make_cached((unsigned long)_stext);
}

/* bufctl_caller - last caller, whatever the state; 0 when there was none */
static inline unsigned long bufctl_caller(kmem_bufctl_t word)
{
	unsigned long caller;

	if ((word & BUFCTL_STATE) == BUFCTL_ON_SLAB)
		word = bufctl_from_list(word);
	caller = (word & ~BUFCTL_STATE) + KERNEL_LINK_BASE;
	return caller == (unsigned long)_stext ? 0 : caller;
}

/*
 * struct slab - one block of pages, cut into objects
 * @list:      on slabs_full, slabs_partial or slabs_free of its node
 * @s_mem:     the first object
 * @colouroff: bytes that this slab's objects are shifted by
 * @inuse:     objects that are not on the slab's own list: allocated, or in arrays
 * @free:      index of the first object of the list, or BUFCTL_END
 * @bufctl:    one word for each object
 *
 * Lies at the start of its pages, or in a kmalloc object when objects are large.
 */
struct slab {
	struct list_head list;
	void *s_mem;
	unsigned int colouroff;
	unsigned int inuse;
	unsigned int free;
	kmem_bufctl_t bufctl[];
};

/* A free object, and where its word is, so that allocating it need not look for it. */
struct ac_entry {
	void *objp;
	kmem_bufctl_t *bufctl;
};

/*
 * struct array_cache - free objects of one cache at hand for one CPU, last in first out
 * @avail:      entries filled
 * @limit:      entries there are; 0 in the array of a cache that is to have none
 * @cachep:     the cache, for those who know the array only
 */
struct array_cache {
	unsigned int avail;
	unsigned int limit;
	struct kmem_cache *cachep;
};

/* An array that has entries: kmem_cache itself holds one that has none. */
struct array_cache_entries {
	struct array_cache ac;
	struct ac_entry entry[];
};

/* An array grows beyond its first size as far as this part of all objects, one in ... */
#define AC_SHARE 16

#define ac_entries(array) (((struct array_cache_entries *)(array))->entry)

/*
 * struct kmem_cache_node - slabs of one cache in one node (the textbooks' kmem_list3)
 * @list_lock:    guards all of it, and every slab on the lists; interrupts off
 * @slabs_full:   without a free object on their own list
 * @slabs_partial: with some
 * @slabs_free:   with nothing but
 * @nr_slabs:     on all three lists
 * @nr_free:      on slabs_free
 * @free_limit:   empty slabs to keep
 * @colour_next:  colour of the next slab; not guarded
 */
struct kmem_cache_node {
	spinlock_t list_lock;
	struct list_head slabs_full;
	struct list_head slabs_partial;
	struct list_head slabs_free;
	unsigned int nr_slabs;
	unsigned int nr_free;
	unsigned int free_limit;
	unsigned int colour_next;
};

/*
 * struct kmem_cache
 *
 * What each allocation and each free reads:
 * @inverse, @rotate: size = odd << rotate, and inverse * odd = 1 modulo 2^32
 * @num:          objects of a slab
 * @array:        array cache, by CPU
 *
 * Geometry:
 * @size:         bytes from one object to the next
 * @object_size:  bytes that are the caller's
 * @align:        of each object
 * @first_offset: bytes from the start of a slab's pages to its first object, colour 0
 * @gfporder:     log2 of a slab's pages
 * @colour:       number of colours; @colour_off: bytes between two
 * @mgmt_size:    bytes of struct slab with its bufctl array
 * @slabp_cache:  where that comes from, or NULL when it lies on the slab
 * @fallback:     of kmalloc(): a cache of larger objects on smaller slabs, or NULL
 *
 * @flags:        SLAB_*
 * @allocflags:   for alloc_pages()
 * @limit:        of an array cache at first; @max_limit: at most, see ac_grow()
 * @batchcount:   entries that an array at first moves to and from the slabs at a time
 * @next:         on the cache chain; @walkers: who pins it there; under cache_chain_lock
 * @no_array:     what @array points to where there are no entries
 * @red_end:      bytes from an object to the end of its red zone; see mm/slab_debug.c
 */
struct kmem_cache {
	u32 inverse;
	u32 rotate;
	unsigned int num;
	struct array_cache *array[NR_CPUS];

	unsigned int size;
	unsigned int object_size;
	unsigned int align;
	unsigned int first_offset;
	unsigned int gfporder;
	unsigned int colour;
	unsigned int colour_off;
	unsigned int mgmt_size;
	struct kmem_cache *slabp_cache;
	struct kmem_cache *fallback;

	slab_flags_t flags;
	gfp_t allocflags;
	void (*ctor)(void *objp);
	void (*dtor)(void *objp);
	unsigned int limit;
	unsigned int max_limit;
	unsigned int batchcount;
	struct list_head next;
	unsigned int walkers;
	unsigned int red_end;
	char name[KMEM_CACHE_NAMELEN];
	struct kmem_cache_node node[MAX_NUMNODES];
	struct array_cache no_array;
};

/*
 * struct slab_track - one use of an object: who, and who called him
 * @nr: of @entries that are valid; innermost first
 */
struct slab_track {
	unsigned long caller;
	u16 cpu;
	u16 nr;
	unsigned long entries[8];
};

enum slab_track_item { TRACK_ALLOC, TRACK_FREE, NR_TRACKS };

/*
 * struct slab_debug_data - lies behind each object of a cache with SLAB_DEBUG_FLAGS
 * @used_size: bytes that kmalloc()'s caller asked for
 * @track:     last uses; only with SLAB_STORE_USER
 */
struct slab_debug_data {
	u32 used_size;
	struct slab_track track[NR_TRACKS];
};

static inline struct slab_debug_data *slab_debug_data(const struct kmem_cache *cachep,
						      const void *objp)
{
	return (struct slab_debug_data *)((unsigned long)objp + cachep->red_end);
}

/* The flags that slab_debug= may set. */
#define SLAB_DEBUG_FLAGS (SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)
#define SLAB_KNOWN_FLAGS                                                                           \
	(SLAB_DEBUG_FLAGS | SLAB_HWCACHE_ALIGN | SLAB_CACHE_DMA | SLAB_PANIC | SLAB_KMALLOC)
/* Of kmalloc()'s caches: objects know what size was asked for. */
#define SLAB_KMALLOC ((__force slab_flags_t)0x00080000U)

extern struct list_head cache_chain;
extern spinlock_t cache_chain_lock;

/* mm/slab.c */
void *slab_alloc_other(struct kmem_cache *cachep, gfp_t gfp, unsigned long caller);
void *__slab_alloc(struct kmem_cache *cachep, gfp_t gfp, size_t size, unsigned long caller);
void __slab_free(struct kmem_cache *cachep, void *objp, unsigned long caller);
void slab_drain_local(struct kmem_cache *cachep);
unsigned int slab_shrink_node(struct kmem_cache *cachep, struct kmem_cache_node *n);

/* mm/slab_common.c */
struct kmem_cache *cache_chain_next(struct kmem_cache *prev);
bool slab_wants_init_on_alloc(struct kmem_cache *cachep, gfp_t gfp);
bool slab_wants_init_on_free(struct kmem_cache *cachep);
unsigned long kmem_cache_shrink_all(void);

/* Walk all caches. Each is pinned while visited; a loop that is left early leaves a pin. */
#define for_each_kmem_cache(c) for ((c) = cache_chain_next(NULL); (c); (c) = cache_chain_next(c))

/* mm/kmalloc.c */
void kmalloc_init(void);
struct page *kmalloc_large_head(const void *addr);
void kfree_slow(void *objp, unsigned long caller);

/* mm/slab_debug.c */
const char *slab_debug_parse(const char *val, slab_flags_t *flags);
bool slab_debug_matches(const char *names, const char *name);
slab_flags_t slab_debug_flags(const char *name, slab_flags_t flags, bool constructed);
void slab_debug_layout(struct kmem_cache *cachep);
void slab_debug_init_object(struct kmem_cache *cachep, void *objp);
void slab_debug_alloc(struct kmem_cache *cachep, void *objp, size_t size, unsigned long caller);
void slab_debug_free(struct kmem_cache *cachep, void *objp, unsigned long caller);
void slab_debug_retire(struct kmem_cache *cachep, void *objp);
const char *slab_damage(struct kmem_cache *cachep, const void *objp, bool in_use, long *offset);
size_t slab_used_size(const void *objp, size_t room);
void slab_set_used_size(const void *objp, size_t size);

/* mm/slab_report.c */
void slab_bad_free(struct kmem_cache *cachep, const void *objp, const char *what,
		   unsigned long caller);
void slab_report_damage(struct kmem_cache *cachep, const void *objp, const char *what, long offset);
void slab_report_live(struct kmem_cache *cachep);

void *enclosing_object(struct kmem_cache *cachep, struct slab *slabp, const void *addr);

/* What the lists of a cache hold. Objects in arrays count as active, as on Linux. */
struct slab_counts {
	unsigned long active_objs;
	unsigned long num_objs;
	unsigned long active_slabs;
	unsigned long num_slabs;
};

/* mm/slab_explain.c */
void slab_explain(struct seq_file *m, const void *addr);

/* mm/slab_show.c */
struct slab_counts slab_get_counts(struct kmem_cache *cachep);
unsigned long slab_count_live(struct kmem_cache *cachep);
bool slab_check_list(struct kmem_cache *cachep, const struct slab *slabp);

/*
 * The ways in and out, short as they can be. They are always inlined: _RET_IP_ is the
 * caller of the function that they are part of, and is read where it is needed, so that
 * it does not occupy a register before.
 */

static __always_inline struct array_cache *cpu_cache_get(struct kmem_cache *cachep)
{
	return cachep->array[smp_processor_id()];
}

static __always_inline struct kmem_cache_node *cache_node(struct kmem_cache *cachep)
{
	return &cachep->node[0];
}

/*
 * obj_to_index - which object of its slab is this?
 *
 * Return: less than cachep->num exactly if @objp is the first byte of an object.
 *         size = odd << rotate; multiplying by the inverse of odd and rotating maps
 *         the 2^32 distances one to one onto 2^32 numbers, and the distance
 *         i * size onto i: so no other distance can give an i in range.
 */
static __always_inline unsigned int obj_to_index(const struct kmem_cache *cachep,
						 const struct slab *slabp, const void *objp)
{
	u32 product = ((unsigned long)objp - (unsigned long)slabp->s_mem) * cachep->inverse;

	return product >> (cachep->rotate & 31) | product << (-cachep->rotate & 31);
}

/* slab_object_in_use - is this the first byte of an object that is allocated? */
static inline bool slab_object_in_use(const struct kmem_cache *cachep, const struct slab *slabp,
				      const void *objp)
{
	unsigned int idx = obj_to_index(cachep, slabp, objp);

	return idx < cachep->num && bufctl_in_use(slabp->bufctl[idx]);
}

static __always_inline void *index_to_obj(const struct kmem_cache *cachep, const struct slab *slabp,
					  unsigned int idx)
{
	return slabp->s_mem + idx * cachep->size;
}

/*
 * ac_pop - take the hottest free object of an array, or NULL
 * @bufctl: out: its word, in which the caller notes who allocates
 * Context: interrupts off.
 */
static __always_inline void *ac_pop(struct array_cache *ac, kmem_bufctl_t **bufctl)
{
	int avail = ac->avail - 1; /* one subtraction makes the index and the condition */
	void *objp;

	if (unlikely(avail < 0))
		return NULL;
	ac->avail = avail;
	*bufctl = ac_entries(ac)[avail].bufctl;
	objp = ac_entries(ac)[avail].objp;
	arch_unpoison(objp, ac->cachep->object_size);
	if (!objp)
		__builtin_unreachable(); /* callers need not test again */
	return objp;
}

/*
 * slab_alloc_kernel - a GFP_KERNEL request from this CPU's array
 * @cachep: in: the cache; out: the same, not kept in a register meanwhile
 *
 * GFP_KERNEL promises that interrupts are on. That is checked first, and saves saving
 * them. All else takes a longer way, by slab_alloc_other().
 *
 * Return: NULL when a longer way is to be taken.
 */
static __always_inline void *slab_alloc_kernel(struct kmem_cache **cachep)
{
	struct array_cache *ac;
	kmem_bufctl_t *bufctl;
	void *objp;

	if (unlikely(in_atomic()) || unlikely(irqs_disabled()))
		return NULL;
	local_irq_disable();
	ac = cpu_cache_get(*cachep);
	objp = ac_pop(ac, &bufctl);
	if (likely(objp))
		*bufctl = bufctl_make_in_use(_RET_IP_);
	local_irq_enable();
	if (unlikely(!objp))
		*cachep = ac->cachep;
	return objp;
}

/* Clear an object, if the request or the command line says so; @size of it is wanted. */
static __always_inline void slab_init_on_alloc(struct kmem_cache *cachep, void *objp, size_t size,
					       gfp_t gfp)
{
	if (unlikely((gfp & __GFP_ZERO) || page_debug) && slab_wants_init_on_alloc(cachep, gfp))
		memset(objp, 0, cachep->flags & SLAB_RED_ZONE ? size : cachep->object_size);
}

/*
 * slab_alloc_array - any request, if this CPU's array can serve it
 * Return: NULL when __slab_alloc() is to be asked.
 */
static __always_inline void *slab_alloc_array(struct kmem_cache *cachep, gfp_t gfp,
					      unsigned long caller)
{
	kmem_bufctl_t *bufctl;
	unsigned long flags;
	void *objp;

	might_sleep_if(gfpflags_allow_blocking(gfp));
	if (unlikely(gfp & GFP_ZONEMASK) || unlikely(slab_watched))
		return NULL;
	local_irq_save(flags);
	objp = ac_pop(cpu_cache_get(cachep), &bufctl);
	if (likely(objp))
		*bufctl = bufctl_make_in_use(caller);
	local_irq_restore(flags);
	if (likely(objp))
		slab_init_on_alloc(cachep, objp, cachep->object_size, gfp);
	return objp;
}

/* is_gfp_kernel - so that the short way will do, if it is open; see mm/fast_paths.h */
#define is_gfp_kernel(gfp) likely((gfp) == fast_gfp_kernel)

/*
 * slab_free_fast - put a sound object into this CPU's array, if there is room
 * Return: false when anything else is to be done, by __slab_free().
 */
static __always_inline bool slab_free_fast(struct kmem_cache *cachep, struct slab *slabp,
					   void *objp)
{
	unsigned int idx = obj_to_index(cachep, slabp, objp), avail;
	struct array_cache *ac;
	kmem_bufctl_t *bufctl;
	unsigned long flags;

	if (unlikely(idx >= cachep->num))
		return false;
	bufctl = &slabp->bufctl[idx];
	OPTIMIZER_HIDE_VAR(bufctl); /* one register, rather than its three parts */

	local_irq_save(flags);
	if (unlikely(!bufctl_in_use(*bufctl)))
		goto err_restore;
	ac = cpu_cache_get(cachep);
	avail = ac->avail;
	if (unlikely(avail >= ac->limit))
		goto err_restore;
	arch_poison(objp, cachep->object_size);
	ac_entries(ac)[avail].objp = objp;
	ac_entries(ac)[avail].bufctl = bufctl;
	ac->avail++;
	*bufctl = bufctl_make_cached(_RET_IP_);
	local_irq_restore(flags);
	return true;

err_restore:
	OPTIMIZER_HIDE_VAR(flags); /* else they are tested early, for both ways at once */
	local_irq_restore(flags);
	return false;
}

/* kfree_fast - slab_free_fast() for whoever does not know the cache */
static __always_inline bool kfree_fast(void *objp)
{
	unsigned long pfn = virt_to_pfn(objp);
	struct page *page;

	if (unlikely(pfn >= fast_free_end_pfn))
		return false;
	page = pfn_to_page(pfn);
	return likely(page->flags & (1UL << PG_slab)) &&
	       likely(slab_free_fast(page->slab_cache, page->slab, objp));
}

#endif
