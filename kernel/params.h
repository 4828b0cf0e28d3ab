/* SPDX-License-Identifier: MIT */
/*
 * Kernel command line: each subsystem declares its options beside its code.
 *
 *     static int __init slab_debug_setup(const char *val) { ... }
 *     kernel_param("slab_debug", slab_debug_setup, "FPZU[,cache]", "check slab objects");
 *
 * parse_cmdline() walks the line once, before memory is set up, and calls the
 * handlers in the order of the line. A name nobody declared is printed and
 * ignored; a handler that returns an error has its option named, and the
 * default stays.
 */
#ifndef KERNEL_PARAMS_H
#define KERNEL_PARAMS_H

#include <kernel/lib/types.h>

/*
 * struct kernel_param
 * @name:  before the '='
 * @set:   called with the text behind '=', or "" when there was none; it may
 *         not keep the pointer. 0, or a negative errno for a malformed value.
 * @usage: form of the value, for help and README
 * @help:  one line
 */
struct kernel_param {
	const char *name;
	int (*set)(const char *val);
	const char *usage;
	const char *help;
};

/* The table is kept after boot, for the monitor; the handlers are __init. */
#define kernel_param(pname, fn, pusage, phelp)                                                     \
	static const struct kernel_param __UNIQUE_ID(__kparam) __used __table(".param")            \
		__aligned(4) = {pname, fn, pusage, phelp}

/** parse_cmdline - hand each option of @cmdline to its handler. Context: boot. */
void parse_cmdline(const char *cmdline);

/**
 * parse_options - what parse_cmdline() does, with a table of the caller's
 * @cmdline: options separated by blanks; double quotes keep blanks in a value.
 *           A first word that is a path or ends in .elf is the image's name.
 * @params, @nr: the options that exist
 *
 * Context: any, one caller at a time.
 */
void parse_options(const char *cmdline, const struct kernel_param *params, unsigned int nr);

/** param_bool - "", "1", "on", "y" are true, "0", "off", "n" false. Return: 0 or -EINVAL. */
int param_bool(const char *val, bool *res);

#endif
