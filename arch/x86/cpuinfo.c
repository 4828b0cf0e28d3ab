/* SPDX-License-Identifier: MIT */
/*
 * What the CPU says of itself, in the lines of Linux's /proc/cpuinfo on i386.
 *
 * CPUID answers by leaves: 0 the vendor and the last leaf there is, 1 model and
 * features, 0x80000001 more features, 0x80000002 to 4 a name, 0x80000008 how wide
 * addresses are. A leaf above the last one is not asked for, so its lines are left out.
 *
 * Reference: Intel SDM vol. 2, CPUID; Linux 6.1 arch/x86/kernel/cpu/proc.c.
 */
#include <kernel/percpu.h>
#include <kernel/seq.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <arch/cpu.h>

struct cpuid_leaf {
	u32 eax, ebx, ecx, edx;
};

static struct cpuid_leaf cpuid(u32 leaf)
{
	struct cpuid_leaf regs = {.eax = leaf};

	__asm__ __volatile__("cpuid"
			     : "+a"(regs.eax), "=b"(regs.ebx), "+c"(regs.ecx), "=d"(regs.edx));
	return regs;
}

/* Names of bits, as Linux spells them; NULL where a bit has no meaning for a kernel. */
static const char *const leaf_1_edx[32] = {
	"fpu",  "vme",  "de",   "pse", "tsc",  "msr", "pae",   "mce", "cx8",     "apic", NULL,
	"sep",  "mtrr", "pge",  "mca", "cmov", "pat", "pse36", "pn",  "clflush", NULL,   "dts",
	"acpi", "mmx",  "fxsr", "sse", "sse2", "ss",  "ht",    "tm",  "ia64",    "pbe",
};
static const char *const leaf_1_ecx[32] = {
	[0] = "pni",     [1] = "pclmulqdq",
	[3] = "monitor", [5] = "vmx",
	[9] = "ssse3",   [12] = "fma",
	[13] = "cx16",   [17] = "pcid",
	[19] = "sse4_1", [20] = "sse4_2",
	[21] = "x2apic", [22] = "movbe",
	[23] = "popcnt", [24] = "tsc_deadline_timer",
	[25] = "aes",    [26] = "xsave",
	[28] = "avx",    [29] = "f16c",
	[30] = "rdrand", [31] = "hypervisor",
};
static const char *const leaf_80000001_edx[32] = {
	[11] = "syscall", [20] = "nx", [26] = "pdpe1gb", [27] = "rdtscp", [29] = "lm",
};

static void show_bits(struct seq_file *m, u32 bits, const char *const *names)
{
	unsigned int i;

	for (i = 0; i < 32; i++)
		if ((bits & 1U << i) && names[i])
			seq_printf(m, " %s", names[i]);
}

/* Family and model have a second part, for numbers that do not fit into the first. */
static void show_model(struct seq_file *m, u32 signature)
{
	u32 family = signature >> 8 & 0xf, model = signature >> 4 & 0xf;

	if (family == 6 || family == 15)
		model |= signature >> 12 & 0xf0;
	if (family == 15)
		family += signature >> 20 & 0xff;
	seq_printf(m, "cpu family\t: %u\nmodel\t\t: %u\n", family, model);
}

static void show_name(struct seq_file *m, u32 last_extended)
{
	struct cpuid_leaf name[3];
	char text[sizeof(name) + 1];
	u32 i;

	if (last_extended < 0x80000004)
		return;
	for (i = 0; i < ARRAY_SIZE(name); i++)
		name[i] = cpuid(0x80000002 + i);
	memcpy(text, name, sizeof(name));
	text[sizeof(name)] = '\0';
	seq_printf(m, "model name\t: %s\n", skip_spaces(text));
}

static void show_flags(struct seq_file *m, const struct cpuid_leaf *leaf, u32 last_extended)
{
	seq_puts(m, "flags\t\t:");
	show_bits(m, leaf->edx, leaf_1_edx);
	if (last_extended >= 0x80000001)
		show_bits(m, cpuid(0x80000001).edx, leaf_80000001_edx);
	show_bits(m, leaf->ecx, leaf_1_ecx);
	seq_putc(m, '\n');
}

static void show_cpu(struct seq_file *m, unsigned int cpu, unsigned int khz)
{
	struct cpuid_leaf first = cpuid(0), leaf = cpuid(1);
	u32 vendor[3] = {first.ebx, first.edx, first.ecx};
	u32 last_extended = cpuid(0x80000000).eax;

	if (!(last_extended & 0x80000000)) /* an old CPU, which answers as its last leaf would */
		last_extended = 0;
	seq_printf(m, "processor\t: %u\nvendor_id\t: %.12s\n", cpu, (const char *)vendor);
	show_model(m, leaf.eax);
	show_name(m, last_extended);
	seq_printf(m, "stepping\t: %u\n", leaf.eax & 0xf);
	seq_printf(m, "cpu MHz\t\t: %u.%03u\n", khz / 1000, khz % 1000);
	seq_printf(m, "cpuid level\t: %u\n", first.eax);
	show_flags(m, &leaf, last_extended);
	seq_printf(m, "clflush size\t: %u\ncache_alignment\t: %lu\n", (leaf.ebx >> 8 & 0xff) * 8,
		   L1_CACHE_BYTES);
	if (last_extended >= 0x80000008)
		seq_printf(m, "address sizes\t: %u bits physical, %u bits virtual\n",
			   cpuid(0x80000008).eax & 0xff, 32U);
	seq_putc(m, '\n');
}

void show_cpuinfo(struct seq_file *m, unsigned int khz)
{
	unsigned int cpu;

	for_each_online_cpu(cpu)
		show_cpu(m, cpu, khz);
}
