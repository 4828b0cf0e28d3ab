/* SPDX-License-Identifier: MIT */
/*
 * Physical memory, and a TLB made of mappings.
 *
 * Physical memory is a memfd of 4 GiB, of which only what is touched takes memory of
 * the machine. In the kernel's quarter of the address space nothing is mapped but by
 * the TLB: the first access to a page is SIGSEGV, upon which tlb_fill() walks the
 * kernel's page tables - it reads them from physical memory, as a CPU does - and,
 * where they allow the access, maps the frame. That is a TLB entry. It stays, whatever
 * becomes of the tables, until
 *   - the kernel flushes it, by INVLPG, CR3 or CR4;
 *   - or it is evicted, because there are more than a stated number, or because Linux
 *     has no room for more mappings.
 * So a kernel that forgets a flush goes on reading and writing through the old
 * translation, as on the CPU, and its tests see that. Nothing is flushed behind
 * its back, other than by eviction, which is rare.
 *
 * A 4 MiB page is one entry. Elsewhere in the direct map, where neighbouring pages
 * mostly have neighbouring frames and the same rights, a miss also fills the pages around,
 * as far as that holds: a CPU may do so too (SDM vol. 3, 4.10.2.3), and one mapping
 * does for all. vmalloc, pkmap and fixmap space is filled page by page.
 *
 * Everything here runs with all signals blocked or in a signal handler, and touches
 * nothing but the program's own memory.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <arch/host/process/process.h>

#define ENTRY_PRESENT 0x001UL
#define ENTRY_RW      0x002UL
#define ENTRY_PSE     0x080UL
#define ENTRY_GLOBAL  0x100UL
#define FRAME_MASK    (~(PAGE_SIZE - 1))
#define LARGE_SIZE    (4UL << 20)
#define CR4_PGE       0x80UL

#define NR_PAGES  ((0UL - PAGE_OFFSET) / PAGE_SIZE)
#define TABLE_LEN 1024

/* Of linker.ld's marks: the image, at the addresses it runs at. */
extern char _stext[], k896_end[];

static int memfd;

/* What is mapped: nothing, or by rights and scope. */
#define TLB_NONE   0
#define TLB_VALID  1
#define TLB_WRITE  2
#define TLB_GLOBAL 4
static uint8_t tlb[NR_PAGES];

/* The entries in order of age, each a run of pages; the oldest is evicted first. */
static struct tlb_run {
	uint32_t first, nr;
} fifo[TLB_MAX];
static unsigned int fifo_head, fifo_len, fifo_limit;

static unsigned long nr_fills, nr_evictions, nr_page_flushes, nr_full_flushes;

static unsigned int page_nr(unsigned long addr)
{
	return (addr - PAGE_OFFSET) / PAGE_SIZE;
}

static unsigned long page_addr(unsigned int nr)
{
	return PAGE_OFFSET + nr * PAGE_SIZE;
}

/* Unmapped, but kept from anybody else's mmap(). */
static void unmap(unsigned int first, unsigned int nr)
{
	void *at = mmap((void *)page_addr(first), nr * PAGE_SIZE, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);

	if (at == MAP_FAILED)
		die("cannot unmap %#lx: %s", page_addr(first), strerror(errno));
	memset(tlb + first, TLB_NONE, nr);
}

static void flush_everything(void)
{
	unmap(0, page_nr(KERNEL_TOP));
	fifo_len = 0;
}

static void evict_oldest(void)
{
	struct tlb_run *run = &fifo[fifo_head];

	unmap(run->first, run->nr);
	fifo_head = (fifo_head + 1) % TLB_MAX;
	fifo_len--;
	nr_evictions++;
}

/* Map a run of pages to as many frames. */
static void fill(unsigned int first, unsigned int nr, unsigned long frame, unsigned long entry)
{
	int prot = PROT_READ | PROT_EXEC | (entry & ENTRY_RW ? PROT_WRITE : 0);
	void *want = (void *)page_addr(first);

	while (fifo_len >= fifo_limit)
		evict_oldest();
	if (mmap(want, nr * PAGE_SIZE, prot, MAP_SHARED | MAP_FIXED, memfd, (off_t)frame) ==
	    MAP_FAILED) {
		/* Pages of a run that are flushed one by one leave more mappings than entries. */
		nr_evictions += fifo_len;
		flush_everything();
		if (mmap(want, nr * PAGE_SIZE, prot, MAP_SHARED | MAP_FIXED, memfd, (off_t)frame) ==
		    MAP_FAILED)
			die("cannot map %p: %s", want, strerror(errno));
	}
	fifo[(fifo_head + fifo_len++) % TLB_MAX] = (struct tlb_run){first, nr};
	memset(tlb + first,
	       TLB_VALID | (entry & ENTRY_RW ? TLB_WRITE : 0) |
		       (entry & ENTRY_GLOBAL ? TLB_GLOBAL : 0),
	       nr);
	nr_fills++;
}

/*
 * Walking the tables
 */

static void phys_read(unsigned long phys, void *data, size_t len)
{
	if (pread(memfd, data, len, (off_t)phys) != (ssize_t)len)
		die("cannot read physical memory at %#lx: %s", phys, strerror(errno));
}

void phys_write(uint32_t phys, const void *data, size_t len)
{
	if (pwrite(memfd, data, len, (off_t)phys) != (ssize_t)len)
		die("cannot write physical memory at %#x: %s", phys, strerror(errno));
}

static unsigned long read_pde(unsigned long addr)
{
	unsigned long pde;

	phys_read((host_cpu.cr3 & FRAME_MASK) + (addr / LARGE_SIZE) * sizeof(pde), &pde,
		  sizeof(pde));
	return pde;
}

/* same_run - is the entry @distance pages on the one that goes on where this one begins? */
static bool same_run(unsigned long here, unsigned long there, long distance)
{
	return there == here + (unsigned long)distance * PAGE_SIZE;
}

/* fill_small - the page at @addr; in the direct map also those around it that are alike */
static void fill_small(unsigned long addr, const unsigned long *table)
{
	unsigned int idx = addr / PAGE_SIZE % TABLE_LEN;
	unsigned int base = page_nr(addr) - idx;
	unsigned int first = idx, end = idx + 1;
	unsigned long pte = table[idx];
	bool direct = (pte & FRAME_MASK) == (addr & FRAME_MASK) - PAGE_OFFSET;

	while (direct && first && !tlb[base + first - 1] &&
	       same_run(pte, table[first - 1], (long)first - 1 - (long)idx))
		first--;
	while (direct && end < TABLE_LEN && !tlb[base + end] &&
	       same_run(pte, table[end], (long)end - (long)idx))
		end++;
	fill(base + first, end - first, (pte & FRAME_MASK) - (idx - first) * PAGE_SIZE, pte);
}

bool page_is_present(unsigned long addr)
{
	unsigned long table[TABLE_LEN];
	unsigned long pde = read_pde(addr);

	if (!(pde & ENTRY_PRESENT) || (pde & ENTRY_PSE))
		return pde & ENTRY_PRESENT;
	phys_read(pde & FRAME_MASK, table, sizeof(table));
	return table[addr / PAGE_SIZE % TABLE_LEN] & ENTRY_PRESENT;
}

/* Has @entry been mapped with these rights already? Then a miss cannot be. */
static void check_progress(unsigned long addr, unsigned long entry)
{
	uint8_t was = tlb[page_nr(addr)];

	if (was && !!(was & TLB_WRITE) == !!(entry & ENTRY_RW))
		die("a fault at %#lx although it is mapped", addr);
}

bool tlb_fill(unsigned long addr, bool write)
{
	unsigned long needs = ENTRY_PRESENT | (write ? ENTRY_RW : 0);
	unsigned long table[TABLE_LEN];
	unsigned long pde, pte;

	if (addr < PAGE_OFFSET || addr >= KERNEL_TOP)
		return false;
	pde = read_pde(addr);
	if ((pde & needs) != needs)
		return false;
	if (pde & ENTRY_PSE) {
		check_progress(addr, pde);
		fill(page_nr(addr & ~(LARGE_SIZE - 1)), LARGE_SIZE / PAGE_SIZE,
		     pde & ~(LARGE_SIZE - 1), pde);
		return true;
	}
	phys_read(pde & FRAME_MASK, table, sizeof(table));
	pte = table[addr / PAGE_SIZE % TABLE_LEN];
	if ((pte & needs) != needs)
		return false;
	check_progress(addr, pte);
	fill_small(addr, table);
	return true;
}

/*
 * Flushing
 */

/*
 * INVLPG of an address in a 4 MiB page drops that whole on a CPU; here the one page, so that a
 * kernel that counts on it is found out.
 */
void host_flush_tlb_page(unsigned long addr)
{
	unsigned int nr = page_nr(addr);

	nr_page_flushes++;
	if (addr < PAGE_OFFSET || addr >= KERNEL_TOP || !tlb[nr])
		return;
	unmap(nr, 1);
}

static void flush_not_global(void)
{
	unsigned int first = 0, end, top = page_nr(KERNEL_TOP);

	while (first < top) {
		if (!tlb[first] || (tlb[first] & TLB_GLOBAL)) {
			first++;
			continue;
		}
		for (end = first; end < top && tlb[end] && !(tlb[end] & TLB_GLOBAL); end++)
			;
		unmap(first, end - first);
		first = end;
	}
}

void host_write_cr3(unsigned long value)
{
	host_cpu.cr3 = value;
	nr_full_flushes++;
	if (host_cpu.cr4 & CR4_PGE)
		flush_not_global();
	else
		flush_everything();
}

void host_write_cr4(unsigned long value)
{
	unsigned long changed = host_cpu.cr4 ^ value;

	host_cpu.cr4 = value;
	if (changed & CR4_PGE) {
		nr_full_flushes++;
		flush_everything();
	}
}

void tlb_report(void)
{
	fprintf(stderr,
		"# TLB: %lu fills, %lu evictions, flushes of %lu pages and %lu of everything\n",
		nr_fills, nr_evictions, nr_page_flushes, nr_full_flushes);
}

/*
 * Turning it on
 */

/* What boot/entry.asm does: 64 MiB at PAGE_OFFSET, by 4 MiB pages. */
static void make_boot_tables(void)
{
	unsigned long dir[TABLE_LEN] = {0};
	unsigned long i;

	for (i = 0; i < (64UL << 20) / LARGE_SIZE; i++)
		dir[PAGE_OFFSET / LARGE_SIZE + i] =
			i * LARGE_SIZE | ENTRY_PRESENT | ENTRY_RW | ENTRY_PSE;
	phys_write((uint32_t)((unsigned long)host_boot_pg_dir - PAGE_OFFSET), dir, sizeof(dir));
	host_cpu.cr3 = (unsigned long)host_boot_pg_dir - PAGE_OFFSET;
	host_cpu.cr0 = 0x80010001UL; /* paging, write protection, protected mode */
}

/*
 * Word by word: to a sanitizer a read across the image is one across the red zones of all its
 * variables, and it looks into library functions.
 */
static void load_image(void)
{
	size_t i, len = (size_t)(k896_end - _stext);
	const volatile unsigned long *from = (const volatile unsigned long *)_stext;
	unsigned long *to = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, memfd,
				 (off_t)((unsigned long)_stext - PAGE_OFFSET));

	if (to == MAP_FAILED)
		die("cannot load the kernel: %s", strerror(errno));
	for (i = 0; i < len / sizeof(*to); i++)
		to[i] = from[i];
	munmap(to, len);
}

void mmu_init(unsigned int tlb_entries)
{
	fifo_limit = tlb_entries ? tlb_entries : TLB_MAX / 2;
	memfd = memfd_create("k896 physical memory", MFD_CLOEXEC);
	if (memfd < 0 || ftruncate(memfd, (off_t)1 << 32))
		die("cannot make physical memory: %s", strerror(errno));
	load_image();
	make_boot_tables();
	flush_everything();
}
