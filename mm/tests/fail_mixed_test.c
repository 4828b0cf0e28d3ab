/* SPDX-License-Identifier: MIT */
/*
 * Several allocators in one operation, each of whose allocations fails.
 *
 * Written as a driver or a file system would be: take one thing after another, and when
 * one cannot be had give back the others in reverse order. What is tried is that what one
 * allocator does when it fails leaves the others, and what was taken from them, alone.
 */
#include <kernel/lib/list.h>
#include <mm/highmem.h>
#include <mm/ioremap.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <mm/tests/fail_case.h>
#include <mm/vmalloc.h>
#include <arch/mmu.h>

#define NOWARN (GFP_KERNEL | __GFP_NOWARN)

/*
 * A device: its registers, a ring in memory that it can reach, a cache for requests, one of
 * which is in flight, and a table too large for kmalloc().
 */
#define REGISTERS     0xc8000UL
#define RING_SIZE     (6 * PAGE_SIZE)
#define TABLE_ENTRIES 3000

struct device {
	void __iomem *registers;
	void *ring;
	struct kmem_cache *requests;
	void *in_flight;
	u64 *table;
	char *name;
};

static void *try_device(struct kunit *test __unused, unsigned long arg __unused)
{
	struct device *dev = kzalloc(sizeof(*dev), NOWARN);

	if (!dev)
		return NULL;
	dev->name = kstrdup("a device with a name of its own", NOWARN);
	if (!dev->name)
		goto err_free_device;
	dev->registers = ioremap(REGISTERS, 256);
	if (!dev->registers)
		goto err_free_name;
	dev->ring = alloc_pages_exact(RING_SIZE, NOWARN | GFP_DMA);
	if (!dev->ring)
		goto err_unmap;
	dev->requests = kmem_cache_create("requests", 600, 0, SLAB_HWCACHE_ALIGN, NULL, NULL);
	if (!dev->requests)
		goto err_free_ring;
	dev->in_flight = kmem_cache_alloc(dev->requests, GFP_ATOMIC | __GFP_NOWARN);
	if (!dev->in_flight)
		goto err_destroy_cache;
	dev->table = vmalloc(TABLE_ENTRIES * sizeof(*dev->table));
	if (!dev->table)
		goto err_free_request;
	dev->table[TABLE_ENTRIES - 1] = 1;
	return dev;

err_free_request:
	kmem_cache_free(dev->requests, dev->in_flight);
err_destroy_cache:
	kmem_cache_destroy(dev->requests);
err_free_ring:
	free_pages_exact(dev->ring, RING_SIZE);
err_unmap:
	iounmap(dev->registers);
err_free_name:
	kfree(dev->name);
err_free_device:
	kfree(dev);
	return NULL;
}

static void undo_device(void *what, unsigned long arg __unused)
{
	struct device *dev = what;

	vfree(dev->table);
	kmem_cache_free(dev->requests, dev->in_flight);
	kmem_cache_destroy(dev->requests);
	free_pages_exact(dev->ring, RING_SIZE);
	iounmap(dev->registers);
	kfree(dev->name);
	kfree(dev);
}

/*
 * A buffer: pages of high memory where there are any, an array of them that grows as they
 * come, each mapped by itself and filled, in the end all mapped side by side.
 */
#define BUFFER_PAGES 20U

struct buffer {
	struct page **pages;
	unsigned int nr;
	u32 *side_by_side;
};

static void buffer_free(struct buffer *buffer)
{
	vunmap(buffer->side_by_side);
	while (buffer->nr)
		__free_page(buffer->pages[--buffer->nr]);
	kfree(buffer->pages);
	kfree(buffer);
}

/* One page more, with its number in it. */
static bool buffer_grow(struct buffer *buffer)
{
	size_t size = (buffer->nr + 1) * sizeof(struct page *);
	struct page **more = krealloc(buffer->pages, size, NOWARN), *page;
	u32 *addr;

	if (!more)
		return false;
	buffer->pages = more;
	page = alloc_page(GFP_HIGHUSER | __GFP_NOWARN);
	if (!page)
		return false;
	addr = kmap(page);
	addr[0] = buffer->nr;
	kunmap(page);
	buffer->pages[buffer->nr++] = page;
	return true;
}

static void *try_buffer(struct kunit *test, unsigned long arg __unused)
{
	struct buffer *buffer = kcalloc(1, sizeof(*buffer), NOWARN);
	unsigned int i;

	if (!buffer)
		return NULL;
	while (buffer->nr < BUFFER_PAGES)
		if (!buffer_grow(buffer))
			goto err_free_buffer;
	buffer->side_by_side = vmap(buffer->pages, BUFFER_PAGES, VM_MAP, PAGE_KERNEL);
	if (!buffer->side_by_side)
		goto err_free_buffer;
	for (i = 0; i < BUFFER_PAGES; i++)
		KUNIT_EXPECT_EQ(test, buffer->side_by_side[i * PAGE_SIZE / sizeof(u32)], i);
	return buffer;

err_free_buffer:
	buffer_free(buffer);
	return NULL;
}

static void undo_buffer(void *what, unsigned long arg __unused)
{
	buffer_free(what);
}

/*
 * A tree of directories, as far as memory reaches: each node has a name, and a page
 * directory as the address space of a process would.
 */
#define NR_NODES 5

struct node {
	struct list_head list;
	char *name;
	pgd_t *pgd;
};

static LIST_HEAD(nodes);

static void nodes_free(void)
{
	struct node *node, *next;

	list_for_each_entry_safe(node, next, &nodes, list) {
		list_del(&node->list);
		pgd_free(NULL, node->pgd);
		kfree(node->name);
		kfree(node);
	}
}

static struct node *node_make(unsigned int nr)
{
	static const char long_name[] = "nodes have names, one longer than the other";
	struct node *node = kmalloc(sizeof(*node), NOWARN);

	if (!node)
		return NULL;
	node->name = kstrndup(long_name, 8 * nr, NOWARN);
	if (!node->name)
		goto err_free_node;
	node->pgd = pgd_alloc(NULL);
	if (!node->pgd)
		goto err_free_name;
	list_add(&node->list, &nodes);
	return node;

err_free_name:
	kfree(node->name);
err_free_node:
	kfree(node);
	return NULL;
}

static void *try_nodes(struct kunit *test __unused, unsigned long arg __unused)
{
	unsigned int i;

	for (i = 0; i < NR_NODES; i++) {
		if (!node_make(i)) {
			nodes_free();
			return NULL;
		}
	}
	return &nodes;
}

static void undo_nodes(void *what __unused, unsigned long arg __unused)
{
	nodes_free();
}

static const struct fail_case fail_mixed_table[] = {
	{.name = "a device", .attempt = try_device, .undo = undo_device, .points = 15},
	{.name = "a buffer", .attempt = try_buffer, .undo = undo_buffer, .points = 25},
	{.name = "nodes", .attempt = try_nodes, .undo = undo_nodes, .points = 3 * NR_NODES},
};
KUNIT_ARRAY_PARAM(fail_mixed, fail_mixed_table, fail_case_desc)

static struct kunit_case fail_mixed_cases[] = {
	KUNIT_CASE_PARAM(nth_allocation_fails, fail_mixed_gen_params),
	{},
};

static struct kunit_suite fail_mixed_suite = {
	.name = "fail_mixed",
	.exit = fail_case_exit,
	.test_cases = fail_mixed_cases,
};
kunit_test_suite(fail_mixed_suite);
