/* SPDX-License-Identifier: MIT */
/*
 * Fixmap slots, and the early mappings made of them.
 *
 * The first call may come before paging_init(): then the bootstrap directory is
 * given the fixmap's static table. The final directory gets the same table, so
 * slots set early outlive the change.
 *
 * early_ioremap() has FIX_BTMAPS_SLOTS windows of NR_FIX_BTMAPS pages each. Window
 * n is in use while prev_size[n] is not 0. In a window, slot numbers go down as
 * addresses go up, so that the pages of a mapping lie in order.
 *
 * Locking: early mappings are for single-threaded boot; a fixmap slot belongs to
 * whoever its name says.
 *
 * Reference: Linux 6.1 mm/early_ioremap.c (__early_ioremap, early_iounmap),
 * arch/x86/mm/pgtable.c (__native_set_fixmap).
 */
#include <arch/x86/mm/internal.h>
#include <kernel/bug.h>
#include <kernel/printk.h>

/* Bytes asked for of each window in use, offset in the first page included; else 0. */
static unsigned long prev_size[FIX_BTMAPS_SLOTS];

/* install_fixmap_table - into the directory that is loaded, if it lacks it */
static void install_fixmap_table(void)
{
	pgd_t *pgd = pgd_offset_pgd(current_pgd(), FIXADDR_START);
	pmd_t *pmd = pmd_offset(pud_offset(pgd, FIXADDR_START), FIXADDR_START);

	if (unlikely(pmd_none(*pmd)))
		set_pmd(pmd, make_pte_table(fixmap_page_table));
}

void __set_fixmap(enum fixed_addresses idx, phys_addr_t phys, pgprot_t prot)
{
	BUG_ON(idx <= FIX_HOLE || idx >= __end_of_fixed_addresses);

	install_fixmap_table();
	if (pgprot_val(prot))
		set_pte(fixmap_pte(idx), pfn_pte(PHYS_PFN(phys), prot));
	else
		set_pte(fixmap_pte(idx), __pte(0));
	flush_tlb_one_kernel(__fix_to_virt(idx));
}

/* window_first - the slot with the lowest address of early window @slot */
static unsigned int window_first(unsigned int slot)
{
	return FIX_BTMAP_BEGIN - slot * NR_FIX_BTMAPS;
}

static void *early_map(phys_addr_t phys, unsigned long size, pgprot_t prot, const char *what)
{
	unsigned long offset = offset_in_page(phys);
	unsigned int slot, nr_pages, idx;

	if (WARN(size == 0 || size > NR_FIX_BTMAPS * PAGE_SIZE - offset || phys + size - 1 < phys,
		 "%s(%pa, %#lx): size is not possible", what, &phys, size))
		return NULL;
	for (slot = 0; slot < FIX_BTMAPS_SLOTS && prev_size[slot]; slot++)
		;
	if (WARN(slot == FIX_BTMAPS_SLOTS, "%s(%pa, %#lx): no free window", what, &phys, size))
		return NULL;

	/* cppcheck-suppress arrayIndexOutOfBounds; it does not see that WARN() gives its condition */
	prev_size[slot] = offset + size;
	phys -= (phys_addr_t)offset;
	idx = window_first(slot);
	for (nr_pages = PFN_UP(offset + size); nr_pages; nr_pages--) {
		__set_fixmap(idx--, phys, prot);
		phys += PAGE_SIZE;
	}
	return (void *)(__fix_to_virt(window_first(slot)) + offset);
}

static void early_unmap(unsigned long addr, unsigned long size, const char *what)
{
	unsigned int slot, nr_pages, idx;

	for (slot = 0; slot < FIX_BTMAPS_SLOTS; slot++)
		if (prev_size[slot] && PAGE_ALIGN_DOWN(addr) == __fix_to_virt(window_first(slot)))
			break;
	if (slot == FIX_BTMAPS_SLOTS) {
		kbug("%s(%#lx, %#lx): nothing is mapped there", what, addr, size);
		return;
	}
	if (prev_size[slot] != offset_in_page(addr) + size) {
		kbug("%s(%#lx, %#lx): mapped with another size, %#lx", what, addr, size,
		     prev_size[slot] - offset_in_page(addr));
		return;
	}

	idx = window_first(slot);
	for (nr_pages = PFN_UP(prev_size[slot]); nr_pages; nr_pages--)
		clear_fixmap(idx--);
	prev_size[slot] = 0;
}

void __iomem *early_ioremap(phys_addr_t phys, unsigned long size)
{
	return (void __iomem __force *)early_map(phys, size, PAGE_KERNEL_IO_NOCACHE,
						 "early_ioremap");
}

void *early_memremap(phys_addr_t phys, unsigned long size)
{
	return early_map(phys, size, PAGE_KERNEL, "early_memremap");
}

void early_iounmap(void __iomem *addr, unsigned long size)
{
	early_unmap((unsigned long __force)addr, size, "early_iounmap");
}

void early_memunmap(void *addr, unsigned long size)
{
	early_unmap((unsigned long)addr, size, "early_memunmap");
}

unsigned int early_ioremap_check_leaks(void)
{
	unsigned int slot, leaked = 0;

	for (slot = 0; slot < FIX_BTMAPS_SLOTS; slot++) {
		if (!prev_size[slot])
			continue;
		leaked++;
		pr_warn("early mapping %u of %#lx bytes was never undone\n", slot, prev_size[slot]);
	}
	WARN(leaked, "%u early mappings leaked", leaked);
	return leaked;
}
