/* SPDX-License-Identifier: MIT */
/*
 * Backtraces by frame pointers.
 *
 * Every function begins with "push ebp; mov ebp, esp", so EBP points to a list: the
 * caller's EBP, and above it the return address. trap_entry.asm makes the same
 * shape of an exception, so the list leads through it. It ends where EBP is 0, as
 * boot/entry.asm leaves it.
 *
 * The walker trusts nothing. A frame counts only if it lies, whole and aligned, in
 * a stack that somebody registered, the same as the first, and above the frame
 * before, so that a damaged list can neither loop nor lead astray. Words are read
 * with the exception table in place. A function interrupted before it has built its
 * frame hides its caller, as in any such scheme.
 */
#include <kernel/bug.h>
#include <kernel/kallsyms.h>
#include <kernel/printk.h>
#include <kernel/lib/compiler.h>
#include <kernel/lib/types.h>
#include <arch/traps.h>
#include <asm/extable.h>
#include <asm/traps.h>

#define BACKTRACE_MAX 32

static struct kernel_stack *kernel_stacks;

void register_kernel_stack(struct kernel_stack *stack)
{
	stack->next = kernel_stacks;
	kernel_stacks = stack;
}

const struct kernel_stack *kernel_stack_of(unsigned long addr)
{
	const struct kernel_stack *stack;

	for (stack = kernel_stacks; stack; stack = stack->next) {
		if (addr >= stack->low && addr < stack->high)
			return stack;
	}
	return NULL;
}

/*
 * struct frame_walk - where we are
 * @fp:    frame to read next
 * @stack: the one it must lie in; NULL before the first
 */
struct frame_walk {
	unsigned long fp;
	const struct kernel_stack *stack;
};

/* next_frame - step to the caller. Return: the return address, 0 at the end. */
static unsigned long next_frame(struct frame_walk *walk)
{
	unsigned long fp = walk->fp;
	unsigned long caller_fp, ret;

	if (fp & (sizeof(long) - 1))
		return 0;
	if (!walk->stack)
		walk->stack = kernel_stack_of(fp);
	if (!walk->stack || fp < walk->stack->low || fp > walk->stack->high - 2 * sizeof(long))
		return 0;
	if (!read_word_nofault(fp, &caller_fp) || !read_word_nofault(fp + sizeof(long), &ret))
		return 0;
	/* Upwards only; a frame that does not rise is the last. */
	walk->fp = caller_fp > fp ? caller_fp : 1;
	return ret;
}

unsigned int walk_stack(unsigned long fp, unsigned long *entries, unsigned int nr,
			unsigned int skip)
{
	struct frame_walk walk = {.fp = fp};
	unsigned int stored = 0;

	while (stored < nr) {
		unsigned long ret = next_frame(&walk);

		if (!ret)
			break;
		if (skip)
			skip--;
		else
			entries[stored++] = ret;
	}
	return stored;
}

unsigned int stack_trace_save(unsigned long *entries, unsigned int nr, unsigned int skip)
{
	return walk_stack((unsigned long)__builtin_frame_address(0), entries, nr, skip);
}

/* The first bytes of a function that builds a frame: push ebp; mov ebp, esp (two codings). */
static bool builds_frame(const u8 *code)
{
	return code[0] == 0x55 &&
	       ((code[1] == 0x89 && code[2] == 0xe5) || (code[1] == 0x8b && code[2] == 0xec));
}

#define PROLOGUE_SIZE 3

/*
 * frameless_caller - who called interrupted code that has no frame of its own
 *
 * A short leaf function may have none, nor has any function in its first two
 * instructions, nor what a wild jump led to. EBP is then the caller's, and the walk
 * would leave the caller out; but the return address is on top of the stack.
 *
 * Return: the return address, or 0 when there is a frame.
 */
static unsigned long frameless_caller(const struct pt_regs *regs)
{
	unsigned long size, offset, ret;
	u8 prologue[PROLOGUE_SIZE];

	if (kallsyms_lookup(regs->eip, &size, &offset)) {
		const u8 *start = (const u8 *)(regs->eip - offset);

		if (copy_from_kernel_nofault(prologue, start, sizeof(prologue)) ||
		    (builds_frame(prologue) && offset >= PROLOGUE_SIZE))
			return 0;
	}
	if (!read_word_nofault(interrupted_esp(regs), &ret) || !kallsyms_lookup(ret, NULL, NULL))
		return 0;
	return ret;
}

/*
 * struct trace - lines being printed
 * @ip, @times: an entry, and how often in a row it came: recursion is one line
 * @exact: no return address, but the very instruction: that of interrupted code
 * @lines: printed so far
 */
struct trace {
	unsigned long ip;
	unsigned int times;
	bool exact;
	unsigned int lines;
};

static void print_line(struct trace *trace)
{
	if (!trace->times)
		return;
	if (trace->exact)
		pr_emerg("  [<%08lx>] %pS", trace->ip, (void *)trace->ip);
	else
		pr_emerg("  [<%08lx>] %pB", trace->ip, (void *)trace->ip);
	if (trace->times > 1)
		pr_cont(" (%u times)", trace->times);
	pr_cont("\n");
	trace->lines++;
}

static bool returns_to_trap_common(unsigned long ip)
{
	unsigned long offset;

	return kallsyms_lookup(ip, NULL, &offset) && ip - offset == (unsigned long)trap_common;
}

static void add_entry(struct trace *trace, unsigned long ip)
{
	bool exact = returns_to_trap_common(trace->ip);

	if (trace->times && trace->ip == ip) {
		trace->times++;
		return;
	}
	print_line(trace);
	trace->ip = ip;
	trace->times = 1;
	trace->exact = exact;
}

void show_trap_backtrace(const struct pt_regs *regs)
{
	struct frame_walk walk = {.fp = regs->ebp};
	struct trace trace = {.ip = regs->eip, .times = 1, .exact = true};
	unsigned long caller = frameless_caller(regs);
	unsigned long ret;

	pr_emerg("Call Trace:\n");
	if (caller)
		add_entry(&trace, caller);
	while (trace.lines < BACKTRACE_MAX && (ret = next_frame(&walk)))
		add_entry(&trace, ret);
	print_line(&trace);
	if (trace.lines > BACKTRACE_MAX)
		pr_emerg("  ...\n");
	if (!kernel_stack_of(regs->ebp))
		pr_emerg("  frame pointer 0x%08lx is in no known stack\n", regs->ebp);
}
