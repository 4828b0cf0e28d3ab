/* SPDX-License-Identifier: MIT */
/*
 * From what the loader told to memblock: the first step of memory's life.
 */
#ifndef MM_BOOTMEM_H
#define MM_BOOTMEM_H

#include <kernel/lib/types.h>

/**
 * bootmem_init - sanitise the memory map, fill memblock and the registry of resources
 *
 * Afterwards memblock.memory is the RAM that will be used and memblock.reserved what
 * is taken in it: the image, boot information, modules, BIOS areas; each with its
 * name in iomem_resource. Says on the log what was wrong with the map, what was
 * left out, and why. Allocations stay below what the bootstrap tables map.
 *
 * Context: boot, after parse_cmdline(). Panics when no RAM, or too little, is left.
 */
void bootmem_init(void);

/**
 * bootmem_map_memory - build the final page tables over what memblock knows
 *
 * Afterwards memblock allocates from all of low memory.
 *
 * Context: boot, after bootmem_init().
 */
void bootmem_map_memory(void);

/**
 * bootmem_alloc - boot memory for good, with a name in iomem_resource
 * @size:  bytes
 * @align: power of two
 * @name:  static string
 * Context: boot, before memblock_free_all(). Return: zeroed memory; panics without.
 */
void *bootmem_alloc(size_t size, size_t align, const char *name);

#endif
