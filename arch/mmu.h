/* SPDX-License-Identifier: MIT */
/*
 * Contract: address translation. What mm/ needs of a CPU's page tables, and all
 * that a porter implements for it.
 *
 * Types and constants come from the port's <asm/pgtable_types.h>, helpers from
 * its <asm/pgtable.h>, the layout from <asm/pgtable_areas.h>. mm/ walks four
 * levels; a port with fewer folds the missing ones.
 *
 * Types, structures of one member: pte_t pmd_t pud_t pgd_t pgprot_t.
 *
 * Walking. Pure arithmetic and one load; no lock of their own. The tables of the
 * kernel's part are never freed, so they may be walked without a lock; an entry
 * is stable as long as whoever owns the address range keeps it so.
 *   pgd_offset(mm, addr), pgd_offset_k(addr), pud_offset, pmd_offset, pte_offset_kernel
 *   pgd_index, pte_index, pgd_page, pmd_page, pte_page, pte_pfn, pmd_pfn
 *   pXd_none, pXd_present, pXd_bad, pmd_leaf; pte_none, pte_present, pte_write,
 *   pte_dirty, pte_young
 *   pXd_addr_end(addr, end)
 *
 * Making entries. Nothing is stored: pfn_pte(pfn, prot), mk_pte(page, prot),
 * pte_mkwrite, pte_wrprotect, pte_mkdirty, pte_mkclean, pte_mkyoung, pte_mkold.
 *
 * Storing entries. One word, seen whole or not at all. The caller owns the address,
 * be it by a lock of its own or by having been given the range. None of these
 * flushes:
 *   set_pte(ptep, pte)   from none to present nothing need be flushed, as absent
 *                        entries are not cached; a change of anything else needs
 *                        flush_tlb_* before the old translation may be forgotten
 *   pte_clear(mm, addr, ptep), ptep_get_and_clear(mm, addr, ptep)
 *                        the flush may be deferred for as long as neither the
 *                        address nor the page is given to anyone (vmalloc's lazy
 *                        purge, kmap's wrap)
 *
 * Flushing. Each returns when no CPU uses an older translation of the range,
 * global entries included. Context: any; no lock needed.
 *   flush_tlb_one_kernel(addr)             one page, this CPU
 *   flush_tlb_kernel_range(start, end)     [start, end), every CPU; everything, when
 *                                          that is cheaper
 *   flush_tlb_local()                      everything, this CPU
 *   flush_tlb_all()                        everything, every CPU
 *
 * Layout: PAGE_OFFSET, high_memory, VMALLOC_START, VMALLOC_END, PKMAP_BASE,
 * LAST_PKMAP, PKMAP_ADDR(nr), PKMAP_NR(virt), pkmap_page_table, FIXADDR_START,
 * FIXADDR_TOP, enum fixed_addresses, fix_to_virt, virt_to_fix, fixmap_pte(idx).
 * Half-open, constant but for high_memory, which is fixed by paging_init().
 */
#ifndef ARCH_MMU_H
#define ARCH_MMU_H

#include <kernel/lib/types.h>
#include <asm/page.h>
#include <asm/pgtable_types.h>
#include <asm/pgtable.h>
#include <asm/pgtable_areas.h>
#include <asm/fixmap.h>
#include <asm/tlbflush.h>

struct seq_file;
struct mm_struct;

/*
 * Bringing the tables up
 */

/*
 * struct pgtable_ops - what this layer needs of memory management
 * @alloc:   one zeroed page of low memory for a table, or NULL. Called without any
 *           lock of this layer held; may sleep once there is something to wait for.
 * @free:    give it back
 * @private: a word kept for each such page, 0 at first, in which page directories
 *           are linked
 */
struct pgtable_ops {
	void *(*alloc)(void);
	void (*free)(void *table);
	unsigned long *(*private)(const void *table);
};

/**
 * pgtable_set_ops - say where pages for tables come from
 * @ops: static
 *
 * First memblock, then the page allocator. Tables taken from one are never given
 * back to the other: those of the kernel's part stay.
 *
 * Context: boot, single-threaded.
 */
void pgtable_set_ops(const struct pgtable_ops *ops);

/**
 * lowmem_limit_for - how much low memory there may be beside a vmalloc area
 * @vmalloc_size: bytes that the area shall have at the least
 *
 * The limit is a multiple of 4 MiB, which the area gains by. Neither may fall below
 * LOWMEM_LIMIT_MIN and VMALLOC_SIZE_MIN; the area's wish goes last.
 *
 * Context: any. Return: bytes.
 */
unsigned long lowmem_limit_for(u64 vmalloc_size);

/**
 * lowmem_limit_init - fix lowmem_limit: its default, or less or more by vmalloc=
 *
 * Context: boot, once, after parse_cmdline(); before it, lowmem_limit has its default.
 * Return: physical end of what is mapped so far and of what will be: tables, and
 *         whatever else boot wants to reach, must lie below.
 */
phys_addr_t lowmem_limit_init(void);

/**
 * paging_init - replace the bootstrap tables by the final ones
 * @ram_range:  the RAM, sorted: fills in range @idx as [*start, *end), false past the last
 * @small_only: map low memory with the smallest pages, so that kernel_map_pages()
 *              never has to split one
 *
 * Afterwards: RAM below lowmem_limit is mapped at PAGE_OFFSET, read-write; kernel
 * text and read-only data are read-only, for the kernel too; page 0 and all else
 * below PAGE_OFFSET is unmapped; kernel pages are global where the CPU can; the
 * tables of the pkmap and fixmap areas exist; high_memory and max_low_pfn are set.
 * Fixmap slots set before stay.
 *
 * Context: boot, once, interrupts off. Panics when there is no page for a table.
 */
void paging_init(bool (*ram_range)(unsigned int idx, phys_addr_t *start, phys_addr_t *end),
		 bool small_only);

/** mark_rodata_ro - what is __ro_after_init becomes read-only. Context: end of boot, once. */
void mark_rodata_ro(void);

/*
 * Tables
 */

/**
 * pte_alloc_kernel - the entry for a kernel address, its table made if need be
 * @pmd:  of @addr, in the kernel's page directory
 * @addr: outside the direct map
 *
 * A new table appears in every page directory before this returns. It is never
 * freed. Two callers may race; one of their tables wins.
 *
 * Context: may sleep; no lock held. Takes pgd_lock.
 * Return: the entry, or NULL when there is no page for a table.
 */
pte_t *pte_alloc_kernel(pmd_t *pmd, unsigned long addr) __must_check;

/**
 * pgd_alloc - a page directory whose kernel part is the kernel's
 * @mm: for whom
 *
 * Later changes of the kernel's part reach it until pgd_free().
 *
 * Context: may sleep. Takes pgd_lock. Return: the directory, or NULL without memory.
 */
pgd_t *pgd_alloc(struct mm_struct *mm) __must_check;

/** pgd_free - give a page directory back; its user part is empty. Takes pgd_lock. */
void pgd_free(struct mm_struct *mm, pgd_t *pgd);

/** load_pgd - make @pgd the one this CPU translates with; flushes all but global
 *  entries. Context: interrupts off, or nobody else changes it. */
void load_pgd(pgd_t *pgd);

/** current_pgd - the one this CPU translates with. Context: any. */
pgd_t *current_pgd(void);

/** nr_kernel_pagetables - pages that hold page tables and directories, image excluded */
unsigned long nr_kernel_pagetables(void);

/*
 * Protection of kernel memory
 */

/**
 * set_memory_ro, set_memory_rw, set_memory_np, set_memory_p - change @numpages pages
 * @addr: page-aligned, in the direct map or another mapping of the kernel's part
 *
 * Read-only, read-write, not present (any access faults), present again. A large
 * page that is only partly meant is split first. The change is in every page
 * directory, and no CPU uses an older translation, when this returns.
 *
 * Context: may sleep if a large page must be split; otherwise any. Takes pgd_lock.
 * Return: 0; -EINVAL when part of the range has no mapping in the kernel's part;
 *         -ENOMEM when there is no page for a table. Nothing was changed then,
 *         but splits, which alter no access.
 */
int set_memory_ro(unsigned long addr, int numpages);
int set_memory_rw(unsigned long addr, int numpages);
int set_memory_np(unsigned long addr, int numpages);
int set_memory_p(unsigned long addr, int numpages);

/**
 * direct_map_set_present - map or unmap frames in the direct map, for debugging
 * @pfn:      first frame; those above the direct map are left out
 * @nr_pages: how many
 * @present:  to map
 *
 * Frames whose protection was set otherwise (guard pages, text) are the caller's to
 * avoid.
 *
 * Context: any, provided that paging_init() was told small_only; takes no lock, as
 *          the caller owns the frames.
 */
void direct_map_set_present(unsigned long pfn, unsigned long nr_pages, bool present);

/** direct_map_is_present - can the direct map's address of @pfn be read? Context: any. */
bool direct_map_is_present(unsigned long pfn);

/* Linux's words for them. */
#define kernel_map_pages(page, numpages, enable)                                                   \
	direct_map_set_present(page_to_pfn(page), (numpages), (enable))
#define kernel_page_present(page) direct_map_is_present(page_to_pfn(page))

/*
 * Guard pages
 */

/**
 * register_guard_page - unmap a page for good, and remember what it guards
 * @addr: page-aligned, in the direct map
 * @name: static, as a fault report prints it: "boot stack"
 *
 * Context: boot, after paging_init(). Return: 0, -ENOSPC when there are too many, or
 *          as set_memory_np().
 */
int register_guard_page(unsigned long addr, const char *name);

/** guard_page_name - what the guard page that holds @addr guards, or NULL. Context: any. */
const char *guard_page_name(unsigned long addr);

/*
 * Fixmap and early mappings
 */

/**
 * set_fixmap, set_fixmap_nocache, clear_fixmap - map a slot, or clear it
 * @idx:  the slot, but not one of early_ioremap()'s or of kmap_atomic()'s
 * @phys: page-aligned
 *
 * The slot's address is flushed on this CPU. Usable from the first C code on.
 *
 * Context: any; the slot's owner.
 */
void __set_fixmap(enum fixed_addresses idx, phys_addr_t phys, pgprot_t prot);
#define set_fixmap(idx, phys)         __set_fixmap(idx, phys, PAGE_KERNEL)
#define set_fixmap_nocache(idx, phys) __set_fixmap(idx, phys, PAGE_KERNEL_IO_NOCACHE)
#define clear_fixmap(idx)             __set_fixmap(idx, 0, __pgprot(0))

/**
 * early_ioremap, early_memremap - map physical memory before there is vmalloc
 * @phys: first byte; @size: bytes, at most 256 KiB with the offset in the page
 *
 * early_ioremap is uncached, for registers; early_memremap is cached, for tables
 * that firmware left in memory, which may lie above the direct map. Release with
 * early_iounmap() or early_memunmap(), with the same @size.
 *
 * Context: boot, from the first C code on, single-threaded; at most FIX_BTMAPS_SLOTS
 *          at a time.
 * Return: the address, or NULL with a warning when @size is 0 or too large, or no
 *         slot is free.
 */
void __iomem *early_ioremap(phys_addr_t phys, unsigned long size) __must_check;
void *early_memremap(phys_addr_t phys, unsigned long size) __must_check;
void early_iounmap(void __iomem *addr, unsigned long size);
void early_memunmap(void *addr, unsigned long size);

/** early_ioremap_check_leaks - warn about mappings never undone. Return: their number. */
unsigned int early_ioremap_check_leaks(void);

/*
 * Views
 */

/** show_layout - print the virtual memory layout, as Linux on i386 did. Context: any. */
void show_layout(struct seq_file *m);

/**
 * layout_region - name the region of the layout that holds an address
 * @addr: any
 * Context: any, also a fault report. Return: static string, never NULL.
 */
const char *layout_region(unsigned long addr);

/** show_ptdump - print the ranges of equal protection of @pgd. Context: any. */
void show_ptdump(struct seq_file *m, pgd_t *pgd);

/**
 * ptdump_check - walk the kernel's tables and every other page directory
 *
 * Text and read-only data not writable; no user bit in the kernel's part; page 0 and
 * guard pages unmapped; directories agree on the kernel's part; the direct map maps
 * each address to its own frame; reserved holes of the layout empty.
 *
 * Context: any. Takes pgd_lock. Return: true when sound; prints what is not.
 */
bool ptdump_check(void);

#define PAGEWALK_LEVELS_MAX 4

/*
 * struct pagewalk_level - an entry that the CPU reads on its way
 * @name:     of such entries; @table, @index: where it is, physical
 * @readable: the table lies where it can be read; else @entry is 0
 */
struct pagewalk_level {
	const char *name;
	phys_addr_t table;
	unsigned long index;
	unsigned long entry;
	bool readable;
};

/*
 * struct pagewalk - the translation of an address
 * @root:      what the walk began with
 * @present:   it came to a page; of which
 * @writable, @user: rights, by all levels
 * @page_size: bytes
 * @phys:      where @addr leads
 */
struct pagewalk {
	unsigned long addr;
	phys_addr_t root;
	struct pagewalk_level level[PAGEWALK_LEVELS_MAX];
	unsigned int nr_levels;
	bool present;
	bool writable;
	bool user;
	unsigned long page_size;
	phys_addr_t phys;
};

/**
 * pagewalk - translate an address as the CPU does
 * @addr: any
 * @walk: out: every entry on the way, in the directory that this CPU uses
 * Context: any, also a fault report; takes no lock.
 */
void pagewalk(unsigned long addr, struct pagewalk *walk);

/** show_pagewalk - print a walk, a line each level. Context: any. */
void show_pagewalk(struct seq_file *m, const struct pagewalk *walk);

#endif
