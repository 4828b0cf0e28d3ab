/* SPDX-License-Identifier: MIT */
/*
 * vmalloc(), vmap(), and areas.
 *
 * Idea: after some hours of use memory has no large blocks left, but plenty of single
 * pages. Page tables make any of them look contiguous. So vmalloc() takes a range of
 * kernel addresses (vmap_area.c says how), as many single pages, high memory first as
 * it needs no other address, and writes one page-table entry for each. vmap() does the
 * same with pages that the caller has, ioremap() with physical addresses that are no RAM.
 *
 * Behind each area one page stays unmapped, so that running off the end of one faults
 * instead of writing into the next.
 *
 * Nothing is flushed when an area is mapped, as the CPU does not keep absent entries,
 * and the range was flushed after its last use. When it is unmapped the entries are
 * cleared at once, the pages go back at once, and the flush is put off: it is due
 * before the addresses are used again, since until then only a caller with a bug can
 * tell; to catch just that caller, debug_pagealloc=on flushes each time. vm_unmap_aliases()
 * is for those who want no stale translation to a page they are about to give a new
 * meaning.
 *
 * vfree() works in interrupt handlers, without Linux's detour over a work queue: the
 * lock is taken with interrupts off, and the flush, the one thing that a handler must
 * not do, is left to the next caller in process context.
 *
 * Invariants (vmalloc_check() walks them), but for areas in the making:
 *   - entry i of a VM_ALLOC area maps pages[i], which has PageVmalloc set;
 *   - the guard page of every area, and all of an area that was removed, is unmapped;
 *   - the sum of nr_pages over all VM_ALLOC areas is nr_vmalloc_pages.
 *
 * Locking: a vm_struct is found under vmap_area_lock and belongs to who made it; of
 * those who race to remove it the lock lets one win. Page-table entries belong to the
 * owner of the range, so that mapping and unmapping take no lock.
 *
 * Reference: Linux 6.1 mm/vmalloc.c (__vmalloc_area_node, __vunmap, s_show); Gorman,
 * Understanding the Linux Virtual Memory Manager, ch. 7. Left out: huge mappings,
 * vm_map_ram, vread, NUMA.
 */
#define pr_fmt(fmt) "vmalloc: " fmt

#include <kernel/lib/types.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/minmax.h>
#include <kernel/bug.h>
#include <kernel/preempt.h>
#include <kernel/printk.h>
#include <kernel/seq.h>
#include <kernel/spinlock.h>
#include <arch/atomic.h>
#include <arch/mmu.h>
#include <mm/fail.h>
#include <mm/internal.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <mm/trace.h>
#include <mm/vmalloc.h>
#include <mm/vmap_area.h>

static atomic_t nr_vmalloc_pages;
static atomic_t nr_no_space;
static atomic_t nr_no_pages;

void __init vmalloc_init(void)
{
	vmap_area_init();
}

/*
 * Page tables of a range
 */

/* The entry of an address of the vmalloc space; NULL when there is no page for its table. */
static __always_inline pte_t *vmalloc_pte_alloc(unsigned long addr)
{
	pmd_t *pmd = pmd_off_k(addr);

	if (unlikely(pmd_none(*pmd)))
		return pte_alloc_kernel(pmd, addr);
	return pte_offset_kernel(pmd, addr);
}

static void set_ptes_to_pages(pte_t *ptep, struct page **pages, unsigned long nr, pgprot_t prot)
{
	for (; nr; nr--, ptep++) {
		BUG_ON(!pte_none(*ptep));
		set_pte(ptep, mk_pte(*pages++, prot));
	}
}

static void set_ptes_to_frames(pte_t *ptep, unsigned long pfn, unsigned long nr, pgprot_t prot)
{
	for (; nr; nr--, ptep++) {
		BUG_ON(!pte_none(*ptep));
		set_pte(ptep, pfn_pte(pfn++, prot));
	}
}

int map_vm_area(struct vm_struct *area, pgprot_t prot, struct page **pages)
{
	unsigned long addr = (unsigned long)area->addr;
	unsigned long end = addr + get_vm_area_size(area), next;

	might_sleep();
	for (; addr != end; addr = next) {
		pte_t *ptep = vmalloc_pte_alloc(addr);

		if (unlikely(!ptep))
			return -ENOMEM;
		next = pmd_addr_end(addr, end);
		set_ptes_to_pages(ptep, pages, (next - addr) >> PAGE_SHIFT, prot);
		pages += (next - addr) >> PAGE_SHIFT;
	}
	return 0;
}

int ioremap_page_range(unsigned long addr, unsigned long end, phys_addr_t phys, pgprot_t prot)
{
	unsigned long next;

	might_sleep();
	for (; addr != end; addr = next) {
		pte_t *ptep = vmalloc_pte_alloc(addr);

		if (unlikely(!ptep))
			return -ENOMEM;
		next = pmd_addr_end(addr, end);
		set_ptes_to_frames(ptep, PHYS_PFN(phys), (next - addr) >> PAGE_SHIFT, prot);
		phys += next - addr;
	}
	return 0;
}

/* Clear @nr entries. Return: was any of them set? */
static bool clear_ptes(pte_t *ptep, unsigned long addr, unsigned long nr)
{
	pteval_t seen = 0;

	for (; nr; nr--, ptep++, addr += PAGE_SIZE) {
		seen |= pte_val(*ptep);
		pte_clear(&init_mm, addr, ptep);
	}
	return seen != 0;
}

/* Clear the entries of [addr, end), flushing nothing. Return: was any of them set? */
static bool vunmap_range_noflush(unsigned long addr, unsigned long end)
{
	bool any = false;
	unsigned long next;

	for (; addr != end; addr = next) {
		pmd_t *pmd = pmd_off_k(addr);

		next = pmd_addr_end(addr, end);
		if (!pmd_none(*pmd))
			any |= clear_ptes(pte_offset_kernel(pmd, addr), addr,
					  (next - addr) >> PAGE_SHIFT);
	}
	return any;
}

/* The entry of an address of the vmalloc space, or an empty one. */
static pte_t vmalloc_pte(unsigned long addr)
{
	pmd_t *pmd = pmd_off_k(addr);

	return pmd_none(*pmd) ? __pte(0) : ptep_get(pte_offset_kernel(pmd, addr));
}

struct page *vmalloc_to_page(const void *addr)
{
	pte_t pte;

	if (WARN(!is_vmalloc_addr(addr), "vmalloc_to_page: %px is not in the vmalloc space", addr))
		return NULL;
	pte = vmalloc_pte((unsigned long)addr);
	if (!pte_present(pte) || !pfn_valid(pte_pfn(pte)))
		return NULL;
	return pte_page(pte);
}

unsigned long vmalloc_to_pfn(const void *addr)
{
	pte_t pte = vmalloc_pte((unsigned long)addr);

	WARN(pte_none(pte), "vmalloc_to_pfn: nothing is mapped at %px", addr);
	return pte_pfn(pte);
}

/*
 * Areas
 */

/* An array of up to so many pages lies in the descriptor itself. */
#define MAX_INLINE_PAGES 16

/* A descriptor, with room for an array if need be; two sizes, so that each is a constant. */
static struct vm_struct *alloc_vm_struct(bool with_array, gfp_t gfp)
{
	gfp &= GFP_RECLAIM_MASK;
	if (with_array)
		return kmalloc(sizeof(struct vm_struct) + MAX_INLINE_PAGES * sizeof(struct page *),
			       gfp);
	return kmalloc(sizeof(struct vm_struct), gfp);
}

/*
 * An area, and whether its descriptor is to have room for an array.
 * Return: the area; ERR_PTR(-EINVAL) for a size of 0, -ENOSPC after a message, -ENOMEM.
 */
static struct vm_struct *__get_vm_area_node(unsigned long size, unsigned long flags, gfp_t gfp,
					    bool with_array, unsigned long caller)
{
	struct vm_struct *area;
	struct vmap_area *va;

	size = PAGE_ALIGN(size);
	if (unlikely(!size))
		return ERR_PTR(-EINVAL);
	area = alloc_vm_struct(with_array, gfp);
	if (unlikely(!area))
		return ERR_PTR(-ENOMEM);
	size += PAGE_SIZE;
	area->size = size;
	area->flags = flags;
	area->pages = NULL;
	area->nr_pages = 0;
	area->phys_addr = 0;
	area->caller = caller;

	/* The largest size has become 0 with its guard page; it fits nowhere. */
	va = alloc_vmap_area(size ? size : ULONG_MAX, area, gfp);
	if (IS_ERR(va)) {
		if (PTR_ERR(va) == -ENOSPC)
			atomic_inc(&nr_no_space);
		kfree(area);
		return ERR_CAST(va);
	}
	return area;
}

struct vm_struct *get_vm_area_caller(unsigned long size, unsigned long flags, const void *caller)
{
	struct vm_struct *area;

	might_sleep();
	area = __get_vm_area_node(size, flags, GFP_KERNEL, false, (unsigned long)caller);
	return IS_ERR(area) ? NULL : area;
}

struct vm_struct *get_vm_area(unsigned long size, unsigned long flags)
{
	return get_vm_area_caller(size, flags, (void *)_RET_IP_);
}

struct vm_struct *find_vm_area(const void *addr)
{
	struct vmap_area *va;
	struct vm_struct *area;
	unsigned long flags;

	spin_lock_irqsave(&vmap_area_lock, flags);
	va = __find_vmap_area((unsigned long)addr);
	area = va ? va->vm : NULL;
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	return area;
}

/*
 * Take the descriptor out of the live area that starts at @addr and is of one of @kinds,
 * so that nobody else finds it; then unmap and give up the range. NULL, with nothing
 * done, when there is no such area.
 */
static struct vm_struct *take_vm_area(const void *addr, unsigned long kinds, unsigned long caller)
{
	struct vm_struct *area = NULL;
	struct vmap_area *va;
	unsigned long flags;

	spin_lock_irqsave(&vmap_area_lock, flags);
	va = __find_vmap_area((unsigned long)addr);
	if (likely(va && va->vm && va->vm->addr == addr && (va->vm->flags & kinds))) {
		area = va->vm;
		va->vm = NULL;
		va->freed_by = caller;
	}
	spin_unlock_irqrestore(&vmap_area_lock, flags);

	if (unlikely(!area))
		return NULL;
	if (unlikely(!vunmap_range_noflush(va->va_start, va->va_end - PAGE_SIZE))) {
		free_vmap_area(va);
		return area;
	}
	if (unlikely(page_debug & PAGE_DEBUG_UNMAP)) /* whoever uses it from now on shall fault */
		flush_tlb_kernel_range(va->va_start, va->va_end);
	free_vmap_area_lazy(va);
	return area;
}

struct vm_struct *remove_vm_area(const void *addr)
{
	return take_vm_area(addr, ULONG_MAX, _RET_IP_);
}

void free_vm_area(struct vm_struct *area)
{
	if (!__release_vm_area(area->addr, ULONG_MAX, "free_vm_area", _RET_IP_))
		return;
	kfree(area);
}

static const char *vm_kind(unsigned long flags)
{
	return flags & VM_IOREMAP ? "ioremap" : flags & VM_ALLOC ? "vmalloc" : "vmap";
}

/* No area of the right kind starts at @addr: say what is there instead. */
static void __cold report_bad_release(const void *addr, const char *what)
{
	struct vmap_area *va, copy;
	struct vm_struct vm = {};
	unsigned long flags;

	spin_lock_irqsave(&vmap_area_lock, flags);
	va = __find_vmap_area((unsigned long)addr);
	if (va)
		copy = *va;
	if (va && va->vm)
		vm = *va->vm;
	spin_unlock_irqrestore(&vmap_area_lock, flags);

	if (!va)
		kbug("%s of %px, where no area is", what, addr);
	else if (!copy.vm)
		kbug("%s of %px, which is free already: [%#lx, %#lx) was freed by %pS", what, addr,
		     copy.va_start, copy.va_end, (void *)copy.freed_by);
	else if (vm.addr != addr)
		kbug("%s of %px, which is %#lx bytes inside the %s area at %px, made by %pS", what,
		     addr, (unsigned long)addr - copy.va_start, vm_kind(vm.flags), vm.addr,
		     (void *)vm.caller);
	else
		kbug("%s of %px, an area of %s, made by %pS", what, addr, vm_kind(vm.flags),
		     (void *)vm.caller);
}

struct vm_struct *__release_vm_area(const void *addr, unsigned long kind, const char *what,
				    unsigned long caller)
{
	struct vm_struct *area = take_vm_area(addr, kind, caller);

	if (unlikely(!area))
		report_bad_release(addr, what);
	return area;
}

void vm_unmap_aliases(void)
{
	might_sleep();
	purge_vmap_area_lazy();
}

/*
 * vmalloc
 */

/* The pages that @area has got so far. Its array stays. */
static void vm_area_free_pages(struct vm_struct *area)
{
	unsigned int i;

	for (i = 0; i < area->nr_pages; i++) {
		BUG_ON(!PageVmalloc(area->pages[i]));
		__ClearPageVmalloc(area->pages[i]);
	}
	if (area->nr_pages == 1)
		__free_page(area->pages[0]);
	else
		free_page_batch(area->pages, area->nr_pages);
	atomic_sub(area->nr_pages, &nr_vmalloc_pages);
}

/* After a failure the area has those pages that could be had. */
static int vm_area_alloc_pages(struct vm_struct *area, gfp_t gfp)
{
	unsigned int nr_pages = get_vm_area_size(area) >> PAGE_SHIFT, nr = 0, i;

	gfp |= __GFP_NOWARN;
	while (nr < nr_pages) {
		unsigned int taken = 0;

		if (nr_pages > 1)
			taken = alloc_page_batch(gfp, nr_pages - nr, area->pages + nr);
		if (!taken) {
			area->pages[nr] = alloc_page(gfp);
			if (unlikely(!area->pages[nr]))
				break;
			taken = 1;
		}
		nr += taken;
	}
	for (i = 0; i < nr; i++)
		__SetPageVmalloc(area->pages[i]);
	area->nr_pages = nr;
	atomic_add(nr, &nr_vmalloc_pages);
	return nr == nr_pages ? 0 : -ENOMEM;
}

/*
 * An area with memory behind it, whose pages are noted in @pages; NULL: in the descriptor.
 * Return: ERR_PTR(-ENOSPC) after a message, ERR_PTR(-ENOMEM) without one.
 */
static struct vm_struct *make_vm_area(unsigned long size, gfp_t gfp, unsigned long flags,
				      struct page **pages, unsigned long caller)
{
	struct vm_struct *area;

	area = __get_vm_area_node(size, VM_ALLOC | VM_UNINITIALIZED | flags, gfp, !pages, caller);
	if (IS_ERR(area))
		return area;
	area->pages = pages ? pages : area->inline_pages;
	if (unlikely(vm_area_alloc_pages(area, gfp) || map_vm_area(area, PAGE_KERNEL, area->pages)))
		goto err_remove_area;
	smp_wmb(); /* the pages before the flag that says they are there */
	area->flags &= ~VM_UNINITIALIZED;
	return area;

err_remove_area:
	remove_vm_area(area->addr); /* entries go before the pages do */
	vm_area_free_pages(area);
	kfree(area);
	return ERR_PTR(-ENOMEM);
}

/*
 * The array for the pages of an area with too many for the descriptor. One that needs
 * more than a page is itself in an area, whose own array then always fits into the page
 * that it gets: 1024 entries stand for 4 MiB of array, and that for all that 32 bits can
 * address.
 */
static struct page **alloc_page_array(unsigned long nr_pages, gfp_t gfp, unsigned long caller)
{
	unsigned long size = nr_pages * sizeof(struct page *);
	struct vm_struct *area;
	struct page **inner;

	gfp &= GFP_RECLAIM_MASK;
	if (likely(size <= PAGE_SIZE))
		return kmalloc(size, gfp);
	inner = (struct page **)__get_free_page(gfp);
	if (!inner)
		return NULL;
	area = make_vm_area(size, gfp | __GFP_HIGHMEM, 0, inner, caller);
	if (IS_ERR(area)) {
		free_page((unsigned long)inner);
		return NULL;
	}
	return area->addr;
}

static void free_page_array(struct page **pages)
{
	struct vm_struct *area;

	if (!is_vmalloc_addr(pages)) {
		kfree(pages);
		return;
	}
	area = remove_vm_area(pages);
	BUG_ON(!area);
	vm_area_free_pages(area);
	free_page((unsigned long)area->pages);
	kfree(area);
}

/* A request that failed for want of memory, or that no memory can meet. */
static void __cold warn_no_memory(unsigned long size, gfp_t gfp, unsigned long caller)
{
	static DEFINE_RATELIMIT_STATE(rs, 500, 10);

	atomic_inc(&nr_no_pages);
	if ((gfp & __GFP_NOWARN) || fail_nth_hit() || !__ratelimit(&rs))
		return;
	pr_warn("out of memory: %lu bytes wanted, %lu of %lu pages are free, caller %pS\n", size,
		nr_free_pages(), totalram_pages(), (void *)caller);
	dump_stack();
}

static void *__vmalloc_caller(unsigned long size, gfp_t gfp, unsigned long flags,
			      unsigned long caller)
{
	struct page **pages = NULL;
	struct vm_struct *area;
	unsigned long nr_pages;

	might_sleep();
	if (unlikely(!size))
		return NULL;
	if (!(gfp & __GFP_DMA))
		gfp |= __GFP_HIGHMEM;
	nr_pages = ((size - 1) >> PAGE_SHIFT) + 1;
	if (unlikely(nr_pages > totalram_pages()))
		goto err_warn;
	if (nr_pages > MAX_INLINE_PAGES) {
		pages = alloc_page_array(nr_pages, gfp, caller);
		if (unlikely(!pages))
			goto err_warn;
	}
	area = make_vm_area(size, gfp, flags, pages, caller);
	if (IS_ERR(area))
		goto err_free_array;
	mm_trace(MM_VMALLOC, caller, (unsigned long)area->addr, size, 0, gfp);
	return area->addr;

err_free_array:
	free_page_array(pages); /* NULL, or the array */
	if (PTR_ERR(area) == -ENOSPC)
		return NULL;
err_warn:
	warn_no_memory(size, gfp, caller);
	return NULL;
}

void *__vmalloc_node(unsigned long size, unsigned long align, gfp_t gfp, int node __unused,
		     const void *caller)
{
	if (WARN(align > PAGE_SIZE, "vmalloc: alignment %lu is more than a page", align))
		return NULL;
	return __vmalloc_caller(size, gfp, 0, (unsigned long)caller);
}

void *__vmalloc(unsigned long size, gfp_t gfp)
{
	return __vmalloc_caller(size, gfp, 0, _RET_IP_);
}

void *vmalloc(unsigned long size)
{
	return __vmalloc_caller(size, GFP_KERNEL, 0, _RET_IP_);
}

void *vzalloc(unsigned long size)
{
	return __vmalloc_caller(size, GFP_KERNEL | __GFP_ZERO, 0, _RET_IP_);
}

void *vmalloc_user(unsigned long size)
{
	return __vmalloc_caller(size, GFP_KERNEL | __GFP_ZERO, VM_USERMAP, _RET_IP_);
}

void vfree(const void *addr)
{
	struct vm_struct *area;

	if (!addr)
		return;
	area = __release_vm_area(addr, VM_ALLOC, "vfree", _RET_IP_);
	if (unlikely(!area))
		return;
	mm_trace(MM_VFREE, _RET_IP_, (unsigned long)addr, 0, 0, (__force gfp_t)0);
	vm_area_free_pages(area);
	if (area->pages != area->inline_pages)
		free_page_array(area->pages);
	kfree(area);
}

/*
 * vmap
 */

void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot)
{
	struct vm_struct *area;

	might_sleep();
	if (!count || count > totalram_pages())
		return NULL;
	area = __get_vm_area_node((unsigned long)count << PAGE_SHIFT, flags | VM_MAP, GFP_KERNEL,
				  false, _RET_IP_);
	if (IS_ERR(area))
		return NULL;
	if (map_vm_area(area, prot, pages)) {
		free_vm_area(area);
		return NULL;
	}
	return area->addr;
}

void vunmap(const void *addr)
{
	if (unlikely(in_interrupt())) {
		kbug("vunmap of %px in interrupt context", addr);
		return;
	}
	if (addr)
		kfree(__release_vm_area(addr, VM_MAP, "vunmap", _RET_IP_));
}

/*
 * Views
 */

unsigned long vmalloc_nr_pages(void)
{
	return atomic_read(&nr_vmalloc_pages);
}

void vmalloc_get_stats(struct vmalloc_stats *stats)
{
	stats->nr_pages = vmalloc_nr_pages();
	stats->nr_lazy_pages = vmap_lazy_pages();
	stats->nr_purges = vmap_nr_purges();
	stats->largest_gap = vmap_largest_gap();
	stats->nr_no_space = atomic_read(&nr_no_space);
	stats->nr_no_pages = atomic_read(&nr_no_pages);
}

bool next_area_copy(unsigned long addr, struct vmap_area *va, struct vm_struct *vm)
{
	struct vmap_area *found;
	unsigned long flags;

	spin_lock_irqsave(&vmap_area_lock, flags);
	found = __next_vmap_area(addr);
	if (found) {
		*va = *found;
		if (va->vm)
			*vm = *va->vm;
	}
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	return found != NULL;
}

static void show_vm_struct(struct seq_file *m, const struct vm_struct *vm)
{
	seq_printf(m, "0x%px-0x%px %7lu", vm->addr, vm->addr + vm->size, vm->size);
	if (vm->caller)
		seq_printf(m, " %pS", (void *)vm->caller);
	if (vm->nr_pages)
		seq_printf(m, " pages=%u", vm->nr_pages);
	if (vm->phys_addr)
		seq_printf(m, " phys=%pa", &vm->phys_addr);
	if (vm->flags & VM_IOREMAP)
		seq_printf(m, " ioremap");
	if (vm->flags & VM_ALLOC)
		seq_printf(m, " vmalloc");
	if (vm->flags & VM_MAP)
		seq_printf(m, " vmap");
	if (vm->flags & VM_USERMAP)
		seq_printf(m, " user");
	if (is_vmalloc_addr(vm->pages))
		seq_printf(m, " vpages");
	seq_printf(m, "\n");
}

void show_vmallocinfo(struct seq_file *m)
{
	unsigned long addr = VMALLOC_START;
	struct vmap_area va;
	struct vm_struct vm;

	while (next_area_copy(addr, &va, &vm)) {
		if (va.vm)
			show_vm_struct(m, &vm);
		else if (!va.pooled)
			seq_printf(m, "0x%px-0x%px %7lu unpurged vm_area\n", (void *)va.va_start,
				   (void *)va.va_end, va.va_end - va.va_start);
		addr = va.va_end;
	}
}

bool vmalloc_describe(unsigned long addr, struct seq_file *m)
{
	struct vmap_area *va;
	struct vm_struct *vm;

	if (!is_vmalloc_addr((void *)addr))
		return false;
	if (!spin_trylock(&vmap_area_lock)) {
		seq_printf(m, "vmalloc space (vmap_area_lock is held, so no more is known)\n");
		return true;
	}
	va = __next_vmap_area(addr);
	if (!va) {
		seq_printf(m, "vmalloc space, above all areas\n");
	} else if (addr < va->va_start) {
		seq_printf(m,
			   "vmalloc space, free; the next area begins %lu bytes above, at %#lx\n",
			   va->va_start - addr, va->va_start);
	} else if (!va->vm) {
		seq_printf(m, "vmalloc area [%#lx, %#lx), freed by %pS\n", va->va_start, va->va_end,
			   (void *)va->freed_by);
	} else {
		vm = va->vm;
		seq_printf(m, "%s%s area [%#lx, %#lx), %lu bytes, of %pS\n",
			   addr >= va->va_end - PAGE_SIZE ? "guard page of the " : "",
			   vm_kind(vm->flags), va->va_start, va->va_end - PAGE_SIZE,
			   get_vm_area_size(vm), (void *)vm->caller);
	}
	spin_unlock(&vmap_area_lock);
	return true;
}

static bool range_is_unmapped(unsigned long addr, unsigned long end)
{
	for (; addr != end; addr += PAGE_SIZE) {
		if (pte_none(vmalloc_pte(addr)))
			continue;
		pr_err("%#lx is mapped (entry %#lx), and should not be\n", addr,
		       (unsigned long)pte_val(vmalloc_pte(addr)));
		return false;
	}
	return true;
}

static bool vm_struct_check(const struct vmap_area *va, const struct vm_struct *vm)
{
	unsigned int i;

	if ((unsigned long)vm->addr != va->va_start || vm->size != va->va_end - va->va_start) {
		pr_err("area [%#lx, %#lx): its descriptor says %px, %lu bytes\n", va->va_start,
		       va->va_end, vm->addr, vm->size);
		return false;
	}
	if (!(vm->flags & VM_ALLOC) || (vm->flags & VM_UNINITIALIZED))
		return true;
	for (i = 0; i < vm->nr_pages; i++) {
		pte_t pte = vmalloc_pte(va->va_start + i * PAGE_SIZE);

		if (pte_present(pte) && pte_page(pte) == vm->pages[i] && PageVmalloc(pte_page(pte)))
			continue;
		pr_err("area at %#lx: page %u is pfn %#lx, but the entry is %#lx\n", va->va_start,
		       i, page_to_pfn(vm->pages[i]), (unsigned long)pte_val(pte));
		return false;
	}
	return true;
}

bool vmalloc_check(void)
{
	unsigned long addr = VMALLOC_START, nr_pages = 0;
	bool sound = vmap_area_check();
	struct vmap_area va;
	struct vm_struct vm;

	while (sound && next_area_copy(addr, &va, &vm)) {
		if (va.vm) {
			sound = vm_struct_check(&va, &vm) &&
				range_is_unmapped(va.va_end - PAGE_SIZE, va.va_end);
			if (vm.flags & VM_ALLOC)
				nr_pages += vm.nr_pages;
		} else {
			sound = range_is_unmapped(va.va_start, va.va_end);
		}
		addr = va.va_end;
	}
	if (sound && nr_pages != vmalloc_nr_pages()) {
		pr_err("areas hold %lu pages, %lu are counted\n", nr_pages, vmalloc_nr_pages());
		sound = false;
	}
	return sound;
}
