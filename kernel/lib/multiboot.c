/* SPDX-License-Identifier: MIT */
/*
 * The multiboot parser. Offsets, not structures, are read: the information block
 * is 32-bit little endian whatever this is compiled for, and map entries are
 * packed and of variable size.
 */
#include <kernel/lib/multiboot.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>

/* Offsets into the information structure. */
#define MBI_FLAGS       0
#define MBI_MEM_LOWER   4
#define MBI_MEM_UPPER   8
#define MBI_CMDLINE     16
#define MBI_MODS_COUNT  20
#define MBI_MODS_ADDR   24
#define MBI_MMAP_LENGTH 44
#define MBI_MMAP_ADDR   48
#define MBI_LOADER      64
#define MBI_SIZE        116

#define MOD_SIZE       16
#define MMAP_ENTRY_MIN 20 /* base, length, type; the size field before it not counted */
#define MMAP_BYTES_MAX (64 * 1024U)

static u32 get32(const u8 *p)
{
	return p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
}

static u64 get64(const u8 *p)
{
	return get32(p) | (u64)get32(p + 4) << 32;
}

static bool read_phys(const struct boot_reader *r, phys_addr_t addr, void *buf, size_t len)
{
	if (addr + (len - 1) < addr)
		return false;
	return r->read(r->ctx, addr, buf, len);
}

static void add_area(struct boot_info *info, phys_addr_t start, size_t len)
{
	struct boot_area *a;

	if (!len || info->nr_areas == BOOT_AREAS_MAX)
		return;
	a = &info->areas[info->nr_areas++];
	a->start = start;
	a->end = start + (phys_addr_t)len;
	if (a->end < a->start)
		a->end = ~(phys_addr_t)0;
}

/*
 * read_string - a terminated string, byte by byte, since its end may be the end of memory
 * Return: false when it did not end within @size bytes or could not be read; what
 *         was read is there, terminated.
 */
static bool read_string(const struct boot_reader *r, phys_addr_t addr, char *buf, size_t size,
			struct boot_info *info)
{
	size_t n;

	for (n = 0; n < size; n++) {
		char c;

		if (addr + n < addr || !read_phys(r, addr + (phys_addr_t)n, &c, 1))
			break;
		buf[n] = c;
		if (!c) {
			add_area(info, addr, n + 1);
			return true;
		}
	}
	buf[min(n, size - 1)] = '\0';
	add_area(info, addr, n);
	return false;
}

static void add_map_entry(struct boot_info *info, u64 base, u64 size, u32 type)
{
	struct memmap map = {.entries = info->map, .nr = info->nr_map, .max = BOOT_MAP_MAX};

	/* A full map gives up RAM for a reservation. */
	if (!memmap_append(&map, base, size, type))
		info->problems |= BOOT_MAP_TRUNCATED;
	info->nr_map = map.nr;
}

/* parse_mmap - entries of (size, base, length, type); size does not count itself */
static void parse_mmap(const struct boot_reader *r, phys_addr_t addr, u32 length,
		       struct boot_info *info)
{
	u32 pos = 0;

	if (length > MMAP_BYTES_MAX) {
		info->problems |= BOOT_MAP_TRUNCATED;
		length = MMAP_BYTES_MAX;
	}
	add_area(info, addr, length);
	while (pos < length) {
		u8 entry[4 + MMAP_ENTRY_MIN];
		u32 size;

		if (length - pos < sizeof(entry) || addr + pos < addr ||
		    !read_phys(r, addr + pos, entry, sizeof(entry))) {
			info->problems |= BOOT_MAP_MALFORMED;
			return;
		}
		size = get32(entry);
		if (size < MMAP_ENTRY_MIN || size > length - pos - 4) {
			info->problems |= BOOT_MAP_MALFORMED;
			return;
		}
		add_map_entry(info, get64(entry + 4), get64(entry + 12), get32(entry + 20));
		pos += 4 + size;
	}
}

static void parse_modules(const struct boot_reader *r, phys_addr_t addr, u32 count,
			  struct boot_info *info)
{
	u32 i;

	if (count > BOOT_MODULES_MAX) {
		info->problems |= BOOT_MODULES_CUT;
		count = BOOT_MODULES_MAX;
	}
	add_area(info, addr, count * MOD_SIZE);
	for (i = 0; i < count; i++) {
		struct boot_module *m = &info->modules[info->nr_modules];
		u8 mod[MOD_SIZE];

		if (addr + i * MOD_SIZE < addr ||
		    !read_phys(r, addr + i * MOD_SIZE, mod, sizeof(mod))) {
			info->problems |= BOOT_MODULE_BAD;
			return;
		}
		m->start = get32(mod);
		m->end = get32(mod + 4);
		if (m->end < m->start) {
			info->problems |= BOOT_MODULE_BAD;
			continue;
		}
		m->name[0] = '\0';
		if (get32(mod + 8))
			read_string(r, get32(mod + 8), m->name, sizeof(m->name), info);
		info->nr_modules++;
	}
}

bool multiboot_parse(u32 magic, phys_addr_t addr, const struct boot_reader *reader,
		     struct boot_info *info)
{
	u8 mbi[MBI_SIZE];

	memset(info, 0, sizeof(*info));
	if (magic != MULTIBOOT_BOOTLOADER_MAGIC) {
		info->problems = BOOT_BAD_MAGIC;
		return false;
	}
	if (!read_phys(reader, addr, mbi, sizeof(mbi))) {
		info->problems = BOOT_BAD_INFO;
		return false;
	}
	add_area(info, addr, sizeof(mbi));
	info->flags = get32(mbi + MBI_FLAGS);

	if ((info->flags & MULTIBOOT_INFO_CMDLINE) && get32(mbi + MBI_CMDLINE) &&
	    !read_string(reader, get32(mbi + MBI_CMDLINE), info->cmdline, sizeof(info->cmdline),
			 info))
		info->problems |= BOOT_CMDLINE_CUT;
	if ((info->flags & MULTIBOOT_INFO_LOADER) && get32(mbi + MBI_LOADER))
		read_string(reader, get32(mbi + MBI_LOADER), info->loader, sizeof(info->loader),
			    info);
	if (info->flags & MULTIBOOT_INFO_MODS)
		parse_modules(reader, get32(mbi + MBI_MODS_ADDR), get32(mbi + MBI_MODS_COUNT),
			      info);
	if (info->flags & MULTIBOOT_INFO_MMAP)
		parse_mmap(reader, get32(mbi + MBI_MMAP_ADDR), get32(mbi + MBI_MMAP_LENGTH), info);

	if (!info->nr_map) {
		info->problems |= BOOT_NO_MAP;
		if (info->flags & MULTIBOOT_INFO_MEMORY) {
			add_map_entry(info, 0, (u64)get32(mbi + MBI_MEM_LOWER) << 10,
				      MEMMAP_USABLE);
			add_map_entry(info, 0x100000, (u64)get32(mbi + MBI_MEM_UPPER) << 10,
				      MEMMAP_USABLE);
		}
	}
	return info->nr_map != 0;
}

const char *multiboot_problem(u32 bit)
{
	switch (bit) {
	case BOOT_BAD_MAGIC:
		return "not entered by a multiboot loader: wrong magic";
	case BOOT_BAD_INFO:
		return "the loader's information cannot be read";
	case BOOT_NO_MAP:
		return "no memory map; going by mem_lower and mem_upper";
	case BOOT_MAP_TRUNCATED:
		return "the memory map has more entries than fit; some RAM is ignored";
	case BOOT_MAP_MALFORMED:
		return "the memory map has a malformed entry; it and what follows is ignored";
	case BOOT_CMDLINE_CUT:
		return "the command line is too long, unterminated or unreadable; cut";
	case BOOT_MODULE_BAD:
		return "a module's description is malformed; ignored";
	case BOOT_MODULES_CUT:
		return "more modules than fit; the rest is not protected";
	}
	return "unknown";
}
