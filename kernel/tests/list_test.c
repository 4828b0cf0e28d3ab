/* SPDX-License-Identifier: MIT */
/*
 * Lists: each operation leaves exactly the expected objects in the expected order, in
 * both directions. Objects are named by letters, a list is written as a word.
 */
#include <kernel/selftest.h>
#include <kernel/lib/ctype.h>
#include <kernel/lib/list.h>

#define NR_ITEMS 6

struct item {
	char name;
	struct list_head node;
	struct hlist_node hnode;
};

static struct item items[NR_ITEMS]; /* a to f */
static LIST_HEAD(one);
static LIST_HEAD(two);
static HLIST_HEAD(hash);

#define NODE(letter)  (&items[(letter) - 'a'].node)
#define HNODE(letter) (&items[(letter) - 'a'].hnode)

static int list_init(struct kunit *test __unused)
{
	unsigned int i;

	for (i = 0; i < NR_ITEMS; i++)
		items[i].name = (char)('a' + i);
	INIT_LIST_HEAD(&one);
	INIT_LIST_HEAD(&two);
	INIT_HLIST_HEAD(&hash);
	return 0;
}

/* Make @head the list of @word's letters. */
static void spell(struct list_head *head, const char *word)
{
	INIT_LIST_HEAD(head);
	for (; *word; word++)
		list_add_tail(NODE(*word), head);
}

static void expect_word(struct kunit *test, struct list_head *head, const char *word)
{
	char forward[NR_ITEMS + 1], backward[NR_ITEMS + 1];
	size_t len = strlen(word);
	unsigned int n = 0;
	struct item *item;

	KUNIT_ASSERT_TRUE(test, list_is_sound(head, NR_ITEMS));
	KUNIT_EXPECT_EQ(test, list_count_nodes(head), len);
	KUNIT_EXPECT_EQ(test, list_empty(head), len == 0);
	KUNIT_EXPECT_EQ(test, list_is_singular(head), len == 1);
	list_for_each_entry(item, head, node)
		forward[n++] = item->name;
	forward[n] = '\0';
	KUNIT_EXPECT_STREQ(test, forward, word);
	backward[n] = '\0';
	list_for_each_entry_reverse(item, head, node)
		backward[--n] = item->name;
	KUNIT_EXPECT_STREQ(test, backward, word);
}

static void add_and_remove(struct kunit *test)
{
	expect_word(test, &one, "");
	list_add(NODE('b'), &one);
	list_add(NODE('a'), &one);
	list_add_tail(NODE('d'), &one);
	list_add(NODE('c'), NODE('b'));
	expect_word(test, &one, "abcd");
	KUNIT_EXPECT_TRUE(test, list_is_first(NODE('a'), &one));
	KUNIT_EXPECT_TRUE(test, list_is_last(NODE('d'), &one));
	KUNIT_EXPECT_FALSE(test, list_is_first(NODE('b'), &one));
	KUNIT_EXPECT_FALSE(test, list_is_last(NODE('c'), &one));
	KUNIT_EXPECT_EQ(test, list_first_entry(&one, struct item, node)->name, 'a');
	KUNIT_EXPECT_EQ(test, list_last_entry(&one, struct item, node)->name, 'd');

	list_del(NODE('b'));
	expect_word(test, &one, "acd");
	KUNIT_EXPECT_PTR_EQ(test, (void *)NODE('b')->next, LIST_POISON1);
	KUNIT_EXPECT_PTR_EQ(test, (void *)NODE('b')->prev, LIST_POISON2);
	list_del_init(NODE('a'));
	KUNIT_EXPECT_TRUE(test, list_empty(NODE('a')));
	list_del(NODE('d'));
	expect_word(test, &one, "c");
	list_del(NODE('c'));
	expect_word(test, &one, "");
	KUNIT_EXPECT_NULL(test, list_first_entry_or_null(&one, struct item, node));
}

static void move_and_replace(struct kunit *test)
{
	spell(&one, "abc");
	spell(&two, "de");
	list_move(NODE('c'), &one);
	expect_word(test, &one, "cab");
	list_move_tail(NODE('a'), &two);
	expect_word(test, &one, "cb");
	expect_word(test, &two, "dea");
	list_rotate_left(&two);
	expect_word(test, &two, "ead");
	list_replace(NODE('a'), NODE('f'));
	expect_word(test, &two, "efd");
	list_replace_init(&two, &one);
	expect_word(test, &one, "efd");
	expect_word(test, &two, "");
}

static void splice_and_cut(struct kunit *test)
{
	spell(&one, "ab");
	spell(&two, "cd");
	list_splice_init(&two, &one);
	expect_word(test, &one, "cdab");
	expect_word(test, &two, "");
	list_splice_init(&two, &one); /* nothing: nothing changes */
	list_splice_tail_init(&two, &one);
	expect_word(test, &one, "cdab");
	spell(&two, "ef");
	list_splice_tail_init(&two, &one);
	expect_word(test, &one, "cdabef");

	list_cut_position(&two, &one, NODE('a'));
	expect_word(test, &two, "cda");
	expect_word(test, &one, "bef");
	list_cut_position(&two, &one, &one);
	expect_word(test, &two, "");
	list_cut_position(&two, &one, NODE('f'));
	expect_word(test, &two, "bef");
	expect_word(test, &one, "");
	list_splice(&two, &one);
	expect_word(test, &one, "bef");
}

static void safe_walks_survive_removal(struct kunit *test)
{
	struct list_head *pos, *n;
	struct item *item, *next;

	spell(&one, "abcdef");
	list_for_each_entry_safe(item, next, &one, node)
		if (item->name & 1)
			list_del(&item->node);
	expect_word(test, &one, "bdf");
	list_for_each_entry_safe_reverse(item, next, &one, node)
		list_move_tail(&item->node, &two);
	expect_word(test, &one, "");
	expect_word(test, &two, "fdb");
	list_for_each_safe(pos, n, &two)
		list_del(pos);
	expect_word(test, &two, "");

	spell(&one, "abcd");
	item = list_first_entry(&one, struct item, node);
	list_for_each_entry_continue(item, &one, node)
		item->name = (char)toupper(item->name);
	expect_word(test, &one, "aBCD");
	item = list_last_entry(&one, struct item, node);
	list_for_each_entry_from(item, &one, node)
		item->name = 'x';
	expect_word(test, &one, "aBCx");
}

static void checker_sees_broken_lists(struct kunit *test)
{
	spell(&one, "abc");
	KUNIT_EXPECT_TRUE(test, list_is_sound(&one, 3));
	KUNIT_EXPECT_FALSE(test, list_is_sound(&one, 2)); /* longer than can be */
	NODE('b')->prev = NODE('c');
	KUNIT_EXPECT_FALSE(test, list_is_sound(&one, 3));
	spell(&one, "abc");
	NODE('c')->next = NODE('a'); /* a ring that misses its head */
	NODE('a')->prev = NODE('c');
	KUNIT_EXPECT_FALSE(test, list_is_sound(&one, 3));
}

static void expect_hash_word(struct kunit *test, const char *word)
{
	char got[NR_ITEMS + 1];
	struct hlist_node *node;
	struct item *item;
	unsigned int n = 0;

	KUNIT_EXPECT_EQ(test, hlist_empty(&hash), *word == '\0');
	hlist_for_each_entry(item, &hash, hnode) {
		KUNIT_ASSERT_LT(test, n, (unsigned int)NR_ITEMS);
		KUNIT_EXPECT_PTR_EQ(test, *item->hnode.pprev, &item->hnode);
		got[n++] = item->name;
	}
	got[n] = '\0';
	KUNIT_EXPECT_STREQ(test, got, word);
	hlist_for_each(node, &hash)
		n--;
	KUNIT_EXPECT_EQ(test, n, 0U);
}

static void hash_lists(struct kunit *test)
{
	HLIST_HEAD(other);
	struct hlist_node *n;
	struct item *item;

	expect_hash_word(test, "");
	hlist_add_head(HNODE('c'), &hash);
	hlist_add_head(HNODE('a'), &hash);
	hlist_add_before(HNODE('b'), HNODE('c'));
	hlist_add_behind(HNODE('d'), HNODE('c'));
	hlist_add_behind(HNODE('f'), HNODE('c'));
	hlist_del(HNODE('f'));
	hlist_add_before(HNODE('e'), HNODE('a'));
	expect_hash_word(test, "eabcd");
	hlist_del(HNODE('b'));
	KUNIT_EXPECT_PTR_EQ(test, (void *)HNODE('b')->next, LIST_POISON1);
	hlist_del_init(HNODE('e'));
	KUNIT_EXPECT_TRUE(test, hlist_unhashed(HNODE('e')));
	hlist_del_init(HNODE('e')); /* on no list: nothing happens */
	hlist_del(HNODE('d'));
	expect_hash_word(test, "ac");
	hlist_move_list(&hash, &other);
	expect_hash_word(test, "");
	hlist_move_list(&other, &hash);
	expect_hash_word(test, "ac");
	hlist_for_each_entry_safe(item, n, &hash, hnode)
		hlist_del(&item->hnode);
	expect_hash_word(test, "");
}

static struct kunit_case list_cases[] = {
	KUNIT_CASE(add_and_remove),
	KUNIT_CASE(move_and_replace),
	KUNIT_CASE(splice_and_cut),
	KUNIT_CASE(safe_walks_survive_removal),
	KUNIT_CASE(checker_sees_broken_lists),
	KUNIT_CASE(hash_lists),
	{},
};

static struct kunit_suite list_suite = {
	.name = "list", .init = list_init, .test_cases = list_cases};
kunit_test_suite(list_suite);
