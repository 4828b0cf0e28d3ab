/* SPDX-License-Identifier: MIT */
/*
 * Hands in memory: read it, write it, call what is in it.
 *
 * Reading and writing go through the exception table (copy_from_kernel_nofault() and its
 * twin): an address that faults gives a message. What a write breaks is the writer's.
 *
 * A call is as safe as the function called. What is refused is what is certainly no
 * function that C can call: anything that is not the exact start of one in the symbol
 * table, assembly code, parts that the compiler split off, what was freed with the .init
 * sections; and with clang, which passes arguments to static functions as it likes, those.
 *
 * Up to three arguments travel in registers, but to a function that takes a variable number
 * of them, as printk(), on the stack. Nothing says which one it is. So three or fewer are
 * handed over in both places.
 */
#include <kernel/kallsyms.h>
#include <kernel/sections.h>
#include <kernel/seq.h>
#include <kernel/monitor/monitor.h>
#include <kernel/lib/ctype.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <arch/traps.h>

/*
 * peek
 */

#define PEEK_LINE    16U
#define PEEK_DEFAULT 64U
#define PEEK_MAX     0x10000U

/* One line: the bytes that can be read in hex and as text, ".." and a blank for others. */
static void peek_line(struct seq_file *m, unsigned long addr, unsigned int len)
{
	char text[PEEK_LINE + 1];
	unsigned int i;

	seq_printf(m, "%08lx:", addr);
	for (i = 0; i < len; i++) {
		u8 byte;
		bool there = !copy_from_kernel_nofault(&byte, (void *)(addr + i), 1);

		text[i] = there ? isprint(byte) ? (char)byte : '.' : ' ';
		if (there)
			seq_printf(m, " %02x", byte);
		else
			seq_puts(m, " ..");
	}
	text[len] = '\0';
	seq_printf(m, "%*s  %s\n", (int)(PEEK_LINE - len) * 3, "", text);
}

static int peek_command(struct seq_file *m, int argc, char **argv)
{
	unsigned long addr, size = PEEK_DEFAULT;
	u8 byte;

	if (argc < 2 || argc > 3 || monitor_address(argv[1], &addr) ||
	    (argc == 3 && monitor_size(argv[2], &size)) || size > PEEK_MAX)
		return -EINVAL;
	if (copy_from_kernel_nofault(&byte, (void *)addr, 1))
		seq_printf(m, "%08lx: fault: nothing can be read there\n", addr);
	size = min(size - 1, ULONG_MAX - addr); /* the last byte of all is the last one shown */
	for (;; addr += PEEK_LINE, size -= PEEK_LINE) {
		peek_line(m, addr, (unsigned int)min(size, PEEK_LINE - 1UL) + 1);
		if (size < PEEK_LINE)
			return 0;
	}
}
monitor_command("peek", peek_command, "ADDR [SIZE]",
		"memory in hex and as text; 64 bytes, or up to 64K", "peek 0xc0101000 32", NULL);

/*
 * poke
 */

static int poke_command(struct seq_file *m, int argc, char **argv)
{
	unsigned long addr, value, size = sizeof(value), old = 0;

	if (argc < 3 || argc > 4 || monitor_address(argv[1], &addr) ||
	    monitor_number(argv[2], &value))
		return -EINVAL;
	if (argc == 4 && (monitor_number(argv[3], &size) || (size != 1 && size != 2 && size != 4)))
		return -EINVAL;
	if (size < sizeof(value) && value >> (8 * size))
		return -EINVAL;
	/* Little endian: the low bytes come first, whatever the size. */
	if (copy_from_kernel_nofault(&old, (void *)addr, size))
		seq_printf(m, "%08lx: fault: nothing can be read there\n", addr);
	else if (copy_to_kernel_nofault((void *)addr, &value, size))
		seq_printf(m, "%08lx: fault: it cannot be written\n", addr);
	else
		seq_printf(m, "%08lx: %#lx, was %#lx\n", addr, value, old);
	return 0;
}
monitor_command("poke", poke_command, "ADDR VALUE [1|2|4]",
		"write a byte, two, or four; what cannot be written stays",
		"poke 0xc00b8000 0x0741 2", NULL);

/*
 * call
 */

#define CALL_ARGS_MAX (MONITOR_ARGS_MAX - 2)
#define CALL_REGS     3

#ifdef __clang__
#define STATIC_IS_CALLABLE false
#else
#define STATIC_IS_CALLABLE true
#endif

typedef unsigned long (*called_t)(unsigned long, unsigned long, unsigned long, unsigned long,
				  unsigned long, unsigned long);
BUILD_BUG_ON(CALL_ARGS_MAX != 6);

/* Why an address must not be called; NULL when it may be. */
static const char *not_callable(unsigned long addr)
{
	unsigned long offset;
	const char *name = kallsyms_lookup(addr, NULL, &offset);

	if (!name)
		return "no kernel text is there";
	if (offset)
		return "it is the middle of a function";
	if (addr >= (unsigned long)__init_begin && addr < (unsigned long)__init_end)
		return "it was freed when the kernel had started";
	if (!kallsyms_is_function(addr))
		return "it is assembly code, not a function";
	if (strchr(name, '.'))
		return "it is a part that the compiler made of a function";
	if (!STATIC_IS_CALLABLE && !kallsyms_is_global(addr))
		return "it is static, and clang calls those in a way of its own";
	return NULL;
}

/* An argument: a number, a name, or the address of a word that stood in quotes. */
static int call_argument(char *word, unsigned long *res)
{
	if (word[-1] == '"') {
		*res = (unsigned long)word;
		return 0;
	}
	return monitor_address(word, res);
}

/* call_arguments - Return: 0, or -EINVAL when a word is none, which has been said. */
static int call_arguments(struct seq_file *m, unsigned long *args, int nr, char **words)
{
	int i;

	for (i = 0; i < nr; i++) {
		if (call_argument(words[i], &args[i])) {
			seq_printf(m, "%s: no number, and nothing is called so\n", words[i]);
			return -EINVAL;
		}
	}
	for (i = 0; i < nr && nr <= CALL_REGS; i++)
		args[CALL_REGS + i] = args[i];
	return 0;
}

static int call_command(struct seq_file *m, int argc, char **argv)
{
	unsigned long args[CALL_ARGS_MAX] = {0}, addr, ret;
	const char *why;

	if (argc < 2)
		return -EINVAL;
	if (monitor_address(argv[1], &addr)) {
		seq_printf(m, "%s: not called: nothing is called so\n", argv[1]);
		return -EINVAL;
	}
	if (call_arguments(m, args, argc - 2, argv + 2))
		return -EINVAL;
	why = not_callable(addr);
	if (why) {
		seq_printf(m, "%s: not called: %s\n", argv[1], why);
		return 0;
	}
	ret = ((called_t)addr)(args[0], args[1], args[2], args[3], args[4], args[5]);
	seq_printf(m, "%ps returned %#lx (%ld)\n", (void *)addr, ret, (long)ret);
	return 0;
}
monitor_command("call", call_command, "FUNCTION [ARG..]",
		"call a function with up to 6 numbers, addresses or \"strings\"",
		"call nr_free_pages", NULL);
