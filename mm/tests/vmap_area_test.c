/* SPDX-License-Identifier: MIT */
/*
 * The vmalloc address space by itself: areas that map nothing, whose addresses must be
 * exactly those that a naive first fit over a sorted array gives. vmap_area_model.c and
 * vmap_tree_model.c have random runs.
 */
#include <kernel/selftest.h>
#include <kernel/lib/minmax.h>
#include <arch/mmu.h>
#include <arch/step.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <mm/mm.h>
#include <mm/tests/said.h>
#include <mm/vmalloc.h>
#include <mm/vmap_area.h>

static unsigned long free_at_start;

static int vmap_area_test_init(struct kunit *test __unused)
{
	mm_quiesce();
	free_at_start = nr_free_pages();
	return 0;
}

static void vmap_area_test_exit(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, vmap_area_check());
	mm_quiesce();
	KUNIT_EXPECT_EQ(test, nr_free_pages(), free_at_start);
}

/*
 * The model: a sorted array of the areas that were there before, and ours.
 */

#define MODEL_MAX 400

static struct model_area {
	unsigned long start, end;
	struct vmap_area *va; /* NULL: not ours */
} model[MODEL_MAX];
static unsigned int nr_model;

/* One descriptor for all: the tree only needs one to write an address into. */
static struct vm_struct anybody;

static void model_insert(unsigned int at, unsigned long start, unsigned long end,
			 struct vmap_area *va)
{
	unsigned int i;

	for (i = nr_model++; i > at; i--)
		model[i] = model[i - 1];
	model[at] = (struct model_area){.start = start, .end = end, .va = va};
}

static void model_remove(unsigned int at)
{
	nr_model--;
	for (; at < nr_model; at++)
		model[at] = model[at + 1];
}

static void model_begin(struct kunit *test)
{
	unsigned long addr = VMALLOC_START, flags;
	struct vmap_area *va;

	nr_model = 0;
	spin_lock_irqsave(&vmap_area_lock, flags);
	while ((va = __next_vmap_area(addr)) != NULL && nr_model < MODEL_MAX / 2) {
		model_insert(nr_model, va->va_start, va->va_end, NULL);
		addr = va->va_end;
	}
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	KUNIT_ASSERT_NULL(test, va);
}

/* Where first fit puts @size bytes: the index in the array, or -1. */
static int model_fit(unsigned long size, unsigned long *start)
{
	unsigned long end = VMALLOC_START;
	unsigned int i;

	for (i = 0; i <= nr_model; i++) {
		unsigned long next = i < nr_model ? model[i].start : VMALLOC_END;

		if (next - end >= size) {
			*start = end;
			return (int)i;
		}
		if (i < nr_model)
			end = model[i].end;
	}
	return -1;
}

static unsigned long model_largest_gap(void)
{
	unsigned long end = VMALLOC_START, largest = 0;
	unsigned int i;

	for (i = 0; i <= nr_model; i++) {
		unsigned long next = i < nr_model ? model[i].start : VMALLOC_END;

		largest = max(largest, next - end);
		if (i < nr_model)
			end = model[i].end;
	}
	return largest;
}

/* Allocate from both. Return: did both find room? They must agree, on the place too. */
static bool both_alloc(struct kunit *test, unsigned long size)
{
	struct vmap_area *va = alloc_vmap_area(size, &anybody, GFP_KERNEL | __GFP_NOWARN);
	unsigned long start = 0;
	int at = model_fit(size, &start);

	if (at < 0) {
		KUNIT_EXPECT_EQ(test, PTR_ERR(va), -ENOSPC);
		return false;
	}
	KUNIT_ASSERT_FALSE(test, IS_ERR(va));
	KUNIT_ASSERT_EQ(test, va->va_start, start);
	KUNIT_ASSERT_EQ(test, va->va_end, start + size);
	model_insert(at, start, start + size, va);
	return true;
}

static void both_free(unsigned int at)
{
	free_vmap_area(model[at].va);
	model_remove(at);
}

static void free_all_ours(void)
{
	unsigned int i;

	for (i = nr_model; i-- > 0;)
		if (model[i].va)
			both_free(i);
}

/*
 * Every second area freed leaves holes that only what fits them may use, each exactly
 * once; joined holes are one hole.
 */
static void fragmented_space(struct kunit *test)
{
	const unsigned long size = 8 * PAGE_SIZE;
	unsigned int i, holes = 0;

	model_begin(test);
	for (i = 0; i < 100; i++)
		KUNIT_ASSERT_TRUE(test, both_alloc(test, size));
	for (i = nr_model; i-- > 0;)
		if (model[i].va && (i & 1)) {
			both_free(i);
			holes++;
		}
	KUNIT_EXPECT_TRUE(test, vmap_area_check());

	KUNIT_EXPECT_TRUE(test, both_alloc(test, size + PAGE_SIZE)); /* above all holes */
	for (i = 0; i < holes; i++)
		KUNIT_EXPECT_TRUE(test, both_alloc(test, i & 1 ? size : size / 2));
	KUNIT_EXPECT_TRUE(test, vmap_area_check());
	free_all_ours();
	KUNIT_EXPECT_EQ(test, vmap_largest_gap(), model_largest_gap());
}

/* To the last page, and not one more; all of it comes back as one gap. */
static void exhaustion_and_recovery(struct kunit *test)
{
	unsigned long gap = vmap_largest_gap(), nr_areas = 0;

	model_begin(test);
	while (nr_model < MODEL_MAX - 1) {
		unsigned long size = ALIGN_DOWN(vmap_largest_gap() / 3, PAGE_SIZE);

		if (size < 2 * PAGE_SIZE)
			break;
		KUNIT_ASSERT_TRUE(test, both_alloc(test, size));
		nr_areas++;
	}
	while (vmap_largest_gap() >= 2 * PAGE_SIZE && nr_model < MODEL_MAX)
		KUNIT_ASSERT_TRUE(test, both_alloc(test, 2 * PAGE_SIZE));
	KUNIT_EXPECT_GT(test, nr_areas, 20);
	KUNIT_EXPECT_LT(test, vmap_largest_gap(), 2 * PAGE_SIZE);
	KUNIT_EXPECT_FALSE(test, both_alloc(test, 2 * PAGE_SIZE));
	KUNIT_EXPECT_FALSE(test, both_alloc(test, gap));
	KUNIT_EXPECT_FALSE(test, both_alloc(test, ULONG_MAX));

	free_all_ours();
	KUNIT_EXPECT_EQ(test, vmap_largest_gap(), gap);
	KUNIT_EXPECT_TRUE(test, both_alloc(test, gap));
	KUNIT_EXPECT_EQ(test, vmap_largest_gap(), model_largest_gap());
	free_all_ours();
}

static void lookups_by_address(struct kunit *test)
{
	struct vmap_area *va = alloc_vmap_area(3 * PAGE_SIZE, &anybody, GFP_KERNEL);
	unsigned long start, flags;

	KUNIT_ASSERT_FALSE(test, IS_ERR(va));
	start = va->va_start;
	spin_lock_irqsave(&vmap_area_lock, flags);
	KUNIT_EXPECT_PTR_EQ(test, __find_vmap_area(start), va);
	KUNIT_EXPECT_PTR_EQ(test, __find_vmap_area(start + 3 * PAGE_SIZE - 1), va);
	KUNIT_EXPECT_PTR_NE(test, __find_vmap_area(start - 1), va);
	KUNIT_EXPECT_PTR_NE(test, __find_vmap_area(start + 3 * PAGE_SIZE), va);
	KUNIT_EXPECT_NULL(test, __find_vmap_area(VMALLOC_START - 1));
	KUNIT_EXPECT_NULL(test, __find_vmap_area(VMALLOC_END));
	KUNIT_EXPECT_PTR_EQ(test, __next_vmap_area(start), va);
	KUNIT_EXPECT_PTR_EQ(test, __next_vmap_area(start + 3 * PAGE_SIZE - 1), va);
	KUNIT_EXPECT_NULL(test, __next_vmap_area(VMALLOC_END));
	spin_unlock_irqrestore(&vmap_area_lock, flags);
	free_vmap_area(va);
}

/*
 * Interrupts between any two instructions of taking and freeing an area; the handler
 * takes and frees areas too, and what each of them has stays its own.
 */

struct step_arg {
	struct vmap_area *kept[8];
	unsigned int nr_kept;
	unsigned long round;
	unsigned long wrong;
};

static void take_and_free(void *p)
{
	struct step_arg *arg = p;
	struct vmap_area *a, *b;

	a = alloc_vmap_area(2 * PAGE_SIZE, &anybody, GFP_ATOMIC);
	b = alloc_vmap_area(5 * PAGE_SIZE, &anybody, GFP_ATOMIC);
	if (IS_ERR(a) || IS_ERR(b)) {
		arg->wrong++;
		return;
	}
	arg->wrong += a->va_end - a->va_start != 2 * PAGE_SIZE;
	arg->wrong += b->va_end - b->va_start != 5 * PAGE_SIZE;
	arg->wrong += a->va_start < b->va_end && b->va_start < a->va_end;
	free_vmap_area(a);
	free_vmap_area(b);
}

static void handler_takes_and_frees(void *p)
{
	struct step_arg *arg = p;
	unsigned int i = arg->round++ % ARRAY_SIZE(arg->kept);

	if (arg->kept[i])
		free_vmap_area(arg->kept[i]);
	arg->kept[i] = alloc_vmap_area((2 + i) * PAGE_SIZE, &anybody, GFP_ATOMIC);
	if (IS_ERR(arg->kept[i])) {
		arg->kept[i] = NULL;
		arg->wrong++;
	} else {
		arg->wrong += arg->kept[i]->va_end - arg->kept[i]->va_start != (2 + i) * PAGE_SIZE;
	}
}

static void interrupt_at_every_instruction(struct kunit *test)
{
	struct step_arg arg = {};
	struct step_count steps;
	unsigned int i;

	kunit_needs_single_step(test);
	steps = arch_single_step(take_and_free, &arg, handler_takes_and_frees, &arg);
	KUNIT_EXPECT_EQ(test, arg.wrong, 0);
	KUNIT_EXPECT_GT(test, steps.nr_calls, 100);
	KUNIT_EXPECT_TRUE(test, vmap_area_check());
	for (i = 0; i < ARRAY_SIZE(arg.kept); i++)
		if (arg.kept[i])
			free_vmap_area(arg.kept[i]);
}

/* What the checker is for: a gap that is recorded wrongly. */
static void checker_sees_a_wrong_gap(struct kunit *test)
{
	struct vmap_area *va = alloc_vmap_area(2 * PAGE_SIZE, &anybody, GFP_KERNEL);

	KUNIT_ASSERT_FALSE(test, IS_ERR(va));
	va->va_end -= PAGE_SIZE;
	KUNIT_EXPECT_FALSE(test, vmap_area_check());
	va->va_end += PAGE_SIZE;
	va->subtree_gap += PAGE_SIZE;
	KUNIT_EXPECT_FALSE(test, vmap_area_check());
	va->subtree_gap -= PAGE_SIZE;
	KUNIT_EXPECT_TRUE(test, vmap_area_check());
	free_vmap_area(va);
}

/* An area of one page has no guard; one in front of its neighbour's end overlaps it. */
static void checker_sees_wrong_areas(struct kunit *test)
{
	struct vmap_area *va = alloc_vmap_area(PAGE_SIZE, &anybody, GFP_KERNEL), *other;

	KUNIT_ASSERT_FALSE(test, IS_ERR(va));
	KUNIT_EXPECT_FALSE(test, vmap_area_check());
	free_vmap_area(va);
	KUNIT_EXPECT_TRUE(test, vmap_area_check());

	va = alloc_vmap_area(4 * PAGE_SIZE, &anybody, GFP_KERNEL);
	other = alloc_vmap_area(4 * PAGE_SIZE, &anybody, GFP_KERNEL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(va));
	KUNIT_ASSERT_FALSE(test, IS_ERR(other));
	KUNIT_ASSERT_EQ(test, other->va_start, va->va_end);
	/* The gap fits the overlap, modulo 2^32: only the order of addresses tells. */
	other->va_start -= PAGE_SIZE;
	other->gap -= PAGE_SIZE;
	KUNIT_EXPECT_FALSE(test, vmap_area_check());
	other->va_start += PAGE_SIZE;
	other->gap += PAGE_SIZE;
	KUNIT_EXPECT_TRUE(test, vmap_area_check());
	free_vmap_area(va);
	free_vmap_area(other);
}

/* Who can do without says so, and is not told; who does not is. */
static void no_space_is_said_once(struct kunit *test)
{
	struct vmap_area *va;
	const char *said;

	said_begin();
	va = alloc_vmap_area(VMALLOC_END - VMALLOC_START + PAGE_SIZE, &anybody,
			     GFP_KERNEL | __GFP_NOWARN);
	said = said_end();
	KUNIT_EXPECT_EQ(test, PTR_ERR(va), -ENOSPC);
	KUNIT_EXPECT_STREQ(test, said, "");
	said_begin();
	va = alloc_vmap_area(VMALLOC_END - VMALLOC_START + PAGE_SIZE, &anybody, GFP_KERNEL);
	said = said_end();
	KUNIT_EXPECT_EQ(test, PTR_ERR(va), -ENOSPC);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, "bytes of address space, the largest gap is "));
}

/* Whatever the memory of a space held before. */
static void new_space_is_empty(struct kunit *test)
{
	static struct vmap_space space;
	struct vmap_area *va;

	memset(&space, 0xff, sizeof(space));
	vmap_space_init(&space, VMALLOC_START, VMALLOC_START + 64 * PAGE_SIZE);
	vmap_space_use(&space);
	KUNIT_EXPECT_EQ(test, vmap_lazy_pages(), 0UL);
	KUNIT_EXPECT_EQ(test, vmap_nr_purges(), 0UL);
	KUNIT_EXPECT_EQ(test, vmap_largest_gap(), 64 * PAGE_SIZE);
	va = alloc_vmap_area(2 * PAGE_SIZE, &anybody, GFP_KERNEL);
	if (!IS_ERR(va)) {
		KUNIT_EXPECT_EQ(test, va->va_start, (unsigned long)VMALLOC_START);
		KUNIT_EXPECT_TRUE(test, vmap_area_check());
		free_vmap_area_lazy(va);
		KUNIT_EXPECT_EQ(test, reclaim_vmap_areas(), 1UL);
		KUNIT_EXPECT_EQ(test, reclaim_vmap_areas(), 0UL);
	}
	vmap_space_use(NULL);
	KUNIT_EXPECT_FALSE(test, IS_ERR(va));
}

static struct kunit_case vmap_area_cases[] = {
	KUNIT_CASE(fragmented_space),
	KUNIT_CASE(exhaustion_and_recovery),
	KUNIT_CASE(lookups_by_address),
	KUNIT_CASE(interrupt_at_every_instruction),
	KUNIT_CASE(checker_sees_a_wrong_gap),
	KUNIT_CASE(checker_sees_wrong_areas),
	KUNIT_CASE(no_space_is_said_once),
	KUNIT_CASE(new_space_is_empty),
	{},
};

static struct kunit_suite vmap_area_suite = {
	.name = "vmap_area",
	.init = vmap_area_test_init,
	.exit = vmap_area_test_exit,
	.test_cases = vmap_area_cases,
};
kunit_test_suite(vmap_area_suite);
