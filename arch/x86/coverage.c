/* SPDX-License-Identifier: MIT */
/*
 * <arch/coverage.h> on a PC: the second serial line, byte by byte. It is set up with the
 * first byte; where there is none, the bytes go nowhere.
 *
 * Reference: PC16550D datasheet, 8.0 (registers).
 */
#include <arch/coverage.h>
#include <arch/io.h>

#define COM2 0x2f8

#define UART_TX  0
#define UART_DLL 0 /* with LCR_DLAB: divisor, low and high byte */
#define UART_DLM 1
#define UART_IER 1
#define UART_LCR 3
#define UART_LSR 5

#define LCR_8N1     0x03
#define LCR_DLAB    0x80
#define LSR_TX_FREE 0x20

#define DIVISOR_115200 1

static void set_up_line(void)
{
	outb(0, COM2 + UART_IER);
	outb(LCR_DLAB, COM2 + UART_LCR);
	outb(DIVISOR_115200, COM2 + UART_DLL);
	outb(0, COM2 + UART_DLM);
	outb(LCR_8N1, COM2 + UART_LCR);
}

void arch_coverage_write(const void *data, size_t size)
{
	static bool is_set_up;
	const u8 *byte = data;

	if (!is_set_up)
		set_up_line();
	is_set_up = true;
	while (size--) {
		while (!(inb(COM2 + UART_LSR) & LSR_TX_FREE))
			;
		outb(*byte++, COM2 + UART_TX);
	}
}
