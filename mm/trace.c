/* SPDX-License-Identifier: MIT */
/*
 * The ring buffers of allocation events.
 *
 * Idea: an event is 32 bytes, written where it happens: fill the next entry of this CPU's
 * ring, then count it. Text is made when somebody reads. So recording is some thirty
 * instructions, and what is recorded does not depend on who reads or when.
 *
 * A ring never fills up: the newest event overwrites the oldest, since what led to the
 * present state is what one wants to know. A counter that is never reset tells an event's
 * place, its low bits, and whether it is there still.
 *
 * The rings are vmalloc's, made when tracing is first asked for: a kernel that is not
 * traced has none. Making and freeing them is not recorded, as tracing is off then.
 *
 * Locking: a ring is written by its CPU, interrupts off. A reader copies an entry with
 * interrupts off; what it copied of another CPU's may be torn, which the counter, read
 * afterwards, shows: the oldest entry of a full ring is the one that may be changing, and
 * does not count as there. Starting and stopping is for one at a time.
 *
 * Reference: Linux 6.1 include/trace/events/kmem.h (names and fields), kernel/trace/
 * ring_buffer.c, which is a lot more.
 */
#include <kernel/bug.h>
#include <kernel/percpu.h>
#include <kernel/seq.h>
#include <kernel/time.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <arch/irq.h>
#include <arch/traps.h>

#include <mm/fast_paths.h>
#include <mm/internal.h>
#include <mm/slab.h>
#include <mm/trace.h>
#include <mm/vmalloc.h>

struct mm_trace_entry {
	u64 nanos;
	unsigned long caller;
	unsigned long where;
	unsigned long size;
	unsigned long room;
	gfp_t gfp;
	u32 event;
};

BUILD_BUG_ON(sizeof(struct mm_trace_entry) != 16 + 4 * sizeof(long)); /* no holes */

/*
 * struct mm_trace_ring - one CPU's
 * @entry: NULL while there is none
 * @next:  events ever recorded; the next goes to entry[@next % entries]
 */
struct mm_trace_ring {
	struct mm_trace_entry *entry;
	unsigned long next;
};

static DEFINE_PER_CPU(struct mm_trace_ring, trace_ring);
static unsigned long trace_entries; /* of each ring, a power of two */
bool mm_trace_on;

noinline void __mm_trace(enum mm_event event, unsigned long caller, unsigned long where,
			 unsigned long size, unsigned long room, gfp_t gfp)
{
	struct mm_trace_entry *entry;
	struct mm_trace_ring *ring;
	unsigned long flags;

	local_irq_save(flags);
	ring = this_cpu_ptr(&trace_ring);
	entry = &ring->entry[ring->next & (trace_entries - 1)];
	entry->nanos = sched_clock();
	entry->caller = caller;
	entry->where = where;
	entry->size = size;
	entry->room = room;
	entry->gfp = gfp;
	entry->event = event;
	WRITE_ONCE(ring->next, ring->next + 1);
	local_irq_restore(flags);
}

static void trace_fault(const struct fault_info *info)
{
	mm_trace(MM_PAGE_FAULT, info->ip, info->address, info->error_code, 0, (__force gfp_t)0);
}

/*
 * On and off
 */

static void free_rings(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct mm_trace_ring *ring = per_cpu_ptr(&trace_ring, cpu);

		vfree(ring->entry);
		*ring = (struct mm_trace_ring){.entry = NULL};
	}
	trace_entries = 0;
}

static int make_rings(unsigned long entries)
{
	unsigned int cpu;

	free_rings();
	for_each_possible_cpu(cpu) {
		struct mm_trace_ring *ring = per_cpu_ptr(&trace_ring, cpu);

		ring->entry = __vmalloc(entries * sizeof(*ring->entry), GFP_KERNEL | __GFP_NOWARN);
		if (!ring->entry) {
			free_rings();
			return -ENOMEM;
		}
	}
	trace_entries = entries;
	return 0;
}

static void set_tracing(bool on)
{
	WRITE_ONCE(mm_trace_on, on);
	set_page_fault_trace(on ? trace_fault : NULL);
	update_fast_paths();
}

int mm_trace_start(unsigned long entries)
{
	if (!entries || entries > MM_TRACE_ENTRIES_MAX || (entries & (entries - 1)))
		return -EINVAL;
	mm_trace_stop();
	if (entries != trace_entries && make_rings(entries))
		return -ENOMEM;
	set_tracing(true);
	return 0;
}

void mm_trace_stop(void)
{
	set_tracing(false);
}

void mm_trace_clear(void)
{
	mm_trace_stop();
	free_rings();
}

void mm_trace_get_stats(struct mm_trace_stats *stats)
{
	unsigned int cpu;

	*stats = (struct mm_trace_stats){.on = mm_trace_on, .entries = trace_entries};
	for_each_possible_cpu(cpu) {
		unsigned long next = READ_ONCE(per_cpu_ptr(&trace_ring, cpu)->next);

		stats->recorded += next;
		stats->lost += next > trace_entries ? next - trace_entries : 0;
	}
}

/*
 * Reading
 */

/* Copy event @n of a CPU. Return: false when it has been overwritten. */
static bool copy_entry(unsigned int cpu, unsigned long n, struct mm_trace_entry *entry)
{
	struct mm_trace_ring *ring = per_cpu_ptr(&trace_ring, cpu);
	unsigned long flags;
	bool there;

	local_irq_save(flags);
	*entry = ring->entry[n & (trace_entries - 1)];
	smp_rmb();
	there = READ_ONCE(ring->next) - n < trace_entries + (cpu == smp_processor_id());
	local_irq_restore(flags);
	return there;
}

static void show_args(struct seq_file *m, const struct mm_trace_entry *e)
{
	char flags[160];

	switch ((enum mm_event)e->event) {
	case MM_PAGE_ALLOC:
		seq_printf(m, "pfn=%#lx order=%lu gfp_flags=%s", e->where, e->size,
			   gfp_name(flags, sizeof(flags), e->gfp));
		break;
	case MM_PAGE_FREE:
		seq_printf(m, "pfn=%#lx order=%lu", e->where, e->size);
		break;
	case MM_KMEM_CACHE_ALLOC:
	case MM_KMALLOC:
		seq_printf(m, "ptr=%#lx bytes_req=%lu bytes_alloc=%lu gfp_flags=%s", e->where,
			   e->size, e->room, gfp_name(flags, sizeof(flags), e->gfp));
		break;
	case MM_VMALLOC:
		seq_printf(m, "ptr=%#lx bytes_req=%lu gfp_flags=%s", e->where, e->size,
			   gfp_name(flags, sizeof(flags), e->gfp));
		break;
	case MM_KMAP:
	case MM_KUNMAP:
	case MM_KMAP_ATOMIC:
	case MM_KUNMAP_ATOMIC:
		seq_printf(m, "ptr=%#lx pfn=%#lx", e->where, e->size);
		break;
	case MM_PAGE_FAULT:
		seq_printf(m, "address=%#lx error_code=%#lx", e->where, e->size);
		break;
	default:
		seq_printf(m, "ptr=%#lx", e->where);
	}
}

static void show_entry(struct seq_file *m, unsigned int cpu, const struct mm_trace_entry *e)
{
	static const char *const names[NR_MM_EVENTS] = {
		[MM_PAGE_ALLOC] = "mm_page_alloc",
		[MM_PAGE_FREE] = "mm_page_free",
		[MM_KMEM_CACHE_ALLOC] = "kmem_cache_alloc",
		[MM_KMEM_CACHE_FREE] = "kmem_cache_free",
		[MM_KMALLOC] = "kmalloc",
		[MM_KFREE] = "kfree",
		[MM_VMALLOC] = "vmalloc",
		[MM_VFREE] = "vfree",
		[MM_KMAP] = "kmap",
		[MM_KUNMAP] = "kunmap",
		[MM_KMAP_ATOMIC] = "kmap_atomic",
		[MM_KUNMAP_ATOMIC] = "kunmap_atomic",
		[MM_PAGE_FAULT] = "page_fault",
	};

	seq_printf(m, "%u %llu %s: ", cpu, e->nanos, names[e->event]);
	show_args(m, e);
	seq_printf(m, " call_site=%pS\n", (void *)e->caller);
}

/*
 * Where a reader is: the next event of each CPU that he wants, and where he ends; and how
 * many were overwritten before he came to them.
 */
struct mm_trace_reader {
	unsigned long next[NR_CPUS];
	unsigned long end[NR_CPUS];
	unsigned long overtaken;
};

/* next_entry - the oldest of the CPUs' next events. Return: its CPU, or -1 at the end. */
static int next_entry(struct mm_trace_reader *reader, struct mm_trace_entry *entry)
{
	struct mm_trace_entry e;
	int oldest = -1;
	unsigned int cpu;

	*entry = (struct mm_trace_entry){.nanos = U64_MAX};
	for_each_possible_cpu(cpu) {
		while (reader->next[cpu] != reader->end[cpu] &&
		       !copy_entry(cpu, reader->next[cpu], &e)) {
			reader->next[cpu]++;
			reader->overtaken++;
		}
		if (reader->next[cpu] == reader->end[cpu])
			continue;
		if (e.nanos < entry->nanos) {
			*entry = e;
			oldest = (int)cpu;
		}
	}
	if (oldest >= 0)
		reader->next[oldest]++;
	return oldest;
}

static unsigned long begin_reading(struct mm_trace_reader *reader)
{
	unsigned long nr = 0;
	unsigned int cpu;

	*reader = (struct mm_trace_reader){};
	for_each_possible_cpu(cpu) {
		unsigned long end = READ_ONCE(per_cpu_ptr(&trace_ring, cpu)->next);

		reader->end[cpu] = end;
		reader->next[cpu] = end > trace_entries ? end - trace_entries : 0;
		nr += end - reader->next[cpu];
	}
	return nr;
}

void show_mm_trace(struct seq_file *m, unsigned long last)
{
	struct mm_trace_reader reader;
	struct mm_trace_stats stats;
	struct mm_trace_entry entry;
	unsigned long nr;
	int cpu;

	mm_trace_get_stats(&stats);
	nr = begin_reading(&reader);
	seq_printf(m, "# k896 trace 1: %lu events, %lu lost\n", stats.recorded, stats.lost);
	for (; (cpu = next_entry(&reader, &entry)) >= 0; nr--)
		if (nr <= last)
			show_entry(m, (unsigned int)cpu, &entry);
	if (reader.overtaken)
		seq_printf(m, "# %lu overwritten while they were read\n", reader.overtaken);
	seq_puts(m, "# end\n");
}
