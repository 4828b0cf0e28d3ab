/* SPDX-License-Identifier: MIT */
/*
 * Contract: run a function one instruction at a time. For tests alone: it turns
 * "safe against interrupts" from a claim about likely moments into one about
 * every instruction.
 */
#ifndef ARCH_STEP_H
#define ARCH_STEP_H

#include <kernel/lib/types.h>

/** arch_can_single_step - has this machine single-stepping, and time for it? Context: any. */
bool arch_can_single_step(void);

/*
 * struct step_count - what a run came to
 * @nr_steps: instructions of @fn and of all it called; a repeated string
 *            instruction counts one an iteration; an instruction that turns
 *            interrupts on may count as one with the next
 * @nr_calls: times @each was called
 */
struct step_count {
	unsigned long nr_steps;
	unsigned long nr_calls;
};

/**
 * arch_single_step - run @fn, and @each wherever an interrupt could come
 * @fn:       runs with the trap flag set
 * @arg:      its argument
 * @each:     called between two instructions of @fn whenever a hardware interrupt
 *            could be taken there: interrupts are on, and the instruction before
 *            was not the one that turned them on (STI holds them off for one
 *            more). It runs as a hard interrupt handler does: interrupts off,
 *            in_hardirq(), the trap flag off. It must not step again.
 * @each_arg: its argument
 *
 * The trap flag survives cli, sti and calls. A real interrupt that comes in
 * between is served at full speed. Leaving @fn by arch_longjmp(), as a failed
 * assertion does, ends the stepping; so does a fault caught inside it.
 *
 * Context: process context; one run at a time on a CPU; where arch_can_single_step().
 * Return: the counts; {0, 0} cannot happen, as @fn has at least a RET.
 */
struct step_count arch_single_step(void (*fn)(void *arg), void *arg, void (*each)(void *arg),
				   void *each_arg);

#endif
