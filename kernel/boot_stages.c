/* SPDX-License-Identifier: MIT */
/*
 * The stages of boot: a table that kmain() fills, one entry each.
 *
 * Nothing is computed while boot runs but a difference; who wants to know reads the
 * table afterwards (kernel/bench/boot.c). Reference: Linux's initcall_debug.
 */
#include <kernel/boot_stages.h>
#include <kernel/bug.h>
#include <arch/cpu.h>

/* Not in .bss: entry code writes it before that is known to be there. */
u64 boot_entry_cycles __section(".data");

static struct boot_stage stages[NR_BOOT_STAGES];
static unsigned int nr_stages;

void boot_stage(const char *name)
{
	u64 now = get_cycles();

	if (nr_stages)
		stages[nr_stages - 1].cycles = now - stages[nr_stages - 1].begin;
	else if (boot_entry_cycles)
		now = boot_entry_cycles;
	if (!name)
		return;
	BUG_ON(nr_stages == NR_BOOT_STAGES);
	stages[nr_stages].name = name;
	stages[nr_stages].begin = now;
	nr_stages++;
}

const struct boot_stage *boot_stage_get(unsigned int nr)
{
	return nr < nr_stages ? &stages[nr] : NULL;
}
