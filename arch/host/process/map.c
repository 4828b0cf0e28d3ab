/* SPDX-License-Identifier: MIT */
/*
 * Memory maps: the machines that are one argument away.
 *
 * A map is a list of ranges of RAM, in any order, that may overlap or be odd in any
 * other way: making sense of it is the kernel's business. The presets are those of
 * `make test-host`; each is there for one reason, which stands beside it.
 */
#include <stdio.h>
#include <string.h>

#include <arch/host/process/map.h>
#include <arch/host/process/words.h>

static const struct preset {
	const char *name;
	const char *ranges;
	const char *why;
} presets[] = {
	{"pc64", "0-639K,1M-64M", "a plain PC: DMA and a small Normal zone"},
	{"dma", "0-639K,1M-16M", "one zone, DMA, and nothing else"},
	{"sliver", "0-639K,1M-0x1001000", "a Normal zone of a single page"},
	{"upper", "1M-48M", "no low memory at all"},
	{"nodma", "0-639K,1M-8M,24M-96M", "a hole over the border of DMA and Normal"},
	{"holes", "0-639K,1M-15M,16M-20M,21M-21508K,24M-40M,40964K-80M,96M-97M",
	 "holes of all sizes, pieces down to two pages"},
	{"unaligned", "0x234-0x9f123,0x100000-0x2345678,0x2345999-0x2400001,0x3000fff-0x5fffffe",
	 "no range begins or ends on a page"},
	{"jumbled", "32M-64M,0-639K,8M-40M,1M-24M,16M-16M,30M-31M",
	 "ranges overlap, nest, and come in no order; one is empty"},
	{"edge", "0-639K,1M-896M", "low memory to its limit, no highmem"},
	{"spill", "0-639K,1M-0x38001000", "a HighMem zone of a single page"},
	{"gap", "0-639K,1M-512M,880M-912M,1200M-1300M",
	 "a hole over the border of Normal and HighMem"},
	{"1g", "0-639K,1M-1G", "low memory and 128 MiB of highmem"},
	{"3.5g", "0-639K,1M-3584M", "all that lies below a PC's devices"},
	{"beyond", "0-639K,1M-1G,4G-6G", "RAM beyond 4 GiB, out of reach"},
};

#define NR_PRESETS (sizeof(presets) / sizeof(presets[0]))

void map_list_presets(void)
{
	unsigned int i;

	for (i = 0; i < NR_PRESETS; i++)
		printf("%-10s %s\n%10s   %s\n", presets[i].name, presets[i].why, "",
		       presets[i].ranges);
}

/* parse_bytes - a number with or without suffix. Return: where it ends, NULL if there is none. */
static const char *parse_bytes(const char *text, uint64_t *bytes)
{
	static const char suffixes[] = "KkMmGg";
	const char *suffix;
	unsigned int shift;

	text = parse_digits(text, bytes);
	suffix = text && *text ? strchr(suffixes, *text) : NULL;
	if (!suffix)
		return text;
	shift = 10 * (1 + (unsigned int)(suffix - suffixes) / 2);
	if (*bytes > UINT64_MAX >> shift)
		return NULL;
	*bytes <<= shift;
	return text + 1;
}

const char *parse_range(const char *text, struct ram_range *range)
{
	text = parse_bytes(text, &range->start);
	if (!text || *text++ != '-')
		return NULL;
	text = parse_bytes(text, &range->end);
	return text && range->end >= range->start ? text : NULL;
}

void map_parse(const char *text, struct ram_map *map)
{
	const char *rest = text;
	unsigned int i;

	for (i = 0; i < NR_PRESETS; i++)
		if (!strcmp(text, presets[i].name))
			rest = presets[i].ranges;

	for (map->nr = 0;; rest++) {
		struct ram_range *range = &map->range[map->nr++];
		uint64_t type = TYPE_RAM;

		rest = parse_range(rest, range);
		if (rest && *rest == ':')
			rest = parse_digits(rest + 1, &type);
		if (type > UINT32_MAX)
			rest = NULL;
		range->type = (uint32_t)type;
		if (!rest || (*rest && *rest != ','))
			break;
		if (!*rest)
			return;
		if (map->nr == MAP_MAX)
			die("--map: more than %d ranges", MAP_MAX);
	}
	die("--map %s: neither START-END[:TYPE][,START-END...] nor a preset (--list-maps names those)",
	    text);
}
