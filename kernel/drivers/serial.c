/* SPDX-License-Identifier: MIT */
/*
 * Receiving on a 16550 UART.
 *
 * Two tests tell whether there is a chip. The scratch register keeps a byte: where
 * nothing answers, a read gives 0xff or the last byte on the bus. Then loopback,
 * bit 4 of the modem control register, ties the transmitter to the receiver: what is
 * sent comes back, which no bare bus imitates. (It ties RTS and OUT1 to CTS and RI, too,
 * but not every emulator does that.)
 *
 * In loopback the line is cut off. So that is also the time to switch the FIFO on, which
 * throws away what is in the receiver: what was typed before anyone listened is taken
 * out first, and nothing can arrive in between. What was sent is read back behind it,
 * since QEMU has the next typed byte delivered by a read that is not in loopback.
 *
 * The interrupt handler empties the FIFO. It gives up after more bytes than a FIFO
 * holds, so that a chip gone mad, whose status reads 0xff for ever, cannot keep the
 * CPU in the handler. The line is an edge to the interrupt controller, so before it leaves
 * with bytes still there it makes another edge. While nobody reads what was typed, bytes stay in the FIFO, and
 * interrupts off: a terminal that looks at the lines, or an emulator, then waits.
 *
 * Locking: none; after serial_init() only the handler touches the receiving side.
 * Reference: PC16550D datasheet, 8.0 (registers).
 */
#include <kernel/bug.h>
#include <kernel/irq.h>
#include <kernel/printk.h>
#include <kernel/drivers/input.h>
#include <kernel/drivers/serial.h>
#include <kernel/lib/compiler.h>
#include <arch/io.h>

#define COM1 0x3f8

#define UART_DATA    0 /* read: received byte; write: byte to send */
#define UART_IER     1 /* interrupt enable */
#define UART_FCR     2 /* FIFO control */
#define UART_MCR     4 /* modem control */
#define UART_LSR     5 /* line status */
#define UART_SCRATCH 7

#define IER_RX      0x01
#define FCR_ENABLE  0x01
#define MCR_DTR     0x01
#define MCR_RTS     0x02
#define MCR_OUT2    0x08 /* lets the interrupt through to the PIC */
#define MCR_LOOP    0x10
#define LSR_DATA    0x01
#define LSR_OVERRUN 0x02
#define LSR_IDLE    0x40 /* nothing is being sent any more */

#define BYTES_PER_INTERRUPT 64

static bool present;
static unsigned long nr_overruns;

bool serial_present(void)
{
	return present;
}

/* With RTS off the other end is asked to stop, too. */
static void serial_hold(void)
{
	outb(0, COM1 + UART_IER);
	outb(MCR_DTR | MCR_OUT2, COM1 + UART_MCR);
}

static void serial_resume(void)
{
	outb(MCR_DTR | MCR_RTS | MCR_OUT2, COM1 + UART_MCR);
	outb(IER_RX, COM1 + UART_IER);
}

static const struct input_source serial_source = {.hold = serial_hold, .resume = serial_resume};

static void serial_make_edge(void)
{
	outb(0, COM1 + UART_IER);
	outb(IER_RX, COM1 + UART_IER);
}

static irqreturn_t serial_interrupt(unsigned int irq __unused, void *dev __unused)
{
	irqreturn_t ret = IRQ_NONE;
	unsigned int i;

	for (i = 0; i < BYTES_PER_INTERRUPT; i++) {
		u8 status = inb(COM1 + UART_LSR);

		if (status & LSR_OVERRUN)
			nr_overruns++;
		if (!(status & LSR_DATA))
			return ret;
		ret = IRQ_HANDLED;
		if (!input_accepts(&serial_source))
			return ret;
		input_push(inb(COM1 + UART_DATA));
	}
	serial_make_edge();
	return ret;
}

static bool __init keeps_scratch(u8 value)
{
	outb(value, COM1 + UART_SCRATCH);
	inb(COM1 + UART_LSR); /* something else on the bus in between */
	return inb(COM1 + UART_SCRATCH) == value;
}

/* status_says - wait for a bit of the line status, for some bytes' time at the longest */
static bool __init status_says(u8 bit)
{
	unsigned int tries = 100000;

	while (!(inb(COM1 + UART_LSR) & bit))
		if (!--tries)
			return false;
	return true;
}

static void __init take_early_input(void)
{
	unsigned int i;

	for (i = 0; i < BYTES_PER_INTERRUPT && (inb(COM1 + UART_LSR) & LSR_DATA); i++)
		input_push(inb(COM1 + UART_DATA));
}

/* send_in_loop - Return: was it sent? */
static bool __init send_in_loop(u8 value)
{
	outb(value, COM1 + UART_DATA);
	return status_says(LSR_IDLE);
}

/* came_back - what stands before it is the line's: not every emulator cuts it off */
static bool __init came_back(u8 value)
{
	unsigned int i;

	for (i = 0; i < BYTES_PER_INTERRUPT && status_says(LSR_DATA); i++) {
		u8 byte = inb(COM1 + UART_DATA);

		if (byte == value)
			return true;
		input_push(byte);
	}
	return false;
}

/* loops_back - Return: is there a chip? If so its FIFO is on. */
static bool __init loops_back(void)
{
	u8 mcr = inb(COM1 + UART_MCR);
	bool sent;

	if (!status_says(LSR_IDLE))
		return false;
	outb(MCR_LOOP, COM1 + UART_MCR);
	take_early_input();
	outb(FCR_ENABLE, COM1 + UART_FCR);
	sent = send_in_loop(0x5a) && send_in_loop(0xa5);
	outb(mcr, COM1 + UART_MCR);
	return sent && came_back(0x5a) && came_back(0xa5);
}

void __init serial_init(void)
{
	static struct irqaction serial_action = {.handler = serial_interrupt, .name = "ttyS0"};

	if (!keeps_scratch(0x5a) || !keeps_scratch(0xa5) || !loops_back()) {
		pr_info("ttyS0: no UART at 0x%x\n", COM1);
		return;
	}
	present = true;
	BUG_ON(setup_irq(IRQ_COM1, &serial_action));
	serial_resume();
	pr_info("ttyS0: UART at 0x%x, irq %u\n", COM1, IRQ_COM1);
}
