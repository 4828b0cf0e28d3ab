/* SPDX-License-Identifier: MIT */
/* Time since boot, in ticks of the timer interrupt. */
#include <kernel/time.h>

volatile unsigned long jiffies;

u64 sched_clock(void)
{
	return (u64)jiffies * (1000000000U / HZ);
}
