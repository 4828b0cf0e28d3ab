/* SPDX-License-Identifier: MIT */
/*
 * The table of checkers. A subsystem's checker stands in its own file and knows its
 * invariants; here is only who has one. Further checkers run after one that fails:
 * which subsystems are hurt by the same write says more than the first of them.
 *
 * Reference: none in Linux, which checks where it changes (DEBUG_LIST, DEBUG_VM).
 */
#include <arch/mmu.h>
#include <mm/check.h>
#include <mm/highmem.h>
#include <mm/memblock.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>

const struct mm_checker mm_checkers[NR_MM_CHECKERS] = {
	{"memblock", memblock_check}, {"page_alloc", page_alloc_check}, {"slab", slab_check},
	{"kmap", kmap_check},         {"vmalloc", vmalloc_check},       {"ptdump", ptdump_check},
};

bool mm_check(void)
{
	bool sound = true;
	unsigned int i;

	for (i = 0; i < NR_MM_CHECKERS; i++)
		sound &= mm_checkers[i].check();
	return sound;
}
