/* SPDX-License-Identifier: MIT */
/*
 * The final page tables.
 *
 * boot/entry.asm maps low memory with writable 4 MiB pages, all of it, RAM or not.
 * paging_init() builds swapper_pg_dir beside that: what is RAM and below
 * lowmem_limit is mapped at PAGE_OFFSET, nothing else is, and kernel text and
 * read-only data cannot be written. Then CR3 is loaded, once.
 *
 * Which page size: 4 MiB where a whole 4 MiB is RAM with one protection, 4 KiB
 * elsewhere, that is around the kernel image, at the ends of RAM and at its
 * holes. With debug_pagealloc=on everything is 4 KiB pages.
 *
 * The first MiB is mapped whole, ROMs and video memory included, as on Linux:
 * its fixed-range MTRRs keep caching right there, and BIOS tables are read there.
 *
 * Locking: none, boot is single-threaded and interrupts are off.
 *
 * Reference: Linux 6.1 arch/x86/mm/init.c (init_mem_mapping), init_32.c
 * (find_low_pfn_range, kernel_physical_mapping_init, mark_rodata_ro).
 */
#include <arch/x86/mm/internal.h>
#include <asm/control.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <kernel/bug.h>
#include <kernel/params.h>
#include <kernel/printk.h>
#include <kernel/sections.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/kstrtox.h>
#include <kernel/lib/minmax.h>

#define ISA_END_ADDRESS 0x100000U

/* What is left of the kernel's quarter when the vmalloc area has its part. */
unsigned long lowmem_limit __ro_after_init = LOWMEM_LIMIT_DEFAULT;
/* Until paging_init() as high as it can get without vmalloc=. */
void *high_memory __ro_after_init = (void *)(PAGE_OFFSET + LOWMEM_LIMIT_DEFAULT);
unsigned long max_low_pfn __ro_after_init;

/* vmalloc=: the least that the vmalloc area shall have; 0 when not given. */
static u64 vmalloc_size __initdata;
static bool map_small_only __initdata;

bool rodata_is_ro;

static int __init vmalloc_setup(const char *val)
{
	u64 size;
	int err = kstrtosize(val, &size);

	if (err)
		return err;
	if (size == 0)
		return -EINVAL;
	vmalloc_size = size;
	return 0;
}
kernel_param("vmalloc", vmalloc_setup, "SIZE",
	     "least size of the vmalloc area, at the cost of low memory (111M)");

/* bootstrap_map_end - first physical address that boot/entry.asm did not map */
static phys_addr_t __init bootstrap_map_end(void)
{
	const pgd_t *pgd = pgd_offset_pgd(current_pgd(), PAGE_OFFSET);
	phys_addr_t end = 0;

	while (pgd_val(*pgd++) & _PAGE_PRESENT)
		end += PGDIR_SIZE;
	return end;
}

unsigned long lowmem_limit_for(u64 size)
{
	/* What the two share: all but the holes and what lies above VMALLOC_END. */
	const unsigned long both = VMALLOC_END - VMALLOC_OFFSET - PAGE_OFFSET;

	if (size > both - LOWMEM_LIMIT_MIN)
		size = both - LOWMEM_LIMIT_MIN;
	if (size < VMALLOC_SIZE_MIN)
		size = VMALLOC_SIZE_MIN;
	return round_down(both - (unsigned long)size, PMD_SIZE);
}

phys_addr_t __init lowmem_limit_init(void)
{
	unsigned long got;

	if (vmalloc_size) {
		lowmem_limit = lowmem_limit_for(vmalloc_size);
		got = VMALLOC_END - VMALLOC_OFFSET - PAGE_OFFSET - lowmem_limit;
		if (got < vmalloc_size || vmalloc_size < VMALLOC_SIZE_MIN)
			pr_warn("vmalloc=%llu is out of range: it will be %lu KiB\n", vmalloc_size,
				got >> 10);
	}
	return min_t(phys_addr_t, lowmem_limit, bootstrap_map_end());
}

/* image_prot - protection of the kernel's image at an address, PAGE_KERNEL outside of it */
static pgprot_t __init image_prot(unsigned long addr)
{
	if (addr >= (unsigned long)_stext && addr < PAGE_ALIGN((unsigned long)_etext))
		return PAGE_KERNEL_ROX;
	if (addr >= (unsigned long)__start_rodata && addr < (unsigned long)__end_rodata)
		return PAGE_KERNEL_RO;
	return PAGE_KERNEL;
}

/* one_protection - may a single 4 MiB page map [addr, addr + PMD_SIZE)? */
static bool __init one_protection(unsigned long addr)
{
	return addr + PMD_SIZE <= (unsigned long)_stext || addr >= (unsigned long)__end_rodata;
}

/* lowmem_pte - the entry for a direct-map address, in a table made if need be */
static pte_t *__init lowmem_pte(unsigned long addr)
{
	pmd_t *pmd = pmd_off_k(addr);

	if (pmd_none(*pmd)) {
		pte_t *table = pgtable_alloc();

		if (!table)
			panic("no memory for the page tables of low memory");
		set_pmd(pmd, make_pte_table(table));
	}
	return pte_offset_kernel(pmd, addr);
}

/*
 * map_lowmem - map [start, end) at PAGE_OFFSET
 * Ranges may touch the same 4 MiB, or each other's pages; a page that is mapped
 * already is left as it is.
 */
static void __init map_lowmem(phys_addr_t start, phys_addr_t end)
{
	unsigned long addr = (unsigned long)__va(start & PAGE_MASK);
	unsigned long stop = (unsigned long)__va(end);

	while (addr < stop) {
		unsigned long pfn = PHYS_PFN(__pa(addr));
		pmd_t *pmd = pmd_off_k(addr);
		pte_t *pte;

		if (pmd_leaf(*pmd)) {
			addr = pmd_addr_end(addr, stop);
			continue;
		}
		if (pmd_none(*pmd) && !map_small_only && IS_ALIGNED(addr, PMD_SIZE) &&
		    stop - addr >= PMD_SIZE && one_protection(addr)) {
			set_pmd(pmd, pfn_pmd(pfn, __pgprot(__PAGE_KERNEL | _PAGE_PSE)));
			addr += PMD_SIZE;
			continue;
		}
		pte = lowmem_pte(addr);
		if (pte_none(*pte))
			set_pte(pte, pfn_pte(pfn, image_prot(addr)));
		addr += PAGE_SIZE;
	}
}

/* map_ram - map what of the RAM lies below the limit. Return: first pfn above it. */
static unsigned long __init map_ram(bool (*ram_range)(unsigned int idx, phys_addr_t *start,
						      phys_addr_t *end))
{
	unsigned long end_pfn = PFN_UP(__pa(_end));
	phys_addr_t start, end;
	unsigned int i;

	/* The image is in use even where mem= or a broken map says that it is no RAM. */
	map_lowmem(0, ISA_END_ADDRESS);
	map_lowmem(ISA_END_ADDRESS, __pa(_end));

	for (i = 0; ram_range(i, &start, &end); i++) {
		if (start >= lowmem_limit)
			break;
		start = PAGE_ALIGN(start);
		end = min_t(phys_addr_t, end & PAGE_MASK, lowmem_limit);
		if (start >= end)
			continue;
		map_lowmem(start, end);
		end_pfn = max(end_pfn, PHYS_PFN(end));
	}
	return end_pfn;
}

/*
 * pat_init - make PAT entry 1, chosen by PWT alone, write-combining
 * Nothing is mapped with PWT so far, so no line is cached under the old type.
 */
static void __init pat_init(void)
{
	wrmsr(MSR_IA32_PAT, (rdmsr(MSR_IA32_PAT) & ~0xff00ULL) | PAT_WRITE_COMBINING << 8);
	__page_cache_wc = _PAGE_PWT;
}

void __init paging_init(bool (*ram_range)(unsigned int idx, phys_addr_t *start, phys_addr_t *end),
			bool small_only)
{
	u32 features = cpu_features();

	map_small_only = small_only;
	if (features & X86_FEATURE_PGE)
		__supported_pte_mask |= _PAGE_GLOBAL;
	if (features & X86_FEATURE_PAT)
		pat_init();

	max_low_pfn = map_ram(ram_range);
	high_memory = __va(PFN_PHYS(max_low_pfn));
	set_pmd(pmd_off_k(PKMAP_BASE), make_pte_table(pkmap_page_table));
	set_pmd(pmd_off_k(FIXADDR_START), make_pte_table(fixmap_page_table));

	load_pgd(swapper_pg_dir);
	write_cr0(read_cr0() | X86_CR0_WP);
	/* Not before the tables are loaded: bootstrap entries must not become global. */
	if (features & X86_FEATURE_PGE)
		write_cr4(read_cr4() | X86_CR4_PGE);

	register_layout_describer();
}

void mark_rodata_ro(void)
{
	unsigned long start = (unsigned long)__start_ro_after_init;
	unsigned long end = (unsigned long)__end_ro_after_init;

	if (set_memory_ro(start, (int)((end - start) >> PAGE_SHIFT)))
		panic("cannot protect the data that boot wrote");
	rodata_is_ro = true;
}
