/* SPDX-License-Identifier: MIT */
/*
 * kmap(): addresses, counts, the wrap of the hand with its one flush, exhaustion, the
 * reports, and that every frame of high memory holds what is written to it.
 *
 * Where the machine has no high memory, what needs it is skipped.
 */
#include <kernel/selftest.h>
#include <kernel/lib/list.h>
#include <kernel/lib/vsprintf.h>
#include <kernel/preempt.h>
#include <kernel/seq.h>
#include <arch/irq.h>
#include <arch/mmu.h>
#include <arch/step.h>
#include <mm/highmem.h>
#include <mm/mm.h>

static LIST_HEAD(test_pages); /* of this case, freed after it */
static unsigned long free_at_start;

static int highmem_test_init(struct kunit *test __unused)
{
	kmap_flush_unused();
	mm_quiesce();
	free_at_start = nr_free_pages();
	return 0;
}

static void highmem_test_exit(struct kunit *test)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &test_pages, lru) {
		list_del(&page->lru);
		__free_page(page);
	}
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free_at_start);
	KUNIT_EXPECT_TRUE(test, kmap_check());
}

/* Skip the case where @nr_pages of high memory cannot be had without digging in reserves. */
static void need_highmem(struct kunit *test, unsigned long nr_pages)
{
	struct sysinfo si;

	si_meminfo(&si);
	if (!si.totalhigh)
		kunit_skip(test, "no highmem");
	if (si.freehigh < nr_pages + 128)
		kunit_skip(test, "too little highmem");
}

/* A page of the wanted kind, freed at the end of the case. */
static struct page *test_page(struct kunit *test, gfp_t gfp)
{
	struct page *page = alloc_page(gfp);

	KUNIT_ASSERT_NOT_NULL(test, page);
	list_add(&page->lru, &test_pages);
	return page;
}

static struct page *high_page(struct kunit *test)
{
	struct page *page = test_page(test, GFP_HIGHUSER);

	KUNIT_ASSERT_TRUE(test, PageHighMem(page));
	return page;
}

static bool in_pkmap(const void *addr)
{
	return (unsigned long)addr >= PKMAP_BASE && (unsigned long)addr < PKMAP_ADDR(LAST_PKMAP) &&
	       PAGE_ALIGNED(addr);
}

static unsigned long nr_flushes(void)
{
	struct kmap_stats stats;

	kmap_get_stats(&stats);
	return stats.flushes;
}

static void lowmem_page_has_its_own_address(struct kunit *test)
{
	struct page *page = test_page(test, GFP_KERNEL);
	void *addr = __va(page_to_phys(page));

	KUNIT_EXPECT_PTR_EQ(test, page_address(page), addr);
	KUNIT_EXPECT_PTR_EQ(test, kmap(page), addr);
	KUNIT_EXPECT_FALSE(test, PageKmapped(page));
	kunmap(page);
	kunmap(page); /* nothing to count */
	KUNIT_EXPECT_PTR_EQ(test, kmap_to_page(addr + 123), page);
}

static void mapping_reaches_the_page(struct kunit *test)
{
	struct page *page, *other;
	u32 *addr, *other_addr, *again;

	need_highmem(test, 2);
	page = high_page(test);
	other = high_page(test);
	KUNIT_EXPECT_NULL(test, page_address(page));

	addr = kmap(page);
	KUNIT_EXPECT_NULL(test, page_address(other));
	other_addr = kmap(other);
	KUNIT_ASSERT_TRUE(test, in_pkmap(addr));
	KUNIT_ASSERT_TRUE(test, in_pkmap(other_addr));
	KUNIT_EXPECT_PTR_NE(test, addr, other_addr);
	KUNIT_EXPECT_PTR_EQ(test, page_address(page), addr);
	KUNIT_EXPECT_PTR_EQ(test, kmap_to_page(&addr[7]), page);
	KUNIT_EXPECT_PTR_EQ(test, kmap_to_page(other_addr), other);

	addr[0] = 0x11111111;
	addr[PAGE_SIZE / 4 - 1] = 0x22222222;
	other_addr[0] = 0x33333333;
	again = kmap_atomic(page);
	KUNIT_EXPECT_EQ(test, again[0], 0x11111111);
	KUNIT_EXPECT_EQ(test, again[PAGE_SIZE / 4 - 1], 0x22222222);
	kunmap_atomic(again);
	KUNIT_EXPECT_EQ(test, other_addr[0], 0x33333333);
	kunmap(other);
	kunmap(page);
}

/* n calls, one slot, one address; the mapping outlives the last kunmap() until a flush. */
static void users_are_counted(struct kunit *test)
{
	struct kmap_stats stats;
	struct page *page;
	void *addr;
	int i;

	need_highmem(test, 1);
	page = high_page(test);
	addr = kmap(page);
	for (i = 1; i < 100; i++)
		KUNIT_EXPECT_PTR_EQ(test, kmap(page), addr);
	kmap_get_stats(&stats);
	KUNIT_EXPECT_EQ(test, stats.in_use, 1);
	for (i = 0; i < 100; i++) {
		KUNIT_EXPECT_TRUE(test, PageKmapped(page));
		kmap_flush_unused();
		KUNIT_EXPECT_PTR_EQ(test, page_address(page), addr);
		kunmap(page);
	}
	KUNIT_EXPECT_FALSE(test, PageKmapped(page));
	kmap_get_stats(&stats);
	KUNIT_EXPECT_EQ(test, stats.in_use, 0);
	KUNIT_EXPECT_EQ(test, stats.unused, 1);

	KUNIT_EXPECT_PTR_EQ(test, kmap(page), addr);
	kunmap(page);
	kmap_flush_unused();
	KUNIT_EXPECT_NULL(test, page_address(page));
	KUNIT_EXPECT_FAULT(test, addr, *(volatile char *)addr);
}

static void unbalanced_kunmap_is_reported(struct kunit *test)
{
	struct page *page;

	need_highmem(test, 1);
	page = high_page(test);
	KUNIT_EXPECT_BUG(test, "BUG: unbalanced kunmap", kunmap(page));
	kmap(page);
	kunmap(page);
	KUNIT_EXPECT_BUG(test, "BUG: unbalanced kunmap", kunmap(page));
	KUNIT_EXPECT_TRUE(test, kmap_check());
	KUNIT_EXPECT_NOT_NULL(test, kmap(page));
	kunmap(page);
}

static void atomic_context_is_reported(struct kunit *test)
{
	struct page *page;

	need_highmem(test, 1);
	page = high_page(test);
	preempt_disable();
	KUNIT_EXPECT_BUG(test, "BUG: sleeping function", kmap(page));
	preempt_enable();
	local_irq_disable(); /* as in a handler; a tick would nest otherwise */
	irq_enter();
	KUNIT_EXPECT_BUG(test, "BUG: kunmap", kunmap(page));
	irq_exit();
	local_irq_enable();
	KUNIT_EXPECT_TRUE(test, PageKmapped(page)); /* the refused kunmap() changed nothing */
	kunmap(page);
}

static void freeing_a_mapped_page_is_reported(struct kunit *test)
{
	struct page *page;

	need_highmem(test, 1);
	page = high_page(test);
	kmap(page);
	KUNIT_EXPECT_BUG(test, "BUG: ", __free_page(page));
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	kunmap(page);
	/* Mapped without users it may go; the exit hook frees it. */
}

/*
 * Every slot at once, each page its own; then none is left. One kunmap() makes room for
 * one more, at the price of one flush, wherever the hand stands.
 */
static void all_slots(struct kunit *test)
{
	static struct page *pages[LAST_PKMAP + 1];
	static bool taken[LAST_PKMAP];
	unsigned long flushes;
	unsigned int i, nr;
	u32 *addr;

	need_highmem(test, LAST_PKMAP + 1);
	memset(taken, 0, sizeof(taken));
	for (i = 0; i < ARRAY_SIZE(pages); i++)
		pages[i] = high_page(test);
	for (i = 0; i < LAST_PKMAP; i++) {
		addr = kmap(pages[i]);
		KUNIT_ASSERT_TRUE(test, in_pkmap(addr));
		nr = PKMAP_NR(addr);
		KUNIT_EXPECT_FALSE(test, taken[nr]);
		taken[nr] = true;
		addr[nr] = page_to_pfn(pages[i]);
	}
	KUNIT_EXPECT_TRUE(test, kmap_check());

	KUNIT_EXPECT_WARN(test, "kmap: all 1024 slots", addr = kmap(pages[LAST_PKMAP]));
	KUNIT_EXPECT_NULL(test, addr);

	/* The slot behind the hand is passed before the flush and found after it. */
	for (i = 0; i < 3; i++) {
		void *freed = page_address(pages[i]);

		flushes = nr_flushes();
		kunmap(pages[i]);
		addr = kmap(pages[LAST_PKMAP]);
		KUNIT_EXPECT_PTR_EQ(test, (void *)addr, freed);
		KUNIT_EXPECT_EQ(test, nr_flushes(), flushes + 1);
		KUNIT_EXPECT_NULL(test, page_address(pages[i]));
		kunmap(pages[LAST_PKMAP]);
		KUNIT_EXPECT_PTR_EQ(test, kmap(pages[i]), freed);
	}
	for (i = 0; i < LAST_PKMAP; i++) {
		addr = page_address(pages[i]);
		KUNIT_EXPECT_EQ(test, addr[PKMAP_NR(addr)], page_to_pfn(pages[i]));
		kunmap(pages[i]);
	}
}

/* 5000 first-time mappings flush as often as the hand passes slot 0, and not once more. */
static void one_flush_a_wrap(struct kunit *test)
{
	static struct page *pages[LAST_PKMAP + 1];
	unsigned long flushes, nr_maps = 5000, i;
	unsigned int hand;

	need_highmem(test, LAST_PKMAP + 1);
	for (i = 0; i < ARRAY_SIZE(pages); i++)
		pages[i] = high_page(test);
	hand = PKMAP_NR(kmap(pages[LAST_PKMAP]));
	kunmap(pages[LAST_PKMAP]);

	/* With one page more than slots each is flushed before it comes again. */
	flushes = nr_flushes();
	for (i = 0; i < nr_maps; i++) {
		struct page *page = pages[i % ARRAY_SIZE(pages)];
		u32 *addr = kmap(page);

		KUNIT_EXPECT_EQ(test, PKMAP_NR(addr), (hand + 1 + i) % LAST_PKMAP);
		addr[1] = i;
		kunmap(page);
	}
	KUNIT_EXPECT_EQ(test, nr_flushes() - flushes, (hand + nr_maps) / LAST_PKMAP);

	for (i = nr_maps - ARRAY_SIZE(pages); i < nr_maps; i++) {
		struct page *page = pages[i % ARRAY_SIZE(pages)];
		u32 *addr = kmap(page);

		KUNIT_EXPECT_EQ(test, addr[1], i);
		kunmap(page);
	}
}

/* A slot in use is never taken for another page, and its page keeps its address. */
static void random_storm(struct kunit *test)
{
	enum { NR_PAGES = 3 * LAST_PKMAP / 2 };
	static struct page *pages[NR_PAGES];
	static u8 users[NR_PAGES];
	static void *addr_of[NR_PAGES];
	unsigned int i, nr_used = 0, nr_ops = kunit_soaking() ? 2000000 : 20000;

	need_highmem(test, NR_PAGES);
	memset(users, 0, sizeof(users));
	for (i = 0; i < NR_PAGES; i++) {
		pages[i] = high_page(test);
		memset_page(pages[i], 0, (int)i, PAGE_SIZE);
	}
	while (nr_ops--) {
		i = kunit_rand_below(test, NR_PAGES);
		if (users[i] && (kunit_rand(test) & 1)) {
			kunmap(pages[i]);
			nr_used -= --users[i] == 0;
		} else if (users[i] < 200 && (users[i] || nr_used < LAST_PKMAP)) {
			u8 *addr = kmap(pages[i]);

			KUNIT_ASSERT_TRUE(test, in_pkmap(addr));
			if (users[i])
				KUNIT_EXPECT_PTR_EQ(test, (void *)addr, addr_of[i]);
			KUNIT_EXPECT_EQ(test, addr[nr_ops % PAGE_SIZE], (u8)i);
			addr_of[i] = addr;
			nr_used += users[i]++ == 0;
		}
		if (nr_ops % 5000 == 0)
			KUNIT_ASSERT_TRUE(test, kmap_check());
	}
	for (i = 0; i < NR_PAGES; i++)
		while (users[i]--)
			kunmap(pages[i]);
}

struct step_arg {
	struct kunit *test;
	struct page *held, *moving[8];
	void *held_addr;
	unsigned long wrong;
};

static void map_and_flush(void *p)
{
	struct step_arg *arg = p;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(arg->moving); i++)
		kmap(arg->moving[i]);
	for (i = 0; i < ARRAY_SIZE(arg->moving); i++)
		kunmap(arg->moving[i]);
	kmap_flush_unused();
}

static void look_up_held(void *p)
{
	struct step_arg *arg = p;

	arg->wrong += page_address(arg->held) != arg->held_addr;
}

/* page_address() in a handler finds a mapped page at every instruction of hash changes. */
static void lookup_at_every_instruction(struct kunit *test)
{
	struct step_arg arg = {.test = test};
	struct step_count steps;
	unsigned int i;

	need_highmem(test, 9);
	kunit_needs_single_step(test);
	arg.held = high_page(test);
	arg.held_addr = kmap(arg.held);
	for (i = 0; i < ARRAY_SIZE(arg.moving); i++)
		arg.moving[i] = high_page(test);
	steps = arch_single_step(map_and_flush, &arg, look_up_held, &arg);
	KUNIT_EXPECT_EQ(test, arg.wrong, 0);
	KUNIT_EXPECT_GT(test, steps.nr_calls, 1000);
	kunmap(arg.held);
}

/* The helpers, on a page of each kind. */
struct page_kind {
	const char *name;
	bool high;
};

static const struct page_kind page_kinds[] = {{"lowmem", false}, {"highmem", true}};

static void page_kind_desc(const struct page_kind *kind, char *desc)
{
	strscpy(desc, kind->name, KUNIT_PARAM_DESC_SIZE);
}
KUNIT_ARRAY_PARAM(page_kind, page_kinds, page_kind_desc)

static struct page *page_of_kind(struct kunit *test)
{
	const struct page_kind *kind = test->param_value;

	if (!kind->high)
		return test_page(test, GFP_KERNEL);
	need_highmem(test, 2);
	return high_page(test);
}

/* Is [@start, @end) of @page full of @byte? */
static bool page_holds(struct page *page, unsigned int start, unsigned int end, int byte)
{
	char *addr = kmap_local_page(page);
	bool holds = !memchr_inv(addr + start, byte, end - start);

	kunmap_local(addr);
	return holds;
}

static void whole_page_helpers(struct kunit *test)
{
	struct page *page = page_of_kind(test), *copy = page_of_kind(test);

	memset_page(page, 0, 0x5a, PAGE_SIZE);
	memset_page(copy, 0, 0xa5, PAGE_SIZE);
	KUNIT_EXPECT_TRUE(test, page_holds(page, 0, PAGE_SIZE, 0x5a));
	copy_highpage(copy, page);
	KUNIT_EXPECT_TRUE(test, page_holds(copy, 0, PAGE_SIZE, 0x5a));
	clear_highpage(page);
	KUNIT_EXPECT_TRUE(test, page_holds(page, 0, PAGE_SIZE, 0));
	KUNIT_EXPECT_TRUE(test, page_holds(copy, 0, PAGE_SIZE, 0x5a));
	clear_user_highpage(copy, 0x1000);
	KUNIT_EXPECT_TRUE(test, page_holds(copy, 0, PAGE_SIZE, 0));
}

static void zero_user_clears_its_bytes_only(struct kunit *test)
{
	struct page *page = page_of_kind(test);

	memset_page(page, 0, 0x77, PAGE_SIZE);
	zero_user(page, 100, 28);
	KUNIT_EXPECT_TRUE(test, page_holds(page, 0, 100, 0x77));
	KUNIT_EXPECT_TRUE(test, page_holds(page, 100, 128, 0));
	KUNIT_EXPECT_TRUE(test, page_holds(page, 128, PAGE_SIZE, 0x77));

	memset_page(page, 0, 0x77, PAGE_SIZE);
	zero_user_segments(page, 0, 1, PAGE_SIZE - 3, PAGE_SIZE);
	KUNIT_EXPECT_TRUE(test, page_holds(page, 0, 1, 0));
	KUNIT_EXPECT_TRUE(test, page_holds(page, 1, PAGE_SIZE - 3, 0x77));
	KUNIT_EXPECT_TRUE(test, page_holds(page, PAGE_SIZE - 3, PAGE_SIZE, 0));

	memset_page(page, 0, 0x77, PAGE_SIZE);
	zero_user_segments(page, 8, 8, 90, 80);
	KUNIT_EXPECT_TRUE(test, page_holds(page, 0, PAGE_SIZE, 0x77));
	zero_user_segment(page, 0, PAGE_SIZE);
	KUNIT_EXPECT_TRUE(test, page_holds(page, 0, PAGE_SIZE, 0));
}

static void copies_to_and_from_pages(struct kunit *test)
{
	struct page *page = page_of_kind(test), *other = page_of_kind(test);
	static const char text[] = "eight hundred and ninety-six";
	char back[sizeof(text)];

	clear_highpage(page);
	clear_highpage(other);
	memcpy_to_page(page, PAGE_SIZE - sizeof(text), text, sizeof(text));
	KUNIT_EXPECT_TRUE(test, page_holds(page, 0, PAGE_SIZE - sizeof(text), 0));
	memcpy_from_page(back, page, PAGE_SIZE - sizeof(text), sizeof(text));
	KUNIT_EXPECT_STREQ(test, back, text);

	memcpy_page(other, 1, page, PAGE_SIZE - sizeof(text), sizeof(text));
	memset(back, 0, sizeof(back));
	memcpy_from_page(back, other, 1, sizeof(text));
	KUNIT_EXPECT_STREQ(test, back, text);
	KUNIT_EXPECT_TRUE(test, page_holds(other, 0, 1, 0));
	KUNIT_EXPECT_TRUE(test, page_holds(other, 1 + sizeof(text), PAGE_SIZE, 0));
}

static void ranges_that_leave_the_page_are_reported(struct kunit *test)
{
	struct page *page = page_of_kind(test);
	char byte = 1;

	clear_highpage(page);
	KUNIT_EXPECT_BUG(test, "BUG: page pfn", memcpy_to_page(page, PAGE_SIZE, &byte, 1));
	KUNIT_EXPECT_BUG(test, "BUG: page pfn", memcpy_from_page(&byte, page, 1, PAGE_SIZE));
	KUNIT_EXPECT_BUG(test, "BUG: page pfn", memset_page(page, ~0UL, 1, 2));
	KUNIT_EXPECT_BUG(test, "BUG: page pfn", zero_user(page, 4000, 97));
	KUNIT_EXPECT_BUG(test, "BUG: page pfn", memcpy_page(page, 0, page, 4095, 2));
	memset_page(page, PAGE_SIZE, 1, 0); /* nothing, at the end: legal */
	KUNIT_EXPECT_TRUE(test, page_holds(page, 0, PAGE_SIZE, 0));
	KUNIT_EXPECT_EQ(test, byte, 1);
}

/*
 * Every frame of high memory that is free, each with a stamp of its own: a frame that is
 * no RAM, or is another frame under a second number, cannot keep it.
 */

static void stamp(struct page *page, u32 value)
{
	u32 *addr = kmap(page);

	if (kunit_soaking()) {
		memset32(addr, value, PAGE_SIZE / 4);
	} else {
		addr[0] = value;
		addr[PAGE_SIZE / 4 - 1] = ~value;
	}
	kunmap(page);
}

static bool stamp_holds(struct page *page, u32 value)
{
	u32 *addr = kmap(page);
	unsigned int i;
	bool holds;

	if (kunit_soaking()) {
		for (i = 0; i < PAGE_SIZE / 4 && addr[i] == value; i++)
			;
		holds = i == PAGE_SIZE / 4;
	} else {
		holds = addr[0] == value && addr[PAGE_SIZE / 4 - 1] == ~value;
	}
	kunmap(page);
	return holds;
}

/*
 * Take all memory, largest blocks first: only who empties the lower zones too gets the
 * pages that a zone keeps below its watermarks. High blocks go to @high.
 */
static void take_everything(struct list_head *high, struct list_head *low)
{
	const gfp_t gfp = GFP_HIGHUSER | __GFP_MEMALLOC | __GFP_NOWARN | __GFP_NORETRY;
	unsigned int order = MAX_ORDER;
	struct page *page;

	while (order-- > 0)
		while ((page = alloc_pages(gfp, order)) != NULL) {
			page->private = order;
			list_add_tail(&page->lru, PageHighMem(page) ? high : low);
		}
}

static void give_back(struct list_head *blocks)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, blocks, lru) {
		unsigned int order = page->private;

		page->private = 0;
		__free_pages(page, order);
	}
}

static void every_page_keeps_its_stamp(struct kunit *test)
{
	unsigned long nr_stamped = 0, nr_wrong = 0, i;
	LIST_HEAD(high);
	LIST_HEAD(low);
	struct page *block;
	struct sysinfo si;

	need_highmem(test, 0);
	si_meminfo(&si);
	take_everything(&high, &low);
	list_for_each_entry(block, &high, lru)
		for (i = 0; i < 1UL << block->private; i++, nr_stamped++)
			stamp(block + i, page_to_pfn(block + i) * 2654435761U);
	list_for_each_entry(block, &high, lru)
		for (i = 0; i < 1UL << block->private; i++)
			nr_wrong += !stamp_holds(block + i, page_to_pfn(block + i) * 2654435761U);
	give_back(&low);
	give_back(&high);

	KUNIT_EXPECT_EQ(test, nr_wrong, 0);
	KUNIT_EXPECT_EQ(test, nr_stamped, si.freehigh);
	kunit_info(test, "%lu pages", nr_stamped);
}

/* What the checker is for: a page whose flag does not agree with its count. */
static void checker_sees_a_lost_flag(struct kunit *test)
{
	struct page *page;

	need_highmem(test, 1);
	page = high_page(test);
	kmap(page);
	KUNIT_EXPECT_TRUE(test, kmap_check());
	ClearPageKmapped(page);
	KUNIT_EXPECT_FALSE(test, kmap_check());
	SetPageKmapped(page);
	kunmap(page);
	KUNIT_EXPECT_TRUE(test, kmap_check());
}

static void views_show_the_slots(struct kunit *test)
{
	static char buf[2048], want[256];
	struct kmap_stats stats;
	struct seq_file m;
	struct page *page;
	void *addr, *local;
	char line[80];

	need_highmem(test, 1);
	kmap_flush_unused();
	page = high_page(test);
	addr = kmap(page);
	kmap(page);

	local = kmap_local_page(page);
	seq_open_buffer(&m, buf, sizeof(buf));
	show_kmap(&m);
	kunmap_local(local);
	kmap_get_stats(&stats);
	snprintf(want, sizeof(want),
		 "pkmap: %u slots at %#lx, 1 in use, 0 mapped and unused, %lu flushes\n"
		 "%4lu 0x%08lx pfn 0x%05lx users 2\n"
		 "cpu0: 1 of %d local slots in use\n",
		 (unsigned int)LAST_PKMAP, PKMAP_BASE, stats.flushes, (unsigned long)PKMAP_NR(addr),
		 (unsigned long)addr, page_to_pfn(page), KM_MAX_IDX);
	KUNIT_EXPECT_STREQ(test, buf, want);

	seq_open_buffer(&m, buf, sizeof(buf));
	KUNIT_EXPECT_TRUE(test, kmap_describe((unsigned long)addr + 5, &m));
	snprintf(line, sizeof(line), "pkmap slot %lu, page pfn %#lx, 2 users\n",
		 (unsigned long)PKMAP_NR(addr), page_to_pfn(page));
	KUNIT_EXPECT_STREQ(test, buf, line);
	kunmap(page);
	kunmap(page);
	kmap_flush_unused();

	seq_open_buffer(&m, buf, sizeof(buf));
	KUNIT_EXPECT_TRUE(test, kmap_describe((unsigned long)addr, &m));
	snprintf(line, sizeof(line), "pkmap slot %lu, free\n", (unsigned long)PKMAP_NR(addr));
	KUNIT_EXPECT_STREQ(test, buf, line);
	KUNIT_EXPECT_TRUE(test, kmap_describe(PKMAP_BASE, &m));
	KUNIT_EXPECT_TRUE(test, kmap_describe(PKMAP_ADDR(LAST_PKMAP) - 1, &m));
	KUNIT_EXPECT_FALSE(test, kmap_describe(PKMAP_ADDR(LAST_PKMAP), &m));
	KUNIT_EXPECT_FALSE(test, kmap_describe(PAGE_OFFSET, &m));
	KUNIT_EXPECT_FALSE(test, kmap_describe(PKMAP_BASE - 1, &m));
}

static struct kunit_case highmem_cases[] = {
	KUNIT_CASE(lowmem_page_has_its_own_address),
	KUNIT_CASE(mapping_reaches_the_page),
	KUNIT_CASE(users_are_counted),
	KUNIT_CASE(unbalanced_kunmap_is_reported),
	KUNIT_CASE(atomic_context_is_reported),
	KUNIT_CASE(freeing_a_mapped_page_is_reported),
	KUNIT_CASE(all_slots),
	KUNIT_CASE(one_flush_a_wrap),
	KUNIT_CASE(random_storm),
	KUNIT_CASE(lookup_at_every_instruction),
	KUNIT_CASE_PARAM(whole_page_helpers, page_kind_gen_params),
	KUNIT_CASE_PARAM(zero_user_clears_its_bytes_only, page_kind_gen_params),
	KUNIT_CASE_PARAM(copies_to_and_from_pages, page_kind_gen_params),
	KUNIT_CASE_PARAM(ranges_that_leave_the_page_are_reported, page_kind_gen_params),
	KUNIT_CASE(every_page_keeps_its_stamp),
	KUNIT_CASE(checker_sees_a_lost_flag),
	KUNIT_CASE(views_show_the_slots),
	{},
};

static struct kunit_suite highmem_suite = {
	.name = "highmem",
	.init = highmem_test_init,
	.exit = highmem_test_exit,
	.test_cases = highmem_cases,
};
kunit_test_suite(highmem_suite);
