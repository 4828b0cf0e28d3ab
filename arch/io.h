/* SPDX-License-Identifier: MIT */
/*
 * Contract: port and memory-mapped I/O, from <asm/io.h>.
 *   inb, inw, inl (port), outb, outw, outl (value, port)
 *   readb, readw, readl (const volatile void __iomem *), writeb, writew, writel
 *   memcpy_fromio(dst, src, n), memcpy_toio(dst, src, n), memset_io(dst, c, n)
 * Accesses to __iomem memory are neither reordered nor merged by the compiler.
 */
#ifndef ARCH_IO_H
#define ARCH_IO_H

#include <asm/io.h>

#endif
