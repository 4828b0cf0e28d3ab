/* SPDX-License-Identifier: MIT */
/*
 * Slab debugging: red zones, poison, and who used an object last.
 *
 * slab_debug=FPZU[,cache,...] or the flags of kmem_cache_create() switch it on, cache
 * by cache. Such a cache has no per-CPU arrays, so that every allocation and free
 * comes by here, and its objects have company:
 *
 *   | red zone | object ......... | red zone | used_size, tracks | red zone of the next
 *   -8         0                  object_size red_end
 *
 *   Z  the red zones hold one byte value while the object is free and another while
 *      it is allocated. kmalloc() asks for less than its class has; the rest of the
 *      object then belongs to the red zone behind it.
 *   P  a free object is filled with 0x6b and ends with 0xa5; a new one is filled with
 *      0x5a, so that using what was never written is conspicuous. Objects that have
 *      a constructor or a destructor keep their contents and are not poisoned.
 *   U  backtraces of the last allocation and the last free.
 *   F  the slab's list of free objects is walked at each use.
 *
 * Damage is found when the object changes hands: an overrun when it is freed, a use
 * after free when it is allocated again, or when its slab is destroyed. After the
 * report the bytes are put right, and the object stays in service.
 *
 * Locking: the object belongs to the caller, who is just taking or giving it;
 * interrupts are off.
 *
 * Reference: Linux 6.1 mm/slub.c (init_object, check_object), include/linux/poison.h.
 */

#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/params.h>
#include <mm/slab_internal.h>

#define RED_INACTIVE 0xbb
#define RED_ACTIVE   0xcc
#define POISON_INUSE 0x5a
#define POISON_FREE  0x6b
#define POISON_END   0xa5

#define RED_ZONE_SIZE sizeof(u64)

/* slab_debug=: flags, and the names that they are for; no names: for all. */
static slab_flags_t debug_flags;
static char debug_names[96];

static slab_flags_t debug_flag(char letter)
{
	switch (letter | 0x20) {
	case 'f':
		return SLAB_CONSISTENCY_CHECKS;
	case 'p':
		return SLAB_POISON;
	case 'z':
		return SLAB_RED_ZONE;
	case 'u':
		return SLAB_STORE_USER;
	default:
		return (__force slab_flags_t)0;
	}
}

/**
 * slab_debug_parse - understand the value of slab_debug=
 * @val:   letters, all of them if there is none; then names, each after a comma
 * @flags: out: what the letters mean
 * Return: the names, without the first comma; NULL for an unknown letter.
 */
const char *slab_debug_parse(const char *val, slab_flags_t *flags)
{
	*flags = *val && *val != ',' ? (__force slab_flags_t)0 : SLAB_DEBUG_FLAGS;
	for (; *val && *val != ','; val++) {
		if (!debug_flag(*val))
			return NULL;
		*flags |= debug_flag(*val);
	}
	return *val ? val + 1 : val;
}

/** slab_debug_matches - is @name among @names? One that ends with '*' is a beginning. */
bool slab_debug_matches(const char *names, const char *name)
{
	if (!*names)
		return true;
	for (;;) {
		size_t len = strchrnul(names, ',') - names;

		if (len && names[len - 1] == '*' && !strncmp(name, names, len - 1))
			return true;
		if (len && strlen(name) == len && !strncmp(name, names, len))
			return true;
		if (!names[len])
			return false;
		names += len + 1;
	}
}

static int __init slab_debug_setup(const char *val)
{
	slab_flags_t flags;
	const char *names = slab_debug_parse(val, &flags);

	if (!names || strlen(names) >= sizeof(debug_names))
		return -EINVAL;
	strscpy(debug_names, names, sizeof(debug_names));
	debug_flags = flags;
	return 0;
}
kernel_param("slab_debug", slab_debug_setup, "[FPZU][,CACHE...]",
	     "check slab objects: lists, poison, red zones, users; a CACHE may end with *");

/*
 * slab_debug_flags - the flags of a new cache, with those of the command line
 * @constructed: its objects keep their contents while free
 */
slab_flags_t slab_debug_flags(const char *name, slab_flags_t flags, bool constructed)
{
	if (debug_flags && slab_debug_matches(debug_names, name))
		flags |= debug_flags;
	return constructed ? flags & ~SLAB_POISON : flags;
}

/* slab_debug_layout - make room beside the objects of a cache; sets size and red_end */
void slab_debug_layout(struct kmem_cache *cachep)
{
	size_t end = ALIGN(cachep->object_size, __alignof__(struct slab_debug_data));

	if (cachep->flags & SLAB_RED_ZONE)
		end += RED_ZONE_SIZE;
	cachep->red_end = end;
	end += cachep->flags & SLAB_STORE_USER ? sizeof(struct slab_debug_data) : sizeof(u32);
	if (cachep->flags & SLAB_RED_ZONE)
		end += RED_ZONE_SIZE; /* the one before the next object */
	cachep->size = ALIGN(end, cachep->align);
}

/* What each byte is to be. */

static void set_red_zones(struct kmem_cache *cachep, void *objp, size_t used, u8 value)
{
	if (!(cachep->flags & SLAB_RED_ZONE))
		return;
	memset(objp - RED_ZONE_SIZE, value, RED_ZONE_SIZE);
	memset(objp + used, value, cachep->red_end - used);
}

static void set_free(struct kmem_cache *cachep, void *objp)
{
	slab_debug_data(cachep, objp)->used_size = cachep->object_size;
	set_red_zones(cachep, objp, cachep->object_size, RED_INACTIVE);
	if (cachep->flags & SLAB_POISON) {
		memset(objp, POISON_FREE, cachep->object_size - 1);
		((u8 *)objp)[cachep->object_size - 1] = POISON_END;
	}
}

static void set_in_use(struct kmem_cache *cachep, void *objp, size_t size)
{
	/* Only kmalloc()'s callers ask for less than the object has. */
	size_t used = cachep->flags & SLAB_KMALLOC ? size : cachep->object_size;

	slab_debug_data(cachep, objp)->used_size = used;
	if (cachep->flags & SLAB_POISON)
		memset(objp, POISON_INUSE, cachep->object_size);
	set_red_zones(cachep, objp, used, RED_ACTIVE);
}

static void set_track(struct kmem_cache *cachep, void *objp, enum slab_track_item item,
		      unsigned long caller)
{
	struct slab_track *track;

	if (!(cachep->flags & SLAB_STORE_USER))
		return;
	track = &slab_debug_data(cachep, objp)->track[item];
	track->caller = caller;
	track->cpu = smp_processor_id();
	/* The innermost frames are the allocator's own. */
	track->nr = stack_trace_save(track->entries, ARRAY_SIZE(track->entries), 2);
}

static long first_other(const void *objp, long from, long to, u8 value)
{
	const u8 *bad = memchr_inv(objp + from, value, to - from);

	return bad ? bad - (const u8 *)objp : to;
}

/**
 * slab_damage - does an object lie there as it was left?
 * @in_use: it is allocated, so that its contents are its owner's business
 * @offset: out: first wrong byte, counted from the object's start
 * Return: NULL if so; else what seems to have happened to it.
 */
const char *slab_damage(struct kmem_cache *cachep, const void *objp, bool in_use, long *offset)
{
	u8 red = in_use ? RED_ACTIVE : RED_INACTIVE;
	long size = cachep->object_size;
	long used = in_use ? slab_debug_data(cachep, objp)->used_size : cachep->object_size;

	if (cachep->flags & SLAB_RED_ZONE) {
		*offset = first_other(objp, -(long)RED_ZONE_SIZE, 0, red);
		if (*offset < 0)
			return "underrun";
		/* A wild write may have hit the size itself, which lies behind. */
		used = min(used, size);
		*offset = first_other(objp, used, cachep->red_end, red);
		if (*offset < (long)cachep->red_end)
			return "overrun";
	}
	if (!in_use && (cachep->flags & SLAB_POISON)) {
		*offset = first_other(objp, 0, size - 1, POISON_FREE);
		if (*offset < size - 1 || ((const u8 *)objp)[size - 1] != POISON_END)
			return "use after free";
	}
	return NULL;
}

/* Report damage, if there is any. The caller puts it right. */
static void report_damage(struct kmem_cache *cachep, const void *objp, bool in_use)
{
	long offset;
	const char *what = slab_damage(cachep, objp, in_use, &offset);

	if (what)
		slab_report_damage(cachep, objp, what, offset);
}

static void check_lists(struct kmem_cache *cachep, const void *objp)
{
	struct kmem_cache_node *n = cache_node(cachep);
	unsigned long flags;

	if (!(cachep->flags & SLAB_CONSISTENCY_CHECKS))
		return;
	spin_lock_irqsave(&n->list_lock, flags);
	BUG_ON(!slab_check_list(cachep, virt_to_page(objp)->slab));
	spin_unlock_irqrestore(&n->list_lock, flags);
}

/* The life of an object. */

/* slab_debug_init_object - a slab has been made: its objects are free */
void slab_debug_init_object(struct kmem_cache *cachep, void *objp)
{
	if (cachep->flags & SLAB_STORE_USER)
		memset(slab_debug_data(cachep, objp), 0, sizeof(struct slab_debug_data));
	set_free(cachep, objp);
}

/* slab_debug_alloc - an object is being allocated: is it as it was when freed? */
void slab_debug_alloc(struct kmem_cache *cachep, void *objp, size_t size, unsigned long caller)
{
	check_lists(cachep, objp);
	report_damage(cachep, objp, false);
	set_in_use(cachep, objp, size);
	set_track(cachep, objp, TRACK_ALLOC, caller);
}

/* slab_debug_free - an object is being freed: did its owner keep within it? */
void slab_debug_free(struct kmem_cache *cachep, void *objp, unsigned long caller)
{
	check_lists(cachep, objp);
	report_damage(cachep, objp, true);
	set_track(cachep, objp, TRACK_FREE, caller);
	set_free(cachep, objp);
}

/* slab_debug_retire - the slab of a free object is being destroyed */
void slab_debug_retire(struct kmem_cache *cachep, void *objp)
{
	report_damage(cachep, objp, false);
}

/* How much of an object kmalloc()'s caller uses. Only debugging knows. */

static struct kmem_cache *debugged_cache(const void *objp)
{
	struct page *page = virt_to_page(objp);

	return PageSlab(page) && (page->slab_cache->flags & SLAB_DEBUG_FLAGS) ? page->slab_cache
									      : NULL;
}

/* slab_used_size - bytes of @objp that were asked for; @room, where that is not known */
size_t slab_used_size(const void *objp, size_t room)
{
	struct kmem_cache *cachep = debugged_cache(objp);

	return cachep ? min_t(size_t, slab_debug_data(cachep, objp)->used_size, room) : room;
}

/* slab_set_used_size - the owner uses @size bytes from now on; moves the red zone */
void slab_set_used_size(const void *objp, size_t size)
{
	struct kmem_cache *cachep = debugged_cache(objp);

	if (!cachep)
		return;
	report_damage(cachep, objp, true);
	slab_debug_data(cachep, objp)->used_size = size;
	set_red_zones(cachep, (void *)objp, size, RED_ACTIVE);
}
