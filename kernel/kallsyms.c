/* SPDX-License-Identifier: MIT */
/*
 * The symbol table that tools/kallsyms.py linked in: addresses in ascending
 * order, each the start of a function or, with an empty name, the end of a text
 * section. A binary search finds the last one that is not above an address; the
 * next one ends it.
 */
#include <kernel/kallsyms.h>
#include <kernel/lib/string.h>

extern const u32 kallsyms_num;
extern const u32 kallsyms_addresses[];
extern const u32 kallsyms_offsets[];
extern const char kallsyms_names[];

const char *kallsyms_lookup(unsigned long addr, unsigned long *size, unsigned long *offset)
{
	u32 lo = 0, hi = kallsyms_num;
	const char *name;

	if (!kallsyms_num || addr < kallsyms_addresses[0])
		return NULL;
	while (hi - lo > 1) {
		u32 mid = lo + (hi - lo) / 2;

		if (kallsyms_addresses[mid] <= addr)
			lo = mid;
		else
			hi = mid;
	}
	name = kallsyms_names + kallsyms_offsets[lo];
	if (!*name || hi == kallsyms_num)
		return NULL;
	if (size)
		*size = kallsyms_addresses[hi] - kallsyms_addresses[lo];
	if (offset)
		*offset = addr - kallsyms_addresses[lo];
	return name;
}

unsigned long kallsyms_lookup_name(const char *name)
{
	u32 i;

	for (i = 0; i < kallsyms_num; i++)
		if (*name && !strcmp(kallsyms_names + kallsyms_offsets[i], name))
			return kallsyms_addresses[i];
	return 0;
}
