/* SPDX-License-Identifier: MIT */
#ifndef ARCH_X86_SETUP_H
#define ARCH_X86_SETUP_H

/* boot/entry.asm maps this much from physical 0 at PAGE_OFFSET, with 4 MiB pages. */
#define BOOT_MAP_SIZE 0x4000000UL

#endif
