/* SPDX-License-Identifier: MIT */
/*
 * memblock: which memory there is and which of it is taken, before there is a page
 * allocator. Names, arguments and meaning are those of Linux 6.1 <linux/memblock.h>.
 *
 * Two lists of physical ranges, "memory" and "reserved"; free is what is in the first
 * and not in the second. Nothing else is remembered, save the permission to move a
 * full list into a larger array.
 *
 * Ranges are (base, size) in bytes. A range that would pass PHYS_ADDR_MAX ends there;
 * one of size 0 is nothing, and asking for it succeeds. Calls that return int return 0,
 * or -ENOMEM when a list is full and could not grow; then they have changed nothing.
 *
 * Context of all of it: boot, one CPU, no locks. After memblock_discard() the lists
 * are a record to look at.
 */
#ifndef MM_MEMBLOCK_H
#define MM_MEMBLOCK_H

#include <kernel/lib/types.h>
#include <arch/page.h>
#include <mm/numa.h>

#define PHYS_ADDR_MAX (~(phys_addr_t)0)

/* Where an allocation may end: anywhere, or below memblock.current_limit. */
#define MEMBLOCK_ALLOC_ANYWHERE   (~(phys_addr_t)0)
#define MEMBLOCK_ALLOC_ACCESSIBLE ((phys_addr_t)0)
#define MEMBLOCK_LOW_LIMIT        ((phys_addr_t)0)
#define ARCH_LOW_ADDRESS_LIMIT    ((phys_addr_t)0xffffffff)

/* Entries of the arrays that a list begins with. */
#define INIT_MEMBLOCK_REGIONS          128
#define INIT_MEMBLOCK_RESERVED_REGIONS INIT_MEMBLOCK_REGIONS

/*
 * enum memblock_flags - what is special about a region of memory
 * @MEMBLOCK_HOTPLUG: may be unplugged later; used like any other
 * @MEMBLOCK_MIRROR:  mirrored by the hardware; iterators can choose it, allocation does not
 * @MEMBLOCK_NOMAP:   RAM that must not be mapped: never allocated, never handed over
 * @MEMBLOCK_DRIVER_MANAGED: belongs to a driver; like NOMAP for us
 */
enum memblock_flags {
	MEMBLOCK_NONE = 0x0,
	MEMBLOCK_HOTPLUG = 0x1,
	MEMBLOCK_MIRROR = 0x2,
	MEMBLOCK_NOMAP = 0x4,
	MEMBLOCK_DRIVER_MANAGED = 0x8,
};

/*
 * struct memblock_region - the range [@base, @base + @size)
 */
struct memblock_region {
	phys_addr_t base;
	phys_addr_t size;
	enum memblock_flags flags;
#ifdef CONFIG_NUMA
	int nid;
#endif
};

/*
 * struct memblock_type - a list of regions: sorted, disjoint, minimal
 * @cnt:        entries in use; an empty list has one, of size 0
 * @max:        entries there is room for
 * @total_size: bytes in all regions
 * @regions:    the array
 * @name:       for views
 */
struct memblock_type {
	unsigned long cnt;
	unsigned long max;
	phys_addr_t total_size;
	struct memblock_region *regions;
	char *name;
};

/*
 * struct memblock - all there is
 * @bottom_up:     allocate the lowest fitting place, not the highest
 * @current_limit: allocations end here unless they say where else
 */
struct memblock {
	bool bottom_up;
	phys_addr_t current_limit;
	struct memblock_type memory;
	struct memblock_type reserved;
};

extern struct memblock memblock;
/* What the machine has, whatever mem= takes away from memblock.memory. */
extern struct memblock_type physmem;

/* The permission to resize; written by memblock_allow_resize(), and by suites. */
extern bool memblock_can_resize;
/* memblock=debug: report each change, and let memblock_dump_all() print. */
extern bool memblock_debug;

/* ---- Editing the lists ------------------------------------------------------------ */

/**
 * memblock_add_node - register memory
 * @base, @size: the range
 * @nid: node it belongs to
 * @flags: MEMBLOCK_*
 *
 * What is registered already stays as it is, flags and node included.
 */
int memblock_add_node(phys_addr_t base, phys_addr_t size, int nid, enum memblock_flags flags);
/** memblock_add - memblock_add_node() of ordinary memory on no particular node */
int memblock_add(phys_addr_t base, phys_addr_t size);
/** memblock_remove - forget memory */
int memblock_remove(phys_addr_t base, phys_addr_t size);
/** memblock_physmem_add - note in physmem that there is memory */
int memblock_physmem_add(phys_addr_t base, phys_addr_t size);

/**
 * memblock_reserve - take a range, be it memory or not, reserved already or not
 *
 * When the list must grow, its new array lies clear of the range.
 */
int memblock_reserve(phys_addr_t base, phys_addr_t size);
/** memblock_phys_free - give a range back, whatever of it was reserved */
int memblock_phys_free(phys_addr_t base, phys_addr_t size);
/** memblock_free - memblock_phys_free() by direct-map address; nothing for NULL */
void memblock_free(void *ptr, size_t size);

/**
 * memblock_mark_hotplug - set or clear a flag on what memory there is in a range
 *
 * Regions are split at the ends of the range and merged with their equals.
 */
int memblock_mark_hotplug(phys_addr_t base, phys_addr_t size);
int memblock_clear_hotplug(phys_addr_t base, phys_addr_t size);
int memblock_mark_nomap(phys_addr_t base, phys_addr_t size);
int memblock_clear_nomap(phys_addr_t base, phys_addr_t size);

/**
 * memblock_set_node - set the node of the regions of @type in a range
 * Without CONFIG_NUMA there is nothing to set. Return: 0 or -ENOMEM.
 */
int memblock_set_node(phys_addr_t base, phys_addr_t size, struct memblock_type *type, int nid);

/**
 * memblock_trim_memory - shrink each region of memory to multiples of @align
 * @align: power of two. Regions that hold no aligned piece vanish.
 */
void memblock_trim_memory(phys_addr_t align);

/**
 * memblock_enforce_memory_limit - keep the lowest @limit bytes of memory
 * @limit: 0, or more than there is, changes nothing
 *
 * What lies above is forgotten in both lists.
 */
void memblock_enforce_memory_limit(phys_addr_t limit);

/**
 * memblock_cap_memory_range - keep only the memory in a range, and all NOMAP memory
 *
 * Reservations outside of the range are forgotten. Size 0, or no memory at all,
 * changes nothing.
 */
void memblock_cap_memory_range(phys_addr_t base, phys_addr_t size);

/** memblock_allow_resize - from now on free memory is mapped, and full lists may move there */
void memblock_allow_resize(void);

/* ---- Asking ----------------------------------------------------------------------- */

phys_addr_t memblock_phys_mem_size(void);
phys_addr_t memblock_reserved_size(void);
/* First byte of memory, and the first behind all of it; 0 when there is none. */
phys_addr_t memblock_start_of_DRAM(void);
phys_addr_t memblock_end_of_DRAM(void);
bool memblock_is_memory(phys_addr_t addr);
/** memblock_is_map_memory - is it memory, and not NOMAP? */
bool memblock_is_map_memory(phys_addr_t addr);
bool memblock_is_reserved(phys_addr_t addr);
/** memblock_is_region_memory - does one region of memory hold the whole range? */
bool memblock_is_region_memory(phys_addr_t base, phys_addr_t size);
/** memblock_is_region_reserved - is any byte of the range reserved? */
bool memblock_is_region_reserved(phys_addr_t base, phys_addr_t size);
/** memblock_overlaps_region - does any region of @type touch the range? */
bool memblock_overlaps_region(const struct memblock_type *type, phys_addr_t base, phys_addr_t size);

static inline void memblock_set_bottom_up(bool enable)
{
	memblock.bottom_up = enable;
}

static inline bool memblock_bottom_up(void)
{
	return memblock.bottom_up;
}

static inline void memblock_set_current_limit(phys_addr_t limit)
{
	memblock.current_limit = limit;
}

static inline phys_addr_t memblock_get_current_limit(void)
{
	return memblock.current_limit;
}

static inline bool memblock_is_hotpluggable(const struct memblock_region *m)
{
	return m->flags & MEMBLOCK_HOTPLUG;
}

static inline bool memblock_is_mirror(const struct memblock_region *m)
{
	return m->flags & MEMBLOCK_MIRROR;
}

static inline bool memblock_is_nomap(const struct memblock_region *m)
{
	return m->flags & MEMBLOCK_NOMAP;
}

static inline bool memblock_is_driver_managed(const struct memblock_region *m)
{
	return m->flags & MEMBLOCK_DRIVER_MANAGED;
}

static inline int memblock_get_region_node(const struct memblock_region *r)
{
#ifdef CONFIG_NUMA
	return r->nid;
#else
	(void)r;
	return 0;
#endif
}

static inline void memblock_set_region_node(struct memblock_region *r, int nid)
{
#ifdef CONFIG_NUMA
	r->nid = nid;
#else
	(void)r;
	(void)nid;
#endif
}

/* ---- Allocating ------------------------------------------------------------------- */

/**
 * memblock_phys_alloc_range - reserve a free range and return its address
 * @size:  bytes
 * @align: power of two; 0 is SMP_CACHE_BYTES
 * @start: lowest address
 * @end:   first byte behind the highest; MEMBLOCK_ALLOC_ACCESSIBLE is the current limit
 *
 * The highest aligned place (the lowest, bottom-up) inside a free part of one region of
 * memory; never in the first page, never NOMAP. The memory is not cleared.
 *
 * Return: physical address, or 0. Release with memblock_phys_free().
 */
phys_addr_t memblock_phys_alloc_range(phys_addr_t size, phys_addr_t align, phys_addr_t start,
				      phys_addr_t end);
/** memblock_phys_alloc_try_nid - below the current limit, on node @nid if it can be */
phys_addr_t memblock_phys_alloc_try_nid(phys_addr_t size, phys_addr_t align, int nid);

/**
 * memblock_alloc_try_nid - allocate cleared memory
 * @size, @align: as in memblock_phys_alloc_range()
 * @min_addr: lowest address; dropped when it cannot be met
 * @max_addr: first byte behind the highest; never more than the current limit, which
 *            MEMBLOCK_ALLOC_ACCESSIBLE stands for
 * @nid: node to prefer, or NUMA_NO_NODE; others serve when it cannot
 *
 * Return: direct-map address, or NULL. Release with memblock_free().
 */
void *memblock_alloc_try_nid(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
			     phys_addr_t max_addr, int nid);
/** memblock_alloc_try_nid_raw - the same, not cleared */
void *memblock_alloc_try_nid_raw(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
				 phys_addr_t max_addr, int nid);
/** memblock_alloc_exact_nid_raw - not cleared, and no other node will do */
void *memblock_alloc_exact_nid_raw(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
				   phys_addr_t max_addr, int nid);

static inline phys_addr_t memblock_phys_alloc(phys_addr_t size, phys_addr_t align)
{
	return memblock_phys_alloc_range(size, align, MEMBLOCK_LOW_LIMIT,
					 MEMBLOCK_ALLOC_ACCESSIBLE);
}

static inline void *memblock_alloc(phys_addr_t size, phys_addr_t align)
{
	return memblock_alloc_try_nid(size, align, MEMBLOCK_LOW_LIMIT, MEMBLOCK_ALLOC_ACCESSIBLE,
				      NUMA_NO_NODE);
}

static inline void *memblock_alloc_raw(phys_addr_t size, phys_addr_t align)
{
	return memblock_alloc_try_nid_raw(size, align, MEMBLOCK_LOW_LIMIT,
					  MEMBLOCK_ALLOC_ACCESSIBLE, NUMA_NO_NODE);
}

static inline void *memblock_alloc_from(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr)
{
	return memblock_alloc_try_nid(size, align, min_addr, MEMBLOCK_ALLOC_ACCESSIBLE,
				      NUMA_NO_NODE);
}

static inline void *memblock_alloc_low(phys_addr_t size, phys_addr_t align)
{
	return memblock_alloc_try_nid(size, align, MEMBLOCK_LOW_LIMIT, ARCH_LOW_ADDRESS_LIMIT,
				      NUMA_NO_NODE);
}

static inline void *memblock_alloc_node(phys_addr_t size, phys_addr_t align, int nid)
{
	return memblock_alloc_try_nid(size, align, MEMBLOCK_LOW_LIMIT, MEMBLOCK_ALLOC_ACCESSIBLE,
				      nid);
}

/* ---- Iterating -------------------------------------------------------------------- */

void __next_mem_range(u64 *idx, int nid, enum memblock_flags flags,
		      const struct memblock_type *type_a, const struct memblock_type *type_b,
		      phys_addr_t *out_start, phys_addr_t *out_end, int *out_nid);
void __next_mem_range_rev(u64 *idx, int nid, enum memblock_flags flags,
			  const struct memblock_type *type_a, const struct memblock_type *type_b,
			  phys_addr_t *out_start, phys_addr_t *out_end, int *out_nid);
void __next_mem_pfn_range(int *idx, int nid, unsigned long *out_start_pfn,
			  unsigned long *out_end_pfn, int *out_nid);

/*
 * The ranges of @type_a that are not in @type_b (nothing is left out if that is NULL),
 * one region of @type_a at a time. @i is a u64; @p_start, @p_end, @p_nid may be NULL.
 * The lists may not be edited on the way.
 */
#define __for_each_mem_range(i, type_a, type_b, nid, flags, p_start, p_end, p_nid)                 \
	for (i = 0, __next_mem_range(&i, nid, flags, type_a, type_b, p_start, p_end, p_nid);       \
	     i != U64_MAX;                                                                         \
	     __next_mem_range(&i, nid, flags, type_a, type_b, p_start, p_end, p_nid))

#define __for_each_mem_range_rev(i, type_a, type_b, nid, flags, p_start, p_end, p_nid)             \
	for (i = U64_MAX,                                                                          \
	    __next_mem_range_rev(&i, nid, flags, type_a, type_b, p_start, p_end, p_nid);           \
	     i != U64_MAX;                                                                         \
	     __next_mem_range_rev(&i, nid, flags, type_a, type_b, p_start, p_end, p_nid))

/* All memory but NOMAP. */
#define for_each_mem_range(i, p_start, p_end)                                                      \
	__for_each_mem_range(i, &memblock.memory, NULL, NUMA_NO_NODE,                              \
			     MEMBLOCK_HOTPLUG | MEMBLOCK_DRIVER_MANAGED, p_start, p_end, NULL)
#define for_each_mem_range_rev(i, p_start, p_end)                                                  \
	__for_each_mem_range_rev(i, &memblock.memory, NULL, NUMA_NO_NODE,                          \
				 MEMBLOCK_HOTPLUG | MEMBLOCK_DRIVER_MANAGED, p_start, p_end, NULL)
#define for_each_reserved_mem_range(i, p_start, p_end)                                             \
	__for_each_mem_range(i, &memblock.reserved, NULL, NUMA_NO_NODE, MEMBLOCK_NONE, p_start,    \
			     p_end, NULL)
/* What the machine has and @type does not. */
#define for_each_physmem_range(i, type, p_start, p_end)                                            \
	__for_each_mem_range(i, &physmem, type, NUMA_NO_NODE, MEMBLOCK_NONE, p_start, p_end, NULL)

/*
 * Free memory of node @nid (NUMA_NO_NODE: any). @flags asks for more (NOMAP,
 * DRIVER_MANAGED) or for less (MIRROR) than MEMBLOCK_NONE gives.
 */
#define for_each_free_mem_range(i, nid, flags, p_start, p_end, p_nid)                              \
	__for_each_mem_range(i, &memblock.memory, &memblock.reserved, nid, flags, p_start, p_end,  \
			     p_nid)
#define for_each_free_mem_range_reverse(i, nid, flags, p_start, p_end, p_nid)                      \
	__for_each_mem_range_rev(i, &memblock.memory, &memblock.reserved, nid, flags, p_start,     \
				 p_end, p_nid)

/* Whole pages of each region of memory on node @nid (MAX_NUMNODES: any); @i is an int. */
#define for_each_mem_pfn_range(i, nid, p_start, p_end, p_nid)                                      \
	for (i = -1, __next_mem_pfn_range(&i, nid, p_start, p_end, p_nid); i >= 0;                 \
	     __next_mem_pfn_range(&i, nid, p_start, p_end, p_nid))

/* Entries, the dummy of an empty list included. */
#define for_each_mem_region(region)                                                                \
	for (region = memblock.memory.regions;                                                     \
	     region < memblock.memory.regions + memblock.memory.cnt; region++)
#define for_each_reserved_mem_region(region)                                                       \
	for (region = memblock.reserved.regions;                                                   \
	     region < memblock.reserved.regions + memblock.reserved.cnt; region++)

/* ---- The end, and looking --------------------------------------------------------- */

/* memblock_receiver_t - takes the pages [@start_pfn, @end_pfn) that memblock gives away */
typedef void (*memblock_receiver_t)(unsigned long start_pfn, unsigned long end_pfn);

/**
 * memblock_free_all - hand all memory that is not reserved to the page allocator
 *
 * Whole free pages only, in ascending order, each once; NOMAP memory stays out.
 *
 * Return: number of pages handed over.
 */
unsigned long memblock_free_all(void);
/** __memblock_free_all - memblock_free_all() to another receiver, for suites */
unsigned long __memblock_free_all(memblock_receiver_t receive);

/**
 * memblock_discard - give the arrays that lists grew into to the page allocator
 *
 * To be called once, after memblock_free_all(). The lists go back into their first
 * arrays and stay to be looked at (of one that does not fit, the lowest regions).
 * Nothing can be allocated afterwards: the current limit is 0, and lists do not grow.
 */
void memblock_discard(void);
/** __memblock_discard - memblock_discard() to another receiver, for suites */
void __memblock_discard(memblock_receiver_t receive);

/**
 * memblock_free_pfn_range - receives what memblock_free_all() hands over
 * @start_pfn, @end_pfn: half open
 *
 * Defined by the page allocator (mm_init.c), not by memblock itself.
 */
void memblock_free_pfn_range(unsigned long start_pfn, unsigned long end_pfn);

/** memblock_dump_all - print both lists and physmem through printk, if memblock=debug */
void memblock_dump_all(void);

/** memblock_check - walk the lists; pr_err what is wrong. Return: true when sound. */
bool memblock_check(void);

struct seq_file;
/** show_memblock - the view: a line for each region, as in Linux's debugfs */
void show_memblock(struct seq_file *m);

#endif
