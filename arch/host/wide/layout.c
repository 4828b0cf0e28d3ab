/* SPDX-License-Identifier: MIT */
/*
 * The address space of the 64-bit process, for whoever looks: its regions by name, the way
 * from an address to its page, and what is known about either.
 *
 * The direct map has no table: the process has mapped it. A walk there reads no entry, and
 * comes to a page if the process does. All else is one entry of the one table. Addresses of
 * the program itself, of which the kernel's image is a part, lead to no page of physical
 * memory.
 *
 * Locking: none; the bounds do not change once memory is added.
 */
#include <arch/cpu.h>
#include <arch/mmu.h>
#include <arch/traps.h>
#include <asm/host.h>
#include <kernel/sections.h>
#include <kernel/seq.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/vsprintf.h>

/*
 * Regions, from the bottom up: each ends where the next begins
 */

static const struct {
	const char *start;
	const char *name;
} regions[] = {
	{NULL, "NULL page"},
	{(char *)PAGE_SIZE, "program"},
	{_stext, "kernel text"},
	{_etext, "program"},
	{(char *)PAGE_OFFSET, "direct map"},
	{NULL, "hole above the direct map"}, /* from high_memory on */
	{(char *)VMALLOC_START, "vmalloc area"},
	{(char *)VMALLOC_END, "hole above the vmalloc area"},
	{(char *)PKMAP_BASE, "pkmap area"},
	{(char *)PKMAP_END, "hole below the fixmap"},
	{(char *)FIXADDR_START, "fixmap area"},
	{(char *)FIXADDR_TOP, "program"},
};

static unsigned long region_start(unsigned int i)
{
	return (unsigned long)(i && !regions[i].start ? high_memory : regions[i].start);
}

const char *layout_region(unsigned long addr)
{
	unsigned int i = ARRAY_SIZE(regions) - 1;

	while (addr < region_start(i))
		i--;
	return regions[i].name;
}

void show_layout(struct seq_file *m)
{
	unsigned int i;

	seq_puts(m, "virtual kernel memory layout:\n");
	for (i = 1; i < ARRAY_SIZE(regions); i++)
		seq_printf(m, "  0x%012lx  %s\n", region_start(i), regions[i].name);
}

/*
 * What is at an address
 */

static struct fault_describer *describers;

void register_fault_describer(struct fault_describer *d)
{
	d->next = describers;
	describers = d;
}

int fault_describe(unsigned long addr, char *buf, size_t size)
{
	const struct fault_describer *d;
	int len;

	for (d = describers; d; d = d->next) {
		len = d->describe(addr, buf, size);
		if (len)
			return len;
	}
	return scnprintf(buf, size, "%s", layout_region(addr));
}

/*
 * Translations
 */

pgd_t *current_pgd(void)
{
	return swapper_pg_dir;
}

static void found(struct pagewalk *walk, phys_addr_t phys, bool writable)
{
	walk->present = true;
	walk->writable = writable;
	walk->page_size = PAGE_SIZE;
	walk->phys = phys;
}

void pagewalk(unsigned long addr, struct pagewalk *walk)
{
	struct pagewalk_level *level = &walk->level[0];
	pte_t pte;

	*walk = (struct pagewalk){.addr = addr, .root = (unsigned long)kernel_area_ptes};
	if (addr >= PAGE_OFFSET && addr < (unsigned long)high_memory) {
		if (direct_map_is_present(PHYS_PFN(__pa(addr))))
			found(walk, __pa(addr), true);
		return;
	}
	if (addr < KERNEL_AREA || addr >= KERNEL_AREA_END)
		return;
	pte = ptep_get(kernel_area_pte(addr));
	walk->nr_levels = 1;
	*level = (struct pagewalk_level){
		.name = "pte",
		.table = walk->root,
		.index = (addr - KERNEL_AREA) >> PAGE_SHIFT,
		.entry = pte_val(pte),
		.readable = true,
	};
	if (pte_present(pte))
		found(walk, PFN_PHYS(pte_pfn(pte)) + offset_in_page(addr), pte_write(pte));
}

void show_pagewalk(struct seq_file *m, const struct pagewalk *walk)
{
	const struct pagewalk_level *level = &walk->level[0];

	seq_printf(m, "page walk of 0x%08lx: %s\n", walk->addr,
		   walk->nr_levels ? "one table" : "no table");
	if (!walk->nr_levels)
		return;
	seq_printf(m, "  %s[%lu] = %016lx: ", level->name, level->index, level->entry);
	if (walk->present)
		seq_printf(m, "4 KiB page at 0x%08lx, %s\n", level->entry & PTE_PFN_MASK,
			   walk->writable ? "RW" : "ro");
	else
		seq_puts(m, "not present\n");
}

/* The rights of an address of the area: 0 when nothing is there. */
static pteval_t rights_of(unsigned long addr)
{
	pte_t pte = ptep_get(kernel_area_pte(addr));

	return pte_present(pte) ? pte_val(pte) & (_PAGE_PRESENT | _PAGE_RW) : 0;
}

void show_ptdump(struct seq_file *m, pgd_t *pgd __unused)
{
	unsigned long start = KERNEL_AREA, addr;
	pteval_t rights = rights_of(start);

	for (addr = start + PAGE_SIZE; addr <= KERNEL_AREA_END; addr += PAGE_SIZE) {
		pteval_t next = addr < KERNEL_AREA_END ? rights_of(addr) : ~(pteval_t)0;

		if (next == rights)
			continue;
		seq_printf(m, "0x%08lx-0x%08lx %9luK%s\n", start, addr, (addr - start) >> 10,
			   rights ? rights & _PAGE_RW ? " RW" : " ro" : "");
		start = addr;
		rights = next;
	}
}

/*
 * The CPU, which is Linux's to describe
 */

void show_cpuinfo(struct seq_file *m, unsigned int khz)
{
	seq_printf(m, "processor\t: 0\nmodel name\t: that of the process\ncpu MHz\t\t: %u.%03u\n",
		   khz / 1000, khz % 1000);
}
