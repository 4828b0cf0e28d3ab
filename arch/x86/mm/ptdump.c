/* SPDX-License-Identifier: MIT */
/*
 * Reading page tables: the dump and the checker. The walk of one address is pagewalk.c's.
 *
 * One walker visits all 4 GiB of a directory in order, entry by entry, and hands
 * each to a callback: a 4 KiB page, a 4 MiB page, or 4 MiB of nothing. Rights are
 * what the CPU makes of both levels: writable and user need the bit in each.
 *
 * The X column: 32-bit paging without PAE has no execute-disable bit, so whatever
 * is present can be executed, by the kernel if not by user code. The column says
 * "x" for every mapped range, because that is so.
 *
 * Locking: the kernel's tables are never freed, so the dump walks them without a
 * lock and may show a change half done; the checker holds pgd_lock.
 *
 * Reference: Linux 6.1 arch/x86/mm/dump_pagetables.c (note_page), mm/ptdump.c.
 */
#include <arch/x86/mm/internal.h>
#include <asm/control.h>
#include <asm/cpufeature.h>
#include <arch/traps.h>
#include <kernel/printk.h>
#include <kernel/sections.h>
#include <kernel/seq.h>
#include <kernel/lib/vsprintf.h>

/* What a dump compares: two neighbours that agree in these are one range. */
#define PROT_BITS                                                                                  \
	(_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_PWT | _PAGE_PCD | _PAGE_PSE | _PAGE_GLOBAL)

/*
 * struct pt_entry - what the walker found
 * @start, @size: bytes of address space; @size is PAGE_SIZE or PMD_SIZE
 * @prot: PROT_BITS in force, 0 when not present; _PAGE_PSE says which level
 * @pfn:  first frame; also of an entry that set_memory_np() took away
 * @none: never mapped
 */
struct pt_entry {
	unsigned long start;
	unsigned long size;
	pteval_t prot;
	unsigned long pfn;
	bool none;
};

typedef void (*pt_visit_t)(const struct pt_entry *entry, void *arg);

/* effective - rights of a page under a table */
static pteval_t effective(pmd_t pmd, pte_t pte)
{
	pteval_t both = _PAGE_RW | _PAGE_USER;

	if (!(pte_val(pte) & _PAGE_PRESENT))
		return 0;
	return pte_val(pte) & PROT_BITS & ~_PAGE_PSE & (pmd_val(pmd) | ~both);
}

static void walk_table(pmd_t *pmd, unsigned long start, pt_visit_t visit, void *arg)
{
	unsigned int i;

	for (i = 0; i < PTRS_PER_PTE; i++) {
		pte_t pte = ptep_get(pte_offset_kernel(pmd, start));
		struct pt_entry entry = {
			.start = start,
			.size = PAGE_SIZE,
			.prot = effective(*pmd, pte),
			.pfn = pte_pfn(pte),
			.none = pte_none(pte),
		};

		visit(&entry, arg);
		start += PAGE_SIZE;
	}
}

static void walk_pgd(pgd_t *pgd, pt_visit_t visit, void *arg)
{
	unsigned int i;

	for (i = 0; i < PTRS_PER_PGD; i++) {
		unsigned long start = (unsigned long)i << PGDIR_SHIFT;
		pmd_t *pmd = pmd_offset(pud_offset(pgd_offset_pgd(pgd, start), start), start);
		struct pt_entry entry = {.start = start, .size = PMD_SIZE};

		if (pmd_present(*pmd) && !pmd_leaf(*pmd)) {
			walk_table(pmd, start, visit, arg);
			continue;
		}
		entry.none = pmd_none(*pmd);
		entry.pfn = pmd_pfn(*pmd);
		if (pmd_present(*pmd))
			entry.prot = pmd_val(*pmd) & PROT_BITS;
		visit(&entry, arg);
	}
}

/*
 * The dump
 */

/*
 * struct dump - the range that is growing
 * @region: index in layout_regions of the last heading printed
 */
struct dump {
	struct seq_file *m;
	unsigned long start;
	pteval_t prot;
	unsigned int region;
};

/* prot_string - the columns, each of fixed width */
static const char *prot_string(char *buf, size_t size, pteval_t prot)
{
	if (!(prot & _PAGE_PRESENT)) {
		buf[0] = '\0';
		return buf;
	}
	snprintf(buf, size, "%s %s %s %s %s %s x  %s", prot & _PAGE_USER ? "USR" : "   ",
		 prot & _PAGE_RW ? "RW" : "ro", prot & _PAGE_PWT ? "PWT" : "   ",
		 prot & _PAGE_PCD ? "PCD" : "   ", prot & _PAGE_PSE ? "PSE" : "   ",
		 prot & _PAGE_GLOBAL ? "GLB" : "   ", prot & _PAGE_PSE ? "pmd" : "pte");
	return buf;
}

/* dump_range - print [dump->start, end); an @end of 0 is the top of the address space */
static void dump_range(struct dump *dump, unsigned long end)
{
	unsigned long kib = (end - dump->start) >> 10;
	const char *unit = "KMG";
	char columns[48];

	if (dump->start == end)
		return;
	while (!(kib & 1023) && unit[1]) {
		kib >>= 10;
		unit++;
	}
	seq_printf(dump->m, "0x%08lx-0x%08lx %9lu%c%s%s\n", dump->start, end, kib, *unit,
		   dump->prot ? " " : "", prot_string(columns, sizeof(columns), dump->prot));
	dump->start = end;
}

/* dump_heading - the next region's, if that begins at or before @addr. Return: it did. */
static bool dump_heading(struct dump *dump, unsigned long addr)
{
	const struct layout_region *next;
	unsigned int i = dump->region + 1;

	while (i < nr_layout_regions && !layout_regions[i].marker)
		i++;
	if (i == nr_layout_regions)
		return false;
	next = &layout_regions[i];
	if (addr < layout_region_start(next))
		return false;
	dump_range(dump, layout_region_start(next));
	seq_printf(dump->m, "---[ %s ]---\n", next->marker);
	dump->region = i;
	return true;
}

static void dump_visit(const struct pt_entry *entry, void *arg)
{
	struct dump *dump = arg;

	/* A change of rights ends the range; so does each region that begins in the entry. */
	while (dump_heading(dump, entry->start))
		;
	if (entry->prot != dump->prot) {
		dump_range(dump, entry->start);
		dump->prot = entry->prot;
	}
	while (dump_heading(dump, entry->start + (entry->size - 1)))
		;
}

void show_ptdump(struct seq_file *m, pgd_t *pgd)
{
	struct dump dump = {.m = m};

	seq_printf(m, "---[ %s ]---\n", layout_regions[0].marker);
	walk_pgd(pgd, dump_visit, &dump);
	dump_range(&dump, 0);
}

/*
 * The checker
 */

/* Printed and counted; guarded by pgd_lock. */
static unsigned int nr_bad;

#define ptdump_bad(fmt, ...)                                                                       \
	do {                                                                                       \
		nr_bad++;                                                                          \
		pr_err("ptdump_check: " fmt "\n", ##__VA_ARGS__);                                  \
	} while (0)

/* touches - does the entry touch [start, end)? */
static bool touches(const struct pt_entry *entry, unsigned long start, unsigned long end)
{
	return entry->start < end && entry->start + (entry->size - 1) >= start;
}

static bool must_be_empty(const struct pt_entry *entry)
{
	unsigned long high = (unsigned long)high_memory;

	return touches(entry, high, VMALLOC_START) || touches(entry, VMALLOC_END, PKMAP_BASE) ||
	       touches(entry, PKMAP_END, FIXADDR_START) || entry->start >= FIXADDR_TOP;
}

/* read_only_end - text and read-only data begin at _stext and end here */
static unsigned long read_only_end(void)
{
	return (unsigned long)(rodata_is_ro ? __end_ro_after_init : __end_rodata);
}

static void check_visit(const struct pt_entry *entry, void *arg __unused)
{
	unsigned long start = entry->start;
	bool present = entry->prot & _PAGE_PRESENT;

	if (start < PAGE_OFFSET) {
		if (present)
			ptdump_bad("%#lx below PAGE_OFFSET is mapped", start);
		return;
	}
	if (entry->prot & _PAGE_USER)
		ptdump_bad("%#lx in the kernel's part is open to user code", start);
	if (present && must_be_empty(entry))
		ptdump_bad("%#lx in a hole of the layout is mapped", start);
	if (start < (unsigned long)high_memory && !entry->none &&
	    entry->pfn != PHYS_PFN(__pa(start)))
		ptdump_bad("%#lx in the direct map has pfn %#lx", start, entry->pfn);
	if (touches(entry, (unsigned long)_stext, read_only_end()) &&
	    (entry->prot & (_PAGE_PRESENT | _PAGE_RW)) != _PAGE_PRESENT)
		ptdump_bad("%#lx in kernel text or read-only data is %s", start,
			   present ? "writable" : "not mapped");
}

static void check_guards(void)
{
	unsigned int i;

	for (i = 0; i < nr_guard_pages; i++)
		if (direct_map_is_present(PHYS_PFN(__pa(guard_pages[i].addr))))
			ptdump_bad("guard page of %s at %#lx is mapped", guard_pages[i].name,
				   guard_pages[i].addr);
}

/* check_agrees - @pgd's kernel part is the kernel's, but for what the CPU itself sets */
static void check_agrees(pgd_t *pgd, void *arg __unused)
{
	pgdval_t cpus_own = _PAGE_ACCESSED | _PAGE_DIRTY;
	unsigned int i;

	for (i = KERNEL_PGD_BOUNDARY; i < PTRS_PER_PGD; i++)
		if ((pgd_val(pgd[i]) ^ pgd_val(swapper_pg_dir[i])) & ~cpus_own)
			ptdump_bad("directory %px entry %u is %#lx, the kernel's is %#lx", pgd, i,
				   pgd_val(pgd[i]), pgd_val(swapper_pg_dir[i]));
}

bool ptdump_check(void)
{
	unsigned long flags;
	bool sound;

	spin_lock_irqsave(&pgd_lock, flags);
	nr_bad = 0;
	walk_pgd(swapper_pg_dir, check_visit, NULL);
	for_each_pgd(check_agrees, NULL);
	check_guards();
	if (!(read_cr0() & X86_CR0_WP))
		ptdump_bad("CR0.WP is off: the kernel may write to read-only pages");
	if ((__supported_pte_mask & _PAGE_GLOBAL) && !(read_cr4() & X86_CR4_PGE))
		ptdump_bad("CR4.PGE is off: global bits have no effect");
	if ((cpu_features() & X86_FEATURE_PGE) && !(__supported_pte_mask & _PAGE_GLOBAL))
		ptdump_bad("the CPU knows global pages, but there are none");
	sound = nr_bad == 0;
	spin_unlock_irqrestore(&pgd_lock, flags);
	return sound;
}
