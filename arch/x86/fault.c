/* SPDX-License-Identifier: MIT */
/*
 * The report of a fatal exception.
 *
 * What it says, in order: what happened, in words, on a first line that begins
 * "BUG: "; the error code decoded; for a page fault the address, the region of the
 * layout it lies in and the nearest object that the region's owner knows there (a
 * fault_describer), and how the CPU walked the page tables; all registers; the code
 * around EIP; the top of the stack; a backtrace.
 *
 * It must work in the worst of states: any lock may be held, the stack may be
 * used up, a pointer may lead anywhere. So it takes no lock, prints by printk, which
 * does not wait for a lock that this CPU holds, and reads doubtful memory by
 * copy_from_kernel_nofault(). Should it fault all the same, that second fault is
 * told in one line and the machine is halted. The stack canary is not shown.
 *
 * Reference: SDM vol. 3, 4.7 (page fault error code), 6.13 (selector error code).
 */
#include <kernel/panic.h>
#include <kernel/percpu.h>
#include <kernel/preempt.h>
#include <kernel/printk.h>
#include <kernel/seq.h>
#include <kernel/stackprotector.h>
#include <kernel/lib/types.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <arch/cpu.h>
#include <arch/mmu.h>
#include <arch/traps.h>
#include <asm/control.h>
#include <asm/machine_check.h>
#include <asm/traps.h>

#define CODE_BYTES_BEFORE 16
#define CODE_BYTES_AFTER  16
#define STACK_WORDS       16
#define WORDS_PER_LINE    8

static struct fault_describer *fault_describers;

void register_fault_describer(struct fault_describer *d)
{
	d->next = fault_describers;
	fault_describers = d;
}

int fault_describe(unsigned long addr, char *buf, size_t size)
{
	const char *guarded = guard_page_name(PAGE_ALIGN_DOWN(addr));
	const struct kernel_stack *stack = kernel_stack_of(addr);
	const struct fault_describer *d;

	if (addr < PAGE_SIZE)
		return scnprintf(buf, size, "NULL page");
	if (guarded)
		return scnprintf(buf, size, "guard page of %s", guarded);
	if (stack)
		return scnprintf(buf, size, "%s, %lu bytes below its top", stack->name,
				 stack->high - addr);
	for (d = fault_describers; d; d = d->next) {
		int len = d->describe(addr, buf, size);

		if (len)
			return len;
	}
	return scnprintf(buf, size, "nothing known there");
}

static int describe_page_fault(const struct fault_info *info, char *buf, size_t size)
{
	unsigned long code = info->error_code;
	const char *why = "page not present";
	const char *access = "read";

	if (code & X86_PF_RSVD)
		why = "reserved bit set in a page table";
	else if (code & X86_PF_PROT)
		why = "page present but protected";
	/* Without NX the CPU does not tell a fetch from a read; the address does. */
	if (code & X86_PF_INSTR || info->address == info->ip)
		access = "instruction fetch";
	else if (code & X86_PF_WRITE)
		access = "write";
	return scnprintf(buf, size, "%s, %s, %s mode", access, why,
			 code & X86_PF_USER ? "user" : "kernel");
}

/* A selector: which table, which descriptor. */
static int describe_selector_error(unsigned long code, char *buf, size_t size)
{
	const char *table = code & SELECTOR_IDT ? "IDT" : code & SELECTOR_LDT ? "LDT" : "GDT";

	if (!code)
		return scnprintf(buf, size, "no descriptor to blame");
	return scnprintf(buf, size, "%s entry %lu%s", table, code >> 3,
			 code & SELECTOR_EXTERNAL ? ", external event" : "");
}

int fault_describe_cause(const struct fault_info *info, char *buf, size_t size)
{
	switch (info->vector) {
	case X86_TRAP_PF:
		return describe_page_fault(info, buf, size);
	case X86_TRAP_TS:
	case X86_TRAP_NP:
	case X86_TRAP_SS:
	case X86_TRAP_GP:
		return describe_selector_error(info->error_code, buf, size);
	}
	if (size)
		buf[0] = '\0';
	return 0;
}

/* describe_eflags - names of the bits that are set */
static int describe_eflags(char *buf, size_t size, unsigned long eflags)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} names[] = {{0, "CF"},  {2, "PF"},   {4, "AF"},   {6, "ZF"},  {7, "SF"},  {8, "TF"},
		     {9, "IF"},  {10, "DF"},  {11, "OF"},  {14, "NT"}, {16, "RF"}, {17, "VM"},
		     {18, "AC"}, {19, "VIF"}, {20, "VIP"}, {21, "ID"}};
	unsigned int iopl = (eflags >> 12) & 3;
	unsigned int i;
	int len = scnprintf(buf, size, "IOPL=%u", iopl);

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (eflags & (1UL << names[i].bit))
			len += scnprintf(buf + len, size - (size_t)len, " %s", names[i].name);
	}
	return len;
}

static void emerg_sink(void *private __unused, const char *text, size_t len)
{
	pr_emerg("%.*s", (int)len, text);
}

static void report_pagewalk(unsigned long addr)
{
	struct pagewalk walk;
	struct seq_file m;
	char line[96];

	pagewalk(addr, &walk);
	seq_open_sink(&m, line, sizeof(line), emerg_sink, NULL);
	show_pagewalk(&m, &walk);
}

static void show_fault_address(unsigned long addr)
{
	const char *region = layout_region(addr);
	char object[160];

	fault_describe(addr, object, sizeof(object));
	if (str_has_prefix(object, region))
		pr_emerg("  address 0x%08lx: %s\n", addr, object);
	else
		pr_emerg("  address 0x%08lx: %s: %s\n", addr, region, object);
	report_pagewalk(addr);
}

/* A double fault whose CR2 lies in a guard page is a stack overflow. */
static void show_double_fault(const struct fault_info *info)
{
	const char *guarded = guard_page_name(PAGE_ALIGN_DOWN(info->address));

	if (guarded)
		pr_emerg("BUG: kernel stack overflow: guard page of %s hit at 0x%08lx, in %pS\n",
			 guarded, info->address, (void *)info->ip);
	else
		pr_emerg("BUG: double fault in %pS\n", (void *)info->ip);
	pr_emerg("  an exception could not be delivered; CR2 is of the last page fault\n");
	show_fault_address(info->address);
}

static void show_exception(const struct fault_info *info)
{
	char cause[96];

	if (info->vector == X86_TRAP_PF)
		pr_emerg("BUG: page fault at 0x%08lx in %pS\n", info->address, (void *)info->ip);
	else
		pr_emerg("BUG: %s (exception %d) in %pS\n", info->name, info->vector,
			 (void *)info->ip);
	if (fault_describe_cause(info, cause, sizeof(cause)))
		pr_emerg("  error code 0x%04lx: %s\n", info->error_code, cause);
}

static void show_cause(const struct fault_info *info)
{
	if (info->vector == X86_TRAP_DF) {
		show_double_fault(info);
		return;
	}
	show_exception(info);
	switch (info->vector) {
	case X86_TRAP_PF:
		show_fault_address(info->address);
		break;
	case X86_TRAP_DB:
		pr_emerg("  DR6 0x%08lx DR7 0x%08lx\n", read_dr6(), read_dr7());
		break;
	case X86_TRAP_MC:
		machine_check_report();
		break;
	}
}

/* The instruction at EIP is the one in < >; what cannot be read shows as "..". */
static void show_code(unsigned long ip)
{
	char line[(CODE_BYTES_BEFORE + CODE_BYTES_AFTER) * 3 + 8];
	unsigned long addr;
	size_t len = 0;

	for (addr = ip - CODE_BYTES_BEFORE; addr != ip + CODE_BYTES_AFTER; addr++) {
		char hex[4] = "..";
		u8 byte;

		if (!copy_from_kernel_nofault(&byte, (const void *)addr, 1))
			scnprintf(hex, sizeof(hex), "%02x", byte);
		len += (size_t)scnprintf(line + len, sizeof(line) - len,
					 addr == ip ? " <%s>" : " %s", hex);
	}
	pr_emerg("Code:%s\n", line);
}

/* A word in hexadecimal, or that it is the stack canary: as wide, and no secret. */
struct word_text {
	char text[sizeof("(canary)")];
};

static struct word_text word_text(unsigned long word)
{
	struct word_text t = {"(canary)"};

	if (!is_stack_canary(word))
		scnprintf(t.text, sizeof(t.text), "%08lx", word);
	return t;
}

static void show_stack_words(unsigned long esp)
{
	unsigned int i;

	for (i = 0; i < STACK_WORDS; i++) {
		unsigned long word;

		if (i % WORDS_PER_LINE == 0)
			pr_emerg("%s0x%08lx:", i ? "       " : "Stack: ", esp + i * sizeof(long));
		if (copy_from_kernel_nofault(&word, (const void *)(esp + i * sizeof(long)),
					     sizeof(word)))
			pr_cont(" ????????");
		else
			pr_cont(" %s", word_text(word).text);
		if (i % WORDS_PER_LINE == WORDS_PER_LINE - 1)
			pr_cont("\n");
	}
}

/* show_regs - @cr2 comes apart, since reads that were allowed to fault have changed it */
static void show_regs(const struct pt_regs *regs, unsigned long cr2)
{
	unsigned long esp = interrupted_esp(regs);
	unsigned long ss = has_own_esp(regs) ? regs->ss : __KERNEL_DS;
	char flags[96];

	describe_eflags(flags, sizeof(flags), regs->eflags);
	/* The NMI bit is also panic()'s own. */
	pr_emerg("CPU: %u preempt_count: 0x%x%s\n", raw_smp_processor_id(),
		 preempt_count() & ~NMI_MASK, in_hardirq() ? " in an interrupt handler" : "");
	pr_emerg("EIP: %04lx:%08lx %pS\n", regs->cs & 0xffff, regs->eip, (void *)regs->eip);
	pr_emerg("EFLAGS: %08lx %s\n", regs->eflags, flags);
	pr_emerg("EAX: %s EBX: %s ECX: %s EDX: %s\n", word_text(regs->eax).text,
		 word_text(regs->ebx).text, word_text(regs->ecx).text, word_text(regs->edx).text);
	pr_emerg("ESI: %s EDI: %s EBP: %s ESP: %04lx:%08lx\n", word_text(regs->esi).text,
		 word_text(regs->edi).text, word_text(regs->ebp).text, ss & 0xffff, esp);
	pr_emerg("DS: %04lx ES: %04lx FS: %04lx GS: %04lx\n", regs->ds & 0xffff, regs->es & 0xffff,
		 regs->fs & 0xffff, regs->gs & 0xffff);
	pr_emerg("CR0: %08lx CR2: %08lx CR3: %08lx CR4: %08lx\n", read_cr0(), cr2, read_cr3(),
		 read_cr4());
	show_code(regs->eip);
	show_stack_words(esp);
}

DEFINE_PER_CPU(struct pt_regs, panic_regs); /* filled by arch_save_regs() */

void arch_show_saved_regs(void)
{
	show_regs(this_cpu_ptr(&panic_regs), read_cr2());
}

static DEFINE_PER_CPU(unsigned int, reporting);

bool fault_being_reported(void)
{
	return this_cpu_read(reporting);
}

void report_fault(const struct fault_info *info)
{
	unsigned long cr2 = read_cr2();

	if (fault_being_reported()) {
		printk_panicking();
		pr_emerg("fault inside the report: %s at %08lx, address %08lx; halted\n",
			 info->name, info->ip, info->address);
		arch_machine_exit(EXIT_PANIC);
		arch_machine_halt();
	}
	this_cpu_write(reporting, 1);
	show_cause(info);
	show_regs(info->regs, cr2);
	show_trap_backtrace(info->regs);
	this_cpu_write(reporting, 0);
}
