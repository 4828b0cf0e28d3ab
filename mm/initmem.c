/* SPDX-License-Identifier: MIT */
/*
 * The kernel's image and the page allocator: what the image takes, and what of it is
 * given away when boot is over - the first instructions and the .init sections.
 *
 * This alone of mm/ knows linker.ld's marks. The page allocator regards the image as
 * reserved like any other range; memblock was told so (bootmem.c).
 *
 * Context: boot, one CPU; free_initmem() as its last step, in process context.
 * Reference: Linux 6.1 mm/page_alloc.c (mem_init_print_info), arch/x86/mm/init.c
 * (free_initmem).
 */
#include <kernel/printk.h>
#include <kernel/resource.h>
#include <kernel/sections.h>
#include <arch/mmu.h>

#include <mm/internal.h>

static unsigned long __init kb_between(const char *start, const char *end)
{
	return (unsigned long)(end - start) >> 10;
}

void __init mem_init_print_info(void)
{
	unsigned long present = contig_page_data.node_present_pages;
	unsigned long managed = totalram_pages();

	pr_info("Memory: %luK/%luK available (%luK kernel code, %luK rodata, %luK rwdata, %luK init, %luK bss, %luK reserved, %luK highmem)\n",
		managed << (PAGE_SHIFT - 10), present << (PAGE_SHIFT - 10),
		kb_between(_stext, __start_rodata), kb_between(__start_rodata, _sdata),
		kb_between(_sdata, __init_begin), kb_between(__init_begin, __init_end),
		kb_between(__init_end, _end), (present - managed) << (PAGE_SHIFT - 10),
		contig_page_data.node_zones[ZONE_HIGHMEM].managed_pages << (PAGE_SHIFT - 10));
}

/* Give a piece of the image away: first its name, then its pages. */
static void free_image_part(void *start, void *end, const char *name)
{
	release_named(__pa(start), (unsigned long)end - (unsigned long)start);
	set_memory_rw((unsigned long)start, PFN_UP((unsigned long)end - (unsigned long)start));
	free_reserved_area(start, end, POISON_FREE_INITMEM, name);
}

void free_initmem(void)
{
	free_image_part(__va(__boot_start), __va(__boot_end), "boot code");
	free_image_part(__init_begin, __init_end, "unused kernel image (initmem)");
	init_per_zone_wmark_min();
}
