/* SPDX-License-Identifier: MIT */
/*
 * What is this address?
 *
 * The answer goes from the large to the small: the region of the layout, what the CPU
 * finds there, then whatever the region is made of - a function of the image, a block of
 * pages, an object of a slab, an area of vmalloc, a slot - with who made it, and last its
 * neighbours, since an overrun is a bug of the one next door.
 *
 * What is told is copied first, under the lock of whoever owns it, and printed then:
 * printing may wait for a person at "more". So all of it is true of one moment, and
 * nothing that is freed meanwhile is looked at.
 *
 * Reference: none in Linux as a whole; slab's part is kmem_dump_obj() of mm/slab_common.c,
 * vmalloc's vmalloc_dump_obj().
 */
#include <kernel/kallsyms.h>
#include <kernel/resource.h>
#include <kernel/seq.h>
#include <kernel/lib/string.h>
#include <arch/traps.h>

#include <mm/explain.h>
#include <mm/highmem.h>
#include <mm/internal.h>
#include <mm/slab_internal.h>
#include <mm/vmalloc.h>
#include <mm/vmap_area.h>

/*
 * The image
 */

static void show_symbol(struct seq_file *m, const char *what, unsigned long addr)
{
	if (kallsyms_lookup(addr, NULL, NULL))
		seq_printf(m, "  %s: %pS\n", what, (void *)addr);
}

static void show_variable(struct seq_file *m, const char *what, unsigned long addr)
{
	unsigned long size, offset;
	const char *name = kallsyms_lookup_data(addr, &size, &offset);

	if (name)
		seq_printf(m, "  %s: %s+0x%lx/0x%lx\n", what, name, offset, size);
}

static void explain_variable(struct seq_file *m, unsigned long addr)
{
	unsigned long size, offset;

	if (!kallsyms_lookup_data(addr, &size, &offset))
		return;
	show_variable(m, "variable", addr);
	show_variable(m, "before", addr - offset - 1);
	show_variable(m, "after", addr - offset + size);
}

/* What the report of a fault would say, where that is more than the region's name. */
static void show_fault_description(struct seq_file *m, unsigned long addr)
{
	char text[160];

	fault_describe(addr, text, sizeof(text));
	if (!str_has_prefix(text, layout_region(addr)))
		seq_printf(m, "  %s\n", text);
}

/* A function or variable with those before and behind it; a stack, or its guard page. */
static void explain_image(struct seq_file *m, unsigned long addr)
{
	unsigned long size, offset;

	if (!kallsyms_lookup(addr, &size, &offset)) {
		show_page(m, virt_to_pfn(addr));
		show_fault_description(m, addr);
		explain_variable(m, addr);
		return;
	}
	show_symbol(m, "function", addr);
	show_symbol(m, "before", addr - offset - 1);
	show_symbol(m, "after", addr - offset + size);
}

/*
 * Blocks of pages
 */

/* The neighbour that holds page frame @pfn, if there is one. */
static void show_neighbour_page(struct seq_file *m, const char *where, unsigned long pfn)
{
	char text[160];

	if (!pfn_valid(pfn))
		return;
	page_describe(pfn_to_page(pfn), text, sizeof(text));
	seq_printf(m, "  %s: pfn %#lx, %s\n", where, pfn, text);
}

/* block_bounds - first page frame of the block that holds @pfn, and that behind it */
static void block_bounds(unsigned long pfn, unsigned long *first, unsigned long *end)
{
	struct page *head = free_block_head(pfn);

	if (!head)
		head = used_block_head(pfn);
	*first = head ? page_to_pfn(head) : pfn;
	*end = *first + (head ? 1UL << page_alloc_order(head) : 1UL);
}

/*
 * Reserved pages have no block but the range that the registry knows; unless they are what
 * is left of RAM beside something taken.
 */
static void reserved_bounds(struct seq_file *m, unsigned long addr, unsigned long *first,
			    unsigned long *end)
{
	const struct resource *res = resource_lookup(&iomem_resource, __pa(addr));

	*first = virt_to_pfn(addr);
	*end = *first + 1;
	if (!res || res->flags == IORESOURCE_SYSTEM_RAM)
		return;
	seq_printf(m, "  range: 0x%08llx-0x%08llx %s\n", (unsigned long long)res->start,
		   (unsigned long long)res->end, res->name);
	*first = PHYS_PFN(res->start);
	*end = PHYS_PFN(res->end) + 1;
}

/* An address in mem_map is that of a struct page. */
static void explain_mem_map(struct seq_file *m, unsigned long addr)
{
	unsigned long offset = addr - (unsigned long)mem_map;

	if (offset / sizeof(struct page) < max_pfn)
		seq_printf(m, "  mem_map: struct page of pfn %#lx, byte %lu of it\n",
			   offset / sizeof(struct page), offset % sizeof(struct page));
}

/* Which area does a page of vmalloc belong to? */
static bool area_holds(const struct vm_struct *vm, const struct page *page)
{
	unsigned long addr = (unsigned long)vm->addr;
	unsigned int i;

	for (i = 0; i < vm->nr_pages; i++)
		if (vmalloc_to_page((void *)(addr + i * PAGE_SIZE)) == page)
			return true;
	return false;
}

static void explain_vmalloc_page(struct seq_file *m, const struct page *page)
{
	unsigned long addr = VMALLOC_START;
	struct vmap_area va;
	struct vm_struct vm;

	for (; next_area_copy(addr, &va, &vm); addr = va.va_end) {
		if (!va.vm || !area_holds(&vm, page))
			continue;
		seq_printf(m, "  area: [%#lx, %#lx), made by %pS\n", va.va_start, va.va_end,
			   (void *)vm.caller);
		return;
	}
}

static void explain_page(struct seq_file *m, unsigned long addr)
{
	struct page *page = virt_to_page(addr);
	unsigned long pfn = page_to_pfn(page), first, end;

	show_page(m, pfn);
	if (PageSlab(page)) {
		slab_explain(m, (void *)addr);
		return;
	}
	explain_mem_map(m, addr);
	if (PageVmalloc(page))
		explain_vmalloc_page(m, page);
	if (PageReserved(page))
		reserved_bounds(m, addr, &first, &end);
	else
		block_bounds(pfn, &first, &end);
	show_neighbour_page(m, "before", first - 1);
	show_neighbour_page(m, "after", end);
}

/*
 * Areas of vmalloc
 */

/* area_below - copies of the last area that ends at or below @end, and of its descriptor */
static bool area_below(unsigned long end, struct vmap_area *va, struct vm_struct *vm)
{
	unsigned long addr = VMALLOC_START;
	struct vmap_area next;
	struct vm_struct next_vm;
	bool any = false;

	while (next_area_copy(addr, &next, &next_vm) && next.va_end <= end) {
		*va = next;
		*vm = next_vm;
		addr = next.va_end;
		any = true;
	}
	return any;
}

static void show_neighbour_area(struct seq_file *m, const char *where, const struct vmap_area *va,
				const struct vm_struct *vm, unsigned long gap)
{
	seq_printf(m, "  %s: [%#lx, %#lx), %s by %pS, ", where, va->va_start, va->va_end,
		   va->vm ? "made" : "freed", (void *)(va->vm ? vm->caller : va->freed_by));
	if (gap)
		seq_printf(m, "%lu bytes away\n", gap);
	else
		seq_puts(m, "next to it\n");
}

static void show_area(struct seq_file *m, const struct vm_struct *vm, unsigned long addr)
{
	unsigned long offset = addr - (unsigned long)vm->addr;

	if (offset < get_vm_area_size(vm))
		seq_printf(m, "  byte %lu of it, in page %lu of %lu\n", offset,
			   offset >> PAGE_SHIFT, get_vm_area_size(vm) >> PAGE_SHIFT);
	if (vm->flags & VM_IOREMAP)
		seq_printf(m, "  device memory from phys 0x%08llx on\n",
			   (unsigned long long)vm->phys_addr);
}

static void explain_vmalloc(struct seq_file *m, unsigned long addr)
{
	unsigned long start = addr, end = addr;
	struct vmap_area va;
	struct vm_struct vm;

	vmalloc_describe(addr, m);
	if (next_area_copy(addr, &va, &vm) && va.va_start <= addr) {
		start = va.va_start;
		end = va.va_end;
		if (va.vm)
			show_area(m, &vm, addr);
	}
	if (area_below(start, &va, &vm))
		show_neighbour_area(m, "before", &va, &vm, start - va.va_end);
	if (next_area_copy(end, &va, &vm))
		show_neighbour_area(m, "after", &va, &vm, va.va_start - end);
}

/*
 * Slots
 */

static void explain_slot(struct seq_file *m, unsigned long addr)
{
	kmap_describe(addr, m);
	seq_puts(m, "  before: ");
	if (!kmap_describe(addr - PAGE_SIZE, m))
		seq_printf(m, "%s\n", layout_region(addr - PAGE_SIZE));
	seq_puts(m, "  after: ");
	if (!kmap_describe(addr + PAGE_SIZE, m))
		seq_printf(m, "%s\n", layout_region(addr + PAGE_SIZE));
}

static bool is_slot(unsigned long addr)
{
	char nothing[8];
	struct seq_file m;

	seq_open_buffer(&m, nothing, sizeof(nothing));
	return kmap_describe(addr, &m);
}

/*
 * All of them
 */

/* Return: does the CPU find memory there that is described? */
static void show_mapping(struct seq_file *m, unsigned long addr)
{
	struct pagewalk walk;

	pagewalk(addr, &walk);
	seq_printf(m, "0x%08lx: %s, ", addr, layout_region(addr));
	if (!walk.present)
		seq_puts(m, "not mapped\n");
	else
		seq_printf(m, "mapped to phys 0x%08llx by a page of %lu KiB, %s%s\n",
			   (unsigned long long)walk.phys, walk.page_size >> 10,
			   walk.writable ? "writable" : "read-only",
			   walk.user ? ", open to user code" : "");
	if (walk.present && !virt_addr_valid(addr) && pfn_valid(PHYS_PFN(walk.phys)))
		show_page(m, PHYS_PFN(walk.phys));
}

void show_explain(struct seq_file *m, unsigned long addr)
{
	show_mapping(m, addr);
	if (virt_addr_valid(addr) && in_image(addr))
		explain_image(m, addr);
	else if (virt_addr_valid(addr))
		explain_page(m, addr);
	else if (is_vmalloc_addr((void *)addr))
		explain_vmalloc(m, addr);
	else if (is_slot(addr))
		explain_slot(m, addr);
	else
		show_fault_description(m, addr);
}
