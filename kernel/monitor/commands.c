/* SPDX-License-Identifier: MIT */
/*
 * The monitor's commands: the views of all subsystems, the checkers, the tests, and
 * the ways out.
 */
#include <kernel/irq.h>
#include <kernel/printk.h>
#include <kernel/resource.h>
#include <kernel/selftest.h>
#include <kernel/seq.h>
#include <kernel/time.h>
#include <kernel/monitor/monitor.h>
#include <kernel/lib/compiler.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/math64.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <arch/cpu.h>
#include <arch/mmu.h>
#include <mm/check.h>
#include <mm/highmem.h>
#include <mm/memblock.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>

/* VIEW - a command that shows what one function prints */
#define VIEW(vname, vshow, vhelp)                                                                  \
	static void vname##_command(int argc __unused, char **argv __unused)                       \
	{                                                                                          \
		seq_show_on_console(vshow);                                                        \
	}                                                                                          \
	monitor_command(#vname, vname##_command, "", vhelp)

static void show_current_ptdump(struct seq_file *m)
{
	show_ptdump(m, current_pgd());
}

VIEW(meminfo, show_meminfo, "memory: total, free, by use");
VIEW(buddyinfo, show_buddyinfo, "free blocks of each order, by zone");
VIEW(zoneinfo, show_zoneinfo, "zones: watermarks, counts, per-CPU lists");
VIEW(slabinfo, show_slabinfo, "slab caches: objects, slabs, per-CPU arrays");
VIEW(vmallocinfo, show_vmallocinfo, "areas of vmalloc, vmap and ioremap");
VIEW(kmap, show_kmap, "slots of kmap() in use");
VIEW(memblock, show_memblock, "the allocator of early boot, as it was left");
VIEW(layout, show_layout, "the kernel's address space, region by region");
VIEW(ptdump, show_current_ptdump, "page tables: ranges of equal protection");
VIEW(iomem, show_iomem, "physical addresses and who has them");
VIEW(interrupts, show_interrupts, "interrupt lines: counts and handlers");

static void dmesg_command(int argc __unused, char **argv __unused)
{
	dmesg();
}
monitor_command("dmesg", dmesg_command, "", "the kernel's messages since boot");

static void uptime_command(int argc __unused, char **argv __unused)
{
	u32 micros;
	u64 seconds = div_u64_rem(div_u64(sched_clock(), 1000), 1000000, &micros);

	pr_raw("up %llu.%06u seconds, %lu ticks\n", seconds, micros, jiffies);
}
monitor_command("uptime", uptime_command, "", "time since the clock was started");

static void check_command(int argc __unused, char **argv __unused)
{
	unsigned int i;

	for (i = 0; i < NR_MM_CHECKERS; i++)
		pr_raw("%-12s %s\n", mm_checkers[i].name,
		       mm_checkers[i].check() ? "sound" : "BROKEN");
}
monitor_command("check", check_command, "", "walk all structures and verify their invariants");

static void test_command(int argc, char **argv)
{
	int failed = kunit_run(argc > 1 ? argv[1] : "all");

	if (failed >= 0)
		pr_raw("%d suites failed\n", failed);
}
monitor_command("test", test_command, "[SUITE,..]", "run the self-tests, or some of them");

static void reboot_command(int argc __unused, char **argv __unused)
{
	pr_raw("rebooting\n");
	arch_machine_restart();
}
monitor_command("reboot", reboot_command, "", "reset the machine");

static void halt_command(int argc __unused, char **argv __unused)
{
	pr_raw("halted\n");
	arch_machine_halt();
}
monitor_command("halt", halt_command, "", "stop the machine");
