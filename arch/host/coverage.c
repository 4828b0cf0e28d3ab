/* SPDX-License-Identifier: MIT */
/* <arch/coverage.h> in a process: the file that was named by --coverage. */
#include <arch/coverage.h>
#include <asm/host.h>

void arch_coverage_write(const void *data, size_t size)
{
	host_coverage_write(data, (unsigned int)size);
}
