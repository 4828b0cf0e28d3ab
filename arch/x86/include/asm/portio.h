/* SPDX-License-Identifier: MIT */
/* Port instructions of x86: the part of <asm/io.h> that asks for a machine of one's own. */
#ifndef ASM_PORTIO_H
#define ASM_PORTIO_H

#include <kernel/lib/types.h>

#define BUILD_PORT_IO(suffix, type)                                                                \
	static __always_inline type in##suffix(u16 port)                                           \
	{                                                                                          \
		type value;                                                                        \
                                                                                                   \
		__asm__ __volatile__("in" #suffix " %1, %0" : "=a"(value) : "Nd"(port));           \
		return value;                                                                      \
	}                                                                                          \
	static __always_inline void out##suffix(type value, u16 port)                              \
	{                                                                                          \
		__asm__ __volatile__("out" #suffix " %0, %1" : : "a"(value), "Nd"(port));          \
	}

BUILD_PORT_IO(b, u8)
BUILD_PORT_IO(w, u16)
BUILD_PORT_IO(l, u32)
#undef BUILD_PORT_IO

#endif
