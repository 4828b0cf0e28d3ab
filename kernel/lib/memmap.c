/* SPDX-License-Identifier: MIT */
/*
 * Sanitising the memory map.
 *
 * Idea: walk the addresses upwards from one border of an entry to the next. Between
 * two borders nothing begins or ends, so one type holds there: the most restrictive
 * of the entries that cover the stretch. Stretches of one type that touch make a
 * run, and runs are the result: sorted, disjoint and merged by construction,
 * whatever the order, number and overlaps of the entries.
 *
 *      raw       |--------- usable ---------|
 *                        |-- reserved --|  |--- ACPI ---|
 *      borders   |       |              |  ||           |
 *      runs      |usable |   reserved   |us|    ACPI    |
 *
 * Each step looks at all entries, which makes n entries cost n * n; there are some
 * twenty, and no sorted copy has to be kept anywhere.
 *
 * Whole pages: an entry that is not usable is widened before the walk, so that it
 * takes the whole page from a usable neighbour. A usable run is narrowed after the
 * walk, when neighbouring entries have become one.
 *
 * Reference: Linux 6.1 arch/x86/kernel/e820.c (e820__update_table, whose idea of
 * change points is the same), arch/x86/kernel/ebda.c; ACPI 6.4, table 15.1.
 */
#include <kernel/lib/memmap.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/kstrtox.h>
#include <kernel/lib/math64.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>

#define NO_TYPE 0U /* of a hole */
#define FOUR_GB 0x100000000ULL

/* Reserved on every PC, whatever the firmware says. */
static const struct memmap_entry bios_areas[] = {
	{.base = 0, .size = MEMMAP_PAGE_SIZE, .type = MEMMAP_RESERVED},
	{.base = 0xA0000, .size = 0x60000, .type = MEMMAP_RESERVED},
};

/* The entries of a walk: the caller's, and behind them those of bios_areas. */
struct source {
	const struct memmap_entry *raw;
	unsigned int nr_raw;
};

/* [start, end); a border at the end of 64 bits is held one byte short of it */
struct range {
	u64 start, end;
	u32 type;
};

static const struct memmap_entry *source_entry(const struct source *src, unsigned int i)
{
	if (i < src->nr_raw)
		return &src->raw[i];
	i -= src->nr_raw;
	return i < ARRAY_SIZE(bios_areas) ? &bios_areas[i] : NULL;
}

static bool known_type(u32 type)
{
	return type >= MEMMAP_USABLE && type <= MEMMAP_UNUSABLE;
}

static bool entry_wraps(const struct memmap_entry *e)
{
	return e->size && e->base + (e->size - 1) < e->base;
}

static u64 saturating_page_up(u64 addr)
{
	return addr > ALIGN_DOWN(U64_MAX, MEMMAP_PAGE_SIZE) ? U64_MAX
							    : ALIGN(addr, MEMMAP_PAGE_SIZE);
}

/* What an entry is taken to mean; false when it means nothing. */
static bool interpret(const struct memmap_entry *e, struct range *r)
{
	u64 room = U64_MAX - e->base;

	if (!e->size || (entry_wraps(e) && e->type == MEMMAP_USABLE))
		return false;
	r->type = known_type(e->type) ? e->type : MEMMAP_RESERVED;
	r->start = e->base;
	r->end = e->base + min(e->size, room);
	if (r->type != MEMMAP_USABLE) {
		r->start = ALIGN_DOWN(r->start, MEMMAP_PAGE_SIZE);
		r->end = saturating_page_up(r->end);
	}
	return true;
}

static unsigned int restrictiveness(u32 type)
{
	switch (type) {
	case NO_TYPE:
		return 0;
	case MEMMAP_USABLE:
		return 1;
	case MEMMAP_ACPI:
		return 2;
	case MEMMAP_NVS:
		return 3;
	case MEMMAP_RESERVED:
	default:
		return 4;
	case MEMMAP_UNUSABLE:
		return 5;
	}
}

/* The stretch that begins at @start: its type, and the next border, U64_MAX at the last. */
static struct range next_stretch(const struct source *src, u64 start)
{
	struct range stretch = {.start = start, .end = U64_MAX, .type = NO_TYPE};
	const struct memmap_entry *e;
	unsigned int i;

	for (i = 0; (e = source_entry(src, i)); i++) {
		struct range r;

		if (!interpret(e, &r) || r.end <= start)
			continue;
		if (r.start > start) {
			stretch.end = min(stretch.end, r.start);
			continue;
		}
		stretch.end = min(stretch.end, r.end);
		if (restrictiveness(r.type) > restrictiveness(stretch.type))
			stretch.type = r.type;
	}
	return stretch;
}

static void remove_entry(struct memmap *map, unsigned int i)
{
	map->nr--;
	memmove(&map->entries[i], &map->entries[i + 1], (map->nr - i) * sizeof(map->entries[0]));
}

static void insert_entry(struct memmap *map, unsigned int i, u64 start, u64 end, u32 type)
{
	memmove(&map->entries[i + 1], &map->entries[i], (map->nr - i) * sizeof(map->entries[0]));
	map->entries[i] = (struct memmap_entry){.base = start, .size = end - start, .type = type};
	map->nr++;
}

/* Is @a easier to do without than @b? Usable is worth more than any other, then size. */
static bool less_needed(const struct memmap_entry *a, const struct memmap_entry *b)
{
	bool a_usable = a->type == MEMMAP_USABLE;
	bool b_usable = b->type == MEMMAP_USABLE;

	return a_usable != b_usable ? b_usable : a->size < b->size;
}

/*
 * Put a run behind the others. In a full map the one least needed of all goes: the
 * address of a reservation that is not listed is in no usable range all the same,
 * since the walk has already cut it out.
 */
static void emit_run(struct memmap *out, const struct memmap_entry *run, struct memmap_stats *stats)
{
	const struct memmap_entry *victim = run;
	unsigned int i;

	if (out->nr == out->max) {
		for (i = 0; i < out->nr; i++)
			if (less_needed(&out->entries[i], victim))
				victim = &out->entries[i];
		if (victim->type == MEMMAP_USABLE)
			stats->lost += victim->size;
		else
			stats->unlisted++;
		if (victim == run)
			return;
		remove_entry(out, (unsigned int)(victim - out->entries));
	}
	out->entries[out->nr++] = *run;
}

/* Cut a run to what is addressable and, if usable, to whole pages, and emit what is left. */
static void finish_run(struct memmap *out, struct range run, struct memmap_stats *stats)
{
	u64 limit = FOUR_GB;

	if (run.type == NO_TYPE)
		return;
	if (run.type == MEMMAP_USABLE) {
		limit = MEMMAP_USABLE_END;
		if (run.end > limit)
			stats->unreachable += run.end - max(run.start, limit);
		run.start = saturating_page_up(run.start);
		run.end = ALIGN_DOWN(run.end, MEMMAP_PAGE_SIZE);
	}
	run.end = min(run.end, limit);
	if (run.start < run.end)
		emit_run(out,
			 &(struct memmap_entry){
				 .base = run.start, .size = run.end - run.start, .type = run.type},
			 stats);
}

static void count_oddities(const struct memmap_entry *raw, unsigned int nr_raw,
			   struct memmap_stats *stats)
{
	unsigned int i;

	for (i = 0; i < nr_raw; i++) {
		if (!raw[i].size)
			stats->zero_length++;
		if (entry_wraps(&raw[i]))
			stats->wrapped++;
		if (!known_type(raw[i].type))
			stats->unknown_type++;
	}
}

void memmap_sanitize(const struct memmap_entry *raw, unsigned int nr_raw, struct memmap *out,
		     struct memmap_stats *stats)
{
	const struct source src = {.raw = raw, .nr_raw = nr_raw};
	struct range run = {.type = NO_TYPE};
	u64 start = 0;

	*stats = (struct memmap_stats){0};
	count_oddities(raw, nr_raw, stats);
	out->nr = 0;
	while (start != U64_MAX) {
		struct range stretch = next_stretch(&src, start);

		if (stretch.type != run.type) {
			finish_run(out, run, stats);
			run = stretch;
		}
		run.end = stretch.end;
		start = stretch.end;
	}
	finish_run(out, run, stats);
}

bool memmap_append(struct memmap *map, u64 base, u64 size, u32 type)
{
	const struct memmap_entry e = {.base = base, .size = size, .type = type};
	struct memmap_entry *victim = NULL;
	unsigned int i;

	if (map->nr < map->max) {
		map->entries[map->nr++] = e;
		return true;
	}
	for (i = 0; i < map->nr; i++)
		if (map->entries[i].type == MEMMAP_USABLE &&
		    (!victim || map->entries[i].size < victim->size))
			victim = &map->entries[i];
	if (type != MEMMAP_USABLE && victim)
		*victim = e;
	return false;
}

bool memmap_check(const struct memmap *map)
{
	unsigned int i;

	if (map->nr > map->max)
		return false;
	for (i = 0; i < map->nr; i++) {
		const struct memmap_entry *e = &map->entries[i];
		u64 limit = e->type == MEMMAP_USABLE ? MEMMAP_USABLE_END : FOUR_GB;

		if (!e->size || !known_type(e->type) || e->base >= limit ||
		    e->size > limit - e->base)
			return false;
		if (!IS_ALIGNED(e->base, MEMMAP_PAGE_SIZE) ||
		    !IS_ALIGNED(e->size, MEMMAP_PAGE_SIZE))
			return false;
		if (i == 0)
			continue;
		if (e[-1].base + e[-1].size > e->base)
			return false;
		if (e[-1].base + e[-1].size == e->base && e[-1].type == e->type)
			return false;
	}
	return true;
}

/* Is all of [start, end) in one usable entry? In a sanitised map there are never two. */
static bool all_usable(const struct memmap *map, u64 start, u64 end)
{
	unsigned int i;

	for (i = 0; i < map->nr; i++) {
		const struct memmap_entry *e = &map->entries[i];

		if (e->type == MEMMAP_USABLE && e->base <= start && end <= e->base + e->size)
			return true;
	}
	return false;
}

/* Take [start, end) out of all entries. Return: the index that an entry for it would have. */
static unsigned int cut_range(struct memmap *map, u64 start, u64 end)
{
	unsigned int i = 0;

	while (i < map->nr && map->entries[i].base < end) {
		struct memmap_entry *e = &map->entries[i];
		u64 entry_end = e->base + e->size;

		if (entry_end <= start) {
			i++;
			continue;
		}
		if (entry_end > end)
			insert_entry(map, i + 1, end, entry_end, e->type);
		if (e->base < start)
			map->entries[i++].size = start - e->base;
		else
			remove_entry(map, i);
		if (entry_end > end)
			break;
	}
	return i;
}

/* Make entries i and i + 1 one, if they touch and are of one type. */
static void merge_entries(struct memmap *map, unsigned int i)
{
	struct memmap_entry *e = &map->entries[i];

	if (i + 1 >= map->nr || e[0].type != e[1].type || e[0].base + e[0].size != e[1].base)
		return;
	e[0].size += e[1].size;
	remove_entry(map, i + 1);
}

bool memmap_claim(struct memmap *map, u64 base, u64 size)
{
	u64 end = base + size;
	unsigned int i;

	if (all_usable(map, base, end))
		return false;
	i = cut_range(map, base, end);
	insert_entry(map, i, base, end, MEMMAP_USABLE);
	merge_entries(map, i);
	if (i)
		merge_entries(map, i - 1);
	return true;
}

u32 memmap_bios_start(u16 ebda_segment, u16 base_kib)
{
	const u32 lowest = 0x20000, highest = 0x9F000;
	u32 start = (u32)base_kib << 10;
	u32 ebda = (u32)ebda_segment << 4;

	if (start < lowest || start > highest)
		start = highest;
	if (ebda >= lowest && ebda < start)
		start = ebda;
	return ALIGN_DOWN(start, (u32)MEMMAP_PAGE_SIZE);
}

/* Take out usable memory from @end on; returns how many bytes that were. */
static u64 cut_usable(struct memmap *map, u64 end)
{
	u64 bytes = 0;
	unsigned int i;

	for (i = map->nr; i--;) {
		struct memmap_entry *e = &map->entries[i];
		u64 over;

		if (e->type != MEMMAP_USABLE || e->base + e->size <= end)
			continue;
		over = min(e->base + e->size - end, e->size);
		bytes += over;
		e->size -= over;
		if (!e->size)
			remove_entry(map, i);
	}
	return bytes;
}

/* Half of the largest usable range below @low_end: the kernel wants to run as well. */
static u64 room_for_mem_map(const struct memmap *map, u64 low_end)
{
	u64 largest = 0;
	unsigned int i;

	for (i = 0; i < map->nr; i++) {
		const struct memmap_entry *e = &map->entries[i];

		if (e->type == MEMMAP_USABLE && e->base < low_end)
			largest = max(largest, min(e->size, low_end - e->base));
	}
	return largest / 2;
}

/* Bytes of a mem_map for all frames below @end. */
static u64 mem_map_cost(u64 end, u32 page_struct)
{
	return ALIGN(end / MEMMAP_PAGE_SIZE * page_struct, MEMMAP_PAGE_SIZE);
}

/* End of the usable range up to which keeping all pays best. */
static u64 most_profitable_end(const struct memmap *map, u32 page_struct)
{
	u64 kept = 0, best_end = 0;
	s64 best = 0;
	unsigned int i;

	for (i = 0; i < map->nr; i++) {
		const struct memmap_entry *e = &map->entries[i];
		s64 profit;

		if (e->type != MEMMAP_USABLE)
			continue;
		kept += e->size;
		profit = (s64)kept - (s64)mem_map_cost(e->base + e->size, page_struct);
		if (profit > best) {
			best = profit;
			best_end = e->base + e->size;
		}
	}
	return best_end;
}

void memmap_drop_sparse(struct memmap *map, u32 page_struct, u64 low_end,
			struct memmap_sparse *sparse)
{
	u64 room = room_for_mem_map(map, low_end);
	u64 affordable = div_u64(ALIGN_DOWN(room, MEMMAP_PAGE_SIZE), page_struct);

	sparse->excess = cut_usable(map, affordable * MEMMAP_PAGE_SIZE);
	sparse->costly = cut_usable(map, most_profitable_end(map, page_struct));
	sparse->end = memmap_end(map);
}

static int add_edit(struct memmap_edits *edits, const struct memmap_edit *edit)
{
	if (edits->nr == MEMMAP_EDITS_MAX)
		return -ENOSPC;
	edits->list[edits->nr++] = *edit;
	return 0;
}

/*
 * A number with a suffix at *@s, which is moved behind it. A number of more than 64
 * bits comes back from memparse() as the largest, which no machine has either.
 */
static int parse_bytes(const char **s, u64 *bytes)
{
	char *end;

	*bytes = memparse(*s, &end);
	if (end == *s)
		return -EINVAL;
	*s = end;
	return *bytes == U64_MAX ? -ERANGE : 0;
}

/* What the sign between size and start makes of a range; NO_TYPE when it is no sign. */
static u32 sign_type(char sign)
{
	switch (sign) {
	case '@':
		return MEMMAP_USABLE;
	case '$':
		return MEMMAP_RESERVED;
	case '#':
		return MEMMAP_ACPI;
	default:
		return NO_TYPE;
	}
}

/* SIZE, or SIZE, a sign and START, at *@s, which is moved behind it. */
static int parse_range(const char **s, struct memmap_edit *edit)
{
	struct memmap_entry *e = &edit->entry;
	int err = parse_bytes(s, &e->size);

	if (err)
		return err;
	if (!e->size)
		return -EINVAL;
	e->type = sign_type(**s);
	if (e->type == NO_TYPE) {
		edit->kind = MEMMAP_EDIT_LIMIT;
		e->base = e->size;
		return 0;
	}
	(*s)++;
	edit->kind = MEMMAP_EDIT_ADD;
	err = parse_bytes(s, &e->base);
	if (err)
		return err;
	return entry_wraps(e) ? -ERANGE : 0;
}

/* One item of memmap= at *@s, which is moved behind it. */
static int parse_item(const char **s, struct memmap_edits *edits)
{
	struct memmap_edit edit = {.kind = MEMMAP_EDIT_EXACT};
	size_t len = str_has_prefix(*s, "exactmap");
	int err;

	if (len) {
		*s += len;
	} else {
		err = parse_range(s, &edit);
		if (err)
			return err;
	}
	if (**s && **s != ',')
		return -EINVAL;
	return add_edit(edits, &edit);
}

int memmap_parse(const char *val, struct memmap_edits *edits)
{
	unsigned int nr = edits->nr;
	int err;

	for (;;) {
		err = parse_item(&val, edits);
		if (err) {
			edits->nr = nr;
			return err;
		}
		if (!*val)
			return 0;
		val++; /* the comma */
	}
}

int memmap_parse_mem(const char *val, struct memmap_edits *edits)
{
	struct memmap_edit edit = {.kind = MEMMAP_EDIT_LIMIT};
	int err = kstrtosize(val, &edit.entry.base);

	if (err)
		return err;
	return edit.entry.base ? add_edit(edits, &edit) : -EINVAL;
}

/* Usable entries end at @limit. What wraps around is left as nonsensical as it is. */
static void limit_usable(struct memmap *map, u64 limit)
{
	unsigned int i;

	for (i = map->nr; i--;) {
		struct memmap_entry *e = &map->entries[i];

		if (e->type != MEMMAP_USABLE || entry_wraps(e))
			continue;
		if (e->base >= limit)
			remove_entry(map, i);
		else
			e->size = min(e->size, limit - e->base);
	}
}

bool memmap_update(struct memmap *map, const struct memmap_edits *edits)
{
	bool complete = true;
	unsigned int i;

	for (i = 0; i < edits->nr; i++) {
		const struct memmap_entry *e = &edits->list[i].entry;

		switch (edits->list[i].kind) {
		case MEMMAP_EDIT_LIMIT:
			limit_usable(map, e->base);
			break;
		case MEMMAP_EDIT_EXACT:
			map->nr = 0;
			break;
		case MEMMAP_EDIT_ADD:
			complete &= memmap_append(map, e->base, e->size, e->type);
			break;
		}
	}
	return complete;
}

u64 memmap_usable(const struct memmap *map)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < map->nr; i++)
		if (map->entries[i].type == MEMMAP_USABLE)
			sum += map->entries[i].size;
	return sum;
}

u64 memmap_end(const struct memmap *map)
{
	unsigned int i;

	for (i = map->nr; i--;)
		if (map->entries[i].type == MEMMAP_USABLE)
			return map->entries[i].base + map->entries[i].size;
	return 0;
}

const char *memmap_type_name(u32 type)
{
	switch (type) {
	case MEMMAP_USABLE:
		return "usable";
	case MEMMAP_RESERVED:
		return "reserved";
	case MEMMAP_ACPI:
		return "ACPI data";
	case MEMMAP_NVS:
		return "ACPI NVS";
	case MEMMAP_UNUSABLE:
		return "unusable";
	default:
		return "unknown";
	}
}
