/* SPDX-License-Identifier: MIT */
/*
 * Allocation events: who allocated and freed what, when, in a ring buffer.
 *
 * Off, this costs the allocators nothing where a request takes its fast path (see
 * mm/fast_paths.c), and one branch that is never taken on the longer ways.
 */
#ifndef MM_TRACE_H
#define MM_TRACE_H

#include <kernel/lib/types.h>
#include <mm/gfp.h>

struct seq_file;

/* With Linux's names, where Linux has the event. */
enum mm_event {
	MM_PAGE_ALLOC,
	MM_PAGE_FREE,
	MM_KMEM_CACHE_ALLOC,
	MM_KMEM_CACHE_FREE,
	MM_KMALLOC,
	MM_KFREE,
	MM_VMALLOC,
	MM_VFREE,
	MM_KMAP,
	MM_KUNMAP,
	MM_KMAP_ATOMIC,
	MM_KUNMAP_ATOMIC,
	MM_PAGE_FAULT,
	NR_MM_EVENTS,
};

/*
 * struct mm_trace_stats - what there is, and has been
 * @entries:  that each CPU's ring has room for; 0 without rings
 * @recorded: events since they were made
 * @lost:     of these overwritten
 */
struct mm_trace_stats {
	bool on;
	unsigned long entries;
	unsigned long recorded;
	unsigned long lost;
};

#define MM_TRACE_ENTRIES_DEFAULT 4096UL
#define MM_TRACE_ENTRIES_MAX     (1UL << 20)

extern bool mm_trace_on;

/* __mm_trace - record an event; what others call is mm_trace(), which asks whether to */
void __mm_trace(enum mm_event event, unsigned long caller, unsigned long where, unsigned long size,
		unsigned long room, gfp_t gfp);

/**
 * mm_trace - record an event, if that is on
 * @caller: return address of whoever asked; of a fault: the instruction
 * @where:  address; of pages the frame number
 * @size:   bytes asked for; of pages the order; of a fault the error code
 * @room:   bytes that there are; of an object that is freed its cache
 * @gfp:    of an allocation
 *
 * Context: any.
 */
static __always_inline void mm_trace(enum mm_event event, unsigned long caller, unsigned long where,
				     unsigned long size, unsigned long room, gfp_t gfp)
{
	if (unlikely(mm_trace_on))
		__mm_trace(event, caller, where, size, room, gfp);
}

/**
 * mm_trace_start - record events from now on
 * @entries: room of each CPU's ring, a power of two up to MM_TRACE_ENTRIES_MAX; rings of
 *           this size keep the events that they hold, others are made anew
 * Context: process context, may sleep.
 * Return: 0; -EINVAL for another @entries; -ENOMEM, and then there is no ring.
 */
int mm_trace_start(unsigned long entries) __must_check;

/** mm_trace_stop - record no more; what was recorded stays. Context: process. */
void mm_trace_stop(void);

/** mm_trace_clear - stop, and give the rings back. Context: process context. */
void mm_trace_clear(void);

/** mm_trace_get_stats - a moment's truth. Context: any. */
void mm_trace_get_stats(struct mm_trace_stats *stats);

/**
 * show_mm_trace - print events, the oldest first
 * @last: how many, of all CPUs; the last ones
 *
 * The format is described in mm/README.md. Events that come meanwhile are not shown;
 * those that they overwrite are left out, and counted.
 *
 * Context: process context.
 */
void show_mm_trace(struct seq_file *m, unsigned long last);

#endif
