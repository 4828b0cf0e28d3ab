/* SPDX-License-Identifier: MIT */
/*
 * The kernel's quarter of the address space, from the bottom up:
 *
 *   PAGE_OFFSET                direct map of low RAM, up to high_memory
 *   + 8 MiB                    unmapped: a pointer run off the end faults
 *   VMALLOC_START..VMALLOC_END vmalloc, vmap, ioremap
 *   + 8 KiB                    unmapped
 *   PKMAP_BASE                 kmap: 1024 slots, one page table
 *   FIXADDR_START..FIXADDR_TOP fixmap, see <asm/fixmap.h>
 *   0xFFFFF000                 unmapped: error pointers point here
 *
 * All of it is constant but high_memory, which paging_init() computes once.
 */
#ifndef ASM_PGTABLE_AREAS_H
#define ASM_PGTABLE_AREAS_H

#include <kernel/lib/types.h>
#include <kernel/lib/minmax.h>
#include <asm/page.h>
#include <asm/pgtable.h>
#include <asm/pgtable_types.h>
#include <asm/fixmap.h>

/* Bytes of RAM that the direct map may cover: the area above takes the rest of 1 GiB. */
extern unsigned long lowmem_limit;
/* End of the direct map. */
extern void *high_memory;
extern unsigned long max_low_pfn;

#define LAST_PKMAP     PTRS_PER_PTE
#define PKMAP_BASE     0xFF800000UL
#define PKMAP_END      (PKMAP_BASE + LAST_PKMAP * PAGE_SIZE)
#define PKMAP_NR(virt) pte_index((unsigned long)(virt)) /* one table maps all slots */
#define PKMAP_ADDR(nr) (PKMAP_BASE + ((unsigned long)(nr) << PAGE_SHIFT))

/* The one page table of the pkmap area: entry n maps PKMAP_ADDR(n). */
extern pte_t pkmap_page_table[LAST_PKMAP];

/* The hole is of this size wherever high_memory lies; it is aligned to pages only. */
#define VMALLOC_OFFSET (8UL << 20)
#define VMALLOC_START  ((unsigned long)high_memory + VMALLOC_OFFSET)
#define VMALLOC_END    (PKMAP_BASE - 2 * PAGE_SIZE)

/*
 * Without vmalloc= the kernel's quarter is split so: 896 MiB below, 128 MiB above,
 * of which the vmalloc area gets what the holes, pkmap and fixmap leave.
 */
#define LOWMEM_LIMIT_DEFAULT (-PAGE_OFFSET - (128UL << 20))
/* The least that vmalloc= may leave for either side. */
#define LOWMEM_LIMIT_MIN (64UL << 20)
#define VMALLOC_SIZE_MIN (16UL << 20)

BUILD_BUG_ON(PKMAP_BASE & ~PMD_MASK); /* one page table maps it all */
BUILD_BUG_ON(PKMAP_END > FIXADDR_START);
BUILD_BUG_ON(PAGE_OFFSET & ~PMD_MASK);

#endif
