/* SPDX-License-Identifier: MIT */
/*
 * Contract: interrupts of this CPU, from <asm/irqflags.h>.
 *   local_irq_save(flags), local_irq_restore(flags)   nest; flags is unsigned long
 *   local_irq_disable(), local_irq_enable()
 *   irqs_disabled()            of this CPU
 *   irqs_disabled_flags(flags) were they, when saved?
 */
#ifndef ARCH_IRQ_H
#define ARCH_IRQ_H

#include <asm/irqflags.h>

#endif
