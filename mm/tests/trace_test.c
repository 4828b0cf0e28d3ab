/* SPDX-License-Identifier: MIT */
/*
 * Allocation events: each kind is recorded with what it was about, in the order in which
 * things happened; nothing is recorded while it is off; a ring that runs over keeps the
 * newest. Whoever is tracing when the suite begins goes on with an empty ring.
 */
#include <kernel/percpu.h>
#include <kernel/sections.h>
#include <kernel/selftest.h>
#include <kernel/seq.h>
#include <kernel/time.h>
#include <kernel/lib/kstrtox.h>
#include <kernel/lib/vsprintf.h>
#include <arch/cpu.h>
#include <arch/irq.h>
#include <mm/fail.h>
#include <mm/fast_paths.h>
#include <mm/highmem.h>
#include <mm/internal.h>
#include <mm/mm.h>
#include <mm/slab_internal.h>
#include <mm/trace.h>
#include <mm/vmalloc.h>

#define RING 128

static struct mm_trace_stats before;

static int trace_suite_init(struct kunit_suite *suite __unused)
{
	mm_trace_get_stats(&before);
	mm_trace_clear();
	return 0;
}

static void trace_suite_exit(struct kunit_suite *suite __unused)
{
	if (before.on && mm_trace_start(before.entries))
		before.on = false;
}

static void trace_exit(struct kunit *test __unused)
{
	mm_trace_clear();
}

static void start_tracing(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, mm_trace_start(RING), 0);
}

static unsigned long recorded(void)
{
	struct mm_trace_stats stats;

	mm_trace_get_stats(&stats);
	return stats.recorded;
}

/* What show_mm_trace() prints: its lines, and where the one looked for last begins. */
static char said[16384];
static char *at;

static void stop_and_show(unsigned long last)
{
	struct seq_file m;

	mm_trace_stop();
	seq_open_buffer(&m, said, sizeof(said));
	show_mm_trace(&m, last);
	at = strchr(said, '\n') + 1;
}

/* expect_event - further on there is an @event with @args, caused by @caller */
static void __printf(4, 5) expect_event(struct kunit *test, const char *event, const char *caller,
					const char *args, ...)
{
	char want[160], opening[32], *line = at, *end = NULL, *found;
	va_list list;

	va_start(list, args);
	vscnprintf(want, sizeof(want), args, list);
	va_end(list);
	scnprintf(opening, sizeof(opening), " %s: ", event);
	while ((line = strstr(line, opening))) {
		line += strlen(opening);
		end = strchr(line, '\n');
		found = strstr(line, caller);
		if (str_has_prefix(line, want) && found && found < end)
			break;
	}
	if (!line) {
		KUNIT_FAIL(test, "there is no %s with %s by %s", event, want, caller);
		kunit_abort(test);
	}
	at = end;
}

/* number - a pointer as a number, which outlives what it points to */
static unsigned long number(const void *p)
{
	volatile unsigned long n = (unsigned long)p;

	return n;
}

/*
 * Each kind
 */

static void pages_are_traced(struct kunit *test)
{
	struct page *page, *high;
	unsigned int order;

	start_tracing(test);
	for (order = 0; order < MAX_ORDER - 1; order += 3) {
		page = alloc_pages(GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN, order);
		if (!page)
			break;
		__free_pages(page, order);
		stop_and_show(2);
		expect_event(test, "mm_page_alloc", "call_site=pages_are_traced+",
			     "pfn=%#lx order=%u gfp_flags=GFP_KERNEL|__GFP_NOWARN|__GFP_ZERO ",
			     page_to_pfn(page), order);
		expect_event(test, "mm_page_free", "call_site=pages_are_traced+",
			     "pfn=%#lx order=%u ", page_to_pfn(page), order);
		start_tracing(test);
	}
	high = alloc_page(GFP_HIGHUSER);
	KUNIT_ASSERT_NOT_NULL(test, high);
	put_page(high);
	stop_and_show(6); /* zeroing it by init_on_alloc= and init_on_free= maps it twice */
	expect_event(test, "mm_page_alloc", "pages_are_traced+",
		     "pfn=%#lx order=0 gfp_flags=GFP_HIGHUSER ", page_to_pfn(high));
	expect_event(test, "mm_page_free", "pages_are_traced+", "pfn=%#lx order=0 ",
		     page_to_pfn(high));
}

static void blocks_freed_in_part_are_traced(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);

	KUNIT_ASSERT_NOT_NULL(test, page);
	start_tracing(test);
	get_page(page);
	__free_pages(page, 2); /* all but the page with the other reference */
	put_page(page);
	stop_and_show(3);
	expect_event(test, "mm_page_free", "", "pfn=%#lx order=1 ", page_to_pfn(page) + 2);
	expect_event(test, "mm_page_free", "", "pfn=%#lx order=0 ", page_to_pfn(page) + 1);
	expect_event(test, "mm_page_free", "", "pfn=%#lx order=0 ", page_to_pfn(page));
}

struct kmalloc_case {
	size_t size;
	gfp_t gfp;
	const char *gfp_name;
};

static const struct kmalloc_case kmalloc_cases[] = {
	{1, GFP_KERNEL, "GFP_KERNEL"},
	{100, GFP_KERNEL, "GFP_KERNEL"},
	{100, GFP_ATOMIC, "GFP_ATOMIC"},
	{100, GFP_KERNEL | __GFP_ZERO, "GFP_KERNEL|__GFP_ZERO"},
	{8192, GFP_KERNEL, "GFP_KERNEL"},
	{8193, GFP_KERNEL, "GFP_KERNEL"},
	{20000, GFP_ATOMIC | __GFP_NOWARN, "GFP_ATOMIC|__GFP_NOWARN"},
};

static void kmalloc_desc(const struct kmalloc_case *c, char *desc)
{
	scnprintf(desc, KUNIT_PARAM_DESC_SIZE, "%zu bytes, %s", c->size, c->gfp_name);
}
KUNIT_ARRAY_PARAM(kmalloc, kmalloc_cases, kmalloc_desc)

static void kmalloc_is_traced(struct kunit *test)
{
	const struct kmalloc_case *c = test->param_value;
	unsigned long addr;
	size_t room;
	void *p;

	start_tracing(test);
	p = kmalloc(c->size, c->gfp);
	mm_trace_stop();
	KUNIT_ASSERT_NOT_NULL(test, p);
	addr = number(p);
	room = ksize(p);
	KUNIT_ASSERT_EQ(test, mm_trace_start(RING), 0);
	kfree(p);
	stop_and_show(ULONG_MAX);
	expect_event(test, "kmalloc", "call_site=kmalloc_is_traced+",
		     "ptr=%#lx bytes_req=%zu bytes_alloc=%zu gfp_flags=%s ", addr, c->size, room,
		     c->gfp_name);
	expect_event(test, "kfree", "call_site=kmalloc_is_traced+", "ptr=%#lx ", addr);
}

/* A size that the compiler knows takes another way in, and so does a call with __GFP_ZERO. */
static void kmalloc_of_a_constant_is_traced(struct kunit *test)
{
	unsigned long first, second;
	void *p, *q;

	start_tracing(test);
	p = kmalloc(60, GFP_KERNEL);
	q = kzalloc(60, GFP_KERNEL);
	first = number(p);
	second = number(q);
	kfree(p);
	kfree(q);
	stop_and_show(ULONG_MAX);
	expect_event(test, "kmalloc", "kmalloc_of_a_constant_is_traced+", "ptr=%#lx bytes_req=60 ",
		     first);
	expect_event(test, "kmalloc", "kmalloc_of_a_constant_is_traced+", "ptr=%#lx bytes_req=60 ",
		     second);
	expect_event(test, "kfree", "kmalloc_of_a_constant_is_traced+", "ptr=%#lx ", first);
	expect_event(test, "kfree", "kmalloc_of_a_constant_is_traced+", "ptr=%#lx ", second);
}

static void no_memory_is_no_event(struct kunit *test)
{
	void *volatile nothing[] = {ZERO_SIZE_PTR, NULL}; /* of which the compiler knows nothing */
	unsigned long was;

	start_tracing(test);
	was = recorded();
	KUNIT_EXPECT_PTR_EQ(test, kmalloc(0, GFP_KERNEL), nothing[0]);
	kfree(nothing[0]);
	kfree(nothing[1]);
	vfree(nothing[1]);
	KUNIT_EXPECT_NULL(test, alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_ORDER));
	KUNIT_EXPECT_EQ(test, recorded(), was);
}

static void objects_are_traced(struct kunit *test)
{
	struct kmem_cache *cachep = kmem_cache_create("traced", 72, 0, 0, NULL, NULL);
	void *objects[4];
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, cachep);
	start_tracing(test);
	objects[0] = kmem_cache_alloc(cachep, GFP_KERNEL);
	objects[1] = kmem_cache_alloc(cachep, GFP_ATOMIC);
	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(cachep, GFP_KERNEL, 2, objects + 2), 2);
	for (i = 0; i < ARRAY_SIZE(objects); i++)
		kmem_cache_free(cachep, objects[i]);
	stop_and_show(ULONG_MAX);
	for (i = 0; i < ARRAY_SIZE(objects); i++)
		expect_event(test, "kmem_cache_alloc", "call_site=objects_are_traced+",
			     "ptr=%#lx bytes_req=72 bytes_alloc=72 gfp_flags=%s ",
			     (unsigned long)objects[i], i == 1 ? "GFP_ATOMIC" : "GFP_KERNEL");
	for (i = 0; i < ARRAY_SIZE(objects); i++)
		expect_event(test, "kmem_cache_free", "call_site=objects_are_traced+", "ptr=%#lx ",
			     (unsigned long)objects[i]);
	kmem_cache_destroy(cachep);
}

static void areas_are_traced(struct kunit *test)
{
	unsigned long addr;
	char *area;

	start_tracing(test);
	area = vmalloc(3 * PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, area);
	addr = number(area);
	vfree(area);
	stop_and_show(ULONG_MAX);
	expect_event(test, "mm_page_alloc", "", "pfn=");
	expect_event(test, "vmalloc", "call_site=areas_are_traced+", "ptr=%#lx bytes_req=12288 ",
		     addr);
	expect_event(test, "vfree", "call_site=areas_are_traced+", "ptr=%#lx ", addr);
	expect_event(test, "mm_page_free", "", "pfn=");
}

static void slots_are_traced(struct kunit *test)
{
	struct page *page = alloc_page(GFP_HIGHUSER);
	unsigned long was;
	void *addr;

	KUNIT_ASSERT_NOT_NULL(test, page);
	start_tracing(test);
	was = recorded();
	addr = kmap(page);
	kunmap(page);
	if (PageHighMem(page)) {
		stop_and_show(ULONG_MAX);
		expect_event(test, "kmap", "call_site=slots_are_traced+", "ptr=%#lx pfn=%#lx ",
			     (unsigned long)addr, page_to_pfn(page));
		expect_event(test, "kunmap", "call_site=slots_are_traced+", "ptr=%#lx pfn=%#lx ",
			     (unsigned long)addr, page_to_pfn(page));
	} else {
		KUNIT_EXPECT_EQ(test, recorded(), was);
	}
	__free_page(page);
}

/*
 * By either name; also what clears and copies pages, for whom it asks. The compiler may put the
 * call where it keeps what is rare, so that the function's name goes on.
 */
static void local_slots_are_traced(struct kunit *test)
{
	struct page *page = alloc_page(GFP_HIGHUSER);
	unsigned long was;
	void *addr, *inner;

	KUNIT_ASSERT_NOT_NULL(test, page);
	start_tracing(test);
	was = recorded();
	addr = kmap_atomic(page);
	inner = kmap_local_page(page);
	kunmap_local(inner);
	kunmap_atomic(addr);
	clear_highpage(page);
	mm_trace_stop();
	if (PageHighMem(page)) {
		KUNIT_EXPECT_EQ(test, recorded(), was + 6);
		stop_and_show(ULONG_MAX);
		expect_event(test, "kmap_atomic", "call_site=local_slots_are_traced",
			     "ptr=%#lx pfn=%#lx ", (unsigned long)addr, page_to_pfn(page));
		expect_event(test, "kmap_atomic", "call_site=local_slots_are_traced",
			     "ptr=%#lx pfn=%#lx ", (unsigned long)inner, page_to_pfn(page));
		expect_event(test, "kunmap_atomic", "call_site=local_slots_are_traced",
			     "ptr=%#lx pfn=%#lx ", (unsigned long)inner, page_to_pfn(page));
		expect_event(test, "kunmap_atomic", "call_site=local_slots_are_traced",
			     "ptr=%#lx pfn=%#lx ", (unsigned long)addr, page_to_pfn(page));
	} else {
		KUNIT_EXPECT_EQ(test, recorded(), was);
	}
	__free_page(page);
}

/* Mistakes are reported on the longer way as on the short one; what is mapped may outlive tracing. */
static void local_slots_are_checked_while_traced(struct kunit *test)
{
	struct page *page = alloc_page(GFP_HIGHUSER);
	void *addr[KM_MAX_IDX];
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, page);
	if (PageHighMem(page)) {
		start_tracing(test);
		for (i = 0; i < KM_MAX_IDX; i++)
			addr[i] = kmap_local_page(page);
		KUNIT_EXPECT_BUG(test, "kmap_atomic: nested more than", kmap_local_page(page));
		KUNIT_EXPECT_BUG(test, "is not the newest mapping", kunmap_local(addr[0]));
		kunmap_local(addr[--i]);
		mm_trace_stop();
		while (i--)
			kunmap_local(addr[i]);
		KUNIT_EXPECT_TRUE(test, kmap_check());
	}
	__free_page(page);
}

static void faults_are_traced(struct kunit *test)
{
	volatile char *volatile nowhere = (volatile char *)0x456;

	start_tracing(test);
	KUNIT_EXPECT_FAULT(test, 0x456, *nowhere = 1);
	stop_and_show(ULONG_MAX);
	expect_event(test, "page_fault", "call_site=faults_are_traced",
		     "address=0x456 error_code=0x2 ");
}

/*
 * On, off, full
 */

static void nothing_is_recorded_while_off(struct kunit *test)
{
	unsigned long was;

	start_tracing(test);
	kfree(kmalloc(10, GFP_KERNEL));
	KUNIT_EXPECT_GE(test, recorded(), 2);
	mm_trace_stop();
	was = recorded();
	kfree(kmalloc(10, GFP_KERNEL));
	__free_page(alloc_page(GFP_KERNEL));
	vfree(vmalloc(1));
	KUNIT_EXPECT_EQ(test, recorded(), was);
	/* A ring of the same size goes on where it was. */
	start_tracing(test);
	KUNIT_EXPECT_EQ(test, recorded(), was);
	mm_trace_clear();
	KUNIT_EXPECT_EQ(test, recorded(), 0);
	kfree(kmalloc(10, GFP_KERNEL));
	stop_and_show(ULONG_MAX);
	KUNIT_EXPECT_STREQ(test, said, "# k896 trace 1: 0 events, 0 lost\n# end\n");
}

/* The way that requests take is the fast one again, and all it compares with is as it was. */
static void fast_paths_are_closed_and_opened(struct kunit *test)
{
	struct zone *zone = contig_page_data.preferred_zone[0];
	unsigned long mark = zone->fast_mark[0], debug = page_debug;
	gfp_t kernel = fast_gfp_kernel; /* slab_debug= may have closed this way for good */

	start_tracing(test);
	KUNIT_EXPECT_TRUE(test, slab_watched);
	KUNIT_EXPECT_EQ(test, fast_kmalloc_max, 0);
	KUNIT_EXPECT_EQ(test, fast_free_end_pfn, 0);
	KUNIT_EXPECT_NE(test, (__force u32)fast_gfp_kernel, (__force u32)GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, zone->fast_mark[0], FAST_MARK_CLOSED);
	KUNIT_EXPECT_EQ(test, this_cpu_read(kmap_fast_last), 0);
	KUNIT_EXPECT_EQ(test, this_cpu_read(kmap_fast_first), UINT_MAX);
	/* Fault injection that comes and goes in between opens nothing. */
	fail_nth_set(0);
	KUNIT_EXPECT_NULL(test, kmalloc(100, GFP_KERNEL));
	KUNIT_EXPECT_TRUE(test, fail_nth_clear());
	KUNIT_EXPECT_TRUE(test, slab_watched);
	KUNIT_EXPECT_EQ(test, fast_free_end_pfn, 0);
	mm_trace_stop();
	KUNIT_EXPECT_FALSE(test, slab_watched);
	KUNIT_EXPECT_EQ(test, fast_kmalloc_max, KMALLOC_MAX_CACHE_SIZE);
	KUNIT_EXPECT_EQ(test, fast_free_end_pfn, max_low_pfn);
	KUNIT_EXPECT_EQ(test, (__force u32)fast_gfp_kernel, (__force u32)kernel);
	KUNIT_EXPECT_EQ(test, zone->fast_mark[0], mark);
	KUNIT_EXPECT_EQ(test, page_debug, debug);
	KUNIT_EXPECT_EQ(test, this_cpu_read(kmap_fast_last), this_cpu_read(kmap_slot_last));
	KUNIT_EXPECT_EQ(test, this_cpu_read(kmap_fast_first),
			this_cpu_read(kmap_slot_last) + 1 - KM_MAX_IDX);
	/* And the other way round: what is armed stays so when tracing stops. */
	fail_nth_set(5);
	start_tracing(test);
	mm_trace_stop();
	KUNIT_EXPECT_TRUE(test, slab_watched);
	KUNIT_EXPECT_EQ(test, fast_free_end_pfn, max_low_pfn);
	fail_nth_clear();
	KUNIT_EXPECT_FALSE(test, slab_watched);
}

static void newest_events_are_kept(struct kunit *test)
{
	struct mm_trace_stats stats;
	unsigned long last = 0;
	unsigned int i, nr = 0;
	void *p;

	start_tracing(test);
	for (i = 0; i < 2 * RING; i++) {
		p = kmalloc(10 + i, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, p);
		last = number(p);
		kfree(p);
	}
	mm_trace_get_stats(&stats);
	KUNIT_EXPECT_EQ(test, stats.entries, RING);
	KUNIT_EXPECT_GE(test, stats.recorded, 4 * RING);
	KUNIT_EXPECT_EQ(test, stats.lost, stats.recorded - RING);
	stop_and_show(ULONG_MAX);
	for (at = said; (at = strchr(at, '\n')); at++)
		nr++;
	KUNIT_EXPECT_EQ(test, nr, RING + 2); /* a heading, and the end */
	at = said;
	expect_event(test, "kmalloc", "", "ptr=");
	stop_and_show(1);
	expect_event(test, "kfree", "", "ptr=%#lx ", last);
	KUNIT_EXPECT_STREQ(test, at, "\n# end\n");
	stop_and_show(0);
	KUNIT_EXPECT_STREQ(test, at, "# end\n");
}

/* Each line is later than the one before; its fields are where a program looks for them. */
static void lines_are_in_order(struct kunit *test)
{
	unsigned long long time, last = 0;
	unsigned int i, nr = 0;
	char *end;

	start_tracing(test);
	for (i = 0; i < 50; i++)
		kfree(kmalloc(100, GFP_KERNEL));
	stop_and_show(ULONG_MAX);
	for (; *at && *at != '#'; at = strchr(at, '\n') + 1) {
		KUNIT_EXPECT_EQ(test, simple_strtoull(at, &end, 10), 0); /* the CPU */
		KUNIT_ASSERT_EQ(test, *end, ' ');
		time = simple_strtoull(end + 1, &end, 10);
		KUNIT_ASSERT_EQ(test, *end, ' ');
		KUNIT_EXPECT_GE(test, time, last);
		last = time;
		nr++;
	}
	KUNIT_EXPECT_GE(test, nr, 100);
	KUNIT_EXPECT_STREQ(test, at, "# end\n");
}

/* A reader whose every line makes two events: they overtake him. */
static u64 reading_since;
static unsigned int nr_read, nr_too_new, nr_told;

static void read_and_allocate(void *private __unused, const char *text, size_t len __unused)
{
	char *end;

	if (*text == '#') {
		if (strstr(text, " overwritten while they were read\n"))
			nr_told = (unsigned int)simple_strtoull(text + 2, NULL, 10);
		return;
	}
	simple_strtoull(text, &end, 10);
	nr_read++;
	nr_too_new += simple_strtoull(end + 1, NULL, 10) > reading_since;
	kfree(kmalloc(100, GFP_KERNEL));
}

static void events_that_are_overwritten_are_left_out(struct kunit *test)
{
	static char line[256];
	struct seq_file m;
	unsigned int i;

	start_tracing(test);
	for (i = 0; i < RING; i++)
		kfree(kmalloc(100, GFP_KERNEL));
	nr_read = 0;
	nr_too_new = 0;
	nr_told = 0;
	reading_since = sched_clock();
	seq_open_sink(&m, line, sizeof(line), read_and_allocate, NULL);
	show_mm_trace(&m, ULONG_MAX);
	seq_release(&m);
	KUNIT_EXPECT_EQ(test, nr_too_new, 0);
	KUNIT_EXPECT_GE(test, nr_read, RING / 3);
	KUNIT_EXPECT_LT(test, nr_read, RING);
	KUNIT_EXPECT_EQ(test, nr_read + nr_told, RING);
}

/* Events of one moment have no order among CPUs, and a clock may tick as slowly as it likes. */
static void wait_for_the_clock(void)
{
	u64 now = sched_clock();

	while (sched_clock() == now)
		cpu_relax();
}

/*
 * Another CPU, for as long as it takes to record three events: its per-CPU area is empty, so
 * nothing but the ring may be used while it is there.
 */
static void record_as_cpu_1(void)
{
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < 6; i++) {
		wait_for_the_clock();
		local_irq_save(flags);
		if (i & 1)
			arch_percpu_switch(1);
		mm_trace(MM_KFREE, (unsigned long)record_as_cpu_1, 1000 + i, 0, 0,
			 (__force gfp_t)0);
		if (i & 1)
			arch_percpu_switch(0);
		local_irq_restore(flags);
	}
}

static void rings_of_cpus_are_merged(struct kunit *test)
{
	size_t size = (size_t)(__per_cpu_end - __per_cpu_start);
	struct mm_trace_stats stats = {};
	unsigned int i;
	char *area, line[32];

	if (nr_cpu_ids > 1)
		kunit_skip(test, "the CPUs are real");
	area = kzalloc(size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, area);
	__per_cpu_offset[1] = (unsigned long)area - (unsigned long)__per_cpu_start;
	*per_cpu_ptr(&this_cpu_off, 1) = __per_cpu_offset[1];
	nr_cpu_ids = 2;
	if (!mm_trace_start(RING)) {
		record_as_cpu_1();
		mm_trace_get_stats(&stats);
		stop_and_show(ULONG_MAX);
		mm_trace_clear();
	}
	nr_cpu_ids = 1;
	__per_cpu_offset[1] = 0;
	kfree(area);
	KUNIT_EXPECT_EQ(test, stats.recorded, 6);
	for (i = 0; i < 6; i++) {
		scnprintf(line, sizeof(line), "%u ", i & 1);
		KUNIT_EXPECT_TRUE(test, str_has_prefix(at, line));
		expect_event(test, "kfree", "record_as_cpu_1+", "ptr=%#x ", 1000 + i);
		at++;
	}
	KUNIT_EXPECT_STREQ(test, at, "# end\n");
}

static void impossible_rings(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, mm_trace_start(0), -EINVAL);
	KUNIT_EXPECT_EQ(test, mm_trace_start(3), -EINVAL);
	KUNIT_EXPECT_EQ(test, mm_trace_start(2 * MM_TRACE_ENTRIES_MAX), -EINVAL);
	KUNIT_EXPECT_FALSE(test, mm_trace_on);
	start_tracing(test);
	fail_nth_set(0);
	KUNIT_EXPECT_EQ(test, mm_trace_start(2 * RING), -ENOMEM);
	KUNIT_EXPECT_TRUE(test, fail_nth_clear());
	KUNIT_EXPECT_FALSE(test, mm_trace_on);
	kfree(kmalloc(10, GFP_KERNEL));
	stop_and_show(ULONG_MAX);
	KUNIT_EXPECT_STREQ(test, at, "# end\n");
}

/* Allocators stay sound on the longer ways. */
static void many_events_at_random(struct kunit *test)
{
	void *held[16] = {NULL};
	unsigned int i, n;

	start_tracing(test);
	for (i = 0; i < 3000; i++) {
		n = kunit_rand_below(test, ARRAY_SIZE(held));
		kfree(held[n]);
		held[n] = kmalloc(kunit_rand_below(test, 10000), GFP_KERNEL | __GFP_NOWARN);
	}
	for (n = 0; n < ARRAY_SIZE(held); n++)
		kfree(held[n]);
	stop_and_show(ULONG_MAX);
	KUNIT_EXPECT_GE(test, recorded(), 5000);
	KUNIT_EXPECT_TRUE(test, slab_check());
	KUNIT_EXPECT_TRUE(test, page_alloc_check());
}

static struct kunit_case trace_test_cases[] = {
	KUNIT_CASE(pages_are_traced),
	KUNIT_CASE(blocks_freed_in_part_are_traced),
	KUNIT_CASE_PARAM(kmalloc_is_traced, kmalloc_gen_params),
	KUNIT_CASE(kmalloc_of_a_constant_is_traced),
	KUNIT_CASE(no_memory_is_no_event),
	KUNIT_CASE(objects_are_traced),
	KUNIT_CASE(areas_are_traced),
	KUNIT_CASE(slots_are_traced),
	KUNIT_CASE(local_slots_are_traced),
	KUNIT_CASE(local_slots_are_checked_while_traced),
	KUNIT_CASE(faults_are_traced),
	KUNIT_CASE(nothing_is_recorded_while_off),
	KUNIT_CASE(fast_paths_are_closed_and_opened),
	KUNIT_CASE(newest_events_are_kept),
	KUNIT_CASE(lines_are_in_order),
	KUNIT_CASE(events_that_are_overwritten_are_left_out),
	KUNIT_CASE(rings_of_cpus_are_merged),
	KUNIT_CASE(impossible_rings),
	KUNIT_CASE(many_events_at_random),
	{},
};

static struct kunit_suite trace_suite = {
	.name = "trace",
	.suite_init = trace_suite_init,
	.suite_exit = trace_suite_exit,
	.exit = trace_exit,
	.test_cases = trace_test_cases,
};
kunit_test_suite(trace_suite);
