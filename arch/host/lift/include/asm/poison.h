/* SPDX-License-Identifier: MIT */
/* <arch/poison.h>: the address sanitizer checks, if the program was compiled with it. */
#ifndef ASM_POISON_H
#define ASM_POISON_H

#include <kernel/lib/types.h>

#ifdef __SANITIZE_ADDRESS__

void __asan_poison_memory_region(const volatile void *addr, size_t size);
void __asan_unpoison_memory_region(const volatile void *addr, size_t size);

#define arch_poison(addr, size)   __asan_poison_memory_region((addr), (size))
#define arch_unpoison(addr, size) __asan_unpoison_memory_region((addr), (size))

#else

#define arch_poison(addr, size)   ((void)(addr), (void)(size))
#define arch_unpoison(addr, size) ((void)(addr), (void)(size))

#endif
#endif
