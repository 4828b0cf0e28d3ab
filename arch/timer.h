/* SPDX-License-Identifier: MIT */
/*
 * Contract: the tick and the rate of get_cycles().
 */
#ifndef ARCH_TIMER_H
#define ARCH_TIMER_H

#include <kernel/lib/types.h>

/**
 * arch_timer_start - have IRQ_TIMER raised @hz times a second
 * Context: boot, once.
 */
void arch_timer_start(unsigned int hz);

/**
 * arch_cycles_khz - measure how fast get_cycles() counts
 *
 * Waits about ten milliseconds, by the timer's clock. Under QEMU's icount,
 * where both clocks are the instruction counter, the result is the same in
 * every run.
 *
 * Context: boot, interrupts off.
 * Return: cycles a millisecond; 0 when the timer does not count.
 */
unsigned int arch_cycles_khz(void);

#endif
