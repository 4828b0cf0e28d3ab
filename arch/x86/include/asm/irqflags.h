/* SPDX-License-Identifier: MIT */
/* <arch/irq.h> on the CPU: the IF bit of EFLAGS (SDM vol. 3, 6.8.1). */
#ifndef ASM_IRQFLAGS_H
#define ASM_IRQFLAGS_H

#include <kernel/lib/types.h>

#define X86_EFLAGS_TF 0x100UL
#define X86_EFLAGS_IF 0x200UL

/*
 * A register or a word of memory, whichever is free. Given the choice, clang always takes a
 * word on the stack, whose address then makes the function one for the stack protector.
 */
#ifdef __clang__
#define FLAGS_OUTPUT "=r"
#else
#define FLAGS_OUTPUT "=rm"
#endif

static __always_inline unsigned long arch_local_save_flags(void)
{
	unsigned long flags;

	__asm__ __volatile__("pushfl; popl %0" : FLAGS_OUTPUT(flags) : : "memory");
	return flags;
}

static __always_inline void local_irq_disable(void)
{
	__asm__ __volatile__("cli" : : : "memory");
}

static __always_inline void local_irq_enable(void)
{
	__asm__ __volatile__("sti" : : : "memory");
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
	bool disabled;

	/* IF is bit 9. The answer is a condition code, and no register is needed. */
	__asm__ __volatile__("pushfl; btl $9, (%%esp); leal 4(%%esp), %%esp"
			     : "=@ccnc"(disabled)
			     :
			     : "memory");
	return disabled;
}

/*
 * Put IF back, and IF alone: popf would also restore a trap flag that a
 * single-stepping handler has set or cleared in between.
 */
static __always_inline void local_irq_restore(unsigned long flags)
{
	if (!irqs_disabled_flags(flags))
		local_irq_enable();
}

#define local_irq_save(flags)   ((flags) = arch_local_irq_save())
#define local_save_flags(flags) ((flags) = arch_local_save_flags())

#endif
