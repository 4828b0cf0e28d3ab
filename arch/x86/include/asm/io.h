/* SPDX-License-Identifier: MIT */
/* <arch/io.h> on x86: port instructions, and moves that the compiler leaves alone. */
#ifndef ASM_IO_H
#define ASM_IO_H

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

#define BUILD_MMIO(suffix, type, reg, inreg)                                                            \
	static __always_inline type read##suffix(const volatile void __iomem *addr)                \
	{                                                                                          \
		type value;                                                                        \
                                                                                                   \
		__asm__ __volatile__("mov %1, %0"                                                  \
				     : reg(value)                                                  \
				     : "m"(*(const volatile type __force *)addr)                   \
				     : "memory");                                                  \
		return value;                                                                      \
	}                                                                                          \
	static __always_inline void write##suffix(type value, volatile void __iomem *addr)         \
	{                                                                                          \
		__asm__ __volatile__("mov %0, %1"                                                  \
				     :                                                             \
				     : inreg(value), "m"(*(volatile type __force *)addr)        \
				     : "memory");                                                  \
	}

BUILD_MMIO(b, u8, "=q", "q")
BUILD_MMIO(w, u16, "=r", "r")
BUILD_MMIO(l, u32, "=r", "r")
#undef BUILD_MMIO

#endif
