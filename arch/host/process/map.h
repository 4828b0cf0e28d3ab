/* SPDX-License-Identifier: MIT */
/* Memory maps of the command line, and how a process gives up: for every process of arch/host/. */
#ifndef ARCH_HOST_PROCESS_MAP_H
#define ARCH_HOST_PROCESS_MAP_H

#include <stdint.h>

#define MAP_MAX  64
#define TYPE_RAM 1U

/*
 * struct ram_range - bytes [start, end)
 * @type: what the firmware says they are; 1 is RAM, the others are ACPI's numbers
 */
struct ram_range {
	uint64_t start, end;
	uint32_t type;
};

struct ram_map {
	struct ram_range range[MAP_MAX];
	unsigned int nr;
};

/* map_parse - "START-END[:TYPE],..." with suffixes K M G or k m g, or a preset's name */
void map_parse(const char *text, struct ram_map *map);

/*
 * parse_range - START-END with suffixes K M G; END may equal START
 * Return: where it ends, NULL if there is none.
 */
const char *parse_range(const char *text, struct ram_range *range);

/* map_list_presets - print them, one a line: name, ranges, what is odd about it */
void map_list_presets(void);

/* die - say why the run cannot go on, and end the process with status 2 */
void die(const char *fmt, ...) __attribute__((__format__(printf, 1, 2), __noreturn__));

#endif
