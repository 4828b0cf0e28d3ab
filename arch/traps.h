/* SPDX-License-Identifier: MIT */
/*
 * Contract: what the CPU reports by itself - exceptions, stack overflows - and
 * how the floors above take part: by registered callbacks, since nothing below
 * calls up.
 */
#ifndef ARCH_TRAPS_H
#define ARCH_TRAPS_H

#include <kernel/lib/types.h>

/* Opaque above the port. */
struct pt_regs;

/*
 * struct fault_info - an exception
 * @vector:     the CPU's number of it (on x86 14 is a page fault)
 * @name:       in words
 * @error_code: as the CPU pushed it, 0 for exceptions that have none
 * @address:    the address accessed, of a page fault; else 0
 * @ip:         the instruction that faulted, or the one after a trap
 * @reported:   its report has been printed
 * @regs:       everything else
 */
struct fault_info {
	int vector;
	const char *name;
	unsigned long error_code;
	unsigned long address;
	unsigned long ip;
	bool reported;
	struct pt_regs *regs;
};

/**
 * early_trap_init - catch exceptions from now on
 *
 * Context: boot, first thing in C: before it an exception is a reset. Per-CPU
 * data is still the template. A double fault already has its task and stack.
 */
void early_trap_init(void);

/**
 * trap_init - unmap the guard pages of the boot stack and the double fault stack
 *
 * Before it, a stack that overflows is not noticed.
 *
 * Context: boot, after paging_init() and setup_per_cpu_areas().
 */
void trap_init(void);

/**
 * set_fault_hook - let the test core decide about exceptions
 * @hook: called for each exception that the exception table does not mend, first
 *        before it is reported, then with @reported set after the report and before
 *        the kernel stops. Returns true, the first time, when the interrupted code
 *        shall go on as @regs say; false to have the report, or to stop. It may also
 *        leave by arch_longjmp(), and then restores preempt_count() itself. NULL for
 *        no hook.
 *
 * Context: the hook runs with interrupts off, on the stack that faulted, and
 * never for a double fault, whose stack is gone, or a machine check.
 */
void set_fault_hook(bool (*hook)(struct fault_info *info));

/**
 * set_page_fault_trace - call somebody for each page fault, before it is handled
 * @trace: returns, and does not fault; NULL for nobody
 *
 * Faults that the exception table mends, and those that a hook takes, are told too.
 *
 * Context: @trace runs with interrupts off, on the stack that faulted.
 */
void set_page_fault_trace(void (*trace)(const struct fault_info *info));

/*
 * struct fault_describer - a subsystem that knows what lies at an address
 * @describe: if @addr is in its region, write what lies there into @buf (at most
 *            @size bytes, terminated) and return the length; else return 0.
 *            Context: any, locks held by anybody: look, take no lock, and read
 *            what may be torn by copy_from_kernel_nofault() only.
 * @next:     the list's
 */
struct fault_describer {
	int (*describe)(unsigned long addr, char *buf, size_t size);
	struct fault_describer *next;
};

/** register_fault_describer - ask @d from now on, before those registered earlier */
void register_fault_describer(struct fault_describer *d);

/**
 * fault_describe - what is at this address?
 * @addr: any
 * @buf:  gets a phrase such as "NULL page" or "guard page of boot stack"
 * @size: of @buf
 * Context: any. Return: length of the phrase, never 0.
 */
int fault_describe(unsigned long addr, char *buf, size_t size);

/**
 * fault_describe_cause - the error code in words
 * @info: an exception
 * @buf:  gets e.g. "write, page not present, kernel mode"
 * @size: of @buf
 * Context: any. Return: length of the phrase, 0 when there is nothing to say.
 */
int fault_describe_cause(const struct fault_info *info, char *buf, size_t size);

/*
 * struct kernel_stack - a stack that the backtrace may walk
 * @low, @high: usable bytes [low, high); the page below @low is a guard page if
 *              register_guard_page() was told so
 */
struct kernel_stack {
	const char *name;
	unsigned long low;
	unsigned long high;
	struct kernel_stack *next;
};

/** register_kernel_stack - make a stack known. Context: boot. */
void register_kernel_stack(struct kernel_stack *stack);

/** kernel_stack_of - the known stack that holds @addr, or NULL. Context: any. */
const struct kernel_stack *kernel_stack_of(unsigned long addr);

/**
 * arch_save_regs, arch_show_saved_regs - keep the caller's registers; print them
 *
 * For panic(), which saves first and prints when the message is out. The registers
 * that a call may change are those of the caller at that point.
 *
 * Context: any. The copy is this CPU's; the last one counts.
 */
void arch_save_regs(void);
void arch_show_saved_regs(void);

/**
 * copy_from_kernel_nofault - read kernel memory that may not be there, or be nobody's
 * @dst:  good memory
 * @src:  any address of this address space
 * @size: bytes
 *
 * What arch_poison() was told may be read by this alone: a report looks at free objects.
 *
 * Context: any. Return: 0, or -EFAULT when a page of @src cannot be read; @dst
 * then holds the bytes before it.
 */
long copy_from_kernel_nofault(void *dst, const void *src, size_t size) __must_check;

/** copy_to_kernel_nofault - write to kernel memory that may not be there, or read-only.
 *  Context: any. Return: 0, or -EFAULT; the bytes before the fault are written. */
long copy_to_kernel_nofault(void *dst, const void *src, size_t size) __must_check;

#endif
