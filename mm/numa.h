/* SPDX-License-Identifier: MIT */
/* Node numbers, as Linux has them in <linux/numa.h>. Without CONFIG_NUMA there is node 0. */
#ifndef MM_NUMA_H
#define MM_NUMA_H

#ifdef CONFIG_NUMA
#define NODES_SHIFT 3
#else
#define NODES_SHIFT 0
#endif

#define MAX_NUMNODES (1 << NODES_SHIFT)
#define NUMA_NO_NODE (-1)

#endif
