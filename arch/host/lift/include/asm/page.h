/* SPDX-License-Identifier: MIT */
/*
 * <arch/page.h> of the smallest port. "Physical memory" is one piece of the process's, and
 * lies where it lies: the direct map is there without anybody making it.
 */
#ifndef ASM_PAGE_H
#define ASM_PAGE_H

#include <kernel/lib/types.h>
#include <kernel/lib/string.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)
#define PAGE_MASK  (~(PAGE_SIZE - 1))

/* Where physical address 0 is seen; a multiple of the largest block's size. */
#define PAGE_OFFSET 0x10000000UL

/* The program's code lies in [KERNEL_LINK_BASE, KERNEL_LINK_BASE + 1 GiB). */
#define KERNEL_LINK_BASE 0UL

/* clang-format: it takes a parenthesis before a sign for a cast. */
/* clang-format off */
#define PAGE_ALIGN(addr)      (((addr) + PAGE_SIZE - 1) & PAGE_MASK)
#define PAGE_ALIGN_DOWN(addr) ((addr) & PAGE_MASK)
#define PAGE_ALIGNED(addr)    (((unsigned long)(addr) & (PAGE_SIZE - 1)) == 0)
#define offset_in_page(p)     ((unsigned long)(p) & ~PAGE_MASK)

#define __pa(x) ((phys_addr_t)((unsigned long)(x) - PAGE_OFFSET))
#define __va(x) ((void *)((unsigned long)(x) + PAGE_OFFSET))
/* clang-format on */

#define PFN_UP(x)   (((unsigned long)(x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((unsigned long)(x) >> PAGE_SHIFT)
#define PFN_PHYS(x) ((phys_addr_t)(x) << PAGE_SHIFT)
#define PHYS_PFN(x) ((unsigned long)((x) >> PAGE_SHIFT))

static inline phys_addr_t virt_to_phys(const volatile void *address)
{
	return __pa(address);
}

static inline void *phys_to_virt(phys_addr_t address)
{
	return __va(address);
}

static inline void clear_page(void *page)
{
	memset(page, 0, PAGE_SIZE);
}

static inline void copy_page(void *to, const void *from)
{
	memcpy(to, from, PAGE_SIZE);
}

#endif
