/* SPDX-License-Identifier: MIT */
/*
 * The port to a Linux process: what of <arch/...> is not the CPU's.
 *
 * The process (arch/host/process/) is a 32-bit x86 whose privileged instructions are
 * function calls: it has CR3, a TLB, physical memory from address 0, exceptions and an
 * interrupt flag. So this port shares with arch/x86 all that is about page tables, exceptions,
 * backtraces and single stepping, compiled against its own <asm/control.h>,
 * <asm/irqflags.h> and the like; and mm/, kernel/ and the suites do not know
 * the difference. What is left to do here: the stack, the console, the lines of
 * interrupt, the clock, and how to leave.
 *
 * There are no devices. Ports read all ones, and so the drivers find nothing.
 */
#include <arch/cpu.h>
#include <arch/irqchip.h>
#include <arch/mmu.h>
#include <arch/percpu.h>
#include <arch/step.h>
#include <arch/timer.h>
#include <arch/traps.h>
#include <arch/x86/early_console.h>
#include <asm/host.h>
#include <asm/machine_check.h>
#include <asm/pic.h>
#include <kernel/bug.h>
#include <kernel/panic.h>
#include <kernel/percpu.h>
#include <kernel/printk.h>
#include <kernel/sections.h>

/* The bootstrap directory, which the process fills as boot/entry.asm does elsewhere. */
unsigned long host_boot_pg_dir[1024] __page_aligned_bss;

/*
 * The stack
 */

static struct kernel_stack boot_stack_info = {.name = "boot stack"};

void early_trap_init(void)
{
	boot_stack_info.low = host_cpu.stack_low;
	boot_stack_info.high = host_cpu.stack_high;
	register_kernel_stack(&boot_stack_info);
	machine_check_init();
}

/*
 * The process guards its stack by itself. This page guards nothing, but it is unmapped as
 * a guard page is, so that all who deal with guard pages have one to deal with.
 */
char boot_stack_guard[PAGE_SIZE] __page_aligned_bss;

void trap_init(void)
{
	BUG_ON(register_guard_page((unsigned long)boot_stack_guard, boot_stack_info.name));
}

bool arch_can_single_step(void)
{
	return !host_cpu.no_steps;
}

void arch_percpu_switch(unsigned int cpu)
{
	host_cpu.percpu_offset = __per_cpu_offset[cpu];
}

/*
 * The console
 */

static void stdout_write(struct console *con __unused, const char *s, unsigned int len)
{
	host_console_write(s, len);
}

void early_console_init(void)
{
	static struct console console = {.name = "stdout", .write = stdout_write};

	register_console(&console);
}

/*
 * Lines. A mask is all there is to the controller: the process raises line 0 alone, and
 * INT n in a test stands for any other.
 */

static u16 masked_lines = 0xffff;

const char *irqchip_name(void)
{
	return "signal";
}

void irqchip_init(void)
{
	masked_lines = 0xffff;
}

void irqchip_mask(unsigned int irq)
{
	masked_lines |= (u16)(1U << irq);
}

void irqchip_unmask(unsigned int irq)
{
	masked_lines &= (u16) ~(1U << irq);
}

bool irqchip_is_masked(unsigned int irq)
{
	return masked_lines & 1U << irq;
}

/* The last line of each 8259 is where it reports what it cannot name; here nothing raises them. */
bool pic_is_spurious(unsigned int irq)
{
	return irq % 8 == 7 || (irq == IRQ_TIMER && irqchip_is_masked(irq));
}

void pic_eoi(unsigned int irq __unused)
{
}

/*
 * The clock
 */

void arch_timer_start(unsigned int hz)
{
	host_timer_start(hz);
}

#define CALIBRATE_USECS 10000U

unsigned int arch_cycles_khz(void)
{
	u64 start = get_cycles();
	unsigned int passed = host_usleep(CALIBRATE_USECS);

	return (unsigned int)((u32)(get_cycles() - start) / passed * 1000);
}

/*
 * Leaving. The exit status is 0 when the self-tests passed, 1 when one failed or the
 * kernel panicked; and whoever reads of a failure also reads how to see it again.
 */

void arch_machine_exit_enable(bool present __unused)
{
}

void arch_machine_exit(unsigned int code)
{
	if (code != EXIT_SUCCESS)
		pr_raw("# to repeat: %s\n", host_cpu.repeat);
	host_exit(code == EXIT_SUCCESS ? 0 : 1);
}

void arch_machine_halt(void)
{
	arch_machine_exit(EXIT_PANIC);
	__builtin_unreachable();
}

void arch_machine_restart(void)
{
	host_exit(0);
}
