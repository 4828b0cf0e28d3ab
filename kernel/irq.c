/* SPDX-License-Identifier: MIT */
/*
 * Interrupt lines: handlers, counts, and what becomes of lines nobody serves.
 *
 * The port calls in by struct irq_entry_ops, registered by init_IRQ(): enter and
 * exit around everything that is a hardware interrupt, handle for a line. While the
 * handlers of a line run it is marked so, and remove_irq() waits for the mark to go.
 *
 * A line that interrupts a thousand times running without any handler claiming it
 * is stuck: a level nobody lowers would hold the CPU for ever. It is masked, with a
 * message.
 *
 * Locking: irq_lock, with interrupts off, guards the lists of actions, the marks
 * and the controller's mask. It is dropped while handlers run. A leaf.
 *
 * Reference: Linux 6.1 kernel/irq/manage.c, kernel/irq/spurious.c.
 */
#include <kernel/bug.h>
#include <kernel/irq.h>
#include <kernel/percpu.h>
#include <kernel/preempt.h>
#include <kernel/printk.h>
#include <kernel/seq.h>
#include <kernel/spinlock.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>

#define UNHANDLED_MAX 1000

/*
 * struct irq_desc - a line
 * @actions:         its handlers
 * @running:         some CPU is calling them
 * @unhandled_streak: interrupts in a row that nobody claimed
 */
struct irq_desc {
	struct irqaction *actions;
	bool running;
	unsigned int unhandled_streak;
	struct irq_stat stat;
};

static DEFINE_SPINLOCK(irq_lock);
static struct irq_desc irq_descs[NR_IRQS];
static DEFINE_PER_CPU(unsigned int, irq_depth_seen);

static void enter_interrupt(void)
{
	unsigned int depth;

	irq_enter();
	depth = (preempt_count() & HARDIRQ_MASK) / HARDIRQ_OFFSET;
	if (depth > this_cpu_read(irq_depth_seen))
		this_cpu_write(irq_depth_seen, depth);
}

static void exit_interrupt(void)
{
	irq_exit();
}

/* note_unhandled - give up on a line that is stuck. irq_lock held. */
static void note_unhandled(unsigned int irq, struct irq_desc *desc)
{
	lockdep_assert_held(&irq_lock);
	desc->stat.unhandled++;
	if (++desc->unhandled_streak < UNHANDLED_MAX)
		return;
	desc->unhandled_streak = 0;
	irqchip_mask(irq);
	pr_err("irq %u: %u interrupts that no handler claims; masked\n", irq, UNHANDLED_MAX);
}

static void handle_irq(unsigned int irq)
{
	struct irq_desc *desc = &irq_descs[irq];
	irqreturn_t ret = IRQ_NONE;
	struct irqaction *action;

	spin_lock(&irq_lock);
	desc->stat.count++;
	desc->running = true;
	spin_unlock(&irq_lock);

	for (action = READ_ONCE(desc->actions); action; action = READ_ONCE(action->next)) {
		if (action->handler(irq, action->dev) == IRQ_HANDLED)
			ret = IRQ_HANDLED;
	}

	spin_lock(&irq_lock);
	desc->running = false;
	if (ret == IRQ_HANDLED)
		desc->unhandled_streak = 0;
	else
		note_unhandled(irq, desc);
	spin_unlock(&irq_lock);
}

static void handle_spurious(unsigned int irq)
{
	spin_lock(&irq_lock);
	irq_descs[irq].stat.spurious++;
	spin_unlock(&irq_lock);
}

void init_IRQ(void)
{
	static const struct irq_entry_ops ops = {
		.enter = enter_interrupt,
		.exit = exit_interrupt,
		.handle = handle_irq,
		.spurious = handle_spurious,
	};

	set_irq_entry(&ops);
	irqchip_init();
}

int setup_irq(unsigned int irq, struct irqaction *action)
{
	struct irq_desc *desc;
	unsigned long flags;

	if (irq >= NR_IRQS)
		return -EINVAL;
	desc = &irq_descs[irq];
	spin_lock_irqsave(&irq_lock, flags);
	action->next = desc->actions;
	WRITE_ONCE(desc->actions, action);
	if (!action->next) {
		desc->unhandled_streak = 0;
		irqchip_unmask(irq);
	}
	spin_unlock_irqrestore(&irq_lock, flags);
	return 0;
}

/* unlink_action - Return: was it there? irq_lock held. */
static bool unlink_action(struct irq_desc *desc, struct irqaction *action)
{
	struct irqaction **link = &desc->actions;

	lockdep_assert_held(&irq_lock);
	while (*link && *link != action)
		link = &(*link)->next;
	if (!*link)
		return false;
	WRITE_ONCE(*link, action->next);
	return true;
}

void remove_irq(unsigned int irq, struct irqaction *action)
{
	struct irq_desc *desc;
	unsigned long flags;
	bool found;

	BUG_ON(irq >= NR_IRQS);
	desc = &irq_descs[irq];
	spin_lock_irqsave(&irq_lock, flags);
	found = unlink_action(desc, action);
	if (!desc->actions)
		irqchip_mask(irq);
	spin_unlock_irqrestore(&irq_lock, flags);
	if (!found)
		kbug("remove_irq: \"%s\" is no handler of irq %u", action->name, irq);
	while (READ_ONCE(desc->running))
		cpu_relax();
}

struct irq_stat irq_stat(unsigned int irq)
{
	struct irq_stat stat;
	unsigned long flags;

	BUG_ON(irq >= NR_IRQS);
	spin_lock_irqsave(&irq_lock, flags);
	stat = irq_descs[irq].stat;
	spin_unlock_irqrestore(&irq_lock, flags);
	return stat;
}

bool irq_is_masked(unsigned int irq)
{
	unsigned long flags;
	bool masked;

	BUG_ON(irq >= NR_IRQS);
	spin_lock_irqsave(&irq_lock, flags);
	masked = irqchip_is_masked(irq);
	spin_unlock_irqrestore(&irq_lock, flags);
	return masked;
}

unsigned int irq_max_depth(void)
{
	return this_cpu_read(irq_depth_seen);
}

/* action_names - the handlers of a line, with commas between. irq_lock is taken. */
static void action_names(unsigned int irq, char *buf, size_t size)
{
	const struct irqaction *action;
	unsigned long flags;

	buf[0] = '\0';
	spin_lock_irqsave(&irq_lock, flags);
	for (action = irq_descs[irq].actions; action; action = action->next) {
		if (buf[0])
			strlcat(buf, ", ", size);
		strlcat(buf, action->name, size);
	}
	spin_unlock_irqrestore(&irq_lock, flags);
}

/* As /proc/interrupts: a column a CPU, the controller, the handlers. ERR counts spurious ones. */
void show_interrupts(struct seq_file *m)
{
	unsigned long spurious = 0;
	unsigned int irq;

	seq_puts(m, "           CPU0       \n");
	for (irq = 0; irq < NR_IRQS; irq++) {
		struct irq_stat stat = irq_stat(irq);
		char names[64];

		spurious += stat.spurious;
		action_names(irq, names, sizeof(names));
		if (names[0] || stat.count)
			seq_printf(m, "%3u: %10lu  %8s      %s\n", irq, stat.count, irqchip_name(),
				   names);
	}
	seq_printf(m, "ERR: %10lu\n", spurious);
}
