/* SPDX-License-Identifier: MIT */
/*
 * ioremap(): registers of devices that the machine really has, offsets, memory types,
 * what is refused, and the block copies of <arch/io.h>.
 *
 * Devices are found by asking PCI configuration space, or by an identity register that
 * reads as what the specification says; where there is none the case is skipped.
 */
#include <kernel/preempt.h>
#include <kernel/selftest.h>
#include <kernel/lib/vsprintf.h>
#include <kernel/seq.h>
#include <arch/io.h>
#include <arch/mmu.h>
#include <mm/fail.h>
#include <mm/ioremap.h>
#include <mm/memblock.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>

#define LAPIC_BASE   0xfee00000UL
#define IOAPIC_BASE  0xfec00000UL
#define HPET_BASE    0xfed00000UL
#define ADAPTERS     0xc8000UL    /* of ISA: no RAM from 640 KiB to 1 MiB, whatever a map says */
#define BIOS_TOP     0xfffff000UL /* the last page; the CPU's first instruction is in it */
#define RESET_VECTOR 0xff0UL      /* there */

static unsigned long free_at_start, tables_at_start;

static int ioremap_test_init(struct kunit *test __unused)
{
	mm_quiesce();
	tables_at_start = nr_kernel_pagetables();
	free_at_start = nr_free_pages();
	return 0;
}

static void ioremap_test_exit(struct kunit *test)
{
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, nr_free_pages() + nr_kernel_pagetables() - tables_at_start,
			free_at_start);
	KUNIT_EXPECT_TRUE(test, vmalloc_check());
}

/*
 * PCI, by the two ports of configuration mechanism 1
 */

#define PCI_CONFIG_ADDRESS 0xcf8
#define PCI_CONFIG_DATA    0xcfc
#define PCI_CLASS_REVISION 0x08
#define PCI_BASE_ADDRESS_0 0x10
#define PCI_CLASS_VGA      0x0300
#define EDU_ID             0x11e81234U

static u32 pci_read(unsigned int slot, unsigned int reg)
{
	outl(0x80000000U | slot << 11 | reg, PCI_CONFIG_ADDRESS);
	return inl(PCI_CONFIG_DATA);
}

/* BAR 0 of the first device of bus 0 with this id, or this class; 0 when there is none. */
static phys_addr_t pci_find_memory(u32 id, u32 class)
{
	unsigned int slot;

	for (slot = 0; slot < 32; slot++) {
		u32 bar = pci_read(slot, PCI_BASE_ADDRESS_0);

		if (pci_read(slot, 0) == ~0U || (bar & 1) || !(bar & ~0xfU))
			continue;
		if (pci_read(slot, 0) == id || pci_read(slot, PCI_CLASS_REVISION) >> 16 == class)
			return bar & ~0xfU;
	}
	return 0;
}

static pte_t pte_of(const volatile void __iomem *addr)
{
	unsigned long vaddr = (unsigned long)addr;

	return ptep_get(pte_offset_kernel(pmd_off_k(vaddr), vaddr));
}

/* The firmware's jump at the CPU's reset address, in the very last page of all. */
static void last_page_of_all(struct kunit *test)
{
	u8 __iomem *rom = ioremap_cache(BIOS_TOP, PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, (void __force *)rom);
	KUNIT_EXPECT_EQ(test, pte_pfn(pte_of(rom)), BIOS_TOP >> PAGE_SHIFT);
	KUNIT_EXPECT_FAULT(test, (unsigned long)rom + PAGE_SIZE, readb(rom + PAGE_SIZE));
	if (readb(rom + RESET_VECTOR) == 0xff) {
		iounmap(rom);
		kunit_skip(test, "no firmware at the reset address");
	}
	KUNIT_EXPECT_EQ(test, readb(rom + RESET_VECTOR), 0xea); /* jmp far */
	KUNIT_EXPECT_EQ(test, readl(rom + RESET_VECTOR) & 0xff, 0xea);
	iounmap(rom);
}

/* The area below 1 MiB may be mapped, whatever the memory map says of it. */
static void bios_area(struct kunit *test)
{
	u8 __iomem *rom = ioremap(0xf0000, 0x10000), *vga;
	u16 saved;

	KUNIT_ASSERT_NOT_NULL(test, (void __force *)rom);
	KUNIT_EXPECT_EQ(test, readb(rom + 0xfff0), 0xea);
	iounmap(rom);

	/* The last cell of text mode's memory, far behind what is shown. */
	vga = ioremap(0xb8000, 0x8000);
	KUNIT_ASSERT_NOT_NULL(test, (void __force *)vga);
	saved = readw(vga + 0x7ffe);
	writew(0x1234, vga + 0x7ffe);
	if (readw(vga + 0x7ffe) == 0x1234)
		KUNIT_EXPECT_EQ(test, readb(vga + 0x7fff), 0x12);
	writew(saved, vga + 0x7ffe);
	iounmap(vga);
}

/* A map given by hand may have RAM where devices are on a PC. */
static void need_no_ram(struct kunit *test, phys_addr_t phys, phys_addr_t size)
{
	if (memblock_overlaps_region(&memblock.memory, phys, size))
		kunit_skip(test, "RAM in the place of the device");
}

static void local_apic(struct kunit *test)
{
	u8 __iomem *regs;
	u32 version;

	need_no_ram(test, LAPIC_BASE, PAGE_SIZE);
	regs = ioremap(LAPIC_BASE, PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, (void __force *)regs);
	version = readl(regs + 0x30);
	iounmap(regs);
	if (version == ~0U || !version)
		kunit_skip(test, "no local APIC");
	KUNIT_EXPECT_EQ(test, version & 0xf0, 0x10); /* integrated */
	KUNIT_EXPECT_GE(test, (version >> 16) & 0xff, 3);
}

/* An index register and a window: only uncached accesses, in order, get this right. */
static void io_apic(struct kunit *test)
{
	u8 __iomem *index, *window;
	u32 version, saved, entry;

	need_no_ram(test, IOAPIC_BASE, PAGE_SIZE);
	index = ioremap(IOAPIC_BASE, 4);
	window = ioremap(IOAPIC_BASE + 0x10, 4);
	KUNIT_ASSERT_NOT_NULL(test, (void __force *)index);
	KUNIT_ASSERT_NOT_NULL(test, (void __force *)window);
	KUNIT_EXPECT_EQ(test, offset_in_page(index), 0);
	KUNIT_EXPECT_EQ(test, offset_in_page(window), 0x10);
	KUNIT_EXPECT_NE(test, (unsigned long)window & PAGE_MASK, (unsigned long)index & PAGE_MASK);
	writel(1, index);
	version = readl(window);
	if (version == ~0U || !(version & 0xff)) {
		iounmap(index);
		iounmap(window);
		kunit_skip(test, "no I/O APIC");
	}
	KUNIT_EXPECT_EQ(test, (version >> 16) & 0xff, 23); /* 24 entries */

	/* The destination of the last, masked entry can be written and read back. */
	writel(0x10 + 2 * 23 + 1, index);
	saved = readl(window);
	writel(0x05000000, window);
	writel(1, index);
	KUNIT_EXPECT_EQ(test, readl(window), version);
	writel(0x10 + 2 * 23 + 1, index);
	entry = readl(window);
	writel(saved, window);
	KUNIT_EXPECT_EQ(test, entry & 0xff000000, 0x05000000);
	iounmap(index);
	iounmap(window);
}

static void hpet(struct kunit *test)
{
	u8 __iomem *regs;
	u32 id, period;

	need_no_ram(test, HPET_BASE, PAGE_SIZE);
	regs = ioremap(HPET_BASE, 1024);
	KUNIT_ASSERT_NOT_NULL(test, (void __force *)regs);
	id = readl(regs);
	period = readl(regs + 4);
	iounmap(regs);
	if (id == ~0U || !id)
		kunit_skip(test, "no HPET");
	KUNIT_EXPECT_EQ(test, id >> 16, 0x8086);
	KUNIT_EXPECT_GT(test, period, 0);
	KUNIT_EXPECT_LE(test, period, 100000000); /* femtoseconds, by the specification */
}

/* QEMU's educational device answers with the complement of what is written. */
static void edu_device(struct kunit *test)
{
	phys_addr_t bar = pci_find_memory(EDU_ID, ~0U);
	u8 __iomem *regs;

	if (!bar)
		kunit_skip(test, "no edu device");
	regs = ioremap(bar, SZ_1M);
	KUNIT_ASSERT_NOT_NULL(test, (void __force *)regs);
	KUNIT_EXPECT_EQ(test, readl(regs) & 0xff, 0xed);
	writel(0x12345678, regs + 4);
	KUNIT_EXPECT_EQ(test, readl(regs + 4), ~0x12345678U);
	writel(0, regs + 4);
	KUNIT_EXPECT_EQ(test, readl(regs + 4), ~0U);
	iounmap(regs);
}

/* A frame buffer under two addresses and two memory types is one frame buffer. */
static void frame_buffer(struct kunit *test)
{
	phys_addr_t bar = pci_find_memory(~0U - 1, PCI_CLASS_VGA), last;
	u8 __iomem *combined, *uncached;
	u8 pattern[64], back[64];
	unsigned int i;

	if (!bar)
		kunit_skip(test, "no VGA frame buffer");
	last = bar + 8 * SZ_1M - 3 * PAGE_SIZE; /* not shown */
	combined = ioremap_wc(last, 3 * PAGE_SIZE);
	uncached = ioremap(last + PAGE_SIZE - 32, sizeof(pattern));
	KUNIT_ASSERT_NOT_NULL(test, (void __force *)combined);
	KUNIT_ASSERT_NOT_NULL(test, (void __force *)uncached);
	KUNIT_EXPECT_EQ(test, offset_in_page(uncached), PAGE_SIZE - 32);

	for (i = 0; i < sizeof(pattern); i++)
		pattern[i] = i * 7 + 1;
	memset_io(combined, 0, 3 * PAGE_SIZE);
	memcpy_toio(combined + PAGE_SIZE - 32, pattern, sizeof(pattern));
	memcpy_fromio(back, uncached, sizeof(back)); /* over a page boundary */
	KUNIT_EXPECT_MEMEQ(test, back, pattern, sizeof(back));
	KUNIT_EXPECT_EQ(test, readb(combined + PAGE_SIZE - 33), 0);
	KUNIT_EXPECT_EQ(test, readb(combined + PAGE_SIZE + 32), 0);
	memset_io(combined, 0, 3 * PAGE_SIZE);
	iounmap(uncached);
	iounmap(combined);
}

static void memory_types(struct kunit *test)
{
	void __iomem *uncached = ioremap(ADAPTERS, 4), *cached = ioremap_cache(ADAPTERS, 4),
		     *combined = ioremap_wc(ADAPTERS, 4);
	pte_t pte;

	KUNIT_ASSERT_NOT_NULL(test, (void __force *)uncached);
	KUNIT_ASSERT_NOT_NULL(test, (void __force *)cached);
	KUNIT_ASSERT_NOT_NULL(test, (void __force *)combined);
	pte = pfn_pte(ADAPTERS >> PAGE_SHIFT, PAGE_KERNEL_IO_NOCACHE);
	KUNIT_EXPECT_EQ(test, pte_val(pte_of(uncached)), pte_val(pte));
	pte = pfn_pte(ADAPTERS >> PAGE_SHIFT, PAGE_KERNEL);
	KUNIT_EXPECT_EQ(test, pte_val(pte_of(cached)), pte_val(pte));
	pte = pfn_pte(ADAPTERS >> PAGE_SHIFT, PAGE_KERNEL_WC);
	KUNIT_EXPECT_EQ(test, pte_val(pte_of(combined)), pte_val(pte));
	KUNIT_EXPECT_NE(test, pte_val(pte_of(uncached)), pte_val(pte_of(cached)));
	KUNIT_EXPECT_NE(test, pte_val(pte_of(combined)), pte_val(pte_of(cached)));
	iounmap(combined);
	iounmap(cached);
	iounmap(uncached);
}

/* A request of 2 bytes over a page boundary maps two pages, and its view says which. */
static void offsets_and_view(struct kunit *test)
{
	u8 __iomem *addr;
	static char buf[4096];
	char want[96], *line;
	struct seq_file m;

	need_no_ram(test, BIOS_TOP - 1, 2);
	addr = ioremap(BIOS_TOP - 1, 2);
	KUNIT_ASSERT_NOT_NULL(test, (void __force *)addr);
	KUNIT_EXPECT_EQ(test, offset_in_page(addr), PAGE_SIZE - 1);
	KUNIT_EXPECT_EQ(test, pte_pfn(pte_of(addr)), (BIOS_TOP >> PAGE_SHIFT) - 1);
	KUNIT_EXPECT_EQ(test, pte_pfn(pte_of(addr + 1)), BIOS_TOP >> PAGE_SHIFT);

	seq_open_buffer(&m, buf, sizeof(buf));
	show_vmallocinfo(&m);
	snprintf(want, sizeof(want), "0x%px-0x%px   12288 offsets_and_view+0x",
		 (void __force *)(addr + 1 - PAGE_SIZE),
		 (void __force *)(addr + 1 + 2 * PAGE_SIZE));
	line = strstr(buf, want);
	KUNIT_ASSERT_NOT_NULL(test, line);
	*strchrnul(line, '\n') = '\0';
	KUNIT_EXPECT_NOT_NULL(test, strstr(line, " phys=0xffffe000 ioremap"));
	iounmap(addr);
	KUNIT_EXPECT_NULL(test, find_vm_area((void __force *)addr));
}

static void nonsense_is_refused(struct kunit *test)
{
	KUNIT_EXPECT_WARN(test, "ioremap: 0 bytes",
			  KUNIT_EXPECT_NULL(test, (void __force *)ioremap(HPET_BASE, 0)));
	KUNIT_EXPECT_WARN(test, "ioremap: 8192 bytes",
			  KUNIT_EXPECT_NULL(test, (void __force *)ioremap(BIOS_TOP, 8192)));
	KUNIT_EXPECT_WARN(test, "ioremap: 4294967295 bytes",
			  KUNIT_EXPECT_NULL(test, (void __force *)ioremap(HPET_BASE, ULONG_MAX)));
}

/* Who may not sleep is told so first, whatever else is wrong: two reports. */
static void atomic_context_is_reported(struct kunit *test)
{
	preempt_disable();
	kunit_expect_report_begin(test, "");
	KUNIT_EXPECT_NULL(test, (void __force *)ioremap(HPET_BASE, 0));
	KUNIT_EXPECT_EQ(test, kunit_expect_report_end(test), 2U);
	preempt_enable();
}

/* The image, a page of the direct map, the highest page; and ranges that touch RAM. */
static void ram_is_refused(struct kunit *test)
{
	phys_addr_t top = memblock_end_of_DRAM();
	struct page *page = alloc_page(GFP_HIGHUSER);

	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_WARN(test, "is RAM",
			  KUNIT_EXPECT_NULL(test,
					    (void __force *)ioremap(__pa(ram_is_refused), 1)));
	KUNIT_EXPECT_WARN(test, "is RAM",
			  KUNIT_EXPECT_NULL(test, (void __force *)ioremap_cache(page_to_phys(page),
										PAGE_SIZE)));
	KUNIT_EXPECT_WARN(test, "is RAM",
			  KUNIT_EXPECT_NULL(test, (void __force *)ioremap_wc(top - 1, 1)));
	KUNIT_EXPECT_WARN(test, "is RAM",
			  KUNIT_EXPECT_NULL(test, (void __force *)ioremap(top - 1, 2)));
	KUNIT_EXPECT_WARN(test, "is RAM",
			  KUNIT_EXPECT_NULL(test, (void __force *)ioremap(0xff000, SZ_1M)));
	__free_page(page);
}

/* Each page follows the one before, from one page table to the next as well. */
static void pages_in_order(struct kunit *test)
{
	const phys_addr_t phys = 0xe8000000UL;
	const unsigned long size = 9UL << 20;
	u8 __iomem *mapped;
	unsigned long offset, wrong = 0;

	need_no_ram(test, phys, size);
	mapped = ioremap(phys, size);
	KUNIT_ASSERT_NOT_NULL(test, (__force void *)mapped);
	for (offset = 0; offset < size; offset += PAGE_SIZE)
		wrong += vmalloc_to_pfn((__force u8 *)mapped + offset) != PHYS_PFN(phys + offset);
	KUNIT_EXPECT_EQ(test, wrong, 0UL);
	iounmap(mapped);
}

static void expect_mappable(struct kunit *test, phys_addr_t phys, unsigned long size)
{
	void __iomem *mapped = ioremap(phys, size);

	KUNIT_EXPECT_NOT_NULL(test, (__force void *)mapped);
	iounmap(mapped);
}

#define EXPECT_RAM(test, phys, size)                                                               \
	KUNIT_EXPECT_WARN(test, "is RAM",                                                          \
			  KUNIT_EXPECT_NULL(test, (__force void *)ioremap(phys, size)))

/* What is RAM, to the byte: a region that memblock is told of for the while. */
static void ram_by_the_byte(struct kunit *test)
{
	const phys_addr_t ram = 0xe8000000UL, end = ram + PAGE_SIZE;
	const phys_addr_t bios = 0xa0000, bios_end = 0x100000;

	need_no_ram(test, ram - PAGE_SIZE, 3 * PAGE_SIZE);
	KUNIT_ASSERT_EQ(test, memblock_add(ram, PAGE_SIZE), 0);
	expect_mappable(test, ram - PAGE_SIZE, PAGE_SIZE);
	expect_mappable(test, ram - 1, 1);
	EXPECT_RAM(test, ram - 1, 2);
	EXPECT_RAM(test, ram, 1);
	EXPECT_RAM(test, end - 1, 1);
	EXPECT_RAM(test, end - 1, 2);
	expect_mappable(test, end, 1);
	KUNIT_EXPECT_EQ(test, memblock_remove(ram, PAGE_SIZE), 0);

	/* From 640 KiB to 1 MiB nothing is, even if the map says so. */
	if (memblock_overlaps_region(&memblock.memory, bios, bios_end - bios))
		return;
	KUNIT_ASSERT_EQ(test, memblock_add(bios, bios_end - bios), 0);
	expect_mappable(test, bios, bios_end - bios);
	expect_mappable(test, bios, 1);
	expect_mappable(test, bios_end - 1, 1);
	EXPECT_RAM(test, bios - 1, 2);
	EXPECT_RAM(test, bios_end - 1, 2);
	KUNIT_EXPECT_EQ(test, memblock_remove(bios, bios_end - bios), 0);
}

static void mistakes_are_reported(struct kunit *test)
{
	u8 __iomem *addr = ioremap(ADAPTERS, 3 * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, (void __force *)addr);
	KUNIT_EXPECT_BUG(test, "BUG: iounmap of", iounmap(addr + PAGE_SIZE));
	KUNIT_EXPECT_BUG(test, "an area of ioremap, made by", vunmap((void __force *)addr));
	iounmap(addr + 5);
	KUNIT_EXPECT_BUG(test, "which is free already", iounmap(addr));
}

/* Every alignment of both sides and every length, in ordinary memory. */
static void block_copies(struct kunit *test)
{
	u8 *mem = kmalloc(64, GFP_KERNEL), plain[64], copy[64];
	u8 __iomem *io = (u8 __iomem __force *)mem;
	unsigned int dst, src, len;

	KUNIT_ASSERT_NOT_NULL(test, mem);
	for (dst = 0; dst < 4; dst++)
		for (src = 0; src < 4; src++)
			for (len = 0; len < 20; len++) {
				memset(mem, 0xcc, 64);
				memset(copy, 0xdd, 64);
				for (unsigned int i = 0; i < 64; i++)
					plain[i] = kunit_rand(test);
				memcpy_toio(io + dst, plain + src, len);
				KUNIT_EXPECT_MEMEQ(test, mem + dst, plain + src, len);
				KUNIT_EXPECT_EQ(test, mem[dst + len], 0xcc);
				memcpy_fromio(copy + src, io + dst, len);
				KUNIT_EXPECT_MEMEQ(test, copy + src, plain + src, len);
				KUNIT_EXPECT_EQ(test, copy[src + len], 0xdd);
				memset_io(io + dst, 0x1a5, len);
				KUNIT_EXPECT_NULL(test, memchr_inv(mem + dst, 0xa5, len));
				KUNIT_EXPECT_EQ(test, mem[dst + len], 0xcc);
			}
	kfree(mem);
}

static struct kunit_case ioremap_cases[] = {
	KUNIT_CASE(last_page_of_all),
	KUNIT_CASE(bios_area),
	KUNIT_CASE(local_apic),
	KUNIT_CASE(io_apic),
	KUNIT_CASE(hpet),
	KUNIT_CASE(edu_device),
	KUNIT_CASE(frame_buffer),
	KUNIT_CASE(memory_types),
	KUNIT_CASE(offsets_and_view),
	KUNIT_CASE(nonsense_is_refused),
	KUNIT_CASE(atomic_context_is_reported),
	KUNIT_CASE(ram_is_refused),
	KUNIT_CASE(pages_in_order),
	KUNIT_CASE(ram_by_the_byte),
	KUNIT_CASE(mistakes_are_reported),

	KUNIT_CASE(block_copies),
	{},
};

static struct kunit_suite ioremap_suite = {
	.name = "ioremap",
	.init = ioremap_test_init,
	.exit = ioremap_test_exit,
	.test_cases = ioremap_cases,
};
kunit_test_suite(ioremap_suite);
