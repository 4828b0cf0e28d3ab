/* SPDX-License-Identifier: MIT */
/*
 * What the smallest port has in place of a machine: a few calls of the C library, whose
 * own headers do not go with the kernel's. On i386 the kernel may be compiled to pass
 * arguments in registers; the C library is not.
 */
#ifndef ASM_LIBC_H
#define ASM_LIBC_H

#include <kernel/lib/types.h>

#ifdef __i386__
#define __libc __attribute__((__regparm__(0)))
#else
#define __libc
#endif

#define PROT_READ           1
#define PROT_WRITE          2
#define MAP_PRIVATE         0x2
#define MAP_ANONYMOUS       0x20
#define MAP_FIXED_NOREPLACE 0x100000

void *__libc mmap(void *addr, size_t len, int prot, int flags, int fd, long offset);
ssize_t __libc write(int fd, const void *buf, size_t len);
ssize_t __libc read(int fd, void *buf, size_t len);
void __libc _exit(int status) __noreturn;

#endif
