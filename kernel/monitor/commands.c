/* SPDX-License-Identifier: MIT */
/*
 * The monitor's commands about the whole: the views of all subsystems, the checkers, the
 * tests, and the ways out.
 */
#include <kernel/irq.h>
#include <kernel/printk.h>
#include <kernel/resource.h>
#include <kernel/selftest.h>
#include <kernel/seq.h>
#include <kernel/time.h>
#include <kernel/monitor/lineedit.h>
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
#include <mm/vmalloc.h>
#include <mm/tests/mixed_test.h>

/* VIEW - a command that shows what one function prints */
#define VIEW(vname, vshow, vhelp, vexample)                                                        \
	static int vname##_command(struct seq_file *m, int argc, char **argv __unused)             \
	{                                                                                          \
		if (argc > 1)                                                                      \
			return -EINVAL;                                                            \
		vshow(m);                                                                          \
		return 0;                                                                          \
	}                                                                                          \
	monitor_command(#vname, vname##_command, "", vhelp, vexample, NULL)

static void show_current_ptdump(struct seq_file *m)
{
	show_ptdump(m, current_pgd());
}

static void show_all_cpus(struct seq_file *m)
{
	show_cpuinfo(m, cycles_khz());
}

static void show_uptime(struct seq_file *m)
{
	u32 micros;
	u64 seconds = div_u64_rem(div_u64(sched_clock(), 1000), 1000000, &micros);

	seq_printf(m, "up %llu.%06u seconds, %lu ticks\n", seconds, micros, jiffies);
}

VIEW(meminfo, show_meminfo, "memory: total, free, by use", "meminfo | grep Free");
VIEW(buddyinfo, show_buddyinfo, "free blocks of each order, by zone", "buddyinfo");
VIEW(zoneinfo, show_zoneinfo, "zones: watermarks, counts, per-CPU lists", "zoneinfo | more");
VIEW(pagetypeinfo, show_pagetypeinfo, "free blocks by the sort of their pages", "pagetypeinfo");
VIEW(fragmentation, show_fragmentation, "how broken up free memory is, by order", "fragmentation");
VIEW(vmallocinfo, show_vmallocinfo, "areas of vmalloc, vmap and ioremap", "vmallocinfo");
VIEW(kmap, show_kmap, "slots of kmap() in use", "kmap");
VIEW(memblock, show_memblock, "the allocator of early boot, as it was left", "memblock");
VIEW(layout, show_layout, "the kernel's address space, region by region", "layout");
VIEW(ptdump, show_current_ptdump, "page tables: ranges of equal protection",
     "ptdump | grep RW | more");
VIEW(iomem, show_iomem, "physical addresses and who has them", "iomem");
VIEW(interrupts, show_interrupts, "interrupt lines: counts and handlers", "interrupts");
VIEW(cpuinfo, show_all_cpus, "the CPU: model, features, rate of its counter",
     "cpuinfo | grep flags");
VIEW(dmesg, show_dmesg, "the kernel's messages since boot", "dmesg | grep Memory:");
VIEW(uptime, show_uptime, "time since the clock was started", "uptime");

static int check_command(struct seq_file *m, int argc, char **argv __unused)
{
	unsigned int i;

	if (argc > 1)
		return -EINVAL;
	for (i = 0; i < NR_MM_CHECKERS; i++)
		seq_printf(m, "%-12s %s\n", mm_checkers[i].name,
			   mm_checkers[i].check() ? "sound" : "BROKEN");
	return 0;
}
monitor_command("check", check_command, "", "walk all structures and verify their invariants",
		"check", NULL);

static void run_suites(struct seq_file *m, const char *which)
{
	struct kmap_stats kmaps;
	int failed;

	kmap_get_stats(&kmaps);
	if (kmaps.in_use) {
		seq_printf(m, "%u slots of kmap() are in use: free them, the suites want all\n",
			   kmaps.in_use);
		return;
	}
	kunit_set_output(m);
	failed = kunit_run(which);
	kunit_set_output(NULL);
	if (failed >= 0)
		seq_printf(m, "%d suites failed\n", failed);
}

static int test_command(struct seq_file *m, int argc, char **argv)
{
	if (argc > 2)
		return -EINVAL;
	run_suites(m, argc > 1 ? argv[1] : "all");
	return 0;
}

static void test_complete(struct line_editor *ed, int argc, char **argv)
{
	struct kunit_suite *const *suite;

	/* Behind a comma, which ends the word before, another suite may stand. */
	if (argc > 2 || (argc == 2 && argv[1][strlen(argv[1]) - 1] != ','))
		return;
	for (suite = __kunit_suites_start; suite < __kunit_suites_on_request_end; suite++)
		line_editor_offer(ed, (*suite)->name);
	if (argc == 1)
		line_editor_offer(ed, "soak,");
}
monitor_command("test", test_command, "[SUITE,..]", "run the self-tests, or some of them",
		"test list | grep ok", test_complete);

/* Another storm each time, unless the seed is given, which the report of each begins with. */
static int soak_command(struct seq_file *m, int argc, char **argv)
{
	unsigned long operations, seed = (unsigned long)get_cycles(), was = mixed_soak_operations;
	u64 old_seed = kunit_seed;

	if (argc < 2 || argc > 3 || monitor_size(argv[1], &operations) ||
	    (argc == 3 && monitor_number(argv[2], &seed)))
		return -EINVAL;
	mixed_soak_operations = operations;
	kunit_seed = seed;
	run_suites(m, "soak,mixed");
	mixed_soak_operations = was;
	kunit_seed = old_seed;
	return 0;
}
monitor_command("soak", soak_command, "N [SEED]",
		"N operations of all allocators, at random, all of it checked", "soak 10K", NULL);

static int reboot_command(struct seq_file *m, int argc, char **argv __unused)
{
	if (argc > 1)
		return -EINVAL;
	seq_puts(m, "rebooting\n");
	arch_machine_restart();
}
monitor_command("reboot", reboot_command, "", "reset the machine", "reboot", NULL);

static int halt_command(struct seq_file *m, int argc, char **argv __unused)
{
	if (argc > 1)
		return -EINVAL;
	seq_puts(m, "halted\n");
	arch_machine_halt();
}
monitor_command("halt", halt_command, "", "stop the machine", "halt", NULL);
