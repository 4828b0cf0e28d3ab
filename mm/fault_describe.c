/* SPDX-License-Identifier: MIT */
/*
 * What memory management knows about an address, for the report of a fault.
 *
 * The page of the direct map and its state, the vmalloc area and its caller, the
 * slot of kmap() or kmap_atomic(). Asked with any lock held and any structure in
 * pieces, so: no lock is waited for, and what a pointer in a page leads to is read
 * by copy_from_kernel_nofault(). mem_map itself is always there.
 *
 * Addresses in the kernel's image are left to the layout, which knows sections;
 * but not those of .init once its pages have been given away.
 */
#include <mm/fault_describe.h>
#include <mm/highmem.h>
#include <mm/internal.h>
#include <mm/mm.h>
#include <mm/slab_internal.h>
#include <mm/vmalloc.h>
#include <arch/mmu.h>
#include <arch/traps.h>
#include <kernel/resource.h>
#include <kernel/sections.h>
#include <kernel/seq.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>

static int describe_slab_page(const struct page *page, char *buf, size_t size)
{
	char name[KMEM_CACHE_NAMELEN];

	if (copy_from_kernel_nofault(name, page->slab_cache->name, sizeof(name)))
		return scnprintf(buf, size, "slab of a cache that is not there");
	name[sizeof(name) - 1] = '\0';
	return scnprintf(buf, size, "slab of cache %s", name);
}

static int describe_reserved_page(const struct page *page, char *buf, size_t size)
{
	const char *name = resource_user_nowait(page_to_phys(page), PAGE_SIZE);

	return scnprintf(buf, size, "reserved: %s", name ? name : "of no known use");
}

struct page *used_block_head(unsigned long pfn)
{
	unsigned int order;

	for (order = 0; order < MAX_ORDER; order++) {
		struct page *head = pfn_to_page(pfn & ~((1UL << order) - 1));

		if (page_ref_count(head) && page_alloc_order(head) >= order)
			return head;
	}
	return NULL;
}

static int describe_block(const struct page *page, char *buf, size_t size)
{
	unsigned long pfn = page_to_pfn(page);
	struct page *head = free_block_head(pfn);
	const char *use = "allocated";
	const char *what = "";
	int len;

	if (head) {
		use = "freed";
		what = PagePcp(head) ? "free, on a per-CPU list" : "free";
	} else {
		head = used_block_head(pfn);
		if (!head)
			return scnprintf(buf, size, "in no known state");
		if (PageSlab(head))
			return describe_slab_page(head, buf, size);
		what = PageTable(head)     ? "a page table"
		       : PageVmalloc(head) ? "of vmalloc"
		       : PageKmalloc(head) ? "of kmalloc"
					   : "in use";
	}
	len = scnprintf(buf, size, "%s, page %lu of a block of order %u", what,
			pfn - page_to_pfn(head), page_alloc_order(head));
	if (!head->caller)
		return len + scnprintf(buf + len, size - (size_t)len, ", never allocated");
	return len + scnprintf(buf + len, size - (size_t)len, ", last %s by %pS", use,
			       (void *)head->caller);
}

int page_describe(const struct page *page, char *buf, size_t size)
{
	return PageReserved(page) ? describe_reserved_page(page, buf, size)
				  : describe_block(page, buf, size);
}

static int describe_direct_map(unsigned long addr, char *buf, size_t size)
{
	const struct page *page = virt_to_page(addr);
	int len = scnprintf(buf, size, "direct map, pfn %#lx: ", page_to_pfn(page));

	return len + page_describe(page, buf + len, size - (size_t)len);
}

bool in_image(unsigned long addr)
{
	return addr >= (unsigned long)_stext && addr < (unsigned long)_end &&
	       PageReserved(virt_to_page(addr));
}

static int describe_memory(unsigned long addr, char *buf, size_t size)
{
	struct seq_file m;

	if (virt_addr_valid(addr))
		return in_image(addr) ? 0 : describe_direct_map(addr, buf, size);

	seq_open_buffer(&m, buf, size);
	if (!kmap_describe(addr, &m) && !vmalloc_describe(addr, &m))
		return 0;
	strim(buf); /* one line, without its newline */
	return (int)strlen(buf);
}

void __init fault_describe_init(void)
{
	static struct fault_describer describer = {.describe = describe_memory};

	register_fault_describer(&describer);
}
