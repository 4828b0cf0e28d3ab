/* SPDX-License-Identifier: MIT */
/*
 * A node of its own; see private_node.h.
 *
 * There is one node, contig_page_data, and it stays where it is: so do the heads of its
 * free lists. What changes is what is in it. Everybody finds the zones through it, the
 * paths of mm/page_alloc.c most of all, and so it is these that a model of them tests.
 */
#include <kernel/bug.h>
#include <mm/internal.h>
#include <mm/tests/private_node.h>

static struct pglist_data saved_node;
static struct page *block; /* NULL: the node is the real one */
static unsigned int block_order;
static unsigned long block_flags;

static void make_zone(enum zone_type idx, unsigned int first, unsigned int end)
{
	struct zone *zone = &contig_page_data.node_zones[idx];
	unsigned int i;

	*zone = (struct zone){
		.zone_pgdat = &contig_page_data,
		.zone_start_pfn = page_to_pfn(block) + first,
		.spanned_pages = end - first,
		.present_pages = end - first,
		.managed_pages = end - first,
		.name = saved_node.node_zones[idx].name,
		.idx = idx,
	};
	zone_init_free_lists(zone);
	zone_pcp_init(zone);
	for (i = first; i < end; i++) {
		block[i].flags = page_flags_zone(idx);
		block[i].private = 0;
		atomic_set(&block[i]._refcount, 1);
	}
}

struct page *private_node_begin(unsigned int order, unsigned int dma_end, unsigned int normal_end)
{
	BUG_ON(block);
	mm_quiesce();
	block = alloc_pages(GFP_KERNEL | __GFP_NOWARN, order);
	if (!block)
		return NULL;
	block_order = order;
	block_flags = block->flags;
	saved_node = contig_page_data;
	make_zone(ZONE_DMA, 0, dma_end);
	make_zone(ZONE_NORMAL, dma_end, normal_end);
	make_zone(ZONE_HIGHMEM, normal_end, 1U << order);
	build_zonelists(&contig_page_data);
	update_fast_marks();
	return block;
}

/* The block is one again, owned by us, mapped, and nobody's poison lies in it. */
static void reassemble_block(void)
{
	unsigned long i;

	unpoison_block(block, block_order);
	for (i = 0; i < 1UL << block_order; i++) {
		block[i].flags = block_flags & PAGE_ZONE_MASK;
		block[i].private = 0;
		atomic_set(&block[i]._refcount, 0);
	}
	block->flags = block_flags;
	atomic_set(&block->_refcount, 1);
	if (page_debug)
		debug_page_alloc(block, block_order);
}

void private_node_end(void)
{
	struct zone *zone;

	if (!block)
		return;
	contig_page_data = saved_node;
	for_each_zone(zone) {
		zone_pcp_init(zone);
		zone_pcp_update(zone);
	}
	update_fast_marks();
	reassemble_block();
	__free_pages(block, block_order);
	block = NULL;
}
