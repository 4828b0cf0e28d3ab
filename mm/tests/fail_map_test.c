/* SPDX-License-Identifier: MIT */
/*
 * vmalloc(), vmap(), ioremap() and protections with each of their allocations failing.
 *
 * A page table of the vmalloc space is made once and stays. So that its page is among what
 * can fail, such a case first takes all addresses below the next part that has no table,
 * as long as there is one.
 */
#include <kernel/lib/errno.h>
#include <mm/mm.h>
#include <mm/ioremap.h>
#include <mm/slab.h>
#include <mm/fail.h>
#include <mm/tests/fail_case.h>
#include <mm/trace.h>
#include <mm/vmalloc.h>
#include <arch/mmu.h>

#define NOWARN (GFP_KERNEL | __GFP_NOWARN)

/* Where ISA's adapters are: no RAM from 640 KiB to 1 MiB, whatever a map says. */
#define DEVICE 0xc8000UL

static struct vm_struct *filler;

static void take_what_has_tables(struct kunit *test, unsigned long arg __unused)
{
	struct vm_struct *probe = get_vm_area(PAGE_SIZE, VM_MAP);
	unsigned long addr, end;

	KUNIT_ASSERT_NOT_NULL(test, probe);
	addr = (unsigned long)probe->addr;
	free_vm_area(probe);
	/* An area is of two pages at the least. */
	for (end = ALIGN(addr + 2 * PAGE_SIZE, PMD_SIZE); end < VMALLOC_END; end += PMD_SIZE)
		if (pmd_none(*pmd_off_k(end)))
			break;
	if (end >= VMALLOC_END)
		return;
	filler = get_vm_area(end - addr - PAGE_SIZE, VM_MAP);
	KUNIT_ASSERT_NOT_NULL(test, filler);
	KUNIT_EXPECT_EQ(test, (unsigned long)filler->addr, addr);
	fail_case_more_points(1);
}

static void give_up_filler(unsigned long arg __unused)
{
	if (filler)
		free_vm_area(filler);
	filler = NULL;
}

/* vmalloc */

static void undo_vmalloc(void *addr, unsigned long size __unused)
{
	vfree(addr);
}

static void *try_vmalloc(struct kunit *test __unused, unsigned long size)
{
	return vmalloc(size);
}

static void *try_vzalloc(struct kunit *test, unsigned long size)
{
	void *addr = vzalloc(size);

	if (addr)
		KUNIT_EXPECT_NULL(test, memchr_inv(addr, 0, size));
	return addr;
}

static void *try_vmalloc_user(struct kunit *test __unused, unsigned long size)
{
	return vmalloc_user(size);
}

static void *try___vmalloc(struct kunit *test __unused, unsigned long size)
{
	return __vmalloc(size, NOWARN);
}

static void *try___vmalloc_dma(struct kunit *test __unused, unsigned long size)
{
	return __vmalloc(size, NOWARN | GFP_DMA);
}

static void *try___vmalloc_node(struct kunit *test __unused, unsigned long size)
{
	return __vmalloc_node(size, PAGE_SIZE, NOWARN, NUMA_NO_NODE, try___vmalloc_node);
}

static void need_much_memory(struct kunit *test, unsigned long size)
{
	if (nr_free_pages() < 2 * (size >> PAGE_SHIFT))
		kunit_skip(test, "too little memory");
	take_what_has_tables(test, size);
}

/* Rings of allocation events */

static void need_no_ring(struct kunit *test, unsigned long entries)
{
	struct mm_trace_stats stats;

	mm_trace_get_stats(&stats);
	if (stats.entries)
		kunit_skip(test, "somebody traces");
	take_what_has_tables(test, entries);
}

static void *try_mm_trace_start(struct kunit *test, unsigned long entries)
{
	static struct mm_trace_stats stats;
	int err = mm_trace_start(entries);

	mm_trace_get_stats(&stats);
	KUNIT_EXPECT_EQ(test, stats.on, !err);
	KUNIT_EXPECT_EQ(test, stats.entries, err ? 0 : entries);
	if (err)
		KUNIT_EXPECT_EQ(test, err, -ENOMEM);
	return err ? NULL : &stats;
}

static void undo_mm_trace_start(void *stats __unused, unsigned long entries __unused)
{
	mm_trace_clear();
}

/* Areas, and pages that the case has, mapped into them */

#define NR_PAGES 4

static struct page *pages[NR_PAGES];

static void get_pages_to_map(struct kunit *test, unsigned long arg)
{
	unsigned int i;

	take_what_has_tables(test, arg);
	for (i = 0; i < NR_PAGES; i++) {
		pages[i] = alloc_page(GFP_HIGHUSER);
		KUNIT_ASSERT_NOT_NULL(test, pages[i]);
	}
}

static void put_pages_to_map(unsigned long arg)
{
	unsigned int i;

	for (i = 0; i < NR_PAGES; i++) {
		if (pages[i])
			__free_page(pages[i]);
		pages[i] = NULL;
	}
	give_up_filler(arg);
}

static void *try_vmap(struct kunit *test __unused, unsigned long arg __unused)
{
	return vmap(pages, NR_PAGES, VM_MAP, PAGE_KERNEL);
}

static void undo_vmap(void *addr, unsigned long arg __unused)
{
	vunmap(addr);
}

static void *try_get_vm_area(struct kunit *test __unused, unsigned long size)
{
	return get_vm_area(size, VM_MAP);
}

static void *try_get_vm_area_caller(struct kunit *test __unused, unsigned long size)
{
	return get_vm_area_caller(size, VM_MAP, try_get_vm_area_caller);
}

static void undo_area(void *area, unsigned long size __unused)
{
	free_vm_area(area);
}

static void *try_map_vm_area(struct kunit *test __unused, unsigned long arg __unused)
{
	struct vm_struct *area = get_vm_area(NR_PAGES * PAGE_SIZE, VM_MAP);

	if (!area)
		return NULL;
	if (!map_vm_area(area, PAGE_KERNEL, pages))
		return area;
	free_vm_area(area);
	return NULL;
}

/* Over the boundary of two page tables, so that one may be there and the other fail. */
static void *try_ioremap_page_range(struct kunit *test __unused, unsigned long size)
{
	struct vm_struct *area = get_vm_area(size, VM_IOREMAP);
	unsigned long addr;

	if (!area)
		return NULL;
	addr = (unsigned long)area->addr;
	if (!ioremap_page_range(addr, addr + size, DEVICE, PAGE_KERNEL_IO_NOCACHE))
		return area;
	free_vm_area(area);
	return NULL;
}

/* Devices */

static void *try_ioremap(struct kunit *test __unused, unsigned long size)
{
	return (void __force *)ioremap(DEVICE + 5, size);
}

static void *try_ioremap_cache(struct kunit *test __unused, unsigned long size)
{
	return (void __force *)ioremap_cache(DEVICE, size);
}

static void *try_ioremap_wc(struct kunit *test __unused, unsigned long size)
{
	return (void __force *)ioremap_wc(DEVICE, size);
}

static void undo_ioremap(void *addr, unsigned long size __unused)
{
	iounmap((void __iomem __force *)addr);
}

/* clang-format: it takes an initialiser for a block. */
/* clang-format off */
#define VMALLOC(case_name, fn, size, nr_points) \
	{.name = case_name, .attempt = fn, .undo = undo_vmalloc, .arg = size, .points = nr_points, \
	 .prepare = take_what_has_tables, .cleanup = give_up_filler}
#define AREA(case_name, fn, size, nr_points) \
	{.name = case_name, .attempt = fn, .undo = undo_area, .arg = size, .points = nr_points}
#define IOREMAP(case_name, fn, size, nr_points) \
	{.name = case_name, .attempt = fn, .undo = undo_ioremap, .arg = size, \
	 .points = nr_points, .prepare = take_what_has_tables, .cleanup = give_up_filler}
/* clang-format on */

/*
 * One for the descriptor, one for the node of the tree, then the pages. Where a slab has no
 * room for one of the former its pages can fail, too; whether it has, others decide.
 */
static const struct fail_case fail_map_table[] = {
	VMALLOC("vmalloc", try_vmalloc, 5 * PAGE_SIZE, 7),
	VMALLOC("vzalloc", try_vzalloc, PAGE_SIZE, 3),
	VMALLOC("vmalloc_user", try_vmalloc_user, 2 * PAGE_SIZE, 4),
	VMALLOC("__vmalloc, array apart", try___vmalloc, 20 * PAGE_SIZE, 23),
	VMALLOC("__vmalloc, DMA", try___vmalloc_dma, 3 * PAGE_SIZE, 5),
	VMALLOC("__vmalloc_node", try___vmalloc_node, PAGE_SIZE, 3),
	{
		.name = "mm_trace_start",
		.attempt = try_mm_trace_start,
		.undo = undo_mm_trace_start,
		.arg = 64,
		.prepare = need_no_ring,
		.cleanup = give_up_filler,
		.points = 3,
	},
	{
		/* More than 1024 pages: the array of pages is itself in an area. */
		.name = "vmalloc of 1030 pages",
		.attempt = try___vmalloc,
		.undo = undo_vmalloc,
		.arg = 1030 * PAGE_SIZE,
		.prepare = need_much_memory,
		.cleanup = give_up_filler,
		.points = 1030,
		.stride = 101,
	},
	{
		.name = "vmap",
		.attempt = try_vmap,
		.undo = undo_vmap,
		.prepare = get_pages_to_map,
		.cleanup = put_pages_to_map,
		.points = 2,
	},
	{
		.name = "map_vm_area",
		.attempt = try_map_vm_area,
		.undo = undo_area,
		.prepare = get_pages_to_map,
		.cleanup = put_pages_to_map,
		.points = 2,
	},
	AREA("get_vm_area", try_get_vm_area, PAGE_SIZE, 2),
	AREA("get_vm_area_caller", try_get_vm_area_caller, 40 * PAGE_SIZE, 2),
	{
		.name = "ioremap_page_range",
		.attempt = try_ioremap_page_range,
		.undo = undo_area,
		.arg = PMD_SIZE + 2 * PAGE_SIZE,
		.prepare = take_what_has_tables,
		.cleanup = give_up_filler,
		.points = 2,
	},
	IOREMAP("ioremap", try_ioremap, 2 * PAGE_SIZE, 2),
	IOREMAP("ioremap_cache", try_ioremap_cache, 1, 2),
	IOREMAP("ioremap_wc", try_ioremap_wc, 3 * PAGE_SIZE, 2),
};
KUNIT_ARRAY_PARAM(fail_map, fail_map_table, fail_case_desc)

/*
 * Protections: splitting a large page wants a table. Each success leaves one large page
 * less, and there are few; so all four are refused in turn before one succeeds.
 */

#define LARGE_ORDER (PMD_SHIFT - PAGE_SHIFT)

static void expect_refused(struct kunit *test, unsigned long addr, int (*set)(unsigned long, int))
{
	unsigned long tables = nr_kernel_pagetables();
	pmdval_t entry = pmd_val(*pmd_off_k(addr));

	fail_nth_set(0);
	KUNIT_EXPECT_EQ(test, set(addr + PAGE_SIZE, 2), -ENOMEM);
	KUNIT_EXPECT_TRUE(test, fail_nth_clear());
	KUNIT_EXPECT_EQ(test, pmd_val(*pmd_off_k(addr)), entry);
	KUNIT_EXPECT_EQ(test, nr_kernel_pagetables(), tables);
	KUNIT_EXPECT_TRUE(test, ptdump_check());
}

static void try_set_memory(struct kunit *test)
{
	struct page *page = alloc_pages(NOWARN, LARGE_ORDER);
	unsigned long addr;

	if (!page)
		kunit_skip(test, "no free block of %lu bytes", PMD_SIZE);
	addr = (unsigned long)lowmem_page_address(page);
	if (!pmd_leaf(*pmd_off_k(addr))) {
		__free_pages(page, LARGE_ORDER);
		kunit_skip(test, "no large page left to split");
	}
	expect_refused(test, addr, set_memory_ro);
	expect_refused(test, addr, set_memory_rw);
	expect_refused(test, addr, set_memory_np);
	expect_refused(test, addr, set_memory_p);
	KUNIT_EXPECT_EQ(test, set_memory_ro(addr + PAGE_SIZE, 2), 0);
	KUNIT_EXPECT_EQ(test, set_memory_rw(addr + PAGE_SIZE, 2), 0);
	__free_pages(page, LARGE_ORDER);
}

static struct kunit_case fail_map_cases[] = {
	KUNIT_CASE_PARAM(nth_allocation_fails, fail_map_gen_params),
	KUNIT_CASE(try_set_memory),
	{},
};

static struct kunit_suite fail_map_suite = {
	.name = "fail_map",
	.exit = fail_case_exit,
	.test_cases = fail_map_cases,
};
kunit_test_suite(fail_map_suite);
