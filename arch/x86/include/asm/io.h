/* SPDX-License-Identifier: MIT */
/* <arch/io.h> on x86: ports, and moves that the compiler leaves alone. */
#ifndef ASM_IO_H
#define ASM_IO_H

#include <kernel/lib/types.h>
#include <asm/portio.h>

#define BUILD_MMIO(suffix, type, reg, inreg)                                                       \
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
				     : inreg(value), "m"(*(volatile type __force *)addr)           \
				     : "memory");                                                  \
	}

BUILD_MMIO(b, u8, "=q", "q")
BUILD_MMIO(w, u16, "=r", "r")
BUILD_MMIO(l, u32, "=r", "r")
#undef BUILD_MMIO

/*
 * Blocks. A register may answer to one width only, and a device that decodes words may
 * not understand the bytes at the edge of a block: these are for device memory (frame
 * buffers, option ROMs, packet buffers). Words where both sides are aligned, else bytes.
 */
static inline void memcpy_fromio(void *dst, const volatile void __iomem *src, size_t n)
{
	u8 *to = dst;

	for (; n >= 4 && !(((unsigned long)to | (unsigned long)src) & 3); n -= 4, to += 4, src += 4)
		*(u32 *)to = readl(src);
	for (; n; n--, to++, src++)
		*to = readb(src);
}

static inline void memcpy_toio(volatile void __iomem *dst, const void *src, size_t n)
{
	const u8 *from = src;

	for (; n >= 4 && !(((unsigned long)from | (unsigned long)dst) & 3);
	     n -= 4, from += 4, dst += 4)
		writel(*(const u32 *)from, dst);
	for (; n; n--, from++, dst++)
		writeb(*from, dst);
}

static inline void memset_io(volatile void __iomem *dst, int c, size_t n)
{
	for (; n >= 4 && !((unsigned long)dst & 3); n -= 4, dst += 4)
		writel((c & 0xff) * 0x01010101U, dst);
	for (; n; n--, dst++)
		writeb(c & 0xff, dst);
}

#endif
