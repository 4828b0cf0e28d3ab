/* SPDX-License-Identifier: MIT */
/*
 * kmap() against a model: an array of slots, each with a page and a number of users, and
 * a stack for the local mappings.
 *
 * The pool is given a few slots, from one on, and begins anew for each world. Its pages
 * are pages of low memory that call themselves high: they are then mapped like any
 * other, on machines of every size, and can be looked at through the direct map as well.
 * Each page carries a number that is changed now through one of its addresses, now
 * through another, so that a mapping that was flushed too late shows as a wrong number.
 *
 * Compared after each operation: the address, hence the slot and the hand that found it.
 * Every few: each slot's page and users, PG_kmapped, page_address() of all pages, the
 * number of flushes, kmap_check().
 *
 * Not in the model: other CPUs, interrupt handlers, what is reported as a caller's bug.
 */
#include <kernel/selftest.h>
#include <kernel/lib/hash.h>
#include <kernel/lib/list.h>
#include <mm/highmem.h>
#include <mm/internal.h>
#include <mm/slab.h>
#include <mm/tests/models.h>

#define NR_PAGES    64
#define MAX_LOCAL   (KM_MAX_IDX / 2)
#define MAX_REPORTS 4 /* of a run; each is some lines */
#define NOBODY      0xff

static struct page *pages[NR_PAGES]; /* all NULL: there is no world */
static unsigned long real_flags[NR_PAGES];

/*
 * @slot_page, @users: of each slot; NOBODY in a free one
 * @number: what each page carries
 * @local, @local_addr: the stack of local mappings
 */
static struct world {
	unsigned int nr_slots, hand, nr_local;
	unsigned long nr_flushes;
	u8 slot_page[LAST_PKMAP];
	u16 users[LAST_PKMAP];
	u32 number[NR_PAGES];
	u8 local[MAX_LOCAL];
	void *local_addr[MAX_LOCAL];
} w;
static unsigned int nr_reports;

/* ---- The model -------------------------------------------------------------------------- */

/* Where a page is mapped; nr_slots if it is not. */
static unsigned int slot_of(unsigned int page)
{
	unsigned int nr;

	for (nr = 0; nr < w.nr_slots; nr++)
		if (w.slot_page[nr] == page)
			break;
	return nr;
}

static void model_flush(void)
{
	bool any = false;
	unsigned int nr;

	for (nr = 0; nr < w.nr_slots; nr++) {
		if (w.slot_page[nr] == NOBODY || w.users[nr])
			continue;
		w.slot_page[nr] = NOBODY;
		any = true;
	}
	w.nr_flushes += any;
}

static bool all_in_use(void)
{
	unsigned int nr;

	for (nr = 0; nr < w.nr_slots; nr++)
		if (w.slot_page[nr] == NOBODY || !w.users[nr])
			return false;
	return true;
}

/* The next free slot; all that are unused are free once the hand is back at the start. */
static unsigned int model_free_slot(void)
{
	do {
		w.hand = (w.hand + 1) % w.nr_slots;
		if (w.hand == 0)
			model_flush();
	} while (w.slot_page[w.hand] != NOBODY);
	return w.hand;
}

/* ---- Comparing ---------------------------------------------------------------------------- */

static unsigned long nr_flushes(void)
{
	struct kmap_stats stats;

	kmap_get_stats(&stats);
	return stats.flushes;
}

static void *expected_address(unsigned int page)
{
	unsigned int nr = slot_of(page);

	return nr < w.nr_slots ? (void *)PKMAP_ADDR(nr) : NULL;
}

static void compare(struct model_run *run)
{
	unsigned int nr, i;

	for (nr = 0; nr < w.nr_slots; nr++) {
		bool free = w.slot_page[nr] == NOBODY;
		struct page *page;

		MODEL_EQ(run, kmap_slot_count(nr, &page), free ? 0 : w.users[nr] + 1);
		MODEL_TRUE(run, page == (free ? NULL : pages[w.slot_page[nr]]));
		MODEL_TRUE(run, free || PageKmapped(page) == (w.users[nr] > 0));
		model_digest_add(run, w.users[nr] << 8 | w.slot_page[nr]);
	}
	for (i = 0; i < NR_PAGES; i++) {
		MODEL_TRUE(run, page_address(pages[i]) == expected_address(i));
		MODEL_EQ(run, *(u32 *)lowmem_page_address(pages[i]), w.number[i]);
	}
	MODEL_EQ(run, nr_flushes(), w.nr_flushes);
	MODEL_TRUE(run, kmap_check());
	model_digest_add(run, w.hand);
}

/* Look at a page through an address of it, and leave another number there. */
static void touch(struct model_run *run, unsigned int page, u32 *addr)
{
	MODEL_EQ(run, *addr, w.number[page]);
	*addr = ++w.number[page];
}

/* ---- Operations ------------------------------------------------------------------------------ */

/* No slot is left: a report, no address, and the hand is where it was. */
static void kmap_in_vain(struct model_run *run, unsigned int page)
{
	if (nr_reports++ >= MAX_REPORTS)
		return;
	kunit_expect_report_begin(run->priv, "slots are in use");
	MODEL_TRUE(run, !kmap(pages[page]));
	MODEL_EQ(run, kunit_expect_report_end(run->priv), 1);
}

static void do_kmap(struct model_run *run)
{
	unsigned int page = model_choose(run, NR_PAGES), nr = slot_of(page);
	u32 *addr;

	if (nr == w.nr_slots) {
		if (all_in_use()) {
			kmap_in_vain(run, page);
			return;
		}
		nr = model_free_slot();
		w.slot_page[nr] = (u8)page;
		w.users[nr] = 0;
	}
	if (w.users[nr] == U16_MAX)
		return;
	w.users[nr]++;
	addr = kmap(pages[page]);
	MODEL_EQ(run, (unsigned long)addr, PKMAP_ADDR(nr));
	touch(run, page, addr);
	model_digest_add(run, nr);
}

static void do_kunmap(struct model_run *run)
{
	unsigned int nr = model_choose(run, w.nr_slots), i;

	for (i = 0; i < w.nr_slots; i++, nr = (nr + 1) % w.nr_slots) {
		if (w.slot_page[nr] == NOBODY || !w.users[nr])
			continue;
		touch(run, w.slot_page[nr], (u32 *)PKMAP_ADDR(nr));
		w.users[nr]--;
		kunmap(pages[w.slot_page[nr]]);
		return;
	}
}

/* All of one page's users at once, so that slots become unused. */
static void do_kunmap_all(struct model_run *run)
{
	unsigned int nr = model_choose(run, w.nr_slots);

	if (w.slot_page[nr] == NOBODY)
		return;
	for (; w.users[nr]; w.users[nr]--)
		kunmap(pages[w.slot_page[nr]]);
}

static void do_ask(struct model_run *run)
{
	unsigned int page = model_choose(run, NR_PAGES);
	void *addr = page_address(pages[page]);

	MODEL_TRUE(run, addr == expected_address(page));
	if (addr)
		MODEL_TRUE(run, kmap_to_page(addr + model_choose(run, PAGE_SIZE)) == pages[page]);
}

static void do_flush(struct model_run *run __unused)
{
	model_flush();
	kmap_flush_unused();
}

static void do_local(struct model_run *run)
{
	unsigned int page = model_choose(run, NR_PAGES), i;
	void *addr;

	if (w.nr_local == MAX_LOCAL)
		return;
	addr = kmap_local_page(pages[page]);
	for (i = 0; i < w.nr_local; i++)
		MODEL_TRUE(run, addr != w.local_addr[i]);
	touch(run, page, addr);
	MODEL_TRUE(run, kmap_to_page(addr) == pages[page]);
	w.local[w.nr_local] = (u8)page;
	w.local_addr[w.nr_local++] = addr;
	model_digest_add(run, w.nr_local);
}

static void do_unlocal(struct model_run *run)
{
	if (!w.nr_local)
		return;
	w.nr_local--;
	touch(run, w.local[w.nr_local], w.local_addr[w.nr_local]);
	kunmap_local(w.local_addr[w.nr_local]);
}

static void do_atomic(struct model_run *run)
{
	unsigned int page = model_choose(run, NR_PAGES);
	void *addr = kmap_atomic(pages[page]);

	touch(run, page, addr);
	kunmap_atomic(addr);
}

/* A page is changed by another way than kmap(). */
static void do_write(struct model_run *run)
{
	unsigned int page = model_choose(run, NR_PAGES);

	touch(run, page, lowmem_page_address(pages[page]));
}

static const struct model_step steps[] = {
	{40, do_kmap},  {32, do_kunmap},  {6, do_kunmap_all}, {10, do_ask},  {1, do_flush},
	{12, do_local}, {12, do_unlocal}, {4, do_atomic},     {4, do_write},
};

/* ---- Worlds ----------------------------------------------------------------------------------- */

/* Pages from which to choose those whose slots share a hash chain. */
#define MAX_CANDIDATES 4096

static void add_page(unsigned int *nr, struct page *page)
{
	list_del(&page->lru);
	pages[(*nr)++] = page;
}

/* Take pairs from the list @all that have one chain; @first holds one page by chain. */
static unsigned int choose_pairs(struct list_head *all, struct page **first)
{
	struct page *page, *next;
	unsigned int nr = 0;

	list_for_each_entry_safe(page, next, all, lru) {
		u32 chain = hash_ptr(page, PA_HASH_ORDER);

		if (!first[chain]) {
			first[chain] = page;
			continue;
		}
		if (nr + 2 > NR_PAGES / 2)
			break;
		add_page(&nr, first[chain]);
		add_page(&nr, page);
		first[chain] = NULL;
	}
	return nr;
}

/*
 * Where memory is large enough, half of the pages are chosen so that each has another
 * in its chain: neighbours never have.
 */
static void choose_pages(struct model_run *run)
{
	struct page **first = kcalloc(1U << PA_HASH_ORDER, sizeof(struct page *), GFP_KERNEL);
	unsigned long nr_all = clamp(nr_free_pages() / 8, NR_PAGES + 0UL, MAX_CANDIDATES + 0UL);
	struct page *page, *next;
	unsigned int nr;
	LIST_HEAD(all);

	while (nr_all-- && (page = alloc_page(GFP_KERNEL)) != NULL)
		list_add_tail(&page->lru, &all);
	nr = first ? choose_pairs(&all, first) : 0;
	kfree(first);
	list_for_each_entry_safe(page, next, &all, lru) {
		if (nr < NR_PAGES)
			add_page(&nr, page);
		else
			__free_page(page);
	}
	MODEL_EQ(run, nr, NR_PAGES);
}

/* Pages of low memory that call themselves high from now on. */
static void make_pages(struct model_run *run)
{
	unsigned int i;

	choose_pages(run);
	for (i = 0; i < NR_PAGES; i++) {
		real_flags[i] = pages[i]->flags;
		pages[i]->flags =
			(pages[i]->flags & ~PAGE_ZONE_MASK) | page_flags_zone(ZONE_HIGHMEM);
	}
}

static void make_world(struct model_run *run)
{
	unsigned int i;

	memset(&w, 0, sizeof(w));
	memset(w.slot_page, NOBODY, sizeof(w.slot_page));
	w.nr_slots = 1 + model_size(run, 100);
	if (model_one_in(run, 16))
		w.nr_slots = LAST_PKMAP;
	for (i = 0; i < NR_PAGES; i++) {
		w.number[i] = i << 16;
		*(u32 *)lowmem_page_address(pages[i]) = w.number[i];
	}
	MODEL_TRUE(run, kmap_set_slots(w.nr_slots));
	w.nr_flushes = nr_flushes();
}

static void give_up_mappings(void)
{
	unsigned int nr;

	while (w.nr_local)
		kunmap_local(w.local_addr[--w.nr_local]);
	for (nr = 0; nr < w.nr_slots; nr++)
		for (; w.users[nr]; w.users[nr]--)
			kunmap(pages[w.slot_page[nr]]);
}

void kmap_model_abandon(void)
{
	unsigned int i;

	if (!pages[0])
		return;
	give_up_mappings();
	kmap_set_slots(LAST_PKMAP);
	for (i = 0; i < NR_PAGES && pages[i]; i++) {
		pages[i]->flags = real_flags[i];
		__free_page(pages[i]);
		pages[i] = NULL;
	}
}

static void end_world(struct model_run *run __unused)
{
	give_up_mappings();
}

static const struct model_world world = {
	MODEL_STEPS(steps), .every = 64, .make = make_world, .compare = compare, .end = end_world,
};

void kmap_model_run(struct model_run *run)
{
	nr_reports = 0;
	make_pages(run);
	model_play(run, &world);
	kmap_model_abandon();
}
