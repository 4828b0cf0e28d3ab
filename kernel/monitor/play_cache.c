/* SPDX-License-Identifier: MIT */
/*
 * Caches made at the prompt.
 *
 * Only these can be taken objects from, and destroyed, by hand: whoever made another one
 * counts on having it to himself.
 *
 * Locking: none; the prompt is the only user.
 */
#include <kernel/seq.h>
#include <kernel/monitor/lineedit.h>
#include <kernel/monitor/monitor.h>
#include <kernel/monitor/play.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/string.h>
#include <mm/mm.h>
#include <mm/slab.h>

#define CACHES_MAX 16

static struct kmem_cache *caches[CACHES_MAX];

static struct kmem_cache **find_slot(const char *name)
{
	unsigned int i;

	for (i = 0; i < CACHES_MAX; i++)
		if (caches[i] && !strcmp(kmem_cache_name(caches[i]), name))
			return &caches[i];
	return NULL;
}

struct kmem_cache *play_cache_find(const char *name)
{
	struct kmem_cache **slot = find_slot(name);

	return slot ? *slot : NULL;
}

void play_cache_complete(struct line_editor *ed)
{
	unsigned int i;

	for (i = 0; i < CACHES_MAX; i++)
		if (caches[i])
			line_editor_offer(ed, kmem_cache_name(caches[i]));
}

/* Is any cache called so? */
struct name_search {
	const char *name;
	bool found;
};

static void compare_name(void *arg, const char *name)
{
	struct name_search *search = arg;

	search->found |= !strcmp(search->name, name);
}

static void create(struct seq_file *m, const char *name, unsigned long size, unsigned long align)
{
	struct name_search search = {.name = name};
	unsigned int i = 0;

	kmem_cache_names(compare_name, &search);
	while (i < CACHES_MAX && caches[i])
		i++;
	if (search.found) {
		seq_printf(m, "a cache is called %s already\n", name);
	} else if (i == CACHES_MAX) {
		seq_printf(m, "%u caches are enough\n", CACHES_MAX);
	} else {
		caches[i] = kmem_cache_create(name, size, align, 0, NULL, NULL);
		if (caches[i])
			seq_printf(m, "cache %s: objects of %u bytes\n", name,
				   kmem_cache_size(caches[i]));
		else
			seq_puts(m, "there is no memory for it\n");
	}
}

static int create_words(struct seq_file *m, int argc, char **argv)
{
	unsigned long size, align = 0;

	if (argc < 4 || argc > 5 || strlen(argv[2]) >= KMEM_CACHE_NAMELEN || !argv[2][0])
		return -EINVAL;
	if (monitor_size(argv[3], &size) || size > KMALLOC_MAX_SIZE)
		return -EINVAL;
	if (argc == 5 &&
	    (monitor_size(argv[4], &align) || (align & (align - 1)) || align > PAGE_SIZE))
		return -EINVAL;
	create(m, argv[2], size, align);
	return 0;
}

static int destroy(struct seq_file *m, const char *name)
{
	struct kmem_cache **slot = find_slot(name);

	if (!slot) {
		seq_printf(m, "no cache called %s was made here\n", name);
	} else if (play_holds_object_of(*slot)) {
		seq_puts(m, "objects of it are held: free them first\n");
	} else {
		kmem_cache_destroy(*slot);
		*slot = NULL;
	}
	return 0;
}

static int list(struct seq_file *m)
{
	unsigned int i, nr = 0;

	for (i = 0; i < CACHES_MAX; i++) {
		if (!caches[i])
			continue;
		seq_printf(m, "%-17s %6u bytes\n", kmem_cache_name(caches[i]),
			   kmem_cache_size(caches[i]));
		nr++;
	}
	if (!nr)
		seq_puts(m, "no cache was made here; \"help cache\"\n");
	return 0;
}

static int cache_command(struct seq_file *m, int argc, char **argv)
{
	if (argc == 1)
		return list(m);
	if (!strcmp(argv[1], "create"))
		return create_words(m, argc, argv);
	if (!strcmp(argv[1], "destroy") && argc == 3)
		return destroy(m, argv[2]);
	return -EINVAL;
}

static void cache_complete(struct line_editor *ed, int argc, char **argv)
{
	if (argc == 1) {
		line_editor_offer(ed, "create");
		line_editor_offer(ed, "destroy");
	} else if (argc == 2 && !strcmp(argv[1], "destroy")) {
		play_cache_complete(ed);
	}
}
monitor_command("cache", cache_command, "[create NAME SIZE [ALIGN] | destroy NAME]",
		"make a slab cache to play with; without words, those made here",
		"cache create foo 72", cache_complete);
