/* SPDX-License-Identifier: MIT */
/* What memory management knows about an address, told to the fault report. */
#ifndef MM_FAULT_DESCRIBE_H
#define MM_FAULT_DESCRIBE_H

/**
 * fault_describe_init - answer for the direct map, vmalloc, kmap and kmap_atomic
 * Context: boot, once mem_map, kmap and vmalloc are up.
 */
void fault_describe_init(void);

#endif
