/* SPDX-License-Identifier: MIT */
/*
 * The address space of the 64-bit process, as far as the kernel has to do with it:
 *
 *   below 2 GiB       the image, and the rest of the program
 *   PAGE_OFFSET       direct map of low RAM, up to high_memory
 *   KERNEL_AREA       what the one page table maps, 256 MiB: vmalloc, pkmap and fixmap, in
 *                     this order, with an unmapped page or more between two
 */
#ifndef ASM_PGTABLE_AREAS_H
#define ASM_PGTABLE_AREAS_H

#include <kernel/lib/types.h>
#include <asm/page.h>
#include <asm/pgtable.h>
#include <asm/pgtable_types.h>
#include <asm/fixmap.h>

/* End of the direct map. */
extern void *high_memory;
extern unsigned long max_low_pfn;

/* As long as on i386, so that it fills up as soon. */
#define VMALLOC_START KERNEL_AREA
#define VMALLOC_END   (VMALLOC_START + (111UL << 20))

#define LAST_PKMAP       1024
#define PKMAP_BASE       (KERNEL_AREA + (128UL << 20))
#define PKMAP_END        (PKMAP_BASE + LAST_PKMAP * PAGE_SIZE)
#define PKMAP_NR(virt)   (((unsigned long)(virt)-PKMAP_BASE) >> PAGE_SHIFT)
#define PKMAP_ADDR(nr)   (PKMAP_BASE + ((unsigned long)(nr) << PAGE_SHIFT))
#define pkmap_page_table kernel_area_pte(PKMAP_BASE)

BUILD_BUG_ON(PKMAP_END >= FIXADDR_START);

#endif
