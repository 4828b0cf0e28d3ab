/* SPDX-License-Identifier: MIT */
/*
 * Memory's life outside of this kernel: RAM is told to memblock, zones are made of it, the
 * page allocator gets what nobody has reserved, the slab allocator stands on that.
 */
#include <kernel/printk.h>
#include <kernel/seq.h>
#include <arch/host/lift/port.h>
#include <arch/mmu.h>
#include <mm/memblock.h>
#include <mm/mm.h>
#include <mm/slab.h>

#define RAM_SIZE (48UL << 20)

/* Something to allocate. */
struct packet {
	struct packet *next;
	char payload[120];
};

int main(void);

/* Each line has its like in kmain(), kernel/main.c. */
static void memory_init(void)
{
	/* 1. What RAM there is, as the loader tells: call this for each range. */
	lift_make_ram(RAM_SIZE);
	memblock_add(0, RAM_SIZE);

	/* 2. What of it is taken: your image, modules; and frame 0, as 0 says "none". */
	memblock_reserve(0, PAGE_SIZE);

	/* 3. From here on memblock_alloc() works: for page tables, for per-CPU areas. */

	/* 4. A struct page for each frame; zones and their lists. */
	free_area_init();

	/* 5. What is not reserved goes to the page allocator: alloc_pages() works. */
	memblock_free_all();
	init_per_zone_wmark_min();

	/* 6. Object caches and kmalloc(). */
	kmem_cache_init();
}

static void use_pages(void)
{
	struct page *block = alloc_pages(GFP_KERNEL, 4);
	unsigned long addr = __get_free_page(GFP_ATOMIC);

	if (!block || !addr)
		return;
	printk("16 pages from frame %lu on, one page at %#lx\n", page_to_pfn(block), addr);
	free_page(addr);

	/* A mistake is reported, with who allocated the block, and nothing else happens. */
	__free_pages(block, 3);
	__free_pages(block, 4);
}

static void use_objects(void)
{
	struct kmem_cache *cache = kmem_cache_create("packet", sizeof(struct packet), 0,
						     SLAB_HWCACHE_ALIGN, NULL, NULL);
	struct packet *list = NULL;
	unsigned int i;

	for (i = 0; i < 1000; i++) {
		struct packet *packet = kmem_cache_zalloc(cache, GFP_KERNEL);

		if (!packet)
			break;
		packet->next = list;
		list = packet;
	}
	printk("%u packets of %zu bytes in %lu pages\n", i, sizeof(*list), slab_nr_pages());
	while (list) {
		struct packet *next = list->next;

		kmem_cache_free(cache, list);
		list = next;
	}
	kmem_cache_destroy(cache);
	kfree(kmalloc(100, GFP_KERNEL));
}

int main(void)
{
	unsigned long before;

	memory_init();
	seq_show_on_console(show_buddyinfo);

	mm_quiesce(); /* what lists and caches keep at hand goes back */
	before = nr_free_pages();
	use_pages();
	use_objects();
	mm_quiesce();

	printk("%lu pages free before, %lu after\n", before, nr_free_pages());
	return nr_free_pages() == before && page_alloc_check() && slab_check() ? 0 : 1;
}
