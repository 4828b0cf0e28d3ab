/* SPDX-License-Identifier: MIT */
/*
 * Between the kernel and the Linux process that is its machine.
 *
 * The kernel's objects are compiled as ever: freestanding, for the addresses from
 * PAGE_OFFSET up. arch/host/process/ is an ordinary Linux program below them and
 * plays CPU, memory and console. Only what stands here is visible from one to the
 * other; types are C's own, as the two sides have different headers.
 */
#ifndef ASM_HOST_H
#define ASM_HOST_H

/*
 * struct host_cpu - the registers that a process has not
 * @cr0 to @dr7:   as the SDM has them; written by the functions below where a write has
 *                 an effect
 * @percpu_offset: what the per-CPU segment's base is on a real CPU
 * @irqs_on:       EFLAGS.IF
 * @irqs_pending:  the timer waits for @irqs_on
 * @stack_low, @stack_high: the stack that the kernel runs on
 * @no_steps:      do not single-step: each step is an exception, which may cost a lot
 * @repeat:        the command that repeats this run
 */
struct host_cpu {
	unsigned long cr0, cr2, cr3, cr4, dr6, dr7;
	unsigned long percpu_offset;
	volatile int irqs_on;
	volatile int irqs_pending;
	unsigned long stack_low, stack_high;
	int no_steps;
	char repeat[4096];
};

/*
 * The process, for the kernel
 */
extern struct host_cpu host_cpu;

/* host_write_cr3, host_write_cr4 - load the register, and flush what that flushes */
void host_write_cr3(unsigned long value);
void host_write_cr4(unsigned long value);

/* host_flush_tlb_page - INVLPG */
void host_flush_tlb_page(unsigned long addr);

/* host_idle - wait until an interrupt is pending */
void host_idle(void);

/* host_timer_start - raise line 0 @hz times a second of real time */
void host_timer_start(unsigned int hz);

/* host_usleep - let real time pass, at least @usecs microseconds. Return: how many did. */
unsigned int host_usleep(unsigned int usecs);

/* host_console_write - bytes to the standard output, at once */
void host_console_write(const char *s, unsigned int len);

/* host_coverage_write - bytes to the file that was named by --coverage, if one was */
void host_coverage_write(const void *data, unsigned int len);

/* host_exit - end the process; @status is its exit status */
void host_exit(int status) __attribute__((__noreturn__));

/*
 * The kernel, for the process
 */

/* kmain - as a multiboot loader calls it, on the stack that host_cpu names */
void kmain(unsigned int magic, unsigned long info) __attribute__((__noreturn__));

/* host_trap_entry - where the CPU goes on after an exception or interrupt; see trap_entry.asm */
extern const char host_trap_entry[];

/* host_take_interrupts - serve what is pending; interrupts are on. The kernel's own. */
void host_take_interrupts(void);

/* The directory that maps low memory until paging_init() has made a better one. */
extern unsigned long host_boot_pg_dir[1024];

#endif
