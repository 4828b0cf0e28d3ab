/* SPDX-License-Identifier: MIT */
/*
 * Rows of what gives pages addresses: vmalloc(), vmap(), ioremap(), kmap().
 */
#include <kernel/bench/bench.h>
#include <kernel/lib/minmax.h>
#include <arch/irq.h>
#include <arch/mmu.h>
#include <mm/highmem.h>
#include <mm/ioremap.h>
#include <mm/mm.h>
#include <mm/vmalloc.h>

/* A page of the chip that distributes interrupts: no RAM on any PC. */
#define DEVICE_PHYS 0xfec00000UL

/* So many times that purges of freed areas are among them. */
#define AREA_HOT(fn, acquire, release)                                                             \
	static const char *fn(struct bench *b)                                                     \
	{                                                                                          \
		void *area = acquire;                                                              \
                                                                                                   \
		if (!area)                                                                         \
			return "memory ran out";                                                   \
		release(area);                                                                     \
		bench_hot(b, area = acquire; release(area));                                       \
		return NULL;                                                                       \
	}

AREA_HOT(vmalloc_1, vmalloc(PAGE_SIZE), vfree)
AREA_HOT(vmalloc_16, vmalloc(16 * PAGE_SIZE), vfree)
AREA_HOT(vmalloc_256, vmalloc(256 * PAGE_SIZE), vfree)

static const char *ioremap_1(struct bench *b)
{
	void __iomem *area = ioremap(DEVICE_PHYS, PAGE_SIZE);

	if (!area)
		return "memory ran out";
	iounmap(area);
	bench_hot(b, area = ioremap(DEVICE_PHYS, PAGE_SIZE); iounmap(area));
	return NULL;
}

/* bench_get_pages - @nr pages into b->objects. Return: all or none. */
static bool bench_get_pages(struct bench *b, gfp_t gfp, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		struct page *page = alloc_page(gfp | __GFP_NOWARN);

		if (page && (!(gfp & __GFP_HIGHMEM) || PageHighMem(page))) {
			b->objects[i] = page;
			continue;
		}
		if (page)
			__free_page(page);
		while (i)
			__free_page((struct page *)b->objects[--i]);
		return false;
	}
	return true;
}

static void bench_put_pages(struct bench *b, unsigned int nr)
{
	while (nr)
		__free_page((struct page *)b->objects[--nr]);
}

static const char *vmap_16(struct bench *b)
{
	struct page **pages = (struct page **)b->objects;
	void *area;

	if (!bench_get_pages(b, GFP_KERNEL, 16))
		return "memory ran out";
	bench_hot(b, area = vmap(pages, 16, VM_MAP, PAGE_KERNEL); vunmap(area));
	bench_put_pages(b, 16);
	return NULL;
}

static const char no_highmem[] = "no high memory";

static void sample_kmap_atomic(struct bench *b, struct page *page)
{
	unsigned long flags;
	void *addr;

	local_irq_save(flags); /* neither can sleep, nor can page_address() */
	bench_hot(b, addr = kmap_atomic(page); kunmap_atomic(addr));
	local_irq_restore(flags);
}

static const char *kmap_atomic_high(struct bench *b)
{
	if (!bench_get_pages(b, GFP_HIGHUSER, 1))
		return no_highmem;
	sample_kmap_atomic(b, b->objects[0]);
	bench_put_pages(b, 1);
	return NULL;
}

static const char *kmap_atomic_low(struct bench *b)
{
	if (!bench_get_pages(b, GFP_KERNEL, 1))
		return "memory ran out";
	sample_kmap_atomic(b, b->objects[0]);
	bench_put_pages(b, 1);
	return NULL;
}

static const char *kmap_again(struct bench *b)
{
	struct page *page;
	void *addr;

	if (!bench_get_pages(b, GFP_HIGHUSER, 1))
		return no_highmem;
	page = b->objects[0];
	bench_hot(b, addr = kmap(page); OPTIMIZER_HIDE_VAR(addr); kunmap(page));
	bench_put_pages(b, 1);
	return NULL;
}

/* More pages than twice the slots, so that each page's last mapping is gone. */
#define KMAP_FIRST_PAGES (2 * LAST_PKMAP + 512)

static const char *kmap_first(struct bench *b)
{
	unsigned int i, round;
	void *addr;

	if (!bench_get_pages(b, GFP_HIGHUSER, KMAP_FIRST_PAGES))
		return no_highmem;
	for (round = 0; round < 2; round++) {
		b->nr = 0; /* the first uses up slots that were never used */
		for (i = 0; i < KMAP_FIRST_PAGES; i++) {
			struct page *page = b->objects[i];

			bench_record(b, bench_time(b, addr = kmap(page); OPTIMIZER_HIDE_VAR(addr);
						   kunmap(page)));
		}
	}
	bench_put_pages(b, KMAP_FIRST_PAGES);
	return NULL;
}

static void sample_page_address(struct bench *b, struct page *page)
{
	unsigned long flags;
	void *addr;

	local_irq_save(flags);
	bench_hot(b, OPTIMIZER_HIDE_VAR(page); addr = page_address(page); OPTIMIZER_HIDE_VAR(addr));
	local_irq_restore(flags);
}

static const char *page_address_low(struct bench *b)
{
	if (!bench_get_pages(b, GFP_KERNEL, 1))
		return "memory ran out";
	sample_page_address(b, b->objects[0]);
	bench_put_pages(b, 1);
	return NULL;
}

static const char *page_address_high(struct bench *b)
{
	if (!bench_get_pages(b, GFP_HIGHUSER, 1))
		return no_highmem;
	if (kmap(b->objects[0])) {
		sample_page_address(b, b->objects[0]);
		kunmap(b->objects[0]);
	}
	bench_put_pages(b, 1);
	return NULL;
}

static void *live_area(struct bench *b __unused)
{
	return __vmalloc(PAGE_SIZE, GFP_KERNEL | __GFP_NOWARN);
}

static void free_live_area(struct bench *b __unused, void *object)
{
	vfree(object);
}

static void *live_kmap(struct bench *b __unused)
{
	struct page *page = alloc_page(GFP_HIGHUSER | __GFP_NOWARN);

	if (page && !kmap(page)) {
		__free_page(page);
		page = NULL;
	}
	return page;
}

static void free_live_kmap(struct bench *b __unused, void *object)
{
	kunmap((struct page *)object);
	__free_page((struct page *)object);
}

#define LIVE_AREAS .alloc_live = live_area, .free_live = free_live_area
#define LIVE_KMAPS .alloc_live = live_kmap, .free_live = free_live_kmap, .live_max = LAST_PKMAP / 2

const struct bench_row bench_area_rows[] = {
	{"vmalloc-1", "vmalloc and vfree, 1 page", .run = vmalloc_1, LIVE_AREAS},
	{"vmalloc-16", "vmalloc and vfree, 16 pages", .run = vmalloc_16, LIVE_AREAS},
	{"vmalloc-256", "vmalloc and vfree, 256 pages", .run = vmalloc_256, LIVE_AREAS},
	{"vmap-16", "vmap and vunmap, 16 pages", .run = vmap_16, LIVE_AREAS},
	{"ioremap-1", "ioremap and iounmap, 1 page", .run = ioremap_1, LIVE_AREAS},
	{"kmap-atomic-high", "kmap_atomic and kunmap_atomic, highmem", .run = kmap_atomic_high,
	 LIVE_KMAPS},
	{"kmap-atomic-low", "kmap_atomic and kunmap_atomic, lowmem", .run = kmap_atomic_low,
	 LIVE_KMAPS},
	{"kmap-again", "kmap and kunmap, highmem, mapped already", .run = kmap_again, LIVE_KMAPS},
	{"kmap-first", "kmap and kunmap, highmem, the first time", .run = kmap_first,
	 .by_mean = true, LIVE_KMAPS},
	{"page-address-low", "page_address, lowmem", .run = page_address_low, LIVE_KMAPS},
	{"page-address-high", "page_address, highmem", .run = page_address_high, LIVE_KMAPS},
};
const unsigned int nr_bench_area_rows = ARRAY_SIZE(bench_area_rows);
