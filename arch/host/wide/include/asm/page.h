/* SPDX-License-Identifier: MIT */
/*
 * Page size and the direct map's arithmetic, on 64 bits. The direct map lies high, at 32 TiB,
 * so that an address cut to 32 bits leads nowhere; the image lies where Linux puts a program.
 */
#ifndef ASM_PAGE_H
#define ASM_PAGE_H

#include <kernel/lib/types.h>

#define PAGE_SHIFT  12
#define PAGE_SIZE   (1UL << PAGE_SHIFT)
#define PAGE_MASK   (~(PAGE_SIZE - 1))
#define PAGE_OFFSET 0x200000000000UL

/* Kernel text lies in [KERNEL_LINK_BASE, KERNEL_LINK_BASE + 1 GiB). */
#define KERNEL_LINK_BASE 0UL

/* clang-format: it takes a parenthesis before a sign for a cast. */
/* clang-format off */
#define PAGE_ALIGN(addr)      (((addr) + PAGE_SIZE - 1) & PAGE_MASK)
#define PAGE_ALIGN_DOWN(addr) ((addr) & PAGE_MASK)
#define PAGE_ALIGNED(addr)    (((unsigned long)(addr) & (PAGE_SIZE - 1)) == 0)
#define offset_in_page(p)     ((unsigned long)(p) & ~PAGE_MASK)

/* Of direct-map addresses only. */
#define __pa(x) ((phys_addr_t)((unsigned long)(x) - PAGE_OFFSET))
#define __va(x) ((void *)((unsigned long)(x) + PAGE_OFFSET))
/* clang-format on */

#define PFN_ALIGN(x) (((unsigned long)(x) + (PAGE_SIZE - 1)) & PAGE_MASK)
#define PFN_UP(x)    (((unsigned long)(x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x)  ((unsigned long)(x) >> PAGE_SHIFT)
#define PFN_PHYS(x)  ((phys_addr_t)(x) << PAGE_SHIFT)
#define PHYS_PFN(x)  ((unsigned long)((x) >> PAGE_SHIFT))

static inline phys_addr_t virt_to_phys(const volatile void *address)
{
	return __pa(address);
}

static inline void *phys_to_virt(phys_addr_t address)
{
	return __va(address);
}

/* clear_page, copy_page - one whole page */
static __always_inline void clear_page(void *page)
{
	__builtin_memset(page, 0, PAGE_SIZE);
}

static __always_inline void copy_page(void *to, const void *from)
{
	__builtin_memcpy(to, from, PAGE_SIZE);
}

#endif
