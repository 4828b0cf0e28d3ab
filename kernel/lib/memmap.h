/* SPDX-License-Identifier: MIT */
/*
 * The memory map: ranges of physical memory and what they are good for.
 *
 * The firmware's map is a claim, not a fact: entries come in any order, overlap,
 * are empty, wrap around or lie beyond what 32 bits reach. These functions turn it
 * into one that can be trusted, in this order:
 *
 *   memmap_append()       collect the raw entries
 *   memmap_update()       what mem= and memmap= ask for
 *   memmap_sanitize()     sorted, disjoint, merged, whole pages, below 4 GiB
 *   memmap_claim()        what is in use is RAM, whatever the map says
 *   memmap_drop_sparse()  leave out RAM that is not worth its struct pages
 *
 * All are pure: no state, no output, nothing touched but their arguments, so that
 * the same code runs at boot, in a suite and under a fuzzer, on 32 and 64 bits.
 * Context of all: any. Addresses and sizes are u64 bytes.
 */
#ifndef KERNEL_LIB_MEMMAP_H
#define KERNEL_LIB_MEMMAP_H

#include <kernel/lib/types.h>

/* Values as in multiboot and ACPI's address range types. */
enum memmap_type {
	MEMMAP_USABLE = 1,
	MEMMAP_RESERVED = 2,
	MEMMAP_ACPI = 3, /* tables, RAM again once they are read; nobody here reads them */
	MEMMAP_NVS = 4,
	MEMMAP_UNUSABLE = 5, /* faulty */
};

/* [base, base + size) */
struct memmap_entry {
	u64 base, size;
	u32 type;
};

/*
 * struct memmap - a map in somebody's array
 * @entries: the array
 * @nr:      entries in it
 * @max:     its length
 */
struct memmap {
	struct memmap_entry *entries;
	unsigned int nr;
	unsigned int max;
};

/* Maps deal in x86's small pages, whatever page size the kernel uses. */
#define MEMMAP_PAGE_SIZE 4096ULL
/*
 * Usable memory ends here: a page below 4 GiB, so that the end of every range of RAM
 * is a number of 32 bits.
 */
#define MEMMAP_USABLE_END (0x100000000ULL - MEMMAP_PAGE_SIZE)

/**
 * memmap_append - put a raw entry behind the others, as it is
 * @map:  the map
 * @base, @size, @type: of the entry, anything
 *
 * In a full map a usable entry gets no place. Any other takes that of the smallest
 * usable one: RAM can be done without, a reservation cannot.
 *
 * Return: true; false when an entry was lost, which was usable unless the map held
 *         none that is.
 */
bool memmap_append(struct memmap *map, u64 base, u64 size, u32 type);

/*
 * struct memmap_stats - what memmap_sanitize() found wrong; all 0 for a clean map
 * @zero_length:  entries of no size, ignored
 * @wrapped:      entries that run over the end of 64 bits: ignored when usable, else
 *                taken to reach up to it
 * @unknown_type: entries of no known type, taken as reserved
 * @unreachable:  usable bytes from MEMMAP_USABLE_END on, ignored
 * @unlisted:     ranges not usable that the result has no place for. Their addresses are in
 *                no range of it, and so are not used either
 * @lost:         usable bytes that the result has no place for
 */
struct memmap_stats {
	unsigned int zero_length;
	unsigned int wrapped;
	unsigned int unknown_type;
	unsigned int unlisted;
	u64 unreachable;
	u64 lost;
};

/**
 * memmap_sanitize - make a map that can be trusted
 * @raw:    entries as firmware and user gave them
 * @nr_raw: how many
 * @out:    result: its entries and max are the caller's, nr is set. Twice @nr_raw and five
 *          entries always suffice
 * @stats:  out: what was wrong
 *
 * Where entries overlap the more restrictive type wins: unusable, reserved, NVS,
 * ACPI, usable. Usable ranges shrink to whole pages, all others grow to them. The
 * first page (vectors and BIOS data) and 0xA0000 to 0xFFFFF (video memory, option
 * ROMs, BIOS) are reserved whatever @raw says; for the EBDA see memmap_bios_start().
 *
 * When the ranges do not fit in @out the smallest ones that are not usable are not
 * listed; if that is not enough, the smallest usable ones are given up. What
 * anything but a usable entry claims is never usable in the result.
 */
void memmap_sanitize(const struct memmap_entry *raw, unsigned int nr_raw, struct memmap *out,
		     struct memmap_stats *stats);

/** memmap_check - is @map what memmap_sanitize() promises: sorted, disjoint, merged, whole pages? */
bool memmap_check(const struct memmap *map) __pure;

/**
 * memmap_claim - make a range usable, whatever the map says of it
 * @map:  a sanitised map, with room for two more entries
 * @base: first byte, page-aligned
 * @size: bytes, whole pages, below 4 GiB
 *
 * For the kernel's own image: it runs there, so there is memory.
 *
 * Return: true when part of the range was not usable before. @map stays sanitised.
 */
bool memmap_claim(struct memmap *map, u64 base, u64 size);

/**
 * memmap_bios_start - where, below 640 KiB, the BIOS keeps data of its own
 * @ebda_segment: word at 0x40E of the BIOS data area: real-mode segment of the EBDA
 * @base_kib:     word at 0x413: KiB of memory that the BIOS leaves to us
 *
 * From there to 0xA0000 is to be reserved. Believed as far as it makes sense: the
 * lower of the two, but not below 128 KiB, and 0x9F000 otherwise.
 */
u32 memmap_bios_start(u16 ebda_segment, u16 base_kib) __attribute_const;

/*
 * struct memmap_sparse - what memmap_drop_sparse() left out
 * @excess: usable bytes too high up: the struct pages would take more than half of the
 *          largest usable range of low memory
 * @costly: usable bytes that gave less than the struct pages for them would take
 * @end:    no usable memory from here on any more
 */
struct memmap_sparse {
	u64 excess;
	u64 costly;
	u64 end;
};

/**
 * memmap_drop_sparse - leave out RAM that is not worth describing
 * @map:         a sanitised map
 * @page_struct: bytes of a struct page
 * @low_end:     end of directly mapped memory
 * @sparse:      out: what was left out
 *
 * mem_map is one array from frame 0 to the last of all, in low memory: a range of RAM
 * far up costs the description of the hole below it. Usable ranges are kept from the
 * lowest up to the one with which most bytes remain after paying for mem_map. Ranges
 * that are left out, or cut, are taken out of @map.
 */
void memmap_drop_sparse(struct memmap *map, u32 page_struct, u64 low_end,
			struct memmap_sparse *sparse);

#define MEMMAP_EDITS_MAX 32

/* struct memmap_edits - what the command line asks for, in its order; zero to begin with */
struct memmap_edits {
	unsigned int nr;
	struct memmap_edit {
		enum { MEMMAP_EDIT_LIMIT, MEMMAP_EDIT_ADD, MEMMAP_EDIT_EXACT } kind;
		struct memmap_entry entry; /* LIMIT: base. ADD: all */
	} list[MEMMAP_EDITS_MAX];
};

/**
 * memmap_parse_mem - the value of mem=
 * @val:   SIZE: usable memory ends at this address
 * @edits: to append to
 * Return: 0; -EINVAL when it is no size or 0, -ERANGE when it is too large a number,
 *         -ENOSPC when there are too many edits. Then @edits is as it was.
 */
int memmap_parse_mem(const char *val, struct memmap_edits *edits);

/**
 * memmap_parse - the value of memmap=
 * @val:   list of items with commas between
 *           SIZE@START  usable too, where nothing else claims the range
 *           SIZE$START  reserved
 *           SIZE#START  ACPI tables
 *           SIZE        as mem=SIZE
 *           exactmap    forget the map so far
 * @edits: to append to
 * Return: as memmap_parse_mem(); one bad item refuses all of @val.
 */
int memmap_parse(const char *val, struct memmap_edits *edits);

/**
 * memmap_update - do what the command line asked for to a raw map
 * @map:   raw; memmap_sanitize() comes after this
 * @edits: carried out in order
 * Return: true; false when memmap_append() lost an entry.
 */
bool memmap_update(struct memmap *map, const struct memmap_edits *edits);

/** memmap_usable - sum of all usable bytes of a sanitised map */
u64 memmap_usable(const struct memmap *map) __pure;
/** memmap_end - end of the highest usable range of a sanitised map, 0 without any */
u64 memmap_end(const struct memmap *map) __pure;
/** memmap_type_name - a type in words, as Linux prints it */
const char *memmap_type_name(u32 type) __attribute_const;

#endif
