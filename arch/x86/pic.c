/* SPDX-License-Identifier: MIT */
/*
 * The two 8259 interrupt controllers of a PC, and <arch/irqchip.h> on them.
 *
 * Each has eight lines; the second one's output is the first one's line 2. They are
 * told to raise vectors 0x20-0x2f, since the BIOS has them at 8-15, among the
 * exceptions. An acknowledged line stays "in service", and holds off its like,
 * until it gets an end-of-interrupt.
 *
 * A line that drops before the CPU asks leaves the controller with nothing to name;
 * it then says 7 (the second one: 15). Such a spurious interrupt is told by the bit
 * that is missing in the in-service register, and must get no end-of-interrupt;
 * but one of the second controller has gone through line 2 of the first, which
 * wants its own.
 *
 * Locking: the mask is guarded by the caller's irq_lock with interrupts off.
 * Reference: Intel 8259A datasheet (ICW1-4, OCW1-3).
 */
#include <kernel/lib/types.h>
#include <arch/irqchip.h>
#include <asm/io.h>
#include <asm/pic.h>
#include <asm/traps.h>

#define PIC1_COMMAND 0x20
#define PIC1_DATA    0x21
#define PIC2_COMMAND 0xa0
#define PIC2_DATA    0xa1

#define ICW1_INIT_ICW4 0x11 /* edge triggered, cascaded, ICW4 follows */
#define ICW4_8086      0x01
#define OCW2_EOI       0x20 /* of the highest in service: handlers do not nest */
#define OCW3_READ_ISR  0x0b
#define CASCADE_IRQ    2
#define LINES_PER_PIC  8

static u16 masked = 0xffff & ~(1U << CASCADE_IRQ);

static void write_mask(void)
{
	outb((u8)masked, PIC1_DATA);
	outb((u8)(masked >> LINES_PER_PIC), PIC2_DATA);
}

static void init_one(u16 command, u16 data, u8 first_vector, u8 cascade)
{
	outb(ICW1_INIT_ICW4, command);
	outb(first_vector, data);
	outb(cascade, data);
	outb(ICW4_8086, data);
}

const char *irqchip_name(void)
{
	return "XT-PIC";
}

void irqchip_init(void)
{
	init_one(PIC1_COMMAND, PIC1_DATA, FIRST_IRQ_VECTOR, 1U << CASCADE_IRQ);
	init_one(PIC2_COMMAND, PIC2_DATA, FIRST_IRQ_VECTOR + LINES_PER_PIC, CASCADE_IRQ);
	write_mask();
}

void irqchip_mask(unsigned int irq)
{
	masked = (u16)(masked | 1U << irq);
	write_mask();
}

void irqchip_unmask(unsigned int irq)
{
	masked = (u16)(masked & ~(1U << irq));
	write_mask();
}

/* What the controller says, not what we remember. */
bool irqchip_is_masked(unsigned int irq)
{
	u16 data = irq < LINES_PER_PIC ? PIC1_DATA : PIC2_DATA;

	return inb(data) & (1U << irq % LINES_PER_PIC);
}

static bool in_service(unsigned int irq)
{
	u16 command = irq < LINES_PER_PIC ? PIC1_COMMAND : PIC2_COMMAND;

	outb(OCW3_READ_ISR, command);
	return inb(command) & (1U << irq % LINES_PER_PIC);
}

bool pic_is_spurious(unsigned int irq)
{
	if (irq % LINES_PER_PIC != LINES_PER_PIC - 1 || in_service(irq))
		return false;
	if (irq >= LINES_PER_PIC)
		outb(OCW2_EOI, PIC1_COMMAND);
	return true;
}

void pic_eoi(unsigned int irq)
{
	if (irq >= LINES_PER_PIC)
		outb(OCW2_EOI, PIC2_COMMAND);
	outb(OCW2_EOI, PIC1_COMMAND);
}
