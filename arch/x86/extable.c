/* SPDX-License-Identifier: MIT */
/*
 * Accesses that may fault, and what makes that harmless.
 *
 * The copy is one string instruction. If it faults, the CPU leaves in ECX how many
 * bytes were still to go; the exception table sends execution to the instruction
 * behind it, which finds ECX not zero. No other register needs mending.
 *
 * Reference: Linux 6.1 mm/maccess.c (what the calls mean), arch/x86/mm/extable.c.
 */
#include <kernel/lib/errno.h>
#include <kernel/lib/types.h>
#include <arch/traps.h>
#include <asm/extable.h>
#include <asm/traps.h>

extern const struct exception_table_entry __start___ex_table[];
extern const struct exception_table_entry __stop___ex_table[];

/* The table has a handful of entries, and is looked at after a fault only: search it in order. */
bool fixup_exception(struct pt_regs *regs)
{
	const struct exception_table_entry *e;

	for (e = __start___ex_table; e < __stop___ex_table; e++) {
		if (e->insn == regs->eip) {
			regs->eip = e->fixup;
			return true;
		}
	}
	return false;
}

static long copy_nofault(void *dst, const void *src, size_t size)
{
	__asm__ __volatile__("1:\trep movsb\n"
			     "2:" _ASM_EXTABLE(1b, 2b)
			     : "+D"(dst), "+S"(src), "+c"(size)
			     :
			     : "memory");
	return size ? -EFAULT : 0;
}

long copy_from_kernel_nofault(void *dst, const void *src, size_t size)
{
	return copy_nofault(dst, src, size);
}

long copy_to_kernel_nofault(void *dst, const void *src, size_t size)
{
	return copy_nofault(dst, src, size);
}
