/* SPDX-License-Identifier: MIT */
/*
 * The global descriptor table and the task state segments, one set per CPU.
 *
 * Segmentation is all but off: code and data of rings 0 and 3 span 4 GiB from 0.
 * Three descriptors do work:
 *
 *   per-CPU     its base is the distance from the per-CPU template to this CPU's
 *               copy, so that %fs:variable is the copy, in one instruction
 *   TSS         names the ring 0 stack for entries from ring 3, and takes the
 *               registers when the double fault's task is switched to
 *   DF TSS      that task: a stack, an address space and a first instruction of
 *               its own, so that it runs even when the kernel stack is used up
 *
 * The set lies in the per-CPU area. early_trap_init() loads the template's; when the
 * areas are there, the boot CPU's own copy is built anew (the template's TSS was
 * marked busy when it was loaded, and would fault if its copy were loaded again).
 *
 * Reference: SDM vol. 3, 3.4.5 (descriptors), 7.2 (task management), 6.12.1.
 */
#include <kernel/lib/types.h>
#include <kernel/lib/minmax.h>
#include <kernel/percpu.h>
#include <asm/desc.h>
#include <asm/doublefault.h>
#include <asm/irqflags.h>
#include <asm/control.h>

struct cpu_desc {
	u64 gdt[GDT_ENTRIES];
	struct tss tss;
	struct tss df_tss;
};

static DEFINE_PER_CPU_ALIGNED(struct cpu_desc, cpu_desc);

/* Access bytes: present, privilege, type. */
#define ACCESS_CODE(dpl) (0x9bU | (dpl) << 5) /* readable; the accessed bit is set already */
#define ACCESS_DATA(dpl) (0x93U | (dpl) << 5)
#define ACCESS_TSS       0x89U
#define FLAGS_FLAT       0xcU /* limit counts pages, 32-bit */
#define LIMIT_4G         0xfffffU

/* make_descriptor - scatter base, limit, access and flags as the 286 left room for them */
static u64 make_descriptor(u32 base, u32 limit, u32 access, u32 flags)
{
	u32 low = (base << 16) | (limit & 0xffff);
	u32 high = (base & 0xff000000) | flags << 20 | (limit & 0xf0000) | access << 8 |
		   ((base >> 16) & 0xff);

	return (u64)high << 32 | low;
}

static void fill_gdt(struct cpu_desc *desc, u32 percpu_base)
{
	u32 tss_limit = sizeof(struct tss) - 1;
	u64 *gdt = desc->gdt;

	gdt[0] = 0;
	gdt[GDT_KERNEL_CODE] = make_descriptor(0, LIMIT_4G, ACCESS_CODE(0U), FLAGS_FLAT);
	gdt[GDT_KERNEL_DATA] = make_descriptor(0, LIMIT_4G, ACCESS_DATA(0U), FLAGS_FLAT);
	gdt[GDT_USER_CODE] = make_descriptor(0, LIMIT_4G, ACCESS_CODE(3U), FLAGS_FLAT);
	gdt[GDT_USER_DATA] = make_descriptor(0, LIMIT_4G, ACCESS_DATA(3U), FLAGS_FLAT);
	gdt[GDT_TSS] = make_descriptor((u32)&desc->tss, tss_limit, ACCESS_TSS, 0);
	gdt[GDT_DF_TSS] = make_descriptor((u32)&desc->df_tss, tss_limit, ACCESS_TSS, 0);
	gdt[GDT_PERCPU] = make_descriptor(percpu_base, LIMIT_4G, ACCESS_DATA(0U), FLAGS_FLAT);
}

static void fill_tss(struct cpu_desc *desc)
{
	desc->tss = (struct tss){
		.ss0 = __KERNEL_DS,
		.iomap_base = sizeof(struct tss), /* no I/O bitmap: ring 3 gets no ports */
	};
	desc->df_tss = (struct tss){
		.cr3 = (u32)read_cr3(),
		.eip = (u32)doublefault_entry,
		.eflags = X86_EFLAGS_FIXED,
		.esp = (u32)doublefault_stack_top(),
		.cs = __KERNEL_CS,
		.ss = __KERNEL_DS,
		.ds = __KERNEL_DS,
		.es = __KERNEL_DS,
		.fs = __PERCPU,
		.ss0 = __KERNEL_DS,
		.iomap_base = sizeof(struct tss),
	};
}

/* load_gdt - and reload every segment register, as they cache the old descriptors */
static void load_gdt(const struct cpu_desc *desc)
{
	struct table_reg gdtr = {.limit = sizeof(desc->gdt) - 1, .base = (u32)desc->gdt};

	__asm__ __volatile__("lgdt %0\n\t"
			     "ljmp %1, $1f\n"
			     "1:\n\t"
			     "movl %2, %%ds\n\t"
			     "movl %2, %%es\n\t"
			     "movl %2, %%ss\n\t"
			     "movl %3, %%fs\n\t"
			     "movl %4, %%gs\n\t"
			     "lldt %w4\n\t"
			     "ltr %w5"
			     :
			     : "m"(gdtr), "i"(__KERNEL_CS), "r"(__KERNEL_DS), "r"(__PERCPU), "r"(0),
			       "r"(GDT_TSS * 8)
			     : "memory");
}

void cpu_desc_init(unsigned int cpu)
{
	struct cpu_desc *desc = per_cpu_ptr(&cpu_desc, cpu);

	fill_gdt(desc, (u32)__per_cpu_offset[cpu]);
	fill_tss(desc);
	load_gdt(desc);
}

void arch_percpu_switch(unsigned int cpu)
{
	cpu_desc_init(cpu);
}

const struct tss *this_cpu_tss(void)
{
	return &this_cpu_ptr(&cpu_desc)->tss;
}
