/* SPDX-License-Identifier: MIT */
/*
 * Forgetting translations.
 *
 * The TLB may keep a translation for as long as it likes after the tables say
 * something else; only a flush makes a change certain. There are three:
 *   INVLPG          one page, global or not
 *   load of CR3     everything that is not global
 *   clear CR4.PGE   everything
 * Nothing is flushed when an absent entry becomes present: the CPU caches no
 * absent ones (SDM vol. 3, 4.10.2.3).
 *
 * Locking: none; each flush is of this CPU, and there is one.
 *
 * Reference: Linux 6.1 arch/x86/mm/tlb.c (flush_tlb_kernel_range,
 * native_flush_tlb_global). Left out until there are more CPUs: shootdown.
 */
#include <asm/control.h>
#include <asm/cpufeature.h>
#include <arch/irq.h>
#include <arch/mmu.h>

/*
 * flush_tlb_local - the toggle must not be torn: an interrupt handler in between
 * would run with global pages off, and one that flushed itself would turn them
 * on again too early.
 */
void flush_tlb_local(void)
{
	unsigned long flags, cr4;

	local_irq_save(flags);
	cr4 = read_cr4();
	if (cr4 & X86_CR4_PGE) {
		write_cr4(cr4 & ~X86_CR4_PGE);
		write_cr4(cr4);
	} else {
		write_cr3(read_cr3());
	}
	local_irq_restore(flags);
}

void flush_tlb_all(void)
{
	flush_tlb_local();
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	unsigned long addr;

	if ((end - start) >> PAGE_SHIFT > TLB_SINGLE_PAGE_FLUSH_CEILING) {
		flush_tlb_local();
		return;
	}
	for (addr = start & PAGE_MASK; addr < end; addr += PAGE_SIZE)
		flush_tlb_one_kernel(addr);
}
