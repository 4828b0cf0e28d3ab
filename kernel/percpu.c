/* SPDX-License-Identifier: MIT */
/*
 * Static per-CPU areas: one copy of the template section per CPU. Until they are
 * set up, the boot CPU works on the template itself, at offset 0; what it has
 * written there is copied with the rest.
 *
 * Locking: written during boot, read-only afterwards.
 */
#include <kernel/percpu.h>
#include <kernel/bug.h>
#include <kernel/preempt.h>
#include <kernel/spinlock.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <arch/cpu.h>

extern char __per_cpu_start[], __per_cpu_end[];

DEFINE_PER_CPU(unsigned long, this_cpu_off);
DEFINE_PER_CPU(unsigned int, cpu_number);
DEFINE_PER_CPU(unsigned int, __preempt_count);

unsigned long __per_cpu_offset[NR_CPUS];
unsigned int nr_cpu_ids = 1;
bool system_running;

void __might_sleep(const char *file, int line)
{
	if (!system_running)
		return;
	kbug("sleeping function called from invalid context at %s:%d: preempt_count %#x, interrupts %s",
	     file, line, preempt_count(), irqs_disabled() ? "off" : "on");
}

void __init setup_per_cpu_areas(void *(*alloc)(size_t size, size_t align))
{
	size_t size = (size_t)(__per_cpu_end - __per_cpu_start);
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		char *area = alloc(size, L1_CACHE_BYTES);

		if (!area)
			panic("no memory for the per-CPU area of CPU %u: %zu bytes", cpu, size);
		memcpy(area, __per_cpu_start, size);
		__per_cpu_offset[cpu] = (unsigned long)(area - __per_cpu_start);
		*per_cpu_ptr(&this_cpu_off, cpu) = __per_cpu_offset[cpu];
		*per_cpu_ptr(&cpu_number, cpu) = cpu;
		*per_cpu_ptr(&spin_self, cpu) = cpu + 1;
	}
	arch_percpu_switch(0);
}
