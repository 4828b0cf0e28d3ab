/* SPDX-License-Identifier: MIT */
/*
 * Bringing exceptions up: descriptor tables, and the stacks that they run on.
 */
#include <kernel/bug.h>
#include <kernel/lib/types.h>
#include <kernel/sections.h>
#include <arch/mmu.h>
#include <arch/step.h>
#include <arch/traps.h>
#include <asm/desc.h>
#include <asm/doublefault.h>
#include <asm/machine_check.h>

static struct kernel_stack boot_stack_info = {.name = "boot stack"};

void early_trap_init(void)
{
	boot_stack_info.low = (unsigned long)boot_stack;
	boot_stack_info.high = (unsigned long)boot_stack_top;
	register_kernel_stack(&boot_stack_info);
	doublefault_init();
	cpu_desc_init(0);
	idt_init();
	machine_check_init();
}

void trap_init(void)
{
	BUG_ON(register_guard_page((unsigned long)boot_stack_guard, boot_stack_info.name) ||
	       doublefault_guard());
}

static void do_nothing(void *arg __unused)
{
}

/* Emulators are known that do not look at the trap flag: so it is tried. */
bool arch_can_single_step(void)
{
	return arch_single_step(do_nothing, NULL, do_nothing, NULL).nr_steps != 0;
}
