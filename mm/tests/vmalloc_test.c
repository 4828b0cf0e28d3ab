/* SPDX-License-Identifier: MIT */
/*
 * vmalloc() and vmap(): contents, guards, what is freed and when, lazily flushed ranges,
 * every mistake a caller can make, and interrupts between any two instructions. What
 * happens when something runs out is vmalloc_fail_test.c's, the address space by itself
 * vmap_area_test.c's.
 */
#include <kernel/selftest.h>
#include <kernel/lib/list.h>
#include <kernel/lib/vsprintf.h>
#include <kernel/preempt.h>
#include <kernel/seq.h>
#include <arch/mmu.h>
#include <arch/step.h>
#include <mm/highmem.h>
#include <mm/internal.h>
#include <mm/ioremap.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <mm/vmap_area.h>

static unsigned long free_at_start;
static unsigned long tables_at_start;
static unsigned long areas_at_start; /* pages of areas that others hold */

static unsigned long free_now(void)
{
	/* Page tables stay for good, and are counted apart. */
	return nr_free_pages() + (nr_kernel_pagetables() - tables_at_start);
}

static int vmalloc_test_init(struct kunit *test __unused)
{
	mm_quiesce();
	tables_at_start = nr_kernel_pagetables();
	free_at_start = nr_free_pages();
	areas_at_start = vmalloc_nr_pages();
	return 0;
}

static void vmalloc_test_exit(struct kunit *test)
{
	struct vmalloc_stats stats;

	mm_quiesce();
	vmalloc_get_stats(&stats);
	KUNIT_EXPECT_EQ(test, stats.nr_lazy_pages, 0);
	KUNIT_EXPECT_EQ(test, stats.nr_pages, areas_at_start);
	KUNIT_EXPECT_EQ(test, free_now(), free_at_start);
	KUNIT_EXPECT_TRUE(test, vmalloc_check());
}

/*
 * vfree() that the compiler does not recognise: it warns of what these tests do on
 * purpose, freeing wrongly and using an area after it was freed.
 */
static noinline void unseen_vfree(const void *p)
{
	static const void *volatile cell;

	cell = p;
	vfree(cell);
}

static unsigned long nr_lazy(void)
{
	struct vmalloc_stats stats;

	vmalloc_get_stats(&stats);
	return stats.nr_lazy_pages;
}

static unsigned long nr_purges(void)
{
	struct vmalloc_stats stats;

	vmalloc_get_stats(&stats);
	return stats.nr_purges;
}

static const unsigned long sizes[] = {1, 100, 4095, 4096, 4097, 65536, 1 << 20};

static void size_desc(const unsigned long *size, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%lu bytes", *size);
}
KUNIT_ARRAY_PARAM(size, sizes, size_desc)

/* Whole pages, each its own, all the caller's; the byte behind them faults. */
static void every_byte_is_there(struct kunit *test)
{
	unsigned long size = *(const unsigned long *)test->param_value;
	unsigned long nr_pages = PFN_UP(size), i;
	u8 *p = vmalloc(size);
	struct vm_struct *area;

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(p));
	KUNIT_EXPECT_TRUE(test, is_vmalloc_addr(p));
	KUNIT_EXPECT_EQ(test, vmalloc_nr_pages(), areas_at_start + nr_pages);

	area = find_vm_area(p);
	KUNIT_ASSERT_NOT_NULL(test, area);
	KUNIT_EXPECT_EQ(test, area->size, (nr_pages + 1) * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, get_vm_area_size(area), nr_pages * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, area->flags, VM_ALLOC);
	KUNIT_EXPECT_EQ(test, (unsigned long)area->nr_pages, nr_pages);

	for (i = 0; i < nr_pages; i++) {
		struct page *page = vmalloc_to_page(p + i * PAGE_SIZE + 17);

		KUNIT_EXPECT_PTR_EQ(test, page, area->pages[i]);
		KUNIT_EXPECT_EQ(test, vmalloc_to_pfn(p + i * PAGE_SIZE), page_to_pfn(page));
		KUNIT_EXPECT_TRUE(test, PageVmalloc(page));
		memset(p + i * PAGE_SIZE, (int)i, PAGE_SIZE);
	}
	for (i = 0; i < nr_pages; i++) {
		char *addr = kmap_atomic(area->pages[i]);

		KUNIT_EXPECT_NULL(test, memchr_inv(addr, (int)i, PAGE_SIZE));
		kunmap_atomic(addr);
	}
	KUNIT_EXPECT_TRUE(test, vmalloc_check());
	KUNIT_EXPECT_NULL(test, vmalloc_to_page(p + nr_pages * PAGE_SIZE));
	KUNIT_EXPECT_FAULT(test, p + nr_pages * PAGE_SIZE,
			   *(volatile u8 *)(p + nr_pages * PAGE_SIZE) = 1);
	vfree(p);
	KUNIT_EXPECT_EQ(test, vmalloc_nr_pages(), areas_at_start);
}

static void highmem_comes_first(struct kunit *test)
{
	struct zone *highmem = &contig_page_data.node_zones[ZONE_HIGHMEM];
	struct sysinfo si;
	struct page *page;
	void *p;

	p = __vmalloc(PAGE_SIZE, GFP_KERNEL | GFP_DMA);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_EQ(test, page_zonenum(vmalloc_to_page(p)), ZONE_DMA);
	vfree(p);

	si_meminfo(&si);
	if (!si.totalhigh)
		kunit_skip(test, "no highmem");
	if (!zone_watermark_ok(highmem, 0, low_wmark_pages(highmem), ZONE_HIGHMEM, 0))
		kunit_skip(test, "highmem is hardly more than its reserve");
	p = __vmalloc(PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p);
	page = vmalloc_to_page(p);
	vfree(p);
	KUNIT_EXPECT_TRUE(test, PageHighMem(page));
}

/* Pages that held something else a moment ago come back as zeroes. */
static void zeroed_memory_is_zero(struct kunit *test)
{
	const unsigned long size = 40 * PAGE_SIZE;
	u8 *p;

	p = vmalloc(size);
	KUNIT_ASSERT_NOT_NULL(test, p);
	memset(p, 0xff, size);
	vfree(p);
	p = vzalloc(size);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, size));
	memset(p, 0xff, size);
	vfree(p);
	p = vmalloc_user(size - 1);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, size));
	KUNIT_EXPECT_EQ(test, find_vm_area(p)->flags, VM_ALLOC | VM_USERMAP);
	vfree(p);
	p = __vmalloc_node(size, PAGE_SIZE, GFP_KERNEL | __GFP_ZERO, NUMA_NO_NODE, (void *)0x1234);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_NULL(test, memchr_inv(p, 0, size));
	KUNIT_EXPECT_EQ(test, find_vm_area(p)->caller, 0x1234);
	vfree(p);
}

/* Neighbours are a guard page apart, on both sides. */
static void areas_are_guarded(struct kunit *test)
{
	const unsigned long size = 2 * PAGE_SIZE;
	u8 *below = vmalloc(size), *p = vmalloc(size), *above = vmalloc(size);

	KUNIT_ASSERT_NOT_NULL(test, below);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_NOT_NULL(test, above);
	KUNIT_EXPECT_PTR_EQ(test, p, below + size + PAGE_SIZE);
	KUNIT_EXPECT_PTR_EQ(test, above, p + size + PAGE_SIZE);
	KUNIT_EXPECT_FAULT(test, p - 1, *(volatile u8 *)(p - 1));
	KUNIT_EXPECT_FAULT(test, p + size, *(volatile u8 *)(p + size));
	vfree(below);
	vfree(p);
	vfree(above);
}

static void impossible_sizes(struct kunit *test)
{
	struct vmalloc_stats before, after;

	vmalloc_get_stats(&before);
	KUNIT_EXPECT_NULL(test, vmalloc(0));
	KUNIT_EXPECT_NULL(test, __vmalloc(ULONG_MAX, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test,
			  __vmalloc(totalram_pages() * PAGE_SIZE + 1, GFP_KERNEL | __GFP_NOWARN));
	KUNIT_EXPECT_NULL(test, get_vm_area(0, VM_MAP));
	KUNIT_EXPECT_WARN(test, "is more than a page",
			  KUNIT_EXPECT_NULL(test, __vmalloc_node(1, 2 * PAGE_SIZE, GFP_KERNEL,
								 NUMA_NO_NODE, NULL)));
	vmalloc_get_stats(&after);
	KUNIT_EXPECT_EQ(test, after.nr_no_pages - before.nr_no_pages, 2);
	KUNIT_EXPECT_EQ(test, after.nr_no_space, before.nr_no_space);
	vfree(NULL);
	vunmap(NULL);
	iounmap(NULL);
}

/* A range is not used again before the flush, and is used again after it. */
static void freed_ranges_wait_for_the_flush(struct kunit *test)
{
	unsigned long purges = nr_purges();
	u8 *p, *q;

	p = vmalloc(3 * PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, p);
	*(volatile u8 *)p = 1; /* now in the TLB */
	unseen_vfree(p);
	if (debug_pagealloc_enabled())
		KUNIT_EXPECT_FAULT(test, p, *(volatile u8 *)p); /* at once */
	KUNIT_EXPECT_EQ(test, nr_lazy(), 4);
	q = vmalloc(3 * PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, q);
	KUNIT_EXPECT_PTR_EQ(test, q, p + 4 * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, nr_purges(), purges);

	vm_unmap_aliases();
	KUNIT_EXPECT_EQ(test, nr_lazy(), 0);
	KUNIT_EXPECT_EQ(test, nr_purges(), purges + 1);
	KUNIT_EXPECT_FAULT(test, p, *(volatile u8 *)p);
	vfree(q);
	q = vmalloc(3 * PAGE_SIZE);
	KUNIT_EXPECT_PTR_EQ(test, q, p);
	vfree(q);
	vm_unmap_aliases();
	vm_unmap_aliases(); /* nothing to flush: none is made */
	KUNIT_EXPECT_EQ(test, nr_purges(), purges + 2);
}

/* Thousands of vfree() share a handful of flushes. */
static void one_flush_for_many(struct kunit *test)
{
	unsigned long purges = nr_purges(), max_purges;
	int i, rounds = 3000;

	for (i = 0; i < rounds; i++) {
		u32 *p = vmalloc(PAGE_SIZE);

		KUNIT_ASSERT_NOT_NULL(test, p);
		*p = i;
		vfree(p);
	}
	max_purges = rounds / 128;
	KUNIT_EXPECT_GT(test, nr_purges(), purges);
	KUNIT_EXPECT_LE(test, nr_purges(), purges + max_purges);
}

/* vmap(): the same pages under a second address, and again after vunmap(). */
static void vmap_maps_the_pages(struct kunit *test)
{
	struct page *pages[5];
	u8 *p, *ro;
	int i;

	for (i = 0; i < 5; i++) {
		pages[i] = alloc_page(i & 1 ? GFP_KERNEL : GFP_HIGHUSER);
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
		memset_page(pages[i], 0, i + 1, PAGE_SIZE);
	}
	p = vmap(pages, 5, VM_MAP, PAGE_KERNEL);
	ro = vmap(pages + 1, 2, VM_MAP, PAGE_KERNEL_RO);
	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_NOT_NULL(test, ro);
	for (i = 0; i < 5; i++) {
		KUNIT_EXPECT_NULL(test, memchr_inv(p + i * PAGE_SIZE, i + 1, PAGE_SIZE));
		KUNIT_EXPECT_PTR_EQ(test, vmalloc_to_page(p + i * PAGE_SIZE), pages[i]);
	}
	p[PAGE_SIZE + 5] = 200;
	KUNIT_EXPECT_EQ(test, ro[5], 200);
	KUNIT_EXPECT_FAULT(test, ro, *(volatile u8 *)ro = 1);
	KUNIT_EXPECT_FAULT(test, p + 5 * PAGE_SIZE, *(volatile u8 *)(p + 5 * PAGE_SIZE));
	KUNIT_EXPECT_TRUE(test, vmalloc_check());

	vunmap(ro);
	vunmap(p);
	vm_unmap_aliases();
	KUNIT_EXPECT_FAULT(test, p, *(volatile u8 *)p);
	for (i = 0; i < 5; i++) {
		KUNIT_EXPECT_EQ(test, page_count(pages[i]), 1);
		__free_page(pages[i]);
	}
	KUNIT_EXPECT_NULL(test, vmap(pages, 0, VM_MAP, PAGE_KERNEL));
	KUNIT_EXPECT_NULL(test, vmap(pages, UINT_MAX, VM_MAP, PAGE_KERNEL));
}

static void areas_by_themselves(struct kunit *test)
{
	struct vm_struct *area = get_vm_area(2 * PAGE_SIZE - 1, VM_MAP);
	struct page *pages[2];
	char *p;

	KUNIT_ASSERT_NOT_NULL(test, area);
	p = area->addr;
	KUNIT_EXPECT_EQ(test, get_vm_area_size(area), 2 * PAGE_SIZE);
	KUNIT_EXPECT_PTR_EQ(test, find_vm_area(p), area);
	KUNIT_EXPECT_PTR_EQ(test, find_vm_area(p + 3 * PAGE_SIZE - 1), area);
	KUNIT_EXPECT_PTR_NE(test, find_vm_area(p + 3 * PAGE_SIZE), area);
	KUNIT_EXPECT_PTR_NE(test, find_vm_area(p - 1), area);
	KUNIT_EXPECT_FAULT(test, p, *(volatile char *)p);
	KUNIT_EXPECT_NULL(test, vmalloc_to_page(p));

	pages[0] = alloc_page(GFP_HIGHUSER);
	pages[1] = alloc_page(GFP_HIGHUSER);
	KUNIT_ASSERT_NOT_NULL(test, pages[0]);
	KUNIT_ASSERT_NOT_NULL(test, pages[1]);
	KUNIT_ASSERT_EQ(test, map_vm_area(area, PAGE_KERNEL, pages), 0);
	p[PAGE_SIZE] = 7;
	KUNIT_EXPECT_PTR_EQ(test, vmalloc_to_page(p + PAGE_SIZE), pages[1]);

	KUNIT_EXPECT_NULL(test, remove_vm_area(p + PAGE_SIZE)); /* no area starts there */
	KUNIT_EXPECT_PTR_EQ(test, remove_vm_area(p), area);
	KUNIT_EXPECT_NULL(test, remove_vm_area(p));
	KUNIT_EXPECT_NULL(test, find_vm_area(p));
	KUNIT_EXPECT_EQ(test, nr_lazy(), 3);
	kfree(area);
	__free_page(pages[0]);
	__free_page(pages[1]);

	/* Nothing was ever mapped in this one, so nothing need be flushed. */
	area = get_vm_area(PAGE_SIZE, VM_MAP);
	KUNIT_ASSERT_NOT_NULL(test, area);
	free_vm_area(area);
	KUNIT_EXPECT_EQ(test, nr_lazy(), 3);
}

/* What get_vm_area() did not make is left alone. */
static void foreign_area_is_reported(struct kunit *test)
{
	struct vm_struct *area = kzalloc(sizeof(*area), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, area);
	area->addr = (void *)(VMALLOC_END - PAGE_SIZE);
	KUNIT_EXPECT_BUG(test, "where no area is", free_vm_area(area));
	KUNIT_EXPECT_PTR_EQ(test, area->addr, (void *)(VMALLOC_END - PAGE_SIZE));
	kfree(area);
}

static void mistakes_are_reported(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	u8 *p = vmalloc(2 * PAGE_SIZE), *mapped;

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_ASSERT_NOT_NULL(test, p);
	mapped = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, mapped);

	KUNIT_EXPECT_BUG(test, "bytes inside the vmalloc area", unseen_vfree(p + PAGE_SIZE));
	KUNIT_EXPECT_BUG(test, "bytes inside the vmalloc area", unseen_vfree(p + 1));
	KUNIT_EXPECT_BUG(test, "an area of vmap, made by", unseen_vfree(mapped));
	KUNIT_EXPECT_BUG(test, "an area of vmalloc, made by", vunmap(p));
	KUNIT_EXPECT_BUG(test, "an area of vmalloc, made by", iounmap((void __iomem __force *)p));
	KUNIT_EXPECT_BUG(test, "where no area is", unseen_vfree((void *)(VMALLOC_END - PAGE_SIZE)));
	KUNIT_EXPECT_BUG(test, "where no area is", unseen_vfree(page_address(page)));
	KUNIT_EXPECT_TRUE(test, vmalloc_check());
	p[PAGE_SIZE] = 1; /* all still there */
	mapped[0] = 1;

	unseen_vfree(p);
	KUNIT_EXPECT_BUG(test, "which is free already", unseen_vfree(p));
	KUNIT_EXPECT_BUG(test, "which is free already", unseen_vfree(p + PAGE_SIZE));
	vunmap(mapped);
	KUNIT_EXPECT_BUG(test, "which is free already", vunmap(mapped));
	vm_unmap_aliases();
	KUNIT_EXPECT_BUG(test, "which is free already", unseen_vfree(p)); /* pooled */
	mm_quiesce();
	KUNIT_EXPECT_BUG(test, "where no area is", unseen_vfree(p));
	__free_page(page);
}

static void freeing_a_page_of_an_area_is_reported(struct kunit *test)
{
	void *p = vmalloc(PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_EXPECT_BUG(test, "BUG: ", __free_page(vmalloc_to_page(p)));
	vfree(p);
}

/* A page that someone else holds too survives vfree(), without a trace of the area. */
static void a_held_page_survives(struct kunit *test)
{
	u8 *p = vmalloc_user(PAGE_SIZE), *addr;
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, p);
	page = vmalloc_to_page(p);
	get_page(page);
	p[0] = 42;
	vfree(p);
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	KUNIT_EXPECT_FALSE(test, PageVmalloc(page));
	addr = kmap_atomic(page);
	KUNIT_EXPECT_EQ(test, addr[0], 42);
	kunmap_atomic(addr);
	put_page(page);
}

/* Of several pages the one that kmap() still maps stays, with a report; the others go. */
static void a_kmapped_page_is_reported(struct kunit *test)
{
	u8 *p = vmalloc(3 * PAGE_SIZE);
	struct page *page;

	KUNIT_ASSERT_NOT_NULL(test, p);
	page = vmalloc_to_page(p + PAGE_SIZE);
	if (!PageHighMem(page)) {
		vfree(p);
		kunit_skip(test, "no highmem");
	}
	kmap(page);
	KUNIT_EXPECT_BUG(test, "page is kmapped", vfree(p));
	KUNIT_EXPECT_EQ(test, page_count(page), 1);
	kunmap(page);
	__free_page(page);
}

static void atomic_context(struct kunit *test)
{
	void *p = vmalloc(PAGE_SIZE), *q;
	struct page *page = alloc_page(GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_NOT_NULL(test, page);
	kunit_expect_report_begin(test, "BUG: sleeping function");
	preempt_disable();
	q = vmap(&page, 1, VM_MAP, PAGE_KERNEL_RO);
	preempt_enable();
	KUNIT_EXPECT_GE(test, kunit_expect_report_end(test), 1); /* and what it calls, too */
	local_irq_disable(); /* as in a handler; a tick would nest otherwise */
	irq_enter();
	KUNIT_EXPECT_BUG(test, "BUG: vunmap", vunmap(q));
	vfree(p); /* is fine */
	irq_exit();
	local_irq_enable();
	KUNIT_EXPECT_EQ(test, nr_lazy(), 2);
	vunmap(q);
	__free_page(page);
}

/* Many areas of all sizes, alive at the same time, none of which loses a byte. */
static void storm_with_contents(struct kunit *test)
{
	enum { SLOTS = 64 };
	static struct {
		u32 *addr;
		unsigned long words;
		u32 seed;
	} slot[SLOTS];
	unsigned int nr_ops = kunit_soaking() ? 200000 : 2000, i, w;
	unsigned long max_pages = min(nr_free_pages() / (2 * SLOTS), 40UL);

	memset(slot, 0, sizeof(slot));
	while (nr_ops--) {
		i = kunit_rand_below(test, SLOTS);
		if (slot[i].addr) {
			for (w = 0; w < slot[i].words; w += 61)
				KUNIT_ASSERT_EQ(test, slot[i].addr[w], slot[i].seed + w);
			vfree(slot[i].addr);
			slot[i].addr = NULL;
		} else {
			slot[i].words = (1 + kunit_rand_below(test, max_pages * PAGE_SIZE)) / 4 + 1;
			slot[i].seed = kunit_rand(test);
			slot[i].addr = vmalloc(slot[i].words * 4);
			KUNIT_ASSERT_NOT_NULL(test, slot[i].addr);
			for (w = 0; w < slot[i].words; w += 61)
				slot[i].addr[w] = slot[i].seed + w;
		}
		if (nr_ops % 500 == 0)
			KUNIT_ASSERT_TRUE(test, vmalloc_check());
	}
	for (i = 0; i < SLOTS; i++)
		vfree(slot[i].addr);
}

/*
 * Interrupts between any two instructions of vmalloc() and vfree(). The handler does
 * what handlers may: it looks areas up, frees one, and uses the allocators below.
 */

struct step_arg {
	void *known;       /* an area that is there all the time */
	void *to_free[64]; /* areas that the handler frees, one in a while */
	unsigned int nr_freed;
	unsigned long nr_calls;
	unsigned long wrong;
};

static void vmalloc_and_vfree(void *p)
{
	struct step_arg *arg = p;
	u32 *a = vmalloc(2 * PAGE_SIZE), *b;

	if (!a) {
		arg->wrong++;
		return;
	}
	a[1024] = 1;
	b = vmalloc(PAGE_SIZE);
	arg->wrong += !b || b == a || a[1024] != 1;
	vfree(a);
	vfree(b);
}

static void handler(void *p)
{
	struct step_arg *arg = p;
	struct vm_struct *area = find_vm_area(arg->known);
	void *obj = kmalloc(40, GFP_ATOMIC);
	struct page *page = alloc_page(GFP_ATOMIC | __GFP_HIGHMEM);

	arg->wrong += !area || area->addr != arg->known || !obj || !page;
	if (page)
		__free_page(page);
	kfree(obj);
	if (arg->nr_calls++ % 40 == 0 && arg->nr_freed < ARRAY_SIZE(arg->to_free))
		vfree(arg->to_free[arg->nr_freed++]);
}

static void interrupt_at_every_instruction(struct kunit *test)
{
	static struct step_arg arg;
	struct step_count steps;
	unsigned int i;

	kunit_needs_single_step(test);
	memset(&arg, 0, sizeof(arg));
	arg.known = vmalloc(PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, arg.known);
	for (i = 0; i < ARRAY_SIZE(arg.to_free); i++) {
		arg.to_free[i] = vmalloc(PAGE_SIZE);
		KUNIT_ASSERT_NOT_NULL(test, arg.to_free[i]);
	}
	steps = arch_single_step(vmalloc_and_vfree, &arg, handler, &arg);
	KUNIT_EXPECT_EQ(test, arg.wrong, 0);
	KUNIT_EXPECT_GT(test, steps.nr_calls, 400);
	KUNIT_EXPECT_TRUE(test, vmalloc_check());
	KUNIT_EXPECT_GT(test, arg.nr_freed, 8);
	while (arg.nr_freed < ARRAY_SIZE(arg.to_free))
		vfree(arg.to_free[arg.nr_freed++]);
	vfree(arg.known);
}

static void views_show_the_areas(struct kunit *test)
{
	static char buf[8192];
	struct seq_file m;
	char want[128], *line;
	u8 *p = vmalloc_user(3 * PAGE_SIZE), *q = vmalloc(PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_NOT_NULL(test, q);
	unseen_vfree(q);
	seq_open_buffer(&m, buf, sizeof(buf));
	show_vmallocinfo(&m);
	snprintf(want, sizeof(want), "0x%px-0x%px   16384 views_show_the_areas+0x", p,
		 p + 4 * PAGE_SIZE);
	line = strstr(buf, want);
	KUNIT_ASSERT_NOT_NULL(test, line);
	*strchrnul(line, '\n') = '\0';
	KUNIT_EXPECT_NOT_NULL(test, strstr(line, " pages=3 vmalloc user"));
	line += strlen(line) + 1;
	snprintf(want, sizeof(want), "0x%px-0x%px    8192 unpurged vm_area\n", q,
		 q + 2 * PAGE_SIZE);
	KUNIT_EXPECT_PTR_EQ(test, strstr(line, want), line);

	seq_open_buffer(&m, buf, sizeof(buf));
	KUNIT_EXPECT_TRUE(test, vmalloc_describe((unsigned long)p + 5, &m));
	KUNIT_EXPECT_EQ(test, str_has_prefix(buf, "vmalloc area ["), strlen("vmalloc area ["));
	KUNIT_EXPECT_NOT_NULL(test, strstr(buf, "12288 bytes, of views_show_the_areas+0x"));
	seq_open_buffer(&m, buf, sizeof(buf));
	KUNIT_EXPECT_TRUE(test, vmalloc_describe((unsigned long)p + 3 * PAGE_SIZE, &m));
	KUNIT_EXPECT_EQ(test, str_has_prefix(buf, "guard page of the vmalloc area ["),
			strlen("guard page of the vmalloc area ["));
	seq_open_buffer(&m, buf, sizeof(buf));
	KUNIT_EXPECT_TRUE(test, vmalloc_describe((unsigned long)q, &m));
	KUNIT_EXPECT_NOT_NULL(test, strstr(buf, "freed by unseen_vfree+0x"));
	seq_open_buffer(&m, buf, sizeof(buf));
	KUNIT_EXPECT_TRUE(test, vmalloc_describe(VMALLOC_END - 1, &m));
	KUNIT_EXPECT_STREQ(test, buf, "vmalloc space, above all areas\n");
	KUNIT_EXPECT_FALSE(test, vmalloc_describe(VMALLOC_END, &m));
	KUNIT_EXPECT_FALSE(test, vmalloc_describe(VMALLOC_START - 1, &m));
	vfree(p);
}

/* What the checker is for: an entry that vanished, and one that should not be there. */
static void checker_sees_wrong_entries(struct kunit *test)
{
	const unsigned long size = 3 * PAGE_SIZE;
	u8 *p = vmalloc(size);
	unsigned long guard = (unsigned long)p + size, last = guard - PAGE_SIZE;
	pte_t *ptep, *guard_ptep, saved;

	KUNIT_ASSERT_NOT_NULL(test, p);
	/* The last page of the area, and the guard page behind it, maybe in the next table. */
	ptep = pte_offset_kernel(pmd_off_k(last), last);
	guard_ptep = pte_alloc_kernel(pmd_off_k(guard), guard);
	KUNIT_ASSERT_NOT_NULL(test, guard_ptep);
	saved = *ptep;
	KUNIT_EXPECT_TRUE(test, vmalloc_check());
	pte_clear(&init_mm, p, ptep);
	KUNIT_EXPECT_FALSE(test, vmalloc_check());
	set_pte(ptep, saved);
	KUNIT_EXPECT_TRUE(test, vmalloc_check());
	set_pte(guard_ptep, saved);
	KUNIT_EXPECT_FALSE(test, vmalloc_check());
	pte_clear(&init_mm, guard, guard_ptep);
	KUNIT_EXPECT_TRUE(test, vmalloc_check());

	/* An area that was freed, and is still mapped. */
	unseen_vfree(p);
	KUNIT_EXPECT_TRUE(test, vmalloc_check());
	set_pte(ptep, saved);
	KUNIT_EXPECT_FALSE(test, vmalloc_check());
	pte_clear(&init_mm, p, ptep);
}

/* The view tells of an area whose list of pages is itself in one. */
static void view_shows_long_lists(struct kunit *test)
{
	static char buf[8192];
	struct seq_file m;
	char want[64], *line;
	void *p;

	if (nr_free_pages() < 2 * 1025)
		kunit_skip(test, "no %lu bytes to spare", 2 * 1025 * PAGE_SIZE);
	p = vmalloc(1025 * PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, p);
	seq_open_buffer(&m, buf, sizeof(buf));
	show_vmallocinfo(&m);
	snprintf(want, sizeof(want), "0x%px-", p);
	vfree(p);
	line = strstr(buf, want);
	KUNIT_ASSERT_NOT_NULL(test, line);
	*strchrnul(line, '\n') = '\0';
	KUNIT_EXPECT_NOT_NULL(test, strstr(line, " pages=1025 vmalloc vpages"));
}

/* A fault report may come while the lock is held: it says so, and does not wait. */
static void describes_without_waiting(struct kunit *test)
{
	char buf[128];
	struct seq_file m;
	unsigned long flags;
	bool described;

	seq_open_buffer(&m, buf, sizeof(buf));
	spin_lock_irqsave(&vmap_area_lock, flags);
	described = vmalloc_describe(VMALLOC_START, &m);
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	KUNIT_EXPECT_TRUE(test, described);
	KUNIT_EXPECT_NOT_NULL(test, strstr(buf, "vmap_area_lock is held"));
}

static struct kunit_case vmalloc_cases[] = {
	KUNIT_CASE_PARAM(every_byte_is_there, size_gen_params),
	KUNIT_CASE(highmem_comes_first),
	KUNIT_CASE(zeroed_memory_is_zero),
	KUNIT_CASE(areas_are_guarded),
	KUNIT_CASE(impossible_sizes),
	KUNIT_CASE(freed_ranges_wait_for_the_flush),
	KUNIT_CASE(one_flush_for_many),
	KUNIT_CASE(vmap_maps_the_pages),
	KUNIT_CASE(areas_by_themselves),
	KUNIT_CASE(foreign_area_is_reported),
	KUNIT_CASE(mistakes_are_reported),
	KUNIT_CASE(freeing_a_page_of_an_area_is_reported),
	KUNIT_CASE(a_held_page_survives),
	KUNIT_CASE(a_kmapped_page_is_reported),
	KUNIT_CASE(atomic_context),
	KUNIT_CASE(storm_with_contents),
	KUNIT_CASE(interrupt_at_every_instruction),
	KUNIT_CASE(views_show_the_areas),
	KUNIT_CASE(view_shows_long_lists),
	KUNIT_CASE(checker_sees_wrong_entries),
	KUNIT_CASE(describes_without_waiting),
	{},
};

static struct kunit_suite vmalloc_suite = {
	.name = "vmalloc",
	.init = vmalloc_test_init,
	.exit = vmalloc_test_exit,
	.test_cases = vmalloc_cases,
};
kunit_test_suite(vmalloc_suite);
