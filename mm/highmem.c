/* SPDX-License-Identifier: MIT */
/*
 * kmap(): addresses on loan for pages of high memory.
 *
 * Idea: 4 MiB of kernel addresses, one page table, are LAST_PKMAP slots. A slot keeps
 * a count: 0, free; 1, maps a page that nobody uses; n + 1, maps a page with n users.
 * kunmap() leaves the mapping where it is. A hand goes round the slots looking for a
 * free one, and each time it begins a new round, all slots of count 1 are unmapped and
 * the TLB is flushed, once for all of them. So a flush, which every CPU must take part
 * in, costs one for up to a thousand mappings, and a page mapped again within a round
 * is found as it was.
 *
 * Finding a page's slot is a hash of 2^PA_HASH_ORDER chains through
 * page_address_maps[], which has an entry for each slot: no memory is allocated, and
 * the chain holds slot numbers plus 1, so that 0 ends it.
 *
 * Readers of the hash take no lock: page_address() is asked in interrupt handlers.
 * Whoever changes a chain makes page_address_seq odd meanwhile, interrupts off. An
 * entry that is found is right, as only whoever holds the page mapped may ask, and
 * then it does not move; one that is not found is looked for again if the number has
 * changed, as a change may have led the walk into another chain.
 *
 * Invariants (kmap_check() walks them), for each slot nr:
 *   - pkmap_count[nr] is 0, its entry in the page table is empty and it is in no chain;
 *     or the entry maps page_address_maps[nr].page, which its hash chain finds;
 *   - PageKmapped is set if and only if the count is above 1: the page allocator
 *     reports such a page when it is freed. With a count of 1 it may be freed; the
 *     next owner's kmap() finds the old slot, and it is right.
 *   - of each CPU's local slots those below kmap_slot map something, the others nothing.
 *
 * Locking: kmap_lock guards counts, chains and page table. It is never taken in
 * interrupt handlers, and is a leaf. Local slots belong to their CPU and need no lock.
 *
 * Reference: Linux 6.1 mm/highmem.c (map_new_virtual, flush_all_zero_pkmaps,
 * page_address); Understanding the Linux Kernel, ch. 8, "Kernel Mappings of
 * High-Memory Page Frames". Left out: waiting for a slot (until there are threads),
 * colours.
 */
#define pr_fmt(fmt) "kmap: " fmt

#include <kernel/lib/types.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/hash.h>
#include <kernel/bug.h>
#include <kernel/percpu.h>
#include <kernel/preempt.h>
#include <kernel/printk.h>
#include <kernel/seq.h>
#include <kernel/spinlock.h>
#include <arch/atomic.h>
#include <arch/irq.h>
#include <arch/mmu.h>
#include <mm/highmem.h>
#include <mm/internal.h>
#include <mm/trace.h>

struct page_address_map {
	struct page *page;
	unsigned short next; /* slot + 1 of the next in the chain, 0 at its end */
};

static DEFINE_SPINLOCK(kmap_lock);
static int pkmap_count[LAST_PKMAP];
static unsigned int nr_pkmap_slots = LAST_PKMAP; /* in use; fewer in some tests */
static unsigned int last_pkmap_nr;
static unsigned long nr_pkmap_flushes;

static struct page_address_map page_address_maps[LAST_PKMAP];
static unsigned short page_address_htable[1 << PA_HASH_ORDER];
static unsigned int page_address_seq;

BUILD_BUG_ON(LAST_PKMAP + 1 > U16_MAX);

/* Until kmap_init() these are right for the boot CPU. */
DEFINE_PER_CPU(unsigned int, kmap_slot) = FIX_KMAP_BEGIN;
DEFINE_PER_CPU(unsigned int, kmap_slot_last) = FIX_KMAP_BEGIN + KM_MAX_IDX - 1;
DEFINE_PER_CPU(unsigned int, kmap_fast_last);
DEFINE_PER_CPU(unsigned int, kmap_fast_first) = ~0U;

void __init kmap_init(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu(kmap_slot, cpu) = FIX_KMAP_BEGIN + cpu * KM_MAX_IDX;
		per_cpu(kmap_slot_last, cpu) = FIX_KMAP_BEGIN + (cpu + 1) * KM_MAX_IDX - 1;
	}
	kmap_watch(mm_trace_on);
}

void kmap_watch(bool watched)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		unsigned int last = per_cpu(kmap_slot_last, cpu);

		WRITE_ONCE(per_cpu(kmap_fast_last, cpu), watched ? 0 : last);
		WRITE_ONCE(per_cpu(kmap_fast_first, cpu), watched ? ~0U : last + 1 - KM_MAX_IDX);
	}
}

/*
 * The hash
 */

static __always_inline unsigned short *page_slot_chain(const struct page *page)
{
	return &page_address_htable[hash_ptr(page, PA_HASH_ORDER)];
}

/* The link to @page's slot, or 0. Either kmap_lock is held, or see __page_address_high(). */
static __always_inline unsigned int page_slot_link(const struct page *page)
{
	unsigned int link = *page_slot_chain(page);

	while (link) {
		if (page_address_maps[link - 1].page == page)
			return link;
		link = READ_ONCE(page_address_maps[link - 1].next);
	}
	return 0;
}

void *__page_address_high(const struct page *page)
{
	unsigned int seq, link;

	do {
		seq = smp_load_acquire(&page_address_seq);
		link = page_slot_link(page);
		if (likely(link))
			return (void *)PKMAP_ADDR(link - 1);
		smp_rmb();
	} while ((seq & 1) || seq != READ_ONCE(page_address_seq));
	return NULL;
}

/* Interrupts off: a handler that reads would wait for the interrupted writer forever. */
static unsigned long page_slots_write_begin(void)
{
	unsigned long flags;

	local_irq_save(flags);
	WRITE_ONCE(page_address_seq, page_address_seq + 1);
	smp_wmb();
	return flags;
}

static void page_slots_write_end(unsigned long flags)
{
	smp_store_release(&page_address_seq, page_address_seq + 1);
	local_irq_restore(flags);
}

static void page_slot_insert(struct page *page, unsigned int nr)
{
	unsigned short *chain = page_slot_chain(page);
	unsigned long flags = page_slots_write_begin();

	page_address_maps[nr].page = page;
	page_address_maps[nr].next = *chain;
	*chain = nr + 1;
	page_slots_write_end(flags);
}

static void page_slot_remove(unsigned int nr)
{
	unsigned short *link = page_slot_chain(page_address_maps[nr].page);
	unsigned long flags = page_slots_write_begin();

	while (*link != nr + 1) {
		BUG_ON(!*link);
		link = &page_address_maps[*link - 1].next;
	}
	*link = page_address_maps[nr].next;
	page_address_maps[nr].page = NULL;
	page_slots_write_end(flags);
}

/*
 * Slots
 */

/* Unmap every slot without users; one flush for all. Was there any? */
static bool flush_all_zero_pkmaps(void)
{
	bool any = false;
	unsigned int nr;

	lockdep_assert_held(&kmap_lock);
	for (nr = 0; nr < nr_pkmap_slots; nr++) {
		if (pkmap_count[nr] != 1)
			continue;
		BUG_ON(pte_none(pkmap_page_table[nr]));
		pkmap_count[nr] = 0;
		pte_clear(&init_mm, PKMAP_ADDR(nr), &pkmap_page_table[nr]);
		page_slot_remove(nr);
		any = true;
	}
	if (any) {
		flush_tlb_kernel_range(PKMAP_ADDR(0), PKMAP_ADDR(nr_pkmap_slots));
		nr_pkmap_flushes++;
	}
	return any;
}

/*
 * Move the hand on to a free slot. After a flush the search starts over: slots passed
 * before it may have become free. Return: false when all slots have users.
 */
static bool find_free_pkmap_slot(void)
{
	unsigned int tries = nr_pkmap_slots;

	lockdep_assert_held(&kmap_lock);
	while (tries--) {
		last_pkmap_nr = last_pkmap_nr + 1 < nr_pkmap_slots ? last_pkmap_nr + 1 : 0;
		if (last_pkmap_nr == 0 && flush_all_zero_pkmaps())
			tries = nr_pkmap_slots - 1;
		if (pkmap_count[last_pkmap_nr] == 0)
			return true;
	}
	return false;
}

/* Give @page a slot of count 1. Return: the link to it, or 0. */
static noinline unsigned int map_new_virtual(struct page *page)
{
	unsigned int nr;

	if (unlikely(!find_free_pkmap_slot()))
		return 0;
	nr = last_pkmap_nr;
	BUG_ON(!pte_none(pkmap_page_table[nr]));
	set_pte(&pkmap_page_table[nr], mk_pte(page, PAGE_KERNEL));
	page_slot_insert(page, nr);
	pkmap_count[nr] = 1;
	return nr + 1;
}

static void *__cold report_no_slot(const struct page *page)
{
	WARN(1, "kmap: all %u slots are in use, page pfn %#lx is not mapped", nr_pkmap_slots,
	     page_to_pfn(page));
	return NULL;
}

/* Out of line, with all that it needs: kmap() shall not make it ready each time. */
static noinline void __cold trace_kmap(enum mm_event event, const struct page *page,
				       unsigned int link, unsigned long caller)
{
	mm_trace(event, caller, PKMAP_ADDR(link - 1), page_to_pfn(page), 0, (__force gfp_t)0);
}

void *kmap_high(struct page *page)
{
	unsigned int link;

	spin_lock(&kmap_lock);
	link = page_slot_link(page);
	if (unlikely(!link)) {
		link = map_new_virtual(page);
		if (unlikely(!link)) {
			spin_unlock(&kmap_lock);
			return report_no_slot(page);
		}
	}
	if (likely(++pkmap_count[link - 1] == 2))
		SetPageKmapped(page);
	spin_unlock(&kmap_lock);
	if (unlikely(mm_trace_on))
		trace_kmap(MM_KMAP, page, link, _RET_IP_);
	return (void *)PKMAP_ADDR(link - 1);
}

static void __cold report_bad_kunmap(const struct page *page)
{
	if (in_interrupt())
		kbug("kunmap of page pfn %#lx in interrupt context", page_to_pfn(page));
	else
		kbug("unbalanced kunmap: page pfn %#lx is not mapped by kmap()", page_to_pfn(page));
}

void kunmap_high(struct page *page)
{
	unsigned int link;

	if (unlikely(in_interrupt())) {
		report_bad_kunmap(page);
		return;
	}
	spin_lock(&kmap_lock);
	link = page_slot_link(page);
	if (unlikely(!link) || unlikely(pkmap_count[link - 1] < 2)) {
		spin_unlock(&kmap_lock);
		report_bad_kunmap(page);
		return;
	}
	if (likely(--pkmap_count[link - 1] == 1))
		ClearPageKmapped(page);
	spin_unlock(&kmap_lock);
	if (unlikely(mm_trace_on))
		trace_kmap(MM_KUNMAP, page, link, _RET_IP_);
}

void kmap_flush_unused(void)
{
	might_sleep();
	spin_lock(&kmap_lock);
	flush_all_zero_pkmaps();
	spin_unlock(&kmap_lock);
}

bool kmap_set_slots(unsigned int nr_slots)
{
	bool empty = true;
	unsigned int nr;

	spin_lock(&kmap_lock);
	flush_all_zero_pkmaps();
	for (nr = 0; nr < nr_pkmap_slots; nr++)
		empty &= pkmap_count[nr] == 0;
	if (empty) {
		nr_pkmap_slots = nr_slots;
		last_pkmap_nr = 0;
	}
	spin_unlock(&kmap_lock);
	return empty;
}

int kmap_slot_count(unsigned int nr, struct page **page)
{
	int count;

	spin_lock(&kmap_lock);
	count = pkmap_count[nr];
	*page = page_address_maps[nr].page;
	spin_unlock(&kmap_lock);
	return count;
}

/*
 * The reports of the local mappings
 */

/* Nested too deeply, or watched. */
void *__kmap_local_slow(struct page *page, pgprot_t prot)
{
	unsigned int slot = this_cpu_read(kmap_slot);
	void *addr;

	if (slot > this_cpu_read(kmap_slot_last)) {
		kbug("kmap_atomic: nested more than %d deep, page pfn %#lx is not mapped",
		     KM_MAX_IDX, page_to_pfn(page));
		return NULL;
	}
	addr = __kmap_local_take(slot, page, prot);
	mm_trace(MM_KMAP_ATOMIC, _RET_IP_, (unsigned long)addr, page_to_pfn(page), 0,
		 (__force gfp_t)0);
	return addr;
}

static bool is_kmap_local_addr(unsigned long addr)
{
	return addr >= fix_to_virt(FIX_KMAP_END) && addr < fix_to_virt(FIX_KMAP_BEGIN) + PAGE_SIZE;
}

/* An address that is neither of low memory nor the newest mapping: say what it is. */
static void report_bad_kunmap_local(const void *addr)
{
	unsigned long vaddr = (unsigned long)addr & PAGE_MASK;
	unsigned int top = this_cpu_read(kmap_slot) - 1;

	if (!is_kmap_local_addr(vaddr))
		kbug("kunmap_atomic: %px is no address of kmap_atomic() or kmap_local_page()",
		     addr);
	else if (pte_none(*fixmap_pte(virt_to_fix(vaddr))))
		kbug("kunmap_atomic: %px is not mapped (slot %lu)", addr,
		     virt_to_fix(vaddr) - FIX_KMAP_BEGIN);
	else
		kbug("kunmap_atomic: %px (slot %lu) is not the newest mapping of this CPU (slot %u)",
		     addr, virt_to_fix(vaddr) - FIX_KMAP_BEGIN, top - FIX_KMAP_BEGIN);
}

/* The wrong address, or watched. */
bool __kunmap_local_slow(const void *addr)
{
	unsigned long vaddr = (unsigned long)addr & PAGE_MASK;
	unsigned int slot = this_cpu_read(kmap_slot) - 1;

	if (vaddr != fix_to_virt(slot) || slot + KM_MAX_IDX <= this_cpu_read(kmap_slot_last)) {
		report_bad_kunmap_local(addr);
		return false;
	}
	mm_trace(MM_KUNMAP_ATOMIC, _RET_IP_, vaddr, pte_pfn(*fixmap_pte(slot)), 0,
		 (__force gfp_t)0);
	__kunmap_local_give(slot, vaddr);
	return true;
}

void __page_range_bad(const struct page *page, size_t offset, size_t len)
{
	kbug("page pfn %#lx: %zu bytes at offset %zu leave the page", page_to_pfn(page), len,
	     offset);
}

struct page *kmap_to_page(const void *addr)
{
	unsigned long vaddr = (unsigned long)addr;
	pte_t pte = __pte(0);

	if (__is_lowmem_addr(addr))
		return virt_to_page(addr);
	if (vaddr >= PKMAP_BASE && vaddr < PKMAP_ADDR(LAST_PKMAP))
		pte = ptep_get(&pkmap_page_table[PKMAP_NR(vaddr)]);
	else if (is_kmap_local_addr(vaddr))
		pte = ptep_get(fixmap_pte(virt_to_fix(vaddr)));
	if (WARN(pte_none(pte), "kmap_to_page: nothing is mapped at %px", addr))
		return NULL;
	return pte_page(pte);
}

/*
 * Views
 */

void kmap_get_stats(struct kmap_stats *stats)
{
	unsigned int nr;

	*stats = (struct kmap_stats){};
	spin_lock(&kmap_lock);
	for (nr = 0; nr < LAST_PKMAP; nr++) {
		stats->in_use += pkmap_count[nr] > 1;
		stats->unused += pkmap_count[nr] == 1;
	}
	stats->flushes = nr_pkmap_flushes;
	spin_unlock(&kmap_lock);
}

void show_kmap(struct seq_file *m)
{
	struct kmap_stats stats;
	unsigned int cpu, nr;

	kmap_get_stats(&stats);
	seq_printf(m, "pkmap: %u slots at %#lx, %u in use, %u mapped and unused, %lu flushes\n",
		   (unsigned int)LAST_PKMAP, PKMAP_BASE, stats.in_use, stats.unused, stats.flushes);
	for (nr = 0; nr < LAST_PKMAP; nr++) {
		struct page *page;
		int count = kmap_slot_count(nr, &page);

		if (count)
			seq_printf(m, "%4u 0x%08lx pfn 0x%05lx users %d\n", nr, PKMAP_ADDR(nr),
				   page_to_pfn(page), count - 1);
	}
	for_each_possible_cpu(cpu)
		seq_printf(m, "cpu%u: %u of %d local slots in use\n", cpu,
			   per_cpu(kmap_slot, cpu) - (FIX_KMAP_BEGIN + cpu * KM_MAX_IDX),
			   KM_MAX_IDX);
}

bool kmap_describe(unsigned long addr, struct seq_file *m)
{
	unsigned int idx, nr;
	struct page *page;

	if (addr >= PKMAP_BASE && addr < PKMAP_ADDR(LAST_PKMAP)) {
		nr = PKMAP_NR(addr);
		page = READ_ONCE(page_address_maps[nr].page);
		if (!page)
			seq_printf(m, "pkmap slot %u, free\n", nr);
		else
			seq_printf(m, "pkmap slot %u, page pfn %#lx, %d users\n", nr,
				   page_to_pfn(page), READ_ONCE(pkmap_count[nr]) - 1);
		return true;
	}
	if (!is_kmap_local_addr(addr))
		return false;
	idx = virt_to_fix(addr) - FIX_KMAP_BEGIN;
	nr = idx % KM_MAX_IDX;
	seq_printf(m, "kmap_atomic slot %u of cpu %u, ", nr, idx / KM_MAX_IDX);
	if (pte_none(ptep_get(fixmap_pte(virt_to_fix(addr)))))
		seq_printf(m, "free\n");
	else
		seq_printf(m, "page pfn %#lx\n", pte_pfn(*fixmap_pte(virt_to_fix(addr))));
	return true;
}

/* One slot of the pool against its entry, its chain and its page. */
static bool pkmap_slot_check(unsigned int nr)
{
	struct page *page = page_address_maps[nr].page;
	pte_t pte = pkmap_page_table[nr];

	if (pkmap_count[nr] == 0) {
		if (pte_none(pte) && !page)
			return true;
		pr_err("free slot %u: page %px, entry %#lx\n", nr, page,
		       (unsigned long)pte_val(pte));
		return false;
	}
	if (pkmap_count[nr] < 0 || !page || !PageHighMem(page)) {
		pr_err("slot %u: count %d, page %px\n", nr, pkmap_count[nr], page);
		return false;
	}
	if (!pte_present(pte) || pte_page(pte) != page || page_slot_link(page) != nr + 1) {
		pr_err("slot %u: page pfn %#lx, but the entry is %#lx and the hash says %d\n", nr,
		       page_to_pfn(page), (unsigned long)pte_val(pte),
		       (int)page_slot_link(page) - 1);
		return false;
	}
	if (PageKmapped(page) != (pkmap_count[nr] > 1)) {
		pr_err("slot %u: count %d, but page pfn %#lx is %smarked as mapped\n", nr,
		       pkmap_count[nr], page_to_pfn(page), PageKmapped(page) ? "" : "not ");
		return false;
	}
	return true;
}

/* Chains hold as many slots as are mapped: none is in two, none in a circle. */
static bool page_slots_check(unsigned int nr_mapped)
{
	unsigned int bucket, link, nr_linked = 0;

	for (bucket = 0; bucket < ARRAY_SIZE(page_address_htable); bucket++)
		for (link = page_address_htable[bucket]; link && nr_linked <= LAST_PKMAP;
		     link = page_address_maps[link - 1].next)
			nr_linked++;
	if (nr_linked != nr_mapped)
		pr_err("%u slots are mapped, but the hash chains hold %u\n", nr_mapped, nr_linked);
	return nr_linked == nr_mapped;
}

static bool kmap_local_check(unsigned int cpu)
{
	unsigned int first = FIX_KMAP_BEGIN + cpu * KM_MAX_IDX;
	unsigned int top = per_cpu(kmap_slot, cpu), slot;
	bool sound = top >= first && top <= first + KM_MAX_IDX;

	if (!sound)
		pr_err("cpu %u: next local slot %u outside [%u, %u]\n", cpu, top, first,
		       first + KM_MAX_IDX);
	for (slot = first; slot < first + KM_MAX_IDX; slot++) {
		if (pte_none(ptep_get(fixmap_pte(slot))) == (slot >= top))
			continue;
		pr_err("cpu %u: local slot %u is %s, next is %u\n", cpu, slot - first,
		       slot >= top ? "mapped" : "empty", top - first);
		sound = false;
	}
	return sound;
}

bool kmap_check(void)
{
	unsigned int cpu, nr, nr_mapped = 0;
	bool sound = true;

	spin_lock(&kmap_lock);
	for (nr = 0; nr < LAST_PKMAP; nr++) {
		sound &= pkmap_slot_check(nr);
		nr_mapped += pkmap_count[nr] != 0;
	}
	sound &= page_slots_check(nr_mapped);
	spin_unlock(&kmap_lock);

	for_each_possible_cpu(cpu)
		sound &= kmap_local_check(cpu);
	return sound;
}
