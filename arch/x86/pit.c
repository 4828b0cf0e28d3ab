/* SPDX-License-Identifier: MIT */
/*
 * The 8254 programmable interval timer: <arch/timer.h>.
 *
 * Three counters run down at 1193182 Hz. Counter 0 is wired to IRQ 0: in mode 2 it
 * reloads itself, and ticks. Counter 2 has a gate, bit 0 of port 0x61, and nobody
 * waits for it: there the TSC is measured. Not "start, wait for the end, look": a
 * host that takes the CPU away at the end would make the TSC look fast. Instead
 * both clocks are read close together, twice, some milliseconds apart, and what
 * lies between two reads is exact but for the time a read takes; of several reads
 * the quickest is kept.
 *
 * Reference: Intel 8254 datasheet; port 0x61: ISA system control port B.
 */
#include <kernel/lib/types.h>
#include <kernel/lib/math64.h>
#include <arch/cpu.h>
#include <arch/timer.h>
#include <asm/io.h>

#define PIT_HZ         1193182U
#define PIT_COUNTER0   0x40
#define PIT_COUNTER2   0x42
#define PIT_COMMAND    0x43
#define PIT_RATE0      0x34 /* counter 0, low then high byte, mode 2 */
#define PIT_ONESHOT2   0xb0 /* counter 2, low then high byte, mode 0 */
#define PIT_LATCH2     0x80
#define PORT_B         0x61
#define PORT_B_OUT2    0x20 /* counter 2 has run out */
#define PORT_B_GATE2   0x01
#define PORT_B_SPEAKER 0x02

#define CALIBRATE_TICKS (PIT_HZ / 100) /* ten milliseconds */
#define COUNTER2_START  0xffffU
#define SAMPLE_TRIES    4
/* Measurements, while each is spoilt by the counter's running out. */
#define MEASURE_TRIES 10
#define SPINS_MAX     10000000U /* a counter that stands still */

void arch_timer_start(unsigned int hz)
{
	unsigned int divisor = (PIT_HZ + hz / 2) / hz;

	outb(PIT_RATE0, PIT_COMMAND);
	outb((u8)divisor, PIT_COUNTER0);
	outb((u8)(divisor >> 8), PIT_COUNTER0);
}

/* struct sample - both clocks at one moment, and how sure that is */
struct sample {
	u64 tsc;
	u32 width; /* TSC cycles that the read took */
	u16 count;
};

static void read_once(struct sample *s)
{
	u64 before = get_cycles();

	outb(PIT_LATCH2, PIT_COMMAND);
	s->tsc = get_cycles();
	s->width = (u32)(s->tsc - before);
	s->count = inb(PIT_COUNTER2);
	s->count |= (u16)(inb(PIT_COUNTER2) << 8);
}

static void read_both(struct sample *best)
{
	unsigned int i;

	read_once(best);
	for (i = 1; i < SAMPLE_TRIES; i++) {
		struct sample s;

		read_once(&s);
		if (s.width < best->width)
			*best = s;
	}
}

static void start_counter2(void)
{
	outb((inb(PORT_B) & (u8)~PORT_B_SPEAKER) | PORT_B_GATE2, PORT_B);
	outb(PIT_ONESHOT2, PIT_COMMAND);
	outb(COUNTER2_START & 0xff, PIT_COUNTER2);
	outb(COUNTER2_START >> 8, PIT_COUNTER2);
}

/*
 * measure - cycles per millisecond, once
 * @expired: out: the counter ran out meanwhile, as it does when an emulator is not
 *           scheduled for 55 ms; it then counts on from the top, and what was seen
 *           of it says nothing
 * Return: kHz, 0 when the counter does not count or has expired.
 */
static unsigned int measure(bool *expired)
{
	struct sample first, last;
	unsigned int spins = SPINS_MAX;

	start_counter2();
	read_both(&first);
	do {
		read_once(&last);
		if (!--spins)
			break;
	} while ((u16)(first.count - last.count) < CALIBRATE_TICKS);
	read_both(&last);
	*expired = inb(PORT_B) & PORT_B_OUT2;
	if (!spins || *expired)
		return 0;
	return (unsigned int)div_u64((last.tsc - first.tsc) * PIT_HZ,
				     (u32)(u16)(first.count - last.count) * 1000U);
}

unsigned int arch_cycles_khz(void)
{
	unsigned int tries = MEASURE_TRIES, khz;
	bool expired;

	do {
		khz = measure(&expired);
	} while (expired && --tries);
	return khz;
}
