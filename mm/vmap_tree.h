/* SPDX-License-Identifier: MIT */
/*
 * Areas of an address space, by address, and the gaps between them: a structure by itself,
 * without locks, memory or mappings. vmap_area.c makes the vmalloc space of it.
 */
#ifndef MM_VMAP_TREE_H
#define MM_VMAP_TREE_H

#include <kernel/lib/list.h>
#include <kernel/lib/rbtree.h>
#include <kernel/lib/types.h>

struct vm_struct;

/*
 * struct vmap_area - a range that is taken
 * @va_start, @va_end: bytes, half open; the guard page is the last page of the range
 * @gap:         free bytes between the area before and this one
 * @subtree_gap: the largest @gap of this node and all below it
 * @rb_node, @list: by address
 *
 * And for vmap_area.c:
 * @vm:          what it is used for; NULL once it is freed
 * @freed_by:    who freed it then, a return address
 * @pooled:      freed, flushed, and kept for the next request of its size
 * @next_free:   of those that wait for the flush, or that are pooled
 */
struct vmap_area {
	unsigned long va_start;
	unsigned long va_end;
	unsigned long gap;
	unsigned long subtree_gap;
	struct rb_node rb_node;
	struct list_head list;
	struct vm_struct *vm;
	unsigned long freed_by;
	bool pooled;
	struct vmap_area *next_free;
};

/*
 * struct vmap_tree - areas in [start, end.va_start)
 * @root, @list: all areas, by address, the sentinel included
 * @start: where the space begins
 * @end:   the sentinel: an area of no size at the end of the space
 */
struct vmap_tree {
	struct rb_root root;
	struct list_head list;
	unsigned long start;
	struct vmap_area end;
};

/** vmap_tree_init - an empty space from @start to @end */
void vmap_tree_init(struct vmap_tree *tree, unsigned long start, unsigned long end);

/**
 * vmap_tree_insert - take the lowest range that is large enough
 * @va:   the area to be; va_start and va_end are set
 * @size: bytes
 * Return: false when no gap is large enough; then nothing has changed.
 */
bool vmap_tree_insert(struct vmap_tree *tree, struct vmap_area *va, unsigned long size);

/** vmap_tree_erase - give the range of @va back */
void vmap_tree_erase(struct vmap_tree *tree, struct vmap_area *va);

static __always_inline struct vmap_area *vmap_tree_entry(struct rb_node *node)
{
	return rb_entry(node, struct vmap_area, rb_node);
}

/** vmap_tree_find - the area that holds @addr, or NULL; inline, being part of each vfree() */
static inline struct vmap_area *vmap_tree_find(const struct vmap_tree *tree, unsigned long addr)
{
	struct rb_node *node = tree->root.rb_node;

	while (node) {
		struct vmap_area *va = vmap_tree_entry(node);

		if (addr < va->va_start)
			node = node->rb_left;
		else if (addr >= va->va_end)
			node = node->rb_right;
		else
			return va;
	}
	return NULL;
}

/** vmap_tree_next - the area with the lowest address that ends above @addr, or NULL */
struct vmap_area *vmap_tree_next(const struct vmap_tree *tree, unsigned long addr);

/** vmap_tree_largest_gap - bytes of the largest range that vmap_tree_insert() could take */
unsigned long vmap_tree_largest_gap(const struct vmap_tree *tree);

/** vmap_tree_check - verify tree, list and gaps. Return: true when sound; else it is told why. */
bool vmap_tree_check(const struct vmap_tree *tree);

#endif
