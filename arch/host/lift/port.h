/* SPDX-License-Identifier: MIT */
/* What the smallest port has beyond the contract. */
#ifndef ARCH_HOST_LIFT_PORT_H
#define ARCH_HOST_LIFT_PORT_H

#include <kernel/lib/types.h>

/* lift_make_ram - let there be @size bytes of RAM at physical address 0, all in the direct map */
void lift_make_ram(size_t size);

/* How often kbug() has reported a caller's bug. */
extern unsigned int lift_nr_bugs;

#endif
