/* SPDX-License-Identifier: MIT */
/*
 * From the CPU to kernel/irq.c: tells spurious interrupts apart, brackets the
 * handler by enter() and exit(), and ends the interrupt at the controller.
 *
 * Handlers run with interrupts off from the gate to IRET, so they do not nest, and
 * the end-of-interrupt can come after the handler has quieted its device.
 */
#include <kernel/lib/types.h>
#include <arch/irqchip.h>
#include <asm/pic.h>
#include <asm/traps.h>

static const struct irq_entry_ops *entry_ops;

void set_irq_entry(const struct irq_entry_ops *ops)
{
	entry_ops = ops;
}

void irq_dispatch(struct pt_regs *regs)
{
	unsigned int irq = (unsigned int)regs->vector - FIRST_IRQ_VECTOR;

	if (pic_is_spurious(irq)) {
		entry_ops->spurious(irq);
		return;
	}
	entry_ops->enter();
	entry_ops->handle(irq);
	pic_eoi(irq);
	entry_ops->exit();
}

void in_hard_irq_context(void (*fn)(void *arg), void *arg)
{
	entry_ops->enter();
	fn(arg);
	entry_ops->exit();
}
