/* SPDX-License-Identifier: MIT */
/*
 * Contract: the interrupt controller and the way from the CPU to kernel/irq.c.
 */
#ifndef ARCH_IRQCHIP_H
#define ARCH_IRQCHIP_H

#include <kernel/lib/types.h>

/* Interrupt lines, numbered from 0; on a PC those of the two 8259s. */
#define NR_IRQS 16

#define IRQ_TIMER    0
#define IRQ_KEYBOARD 1
#define IRQ_COM1     4

/*
 * struct irq_entry_ops - what kernel/irq.c does about interrupts
 * @enter, @exit: around everything that runs as an interrupt handler
 * @handle:       serve line @irq, between the two
 * @spurious:     the controller raised @irq, and then knew nothing of it
 */
struct irq_entry_ops {
	void (*enter)(void);
	void (*exit)(void);
	void (*handle)(unsigned int irq);
	void (*spurious)(unsigned int irq);
};

/** set_irq_entry - register them. Context: boot, before interrupts are on. */
void set_irq_entry(const struct irq_entry_ops *ops);

/** irqchip_name - of the kind of controller, as /proc/interrupts has it. Context: any. */
const char *irqchip_name(void);

/** irqchip_init - program the controller; every line masked. Context: boot. */
void irqchip_init(void);

/* irqchip_mask, irqchip_unmask, irqchip_is_masked - one line. Context: any, interrupts off, irq_lock held. */
void irqchip_mask(unsigned int irq);
void irqchip_unmask(unsigned int irq);
bool irqchip_is_masked(unsigned int irq);

#endif
