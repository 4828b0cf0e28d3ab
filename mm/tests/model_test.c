/* SPDX-License-Identifier: MIT */
/*
 * The models as suites: what each compares stands at the head of its file, what all have
 * in common in kernel/lib/model.h, and mm/README.md has a table.
 */
#include <kernel/tests/memmap_model.h>
#include <kernel/tests/model.h>
#include <mm/tests/models.h>

/* These have nothing to take apart. */
static void memmap_model_abandon(void)
{
}

static void vmap_tree_model_abandon(void)
{
}

/* A suite of one case, both called like the model. At boot it runs @ops operations. */
#define MODEL_SUITE(model, ops)                                                                    \
	static void model(struct kunit *test)                                                      \
	{                                                                                          \
		kunit_model(test, #model, model##_run, ops);                                       \
	}                                                                                          \
	static void model##_exit(struct kunit *test __unused)                                      \
	{                                                                                          \
		model##_abandon();                                                                 \
	}                                                                                          \
	static struct kunit_case model##_cases[] = {KUNIT_CASE(model), {}};                        \
	static struct kunit_suite model##_suite = {                                                \
		.name = #model,                                                                    \
		.exit = model##_exit,                                                              \
		.test_cases = model##_cases,                                                       \
	};                                                                                         \
	kunit_test_suite(model##_suite)

MODEL_SUITE(memmap_model, 2000);
MODEL_SUITE(memblock_model, 2000);
MODEL_SUITE(buddy_model, 4000);
MODEL_SUITE(page_alloc_model, 4000);
MODEL_SUITE(slab_model, 4000);
MODEL_SUITE(kmalloc_model, 4000);
MODEL_SUITE(vmap_tree_model, 4000);
MODEL_SUITE(vmap_area_model, 4000);
MODEL_SUITE(kmap_model, 4000);
