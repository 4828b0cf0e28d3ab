/* SPDX-License-Identifier: MIT */
/*
 * How the CPU translates one address: the entries that it reads, level by level.
 *
 * Idea: do what the CPU does, from CR3 on, by physical addresses. So the walk is right
 * for any directory and any address; and since every word of a table is read by
 * copy_from_kernel_nofault(), nothing that the tables say can make it fault. A table
 * above the direct map cannot be read, which is said.
 *
 * Of 32-bit paging's two levels the upper one is pgd, pud and pmd in one; its entries go
 * by the CPU's name, pde. With PSE such an entry may map 4 MiB by itself.
 *
 * Locking: none; a fault report asks. The answer is a moment's truth.
 *
 * Reference: Intel SDM vol. 3, 4.3; Linux 6.1 arch/x86/mm/fault.c (dump_pagetable).
 */
#include <arch/x86/mm/internal.h>
#include <asm/control.h>
#include <arch/traps.h>
#include <kernel/seq.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>

/* read_level - add a level to the walk. Return: the entry is there and present. */
static bool read_level(struct pagewalk *walk, const char *name, phys_addr_t table,
		       unsigned long index)
{
	struct pagewalk_level *level = &walk->level[walk->nr_levels++];

	*level = (struct pagewalk_level){.name = name, .table = table, .index = index};
	if (table >= __pa(high_memory))
		return false;
	level->readable = !copy_from_kernel_nofault(
		&level->entry, (const unsigned long *)__va(table) + index, sizeof(level->entry));
	return level->readable && (level->entry & _PAGE_PRESENT);
}

/* found - both levels agree that the page is at @phys; rights must be given by each */
static void found(struct pagewalk *walk, phys_addr_t phys, unsigned long size)
{
	unsigned long rights = _PAGE_RW | _PAGE_USER;
	unsigned int i;

	for (i = 0; i < walk->nr_levels; i++)
		rights &= walk->level[i].entry;
	walk->present = true;
	walk->writable = rights & _PAGE_RW;
	walk->user = rights & _PAGE_USER;
	walk->page_size = size;
	walk->phys = phys | (walk->addr & (size - 1));
}

void pagewalk(unsigned long addr, struct pagewalk *walk)
{
	unsigned long pde, pte;

	*walk = (struct pagewalk){.addr = addr, .root = read_cr3()};
	if (!read_level(walk, "pde", walk->root & PAGE_MASK, pgd_index(addr)))
		return;
	pde = walk->level[0].entry;
	if (pde & _PAGE_PSE) {
		found(walk, pde & PMD_LARGE_PFN_MASK, PMD_SIZE);
		return;
	}
	if (!read_level(walk, "pte", pde & PTE_PFN_MASK, pte_index(addr)))
		return;
	pte = walk->level[1].entry;
	found(walk, pte & PTE_PFN_MASK, PAGE_SIZE);
}

/* The bits of an entry, by the names that the CPU's manual gives them. */
static const char *entry_flags(char *buf, size_t size, unsigned long entry, bool large)
{
	static const struct {
		unsigned long bit;
		const char *name;
	} bits[] = {
		{_PAGE_USER, "US"}, {_PAGE_PWT, "PWT"}, {_PAGE_PCD, "PCD"},  {_PAGE_ACCESSED, "A"},
		{_PAGE_DIRTY, "D"}, {_PAGE_PSE, "PS"},  {_PAGE_GLOBAL, "G"},
	};
	int len = scnprintf(buf, size, "%s", entry & _PAGE_RW ? "RW" : "ro");
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bits); i++)
		if ((entry & bits[i].bit) && (large || bits[i].bit != _PAGE_PSE))
			len += scnprintf(buf + len, size - (size_t)len, " %s", bits[i].name);
	return buf;
}

static void show_level(struct seq_file *m, const struct pagewalk_level *level, bool is_table)
{
	unsigned long entry = level->entry;
	bool large = !is_table && !strcmp(level->name, "pde");
	unsigned long frame = entry & (large ? PMD_LARGE_PFN_MASK : PTE_PFN_MASK);
	char flags[32];

	seq_printf(m, "  %s[%lu]", level->name, level->index);
	if (!level->readable)
		seq_printf(m, ": %s at 0x%08lx is out of reach\n",
			   strcmp(level->name, "pde") ? "table" : "directory",
			   (unsigned long)level->table);
	else if (!(entry & _PAGE_PRESENT))
		seq_printf(m, " = %08lx: not present\n", entry);
	else
		seq_printf(m, " = %08lx: %s at 0x%08lx, %s\n", entry,
			   is_table ? "page table"
			   : large  ? "4 MiB page"
				    : "4 KiB page",
			   frame, entry_flags(flags, sizeof(flags), entry, large));
}

void show_pagewalk(struct seq_file *m, const struct pagewalk *walk)
{
	unsigned int i;

	seq_printf(m, "page walk of 0x%08lx: CR3 %08lx\n", walk->addr, (unsigned long)walk->root);
	for (i = 0; i < walk->nr_levels; i++)
		show_level(m, &walk->level[i], i + 1 < walk->nr_levels);
}
