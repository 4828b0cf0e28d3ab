/* SPDX-License-Identifier: MIT */
/*
 * Exceptions: each one that the kernel can cause on this CPU is caused, caught, and
 * must have the vector, error code, address and instruction that the manual says.
 * Then what is built on them: accesses that may fault, what a fault is called, and
 * backtraces.
 *
 * Not caused here: a machine check, which is fatal; a double fault, whose report the
 * system tests read; an alignment check, which QEMU does not do.
 */
#include <kernel/bug.h>
#include <kernel/kallsyms.h>
#include <kernel/sections.h>
#include <kernel/selftest.h>
#include <kernel/lib/vsprintf.h>
#include <arch/irq.h>
#include <arch/mmu.h>
#include <arch/traps.h>

u32 trap_clobbers(void);

#define X86_PF   14
#define PF_PROT  0x1U
#define PF_WRITE 0x2U
#define PF_USER  0x4U
#define PF_RSVD  0x8U

#define CR0_TS (1UL << 3)
#define CR0_NE (1UL << 5)

#define USER_CS       0x1bU
#define USER_DS       0x23U
#define USER_DS_INDEX 4

static struct kunit_fault fault;
static unsigned long expected_ip; /* set by the code that faults */

/* CATCH - run a statement; what it raised is in @fault */
#define CATCH(test, ...)                                                                           \
	do {                                                                                       \
		if (!arch_setjmp(kunit_fault_arm(test, &fault))) {                                 \
			__VA_ARGS__;                                                               \
		}                                                                                  \
		kunit_fault_disarm(test);                                                          \
	} while (0)

static unsigned long read_cr0(void)
{
	unsigned long value;

	__asm__ __volatile__("movl %%cr0, %0" : "=r"(value));
	return value;
}

static void write_cr0(unsigned long value)
{
	__asm__ __volatile__("movl %0, %%cr0" : : "r"(value) : "memory");
}

static u64 *gdt(void)
{
	struct {
		u16 limit;
		u64 *base;
	} __packed gdtr;

	__asm__ __volatile__("sgdt %0" : "=m"(gdtr));
	return gdtr.base;
}

/*
 * One function for each exception. Faults leave EIP at the instruction, traps behind.
 */

static void raise_divide(void)
{
	__asm__ __volatile__("movl $1f, %0\n"
			     "1:\tdivl %%ecx"
			     : "=m"(expected_ip)
			     : "a"(1), "d"(0), "c"(0));
}

/* The trap flag, with no single-stepped run to own it. */
static void raise_debug(void)
{
	__asm__ __volatile__("movl $1f, %0\n\t"
			     "pushfl\n\t"
			     "orl $0x100, (%%esp)\n\t"
			     "popfl\n\t"
			     "nop\n"
			     "1:"
			     : "=m"(expected_ip)
			     :
			     : "cc", "memory");
}

static void raise_breakpoint(void)
{
	__asm__ __volatile__("movl $1f, %0\n\t"
			     "int3\n"
			     "1:"
			     : "=m"(expected_ip));
}

static void raise_overflow(void)
{
	__asm__ __volatile__("movl $1f, %0\n\t"
			     "movb $127, %%al\n\t"
			     "addb $1, %%al\n\t"
			     "into\n"
			     "1:"
			     : "=m"(expected_ip)
			     :
			     : "eax", "cc");
}

static void raise_bound(void)
{
	static const int bounds[2] = {0, 1};

	__asm__ __volatile__("movl $1f, %0\n"
			     "1:\tbound %1, %2"
			     : "=m"(expected_ip)
			     : "r"(5), "m"(bounds));
}

static void raise_invalid_opcode(void)
{
	__asm__ __volatile__("movl $1f, %0\n"
			     "1:\tud2"
			     : "=m"(expected_ip));
}

static void raise_no_fpu(void)
{
	write_cr0(read_cr0() | CR0_TS);
	__asm__ __volatile__("movl $1f, %0\n"
			     "1:\tfnop"
			     : "=m"(expected_ip));
}

/* IRET with the nested-task flag returns to the task whose selector the TSS holds: 0. */
static void raise_invalid_tss(void)
{
	__asm__ __volatile__("movl $1f, %0\n\t"
			     "pushfl\n\t"
			     "orl $0x4000, (%%esp)\n\t"
			     "popfl\n"
			     "1:\tiret"
			     : "=m"(expected_ip)
			     :
			     : "cc", "memory");
}

/* make_absent - a data segment of ring 0 that is not there; mend_gdt() undoes it */
static void make_absent(void)
{
	gdt()[USER_DS_INDEX] = 0x00cf13000000ffffULL;
}

static void mend_gdt(void)
{
	gdt()[USER_DS_INDEX] = 0x00cff3000000ffffULL;
}

static void raise_not_present(void)
{
	make_absent();
	__asm__ __volatile__("movl $1f, %0\n"
			     "1:\tmovl %1, %%gs"
			     : "=m"(expected_ip)
			     : "r"(USER_DS_INDEX * 8));
}

static void raise_stack_segment(void)
{
	make_absent();
	__asm__ __volatile__("movl $1f, %0\n"
			     "1:\tmovl %1, %%ss"
			     : "=m"(expected_ip)
			     : "r"(USER_DS_INDEX * 8));
}

static void raise_protection(void)
{
	__asm__ __volatile__("movl $1f, %0\n"
			     "1:\tmovl %1, %%gs"
			     : "=m"(expected_ip)
			     : "r"(0xfff8));
}

static void raise_protection_null(void)
{
	__asm__ __volatile__("movl $1f, %0\n"
			     "1:\tmovl %1, %%ss"
			     : "=m"(expected_ip)
			     : "r"(0));
}

/* 1 / 0 with the exception unmasked; it comes with the next FPU instruction that waits. */
static void raise_fpu_error(void)
{
	static const u16 unmask_zero_divide = 0x037b;

	write_cr0((read_cr0() & ~CR0_TS) | CR0_NE);
	__asm__ __volatile__("fninit\n\t"
			     "fldcw %1\n\t"
			     "fld1\n\t"
			     "fldz\n\t"
			     "fdivrp\n\t"
			     "movl $1f, %0\n"
			     "1:\tfwait"
			     : "=m"(expected_ip)
			     : "m"(unmask_zero_divide));
}

struct exception_case {
	const char *name;
	void (*raise)(void);
	int vector;
	unsigned long error_code;
};

static const struct exception_case exception_cases[] = {
	{"divide error", raise_divide, 0, 0},
	{"debug", raise_debug, 1, 0},
	{"breakpoint", raise_breakpoint, 3, 0},
	{"overflow", raise_overflow, 4, 0},
	{"bound", raise_bound, 5, 0},
	{"invalid opcode", raise_invalid_opcode, 6, 0},
	{"no FPU", raise_no_fpu, 7, 0},
	{"invalid TSS", raise_invalid_tss, 10, 0},
	{"segment not present", raise_not_present, 11, USER_DS_INDEX * 8},
	{"stack segment", raise_stack_segment, 12, USER_DS_INDEX * 8},
	{"protection, selector", raise_protection, 13, 0xfff8},
	{"protection, null", raise_protection_null, 13, 0},
	{"FPU error", raise_fpu_error, 16, 0},
};

static void exception_desc(const struct exception_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}
KUNIT_ARRAY_PARAM(exception, exception_cases, exception_desc)

static void each_exception_is_caught(struct kunit *test)
{
	const struct exception_case *c = test->param_value;
	unsigned long cr0 = read_cr0();
	unsigned long flags;

	CATCH(test, c->raise());
	write_cr0(cr0);
	mend_gdt();
	KUNIT_EXPECT_EQ(test, fault.vector, c->vector);
	KUNIT_EXPECT_EQ(test, fault.error_code, c->error_code);
	KUNIT_EXPECT_EQ(test, fault.address, 0);
	KUNIT_EXPECT_EQ(test, fault.ip, expected_ip);
	/* What the gate changed has been put back: IF; TF and NT stay off. */
	local_save_flags(flags);
	KUNIT_EXPECT_EQ(test, flags & 0x4300, 0x200);
}

/*
 * Page faults: error code bit by bit.
 */

static void page_fault_error_codes(struct kunit *test)
{
	volatile u8 *guard = (volatile u8 *)boot_stack_guard;
	volatile u8 *text = (volatile u8 *)_stext;

	CATCH(test, (void)*guard);
	KUNIT_EXPECT_EQ(test, fault.vector, X86_PF);
	KUNIT_EXPECT_EQ(test, fault.error_code, 0);
	KUNIT_EXPECT_EQ(test, fault.address, (unsigned long)guard);

	CATCH(test, guard[PAGE_SIZE - 1] = 1);
	KUNIT_EXPECT_EQ(test, fault.error_code, PF_WRITE);
	KUNIT_EXPECT_EQ(test, fault.address, (unsigned long)guard + PAGE_SIZE - 1);

	CATCH(test, text[3] = 0);
	KUNIT_EXPECT_EQ(test, fault.error_code, PF_WRITE | PF_PROT);
	KUNIT_EXPECT_EQ(test, fault.address, (unsigned long)text + 3);
}

static void jump_to(unsigned long addr)
{
	((void (*)(void))addr)();
}

/* Without NX a fetch looks like a read; that address and EIP are the same tells it. */
static void fetch_faults_at_its_target(struct kunit *test)
{
	unsigned long target = (unsigned long)boot_stack_guard + 0x10;

	CATCH(test, jump_to(target));
	KUNIT_EXPECT_EQ(test, fault.vector, X86_PF);
	KUNIT_EXPECT_EQ(test, fault.address, target);
	KUNIT_EXPECT_EQ(test, fault.ip, target);
}

#define SCRATCH_ADDR 0x08000000UL /* user space, which nobody uses */

/* In a 4 MiB entry bit 21 is reserved (bits 13-20 are PSE-36's). */
static void reserved_bit_is_reported(struct kunit *test)
{
	pmd_t *pmd = pmd_off_k(SCRATCH_ADDR);

	KUNIT_ASSERT_TRUE(test, pmd_none(*pmd));
	set_pmd(pmd, __pmd(_PAGE_PRESENT | _PAGE_RW | _PAGE_PSE | 1UL << 21));
	CATCH(test, (void)*(volatile u8 *)(SCRATCH_ADDR + 5));
	pmd_clear(pmd);
	flush_tlb_all();
	KUNIT_EXPECT_EQ(test, fault.vector, X86_PF);
	/* By the manual with the present bit, by QEMU without. */
	KUNIT_EXPECT_EQ(test, fault.error_code | PF_PROT, PF_PROT | PF_RSVD);
	KUNIT_EXPECT_EQ(test, fault.address, SCRATCH_ADDR + 5);
}

/* The task state segment's stack for entries from ring 3, by its descriptor. */
static u32 *tss_esp0(void)
{
	u16 selector;
	u64 descriptor;
	unsigned long base;

	__asm__ __volatile__("str %0" : "=r"(selector));
	descriptor = gdt()[selector / 8];
	base = (unsigned long)(descriptor >> 16 & 0xffffff) | (unsigned long)(descriptor >> 56)
								      << 24;
	return (u32 *)base + 1;
}

static u8 ring0_stack[2048] __used __aligned(16); /* user_write_kernel names it, too */

static void __noreturn enter_ring3(unsigned long ip)
{
	*tss_esp0() = (u32)(ring0_stack + sizeof(ring0_stack));
	__asm__ __volatile__("pushl %0\n\t"
			     "pushl $0\n\t" /* ESP */
			     "pushl $2\n\t" /* EFLAGS */
			     "pushl %1\n\t"
			     "pushl %2\n\t"
			     "iret"
			     :
			     : "i"(USER_DS), "i"(USER_CS), "r"(ip)
			     : "memory");
	__builtin_unreachable();
}

/* Ring 3 cannot even fetch: the kernel's pages are the supervisor's. */
static void user_cannot_execute_the_kernel(struct kunit *test)
{
	CATCH(test, enter_ring3((unsigned long)enter_ring3));
	KUNIT_EXPECT_EQ(test, fault.vector, X86_PF);
	KUNIT_EXPECT_EQ(test, fault.error_code, PF_PROT | PF_USER);
	KUNIT_EXPECT_EQ(test, fault.address, (unsigned long)enter_ring3);

	CATCH(test, enter_ring3(SCRATCH_ADDR));
	KUNIT_EXPECT_EQ(test, fault.error_code, PF_USER);
	KUNIT_EXPECT_EQ(test, fault.address, SCRATCH_ADDR);
}

/* Code for ring 3, one label a thing to try; it never runs where it is linked. */
extern const char user_int3[], user_cli[], user_write_kernel[], user_int80[];
__asm__(".pushsection .text\n"
	"user_int3:\tint3\n"
	"user_cli:\tcli\n"
	"user_write_kernel:\tmovl $1, ring0_stack\n"
	"user_int80:\tint $0x80\n"
	".popsection");

struct ring3_case {
	const char *name;
	const char *code;
	int vector;
	unsigned long error_code;
	unsigned long address;
	unsigned int ip_offset;
};

static const struct ring3_case ring3_cases[] = {
	{"int3 is allowed", user_int3, 3, 0, 0, 1},
	{"cli is not", user_cli, 13, 0, 0, 0},
	{"nor to write kernel memory", user_write_kernel, 14, PF_USER | PF_WRITE | PF_PROT,
	 (unsigned long)ring0_stack, 0},
	/* error code: IDT entry 0x80 */
	{"nor int 0x80", user_int80, 13, 0x80 << 3 | 2, 0, 0},
};

static void ring3_desc(const struct ring3_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}
KUNIT_ARRAY_PARAM(ring3, ring3_cases, ring3_desc)

/* The first 4 MiB of RAM, the kernel's text among it, shown to ring 3 for a moment. */
static void ring3_is_confined(struct kunit *test)
{
	const struct ring3_case *c = test->param_value;
	unsigned long ip = SCRATCH_ADDR + __pa(c->code);
	pmd_t *pmd = pmd_off_k(SCRATCH_ADDR);

	KUNIT_ASSERT_LT(test, __pa(c->code), PMD_SIZE);
	KUNIT_ASSERT_TRUE(test, pmd_none(*pmd));
	set_pmd(pmd, __pmd(_PAGE_PRESENT | _PAGE_USER | _PAGE_PSE));
	CATCH(test, enter_ring3(ip));
	pmd_clear(pmd);
	flush_tlb_all();
	KUNIT_EXPECT_EQ(test, fault.vector, c->vector);
	KUNIT_EXPECT_EQ(test, fault.error_code, c->error_code);
	KUNIT_EXPECT_EQ(test, fault.address, c->address);
	KUNIT_EXPECT_EQ(test, fault.ip, ip + c->ip_offset);
}

/*
 * Coming back
 */

static void registers_survive_an_interrupt(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, trap_clobbers(), 0);
}

static void software_nmi_comes_back(struct kunit *test)
{
	unsigned long flags;

	__asm__ __volatile__("int $2");
	local_save_flags(flags);
	KUNIT_EXPECT_FALSE(test, irqs_disabled_flags(flags));
}

static void selectors_are_those_of_the_headers(struct kunit *test)
{
	u16 cs, ds, es, ss, fs, gs;

	__asm__("movw %%cs, %0\n\tmovw %%ds, %1\n\tmovw %%es, %2" : "=r"(cs), "=r"(ds), "=r"(es));
	__asm__("movw %%ss, %0\n\tmovw %%fs, %1\n\tmovw %%gs, %2" : "=r"(ss), "=r"(fs), "=r"(gs));
	KUNIT_EXPECT_EQ(test, cs, 0x08);
	KUNIT_EXPECT_EQ(test, ds, 0x10);
	KUNIT_EXPECT_EQ(test, es, 0x10);
	KUNIT_EXPECT_EQ(test, ss, 0x10);
	KUNIT_EXPECT_EQ(test, fs, 0x38);
	KUNIT_EXPECT_EQ(test, gs, 0);
}

/*
 * Accesses that may fault
 */

static void nofault_copies_what_is_there(struct kunit *test)
{
	static const char from[] = "eight hundred and ninety-six";
	char to[sizeof(from)] = "";

	KUNIT_EXPECT_EQ(test, copy_from_kernel_nofault(to, from, sizeof(from)), 0);
	KUNIT_EXPECT_STREQ(test, to, from);
	KUNIT_EXPECT_EQ(test, copy_to_kernel_nofault(to, "EIGHT", 5), 0);
	KUNIT_EXPECT_STREQ(test, to, "EIGHT hundred and ninety-six");
	KUNIT_EXPECT_EQ(test, copy_from_kernel_nofault(to, NULL, 0), 0);
}

static void nofault_stops_where_memory_ends(struct kunit *test)
{
	/* The page before the guard page is there, whatever it holds. */
	const u8 *last = (const u8 *)((unsigned long)boot_stack_guard - 4);
	u8 to[8];

	memset(to, 0xee, sizeof(to));
	KUNIT_EXPECT_EQ(test, copy_from_kernel_nofault(to, last, 8), -EFAULT);
	KUNIT_EXPECT_MEMEQ(test, to, last, 4);
	KUNIT_EXPECT_EQ(test, to[4], 0xee);
	KUNIT_EXPECT_EQ(test, copy_from_kernel_nofault(to, NULL, 1), -EFAULT);
	KUNIT_EXPECT_EQ(test, copy_from_kernel_nofault(to, (void *)-4UL, 4), -EFAULT);
	KUNIT_EXPECT_EQ(test, copy_to_kernel_nofault(boot_stack_guard, to, 1), -EFAULT);
}

static void nofault_respects_protection(struct kunit *test)
{
	static const u32 constant = 896;
	u32 zero = 0;

	KUNIT_EXPECT_EQ(test, copy_to_kernel_nofault((void *)&constant, &zero, 4), -EFAULT);
	KUNIT_EXPECT_EQ(test, READ_ONCE(constant), 896);
}

/* Nested: a fault that is mended inside one that a hook is armed for leaves it armed. */
static unsigned int nr_traced;
static unsigned long last_traced;

static void note_page_fault(const struct fault_info *info)
{
	nr_traced++;
	last_traced = info->address;
}

/* Told of page faults, mended or not, and of nothing else. */
static void page_faults_are_traced(struct kunit *test)
{
	volatile char *volatile nowhere = (volatile char *)0x456;
	unsigned long word;

	nr_traced = 0;
	set_page_fault_trace(note_page_fault);
	KUNIT_EXPECT_EQ(test, copy_from_kernel_nofault(&word, (void *)0x123, 4), -EFAULT);
	KUNIT_EXPECT_EQ(test, nr_traced, 1);
	KUNIT_EXPECT_EQ(test, last_traced, 0x123);
	KUNIT_EXPECT_FAULT(test, 0x456, (void)*nowhere);
	KUNIT_EXPECT_EQ(test, nr_traced, 2);
	KUNIT_EXPECT_EQ(test, last_traced, 0x456);
	CATCH(test, raise_invalid_opcode());
	KUNIT_EXPECT_EQ(test, copy_from_kernel_nofault(&word, &nr_traced, 4), 0);
	KUNIT_EXPECT_EQ(test, nr_traced, 2);

	set_page_fault_trace(NULL);
	KUNIT_EXPECT_EQ(test, copy_from_kernel_nofault(&word, (void *)0x123, 4), -EFAULT);
	KUNIT_EXPECT_EQ(test, nr_traced, 2);
}

static void nofault_does_not_use_up_a_hook(struct kunit *test)
{
	static u8 byte;
	static long ret;

	CATCH(test, ret = copy_from_kernel_nofault(&byte, NULL, 1); raise_invalid_opcode());
	KUNIT_EXPECT_EQ(test, ret, -EFAULT);
	KUNIT_EXPECT_EQ(test, fault.vector, 6);
}

/*
 * Words for it
 */

static void addresses_are_described(struct kunit *test)
{
	char text[160], small[8];
	unsigned long local = 0;
	int len;

	len = fault_describe(8, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, "NULL page");
	KUNIT_EXPECT_EQ(test, len, strlen("NULL page"));
	fault_describe((unsigned long)boot_stack_guard + 123, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, "guard page of boot stack");
	fault_describe((unsigned long)&local, text, sizeof(text));
	KUNIT_EXPECT_PTR_EQ(test, strstr(text, "boot stack"), (char *)text);
	/* Nothing ever is silent, and nothing overruns. */
	KUNIT_EXPECT_GT(test, fault_describe(-1UL, text, sizeof(text)), 0);
	len = fault_describe((unsigned long)boot_stack_guard, small, sizeof(small));
	KUNIT_EXPECT_STREQ(test, small, "guard p");
	KUNIT_EXPECT_EQ(test, len, 7);
}

struct cause_case {
	int vector;
	unsigned long error_code;
	unsigned long address, ip;
	const char *text;
};

static const struct cause_case cause_cases[] = {
	{14, 0x0, 1, 2, "read, page not present, kernel mode"},
	{14, 0x1, 1, 2, "read, page present but protected, kernel mode"},
	{14, 0x2, 1, 2, "write, page not present, kernel mode"},
	{14, 0x3, 1, 2, "write, page present but protected, kernel mode"},
	{14, 0x4, 1, 2, "read, page not present, user mode"},
	{14, 0x7, 1, 2, "write, page present but protected, user mode"},
	{14, 0x9, 1, 2, "read, reserved bit set in a page table, kernel mode"},
	{14, 0xb, 1, 2, "write, reserved bit set in a page table, kernel mode"},
	{14, 0x0, 2, 2, "instruction fetch, page not present, kernel mode"},
	{14, 0x11, 1, 2, "instruction fetch, page present but protected, kernel mode"},
	{13, 0x0, 0, 2, "no descriptor to blame"},
	{13, 0xfff8, 0, 2, "GDT entry 8191"},
	{13, 0x402, 0, 2, "IDT entry 128"},
	{11, 0x0c, 0, 2, "LDT entry 1"},
	{12, 0x21, 0, 2, "GDT entry 4, external event"},
	{6, 0, 0, 2, ""},
};

static void error_codes_are_decoded(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cause_cases); i++) {
		const struct cause_case *c = &cause_cases[i];
		struct fault_info info = {
			.vector = c->vector,
			.error_code = c->error_code,
			.address = c->address,
			.ip = c->ip,
		};
		char text[96];

		KUNIT_EXPECT_EQ(test, fault_describe_cause(&info, text, sizeof(text)),
				strlen(c->text));
		KUNIT_EXPECT_STREQ(test, text, c->text);
	}
}

/*
 * Backtraces
 */

static unsigned long trace[16];
static unsigned int trace_length;

static noinline void trace_inner(unsigned int skip)
{
	memset(trace, 0, sizeof(trace));
	trace_length = stack_trace_save(trace, ARRAY_SIZE(trace), skip);
}

static noinline void trace_middle(unsigned int skip)
{
	trace_inner(skip);
	barrier(); /* something to return to */
}

static bool lies_in(unsigned long addr, const char *function)
{
	const char *name = kallsyms_lookup(addr, NULL, NULL);

	return name && !strcmp(name, function);
}

static void backtrace_names_the_callers(struct kunit *test)
{
	trace_middle(0);
	KUNIT_ASSERT_GE(test, trace_length, 4);
	KUNIT_EXPECT_TRUE(test, lies_in(trace[0], "trace_inner"));
	KUNIT_EXPECT_TRUE(test, lies_in(trace[1], "trace_middle"));
	KUNIT_EXPECT_TRUE(test, lies_in(trace[2], "backtrace_names_the_callers"));
	KUNIT_EXPECT_TRUE(test, lies_in(trace[trace_length - 1], "kmain") ||
					lies_in(trace[trace_length - 1], "high_start") ||
					trace_length == ARRAY_SIZE(trace));

	trace_middle(2);
	KUNIT_EXPECT_TRUE(test, lies_in(trace[0], "backtrace_names_the_callers"));

	KUNIT_EXPECT_EQ(test, stack_trace_save(trace, 2, 0), 2);
	KUNIT_EXPECT_EQ(test, stack_trace_save(trace, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, stack_trace_save(trace, 4, 1000), 0);
}

/* A frame pointer changed by mistake, while stack_trace_save() looks. */
static noinline unsigned int trace_from(unsigned long fp)
{
	unsigned long saved;
	unsigned long *frame = __builtin_frame_address(0);
	unsigned int n;

	saved = READ_ONCE(frame[0]);
	WRITE_ONCE(frame[0], fp);
	n = stack_trace_save(trace, ARRAY_SIZE(trace), 0);
	WRITE_ONCE(frame[0], saved);
	return n;
}

static void backtrace_survives_bad_frames(struct kunit *test)
{
	unsigned long here = (unsigned long)__builtin_frame_address(0);
	unsigned int good = trace_from(here);

	KUNIT_EXPECT_GT(test, good, 2);
	/* Two entries: trace_from itself, and its return address, read before the bad link. */
	KUNIT_EXPECT_EQ(test, trace_from(0), 2);
	KUNIT_EXPECT_EQ(test, trace_from(here + 1), 2);
	KUNIT_EXPECT_EQ(test, trace_from(0xdeadbee0), 2);
	KUNIT_EXPECT_EQ(test, trace_from((unsigned long)boot_stack_guard), 2);
	KUNIT_EXPECT_EQ(test, trace_from((unsigned long)boot_stack_top - 4), 2);
	KUNIT_EXPECT_EQ(test, trace_from((unsigned long)boot_stack), 2); /* downwards */
}

static void stacks_are_known(struct kunit *test)
{
	unsigned long local = 0;
	const struct kernel_stack *stack = kernel_stack_of((unsigned long)&local);

	KUNIT_ASSERT_NOT_NULL(test, stack);
	KUNIT_EXPECT_STREQ(test, stack->name, "boot stack");
	KUNIT_EXPECT_EQ(test, stack->low, (unsigned long)boot_stack);
	KUNIT_EXPECT_EQ(test, stack->high, (unsigned long)boot_stack_top);
	KUNIT_EXPECT_EQ(test, stack->high - stack->low, 8192);
	KUNIT_EXPECT_NULL(test, kernel_stack_of((unsigned long)boot_stack_guard));
	KUNIT_EXPECT_NULL(test, kernel_stack_of((unsigned long)boot_stack_top));
	KUNIT_EXPECT_NULL(test, kernel_stack_of(0));
}

static struct kunit_case traps_test_cases[] = {
	KUNIT_CASE_PARAM(each_exception_is_caught, exception_gen_params),
	KUNIT_CASE(page_fault_error_codes),
	KUNIT_CASE(fetch_faults_at_its_target),
	KUNIT_CASE(reserved_bit_is_reported),
	KUNIT_CASE(user_cannot_execute_the_kernel),
	KUNIT_CASE_PARAM(ring3_is_confined, ring3_gen_params),
	KUNIT_CASE(registers_survive_an_interrupt),
	KUNIT_CASE(software_nmi_comes_back),
	KUNIT_CASE(selectors_are_those_of_the_headers),
	KUNIT_CASE(nofault_copies_what_is_there),
	KUNIT_CASE(nofault_stops_where_memory_ends),
	KUNIT_CASE(nofault_respects_protection),
	KUNIT_CASE(nofault_does_not_use_up_a_hook),
	KUNIT_CASE(page_faults_are_traced),
	KUNIT_CASE(addresses_are_described),
	KUNIT_CASE(error_codes_are_decoded),
	KUNIT_CASE(backtrace_names_the_callers),
	KUNIT_CASE(backtrace_survives_bad_frames),
	KUNIT_CASE(stacks_are_known),
	{},
};

static struct kunit_suite traps_suite = {
	.name = "traps",
	.test_cases = traps_test_cases,
};
kunit_test_suite(traps_suite);
