/* SPDX-License-Identifier: MIT */
/*
 * Descriptor tables: this CPU's GDT with its two task state segments, and the IDT
 * that all CPUs share.
 */
#ifndef ASM_DESC_H
#define ASM_DESC_H

#include <kernel/lib/minmax.h>
#include <kernel/lib/types.h>
#include <asm/segment.h>

/* struct tss - 32-bit task state segment (SDM vol. 3, 7.2.1) */
struct tss {
	u32 prev_task;
	u32 esp0, ss0, esp1, ss1, esp2, ss2;
	u32 cr3;
	u32 eip, eflags;
	u32 eax, ecx, edx, ebx, esp, ebp, esi, edi;
	u32 es, cs, ss, ds, fs, gs;
	u32 ldt;
	u16 trace;
	u16 iomap_base;
};

BUILD_BUG_ON(sizeof(struct tss) != 104);

/* struct table_reg - what LGDT and LIDT load */
struct table_reg {
	u16 limit;
	u32 base;
} __packed;

/*
 * cpu_desc_init - build and load the descriptors of CPU @cpu, which runs this
 * Sets %fs to the copy of the per-CPU area that __per_cpu_offset[] names.
 * Context: interrupts off.
 */
void cpu_desc_init(unsigned int cpu);

/* The state that a task switch saved: of this CPU, once it double-faulted. */
const struct tss *this_cpu_tss(void);

/* idt_init - fill and load the IDT. Context: boot, once. */
void idt_init(void);

#endif
