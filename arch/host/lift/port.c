/* SPDX-License-Identifier: MIT */
/*
 * The smallest port of mm/: one CPU, no interrupts, no page tables. Memory is a piece of
 * the process's own, and the console its standard output.
 *
 * What is inline stands in include/asm/; here is the rest, which is a voice, ways to stop,
 * and a few variables. A kernel that has a printk() and a panic() of its own puts them in
 * the place of these.
 */
#include <kernel/bug.h>
#include <kernel/preempt.h>
#include <kernel/time.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <arch/host/lift/port.h>
#include <arch/mmu.h>
#include <arch/traps.h>
#include <asm/libc.h>

/* Of the direct map; where there are page tables to be made, paging_init() sets them. */
unsigned long max_low_pfn;
void *high_memory;

/* Slots that high memory would use. */
pte_t pkmap_page_table[LAST_PKMAP];
pte_t fixmap_page_table[__end_of_fixed_addresses];

/* Per-CPU data of one CPU is just data. With more, take kernel/percpu.c. */
DEFINE_PER_CPU(unsigned int, __preempt_count);
unsigned long __per_cpu_offset[NR_CPUS];
unsigned int nr_cpu_ids = 1;

unsigned int lift_nr_bugs;

void lift_make_ram(size_t size)
{
	void *ram = mmap((void *)PAGE_OFFSET, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	BUG_ON(ram != (void *)PAGE_OFFSET);
	max_low_pfn = PFN_DOWN(size);
	high_memory = __va(size);
}

/*
 * The voice
 */

static void say(const char *before, const char *fmt, va_list args, const char *after)
{
	char line[512];
	int len = scnprintf(line, sizeof(line), "%s", before);

	if (fmt[0] == KERN_SOH[0])
		fmt += 2; /* the level: all are printed here */
	len += vscnprintf(line + len, sizeof(line) - (size_t)len, fmt, args);
	len += scnprintf(line + len, sizeof(line) - (size_t)len, "%s", after);
	if (write(1, line, (size_t)len) != len)
		_exit(2);
}

#define SAY(before, fmt, after)                                                                    \
	({                                                                                         \
		va_list args;                                                                      \
		va_start(args, fmt);                                                               \
		say(before, fmt, args, after);                                                     \
		va_end(args);                                                                      \
	})

int printk(const char *fmt, ...)
{
	SAY("", fmt, "");
	return 0;
}

bool __ratelimit(struct ratelimit_state *rs)
{
	return rs->printed++ < rs->burst;
}

void warn_begin(const char *fmt, ...)
{
	SAY("WARNING: ", fmt, "\n");
}

void warn_end(void)
{
}

void __warn(const char *file __unused, int line __unused, const char *fmt, ...)
{
	SAY("WARNING: ", fmt, "\n");
}

/* Allocation events are stamped with the time; where there is no clock, a count orders them, too. */
u64 sched_clock(void)
{
	static u64 nr_asked;

	return ++nr_asked;
}

/*
 * Stopping. After a caller's bug nothing need stop, as the allocators have changed
 * nothing; a kernel might rather.
 */

void panic(const char *fmt, ...)
{
	SAY("panic: ", fmt, "\n");
	_exit(1);
}

void __bug(const char *file, int line, const char *what)
{
	panic("BUG at %s:%d: %s", file, line, what);
}

void kbug_begin(const char *fmt, ...)
{
	SAY("BUG: ", fmt, "\n");
}

void kbug_end(void)
{
	lift_nr_bugs++;
}

void kbug(const char *fmt, ...)
{
	SAY("BUG: ", fmt, "\n");
	kbug_end();
}

void __might_sleep(const char *file, int line)
{
	kbug("sleeping function called from invalid context at %s:%d", file, line);
}

/*
 * For reports and options that this port is poor in
 */

unsigned int stack_trace_save(unsigned long *entries __unused, unsigned int nr __unused,
			      unsigned int skip __unused)
{
	return 0;
}

long copy_from_kernel_nofault(void *dst, const void *src, size_t size)
{
	memcpy(dst, src, size);
	return 0;
}

/* debug_pagealloc=on alone asks for it, and wants page tables. */
void direct_map_set_present(unsigned long pfn __unused, unsigned long nr_pages __unused,
			    bool present __unused)
{
	BUG();
}
