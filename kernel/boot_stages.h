/* SPDX-License-Identifier: MIT */
/*
 * What boot spends its time on: kmain() says where each of its stages begins, and the
 * cycle counter is noted. Under QEMU's icount, cycles are instructions.
 */
#ifndef KERNEL_BOOT_STAGES_H
#define KERNEL_BOOT_STAGES_H

#include <kernel/lib/types.h>

/*
 * struct boot_stage
 * @name:   a static string
 * @begin:  get_cycles() at its start
 * @cycles: spent in it; 0 while it lasts
 */
struct boot_stage {
	const char *name;
	u64 begin;
	u64 cycles;
};

#define NR_BOOT_STAGES 12

/*
 * boot_entry_cycles - get_cycles() in the first instructions, as the port's entry code
 * stores it; where it does not, boot begins with the first boot_stage().
 */
extern u64 boot_entry_cycles;

/**
 * boot_stage - the stage before ends, and @name begins
 * @name: a static string; NULL: boot is over
 *
 * The first one begins at boot_entry_cycles. More than NR_BOOT_STAGES are a bug.
 *
 * Context: boot, one CPU.
 */
void boot_stage(const char *name);

/** boot_stage_get - stage @nr, or NULL when there were not so many. Context: any. */
const struct boot_stage *boot_stage_get(unsigned int nr);

#endif
