/* SPDX-License-Identifier: MIT */
/*
 * The symbol table that tools/kallsyms.py linked in: addresses in ascending
 * order, each the start of a function or, with an empty name, the end of a text
 * section. A binary search finds the last one that is not above an address; the
 * next one ends it. The top bit of an offset says that the linker knows the symbol as a
 * function, and not just as a label of assembly code.
 */
#include <kernel/kallsyms.h>
#include <kernel/lib/string.h>

extern const u32 kallsyms_num;
extern const u32 kallsyms_addresses[];
extern const u32 kallsyms_offsets[];
extern const char kallsyms_names[];

#define IS_FUNCTION 0x80000000U

static const char *name_of(u32 i)
{
	return kallsyms_names + (kallsyms_offsets[i] & ~IS_FUNCTION);
}

/* find - index of the last symbol that is not above @addr; false when there is none */
static bool find(unsigned long addr, u32 *index)
{
	u32 lo = 0, hi = kallsyms_num;

	if (!kallsyms_num || addr < kallsyms_addresses[0])
		return false;
	while (hi - lo > 1) {
		u32 mid = lo + (hi - lo) / 2;

		if (kallsyms_addresses[mid] <= addr)
			lo = mid;
		else
			hi = mid;
	}
	*index = lo;
	return *name_of(lo) && hi < kallsyms_num;
}

const char *kallsyms_lookup(unsigned long addr, unsigned long *size, unsigned long *offset)
{
	u32 i;

	if (!find(addr, &i))
		return NULL;
	if (size)
		*size = kallsyms_addresses[i + 1] - kallsyms_addresses[i];
	if (offset)
		*offset = addr - kallsyms_addresses[i];
	return name_of(i);
}

bool kallsyms_is_function(unsigned long addr)
{
	u32 i;

	return find(addr, &i) && kallsyms_addresses[i] == addr &&
	       (kallsyms_offsets[i] & IS_FUNCTION);
}

unsigned long kallsyms_lookup_name(const char *name)
{
	u32 i;

	for (i = 0; i < kallsyms_num; i++)
		if (*name && !strcmp(name_of(i), name))
			return kallsyms_addresses[i];
	return 0;
}
