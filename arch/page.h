/* SPDX-License-Identifier: MIT */
/*
 * Contract: page size and the direct map's arithmetic, from <asm/page.h>. The part
 * of <arch/mmu.h> that is known before there are page tables to speak of.
 *   PAGE_SHIFT, PAGE_SIZE, PAGE_MASK, PAGE_OFFSET, PAGE_ALIGN(addr), PAGE_ALIGN_DOWN(addr)
 *   PFN_UP(x), PFN_DOWN(x), PFN_PHYS(pfn), PHYS_PFN(phys)
 *   __pa(virt), __va(phys), virt_to_phys(virt), phys_to_virt(phys): a constant apart
 */
#ifndef ARCH_PAGE_H
#define ARCH_PAGE_H

#include <asm/page.h>

#endif
