/* SPDX-License-Identifier: MIT */
/*
 * <arch/irq.h> in a process: IF is a variable. The process's signal handler looks at it
 * before it interrupts anything, and leaves a note where it must wait; whoever sets IF
 * reads the notes.
 */
#ifndef ASM_IRQFLAGS_H
#define ASM_IRQFLAGS_H

#include <kernel/lib/types.h>
#include <asm/host.h>

#define X86_EFLAGS_TF 0x100UL
#define X86_EFLAGS_IF 0x200UL

static __always_inline unsigned long arch_local_save_flags(void)
{
	return host_cpu.irqs_on ? X86_EFLAGS_IF : 0;
}

static __always_inline void local_irq_disable(void)
{
	host_cpu.irqs_on = 0;
	barrier();
}

static __always_inline void local_irq_enable(void)
{
	barrier();
	host_cpu.irqs_on = 1;
	if (unlikely(host_cpu.irqs_pending))
		host_take_interrupts();
}

static __always_inline unsigned long arch_local_irq_save(void)
{
	unsigned long flags = arch_local_save_flags();

	local_irq_disable();
	return flags;
}

static __always_inline bool irqs_disabled_flags(unsigned long flags)
{
	return !(flags & X86_EFLAGS_IF);
}

static __always_inline bool irqs_disabled(void)
{
	return irqs_disabled_flags(arch_local_save_flags());
}

static __always_inline void local_irq_restore(unsigned long flags)
{
	if (!irqs_disabled_flags(flags))
		local_irq_enable();
}

#define local_irq_save(flags)   ((flags) = arch_local_irq_save())
#define local_save_flags(flags) ((flags) = arch_local_save_flags())

#endif
