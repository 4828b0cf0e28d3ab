/* SPDX-License-Identifier: MIT */
/*
 * Multiboot 1 information, read with suspicion.
 *
 * The loader's structures lie anywhere in physical memory and say what they
 * like. multiboot_parse() copies what the kernel needs into fixed arrays, through
 * a reader that the caller supplies, and follows no pointer and no length before
 * it is bounded. It keeps no state, so that the same code runs at boot, in a
 * unit test and under a fuzzer.
 *
 * Reference: Multiboot Specification 0.6.96, 3.3 "Boot information format".
 */
#ifndef KERNEL_LIB_MULTIBOOT_H
#define KERNEL_LIB_MULTIBOOT_H

#include <kernel/lib/types.h>
#include <kernel/lib/memmap.h>

#define MULTIBOOT_BOOTLOADER_MAGIC 0x2BADB002U

#define MULTIBOOT_INFO_MEMORY  0x001U
#define MULTIBOOT_INFO_CMDLINE 0x004U
#define MULTIBOOT_INFO_MODS    0x008U
#define MULTIBOOT_INFO_MMAP    0x040U
#define MULTIBOOT_INFO_LOADER  0x200U

#define COMMAND_LINE_SIZE 2048
#define BOOT_MAP_MAX      128
#define BOOT_MODULES_MAX  64
#define BOOT_AREAS_MAX    (8 + BOOT_MODULES_MAX)
#define BOOT_NAME_MAX     64

/*
 * struct boot_reader - how to read physical memory
 * @read: copy @len bytes at @addr to @buf; false when they cannot be read
 */
struct boot_reader {
	bool (*read)(void *ctx, phys_addr_t addr, void *buf, size_t len);
	void *ctx;
};

/* A physical range [start, end). */
struct boot_area {
	phys_addr_t start, end;
};

struct boot_module {
	phys_addr_t start, end;
	char name[BOOT_NAME_MAX];
};

/* What was wrong with the information: bits of boot_info.problems. */
#define BOOT_BAD_MAGIC     0x01U /* not entered by a multiboot loader */
#define BOOT_BAD_INFO      0x02U /* the structure itself cannot be read */
#define BOOT_NO_MAP        0x04U /* no memory map; built from mem_upper, if given */
#define BOOT_MAP_TRUNCATED 0x08U /* more entries than fit */
#define BOOT_MAP_MALFORMED 0x10U /* an entry's size is absurd or runs over the end */
#define BOOT_CMDLINE_CUT   0x20U /* longer than fits, unterminated or unreadable */
#define BOOT_MODULE_BAD    0x40U /* a module ends before it starts, or cannot be read */
#define BOOT_MODULES_CUT   0x80U /* more modules than fit */

/*
 * struct boot_info - what the loader told, in the kernel's own memory
 * @flags:   the loader's
 * @problems: BOOT_* bits
 * @map:     memory map as given, @nr_map entries
 * @areas:   where the loader's structures lie: to be reserved until they are read
 */
struct boot_info {
	u32 flags;
	u32 problems;
	char cmdline[COMMAND_LINE_SIZE];
	char loader[BOOT_NAME_MAX];
	struct memmap_entry map[BOOT_MAP_MAX];
	unsigned int nr_map;
	struct boot_module modules[BOOT_MODULES_MAX];
	unsigned int nr_modules;
	struct boot_area areas[BOOT_AREAS_MAX];
	unsigned int nr_areas;
};

/**
 * multiboot_parse - copy and check the loader's information
 * @magic: what the loader left in EAX
 * @addr:  physical address of its structure
 * @reader: how to read physical memory
 * @info:  out: all fields, also on failure
 *
 * Context: any. Pure but for @reader.
 * Return: true when there is a memory map to go on with.
 */
bool multiboot_parse(u32 magic, phys_addr_t addr, const struct boot_reader *reader,
		     struct boot_info *info);

/** multiboot_problem - one BOOT_* bit in words */
const char *multiboot_problem(u32 bit);

#endif
