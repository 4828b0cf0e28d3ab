/* SPDX-License-Identifier: MIT */
/*
 * Single stepping: <arch/step.h> by the trap flag.
 *
 * With EFLAGS.TF set the CPU raises the debug exception after each instruction (a
 * repeated string instruction: after each iteration). The exception is a trap: the
 * EIP it saves is that of the next instruction, so the handler has to remember the
 * last one it saw to know which instruction has just been executed. The gate clears
 * TF, so the handler, and whatever it calls, runs at full speed; IRET sets it again.
 *
 * When could an interrupt come? Between two instructions if IF is set, but for one
 * place: STI that finds IF clear takes effect only after the instruction that
 * follows it. There a CPU may still raise the debug exception, with IF set, although
 * no interrupt would come; so that boundary is left out. (QEMU holds off the debug
 * exception as well: the two instructions are one step.)
 *
 * PUSHF stores TF along with the rest, but that cannot go wrong: local_irq_restore()
 * looks at IF alone, and arch_longjmp() leaves TF off.
 *
 * Locking: the state is per CPU, touched with interrupts off.
 * Reference: SDM vol. 3, 17.3.1.4 (single-step), 6.8.1 (STI), 6.9 (priorities).
 */
#include <kernel/bug.h>
#include <kernel/percpu.h>
#include <kernel/lib/types.h>
#include <arch/step.h>
#include <asm/control.h>
#include <asm/irqflags.h>
#include <asm/step.h>
#include <asm/traps.h>

#define OPCODE_STI 0xfb

/*
 * struct step_state - the run on this CPU
 * @each:     NULL when there is none
 * @last_ip:  the instruction that will have been executed at the next trap
 * @irqs_were_on: IF before that instruction
 */
struct step_state {
	void (*each)(void *arg);
	void *each_arg;
	unsigned long last_ip;
	bool irqs_were_on;
	struct step_count count;
};

static DEFINE_PER_CPU(struct step_state, step_state);

static bool is_edge(unsigned long ip)
{
	return ip >= (unsigned long)step_call && ip < (unsigned long)step_call_end;
}

/* interrupt_could_come - here, after the instruction at @state->last_ip? */
static bool interrupt_could_come(const struct step_state *state, const struct pt_regs *regs)
{
	if (!(regs->eflags & X86_EFLAGS_IF))
		return false;
	if (state->irqs_were_on || regs->eip != state->last_ip + 1)
		return true;
	return *(const u8 *)state->last_ip != OPCODE_STI;
}

bool step_trap(struct pt_regs *regs)
{
	struct step_state *state = this_cpu_ptr(&step_state);

	if (!(read_dr6() & X86_DR6_BS) || !state->each)
		return false;
	write_dr6(X86_DR6_CLEAR);
	if (!is_edge(state->last_ip)) {
		state->count.nr_steps++;
		if (interrupt_could_come(state, regs)) {
			state->count.nr_calls++;
			in_hard_irq_context(state->each, state->each_arg);
		}
	}
	state->last_ip = regs->eip;
	state->irqs_were_on = regs->eflags & X86_EFLAGS_IF;
	return true;
}

struct step_count arch_single_step(void (*fn)(void *arg), void *arg, void (*each)(void *arg),
				   void *each_arg)
{
	struct step_state *state = this_cpu_ptr(&step_state);

	BUG_ON(state->each);
	*state = (struct step_state){
		.each = each,
		.each_arg = each_arg,
		.last_ip = (unsigned long)step_call, /* the CALL there */
	};
	step_call(fn, arg);
	state->each = NULL;
	return state->count;
}

void step_cancel(void)
{
	this_cpu_ptr(&step_state)->each = NULL;
}
