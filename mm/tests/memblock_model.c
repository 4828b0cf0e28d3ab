/* SPDX-License-Identifier: MIT */
/*
 * memblock against a model: random edits, allocations and questions, each compared
 * with an implementation that is too simple to be wrong.
 *
 * The model is a row of cells of 1 KiB, each with "is it memory, with which flags" and
 * "is it reserved". All of memblock's lists follow from it, down to the last byte,
 * since a list is sorted, disjoint and minimal. It is laid over four places: address 0
 * (where the first page is special), the middle, the top of the address space (where
 * the last byte cannot be had and sums wrap), and, in a run where lists may grow, above
 * the arena.
 */
#include <mm/tests/memblock_test.h>
#include <mm/tests/models.h>

#define CELL     KIB(1)
#define NR_CELLS 320 /* every second one is more than a list holds at first */
#define NO_RAM   0xff

struct world {
	phys_addr_t origin;
	bool grows;
};

static const struct world worlds[] = {
	{0, false},
	{0x40000000, false},
	{0U - NR_CELLS * CELL, false},
	{0xe0000000, true},
};

static const struct world *world;

static struct model {
	u8 memory[NR_CELLS]; /* flags, or NO_RAM */
	u8 reserved[NR_CELLS];
} model, saved_model;

static unsigned int refusals;

/* cell_start - address of a cell; behind the last one at the top it is the last byte's */
static phys_addr_t cell_start(unsigned int cell)
{
	phys_addr_t addr = world->origin + cell * CELL;

	return cell == NR_CELLS && !addr ? PHYS_ADDR_MAX : addr;
}

static unsigned int run_end(const u8 *cells, unsigned int cell)
{
	unsigned int end = cell;

	while (end < NR_CELLS && cells[end] == cells[cell])
		end++;
	return end;
}

/* ---- Comparing ------------------------------------------------------------------------- */

static void compare_region(struct model_run *run, const struct memblock_type *type,
			   unsigned long idx, unsigned int from, unsigned int to, u8 flags)
{
	const struct memblock_region *r = &type->regions[idx];

	MODEL_TRUE(run, idx < type->cnt);
	MODEL_EQ(run, r->base, cell_start(from));
	MODEL_EQ(run, r->base + r->size, cell_start(to));
	MODEL_EQ(run, (u8)r->flags, flags);
	model_digest_add(run, from << 20 ^ to << 8 ^ flags);
}

/* compare_list - @type is the runs of @cells, those of value @none left out */
static void compare_list(struct model_run *run, const struct memblock_type *type, const u8 *cells,
			 u8 none, u8 no_flags)
{
	unsigned int cell, end;
	unsigned long idx = 0;

	/* Below the world lies the arena, in a run that has one. */
	while (idx < type->cnt && type->regions[idx].size &&
	       type->regions[idx].base < world->origin)
		idx++;
	for (cell = 0; cell < NR_CELLS; cell = end) {
		end = run_end(cells, cell);
		if (cells[cell] != none)
			compare_region(run, type, idx++, cell, end, cells[cell] & ~no_flags);
	}
	MODEL_EQ(run, type->cnt, max(idx, 1UL));
}

static void compare(struct model_run *run)
{
	compare_list(run, &memblock.memory, model.memory, NO_RAM, 0);
	compare_list(run, &memblock.reserved, model.reserved, 0, 1);
	MODEL_TRUE(run, memblock_check());
}

/* free_run_end - the free range that begins at @cell ends here; @cell if there is none */
static unsigned int free_run_end(unsigned int cell)
{
	unsigned int end = cell;
	u8 flags = model.memory[cell];

	if (flags & (MEMBLOCK_NOMAP | MEMBLOCK_DRIVER_MANAGED)) /* NO_RAM has them too */
		return cell;
	while (end < NR_CELLS && model.memory[end] == flags && !model.reserved[end])
		end++;
	return end;
}

static void compare_free_ranges(struct model_run *run)
{
	unsigned int cell = 0, end, nr_up = 0, nr_down = 0;
	phys_addr_t start, stop, last = PHYS_ADDR_MAX;
	u64 i;

	for_each_free_mem_range(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &stop, NULL) {
		if (start < world->origin)
			continue;
		while (cell < NR_CELLS && free_run_end(cell) == cell)
			cell++;
		MODEL_TRUE(run, cell < (unsigned int)NR_CELLS);
		end = free_run_end(cell);
		MODEL_EQ(run, start, cell_start(cell));
		MODEL_EQ(run, stop, cell_start(end));
		cell = end;
		nr_up++;
	}
	while (cell < NR_CELLS && free_run_end(cell) == cell)
		cell++;
	MODEL_EQ(run, cell, (unsigned int)NR_CELLS);

	for_each_free_mem_range_reverse(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &stop, NULL) {
		MODEL_TRUE(run, stop <= last);
		MODEL_TRUE(run, start < stop);
		last = start;
		if (start < world->origin)
			continue;
		cell = (start - world->origin) / CELL;
		MODEL_EQ(run, start, cell_start(cell));
		MODEL_EQ(run, stop, cell_start(free_run_end(cell)));
		nr_down++;
	}
	MODEL_EQ(run, nr_down, nr_up);
}

/* ---- Edits -------------------------------------------------------------------------------- */

/* random_range - mostly short, sometimes a large part of the world */
static void random_range(struct model_run *run, unsigned int *start, unsigned int *end)
{
	unsigned int most = model_choose(run, 8) ? 4 : NR_CELLS;

	*start = model_choose(run, NR_CELLS);
	*end = min(*start + 1 + model_choose(run, most), (unsigned int)NR_CELLS);
}

/* nr_gaps - how many entries would covering this range take? */
static unsigned int nr_gaps(const u8 *cells, u8 none, unsigned int start, unsigned int end)
{
	unsigned int nr = 0;

	for (; start < end; start++)
		nr += cells[start] == none && (start + 1 == end || cells[start + 1] != none);
	return nr;
}

/*
 * settle - an edit that may have wanted @nr_new entries returned @ret
 *
 * If it was refused, with reason, the model takes back what it did.
 */
static void settle(struct model_run *run, const struct memblock_type *type, unsigned int nr_new,
		   int ret)
{
	if (!ret)
		return;
	MODEL_EQ(run, ret, -ENOMEM);
	MODEL_TRUE(run, !world->grows);
	MODEL_TRUE(run, type->cnt + nr_new > type->max);
	model = saved_model;
	refusals++;
}

static void do_add(struct model_run *run, unsigned int start, unsigned int end)
{
	static const u8 kinds[] = {MEMBLOCK_NONE,    MEMBLOCK_NONE,          MEMBLOCK_NONE,
				   MEMBLOCK_HOTPLUG, MEMBLOCK_MIRROR,        MEMBLOCK_NOMAP,
				   MEMBLOCK_NONE,    MEMBLOCK_DRIVER_MANAGED};
	u8 flags = kinds[model_choose(run, ARRAY_SIZE(kinds))];
	unsigned int nr_new = nr_gaps(model.memory, NO_RAM, start, end), cell;
	int ret = memblock_add_node(cell_start(start), (end - start) * CELL, 0,
				    (enum memblock_flags)flags);

	for (cell = start; cell < end; cell++) {
		if (model.memory[cell] == NO_RAM)
			model.memory[cell] = flags;
	}
	settle(run, &memblock.memory, nr_new, ret);
}

static void do_remove(struct model_run *run, unsigned int start, unsigned int end)
{
	int ret = memblock_remove(cell_start(start), (end - start) * CELL);

	memset(&model.memory[start], NO_RAM, end - start);
	settle(run, &memblock.memory, 2, ret);
}

static void do_reserve(struct model_run *run, unsigned int start, unsigned int end)
{
	unsigned int nr_new = nr_gaps(model.reserved, 0, start, end);
	int ret = memblock_reserve(cell_start(start), (end - start) * CELL);

	memset(&model.reserved[start], 1, end - start);
	settle(run, &memblock.reserved, nr_new, ret);
}

static void do_free(struct model_run *run, unsigned int start, unsigned int end)
{
	int ret = memblock_phys_free(cell_start(start), (end - start) * CELL);

	memset(&model.reserved[start], 0, end - start);
	settle(run, &memblock.reserved, 2, ret);
}

static void do_mark(struct model_run *run, unsigned int start, unsigned int end)
{
	static int (*const calls[])(phys_addr_t base, phys_addr_t size) = {memblock_mark_hotplug,
									   memblock_clear_hotplug,
									   memblock_mark_nomap,
									   memblock_clear_nomap};
	unsigned int which = model_choose(run, ARRAY_SIZE(calls)), cell;
	u8 flag = which < 2 ? MEMBLOCK_HOTPLUG : MEMBLOCK_NOMAP;
	int ret = calls[which](cell_start(start), (end - start) * CELL);

	for (cell = start; cell < end; cell++) {
		if (model.memory[cell] == NO_RAM)
			continue;
		if (which & 1)
			model.memory[cell] &= (u8)~flag;
		else
			model.memory[cell] |= flag;
	}
	settle(run, &memblock.memory, 2, ret);
}

/* Every second cell anew, in both lists: more than they hold at first. */
static void do_comb(struct model_run *run, unsigned int start __unused, unsigned int end __unused)
{
	unsigned int before = refusals, cell;

	do_remove(run, 0, NR_CELLS);
	do_free(run, 0, NR_CELLS);
	for (cell = 0; cell < NR_CELLS; cell += 2) {
		saved_model = model;
		do_add(run, cell, cell + 1);
		saved_model = model;
		do_reserve(run, cell, cell + 1);
	}
	if (world->grows)
		MODEL_TRUE(run, memblock.memory.max > INIT_MEMBLOCK_REGIONS &&
					memblock.reserved.max > INIT_MEMBLOCK_REGIONS);
	else
		MODEL_TRUE(run, refusals > before);
}

static void do_trim(struct model_run *run, unsigned int start __unused, unsigned int end __unused)
{
	unsigned int align = 1U << model_choose(run, 3), cell, stop;

	memblock_trim_memory(align * CELL);
	for (cell = 0; cell < NR_CELLS; cell = stop) {
		/* The last cell may lack a byte, and then is no whole piece of anything. */
		unsigned int first, last;

		stop = run_end(model.memory, cell);
		if (model.memory[cell] == NO_RAM)
			continue;
		first = round_up(cell, align);
		last = (cell_start(stop) - world->origin) / CELL;
		last = max(round_down(last, align), min(first, stop));
		memset(&model.memory[cell], NO_RAM, min(first, stop) - cell);
		memset(&model.memory[last], NO_RAM, stop - last);
	}
}

static void do_limit(struct model_run *run __unused, unsigned int start, unsigned int end __unused)
{
	unsigned int limit = NR_CELLS / 2 + start, cell, nr = 0;

	if (world->grows) /* it would count the arena */
		return;
	memblock_enforce_memory_limit(limit * CELL);
	for (cell = 0; cell < NR_CELLS; cell++) {
		nr += model.memory[cell] != NO_RAM;
		if (nr == limit && cell_start(cell + 1) != PHYS_ADDR_MAX)
			break;
	}
	if (cell == NR_CELLS)
		return;
	memset(&model.memory[cell + 1], NO_RAM, NR_CELLS - (cell + 1));
	memset(&model.reserved[cell + 1], 0, NR_CELLS - (cell + 1));
}

static void do_cap(struct model_run *run __unused, unsigned int start, unsigned int end)
{
	bool any = run_end(model.memory, 0) < NR_CELLS || model.memory[0] != NO_RAM;
	unsigned int cell;

	if (world->grows)
		return;
	memblock_cap_memory_range(cell_start(start), (end - start) * CELL);
	for (cell = 0; any && cell < NR_CELLS; cell++) {
		if (cell >= start && cell < end)
			continue;
		model.reserved[cell] = 0;
		if (!(model.memory[cell] & MEMBLOCK_NOMAP))
			model.memory[cell] = NO_RAM;
	}
}

/* ---- Allocations and questions ---------------------------------------------------------------- */

/* fits - could an allocation of @nr cells begin at @cell? */
static bool fits(unsigned int cell, unsigned int nr, phys_addr_t align, phys_addr_t start,
		 phys_addr_t end)
{
	phys_addr_t addr = cell_start(cell);

	return IS_ALIGNED(addr, align) && addr >= max(start, (phys_addr_t)PAGE_SIZE) &&
	       addr <= end && end - addr >= nr * CELL && free_run_end(cell) >= cell + nr &&
	       cell_start(cell + nr) - addr == nr * CELL;
}

/* Where the model would allocate: a cell, or NR_CELLS for nowhere. */
static unsigned int find_cell(unsigned int nr, phys_addr_t align, phys_addr_t start,
			      phys_addr_t end)
{
	unsigned int i;

	for (i = 0; i <= NR_CELLS - nr; i++) {
		unsigned int cell = memblock_bottom_up() ? i : NR_CELLS - nr - i;

		if (fits(cell, nr, align, start, end))
			return cell;
	}
	return NR_CELLS;
}

static void do_alloc(struct model_run *run, unsigned int low, unsigned int high)
{
	unsigned int nr = 1 + model_choose(run, model_choose(run, 2) ? 3 : 24), cell;
	phys_addr_t align = CELL << model_choose(run, 4);
	phys_addr_t start = world->origin, end = PHYS_ADDR_MAX, found;
	unsigned int nr_new;

	if (!model_choose(run, 3)) { /* bounds that need not be at the end of a cell */
		start = cell_start(low) + model_choose(run, 2 * CELL);
		end = cell_start(high) - model_choose(run, 2 * CELL);
		if (start < world->origin || end < world->origin)
			return;
	}
	memblock_set_bottom_up(model_choose(run, 2));
	cell = find_cell(nr, align, start, max(end, (phys_addr_t)1));
	nr_new = cell < NR_CELLS;
	if (nr_new)
		memset(&model.reserved[cell], 1, nr);
	found = memblock_phys_alloc_range(nr * CELL, align, start, max(end, (phys_addr_t)1));
	if (nr_new && !found)
		settle(run, &memblock.reserved, nr_new, -ENOMEM);
	else
		MODEL_EQ(run, found, nr_new ? cell_start(cell) : 0);
}

static void do_ask(struct model_run *run, unsigned int start, unsigned int end)
{
	phys_addr_t base = cell_start(start), size = (end - start) * CELL;
	u8 flags = model.memory[start];
	bool any_reserved = false;
	unsigned int cell;

	for (cell = start; cell < end; cell++)
		any_reserved |= model.reserved[cell];
	MODEL_EQ(run, memblock_is_memory(base), flags != NO_RAM);
	MODEL_EQ(run, memblock_is_map_memory(base), !(flags & MEMBLOCK_NOMAP));
	MODEL_EQ(run, memblock_is_reserved(base + CELL - 2), model.reserved[start] != 0);
	MODEL_EQ(run, memblock_is_region_memory(base, size),
		 flags != NO_RAM && run_end(model.memory, start) >= end);
	MODEL_EQ(run, memblock_is_region_reserved(base, size), any_reserved);
	compare_free_ranges(run);
}

/* How often of a thousand; what shrinks the world comes seldom. */
static const struct step {
	u16 weight;
	void (*run)(struct model_run *run, unsigned int start, unsigned int end);
} steps[] = {
	{220, do_add},  {140, do_remove}, {140, do_reserve}, {140, do_free},
	{120, do_mark}, {140, do_alloc},  {80, do_ask},      {10, do_trim},
	{8, do_limit},  {2, do_cap},      {2, do_comb},
};

static void random_step(struct model_run *run)
{
	u16 weights[ARRAY_SIZE(steps)];
	unsigned int i, start, end;

	for (i = 0; i < ARRAY_SIZE(steps); i++)
		weights[i] = steps[i].weight;
	i = model_pick(run, weights, ARRAY_SIZE(steps));
	random_range(run, &start, &end);
	saved_model = model;
	steps[i].run(run, start, end);
}

static void make_world(struct model_run *run)
{
	world = &worlds[model_choose(run, ARRAY_SIZE(worlds))];
	refusals = 0;
	memset(model.memory, NO_RAM, sizeof(model.memory));
	memset(model.reserved, 0, sizeof(model.reserved));
	memblock_test_reset();
	if (world->grows) {
		phys_addr_t arena = memblock_world_arena();

		MODEL_TRUE(run, arena != 0);
		memblock_add(arena, ARENA_SIZE);
		memblock_set_current_limit(arena + ARENA_SIZE);
		memblock_allow_resize();
	}
}

void memblock_model_run(struct model_run *run)
{
	MODEL_EQ(run, memblock_world_begin(), 0);
	while (model_round(run)) {
		make_world(run);
		while (model_more(run)) {
			random_step(run);
			compare(run);
		}
		MODEL_TRUE(run, !refusals || !world->grows);
	}
	memblock_world_end();
}

void memblock_model_abandon(void)
{
	memblock_world_end();
}
