/* SPDX-License-Identifier: MIT */
/*
 * Machine checks. With CR4.MCE clear, a hardware error shuts the CPU down without a
 * word; with it set it is exception 18, which report_fault() prints like any other,
 * with the contents of the error banks added.
 *
 * Reference: SDM vol. 3, 15.3 (registers), 15.9 (error codes).
 */
#include <kernel/printk.h>
#include <kernel/lib/types.h>
#include <asm/control.h>
#include <asm/cpufeature.h>
#include <asm/machine_check.h>
#include <asm/msr.h>

#define MSR_MCG_CAP     0x179U
#define MSR_MCG_STATUS  0x17aU
#define MSR_MC0_STATUS  0x401U /* one bank each 4 registers */
#define MSR_MC0_ADDR    0x402U
#define MCG_CAP_BANKS   0xffU
#define MC_STATUS_VALID (1U << 31) /* of the high word, as the others */
#define MC_STATUS_UC    (1U << 29)
#define MC_STATUS_ADDRV (1U << 26)

void machine_check_init(void)
{
	if (cpu_features() & X86_FEATURE_MCE)
		write_cr4(read_cr4() | X86_CR4_MCE);
}

void machine_check_report(void)
{
	unsigned int nr_banks, bank;

	if (!(cpu_features() & X86_FEATURE_MCA)) {
		pr_emerg("  machine check: this CPU does not say more\n");
		return;
	}
	nr_banks = (unsigned int)rdmsr(MSR_MCG_CAP) & MCG_CAP_BANKS;
	pr_emerg("  machine check: MCG_STATUS %#llx, %u banks\n", rdmsr(MSR_MCG_STATUS), nr_banks);
	for (bank = 0; bank < nr_banks; bank++) {
		u64 status = rdmsr(MSR_MC0_STATUS + bank * 4);
		u32 high = (u32)(status >> 32);

		if (!(high & MC_STATUS_VALID))
			continue;
		pr_emerg("  bank %u: %#llx, %scorrected", bank, status,
			 high & MC_STATUS_UC ? "un" : "");
		if (high & MC_STATUS_ADDRV)
			pr_cont(", address %#llx", rdmsr(MSR_MC0_ADDR + bank * 4));
		pr_cont("\n");
	}
}
