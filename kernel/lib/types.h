/* SPDX-License-Identifier: MIT */
/*
 * Fixed-width integers and the kernel's own scalar types. Complete in itself:
 * builds with -nostdinc.
 *
 * phys_addr_t counts physical bytes. It is a word: 32 bits on a 32-bit CPU without PAE, 64
 * on a 64-bit one. Print it with %pa and a pointer to it, so that formats stay right.
 */
#ifndef KERNEL_LIB_TYPES_H
#define KERNEL_LIB_TYPES_H

#include <kernel/lib/compiler.h>

typedef signed char s8;
typedef unsigned char u8;
typedef signed short s16;
typedef unsigned short u16;
typedef signed int s32;
typedef unsigned int u32;
typedef signed long long s64;
typedef unsigned long long u64;

typedef __SIZE_TYPE__ size_t;
typedef __PTRDIFF_TYPE__ ptrdiff_t;
typedef __INTPTR_TYPE__ intptr_t;
typedef __UINTPTR_TYPE__ uintptr_t;
typedef __INTPTR_TYPE__ ssize_t; /* as wide as size_t, and on i386 an int, as it is in libc */

typedef unsigned long phys_addr_t;
typedef phys_addr_t resource_size_t;

typedef unsigned int __bitwise gfp_t;
typedef unsigned int __bitwise slab_flags_t;

#ifndef __cplusplus
#define bool _Bool
#define true 1
#define false 0
#endif

#ifndef NULL
#define NULL ((void *)0)
#endif

#define CHAR_BIT      8
#define BITS_PER_LONG (CHAR_BIT * __SIZEOF_LONG__)
#define U8_MAX        ((u8)~0U)
#define U16_MAX       ((u16)~0U)
#define U32_MAX       ((u32)~0U)
#define U64_MAX       ((u64)~0ULL)
#define INT_MAX       ((int)(~0U >> 1))
#define INT_MIN       (-INT_MAX - 1)
#define UINT_MAX      (~0U)
#define LONG_MAX      ((long)(~0UL >> 1))
#define LONG_MIN      (-LONG_MAX - 1)
#define ULONG_MAX     (~0UL)
#define SIZE_MAX      ((size_t) ~(size_t)0)

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_head {
	struct hlist_node *first;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

typedef struct {
	int counter;
} atomic_t;

#endif
