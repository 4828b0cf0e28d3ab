/* SPDX-License-Identifier: MIT */
/*
 * Play by hand: allocate a piece of memory, hold it under a number, look at it with the
 * views, free it.
 *
 * Each kind of memory is a row of a table: how to get it from words, how to give it
 * back, how to show it. What somebody else's piece depends on cannot be freed first: the
 * allocators would report that, rightly, and the kernel might stop.
 *
 * Locking: none; the prompt is the only user.
 */
#include <kernel/seq.h>
#include <kernel/monitor/lineedit.h>
#include <kernel/monitor/monitor.h>
#include <kernel/monitor/play.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>
#include <mm/highmem.h>
#include <mm/ioremap.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>

#define HELD_MAX 128

/*
 * struct held - a piece of memory with a number, which is its index plus 1
 * @kind:  NULL while the number is free
 * @addr:  where it is; NULL for pages without an address
 * @page:  of pages, and of what kmap() maps
 * @size:  bytes; of pages the order
 * @cache: of an object; @of: of a mapping, the number of the pages
 * @phys:  of device memory
 */
struct held {
	const struct play_kind *kind;
	void *addr;
	struct page *page;
	unsigned long size;
	struct kmem_cache *cache;
	unsigned int of;
	phys_addr_t phys;
};

/*
 * struct play_kind - a kind of memory
 * @alloc: from its words, the first of which names it. Return: 0; -EINVAL when they make
 *         no sense, -ENOMEM when there is no memory, another error that it has said.
 */
struct play_kind {
	const char *name;
	int (*alloc)(struct seq_file *m, struct held *held, int argc, char **argv);
	void (*free)(struct held *held);
	void (*show)(struct seq_file *m, const struct held *held);
};

static struct held held_items[HELD_MAX];

static unsigned int number_of(const struct held *held)
{
	return (unsigned int)(held - held_items) + 1;
}

/* find_held - "#7" or "7"; NULL when it is no number, or nothing is held under it */
static struct held *find_held(const char *word)
{
	unsigned long n;

	if (monitor_number(*word == '#' ? word + 1 : word, &n) || !n || n > HELD_MAX)
		return NULL;
	return held_items[n - 1].kind ? &held_items[n - 1] : NULL;
}

/* mapped_by - the mapping that holds these pages, or NULL */
static const struct held *mapped_by(const struct held *pages)
{
	unsigned int i;

	for (i = 0; i < HELD_MAX; i++)
		if (held_items[i].kind && held_items[i].of == number_of(pages))
			return &held_items[i];
	return NULL;
}

/* gfp_words - flags from words. Return: 0, or -EINVAL for one that is none. */
static int gfp_words(gfp_t *gfp, int argc, char **argv)
{
	static const struct {
		const char *name;
		gfp_t set, clear;
	} words[] = {
		{"normal", (__force gfp_t)0, (__force gfp_t)0},
		{"dma", __GFP_DMA, (__force gfp_t)0},
		{"highmem", __GFP_HIGHMEM, (__force gfp_t)0},
		{"atomic", GFP_ATOMIC, __GFP_DIRECT_RECLAIM | __GFP_IO | __GFP_FS},
		{"zero", __GFP_ZERO, (__force gfp_t)0},
		{"comp", __GFP_COMP, (__force gfp_t)0},
	};
	size_t i;

	for (*gfp = GFP_KERNEL; argc--; argv++) {
		for (i = 0; i < ARRAY_SIZE(words) && strcmp(words[i].name, *argv); i++)
			;
		if (i == ARRAY_SIZE(words))
			return -EINVAL;
		*gfp = (*gfp & ~words[i].clear) | words[i].set;
	}
	return 0;
}

/*
 * Pages
 */

static int play_alloc_page(struct seq_file *m __unused, struct held *held, int argc, char **argv)
{
	unsigned long order = 0;
	gfp_t gfp;

	if (argc > 1 && !monitor_number(argv[1], &order)) {
		argc--;
		argv++;
	}
	if (order >= MAX_ORDER || gfp_words(&gfp, argc - 1, argv + 1))
		return -EINVAL;
	held->page = alloc_pages(gfp, (unsigned int)order);
	held->size = order;
	return held->page ? 0 : -ENOMEM;
}

static void play_free_page(struct held *held)
{
	__free_pages(held->page, (unsigned int)held->size);
}

static void play_show_page(struct seq_file *m, const struct held *held)
{
	unsigned long pfn = page_to_pfn(held->page);

	seq_printf(m, "order %lu, pfn %#lx-%#lx, zone %s", held->size, pfn,
		   pfn + (1UL << held->size) - 1, page_zone(held->page)->name);
	if (PageHighMem(held->page))
		seq_puts(m, ", no address");
	else
		seq_printf(m, ", at %px", page_address(held->page));
}

/*
 * kmalloc, vmalloc
 */

static int size_and_gfp(struct held *held, gfp_t *gfp, int argc, char **argv)
{
	if (argc < 2 || monitor_size(argv[1], &held->size))
		return -EINVAL;
	return gfp_words(gfp, argc - 2, argv + 2);
}

static int play_kmalloc(struct seq_file *m, struct held *held, int argc, char **argv)
{
	gfp_t gfp;

	if (size_and_gfp(held, &gfp, argc, argv))
		return -EINVAL;
	if (gfp & (__GFP_HIGHMEM | __GFP_COMP)) {
		seq_puts(m, "kmalloc gives addresses of low memory, and no compound pages\n");
		return -EPERM;
	}
	held->addr = kmalloc(held->size, gfp);
	return held->addr ? 0 : -ENOMEM;
}

static void play_kfree(struct held *held)
{
	kfree(held->addr);
}

static void play_show_kmalloc(struct seq_file *m, const struct held *held)
{
	seq_printf(m, "%lu bytes at %px", held->size, held->addr);
}

static int play_vmalloc(struct seq_file *m, struct held *held, int argc, char **argv)
{
	gfp_t gfp;

	if (size_and_gfp(held, &gfp, argc, argv))
		return -EINVAL;
	if (!gfpflags_allow_blocking(gfp) || (gfp & __GFP_COMP)) {
		seq_puts(m,
			 "vmalloc may need page tables, so it may sleep; its pages are single\n");
		return -EPERM;
	}
	held->addr = __vmalloc(held->size, gfp);
	return held->addr ? 0 : -ENOMEM;
}

static void play_vfree(struct held *held)
{
	vfree(held->addr);
}

/*
 * Objects of a cache that was made at the prompt
 */

static int play_alloc_object(struct seq_file *m, struct held *held, int argc, char **argv)
{
	gfp_t gfp;

	if (argc < 2 || gfp_words(&gfp, argc - 2, argv + 2))
		return -EINVAL;
	held->cache = play_cache_find(argv[1]);
	if (!held->cache || (gfp & (GFP_ZONEMASK | __GFP_COMP))) {
		seq_puts(m, held->cache ? "a cache serves objects of its own sort of memory\n"
					: "no cache of that name was made here; see \"cache\"\n");
		return -ENOENT;
	}
	held->addr = kmem_cache_alloc(held->cache, gfp);
	return held->addr ? 0 : -ENOMEM;
}

static void play_free_object(struct held *held)
{
	kmem_cache_free(held->cache, held->addr);
}

static void play_show_object(struct seq_file *m, const struct held *held)
{
	seq_printf(m, "of cache %s, at %px", kmem_cache_name(held->cache), held->addr);
}

bool play_holds_object_of(const struct kmem_cache *cache)
{
	unsigned int i;

	for (i = 0; i < HELD_MAX; i++)
		if (held_items[i].kind && held_items[i].cache == cache)
			return true;
	return false;
}

/*
 * Mappings
 */

static int play_kmap(struct seq_file *m, struct held *held, int argc, char **argv)
{
	const struct held *pages;

	if (argc != 2)
		return -EINVAL;
	pages = find_held(argv[1]);
	if (!pages || pages->kind->alloc != play_alloc_page) {
		seq_printf(m, "%s is no number of pages that are held\n", argv[1]);
		return -ENOENT;
	}
	held->page = pages->page;
	held->of = number_of(pages);
	held->addr = kmap(held->page);
	return held->addr ? 0 : -ENOMEM;
}

static void play_kunmap(struct held *held)
{
	kunmap(held->page);
}

static void play_show_kmap(struct seq_file *m, const struct held *held)
{
	seq_printf(m, "first page of #%u, pfn %#lx, at %px", held->of, page_to_pfn(held->page),
		   held->addr);
}

static int play_ioremap(struct seq_file *m __unused, struct held *held, int argc, char **argv)
{
	unsigned long phys;

	if (argc != 3 || monitor_number(argv[1], &phys) || monitor_size(argv[2], &held->size))
		return -EINVAL;
	held->phys = phys;
	held->addr = (__force void *)ioremap(phys, held->size);
	return held->addr ? 0 : -ENOMEM;
}

static void play_iounmap(struct held *held)
{
	iounmap((__force volatile void __iomem *)held->addr);
}

static void play_show_ioremap(struct seq_file *m, const struct held *held)
{
	seq_printf(m, "phys %pa, %lu bytes at %px", &held->phys, held->size, held->addr);
}

/*
 * The commands
 */

static const struct play_kind kinds[] = {
	{"page", play_alloc_page, play_free_page, play_show_page},
	{"kmalloc", play_kmalloc, play_kfree, play_show_kmalloc},
	{"vmalloc", play_vmalloc, play_vfree, play_show_kmalloc},
	{"object", play_alloc_object, play_free_object, play_show_object},
	{"kmap", play_kmap, play_kunmap, play_show_kmap},
	{"ioremap", play_ioremap, play_iounmap, play_show_ioremap},
};

static const struct play_kind *find_kind(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

static void show_held(struct seq_file *m, const struct held *held)
{
	seq_printf(m, "#%-3u %-8s ", number_of(held), held->kind->name);
	held->kind->show(m, held);
	seq_putc(m, '\n');
}

static struct held *free_number(void)
{
	unsigned int i;

	for (i = 0; i < HELD_MAX; i++)
		if (!held_items[i].kind)
			return &held_items[i];
	return NULL;
}

static int alloc_command(struct seq_file *m, int argc, char **argv)
{
	const struct play_kind *kind = argc > 1 ? find_kind(argv[1]) : NULL;
	struct held *held = free_number(), made = {.kind = NULL};
	int ret;

	if (!kind)
		return -EINVAL;
	if (!held) {
		seq_printf(m, "%u pieces are held; free some\n", HELD_MAX);
		return 0;
	}
	ret = kind->alloc(m, &made, argc - 1, argv + 1);
	if (ret == -EINVAL)
		return ret;
	if (ret == -ENOMEM)
		seq_puts(m, "there is none: NULL\n");
	if (ret)
		return 0;
	*held = made;
	held->kind = kind;
	show_held(m, held);
	return 0;
}

static void alloc_complete(struct line_editor *ed, int argc, char **argv)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds) && argc == 1; i++)
		line_editor_offer(ed, kinds[i].name);
	if (argc == 2 && !strcmp(argv[1], "object"))
		play_cache_complete(ed);
	if (argc > 2)
		line_editor_offer(ed, "atomic");
	if (argc > 2 && !strcmp(argv[1], "page"))
		line_editor_offer(ed, "highmem");
}
monitor_command("alloc", alloc_command,
		"page [ORDER] [FLAG..] | kmalloc SIZE [FLAG..] | vmalloc SIZE [FLAG..] | "
		"object CACHE [FLAG..] | kmap #N | ioremap PHYS SIZE",
		"allocate and hold; FLAG: normal dma highmem atomic zero comp",
		"alloc page 3 highmem", alloc_complete);

static int held_command(struct seq_file *m, int argc, char **argv __unused)
{
	unsigned int i, nr = 0;

	if (argc > 1)
		return -EINVAL;
	for (i = 0; i < HELD_MAX; i++) {
		if (!held_items[i].kind)
			continue;
		show_held(m, &held_items[i]);
		nr++;
	}
	if (!nr)
		seq_puts(m, "nothing is held; \"help alloc\"\n");
	return 0;
}
monitor_command("held", held_command, "", "what alloc has allocated", "held", NULL);

static void free_held(struct seq_file *m, struct held *held)
{
	const struct held *mapping = mapped_by(held);

	if (mapping) {
		seq_printf(m, "#%u is mapped by #%u: free that first\n", number_of(held),
			   number_of(mapping));
		return;
	}
	held->kind->free(held);
	*held = (struct held){.kind = NULL};
}

/* What maps goes before what is mapped. */
static void free_all(struct seq_file *m)
{
	unsigned int i, mappings;

	for (mappings = 2; mappings--;)
		for (i = 0; i < HELD_MAX; i++)
			if (held_items[i].kind && !!held_items[i].of == mappings)
				free_held(m, &held_items[i]);
}

static int free_command(struct seq_file *m, int argc, char **argv)
{
	int i;

	if (argc < 2)
		return -EINVAL;
	if (argc == 2 && !strcmp(argv[1], "all")) {
		free_all(m);
		return 0;
	}
	for (i = 1; i < argc; i++) {
		if (!find_held(argv[i])) {
			seq_printf(m, "%s: nothing is held under that number\n", argv[i]);
			return -EINVAL;
		}
	}
	for (i = 1; i < argc; i++) {
		struct held *held = find_held(argv[i]);

		if (held) /* it may stand there twice */
			free_held(m, held);
	}
	return 0;
}

static void free_complete(struct line_editor *ed, int argc, char **argv __unused)
{
	char word[8];
	unsigned int i;

	for (i = 0; i < HELD_MAX; i++) {
		if (!held_items[i].kind)
			continue;
		scnprintf(word, sizeof(word), "#%u", i + 1);
		line_editor_offer(ed, word);
	}
	if (argc == 1)
		line_editor_offer(ed, "all");
}
monitor_command("free", free_command, "#N.. | all", "give back what is held under these numbers",
		"free all", free_complete);
