/* SPDX-License-Identifier: MIT */
/* <arch/irq.h> where nothing interrupts: no instruction is spent, and they are never off. */
#ifndef ASM_IRQFLAGS_H
#define ASM_IRQFLAGS_H

#include <kernel/lib/types.h>

#define local_irq_disable() barrier()
#define local_irq_enable()  barrier()
#define irqs_disabled()     false

#define irqs_disabled_flags(flags) ((void)(flags), false)

#define local_save_flags(flags) ((flags) = 0)
#define local_irq_save(flags)                                                                      \
	do {                                                                                       \
		(flags) = 0;                                                                       \
		barrier();                                                                         \
	} while (0)
#define local_irq_restore(flags)                                                                   \
	do {                                                                                       \
		barrier();                                                                         \
		(void)(flags);                                                                     \
	} while (0)

#endif
