/* SPDX-License-Identifier: MIT */
/*
 * kernel/bench/ inside Linux: what its sources include becomes this file (linux.py makes
 * the names), and they compile as they are, since k896 calls things what Linux calls
 * them. Below is what differs.
 */
#ifndef K896_ON_LINUX_H
#define K896_ON_LINUX_H

#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/swap.h>
#include <linux/types.h>
#include <linux/vmalloc.h>
#include <linux/vmstat.h>
#include <asm/tsc.h>

#define __unused __maybe_unused

/* The log is where the rows go; only errors are sure to be on the console. */
struct seq_file;
#define seq_printf(m, fmt, ...)                                                                    \
	do {                                                                                       \
		(void)(m);                                                                         \
		printk(KERN_ERR fmt, ##__VA_ARGS__);                                               \
	} while (0)

/* No destructors. */
#define kmem_cache_create(name, size, align, flags, ctor, dtor)                                    \
	(kmem_cache_create)(name, size, align, flags, ctor)

/* Modules can ask neither for rest nor for the largest gap; live objects want the latter. */
static inline void mm_quiesce(void)
{
}

struct vmalloc_stats {
	unsigned long largest_gap;
};

static inline void vmalloc_get_stats(struct vmalloc_stats *stats)
{
	stats->largest_gap = ULONG_MAX;
}

#undef VMALLOC_START
#undef VMALLOC_END
#define VMALLOC_START 0UL
#define VMALLOC_END   0UL

#endif
