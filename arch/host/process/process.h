/* SPDX-License-Identifier: MIT */
/* Shared among arch/host/process/, a Linux program, and by nobody else. */
#ifndef ARCH_HOST_PROCESS_H
#define ARCH_HOST_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <arch/host/process/map.h>
#include <asm/host.h>

#define PAGE_SIZE   4096UL
#define PAGE_OFFSET 0xC0000000UL
/*
 * A 32-bit process on a 64-bit Linux ends at 0xFFFFE000, and its first stack, with the
 * arguments, lies right below. Of the kernel's address space the highest pages are
 * therefore not to be had: fixmap slots 1 to 9, for interrupt controllers that are not there.
 */
#define KERNEL_TOP 0xFFFF6000UL

/*
 * mmu.c: physical memory and the TLB
 */

/*
 * Entries of the TLB. One instruction may want several pages at once, each of which must stay
 * until it is done.
 */
#define TLB_MIN 8
#define TLB_MAX 32768

/*
 * mmu_init - make physical memory, put the kernel's image into it, and turn paging on
 * @tlb_entries: TLB_MIN to TLB_MAX, or 0 for half of these
 */
void mmu_init(unsigned int tlb_entries);

/* phys_write - as a loader does, before the kernel runs */
void phys_write(uint32_t phys, const void *data, size_t len);

/* tlb_fill - what the CPU does on a TLB miss. Return: false when the tables forbid the access. */
bool tlb_fill(unsigned long addr, bool write);

/* page_is_present - do the tables translate @addr at all? */
bool page_is_present(unsigned long addr);

/* tlb_report - how often was it filled, flushed, full? */
void tlb_report(void);

/*
 * cpu.c: exceptions and interrupts
 */

/* cpu_init - signals from now on are exceptions and interrupts; of the calling thread */
void cpu_init(void);

/* cpu_report - how many instructions were stepped, how often did the timer come? */
void cpu_report(void);

#endif
