/* SPDX-License-Identifier: MIT */
/*
 * Time since boot.
 *
 * jiffies counts timer interrupts. sched_clock() is finer: the CPU's cycle counter
 * since sched_clock_init(), scaled by a multiplication and a shift,
 *
 *     nanoseconds = cycles * clock_mult >> CLOCK_SHIFT
 *     clock_mult  = (1000000 << CLOCK_SHIFT) / kHz
 *
 * since a 64-bit division at each time stamp would cost more than the stamp. A
 * machine whose counter could not be measured has a clock of ticks.
 *
 * Locking: jiffies has one writer, the timer interrupt of the boot CPU. The rest is
 * written by sched_clock_init() alone.
 *
 * Reference: Linux 6.1 kernel/time/sched_clock.c (cyc_to_ns).
 */
#include <kernel/bug.h>
#include <kernel/irq.h>
#include <kernel/printk.h>
#include <kernel/time.h>
#include <kernel/lib/compiler.h>
#include <kernel/lib/math64.h>
#include <arch/cpu.h>
#include <arch/timer.h>

/* 22 bits keep the multiplier exact to 1e-6 up to 4 GHz, and in a word from 1 MHz on. */
#define CLOCK_SHIFT   22
#define CLOCK_KHZ_MIN 1000U

volatile unsigned long jiffies;

static unsigned int clock_khz __ro_after_init;
static u32 clock_mult __ro_after_init;
static u64 clock_base __ro_after_init; /* get_cycles() at nanosecond 0 */

unsigned int cycles_khz(void)
{
	return clock_khz;
}

u64 cycles_to_nsec(u64 cycles)
{
	return mul_u64_u32_shr(cycles, clock_mult, CLOCK_SHIFT);
}

u64 sched_clock(void)
{
	if (!clock_mult)
		return (u64)jiffies * NSEC_PER_TICK;
	return cycles_to_nsec(get_cycles() - clock_base);
}

static irqreturn_t timer_interrupt(unsigned int irq __unused, void *dev __unused)
{
	jiffies = jiffies + 1;
	return IRQ_HANDLED;
}

void __init sched_clock_init(void)
{
	unsigned int khz = arch_cycles_khz();

	if (khz >= CLOCK_KHZ_MIN) {
		clock_khz = khz;
		clock_mult = (u32)div_u64((u64)NSEC_PER_MSEC << CLOCK_SHIFT, khz);
		clock_base = get_cycles();
	}
	if (clock_khz)
		pr_info("clock: cycle counter at %u.%03u MHz\n", khz / 1000, khz % 1000);
	else
		pr_warn("clock: the cycle counter could not be measured; counting ticks\n");
}

void __init time_init(void)
{
	static struct irqaction timer_action = {.handler = timer_interrupt, .name = "timer"};

	arch_timer_start(HZ);
	BUG_ON(setup_irq(IRQ_TIMER, &timer_action));
}
