/* SPDX-License-Identifier: MIT */
/*
 * Fuzz targets: what reads the words of others at boot. The loader's information, the
 * command line, and the memory map that it may ask for.
 */
#include <arch/host/fuzz/fuzz.h>
#include <kernel/params.h>
#include <kernel/lib/ctype.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/memmap.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/multiboot.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>

/*
 * Multiboot: the input is physical memory from address 0 on, with the structure at its
 * beginning. Nothing above it can be read.
 */

struct memory {
	const u8 *data;
	size_t size;
};

static bool read_memory(void *ctx, phys_addr_t addr, void *buf, size_t len)
{
	const struct memory *memory = ctx;

	FUZZ_CHECK(len);
	if (addr >= memory->size || len > memory->size - addr)
		return false;
	memcpy(buf, memory->data + addr, len);
	return true;
}

/* Nothing that is counted runs over its array, and every string ends. */
static void check_info(const struct boot_info *info)
{
	unsigned int i;

	FUZZ_CHECK(info->nr_map <= BOOT_MAP_MAX);
	FUZZ_CHECK(info->nr_modules <= BOOT_MODULES_MAX);
	FUZZ_CHECK(info->nr_areas <= BOOT_AREAS_MAX);
	FUZZ_CHECK(strnlen(info->cmdline, sizeof(info->cmdline)) < sizeof(info->cmdline));
	FUZZ_CHECK(strnlen(info->loader, sizeof(info->loader)) < sizeof(info->loader));
	for (i = 0; i < info->nr_modules; i++) {
		const struct boot_module *m = &info->modules[i];

		FUZZ_CHECK(m->start <= m->end);
		FUZZ_CHECK(strnlen(m->name, sizeof(m->name)) < sizeof(m->name));
	}
	for (i = 0; i < info->nr_areas; i++)
		FUZZ_CHECK(info->areas[i].start < info->areas[i].end);
}

/* What boot goes on with: a map that can be trusted, made from this one. */
static void check_map(const struct memmap_entry *raw, unsigned int nr)
{
	static struct memmap_entry entries[2 * (BOOT_MAP_MAX + MEMMAP_EDITS_MAX) + 5];
	struct memmap map = {.entries = entries, .max = ARRAY_SIZE(entries)};
	struct memmap_stats stats;

	memmap_sanitize(raw, nr, &map, &stats);
	FUZZ_CHECK(memmap_check(&map));
	FUZZ_CHECK(!stats.unlisted && !stats.lost);
	FUZZ_CHECK(memmap_end(&map) <= MEMMAP_USABLE_END);
	FUZZ_CHECK(memmap_usable(&map) <= memmap_end(&map));
}

void fuzz_multiboot(const u8 *data, size_t size)
{
	static struct boot_info info;
	struct memory memory = {.data = data, .size = size};
	const struct boot_reader reader = {.read = read_memory, .ctx = &memory};
	bool usable = multiboot_parse(MULTIBOOT_BOOTLOADER_MAGIC, 0, &reader, &info);
	u32 bit;

	check_info(&info);
	FUZZ_CHECK(usable == (info.nr_map != 0));
	for (bit = 1; bit; bit <<= 1)
		FUZZ_CHECK(!(info.problems & bit) || strcmp(multiboot_problem(bit), "unknown"));
	check_map(info.map, info.nr_map);
}

/*
 * The command line: what handlers are given is what a reading of another kind finds.
 */

#define LINE_MAX   2048
#define OPTION_MAX 255 /* bytes of an option that is not too long */
#define RECORD_MAX 512
#define NR_PARAMS  ARRAY_SIZE(params)

/* Calls of handlers, as "name=value", one after the other. */
static char heard[RECORD_MAX * 16];
static size_t heard_length;

static void hear(const char *name, const char *value)
{
	int n = scnprintf(heard + heard_length, sizeof(heard) - heard_length, "%s=%s\n", name,
			  value);

	heard_length += (size_t)n;
}

#define LISTENER(name, ret)                                                                        \
	static int hear_##name(const char *value)                                                  \
	{                                                                                          \
		hear(#name, value);                                                                \
		return ret;                                                                        \
	}

LISTENER(a, 0)
LISTENER(quiet, 0)
LISTENER(mem, -EINVAL)

static const struct kernel_param params[] = {
	{"a", hear_a, "WORD", ""},
	{"quiet", hear_quiet, "", ""},
	{"mem", hear_mem, "SIZE", ""},
};

/* word - the next option of @line, quotes taken out; NULL at the end */
static const char *word(const char *line, char *option, size_t *length)
{
	bool quoted = false;

	*length = 0;
	line += strspn(line, " \t\n\r");
	if (!*line)
		return NULL;
	while (*line && (quoted || !strchr(" \t\n\r", *line))) {
		if (*line == '"')
			quoted = !quoted;
		else
			option[(*length)++] = *line;
		line++;
	}
	option[*length] = '\0';
	return line;
}

/* A loader's name for the kernel, which is no option. */
static bool is_image(const char *option, size_t length)
{
	if (strchr(option, '='))
		return false;
	return strchr(option, '/') || (length > 4 && !strcmp(option + length - 4, ".elf"));
}

static void expect_options(const char *line, char *want, size_t size)
{
	static char option[LINE_MAX];
	bool first = true;
	size_t length, n = 0;
	unsigned int i;

	want[0] = '\0';
	while ((line = word(line, option, &length))) {
		const char *value = strchrnul(option, '=');
		size_t name_length = (size_t)(value - option);

		if (length <= OPTION_MAX && !(first && is_image(option, length)))
			for (i = 0; i < NR_PARAMS; i++)
				if (strlen(params[i].name) == name_length &&
				    !memcmp(params[i].name, option, name_length))
					n += (size_t)scnprintf(want + n, size - n, "%s=%s\n",
							       params[i].name,
							       *value ? value + 1 : "");
		first = false;
	}
}

void fuzz_cmdline(const u8 *data, size_t size)
{
	static char line[LINE_MAX], want[sizeof(heard)];
	size_t length = min(size, sizeof(line) - 1);

	memcpy(line, data, length);
	line[length] = '\0';
	heard_length = 0;
	heard[0] = '\0';
	parse_options(line, params, NR_PARAMS);
	expect_options(line, want, sizeof(want));
	if (strcmp(heard, want))
		fuzz_fail(__FILE__, __LINE__, "heard \"%.80s\", not \"%.80s\"", heard, want);
}

/*
 * memmap= and mem=: one edit refused refuses all and changes nothing; what was accepted
 * means the same when it is written out and read again.
 */

static void write_edit(const struct memmap_edit *edit, char *text, size_t size)
{
	static const char separators[] = {
		[MEMMAP_USABLE] = '@', [MEMMAP_RESERVED] = '$', [MEMMAP_ACPI] = '#'};

	switch (edit->kind) {
	case MEMMAP_EDIT_LIMIT:
		snprintf(text, size, "%#llx", edit->entry.base);
		break;
	case MEMMAP_EDIT_EXACT:
		snprintf(text, size, "exactmap");
		break;
	case MEMMAP_EDIT_ADD:
		FUZZ_CHECK(edit->entry.type < sizeof(separators) && separators[edit->entry.type]);
		snprintf(text, size, "%#llx%c%#llx", edit->entry.size, separators[edit->entry.type],
			 edit->entry.base);
		break;
	}
}

static void check_round_trip(const struct memmap_edits *edits)
{
	static struct memmap_edits again;
	char text[64];
	unsigned int i;

	memset(&again, 0, sizeof(again));
	for (i = 0; i < edits->nr; i++) {
		const struct memmap_edit *a = &edits->list[i], *b = &again.list[i];

		write_edit(a, text, sizeof(text));
		if (memmap_parse(text, &again))
			fuzz_fail(__FILE__, __LINE__, "\"%s\" is refused", text);
		FUZZ_CHECK(again.nr == i + 1 && a->kind == b->kind);
		FUZZ_CHECK(a->kind == MEMMAP_EDIT_EXACT || a->entry.base == b->entry.base);
		FUZZ_CHECK(a->kind != MEMMAP_EDIT_ADD ||
			   (a->entry.size == b->entry.size && a->entry.type == b->entry.type));
	}
}

/* A PC's map, edited. */
static void check_update(const struct memmap_edits *edits)
{
	static struct memmap_entry entries[BOOT_MAP_MAX + MEMMAP_EDITS_MAX];
	struct memmap raw = {.entries = entries, .max = ARRAY_SIZE(entries)};

	memmap_append(&raw, 0, 0x9fc00, MEMMAP_USABLE);
	memmap_append(&raw, 0xf0000, 0x10000, MEMMAP_RESERVED);
	memmap_append(&raw, 0x100000, 0x3ff00000, MEMMAP_USABLE);
	FUZZ_CHECK(memmap_update(&raw, edits));
	check_map(raw.entries, raw.nr);
}

/* Each line of the input is the value of an option: mem= if it begins with a !, else memmap=. */
void fuzz_memmap_option(const u8 *data, size_t size)
{
	static struct memmap_edits edits, before;
	static char text[LINE_MAX];
	size_t length = min(size, sizeof(text) - 1);
	char *value = text, *end;
	int ret;

	memcpy(text, data, length);
	text[length] = '\0';
	memset(&edits, 0, sizeof(edits));
	for (; value; value = end) {
		end = strchr(value, '\n');
		if (end)
			*end++ = '\0';
		before = edits;
		ret = *value == '!' ? memmap_parse_mem(value + 1, &edits)
				    : memmap_parse(value, &edits);
		FUZZ_CHECK(ret == 0 || ret == -EINVAL || ret == -ERANGE || ret == -ENOSPC);
		FUZZ_CHECK(edits.nr <= MEMMAP_EDITS_MAX);
		FUZZ_CHECK(ret ? edits.nr == before.nr : edits.nr > before.nr);
		FUZZ_CHECK(!memcmp(edits.list, before.list, before.nr * sizeof(before.list[0])));
	}
	check_round_trip(&edits);
	check_update(&edits);
}
