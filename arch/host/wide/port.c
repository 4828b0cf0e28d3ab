/* SPDX-License-Identifier: MIT */
/*
 * The port to a 64-bit Linux process: what is not bound to i386, on a CPU of another width.
 *
 * It is the first test of the seam between mm/ and a CPU, and the home of the fuzzers,
 * whose tools are 64-bit only. Where the 32-bit process (arch/host/) plays an i386 and
 * shares page tables and exceptions with arch/x86/, this port has as little of a CPU as mm/
 * can do with:
 *
 *   - physical memory and the direct map are one mapping made by the process;
 *   - one flat table translates what lies outside: vmalloc, pkmap, fixmap. The process looks
 *     an address up when it faults, maps the page, and remembers until host_flush();
 *   - an exception ends what the interrupted code did: the test core's hook leaves by
 *     arch_longjmp(), or else the kernel panics;
 *   - there are no interrupts and no single steps.
 *
 * The image does not lie in the direct map, and so nothing of it is ever given to the page
 * allocator. boot.c tells in which order memory comes up.
 */
#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/irqchip.h>
#include <arch/mmu.h>
#include <arch/percpu.h>
#include <arch/setjmp.h>
#include <arch/step.h>
#include <arch/timer.h>
#include <arch/traps.h>
#include <asm/host.h>
#include <kernel/bug.h>
#include <kernel/panic.h>
#include <kernel/percpu.h>
#include <kernel/printk.h>
#include <kernel/seq.h>
#include <kernel/lib/errno.h>

/*
 * Translation
 */

void *high_memory;
unsigned long max_low_pfn;

/* As on i386, so that the same machines have high memory. */
const unsigned long host_low_limit = 896UL << 20;

pte_t kernel_area_ptes[PTRS_PER_PTE];
pmd_t kernel_area_pmd;
pgd_t swapper_pg_dir[1];

int host_translate(unsigned long addr, unsigned long *frame, int *writable)
{
	pte_t pte;

	if (addr < KERNEL_AREA || addr >= KERNEL_AREA_END)
		return 0;
	pte = ptep_get(kernel_area_pte(addr));
	*frame = pte_val(pte) & PTE_PFN_MASK;
	*writable = pte_write(pte);
	return pte_present(pte);
}

static const struct pgtable_ops *table_ops;

void pgtable_set_ops(const struct pgtable_ops *ops)
{
	table_ops = ops;
}

/* A page directory is a page, and there is nothing to put in. */
pgd_t *pgd_alloc(struct mm_struct *mm __unused)
{
	return table_ops->alloc();
}

void pgd_free(struct mm_struct *mm __unused, pgd_t *pgd)
{
	table_ops->free(pgd);
}

/* The kernel's only table is in the image. */
unsigned long nr_kernel_pagetables(void)
{
	return 0;
}

pte_t *pte_alloc_kernel(pmd_t *pmd, unsigned long addr)
{
	return pte_offset_kernel(pmd, addr);
}

void flush_tlb_all(void)
{
	host_flush(KERNEL_AREA, KERNEL_AREA_END);
}

void flush_tlb_local(void)
{
	flush_tlb_all();
}

static unsigned long nr_low_pages(unsigned long pfn, unsigned long nr_pages)
{
	return pfn < max_low_pfn ? min(nr_pages, max_low_pfn - pfn) : 0;
}

void direct_map_set_present(unsigned long pfn, unsigned long nr_pages, bool present)
{
	nr_pages = nr_low_pages(pfn, nr_pages);
	if (nr_pages)
		host_set_present((unsigned long)__va(PFN_PHYS(pfn)), nr_pages << PAGE_SHIFT,
				 present);
}

bool direct_map_is_present(unsigned long pfn)
{
	u8 byte;

	return pfn < max_low_pfn && !host_copy(&byte, __va(PFN_PHYS(pfn)), 1);
}

/* is_gap - does nobody own this address of the area? */
static bool is_gap(unsigned long addr)
{
	return (addr >= VMALLOC_END && addr < PKMAP_BASE) ||
	       (addr >= PKMAP_END && addr < FIXADDR_START) || addr >= FIXADDR_TOP;
}

bool ptdump_check(void)
{
	unsigned long addr;
	bool sound = true;

	for (addr = KERNEL_AREA; addr < KERNEL_AREA_END; addr += PAGE_SIZE)
		if (is_gap(addr) && !pte_none(ptep_get(kernel_area_pte(addr)))) {
			pr_err("ptdump: 0x%lx lies in a gap and is mapped\n", addr);
			sound = false;
		}
	return sound;
}

/*
 * Exceptions
 */

#define VECTOR_PF 14

static bool (*fault_hook)(struct fault_info *info);

void set_fault_hook(bool (*hook)(struct fault_info *info))
{
	fault_hook = hook;
}

static void (*page_fault_trace)(const struct fault_info *info);

void set_page_fault_trace(void (*trace)(const struct fault_info *info))
{
	page_fault_trace = trace;
}

void host_fault(int vector, unsigned long error_code, unsigned long address, unsigned long ip)
{
	struct fault_info info = {
		.vector = vector,
		.name = vector == VECTOR_PF ? "page fault" : "exception",
		.error_code = error_code,
		.address = address,
		.ip = ip,
	};

	local_irq_disable();
	if (page_fault_trace && vector == VECTOR_PF)
		page_fault_trace(&info);
	if (fault_hook)
		fault_hook(&info);
	pr_emerg("BUG: %s (vector %d) at 0x%lx, error code 0x%04lx, by %pS\n", info.name, vector,
		 address, error_code, (void *)ip);
	info.reported = true;
	if (fault_hook)
		fault_hook(&info);
	panic("fatal exception in the kernel");
}

/* Registers are what the process's own tools show, be it the sanitizer or a debugger. */
void arch_save_regs(void)
{
}

void arch_show_saved_regs(void)
{
}

long copy_from_kernel_nofault(void *dst, const void *src, size_t size)
{
	return host_copy(dst, src, size) ? -EFAULT : 0;
}

long copy_to_kernel_nofault(void *dst, const void *src, size_t size)
{
	return host_copy(dst, src, size) ? -EFAULT : 0;
}

/* Every function of the kernel builds a frame: the caller's, and the return address. */
unsigned int stack_trace_save(unsigned long *entries, unsigned int nr, unsigned int skip)
{
	unsigned long fp = (unsigned long)__builtin_frame_address(0);
	unsigned int stored = 0;

	while (stored < nr && fp >= host_cpu.stack_low && fp < host_cpu.stack_high) {
		unsigned long frame[2];

		if (host_copy(frame, (void *)fp, sizeof(frame)) || frame[0] <= fp)
			break;
		if (skip)
			skip--;
		else
			entries[stored++] = frame[1];
		fp = frame[0];
	}
	return stored;
}

/* setjmp.asm has the rest: the interrupt flag is a variable. */
unsigned long host_save_flags(void);
void host_restore_flags(unsigned long flags);

unsigned long host_save_flags(void)
{
	return arch_local_save_flags();
}

void host_restore_flags(unsigned long flags)
{
	local_irq_disable();
	local_irq_restore(flags);
}

bool arch_can_single_step(void)
{
	return false;
}

struct step_count arch_single_step(void (*fn)(void *arg) __unused, void *arg __unused,
				   void (*each)(void *arg) __unused, void *each_arg __unused)
{
	panic("the 64-bit process cannot single-step");
}

/*
 * Interrupts, of which there are none
 */

void set_irq_entry(const struct irq_entry_ops *ops __unused)
{
}

/* Nobody walks the host's stacks. */
const struct kernel_stack *kernel_stack_of(unsigned long addr __unused)
{
	return NULL;
}

const char *irqchip_name(void)
{
	return "none";
}

void irqchip_init(void)
{
}

void irqchip_mask(unsigned int irq __unused)
{
}

void irqchip_unmask(unsigned int irq __unused)
{
}

bool irqchip_is_masked(unsigned int irq __unused)
{
	return true;
}

void host_take_interrupts(void)
{
}

void arch_timer_start(unsigned int hz __unused)
{
}

/*
 * The rest
 */

#define CALIBRATE_USECS 1000U

unsigned int arch_cycles_khz(void)
{
	u64 start = get_cycles();
	unsigned int passed = host_usleep(CALIBRATE_USECS);

	return (unsigned int)((get_cycles() - start) / passed * 1000);
}

void arch_percpu_switch(unsigned int cpu)
{
	host_cpu.percpu_offset = __per_cpu_offset[cpu];
}

void arch_machine_exit_enable(bool present __unused)
{
}

void arch_machine_exit(unsigned int code)
{
	host_exit(code == EXIT_SUCCESS);
}

void arch_machine_halt(void)
{
	host_exit(0);
}

void arch_machine_restart(void)
{
	host_exit(1);
}
