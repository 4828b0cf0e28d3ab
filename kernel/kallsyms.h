/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own symbol table: functions and variables by address, embedded at link time.
 */
#ifndef KERNEL_KALLSYMS_H
#define KERNEL_KALLSYMS_H

#include <kernel/lib/types.h>

#define KSYM_NAME_LEN 64

/**
 * kallsyms_lookup - the function that holds an address
 * @addr:   any address
 * @size:   out: bytes of the function; may be NULL
 * @offset: out: @addr's offset in it; may be NULL
 * Context: any. Return: its name, or NULL when @addr is not kernel text.
 *
 * printk's %pS prints "name+0xoff/0xsize", %ps the name alone.
 */
const char *kallsyms_lookup(unsigned long addr, unsigned long *size, unsigned long *offset);

/** kallsyms_lookup_data - likewise, the variable that holds an address of kernel data */
const char *kallsyms_lookup_data(unsigned long addr, unsigned long *size, unsigned long *offset);

/**
 * kallsyms_is_function - does a function that C can call start exactly there?
 * @addr: any address
 * Context: any. Return: false for assembly code too, of which nobody knows what it takes.
 */
bool kallsyms_is_function(unsigned long addr);

/** kallsyms_is_global - does a symbol that is not static lie exactly there? Context: any. */
bool kallsyms_is_global(unsigned long addr);

/** kallsyms_lookup_name - address of a function by its exact name, 0 when there is none */
unsigned long kallsyms_lookup_name(const char *name);
/** kallsyms_lookup_data_name - address of a variable by its exact name; of several one; or 0 */
unsigned long kallsyms_lookup_data_name(const char *name);

#endif
