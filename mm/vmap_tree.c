/* SPDX-License-Identifier: MIT */
/*
 * Areas by address, and the lowest gap that is large enough.
 *
 * Idea: the areas that are taken form one red-black tree and one list, by address.
 * Each knows the gap in front of it, and for the tree below it the largest gap there
 * is. The lowest gap that is large enough is then found by walking down once: left,
 * if the left subtree has such a gap; else here, if the own gap will do; else right.
 * A sentinel of no size at the end makes the space behind the last area a gap like any
 * other. All is O(log n), and since areas are packed from the bottom up the large gaps
 * stay together at the top.
 *
 * Invariants (vmap_tree_check() walks them):
 *   - areas are page aligned, lie in the space, and do not overlap;
 *   - gap is the distance to the end of the area before, or to the start of the space;
 *   - subtree_gap is the maximum over the subtree;
 *   - tree order is list order.
 *
 * Locking: the caller's.
 *
 * Reference: Linux 6.1 mm/vmalloc.c (find_vmap_lowest_match), which keeps the free ranges
 * in a second tree; one tree with gaps does with half the work. Left out: alignment above
 * a page.
 */
#define pr_fmt(fmt) "vmalloc: " fmt

#include <kernel/lib/minmax.h>
#include <kernel/printk.h>
#include <arch/page.h>
#include <mm/vmap_tree.h>

static __always_inline unsigned long vmap_area_gap(struct vmap_area *va)
{
	return va->gap;
}

RB_DECLARE_CALLBACKS_MAX(static, vmap_gap_callbacks, struct vmap_area, rb_node, unsigned long,
			 subtree_gap, vmap_area_gap);

/*
 * The area in front of whose gap's lower end @size bytes fit at the lowest address,
 * or NULL. The subtree maxima promise that each step down leads to one.
 */
static struct vmap_area *find_lowest_gap(const struct vmap_tree *tree, unsigned long size)
{
	struct rb_node *node = tree->root.rb_node;

	if (vmap_tree_entry(node)->subtree_gap < size)
		return NULL;
	for (;;) {
		struct rb_node *left = node->rb_left;

		if (left && vmap_tree_entry(left)->subtree_gap >= size)
			node = left;
		else if (vmap_tree_entry(node)->gap >= size)
			return vmap_tree_entry(node);
		else
			node = node->rb_right;
	}
}

/* Take @size bytes from the lower end of the gap in front of @next. */
static void take_from_gap(struct vmap_tree *tree, struct vmap_area *va, struct vmap_area *next,
			  unsigned long size)
{
	struct rb_node *parent = &next->rb_node;
	struct rb_node **link = &parent->rb_left;

	va->va_start = next->va_start - next->gap;
	va->va_end = va->va_start + size;
	va->gap = 0;
	va->subtree_gap = 0;

	/* Its place in the tree: just before @next in order, so a leaf of its left subtree. */
	if (*link) {
		parent = &list_prev_entry(next, list)->rb_node;
		link = &parent->rb_right;
	}
	list_add_tail(&va->list, &next->list);
	next->gap -= size;
	vmap_gap_callbacks.propagate(&next->rb_node, NULL);
	rb_link_node(&va->rb_node, parent, link);
	rb_insert_augmented(&va->rb_node, &tree->root, &vmap_gap_callbacks);
}

bool vmap_tree_insert(struct vmap_tree *tree, struct vmap_area *va, unsigned long size)
{
	struct vmap_area *next = find_lowest_gap(tree, size);

	if (!next)
		return false;
	take_from_gap(tree, va, next, size);
	return true;
}

/*
 * Take @va out; its bytes and the gap before it join the gap of the area behind. The
 * maxima are made right for that before the tree is rebalanced: rotations trust them.
 */
void vmap_tree_erase(struct vmap_tree *tree, struct vmap_area *va)
{
	struct vmap_area *next = list_next_entry(va, list);

	next->gap += va->va_end - va->va_start + va->gap;
	vmap_gap_callbacks.propagate(&next->rb_node, NULL);
	list_del(&va->list);
	rb_erase_augmented(&va->rb_node, &tree->root, &vmap_gap_callbacks);
}

struct vmap_area *vmap_tree_next(const struct vmap_tree *tree, unsigned long addr)
{
	struct rb_node *node = tree->root.rb_node;
	struct vmap_area *best = NULL;

	while (node) {
		struct vmap_area *va = vmap_tree_entry(node);

		if (addr < va->va_end) {
			best = va;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return best == &tree->end ? NULL : best;
}

unsigned long vmap_tree_largest_gap(const struct vmap_tree *tree)
{
	return vmap_tree_entry(tree->root.rb_node)->subtree_gap;
}

void vmap_tree_init(struct vmap_tree *tree, unsigned long start, unsigned long end)
{
	struct vmap_area *va = &tree->end;

	*tree = (struct vmap_tree){.start = start};
	va->va_start = end;
	va->va_end = end;
	va->gap = end - start;
	va->subtree_gap = va->gap;
	INIT_LIST_HEAD(&tree->list);
	list_add(&va->list, &tree->list);
	rb_link_node(&va->rb_node, NULL, &tree->root.rb_node);
	rb_insert_augmented(&va->rb_node, &tree->root, &vmap_gap_callbacks);
}

/*
 * The checker
 */

/* One area against the end of the one before and against its children in the tree. */
static bool vmap_node_check(const struct vmap_tree *tree, const struct vmap_area *va,
			    unsigned long prev_end)
{
	unsigned long max_gap = va->gap;

	if (va->rb_node.rb_left)
		max_gap = max(max_gap, vmap_tree_entry(va->rb_node.rb_left)->subtree_gap);
	if (va->rb_node.rb_right)
		max_gap = max(max_gap, vmap_tree_entry(va->rb_node.rb_right)->subtree_gap);

	if (!PAGE_ALIGNED(va->va_start) || !PAGE_ALIGNED(va->va_end) || va->va_start < prev_end ||
	    (va != &tree->end && va->va_end <= va->va_start) || va->va_end > tree->end.va_start) {
		pr_err("area [%#lx, %#lx) behind %#lx\n", va->va_start, va->va_end, prev_end);
		return false;
	}
	if (va->gap != va->va_start - prev_end || va->subtree_gap != max_gap) {
		pr_err("area [%#lx, %#lx): gap %#lx is %#lx, largest below %#lx is %#lx\n",
		       va->va_start, va->va_end, va->gap, va->va_start - prev_end, va->subtree_gap,
		       max_gap);
		return false;
	}
	return true;
}

bool vmap_tree_check(const struct vmap_tree *tree)
{
	const struct list_head *pos = tree->list.next;
	unsigned long prev_end = tree->start;
	struct rb_node *node;

	for (node = rb_first(&tree->root); node; node = rb_next(node)) {
		const struct vmap_area *va = vmap_tree_entry(node);

		if (pos != &va->list) {
			pr_err("area [%#lx, %#lx): tree and list disagree\n", va->va_start,
			       va->va_end);
			return false;
		}
		if (!vmap_node_check(tree, va, prev_end))
			return false;
		prev_end = va->va_end;
		pos = pos->next;
	}
	if (pos != &tree->list || prev_end != tree->end.va_start) {
		pr_err("the tree ends at %#lx\n", prev_end);
		return false;
	}
	if (!rb_check(&tree->root)) {
		pr_err("the tree is no red-black tree\n");
		return false;
	}
	return true;
}
