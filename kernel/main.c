/* SPDX-License-Identifier: MIT */
/*
 * The boot story: kmain() reads like a table of contents, one line a stage, in
 * the order of memory's life.
 */
#include <kernel/boot_stages.h>
#include <kernel/bug.h>
#include <kernel/gcov.h>
#include <kernel/irq.h>
#include <kernel/kallsyms.h>
#include <kernel/panic.h>
#include <kernel/params.h>
#include <kernel/preempt.h>
#include <kernel/printk.h>
#include <kernel/selftest.h>
#include <kernel/seq.h>
#include <kernel/stackprotector.h>
#include <kernel/time.h>
#include <kernel/bench/bench.h>
#include <kernel/drivers/keyboard.h>
#include <kernel/drivers/serial.h>
#include <kernel/drivers/vga.h>
#include <kernel/monitor/monitor.h>
#include <mm/bootmem.h>
#include <mm/fault_describe.h>
#include <mm/highmem.h>
#include <mm/memblock.h>
#include <mm/mm.h>
#include <mm/pgtable_alloc.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <mm/tests/account.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <arch/cpu.h>
#include <arch/mmu.h>
#include <arch/setup.h>
#include <arch/traps.h>

void kmain(u32 magic, phys_addr_t info) __noreturn;

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

static bool exit_after_tests;

static int __init exit_setup(const char *val)
{
	int ret = param_bool(val, &exit_after_tests);

	arch_machine_exit_enable(exit_after_tests);
	return ret;
}
kernel_param("exit", exit_setup, "1",
	     "leave QEMU after the self-tests, verdict in the exit status");

/* run_selftests - as selftest= says. Return: how many suites failed. */
static int run_selftests(void)
{
	int failed = 0;

	kunit_set_account(&mm_test_account);
	if (strcmp(selftest_which, "none"))
		failed = kunit_run(selftest_which);
	return failed;
}

/* run_what_was_asked - by crash= and bench=; with exit=1 the machine is left with the verdict */
static void run_what_was_asked(int failed)
{
	crash_if_asked();
	bench_if_asked();
	if (exit_after_tests) {
		gcov_dump();
		arch_machine_exit(failed ? EXIT_FAILURE : EXIT_SUCCESS);
	}
}

static void *__init percpu_alloc(size_t size, size_t align)
{
	return bootmem_alloc(size, align, "Per-CPU areas");
}

void kmain(u32 magic, phys_addr_t info)
{
	int failed;

	boot_stage("entry, console, command line");
	boot_init_stack_canary();
	vsprintf_set_symbolizer(kallsyms_lookup);
	vga_init();
	setup_arch(magic, info);
	parse_cmdline(boot_info.cmdline);
	boot_stage("clock: 10 ms of the timer");
	sched_clock_init();
	boot_stage("memory map, memblock, page tables");
	bootmem_init();
	bootmem_map_memory();
	seq_show_on_console(show_layout);
	boot_stage("per-CPU areas, traps, interrupts");
	setup_per_cpu_areas(percpu_alloc);
	trap_init();
	init_IRQ();
	time_init();
	boot_stage("zones, mem_map, memblock to buddy");
	free_area_init();
	memblock_free_all();
	boot_stage("watermarks, slab, kmap, vmalloc");
	mem_init_print_info();
	pgtable_use_page_allocator();
	init_per_zone_wmark_min();
	kmem_cache_init();
	kmap_init();
	vmalloc_init();
	fault_describe_init();
	memblock_discard();
	boot_stage("devices, boot memory given back");
	serial_init();
	keyboard_init();
	local_irq_enable();
	system_running = true;
	early_ioremap_check_leaks();
	free_initmem();
	mark_rodata_ro();
	boot_stage("self-tests");
	failed = run_selftests();
	boot_stage(NULL);
	run_what_was_asked(failed);
	monitor_run();
}
