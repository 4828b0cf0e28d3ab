/* SPDX-License-Identifier: MIT */
/*
 * The boot story of the 64-bit process. It is kmain()'s, in kernel/main.c, but for what a PC
 * has and a process has not: firmware's map and its BIOS, boot-time page tables, devices,
 * and a kernel image that lies in RAM and is partly given away.
 */
#include <arch/irq.h>
#include <arch/mmu.h>
#include <asm/host.h>
#include <kernel/kallsyms.h>
#include <kernel/params.h>
#include <kernel/percpu.h>
#include <kernel/preempt.h>
#include <kernel/printk.h>
#include <kernel/selftest.h>
#include <kernel/time.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <mm/fault_describe.h>
#include <mm/highmem.h>
#include <mm/memblock.h>
#include <mm/mm.h>
#include <mm/pgtable_alloc.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <mm/tests/account.h>

static char selftest_which[256] = "all";

static int __init selftest_setup(const char *val)
{
	if (!*val || strlen(val) >= sizeof(selftest_which))
		return -EINVAL;
	strscpy(selftest_which, val, sizeof(selftest_which));
	return 0;
}
kernel_param("selftest", selftest_setup, "all|none|soak|[soak,][-]SUITE[.CASE][,...]",
	     "self-tests to run at boot");

static void stdout_write(struct console *con __unused, const char *s, unsigned int len)
{
	host_console_write(s, len);
}

static void console_init(void)
{
	static struct console console = {.name = "stdout", .write = stdout_write};

	register_console(&console);
}

/* What bootmem_init() and paging_init() do elsewhere. Page 0 is nobody's. */
static void add_memory(const struct host_ram *ram, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (ram[i].usable)
			memblock_add(ram[i].start, ram[i].end - ram[i].start);
	for (i = 0; i < nr; i++)
		if (!ram[i].usable)
			memblock_remove(ram[i].start, ram[i].end - ram[i].start);
	memblock_trim_memory(PAGE_SIZE);
	memblock_reserve(0, PAGE_SIZE);
	max_low_pfn = PFN_DOWN(min(memblock_end_of_DRAM(), host_low_limit));
	high_memory = __va(PFN_PHYS(max_low_pfn));
	memblock_set_current_limit(PFN_PHYS(max_low_pfn));
	memblock_allow_resize();
}

static void *percpu_alloc(size_t size, size_t align)
{
	return memblock_alloc(size, align);
}

void host_boot(const struct host_ram *ram, unsigned int nr, const char *cmdline)
{
	vsprintf_set_symbolizer(kallsyms_lookup);
	console_init();
	parse_cmdline(cmdline);
	sched_clock_init();
	add_memory(ram, nr);
	setup_per_cpu_areas(percpu_alloc);
	free_area_init();
	memblock_free_all();
	pgtable_use_page_allocator();
	init_per_zone_wmark_min();
	kmem_cache_init();
	kmap_init();
	vmalloc_init();
	fault_describe_init();
	memblock_discard();
	local_irq_enable();
	system_running = true;
}

int host_run_suites(void)
{
	kunit_set_account(&mm_test_account);
	if (!strcmp(selftest_which, "none"))
		return true;
	return kunit_run(selftest_which) == 0;
}
