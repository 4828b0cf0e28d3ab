/* SPDX-License-Identifier: MIT */
/*
 * The benchmark's frame: it brings memory to rest, lets objects live if that is asked,
 * has a row take its samples, and prints minimum, median and mean of them.
 *
 * Samples are kept and sorted: a median cannot be had from sums. Those that the tick
 * spoilt have the largest value there is, and so lie behind all others.
 *
 * Context: process context; one run at a time.
 */
#include <kernel/bench/bench.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/math64.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/sort.h>
#include <kernel/lib/string.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>

/*
 * struct bench_result - a row in three numbers
 * @mean_tenths: ten times the mean
 */
struct bench_result {
	unsigned int samples;
	u32 min;
	u32 median;
	u64 mean_tenths;
};

const struct bench_row *bench_nth_row(unsigned int nr)
{
	if (nr < nr_bench_page_rows)
		return &bench_page_rows[nr];
	nr -= nr_bench_page_rows;
	if (nr < nr_bench_object_rows)
		return &bench_object_rows[nr];
	nr -= nr_bench_object_rows;
	return nr < nr_bench_area_rows ? &bench_area_rows[nr] : NULL;
}

/*
 * What rows call
 */

void bench_record(struct bench *b, u32 cycles)
{
	if (b->nr < BENCH_SAMPLES_MAX)
		b->samples[b->nr++] = cycles;
}

void bench_add(struct bench *b, unsigned int nr, u32 cycles)
{
	if (cycles == BENCH_SPOILT || b->samples[nr] == BENCH_SPOILT)
		b->samples[nr] = BENCH_SPOILT;
	else
		b->samples[nr] += cycles;
}

u32 bench_random(struct bench *b)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 17;
	b->random ^= b->random << 5;
	return b->random;
}

u32 bench_random_size(struct bench *b)
{
	u32 least = 8U << (bench_random(b) % 10);

	return least + bench_random(b) % least;
}

/*
 * Live objects
 */

/* Half of what was free at the start, and of the address space of areas, is left alone. */
static bool bench_has_room(unsigned long free_at_start)
{
	struct vmalloc_stats stats;

	vmalloc_get_stats(&stats);
	return nr_free_pages() > free_at_start / 2 &&
	       stats.largest_gap > (VMALLOC_END - VMALLOC_START) / 2;
}

static void bench_make_live(struct bench *b, const struct bench_row *row, unsigned long live)
{
	unsigned long free_at_start = nr_free_pages();

	if (row->live_max)
		live = min(live, row->live_max);
	while (b->nr_live < live && bench_has_room(free_at_start)) {
		void *object = row->alloc_live(b);

		if (!object)
			break;
		b->live[b->nr_live++] = object;
	}
}

static void bench_free_live(struct bench *b, const struct bench_row *row)
{
	while (b->nr_live)
		row->free_live(b, b->live[--b->nr_live]);
}

/*
 * Statistics
 */

static int compare_samples(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static void bench_summarise(struct bench *b, struct bench_result *result)
{
	u64 sum = 0;
	unsigned int i;

	sort(b->samples, b->nr, sizeof(b->samples[0]), compare_samples, NULL);
	while (b->nr && b->samples[b->nr - 1] == BENCH_SPOILT)
		b->nr--;
	*result = (struct bench_result){.samples = b->nr};
	if (!b->nr)
		return;
	for (i = 0; i < b->nr; i++)
		sum += b->samples[i];
	result->min = b->samples[0];
	result->median = b->samples[b->nr / 2];
	result->mean_tenths = div_u64(10 * sum + b->nr / 2, b->nr);
}

/*
 * bench_measure_empty - what the bracket itself costs
 * Return: does the counter count instructions? Then it is the same each time, and little.
 */
static bool bench_measure_empty(struct bench *b)
{
	struct bench_result result;

	b->empty = 0;
	b->nr = 0;
	bench_hot(b, barrier());
	bench_summarise(b, &result);
	b->empty = result.min;
	return result.min < 8 && b->samples[b->nr - 1] == result.min;
}

/*
 * Printing
 */

static void bench_print(struct seq_file *m, const struct bench_row *row, const struct bench *b,
			const struct bench_result *r, enum bench_format format)
{
	u32 tenth;
	u64 mean = div_u64_rem(r->mean_tenths, 10, &tenth);

	if (format == BENCH_JSON)
		seq_printf(m,
			   "{\"row\": \"%s\", \"live\": %lu, \"samples\": %u, \"min\": %u, "
			   "\"median\": %u, \"mean\": %llu.%u, \"by\": \"%s\"}\n",
			   row->name, b->nr_live, r->samples, r->min, r->median, mean, tenth,
			   row->by_mean ? "mean" : "median");
	else
		seq_printf(m, "%-18s %6lu %7u %8u %8u %8llu.%u  %s\n", row->name, b->nr_live,
			   r->samples, r->min, r->median, mean, tenth, row->what);
}

static void bench_print_reason(struct seq_file *m, const struct bench_row *row, const char *reason,
			       enum bench_format format)
{
	if (format == BENCH_JSON)
		seq_printf(m, "{\"row\": \"%s\", \"reason\": \"%s\"}\n", row->name, reason);
	else
		seq_printf(m, "%-18s %s\n", row->name, reason);
}

static void bench_print_head(struct seq_file *m, bool instructions, enum bench_format format)
{
	const char *unit = instructions ? "instructions" : "cycles";

	if (format == BENCH_JSON) {
		seq_printf(m, "{\"unit\": \"%s\"}\n", unit);
		return;
	}
	seq_printf(m, "%s%s\n", unit,
		   instructions ? "" : ": only -icount shift=0,sleep=off counts instructions");
	seq_printf(m, "%-18s %6s %7s %8s %8s %10s\n", "row", "live", "samples", "min", "median",
		   "mean");
}

/*
 * Running
 */

static void bench_one(struct seq_file *m, struct bench *b, const struct bench_row *row,
		      unsigned long live, enum bench_format format)
{
	struct bench_result result;
	const char *reason;

	mm_quiesce();
	b->nr = 0;
	b->random = 2463534242U;
	if (row->object_size) {
		b->cache = kmem_cache_create("bench", row->object_size, 0, (__force slab_flags_t)0,
					     NULL, NULL);
		if (!b->cache) {
			bench_print_reason(m, row, "no memory for a cache", format);
			return;
		}
	}
	bench_make_live(b, row, live);
	reason = row->run(b);
	if (reason) {
		bench_print_reason(m, row, reason, format);
	} else {
		bench_summarise(b, &result);
		bench_print(m, row, b, &result, format);
	}
	bench_free_live(b, row);
	if (row->object_size)
		kmem_cache_destroy(b->cache);
}

/* bench_select - how much of @name is to be in the name of a row: all if a row is called so */
static size_t bench_select(const char *name)
{
	const struct bench_row *row;
	unsigned int i;

	if (!name)
		return 0;
	for (i = 0; (row = bench_nth_row(i)) != NULL; i++)
		if (!strcmp(row->name, name))
			return strlen(name) + 1;
	return strlen(name);
}

static int bench_run_rows(struct seq_file *m, struct bench *b, const char *name, unsigned long live,
			  enum bench_format format)
{
	size_t length = bench_select(name);
	const struct bench_row *row;
	unsigned int i, nr = 0;

	for (i = 0; (row = bench_nth_row(i)) != NULL; i++)
		nr += !strncmp(row->name, name ?: "", length);
	if (!nr)
		return -ENOENT;
	bench_print_head(m, bench_measure_empty(b), format);
	for (i = 0; (row = bench_nth_row(i)) != NULL; i++)
		if (!strncmp(row->name, name ?: "", length))
			bench_one(m, b, row, live, format);
	return 0;
}

int bench_run(struct seq_file *m, const char *name, unsigned long live, enum bench_format format)
{
	struct bench b = {};
	int ret = -ENOMEM;

	b.samples = vmalloc(BENCH_SAMPLES_MAX * sizeof(b.samples[0]));
	if (!b.samples)
		return ret;
	b.objects = vmalloc(BENCH_SAMPLES_MAX * sizeof(b.objects[0]));
	if (!b.objects)
		goto err_free_samples;
	b.live = vmalloc(max(live, 1UL) * sizeof(b.live[0]));
	if (!b.live)
		goto err_free_objects;
	ret = bench_run_rows(m, &b, name, live, format);
	vfree(b.live);
err_free_objects:
	vfree(b.objects);
err_free_samples:
	vfree(b.samples);
	return ret;
}
