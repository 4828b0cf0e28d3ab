/* SPDX-License-Identifier: MIT */
/*
 * memblock, exhaustively: lists with room for four regions.
 *
 * Addresses are a few units of a page each. The oracle notes for each unit whether it is
 * memory, with which flag, and whether it is reserved. That determines the lists: a region
 * is a run of like units. And as an edit's need of entries is counted before it begins, it
 * determines what is refused: an added range needs an entry for each gap that it fills,
 * though they may merge in the end; a cut needs one if it leaves two ends; changing flags
 * one for each end that splits a region. A refused edit has changed nothing.
 *
 * In the first world the list of memory is edited in every way there is. In the second
 * there are four regions of memory, one of which may not be mapped, and everything is
 * reserved, freed and allocated, from the top down and from the bottom up.
 */
#include <kernel/lib/vsprintf.h>
#include <mm/tests/memblock_test.h>
#include <mm/tests/small.h>

#define NR_REGIONS 4U
#define MAX_UNITS  12U
#define MAX_RANGES (MAX_UNITS * (MAX_UNITS + 1) / 2)

#define UNIT_START MIB(16)
#define UNIT(n)    (UNIT_START + PAGES(n))

enum { NOTHING, PLAIN, NOMAP };

static unsigned int nr_units;
static u8 unit_memory[MAX_UNITS];   /* NOTHING, PLAIN or NOMAP */
static u8 unit_reserved[MAX_UNITS]; /* NOTHING or PLAIN */

/* Every range of units, half open. */
static struct range {
	u8 start, end;
} ranges[MAX_RANGES];
static unsigned int nr_ranges;

static void begin(unsigned int units)
{
	unsigned int start, end;

	nr_units = units;
	nr_ranges = 0;
	for (start = 0; start < units; start++)
		for (end = start + 1; end <= units; end++)
			ranges[nr_ranges++] = (struct range){(u8)start, (u8)end};
	memset(unit_memory, NOTHING, sizeof(unit_memory));
	memset(unit_reserved, NOTHING, sizeof(unit_reserved));
}

/* --- what the units say of a list ---------------------------------------------------------- */

/* Does a region begin at unit @n? */
static bool begins(const u8 *units, unsigned int n)
{
	return units[n] != NOTHING && (n == 0 || units[n - 1] != units[n]);
}

/* Does a region lie on both sides of where unit @n begins? */
static bool crosses(const u8 *units, unsigned int n)
{
	return n > 0 && n < nr_units && units[n] != NOTHING && units[n - 1] == units[n];
}

static unsigned int count_regions(const u8 *units)
{
	unsigned int n, nr = 0;

	for (n = 0; n < nr_units; n++)
		nr += begins(units, n);
	return nr;
}

static unsigned int count_gaps(const u8 *units, struct range r)
{
	unsigned int n, nr = 0;

	for (n = r.start; n < r.end; n++)
		nr += units[n] == NOTHING && (n == r.start || units[n - 1] != NOTHING);
	return nr;
}

/* Would cutting the range out leave both ends of one region? */
static bool is_hole(const u8 *units, struct range r)
{
	unsigned int n;

	for (n = r.start; n <= r.end; n++)
		if (!crosses(units, n))
			return false;
	return true;
}

static bool room_to_add(const u8 *units, struct range r)
{
	return count_regions(units) + count_gaps(units, r) <= NR_REGIONS;
}

static bool room_to_cut(const u8 *units, struct range r)
{
	return count_regions(units) + is_hole(units, r) <= NR_REGIONS;
}

static bool room_to_split(const u8 *units, struct range r)
{
	return count_regions(units) + crosses(units, r.start) + crosses(units, r.end) <= NR_REGIONS;
}

/* --- comparing ------------------------------------------------------------------------------- */

/* Outside of an edit the lists are as long as memblock_check() knows them. */
static void set_room(unsigned long nr)
{
	memblock.memory.max = nr;
	memblock.reserved.max = nr;
}

static void begin_edit(void)
{
	set_room(NR_REGIONS);
}

static void end_edit(struct kunit *test, int ret, bool room)
{
	set_room(INIT_MEMBLOCK_REGIONS);
	KUNIT_EXPECT_EQ(test, ret, room ? 0 : -ENOMEM);
}

static enum memblock_flags flags_of(unsigned int what)
{
	return what == NOMAP ? MEMBLOCK_NOMAP : MEMBLOCK_NONE;
}

static void expect_list(struct kunit *test, const struct memblock_type *type, const u8 *units)
{
	struct span spans[MAX_UNITS];
	unsigned int n, nr = 0;

	for (n = 0; n < nr_units; n++) {
		if (begins(units, n))
			spans[nr++] = (struct span){.start = UNIT(n), .flags = flags_of(units[n])};
		if (units[n] != NOTHING)
			spans[nr - 1].end = UNIT(n + 1);
	}
	memblock_test_expect(test, __FILE__, __LINE__, type, spans, nr);
}

static void look(struct kunit *test, struct small_key *key)
{
	unsigned int n;

	*key = (struct small_key){};
	for (n = 0; n < nr_units; n++) {
		phys_addr_t middle = UNIT(n) + PAGE_SIZE / 2;

		KUNIT_EXPECT_EQ(test, memblock_is_memory(middle), unit_memory[n] != NOTHING);
		KUNIT_EXPECT_EQ(test, memblock_is_map_memory(middle), unit_memory[n] == PLAIN);
		KUNIT_EXPECT_EQ(test, memblock_is_reserved(middle), unit_reserved[n] != NOTHING);
		key->word[0] = key->word[0] << 2 | unit_memory[n];
		key->word[1] = key->word[1] << 2 | unit_reserved[n];
	}
	expect_list(test, &memblock.memory, unit_memory);
	expect_list(test, &memblock.reserved, unit_reserved);
}

static void fill(u8 *units, struct range r, unsigned int what)
{
	memset(units + r.start, (int)what, r.end - r.start);
}

static phys_addr_t range_start(struct range r)
{
	return UNIT(r.start);
}

static phys_addr_t range_size(struct range r)
{
	return PAGES(r.end - r.start);
}

/* --- the list of memory, edited ------------------------------------------------------------- */

enum edit { ADD, ADD_NOMAP, REMOVE, MARK, CLEAR, CAP, NR_EDITS };

static const char *const edit_names[] = {"add",        "add nomap",   "remove",
					 "mark nomap", "clear nomap", "cap"};

/*
 * Operations: each edit of each range, one after the other; then trimming to multiples of two
 * units, and the limits of 1, 2, 3 ... units.
 */
#define EDIT_UNITS  9U
#define EDIT_RANGES (EDIT_UNITS * (EDIT_UNITS + 1) / 2)
#define OP_TRIM     (NR_EDITS * EDIT_RANGES)
#define OP_LIMIT    (OP_TRIM + 1)
#define NR_EDIT_OPS (OP_LIMIT + EDIT_UNITS)

/* What was not memory becomes so. */
static void fill_gaps(struct range r, unsigned int what)
{
	unsigned int n;

	for (n = r.start; n < r.end; n++)
		if (unit_memory[n] == NOTHING)
			unit_memory[n] = (u8)what;
}

static void change(struct range r, unsigned int from, unsigned int to)
{
	unsigned int n;

	for (n = r.start; n < r.end; n++)
		if (unit_memory[n] == from)
			unit_memory[n] = (u8)to;
}

static void step_add(struct kunit *test, struct range r, unsigned int what)
{
	bool room = room_to_add(unit_memory, r);

	begin_edit();
	end_edit(test,
		 what == PLAIN
			 ? memblock_add(range_start(r), range_size(r))
			 : memblock_add_node(range_start(r), range_size(r), 0, MEMBLOCK_NOMAP),
		 room);
	if (room)
		fill_gaps(r, what);
}

static void step_remove(struct kunit *test, struct range r)
{
	bool room = room_to_cut(unit_memory, r);

	begin_edit();
	end_edit(test, memblock_remove(range_start(r), range_size(r)), room);
	if (room)
		fill(unit_memory, r, NOTHING);
}

static void step_mark(struct kunit *test, struct range r, bool mark)
{
	bool room = room_to_split(unit_memory, r);

	begin_edit();
	end_edit(test,
		 mark ? memblock_mark_nomap(range_start(r), range_size(r))
		      : memblock_clear_nomap(range_start(r), range_size(r)),
		 room);
	if (room)
		change(r, mark ? PLAIN : NOMAP, mark ? NOMAP : PLAIN);
}

/* Ordinary memory outside of the range goes; unless there is none of any kind. */
static void step_cap(struct range r)
{
	begin_edit();
	memblock_cap_memory_range(range_start(r), range_size(r));
	set_room(INIT_MEMBLOCK_REGIONS);
	change((struct range){0, r.start}, PLAIN, NOTHING);
	change((struct range){r.end, (u8)nr_units}, PLAIN, NOTHING);
}

/* Each region shrinks to multiples of two units. */
static void step_trim(void)
{
	u8 before[MAX_UNITS];
	unsigned int n;

	begin_edit();
	memblock_trim_memory(PAGES(2));
	set_room(INIT_MEMBLOCK_REGIONS);
	memcpy(before, unit_memory, sizeof(before));
	for (n = 0; n < nr_units; n++)
		if (!crosses(before, (n & ~1U) + 1))
			unit_memory[n] = NOTHING;
}

/* The lowest @limit units of memory stay, if there are more. */
static void step_limit(unsigned int limit)
{
	unsigned int n, nr = 0;

	begin_edit();
	memblock_enforce_memory_limit(PAGES(limit));
	set_room(INIT_MEMBLOCK_REGIONS);
	for (n = 0; n < nr_units; n++) {
		nr += unit_memory[n] != NOTHING;
		if (nr > limit)
			unit_memory[n] = NOTHING;
	}
}

static void edit_step(struct kunit *test, unsigned int op)
{
	struct range r = ranges[op % EDIT_RANGES];

	if (op >= OP_LIMIT) {
		step_limit(op - OP_LIMIT + 1);
		return;
	}
	if (op == OP_TRIM) {
		step_trim();
		return;
	}
	switch ((enum edit)(op / EDIT_RANGES)) {
	case ADD:
		step_add(test, r, PLAIN);
		break;
	case ADD_NOMAP:
		step_add(test, r, NOMAP);
		break;
	case REMOVE:
		step_remove(test, r);
		break;
	case MARK:
		step_mark(test, r, true);
		break;
	case CLEAR:
		step_mark(test, r, false);
		break;
	default:
		step_cap(r);
	}
}

static bool always(unsigned int op __unused)
{
	return true;
}

/*
 * What the list begins with, so that a single edit meets regions of both kinds, some that
 * touch and some that do not, and room for one more.
 */
static const u8 three_regions[EDIT_UNITS] = {NOTHING, PLAIN, PLAIN, NOMAP,  NOTHING,
					     NOTHING, PLAIN, PLAIN, NOTHING};

/* Memory as @units say. */
static void begin_with(struct kunit *test, const u8 *units, unsigned int nr)
{
	unsigned int n;

	memblock_test_reset();
	begin(nr);
	for (n = 0; n < nr; n++)
		if (units[n] != NOTHING)
			step_add(test, (struct range){(u8)n, (u8)(n + 1)}, units[n]);
}

static void edit_reset(struct kunit *test)
{
	begin_with(test, three_regions, EDIT_UNITS);
}

static void describe_range(char *buf, size_t size, const char *what, struct range r)
{
	scnprintf(buf, size, "%s [%u, %u)", what, r.start, r.end);
}

static void edit_describe(unsigned int op, char *buf, size_t size)
{
	if (op >= OP_LIMIT)
		scnprintf(buf, size, "limit to %u", op - OP_LIMIT + 1);
	else if (op == OP_TRIM)
		strscpy(buf, "trim to multiples of 2", size);
	else
		describe_range(buf, size, edit_names[op / EDIT_RANGES], ranges[op % EDIT_RANGES]);
}

/* At boot one edit of each kind; two in a row are fifty thousand steps already. */
static void edits(struct kunit *test)
{
	static const struct small_world world = {
		.name = "memblock of 4 regions",
		.nr_ops = NR_EDIT_OPS,
		.depth = 1,
		.reset = edit_reset,
		.possible = always,
		.step = edit_step,
		.look = look,
		.describe = edit_describe,
	};

	small_explore(test, &world);
}

/* --- allocating from four regions ----------------------------------------------------------- */

/* Not NOTHING: memory. The third region is nobody's to map. */
static const u8 four_regions[] = {PLAIN,   PLAIN, PLAIN, NOTHING, PLAIN, PLAIN,
				  NOTHING, NOMAP, NOMAP, NOTHING, PLAIN, PLAIN};

#define ALLOC_UNITS  ARRAY_SIZE(four_regions)
#define ALLOC_RANGES (ALLOC_UNITS * (ALLOC_UNITS + 1) / 2)

/*
 * Operations: reserving and freeing each range, and allocating one unit of it; then allocating
 * 1 to 3 units anywhere, aligned to 1 and to 2 units, from either end.
 */
#define MAX_ALLOC    3U
#define OP_RESERVE   0U
#define OP_FREE      ALLOC_RANGES
#define OP_ALLOC_IN  (2 * ALLOC_RANGES)
#define OP_ALLOC     (3 * ALLOC_RANGES)
#define NR_ALLOC_OPS (OP_ALLOC + MAX_ALLOC * 2 * 2)

static bool unit_is_free(unsigned int n)
{
	return n < nr_units && unit_memory[n] == PLAIN && unit_reserved[n] == NOTHING;
}

/* No two of the four regions touch, so that units in a row are of one. */
static bool fits(unsigned int start, unsigned int size, struct range in)
{
	unsigned int n;

	for (n = start; n < start + size; n++)
		if (n < in.start || n >= in.end || !unit_is_free(n))
			return false;
	return true;
}

/* Where an allocation must go: the highest place, or the lowest. -1: nowhere. */
static int place_for(unsigned int size, unsigned int align, bool bottom_up, struct range in)
{
	unsigned int i;

	if (count_regions(unit_reserved) + 1 > NR_REGIONS)
		return -1;
	for (i = 0; i < nr_units; i++) {
		unsigned int start = bottom_up ? i : nr_units - 1 - i;

		if (start % align == 0 && fits(start, size, in))
			return (int)start;
	}
	return -1;
}

static void step_alloc(struct kunit *test, unsigned int size, unsigned int align, bool bottom_up,
		       struct range in)
{
	int place = place_for(size, align, bottom_up, in);
	phys_addr_t addr;

	begin_edit();
	memblock_set_bottom_up(bottom_up);
	addr = memblock_phys_alloc_range(PAGES(size), PAGES(align), UNIT(in.start), UNIT(in.end));
	memblock_set_bottom_up(false);
	set_room(INIT_MEMBLOCK_REGIONS);
	KUNIT_EXPECT_EQ(test, addr, place < 0 ? 0 : UNIT(place));
	if (place >= 0)
		fill(unit_reserved, (struct range){(u8)place, (u8)(place + size)}, PLAIN);
}

static void step_reserve(struct kunit *test, struct range r)
{
	bool room = room_to_add(unit_reserved, r);

	begin_edit();
	end_edit(test, memblock_reserve(range_start(r), range_size(r)), room);
	if (room)
		fill(unit_reserved, r, PLAIN);
}

static void step_free(struct kunit *test, struct range r)
{
	bool room = room_to_cut(unit_reserved, r);

	begin_edit();
	end_edit(test, memblock_phys_free(range_start(r), range_size(r)), room);
	if (room)
		fill(unit_reserved, r, NOTHING);
}

static void alloc_step(struct kunit *test, unsigned int op)
{
	unsigned int which = op - OP_ALLOC;

	if (op >= OP_ALLOC)
		step_alloc(test, which % MAX_ALLOC + 1, which / MAX_ALLOC % 2 + 1,
			   which / MAX_ALLOC / 2, (struct range){0, ALLOC_UNITS});
	else if (op >= OP_ALLOC_IN)
		step_alloc(test, 1, 1, false, ranges[op - OP_ALLOC_IN]);
	else if (op >= OP_FREE)
		step_free(test, ranges[op - OP_FREE]);
	else
		step_reserve(test, ranges[op]);
}

/* Two of its units are taken, the one inside a region, the other at a region's end. */
static void alloc_reset(struct kunit *test)
{
	begin_with(test, four_regions, ALLOC_UNITS);
	step_reserve(test, (struct range){1, 2});
	step_reserve(test, (struct range){5, 6});
}

static void alloc_describe(unsigned int op, char *buf, size_t size)
{
	unsigned int which = op - OP_ALLOC;

	if (op >= OP_ALLOC)
		scnprintf(buf, size, "allocate %u, aligned to %u, %s", which % MAX_ALLOC + 1,
			  which / MAX_ALLOC % 2 + 1,
			  which / MAX_ALLOC / 2 ? "bottom-up" : "top-down");
	else
		describe_range(buf, size,
			       op >= OP_ALLOC_IN ? "allocate 1 in"
			       : op >= OP_FREE   ? "free"
						 : "reserve",
			       ranges[op % ALLOC_RANGES]);
}

static void allocations(struct kunit *test)
{
	static const struct small_world world = {
		.name = "memblock allocating",
		.nr_ops = NR_ALLOC_OPS,
		.depth = 1,
		.reset = alloc_reset,
		.possible = always,
		.step = alloc_step,
		.look = look,
		.describe = alloc_describe,
	};

	small_explore(test, &world);
}

static void small_memblock_exit(struct kunit *test)
{
	small_explore_end();
	memblock_test_exit(test);
}

static struct kunit_case small_memblock_cases[] = {
	KUNIT_CASE(edits),
	KUNIT_CASE(allocations),
	{},
};

static struct kunit_suite small_memblock_suite = {
	.name = "small_memblock",
	.init = memblock_test_init,
	.exit = small_memblock_exit,
	.test_cases = small_memblock_cases,
};
kunit_test_suite(small_memblock_suite);
