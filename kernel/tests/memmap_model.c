/* SPDX-License-Identifier: MIT */
/*
 * The memory map against a model that colours an array, granule by granule, and knows
 * no intervals.
 *
 * A window of 1.25 MiB lies at the bottom of memory with its BIOS areas, across 4 GiB,
 * or at the end of 64 bits, where sums wrap. The firmware's map is a list of random
 * entries in it, which grows, is cut and cleared as the command line might ask for. Now
 * and then it is sanitised. Then each page of the window must have the type that the
 * most restrictive granule in it gives, and so after each claim and each cut that
 * follow: memmap_check() says the rest, as pages determine a map that is sorted, disjoint
 * and merged.
 *
 * Not in the model: what memmap_parse() makes of a text; memmap_test.c has tables of it.
 */
#include <kernel/lib/memmap.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <kernel/tests/memmap_model.h>

#define U MEMMAP_USABLE
#define R MEMMAP_RESERVED

#define GRANULE       1024ULL
#define PAGE          MEMMAP_PAGE_SIZE
#define PAGE_GRANULES (PAGE / GRANULE)
#define WINDOW        0x140000ULL
#define NR_GRANULES   (WINDOW / GRANULE)
#define NR_PAGES      (WINDOW / PAGE)

#define FOUR_GB 0x100000000ULL
#define MAX_RAW 12
#define MAX_OUT (2 * MAX_RAW + 5 + 16) /* and room for some claims */

/*
 * @raw, @model_raw: what the firmware said, to both
 * @out, @page: the sanitised map, and the type of each page of the window, 0 in a hole
 */
static struct world {
	u64 origin;
	struct memmap raw;
	struct memmap out;
	unsigned int nr_model_raw;
	struct memmap_entry raw_entries[MAX_RAW];
	struct memmap_entry model_raw[MAX_RAW];
	struct memmap_entry out_entries[MAX_OUT];
	u8 page[NR_PAGES];
} w;

static u64 window_last(void)
{
	return w.origin + (WINDOW - 1);
}

/* ---- The raw map ------------------------------------------------------------------------ */

/* Anything goes; but a usable range that does not wrap lies in the window. */
static struct memmap_entry random_entry(struct model_run *run)
{
	u64 from = model_choose(run, NR_GRANULES);
	u64 len = model_size(run, NR_GRANULES);
	struct memmap_entry e = {.base = w.origin + from * GRANULE, .size = len * GRANULE};

	e.type = model_one_in(run, 2) ? model_choose(run, 8) : U;
	if (e.base && model_one_in(run, 32))
		e.size = U64_MAX - model_choose(run, 2);
	else if (e.type == U)
		e.size = min(e.size, WINDOW - from * GRANULE);
	return e;
}

static bool model_wraps(const struct memmap_entry *e)
{
	return e->size && e->base > U64_MAX - (e->size - 1);
}

/* memmap_append() in so many words: a full map gives up its smallest usable entry. */
static bool model_append(struct memmap_entry e)
{
	unsigned int i, smallest = MAX_RAW;

	if (w.nr_model_raw < MAX_RAW) {
		w.model_raw[w.nr_model_raw++] = e;
		return true;
	}
	for (i = 0; i < MAX_RAW; i++)
		if (w.model_raw[i].type == U &&
		    (smallest == MAX_RAW || w.model_raw[i].size < w.model_raw[smallest].size))
			smallest = i;
	if (e.type != U && smallest < MAX_RAW)
		w.model_raw[smallest] = e;
	return false;
}

static void model_limit(u64 limit)
{
	struct memmap_entry kept[MAX_RAW];
	unsigned int i, nr = 0;

	for (i = 0; i < w.nr_model_raw; i++) {
		kept[nr] = w.model_raw[i];
		if (kept[nr].type == U && !model_wraps(&kept[nr])) {
			if (kept[nr].base >= limit)
				continue;
			kept[nr].size = min(kept[nr].size, limit - kept[nr].base);
		}
		nr++;
	}
	memcpy(w.model_raw, kept, sizeof(kept));
	w.nr_model_raw = nr;
}

static void do_append(struct model_run *run)
{
	struct memmap_entry e = random_entry(run);

	MODEL_EQ(run, memmap_append(&w.raw, e.base, e.size, e.type), model_append(e));
}

/* One to three things that the command line asks for. */
static void do_update(struct model_run *run)
{
	static const u16 weights[] = {
		[MEMMAP_EDIT_LIMIT] = 3, [MEMMAP_EDIT_ADD] = 4, [MEMMAP_EDIT_EXACT] = 1};
	static struct memmap_edits edits;
	unsigned int i;
	bool complete = true;

	edits.nr = model_between(run, 1, 3);
	for (i = 0; i < edits.nr; i++) {
		struct memmap_edit *edit = &edits.list[i];

		edit->kind = model_pick(run, weights, ARRAY_SIZE(weights));
		edit->entry = random_entry(run);
		if (edit->kind == MEMMAP_EDIT_LIMIT)
			model_limit(edit->entry.base);
		else if (edit->kind == MEMMAP_EDIT_EXACT)
			w.nr_model_raw = 0;
		else
			complete &= model_append(edit->entry);
	}
	MODEL_EQ(run, memmap_update(&w.raw, &edits), complete);
}

static void compare_raw(struct model_run *run)
{
	unsigned int i;

	MODEL_EQ(run, w.raw.nr, w.nr_model_raw);
	for (i = 0; i < w.nr_model_raw; i++) {
		MODEL_EQ(run, w.raw_entries[i].base, w.model_raw[i].base);
		MODEL_EQ(run, w.raw_entries[i].size, w.model_raw[i].size);
		MODEL_EQ(run, w.raw_entries[i].type, w.model_raw[i].type);
	}
}

/* ---- Sanitising --------------------------------------------------------------------------- */

static bool known(u32 type)
{
	return type >= MEMMAP_USABLE && type <= MEMMAP_UNUSABLE;
}

/* The type of each granule; a greater number in here is more restrictive. */
static u8 paint[NR_GRANULES];
static const u8 rank[] = {
	0, [U] = 1, [MEMMAP_ACPI] = 2, [MEMMAP_NVS] = 3, [R] = 4, [MEMMAP_UNUSABLE] = 5};

/* Colour [@first, @last], bytes; all but usable ranges colour whole pages. */
static void paint_range(u64 first, u64 last, u32 type)
{
	unsigned int from, to;

	if (first > window_last() || last < w.origin)
		return;
	from = (unsigned int)((max(first, w.origin) - w.origin) / GRANULE);
	to = (unsigned int)((min(last, window_last()) - w.origin) / GRANULE);
	if (type != U) {
		from -= from % PAGE_GRANULES;
		to += PAGE_GRANULES - 1 - to % PAGE_GRANULES;
	}
	for (; from <= to; from++)
		if (rank[type] > rank[paint[from]])
			paint[from] = (u8)type;
}

static void paint_all(struct memmap_stats *stats)
{
	unsigned int i;

	memset(paint, 0, sizeof(paint));
	*stats = (struct memmap_stats){0};
	for (i = 0; i < w.nr_model_raw; i++) {
		const struct memmap_entry *e = &w.model_raw[i];
		bool wraps = model_wraps(e);

		stats->zero_length += !e->size;
		stats->wrapped += wraps;
		stats->unknown_type += !known(e->type);
		if (e->size && !(wraps && e->type == U))
			paint_range(e->base, wraps ? U64_MAX : e->base + (e->size - 1),
				    known(e->type) ? e->type : R);
	}
	paint_range(0, 0xfff, R);
	paint_range(0xa0000, 0xfffff, R);

	for (i = 0; i < NR_GRANULES; i++)
		if (paint[i] == U && w.origin + i * GRANULE >= MEMMAP_USABLE_END)
			stats->unreachable += GRANULE;
	/* The last byte of 64 bits cannot be told from the end. */
	if (window_last() == U64_MAX && paint[NR_GRANULES - 1] == U)
		stats->unreachable--;
}

/* The type of a page: nothing, if it is usable in part or out of reach. */
static u8 painted_page(unsigned int nr)
{
	const u8 *g = &paint[nr * PAGE_GRANULES];
	u64 addr = w.origin + nr * PAGE;

	if (addr >= FOUR_GB)
		return 0;
	if (g[0] == U && (addr >= MEMMAP_USABLE_END || memchr_inv(g, U, PAGE_GRANULES)))
		return 0;
	return g[0];
}

/* What a map says of each page of the window. */
static void pages_of(const struct memmap *map, u8 *pages)
{
	unsigned int i, nr;

	memset(pages, 0, NR_PAGES);
	for (i = 0; i < map->nr; i++) {
		const struct memmap_entry *e = &map->entries[i];

		if (e->base > window_last())
			continue;
		nr = e->base > w.origin ? (unsigned int)((e->base - w.origin) / PAGE) : 0;
		for (; nr < NR_PAGES && w.origin + nr * PAGE < e->base + e->size; nr++)
			pages[nr] = (u8)e->type;
	}
}

static u64 usable_bytes(const u8 *pages)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < NR_PAGES; i++)
		sum += pages[i] == U ? PAGE : 0;
	return sum;
}

/* Behind the last usable page, 0 if there is none. */
static u64 usable_end(void)
{
	unsigned int i;

	for (i = NR_PAGES; i--;)
		if (w.page[i] == U)
			return w.origin + (i + 1) * PAGE;
	return 0;
}

static void add_u64(struct model_run *run, u64 value)
{
	model_digest_add(run, (u32)value);
	model_digest_add(run, (u32)(value >> 32));
}

static void compare_out(struct model_run *run)
{
	static u8 got[NR_PAGES];
	unsigned int i;

	MODEL_TRUE(run, memmap_check(&w.out));
	pages_of(&w.out, got);
	for (i = 0; i < NR_PAGES; i++)
		if (got[i] != w.page[i])
			MODEL_FAIL(run, "page %#llx has type %u, but should have %u",
				   w.origin + i * PAGE, got[i], w.page[i]);
	MODEL_EQ(run, memmap_usable(&w.out), usable_bytes(w.page));
	MODEL_EQ(run, memmap_end(&w.out), usable_end());
	for (i = 0; i < w.out.nr; i++) {
		add_u64(run, w.out.entries[i].base);
		add_u64(run, w.out.entries[i].size);
		model_digest_add(run, w.out.entries[i].type);
	}
}

static void do_sanitize(struct model_run *run)
{
	struct memmap_stats stats, want;
	unsigned int i;

	compare_raw(run);
	memmap_sanitize(w.raw.entries, w.raw.nr, &w.out, &stats);
	paint_all(&want);
	for (i = 0; i < NR_PAGES; i++)
		w.page[i] = painted_page(i);
	compare_out(run);
	MODEL_EQ(run, stats.zero_length, want.zero_length);
	MODEL_EQ(run, stats.wrapped, want.wrapped);
	MODEL_EQ(run, stats.unknown_type, want.unknown_type);
	MODEL_EQ(run, stats.unreachable, want.unreachable);
	MODEL_EQ(run, stats.unlisted, 0);
	MODEL_EQ(run, stats.lost, 0);
	add_u64(run, stats.unreachable);
}

static unsigned int nr_not_usable(const struct memmap *map)
{
	unsigned int i, nr = 0;

	for (i = 0; i < map->nr; i++)
		nr += map->entries[i].type != U;
	return nr;
}

/*
 * Too little room for the result: pages may be missing from it, but none may have another
 * type; what is missing is accounted for, and RAM goes when nothing else is left to go.
 */
static void do_overflow(struct model_run *run)
{
	struct memmap_entry entries[6];
	struct memmap few = {.entries = entries, .max = model_choose(run, 7)};
	static u8 got[NR_PAGES];
	struct memmap_stats stats;
	unsigned int i;

	do_sanitize(run);
	memmap_sanitize(w.raw.entries, w.raw.nr, &few, &stats);
	MODEL_TRUE(run, memmap_check(&few));
	pages_of(&few, got);
	for (i = 0; i < NR_PAGES; i++)
		MODEL_TRUE(run, !got[i] || got[i] == w.page[i]);
	MODEL_EQ(run, few.nr, min(few.max, w.out.nr));
	MODEL_EQ(run, usable_bytes(got) + stats.lost, usable_bytes(w.page));
	MODEL_EQ(run, nr_not_usable(&few) + stats.unlisted, nr_not_usable(&w.out));
	MODEL_TRUE(run, !stats.lost || !nr_not_usable(&few));
	add_u64(run, stats.lost);
	model_digest_add(run, stats.unlisted);
}

/* ---- What happens to a sanitised map --------------------------------------------------------- */

static void do_claim(struct model_run *run)
{
	unsigned int from = model_choose(run, NR_PAGES), i;
	unsigned int to = from + 1 + model_size(run, NR_PAGES - from - 1);
	bool changes = false;

	if (w.out.nr + 2 > w.out.max || w.origin + (to * PAGE - 1) >= MEMMAP_USABLE_END)
		return;
	for (i = from; i < to; i++) {
		changes |= w.page[i] != U;
		w.page[i] = U;
	}
	MODEL_EQ(run, memmap_claim(&w.out, w.origin + from * PAGE, (to - from) * PAGE), changes);
	compare_out(run);
}

/* Usable pages from @end on go. Return: bytes. */
static u64 model_cut(u64 end)
{
	unsigned int i;
	u64 bytes = 0;

	for (i = 0; i < NR_PAGES; i++)
		if (w.page[i] == U && w.origin + i * PAGE >= end) {
			w.page[i] = 0;
			bytes += PAGE;
		}
	return bytes;
}

/* Bytes of the largest run of usable pages, of each as much as lies below @end. */
static u64 largest_run_below(u64 end)
{
	u64 largest = 0, len = 0;
	unsigned int i;

	for (i = 0; i < NR_PAGES; i++) {
		u64 addr = w.origin + i * PAGE;

		if (w.page[i] != U || addr >= end) {
			len = 0;
			continue;
		}
		len += min(PAGE, end - addr);
		largest = max(largest, len);
	}
	return largest;
}

/* The end of a run of usable pages that leaves most, after paying for all frames below it. */
static u64 best_end(u32 page_struct)
{
	s64 kept = 0, best = 0;
	unsigned int i;
	u64 at = 0;

	for (i = 0; i < NR_PAGES; i++) {
		u64 end = w.origin + (i + 1) * PAGE, cost;

		if (w.page[i] != U)
			continue;
		kept += PAGE;
		if (i + 1 < NR_PAGES && w.page[i + 1] == U)
			continue;
		cost = (end / PAGE * page_struct + PAGE - 1) / PAGE * PAGE;
		if (kept - (s64)cost > best) {
			best = kept - (s64)cost;
			at = end;
		}
	}
	return at;
}

static void do_drop_sparse(struct model_run *run)
{
	u32 page_struct = 1 + model_size(run, 2 * PAGE);
	u64 low_end = w.origin + model_choose(run, WINDOW + PAGE);
	u32 pages = (u32)(largest_run_below(low_end) / 2 / PAGE * PAGE) / page_struct;
	struct memmap_sparse sparse;

	memmap_drop_sparse(&w.out, page_struct, low_end, &sparse);
	MODEL_EQ(run, sparse.excess, model_cut(pages * PAGE));
	MODEL_EQ(run, sparse.costly, model_cut(best_end(page_struct)));
	MODEL_EQ(run, sparse.end, usable_end());
	compare_out(run);
}

/* The lower of two claims, each believed from 128 KiB to 636 KiB alone, down to a page. */
static void do_bios_start(struct model_run *run)
{
	u16 segment = (u16)model_choose(run, 0x10000), kib = (u16)model_size(run, 0xffff);
	u32 start = memmap_bios_start(segment, kib), want = 0x9f000;

	if (kib >= 128 && kib < 636)
		want = kib * 1024U;
	if (segment >= 0x2000 && segment * 16U < want)
		want = segment * 16U;
	MODEL_EQ(run, start, want / 4096 * 4096);
	model_digest_add(run, start);
}

static const struct model_step steps[] = {
	{16, do_append}, {3, do_update},      {3, do_sanitize},   {1, do_overflow},
	{4, do_claim},   {1, do_drop_sparse}, {1, do_bios_start},
};

static void make_world(struct model_run *run)
{
	static const u64 origins[] = {0, 0, FOUR_GB - WINDOW + 0x41000, 0x40000000, -WINDOW};

	memset(&w, 0, sizeof(w));
	w.origin = origins[model_choose(run, ARRAY_SIZE(origins))];
	w.raw = (struct memmap){.entries = w.raw_entries, .max = MAX_RAW};
	w.out = (struct memmap){.entries = w.out_entries, .max = MAX_OUT};
}

static const struct model_world world = {
	MODEL_STEPS(steps),
	.make = make_world,
	.compare = do_sanitize,
};

void memmap_model_run(struct model_run *run)
{
	model_play(run, &world);
}
