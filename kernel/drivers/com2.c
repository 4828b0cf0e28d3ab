/* SPDX-License-Identifier: MIT */
/*
 * Sending on the second 16550 UART, byte by byte.
 *
 * The status register says when the transmitter is empty. Where no chip answers, all
 * reads give ones, and the scratch register, which keeps what is written, does not.
 *
 * Locking: none; one user at a time.
 * Reference: PC16550D datasheet, 8.0 (registers).
 */
#include <kernel/drivers/com2.h>
#include <arch/io.h>

#define COM2 0x2f8

#define UART_TX      0
#define UART_DIVISOR 0 /* two bytes, while DLAB is set */
#define UART_IER     1
#define UART_FCR     2
#define UART_LCR     3
#define UART_MCR     4
#define UART_LSR     5
#define UART_SCRATCH 7

#define LCR_DLAB      0x80
#define LCR_8N1       0x03
#define FCR_ENABLE    0x07 /* and empty both FIFOs */
#define MCR_DTR_RTS   0x03
#define LSR_TX_EMPTY  0x20
#define BAUD_115200   1
#define SPINS_PER_TRY 100000U

static bool keeps_scratch(u8 value)
{
	outb(value, COM2 + UART_SCRATCH);
	inb(COM2 + UART_LSR); /* something else on the bus in between */
	return inb(COM2 + UART_SCRATCH) == value;
}

bool com2_init(void)
{
	if (!keeps_scratch(0x5a) || !keeps_scratch(0xa5))
		return false;
	outb(0, COM2 + UART_IER);
	outb(LCR_DLAB, COM2 + UART_LCR);
	outb(BAUD_115200, COM2 + UART_DIVISOR);
	outb(0, COM2 + UART_DIVISOR + 1);
	outb(LCR_8N1, COM2 + UART_LCR);
	outb(FCR_ENABLE, COM2 + UART_FCR);
	outb(MCR_DTR_RTS, COM2 + UART_MCR);
	return true;
}

void com2_write(const char *s, size_t len)
{
	while (len--) {
		unsigned int spins = SPINS_PER_TRY;

		while (!(inb(COM2 + UART_LSR) & LSR_TX_EMPTY) && --spins)
			;
		outb((u8)*s++, COM2 + UART_TX);
	}
}
