/* SPDX-License-Identifier: MIT */
/*
 * The layout of the address space, by name.
 *
 * One table, from the bottom up, gives each region its first address and its
 * name; a region ends where the next begins. Most bounds are constants of
 * <asm/pgtable_areas.h> and the image's own marks; two hang on high_memory, which
 * paging_init() fixes. Everything that names an address reads this table: the
 * boot message, the fault report, ptdump's headings.
 *
 * Locking: none; the bounds do not change after paging_init().
 *
 * Reference: Linux's arch/x86/mm/init_32.c printed the same table at boot
 * (mem_init, up to 5.7).
 */
#include <arch/x86/mm/internal.h>
#include <arch/traps.h>
#include <kernel/sections.h>
#include <kernel/seq.h>
#include <kernel/lib/vsprintf.h>

const struct layout_region layout_regions[] = {
	{0, false, "NULL page", "User Space"},
	{PAGE_SIZE, false, "user space", NULL},
	{PAGE_OFFSET, false, "direct map", "Kernel Mapping"},
	{(unsigned long)_stext, false, "kernel text", NULL},
	{(unsigned long)__start_rodata, false, "kernel read-only data", NULL},
	{(unsigned long)_sdata, false, "kernel data", NULL},
	{(unsigned long)__init_begin, false, "kernel .init section", NULL},
	{(unsigned long)__init_end, false, "kernel bss", NULL},
	{(unsigned long)_end, false, "direct map", NULL},
	{0, true, "hole above the direct map", "Hole"},
	{VMALLOC_OFFSET, true, "vmalloc area", "vmalloc() Area"},
	{VMALLOC_END, false, "hole above the vmalloc area", "vmalloc() End"},
	{PKMAP_BASE, false, "pkmap area", "Persistent kmap() Area"},
	{PKMAP_END, false, "hole below the fixmap", "Hole"},
	{FIXADDR_START, false, "fixmap area", "Fixmap Area"},
	{FIXADDR_TOP, false, "last page", "Last Page"},
};
const unsigned int nr_layout_regions = ARRAY_SIZE(layout_regions);

BUILD_BUG_ON(LOWMEM_LIMIT_DEFAULT + VMALLOC_OFFSET + VMALLOC_SIZE_MIN > VMALLOC_END - PAGE_OFFSET);
BUILD_BUG_ON(FIXADDR_START < PKMAP_END);
BUILD_BUG_ON(FIXADDR_TOP != -PAGE_SIZE); /* ERR_PTR(-MAX_ERRNO..-1) lies above */

static const struct layout_region *region_of(unsigned long addr)
{
	unsigned int i = ARRAY_SIZE(layout_regions) - 1;

	while (addr < layout_region_start(&layout_regions[i]))
		i--;
	return &layout_regions[i];
}

const char *layout_region(unsigned long addr)
{
	return region_of(addr)->name;
}

/* describe_fixmap_slot - which slot an address of the fixmap belongs to */
static int describe_fixmap_slot(unsigned long addr, char *buf, size_t size)
{
	unsigned int idx = virt_to_fix(addr);
	unsigned int nth = idx - FIX_KMAP_BEGIN;

	if (idx >= FIX_KMAP_BEGIN && idx <= FIX_KMAP_END)
		return scnprintf(buf, size, "fixmap slot %u: kmap_atomic slot %u of CPU %u", idx,
				 nth % KM_MAX_IDX, nth / KM_MAX_IDX);
	if (idx >= FIX_BTMAP_END && idx <= FIX_BTMAP_BEGIN)
		return scnprintf(buf, size, "fixmap slot %u: early_ioremap window %u", idx,
				 (FIX_BTMAP_BEGIN - idx) / NR_FIX_BTMAPS);
	return scnprintf(buf, size, "fixmap slot %u", idx);
}

/*
 * describe_layout - the fault report's last resort: asked when nobody who knows
 * the objects of a region answered
 */
static int describe_layout(unsigned long addr, char *buf, size_t size)
{
	if (addr >= FIXADDR_START && addr < FIXADDR_TOP)
		return describe_fixmap_slot(addr, buf, size);
	if (addr >= PKMAP_BASE && addr < PKMAP_END)
		return scnprintf(buf, size, "pkmap slot %lu", PKMAP_NR(addr));
	if (addr >= PAGE_OFFSET && addr < (unsigned long)high_memory)
		return scnprintf(buf, size, "%s, pfn %#lx", layout_region(addr),
				 PHYS_PFN(__pa(addr)));
	return scnprintf(buf, size, "%s", layout_region(addr));
}

static struct fault_describer layout_describer = {.describe = describe_layout};

void register_layout_describer(void)
{
	register_fault_describer(&layout_describer);
}

/* show_area - one line; small areas in KiB, as Linux prints them */
static void show_area(struct seq_file *m, const char *name, unsigned long start, unsigned long end)
{
	unsigned long size = end - start;

	if (size >= 10 * SZ_1M)
		seq_printf(m, "  %9s : 0x%08lx - 0x%08lx   (%4lu MB)\n", name, start, end,
			   size >> 20);
	else
		seq_printf(m, "  %9s : 0x%08lx - 0x%08lx   (%4lu kB)\n", name, start, end,
			   size >> 10);
}

void show_layout(struct seq_file *m)
{
	seq_puts(m, "virtual kernel memory layout:\n");
	show_area(m, "fixmap", FIXADDR_START, FIXADDR_TOP);
	show_area(m, "pkmap", PKMAP_BASE, PKMAP_END);
	show_area(m, "vmalloc", VMALLOC_START, VMALLOC_END);
	show_area(m, "lowmem", PAGE_OFFSET, (unsigned long)high_memory);
	show_area(m, ".bss", (unsigned long)__bss_start, (unsigned long)__bss_stop);
	show_area(m, ".init", (unsigned long)__init_begin, (unsigned long)__init_end);
	show_area(m, ".data", (unsigned long)_sdata, (unsigned long)_edata);
	show_area(m, ".rodata", (unsigned long)__start_rodata, (unsigned long)__end_rodata);
	show_area(m, ".text", (unsigned long)_stext, (unsigned long)_etext);
}
