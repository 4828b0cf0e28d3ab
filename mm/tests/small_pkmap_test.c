/* SPDX-License-Identifier: MIT */
/*
 * kmap(), exhaustively: six pages, four slots, at most two users of each page.
 *
 * Pages have a number, written through the direct map: they are pages of low memory that
 * call themselves high for as long as the case runs. Each kmap() reads it through the
 * address that it got, and so would find the page that had the slot before, if a flush
 * were missing. In look() the number is read through the address of every page with users.
 *
 * Which page is in a slot makes no difference to what comes next, only whether one is, with
 * how many users, and where the hand stands: a state is four counts and the hand. Of the
 * pages that have no slot one stands for all.
 */
#include <kernel/lib/vsprintf.h>
#include <mm/highmem.h>
#include <mm/internal.h>
#include <mm/tests/small.h>

#define NR_SLOTS  4U
#define NR_PAGES  6U
#define MAX_USERS 2U
#define NOBODY    NR_PAGES

/* Operations: kmap() of each page, kunmap() of each, flush. */
#define OP_KMAP   0U
#define OP_KUNMAP NR_PAGES
#define OP_FLUSH  (2 * NR_PAGES)
#define NR_OPS    (OP_FLUSH + 1)

static struct page *pages[NR_PAGES];
static unsigned long real_flags[NR_PAGES];

/* The oracle: what is in each slot, with how many users, and the slot given away last. */
static unsigned int slot_page[NR_SLOTS], users[NR_SLOTS], hand;
static unsigned long nr_flushes;

static unsigned int slot_of(unsigned int page)
{
	unsigned int nr;

	for (nr = 0; nr < NR_SLOTS; nr++)
		if (slot_page[nr] == page)
			break;
	return nr;
}

static void forget_unused(void)
{
	bool any = false;
	unsigned int nr;

	for (nr = 0; nr < NR_SLOTS; nr++) {
		if (slot_page[nr] == NOBODY || users[nr])
			continue;
		slot_page[nr] = NOBODY;
		any = true;
	}
	nr_flushes += any;
}

static bool all_in_use(void)
{
	unsigned int nr;

	for (nr = 0; nr < NR_SLOTS; nr++)
		if (slot_page[nr] == NOBODY || !users[nr])
			return false;
	return true;
}

/* Each round begins with what is unused being forgotten; not all slots are in use. */
static unsigned int next_free_slot(void)
{
	do {
		hand = (hand + 1) % NR_SLOTS;
		if (hand == 0)
			forget_unused();
	} while (slot_page[hand] != NOBODY);
	return hand;
}

static unsigned long flushes_so_far(void)
{
	struct kmap_stats stats;

	kmap_get_stats(&stats);
	return stats.flushes;
}

static void pkmap_reset(struct kunit *test)
{
	unsigned int nr;

	for (nr = 0; nr < NR_SLOTS; nr++) {
		for (; users[nr]; users[nr]--)
			kunmap(pages[slot_page[nr]]);
		slot_page[nr] = NOBODY;
	}
	hand = 0;
	if (!kmap_set_slots(NR_SLOTS))
		KUNIT_FAIL(test, "a slot has users left");
	nr_flushes = flushes_so_far();
}

/* No page with a lower number is without a slot as well. */
static bool stands_for_others(unsigned int page)
{
	while (page-- > 0)
		if (slot_of(page) == NR_SLOTS)
			return false;
	return true;
}

static bool pkmap_possible(unsigned int op)
{
	unsigned int page = op % NR_PAGES, nr = slot_of(page);

	if (op == OP_FLUSH)
		return true;
	if (op >= OP_KUNMAP)
		return nr < NR_SLOTS && users[nr];
	return nr < NR_SLOTS ? users[nr] < MAX_USERS : stands_for_others(page);
}

static void step_kmap(struct kunit *test, unsigned int page)
{
	unsigned int nr = slot_of(page);
	u32 *addr = NULL;

	if (nr == NR_SLOTS && all_in_use()) {
		KUNIT_EXPECT_WARN(test, "all 4 slots are in use", addr = kmap(pages[page]));
		KUNIT_EXPECT_NULL(test, addr);
		return;
	}
	if (nr == NR_SLOTS) {
		nr = next_free_slot();
		slot_page[nr] = page;
	}
	users[nr]++;
	addr = kmap(pages[page]);
	KUNIT_EXPECT_PTR_EQ(test, addr, (void *)PKMAP_ADDR(nr));
	if ((unsigned long)addr == PKMAP_ADDR(nr))
		KUNIT_EXPECT_EQ(test, *addr, page);
}

static void pkmap_step(struct kunit *test, unsigned int op)
{
	unsigned int page = op % NR_PAGES;

	if (op == OP_FLUSH) {
		forget_unused();
		kmap_flush_unused();
	} else if (op >= OP_KUNMAP) {
		users[slot_of(page)]--;
		kunmap(pages[page]);
	} else {
		step_kmap(test, page);
	}
}

static void look_at_slot(struct kunit *test, unsigned int nr)
{
	unsigned int page = slot_page[nr], count = page == NOBODY ? 0 : users[nr] + 1;
	struct page *mapped;

	KUNIT_EXPECT_EQ(test, kmap_slot_count(nr, &mapped), count);
	KUNIT_EXPECT_PTR_EQ(test, mapped, page == NOBODY ? NULL : pages[page]);
	if (users[nr] && mapped == pages[page])
		KUNIT_EXPECT_EQ(test, *(u32 *)PKMAP_ADDR(nr), page);
}

static void look_at_page(struct kunit *test, unsigned int page)
{
	unsigned int nr = slot_of(page);
	void *addr = nr < NR_SLOTS ? (void *)PKMAP_ADDR(nr) : NULL;

	KUNIT_EXPECT_PTR_EQ(test, page_address(pages[page]), addr);
	KUNIT_EXPECT_EQ(test, PageKmapped(pages[page]), nr < NR_SLOTS && users[nr]);
	if (addr)
		KUNIT_EXPECT_PTR_EQ(test, kmap_to_page(addr), pages[page]);
}

static void pkmap_look(struct kunit *test, struct small_key *key)
{
	unsigned int i;

	*key = (struct small_key){};
	for (i = 0; i < NR_SLOTS; i++) {
		look_at_slot(test, i);
		key->word[0] = key->word[0] << 2 | (slot_page[i] == NOBODY ? 0 : users[i] + 1);
	}
	for (i = 0; i < NR_PAGES; i++)
		look_at_page(test, i);
	KUNIT_EXPECT_EQ(test, flushes_so_far(), nr_flushes);
	KUNIT_EXPECT_TRUE(test, kmap_check());
	key->word[1] = hand;
}

static void pkmap_describe(unsigned int op, char *buf, size_t size)
{
	if (op == OP_FLUSH)
		strscpy(buf, "kmap_flush_unused", size);
	else
		scnprintf(buf, size, "%s page %u", op >= OP_KUNMAP ? "kunmap" : "kmap",
			  op % NR_PAGES);
}

static const struct small_world pkmap_world = {
	.name = "pkmap of 4 slots",
	.nr_ops = NR_OPS,
	.depth = 6,
	.reset = pkmap_reset,
	.possible = pkmap_possible,
	.step = pkmap_step,
	.look = pkmap_look,
	.describe = pkmap_describe,
};

static void four_slots(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < NR_SLOTS; i++) {
		slot_page[i] = NOBODY;
		users[i] = 0;
	}
	for (i = 0; i < NR_PAGES; i++) {
		pages[i] = alloc_page(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
		*(u32 *)lowmem_page_address(pages[i]) = i;
		real_flags[i] = pages[i]->flags;
		pages[i]->flags &= ~PAGE_ZONE_MASK;
		pages[i]->flags |= page_flags_zone(ZONE_HIGHMEM);
	}
	small_explore(test, &pkmap_world);
}

static void small_pkmap_exit(struct kunit *test)
{
	unsigned int i;

	small_explore_end();
	if (pages[0])
		pkmap_reset(test);
	KUNIT_EXPECT_TRUE(test, kmap_set_slots(LAST_PKMAP));
	for (i = 0; i < NR_PAGES; i++) {
		if (!pages[i])
			continue;
		pages[i]->flags = real_flags[i];
		__free_page(pages[i]);
		pages[i] = NULL;
	}
}

static struct kunit_case small_pkmap_cases[] = {
	KUNIT_CASE(four_slots),
	{},
};

static struct kunit_suite small_pkmap_suite = {
	.name = "small_pkmap",
	.exit = small_pkmap_exit,
	.test_cases = small_pkmap_cases,
};
kunit_test_suite(small_pkmap_suite);
