/* SPDX-License-Identifier: MIT */
/*
 * Exceptions and interrupts, made of signals.
 *
 * When the kernel's code is interrupted by a signal, the handler runs on a stack of its own.
 * It looks what the CPU reported (Linux passes on vector and error code) and either
 * puts it right and returns, as for a TLB miss, or does what a CPU does: pushes a frame
 * onto the interrupted stack and has the interrupted code go on in the kernel's trap
 * entry. From then on the kernel is not in a signal handler any more: it may leave by
 * longjmp, fault again, be single-stepped.
 *
 * A CPU that executes a privileged instruction in user mode raises #GP. Three of them
 * appear in tests, are short, and easy to stand in for: INT n, CLI and STI.
 *
 * A timer signal that finds interrupts off, or the process's own code at work rather than
 * the kernel's, leaves a note in host_cpu.irqs_pending.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <arch/host/process/process.h>

#define VECTOR_DB  1
#define VECTOR_BP  3
#define VECTOR_GP  13
#define VECTOR_PF  14
#define VECTOR_IRQ 0x20

#define EFLAGS_TF 0x100UL
#define EFLAGS_IF 0x200UL
#define EFLAGS_NT 0x4000UL

#define PF_PROT  1UL
#define PF_WRITE 2UL

#define DR6_BS 0x4000UL

#define OPCODE_INT 0xcd
#define OPCODE_CLI 0xfa
#define OPCODE_STI 0xfb

#define SIGNAL_STACK (64 * 1024)

extern char _stext[], k896_etext[], _sinittext[], _einittext[];

struct host_cpu host_cpu;

static char signal_stack[SIGNAL_STACK];

static unsigned long nr_steps, nr_ticks;

static bool in_kernel_text(unsigned long ip)
{
	return (ip >= (unsigned long)_stext && ip < (unsigned long)k896_etext) ||
	       (ip >= (unsigned long)_sinittext && ip < (unsigned long)_einittext);
}

static void push(greg_t *regs, unsigned long word)
{
	regs[REG_ESP] -= (greg_t)sizeof(word);
	*(unsigned long *)regs[REG_ESP] = word;
}

/* deliver - have the interrupted code go on in the kernel's trap entry, interrupts off */
static void deliver(greg_t *regs, unsigned long vector, unsigned long error_code)
{
	unsigned long eflags = (unsigned long)regs[REG_EFL] & ~EFLAGS_IF;

	push(regs, eflags | (host_cpu.irqs_on ? EFLAGS_IF : 0));
	push(regs, (unsigned long)regs[REG_CS] & ~3UL); /* privilege level 0 */
	push(regs, (unsigned long)regs[REG_EIP]);
	push(regs, error_code);
	push(regs, vector);
	host_cpu.irqs_on = 0;
	regs[REG_EFL] = (greg_t)(eflags & ~(EFLAGS_TF | EFLAGS_NT));
	regs[REG_EIP] = (greg_t)host_trap_entry;
}

/* stand_in - do a privileged instruction's work. Return: false for one that is not known. */
static bool stand_in(greg_t *regs)
{
	const uint8_t *code = (const uint8_t *)regs[REG_EIP];

	if (!in_kernel_text((unsigned long)code))
		return false;
	switch (code[0]) {
	case OPCODE_INT:
		regs[REG_EIP] += 2;
		deliver(regs, code[1], 0);
		return true;
	case OPCODE_CLI:
		host_cpu.irqs_on = 0;
		break;
	case OPCODE_STI:
		host_cpu.irqs_on = 1;
		break;
	default:
		return false;
	}
	regs[REG_EIP] += 1;
	return true;
}

static void page_fault(greg_t *regs, unsigned long addr)
{
	unsigned long write = (unsigned long)regs[REG_ERR] & PF_WRITE;

	if (tlb_fill(addr, write))
		return;
	host_cpu.cr2 = addr;
	deliver(regs, VECTOR_PF, write | (page_is_present(addr) ? PF_PROT : 0));
}

/*
 * To the kernel a flush is one instruction, and nothing comes in its middle; nor is a
 * sanitizer's function the kernel's code. So when a step leads out of the kernel's text,
 * by a call, the trap flag is off until that call returns: to an INT3, as the return
 * address is exchanged for the time being.
 */
extern const char step_over_end[];
__asm__(".text\nstep_over_end: int3\n");

static unsigned long step_over_return;

static void step_over(greg_t *regs)
{
	unsigned long *return_address = (unsigned long *)regs[REG_ESP];

	if (step_over_return || !in_kernel_text(*return_address))
		return;
	step_over_return = *return_address;
	*return_address = (unsigned long)step_over_end;
	regs[REG_EFL] &= ~(greg_t)EFLAGS_TF;
}

static void step_over_done(greg_t *regs)
{
	regs[REG_EIP] = (greg_t)step_over_return;
	regs[REG_EFL] |= (greg_t)EFLAGS_TF;
	step_over_return = 0;
}

static void exception(int sig __attribute__((__unused__)), siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	greg_t *regs = uc->uc_mcontext.gregs;
	unsigned long vector = (unsigned long)regs[REG_TRAPNO];

	if (vector == VECTOR_PF) {
		page_fault(regs, (unsigned long)info->si_addr);
		return;
	}
	if (vector == VECTOR_GP && stand_in(regs))
		return;
	if (vector == VECTOR_DB && !in_kernel_text((unsigned long)regs[REG_EIP])) {
		step_over(regs);
		return;
	}
	if (vector == VECTOR_BP && regs[REG_EIP] == (greg_t)step_over_end + 1) {
		step_over_done(regs);
		vector = VECTOR_DB;
	}
	if (vector == VECTOR_DB) { /* nobody sets breakpoints: a single step */
		nr_steps++;
		host_cpu.dr6 |= DR6_BS;
	}
	deliver(regs, vector, (unsigned long)regs[REG_ERR]);
}

static void timer_signal(int sig __attribute__((__unused__)),
			 siginfo_t *info __attribute__((__unused__)), void *context)
{
	ucontext_t *uc = context;
	greg_t *regs = uc->uc_mcontext.gregs;

	nr_ticks++;
	if (host_cpu.irqs_on && in_kernel_text((unsigned long)regs[REG_EIP]))
		deliver(regs, VECTOR_IRQ, 0);
	else
		host_cpu.irqs_pending = 1;
}

void host_idle(void)
{
	sigset_t block, old;

	sigemptyset(&block);
	sigaddset(&block, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &block, &old);
	while (!host_cpu.irqs_pending)
		sigsuspend(&old);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void host_timer_start(unsigned int hz)
{
	struct itimerval tick = {.it_interval.tv_usec = (suseconds_t)(1000000 / hz)};

	tick.it_value = tick.it_interval;
	if (setitimer(ITIMER_REAL, &tick, NULL))
		die("cannot start the timer: %s", strerror(errno));
}

unsigned int host_usleep(unsigned int usecs)
{
	struct timespec begin, now;
	long passed;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		clock_gettime(CLOCK_MONOTONIC, &now);
		passed = (now.tv_sec - begin.tv_sec) * 1000000 +
			 (now.tv_nsec - begin.tv_nsec) / 1000;
	} while (passed < (long)usecs);
	return (unsigned int)passed;
}

void cpu_report(void)
{
	fprintf(stderr, "# CPU: %lu single steps, %lu ticks\n", nr_steps, nr_ticks);
}

/*
 * How a handler returns. The C library's way is INT 0x80, which newer kernels emulate, and
 * that takes five times as long as all the rest of a signal. __kernel_vsyscall, at %gs:16,
 * enters Linux by the fastest instruction there is; the four words that are on the stack by
 * then lie where the handler's arguments were, and sigreturn does not look at those.
 */
void signal_return(void);
__asm__(".text\n"
	"signal_return:\n\t"
	"addl $16, %esp\n\t"
	"movl $173, %eax\n\t" /* rt_sigreturn */
	"call *%gs:16\n");

/* As Linux has it; the C library's sigaction() would not take a restorer. */
struct kernel_sigaction {
	void (*handler)(int, siginfo_t *, void *);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};
#define SA_RESTORER 0x04000000UL

static void catch_signal(int sig, void (*handler)(int, siginfo_t *, void *))
{
	struct kernel_sigaction action = {
		.handler = handler,
		.flags = SA_SIGINFO | SA_ONSTACK | SA_RESTORER,
		.restorer = signal_return,
		.mask = ~0ULL,
	};

	if (syscall(SYS_rt_sigaction, sig, &action, NULL, sizeof(action.mask)))
		die("cannot catch signal %d: %s", sig, strerror(errno));
}

void cpu_init(void)
{
	static const int exceptions[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
	stack_t stack = {.ss_sp = signal_stack, .ss_size = sizeof(signal_stack)};
	sigset_t none;
	unsigned int i;

	if (sigaltstack(&stack, NULL))
		die("cannot set the signal stack: %s", strerror(errno));
	for (i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++)
		catch_signal(exceptions[i], exception);
	catch_signal(SIGALRM, timer_signal);
	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
}
