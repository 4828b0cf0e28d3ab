/* SPDX-License-Identifier: MIT */
/*
 * Doubly linked lists that live inside the objects they link: Linux's list.h.
 *
 * A list is a ring. Its head is a node like the others, so that adding and
 * removing never ask "is this the first?", and an empty list is a head that points
 * at itself. An object is on a list by a struct list_head it contains; list_entry()
 * goes from the node back to the object.
 *
 * An hlist has a head of one pointer, half the size, for hash tables; its nodes
 * hold the address of the pointer that points at them, so that one can be removed
 * without knowing its head.
 *
 * A removed node is poisoned: to follow it is to fault at an address near
 * LIST_POISON1, which no page table maps.
 *
 * Context of all: any, under whatever lock guards the list. Constant time, but for
 * the list_for_each family and list_count_nodes(). The plain walkers must not
 * remove the node they stand on; the _safe ones may.
 *
 * Reference: Linux 6.1 include/linux/list.h.
 */
#ifndef KERNEL_LIB_LIST_H
#define KERNEL_LIB_LIST_H

#include <kernel/lib/types.h>
#include <kernel/lib/minmax.h>

#define LIST_POISON1 ((void *)0x100)
#define LIST_POISON2 ((void *)0x122)

/* clang-format: it takes an initialiser for a block. */
/* clang-format off */
#define LIST_HEAD_INIT(name) {&(name), &(name)}
/* clang-format on */
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

/** INIT_LIST_HEAD - make @head an empty list, or a node that is on no list */
static __always_inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

/** __list_add - put @node between two neighbours */
static __always_inline void __list_add(struct list_head *node, struct list_head *prev,
				       struct list_head *next)
{
	next->prev = node;
	node->next = next;
	node->prev = prev;
	prev->next = node;
}

/** list_add - put @node behind @head: first on the list, as on a stack */
static __always_inline void list_add(struct list_head *node, struct list_head *head)
{
	__list_add(node, head, head->next);
}

/** list_add_tail - put @node before @head: last on the list, as in a queue */
static __always_inline void list_add_tail(struct list_head *node, struct list_head *head)
{
	__list_add(node, head->prev, head);
}

/** __list_del - let two nodes be neighbours, whatever was between them */
static __always_inline void __list_del(struct list_head *prev, struct list_head *next)
{
	next->prev = prev;
	prev->next = next;
}

/** __list_del_entry - take @node out and leave its own pointers alone */
static __always_inline void __list_del_entry(struct list_head *node)
{
	__list_del(node->prev, node->next);
}

/** list_del - take @node out and poison it */
static __always_inline void list_del(struct list_head *node)
{
	__list_del_entry(node);
	node->next = LIST_POISON1;
	node->prev = LIST_POISON2;
}

/** list_del_init - take @node out and make it a list of its own, for list_empty(node) */
static __always_inline void list_del_init(struct list_head *node)
{
	__list_del_entry(node);
	INIT_LIST_HEAD(node);
}

/** list_replace - put @new where @old is; @old's own pointers stay as they are */
static __always_inline void list_replace(struct list_head *old, struct list_head *new)
{
	new->next = old->next;
	new->next->prev = new;
	new->prev = old->prev;
	new->prev->next = new;
}

/** list_replace_init - list_replace(), after which @old is empty; @old must not be empty */
static __always_inline void list_replace_init(struct list_head *old, struct list_head *new)
{
	list_replace(old, new);
	INIT_LIST_HEAD(old);
}

/** list_move - from whatever list to the front of @head */
static __always_inline void list_move(struct list_head *node, struct list_head *head)
{
	__list_del_entry(node);
	list_add(node, head);
}

/** list_move_tail - from whatever list to the end of @head */
static __always_inline void list_move_tail(struct list_head *node, struct list_head *head)
{
	__list_del_entry(node);
	list_add_tail(node, head);
}

/** list_empty - is nothing on the list? */
static __always_inline bool list_empty(const struct list_head *head)
{
	return READ_ONCE(head->next) == head;
}

/** list_is_first - does @node open the list @head? */
static __always_inline bool list_is_first(const struct list_head *node,
					  const struct list_head *head)
{
	return node->prev == head;
}

/** list_is_last - does @node end the list @head? */
static __always_inline bool list_is_last(const struct list_head *node, const struct list_head *head)
{
	return node->next == head;
}

/** list_is_head - is @node no object but the head itself? */
static __always_inline bool list_is_head(const struct list_head *node, const struct list_head *head)
{
	return node == head;
}

/** list_is_singular - is exactly one object on the list? */
static __always_inline bool list_is_singular(const struct list_head *head)
{
	return !list_empty(head) && head->next == head->prev;
}

/** list_rotate_left - the first object becomes the last */
static __always_inline void list_rotate_left(struct list_head *head)
{
	if (!list_empty(head))
		list_move_tail(head->next, head);
}

/* Put the whole of a list that is not empty between two neighbours. */
static __always_inline void __list_splice(const struct list_head *list, struct list_head *prev,
					  struct list_head *next)
{
	struct list_head *first = list->next;
	struct list_head *last = list->prev;

	first->prev = prev;
	prev->next = first;
	last->next = next;
	next->prev = last;
}

/** list_splice - all objects of @list to the front of @head; @list's head is left stale */
static __always_inline void list_splice(const struct list_head *list, struct list_head *head)
{
	if (!list_empty(list))
		__list_splice(list, head, head->next);
}

/** list_splice_tail - all objects of @list to the end of @head; @list's head is left stale */
static __always_inline void list_splice_tail(const struct list_head *list, struct list_head *head)
{
	if (!list_empty(list))
		__list_splice(list, head->prev, head);
}

/** list_splice_init - list_splice(), after which @list is empty */
static __always_inline void list_splice_init(struct list_head *list, struct list_head *head)
{
	list_splice(list, head);
	INIT_LIST_HEAD(list);
}

/** list_splice_tail_init - list_splice_tail(), after which @list is empty */
static __always_inline void list_splice_tail_init(struct list_head *list, struct list_head *head)
{
	list_splice_tail(list, head);
	INIT_LIST_HEAD(list);
}

/** list_cut_position - move @head's objects up to and with @node to @list, which is overwritten.
 *  @node is on @head, or is @head itself: then @list becomes empty. */
static __always_inline void list_cut_position(struct list_head *list, struct list_head *head,
					      struct list_head *node)
{
	if (node == head) {
		INIT_LIST_HEAD(list);
		return;
	}
	list->next = head->next;
	list->next->prev = list;
	head->next = node->next;
	head->next->prev = head;
	list->prev = node;
	node->next = list;
}

/* list_entry - the object of which @ptr is the member @member */
#define list_entry(ptr, type, member) container_of(ptr, type, member)
/* The list must not be empty. */
#define list_first_entry(head, type, member)  list_entry((head)->next, type, member)
#define list_last_entry(head, type, member)   list_entry((head)->prev, type, member)
#define list_next_entry(pos, member)          list_entry((pos)->member.next, __typeof__(*(pos)), member)
#define list_prev_entry(pos, member)          list_entry((pos)->member.prev, __typeof__(*(pos)), member)
#define list_entry_is_head(pos, head, member) (&(pos)->member == (head))
#define list_first_entry_or_null(head, type, member)                                               \
	({                                                                                         \
		struct list_head *__head = (head);                                                 \
		struct list_head *__first = READ_ONCE(__head->next);                               \
		__first != __head ? list_entry(__first, type, member) : NULL;                      \
	})

#define list_for_each(pos, head)      for (pos = (head)->next; pos != (head); pos = pos->next)
#define list_for_each_prev(pos, head) for (pos = (head)->prev; pos != (head); pos = pos->prev)
#define list_for_each_safe(pos, n, head)                                                           \
	for (pos = (head)->next, n = pos->next; pos != (head); pos = n, n = pos->next)
#define list_for_each_entry(pos, head, member)                                                     \
	for (pos = list_first_entry(head, __typeof__(*pos), member);                               \
	     !list_entry_is_head(pos, head, member); pos = list_next_entry(pos, member))
#define list_for_each_entry_reverse(pos, head, member)                                             \
	for (pos = list_last_entry(head, __typeof__(*pos), member);                                \
	     !list_entry_is_head(pos, head, member); pos = list_prev_entry(pos, member))
#define list_for_each_entry_safe(pos, n, head, member)                                             \
	for (pos = list_first_entry(head, __typeof__(*pos), member),                               \
	    n = list_next_entry(pos, member);                                                      \
	     !list_entry_is_head(pos, head, member); pos = n, n = list_next_entry(n, member))
#define list_for_each_entry_safe_reverse(pos, n, head, member)                                     \
	for (pos = list_last_entry(head, __typeof__(*pos), member),                                \
	    n = list_prev_entry(pos, member);                                                      \
	     !list_entry_is_head(pos, head, member); pos = n, n = list_prev_entry(n, member))
/* Go on behind @pos, or from it. */
#define list_for_each_entry_continue(pos, head, member)                                            \
	for (pos = list_next_entry(pos, member); !list_entry_is_head(pos, head, member);           \
	     pos = list_next_entry(pos, member))
#define list_for_each_entry_from(pos, head, member)                                                \
	for (; !list_entry_is_head(pos, head, member); pos = list_next_entry(pos, member))

/** list_count_nodes - objects on the list; walks it */
static inline size_t list_count_nodes(const struct list_head *head)
{
	const struct list_head *pos;
	size_t count = 0;

	list_for_each(pos, head)
		count++;
	return count;
}

/** list_is_sound - do the pointers agree in both directions, and does the ring close?
 *  Walks at most @max objects. For checkers; a node that cannot be read faults. */
static inline bool list_is_sound(const struct list_head *head, size_t max)
{
	const struct list_head *pos = head;

	do {
		if (pos->next->prev != pos)
			return false;
		pos = pos->next;
	} while (pos != head && max--);
	return pos == head;
}

/* clang-format: likewise. */
/* clang-format off */
#define HLIST_HEAD_INIT {.first = NULL}
/* clang-format on */
#define HLIST_HEAD(name)      struct hlist_head name = HLIST_HEAD_INIT
#define INIT_HLIST_HEAD(head) ((head)->first = NULL)

/** INIT_HLIST_NODE - make @node one that is on no list */
static __always_inline void INIT_HLIST_NODE(struct hlist_node *node)
{
	node->next = NULL;
	node->pprev = NULL;
}

/** hlist_unhashed - is @node, initialised or removed by hlist_del_init(), on no list? */
static __always_inline bool hlist_unhashed(const struct hlist_node *node)
{
	return !node->pprev;
}

/** hlist_empty - is nothing on the list? */
static __always_inline bool hlist_empty(const struct hlist_head *head)
{
	return !READ_ONCE(head->first);
}

static __always_inline void __hlist_del(struct hlist_node *node)
{
	struct hlist_node *next = node->next;
	struct hlist_node **pprev = node->pprev;

	*pprev = next;
	if (next)
		next->pprev = pprev;
}

/** hlist_del - take @node out and poison it */
static __always_inline void hlist_del(struct hlist_node *node)
{
	__hlist_del(node);
	node->next = LIST_POISON1;
	node->pprev = LIST_POISON2;
}

/** hlist_del_init - take @node out, if it is on a list, and initialise it */
static __always_inline void hlist_del_init(struct hlist_node *node)
{
	if (!hlist_unhashed(node)) {
		__hlist_del(node);
		INIT_HLIST_NODE(node);
	}
}

/** hlist_add_head - put @node first */
static __always_inline void hlist_add_head(struct hlist_node *node, struct hlist_head *head)
{
	struct hlist_node *first = head->first;

	node->next = first;
	if (first)
		first->pprev = &node->next;
	head->first = node;
	node->pprev = &head->first;
}

/** hlist_add_before - put @node before @next */
static __always_inline void hlist_add_before(struct hlist_node *node, struct hlist_node *next)
{
	node->pprev = next->pprev;
	node->next = next;
	next->pprev = &node->next;
	*node->pprev = node;
}

/** hlist_add_behind - put @node behind @prev */
static __always_inline void hlist_add_behind(struct hlist_node *node, struct hlist_node *prev)
{
	node->next = prev->next;
	prev->next = node;
	node->pprev = &prev->next;
	if (node->next)
		node->next->pprev = &node->next;
}

/** hlist_move_list - all nodes of @old to the empty or stale head @new */
static __always_inline void hlist_move_list(struct hlist_head *old, struct hlist_head *new)
{
	new->first = old->first;
	if (new->first)
		new->first->pprev = &new->first;
	old->first = NULL;
}

#define hlist_entry(ptr, type, member) container_of(ptr, type, member)
#define hlist_entry_safe(ptr, type, member)                                                        \
	({                                                                                         \
		struct hlist_node *__node = (ptr);                                                 \
		__node ? hlist_entry(__node, type, member) : NULL;                                 \
	})
#define hlist_for_each(pos, head) for (pos = (head)->first; pos; pos = pos->next)
#define hlist_for_each_safe(pos, n, head)                                                          \
	for (pos = (head)->first; pos && ((n = pos->next), 1); pos = n)
#define hlist_for_each_entry(pos, head, member)                                                    \
	for (pos = hlist_entry_safe((head)->first, __typeof__(*(pos)), member); pos;               \
	     pos = hlist_entry_safe((pos)->member.next, __typeof__(*(pos)), member))
/* @n is a struct hlist_node pointer */
#define hlist_for_each_entry_safe(pos, n, head, member)                                            \
	for (pos = hlist_entry_safe((head)->first, __typeof__(*(pos)), member);                    \
	     pos && ((n = (pos)->member.next), 1);                                                 \
	     pos = hlist_entry_safe(n, __typeof__(*(pos)), member))

#endif
