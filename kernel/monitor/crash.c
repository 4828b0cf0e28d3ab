/* SPDX-License-Identifier: MIT */
/*
 * Crash on purpose: every way in which the kernel can end, for whoever wants to see
 * the report, and for the system tests, which assert what it says.
 *
 * From the prompt as "crash HOW", and from the command line as crash=HOW, run after
 * the self-tests.
 */
#include <kernel/bug.h>
#include <kernel/irq.h>
#include <kernel/params.h>
#include <kernel/preempt.h>
#include <kernel/printk.h>
#include <kernel/sections.h>
#include <kernel/spinlock.h>
#include <kernel/stackprotector.h>
#include <kernel/monitor/lineedit.h>
#include <kernel/monitor/monitor.h>
#include <kernel/lib/compiler.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <arch/traps.h>
#include <mm/highmem.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>

/* Each is a function of its own, so that the backtrace has something to name. */

/* Variables, so that the compiler does not see where they point. */
static volatile int *volatile null_pointer;
static volatile int *volatile user_pointer = (volatile int *)0x08048000;

static noinline void crash_null(void)
{
	null_pointer[1] = 896;
}

static noinline void crash_null_read(void)
{
	(void)null_pointer[0];
}

static noinline void crash_text(void)
{
	WRITE_ONCE(*(volatile char *)_stext, 0);
}

static noinline void crash_rodata(void)
{
	WRITE_ONCE(*(volatile char *)__start_rodata, 0);
}

static noinline void crash_jump(void)
{
	((void (*)(void))0xdead0000UL)();
}

static noinline void crash_user(void)
{
	*user_pointer = 896;
}

static unsigned int recurse(unsigned int levels);

/* A variable, so that the compiler cannot make a loop, or a variant, of it. */
static unsigned int (*volatile next_level)(unsigned int levels) = recurse;

static unsigned int recurse(unsigned int levels)
{
	volatile unsigned int local[16];

	local[0] = levels;
	return levels ? next_level(levels - 1) + local[0] : 0;
}

static noinline void crash_stack(void)
{
	next_level(1000000); /* more than any stack has */
}

/* With a stack pointer to nowhere the next exception cannot be delivered. */
static noinline void crash_double_fault(void)
{
	__asm__ __volatile__("movl $0x1000, %%esp; ud2" : : : "memory");
}

static noinline void crash_ud(void)
{
	__asm__ __volatile__("ud2");
}

static noinline void crash_divide(void)
{
	volatile int zero = 0;

	__asm__ __volatile__("divl %0" : : "m"(zero), "a"(1), "d"(0));
}

static noinline void crash_gp(void)
{
	__asm__ __volatile__("movl %0, %%gs" : : "r"(0xfff8));
}

static noinline void crash_bug(void)
{
	static volatile bool broken = true;

	BUG_ON(broken);
}

static noinline void crash_kbug(void)
{
	kbug("crash: a caller's bug, asked for");
}

static noinline void crash_panic(void)
{
	panic("crash: asked for");
}

static noinline void crash_warn(void)
{
	WARN(true, "crash: a warning, asked for");
}

/* A report must come out whatever lock is held, and whatever the context. */
static noinline void crash_locked(void)
{
	static DEFINE_SPINLOCK(lock);
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	crash_null();
	spin_unlock_irqrestore(&lock, flags);
}

static noinline void crash_deadlock(void)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	spin_lock(&lock);
	/* Not reached; sparse counts all the same. */
	__release(&lock);
	__release(&lock);
}

static irqreturn_t crash_handler(unsigned int irq __unused, void *dev __unused)
{
	crash_null();
	return IRQ_HANDLED;
}

static noinline void crash_interrupt(void)
{
	static struct irqaction action = {.handler = crash_handler, .name = "crash"};

	setup_irq(IRQ_TIMER, &action);
	for (;;)
		cpu_relax();
}

/* Whoever describes addresses may be broken, too: the report must not go round in circles. */
static int describe_badly(unsigned long addr __unused, char *buf __unused, size_t size __unused)
{
	return null_pointer[0];
}

static noinline void crash_report(void)
{
	static struct fault_describer describer = {.describe = describe_badly};

	register_fault_describer(&describer);
	*user_pointer = 896;
}

static noinline void crash_machine_check(void)
{
	__asm__ __volatile__("int $18");
}

/* A damaged frame pointer must not take the report along. */
static noinline void crash_frame(void)
{
	__asm__ __volatile__("movl $0xdead0003, %ebp; ud2");
}

/*
 * An overrun of an array on the stack, from its end up to the frame pointer. By a function of
 * its own, so that the compiler does not see it.
 */
static noinline __no_sanitize_address void overrun(volatile char *from, const volatile char *to)
{
	while (from < to)
		*from++ = 'x';
}

static noinline __no_sanitize_address void crash_overrun(void)
{
	char array[16];

	overrun(array, __builtin_frame_address(0));
}

/* What a report prints of registers and stack holds the canary here; it must not show. */
static noinline void crash_canary(void)
{
	volatile char array[16];

	array[0] = 0;
	__asm__ __volatile__("ud2" : : "S"(__stack_chk_guard), "r"(array) : "memory");
}

/* Ends only a kernel of make UBSAN=1, and the host build with its sanitizer; else it wraps. */
static noinline void crash_undefined(void)
{
	static volatile int number = 0x7fffffff;

	/* cppcheck-suppress integerOverflow; it is what this is about */
	number = number + 1;
}

/*
 * Two uses after free. They end the kernel only where somebody watches: the page's with
 * debug_pagealloc=on, both in the host build with its sanitizer.
 */
static noinline void crash_freed_object(void)
{
	int *object = kmalloc(sizeof(*object), GFP_KERNEL);
	volatile int *same = object;

	OPTIMIZER_HIDE_VAR(same); /* or else the compiler sees it, too */
	kfree(object);
	*same = 896;
}

static noinline void crash_freed_page(void)
{
	volatile int *page = (volatile int *)__get_free_page(GFP_KERNEL);

	free_page((unsigned long)page);
	*page = 896;
}

/* A request that may not fail and cannot be met. */
static noinline void crash_nofail(void)
{
	(void)!__get_free_pages(GFP_KERNEL | __GFP_NOFAIL, MAX_ORDER);
}

static noinline void crash_double_free(void)
{
	void *object = kmalloc(896, GFP_KERNEL);
	void *same = object;

	OPTIMIZER_HIDE_VAR(same); /* or else the compiler sees it, too */
	kfree(object);
	kfree(same);
}

/* The second time the page is on a list of free ones. */
static noinline void crash_double_free_page(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	__free_page(page);
	__free_page(page);
}

/* An address that kmalloc() never gave. */
static noinline void crash_foreign_free(void)
{
	static int foreign;
	void *pointer = &foreign;

	OPTIMIZER_HIDE_VAR(pointer); /* or else the compiler sees it, too */
	kfree(pointer);
}

static noinline void crash_vfree(void)
{
	static char *area;
	char *inside;

	area = vmalloc(2 * PAGE_SIZE);
	inside = area + PAGE_SIZE;
	OPTIMIZER_HIDE_VAR(inside); /* or else the compiler sees it, too */
	vfree(inside);
}

static noinline void crash_guard(void)
{
	static volatile char *area;

	area = vmalloc(PAGE_SIZE);
	if (area)
		area[PAGE_SIZE] = 1;
}

static noinline void crash_freed_area(void)
{
	char *area = vmalloc(PAGE_SIZE);
	volatile char *same = area;

	OPTIMIZER_HIDE_VAR(same); /* or else the compiler sees it, too */
	vfree(area);
	*same = 1;
}

static noinline void crash_kunmap(void)
{
	static struct page *page; /* of high memory, where there is any: others are not mapped */

	page = alloc_page(GFP_HIGHUSER);
	kunmap(page);
}

/* All of memory, a page at a time, by somebody who cannot take no for an answer. */
static noinline void crash_oom(void)
{
	for (;;)
		(void)!alloc_page(GFP_HIGHUSER | __GFP_NOFAIL);
}

/* Whoever holds a spin lock must not give up the CPU. */
static noinline void crash_sleep(void)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	kfree(kmalloc(896, GFP_KERNEL));
	spin_unlock(&lock);
}

static noinline void crash_unlock(void)
{
	static DEFINE_SPINLOCK(lock);

	__acquire(&lock);
	spin_unlock(&lock);
}

static noinline void crash_breakpoint(void)
{
	__asm__ __volatile__("int3");
}

static noinline void crash_overflow(void)
{
	__asm__ __volatile__("movb $0x7f, %%al; incb %%al; into" : : : "eax", "cc");
}

static const struct {
	const char *how;
	void (*run)(void);
} crashes[] = {
	{"stack", crash_stack},
	{"null", crash_null},
	{"null-read", crash_null_read},
	{"text", crash_text},
	{"rodata", crash_rodata},
	{"jump", crash_jump},
	{"user", crash_user},
	{"double-fault", crash_double_fault},
	{"ud", crash_ud},
	{"divide", crash_divide},
	{"gp", crash_gp},
	{"frame", crash_frame},
	{"bug", crash_bug},
	{"kbug", crash_kbug},
	{"panic", crash_panic},
	{"warn", crash_warn},
	{"overrun", crash_overrun},
	{"canary", crash_canary},
	{"undefined", crash_undefined},
	{"locked", crash_locked},
	{"deadlock", crash_deadlock},
	{"interrupt", crash_interrupt},
	{"report", crash_report},
	{"machine-check", crash_machine_check},
	{"freed-object", crash_freed_object},
	{"freed-page", crash_freed_page},
	{"nofail", crash_nofail},
	{"double-free", crash_double_free},
	{"double-free-page", crash_double_free_page},
	{"foreign-free", crash_foreign_free},
	{"vfree", crash_vfree},
	{"guard", crash_guard},
	{"freed-area", crash_freed_area},
	{"kunmap", crash_kunmap},
	{"oom", crash_oom},
	{"sleep", crash_sleep},
	{"unlock", crash_unlock},
	{"breakpoint", crash_breakpoint},
	{"overflow", crash_overflow},
};

/* find_crash - its index, or -1 */
static int find_crash(const char *how)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(crashes); i++) {
		if (!strcmp(crashes[i].how, how))
			return (int)i;
	}
	return -1;
}

#define LIST_COLUMNS 79

/* list_crashes - in rows that fit the screen */
static void list_crashes(struct seq_file *m)
{
	size_t i, column = 0;

	seq_puts(m, "HOW is one of:");
	for (i = 0; i < ARRAY_SIZE(crashes); i++) {
		size_t width = strlen(crashes[i].how) + 1;

		seq_puts(m, !i || column + width > LIST_COLUMNS ? "\n  " : " ");
		column = !i || column + width > LIST_COLUMNS ? width + 1 : column + width;
		seq_puts(m, crashes[i].how);
	}
	seq_putc(m, '\n');
}

static int crash_command(struct seq_file *m, int argc, char **argv)
{
	int which = argc == 2 ? find_crash(argv[1]) : -1;

	if (which < 0) {
		list_crashes(m);
		return -EINVAL;
	}
	crashes[which].run();
	return 0;
}

static void crash_complete(struct line_editor *ed, int argc, char **argv __unused)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(crashes) && argc == 1; i++)
		line_editor_offer(ed, crashes[i].how);
}
monitor_command("crash", crash_command, "HOW",
		"end the kernel on purpose; without HOW, list the ways", "crash warn",
		crash_complete);

static int crash_asked = -1;

static int __init crash_setup(const char *val)
{
	int which = find_crash(val);

	if (which < 0)
		return -EINVAL;
	crash_asked = which;
	return 0;
}
kernel_param("crash", crash_setup, "HOW", "end the kernel that way after the self-tests");

void crash_if_asked(void)
{
	if (crash_asked < 0)
		return;
	pr_notice("crash=%s\n", crashes[crash_asked].how);
	crashes[crash_asked].run();
}
