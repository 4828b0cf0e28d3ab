/* SPDX-License-Identifier: MIT */
/* How many CPUs the kernel is built for: sizes per-CPU tables and the fixmap. */
#ifndef KERNEL_LIB_THREADS_H
#define KERNEL_LIB_THREADS_H

#define NR_CPUS 8

#endif
