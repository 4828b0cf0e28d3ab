/* SPDX-License-Identifier: MIT */
/*
 * COM1, polled, from the first line of C on: needs no memory, no interrupts.
 *
 * The FIFOs are left as they are: to switch them throws away what was typed already, and
 * that is for whoever reads to take first (kernel/drivers/serial.c).
 */
#include <arch/x86/early_console.h>
#include <kernel/printk.h>
#include <arch/io.h>

#define COM1 0x3f8

static bool com1_present;

static void com1_putc(char c)
{
	unsigned int spins = 100000;

	while (!(inb(COM1 + 5) & 0x20) && --spins)
		;
	outb((u8)c, COM1);
}

static void com1_write(struct console *con __unused, const char *s, unsigned int len)
{
	if (!com1_present)
		return;
	while (len--) {
		if (*s == '\n')
			com1_putc('\r');
		com1_putc(*s++);
	}
}

static struct console com1_console = {.name = "ttyS0", .write = com1_write};

void early_console_init(void)
{
	outb(0x5a, COM1 + 7); /* the scratch register keeps what is written, if there is a chip */
	com1_present = inb(COM1 + 7) == 0x5a;
	if (com1_present) {
		outb(0x00, COM1 + 1); /* no interrupts */
		outb(0x80, COM1 + 3);
		outb(0x01, COM1 + 0); /* 115200 baud */
		outb(0x00, COM1 + 1);
		outb(0x03, COM1 + 3); /* 8 bits, no parity, one stop bit */
		outb(0x0b, COM1 + 4);
	}
	register_console(&com1_console);
}
