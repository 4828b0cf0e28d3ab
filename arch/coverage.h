/* SPDX-License-Identifier: MIT */
/* Contract: where a kernel of make coverage leaves what it has counted. */
#ifndef ARCH_COVERAGE_H
#define ARCH_COVERAGE_H

#include <kernel/lib/types.h>

/**
 * arch_coverage_write - pass bytes to whoever collects them outside of the machine
 * @data: bytes, as many as @size
 * @size: any
 *
 * Context: any, at the end of the kernel.
 */
void arch_coverage_write(const void *data, size_t size);

#endif
