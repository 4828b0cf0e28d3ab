/* SPDX-License-Identifier: MIT */
/*
 * A node of its own: for as long as it lasts, all requests for pages are served from a few
 * pages of a test.
 */
#ifndef MM_TESTS_PRIVATE_NODE_H
#define MM_TESTS_PRIVATE_NODE_H

#include <mm/mmzone.h>

/**
 * private_node_begin - put the node aside, for one of 2^@order pages
 * @order:      of a block of the real allocator; 4 or more
 * @dma_end, @normal_end: pages of the block below these are the lower zones, and those
 *              above are ZONE_HIGHMEM, though they are low memory. @dma_end is not 0
 *
 * All its pages begin as allocated, each by itself. Watermarks are 0; the per-CPU lists
 * keep nothing.
 *
 * Nobody else may allocate or free meanwhile. Interrupt handlers do not, and shrinkers
 * find nothing, as all was brought to rest before.
 *
 * Context: process context. Return: first page of the block, or NULL when there is none.
 */
struct page *private_node_begin(unsigned int order, unsigned int dma_end, unsigned int normal_end);

/** private_node_end - bring back the real node, and the block to it; nothing if that is done */
void private_node_end(void);

#endif
