/* SPDX-License-Identifier: MIT */
/* <arch/poison.h> in a process: the address sanitizer checks, if it was compiled in. */
#ifndef ASM_POISON_H
#define ASM_POISON_H

#include <kernel/lib/types.h>

#ifdef __SANITIZE_ADDRESS__

void __asan_poison_memory_region(const volatile void *addr, size_t size);
void __asan_unpoison_memory_region(const volatile void *addr, size_t size);

#define arch_poison(addr, size)   __asan_poison_memory_region((addr), (size))
#define arch_unpoison(addr, size) __asan_unpoison_memory_region((addr), (size))

#else

static __always_inline void arch_poison(const volatile void *addr __unused, size_t size __unused)
{
}

static __always_inline void arch_unpoison(const volatile void *addr __unused, size_t size __unused)
{
}

#endif
#endif
