/* SPDX-License-Identifier: MIT */
/* The model of kernel/lib/memmap.c; see memmap_model.c. */
#ifndef KERNEL_TESTS_MEMMAP_MODEL_H
#define KERNEL_TESTS_MEMMAP_MODEL_H

#include <kernel/lib/model.h>

void memmap_model_run(struct model_run *run);

#endif
