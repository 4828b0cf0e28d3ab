/* SPDX-License-Identifier: MIT */
/* <arch/poison.h> on the CPU, where nobody checks. */
#ifndef ASM_POISON_H
#define ASM_POISON_H

#include <kernel/lib/types.h>

static __always_inline void arch_poison(const volatile void *addr __unused, size_t size __unused)
{
}

static __always_inline void arch_unpoison(const volatile void *addr __unused, size_t size __unused)
{
}

#endif
