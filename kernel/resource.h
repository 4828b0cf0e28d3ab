/* SPDX-License-Identifier: MIT */
/*
 * Resources: what each range of physical addresses is, by name.
 *
 * The firmware's map goes in first ("System RAM", "Reserved" ...), then what the
 * kernel takes for itself ("Kernel code", "mem_map" ...), which thereby lies inside
 * the RAM it takes. Works from the first moment on, before any allocator.
 */
#ifndef KERNEL_RESOURCE_H
#define KERNEL_RESOURCE_H

#include <kernel/lib/types.h>

struct seq_file;

#define IORESOURCE_MEM        0x00000200UL /* what a range of addresses is */
#define IORESOURCE_SYSTEM_RAM 0x01000200UL /* RAM; what is not taken inside is the allocators' */
#define IORESOURCE_BUSY       0x80000000UL /* taken for the purpose that its name says */

/*
 * struct resource - a range with a name
 * @start, @end: physical addresses, both included (so that the last byte of all can be one)
 * @name:        static string
 * @flags:       IORESOURCE_*
 * @parent, @sibling, @child: siblings ascend by address
 */
struct resource {
	resource_size_t start;
	resource_size_t end;
	const char *name;
	unsigned long flags;
	struct resource *parent, *sibling, *child;
};

#define DEFINE_RESOURCE(rstart, rsize, rname, rflags)                                              \
	{                                                                                          \
		.start = (rstart), .end = (rstart) + (rsize)-1, .name = (rname), .flags = (rflags) \
	}

/* All physical addresses: the root of what the functions without a root work on. */
extern struct resource iomem_resource;

static inline resource_size_t resource_size(const struct resource *res)
{
	return res->end - res->start + 1; /* 0 for the whole of 4 GiB */
}

/**
 * insert_resource - put a range where it belongs in a tree
 * @root: of the tree; holds the whole of @new
 * @new:  the range; its links are overwritten
 *
 * It becomes a child of the innermost range that holds it; those of that one's
 * children that lie within it become its own. Of two equal ranges the later lies
 * inside (on Linux: outside).
 *
 * Context: any; takes resource_lock.
 * Return: 0, -EINVAL when start is above end or outside @root, -EBUSY when it cuts
 *         across another range, which is left to be found by resource_conflict().
 */
int insert_resource(struct resource *root, struct resource *new) __must_check;

/**
 * remove_resource - take a range out; its children go to its parent
 * @old: in a tree, not a root
 * Context: any; takes resource_lock. Return: 0, or -EINVAL when it is in no tree.
 */
int remove_resource(struct resource *old);

/**
 * resource_add - name a range, with a struct resource of the static pool
 * @root:  of the tree
 * @start: first byte
 * @size:  bytes; 0 adds nothing
 * @name:  static string
 * @flags: IORESOURCE_*
 *
 * Where the range cuts across others it is added in pieces that do not.
 *
 * Context: any; takes resource_lock.
 * Return: 0, -EINVAL when it is not within @root, -ENOMEM when the pool is empty
 *         (some of the pieces may have been added; a line is printed).
 */
int resource_add(struct resource *root, resource_size_t start, resource_size_t size,
		 const char *name, unsigned long flags);

/**
 * resource_release - forget the busy ranges of the pool that lie within a range
 * @root:  of the tree
 * @start: first byte
 * @size:  bytes
 *
 * What they lie in stays. Used when boot memory goes to the page allocator.
 *
 * Context: any; takes resource_lock.
 * Return: 0; -EINVAL, and nothing changes, when a busy range lies partly outside;
 *         -ENOENT when there is none.
 */
int resource_release(struct resource *root, resource_size_t start, resource_size_t size);

/** reserve_named - resource_add() of a range that is taken, to iomem_resource */
static inline int reserve_named(phys_addr_t start, phys_addr_t size, const char *name)
{
	return resource_add(&iomem_resource, start, size, name, IORESOURCE_MEM | IORESOURCE_BUSY);
}

/** release_named - resource_release() from iomem_resource */
static inline int release_named(phys_addr_t start, phys_addr_t size)
{
	return resource_release(&iomem_resource, start, size);
}

/**
 * resource_lookup - the innermost range that holds an address
 * @root: of the tree
 * @addr: physical address
 * Context: any; takes resource_lock.
 * Return: the range, valid while it is not removed; NULL when only @root holds it.
 */
const struct resource *resource_lookup(const struct resource *root, phys_addr_t addr);

/** resource_name - name of the innermost range that holds @addr, or NULL. Context: any. */
const char *resource_name(phys_addr_t addr);

/**
 * resource_user_nowait - who has bytes of a range, for a fault report
 * @start: first byte
 * @size:  bytes, > 0
 * Context: any; waits for no lock.
 * Return: the name of the innermost range that holds @start; but when that is not taken
 *         and another that is has some of the bytes, of that one. NULL when there is none,
 *         or when the lock is held.
 */
const char *resource_user_nowait(phys_addr_t start, phys_addr_t size);

/**
 * resource_conflict - a range of the tree that cuts across, or lies in, another
 * @root:  of the tree
 * @start: first byte
 * @end:   last byte
 * @flags: all of these flags must be set in it; 0 finds any
 * Context: any; takes resource_lock.
 * Return: the first one in order of walk that has a byte in common, or NULL.
 */
const struct resource *resource_conflict(const struct resource *root, resource_size_t start,
					 resource_size_t end, unsigned long flags);

/**
 * resource_next - walk a tree: parents before their children, addresses ascending
 * @root:  of the tree, itself not visited
 * @res:   the one before, or NULL to begin
 * @depth: in and out: how deep it lies, 0 below @root; may be NULL
 * Context: any; the caller sees to it that nothing is removed meanwhile.
 * Return: the next, or NULL.
 */
const struct resource *resource_next(const struct resource *root, const struct resource *res,
				     unsigned int *depth);

#define for_each_resource(res, root, depth)                                                        \
	for (*(depth) = 0, (res) = resource_next(root, NULL, depth); (res);                        \
	     (res) = resource_next(root, res, depth))

/** show_iomem - the tree of iomem_resource with the columns of /proc/iomem. Context: any. */
void show_iomem(struct seq_file *m);

/**
 * resource_check - verify a tree
 * @root: of the tree
 *
 * Children lie within their parent, ascend, do not overlap and point back.
 * Prints what is wrong. Context: any; takes resource_lock. Return: true when sound.
 */
bool resource_check(const struct resource *root);

/** resource_pool_free - unused struct resources of the pool; for tests. Context: any. */
unsigned int resource_pool_free(void);

#endif
