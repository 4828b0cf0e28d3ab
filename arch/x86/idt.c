/* SPDX-License-Identifier: MIT */
/*
 * The interrupt descriptor table: 256 gates, shared by all CPUs.
 *
 * Each gate leads to its stub in trap_entry.asm; all are interrupt gates, so that
 * handlers begin with interrupts off. int3, into and bound may be executed in ring
 * 3; any other INT n from there is a general protection fault. The double fault's
 * gate is a task gate: see doublefault.c.
 *
 * Reference: SDM vol. 3, 6.11 (gates), 6.12.2 (task gates for exceptions).
 */
#include <kernel/lib/types.h>
#include <asm/desc.h>
#include <asm/traps.h>

#define GATE_INTERRUPT 0x8eU /* present, ring 0, 32-bit interrupt gate */
#define GATE_TASK      0x85U
#define GATE_DPL3      0x60U

static u64 idt[NR_VECTORS] __aligned(8);

static u64 make_gate(u32 offset, u32 selector, u32 type)
{
	u32 low = selector << 16 | (offset & 0xffff);
	u32 high = (offset & 0xffff0000) | type << 8;

	return (u64)high << 32 | low;
}

void idt_init(void)
{
	struct table_reg idtr = {.limit = sizeof(idt) - 1, .base = (u32)idt};
	unsigned int vector;

	for (vector = 0; vector < NR_VECTORS; vector++) {
		u32 stub = (u32)trap_stubs + vector * TRAP_STUB_SIZE;
		bool from_user =
			vector == X86_TRAP_BP || vector == X86_TRAP_OF || vector == X86_TRAP_BR;

		idt[vector] =
			make_gate(stub, __KERNEL_CS, GATE_INTERRUPT | (from_user ? GATE_DPL3 : 0));
	}
	idt[X86_TRAP_DF] = make_gate(0, GDT_DF_TSS * 8, GATE_TASK);
	__asm__ __volatile__("lidt %0" : : "m"(idtr));
}
