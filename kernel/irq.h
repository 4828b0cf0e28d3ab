/* SPDX-License-Identifier: MIT */
/*
 * Interrupt lines and who serves them.
 *
 * A driver announces a struct irqaction of its own, so that nothing is allocated.
 * Several may share a line: each is asked, and says whether the interrupt was its
 * device's. Handlers run with interrupts off and in_hardirq(); they may not sleep.
 */
#ifndef KERNEL_IRQ_H
#define KERNEL_IRQ_H

#include <kernel/lib/types.h>
#include <arch/irqchip.h>

struct seq_file;

typedef enum irqreturn { IRQ_NONE, IRQ_HANDLED } irqreturn_t;
typedef irqreturn_t (*irq_handler_t)(unsigned int irq, void *dev);

/*
 * struct irqaction - one handler of a line
 * @handler: called for each interrupt of the line
 * @dev:     its second argument
 * @name:    as show_interrupts() prints it
 */
struct irqaction {
	irq_handler_t handler;
	void *dev;
	const char *name;
	struct irqaction *next;
};

/** init_IRQ - program the controller, every line masked. Context: boot, interrupts off. */
void init_IRQ(void);

/**
 * setup_irq - add a handler, and unmask the line if it is the first
 * @irq:    below NR_IRQS
 * @action: not registered anywhere; the caller's to keep until remove_irq()
 *
 * Context: any. Takes irq_lock. Return: 0, or -EINVAL for no such line.
 */
int setup_irq(unsigned int irq, struct irqaction *action);

/**
 * remove_irq - take a handler away, and mask the line if it was the last
 * @irq, @action: as given to setup_irq()
 *
 * When it returns, the handler is not running and will not be called again. A
 * handler that was never registered is a caller's bug, reported.
 *
 * Context: not from a handler of the same line. Takes irq_lock.
 */
void remove_irq(unsigned int irq, struct irqaction *action);

/*
 * struct irq_stat - what a line has seen since boot, on all CPUs
 * @unhandled: interrupts that no handler claimed; a thousand in a row mask the line
 * @spurious:  the controller named the line, then withdrew
 */
struct irq_stat {
	unsigned long count;
	unsigned long unhandled;
	unsigned long spurious;
};

/** irq_stat - of line @irq, below NR_IRQS. Context: any. */
struct irq_stat irq_stat(unsigned int irq);

/** irq_is_masked - is line @irq, below NR_IRQS, held off at the controller? Context: any. */
bool irq_is_masked(unsigned int irq);

/** irq_max_depth - the deepest nesting of hardware interrupts seen on this CPU */
unsigned int irq_max_depth(void);

/** show_interrupts - one row a line in use: number, count, handlers. Context: any. */
void show_interrupts(struct seq_file *m);

#endif
