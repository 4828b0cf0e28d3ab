/* SPDX-License-Identifier: MIT */
/*
 * Interrupt safety of the page allocator, at every instruction.
 *
 * A pair of calls is run one instruction at a time, and wherever an interrupt could
 * come, a handler allocates and frees too, from the same lists. A load that is torn
 * from its store, a count that is read early, shows at the one instruction where it
 * matters. The handler keeps some of what it gets, so that the lists are not as
 * the interrupted code left them.
 */
#include <kernel/lib/vsprintf.h>
#include <kernel/preempt.h>
#include <arch/step.h>

#include <mm/tests/page_alloc_test.h>

#define HELD 8

/* What the handler does, and what it has seen. */
struct intruder {
	unsigned int order;
	struct page *held[HELD];
	unsigned int next;
	unsigned long allocated;
	bool wrong; /* a page that was not free, or not in interrupt context */
};

static void intrude(void *arg)
{
	struct intruder *in = arg;
	struct page **slot = &in->held[in->next++ % HELD];

	in->wrong |= !in_hardirq();
	if (*slot)
		__free_pages(*slot, in->order);
	*slot = alloc_pages(GFP_ATOMIC, in->order);
	if (!*slot)
		return;
	in->allocated++;
	in->wrong |= page_ref_count(*slot) != 1 || page_alloc_order(*slot) != in->order;
	/* Every third time free at once: lists are not only taken from. */
	if (in->next % 3 == 0) {
		__free_pages(*slot, in->order);
		*slot = NULL;
	}
}

struct operation {
	const char *name;
	unsigned int order;    /* of the call that is stepped */
	unsigned int intruder; /* of the handler's calls */
	bool drained;          /* begin with empty lists: refill and drain are stepped too */
};

static void pair(void *arg)
{
	const struct operation *op = arg;
	struct page *page = alloc_pages(GFP_KERNEL, op->order);

	if (page)
		__free_pages(page, op->order);
	if (op->drained)
		drain_local_pages(NULL);
}

static const struct operation operations[] = {
	{"order 0, hot list", 0, 0, false},
	{"order 0, empty list", 0, 0, true},
	{"order 2, hot list", 2, 2, false},
	{"order 2 against order 0, empty list", 2, 0, true},
	{"order 4, the buddy", 4, 4, false},
	{"order 4 against order 0, empty list", 4, 0, true},
	{"order 0 against order 5, empty list", 0, 5, true},
};

static void describe_operation(const struct operation *op, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s", op->name);
}
KUNIT_ARRAY_PARAM(operation, operations, describe_operation);

static void at_every_instruction(struct kunit *test)
{
	const struct operation *op = test->param_value;
	struct intruder in = {.order = op->intruder};
	unsigned int i, round;

	kunit_needs_single_step(test);
	for (round = 0; round < 3; round++) {
		struct step_count count;
		unsigned long before = in.next;

		if (op->drained)
			drain_all_pages(NULL);
		count = arch_single_step(pair, (void *)op, intrude, &in);
		KUNIT_EXPECT_GT(test, count.nr_calls, 20UL);
		KUNIT_EXPECT_EQ(test, in.next - before, count.nr_calls);
		KUNIT_EXPECT_FALSE(test, in.wrong);
		KUNIT_EXPECT_TRUE(test, page_alloc_check());
	}
	KUNIT_EXPECT_EQ(test, in.allocated, (unsigned long)in.next);
	for (i = 0; i < HELD; i++)
		if (in.held[i])
			__free_pages(in.held[i], in.order);
}

/* References: the handler takes and drops one of the page that is being freed. */
struct sharer {
	struct page *page;
	bool wrong;
	bool dropped;
	long countdown; /* instructions until the handler acts; negative when it has */
};

static void share(void *arg)
{
	struct sharer *s = arg;

	/* Ours is held since before the run: the page cannot go away under us. */
	get_page(s->page);
	s->wrong |= page_ref_count(s->page) < 2;
	put_page(s->page);
}

static void free_one(void *arg)
{
	struct sharer *s = arg;

	__free_pages(s->page, page_alloc_order(s->page));
}

static void shared_while_freed(struct kunit *test)
{
	unsigned int order;

	kunit_needs_single_step(test);
	for (order = 0; order < 6; order++) {
		struct sharer s = {.page = alloc_pages(GFP_KERNEL, order)};

		KUNIT_ASSERT_NOT_NULL(test, s.page);
		get_page(s.page);
		arch_single_step(free_one, &s, share, &s);
		KUNIT_EXPECT_FALSE(test, s.wrong);
		KUNIT_EXPECT_EQ(test, page_ref_count(s.page), 1);
		KUNIT_EXPECT_EQ(test, page_alloc_order(s.page), 0U);
		KUNIT_EXPECT_TRUE(test, page_alloc_check());
		put_page(s.page);
	}
}

/* The handler drops the other reference once the page that is freed has left its block. */
static void drop_between(void *arg)
{
	struct sharer *s = arg;

	if (s->dropped || page_alloc_order(s->page) || page_ref_count(s->page) != 2)
		return;
	s->dropped = true;
	put_page(s->page);
}

/* Two who free at once: the second frees all of the block. */
static void both_free_at_once(struct kunit *test)
{
	struct sharer s = {};
	unsigned long before;

	kunit_needs_single_step(test);
	s.page = alloc_pages(GFP_KERNEL, 4);
	KUNIT_ASSERT_NOT_NULL(test, s.page);
	before = nr_free_pages();
	get_page(s.page);
	arch_single_step(free_one, &s, drop_between, &s);
	KUNIT_EXPECT_TRUE(test, s.dropped);
	KUNIT_EXPECT_EQ(test, page_ref_count(s.page), 0);
	KUNIT_EXPECT_EQ(test, nr_free_pages(), before + 16);
	KUNIT_EXPECT_TRUE(test, page_alloc_check());
}

/* The handler takes a reference at one instruction of put_page(), and keeps it. */
static void take_one(void *arg)
{
	struct sharer *s = arg;

	if (s->countdown-- == 0)
		get_page(s->page);
}

static void put_one(void *arg)
{
	struct sharer *s = arg;

	put_page(s->page);
}

static void taken_while_put(struct kunit *test)
{
	struct sharer s = {};
	long step;

	kunit_needs_single_step(test);
	s.page = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s.page);
	for (step = 0, s.countdown = -1; s.countdown < 0; step++) {
		get_page(s.page);
		s.countdown = step;
		arch_single_step(put_one, &s, take_one, &s);
		KUNIT_EXPECT_EQ(test, page_ref_count(s.page), 1 + (s.countdown < 0));
		if (s.countdown < 0)
			put_page(s.page);
	}
	KUNIT_EXPECT_GT(test, step, 5);
	__free_page(s.page);
}

static struct kunit_case page_alloc_step_test_cases[] = {
	KUNIT_CASE_PARAM(at_every_instruction, operation_gen_params),
	KUNIT_CASE(shared_while_freed),
	KUNIT_CASE(both_free_at_once),
	KUNIT_CASE(taken_while_put),
	{},
};

static struct kunit_suite page_alloc_step_test_suite = {
	.name = "page_alloc_step",
	.init = page_alloc_test_init,
	.exit = page_alloc_test_exit,
	.test_cases = page_alloc_step_test_cases,
};

kunit_test_suite(page_alloc_step_test_suite);
