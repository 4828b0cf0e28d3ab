/* SPDX-License-Identifier: MIT */
/*
 * What is shown of caches: one of the test's own, whose objects it counts, and the table
 * of those that sort first.
 */
#include <kernel/selftest.h>
#include <kernel/seq.h>
#include <kernel/lib/kstrtox.h>
#include <kernel/lib/vsprintf.h>
#include <mm/slab_internal.h>

static char said[8192];
static struct kmem_cache *cachep;

static int slab_view_init(struct kunit *test __unused)
{
	cachep = kmem_cache_create("viewed", 512, 0, 0, NULL, NULL);
	return cachep ? 0 : -ENOMEM;
}

/* A cache that somebody has left pinned could never be destroyed. */
static void slab_view_exit(struct kunit *test)
{
	struct kmem_cache *c;

	for_each_kmem_cache(c)
		KUNIT_EXPECT_EQ(test, c->walkers, 1); /* this one */
	kmem_cache_destroy(cachep);
	cachep = NULL;
}

static bool show_cache(const char *name)
{
	struct seq_file m;

	seq_open_buffer(&m, said, sizeof(said));
	return show_slab_cache(&m, name);
}

/* letters - how often @c stands in the lines that show objects */
static unsigned int letters(char c)
{
	const char *at = said;
	unsigned int nr = 0;

	while ((at = strstr(at, "\n  "))) {
		for (at += 3; *at && *at != '\n'; at++)
			nr += *at == c;
	}
	return nr;
}

static void each_object_is_a_letter(struct kunit *test)
{
	struct slab_counts counts;
	void *objects[3];
	char line[64];
	unsigned int i;

	KUNIT_EXPECT_TRUE(test, show_cache("viewed"));
	KUNIT_EXPECT_TRUE(test,
			  str_has_prefix(said, "cache viewed: objects of 512 bytes, one every "));
	KUNIT_EXPECT_NULL(test, strstr(said, "\nslab "));
	scnprintf(line, sizeof(line), "\nper-CPU array of %u, at most %u, ", cachep->limit,
		  cachep->max_limit);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, line));
	for (i = 0; i < ARRAY_SIZE(objects); i++) {
		objects[i] = kmem_cache_alloc(cachep, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, objects[i]);
	}
	show_cache("viewed");
	counts = slab_get_counts(cachep);
	KUNIT_EXPECT_EQ(test, letters('#'), 3);
	KUNIT_EXPECT_EQ(test, letters('c'), counts.active_objs - 3);
	KUNIT_EXPECT_EQ(test, letters('.'), counts.num_objs - counts.active_objs);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, "\nslab "));
	for (i = 0; i < ARRAY_SIZE(objects); i++)
		kmem_cache_free(cachep, objects[i]);
	show_cache("viewed");
	KUNIT_EXPECT_EQ(test, letters('#'), 0);
}

/* More objects than a line holds, of a cache whose numbers all differ. */
static void a_cache_and_its_lines(struct kunit *test)
{
	struct kmem_cache *small = kmem_cache_create("viewed small", 20, 8, 0, NULL, NULL);
	const struct slab *slabp;
	char line[160];
	void *object;

	KUNIT_ASSERT_NOT_NULL(test, small);
	object = kmem_cache_alloc(small, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, object);
	slabp = virt_to_page(object)->slab;
	show_cache("viewed small");
	scnprintf(line, sizeof(line),
		  "\n%u objects in slabs of %u pages, %u colours %u bytes apart,", small->num,
		  1U << page_alloc_order(virt_to_page(object)), small->colour, small->colour_off);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, line));
	scnprintf(line, sizeof(line), "\nslab %px, objects from %px on, %u in use or cached\n",
		  slabp, slabp->s_mem, slabp->inuse);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, line));
	if (!(small->flags & SLAB_DEBUG_FLAGS)) /* which makes objects larger */
		KUNIT_EXPECT_GT(test, small->num, 64);
	KUNIT_EXPECT_EQ(test, letters('#') + letters('c') + letters('.'), small->num);
	kmem_cache_free(small, object);
	kmem_cache_destroy(small);
}

static void unknown_caches_are_not_found(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, show_cache("viewe"));
	KUNIT_EXPECT_FALSE(test, show_cache(""));
	KUNIT_EXPECT_STREQ(test, said, "");
}

static unsigned int times_named;

static void count_name(void *arg, const char *name)
{
	times_named += !strcmp(name, arg);
}

static void names_are_told_once(struct kunit *test)
{
	static char name[] = "viewed";

	times_named = 0;
	kmem_cache_names(count_name, name);
	KUNIT_EXPECT_EQ(test, times_named, 1);
}

/*
 * slabtop
 */

/* The table: where it begins, and the value of a column in each row. */
static unsigned int table(char key, bool all, unsigned int field, unsigned long *values,
			  unsigned int max_rows)
{
	struct seq_file m;
	unsigned int nr = 0, i;
	char *at;

	seq_open_buffer(&m, said, sizeof(said));
	show_slabtop(&m, key, all);
	at = strstr(said, " NAME\n");
	for (at = at ? at + 6 : said + strlen(said); *at && nr < max_rows; nr++) {
		char *row = at;

		for (i = 0; i < field; i++) {
			row += strspn(row, " ");
			row += strcspn(row, " ");
		}
		values[nr] = (unsigned long)simple_strtoull(row + strspn(row, " "), NULL, 10);
		at += strcspn(at, "\n") + 1;
	}
	return nr;
}

struct sort_case {
	char key;
	unsigned int field; /* of the table, counted from 0; K and % end a number */
};

static const struct sort_case sort_cases[] = {
	{'o', 0}, {'a', 1}, {'u', 2}, {'l', 4}, {'b', 5}, {'c', 6},
};

static void sort_desc(const struct sort_case *c, char *desc)
{
	desc[0] = c->key;
	desc[1] = '\0';
}
KUNIT_ARRAY_PARAM(sort, sort_cases, sort_desc)

static void rows_are_sorted(struct kunit *test)
{
	const struct sort_case *c = test->param_value;
	unsigned long values[40];
	unsigned int i, nr = table(c->key, false, c->field, values, ARRAY_SIZE(values));

	KUNIT_ASSERT_EQ(test, nr, 17);
	for (i = 1; i < nr; i++)
		KUNIT_EXPECT_GE(test, values[i - 1], values[i]);
}

/* In passes, as many rows at a time as a screen has, and no row twice or not at all. */
static void all_rows_are_sorted(struct kunit *test)
{
	const struct sort_case *c = test->param_value;
	static unsigned long values[100];
	unsigned int i, nr = table(c->key, true, c->field, values, ARRAY_SIZE(values));
	unsigned int nr_caches = 0;
	struct kmem_cache *cache;

	for_each_kmem_cache(cache) {
		char row_end[KMEM_CACHE_NAMELEN + 4];

		scnprintf(row_end, sizeof(row_end), "K %s\n", cache->name);
		KUNIT_EXPECT_NOT_NULL(test, strstr(said, row_end));
		nr_caches++;
	}
	KUNIT_ASSERT_EQ(test, nr, nr_caches);
	for (i = 1; i < nr; i++)
		KUNIT_EXPECT_GE(test, values[i - 1], values[i]);
}

/* The largest of all caches is the first row, wherever it is on the chain. */
static void nobody_is_left_out_at_the_top(struct kunit *test)
{
	unsigned long values[17], largest = 0;
	struct kmem_cache *c;

	for_each_kmem_cache(c)
		largest = max(largest, slab_get_counts(c).num_objs);
	table('o', false, 0, values, ARRAY_SIZE(values));
	KUNIT_EXPECT_EQ(test, values[0], largest);
}

static void names_are_sorted(struct kunit *test)
{
	char name[KMEM_CACHE_NAMELEN], last[KMEM_CACHE_NAMELEN] = "";
	unsigned long values[40];
	unsigned int nr_before = 0;
	struct kmem_cache *c;
	unsigned int nr = table('n', false, 0, values, ARRAY_SIZE(values)), i;
	char *at = strstr(said, " NAME\n") + 6, *end;

	KUNIT_ASSERT_EQ(test, nr, 17);
	for (i = 0; i < nr; i++, at = end + 1) {
		end = strchr(at, '\n');
		*end = '\0';
		strscpy(name, strrchr(at, ' ') + 1, sizeof(name));
		KUNIT_EXPECT_LT(test, strcmp(last, name), 0);
		strscpy(last, name, sizeof(last));
	}
	/* And none is left out that sorts before the last one shown. */
	for_each_kmem_cache(c)
		nr_before += strcmp(c->name, last) <= 0;
	KUNIT_EXPECT_EQ(test, nr_before, 17);
}

/* What no column shows: pages of a slab, bytes of an object, slabs in use. */
static unsigned long hidden_value(const char *name, char key)
{
	unsigned long value = ULONG_MAX;
	struct kmem_cache *c;

	for_each_kmem_cache(c) /* to its end, or a pin is left */
		if (!strcmp(c->name, name))
			value = key == 'p'   ? 1UL << c->gfporder
				: key == 's' ? c->size
					     : slab_get_counts(c).active_slabs;
	return value;
}

static void rows_are_sorted_by_what_is_not_shown(struct kunit *test)
{
	static const char keys[] = "psv";
	unsigned long values[40], value, last;
	const char *key;
	char *at, *end;

	for (key = keys; *key; key++) {
		KUNIT_ASSERT_EQ(test, table(*key, false, 0, values, ARRAY_SIZE(values)), 17);
		last = ULONG_MAX;
		for (at = strstr(said, " NAME\n") + 6; *at; at = end + 1) {
			end = strchr(at, '\n');
			*end = '\0';
			value = hidden_value(strrchr(at, ' ') + 1, *key);
			KUNIT_EXPECT_NE(test, value, ULONG_MAX);
			KUNIT_EXPECT_LE(test, value, last);
			last = value;
		}
	}
}

static void sums_are_over_all_caches(struct kunit *test)
{
	unsigned long objs = 0, active = 0, values[1];
	struct kmem_cache *c;
	char line[96];

	for_each_kmem_cache(c) {
		objs += slab_get_counts(c).num_objs;
		active += slab_get_counts(c).active_objs;
	}
	table('o', false, 0, values, 1);
	scnprintf(line, sizeof(line), " Active / Total Objects  (%% used) : %lu / %lu (%lu%%)\n",
		  active, objs, active * 100 / objs);
	KUNIT_EXPECT_TRUE(test, str_has_prefix(said, line));
}

static struct kunit_case slab_view_cases[] = {
	KUNIT_CASE(each_object_is_a_letter),
	KUNIT_CASE(a_cache_and_its_lines),
	KUNIT_CASE(unknown_caches_are_not_found),
	KUNIT_CASE(names_are_told_once),
	KUNIT_CASE_PARAM(rows_are_sorted, sort_gen_params),
	KUNIT_CASE_PARAM(all_rows_are_sorted, sort_gen_params),
	KUNIT_CASE(nobody_is_left_out_at_the_top),
	KUNIT_CASE(names_are_sorted),
	KUNIT_CASE(rows_are_sorted_by_what_is_not_shown),
	KUNIT_CASE(sums_are_over_all_caches),
	{},
};

static struct kunit_suite slab_view_suite = {
	.name = "slab_view",
	.init = slab_view_init,
	.exit = slab_view_exit,
	.test_cases = slab_view_cases,
};
kunit_test_suite(slab_view_suite);
