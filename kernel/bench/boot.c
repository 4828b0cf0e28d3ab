/* SPDX-License-Identifier: MIT */
/*
 * What boot cost: cycles by stage (kernel/boot_stages.c), and RAM that did not become
 * free, by who has it.
 */
#include <kernel/boot_stages.h>
#include <kernel/sections.h>
#include <kernel/bench/bench.h>
#include <arch/mmu.h>
#include <mm/mm.h>
#include <mm/slab.h>

void bench_boot(struct seq_file *m, enum bench_format format)
{
	const struct boot_stage *stage;
	u64 sum = 0;
	unsigned int i;

	for (i = 0; (stage = boot_stage_get(i)) != NULL; i++) {
		seq_printf(m,
			   format == BENCH_JSON ? "{\"stage\": \"%s\", \"cycles\": %llu}\n"
						: "%-44s %12llu\n",
			   stage->name, stage->cycles);
		sum += stage->cycles;
	}
	if (format == BENCH_TABLE)
		seq_printf(m, "%-44s %12llu\n", "all", sum);
}

/* One reason, in KiB. Return: @pages. */
static unsigned long bench_taken(struct seq_file *m, const char *reason, unsigned long pages,
				 enum bench_format format)
{
	seq_printf(m,
		   format == BENCH_JSON ? "{\"memory\": \"%s\", \"kB\": %lu}\n"
					: "%-12s %10lu kB\n",
		   reason, pages << (PAGE_SHIFT - 10));
	return pages;
}

/* Pages of the image, less what was given away after boot. */
static unsigned long bench_image_pages(void)
{
	return PFN_UP(__pa(_end) - (unsigned long)__boot_start) -
	       PFN_UP((unsigned long)(__boot_end - __boot_start)) -
	       PFN_UP((unsigned long)(__init_end - __init_begin));
}

void bench_memory(struct seq_file *m, enum bench_format format)
{
	unsigned long present = contig_page_data.node_present_pages, taken = 0, reserved, free;

	drain_all_pages(NULL);
	free = nr_free_pages();
	reserved = present - totalram_pages();
	bench_taken(m, "RAM", present, format);
	bench_taken(m, "reserved", reserved, format);
	bench_taken(m, "free", free, format);
	taken += bench_taken(m, "image", bench_image_pages(), format);
	taken += bench_taken(m, "mem_map", PFN_UP(max_pfn * sizeof(struct page)), format);
	taken += bench_taken(m, "page tables", nr_kernel_pagetables(), format);
	taken += bench_taken(m, "slab", slab_nr_pages(), format);
	bench_taken(m, "other", present - free - taken, format);
}
