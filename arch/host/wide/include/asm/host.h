/* SPDX-License-Identifier: MIT */
/*
 * Between the kernel and the 64-bit Linux process that is its machine; see
 * arch/host/wide/port.c. Only what stands here is visible from one to the other; types are
 * C's own, as the two sides have different headers.
 */
#ifndef ASM_HOST_H
#define ASM_HOST_H

/*
 * struct host_cpu - the registers that a process has not
 * @percpu_offset: what the per-CPU segment's base is on a real CPU
 * @irqs_on:       the interrupt flag
 * @irqs_pending:  always 0: no device and no timer interrupts
 * @stack_low, @stack_high: the stack that the kernel runs on
 */
struct host_cpu {
	unsigned long percpu_offset;
	volatile int irqs_on;
	volatile int irqs_pending;
	unsigned long stack_low, stack_high;
};

/*
 * struct host_ram - bytes [start, end) of physical memory
 * @usable: they are RAM; else the firmware keeps them, whatever other ranges say
 */
struct host_ram {
	unsigned long start, end;
	int usable;
};

/*
 * The process, for the kernel
 */
extern struct host_cpu host_cpu;

/* host_set_present - pages [addr, addr + size) of the direct map can be reached, or not */
void host_set_present(unsigned long addr, unsigned long size, int present);

/* host_flush - no translation of [start, end) is remembered: of addresses outside the direct map */
void host_flush(unsigned long start, unsigned long end);

/* host_copy - copy memory that may not be there. Return: 0, or -1 when not all of it is. */
int host_copy(void *to, const void *from, unsigned long size);

/* host_console_write - bytes to whoever listens, at once */
void host_console_write(const char *s, unsigned int len);

/* host_usleep - let real time pass, at least @usecs microseconds. Return: how many did. */
unsigned int host_usleep(unsigned int usecs);

/* host_idle - wait until an interrupt is pending */
void host_idle(void) __attribute__((__noreturn__));

/* host_exit - end the process; not @ok when a test failed or the kernel panicked */
void host_exit(int ok) __attribute__((__noreturn__));

/*
 * The kernel, for the process
 */

/* host_boot - bring memory up. @ram: in any order; @end: of physical memory */
void host_boot(const struct host_ram *ram, unsigned int nr, const char *cmdline);

/* host_low_limit - physical memory below this is in the direct map */
extern const unsigned long host_low_limit;

/* host_take_interrupts - serve what is pending: nothing ever is. The kernel's own. */
void host_take_interrupts(void);

/* host_run_suites - what selftest= says. Return: did all pass? */
int host_run_suites(void);

/*
 * host_translate - where an address outside the direct map leads
 * @frame: out: physical address of its page
 * @writable: out: may it be written?
 * Return: 0 when it leads nowhere.
 */
int host_translate(unsigned long addr, unsigned long *frame, int *writable);

/*
 * host_fuzz_name - name of fuzz target @nr, or NULL when there are not so many
 * @about: out: what it is fed with, in a few words
 */
const char *host_fuzz_name(unsigned int nr, const char **about);

/* host_fuzz_run - let fuzz target @nr run one input */
void host_fuzz_run(unsigned int nr, const unsigned char *data, unsigned long size);

/*
 * host_fault - an exception, on the stack that was interrupted
 * @vector, @error_code: as the CPU has them
 * @address: accessed, of a page fault
 * @ip: the instruction
 * Does not return.
 */
void host_fault(int vector, unsigned long error_code, unsigned long address, unsigned long ip)
	__attribute__((__noreturn__));

#endif
