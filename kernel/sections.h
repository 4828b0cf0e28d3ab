/* SPDX-License-Identifier: MIT */
/* Marks that linker.ld sets. Addresses, not values: use &mark or mark as an array. */
#ifndef KERNEL_SECTIONS_H
#define KERNEL_SECTIONS_H

#include <kernel/lib/types.h>

extern char __boot_start[], __boot_end[]; /* physical: .boot runs where it is loaded */
extern char _stext[], _etext[];
extern char __start_rodata[], __end_rodata[];
extern char _sdata[], _edata[];
extern char __start_ro_after_init[], __end_ro_after_init[]; /* the first part of data */
extern char __per_cpu_start[], __per_cpu_end[];
extern char __init_begin[], __init_end[];
extern char _sinittext[], _einittext[];
extern char __bss_start[], __bss_stop[];
extern char _end[];
extern char boot_stack_guard[], boot_stack[], boot_stack_top[];

#endif
