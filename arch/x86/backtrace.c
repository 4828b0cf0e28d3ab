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
#include <kernel/panic.h>
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

void show_backtrace(unsigned long ip, unsigned long fp)
{
	unsigned long entries[BACKTRACE_MAX];
	unsigned int nr = 0;

	if (ip)
		entries[nr++] = ip;
	nr += walk_stack(fp, entries + nr, BACKTRACE_MAX - nr, 0);
	pr_emerg("Call Trace:\n");
	print_stack_trace(entries, nr);
	if (!kernel_stack_of(fp))
		pr_emerg("  frame pointer 0x%08lx is in no known stack\n", fp);
}
