/* SPDX-License-Identifier: MIT */
/*
 * Contract: the CPU itself, from <asm/processor.h>.
 *   cpu_relax()        in a spin loop
 *   cpu_idle()         halt until an interrupt; called with interrupts off, returns
 *                      with them on, and cannot lose a wake-up in between
 *   get_cycles()       64-bit cycle counter; under icount the instruction counter
 *   arch_get_random_long(&v)  a random word of the CPU's own; false when it has none to give
 *   arch_clear_scratch_regs() set those registers to 0 that a call may change, so that a
 *                      report does not print what they held
 *   prefetch(p), prefetchw(p)
 *   L1_CACHE_SHIFT, L1_CACHE_BYTES, ____cacheline_aligned
 *   arch_machine_exit_enable(present)  is somebody waiting for a verdict?
 *   arch_machine_exit(code)   leave the emulator with a verdict, if so; else returns
 *   arch_machine_restart(), arch_machine_halt()   do not return
 */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include <asm/processor.h>

struct seq_file;

/**
 * show_cpuinfo - each CPU, in the lines of /proc/cpuinfo
 * @khz: what get_cycles() was measured to count in a millisecond
 * Context: any.
 */
void show_cpuinfo(struct seq_file *m, unsigned int khz);

#endif
