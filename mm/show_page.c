/* SPDX-License-Identifier: MIT */
/*
 * One page, and the way to it: the views behind "page" and "pagewalk".
 *
 * All that is read is struct page, which exists for every frame below max_pfn, and page
 * tables by pagewalk(), which reads nothing that could fault. Nothing is locked, so that
 * the views work on a kernel in any state.
 *
 * Reference: Linux 6.1 mm/debug.c (__dump_page).
 */
#include <kernel/resource.h>
#include <kernel/seq.h>
#include <arch/traps.h>

#include <mm/explain.h>
#include <mm/highmem.h>
#include <mm/internal.h>
#include <mm/slab_internal.h>

/* Where the kernel reaches the page: in the direct map, or while it is kmapped. */
static void show_page_address(struct seq_file *m, struct page *page)
{
	if (!PageHighMem(page) && page_to_pfn(page) < max_low_pfn)
		seq_printf(m, "virt 0x%px", lowmem_page_address(page));
	else if (PageKmapped(page))
		seq_printf(m, "virt 0x%px (kmap)", page_address(page));
	else
		seq_puts(m, "virt none");
}

/* A slab page says more: how full the slab is. */
static void show_slab_use(struct seq_file *m, const struct page *page)
{
	struct slab slab;
	unsigned int num;

	if (copy_from_kernel_nofault(&slab, page->slab, sizeof(slab)) ||
	    copy_from_kernel_nofault(&num, &page->slab_cache->num, sizeof(num)))
		return;
	seq_printf(m, ", %u of %u objects in use or cached, struct slab %px", slab.inuse, num,
		   page->slab);
}

void show_page(struct seq_file *m, unsigned long pfn)
{
	struct page *page;
	char text[160];

	if (!pfn_valid(pfn)) {
		seq_printf(m, "pfn %#lx: no struct page, the last is that of pfn %#lx\n", pfn,
			   max_pfn - 1);
		return;
	}
	page = pfn_to_page(pfn);
	seq_printf(m, "pfn %#lx: phys 0x%08llx, ", pfn, (unsigned long long)page_to_phys(page));
	show_page_address(m, page);
	seq_printf(m, ", zone %s, struct page %px\n", page_zone(page)->name, page);
	seq_printf(m, "  flags %#lx(%s), order %u, references %d, mapcount %d, private %#lx\n",
		   page->flags, page_flags_name(text, sizeof(text), page->flags),
		   page_alloc_order(page), page_ref_count(page), page_mapcount(page),
		   page->private);
	page_describe(page, text, sizeof(text));
	seq_printf(m, "  %s", text);
	if (PageSlab(page))
		show_slab_use(m, page);
	seq_putc(m, '\n');
}

/* Beyond mem_map there is no RAM of ours; the registry of resources may know a name. */
static void show_foreign_frame(struct seq_file *m, phys_addr_t phys)
{
	const char *name = resource_name(phys);

	seq_printf(m, "phys 0x%08llx: no struct page, %s\n", (unsigned long long)phys,
		   name ? name : "nothing that is known");
}

void show_translation(struct seq_file *m, unsigned long addr)
{
	struct pagewalk walk;

	pagewalk(addr, &walk);
	show_pagewalk(m, &walk);
	if (!walk.present)
		return;
	if (pfn_valid(PHYS_PFN(walk.phys)))
		show_page(m, PHYS_PFN(walk.phys));
	else
		show_foreign_frame(m, walk.phys);
}

bool pfn_of_argument(unsigned long n, unsigned long *pfn)
{
	struct pagewalk walk;

	if (pfn_valid(n)) {
		*pfn = n;
		return true;
	}
	if (n < PAGE_OFFSET)
		return false;
	pagewalk(n, &walk);
	if (!walk.present || !pfn_valid(PHYS_PFN(walk.phys)))
		return false;
	*pfn = PHYS_PFN(walk.phys);
	return true;
}
