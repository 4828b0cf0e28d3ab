/* SPDX-License-Identifier: MIT */
/*
 * Contract: where this CPU's variables lie, from <asm/percpu.h>.
 *   this_cpu_off                      offset of this CPU's copy from the template
 *   __this_cpu_read(var), __this_cpu_write(var, v), __this_cpu_add(var, v),
 *   __this_cpu_nonzero(var), __this_cpu_any(var, bits) - is one of these bits set?
 *                                     one instruction each: cannot be torn by an interrupt
 *   raw_smp_processor_id()
 *   arch_percpu_switch(cpu)           from now on this CPU's variables lie at
 *                                     __per_cpu_offset[cpu]
 * Callers use <kernel/percpu.h>.
 */
#ifndef ARCH_PERCPU_H
#define ARCH_PERCPU_H

#include <asm/percpu.h>

void arch_percpu_switch(unsigned int cpu);

#endif
