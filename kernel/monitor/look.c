/* SPDX-License-Identifier: MIT */
/*
 * Commands that look at one thing, which their arguments name: an address, a page, a
 * cache.
 */
#include <kernel/time.h>
#include <kernel/drivers/input.h>
#include <kernel/monitor/lineedit.h>
#include <kernel/monitor/monitor.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <mm/explain.h>
#include <mm/slab.h>

/* address_argument - the only argument, an address */
static int address_argument(int argc, char **argv, unsigned long *addr)
{
	return argc == 2 ? monitor_address(argv[1], addr) : -EINVAL;
}

static int explain_command(struct seq_file *m, int argc, char **argv)
{
	unsigned long addr;

	if (address_argument(argc, argv, &addr))
		return -EINVAL;
	show_explain(m, addr);
	return 0;
}
monitor_command("explain", explain_command, "ADDR",
		"what is this address: region, object, who made it, neighbours",
		"explain kmalloc_large+4", NULL);

static int pagewalk_command(struct seq_file *m, int argc, char **argv)
{
	unsigned long addr;

	if (address_argument(argc, argv, &addr))
		return -EINVAL;
	show_translation(m, addr);
	return 0;
}
monitor_command("pagewalk", pagewalk_command, "ADDR",
		"how the CPU translates an address: tables, page, owner", "pagewalk 0xc0101000",
		NULL);

static int page_command(struct seq_file *m, int argc, char **argv)
{
	unsigned long n, pfn;

	if (address_argument(argc, argv, &n))
		return -EINVAL;
	if (pfn_of_argument(n, &pfn))
		show_page(m, pfn);
	else
		seq_printf(m, "%#lx is neither the number of a page frame nor an address of one\n",
			   n);
	return 0;
}
monitor_command("page", page_command, "PFN|ADDR",
		"one page frame: its state, flags, references and owner", "page 0x101", NULL);

/*
 * Caches
 */

static void offer_cache(void *ed, const char *name)
{
	line_editor_offer(ed, name);
}

static void slabinfo_complete(struct line_editor *ed, int argc, char **argv __unused)
{
	if (argc == 1)
		kmem_cache_names(offer_cache, ed);
}

static int slabinfo_command(struct seq_file *m, int argc, char **argv)
{
	if (argc > 2)
		return -EINVAL;
	if (argc == 1)
		show_slabinfo(m);
	else if (!show_slab_cache(m, argv[1]))
		seq_printf(m, "no cache is called %s; tab lists them\n", argv[1]);
	return 0;
}
monitor_command("slabinfo", slabinfo_command, "[CACHE]",
		"slab caches: objects, slabs, arrays; of one cache each object",
		"slabinfo | grep kmalloc-64", slabinfo_complete);

/* On a terminal the first ones, again and again; into a filter all of them, once. */
#define CLEAR_SCREEN "\033[H\033[J"

static int slabtop_command(struct seq_file *m, int argc, char **argv)
{
	char key = 'o';

	if (argc > 2 ||
	    (argc == 2 && (!argv[1][0] || argv[1][1] || !strchr("abclnopsuv", argv[1][0]))))
		return -EINVAL;
	if (argc == 2)
		key = argv[1][0];
	if (!monitor_is_console(m)) {
		show_slabtop(m, key, true);
		return 0;
	}
	do {
		seq_puts(m, CLEAR_SCREEN);
		show_slabtop(m, key, false);
	} while (input_wait_timeout(HZ) < 0);
	return 0;
}
monitor_command("slabtop", slabtop_command, "[a|b|c|l|n|o|p|s|u|v]",
		"caches by size or another column, each second until a key", "slabtop c | more",
		NULL);
