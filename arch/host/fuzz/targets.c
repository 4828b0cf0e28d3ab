/* SPDX-License-Identifier: MIT */
/*
 * The table of fuzz targets, and those that are models.
 *
 * A model (kernel/lib/model.h) draws its operations from the fuzzer's bytes in place of a
 * seed: what is compared, and how, stands in the model's own file.
 */
#include <arch/host/fuzz/fuzz.h>
#include <arch/mmu.h>
#include <asm/host.h>
#include <kernel/printk.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/model.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <kernel/panic.h>
#include <kernel/tests/memmap_model.h>
#include <mm/mm.h>
#include <mm/tests/models.h>

void fuzz_fail(const char *file, int line, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	panic("%s:%d: %s", file, line, text);
}

static void model_differs(struct model_run *run __unused, const char *file, int line,
			  const char *text)
{
	fuzz_fail(file, line, "%s", text);
}

static void run_model(const char *name, model_fn fn, const u8 *data, size_t size)
{
	static struct model_run run;

	model_init_bytes(&run, name, data, size);
	run.fail = model_differs;
	fn(&run);
}

#define FUZZ_MODEL(model)                                                                          \
	static void fuzz_##model(const u8 *data, size_t size)                                      \
	{                                                                                          \
		run_model(#model, model##_model_run, data, size);                                  \
	}

FUZZ_MODEL(memmap)
FUZZ_MODEL(memblock)
FUZZ_MODEL(buddy)
FUZZ_MODEL(page_alloc)
FUZZ_MODEL(slab)
FUZZ_MODEL(kmalloc)
FUZZ_MODEL(vmap_tree)
FUZZ_MODEL(vmap_area)
FUZZ_MODEL(kmap)

static const struct fuzz_target targets[] = {
	{"memmap", "model: the sanitizer of firmware's memory map", fuzz_memmap},
	{"memblock", "model: memory and reserved regions, and allocation by them", fuzz_memblock},
	{"buddy", "model: free lists of one zone", fuzz_buddy},
	{"page_alloc", "model: the page allocator over all zones, watermarks included",
	 fuzz_page_alloc},
	{"slab", "model: object caches", fuzz_slab},
	{"kmalloc", "model: kmalloc() and its kin", fuzz_kmalloc},
	{"vmap_tree", "model: the tree of virtual areas, as a pure structure", fuzz_vmap_tree},
	{"vmap_area", "model: the allocator of virtual areas, which uses the tree", fuzz_vmap_area},
	{"kmap", "model: kmap() and its slots", fuzz_kmap},
	{"multiboot", "memory with the loader's information at 0", fuzz_multiboot},
	{"cmdline", "the kernel's command line", fuzz_cmdline},
	{"memmap_option", "values of memmap= and, behind a !, of mem=, one a line",
	 fuzz_memmap_option},
	{"monitor", "what is typed at the monitor's prompt", fuzz_monitor},
};

const char *host_fuzz_name(unsigned int nr, const char **about)
{
	if (nr >= ARRAY_SIZE(targets))
		return NULL;
	*about = targets[nr].about;
	return targets[nr].name;
}

/*
 * An input may not keep a page, be it that it forgot one or that it broke what counts them;
 * nor may it depend on those before it, by a translation that the last one left: else what
 * fails in a run would not fail alone.
 */
void host_fuzz_run(unsigned int nr, const unsigned char *data, unsigned long size)
{
	unsigned long pages;

	flush_tlb_all();
	mm_quiesce();
	pages = nr_free_pages();
	targets[nr].run(data, size);
	mm_quiesce();
	if (nr_free_pages() != pages)
		fuzz_fail(__FILE__, __LINE__, "%lu pages were free before, %lu are now", pages,
			  nr_free_pages());
}
