/* SPDX-License-Identifier: MIT */
/*
 * Red-black trees.
 *
 * Idea: a search tree stays shallow if its leaves are at about equal depth. Colour
 * the nodes so that
 *   1. no red node has a red child,
 *   2. every way from the root down to an empty link passes equally many black nodes
 *      (the black height);
 * then no way is more than twice as long as another, and n nodes are at most
 * 2 log2(n + 1) deep. An empty link counts as black.
 *
 * Only rotations change the shape. A rotation keeps the order, A < p < B < n < C:
 *
 *          p                     n        rotate(p, LEFT): p sinks to the left, its
 *         / \                   / \       right child n takes its place. LEFT and
 *        A   n       ->        p   C      RIGHT are mirror images, so that each case
 *           / \               / \         below is written once, for a side.
 *          B   C             A   B
 *
 * Insertion hangs a red node into an empty link, which keeps rule 2. If its parent
 * is red as well, rule 1 is broken there and nowhere else; the grandparent is black.
 *   - Uncle red: parent and uncle become black, the grandparent red. Rule 1 may now be
 *     broken between it and its parent: go on there.
 *   - Uncle black: one rotation brings an inner node to the outside, a second puts the
 *     parent in the grandparent's place, black, with the grandparent red below it.
 *
 * Removal of a node with two children first gives its place and colour to the next
 * in order, so that the link which really loses a node has at most one child below. If
 * that node was red nothing is broken. If it was black, the ways through its link
 * are one black short. A red child there is made black, and all is well. Otherwise
 * look at the sibling, with s the side of the short link:
 *   - Sibling red: rotate it up, and the new sibling is black.
 *   - Sibling black with black children: make it red. Now both sides are short, that is,
 *     the link to the parent is: go on there.
 *   - Sibling black with a red child: rotate, so that the far child is red, and then
 *     rotate the sibling up; the far child, made black, pays for the sibling that
 *     left its side, and the parent, now black on the short side, is the missing one.
 *
 * Reference: Guibas and Sedgewick 1978; Cormen et al., Introduction to Algorithms,
 * chapter 13; Linux 6.1 lib/rbtree.c, whose interface this is.
 */
#include <kernel/lib/rbtree.h>

#define BLACK 1UL

enum side { LEFT, RIGHT };

static __always_inline enum side other(enum side side)
{
	return side == LEFT ? RIGHT : LEFT;
}

static __always_inline struct rb_node **link_of(struct rb_node *node, enum side side)
{
	return side == LEFT ? &node->rb_left : &node->rb_right;
}

static __always_inline bool is_red(const struct rb_node *node)
{
	return node && !(node->__rb_parent_color & BLACK);
}

static __always_inline void set_red(struct rb_node *node)
{
	node->__rb_parent_color &= ~BLACK;
}

static __always_inline void set_black(struct rb_node *node)
{
	node->__rb_parent_color |= BLACK;
}

static __always_inline void set_parent(struct rb_node *node, struct rb_node *parent)
{
	node->__rb_parent_color = (node->__rb_parent_color & BLACK) | (unsigned long)parent;
}

/* Hang @new, which may be NULL, where @old hung below @parent. */
static __always_inline void change_child(struct rb_root *root, struct rb_node *parent,
					 struct rb_node *old, struct rb_node *new)
{
	if (!parent)
		root->rb_node = new;
	else if (parent->rb_left == old)
		parent->rb_left = new;
	else
		parent->rb_right = new;
	if (new)
		set_parent(new, parent);
}

/* Let @node sink to @side; colours stay with their nodes. Returns what took its place. */
static struct rb_node *rotate(struct rb_root *root, struct rb_node *node, enum side side,
			      const struct rb_augment_callbacks *augment)
{
	struct rb_node *up = *link_of(node, other(side));
	struct rb_node *inner = *link_of(up, side);

	change_child(root, rb_parent(node), node, up);
	*link_of(up, side) = node;
	set_parent(node, up);
	*link_of(node, other(side)) = inner;
	if (inner)
		set_parent(inner, node);
	if (augment)
		augment->rotate(node, up);
	return up;
}

static void insert_fixup(struct rb_node *node, struct rb_root *root,
			 const struct rb_augment_callbacks *augment)
{
	struct rb_node *parent;

	while (is_red(parent = rb_parent(node))) {
		struct rb_node *grandparent = rb_parent(parent);
		enum side side = parent == grandparent->rb_left ? LEFT : RIGHT;
		struct rb_node *uncle = *link_of(grandparent, other(side));

		if (is_red(uncle)) {
			set_black(parent);
			set_black(uncle);
			set_red(grandparent);
			node = grandparent;
			continue;
		}
		if (node == *link_of(parent, other(side)))
			parent = rotate(root, parent, side, augment);
		set_black(parent);
		set_red(grandparent);
		rotate(root, grandparent, other(side), augment);
		break;
	}
	set_black(root->rb_node);
}

/* The ways through the link from @parent to @node, which may be NULL, are one black short. */
static void erase_fixup(struct rb_node *node, struct rb_node *parent, struct rb_root *root,
			const struct rb_augment_callbacks *augment)
{
	while (parent && !is_red(node)) {
		enum side side = node == parent->rb_left ? LEFT : RIGHT;
		struct rb_node *sibling = *link_of(parent, other(side));

		if (is_red(sibling)) {
			set_black(sibling);
			set_red(parent);
			rotate(root, parent, side, augment);
			sibling = *link_of(parent, other(side));
		}
		/* One black short on this side: the other side has a black node, the sibling. */
		if (!sibling)
			__builtin_unreachable();
		if (!is_red(sibling->rb_left) && !is_red(sibling->rb_right)) {
			set_red(sibling);
			node = parent;
			parent = rb_parent(node);
			continue;
		}
		/* The colours of those that move here are all set below. */
		if (!is_red(*link_of(sibling, other(side))))
			sibling = rotate(root, sibling, other(side), augment);
		if (is_red(parent))
			set_red(sibling);
		else
			set_black(sibling);
		set_black(parent);
		set_black(*link_of(sibling, other(side)));
		rotate(root, parent, side, augment);
		return;
	}
	if (node)
		set_black(node);
}

static struct rb_node *outermost(struct rb_node *node, enum side side)
{
	while (node && *link_of(node, side))
		node = *link_of(node, side);
	return node;
}

/*
 * Put the next in order in the place of @node, which has two children. Returns the
 * parent of the link that loses a node by this.
 */
static struct rb_node *move_up_successor(struct rb_node *node, struct rb_node *next,
					 struct rb_root *root,
					 const struct rb_augment_callbacks *augment)
{
	struct rb_node *parent = rb_parent(next);

	if (parent == node) {
		parent = next; /* and keeps what is to its right */
	} else {
		change_child(root, parent, next, next->rb_right);
		next->rb_right = node->rb_right;
		set_parent(next->rb_right, next);
	}
	next->rb_left = node->rb_left;
	set_parent(next->rb_left, next);
	change_child(root, rb_parent(node), node, next);
	next->__rb_parent_color = node->__rb_parent_color;
	if (augment) {
		augment->copy(node, next);
		augment->propagate(parent, next);
		augment->propagate(next, NULL);
	}
	return parent;
}

static void erase(struct rb_node *node, struct rb_root *root,
		  const struct rb_augment_callbacks *augment)
{
	struct rb_node *parent, *child;
	bool lost_black;

	if (node->rb_left && node->rb_right) {
		struct rb_node *next = outermost(node->rb_right, LEFT);

		child = next->rb_right;
		lost_black = !is_red(next);
		parent = move_up_successor(node, next, root, augment);
	} else {
		child = node->rb_left ? node->rb_left : node->rb_right;
		lost_black = !is_red(node);
		parent = rb_parent(node);
		change_child(root, parent, node, child);
		if (augment)
			augment->propagate(parent, NULL);
	}
	if (lost_black)
		erase_fixup(child, parent, root, augment);
}

void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	insert_fixup(node, root, NULL);
}

void rb_insert_augmented(struct rb_node *node, struct rb_root *root,
			 const struct rb_augment_callbacks *augment)
{
	insert_fixup(node, root, augment);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	erase(node, root, NULL);
}

void rb_erase_augmented(struct rb_node *node, struct rb_root *root,
			const struct rb_augment_callbacks *augment)
{
	erase(node, root, augment);
}

void rb_replace_node(struct rb_node *victim, struct rb_node *new, struct rb_root *root)
{
	*new = *victim;
	if (new->rb_left)
		set_parent(new->rb_left, new);
	if (new->rb_right)
		set_parent(new->rb_right, new);
	change_child(root, rb_parent(victim), victim, new);
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return outermost(root->rb_node, LEFT);
}

struct rb_node *rb_last(const struct rb_root *root)
{
	return outermost(root->rb_node, RIGHT);
}

/* The neighbour of @node in order: deep in its subtree on that side, or the first above it
 * that has it on the other side. */
static struct rb_node *neighbour(const struct rb_node *node, enum side side)
{
	struct rb_node *at = (struct rb_node *)(uintptr_t)node;
	struct rb_node *parent;

	if (RB_EMPTY_NODE(node))
		return NULL;
	if (*link_of(at, side))
		return outermost(*link_of(at, side), other(side));
	while ((parent = rb_parent(at)) && at == *link_of(parent, side))
		at = parent;
	return parent;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	return neighbour(node, RIGHT);
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	return neighbour(node, LEFT);
}

/* Black nodes from @node up to the root, both included. */
static unsigned int black_above(const struct rb_node *node)
{
	unsigned int n = 0;

	for (; node; node = rb_parent(node))
		n += !is_red(node);
	return n;
}

static bool node_is_sound(const struct rb_node *node)
{
	const struct rb_node *left = node->rb_left, *right = node->rb_right;

	if ((left && rb_parent(left) != node) || (right && rb_parent(right) != node))
		return false;
	return !is_red(node) || (!is_red(left) && !is_red(right));
}

/*
 * The node behind @node in a walk that meets parents before their children: no way
 * up is taken that was not found sound on the way down.
 */
static const struct rb_node *next_in_preorder(const struct rb_node *node)
{
	const struct rb_node *parent;

	if (node->rb_left)
		return node->rb_left;
	if (node->rb_right)
		return node->rb_right;
	while ((parent = rb_parent(node)) && (node == parent->rb_right || !parent->rb_right))
		node = parent;
	return parent ? parent->rb_right : NULL;
}

bool rb_check(const struct rb_root *root)
{
	const struct rb_node *node;
	unsigned int height = 0;

	if (root->rb_node && (rb_parent(root->rb_node) || is_red(root->rb_node)))
		return false;
	for (node = root->rb_node; node; node = next_in_preorder(node)) {
		if (!node_is_sound(node))
			return false;
		if (node->rb_left && node->rb_right)
			continue;
		if (!height)
			height = black_above(node);
		if (black_above(node) != height)
			return false;
	}
	return true;
}
