/* SPDX-License-Identifier: MIT */
/*
 * High memory: page frames above the direct map, and how the kernel touches them.
 *
 * A frame of ZONE_HIGHMEM has no address of its own. It borrows one:
 *   kmap()            from a pool of LAST_PKMAP slots that all CPUs share; may wait,
 *                     the address is good everywhere until kunmap()
 *   kmap_local_page() from this CPU's own small stack of fixmap slots; never waits,
 *                     the address is good on this CPU, for this thread, until
 *                     kunmap_local(), which must undo the newest mapping first
 *   kmap_atomic()     the same, with preemption off in between
 * Frames of low memory are answered with their address in the direct map by all of
 * them, so that callers need not ask what a page is.
 *
 * The fast paths of the local mappings stand here, inline: a dozen instructions
 * around one store into a page table, of which calls would double the number.
 */
#ifndef MM_HIGHMEM_H
#define MM_HIGHMEM_H

#include <kernel/lib/types.h>
#include <kernel/lib/string.h>
#include <kernel/bug.h>
#include <kernel/percpu.h>
#include <kernel/preempt.h>
#include <arch/mmu.h>
#include <mm/mm.h>

struct seq_file;

/**
 * kmap_init - make kmap() and the local mappings ready
 * Context: boot, after setup_per_cpu_areas() and paging_init(), before highmem is used.
 */
void kmap_init(void);

void *__page_address_high(const struct page *page);

/**
 * page_address - where a page is mapped
 * @page: any
 *
 * Of a high page the address is good only for as long as the caller knows that it
 * stays mapped: between its own kmap() and kunmap(), most of all. A mapping by
 * kmap_local_page() or kmap_atomic() is not found.
 *
 * Context: any, interrupt handlers included; takes no lock.
 * Return: the address; NULL for a high page without a kmap() slot.
 */
static __always_inline void *page_address(const struct page *page)
{
	if (likely(!PageHighMem(page)))
		return lowmem_page_address(page);
	return __page_address_high(page);
}

/*
 * kmap(): the shared pool
 */

void *kmap_high(struct page *page);
void kunmap_high(struct page *page);

/**
 * kmap - map a page for any CPU and any length of time
 * @page: any page; the caller holds a reference
 *
 * Nests: each kmap() of a page wants its kunmap(), and all of them get one address.
 * A high page must not be freed while it is mapped.
 *
 * Context: process context, may sleep; in atomic context a bug report. Takes kmap_lock.
 * Return: the address; NULL with a warning when every slot is in use. With threads
 *         this will wait for a kunmap() instead.
 */
static __always_inline void *kmap(struct page *page)
{
	might_sleep();
	if (likely(!PageHighMem(page)))
		return lowmem_page_address(page);
	return kmap_high(page);
}

/**
 * kunmap - undo one kmap()
 * @page: the page, not its address; nothing happens for one of low memory
 *
 * One kunmap() too many is a bug report. The mapping itself stays until slots run
 * out, so that the next kmap() of this page finds it.
 *
 * Context: any but interrupt handlers, which is a bug report. Takes kmap_lock.
 */
static __always_inline void kunmap(struct page *page)
{
	if (unlikely(PageHighMem(page)))
		kunmap_high(page);
}

/** kmap_flush_unused - unmap all slots without users, and flush them. Context: as kmap(). */
void kmap_flush_unused(void);

/*
 * Local mappings: a stack of fixmap slots for each CPU
 */

/*
 * kmap_slot:       the fixmap slot that the next mapping on this CPU takes
 * kmap_slot_last:  the last that it may
 * kmap_fast_last:  the same, for the short way; 0 while each mapping is watched
 * kmap_fast_first: likewise the first of this CPU's slots; more than any slot while watched
 *
 * Mapping claims the slot first and fills it then; unmapping empties the slot, flushes
 * its address and gives it back last. An interrupt at any point between finds the
 * slots above the claimed ones empty, and leaves them so: nothing need be disabled.
 */
DECLARE_PER_CPU(unsigned int, kmap_slot);
DECLARE_PER_CPU(unsigned int, kmap_slot_last);
DECLARE_PER_CPU(unsigned int, kmap_fast_last);
DECLARE_PER_CPU(unsigned int, kmap_fast_first);

void *__kmap_local_slow(struct page *page, pgprot_t prot) __cold;
bool __kunmap_local_slow(const void *addr) __cold;

/* __kmap_local_take - map @page at the next slot, which there is. Return: its address. */
static __always_inline void *__kmap_local_take(unsigned int slot, struct page *page, pgprot_t prot)
{
	pte_t *ptep;

	this_cpu_inc(kmap_slot);
	barrier();
	ptep = fixmap_pte(slot);
	BUG_ON(!pte_none(*ptep));
	set_pte(ptep, mk_pte(page, prot));
	barrier();
	return (void *)fix_to_virt(slot);
}

/* __kunmap_local_give - undo the newest mapping of this CPU, which is the one at @vaddr */
static __always_inline void __kunmap_local_give(unsigned int slot, unsigned long vaddr)
{
	barrier();
	pte_clear(&init_mm, vaddr, fixmap_pte(slot));
	flush_tlb_one_kernel(vaddr);
	barrier();
	this_cpu_dec(kmap_slot);
}

/* Slot addresses go down as numbers go up. NULL after the report of too deep a nest. */
static __always_inline void *__kmap_local_high(struct page *page, pgprot_t prot)
{
	unsigned int slot = this_cpu_read(kmap_slot);

	if (unlikely(slot > this_cpu_read(kmap_fast_last)))
		return __kmap_local_slow(page, prot);
	return __kmap_local_take(slot, page, prot);
}

/* Undoes the newest mapping of this CPU, which must be the one of @addr; false after a report. */
static __always_inline bool __kunmap_local_high(const void *addr)
{
	unsigned int slot = this_cpu_read(kmap_slot) - 1;
	unsigned long vaddr = (unsigned long)addr & PAGE_MASK;

	if (unlikely(vaddr != fix_to_virt(slot) || slot < this_cpu_read(kmap_fast_first)))
		return __kunmap_local_slow(addr);
	__kunmap_local_give(slot, vaddr);
	return true;
}

static __always_inline bool __is_lowmem_addr(const void *addr)
{
	return (unsigned long)addr - PAGE_OFFSET < (unsigned long)high_memory - PAGE_OFFSET;
}

/**
 * kmap_local_page - map a page for a short while on this CPU
 * @page: any
 *
 * At most KM_MAX_IDX deep, interrupt handlers' mappings included. There is no thread
 * switch yet; the one to come must move the slots along, as Linux's does.
 *
 * Context: any; interrupt handlers undo theirs before they return.
 * Return: the address; NULL after a bug report when nested too deeply.
 */
static __always_inline void *kmap_local_page(struct page *page)
{
	if (likely(!PageHighMem(page)))
		return lowmem_page_address(page);
	return __kmap_local_high(page, PAGE_KERNEL);
}

static __always_inline void __kunmap_local(const void *addr)
{
	if (unlikely(!__is_lowmem_addr(addr)))
		__kunmap_local_high(addr);
}

/**
 * kmap_atomic - map a page for a short while, with preemption off
 * @page: any
 *
 * Page faults must not be served in between either; that follows from the same count.
 *
 * Context: any. The caller may not sleep until kunmap_atomic().
 * Return: as kmap_local_page(); after NULL preemption is as it was.
 */
static __always_inline void *kmap_atomic(struct page *page)
{
	void *addr;

	preempt_disable();
	if (likely(!PageHighMem(page)))
		return lowmem_page_address(page);
	addr = __kmap_local_high(page, PAGE_KERNEL);
	if (unlikely(!addr))
		preempt_enable();
	return addr;
}

static __always_inline void __kunmap_atomic(const void *addr)
{
	if (likely(__is_lowmem_addr(addr)) || likely(__kunmap_local_high(addr)))
		preempt_enable();
}

/* A page in place of an address is the classic mistake: it does not compile. */
#define __kmap_is_page(x)                                                                          \
	(__builtin_types_compatible_p(__typeof__(x), struct page *) ||                             \
	 __builtin_types_compatible_p(__typeof__(x), const struct page *))

/**
 * kunmap_local, kunmap_atomic - undo the newest local mapping of this CPU
 * @addr: any address in the page, as the mapping call returned it
 *
 * The entry is gone, and no CPU can use it, when this returns. An address that is
 * not the newest mapping is a bug report, and nothing changes.
 *
 * Context: as the mapping call, on the same CPU.
 */
#define kunmap_local(addr)                                                                         \
	do {                                                                                       \
		_Static_assert(!__kmap_is_page(addr), "kunmap_local() wants the address");         \
		__kunmap_local(addr);                                                              \
	} while (0)
#define kunmap_atomic(addr)                                                                        \
	do {                                                                                       \
		_Static_assert(!__kmap_is_page(addr), "kunmap_atomic() wants the address");        \
		__kunmap_atomic(addr);                                                             \
	} while (0)

/**
 * kmap_to_page - the page behind an address of the direct map, of kmap() or of a local mapping
 * @addr: any address in it
 * Context: any, while the mapping lasts.
 * Return: the page; NULL with a warning for any other address.
 */
struct page *kmap_to_page(const void *addr);

/*
 * Working on the contents of any page, high or low. Context of all: any.
 * An offset and length that leave the page are a bug report, and nothing is written.
 */

void __page_range_bad(const struct page *page, size_t offset, size_t len) __cold;

static __always_inline bool __page_range_ok(const struct page *page, size_t offset, size_t len)
{
	if (likely(offset <= PAGE_SIZE && len <= PAGE_SIZE - offset))
		return true;
	__page_range_bad(page, offset, len);
	return false;
}

/** clear_highpage - fill a page with zeroes */
static inline void clear_highpage(struct page *page)
{
	void *addr = kmap_local_page(page);

	clear_page(addr);
	kunmap_local(addr);
}

/** clear_user_highpage - the same, for a page about to be mapped at user address @vaddr,
 *  which matters to CPUs whose caches are indexed by virtual address only */
static inline void clear_user_highpage(struct page *page, unsigned long vaddr __unused)
{
	clear_highpage(page);
}

/** copy_highpage - copy a whole page */
static inline void copy_highpage(struct page *to, struct page *from)
{
	char *src = kmap_local_page(from);
	char *dst = kmap_local_page(to);

	copy_page(dst, src);
	kunmap_local(dst);
	kunmap_local(src);
}

/** memcpy_to_page - copy @len bytes from @from to @offset in a page */
static inline void memcpy_to_page(struct page *page, size_t offset, const void *from, size_t len)
{
	char *to;

	if (!__page_range_ok(page, offset, len))
		return;
	to = kmap_local_page(page);
	memcpy(to + offset, from, len);
	kunmap_local(to);
}

/** memcpy_from_page - copy @len bytes from @offset in a page to @to */
static inline void memcpy_from_page(void *to, struct page *page, size_t offset, size_t len)
{
	char *from;

	if (!__page_range_ok(page, offset, len))
		return;
	from = kmap_local_page(page);
	memcpy(to, from + offset, len);
	kunmap_local(from);
}

/** memcpy_page - copy @len bytes between two different pages */
static inline void memcpy_page(struct page *dst_page, size_t dst_off, struct page *src_page,
			       size_t src_off, size_t len)
{
	char *src, *dst;

	if (!__page_range_ok(dst_page, dst_off, len) || !__page_range_ok(src_page, src_off, len))
		return;
	src = kmap_local_page(src_page);
	dst = kmap_local_page(dst_page);
	memcpy(dst + dst_off, src + src_off, len);
	kunmap_local(dst);
	kunmap_local(src);
}

/** memset_page - set @len bytes at @offset in a page to @val */
static inline void memset_page(struct page *page, size_t offset, int val, size_t len)
{
	char *addr;

	if (!__page_range_ok(page, offset, len))
		return;
	addr = kmap_local_page(page);
	memset(addr + offset, val, len);
	kunmap_local(addr);
}

/** zero_user - clear @size bytes at @start in a page */
static inline void zero_user(struct page *page, unsigned int start, unsigned int size)
{
	memset_page(page, start, 0, size);
}

/** zero_user_segment - clear bytes [@start, @end) of a page */
static inline void zero_user_segment(struct page *page, unsigned int start, unsigned int end)
{
	memset_page(page, start, 0, end - start);
}

/** zero_user_segments - clear [@start1, @end1) and [@start2, @end2); a segment that ends
 *  where it starts, or before, is empty */
static inline void zero_user_segments(struct page *page, unsigned int start1, unsigned int end1,
				      unsigned int start2, unsigned int end2)
{
	if (end1 > start1)
		zero_user_segment(page, start1, end1);
	if (end2 > start2)
		zero_user_segment(page, start2, end2);
}

/*
 * Views
 */

/*
 * struct kmap_stats - the pool at this moment
 * @in_use:  slots with users
 * @unused:  mapped without users, to be unmapped at the next wrap
 * @flushes: TLB flushes since boot
 */
struct kmap_stats {
	unsigned int in_use;
	unsigned int unused;
	unsigned long flushes;
};

/** kmap_get_stats - count the slots. Context: process context. Takes kmap_lock. */
void kmap_get_stats(struct kmap_stats *stats);

/** show_kmap - the pool's slots that are mapped, and each CPU's local mappings.
 *  Context: process context. Takes kmap_lock. */
void show_kmap(struct seq_file *m);

/**
 * kmap_check - walk the pool, the hash and the local slots, and verify that they agree
 * Context: process context. Takes kmap_lock. Return: true when sound; prints what is not.
 */
bool kmap_check(void);

/**
 * kmap_describe - say what lies at an address of the pkmap area or of a local slot
 * @addr: any
 * @m:    where to say it, one line
 * Context: any, also a fault report; takes no lock.
 * Return: false, with nothing said, when @addr is in neither.
 */
bool kmap_describe(unsigned long addr, struct seq_file *m);

#endif
