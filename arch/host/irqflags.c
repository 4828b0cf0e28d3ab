/* SPDX-License-Identifier: MIT */
/*
 * The interrupt flag, which here is a variable: what assembly needs of it, and what is
 * due when it is set.
 */
#include <kernel/lib/types.h>
#include <arch/irq.h>
#include <asm/ptrace.h>

unsigned long host_save_flags(void);
void host_restore_flags(unsigned long flags);
void host_return_flags(const struct pt_regs *regs);

unsigned long host_save_flags(void)
{
	return arch_local_save_flags();
}

void host_restore_flags(unsigned long flags)
{
	local_irq_disable();
	local_irq_restore(flags);
}

/* What was pending comes as INT 0x20, for which the process stands in. */
void host_take_interrupts(void)
{
	if (__atomic_exchange_n(&host_cpu.irqs_pending, 0, __ATOMIC_SEQ_CST))
		__asm__ __volatile__("int $0x20" : : : "memory");
}

/* host_return_flags - the IF that IRET would load */
void host_return_flags(const struct pt_regs *regs)
{
	local_irq_restore(regs->eflags);
}
