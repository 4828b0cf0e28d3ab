/* SPDX-License-Identifier: MIT */
/*
 * Formatted output into a buffer: the C library's printf without floating point,
 * and Linux's extensions to %p.
 *
 *   %c %s %%               "(null)" for a NULL string, "(efault)" for a pointer
 *                          into page 0 or one that is an error number
 *   %d %i %u %x %X %o      hh h l ll z t j as length; flags - + space # 0; width and
 *                          precision as numbers or *
 *   %p %px                 an address in hex, all digits, no 0x. Unlike Linux's, %p
 *                          is not hashed: there is nobody here to hide it from
 *   %pa %pa[p]             pointer to a phys_addr_t: 0x and all its digits
 *   %pS %ps                address of code: name+0xoffset/0xsize, or the name alone;
 *                          the number where there is no symbol
 *   %pB                    %pS of a return address, which may lie behind the function
 *   %*ph                   as many bytes (at most 64) in hex, a space between; with a C
 *                          behind it a colon, D a hyphen, N nothing
 *
 * Context of all: any. No locks, no allocation, about 200 bytes of stack.
 */
#ifndef KERNEL_LIB_VSPRINTF_H
#define KERNEL_LIB_VSPRINTF_H

#include <kernel/lib/types.h>
#include <kernel/lib/stdarg.h>

/**
 * vsnprintf - format into a buffer
 * @buf:  buffer; may be NULL when @size is 0
 * @size: its bytes; the output is cut to fit and, unless @size is 0, terminated
 * @fmt:  format, as above; an unknown conversion is copied as it stands
 * @args: what to format
 * Return: bytes that the whole output has, without the terminator; not less than
 *         @size means that it was cut.
 */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

/** vscnprintf, scnprintf - vsnprintf(). Return: bytes really written, without the terminator. */
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

/*
 * vsprintf_symbolizer_t - name the function that holds @addr: its name, or NULL;
 * @size and @offset are where it ends and where in it @addr lies, in bytes.
 */
typedef const char *(*vsprintf_symbolizer_t)(unsigned long addr, unsigned long *size,
					     unsigned long *offset);

/**
 * vsprintf_set_symbolizer - who knows names for %pS, %ps and %pB
 * @lookup: called in any context; NULL for nobody, as at the start
 *
 * This library stands below the symbol table, which therefore registers itself.
 */
void vsprintf_set_symbolizer(vsprintf_symbolizer_t lookup);

#endif
