/* SPDX-License-Identifier: MIT */
/*
 * What context this is. One per-CPU word counts, as in Linux:
 *   bits 0-7    preempt_disable() depth, spin locks included
 *   bits 8-15   softirq depth (nobody raises any so far)
 *   bits 16-19  hardware interrupt depth
 *   bit  20     NMI or a fatal exception's report
 */
#ifndef KERNEL_PREEMPT_H
#define KERNEL_PREEMPT_H

#include <kernel/lib/types.h>
#include <kernel/percpu.h>
#include <arch/irq.h>

#define PREEMPT_OFFSET 0x1U
#define SOFTIRQ_OFFSET 0x100U
#define HARDIRQ_OFFSET 0x10000U
#define NMI_OFFSET     0x100000U
#define PREEMPT_MASK   0xffU
#define SOFTIRQ_MASK   0xff00U
#define HARDIRQ_MASK   0xf0000U
#define NMI_MASK       0x100000U

DECLARE_PER_CPU(unsigned int, __preempt_count);

static __always_inline unsigned int preempt_count(void)
{
	return this_cpu_read(__preempt_count);
}

static __always_inline void preempt_count_add(unsigned int val)
{
	this_cpu_add(__preempt_count, val);
	barrier();
}

static __always_inline void preempt_count_sub(unsigned int val)
{
	barrier();
	this_cpu_add(__preempt_count, -val);
}

#define preempt_disable() preempt_count_add(PREEMPT_OFFSET)
#define preempt_enable()  preempt_count_sub(PREEMPT_OFFSET)

#define in_hardirq()   (preempt_count() & HARDIRQ_MASK)
#define in_irq()       in_hardirq()
#define in_interrupt() this_cpu_any(__preempt_count, HARDIRQ_MASK | SOFTIRQ_MASK | NMI_MASK)
#define in_atomic()    this_cpu_nonzero(__preempt_count)

#define irq_enter() preempt_count_add(HARDIRQ_OFFSET)
#define irq_exit()  preempt_count_sub(HARDIRQ_OFFSET)

void __might_sleep(const char *file, int line);

/*
 * might_sleep - opens each function that may sleep: in atomic context (a lock
 * held, preemption or interrupts off, an interrupt handler) it is a caller's
 * bug, reported whether or not the function would have slept this time. During
 * early boot, before interrupts are on for the first time, it is silent.
 */
#define might_sleep()                                                                              \
	do {                                                                                       \
		if (unlikely(in_atomic() || irqs_disabled()))                                      \
			__might_sleep(__FILE__, __LINE__);                                         \
	} while (0)
#define might_sleep_if(cond)                                                                       \
	do {                                                                                       \
		if (cond)                                                                          \
			might_sleep();                                                             \
	} while (0)

/* Set once interrupts have been enabled for the first time. */
extern bool system_running;

#endif
