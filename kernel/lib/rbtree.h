/* SPDX-License-Identifier: MIT */
/*
 * Red-black trees that live inside the objects they order: Linux's rbtree.h.
 *
 * The tree knows neither keys nor types. The user walks down from root->rb_node,
 * comparing, to the empty link where the new node belongs, and then calls
 * rb_link_node() and rb_insert_color(); or lets rb_add() and rb_find() do that with
 * a comparison of his own.
 *
 * An augmented tree keeps in each node something about the whole of its subtree, for
 * instance the largest gap, by which a search can leave out subtrees. The user's
 * callbacks keep it right while nodes move; RB_DECLARE_CALLBACKS() and
 * RB_DECLARE_CALLBACKS_MAX() write them.
 *
 * Context of all: any, under the lock that guards the tree. All are O(log n) or better,
 * rb_check() excepted.
 *
 * Reference: Linux 6.1 include/linux/rbtree.h, rbtree_augmented.h.
 */
#ifndef KERNEL_LIB_RBTREE_H
#define KERNEL_LIB_RBTREE_H

#include <kernel/lib/types.h>
#include <kernel/lib/minmax.h>

/*
 * struct rb_node
 * @__rb_parent_color: address of the parent, 0 at the root; lowest bit: black
 */
struct rb_node {
	unsigned long __rb_parent_color;
	struct rb_node *rb_right;
	struct rb_node *rb_left;
} __aligned(sizeof(long));

struct rb_root {
	struct rb_node *rb_node;
};

#define RB_ROOT                                                                                    \
	{                                                                                          \
		.rb_node = NULL                                                                    \
	}

#define rb_entry(ptr, type, member) container_of(ptr, type, member)
#define rb_entry_safe(ptr, type, member)                                                           \
	({                                                                                         \
		__typeof__(ptr) __rb_ptr = (ptr);                                                  \
		__rb_ptr ? rb_entry(__rb_ptr, type, member) : NULL;                                \
	})

#define RB_EMPTY_ROOT(root) (READ_ONCE((root)->rb_node) == NULL)

/* RB_CLEAR_NODE marks a node as being in no tree, RB_EMPTY_NODE asks: a node is its own parent. */
#define RB_EMPTY_NODE(node) ((node)->__rb_parent_color == (unsigned long)(node))
#define RB_CLEAR_NODE(node) ((node)->__rb_parent_color = (unsigned long)(node))

/** rb_parent - the node above @node; NULL for the root */
static __always_inline struct rb_node *rb_parent(const struct rb_node *node)
{
	return (struct rb_node *)(node->__rb_parent_color & ~1UL);
}

/** rb_first - the lowest node; NULL in an empty tree */
struct rb_node *rb_first(const struct rb_root *root);
/** rb_last - the highest node; NULL in an empty tree */
struct rb_node *rb_last(const struct rb_root *root);
/** rb_next - the node behind @node in order; NULL for the last, and for one in no tree */
struct rb_node *rb_next(const struct rb_node *node);
/** rb_prev - the node before @node in order; NULL for the first, and for one in no tree */
struct rb_node *rb_prev(const struct rb_node *node);

/**
 * rb_link_node - hang a new node, red, into an empty link
 * @node:   the node
 * @parent: the node that has the link; NULL for the root
 * @link:   the link: &@parent->rb_left, &@parent->rb_right or &root->rb_node
 *
 * rb_insert_color() or rb_insert_augmented() must follow.
 */
static __always_inline void rb_link_node(struct rb_node *node, struct rb_node *parent,
					 struct rb_node **link)
{
	node->__rb_parent_color = (unsigned long)parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	*link = node;
}

/** rb_insert_color - rebalance after rb_link_node() */
void rb_insert_color(struct rb_node *node, struct rb_root *root);

/** rb_erase - take @node out; its own links are left as they were */
void rb_erase(struct rb_node *node, struct rb_root *root);

/** rb_replace_node - put @new in the place of @victim. The user sees to it that the order holds;
 *  what is augmented is his to copy. */
void rb_replace_node(struct rb_node *victim, struct rb_node *new, struct rb_root *root);

/**
 * rb_check - is this a red-black tree?
 * @root: the tree
 *
 * Parents are parents, no red node has a red child, all ways down pass equally many
 * black ones. The order is for the user to check. O(n log n), no recursion.
 */
bool rb_check(const struct rb_root *root);

/**
 * rb_add - insert by comparing
 * @node: the node
 * @tree: where
 * @less: is a before b? A node goes behind those equal to it.
 */
static __always_inline void rb_add(struct rb_node *node, struct rb_root *tree,
				   bool (*less)(struct rb_node *a, const struct rb_node *b))
{
	struct rb_node **link = &tree->rb_node;
	struct rb_node *parent = NULL;

	while (*link) {
		parent = *link;
		link = less(node, parent) ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(node, parent, link);
	rb_insert_color(node, tree);
}

/**
 * rb_find - look up by comparing
 * @key:  what to look for
 * @tree: where
 * @cmp:  is @key below, equal to or above the node: <0, 0, >0
 * Return: any equal node, or NULL.
 */
static __always_inline struct rb_node *rb_find(const void *key, const struct rb_root *tree,
					       int (*cmp)(const void *key,
							  const struct rb_node *node))
{
	struct rb_node *node = tree->rb_node;

	while (node) {
		int c = cmp(key, node);

		if (c == 0)
			return node;
		node = c < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

/*
 * struct rb_augment_callbacks - keep right what nodes know of their subtrees
 * @propagate: recompute @node and those above it, up to but without @stop; may end early
 *             where nothing changes
 * @copy:      @new takes the place of @old, with all that is below
 * @rotate:    @new takes the place of @old, which is now its child; @old's children
 *             changed: @new gets what @old had, @old is recomputed
 */
struct rb_augment_callbacks {
	void (*propagate)(struct rb_node *node, struct rb_node *stop);
	void (*copy)(struct rb_node *old, struct rb_node *new);
	void (*rotate)(struct rb_node *old, struct rb_node *new);
};

/**
 * rb_insert_augmented - rb_insert_color() of an augmented tree
 *
 * Before it, after rb_link_node(), the user computes @node itself and calls
 * propagate(parent of @node, NULL).
 */
void rb_insert_augmented(struct rb_node *node, struct rb_root *root,
			 const struct rb_augment_callbacks *augment);

/** rb_erase_augmented - rb_erase() of an augmented tree; all is right afterwards */
void rb_erase_augmented(struct rb_node *node, struct rb_root *root,
			const struct rb_augment_callbacks *augment);

/*
 * RB_DECLARE_CALLBACKS - define struct rb_augment_callbacks @rbname
 * @rbstatic:    static, or nothing
 * @rbstruct:    the structure
 * @rbfield:     its struct rb_node
 * @rbaugmented: its member that knows of the subtree
 * @rbcompute:   bool f(struct *obj, bool exit): compute that member from the object and its
 *               children; with @exit, return true and leave it when it is as it was
 */
#define RB_DECLARE_CALLBACKS(rbstatic, rbname, rbstruct, rbfield, rbaugmented, rbcompute)          \
	static void rbname##_propagate(struct rb_node *node, struct rb_node *stop)                 \
	{                                                                                          \
		while (node != stop) {                                                             \
			rbstruct *obj = rb_entry(node, rbstruct, rbfield);                         \
                                                                                                   \
			if (rbcompute(obj, true))                                                  \
				break;                                                             \
			node = rb_parent(node);                                                    \
		}                                                                                  \
	}                                                                                          \
	static void rbname##_copy(struct rb_node *old_node, struct rb_node *new_node)              \
	{                                                                                          \
		rb_entry(new_node, rbstruct, rbfield)->rbaugmented =                               \
			rb_entry(old_node, rbstruct, rbfield)->rbaugmented;                        \
	}                                                                                          \
	static void rbname##_rotate(struct rb_node *old_node, struct rb_node *new_node)            \
	{                                                                                          \
		rbname##_copy(old_node, new_node);                                                 \
		rbcompute(rb_entry(old_node, rbstruct, rbfield), false);                           \
	}                                                                                          \
	rbstatic const struct rb_augment_callbacks rbname = {                                      \
		.propagate = rbname##_propagate,                                                   \
		.copy = rbname##_copy,                                                             \
		.rotate = rbname##_rotate,                                                         \
	}

/*
 * RB_DECLARE_CALLBACKS_MAX - the same, for the maximum of something over the subtree
 * @rbtype: type of @rbaugmented
 * @rbown:  rbtype f(struct *obj): what the object itself has of it
 */
#define RB_DECLARE_CALLBACKS_MAX(rbstatic, rbname, rbstruct, rbfield, rbtype, rbaugmented, rbown)  \
	static inline bool rbname##_compute_max(rbstruct *obj, bool exit)                          \
	{                                                                                          \
		const struct rb_node *left = obj->rbfield.rb_left;                                 \
		const struct rb_node *right = obj->rbfield.rb_right;                               \
		rbtype largest = rbown(obj);                                                       \
                                                                                                   \
		if (left)                                                                          \
			largest = max(largest, rb_entry(left, rbstruct, rbfield)->rbaugmented);    \
		if (right)                                                                         \
			largest = max(largest, rb_entry(right, rbstruct, rbfield)->rbaugmented);   \
		if (exit && obj->rbaugmented == largest)                                           \
			return true;                                                               \
		obj->rbaugmented = largest;                                                        \
		return false;                                                                      \
	}                                                                                          \
	RB_DECLARE_CALLBACKS(rbstatic, rbname, rbstruct, rbfield, rbaugmented, rbname##_compute_max)

#endif
