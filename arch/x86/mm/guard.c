/* SPDX-License-Identifier: MIT */
/*
 * Guard pages: pages of the direct map that are unmapped for good, so that a
 * stack that grows into one faults at once, and the report can say which stack.
 *
 * Locking: the table only grows, during boot; readers need no lock, as an entry is
 * complete before it is counted.
 */
#include <arch/x86/mm/internal.h>
#include <arch/atomic.h>
#include <kernel/lib/errno.h>

struct guard_page guard_pages[MAX_GUARD_PAGES];
unsigned int nr_guard_pages;

int register_guard_page(unsigned long addr, const char *name)
{
	int err;

	if (nr_guard_pages == MAX_GUARD_PAGES)
		return -ENOSPC;
	err = set_memory_np(addr, 1);
	if (err)
		return err;
	guard_pages[nr_guard_pages] = (struct guard_page){.addr = addr, .name = name};
	smp_store_release(&nr_guard_pages, nr_guard_pages + 1);
	return 0;
}

const char *guard_page_name(unsigned long addr)
{
	unsigned int i, nr = smp_load_acquire(&nr_guard_pages);

	for (i = 0; i < nr; i++)
		if (guard_pages[i].addr == PAGE_ALIGN_DOWN(addr))
			return guard_pages[i].name;
	return NULL;
}
