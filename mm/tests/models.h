/* SPDX-License-Identifier: MIT */
/*
 * The models of mm/: see kernel/lib/model.h for what a model is, and each model's file
 * for what it compares.
 *
 * X_model_run() makes worlds of its own and takes them apart. When a mismatch ended it
 * half-way, X_model_abandon() does the latter: from a suite's exit hook. It does nothing
 * when there is nothing to do.
 */
#ifndef MM_TESTS_MODELS_H
#define MM_TESTS_MODELS_H

#include <kernel/lib/model.h>

void memblock_model_run(struct model_run *run);
void memblock_model_abandon(void);

void buddy_model_run(struct model_run *run);
void buddy_model_abandon(void);

void page_alloc_model_run(struct model_run *run);
void page_alloc_model_abandon(void);

void slab_model_run(struct model_run *run);
void slab_model_abandon(void);

void kmalloc_model_run(struct model_run *run);
void kmalloc_model_abandon(void);

void vmap_tree_model_run(struct model_run *run);
void vmap_area_model_run(struct model_run *run);
void vmap_area_model_abandon(void);

void kmap_model_run(struct model_run *run);
void kmap_model_abandon(void);

#endif
