/* SPDX-License-Identifier: MIT */
/*
 * The account of free memory over each case, kept by the self-test core: a case of
 * any suite, whatever it is about, ends with as many free pages as it began with, and
 * with as many live objects: one that is lost in a slab which others hold costs no page.
 *
 * Both times memory is brought to rest first: per-CPU lists and array caches are
 * drained, empty slabs given back, lazily freed addresses flushed. A page table that
 * the kernel's part of the address space once needed is kept for ever, and is the
 * same page wherever it is counted: so it is no leak, and free pages are counted
 * together with page tables.
 */
#include <mm/fail.h>
#include <mm/mm.h>
#include <mm/slab_internal.h>
#include <mm/tests/account.h>
#include <arch/mmu.h>

static unsigned long pages_before, objects_before;

static unsigned long pages_at_rest(void)
{
	mm_quiesce();
	return nr_free_pages() + nr_kernel_pagetables();
}

/* Of all caches, when memory is at rest. */
static unsigned long live_objects(void)
{
	struct kmem_cache *cachep;
	unsigned long objects = 0;

	for_each_kmem_cache(cachep)
		objects += slab_count_live(cachep);
	return objects;
}

static void account_open(void)
{
	pages_before = pages_at_rest();
	objects_before = live_objects();
}

static void account_close(struct kunit *test)
{
	unsigned long pages, objects;

	fail_nth_clear(); /* of a case that ended early */
	pages = pages_at_rest();
	if (pages != pages_before)
		KUNIT_FAIL(test, "%ld pages are missing", (long)(pages_before - pages));
	objects = live_objects();
	if (objects != objects_before)
		KUNIT_FAIL(test, "%ld objects are left over", (long)(objects - objects_before));
}

const struct kunit_account mm_test_account = {.open = account_open, .close = account_close};
