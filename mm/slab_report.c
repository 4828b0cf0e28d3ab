/* SPDX-License-Identifier: MIT */
/*
 * Slab reports: what an address is, who used it last, and what is in it.
 *
 * The first line of each report names the mistake, the cache, the object and the last
 * function that allocated or freed it. Nothing is locked while reporting: the object
 * is described as it is seen, and the machine may be about to stop.
 */

#include <kernel/lib/ctype.h>
#include <kernel/lib/vsprintf.h>
#include <arch/traps.h>
#include <mm/slab_internal.h>

/* Lines of a dump, of 16 bytes each, before and after the place that matters. */
#define DUMP_LINE   16L
#define DUMP_BEFORE (4 * DUMP_LINE)
#define DUMP_AFTER  (8 * DUMP_LINE)

/* The object may be free, and then nobody may read it but by copy_from_kernel_nofault(). */
static void dump_bytes(const u8 *objp, long from, long to)
{
	for (; from < to; from += DUMP_LINE) {
		long i, len = min(to - from, DUMP_LINE);
		char text[DUMP_LINE + 1];
		u8 bytes[DUMP_LINE];

		if (copy_from_kernel_nofault(bytes, objp + from, len))
			return;
		for (i = 0; i < len; i++)
			text[i] = isprint(bytes[i]) ? bytes[i] : '.';
		text[len] = '\0';
		pr_err("  %px %+5ld: %*ph %s\n", objp + from, from, (int)len, bytes, text);
	}
}

/* The object, or what of it lies around @offset, and its red zones. */
static void dump_object(struct kmem_cache *cachep, const void *objp, long offset)
{
	long from = cachep->flags & SLAB_RED_ZONE ? -(long)sizeof(u64) : 0;
	long to = cachep->flags & SLAB_DEBUG_FLAGS ? cachep->red_end : cachep->object_size;

	from = max(from, ALIGN_DOWN(offset, DUMP_LINE) - DUMP_BEFORE);
	to = min(to, from + DUMP_BEFORE + DUMP_AFTER);
	dump_bytes(objp, from, to);
}

static void print_track(const char *what, const struct slab_track *track)
{
	unsigned int i;

	if (!track->caller)
		return;
	pr_err("  %s by %pS on CPU %u\n", what, (void *)track->caller, track->cpu);
	for (i = 0; i < track->nr; i++)
		pr_err("    %pB\n", (void *)track->entries[i]);
}

/* Everything there is to say of an object. */
static void print_object(struct kmem_cache *cachep, const void *objp, long offset)
{
	struct slab *slabp = virt_to_page(objp)->slab;

	pr_err("  object %px: index %u of %u, size %u, slab %px, %u in use\n", objp,
	       obj_to_index(cachep, slabp, objp), cachep->num, cachep->object_size, slabp,
	       slabp->inuse);
	if (cachep->flags & SLAB_STORE_USER) {
		print_track("allocated", &slab_debug_data(cachep, objp)->track[TRACK_ALLOC]);
		print_track("freed", &slab_debug_data(cachep, objp)->track[TRACK_FREE]);
	}
	dump_object(cachep, objp, offset);
}

/**
 * enclosing_object - the object that an address of a slab page lies in
 * Return: its first byte; NULL for an address between or beside the objects.
 */
void *enclosing_object(struct kmem_cache *cachep, struct slab *slabp, const void *addr)
{
	unsigned long offset = (unsigned long)addr - (unsigned long)slabp->s_mem;
	unsigned int idx = offset / cachep->size;

	if (addr < slabp->s_mem || idx >= cachep->num ||
	    offset % cachep->size >= cachep->object_size)
		return NULL;
	return index_to_obj(cachep, slabp, idx);
}

/* Where in a slab's pages does the address lie? Return: the object there, or NULL. */
static void *describe_slab_address(char *buf, size_t size, const void *addr)
{
	struct page *page = virt_to_page(addr);
	struct kmem_cache *cachep = page->slab_cache;
	void *objp = enclosing_object(cachep, page->slab, addr);
	kmem_bufctl_t word;
	int len;

	if (!objp) {
		scnprintf(buf, size, "%px lies beside the objects of a slab of cache %s", addr,
			  cachep->name);
		return NULL;
	}
	len = addr == objp ? 0
			   : scnprintf(buf, size, "%px is %lu bytes into ", addr,
				       (unsigned long)(addr - objp));
	word = page->slab->bufctl[obj_to_index(cachep, page->slab, objp)];
	len += scnprintf(buf + len, size - len, "object %px of cache %s, ", objp, cachep->name);
	if (bufctl_caller(word))
		scnprintf(buf + len, size - len, "last %s by %pS",
			  bufctl_in_use(word) ? "allocated" : "freed", (void *)bufctl_caller(word));
	else
		scnprintf(buf + len, size - len, "never allocated");
	return objp;
}

static void describe_other_address(char *buf, size_t size, const void *addr)
{
	unsigned long where = (unsigned long)addr;
	struct page *page;

	if (!virt_addr_valid(addr)) {
		scnprintf(buf, size, "%px is %s", addr,
			  !addr ? "NULL"
			  : where >= VMALLOC_START && where < VMALLOC_END
				  ? "of vmalloc()"
				  : "not in the direct map");
		return;
	}
	page = kmalloc_large_head(addr);
	if (page) {
		void *head = lowmem_page_address(page);

		scnprintf(buf, size,
			  "%px is %lu bytes into %px, %lu pages of kmalloc(), last "
			  "allocated by %pS",
			  addr, (unsigned long)(addr - head), head, 1UL << page_alloc_order(page),
			  (void *)page->caller);
		return;
	}
	page = compound_head(virt_to_page(addr));
	if (PageReserved(page))
		scnprintf(buf, size, "%px is in a reserved page", addr);
	else
		scnprintf(buf, size, "%px is in a page that is %s, last %s by %pS", addr,
			  page_ref_count(page) ? "in use" : "free",
			  page_ref_count(page) ? "allocated" : "freed", (void *)page->caller);
}

/**
 * slab_bad_free - report a pointer that cannot be freed, or asked the size of
 * @cachep: where it was to go, NULL from kfree()
 * @what:   the mistake
 * @caller: who made it
 * Context: any, without locks.
 */
void slab_bad_free(struct kmem_cache *cachep, const void *objp, const char *what,
		   unsigned long caller)
{
	bool in_slab = virt_addr_valid(objp) && PageSlab(virt_to_page(objp));
	const void *owner = NULL;
	char where[192];

	if (in_slab)
		owner = describe_slab_address(where, sizeof(where), objp);
	else
		describe_other_address(where, sizeof(where), objp);
	kbug_begin("%s: %s", what, where);
	pr_err("  by %pS, to %s\n", (void *)caller, cachep ? cachep->name : "kfree()");
	if (owner)
		print_object(virt_to_page(objp)->slab_cache, owner, objp - owner);
	kbug_end();
}

/** slab_report_damage - report what slab_damage() found. Context: any. */
void slab_report_damage(struct kmem_cache *cachep, const void *objp, const char *what, long offset)
{
	struct slab *slabp = virt_to_page(objp)->slab;
	kmem_bufctl_t word = slabp->bufctl[obj_to_index(cachep, slabp, objp)];

	kbug_begin("%s: object %px of cache %s, at offset %ld, last %s by %pS", what, objp,
		   cachep->name, offset, bufctl_in_use(word) ? "allocated" : "freed",
		   (void *)bufctl_caller(word));
	print_object(cachep, objp, offset);
	kbug_end();
}

static unsigned int list_live(struct kmem_cache *cachep, struct list_head *slabs)
{
	struct slab *slabp;
	unsigned int i, nr = 0;

	list_for_each_entry(slabp, slabs, list) {
		for (i = 0; i < cachep->num; i++) {
			void *objp = index_to_obj(cachep, slabp, i);

			if (!bufctl_in_use(slabp->bufctl[i]))
				continue;
			pr_err("  object %px, allocated by %pS\n", objp,
			       (void *)bufctl_caller(slabp->bufctl[i]));
			nr++;
		}
	}
	return nr;
}

/** slab_report_live - a cache cannot be destroyed: list its objects. Context: process. */
void slab_report_live(struct kmem_cache *cachep)
{
	struct kmem_cache_node *n = cache_node(cachep);
	unsigned long flags;

	kbug_begin("kmem_cache_destroy: cache %s has %lu objects that are not freed", cachep->name,
		   slab_count_live(cachep));
	spin_lock_irqsave(&n->list_lock, flags);
	list_live(cachep, &n->slabs_full);
	list_live(cachep, &n->slabs_partial);
	spin_unlock_irqrestore(&n->list_lock, flags);
	kbug_end();
}
