/* SPDX-License-Identifier: MIT */
/*
 * Contract: leave a computation from its inside. Used by the test core alone.
 */
#ifndef ARCH_SETJMP_H
#define ARCH_SETJMP_H

#include <kernel/lib/types.h>

struct arch_jmpbuf {
	unsigned long regs[9];
};

/**
 * arch_setjmp - remember where we are: callee-saved registers, stack, interrupt flag
 * Return: 0 at first, then what arch_longjmp() was given.
 */
int arch_setjmp(struct arch_jmpbuf *buf) __returns_twice;

/** arch_longjmp - go back to arch_setjmp(), which returns @val (not 0), and restore
 *  the interrupt flag of that time. The frame of arch_setjmp()'s caller must still live. */
void arch_longjmp(struct arch_jmpbuf *buf, int val) __noreturn;

#endif
