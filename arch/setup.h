/* SPDX-License-Identifier: MIT */
/*
 * Contract: what a port does at the very beginning, in this order.
 */
#ifndef ARCH_SETUP_H
#define ARCH_SETUP_H

#include <kernel/lib/types.h>
#include <kernel/lib/multiboot.h>

/* What the loader told; valid from setup_arch() to the end of boot. */
extern struct boot_info boot_info;

/**
 * setup_arch - a console, and the loader's information in boot_info
 * @magic, @info: as the loader left them in registers
 *
 * Context: the first C code; bootstrap tables, interrupts off. Without a memory
 * map there is nothing to run in: says so and panics.
 */
void setup_arch(u32 magic, phys_addr_t info);

#endif
