/* SPDX-License-Identifier: MIT */
/*
 * kmap_atomic() and kmap_local_page(): nesting, the reports, and an interrupt that maps
 * pages of its own between any two instructions of a mapping in the making.
 */
#include <kernel/selftest.h>
#include <kernel/lib/vsprintf.h>
#include <kernel/preempt.h>
#include <kernel/seq.h>
#include <arch/mmu.h>
#include <arch/step.h>
#include <mm/highmem.h>
#include <mm/mm.h>

#define NR_PAGES (KM_MAX_IDX + 1)

static struct page *pages[NR_PAGES];
static unsigned long free_at_start;

static int kmap_atomic_test_init(struct kunit *test __unused)
{
	mm_quiesce();
	free_at_start = nr_free_pages();
	return 0;
}

/* For this case, highmem pages 0 to NR_PAGES - 1; page i is full of byte i + 1. */
static void need_highmem(struct kunit *test)
{
	struct sysinfo si;
	unsigned int i;

	si_meminfo(&si);
	if (!si.totalhigh)
		kunit_skip(test, "no highmem");
	if (si.freehigh < NR_PAGES + 128)
		kunit_skip(test, "too little highmem");
	for (i = 0; i < NR_PAGES; i++) {
		pages[i] = alloc_page(GFP_HIGHUSER);
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
		KUNIT_ASSERT_TRUE(test, PageHighMem(pages[i]));
		memset_page(pages[i], 0, (int)i + 1, PAGE_SIZE);
	}
}

static void kmap_atomic_test_exit(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < NR_PAGES; i++)
		if (pages[i])
			__free_page(pages[i]);
	memset(pages, 0, sizeof(pages));
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free_at_start);
	KUNIT_EXPECT_TRUE(test, kmap_check());
}

static unsigned int nr_local_slots(void)
{
	return this_cpu_read(kmap_slot) - (this_cpu_read(kmap_slot_last) + 1 - KM_MAX_IDX);
}

static bool in_local_slots(const void *addr)
{
	return (unsigned long)addr >= fix_to_virt(FIX_KMAP_END) &&
	       (unsigned long)addr <= fix_to_virt(FIX_KMAP_BEGIN);
}

static void pair(struct kunit *test)
{
	unsigned int count = preempt_count();
	u8 *addr;

	need_highmem(test);
	addr = kmap_atomic(pages[3]);
	KUNIT_EXPECT_TRUE(test, in_local_slots(addr));
	KUNIT_EXPECT_EQ(test, preempt_count(), count + 1);
	KUNIT_EXPECT_EQ(test, nr_local_slots(), 1);
	KUNIT_EXPECT_PTR_EQ(test, kmap_to_page(addr + 17), pages[3]);
	KUNIT_EXPECT_EQ(test, addr[0], 4);
	KUNIT_EXPECT_EQ(test, addr[PAGE_SIZE - 1], 4);
	addr[5] = 99;
	kunmap_atomic(addr + 5); /* any address in the page will do */
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
	KUNIT_EXPECT_EQ(test, nr_local_slots(), 0);
	KUNIT_EXPECT_FAULT(test, addr, *(volatile u8 *)addr);

	addr = kmap(pages[3]);
	KUNIT_EXPECT_EQ(test, addr[5], 99);
	kunmap(pages[3]);
}

/* The next page in the same slot is seen at once: the old translation was flushed. */
static void slot_is_flushed(struct kunit *test)
{
	u8 *first, *second;

	need_highmem(test);
	first = kmap_atomic(pages[0]);
	KUNIT_EXPECT_EQ(test, *(volatile u8 *)first, 1);
	kunmap_atomic(first);
	second = kmap_atomic(pages[1]);
	KUNIT_EXPECT_PTR_EQ(test, second, first);
	KUNIT_EXPECT_EQ(test, *(volatile u8 *)second, 2);
	kunmap_atomic(second);
}

static void lowmem_takes_no_slot(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned int count = preempt_count();
	void *addr;

	KUNIT_ASSERT_NOT_NULL(test, page);
	addr = kmap_atomic(page);
	KUNIT_EXPECT_PTR_EQ(test, addr, __va(page_to_phys(page)));
	KUNIT_EXPECT_EQ(test, nr_local_slots(), 0);
	KUNIT_EXPECT_EQ(test, preempt_count(), count + 1);
	kunmap_atomic(addr);
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
	addr = kmap_local_page(page);
	KUNIT_EXPECT_PTR_EQ(test, addr, __va(page_to_phys(page)));
	kunmap_local(addr);
	__free_page(page);
}

static void local_leaves_preemption_alone(struct kunit *test)
{
	unsigned int count = preempt_count();
	u8 *addr, *inner;

	need_highmem(test);
	addr = kmap_local_page(pages[0]);
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
	inner = kmap_atomic(pages[1]);
	KUNIT_EXPECT_EQ(test, addr[9], 1);
	KUNIT_EXPECT_EQ(test, inner[9], 2);
	kunmap_atomic(inner);
	KUNIT_EXPECT_EQ(test, addr[9], 1);
	kunmap_local(addr);
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
	KUNIT_EXPECT_EQ(test, nr_local_slots(), 0);
}

/* All slots of the CPU at once; one more is reported and harms nothing. */
static void nests_to_the_limit(struct kunit *test)
{
	unsigned int count = preempt_count(), i, j;
	u8 *addr[KM_MAX_IDX] = {}, *more;

	need_highmem(test);
	for (i = 0; i < KM_MAX_IDX; i++) {
		addr[i] = kmap_atomic(pages[i]);
		KUNIT_ASSERT_NOT_NULL(test, addr[i]);
		for (j = 0; j <= i; j++)
			KUNIT_EXPECT_EQ(test, addr[j][i], (u8)(j + 1));
	}
	KUNIT_EXPECT_TRUE(test, kmap_check());
	KUNIT_EXPECT_BUG(test, "BUG: kmap_atomic: nested", more = kmap_atomic(pages[KM_MAX_IDX]));
	KUNIT_EXPECT_NULL(test, more);
	KUNIT_EXPECT_EQ(test, preempt_count(), count + KM_MAX_IDX);
	KUNIT_EXPECT_BUG(test, "BUG: kmap_atomic: nested",
			 more = kmap_local_page(pages[KM_MAX_IDX]));
	KUNIT_EXPECT_NULL(test, more);
	for (i = KM_MAX_IDX; i-- > 0;) {
		KUNIT_EXPECT_EQ(test, addr[i][77], (u8)(i + 1));
		kunmap_atomic(addr[i]);
	}
	KUNIT_EXPECT_EQ(test, preempt_count(), count);
}

static void wrong_order_is_reported(struct kunit *test)
{
	u8 *outer, *inner;

	need_highmem(test);
	outer = kmap_atomic(pages[0]);
	inner = kmap_atomic(pages[1]);
	KUNIT_EXPECT_BUG(test, "(slot 0) is not the newest mapping of this CPU (slot 1)",
			 kunmap_atomic(outer));
	KUNIT_EXPECT_EQ(test, nr_local_slots(), 2);
	KUNIT_EXPECT_EQ(test, outer[0], 1);
	KUNIT_EXPECT_EQ(test, inner[0], 2);
	kunmap_atomic(inner);
	KUNIT_EXPECT_BUG(test, "is not mapped (slot 1)", kunmap_local(inner));
	kunmap_atomic(outer);
	KUNIT_EXPECT_BUG(test, "is not mapped (slot 0)", kunmap_atomic(outer));
	KUNIT_EXPECT_EQ(test, nr_local_slots(), 0);
}

static void foreign_address_is_reported(struct kunit *test)
{
	void *mapped;

	need_highmem(test);
	mapped = kmap(pages[0]);
	KUNIT_EXPECT_BUG(test, "is no address of kmap_atomic", kunmap_atomic(mapped));
	KUNIT_EXPECT_BUG(test, "is no address of kmap_atomic", kunmap_local((void *)0x1000));
	KUNIT_EXPECT_BUG(test, "is no address of kmap_atomic", kunmap_local(high_memory));
	KUNIT_EXPECT_BUG(test, "is no address of kmap_atomic",
			 kunmap_local((void *)(fix_to_virt(FIX_KMAP_BEGIN) + PAGE_SIZE)));
	KUNIT_EXPECT_BUG(test, "is no address of kmap_atomic",
			 kunmap_local((void *)(fix_to_virt(FIX_KMAP_END) - 1)));
	kunmap(pages[0]);
	KUNIT_EXPECT_WARN(test, "kmap_to_page: nothing is mapped",
			  KUNIT_EXPECT_NULL(test, kmap_to_page((void *)0x1000)));
}

static void describes_its_slots(struct kunit *test)
{
	char buf[96], want[96];
	struct seq_file m;
	u8 *addr;

	need_highmem(test);
	addr = kmap_atomic(pages[2]);
	seq_open_buffer(&m, buf, sizeof(buf));
	KUNIT_EXPECT_TRUE(test, kmap_describe((unsigned long)addr + 3, &m));
	snprintf(want, sizeof(want), "kmap_atomic slot 0 of cpu 0, page pfn %#lx\n",
		 page_to_pfn(pages[2]));
	KUNIT_EXPECT_STREQ(test, buf, want);
	kunmap_atomic(addr);
	seq_open_buffer(&m, buf, sizeof(buf));
	KUNIT_EXPECT_TRUE(test, kmap_describe((unsigned long)addr, &m));
	KUNIT_EXPECT_STREQ(test, buf, "kmap_atomic slot 0 of cpu 0, free\n");
}

/*
 * The race. The interrupted sequence maps and unmaps two pages; the handler, between any
 * two of its instructions, maps two others, writes, and unmaps. Each must find what it
 * left behind, and the handler must find its slots empty, or it would stop at a BUG_ON.
 */

struct race {
	unsigned int round;
	unsigned long wrong;
	unsigned int deepest;
};

static void race_outer(void *p)
{
	struct race *race = p;
	u8 *a, *b;

	a = kmap_atomic(pages[0]);
	a[0] = 0x10;
	b = kmap_local_page(pages[1]);
	b[0] = 0x20;
	race->wrong += a[0] != 0x10 || a[1] != 1 || b[0] != 0x20 || b[1] != 2;
	kunmap_local(b);
	race->wrong += a[0] != 0x10 || a[1] != 1;
	kunmap_atomic(a);
	b = kmap_atomic(pages[1]);
	race->wrong += b[0] != 0x20;
	kunmap_atomic(b);
}

static void race_handler(void *p)
{
	struct race *race = p;
	unsigned int slots = nr_local_slots();
	u8 *a, *b;

	race->deepest = max(race->deepest, slots);
	race->round++;
	a = kmap_atomic(pages[2]);
	b = kmap_atomic(pages[3]);
	race->wrong += a[1] != 3 || b[1] != 4;
	*(volatile u8 *)&a[0] = race->round;
	*(volatile u8 *)&b[0] = ~race->round;
	race->wrong += a[0] != (u8)race->round || b[0] != (u8)~race->round;
	kunmap_atomic(b);
	kunmap_atomic(a);
	race->wrong += nr_local_slots() != slots;
}

static void interrupt_at_every_instruction(struct kunit *test)
{
	struct race race = {};
	struct step_count steps;
	u8 *addr;

	need_highmem(test);
	kunit_needs_single_step(test);
	steps = arch_single_step(race_outer, &race, race_handler, &race);
	KUNIT_EXPECT_EQ(test, race.wrong, 0);
	KUNIT_EXPECT_EQ(test, race.deepest, 2);
	KUNIT_EXPECT_EQ(test, (unsigned long)race.round, steps.nr_calls);
	KUNIT_EXPECT_GT(test, steps.nr_calls, 60);
	KUNIT_EXPECT_EQ(test, nr_local_slots(), 0);

	addr = kmap_atomic(pages[2]);
	KUNIT_EXPECT_EQ(test, addr[0], (u8)race.round);
	kunmap_atomic(addr);
}

static struct kunit_case kmap_atomic_cases[] = {
	KUNIT_CASE(pair),
	KUNIT_CASE(slot_is_flushed),
	KUNIT_CASE(lowmem_takes_no_slot),
	KUNIT_CASE(local_leaves_preemption_alone),
	KUNIT_CASE(nests_to_the_limit),
	KUNIT_CASE(wrong_order_is_reported),
	KUNIT_CASE(foreign_address_is_reported),
	KUNIT_CASE(describes_its_slots),
	KUNIT_CASE(interrupt_at_every_instruction),
	{},
};

static struct kunit_suite kmap_atomic_suite = {
	.name = "kmap_atomic",
	.init = kmap_atomic_test_init,
	.exit = kmap_atomic_test_exit,
	.test_cases = kmap_atomic_cases,
};
kunit_test_suite(kmap_atomic_suite);
