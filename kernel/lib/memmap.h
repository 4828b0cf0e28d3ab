/* SPDX-License-Identifier: MIT */
/* The memory map: ranges of physical memory and what they are good for. */
#ifndef KERNEL_LIB_MEMMAP_H
#define KERNEL_LIB_MEMMAP_H

#include <kernel/lib/types.h>

/* Values as in multiboot and ACPI's address range types. */
enum memmap_type {
	MEMMAP_USABLE = 1,
	MEMMAP_RESERVED = 2,
	MEMMAP_ACPI = 3,
	MEMMAP_NVS = 4,
	MEMMAP_UNUSABLE = 5,
};

/* [base, base + size) */
struct memmap_entry {
	u64 base, size;
	u32 type;
};

#endif
