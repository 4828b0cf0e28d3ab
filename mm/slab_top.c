/* SPDX-License-Identifier: MIT */
/*
 * slabtop: the caches that matter, sorted, with the columns of the program of that name.
 *
 * A cache is copied to a row of a fixed table, since it may be gone by the time that it
 * is printed. When there are more caches than rows, those that sort last are left out:
 * each cache goes to its place among the rows, and pushes out the last one. For a screen
 * that is it; for a list of all, the next pass fills the table with what sorts behind.
 *
 * Reference: slabtop of procps (slabtop.c), whose keys these are.
 */
#include <kernel/lib/string.h>
#include <kernel/seq.h>
#include <mm/slab_internal.h>

#define TOP_ROWS 17 /* with the heading, a screen */

struct top_row {
	char name[KMEM_CACHE_NAMELEN];
	unsigned long address; /* of the cache: tells two of one name apart */
	struct slab_counts counts;
	unsigned int size;
	unsigned int num;
	unsigned int pages;
};

/* The sums over all caches. */
struct top_sums {
	unsigned long nr_caches, active_caches;
	unsigned long active_bytes, num_bytes;
	struct slab_counts counts;
};

static unsigned long per_cent(unsigned long part, unsigned long whole)
{
	return whole ? part * 100 / whole : 0;
}

static unsigned long row_kib(const struct top_row *row)
{
	return row->counts.num_slabs * row->pages * (PAGE_SIZE / 1024);
}

/* What a row is sorted by; larger is higher up. */
static unsigned long sort_value(const struct top_row *row, char key)
{
	switch (key) {
	case 'a':
		return row->counts.active_objs;
	case 'b':
		return row->num;
	case 'c':
		return row_kib(row);
	case 'l':
		return row->counts.num_slabs;
	case 'p':
		return row->pages;
	case 's':
		return row->size;
	case 'u':
		return per_cent(row->counts.active_objs, row->counts.num_objs);
	case 'v':
		return row->counts.active_slabs;
	}
	return row->counts.num_objs;
}

/* Equal rows stand in the order of their names. No two are equal in everything. */
static bool sorts_before(const struct top_row *a, const struct top_row *b, char key)
{
	unsigned long va = sort_value(a, key), vb = sort_value(b, key);
	int order = strcmp(a->name, b->name);

	if (key != 'n' && va != vb)
		return va > vb;
	return order ? order < 0 : a->address < b->address;
}

static void insert_row(struct top_row *rows, unsigned int *nr, const struct top_row *row, char key)
{
	unsigned int at = *nr;

	while (at && sorts_before(row, &rows[at - 1], key))
		at--;
	if (at == TOP_ROWS)
		return;
	if (*nr < TOP_ROWS)
		(*nr)++;
	memmove(&rows[at + 1], &rows[at], (*nr - 1 - at) * sizeof(rows[0]));
	rows[at] = *row;
}

static void add_up(struct top_sums *sums, const struct top_row *row)
{
	sums->nr_caches++;
	sums->active_caches += row->counts.active_objs != 0;
	sums->counts.active_objs += row->counts.active_objs;
	sums->counts.num_objs += row->counts.num_objs;
	sums->counts.active_slabs += row->counts.active_slabs;
	sums->counts.num_slabs += row->counts.num_slabs;
	sums->active_bytes += row->counts.active_objs * row->size;
	sums->num_bytes += row->counts.num_objs * row->size;
}

/* collect - the rows that sort first of those behind @last, or of all; what all add up to */
static unsigned int collect(struct top_row *rows, const struct top_row *last, struct top_sums *sums,
			    char key)
{
	struct kmem_cache *cachep;
	unsigned int nr = 0;

	for_each_kmem_cache(cachep) {
		struct top_row row = {
			.address = (unsigned long)cachep,
			.counts = slab_get_counts(cachep),
			.size = cachep->size,
			.num = cachep->num,
			.pages = 1U << cachep->gfporder,
		};

		strscpy(row.name, cachep->name, sizeof(row.name));
		add_up(sums, &row);
		if (!last || sorts_before(last, &row, key))
			insert_row(rows, &nr, &row, key);
	}
	return nr;
}

static void show_sum(struct seq_file *m, const char *what, unsigned long active,
		     unsigned long total, const char *unit)
{
	seq_printf(m, " Active / Total %-8s (%% used) : %lu%s / %lu%s (%lu%%)\n", what, active,
		   unit, total, unit, per_cent(active, total));
}

static void show_rows(struct seq_file *m, const struct top_row *rows, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		const struct top_row *row = &rows[i];

		seq_printf(m, "%6lu %6lu %3lu%% %4u.%02uK %6lu %8u %9luK %s\n",
			   row->counts.num_objs, row->counts.active_objs,
			   per_cent(row->counts.active_objs, row->counts.num_objs),
			   row->size / 1024, row->size % 1024 * 100 / 1024, row->counts.num_slabs,
			   row->num, row_kib(row), row->name);
	}
}

void show_slabtop(struct seq_file *m, char key, bool all)
{
	/* Too large for a stack; the prompt is its only user. */
	static struct top_row rows[TOP_ROWS], last;
	struct top_sums sums = {0}, ignored = {0};
	unsigned int nr = collect(rows, NULL, &sums, key);

	show_sum(m, "Objects", sums.counts.active_objs, sums.counts.num_objs, "");
	show_sum(m, "Slabs", sums.counts.active_slabs, sums.counts.num_slabs, "");
	show_sum(m, "Caches", sums.active_caches, sums.nr_caches, "");
	show_sum(m, "Size", sums.active_bytes / 1024, sums.num_bytes / 1024, "K");
	seq_puts(m, "\n  OBJS ACTIVE  USE OBJ SIZE  SLABS OBJ/SLAB CACHE SIZE NAME\n");
	show_rows(m, rows, nr);
	while (all && nr == TOP_ROWS) {
		last = rows[TOP_ROWS - 1];
		nr = collect(rows, &last, &ignored, key);
		show_rows(m, rows, nr);
	}
}
