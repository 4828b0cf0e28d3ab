/* SPDX-License-Identifier: MIT */
/*
 * What a reader from outside needs to know and debugging information does not say.
 *
 * Tools that look into a kernel from gdb, from a dump or from a browser take the
 * offsets of fields, the sizes and the enumerators from DWARF. Macros are not in it.
 * So those that such a reader needs are repeated here as enumerators, each named
 * inspect_ and the macro: debugging information has them, and the image grows by one
 * word, which makes the compilers keep the type. The layout of addresses is in
 * arch/x86/mm/inspect.c, for another machine has another.
 *
 * Reference: Linux has scripts/gdb/linux/constants.py.in and kernel/crash_core.c for it.
 */
#include <kernel/resource.h>
#include <kernel/lib/compiler.h>
#include <mm/internal.h>
#include <mm/slab_internal.h>
#include <mm/vmalloc.h>

#define INSPECT(name)  inspect_##name = (name)
#define INSPECTF(name) inspect_##name = (__force unsigned int)(name)
#define INSPECTP(name) inspect_##name = (__force unsigned int)(unsigned long)(name)

enum inspect {
	/* page->flags */
	INSPECT(PAGE_ORDER_SHIFT),
	INSPECT(PAGE_ORDER_MASK),
	INSPECT(PAGE_ZONE_SHIFT),
	INSPECT(PAGE_ZONE_MASK),

	/* the word of a slab object */
	INSPECT(BUFCTL_STATE),
	INSPECT(BUFCTL_IN_USE),
	INSPECT(BUFCTL_CACHED),
	INSPECT(BUFCTL_ON_SLAB),
	INSPECT(BUFCTL_NEXT_BITS),
	INSPECT(BUFCTL_END),

	/* kmem_cache->flags */
	INSPECTF(SLAB_CONSISTENCY_CHECKS),
	INSPECTF(SLAB_RED_ZONE),
	INSPECTF(SLAB_POISON),
	INSPECTF(SLAB_STORE_USER),
	INSPECTF(SLAB_HWCACHE_ALIGN),
	INSPECTF(SLAB_CACHE_DMA),
	INSPECTF(SLAB_PANIC),
	INSPECTF(SLAB_KMALLOC),

	/* vm_struct->flags */
	INSPECT(VM_IOREMAP),
	INSPECT(VM_ALLOC),
	INSPECT(VM_MAP),
	INSPECT(VM_USERMAP),
	INSPECT(VM_UNINITIALIZED),

	/* resource->flags */
	INSPECT(IORESOURCE_SYSTEM_RAM),
	INSPECT(IORESOURCE_BUSY),

	/* a node that was taken off its list */
	INSPECTP(LIST_POISON1),
	INSPECTP(LIST_POISON2),
};

static const enum inspect inspect __used = inspect_PAGE_ORDER_SHIFT;
