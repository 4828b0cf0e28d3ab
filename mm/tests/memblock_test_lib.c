/* SPDX-License-Identifier: MIT */
/* What memblock's suites and its model share; see memblock_test.h. */
#include <mm/tests/memblock_test.h>
#include <mm/gfp.h>

static struct {
	struct memblock memblock;
	struct memblock_type physmem;
	struct memblock_region memory[INIT_MEMBLOCK_REGIONS];
	struct memblock_region reserved[INIT_MEMBLOCK_RESERVED_REGIONS];
	struct memblock_region physmem_regions[INIT_MEMBLOCK_REGIONS];
	bool can_resize, debug;
	unsigned long arena;
	bool valid;
} saved;

void memblock_test_reset(void)
{
	memblock = saved.memblock;
	memblock.bottom_up = false;
	memblock.current_limit = MEMBLOCK_ALLOC_ANYWHERE;
	memblock.memory.cnt = 1;
	memblock.memory.total_size = 0;
	memset(memblock.memory.regions, 0, sizeof(saved.memory));
	memblock.reserved.cnt = 1;
	memblock.reserved.total_size = 0;
	memset(memblock.reserved.regions, 0, sizeof(saved.reserved));
	physmem = saved.physmem;
	physmem.cnt = 1;
	physmem.total_size = 0;
	memset(physmem.regions, 0, sizeof(saved.physmem_regions));
	memblock_can_resize = false;
	memblock_debug = false;
}

int memblock_world_begin(void)
{
	/* Lists that are still in grown arrays are in use, and not for us to play with. */
	if (memblock.memory.max != INIT_MEMBLOCK_REGIONS ||
	    memblock.reserved.max != INIT_MEMBLOCK_RESERVED_REGIONS ||
	    physmem.max != INIT_MEMBLOCK_REGIONS)
		return -EBUSY;
	saved.memblock = memblock;
	saved.physmem = physmem;
	memcpy(saved.memory, memblock.memory.regions, sizeof(saved.memory));
	memcpy(saved.reserved, memblock.reserved.regions, sizeof(saved.reserved));
	memcpy(saved.physmem_regions, physmem.regions, sizeof(saved.physmem_regions));
	saved.can_resize = memblock_can_resize;
	saved.debug = memblock_debug;
	saved.arena = 0;
	saved.valid = true;
	memblock_test_reset();
	return 0;
}

void memblock_world_end(void)
{
	if (!saved.valid)
		return;
	memblock = saved.memblock;
	physmem = saved.physmem;
	memcpy(memblock.memory.regions, saved.memory, sizeof(saved.memory));
	memcpy(memblock.reserved.regions, saved.reserved, sizeof(saved.reserved));
	memcpy(physmem.regions, saved.physmem_regions, sizeof(saved.physmem_regions));
	memblock_can_resize = saved.can_resize;
	memblock_debug = saved.debug;
	free_pages(saved.arena, ARENA_ORDER);
	saved.arena = 0;
	saved.valid = false;
}

phys_addr_t memblock_world_arena(void)
{
	if (!saved.arena)
		saved.arena = __get_free_pages(GFP_KERNEL | __GFP_NOWARN, ARENA_ORDER);
	if (!saved.arena)
		return 0;
	memset((void *)saved.arena, 0x5a, ARENA_SIZE);
	return __pa(saved.arena);
}

int memblock_test_init(struct kunit *test __unused)
{
	return memblock_world_begin();
}

void memblock_test_exit(struct kunit *test __unused)
{
	memblock_world_end();
}

phys_addr_t arena_get(struct kunit *test)
{
	phys_addr_t arena = memblock_world_arena();

	KUNIT_ASSERT_TRUE(test, arena != 0);
	return arena;
}

void memblock_test_expect(struct kunit *test, const char *file, int line,
			  const struct memblock_type *type, const struct span *spans,
			  unsigned long nr)
{
	phys_addr_t total = 0;
	unsigned long i;

	test->nr_expectations++;
	if (type->cnt != max(nr, 1UL))
		kunit_fail(test, file, line, "%s: %lu entries, not %lu", type->name, type->cnt,
			   max(nr, 1UL));
	for (i = 0; i < nr && i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i];

		if (r->base != spans[i].start || r->base + r->size != spans[i].end ||
		    r->flags != spans[i].flags)
			kunit_fail(test, file, line,
				   "%s[%lu]: %#lx+%#lx flags %x, not %#lx-%#lx %x", type->name, i,
				   r->base, r->size, r->flags, spans[i].start, spans[i].end,
				   spans[i].flags);
		total += spans[i].end - spans[i].start;
	}
	if (type->total_size != total)
		kunit_fail(test, file, line, "%s: total %#lx, not %#lx", type->name,
			   type->total_size, total);
	if (!memblock_check())
		kunit_fail(test, file, line, "memblock_check() complains");
}
