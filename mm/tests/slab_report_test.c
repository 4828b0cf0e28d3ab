/* SPDX-License-Identifier: MIT */
/*
 * The slab allocator's reports and views, word by word: which line is there, which is not,
 * where a dump begins and where it ends. A report is read when something is broken already;
 * one that shows the wrong bytes, or walks past the end of an object, is worse than none.
 *
 * Callers are given to __slab_alloc() by hand, so that each name in a report is known.
 */
#include <kernel/seq.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <mm/tests/said.h>
#include <mm/tests/slab_test.h>

/* Any functions will do, as long as they have names that differ. */
#define MAKER   ((unsigned long)kmem_cache_create)
#define OTHER   ((unsigned long)kmem_cache_size)
#define CULPRIT ((unsigned long)kmem_cache_name)

static char expected_text[4096];
static struct seq_file expected;

static void expect_nothing_yet(void)
{
	seq_open_buffer(&expected, expected_text, sizeof(expected_text));
}

static struct kmem_cache *cache_without_debugging(struct kunit *test, size_t size, size_t align)
{
	struct kmem_cache *cachep = kmem_cache_create("test", size, align, 0, NULL, NULL);

	KUNIT_ASSERT_NOT_NULL(test, cachep);
	if (cachep->flags & SLAB_DEBUG_FLAGS) {
		kmem_cache_destroy(cachep);
		kunit_skip(test, "slab_debug= is on: objects have company");
	}
	return cachep;
}

static u8 *object_of(struct kunit *test, struct kmem_cache *cachep, unsigned long caller)
{
	u8 *objp = __slab_alloc(cachep, GFP_KERNEL, cachep->object_size, caller);

	KUNIT_ASSERT_NOT_NULL(test, objp);
	return objp;
}

/* Reports. */

/*
 * Bytes on both sides of both ends of what is printable: 0x1e, 0x20 ... 0x7e, 0x80 ... Objects
 * that are free are written and read here as the reports read them, behind a sanitizer's back.
 */
static __no_sanitize_address void fill(u8 *objp, unsigned int size)
{
	unsigned int i;

	for (i = 0; i < size; i++)
		objp[i] = 0x1e + 2 * i;
}

/* expect_dump - the lines of a dump of [objp + @from, objp + @to) */
static __no_sanitize_address void expect_dump(const u8 *objp, long from, long to)
{
	for (; from < to; from += 16) {
		long end = min(from + 16, to), i;

		seq_printf(&expected, "  %px %+5ld:", objp + from, from);
		for (i = from; i < end; i++)
			seq_printf(&expected, " %02x", objp[i]);
		seq_putc(&expected, ' ');
		for (i = from; i < end; i++)
			seq_putc(&expected, objp[i] < 0x20 || objp[i] > 0x7e ? '.' : objp[i]);
		seq_putc(&expected, '\n');
	}
}

static void expect_object(struct kmem_cache *cachep, const u8 *objp, unsigned int inuse)
{
	struct slab *slabp = virt_to_page(objp)->slab;

	seq_printf(&expected, "  object %px: index %u of %u, size %u, slab %px, %u in use\n", objp,
		   (unsigned int)(objp - (u8 *)slabp->s_mem) / cachep->size, cachep->num,
		   kmem_cache_size(cachep), slabp, inuse);
}

static void expect_track(const char *what, const struct slab_track *track, unsigned long caller)
{
	unsigned int i;

	seq_printf(&expected, "  %s by %pS on CPU %u\n", what, (void *)caller, smp_processor_id());
	for (i = 0; i < track->nr; i++)
		seq_printf(&expected, "    %pB\n", (void *)track->entries[i]);
}

/* A pointer into an object: the object, who has it, and all of its bytes. */
static void report_of_a_bad_pointer(struct kunit *test)
{
	struct kmem_cache *cachep = cache_without_debugging(test, 60, 0);
	u8 *objp = object_of(test, cachep, MAKER), *other = object_of(test, cachep, OTHER);

	fill(objp, 60);
	slab_drain_local(cachep);
	expect_nothing_yet();
	seq_printf(&expected,
		   "BUG: mistake: %px is 7 bytes into object %px of cache test, last allocated by "
		   "%pS\n  by %pS, to test\n",
		   objp + 7, objp, (void *)MAKER, (void *)CULPRIT);
	expect_object(cachep, objp, 2);
	expect_dump(objp, 0, 60);
	said_begin();
	KUNIT_EXPECT_BUG(test, "mistake", slab_bad_free(cachep, objp + 7, "mistake", CULPRIT));
	KUNIT_EXPECT_STREQ(test, said_end(), expected_text);

	/* Freed meanwhile, and its very start: other words for both. */
	__slab_free(cachep, other, OTHER);
	slab_drain_local(cachep);
	fill(other, 60);
	expect_nothing_yet();
	seq_printf(&expected,
		   "BUG: mistake: object %px of cache test, last freed by %pS\n"
		   "  by %pS, to kfree()\n",
		   other, (void *)OTHER, (void *)CULPRIT);
	expect_object(cachep, other, 1);
	expect_dump(other, 0, 60);
	said_begin();
	KUNIT_EXPECT_BUG(test, "mistake", slab_bad_free(NULL, other, "mistake", CULPRIT));
	KUNIT_EXPECT_STREQ(test, said_end(), expected_text);

	kmem_cache_free(cachep, objp);
	slab_test_cache_done(test, cachep);
}

/* What is no object has no bytes to show: the report ends with who is to blame. */
static void report_of_no_object(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *addr;

	KUNIT_ASSERT_NOT_NULL(test, page);
	addr = lowmem_page_address(page);
	expect_nothing_yet();
	seq_printf(&expected,
		   "BUG: mistake: %px is in a page that is in use, last allocated by %pS\n"
		   "  by %pS, to kfree()\n",
		   addr, (void *)page->caller, (void *)CULPRIT);
	said_begin();
	KUNIT_EXPECT_BUG(test, "mistake", slab_bad_free(NULL, addr, "mistake", CULPRIT));
	KUNIT_EXPECT_STREQ(test, said_end(), expected_text);
	__free_page(page);
}

/* An object ends where its owner's bytes end, and the slab's after the last object. */
static void report_knows_the_bounds(struct kunit *test)
{
	struct kmem_cache *cachep = cache_without_debugging(test, 60, 0), *apart;
	u8 *objp = object_of(test, cachep, MAKER);
	struct slab *slabp = virt_to_page(objp)->slab;
	u8 *first = slabp->s_mem, *behind = first + (cachep->num - 1) * cachep->size + 60;

	KUNIT_ASSERT_PTR_EQ(test, virt_to_page(behind), virt_to_page(objp));
	KUNIT_EXPECT_BUG(test, "lies beside the objects of a slab of cache test",
			 slab_bad_free(cachep, first - 1, "mistake", CULPRIT));
	KUNIT_EXPECT_BUG(test, "is 59 bytes into object",
			 slab_bad_free(cachep, behind - 1, "mistake", CULPRIT));
	KUNIT_EXPECT_BUG(test, "lies beside the objects of a slab of cache test",
			 slab_bad_free(cachep, behind, "mistake", CULPRIT));
	kmem_cache_free(cachep, objp);
	slab_test_cache_done(test, cachep);

	apart = cache_without_debugging(test, 60, 64);
	objp = object_of(test, apart, MAKER);
	KUNIT_EXPECT_BUG(test, "is 59 bytes into object",
			 slab_bad_free(apart, objp + 59, "mistake", CULPRIT));
	KUNIT_EXPECT_BUG(test, "lies beside the objects",
			 slab_bad_free(apart, objp + 60, "mistake", CULPRIT));
	KUNIT_EXPECT_BUG(test, "lies beside the objects",
			 slab_bad_free(apart, objp + 63, "mistake", CULPRIT));
	kmem_cache_free(apart, objp);
	slab_test_cache_done(test, apart);
}

/* The vmalloc space begins and ends at a byte. */
static void report_knows_vmalloc(struct kunit *test)
{
	KUNIT_EXPECT_BUG(test, "is of vmalloc()",
			 slab_bad_free(NULL, (void *)VMALLOC_START, "mistake", CULPRIT));
	KUNIT_EXPECT_BUG(test, "is not in the direct map",
			 slab_bad_free(NULL, (void *)(VMALLOC_START - 1), "mistake", CULPRIT));
	KUNIT_EXPECT_BUG(test, "is of vmalloc()",
			 slab_bad_free(NULL, (void *)(VMALLOC_END - 1), "mistake", CULPRIT));
	KUNIT_EXPECT_BUG(test, "is not in the direct map",
			 slab_bad_free(NULL, (void *)VMALLOC_END, "mistake", CULPRIT));
}

struct dump_case {
	unsigned int size;
	slab_flags_t flags;
	long offset;   /* of the damage */
	long from, to; /* of the dump */
};

/*
 * Four lines before the line with the damage and eight from there on, as far as there is
 * something: red zones on both sides where the cache has them (8 bytes each; the one
 * behind begins at a multiple of a word), the object alone where it has none.
 */
static const struct dump_case dump_cases[] = {
	{104, SLAB_DEBUG_FLAGS, 104, 32, 112},  {104, SLAB_DEBUG_FLAGS, 3, -8, 112},
	{104, SLAB_DEBUG_FLAGS, -1, -8, 112},   {600, SLAB_DEBUG_FLAGS, 0, -8, 184},
	{600, SLAB_DEBUG_FLAGS, 300, 224, 416}, {600, SLAB_DEBUG_FLAGS, 63, -8, 184},
	{600, SLAB_DEBUG_FLAGS, 80, 16, 208},   {600, SLAB_POISON, 599, 528, 600},
	{600, SLAB_POISON, 0, 0, 192},
};

static void get_dump_desc(const struct dump_case *c, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u bytes, flags %#x, at %ld", c->size,
		 (__force u32)c->flags, c->offset);
}

KUNIT_ARRAY_PARAM(dump, dump_cases, get_dump_desc);

static void expect_damage_report(struct kunit *test, struct kmem_cache *cachep, u8 *objp,
				 const struct dump_case *c, bool in_use)
{
	const struct slab_debug_data *data = slab_debug_data(cachep, objp);

	expect_nothing_yet();
	seq_printf(&expected,
		   "BUG: damage: object %px of cache test, at offset %ld, last %s by %pS\n", objp,
		   c->offset, in_use ? "allocated" : "freed", (void *)(in_use ? MAKER : OTHER));
	expect_object(cachep, objp, in_use);
	if (c->flags & SLAB_STORE_USER) {
		expect_track("allocated", &data->track[TRACK_ALLOC], MAKER);
		if (!in_use)
			expect_track("freed", &data->track[TRACK_FREE], OTHER);
	}
	expect_dump(objp, c->from, c->to);
	said_begin();
	KUNIT_EXPECT_BUG(test, "damage", slab_report_damage(cachep, objp, "damage", c->offset));
	KUNIT_EXPECT_STREQ(test, said_end(), expected_text);
}

static void report_of_damage(struct kunit *test)
{
	const struct dump_case *c = test->param_value;
	struct kmem_cache *cachep = slab_test_cache(test, c->size, c->flags);
	u8 *objp;

	if ((cachep->flags ^ c->flags) & SLAB_DEBUG_FLAGS) {
		kmem_cache_destroy(cachep);
		kunit_skip(test, "slab_debug= is on: there is more to show");
	}
	objp = object_of(test, cachep, MAKER);
	fill(objp, c->size);
	expect_damage_report(test, cachep, objp, c, true);
	__slab_free(cachep, objp, OTHER);
	expect_damage_report(test, cachep, objp, c, false);
	slab_test_cache_done(test, cachep);
}

/* Every object that is left, and no other: of a full slab, then of one that is not. */
static void report_of_what_is_left(struct kunit *test)
{
	struct kmem_cache *cachep = slab_test_cache(test, 1000, 0);
	unsigned int nr = cachep->num + 2, i, slab, freed = nr - 2;
	struct slab *slabs[2];
	u8 *objs[40] = {NULL}, *addr;

	KUNIT_ASSERT_LE(test, nr, ARRAY_SIZE(objs));
	for (i = 0; i < nr; i++)
		objs[i] = object_of(test, cachep, i % 2 ? MAKER : OTHER);
	slabs[0] = virt_to_page(objs[0])->slab;
	slabs[1] = virt_to_page(objs[nr - 1])->slab;
	KUNIT_ASSERT_PTR_EQ(test, virt_to_page(objs[freed])->slab, slabs[1]);
	kmem_cache_free(cachep, objs[freed]);

	expect_nothing_yet();
	seq_printf(&expected,
		   "BUG: kmem_cache_destroy: cache test has %u objects that are not freed\n",
		   nr - 1);
	for (slab = 0; slab < 2; slab++)
		for (addr = slabs[slab]->s_mem;
		     addr < (u8 *)slabs[slab]->s_mem + cachep->num * cachep->size;
		     addr += cachep->size)
			for (i = 0; i < nr; i++)
				if (objs[i] == addr && i != freed)
					seq_printf(&expected, "  object %px, allocated by %pS\n",
						   addr, (void *)(i % 2 ? MAKER : OTHER));
	said_begin();
	KUNIT_EXPECT_BUG(test, "not freed", kmem_cache_destroy(cachep));
	KUNIT_EXPECT_STREQ(test, said_end(), expected_text);

	for (i = 0; i < nr; i++)
		if (i != freed)
			kmem_cache_free(cachep, objs[i]);
	slab_test_cache_done(test, cachep);
}

/* The view: a full, a partial and an empty slab of four pages, each in its columns. */
static void view_line_by_line(struct kunit *test)
{
	struct kmem_cache *cachep = slab_test_cache(test, 3000, 0);
	unsigned int num = cachep->num, nr = 2 * num + 1, i;
	size_t size = 16384;
	char *buf = kmalloc(size, GFP_KERNEL), line[160];
	u8 *objs[80] = {NULL};
	struct seq_file m;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	KUNIT_ASSERT_LE(test, nr, ARRAY_SIZE(objs));
	KUNIT_ASSERT_EQ(test, cachep->gfporder, 2);
	for (i = 0; i < nr; i++)
		objs[i] = object_of(test, cachep, MAKER);
	kmem_cache_free(cachep, objs[nr - 1]);
	kmem_cache_free(cachep, objs[nr - 2]);
	slab_drain_local(cachep);

	seq_open_buffer(&m, buf, size);
	show_slabinfo(&m);
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
	expect_nothing_yet();
	seq_printf(&expected, "slabinfo - version: 2.1\n"
			      "# name            <active_objs> <num_objs> <objsize> <objperslab> "
			      "<pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : "
			      "slabdata <active_slabs> <num_slabs> <sharedavail>\nkmem_cache ");
	KUNIT_EXPECT_TRUE(test, str_has_prefix(buf, expected_text));
	snprintf(line, sizeof(line),
		 "\ntest              %6u %6u %6u %4u    4 : tunables %4u %4u    0 : slabdata"
		 "      2      3      0\n",
		 2 * num - 1, 3 * num, cachep->size, num, cachep->limit, cachep->limit / 2);
	KUNIT_EXPECT_NOT_NULL(test, strstr(buf, line));
	kfree(buf);
	for (i = 0; i < nr - 2; i++)
		kmem_cache_free(cachep, objs[i]);
	slab_test_cache_done(test, cachep);
}

static struct kunit_case slab_report_cases[] = {
	KUNIT_CASE(report_of_a_bad_pointer),
	KUNIT_CASE(report_of_no_object),
	KUNIT_CASE(report_knows_the_bounds),
	KUNIT_CASE(report_knows_vmalloc),
	KUNIT_CASE_PARAM(report_of_damage, dump_gen_params),
	KUNIT_CASE(report_of_what_is_left),
	KUNIT_CASE(view_line_by_line),
	{0},
};

static struct kunit_suite slab_report_suite = {
	.name = "slab_report",
	.init = slab_test_init,
	.exit = slab_test_exit,
	.test_cases = slab_report_cases,
};
kunit_test_suite(slab_report_suite);
