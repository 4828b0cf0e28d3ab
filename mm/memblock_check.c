/* SPDX-License-Identifier: MIT */
/* memblock's checker: walks both lists, and physmem, for the invariants in memblock.c. */
#include <mm/memblock.h>
#include <kernel/printk.h>

static bool complain(const struct memblock_type *type, unsigned long i, const char *what)
{
	pr_err("memblock: %s[%lu] of %lu %s\n", type->name, i, type->cnt, what);
	return false;
}

static bool touch_and_match(const struct memblock_region *lower,
			    const struct memblock_region *upper)
{
	return lower->base + lower->size == upper->base && lower->flags == upper->flags &&
	       memblock_get_region_node(lower) == memblock_get_region_node(upper);
}

static bool check_region(const struct memblock_type *type, unsigned long i)
{
	const struct memblock_region *r = &type->regions[i];

	if (!r->size)
		return complain(type, i, "is empty");
	if (r->size > PHYS_ADDR_MAX - r->base)
		return complain(type, i, "wraps around");
	if (!i)
		return true;
	if (r->base < r[-1].base + r[-1].size)
		return complain(type, i, "overlaps the one before, or is out of order");
	if (touch_and_match(&r[-1], r))
		return complain(type, i, "should be one with the one before");
	return true;
}

static bool check_empty(const struct memblock_type *type)
{
	const struct memblock_region *r = &type->regions[0];

	if (r->base || r->flags || type->total_size)
		return complain(type, 0, "is not the zero of an empty list");
	return true;
}

/* An array that has grown is in memory, and must be reserved. */
static bool check_array(const struct memblock_type *type)
{
	phys_addr_t start = __pa(type->regions);
	phys_addr_t end = start + (phys_addr_t)(type->max * sizeof(*type->regions));
	const struct memblock_region *r;

	if (type->max == INIT_MEMBLOCK_REGIONS)
		return true;
	for_each_reserved_mem_region(r) {
		if (r->base <= start && r->base + r->size >= end)
			return true;
	}
	return complain(type, 0, "lies in memory that is not reserved");
}

static bool check_type(const struct memblock_type *type)
{
	phys_addr_t sum = 0;
	bool sound = true;
	unsigned long i;

	if (type->cnt < 1 || type->cnt > type->max) {
		pr_err("memblock: %s has %lu entries, room is for %lu\n", type->name, type->cnt,
		       type->max);
		return false;
	}
	if (type->cnt == 1 && !type->regions[0].size)
		return check_empty(type);

	for (i = 0; i < type->cnt; i++) {
		sum += type->regions[i].size;
		sound &= check_region(type, i);
	}
	if (sum != type->total_size)
		sound = complain(type, i - 1, "is the last, and total_size is not the sum");
	return check_array(type) && sound;
}

bool memblock_check(void)
{
	bool sound = check_type(&memblock.memory);

	sound &= check_type(&memblock.reserved);
	sound &= check_type(&physmem);
	return sound;
}
