/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with this page? The page allocator's fast paths see in one compare
 * that something is; here it gets a name.
 *
 * The order of the questions matters: first whether there is a struct page at all,
 * then whether the page is free already (a double free leaves traces that look like
 * many other mistakes), then who owns it, then whether the block is the one that
 * was allocated. The report says who had the page before: page->caller is the
 * function that allocated it, or, of a free page, the one that freed it.
 */
#include <kernel/bug.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <kernel/printk.h>

#include <mm/internal.h>

static const char *const page_flag_names[__NR_PAGEFLAGS] = {
	[PG_locked] = "locked",
	[PG_reserved] = "reserved",
	[PG_buddy] = "buddy",
	[PG_pcp] = "pcp",
	[PG_slab] = "slab",
	[PG_head] = "head",
	[PG_tail] = "tail",
	[PG_table] = "table",
	[PG_kmapped] = "kmapped",
	[PG_vmalloc] = "vmalloc",
	[PG_referenced] = "referenced",
	[PG_uptodate] = "uptodate",
	[PG_dirty] = "dirty",
	[PG_lru] = "lru",
	[PG_active] = "active",
	[PG_swapbacked] = "swapbacked",
	[PG_guard] = "guard",
	[PG_kmalloc] = "kmalloc",
};

/* A flag of an owner that has not let go, and what to call that. */
static const struct {
	enum pageflags flag;
	const char *mistake;
} owners[] = {
	{PG_slab, "bad free: page belongs to slab"},
	{PG_table, "bad free: page is a page table"},
	{PG_vmalloc, "bad free: page belongs to vmalloc"},
	{PG_guard, "bad free: page is a guard page"},
	{PG_kmalloc, "bad free: page belongs to kmalloc"},
	{PG_locked, "bad free: page is locked"},
	{PG_lru, "bad free: page is on an LRU list"},
	{PG_active, "bad free: page is on an LRU list"},
};

/* One reference is left, so that this call would free the block: who still uses it? */
static const char *last_reference_mistake(const struct page *page)
{
	if (PageKmapped(page))
		return "bad free: page is kmapped";
	if (page_mapcount(page) || page->mapping)
		return "bad free: page is mapped";
	return NULL;
}

const char *page_free_mistake(const struct page *page, unsigned int order)
{
	unsigned int i;

	if (!page_is_described(page))
		return "bad free: foreign page";
	if (PageReserved(page))
		return "bad free: page is reserved";
	if (PageBuddy(page) || PagePcp(page))
		return "double free";
	if (PageTail(page))
		return "bad free: page is the tail of a compound page";
	if (page_ref_count(page) <= 0)
		return free_block_head(page_to_pfn(page)) ? "double free"
							  : "bad free: page heads no block";
	for (i = 0; i < ARRAY_SIZE(owners); i++)
		if (page->flags & (1UL << owners[i].flag))
			return owners[i].mistake;
	if (page_alloc_order(page) != order)
		return "bad free: wrong order";
	if (page_ref_count(page) == 1)
		return last_reference_mistake(page);
	return NULL;
}

const char *page_flags_name(char *buf, size_t size, unsigned long flags)
{
	const char *bar = "";
	size_t len = 0;
	unsigned int i;

	strscpy(buf, "none", size);
	for (i = 0; i < __NR_PAGEFLAGS; i++) {
		if (!(flags & (1UL << i)))
			continue;
		len += (size_t)scnprintf(buf + len, size - len, "%s%s", bar, page_flag_names[i]);
		bar = "|";
	}
	return buf;
}

void report_bad_free(const struct page *page, unsigned int order, const char *mistake,
		     unsigned long caller)
{
	char names[96];

	if (!page_is_described(page)) {
		kbug("%s: page %px is not in mem_map, order %u, from %pS", mistake, page, order,
		     (void *)caller);
		return;
	}
	kbug_begin("%s: page %px pfn %#lx order %u flags %#lx(%s) zone %s", mistake, page,
		   page_to_pfn(page), order, page->flags,
		   page_flags_name(names, sizeof(names), page->flags), page_zone(page)->name);
	printk(KERN_EMERG "  by %pS; references %d, mapped %d times, kept order %u\n",
	       (void *)caller, page_ref_count(page), page_mapcount(page), page_alloc_order(page));
	if (PageSlab(page) || PageReserved(page) || PageTail(page) || !page->caller)
		printk(KERN_EMERG "  nobody is recorded to have allocated or freed it\n");
	else
		printk(KERN_EMERG "  %s by %pS\n",
		       page_ref_count(page) > 0 ? "allocated" : "last freed", (void *)page->caller);
	kbug_end();
}
