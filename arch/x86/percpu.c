/* SPDX-License-Identifier: MIT */
/*
 * The per-CPU segment: descriptor 7 of this CPU's GDT, whose base is the distance
 * of the CPU's variables from the template (SDM vol. 3, 3.4.5).
 */
#include <arch/percpu.h>
#include <kernel/percpu.h>

#define GDT_PERCPU 7

struct gdt_ptr {
	u16 limit;
	u32 base;
} __packed;

void arch_percpu_switch(unsigned int cpu)
{
	u32 base = __per_cpu_offset[cpu];
	struct gdt_ptr gdtr;
	u32 *desc;

	__asm__ __volatile__("sgdt %0" : "=m"(gdtr));
	desc = (u32 *)gdtr.base + GDT_PERCPU * 2;
	desc[0] = 0xffff | base << 16;
	desc[1] = 0x00cf9200 | (base >> 16 & 0xff) | (base & 0xff000000);
	__asm__ __volatile__("movl %0, %%fs" : : "r"(GDT_PERCPU * 8) : "memory");
}
