/* SPDX-License-Identifier: MIT */
/*
 * Objects smaller than a page, and kmalloc().
 *
 * A kmem_cache serves objects of one size. It cuts them out of slabs, blocks of
 * pages from the page allocator, and keeps a few free ones at hand for each CPU.
 * kmalloc() serves any size from a row of such caches, and from whole pages above
 * KMALLOC_MAX_CACHE_SIZE.
 *
 * Who frees what is no object, frees twice, or frees to another cache than the
 * object's is reported in every build, with the object and the last function that
 * allocated or freed it. slab_debug= adds red zones, poison and backtraces.
 *
 * Names and meanings are those of Linux 6.1, but for the destructor, which Linux
 * had until 2.6.23 and the textbooks describe.
 */
#ifndef MM_SLAB_H
#define MM_SLAB_H

#include <kernel/lib/types.h>
#include <mm/gfp.h>

struct kmem_cache;
struct seq_file;

/* The textbooks' name of the type. */
typedef struct kmem_cache kmem_cache_t;

/*
 * Flags of kmem_cache_create(), with Linux's values. The first four are also what
 * slab_debug= sets from outside; with any of them a cache has no per-CPU arrays.
 */
#define SLAB_CONSISTENCY_CHECKS ((__force slab_flags_t)0x00000100U) /* walk lists at each use */
#define SLAB_RED_ZONE           ((__force slab_flags_t)0x00000400U) /* guard bytes around */
#define SLAB_POISON             ((__force slab_flags_t)0x00000800U) /* fill free objects */
#define SLAB_STORE_USER         ((__force slab_flags_t)0x00010000U) /* backtraces of last use */
#define SLAB_HWCACHE_ALIGN      ((__force slab_flags_t)0x00002000U) /* align to cache lines */
#define SLAB_CACHE_DMA          ((__force slab_flags_t)0x00004000U) /* pages of ZONE_DMA */
#define SLAB_PANIC              ((__force slab_flags_t)0x00040000U) /* creation must not fail */

/* Bytes of the largest object with a cache of its own, and of the largest of all. */
#define KMALLOC_MAX_CACHE_SIZE 8192UL
#define KMALLOC_MAX_SIZE       (PAGE_SIZE << (MAX_ORDER - 1))
/* Alignment of every object from kmalloc(); powers of two are aligned to their size. */
#define ARCH_KMALLOC_MINALIGN 8UL
/* Bytes of a cache's name, the terminator included; a longer one is cut. */
#define KMEM_CACHE_NAMELEN 28

/*
 * What kmalloc(0) returns: not NULL, for it is no failure, and not to be touched.
 * kfree() takes it; ksize() of it is 0.
 */
#define ZERO_SIZE_PTR       ((void *)16)
#define ZERO_OR_NULL_PTR(x) ((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)

/**
 * kmem_cache_create - make a cache
 * @name:  as shown in slabinfo; copied
 * @size:  bytes of an object, 1 to KMALLOC_MAX_SIZE
 * @align: bytes, a power of two up to PAGE_SIZE, or 0 for that of a word
 * @flags: SLAB_*
 * @ctor:  called once for each object when its slab is made; or NULL
 * @dtor:  called once for each object when its slab is destroyed; or NULL
 *
 * An object goes back as it was constructed: the constructor is not run again
 * between a free and the next allocation. It may run with interrupts off, when the
 * allocation that needs a slab is atomic, and so may the destructor.
 *
 * Context: process context, may sleep. Takes the cache chain's lock.
 * Return: the cache, or NULL when memory ran out (with SLAB_PANIC that panics) or,
 *         after a report, when an argument makes no sense.
 */
struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
				     slab_flags_t flags, void (*ctor)(void *),
				     void (*dtor)(void *)) __must_check;

/**
 * kmem_cache_destroy - destroy a cache and its slabs
 * @cachep: the cache, or NULL for nothing
 *
 * While objects are allocated, that is refused: each of them is listed in a bug
 * report, and the cache stays as it was.
 *
 * Context: process context, may sleep. Nobody may use the cache meanwhile.
 */
void kmem_cache_destroy(struct kmem_cache *cachep);

/**
 * kmem_cache_shrink - give empty slabs back to the page allocator
 * @cachep: any cache
 *
 * Empties this CPU's array of free objects first.
 *
 * Context: process context, may sleep.
 * Return: 0 when the cache has no slab left, 1 otherwise.
 */
int kmem_cache_shrink(struct kmem_cache *cachep);

/** kmem_cache_size - bytes of an object as kmem_cache_create() was told. Context: any. */
unsigned int kmem_cache_size(struct kmem_cache *cachep);
/** kmem_cache_name - as given to kmem_cache_create(), perhaps cut. Context: any. */
const char *kmem_cache_name(struct kmem_cache *cachep);

/**
 * kmem_cache_free - give an object back
 * @cachep: the cache that it came from
 * @objp:   the object
 *
 * Reported, and left alone: what is no object of @cachep (NULL too), and what is
 * free already.
 *
 * Context: any, also interrupt handlers. Takes a node's list_lock.
 */
void kmem_cache_free(struct kmem_cache *cachep, void *objp);

/**
 * kfree - give back what kmalloc() and its kin returned
 * @objp: the object; NULL and ZERO_SIZE_PTR are ignored
 *
 * An object of any cache will do. All else is reported and left alone: an address
 * inside an object, in a free page or one that came from the page allocator, of
 * vmalloc() or of no memory at all, and what has been freed already.
 *
 * Context: any, also interrupt handlers.
 */
void kfree(const void *objp);

/**
 * kmem_cache_alloc - allocate an object
 * @cachep: the cache
 * @flags:  GFP_KERNEL where one may sleep, GFP_ATOMIC elsewhere; __GFP_ZERO clears
 *
 * Context: as @flags say, also interrupt handlers. Takes a node's list_lock, and
 *          without it what alloc_pages() takes.
 * Return: the object, or NULL when memory ran out. Release with kmem_cache_free().
 */
void *kmem_cache_alloc(struct kmem_cache *cachep, gfp_t flags) __must_check __malloc
	__dealloc(kmem_cache_free, 2) __dealloc(kfree, 1);

/** kmem_cache_zalloc - kmem_cache_alloc() of an object filled with zeroes */
void *kmem_cache_zalloc(struct kmem_cache *cachep, gfp_t flags) __must_check __malloc
	__dealloc(kmem_cache_free, 2) __dealloc(kfree, 1);

/** kmem_cache_alloc_node - kmem_cache_alloc() near node @nid; any, for NUMA_NO_NODE */
void *kmem_cache_alloc_node(struct kmem_cache *cachep, gfp_t flags, int nid) __must_check __malloc
	__dealloc(kmem_cache_free, 2) __dealloc(kfree, 1);

/**
 * kmem_cache_alloc_bulk - allocate several objects
 * @cachep: the cache
 * @flags:  as kmem_cache_alloc()
 * @nr:     how many
 * @p:      out: the objects
 *
 * Context: as @flags say.
 * Return: @nr, or 0 when not all could be had, and then none is.
 */
int kmem_cache_alloc_bulk(struct kmem_cache *cachep, gfp_t flags, size_t nr, void **p) __must_check;

/**
 * kmem_cache_free_bulk - give several objects back
 * @cachep: the cache of all of them, or NULL: each as kfree() does
 * @nr:     how many
 * @p:      the objects
 * Context: any.
 */
void kmem_cache_free_bulk(struct kmem_cache *cachep, size_t nr, void **p);
#define kfree_bulk(nr, p) kmem_cache_free_bulk(NULL, (nr), (p))

/**
 * kmem_cache_init - make the first caches, and those of kmalloc()
 * Context: boot, after memblock_free_all(). Panics when memory does not suffice.
 */
void kmem_cache_init(void);

/** slab_is_available - may kmalloc() be used yet? */
bool slab_is_available(void);

/** slab_nr_pages - pages that slabs occupy, for meminfo. Context: any. */
unsigned long slab_nr_pages(void);

/**
 * show_slab_cache - a cache: its geometry, and the state of each object of each slab
 * @name: of a cache; of several with one name all
 * Context: process; one caller at a time. Return: false when there is none.
 */
bool show_slab_cache(struct seq_file *m, const char *name);

/**
 * show_slabtop - the caches that sort first, in the columns of slabtop
 * @key: what to sort by, as there: a active objects, b objects a slab, c cache size,
 *       l slabs, n name, p pages a slab, s object size, u part in use, v active slabs;
 *       all else number of objects
 * @all: as many as there are, in place of as many as fit a screen
 * Context: process; one caller at a time.
 */
void show_slabtop(struct seq_file *m, char key, bool all);

/** kmem_cache_names - call @visit with the name of each cache. Context: process. */
void kmem_cache_names(void (*visit)(void *arg, const char *name), void *arg);

/** show_slabinfo - all caches in the columns of Linux's /proc/slabinfo. Context: process. */
void show_slabinfo(struct seq_file *m);

/**
 * kmem_cache_check - walk a cache and verify every invariant of mm/slab.c
 * @cachep: any cache
 *
 * With SLAB_RED_ZONE or SLAB_POISON the contents of its objects are checked too.
 *
 * Context: any; interrupts are off for a time that grows with the cache.
 * Return: true when sound; what is wrong is printed.
 */
bool kmem_cache_check(struct kmem_cache *cachep);

/** slab_check - kmem_cache_check() of all caches. Context: process. */
bool slab_check(void);

/*
 * kmalloc()
 */

/*
 * The caches of kmalloc(): the sizes of mm/kmalloc_sizes.h, once in any low memory,
 * once in ZONE_DMA.
 */
enum kmalloc_cache_type { KMALLOC_NORMAL, KMALLOC_DMA, NR_KMALLOC_TYPES };

enum kmalloc_class {
#define KMALLOC_CLASS(bytes) KMALLOC_##bytes,
#include <mm/kmalloc_sizes.h>
	NR_KMALLOC_CLASSES
};

extern struct kmem_cache *kmalloc_caches[NR_KMALLOC_TYPES][NR_KMALLOC_CLASSES];

/* kmalloc_class - smallest class that holds @size bytes; for constants, at compile time */
static __always_inline unsigned int kmalloc_class(size_t size)
{
#define KMALLOC_CLASS(bytes)                                                                       \
	if (size <= (bytes))                                                                       \
		return KMALLOC_##bytes;
#include <mm/kmalloc_sizes.h>
	return NR_KMALLOC_CLASSES;
}

static __always_inline enum kmalloc_cache_type kmalloc_type(gfp_t flags)
{
	return flags & __GFP_DMA ? KMALLOC_DMA : KMALLOC_NORMAL;
}

/* What kmalloc() becomes: a class known at compile time, whole pages, a size looked up. */
void *kmalloc_trace(struct kmem_cache *cachep, gfp_t flags, size_t size) __must_check __malloc
	__dealloc(kfree, 1);
void *kmalloc_large(size_t size, gfp_t flags) __must_check __malloc __dealloc(kfree, 1);
void *__kmalloc(size_t size, gfp_t flags) __must_check __malloc __dealloc(kfree, 1);

/**
 * kmalloc - allocate memory that is contiguous, physically too
 * @size:  bytes, up to KMALLOC_MAX_SIZE
 * @flags: as kmem_cache_alloc(); with GFP_DMA from ZONE_DMA
 *
 * Aligned to ARCH_KMALLOC_MINALIGN, and to @size if that is a power of two.
 *
 * Context: as @flags say, also interrupt handlers.
 * Return: the memory, NULL when there is none, ZERO_SIZE_PTR for a @size of 0.
 *         Release with kfree().
 */
static __always_inline void *__must_check kmalloc(size_t size, gfp_t flags)
{
	if (!__builtin_constant_p(size))
		return __kmalloc(size, flags);
	if (size == 0)
		return ZERO_SIZE_PTR;
	if (size > KMALLOC_MAX_CACHE_SIZE)
		return kmalloc_large(size, flags);
	return kmalloc_trace(kmalloc_caches[kmalloc_type(flags)][kmalloc_class(size)], flags, size);
}

/** kzalloc - kmalloc() of zeroed memory */
static __always_inline void *__must_check kzalloc(size_t size, gfp_t flags)
{
	return kmalloc(size, flags | __GFP_ZERO);
}

/** kmalloc_array - kmalloc() of @n times @size bytes, NULL when that overflows */
static __always_inline void *__must_check kmalloc_array(size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	if (__builtin_constant_p(n) && __builtin_constant_p(size))
		return kmalloc(bytes, flags);
	return __kmalloc(bytes, flags);
}

/** kcalloc - kmalloc_array() of zeroed memory */
static __always_inline void *__must_check kcalloc(size_t n, size_t size, gfp_t flags)
{
	return kmalloc_array(n, size, flags | __GFP_ZERO);
}

/** kmalloc_node - kmalloc() near node @nid; any, for NUMA_NO_NODE */
void *kmalloc_node(size_t size, gfp_t flags, int nid) __must_check __malloc __dealloc(kfree, 1);

/** kzalloc_node - kmalloc_node() of zeroed memory */
static __always_inline void *__must_check kzalloc_node(size_t size, gfp_t flags, int nid)
{
	return kmalloc_node(size, flags | __GFP_ZERO, nid);
}

/**
 * krealloc - change the size of an object, moving it if need be
 * @objp:  the object; NULL and ZERO_SIZE_PTR as for an object of 0 bytes
 * @size:  bytes wanted; for 0 the object is freed
 * @flags: as kmalloc(); __GFP_ZERO clears what an object that moves gains
 *
 * An object that has the room stays where it is.
 *
 * Context: as @flags say.
 * Return: the object, ZERO_SIZE_PTR for a @size of 0, or NULL when memory ran out:
 *         @objp is then untouched.
 */
void *krealloc(const void *objp, size_t size, gfp_t flags) __must_check;

/**
 * ksize - bytes that may be used of an object, not less than were asked for
 * @objp: from kmalloc(); for NULL and ZERO_SIZE_PTR the answer is 0
 *
 * A pointer that kfree() would refuse is reported, and has 0 bytes.
 *
 * Context: any.
 */
size_t ksize(const void *objp);

/* mm/util.c. Context of all: as @gfp says. Each returns NULL when memory ran out. */

/** kstrdup - a copy of the string @s; NULL for NULL */
char *kstrdup(const char *s, gfp_t gfp) __must_check __malloc __dealloc(kfree, 1);
/** kstrndup - a copy of at most @max bytes of @s, terminated; NULL for NULL */
char *kstrndup(const char *s, size_t max, gfp_t gfp) __must_check __malloc __dealloc(kfree, 1);
/** kmemdup - a copy of @len bytes at @src */
void *kmemdup(const void *src, size_t len, gfp_t gfp) __must_check __malloc __dealloc(kfree, 1);

/** kvfree - free what kvmalloc() returned; NULL is ignored. Context: as vfree(). */
void kvfree(const void *addr);

/**
 * kvmalloc - contiguous memory if it can be had, virtually contiguous otherwise
 * @size:  bytes
 * @flags: GFP_KERNEL, perhaps with __GFP_ZERO and __GFP_NOWARN
 *
 * More than a page is first asked of kmalloc() without making an effort.
 *
 * Context: process context, may sleep.
 * Return: the memory, or NULL. Release with kvfree().
 */
void *kvmalloc(size_t size, gfp_t flags) __must_check __malloc __dealloc(kvfree, 1);

/** kvzalloc - kvmalloc() of zeroed memory */
static __always_inline void *__must_check kvzalloc(size_t size, gfp_t flags)
{
	return kvmalloc(size, flags | __GFP_ZERO);
}

#endif
