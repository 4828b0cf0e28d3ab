/* SPDX-License-Identifier: MIT */
/*
 * From the firmware's map to memblock.
 *
 * The firmware's map is a claim (see kernel/lib/memmap.h). It is printed as given,
 * edited by mem= and memmap=, sanitised, stripped of RAM that is not worth its
 * struct pages, and printed again; what is then usable goes to memblock.memory.
 *
 * Taken before anything is allocated, in memblock.reserved and by name in
 * iomem_resource: the kernel's image, section by section; what the loader left for
 * us to read; its modules; the BIOS's areas in the first MiB. Bad input loses
 * nothing of that: a map that does not list the kernel's own memory gets it added,
 * a module that lies over the kernel is named and passed over.
 *
 * A list of memblock's that is too short grows, once nothing can be overwritten that
 * is still needed: the image, the modules and the BIOS's areas are reserved first,
 * and those fit. What the loader left for us to read has been copied by then.
 *
 * Locking: none; boot is single-threaded. Runs once.
 * Reference: Linux 6.1 arch/x86/kernel/e820.c, setup.c (setup_arch), in spirit.
 */
#include <mm/bootmem.h>
#include <mm/internal.h>
#include <mm/memblock.h>
#include <mm/mm_types.h>
#include <mm/pgtable_alloc.h>
#include <kernel/bug.h>
#include <kernel/params.h>
#include <kernel/printk.h>
#include <kernel/resource.h>
#include <kernel/sections.h>
#include <kernel/lib/memmap.h>
#include <kernel/lib/minmax.h>
#include <arch/mmu.h>
#include <arch/setup.h>

#define RAW_MAX (BOOT_MAP_MAX + 2 * MEMMAP_EDITS_MAX)
#define MAP_MAX (2 * RAW_MAX + 5 + 2) /* memmap_sanitize(), memmap_claim() */

/* RAM that must be left for the kernel to come up at all; see README.md for the whole. */
#define LEAST_FREE (512 * 1024UL)

/* The BIOS data area: where the EBDA begins, and how much memory lies below it. */
#define BDA_EBDA_SEGMENT 0x40e
#define BDA_BASE_KIB     0x413
#define BIOS_DATA_END    0xa0000U

static struct memmap_entry raw_entries[RAW_MAX] __initdata;
static struct memmap_entry map_entries[MAP_MAX] __initdata;
static struct memmap raw_map __initdata = {.entries = raw_entries, .max = RAW_MAX};
static struct memmap map __initdata = {.entries = map_entries, .max = MAP_MAX};
static struct memmap_edits edits __initdata;

static int __init mem_setup(const char *val)
{
	return memmap_parse_mem(val, &edits);
}
kernel_param("mem", mem_setup, "SIZE", "use RAM below this address only");

static int __init memmap_setup(const char *val)
{
	return memmap_parse(val, &edits);
}
kernel_param("memmap", memmap_setup, "SIZE@START|SIZE$START|SIZE#START|exactmap[,...]",
	     "add usable (@), reserved ($) or ACPI (#) ranges to the memory map");

static void __init print_map(const struct memmap *m, const char *who)
{
	unsigned int i;

	for (i = 0; i < m->nr; i++) {
		const struct memmap_entry *e = &m->entries[i];

		pr_info("%s: [mem 0x%016llx-0x%016llx] %s\n", who, e->base,
			e->size ? e->base + e->size - 1 : e->base, memmap_type_name(e->type));
	}
}

static unsigned long __init mib(u64 bytes)
{
	return (unsigned long)(bytes >> 20);
}

static void __init complain(const struct memmap_stats *stats)
{
	if (stats->zero_length)
		pr_warn("memory map: %u empty entries ignored\n", stats->zero_length);
	if (stats->wrapped)
		pr_warn("memory map: %u entries run over the end of the address space\n",
			stats->wrapped);
	if (stats->unknown_type)
		pr_warn("memory map: %u entries of unknown type, taken as reserved\n",
			stats->unknown_type);
	if (stats->unlisted)
		pr_warn("memory map: no place to list %u ranges; they are not used\n",
			stats->unlisted);
	if (stats->lost)
		pr_warn("memory map: no place for %lu KiB of RAM, lost\n",
			(unsigned long)(stats->lost >> 10));
	if (mib(stats->unreachable))
		pr_warn("memory map: %lu MiB of RAM beyond 4 GiB are out of reach without PAE\n",
			mib(stats->unreachable));
}

static void __init drop_sparse(void)
{
	struct memmap_sparse sparse;

	memmap_drop_sparse(&map, sizeof(struct page), lowmem_limit, &sparse);
	if (sparse.costly)
		pr_warn("memory map: %lu KiB of RAM left out: describing it costs more than it gives\n",
			(unsigned long)(sparse.costly >> 10));
	if (sparse.excess)
		pr_warn("memory map: %lu KiB of RAM left out: low memory has no room to describe it\n",
			(unsigned long)(sparse.excess >> 10));
}

static phys_addr_t __init image_start(void)
{
	return (phys_addr_t)(unsigned long)__boot_start;
}

static phys_addr_t __init image_end(void)
{
	return __pa(_end);
}

/* make_map - from boot_info.map to a map that can be trusted, in @map */
static void __init make_map(void)
{
	struct memmap_stats stats;
	unsigned int i;
	bool complete = true;

	for (i = 0; i < boot_info.nr_map; i++)
		complete &= memmap_append(&raw_map, boot_info.map[i].base, boot_info.map[i].size,
					  boot_info.map[i].type);
	pr_info("Physical memory map as the firmware gives it:\n");
	print_map(&raw_map, "firmware");

	/* What is really there, whatever the command line says. */
	memmap_sanitize(raw_map.entries, raw_map.nr, &map, &stats);
	for (i = 0; i < map.nr; i++)
		if (map.entries[i].type == MEMMAP_USABLE)
			memblock_physmem_add((phys_addr_t)map.entries[i].base,
					     (phys_addr_t)map.entries[i].size);

	complete &= memmap_update(&raw_map, &edits);
	if (!complete)
		pr_warn("memory map: more entries than fit; RAM was lost\n");
	memmap_sanitize(raw_map.entries, raw_map.nr, &map, &stats);
	complain(&stats);
	if (memmap_claim(&map, image_start(), image_end() - image_start()))
		pr_warn("memory map: the kernel's own memory is not listed as RAM; added\n");
	drop_sparse();
	pr_info("Physical memory map as it is used:\n");
	print_map(&map, "used");
}

/* resource_type_name - as /proc/iomem of Linux calls a range of the firmware's map */
static const char *__init resource_type_name(u32 type)
{
	switch (type) {
	case MEMMAP_USABLE:
		return "System RAM";
	case MEMMAP_ACPI:
		return "ACPI Tables";
	case MEMMAP_NVS:
		return "ACPI Non-volatile Storage";
	case MEMMAP_UNUSABLE:
		return "Unusable memory";
	}
	return "Reserved";
}

/* add_ram - usable ranges to memblock.memory. Return: false when they do not all fit. */
static bool __init add_ram(void)
{
	bool fit = true;
	unsigned int i;

	for (i = 0; i < map.nr; i++) {
		const struct memmap_entry *e = &map.entries[i];

		if (e->type == MEMMAP_USABLE)
			fit &= !memblock_add((phys_addr_t)e->base, (phys_addr_t)e->size);
	}
	return fit;
}

/* name_ranges - every range of the map to the registry */
static void __init name_ranges(void)
{
	unsigned int i;

	for (i = 0; i < map.nr; i++) {
		const struct memmap_entry *e = &map.entries[i];
		bool ram = e->type == MEMMAP_USABLE;

		resource_add(&iomem_resource, (phys_addr_t)e->base, (phys_addr_t)e->size,
			     resource_type_name(e->type),
			     ram ? IORESOURCE_SYSTEM_RAM : IORESOURCE_MEM | IORESOURCE_BUSY);
	}
}

/* take - reserve a range for good, with its name */
static void __init take(phys_addr_t start, phys_addr_t end, const char *name)
{
	if (end <= start)
		return;
	if (memblock_reserve(start, end - start))
		panic("too many reserved ranges: no place for %s", name);
	reserve_named(start, end - start, name);
}

static void __init take_image(void)
{
	take(image_start(), (phys_addr_t)(unsigned long)__boot_end, "Kernel boot");
	take(__pa(_stext), __pa(__start_rodata), "Kernel code");
	take(__pa(__start_rodata), __pa(_sdata), "Kernel rodata");
	take(__pa(_sdata), __pa(__init_begin), "Kernel data");
	take(__pa(__init_begin), __pa(__init_end), "Kernel init");
	take(__pa(__init_end), image_end(), "Kernel bss");
}

static void __init take_modules(void)
{
	unsigned int i;

	for (i = 0; i < boot_info.nr_modules; i++) {
		struct boot_module *m = &boot_info.modules[i];

		if (m->start < image_end() && m->end > image_start()) {
			pr_err("module %u (%s) lies over the kernel: ignored\n", i, m->name);
			continue;
		}
		if (!memblock_is_region_memory(m->start, m->end - m->start))
			pr_warn("module %u (%s) does not lie in RAM that is used\n", i, m->name);
		pr_info("Module %u: [mem %pa-%pa) %s\n", i, &m->start, &m->end, m->name);
		take(m->start, m->end, "Module");
	}
}

static void __init take_bios(void)
{
	const u8 *bda = early_memremap(0, PAGE_SIZE);
	u16 ebda = 0, base_kib = 0;

	if (bda) {
		ebda = (u16)(bda[BDA_EBDA_SEGMENT] | bda[BDA_EBDA_SEGMENT + 1] << 8);
		base_kib = (u16)(bda[BDA_BASE_KIB] | bda[BDA_BASE_KIB + 1] << 8);
		early_memunmap((void *)bda, PAGE_SIZE);
	}
	take(0, PAGE_SIZE, "BIOS data area");
	take(memmap_bios_start(ebda, base_kib), BIOS_DATA_END, "EBDA");
}

static void __init check_enough(void)
{
	phys_addr_t all = memblock_phys_mem_size();
	phys_addr_t start, end, left = 0;
	u64 i;

	for_each_free_mem_range(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, NULL)
		if (start < lowmem_limit)
			left += min_t(phys_addr_t, end, lowmem_limit) - start;
	if (left < LEAST_FREE)
		panic("too little memory: %lu KiB of RAM, of which %lu KiB are free low memory; %lu KiB are needed",
		      (unsigned long)all >> 10, (unsigned long)left >> 10, LEAST_FREE >> 10);
}

void __init bootmem_init(void)
{
	phys_addr_t reachable = lowmem_limit_init();
	bool fit;
	unsigned int i;

	make_map();
	fit = add_ram();
	name_ranges();
	take_image();
	take_modules();
	take_bios();
	memblock_set_current_limit(reachable);
	memblock_allow_resize();
	if (!fit && !add_ram())
		pr_err("memory map: memblock has no place for part of the RAM\n");
	for (i = 0; i < boot_info.nr_areas; i++)
		take(boot_info.areas[i].start, boot_info.areas[i].end, "Boot information");
	check_enough();
	memblock_dump_all();
}

static bool __init ram_range(unsigned int idx, phys_addr_t *start, phys_addr_t *end)
{
	const struct memblock_region *r = &memblock.memory.regions[idx];

	if (idx >= memblock.memory.cnt || !r->size)
		return false;
	*start = r->base;
	*end = r->base + r->size;
	return true;
}

void __init bootmem_map_memory(void)
{
	pgtable_use_memblock();
	paging_init(ram_range, debug_pagealloc_enabled());
	memblock_set_current_limit(PFN_PHYS(max_low_pfn));
}

void *__init bootmem_alloc(size_t size, size_t align, const char *name)
{
	void *p = memblock_alloc(size, align);

	if (!p)
		panic("out of memory at boot: %zu bytes for %s", size, name);
	reserve_named(__pa(p), size, name);
	return p;
}
