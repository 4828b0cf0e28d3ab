/* SPDX-License-Identifier: MIT */
/*
 * Segment selectors. The order is fixed: boot/entry.asm loads the same numbers
 * from its first, smaller table, and trap_entry.asm names two of them again.
 */
#ifndef ASM_SEGMENT_H
#define ASM_SEGMENT_H

#define GDT_KERNEL_CODE 1
#define GDT_KERNEL_DATA 2
#define GDT_USER_CODE   3
#define GDT_USER_DATA   4
#define GDT_TSS         5
#define GDT_DF_TSS      6 /* the double fault's task */
#define GDT_PERCPU      7
#define GDT_ENTRIES     8

#define __KERNEL_CS (GDT_KERNEL_CODE * 8)
#define __KERNEL_DS (GDT_KERNEL_DATA * 8)
#define __USER_CS   (GDT_USER_CODE * 8 + 3)
#define __USER_DS   (GDT_USER_DATA * 8 + 3)
#define __PERCPU    (GDT_PERCPU * 8)

#define SEGMENT_RPL_MASK 3

#endif
