/* SPDX-License-Identifier: MIT */
/*
 * Exceptions: who is asked, and in which order.
 *
 *   1. single stepping, for the debug exception;
 *   2. the exception table, which mends accesses that were allowed to fault;
 *   3. the test core's hook;
 *   4. nobody: the fault is reported, the hook asked once more, and the kernel stops.
 *
 * Everything arrives with interrupts off, on the stack that was in use. A double
 * fault does not arrive here at all: see doublefault.c.
 *
 * Hardware interrupts come through the same door and go on to irq.c. Any other
 * vector means that somebody executed an INT n that means nothing here; it is
 * named and otherwise ignored.
 *
 * Reference: SDM vol. 3, 6.15 (each exception).
 */
#include <kernel/bug.h>
#include <kernel/panic.h>
#include <kernel/preempt.h>
#include <kernel/printk.h>
#include <kernel/lib/types.h>
#include <kernel/lib/minmax.h>
#include <arch/irqchip.h>
#include <arch/traps.h>
#include <asm/control.h>
#include <asm/io.h>
#include <asm/traps.h>

static bool (*fault_hook)(struct fault_info *info);

static const char *const exception_names[NR_EXCEPTIONS] = {
	[X86_TRAP_DE] = "divide error",
	[X86_TRAP_DB] = "debug exception",
	[X86_TRAP_NMI] = "non-maskable interrupt",
	[X86_TRAP_BP] = "breakpoint",
	[X86_TRAP_OF] = "overflow",
	[X86_TRAP_BR] = "bound range exceeded",
	[X86_TRAP_UD] = "invalid opcode",
	[X86_TRAP_NM] = "FPU not available",
	[X86_TRAP_DF] = "double fault",
	[9] = "coprocessor segment overrun",
	[X86_TRAP_TS] = "invalid TSS",
	[X86_TRAP_NP] = "segment not present",
	[X86_TRAP_SS] = "stack segment fault",
	[X86_TRAP_GP] = "general protection fault",
	[X86_TRAP_PF] = "page fault",
	[X86_TRAP_MF] = "x87 FPU error",
	[X86_TRAP_AC] = "alignment check",
	[X86_TRAP_MC] = "machine check",
	[19] = "SIMD FPU error",
	[20] = "virtualization exception",
	[21] = "control protection exception",
	[28] = "hypervisor injection exception",
	[29] = "VMM communication exception",
	[30] = "security exception",
};

const char *exception_name(unsigned int vector)
{
	const char *name = vector < NR_EXCEPTIONS ? exception_names[vector] : NULL;

	return name ? name : "reserved exception";
}

void set_fault_hook(bool (*hook)(struct fault_info *info))
{
	WRITE_ONCE(fault_hook, hook);
}

static void (*page_fault_trace)(const struct fault_info *info);

void set_page_fault_trace(void (*trace)(const struct fault_info *info))
{
	WRITE_ONCE(page_fault_trace, trace);
}

static void trace_page_fault(const struct fault_info *info)
{
	void (*trace)(const struct fault_info *) = READ_ONCE(page_fault_trace);

	if (trace && info->vector == X86_TRAP_PF)
		trace(info);
}

/* Port 0x61 tells the two classic causes of an NMI apart. */
#define NMI_REASON_PORT  0x61
#define NMI_REASON_SERR  0x80
#define NMI_REASON_IOCHK 0x40

static void handle_nmi(const struct pt_regs *regs)
{
	u8 reason = inb(NMI_REASON_PORT);

	preempt_count_add(NMI_OFFSET);
	pr_warn("NMI at %pS: %s%s%s(port 0x61: 0x%02x)\n", (void *)regs->eip,
		reason & NMI_REASON_SERR ? "memory or bus error " : "",
		reason & NMI_REASON_IOCHK ? "I/O channel check " : "",
		reason & (NMI_REASON_SERR | NMI_REASON_IOCHK) ? "" : "no known cause ", reason);
	preempt_count_sub(NMI_OFFSET);
}

/* ask_hook - shall the interrupted code go on? */
static bool ask_hook(struct fault_info *info)
{
	bool (*hook)(struct fault_info *) = READ_ONCE(fault_hook);

	if (!hook || fault_being_reported() || info->vector == X86_TRAP_MC)
		return false;
	return hook(info);
}

static void handle_exception(struct pt_regs *regs)
{
	struct fault_info info = {
		.vector = (int)regs->vector,
		.name = exception_name(regs->vector),
		.error_code = regs->error_code,
		.address = regs->vector == X86_TRAP_PF ? read_cr2() : 0,
		.ip = regs->eip,
		.regs = regs,
	};

	if (regs->vector == X86_TRAP_DB && step_trap(regs))
		return;
	if (regs->vector == X86_TRAP_NMI) {
		handle_nmi(regs);
		return;
	}
	trace_page_fault(&info);
	if (!user_mode(regs) && fixup_exception(regs))
		return;
	if (ask_hook(&info))
		return;
	report_fault(&info);
	info.reported = true;
	if (ask_hook(&info))
		return;
	panic_reported("fatal exception in the kernel");
}

void trap_dispatch(struct pt_regs *regs)
{
	unsigned long vector = regs->vector;

	if (vector < NR_EXCEPTIONS)
		handle_exception(regs);
	else if (vector < FIRST_IRQ_VECTOR + NR_IRQS)
		irq_dispatch(regs);
	else
		pr_warn_ratelimited("interrupt 0x%02lx at %pS: nobody handles it\n", vector,
				    (void *)regs->eip);
}

BUILD_BUG_ON(FIRST_IRQ_VECTOR != NR_EXCEPTIONS);
