/* SPDX-License-Identifier: MIT */
/*
 * memblock: the allocator before the allocators.
 *
 * Idea: two sorted lists of ranges say everything. "memory" is what RAM there is,
 * "reserved" is what of the address space is taken, and free is the one minus the
 * other. Allocating is finding a free place and reserving it; freeing is to drop the
 * reservation. Walking the free ranges needs no third list: a region of memory and a
 * gap between reservations are intersected, and whichever ends first is stepped over.
 *
 * Every edit is one of three, each O(n): add a range (fill the gaps that no region
 * covers, then merge), cut a range (shorten, split or drop what it touches), change
 * flags (split at both ends, change, merge). How many entries an edit needs is counted
 * before the list is touched, so that a refused call has changed nothing.
 *
 * The arrays are static at first. A full one, if resizing is allowed, moves into one of
 * twice the length in free memory. The new array is reserved before the old one is
 * given back, and a full reserved list, which has no entry left to reserve another
 * list's array with, moves first. Until all of that has succeeded the old arrays are
 * not written to, and going back to them undoes it.
 *
 * Invariants (memblock_check() walks them), for each list:
 *   - 1 <= cnt <= max; regions are sorted and disjoint and end at or below PHYS_ADDR_MAX;
 *   - minimal: regions that touch differ in flags or node;
 *   - an empty list has cnt 1 and a zero regions[0]; no other region has size 0;
 *   - total_size is the sum of the sizes;
 *   - an array that is not static is reserved.
 *
 * Locking: none; one CPU, at boot.
 *
 * Reference: Linux 6.1 mm/memblock.c (memblock_add_range, memblock_double_array,
 * __next_mem_range, memblock_alloc_range_nid). Differences: arrays move as told above,
 * where Linux frees the old one first; memblock_trim_memory() keeps total_size right;
 * places that would wrap around the top of the address space are not considered; an
 * edit wants only the entries it needs, so that cutting off an end never fails. Left
 * out on purpose: the preference for mirrored memory, hot-unplug, kmemleak.
 */
#include <mm/memblock.h>
#include <kernel/bug.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <kernel/printk.h>

/*
 * This file also builds and runs alone, on a host, with nothing but memcpy(),
 * memmove() and memset(). What it would like to have of a kernel is therefore weak:
 * absent, messages are dropped, a broken list traps, and pages that are handed over go
 * nowhere.
 */
#pragma weak printk
#pragma weak __bug
#pragma weak memblock_free_pfn_range

#define memblock_printk(fmt, ...)                                                                  \
	do {                                                                                       \
		if (printk)                                                                        \
			printk(fmt, ##__VA_ARGS__);                                                \
	} while (0)

#define memblock_dbg(fmt, ...)                                                                     \
	do {                                                                                       \
		if (memblock_debug)                                                                \
			memblock_printk(KERN_INFO fmt, ##__VA_ARGS__);                             \
	} while (0)

#define memblock_bug_on(cond)                                                                      \
	do {                                                                                       \
		if (unlikely(cond)) {                                                              \
			if (__bug)                                                                 \
				__bug(__FILE__, __LINE__, #cond);                                  \
			__builtin_trap();                                                          \
		}                                                                                  \
	} while (0)

/* Alignment of those who ask for none: a cache line. */
#define SMP_CACHE_BYTES 64

static struct memblock_region memblock_memory_init_regions[INIT_MEMBLOCK_REGIONS];
static struct memblock_region memblock_reserved_init_regions[INIT_MEMBLOCK_RESERVED_REGIONS];
static struct memblock_region memblock_physmem_init_regions[INIT_MEMBLOCK_REGIONS];

struct memblock memblock = {
	.bottom_up = false,
	.current_limit = MEMBLOCK_ALLOC_ANYWHERE,
	.memory =
		{
			.cnt = 1,
			.max = INIT_MEMBLOCK_REGIONS,
			.regions = memblock_memory_init_regions,
			.name = "memory",
		},
	.reserved =
		{
			.cnt = 1,
			.max = INIT_MEMBLOCK_RESERVED_REGIONS,
			.regions = memblock_reserved_init_regions,
			.name = "reserved",
		},
};

struct memblock_type physmem = {
	.cnt = 1,
	.max = INIT_MEMBLOCK_REGIONS,
	.regions = memblock_physmem_init_regions,
	.name = "physmem",
};

bool memblock_can_resize;
bool memblock_debug;

/* ---- A list ------------------------------------------------------------------------- */

static phys_addr_t region_end(const struct memblock_region *r)
{
	return r->base + r->size;
}

/* range_end - where [@base, @base + @size) ends, PHYS_ADDR_MAX at the latest */
static phys_addr_t range_end(phys_addr_t base, phys_addr_t size)
{
	return base + min(size, PHYS_ADDR_MAX - base);
}

/* nr_regions - number of regions, the dummy of an empty list not counted */
static unsigned long nr_regions(const struct memblock_type *type)
{
	return type->regions[0].size ? type->cnt : 0;
}

/* memblock_search - index of the region that holds @addr, or -1 */
static long memblock_search(const struct memblock_type *type, phys_addr_t addr)
{
	unsigned long left = 0, right = type->cnt;

	while (left < right) {
		unsigned long mid = left + (right - left) / 2;
		const struct memblock_region *r = &type->regions[mid];

		if (addr < r->base)
			right = mid;
		else if (addr >= region_end(r))
			left = mid + 1;
		else
			return (long)mid;
	}
	return -1;
}

/* memblock_insert_region - put a region at @idx; there is room, and it belongs there */
static void memblock_insert_region(struct memblock_type *type, unsigned long idx, phys_addr_t base,
				   phys_addr_t end, int nid, enum memblock_flags flags)
{
	struct memblock_region *r = &type->regions[idx];
	unsigned long nr = nr_regions(type);

	memblock_bug_on(nr >= type->max || idx > nr);
	memmove(r + 1, r, (nr - idx) * sizeof(*r));
	r->base = base;
	r->size = end - base;
	r->flags = flags;
	memblock_set_region_node(r, nid);
	type->cnt = nr + 1;
	type->total_size += r->size;
}

static void memblock_remove_region(struct memblock_type *type, unsigned long idx)
{
	struct memblock_region *r = &type->regions[idx];

	type->total_size -= r->size;
	memmove(r, r + 1, (type->cnt - (idx + 1)) * sizeof(*r));
	type->cnt--;
	if (!type->cnt) {
		type->cnt = 1;
		memset(type->regions, 0, sizeof(*r));
	}
}

static void memblock_resize_region(struct memblock_type *type, struct memblock_region *r,
				   phys_addr_t base, phys_addr_t end)
{
	type->total_size += (end - base) - r->size;
	r->base = base;
	r->size = end - base;
}

static bool regions_mergeable(const struct memblock_region *lower,
			      const struct memblock_region *upper)
{
	return region_end(lower) == upper->base && lower->flags == upper->flags &&
	       memblock_get_region_node(lower) == memblock_get_region_node(upper);
}

static void memblock_merge_regions(struct memblock_type *type)
{
	struct memblock_region *r = type->regions;
	unsigned long from, to = 0;

	for (from = 1; from < type->cnt; from++) {
		if (regions_mergeable(&r[to], &r[from]))
			r[to].size += r[from].size;
		else
			r[++to] = r[from];
	}
	type->cnt = to + 1;
}

/*
 * memblock_next_gap - find the next part of [*@start, @end) that no region covers
 * @idx:   in: 0, or as the last call left it; out: the region behind the gap
 * @start: in: where to look from; out: where the gap begins
 * Return: where the gap ends, or 0 if there is none.
 */
static phys_addr_t memblock_next_gap(const struct memblock_type *type, unsigned long *idx,
				     phys_addr_t *start, phys_addr_t end)
{
	unsigned long nr = nr_regions(type);

	for (; *idx < nr && type->regions[*idx].base < end; (*idx)++) {
		const struct memblock_region *r = &type->regions[*idx];

		if (*start < r->base)
			return r->base;
		*start = max(*start, region_end(r));
	}
	return *start < end ? end : 0;
}

static unsigned long memblock_count_gaps(const struct memblock_type *type, phys_addr_t start,
					 phys_addr_t end)
{
	unsigned long idx = 0, nr = 0;
	phys_addr_t stop;

	while ((stop = memblock_next_gap(type, &idx, &start, end)) != 0) {
		start = stop;
		nr++;
	}
	return nr;
}

/* memblock_fill_gaps - make @type cover [@start, @end); there is room for the gaps */
static void memblock_fill_gaps(struct memblock_type *type, phys_addr_t start, phys_addr_t end,
			       int nid, enum memblock_flags flags)
{
	unsigned long idx = 0;
	phys_addr_t stop;

	while ((stop = memblock_next_gap(type, &idx, &start, end)) != 0) {
		memblock_insert_region(type, idx, start, stop, nid, flags);
		start = stop;
	}
	memblock_merge_regions(type);
}

/* memblock_splits - does a region begin before @addr and go on behind it? */
static bool memblock_splits(const struct memblock_type *type, phys_addr_t addr)
{
	long idx = memblock_search(type, addr);

	return idx >= 0 && type->regions[idx].base < addr;
}

/* memblock_split - let no region cross @addr; there is room for one more */
static void memblock_split(struct memblock_type *type, phys_addr_t addr)
{
	struct memblock_region *r;
	phys_addr_t end;
	long idx;

	if (!memblock_splits(type, addr))
		return;
	idx = memblock_search(type, addr);
	r = &type->regions[idx];
	end = region_end(r);
	memblock_resize_region(type, r, r->base, addr);
	memblock_insert_region(type, (unsigned long)idx + 1, addr, end, memblock_get_region_node(r),
			       r->flags);
}

/* memblock_is_hole - would cutting [@base, @end) leave both ends of one region? */
static bool memblock_is_hole(const struct memblock_type *type, phys_addr_t base, phys_addr_t end)
{
	long idx = memblock_search(type, base);

	return idx >= 0 && type->regions[idx].base < base && end < region_end(&type->regions[idx]);
}

/* memblock_cut - take [@base, @end) out; if it is a hole, there is room for one more */
static void memblock_cut(struct memblock_type *type, phys_addr_t base, phys_addr_t end)
{
	unsigned long i = 0;

	if (memblock_is_hole(type, base, end))
		memblock_split(type, base);

	while (i < type->cnt) {
		struct memblock_region *r = &type->regions[i];

		if (region_end(r) <= base) {
			i++;
		} else if (r->base >= end) {
			break;
		} else if (r->base < base) {
			memblock_resize_region(type, r, r->base, base);
			i++;
		} else if (region_end(r) > end) {
			memblock_resize_region(type, r, end, region_end(r));
			break;
		} else {
			memblock_remove_region(type, i);
		}
	}
}

/* ---- Walking what is in one list and not in the other --------------------------------- */

/* Gap @b of a list lies before region @b; the last one behind all regions. */
static unsigned int nr_gaps(const struct memblock_type *type)
{
	return type ? type->cnt + 1 : 1;
}

static phys_addr_t gap_start(const struct memblock_type *type, unsigned int b)
{
	return b ? region_end(&type->regions[b - 1]) : 0;
}

static phys_addr_t gap_end(const struct memblock_type *type, unsigned int b)
{
	return b < nr_gaps(type) - 1 ? type->regions[b].base : PHYS_ADDR_MAX;
}

static bool any_node(int nid)
{
	return nid == NUMA_NO_NODE || nid == MAX_NUMNODES;
}

/* Only what is in memblock.memory has a node and flags to choose by. */
static bool should_skip_region(const struct memblock_type *type, const struct memblock_region *r,
			       int nid, enum memblock_flags flags)
{
	if (type != &memblock.memory)
		return false;
	if (!any_node(nid) && nid != memblock_get_region_node(r))
		return true;
	if ((flags & MEMBLOCK_MIRROR) && !memblock_is_mirror(r))
		return true;
	if (!(flags & MEMBLOCK_NOMAP) && memblock_is_nomap(r))
		return true;
	return !(flags & MEMBLOCK_DRIVER_MANAGED) && memblock_is_driver_managed(r);
}

static void put_range(phys_addr_t start, phys_addr_t end, int nid, phys_addr_t *out_start,
		      phys_addr_t *out_end, int *out_nid)
{
	if (out_start)
		*out_start = start;
	if (out_end)
		*out_end = end;
	if (out_nid)
		*out_nid = nid;
}

/*
 * __next_mem_range - the next range in @type_a, chosen by @nid and @flags, and not in @type_b
 * @idx: position: the region of @type_a in the low half, the gap of @type_b in the high
 *       half; U64_MAX when there is no further range
 */
void __next_mem_range(u64 *idx, int nid, enum memblock_flags flags,
		      const struct memblock_type *type_a, const struct memblock_type *type_b,
		      phys_addr_t *out_start, phys_addr_t *out_end, int *out_nid)
{
	u32 a = (u32)*idx, b = (u32)(*idx >> 32);

	while (a < type_a->cnt && b < nr_gaps(type_b)) {
		const struct memblock_region *r = &type_a->regions[a];
		phys_addr_t start = max(r->base, gap_start(type_b, b));
		phys_addr_t end = min(region_end(r), gap_end(type_b, b));

		if (region_end(r) <= gap_end(type_b, b))
			a++;
		else
			b++;
		if (start >= end || should_skip_region(type_a, r, nid, flags))
			continue;
		put_range(start, end, memblock_get_region_node(r), out_start, out_end, out_nid);
		*idx = (u64)b << 32 | a;
		return;
	}
	*idx = U64_MAX;
}

/*
 * __next_mem_range_rev - the same from the top down
 * @idx: how many regions and gaps are left; U64_MAX at the begin and at the end
 */
void __next_mem_range_rev(u64 *idx, int nid, enum memblock_flags flags,
			  const struct memblock_type *type_a, const struct memblock_type *type_b,
			  phys_addr_t *out_start, phys_addr_t *out_end, int *out_nid)
{
	u32 a = (u32)*idx, b = (u32)(*idx >> 32);

	if (*idx == U64_MAX) {
		a = (u32)type_a->cnt;
		b = nr_gaps(type_b);
	}
	while (a && b) {
		const struct memblock_region *r = &type_a->regions[a - 1];
		phys_addr_t start = max(r->base, gap_start(type_b, b - 1));
		phys_addr_t end = min(region_end(r), gap_end(type_b, b - 1));

		if (r->base >= gap_start(type_b, b - 1))
			a--;
		else
			b--;
		if (start >= end || should_skip_region(type_a, r, nid, flags))
			continue;
		put_range(start, end, memblock_get_region_node(r), out_start, out_end, out_nid);
		*idx = (u64)b << 32 | a;
		return;
	}
	*idx = U64_MAX;
}

/* pfn_up - the first page that begins at or behind @addr; PFN_UP() wraps at the top */
static unsigned long pfn_up(phys_addr_t addr)
{
	return PHYS_PFN(addr) + (offset_in_page(addr) != 0);
}

void __next_mem_pfn_range(int *idx, int nid, unsigned long *out_start_pfn,
			  unsigned long *out_end_pfn, int *out_nid)
{
	const struct memblock_type *type = &memblock.memory;

	while (++*idx < (int)type->cnt) {
		const struct memblock_region *r = &type->regions[*idx];
		unsigned long start_pfn = pfn_up(r->base), end_pfn = PHYS_PFN(region_end(r));

		if (start_pfn >= end_pfn || (!any_node(nid) && nid != memblock_get_region_node(r)))
			continue;
		if (out_start_pfn)
			*out_start_pfn = start_pfn;
		if (out_end_pfn)
			*out_end_pfn = end_pfn;
		if (out_nid)
			*out_nid = memblock_get_region_node(r);
		return;
	}
	*idx = -1;
}

/* ---- Finding a place -------------------------------------------------------------------- */

static phys_addr_t find_range_bottom_up(phys_addr_t start, phys_addr_t end, phys_addr_t size,
					phys_addr_t align, int nid)
{
	phys_addr_t this_start, this_end;
	u64 i;

	for_each_free_mem_range(i, nid, MEMBLOCK_NONE, &this_start, &this_end, NULL) {
		phys_addr_t place;

		this_start = max(this_start, start);
		this_end = min(this_end, end);
		place = round_up(this_start, align);
		/* Rounded up past the top of the address space, it comes out below. */
		if (place >= this_start && place < this_end && this_end - place >= size)
			return place;
	}
	return 0;
}

static phys_addr_t find_range_top_down(phys_addr_t start, phys_addr_t end, phys_addr_t size,
				       phys_addr_t align, int nid)
{
	phys_addr_t this_start, this_end;
	u64 i;

	for_each_free_mem_range_reverse(i, nid, MEMBLOCK_NONE, &this_start, &this_end, NULL) {
		phys_addr_t place;

		this_start = max(this_start, start);
		this_end = min(this_end, end);
		if (this_start >= this_end || this_end - this_start < size)
			continue;
		place = round_down(this_end - size, align);
		if (place >= this_start)
			return place;
	}
	return 0;
}

/*
 * memblock_find_in_range - where in [@start, @end) could an allocation go?
 * Never the first page, so that 0 can say: nowhere.
 */
static phys_addr_t memblock_find_in_range(phys_addr_t start, phys_addr_t end, phys_addr_t size,
					  phys_addr_t align, int nid)
{
	start = max(start, (phys_addr_t)PAGE_SIZE);
	if (memblock_bottom_up())
		return find_range_bottom_up(start, end, size, align, nid);
	return find_range_top_down(start, end, size, align, nid);
}

/* ---- Growing an array --------------------------------------------------------------------- */

/* memblock_first_array - the static array of a list */
static struct memblock_region *memblock_first_array(const struct memblock_type *type)
{
	if (type == &memblock.memory)
		return memblock_memory_init_regions;
	if (type == &memblock.reserved)
		return memblock_reserved_init_regions;
	return memblock_physmem_init_regions;
}

/* array_size - bytes of memory that an array of @max regions takes when it is not static */
static phys_addr_t array_size(unsigned long max)
{
	return (phys_addr_t)PAGE_ALIGN(max * sizeof(struct memblock_region));
}

/*
 * memblock_move_array - move a list into an array twice as long, and reserve that
 * @base, @end: where the array may not be
 *
 * The reserved list has room for one more, or is the list that moves. The old array
 * stays as it is, and stays reserved.
 */
static int memblock_move_array(struct memblock_type *type, phys_addr_t base, phys_addr_t end)
{
	phys_addr_t limit = memblock.current_limit, size, addr;
	struct memblock_region *regions;
	unsigned long max = 2 * type->max;

	size = array_size(max);
	addr = memblock_find_in_range(end, limit, size, PAGE_SIZE, NUMA_NO_NODE);
	if (!addr)
		addr = memblock_find_in_range(0, min(base, limit), size, PAGE_SIZE, NUMA_NO_NODE);
	if (!addr)
		return -ENOMEM;

	memblock_dbg("memblock: %s is doubled to %lu at %pa\n", type->name, max, &addr);
	regions = phys_to_virt(addr);
	memcpy(regions, type->regions, type->cnt * sizeof(*regions));
	memset(regions + type->cnt, 0, (max - type->cnt) * sizeof(*regions));
	type->regions = regions;
	type->max = max;
	memblock_fill_gaps(&memblock.reserved, addr, addr + size, MAX_NUMNODES, MEMBLOCK_NONE);
	return 0;
}

/* memblock_drop_array - end the reservation of an array that a list has moved out of */
static void memblock_drop_array(const struct memblock_type *old,
				const struct memblock_region *first)
{
	phys_addr_t addr = __pa(old->regions);

	if (old->regions != first)
		memblock_cut(&memblock.reserved, addr, addr + array_size(old->max));
}

/*
 * Moving costs a reserved list two entries, for its new array and for the hole that the
 * old one leaves, and two more for the list that it had to move for. Twice the length
 * has room for them.
 */
BUILD_BUG_ON(INIT_MEMBLOCK_RESERVED_REGIONS < 4);

/*
 * memblock_double_array - make room for more entries
 * @base, @end: the range being edited, if the array may not lie there
 *
 * The reserved list needs an entry for the new array, and one more where taking out the
 * old array cuts a hole. If it has not got them it moves first.
 *
 * Return: 0, or -ENOMEM with nothing changed.
 */
static int memblock_double_array(struct memblock_type *type, phys_addr_t base, phys_addr_t end)
{
	struct memblock_type *reserved = &memblock.reserved;
	struct memblock_region *first = memblock_first_array(type);
	struct memblock_type old = *type, old_reserved = *reserved;
	unsigned long nr_reserve = old.regions == first ? 1 : 2;
	bool reserved_too;

	if (!memblock_can_resize)
		return -ENOMEM;

	reserved_too = type != reserved && nr_regions(reserved) + nr_reserve > reserved->max;
	if (reserved_too && memblock_move_array(reserved, base, end))
		return -ENOMEM;
	if (memblock_move_array(type, base, end)) {
		*reserved = old_reserved;
		return -ENOMEM;
	}

	memblock_drop_array(&old, first);
	if (reserved_too)
		memblock_drop_array(&old_reserved, memblock_reserved_init_regions);
	return 0;
}

/* ---- Adding and removing -------------------------------------------------------------- */

/*
 * memblock_add_range - add [@base, @base + @size) to @type where it is not there yet
 *
 * Growing reserves the new array and frees the old one, maybe inside the range; so
 * what is needed is counted anew each time.
 */
static int memblock_add_range(struct memblock_type *type, phys_addr_t base, phys_addr_t size,
			      int nid, enum memblock_flags flags)
{
	phys_addr_t end = range_end(base, size);
	bool taken = type == &memblock.reserved;

	while (nr_regions(type) + memblock_count_gaps(type, base, end) > type->max) {
		int ret = memblock_double_array(type, taken ? base : 0, taken ? end : 0);

		if (ret)
			return ret;
	}
	memblock_fill_gaps(type, base, end, nid, flags);
	return 0;
}

/* memblock_remove_range - take [@base, @base + @size) out of @type; only a hole needs room */
static int memblock_remove_range(struct memblock_type *type, phys_addr_t base, phys_addr_t size)
{
	phys_addr_t end = range_end(base, size);

	if (base == end)
		return 0;
	while (memblock_is_hole(type, base, end) && nr_regions(type) + 1 > type->max) {
		int ret = memblock_double_array(type, base, end);

		if (ret)
			return ret;
	}
	memblock_cut(type, base, end);
	return 0;
}

#define memblock_dbg_range(what, base, size)                                                       \
	do {                                                                                       \
		phys_addr_t __first = (base), __last = __first + (size)-1;                         \
		memblock_dbg("%s: [%pa-%pa] %pS\n", what, &__first, &__last, (void *)_RET_IP_);    \
	} while (0)

int memblock_add_node(phys_addr_t base, phys_addr_t size, int nid, enum memblock_flags flags)
{
	memblock_dbg_range("memblock_add_node", base, size);
	return memblock_add_range(&memblock.memory, base, size, nid, flags);
}

int memblock_add(phys_addr_t base, phys_addr_t size)
{
	memblock_dbg_range("memblock_add", base, size);
	return memblock_add_range(&memblock.memory, base, size, MAX_NUMNODES, MEMBLOCK_NONE);
}

int memblock_physmem_add(phys_addr_t base, phys_addr_t size)
{
	memblock_dbg_range("memblock_physmem_add", base, size);
	return memblock_add_range(&physmem, base, size, MAX_NUMNODES, MEMBLOCK_NONE);
}

int memblock_remove(phys_addr_t base, phys_addr_t size)
{
	memblock_dbg_range("memblock_remove", base, size);
	return memblock_remove_range(&memblock.memory, base, size);
}

int memblock_reserve(phys_addr_t base, phys_addr_t size)
{
	memblock_dbg_range("memblock_reserve", base, size);
	return memblock_add_range(&memblock.reserved, base, size, MAX_NUMNODES, MEMBLOCK_NONE);
}

int memblock_phys_free(phys_addr_t base, phys_addr_t size)
{
	memblock_dbg_range("memblock_phys_free", base, size);
	return memblock_remove_range(&memblock.reserved, base, size);
}

void memblock_free(void *ptr, size_t size)
{
	if (ptr)
		memblock_phys_free(__pa(ptr), (phys_addr_t)size);
}

void memblock_allow_resize(void)
{
	memblock_can_resize = true;
}

/* ---- Flags, nodes, limits ----------------------------------------------------------------- */

/* memblock_isolate - let no region of @type cross @base or @end; the array keeps out if @taken */
static int memblock_isolate(struct memblock_type *type, phys_addr_t base, phys_addr_t end,
			    bool taken)
{
	while (nr_regions(type) + memblock_splits(type, base) + memblock_splits(type, end) >
	       type->max) {
		int ret = memblock_double_array(type, taken ? base : 0, taken ? end : 0);

		if (ret)
			return ret;
	}
	memblock_split(type, base);
	memblock_split(type, end);
	return 0;
}

static bool region_overlaps(const struct memblock_region *r, phys_addr_t base, phys_addr_t end)
{
	return r->base < end && base < region_end(r);
}

static int memblock_setclr_flag(phys_addr_t base, phys_addr_t size, bool set,
				enum memblock_flags flag)
{
	phys_addr_t end = range_end(base, size);
	struct memblock_region *r;
	int ret;

	if (base == end)
		return 0;
	/* What is about to lose its mapping is no place for an array. */
	ret = memblock_isolate(&memblock.memory, base, end, set && flag == MEMBLOCK_NOMAP);
	if (ret)
		return ret;
	for_each_mem_region(r) {
		if (!region_overlaps(r, base, end))
			continue;
		if (set)
			r->flags |= flag;
		else
			r->flags &= ~flag;
	}
	memblock_merge_regions(&memblock.memory);
	return 0;
}

int memblock_mark_hotplug(phys_addr_t base, phys_addr_t size)
{
	return memblock_setclr_flag(base, size, true, MEMBLOCK_HOTPLUG);
}

int memblock_clear_hotplug(phys_addr_t base, phys_addr_t size)
{
	return memblock_setclr_flag(base, size, false, MEMBLOCK_HOTPLUG);
}

int memblock_mark_nomap(phys_addr_t base, phys_addr_t size)
{
	return memblock_setclr_flag(base, size, true, MEMBLOCK_NOMAP);
}

int memblock_clear_nomap(phys_addr_t base, phys_addr_t size)
{
	return memblock_setclr_flag(base, size, false, MEMBLOCK_NOMAP);
}

int memblock_set_node(phys_addr_t base, phys_addr_t size, struct memblock_type *type, int nid)
{
#ifdef CONFIG_NUMA
	phys_addr_t end = range_end(base, size);
	unsigned long i;
	int ret;

	if (base == end)
		return 0;
	ret = memblock_isolate(type, base, end, type == &memblock.reserved);
	if (ret)
		return ret;
	for (i = 0; i < type->cnt; i++) {
		if (region_overlaps(&type->regions[i], base, end))
			memblock_set_region_node(&type->regions[i], nid);
	}
	memblock_merge_regions(type);
#else
	(void)base;
	(void)size;
	(void)type;
	(void)nid;
#endif
	return 0;
}

void memblock_trim_memory(phys_addr_t align)
{
	struct memblock_type *type = &memblock.memory;
	unsigned long i;

	for (i = type->cnt; i-- > 0;) {
		struct memblock_region *r = &type->regions[i];
		phys_addr_t start = round_up(r->base, align);
		phys_addr_t end = round_down(region_end(r), align);

		/* Rounded up past the top of the address space, start comes out below. */
		if (start >= r->base && start < end)
			memblock_resize_region(type, r, start, end);
		else
			memblock_remove_region(type, i);
	}
}

void memblock_enforce_memory_limit(phys_addr_t limit)
{
	struct memblock_region *r;

	if (!limit)
		return;
	for_each_mem_region(r) {
		if (limit <= r->size) {
			phys_addr_t end = r->base + limit;

			memblock_cut(&memblock.memory, end, PHYS_ADDR_MAX);
			memblock_cut(&memblock.reserved, end, PHYS_ADDR_MAX);
			return;
		}
		limit -= r->size;
	}
}

void memblock_cap_memory_range(phys_addr_t base, phys_addr_t size)
{
	struct memblock_type *type = &memblock.memory;
	phys_addr_t end = range_end(base, size);
	unsigned long i;

	if (!size || !nr_regions(type))
		return;
	for (i = type->cnt; i-- > 0;) {
		struct memblock_region *r = &type->regions[i];

		if (memblock_is_nomap(r))
			continue;
		if (region_overlaps(r, base, end))
			memblock_resize_region(type, r, max(r->base, base),
					       min(region_end(r), end));
		else
			memblock_remove_region(type, i);
	}
	memblock_cut(&memblock.reserved, 0, base);
	memblock_cut(&memblock.reserved, end, PHYS_ADDR_MAX);
}

/* ---- Asking ------------------------------------------------------------------------------- */

phys_addr_t memblock_phys_mem_size(void)
{
	return memblock.memory.total_size;
}

phys_addr_t memblock_reserved_size(void)
{
	return memblock.reserved.total_size;
}

phys_addr_t memblock_start_of_DRAM(void)
{
	return memblock.memory.regions[0].base;
}

phys_addr_t memblock_end_of_DRAM(void)
{
	return region_end(&memblock.memory.regions[memblock.memory.cnt - 1]);
}

bool memblock_is_memory(phys_addr_t addr)
{
	return memblock_search(&memblock.memory, addr) >= 0;
}

bool memblock_is_map_memory(phys_addr_t addr)
{
	long idx = memblock_search(&memblock.memory, addr);

	return idx >= 0 && !memblock_is_nomap(&memblock.memory.regions[idx]);
}

bool memblock_is_reserved(phys_addr_t addr)
{
	return memblock_search(&memblock.reserved, addr) >= 0;
}

bool memblock_is_region_memory(phys_addr_t base, phys_addr_t size)
{
	long idx = memblock_search(&memblock.memory, base);

	return idx >= 0 && region_end(&memblock.memory.regions[idx]) >= range_end(base, size);
}

bool memblock_overlaps_region(const struct memblock_type *type, phys_addr_t base, phys_addr_t size)
{
	phys_addr_t end = range_end(base, size);
	unsigned long i;

	for (i = 0; i < type->cnt; i++) {
		if (region_overlaps(&type->regions[i], base, end))
			return true;
	}
	return false;
}

bool memblock_is_region_reserved(phys_addr_t base, phys_addr_t size)
{
	return memblock_overlaps_region(&memblock.reserved, base, size);
}

/* ---- Allocating --------------------------------------------------------------------------- */

/* memblock_alloc_range - find a place on node @nid in [@start, @end) and reserve it, or 0 */
static phys_addr_t memblock_alloc_range(phys_addr_t size, phys_addr_t align, phys_addr_t start,
					phys_addr_t end, int nid)
{
	phys_addr_t found = memblock_find_in_range(start, end, size, align, nid);

	if (found && memblock_reserve(found, size))
		found = 0;
	return found;
}

static phys_addr_t memblock_alloc_range_nid(phys_addr_t size, phys_addr_t align, phys_addr_t start,
					    phys_addr_t end, int nid, bool exact_nid)
{
	phys_addr_t found;

	if (!align)
		align = SMP_CACHE_BYTES;
	if (end == MEMBLOCK_ALLOC_ACCESSIBLE)
		end = memblock.current_limit;

	found = memblock_alloc_range(size, align, start, end, nid);
	if (!found && !any_node(nid) && !exact_nid)
		found = memblock_alloc_range(size, align, start, end, NUMA_NO_NODE);
	return found;
}

phys_addr_t memblock_phys_alloc_range(phys_addr_t size, phys_addr_t align, phys_addr_t start,
				      phys_addr_t end)
{
	memblock_dbg("memblock_phys_alloc_range: %pa bytes align=%pa from=%pa max_addr=%pa %pS\n",
		     &size, &align, &start, &end, (void *)_RET_IP_);
	return memblock_alloc_range_nid(size, align, start, end, NUMA_NO_NODE, false);
}

phys_addr_t memblock_phys_alloc_try_nid(phys_addr_t size, phys_addr_t align, int nid)
{
	return memblock_alloc_range_nid(size, align, 0, MEMBLOCK_ALLOC_ACCESSIBLE, nid, false);
}

/* memblock_alloc_internal - allocate by address; without @min_addr if it must be */
static void *memblock_alloc_internal(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
				     phys_addr_t max_addr, int nid, bool exact_nid)
{
	phys_addr_t found;

	max_addr = min(max_addr, memblock.current_limit);
	found = memblock_alloc_range_nid(size, align, min_addr, max_addr, nid, exact_nid);
	if (!found && min_addr)
		found = memblock_alloc_range_nid(size, align, 0, max_addr, nid, exact_nid);
	return found ? phys_to_virt(found) : NULL;
}

#define memblock_dbg_alloc(what)                                                                   \
	memblock_dbg("%s: %pa bytes align=%pa nid=%d from=%pa max_addr=%pa %pS\n", what, &size,    \
		     &align, nid, &min_addr, &max_addr, (void *)_RET_IP_)

void *memblock_alloc_try_nid(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
			     phys_addr_t max_addr, int nid)
{
	void *ptr;

	memblock_dbg_alloc("memblock_alloc_try_nid");
	ptr = memblock_alloc_internal(size, align, min_addr, max_addr, nid, false);
	if (ptr)
		memset(ptr, 0, size);
	return ptr;
}

void *memblock_alloc_try_nid_raw(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
				 phys_addr_t max_addr, int nid)
{
	memblock_dbg_alloc("memblock_alloc_try_nid_raw");
	return memblock_alloc_internal(size, align, min_addr, max_addr, nid, false);
}

void *memblock_alloc_exact_nid_raw(phys_addr_t size, phys_addr_t align, phys_addr_t min_addr,
				   phys_addr_t max_addr, int nid)
{
	memblock_dbg_alloc("memblock_alloc_exact_nid_raw");
	return memblock_alloc_internal(size, align, min_addr, max_addr, nid, true);
}

/* ---- The hand-over ------------------------------------------------------------------------ */

static unsigned long give_pages(phys_addr_t start, phys_addr_t end, memblock_receiver_t receive)
{
	unsigned long start_pfn = pfn_up(start), end_pfn = PHYS_PFN(end);

	if (start_pfn >= end_pfn)
		return 0;
	if (receive)
		receive(start_pfn, end_pfn);
	return end_pfn - start_pfn;
}

unsigned long __memblock_free_all(memblock_receiver_t receive)
{
	unsigned long nr_pages = 0;
	phys_addr_t start, end;
	u64 i;

	for_each_free_mem_range(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, NULL)
		nr_pages += give_pages(start, end, receive);
	return nr_pages;
}

unsigned long memblock_free_all(void)
{
	return __memblock_free_all(memblock_free_pfn_range);
}

/* memblock_retire - bring a list back into its first array, of @max entries */
static void memblock_retire(struct memblock_type *type, unsigned long max,
			    memblock_receiver_t receive)
{
	struct memblock_region *first = memblock_first_array(type);
	phys_addr_t addr = __pa(type->regions), size = array_size(type->max);

	if (type->regions == first)
		return;
	/* Where that is a hole and the list full, the array stays on record as reserved. */
	memblock_phys_free(addr, size);
	if (type->cnt > max)
		memblock_printk(KERN_WARNING "memblock: %lu %s regions do not fit the record\n",
				type->cnt - max, type->name);
	while (type->cnt > max)
		memblock_remove_region(type, type->cnt - 1);
	memcpy(first, type->regions, type->cnt * sizeof(*first));
	type->regions = first;
	type->max = max;
	give_pages(addr, addr + size, receive);
}

void __memblock_discard(memblock_receiver_t receive)
{
	memblock_can_resize = false;
	memblock.current_limit = 0;
	memblock_retire(&physmem, INIT_MEMBLOCK_REGIONS, receive);
	memblock_retire(&memblock.memory, INIT_MEMBLOCK_REGIONS, receive);
	memblock_retire(&memblock.reserved, INIT_MEMBLOCK_RESERVED_REGIONS, receive);
}

void memblock_discard(void)
{
	__memblock_discard(memblock_free_pfn_range);
}

/* ---- Looking ------------------------------------------------------------------------------ */

static void memblock_dump(const struct memblock_type *type)
{
	unsigned long i;

	memblock_printk(KERN_INFO " %s.cnt  = 0x%lx\n", type->name, type->cnt);
	for (i = 0; i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i];
		phys_addr_t last = region_end(r) - 1;

		if (!r->size)
			continue;
		memblock_printk(KERN_INFO " %s[0x%lx]\t[%pa-%pa], %pa bytes flags: 0x%x\n",
				type->name, i, &r->base, &last, &r->size, r->flags);
	}
}

void memblock_dump_all(void)
{
	if (!memblock_debug)
		return;
	memblock_printk(KERN_INFO "MEMBLOCK configuration:\n");
	memblock_printk(KERN_INFO " memory size = %pa reserved size = %pa\n",
			&memblock.memory.total_size, &memblock.reserved.total_size);
	memblock_dump(&memblock.memory);
	memblock_dump(&memblock.reserved);
	memblock_dump(&physmem);
}
