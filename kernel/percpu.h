/* SPDX-License-Identifier: MIT */
/*
 * Static per-CPU variables.
 *
 * DEFINE_PER_CPU puts a variable into the template section .data..percpu. Each
 * CPU has a copy of the section; a variable's address plus the CPU's offset is
 * its copy. Until setup_per_cpu_areas() the template itself serves the boot CPU
 * (offset 0). this_cpu_* are single instructions, safe against interrupts and
 * migration; this_cpu_ptr() wants preemption off for as long as the pointer is
 * used.
 */
#ifndef KERNEL_PERCPU_H
#define KERNEL_PERCPU_H

#include <kernel/lib/types.h>
#include <kernel/lib/threads.h>
#include <arch/percpu.h>

#define DEFINE_PER_CPU(type, name)  __percpu __table(".data..percpu") __typeof__(type) name
#define DECLARE_PER_CPU(type, name) extern __percpu __typeof__(type) name
#define DEFINE_PER_CPU_ALIGNED(type, name)                                                         \
	__percpu __table(".data..percpu..aligned") __typeof__(type) name __aligned(64)

extern unsigned long __per_cpu_offset[NR_CPUS];
extern unsigned int nr_cpu_ids; /* CPUs numbered from 0 that may exist */

#define SHIFT_PERCPU_PTR(ptr, off)                                                                 \
	((__typeof__(*(ptr)) __kernel __force *)((unsigned long)(ptr) + (off)))
#define per_cpu_ptr(ptr, cpu) SHIFT_PERCPU_PTR((ptr), __per_cpu_offset[(cpu)])
#define per_cpu(var, cpu)     (*per_cpu_ptr(&(var), cpu))
#define raw_cpu_ptr(ptr)      SHIFT_PERCPU_PTR((ptr), __this_cpu_read(this_cpu_off))
#define this_cpu_ptr(ptr)     raw_cpu_ptr(ptr)

#define this_cpu_read(var)       __this_cpu_read(var)
#define this_cpu_nonzero(var)    __this_cpu_nonzero(var)
#define this_cpu_any(var, bits)  __this_cpu_any(var, bits)
#define this_cpu_write(var, val) __this_cpu_write(var, val)
#define this_cpu_add(var, val)   __this_cpu_add(var, val)
#define this_cpu_inc(var)        __this_cpu_add(var, 1)
#define this_cpu_dec(var)        __this_cpu_add(var, -1)

#define smp_processor_id() raw_smp_processor_id()

#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < nr_cpu_ids; (cpu)++)
#define for_each_online_cpu(cpu)   for_each_possible_cpu(cpu)

/**
 * setup_per_cpu_areas - give each possible CPU its copy of the template
 * @alloc: pages for the copies, e.g. from memblock; @size bytes, @align bytes
 *
 * Ends with arch_percpu_switch(), which makes this CPU use its own copy.
 *
 * Context: boot, once, before another CPU runs. Panics when @alloc fails.
 */
void setup_per_cpu_areas(void *(*alloc)(size_t size, size_t align));

#endif
