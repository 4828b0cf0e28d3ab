/* SPDX-License-Identifier: MIT */
/* Time since boot: ticks, and a clock in nanoseconds. */
#ifndef KERNEL_TIME_H
#define KERNEL_TIME_H

#include <kernel/lib/types.h>

#define HZ 100

/* jiffies - timer interrupts since boot; written by the timer interrupt alone */
extern volatile unsigned long jiffies;

/** sched_clock - nanoseconds since the clock was started, 0 before. Context: any. */
u64 sched_clock(void);

#endif
