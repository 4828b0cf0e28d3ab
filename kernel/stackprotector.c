/* SPDX-License-Identifier: MIT */
/*
 * The stack protector.
 *
 * Idea: an overrun of a local array runs upwards, over the saved registers and the
 * return address. So a function with such an array puts a word between the two, the
 * canary, and looks before it returns whether it is still the same; if not,
 * the return address cannot be trusted, and the function calls __stack_chk_fail()
 * in place of returning. Which functions do so -fstack-protector-strong decides: those
 * with a local array of any type, or with a local variable whose address is taken.
 *
 * The canary must be unknown to whoever causes the overrun. It is drawn at boot from
 * RDRAND, where CPUID names it, and from the time stamp counter. The counter alone is
 * random in its low bits, since loader, firmware and an emulator take their time; not so
 * under QEMU's -icount, where it counts instructions, and the canary of a CPU without
 * RDRAND is then the same in every boot. The lowest byte, the first in memory,
 * is 0: it ends a string that is read past its end, and an overrun by a copied string
 * cannot write it and go on. (Linux 6.1 does so on 64-bit machines, and on 32-bit ones
 * prefers the eight bits; here 24 of them are thought to be enough for one guess a boot.)
 * Reports print no canary, see fault.c.
 *
 * One canary serves all CPUs and all stacks, a global variable that is read-only after
 * boot: the one form that both gcc and clang know on i386 in Debian 12, and one that
 * nothing has to keep up when there are more CPUs and threads. Linux on i386 has
 * one in each task, copied to the CPU that runs it.
 *
 * Before the canary is drawn it is 0. A function that began with that one and ended
 * with the other would find a difference; boot_init_stack_canary() is therefore not
 * protected, and its caller, kmain(), never returns.
 *
 * Reference: Linux 6.1 kernel/panic.c (__stack_chk_fail), arch/x86/include/asm/stackprotector.h.
 */
#include <kernel/stackprotector.h>
#include <kernel/bug.h>
#include <kernel/lib/hash.h>
#include <arch/cpu.h>

#define CANARY_MASK 0xffffff00UL

unsigned long __stack_chk_guard __ro_after_init;

void __no_stack_protector boot_init_stack_canary(void)
{
	unsigned long random = 0;

	if (!arch_get_random_long(&random))
		random = 0;
	__stack_chk_guard = (random ^ hash_64(get_cycles(), 32)) & CANARY_MASK;
}

void __stack_chk_fail(void)
{
	arch_clear_scratch_regs();
	panic("stack overrun: the canary of %pB is not what it was", (void *)_RET_IP_);
}
