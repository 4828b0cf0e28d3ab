/* SPDX-License-Identifier: MIT */
/* Between the two files of playing by hand: what is held, and the caches it comes from. */
#ifndef KERNEL_MONITOR_PLAY_H
#define KERNEL_MONITOR_PLAY_H

#include <kernel/lib/types.h>

struct kmem_cache;
struct line_editor;

/** play_holds_object_of - is an object of this cache held? */
bool play_holds_object_of(const struct kmem_cache *cache);

/** play_cache_find - the cache of that name that was made at the prompt, or NULL */
struct kmem_cache *play_cache_find(const char *name);

/** play_cache_complete - offer the names of those caches */
void play_cache_complete(struct line_editor *ed);

#endif
