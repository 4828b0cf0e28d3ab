/* SPDX-License-Identifier: MIT */
/*
 * memblock's option and its view, apart from memblock.c so that that builds alone.
 *
 * Reference: Linux 6.1 mm/memblock.c (memblock_debug_show).
 */
#include <mm/memblock.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <kernel/params.h>
#include <kernel/seq.h>

static int __init memblock_setup(const char *val)
{
	if (strcmp(val, "debug"))
		return -EINVAL;
	memblock_debug = true;
	return 0;
}
kernel_param("memblock", memblock_setup, "debug", "report each change of the early memory lists");

/* Names of the bits of enum memblock_flags, from bit 0. */
static const char *const flag_names[] = {"HOTPLUG", "MIRROR", "NOMAP", "DRIVER_MANAGED"};

static void show_flags(struct seq_file *m, enum memblock_flags flags)
{
	const char *separator = " ";
	unsigned int bit;

	for (bit = 0; bit < ARRAY_SIZE(flag_names); bit++) {
		if (flags & (1U << bit)) {
			seq_printf(m, "%s%s", separator, flag_names[bit]);
			separator = "|";
		}
	}
}

static void show_list(struct seq_file *m, const struct memblock_type *type)
{
	unsigned long i;

	seq_printf(m, "%s\n", type->name);
	for (i = 0; i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i];
		phys_addr_t last = r->base + r->size - 1;

		if (!r->size)
			continue;
		seq_printf(m, "%4lu: %pa..%pa", i, &r->base, &last);
		show_flags(m, r->flags);
		seq_printf(m, "\n");
	}
}

void show_memblock(struct seq_file *m)
{
	show_list(m, &memblock.memory);
	show_list(m, &memblock.reserved);
	show_list(m, &physmem);
}
