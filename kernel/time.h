/* SPDX-License-Identifier: MIT */
/* Time since boot: ticks, and a clock in nanoseconds. */
#ifndef KERNEL_TIME_H
#define KERNEL_TIME_H

#include <kernel/lib/types.h>

#define HZ            100
#define NSEC_PER_SEC  1000000000U
#define NSEC_PER_MSEC 1000000U
#define NSEC_PER_TICK (NSEC_PER_SEC / HZ)

/* jiffies - timer interrupts since boot; written by the timer interrupt alone */
extern volatile unsigned long jiffies;

/** time_after - is tick @a later than @b, also across the wrap? */
#define time_after(a, b)  ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)

/**
 * sched_clock_init - measure the cycle counter, and start the clock
 * Context: boot, once, interrupts off; needs nothing else. Takes about 10 ms.
 */
void sched_clock_init(void);

/** time_init - start the tick. Context: boot, once, interrupts off, after init_IRQ(). */
void time_init(void);

/** sched_clock - nanoseconds since the clock was started, 0 before. Never goes back
 *  on one CPU. Context: any. */
u64 sched_clock(void);

/** cycles_khz - cycles of get_cycles() a millisecond; 0 when they could not be measured */
unsigned int cycles_khz(void);

/** cycles_to_nsec - a difference of get_cycles(), in nanoseconds; 0 without a rate */
u64 cycles_to_nsec(u64 cycles);

#endif
