/* SPDX-License-Identifier: MIT */
/*
 * Access to the memory of devices: physical addresses that are no RAM, mapped into the
 * vmalloc space with a memory type that suits. Registers are read and written through
 * <arch/io.h> (readb ... memcpy_toio) and never dereferenced, which sparse checks.
 */
#ifndef MM_IOREMAP_H
#define MM_IOREMAP_H

#include <kernel/lib/types.h>
#include <arch/io.h>

/**
 * iounmap - undo ioremap() and its kin
 * @addr: what they returned; NULL is ignored
 *
 * The caller no longer uses the mapping. Mistakes are reported as in vfree().
 *
 * Context: any. Takes vmap_area_lock.
 */
void iounmap(volatile void __iomem *addr);

/**
 * ioremap - map device registers
 * @phys: first byte, any alignment
 * @size: bytes
 *
 * Uncached: each access reaches the device, in order. Each call makes a mapping of its
 * own, whose address has the same offset in its page as @phys.
 *
 * Context: process context, may sleep. Takes vmap_area_lock.
 * Return: the address; NULL with a warning if @size is 0, the range wraps around, or
 *         part of it is RAM that the kernel manages, which is cached under its other
 *         address; NULL if no range is free or memory ran out. Release with iounmap().
 */
void __iomem *ioremap(phys_addr_t phys, unsigned long size) __must_check;

/** ioremap_cache - the same, cached: for ROM, flash, and memory that firmware filled */
void __iomem *ioremap_cache(phys_addr_t phys, unsigned long size) __must_check;

/** ioremap_wc - the same, writes may be combined (frame buffers); uncached where the CPU
 *  cannot do that */
void __iomem *ioremap_wc(phys_addr_t phys, unsigned long size) __must_check;

#endif
