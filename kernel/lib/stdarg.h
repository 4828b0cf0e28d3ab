/* SPDX-License-Identifier: MIT */
/*
 * Variable arguments, from the compiler: -nostdinc leaves <stdarg.h> out.
 */
#ifndef KERNEL_LIB_STDARG_H
#define KERNEL_LIB_STDARG_H

typedef __builtin_va_list va_list;
#define va_start(v, l) __builtin_va_start(v, l)
#define va_end(v)      __builtin_va_end(v)
#define va_arg(v, t)   __builtin_va_arg(v, t)
#define va_copy(d, s)  __builtin_va_copy(d, s)

#endif
