/* SPDX-License-Identifier: MIT */
/*
 * struct page: what the kernel knows of each page frame. Eight words, one for every
 * frame below max_pfn, in the flat array mem_map.
 *
 * Who owns a page decides which arm of each union is valid:
 *
 *   free in the buddy    PageBuddy on the head; lru, private = order
 *   free, per-CPU list   lru
 *   allocated, order k   head: _refcount >= 1, order in flags, caller; the other
 *                        pages of a block that is not compound: untouched, _refcount 0
 *   compound             PageHead on the head; tails: PageTail, compound_head
 *   slab                 PageSlab on every page; slab_cache, slab
 *   vmalloc, page table  private belongs to the owner
 *   reserved             PageReserved; never was in the buddy
 */
#ifndef MM_MM_TYPES_H
#define MM_MM_TYPES_H

#include <kernel/lib/types.h>
#include <kernel/lib/minmax.h>
#include <kernel/spinlock.h>
#include <arch/mmu.h>

struct kmem_cache;
struct slab;

/*
 * struct page
 * @flags:     PG_* bits, order of the allocation and zone; see page-flags.h
 * @lru:       whoever owns the page may link it
 * @slab_cache, @slab: of a slab page
 * @compound_head: of a tail page: its head
 * @mapping, @index: of a page of a file or a process
 * @caller:    of any other allocated page: who allocated it; of a free one: who freed it
 * @private:   the owner's; of a free block: its order
 * @_mapcount: how often mapped into processes, minus 1
 * @_refcount: references; 0 is free. Atomic.
 */
struct page {
	unsigned long flags;
	union {
		struct list_head lru;
		struct {
			struct kmem_cache *slab_cache;
			struct slab *slab;
		};
		struct page *compound_head;
	};
	void *mapping;
	union {
		unsigned long index;
		unsigned long caller;
	};
	unsigned long private;
	atomic_t _mapcount __aligned(sizeof(long)); /* a word each: the size is a power of two */
	atomic_t _refcount __aligned(sizeof(long));
};

BUILD_BUG_ON(sizeof(struct page) != 8 * sizeof(long));

/*
 * struct mm_struct - an address space; so far there is the kernel's, init_mm
 * @pgd: its page directory
 * @page_table_lock: guards the tables below it
 */
struct mm_struct {
	pgd_t *pgd;
	spinlock_t page_table_lock;
};

extern struct mm_struct init_mm;

/* mem_map[pfn] for pfn below max_pfn; holes have PageReserved. */
extern struct page *mem_map;
extern unsigned long max_pfn;     /* first pfn above all RAM that is described */
extern unsigned long max_low_pfn; /* first pfn above the direct map */
extern unsigned long min_low_pfn;
extern void *high_memory; /* end of the direct map */

static __always_inline unsigned long page_to_pfn(const struct page *page)
{
	return (unsigned long)(page - mem_map);
}

#define pfn_to_page(pfn)   (mem_map + (pfn))
#define pfn_valid(pfn)     ((unsigned long)(pfn) < max_pfn)
#define page_to_phys(page) ((phys_addr_t)page_to_pfn(page) << PAGE_SHIFT)
#define phys_to_page(phys) pfn_to_page(PHYS_PFN(phys))
#define virt_to_pfn(addr)  PHYS_PFN(__pa(addr))
/* Of direct-map addresses; see virt_addr_valid(). */
#define virt_to_page(addr) pfn_to_page(virt_to_pfn(addr))
#define virt_addr_valid(addr)                                                                      \
	((unsigned long)(addr) >= PAGE_OFFSET &&                                                   \
	 (unsigned long)(addr) < (unsigned long)high_memory && pfn_valid(virt_to_pfn(addr)))

#endif
