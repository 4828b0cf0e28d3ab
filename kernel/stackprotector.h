/* SPDX-License-Identifier: MIT */
/*
 * The stack protector: what the compiler asks of a kernel built with
 * -fstack-protector-strong.
 */
#ifndef KERNEL_STACKPROTECTOR_H
#define KERNEL_STACKPROTECTOR_H

#include <kernel/lib/types.h>

/* The canary, by the name that the compiler knows. */
extern unsigned long __stack_chk_guard;

/**
 * boot_init_stack_canary - draw the canary of this boot
 *
 * Random bits of the CPU, where it has some, and its cycle counter; never of seed=, which
 * may be known to anybody. The lowest byte is 0.
 *
 * Context: boot, before any other function in C that returns.
 */
void boot_init_stack_canary(void);

/* __stack_chk_fail - called by a function that finds another canary than it left. Panics. */
void __stack_chk_fail(void) __noreturn __cold;

/**
 * is_stack_canary - is this word the canary?
 * @word: of a register or of a stack
 *
 * For dumps, which must not give it away.
 *
 * Context: any.
 */
static inline bool is_stack_canary(unsigned long word)
{
	return word && word == __stack_chk_guard;
}

#endif
