/* SPDX-License-Identifier: MIT */
/*
 * Contract: tell a checker which memory nobody may touch, from <asm/poison.h>.
 *
 * The allocators say so of what is free. A port that has a checker of memory accesses
 * (the host's is the address sanitizer) passes it on; then a use after free is found at
 * the instruction that makes it. A port that has none defines both as nothing, and no
 * instruction is spent.
 *
 *   arch_poison(addr, size)     [addr, addr + size) belongs to nobody
 *   arch_unpoison(addr, size)   it belongs to somebody from now on
 *
 * Of addresses in the direct map, any alignment, @size > 0. A checker may be lenient by
 * some bytes at either end. Whoever frees poisons last, and whoever allocates
 * unpoisons first.
 *
 * Context: any; the caller owns the memory.
 */
#ifndef ARCH_POISON_H
#define ARCH_POISON_H

#include <asm/poison.h>

#endif
