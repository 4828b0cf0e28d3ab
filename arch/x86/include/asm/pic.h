/* SPDX-License-Identifier: MIT */
/* What irq.c needs of the 8259s beyond <arch/irqchip.h>. */
#ifndef ASM_PIC_H
#define ASM_PIC_H

#include <kernel/lib/types.h>

/* pic_is_spurious - did the controller raise @irq without anything in service? If so, done. */
bool pic_is_spurious(unsigned int irq);

/* pic_eoi - @irq has been served */
void pic_eoi(unsigned int irq);

#endif
