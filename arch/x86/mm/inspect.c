/* SPDX-License-Identifier: MIT */
/*
 * The layout of the address space, said in debugging information: see mm/inspect.c.
 */
#include <kernel/lib/compiler.h>
#include <arch/mmu.h>

#define INSPECT(name) inspect_##name = (name)

enum inspect_addresses {
	INSPECT(PAGE_SHIFT),
	INSPECT(PAGE_OFFSET),
	INSPECT(VMALLOC_OFFSET), /* from high_memory to where the vmalloc space begins */
	INSPECT(VMALLOC_END),
	INSPECT(PKMAP_BASE),
	INSPECT(LAST_PKMAP),
	INSPECT(FIXADDR_START),
	INSPECT(FIXADDR_TOP),
	INSPECT(FIX_KMAP_BEGIN),
	INSPECT(KM_MAX_IDX),
	INSPECT(KERNEL_LINK_BASE),
};

static const enum inspect_addresses inspect __used = inspect_PAGE_SHIFT;
