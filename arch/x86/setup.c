/* SPDX-License-Identifier: MIT */
/*
 * From the loader's registers to boot_info.
 */
#include <arch/setup.h>
#include <arch/io.h>
#include <arch/mmu.h>
#include <arch/traps.h>
#include <arch/x86/early_console.h>
#include <kernel/bug.h>
#include <kernel/printk.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>

struct boot_info boot_info __initdata;

/* read_early - physical memory through early_memremap()'s windows, page by page */
static bool __init read_early(void *ctx __unused, phys_addr_t addr, void *buf, size_t len)
{
	while (len) {
		size_t part = min_t(size_t, len, PAGE_SIZE - offset_in_page(addr));
		void *window = early_memremap(addr, part);

		if (!window)
			return false;
		memcpy(buf, window, part);
		early_memunmap(window, part);
		buf = (char *)buf + part;
		addr += (phys_addr_t)part;
		len -= part;
	}
	return true;
}

void __init setup_arch(u32 magic, phys_addr_t info)
{
	static const struct boot_reader reader __initconst = {.read = read_early};
	bool usable;
	u32 bit;

	outb(0xff, 0x21); /* no line of either PIC interrupts before the IRQ layer is up */
	outb(0xff, 0xa1);
	early_console_init();
	early_trap_init();
	pr_notice("k896: a kernel about memory management, i386, 3G/1G\n");
	usable = multiboot_parse(magic, info, &reader, &boot_info);
	for (bit = 1; bit; bit <<= 1)
		if (boot_info.problems & bit)
			pr_warn("multiboot: %s\n", multiboot_problem(bit));
	if (!usable)
		panic("no memory map: nothing to run in");
	pr_info("Command line: %s\n", boot_info.cmdline);
	if (boot_info.loader[0])
		pr_info("Loader: %s\n", boot_info.loader);
}
