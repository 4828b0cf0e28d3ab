/* SPDX-License-Identifier: MIT */
/*
 * The exception table: pairs of addresses. When the instruction at the first
 * faults in the kernel, execution goes on at the second. _ASM_EXTABLE stands in
 * an asm statement beside the instruction it covers:
 *
 *     __asm__("1: movl %1, %0\n2:" _ASM_EXTABLE(1b, 2b) : ...);
 */
#ifndef ASM_EXTABLE_H
#define ASM_EXTABLE_H

#include <kernel/lib/types.h>

struct exception_table_entry {
	unsigned long insn;
	unsigned long fixup;
};

#define _ASM_EXTABLE(insn, fixup)                                                                  \
	"\n\t.pushsection __ex_table, \"a\"\n\t"                                                   \
	".balign 4\n\t"                                                                            \
	".long " #insn ", " #fixup "\n\t"                                                          \
	".popsection\n\t"

/* read_word_nofault - one aligned or unaligned word, if it can be read. Return: could it? */
static __always_inline bool read_word_nofault(unsigned long addr, unsigned long *value)
{
	unsigned long failed = 1;
	unsigned long word = 0;

	__asm__ __volatile__("1:\tmovl %2, %1\n\t"
			     "xorl %0, %0\n"
			     "2:" _ASM_EXTABLE(1b, 2b)
			     : "+r"(failed), "+r"(word)
			     : "m"(*(const unsigned long *)addr));
	*value = word;
	return !failed;
}

#endif
