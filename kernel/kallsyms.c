/* SPDX-License-Identifier: MIT */
/*
 * The symbol table that tools/kallsyms.py linked in: addresses in ascending
 * order, each the start of a function or a variable or, with an empty name, the end of a
 * section. A binary search finds the last one that is not above an address; the
 * next one ends it. The top bits of an offset say that the linker knows the symbol as a
 * function, and not just as a label of assembly code; that it is not static; that it is
 * a variable.
 */
#include <kernel/kallsyms.h>
#include <kernel/lib/string.h>

extern const u32 kallsyms_num;
extern const u32 kallsyms_addresses[];
extern const u32 kallsyms_offsets[];
extern const char kallsyms_names[];

#define IS_FUNCTION 0x80000000U
#define IS_GLOBAL   0x40000000U
#define IS_DATA     0x20000000U

static const char *name_of(u32 i)
{
	return kallsyms_names + (kallsyms_offsets[i] & ~(IS_FUNCTION | IS_GLOBAL | IS_DATA));
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

/* lookup - the symbol that holds an address, if it is data, or text, as @data says */
static const char *lookup(unsigned long addr, u32 data, unsigned long *size, unsigned long *offset)
{
	u32 i;

	if (!find(addr, &i) || (kallsyms_offsets[i] & IS_DATA) != data)
		return NULL;
	if (size)
		*size = kallsyms_addresses[i + 1] - kallsyms_addresses[i];
	if (offset)
		*offset = addr - kallsyms_addresses[i];
	return name_of(i);
}

const char *kallsyms_lookup(unsigned long addr, unsigned long *size, unsigned long *offset)
{
	return lookup(addr, 0, size, offset);
}

const char *kallsyms_lookup_data(unsigned long addr, unsigned long *size, unsigned long *offset)
{
	return lookup(addr, IS_DATA, size, offset);
}

/* starts_there - a symbol of that sort, exactly there */
static bool starts_there(unsigned long addr, u32 sort)
{
	u32 i;

	return find(addr, &i) && kallsyms_addresses[i] == addr && (kallsyms_offsets[i] & sort);
}

bool kallsyms_is_function(unsigned long addr)
{
	return starts_there(addr, IS_FUNCTION);
}

bool kallsyms_is_global(unsigned long addr)
{
	return starts_there(addr, IS_GLOBAL);
}

/* lookup_name - address of the first one so called that is data, or text, as @data says; or 0 */
static unsigned long lookup_name(const char *name, u32 data)
{
	u32 i;

	for (i = 0; i < kallsyms_num; i++)
		if (*name && (kallsyms_offsets[i] & IS_DATA) == data && !strcmp(name_of(i), name))
			return kallsyms_addresses[i];
	return 0;
}

unsigned long kallsyms_lookup_name(const char *name)
{
	return lookup_name(name, 0);
}

unsigned long kallsyms_lookup_data_name(const char *name)
{
	return lookup_name(name, IS_DATA);
}
