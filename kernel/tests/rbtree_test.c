/* SPDX-License-Identifier: MIT */
/*
 * Red-black trees: random insertion and removal, with the tree's rules, the order and
 * what is augmented verified after each step against a walk over all objects.
 */
#include <kernel/selftest.h>
#include <kernel/lib/bitops.h>
#include <kernel/lib/rbtree.h>

#define NR_ITEMS 200

/* @largest: the greatest @gap of all in the subtree */
struct item {
	u32 key;
	u32 gap;
	u32 largest;
	struct rb_node node;
};

static struct item items[NR_ITEMS];
static struct rb_root root;

static inline u32 own_gap(struct item *item)
{
	return item->gap;
}
RB_DECLARE_CALLBACKS_MAX(static, largest_gap, struct item, node, u32, largest, own_gap);

static struct item *item_of(const struct rb_node *node)
{
	return rb_entry_safe((struct rb_node *)(uintptr_t)node, struct item, node);
}

static int rbtree_init(struct kunit *test)
{
	unsigned int i;

	root = (struct rb_root)RB_ROOT;
	for (i = 0; i < NR_ITEMS; i++) {
		items[i].key = i;
		items[i].gap = kunit_rand_below(test, 1000);
		RB_CLEAR_NODE(&items[i].node);
	}
	return 0;
}

static bool key_less(struct rb_node *a, const struct rb_node *b)
{
	return item_of(a)->key < item_of(b)->key;
}

static int key_cmp(const void *key, const struct rb_node *node)
{
	u32 k = *(const u32 *)key;

	return k < item_of(node)->key ? -1 : k > item_of(node)->key;
}

static void insert_augmented(struct item *item)
{
	struct rb_node **link = &root.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = item->key < item_of(parent)->key ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&item->node, parent, link);
	item->largest = item->gap;
	largest_gap.propagate(parent, NULL);
	rb_insert_augmented(&item->node, &root, &largest_gap);
}

/* Longest way down; a red-black tree of n nodes has at most 2 log2(n + 1). */
static unsigned int tree_depth(void)
{
	unsigned int deepest = 0;
	struct rb_node *node, *up;

	for (node = rb_first(&root); node; node = rb_next(node)) {
		unsigned int depth = 0;

		for (up = node; up; up = rb_parent(up))
			depth++;
		deepest = max(deepest, depth);
	}
	return deepest;
}

/* The rules, and exactly the items marked in @in, ascending and descending. */
static void expect_tree(struct kunit *test, const bool *in)
{
	struct rb_node *node;
	unsigned int i, n = 0;

	KUNIT_ASSERT_TRUE(test, rb_check(&root));
	node = rb_first(&root);
	for (i = 0; i < NR_ITEMS; i++) {
		if (!in[i])
			continue;
		KUNIT_ASSERT_PTR_EQ(test, node, &items[i].node);
		node = rb_next(node);
		n++;
	}
	KUNIT_ASSERT_NULL(test, node);
	node = rb_last(&root);
	for (i = NR_ITEMS; i--;) {
		if (!in[i])
			continue;
		KUNIT_ASSERT_PTR_EQ(test, node, &items[i].node);
		node = rb_prev(node);
	}
	KUNIT_ASSERT_NULL(test, node);
	KUNIT_EXPECT_EQ(test, RB_EMPTY_ROOT(&root), n == 0);
	KUNIT_EXPECT_LE(test, tree_depth(), 2 * (unsigned int)fls(n + 1));
}

/* What each node says of its subtree follows from what its children say. */
static void expect_augmented(struct kunit *test)
{
	struct rb_node *node;

	for (node = rb_first(&root); node; node = rb_next(node)) {
		struct item *item = item_of(node);
		u32 largest = item->gap;

		if (node->rb_left)
			largest = max(largest, item_of(node->rb_left)->largest);
		if (node->rb_right)
			largest = max(largest, item_of(node->rb_right)->largest);
		KUNIT_ASSERT_EQ(test, item->largest, largest);
	}
}

static bool present[NR_ITEMS];

static void random_storm(struct kunit *test, bool augmented)
{
	unsigned int round, rounds = kunit_soaking() ? 50000 : 1500;

	memset(present, 0, sizeof(present));
	for (round = 0; round < rounds; round++) {
		unsigned int i = kunit_rand_below(test, NR_ITEMS);

		if (present[i]) {
			if (augmented)
				rb_erase_augmented(&items[i].node, &root, &largest_gap);
			else
				rb_erase(&items[i].node, &root);
		} else if (augmented) {
			insert_augmented(&items[i]);
		} else {
			rb_add(&items[i].node, &root, key_less);
		}
		present[i] = !present[i];
		expect_tree(test, present);
		if (augmented)
			expect_augmented(test);
	}
}

static void random_plain(struct kunit *test)
{
	random_storm(test, false);
}

static void random_augmented(struct kunit *test)
{
	random_storm(test, true);
}

/* Runs up and down are the worst case of a tree that does not balance. */
static void ascending_and_descending(struct kunit *test)
{
	unsigned int i;

	memset(present, 0, sizeof(present));
	for (i = 0; i < NR_ITEMS; i++) {
		insert_augmented(&items[i]);
		present[i] = true;
		expect_tree(test, present);
	}
	for (i = NR_ITEMS; i-- > NR_ITEMS / 2;) {
		rb_erase_augmented(&items[i].node, &root, &largest_gap);
		present[i] = false;
		expect_tree(test, present);
		expect_augmented(test);
	}
	for (i = NR_ITEMS; i-- > NR_ITEMS / 2;) {
		insert_augmented(&items[i]);
		present[i] = true;
		expect_tree(test, present);
		expect_augmented(test);
	}
	for (i = 0; i < NR_ITEMS; i++) {
		rb_erase_augmented(&items[i].node, &root, &largest_gap);
		present[i] = false;
		expect_tree(test, present);
		expect_augmented(test);
	}
}

static void lookups(struct kunit *test)
{
	u32 key;

	for (key = 0; key < NR_ITEMS; key += 2)
		rb_add(&items[key].node, &root, key_less);
	for (key = 0; key < NR_ITEMS; key++)
		KUNIT_EXPECT_PTR_EQ(test, item_of(rb_find(&key, &root, key_cmp)),
				    key & 1 ? NULL : &items[key]);
}

/* Equal keys keep the order in which they came. */
static void equal_keys_queue(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < NR_ITEMS; i++) {
		items[i].key = 7;
		present[i] = true;
		rb_add(&items[i].node, &root, key_less);
	}
	expect_tree(test, present);
}

static void replace(struct kunit *test)
{
	static struct item stand_in;
	unsigned int i;

	for (i = 0; i < 20; i++) {
		struct item *prev = i ? &items[i - 1] : NULL;
		unsigned int k;

		root = (struct rb_root)RB_ROOT;
		for (k = 0; k < 20; k++)
			rb_add(&items[k].node, &root, key_less);
		stand_in.key = i;
		rb_replace_node(&items[i].node, &stand_in.node, &root);
		KUNIT_EXPECT_TRUE(test, rb_check(&root));
		KUNIT_EXPECT_PTR_EQ(test, item_of(rb_prev(&stand_in.node)), prev);
		KUNIT_EXPECT_PTR_EQ(test, item_of(rb_find(&i, &root, key_cmp)), &stand_in);
		rb_erase(&stand_in.node, &root);
		KUNIT_EXPECT_TRUE(test, rb_check(&root));
		KUNIT_EXPECT_NULL(test, rb_find(&i, &root, key_cmp));
	}
}

static void nodes_of_no_tree(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&root));
	KUNIT_EXPECT_NULL(test, rb_first(&root));
	KUNIT_EXPECT_NULL(test, rb_last(&root));
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_NODE(&items[0].node));
	KUNIT_EXPECT_NULL(test, rb_next(&items[0].node));
	KUNIT_EXPECT_NULL(test, rb_prev(&items[0].node));
	rb_add(&items[0].node, &root, key_less);
	KUNIT_EXPECT_FALSE(test, RB_EMPTY_NODE(&items[0].node));
	KUNIT_EXPECT_NULL(test, rb_parent(&items[0].node));
	KUNIT_EXPECT_NULL(test, rb_next(&items[0].node));
	rb_erase(&items[0].node, &root);
	KUNIT_EXPECT_TRUE(test, RB_EMPTY_ROOT(&root));
}

static void colour(unsigned int i, bool black)
{
	struct rb_node *node = &items[i].node;

	node->__rb_parent_color = (unsigned long)rb_parent(node) | black;
}

/* A tree of items 0 to @n - 1, all of them black. */
static void black_tree(unsigned int n)
{
	unsigned int i;

	root = (struct rb_root)RB_ROOT;
	for (i = 0; i < n; i++)
		rb_add(&items[i].node, &root, key_less);
	for (i = 0; i < n; i++)
		colour(i, true);
}

static void checker_sees_wrong_colours(struct kunit *test)
{
	black_tree(3);
	KUNIT_EXPECT_TRUE(test, rb_check(&root));
	colour(1, false); /* a red root */
	KUNIT_EXPECT_FALSE(test, rb_check(&root));
	black_tree(3);
	colour(0, false); /* a way with one black less than the other */
	KUNIT_EXPECT_FALSE(test, rb_check(&root));
	colour(2, false); /* now both */
	KUNIT_EXPECT_TRUE(test, rb_check(&root));

	black_tree(2); /* the root's empty link ends a way as well */
	KUNIT_EXPECT_FALSE(test, rb_check(&root));
	colour(1, false);
	KUNIT_EXPECT_TRUE(test, rb_check(&root));

	/* 1 above 0 and 2, 2 above 3: a red child of a red node, the ways being equal. */
	black_tree(4);
	colour(0, false);
	colour(2, false);
	colour(3, false);
	KUNIT_EXPECT_FALSE(test, rb_check(&root));
	colour(0, true);
	colour(2, true);
	KUNIT_EXPECT_TRUE(test, rb_check(&root));
}

/* Wrong parents are found before they are followed: this must end. */
static void checker_sees_wrong_parents(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 3; i++) {
		black_tree(3);
		items[i].node.__rb_parent_color = (unsigned long)&items[(i + 1) % 3].node | 1UL;
		KUNIT_EXPECT_EQ(test, rb_check(&root), i == 0);
	}
	black_tree(3);
	items[0].node.__rb_parent_color = (unsigned long)&items[2].node | 1UL;
	KUNIT_EXPECT_FALSE(test, rb_check(&root));
}

static struct kunit_case rbtree_cases[] = {
	KUNIT_CASE(random_plain),
	KUNIT_CASE(random_augmented),
	KUNIT_CASE(ascending_and_descending),
	KUNIT_CASE(lookups),
	KUNIT_CASE(equal_keys_queue),
	KUNIT_CASE(replace),
	KUNIT_CASE(nodes_of_no_tree),
	KUNIT_CASE(checker_sees_wrong_colours),
	KUNIT_CASE(checker_sees_wrong_parents),
	{},
};

static struct kunit_suite rbtree_suite = {
	.name = "rbtree", .init = rbtree_init, .test_cases = rbtree_cases};
kunit_test_suite(rbtree_suite);
