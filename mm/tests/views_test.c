/* SPDX-License-Identifier: MIT */
/*
 * The views as they are after boot, for tests outside that know what must be in them:
 * runs when it is named, before any other suite has changed a thing.
 */
#include <kernel/resource.h>
#include <kernel/selftest.h>
#include <kernel/seq.h>

#include <mm/memblock.h>
#include <mm/mm.h>

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

static void memblock_lists(struct kunit *test __unused)
{
	seq_show_on_console(show_memblock);
}

static struct kunit_case views_cases[] = {
	KUNIT_CASE(iomem),   KUNIT_CASE(zoneinfo),       KUNIT_CASE(buddyinfo),
	KUNIT_CASE(meminfo), KUNIT_CASE(memblock_lists), {},
};

static struct kunit_suite views_suite = {
	.name = "views",
	.test_cases = views_cases,
};
kunit_test_suite_on_request(views_suite);
