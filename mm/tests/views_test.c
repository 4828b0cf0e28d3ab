/* SPDX-License-Identifier: MIT */
/*
 * The views as they are after boot, for tests outside that know what must be in them:
 * runs when it is named, before any other suite has changed a thing.
 */
#include <kernel/resource.h>
#include <kernel/selftest.h>
#include <kernel/seq.h>

#include <mm/internal.h>
#include <mm/memblock.h>
#include <mm/slab.h>

static void iomem(struct kunit *test __unused)
{
	seq_show_on_console(show_iomem);
}

static void zoneinfo(struct kunit *test __unused)
{
	seq_show_on_console(show_zoneinfo);
}

static void buddyinfo(struct kunit *test __unused)
{
	seq_show_on_console(show_buddyinfo);
}

static void meminfo(struct kunit *test __unused)
{
	seq_show_on_console(show_meminfo);
}

static void slabinfo(struct kunit *test __unused)
{
	seq_show_on_console(show_slabinfo);
}

static void memblock_lists(struct kunit *test __unused)
{
	seq_show_on_console(show_memblock);
}

/* What became of debug_pagealloc=, init_on_alloc= and init_on_free=. */
static void page_options(struct kunit *test)
{
	kunit_info(test, "unmapped when free: %s, zeroed: %s, %s",
		   page_debug & PAGE_DEBUG_UNMAP ? "yes" : "no",
		   page_debug & PAGE_DEBUG_INIT_ON_ALLOC ? "when allocated" : "not when allocated",
		   page_debug & PAGE_DEBUG_INIT_ON_FREE ? "when freed" : "not when freed");
}

static struct kunit_case views_cases[] = {
	KUNIT_CASE(iomem),        KUNIT_CASE(zoneinfo),
	KUNIT_CASE(buddyinfo),    KUNIT_CASE(meminfo),
	KUNIT_CASE(slabinfo),     KUNIT_CASE(memblock_lists),
	KUNIT_CASE(page_options), {},
};

static struct kunit_suite views_suite = {
	.name = "views",
	.test_cases = views_cases,
};
kunit_test_suite_on_request(views_suite);
