/* SPDX-License-Identifier: MIT */
/*
 * ioremap(): device memory in the vmalloc space.
 *
 * Idea: an area of vmalloc.c whose page-table entries hold the physical addresses asked
 * for, and the memory type in their PCD and PWT bits. A mapping is of whole pages, so a
 * request is widened to them, and the offset is put back into the address that the
 * caller gets; iounmap() masks it off again.
 *
 * RAM is refused. The direct map or kmap() has it cached already, and two mappings of
 * one frame with different memory types leave it to chance which write survives (SDM
 * vol. 3, 11.12.4). What is RAM is asked of memblock: memory the firmware withheld, or
 * that mem= cut off, is not, and may be mapped. Nor is the area of the BIOS and VGA from
 * 640 KiB to 1 MiB, whatever the map says of it.
 *
 * Locking: none of its own.
 *
 * Reference: Linux 6.1 arch/x86/mm/ioremap.c (__ioremap_caller), which also keeps a
 * table of who maps which frame how (PAT memtype); that conflict is not caught here.
 */
#define pr_fmt(fmt) "ioremap: " fmt

#include <kernel/lib/types.h>
#include <kernel/bug.h>
#include <kernel/preempt.h>
#include <arch/mmu.h>
#include <mm/ioremap.h>
#include <mm/memblock.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>

#define BIOS_AREA_START 0xa0000UL
#define BIOS_AREA_END   0x100000UL

/* Is any byte of [@first, @last] RAM? */
static bool range_has_ram(phys_addr_t first, phys_addr_t last)
{
	if (first >= BIOS_AREA_START && last < BIOS_AREA_END)
		return false;
	return memblock_overlaps_region(&memblock.memory, first, last - first + 1);
}

static void __iomem *__ioremap_caller(phys_addr_t phys, unsigned long size, pgprot_t prot,
				      unsigned long caller)
{
	unsigned long offset = offset_in_page(phys);
	phys_addr_t last = phys + size - 1;
	struct vm_struct *area;
	unsigned long addr;

	might_sleep();
	if (WARN(!size || last < phys, "ioremap: %lu bytes at %pa, caller %pS", size, &phys,
		 (void *)caller))
		return NULL;
	if (WARN(range_has_ram(phys, last), "ioremap: [%pa, %pa] is RAM, caller %pS", &phys, &last,
		 (void *)caller))
		return NULL;

	/* Up to the end of the address space, too: the sum may be 2^32, the size is not. */
	phys -= offset;
	size = (last | ~PAGE_MASK) - phys + 1;
	area = get_vm_area_caller(size, VM_IOREMAP, (void *)caller);
	if (!area)
		return NULL;
	area->phys_addr = phys;
	addr = (unsigned long)area->addr;
	if (ioremap_page_range(addr, addr + size, phys, prot)) {
		free_vm_area(area);
		return NULL;
	}
	return (void __iomem *)(addr + offset);
}

void __iomem *ioremap(phys_addr_t phys, unsigned long size)
{
	return __ioremap_caller(phys, size, PAGE_KERNEL_IO_NOCACHE, _RET_IP_);
}

void __iomem *ioremap_cache(phys_addr_t phys, unsigned long size)
{
	return __ioremap_caller(phys, size, PAGE_KERNEL_IO, _RET_IP_);
}

void __iomem *ioremap_wc(phys_addr_t phys, unsigned long size)
{
	return __ioremap_caller(phys, size, PAGE_KERNEL_WC, _RET_IP_);
}

void iounmap(volatile void __iomem *addr)
{
	void *start = (void *)((unsigned long)addr & PAGE_MASK);

	if (addr)
		kfree(__release_vm_area(start, VM_IOREMAP, "iounmap", _RET_IP_));
}
