/* SPDX-License-Identifier: MIT */
/*
 * What is told of addresses whose use the test knows, since it made it; and that every
 * address there is can be asked for.
 */
#include <kernel/resource.h>
#include <kernel/sections.h>
#include <kernel/selftest.h>
#include <kernel/seq.h>
#include <kernel/lib/vsprintf.h>
#include <arch/irq.h>
#include <arch/mmu.h>
#include <arch/traps.h>
#include <mm/explain.h>
#include <mm/highmem.h>
#include <mm/internal.h>
#include <mm/ioremap.h>
#include <mm/memblock.h>
#include <mm/mm.h>
#include <mm/slab_internal.h>
#include <mm/vmalloc.h>

static char said[2048];

static const char *explain(const volatile void *addr)
{
	struct seq_file m;

	seq_open_buffer(&m, said, sizeof(said));
	show_explain(&m, (unsigned long)addr);
	return said;
}

static const char *page(unsigned long pfn)
{
	struct seq_file m;

	seq_open_buffer(&m, said, sizeof(said));
	show_page(&m, pfn);
	return said;
}

/* expect_line - a line of what was said is this, up to its end or to what @line leaves out */
static void __printf(2, 3) expect_line(struct kunit *test, const char *fmt, ...)
{
	const char *at = said;
	char line[160];
	va_list args;

	va_start(args, fmt);
	vscnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	for (; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		if (str_has_prefix(at, line))
			return;
	KUNIT_FAIL(test, "no line begins with \"%s\" in:", line);
	for (at = said; *at; at += strcspn(at, "\n") + !!strchr(at, '\n'))
		kunit_info(test, "%.*s", (int)strcspn(at, "\n"), at);
}

/*
 * Pages
 */

static void a_page_in_use(struct kunit *test)
{
	struct page *p = alloc_pages(GFP_KERNEL, 2);
	unsigned long pfn;
	char *addr;

	KUNIT_ASSERT_NOT_NULL(test, p);
	pfn = page_to_pfn(p);
	page(pfn);
	expect_line(test, "pfn %#lx: phys 0x%08lx, virt 0x%px, zone ", pfn, pfn << PAGE_SHIFT,
		    page_address(p));
	expect_line(test, "  flags %#lx(none), order 2, references 1, mapcount 0, private 0\n",
		    p->flags);
	expect_line(test,
		    "  in use, page 0 of a block of order 2, last allocated by a_page_in_use+");
	page(pfn + 3);
	expect_line(test,
		    "  in use, page 3 of a block of order 2, last allocated by a_page_in_use+");

	addr = page_address(p) + PAGE_SIZE + 8;
	explain(addr);
	expect_line(test, "0x%08lx: %s, mapped to phys 0x%08lx by a page of ", (unsigned long)addr,
		    layout_region((unsigned long)addr), (unsigned long)__pa(addr));
	expect_line(test, "pfn %#lx: ", pfn + 1);
	expect_line(test, "  before: pfn %#lx, ", pfn - 1);
	expect_line(test, "  after: pfn %#lx, ", pfn + 4);

	__free_pages(p, 2);
	page(pfn);
	/* A zone of few pages has no per-CPU lists to speak of, and the buddy merges. */
	if (PagePcp(p))
		expect_line(
			test,
			"  free, on a per-CPU list, page 0 of a block of order 2, last freed by a_page_in_use+");
	else
		expect_line(test, "  free, page %lu of a block of order ",
			    pfn - page_to_pfn(free_block_head(pfn)));
}

/* Two blocks side by side, of which each is the other's neighbour. */
static void neighbours_of_a_block(struct kunit *test)
{
	struct page *p = alloc_pages(GFP_KERNEL, 3);

	KUNIT_ASSERT_NOT_NULL(test, p);
	split_page(p, 3);
	explain(page_address(p + 4));
	expect_line(
		test,
		"  before: pfn %#lx, in use, page 0 of a block of order 0, last allocated by neighbours_of_a_block+",
		page_to_pfn(p) + 3);
	expect_line(
		test,
		"  after: pfn %#lx, in use, page 0 of a block of order 0, last allocated by neighbours_of_a_block+",
		page_to_pfn(p) + 5);
	free_pages_exact(page_address(p), 8 * PAGE_SIZE);
}

static void reserved_pages_and_mem_map(struct kunit *test)
{
	explain((char *)pfn_to_page(7) + 5);
	expect_line(test, "  reserved: mem_map\n");
	expect_line(test, "  range: 0x%08lx-",
		    (unsigned long)__pa(PAGE_ALIGN_DOWN((unsigned long)mem_map)));
	expect_line(test, "  mem_map: struct page of pfn 0x7, byte 5 of it\n");
	expect_line(test, "  after: pfn ");
}

/* Nothing is before the first page frame, whoever has it. */
static void the_first_page(struct kunit *test)
{
	explain(__va(0));
	expect_line(test, "pfn 0: phys 0x00000000, ");
	KUNIT_EXPECT_NULL(test, strstr(said, "  before: "));
	expect_line(test, "  after: pfn ");
}

/* A page of a slab whose struct slab is nowhere: what can be told is. */
static void a_slab_in_pieces(struct kunit *test)
{
	char *object = kmalloc(60, GFP_KERNEL);
	struct page *p;
	struct slab *slabp;
	unsigned long flags;

	KUNIT_ASSERT_NOT_NULL(test, object);
	p = virt_to_page(object);
	slabp = p->slab;
	local_irq_save(flags);
	p->slab = high_memory; /* where nothing is mapped */
	page(page_to_pfn(p));
	p->slab = slabp;
	local_irq_restore(flags);
	expect_line(test, "  slab of cache kmalloc-64\n");
	page(page_to_pfn(p));
	expect_line(test, "  slab of cache kmalloc-64, ");
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, " objects in use or cached, struct slab "));
	kfree(object);
}

static void pages_that_are_none(struct kunit *test)
{
	page(max_pfn);
	expect_line(test, "pfn %#lx: no struct page, the last is that of pfn %#lx\n", max_pfn,
		    max_pfn - 1);
	page(ULONG_MAX);
	expect_line(test, "pfn %#lx: no struct page", ULONG_MAX);
	page(max_pfn - 1);
	expect_line(test, "pfn %#lx: phys ", max_pfn - 1);
}

static void arguments_name_pages(struct kunit *test)
{
	unsigned long pfn = 0;
	struct page *p = alloc_page(GFP_KERNEL);
	char *area = vmalloc(2 * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_NOT_NULL(test, area);
	KUNIT_EXPECT_TRUE(test, pfn_of_argument(max_pfn - 1, &pfn));
	KUNIT_EXPECT_EQ(test, pfn, max_pfn - 1);
	KUNIT_EXPECT_TRUE(test, pfn_of_argument((unsigned long)page_address(p) + 100, &pfn));
	KUNIT_EXPECT_EQ(test, pfn, page_to_pfn(p));
	KUNIT_EXPECT_TRUE(test, pfn_of_argument((unsigned long)area + PAGE_SIZE, &pfn));
	KUNIT_EXPECT_EQ(test, pfn, vmalloc_to_pfn(area + PAGE_SIZE));
	pfn = 77;
	KUNIT_EXPECT_FALSE(test, pfn_of_argument(max_pfn, &pfn));
	KUNIT_EXPECT_FALSE(test, pfn_of_argument(PAGE_OFFSET - 1, &pfn));
	KUNIT_EXPECT_FALSE(test, pfn_of_argument((unsigned long)area + 2 * PAGE_SIZE, &pfn));
	KUNIT_EXPECT_FALSE(test, pfn_of_argument(ULONG_MAX, &pfn));
	KUNIT_EXPECT_EQ(test, pfn, 77);
	vfree(area);
	__free_page(p);
}

/*
 * Objects
 */

static void an_object_and_its_neighbours(struct kunit *test)
{
	struct kmem_cache *cachep = kmem_cache_create("explained", 72, 0, 0, NULL, NULL);
	char *objects[3];
	volatile unsigned long was; /* hides from the compiler that it is freed */
	struct slab *slabp;
	unsigned int i, idx;

	KUNIT_ASSERT_NOT_NULL(test, cachep);
	for (i = 0; i < ARRAY_SIZE(objects); i++) {
		objects[i] = kmem_cache_alloc(cachep, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, objects[i]);
	}
	explain(objects[0] + 10);
	expect_line(test, "  slab of cache explained, ");
	expect_line(test, "  byte 10 of 72 of an object of cache explained\n");
	expect_line(test, "  this: object ");
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, ", allocated by an_object_and_its_neighbours+"));

	explain(objects[1]);
	slabp = virt_to_page(objects[1])->slab;
	idx = obj_to_index(cachep, slabp, objects[1]);
	if (idx)
		expect_line(test, "  before: object %u at %px, ", idx - 1,
			    index_to_obj(cachep, slabp, idx - 1));
	expect_line(test, "  this: object %u at %px, allocated by ", idx, objects[1]);
	if (idx + 1 < cachep->num)
		expect_line(test, "  after: object %u at %px, ", idx + 1,
			    index_to_obj(cachep, slabp, idx + 1));
	was = (unsigned long)objects[1];
	kmem_cache_free(cachep, objects[1]);
	explain((void *)was);
	KUNIT_EXPECT_NOT_NULL(
		test,
		strstr(said, cachep->limit
				     ? ", free, in a per-CPU array, last used by an_object_and_"
				     : ", free, in its slab, last used by an_object_and_"));
	kmem_cache_free(cachep, objects[0]);
	kmem_cache_free(cachep, objects[2]);
	kmem_cache_destroy(cachep);
}

static void what_lies_beside_objects(struct kunit *test)
{
	struct kmem_cache *cachep = kmem_cache_create("explained", 100, 0, 0, NULL, NULL);
	char *object, *slab;

	KUNIT_ASSERT_NOT_NULL(test, cachep);
	object = kmem_cache_alloc(cachep, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, object);
	slab = (char *)PAGE_ALIGN_DOWN((unsigned long)object);
	explain(slab);
	expect_line(test, "  struct slab and the words of its objects\n");
	kmem_cache_free(cachep, object);
	kmem_cache_destroy(cachep);
}

static void what_lies_between_objects(struct kunit *test)
{
	struct kmem_cache *cachep = kmem_cache_create("explained", 100, 64, 0, NULL, NULL);
	unsigned int idx;
	char *object;

	KUNIT_ASSERT_NOT_NULL(test, cachep);
	object = kmem_cache_alloc(cachep, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, object);
	idx = obj_to_index(cachep, virt_to_page(object)->slab, object);
	explain(object + 99);
	expect_line(test, "  byte 99 of 100 of an object of cache explained\n");
	explain(object + 100);
	expect_line(test, "  between objects %u and %u: padding, or what debugging keeps\n", idx,
		    idx + 1);
	explain(index_to_obj(cachep, virt_to_page(object)->slab, cachep->num));
	expect_line(test, "  behind the last object: what no object fits into\n");
	kmem_cache_free(cachep, object);
	kmem_cache_destroy(cachep);
}

/* With users kept: who had the object, by what way; of a fresh one nobody freed it. */
static void users_of_an_object(struct kunit *test)
{
	struct kmem_cache *cachep =
		kmem_cache_create("explained", 100, 0, SLAB_STORE_USER, NULL, NULL);
	volatile unsigned long was; /* hides from the compiler that it is freed */
	char *object;

	KUNIT_ASSERT_NOT_NULL(test, cachep);
	object = kmem_cache_alloc(cachep, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, object);
	explain(object);
	expect_line(test, "  allocated by users_of_an_object+");
	expect_line(test, "    users_of_an_object+"); /* the way here */
	KUNIT_EXPECT_NULL(test, strstr(said, "\n  freed by "));
	was = (unsigned long)object;
	kmem_cache_free(cachep, object);
	explain((void *)was);
	expect_line(test, "  allocated by users_of_an_object+");
	expect_line(test, "  freed by users_of_an_object+");
	kmem_cache_destroy(cachep);
}

/* Slabs are shifted against each other: what lies before the second one's objects. */
static void what_lies_before_a_colour(struct kunit *test)
{
	struct kmem_cache *cachep =
		kmem_cache_create("coloured", 1000, 0, SLAB_HWCACHE_ALIGN, NULL, NULL);
	void *objects[16];
	unsigned int n = 0;
	struct slab *slabp = NULL;
	char *start;

	KUNIT_ASSERT_NOT_NULL(test, cachep);
	while (n < ARRAY_SIZE(objects) && !(slabp && slabp->colouroff)) {
		objects[n] = kmem_cache_alloc(cachep, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, objects[n]);
		slabp = virt_to_page(objects[n++])->slab;
	}
	start = (char *)slabp->s_mem - slabp->colouroff - cachep->first_offset;
	if (slabp->colouroff) { /* debugging may leave no room for any */
		explain(start);
		expect_line(test, "  before the slab's colour, %u bytes\n", slabp->colouroff);
	}
	while (n--)
		kmem_cache_free(cachep, objects[n]);
	kmem_cache_destroy(cachep);
}

static void kmalloc_of_whole_pages(struct kunit *test)
{
	char *block = kmalloc(3 * PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, block);
	explain(block + 5000);
	expect_line(
		test,
		"  of kmalloc, page 1 of a block of order 2, last allocated by kmalloc_of_whole_pages+");
	kfree(block);
}

/*
 * Areas and slots
 */

static void an_area_and_its_neighbours(struct kunit *test)
{
	volatile unsigned long was; /* hides from the compiler that it is freed */
	char *areas[3];
	unsigned int i;
	unsigned long pfn, start;

	vm_unmap_aliases();
	for (i = 0; i < ARRAY_SIZE(areas); i++) {
		areas[i] = vmalloc(3 * PAGE_SIZE);
		KUNIT_ASSERT_NOT_NULL(test, areas[i]);
	}
	start = (unsigned long)areas[1];
	explain(areas[1] + PAGE_SIZE + 4);
	pfn = vmalloc_to_pfn(areas[1] + PAGE_SIZE);
	expect_line(test,
		    "0x%08lx: vmalloc area, mapped to phys 0x%08lx by a page of 4 KiB, writable\n",
		    start + PAGE_SIZE + 4, (pfn << PAGE_SHIFT) + 4);
	expect_line(test, "pfn %#lx: phys ", pfn);
	expect_line(test, "vmalloc area [%#lx, %#lx), 12288 bytes, of an_area_and_its_neighbours+",
		    start, start + 3 * PAGE_SIZE);
	expect_line(test, "  byte 4100 of it, in page 1 of 3\n");
	expect_line(test, "  before: [0x");
	expect_line(test, "  after: [0x");

	explain(areas[1] + 3 * PAGE_SIZE);
	expect_line(test, "0x%08lx: vmalloc area, not mapped\n", start + 3 * PAGE_SIZE);
	expect_line(test, "guard page of the vmalloc area [%#lx, ", start);

	/* The page, asked for by its other address, leads back to the area. */
	if (pfn < max_low_pfn) {
		explain(__va(pfn << PAGE_SHIFT));
		expect_line(test, "  area: [%#lx, %#lx), made by an_area_and_its_neighbours+",
			    start, start + 4 * PAGE_SIZE);
	}
	was = (unsigned long)areas[1];
	for (i = 0; i < ARRAY_SIZE(areas); i++)
		vfree(areas[i]);
	explain((void *)was);
	expect_line(test, "0x%08lx: vmalloc area, not mapped\n", was);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, "freed by an_area_and_its_neighbours+"));
}

/*
 * An area is gone from between two others, which are so much apart now. It is too large to be
 * kept for the next one of its size.
 */
#define APART_SIZE (99 * PAGE_SIZE)

static void areas_apart(struct kunit *test)
{
	struct vm_struct *areas[3];
	unsigned long start[3];
	unsigned int i;

	vm_unmap_aliases();
	for (i = 0; i < ARRAY_SIZE(areas); i++) {
		areas[i] = get_vm_area(APART_SIZE, VM_ALLOC);
		KUNIT_ASSERT_NOT_NULL(test, areas[i]);
		start[i] = (unsigned long)areas[i]->addr;
	}
	free_vm_area(areas[1]);
	vm_unmap_aliases();
	if (start[2] == start[0] + 2 * (APART_SIZE + PAGE_SIZE)) { /* in one gap, all of them */
		explain((void *)start[0]);
		expect_line(test, "  after: [%#lx, %#lx), made by areas_apart+", start[2],
			    start[2] + APART_SIZE + PAGE_SIZE);
		KUNIT_EXPECT_NOT_NULL(test, strstr(said, ", 409600 bytes away\n"));
		explain((void *)start[2]);
		expect_line(test, "  before: [%#lx, %#lx), made by areas_apart+", start[0],
			    start[0] + APART_SIZE + PAGE_SIZE);
	}
	free_vm_area(areas[0]);
	free_vm_area(areas[2]);
}

static void pages_of_an_area_in_low_memory(struct kunit *test)
{
	char *area = __vmalloc(2 * PAGE_SIZE, GFP_KERNEL | GFP_DMA);

	if (!area)
		kunit_skip(test, "no page of ZONE_DMA is to be had");
	explain(__va(vmalloc_to_pfn(area + PAGE_SIZE) << PAGE_SHIFT));
	expect_line(test, "  of vmalloc, page 0 of a block of order 0, ");
	expect_line(test, "  area: [%#lx, ", (unsigned long)area);
	vfree(area);
}

static void slots(struct kunit *test)
{
	struct page *p = alloc_page(GFP_HIGHUSER);
	char *addr;

	KUNIT_ASSERT_NOT_NULL(test, p);
	explain((void *)PKMAP_ADDR(0));
	expect_line(test, "0x%08lx: pkmap area, ", PKMAP_ADDR(0));
	expect_line(test, "pkmap slot 0, ");
	expect_line(test, "  before: hole above the vmalloc area\n");
	expect_line(test, "  after: pkmap slot 1, ");
	explain((void *)PKMAP_ADDR(LAST_PKMAP - 1));
	expect_line(test, "pkmap slot %u, ", LAST_PKMAP - 1);
	expect_line(test, "  after: hole below the fixmap\n");
	if (PageHighMem(p)) {
		addr = kmap(p);
		explain(addr + 1);
		expect_line(
			test,
			"0x%08lx: pkmap area, mapped to phys 0x%08llx by a page of 4 KiB, writable\n",
			(unsigned long)addr + 1, (unsigned long long)page_to_phys(p) + 1);
		expect_line(test, "pkmap slot %lu, page pfn %#lx, 1 users\n",
			    PKMAP_NR((unsigned long)addr), page_to_pfn(p));
		page(page_to_pfn(p));
		expect_line(test, "pfn %#lx: phys 0x%08llx, virt 0x%px (kmap), zone HighMem",
			    page_to_pfn(p), (unsigned long long)page_to_phys(p), addr);
		kunmap(p);
	}
	__free_page(p);
}

/*
 * The image, nothing, everything
 */

static void the_image(struct kunit *test)
{
	unsigned long addr = (unsigned long)show_explain;
	unsigned long filling = (unsigned long)__start_rodata - 1; /* of text's last page */

	if (!virt_addr_valid(addr))
		kunit_skip(test, "the image does not lie in the direct map");
	explain((void *)(addr + 1));
	expect_line(test, "0x%08lx: kernel text, mapped to phys 0x%08lx by a page of ", addr + 1,
		    addr + 1 - PAGE_OFFSET);
	expect_line(test, "  function: show_explain+0x1/");
	expect_line(test, "  before: ");
	expect_line(test, "  after: ");
	explain(said + 5);
	expect_line(test, "  reserved: Kernel bss\n");
	expect_line(test, "  variable: said+0x5/0x");
	expect_line(test, "  before: ");
	expect_line(test, "  after: ");
	if (filling >= (unsigned long)_etext) { /* there is some */
		explain((void *)filling);
		expect_line(test, "0x%08lx: kernel text, ", filling);
		KUNIT_EXPECT_NULL(test, strstr(said, "  function: "));
		KUNIT_EXPECT_NULL(test, strstr(said, "  variable: "));
	}
}

static void a_stack(struct kunit *test)
{
	char local = 0;
	const struct kernel_stack *stack = kernel_stack_of((unsigned long)&local);

	if (!stack || !in_image((unsigned long)&local))
		return; /* as in a Linux process, where it is the host's */
	explain(&local);
	expect_line(test, "  %s, %lu bytes below its top\n", stack->name,
		    stack->high - (unsigned long)&local);
}

/* Is the page's first byte nobody's? Such a page is reserved for its other bytes' sake. */
static bool begins_in_a_page_of_nobody(const struct resource *part)
{
	phys_addr_t page = part->start & PAGE_MASK;
	const struct resource *first = resource_lookup(&iomem_resource, page);

	return page != part->start && PHYS_PFN(page) < max_low_pfn && first &&
	       first->flags == IORESOURCE_SYSTEM_RAM;
}

/* A page of which somebody has taken a part: it is his, and its neighbours are pages. */
static void a_page_taken_in_part(struct kunit *test)
{
	const struct resource *ram, *part = NULL;
	unsigned long addr;

	for (ram = iomem_resource.child; ram && !part; ram = ram->sibling)
		for (part = ram->child; part; part = part->sibling)
			if (begins_in_a_page_of_nobody(part))
				break;
	if (!part)
		return; /* there is none on this map */
	addr = PAGE_ALIGN_DOWN((unsigned long)__va(part->start));
	explain((void *)addr);
	expect_line(test, "  reserved: %s\n", part->name);
	expect_line(test, "  before: pfn %#lx, ", PHYS_PFN(__pa(addr)) - 1);
}

static void places_where_nothing_is(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, explain(NULL), "0x00000000: NULL page, not mapped\n");
	explain((void *)0x08048000);
	expect_line(test, "0x08048000: %s, not mapped\n", layout_region(0x08048000));
	KUNIT_EXPECT_STREQ(test, strchr(said, '\n'), "\n");
	explain(high_memory);
	expect_line(test, "0x%08lx: hole above the direct map, not mapped\n",
		    (unsigned long)high_memory);
	explain((void *)ULONG_MAX);
	expect_line(test, "0x%08lx: %s, not mapped\n", ULONG_MAX, layout_region(ULONG_MAX));
	KUNIT_EXPECT_STREQ(test, strchr(said, '\n'), "\n");
}

/* Every page of the address space at strides that meet each region, then anywhere at all. */
static void any_address_is_survived(struct kunit *test)
{
	unsigned long addr = 0, i;

	for (i = 0; i < 4096; i++, addr += 0x100ff0) {
		explain((void *)addr);
		KUNIT_EXPECT_GT(test, strlen(said), 20);
	}
	for (i = 0; i < 1000; i++) {
		addr = kunit_rand(test) | (kunit_rand_below(test, 4) ? PAGE_OFFSET : 0);
		explain((void *)addr);
		KUNIT_EXPECT_GT(test, strlen(said), 20);
		page(kunit_rand_below(test, 2) ? addr : addr % max_pfn);
		KUNIT_EXPECT_GT(test, strlen(said), 20);
	}
}

/*
 * Translations
 */

static void translate(unsigned long addr)
{
	struct seq_file m;

	seq_open_buffer(&m, said, sizeof(said));
	show_translation(&m, addr);
}

/* Each entry on the way, then the page: of the direct map, of an area, of nothing. */
static void translations_end_in_a_page(struct kunit *test)
{
	unsigned long addr = (unsigned long)mem_map;
	char *area = vmalloc(2 * PAGE_SIZE);
	const struct pagewalk_level *last;
	struct pagewalk walk;

	KUNIT_ASSERT_NOT_NULL(test, area);
	translate(addr);
	expect_line(test, "page walk of 0x%08lx: ", addr);
	expect_line(test, "pfn %#lx: phys 0x%08lx, virt 0x%px, zone ", PHYS_PFN(__pa(addr)),
		    (unsigned long)__pa(PAGE_ALIGN_DOWN(addr)), (void *)PAGE_ALIGN_DOWN(addr));
	expect_line(test, "  reserved: mem_map\n");

	addr = (unsigned long)area + PAGE_SIZE + 4;
	pagewalk(addr, &walk);
	last = &walk.level[walk.nr_levels - 1];
	translate(addr);
	expect_line(test, "  %s[%lu] = ", last->name, last->index);
	expect_line(test, "pfn %#lx: phys 0x", vmalloc_to_pfn(area + PAGE_SIZE));
	expect_line(test, "  of vmalloc, page 0 of a block of order 0, ");

	translate(4);
	expect_line(test, "page walk of 0x%08lx: ", 4UL);
	KUNIT_EXPECT_NULL(test, strstr(said, "pfn"));
	vfree(area);
}

/* The frame of a device has no struct page; what it is called, the tree of resources tells. */
static void translations_end_in_a_device(struct kunit *test)
{
	const phys_addr_t phys = 0xe8000000UL;
	void __iomem *mapped;
	struct seq_file m;

	if (memblock_overlaps_region(&memblock.memory, phys, 2 * PAGE_SIZE) || resource_name(phys))
		kunit_skip(test, "memory or a device is there");
	mapped = ioremap(phys, 2 * PAGE_SIZE);
	KUNIT_ASSERT_NOT_NULL(test, (void __force *)mapped);
	KUNIT_ASSERT_EQ(test, reserve_named(phys + PAGE_SIZE, PAGE_SIZE, "a test's device"), 0);
	seq_open_buffer(&m, said, sizeof(said));
	show_translation(&m, (unsigned long)mapped);
	expect_line(test, "phys 0xe8000000: no struct page, nothing that is known\n");
	seq_open_buffer(&m, said, sizeof(said));
	show_translation(&m, (unsigned long)mapped + PAGE_SIZE + 5);
	expect_line(test, "phys 0xe8001005: no struct page, a test's device\n");
	explain((const volatile void __force *)mapped + 5);
	expect_line(test, "  byte 5 of it, in page 0 of 2\n");
	expect_line(test, "  device memory from phys 0xe8000000 on\n");
	KUNIT_EXPECT_EQ(test, release_named(phys + PAGE_SIZE, PAGE_SIZE), 0);
	iounmap(mapped);
}

static struct kunit_case explain_test_cases[] = {
	KUNIT_CASE(a_page_in_use),
	KUNIT_CASE(neighbours_of_a_block),
	KUNIT_CASE(reserved_pages_and_mem_map),
	KUNIT_CASE(the_first_page),
	KUNIT_CASE(a_slab_in_pieces),
	KUNIT_CASE(pages_that_are_none),
	KUNIT_CASE(arguments_name_pages),
	KUNIT_CASE(an_object_and_its_neighbours),
	KUNIT_CASE(what_lies_beside_objects),
	KUNIT_CASE(what_lies_between_objects),
	KUNIT_CASE(users_of_an_object),
	KUNIT_CASE(what_lies_before_a_colour),
	KUNIT_CASE(kmalloc_of_whole_pages),
	KUNIT_CASE(an_area_and_its_neighbours),
	KUNIT_CASE(areas_apart),
	KUNIT_CASE(pages_of_an_area_in_low_memory),
	KUNIT_CASE(slots),
	KUNIT_CASE(the_image),
	KUNIT_CASE(a_stack),
	KUNIT_CASE(a_page_taken_in_part),
	KUNIT_CASE(places_where_nothing_is),
	KUNIT_CASE(any_address_is_survived),
	KUNIT_CASE(translations_end_in_a_page),
	KUNIT_CASE(translations_end_in_a_device),
	{},
};

static struct kunit_suite explain_suite = {
	.name = "explain",
	.test_cases = explain_test_cases,
};
kunit_test_suite(explain_suite);
