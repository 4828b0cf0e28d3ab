/* SPDX-License-Identifier: MIT */
/*
 * Leaving: the emulator's exit port, a reset, a halt.
 */
#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/io.h>

#define ISA_DEBUG_EXIT 0xf4
#define KBD_COMMAND    0x64
#define KBD_RESET      0xfe

/*
 * Elsewhere than in QEMU with isa-debug-exit the port may mean anything, so it is
 * written only when the command line says that somebody waits for the verdict.
 */
static bool exit_port_present;

void arch_machine_exit_enable(bool present)
{
	exit_port_present = present;
}

void arch_machine_exit(unsigned int code)
{
	if (exit_port_present)
		outl(code, ISA_DEBUG_EXIT);
}

void arch_machine_halt(void)
{
	for (;;) {
		local_irq_disable();
		__asm__ __volatile__("hlt");
	}
}

/* By the keyboard controller; if that has no effect, by a triple fault. */
void arch_machine_restart(void)
{
	static const struct {
		u16 limit;
		u32 base;
	} __packed no_idt = {0, 0};
	unsigned int spins = 100000;

	local_irq_disable();
	while ((inb(KBD_COMMAND) & 2) && --spins)
		;
	outb(KBD_RESET, KBD_COMMAND);
	for (spins = 0; spins < 1000000; spins++)
		cpu_relax();
	__asm__ __volatile__("lidt %0; int3" : : "m"(no_idt));
	arch_machine_halt();
}
