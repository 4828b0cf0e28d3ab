/* SPDX-License-Identifier: MIT */
/*
 * Double faults, and with them kernel stack overflows.
 *
 * When a function runs off its stack it touches the guard page. The page fault
 * cannot be delivered, since the CPU would push its frame there, too: a double
 * fault. That one's gate is a task gate. The CPU stores all registers into the TSS
 * of the task that failed, loads all from the TSS of the other, which has a stack
 * of its own, and starts it; CR2 still holds the address in the guard page. So the
 * report can be written, and name the stack that overflowed.
 *
 * There is no way back, nor does anything want one: the kernel stops.
 *
 * Reference: SDM vol. 3, 6.15 (interrupt 8), 7.3 (task switching).
 */
#include <kernel/panic.h>
#include <kernel/lib/types.h>
#include <kernel/lib/compiler.h>
#include <arch/mmu.h>
#include <arch/traps.h>
#include <asm/control.h>
#include <asm/desc.h>
#include <asm/doublefault.h>
#include <asm/page.h>
#include <asm/traps.h>

#define DF_STACK_SIZE (2 * PAGE_SIZE)

/* The guard page comes first: stacks grow down. */
static u8 df_stack[PAGE_SIZE + DF_STACK_SIZE] __page_aligned_bss;

static struct kernel_stack df_stack_info = {.name = "double fault stack"};

unsigned long doublefault_stack_top(void)
{
	return (unsigned long)df_stack + sizeof(df_stack);
}

void doublefault_init(void)
{
	df_stack_info.low = (unsigned long)df_stack + PAGE_SIZE;
	df_stack_info.high = doublefault_stack_top();
	register_kernel_stack(&df_stack_info);
}

int doublefault_guard(void)
{
	return register_guard_page((unsigned long)df_stack, df_stack_info.name);
}

/* What trap_entry.asm would have left, had there been a stack to leave it on. */
static void regs_from_tss(struct pt_regs *regs, const struct tss *tss)
{
	*regs = (struct pt_regs){
		.edi = tss->edi,
		.esi = tss->esi,
		.ebp = tss->ebp,
		.ebx = tss->ebx,
		.edx = tss->edx,
		.ecx = tss->ecx,
		.eax = tss->eax,
		.ds = tss->ds,
		.es = tss->es,
		.fs = tss->fs,
		.gs = tss->gs,
		.vector = X86_TRAP_DF, /* its error code is always 0 */
		.eip = tss->eip,
		.cs = tss->cs,
		.eflags = tss->eflags,
		.esp = tss->esp,
		.ss = tss->ss,
	};
}

void doublefault_report(void)
{
	/* static: nothing comes back here to use them twice, and stacks are short */
	static struct pt_regs regs;
	static struct fault_info info;

	regs_from_tss(&regs, this_cpu_tss());
	info = (struct fault_info){
		.vector = X86_TRAP_DF,
		.name = exception_name(X86_TRAP_DF),
		.address = read_cr2(),
		.ip = regs.eip,
		.regs = &regs,
	};
	report_fault(&info);
	panic_reported("double fault");
}
