/* SPDX-License-Identifier: MIT */
/*
 * The checkers notice. Each case damages a structure of the running kernel in one way after the
 * other, expects the checker to say no, and repairs it. Interrupts are off between the two, so that
 * nobody else meets the damage. What the checkers print becomes comments.
 *
 * buddy_test.c does so with a zone of its own, slab_test.c with the lists of a cache.
 */
#include <mm/check.h>
#include <mm/highmem.h>
#include <mm/internal.h>
#include <mm/memblock.h>
#include <mm/vmalloc.h>
#include <mm/vmap_area.h>
#include <mm/vmap_tree.h>
#include <mm/tests/said.h>
#include <mm/tests/slab_test.h>
#include <kernel/percpu.h>
#include <kernel/printk.h>
#include <kernel/selftest.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <arch/irq.h>
#include <arch/mmu.h>

/* DAMAGE - @check says yes, and no between @damage and @repair */
#define DAMAGE(test, check, damage, repair)                                                        \
	do {                                                                                       \
		unsigned long __flags;                                                             \
		bool __noticed;                                                                    \
		KUNIT_EXPECT_TRUE(test, check);                                                    \
		printk_set_prefix("# ");                                                           \
		local_irq_save(__flags);                                                           \
		damage;                                                                            \
		__noticed = !(check);                                                              \
		repair;                                                                            \
		local_irq_restore(__flags);                                                        \
		printk_set_prefix(NULL);                                                           \
		KUNIT_EXPECT_TRUE_MSG(test, __noticed, "damage: %s", #damage);                     \
		KUNIT_EXPECT_TRUE(test, check);                                                    \
	} while (0)

static char line[256];

/* complains - @check says no, and line[] is all that it prints */
static bool complains(bool (*check)(void))
{
	bool sound;

	said_begin();
	sound = check();
	return !sound && !strcmp(said_end(), line);
}

/* In each of its places a checker of the table can say no for all of them. */
static void table_of_checkers(struct kunit *test)
{
	DAMAGE(test, mm_check(), memblock.reserved.total_size++, memblock.reserved.total_size--);
	DAMAGE(test, mm_check(), contig_page_data.node_zones[0].free_pages++,
	       contig_page_data.node_zones[0].free_pages--);
	DAMAGE(test, mm_check(), this_cpu_inc(kmap_slot), this_cpu_dec(kmap_slot));
}

/* DAMAGE_SAYS - likewise, and what is printed holds @words */
#define DAMAGE_SAYS(test, words, check, damage, repair)                                            \
	do {                                                                                       \
		said_begin();                                                                      \
		DAMAGE(test, check, damage, repair);                                               \
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(said_end(), words), "no \"%s\"", words);    \
	} while (0)

/*
 * Pages
 */

static void pages_on_a_cpus_lists(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct per_cpu_pages *pcp;
	struct list_head *prev;
	struct zone *zone;

	KUNIT_ASSERT_NOT_NULL(test, page);
	pcp = this_cpu_ptr(page_zone(page)->per_cpu_pageset);
	__free_page(page); /* which is now the first of its list */
	KUNIT_ASSERT_PTR_EQ(test, pcp->lists[0].next, &page->lru);

	zone = page_zone(page);
	scnprintf(line, sizeof(line), "zone %s: CPU 0 has %u pages on its lists, counts %u\n",
		  zone->name, pcp->count, pcp->count + 1);
	DAMAGE(test, !complains(page_alloc_check), pcp->count++, pcp->count--);
	scnprintf(line, sizeof(line),
		  "zone %s: pfn %#lx on the per-CPU list of order 0 has flags %#lx, 0 references\n",
		  zone->name, page_to_pfn(page), page->flags | 1UL << PG_lru);
	DAMAGE(test, !complains(page_alloc_check), page->flags ^= 1UL << PG_lru,
	       page->flags ^= 1UL << PG_lru);
	scnprintf(line, sizeof(line),
		  "zone %s: pfn %#lx on the per-CPU list of order 0 has flags %#lx, 1 references\n",
		  zone->name, page_to_pfn(page), page->flags);
	DAMAGE(test, !complains(page_alloc_check), atomic_set(&page->_refcount, 1),
	       atomic_set(&page->_refcount, 0));
	scnprintf(line, sizeof(line), "zone %s: per-CPU list of order 0 is broken\n", zone->name);
	prev = page->lru.prev;
	DAMAGE(test, !complains(page_alloc_check), page->lru.prev = &page->lru,
	       page->lru.prev = prev);
}

/* A page at which no block begins is one lost page, whatever order its flags keep. */
static void lost_pages(struct kunit *test)
{
	struct page *page = alloc_pages(GFP_KERNEL, 3);
	unsigned int order = 7;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, page_block(page, &order), PAGE_ALLOCATED);
	KUNIT_EXPECT_EQ(test, order, 3U);
	atomic_set(&page->_refcount, 0);
	KUNIT_EXPECT_EQ(test, page_block(page, &order), PAGE_LOST);
	KUNIT_EXPECT_EQ(test, order, 0U);
	atomic_set(&page->_refcount, 1);
	__free_pages(page, 3);
}

static void account_of_a_zone(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct zone *zone;

	KUNIT_ASSERT_NOT_NULL(test, page);
	zone = page_zone(page);
	DAMAGE(test, page_alloc_check(), zone->managed_pages++, zone->managed_pages--);
	DAMAGE(test, page_alloc_check(), atomic_set(&page->_refcount, 0),
	       atomic_set(&page->_refcount, 1));
	/* What only a walk over the lists of the buddy sees. */
	DAMAGE(test, page_alloc_check(), zone->free_area[0].nr_free++,
	       zone->free_area[0].nr_free--);
	__free_page(page);
}

/*
 * Objects
 */

static void objects_in_an_array(struct kunit *test)
{
	struct kmem_cache *cachep = slab_test_cache(test, 64, 0);
	struct ac_entry *entry, whole;
	struct array_cache *ac;
	void *pair[2];
	unsigned int avail;

	if (!cachep->limit) {
		slab_test_cache_done(test, cachep);
		kunit_skip(test, "slab_debug= or init_on_* is on: caches have no arrays");
	}
	KUNIT_ASSERT_EQ(test, kmem_cache_alloc_bulk(cachep, GFP_KERNEL, 2, pair), 2U);
	kmem_cache_free_bulk(cachep, 2, pair);
	ac = slab_test_array(cachep);
	KUNIT_ASSERT_GE(test, ac->avail, 2U);
	entry = &ac_entries(ac)[ac->avail - 1];
	whole = *entry;
	avail = ac->avail;

	DAMAGE(test, kmem_cache_check(cachep), ac->avail = ac->limit + 1, ac->avail = avail);
	DAMAGE(test, kmem_cache_check(cachep), ac->avail--, ac->avail++);
	DAMAGE(test, kmem_cache_check(cachep), entry->objp = cachep, *entry = whole);
	DAMAGE(test, kmem_cache_check(cachep), entry->objp += cachep->size, *entry = whole);
	DAMAGE(test, kmem_cache_check(cachep), entry->bufctl++, *entry = whole);
	DAMAGE(test, kmem_cache_check(cachep), *entry = entry[-1], *entry = whole);
	slab_test_cache_done(test, cachep);
}

static void slabs_and_their_pages(struct kunit *test)
{
	struct kmem_cache *cachep = slab_test_cache(test, 64, 0);
	void *objp = kmem_cache_alloc(cachep, GFP_KERNEL);
	unsigned int colour = cachep->colour;
	kmem_bufctl_t *word, whole;
	struct slab *slabp;

	KUNIT_ASSERT_NOT_NULL(test, objp);
	slabp = virt_to_page(objp)->slab;
	word = &slabp->bufctl[obj_to_index(cachep, slabp, objp)];
	whole = *word;

	DAMAGE(test, kmem_cache_check(cachep), slabp->colouroff += 4, slabp->colouroff -= 4);
	DAMAGE(test, kmem_cache_check(cachep), cachep->colour = 0, cachep->colour = colour);
	DAMAGE(test, kmem_cache_check(cachep), *word = BUFCTL_STATE ^ BUFCTL_CACHED, *word = whole);
	DAMAGE(test, kmem_cache_check(cachep), *word = BUFCTL_ON_SLAB, *word = whole);
	DAMAGE(test, slab_check(), slabp->inuse++, slabp->inuse--);
	kmem_cache_free(cachep, objp);
	slab_test_cache_done(test, cachep);
}

/*
 * Addresses
 */

/* The area of what vmalloc() gave, which nobody else changes. */
static struct vmap_area *area_of(const void *addr)
{
	struct vmap_area *va;
	unsigned long flags;

	spin_lock_irqsave(&vmap_area_lock, flags);
	va = __find_vmap_area((unsigned long)addr);
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	return va;
}

static void tree_of_areas(struct kunit *test)
{
	void *addr = vmalloc(PAGE_SIZE);
	struct vmap_area *va, *last;
	struct list_head *prev;
	unsigned long flags;

	KUNIT_ASSERT_NOT_NULL(test, addr);
	va = area_of(addr);
	prev = va->list.prev;
	DAMAGE(test, vmap_area_check(), list_del(&va->list), list_add(&va->list, prev));
	DAMAGE(test, vmap_area_check(), va->rb_node.__rb_parent_color ^= 1,
	       va->rb_node.__rb_parent_color ^= 1);
	DAMAGE(test, vmap_area_check(), va->gap += PAGE_SIZE, va->gap -= PAGE_SIZE);
	DAMAGE(test, vmap_area_check(), va->va_end += 1, va->va_end -= 1);
	spin_lock_irqsave(&vmap_area_lock, flags);
	last = __next_vmap_area(VMALLOC_END - 1);
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	if (last) /* the end of the address space, kept as an area */
		DAMAGE(test, vmap_area_check(), last->va_end -= PAGE_SIZE,
		       last->va_end += PAGE_SIZE);
	vfree(addr);
}

/* Two areas of one size that wait for the next request of it. */
static struct vmap_area *pooled_pair(struct kunit *test)
{
	void *first = vmalloc(3 * PAGE_SIZE), *second = vmalloc(3 * PAGE_SIZE);
	struct vmap_area *a, *b;

	KUNIT_ASSERT_NOT_NULL(test, first);
	KUNIT_ASSERT_NOT_NULL(test, second);
	a = area_of(first);
	b = area_of(second);
	vfree(first);
	vfree(second);
	purge_vmap_area_lazy();
	KUNIT_ASSERT_TRUE(test, a->pooled && b->pooled);
	return a->next_free == b ? a : b;
}

static void pools_of_areas(struct kunit *test)
{
	struct vmap_area *va = pooled_pair(test), *next = va->next_free;
	static struct vm_struct nobody;

	DAMAGE(test, vmap_area_check(), va->vm = &nobody, va->vm = NULL);
	DAMAGE(test, vmap_area_check(), va->next_free = NULL, va->next_free = next);
	DAMAGE(test, vmap_area_check(), va->next_free = va, va->next_free = next);
	reclaim_vmap_areas();
}

static void areas_and_their_pages(struct kunit *test)
{
	void *addr = vmalloc(2 * PAGE_SIZE);
	struct vm_struct *vm;
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, addr);
	vm = area_of(addr)->vm;
	page = vm->pages[1];
	DAMAGE(test, vmalloc_check(), vm->size += PAGE_SIZE, vm->size -= PAGE_SIZE);
	DAMAGE(test, vmalloc_check(), vm->addr += PAGE_SIZE, vm->addr -= PAGE_SIZE);
	DAMAGE(test, vmalloc_check(), vm->nr_pages--, vm->nr_pages++);
	DAMAGE(test, vmalloc_check(), vm->pages[1] = vm->pages[0], vm->pages[1] = page);
	vfree(addr);
}

/* The slot that the next local mapping takes is one of this CPU's, and what lies below is mapped. */
static void local_slots(struct kunit *test)
{
	DAMAGE(test, kmap_check(), this_cpu_dec(kmap_slot), this_cpu_inc(kmap_slot));
	DAMAGE(test, kmap_check(), this_cpu_inc(kmap_slot), this_cpu_dec(kmap_slot));
	DAMAGE(test, kmap_check(), this_cpu_add(kmap_slot, KM_MAX_IDX + 1),
	       this_cpu_add(kmap_slot, -KM_MAX_IDX - 1));
}

/* The first slot of the pkmap area that is not mapped. */
static unsigned int free_slot(void)
{
	struct page *page;
	unsigned int nr = 0;

	while (nr < LAST_PKMAP - 1 && kmap_slot_count(nr, &page))
		nr++;
	return nr;
}

/* Each slot says what its entry in the page table says, and only high pages have one. */
static void pkmap_slots(struct kunit *test)
{
	struct page *page = alloc_page(GFP_HIGHUSER);
	unsigned long page_flags;
	pte_t *used, *unused, entry;

	KUNIT_ASSERT_NOT_NULL(test, page);
	if (!PageHighMem(page)) {
		__free_page(page);
		kunit_skip(test, "no high memory");
	}
	used = &pkmap_page_table[PKMAP_NR((unsigned long)kmap(page))];
	unused = &pkmap_page_table[free_slot()];
	entry = *used;
	page_flags = page->flags;

	DAMAGE_SAYS(test, "free slot ", kmap_check(), *unused = entry, *unused = __pte(0));
	DAMAGE_SAYS(test, ", but the entry is ", kmap_check(), *used = __pte(0), *used = entry);
	DAMAGE_SAYS(test, ", but the entry is ", kmap_check(),
		    *used = mk_pte(page + 1, PAGE_KERNEL), *used = entry);
	DAMAGE_SAYS(test, "count 2, page ", kmap_check(),
		    page->flags = page_flags_zone(ZONE_NORMAL), page->flags = page_flags);
	kunmap(page);
	__free_page(page);
}

/* A list that goes on where the tree ends. */
static void list_of_areas(struct kunit *test)
{
	static struct vmap_tree tree;
	static struct vmap_area area, stray;

	vmap_tree_init(&tree, 16 * PAGE_SIZE, 64 * PAGE_SIZE);
	KUNIT_ASSERT_TRUE(test, vmap_tree_insert(&tree, &area, 4 * PAGE_SIZE));
	DAMAGE_SAYS(test, "the tree ends at ", vmap_tree_check(&tree),
		    list_add_tail(&stray.list, &tree.list), list_del(&stray.list));
}

static struct kunit_case checkers_cases[] = {
	KUNIT_CASE(table_of_checkers),
	KUNIT_CASE(pages_on_a_cpus_lists),
	KUNIT_CASE(lost_pages),
	KUNIT_CASE(account_of_a_zone),
	KUNIT_CASE(objects_in_an_array),
	KUNIT_CASE(slabs_and_their_pages),
	KUNIT_CASE(tree_of_areas),
	KUNIT_CASE(pools_of_areas),
	KUNIT_CASE(areas_and_their_pages),
	KUNIT_CASE(local_slots),
	KUNIT_CASE(pkmap_slots),
	KUNIT_CASE(list_of_areas),
	{},
};

static struct kunit_suite checkers_suite = {
	.name = "checkers",
	.init = slab_test_init,
	.exit = slab_test_exit,
	.test_cases = checkers_cases,
};
kunit_test_suite(checkers_suite);
