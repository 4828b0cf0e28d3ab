/* SPDX-License-Identifier: MIT */
/*
 * The tree of named physical ranges.
 *
 * Idea: ranges nest or are apart, they never cut across each other. So each has
 * one parent, the smallest range around it, and siblings that ascend by address:
 * to find who owns an address, step down into the one child that holds it.
 *
 * Invariants (resource_check() walks them):
 *   - a child lies within its parent;
 *   - siblings ascend and have no byte in common;
 *   - child->parent is the parent.
 *
 * The structures of resource_add() come from a static pool and go back to it: the
 * first ranges are known before there is any allocator.
 *
 * Locking: resource_lock, with interrupts off, guards all trees and the pool. It is
 * a leaf.
 *
 * Reference: Linux 6.1 kernel/resource.c (__insert_resource, iomem_show). Left out on
 * purpose: I/O ports, allocation of address space to devices.
 */
#include <kernel/resource.h>
#include <kernel/seq.h>
#include <kernel/spinlock.h>
#include <kernel/printk.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/minmax.h>

#define RESOURCE_POOL 256

struct resource iomem_resource = {
	.start = 0,
	.end = (resource_size_t)-1,
	.name = "Physical addresses",
	.flags = IORESOURCE_MEM,
};

static DEFINE_SPINLOCK(resource_lock);

/* Free ones of the pool: given back ones by @sibling, then those never used. */
static struct resource pool[RESOURCE_POOL];
static struct resource *pool_returned;
static unsigned int pool_used;
static unsigned int pool_free = RESOURCE_POOL;

static bool resource_contains(const struct resource *outer, resource_size_t start,
			      resource_size_t end)
{
	return outer->start <= start && end <= outer->end;
}

static bool resource_overlaps(const struct resource *res, resource_size_t start,
			      resource_size_t end)
{
	return res->start <= end && start <= res->end;
}

static struct resource *pool_get(void)
{
	struct resource *res = pool_returned;

	lockdep_assert_held(&resource_lock);
	if (res)
		pool_returned = res->sibling;
	else if (pool_used < RESOURCE_POOL)
		res = &pool[pool_used++];
	if (res)
		pool_free--;
	return res;
}

static bool from_pool(const struct resource *res)
{
	return res >= pool && res < pool + RESOURCE_POOL;
}

static void pool_put(struct resource *res)
{
	lockdep_assert_held(&resource_lock);
	*res = (struct resource){.sibling = pool_returned};
	pool_returned = res;
	pool_free++;
}

/* The innermost range, @root at the least, that holds all of [@start, @end]. */
static struct resource *innermost(struct resource *root, resource_size_t start, resource_size_t end)
{
	struct resource *child = root->child;

	while (child) {
		if (resource_contains(child, start, end)) {
			root = child;
			child = root->child;
		} else {
			child = child->sibling;
		}
	}
	return root;
}

/*
 * Link @new below @root. Returns NULL, or the range that it would cut across; then
 * nothing has changed.
 */
static struct resource *__insert_resource(struct resource *root, struct resource *new)
{
	struct resource *parent = innermost(root, new->start, new->end);
	struct resource **link = &parent->child;
	struct resource *first, *last = NULL, *res;

	lockdep_assert_held(&resource_lock);
	while (*link && (*link)->end < new->start)
		link = &(*link)->sibling;
	first = *link;
	for (res = first; res && res->start <= new->end; res = res->sibling) {
		if (!resource_contains(new, res->start, res->end))
			return res;
		last = res;
	}

	new->parent = parent;
	new->child = last ? first : NULL;
	new->sibling = res;
	*link = new;
	if (last)
		last->sibling = NULL;
	for (res = new->child; res; res = res->sibling)
		res->parent = new;
	return NULL;
}

int insert_resource(struct resource *root, struct resource *new)
{
	struct resource *conflict;
	unsigned long flags;

	if (new->start > new->end || !resource_contains(root, new->start, new->end))
		return -EINVAL;
	spin_lock_irqsave(&resource_lock, flags);
	conflict = __insert_resource(root, new);
	spin_unlock_irqrestore(&resource_lock, flags);
	return conflict ? -EBUSY : 0;
}

/* Take @old out and leave its children in its place. */
static int __remove_resource(struct resource *old)
{
	struct resource **link, *res, *last = NULL;

	lockdep_assert_held(&resource_lock);
	if (!old->parent)
		return -EINVAL;
	for (res = old->child; res; res = res->sibling) {
		res->parent = old->parent;
		last = res;
	}
	for (link = &old->parent->child; *link != old; link = &(*link)->sibling)
		;
	if (last) {
		last->sibling = old->sibling;
		*link = old->child;
	} else {
		*link = old->sibling;
	}
	old->parent = NULL;
	old->sibling = NULL;
	old->child = NULL;
	return 0;
}

int remove_resource(struct resource *old)
{
	unsigned long flags;
	int err;

	spin_lock_irqsave(&resource_lock, flags);
	err = __remove_resource(old);
	spin_unlock_irqrestore(&resource_lock, flags);
	return err;
}

/*
 * Insert @piece, cut short at its end until it cuts across nothing: either up to
 * where the conflicting range begins, or up to where it ends.
 */
static void insert_first_piece(struct resource *root, struct resource *piece)
{
	struct resource *conflict;

	while ((conflict = __insert_resource(root, piece))) {
		if (conflict->start > piece->start)
			piece->end = conflict->start - 1;
		else
			piece->end = conflict->end;
	}
}

int resource_add(struct resource *root, resource_size_t start, resource_size_t size,
		 const char *name, unsigned long res_flags)
{
	resource_size_t end = start + size - 1;
	unsigned long flags;
	bool done = false;

	if (!size)
		return 0;
	if (end < start || !resource_contains(root, start, end))
		return -EINVAL;
	spin_lock_irqsave(&resource_lock, flags);
	while (!done) {
		struct resource *piece = pool_get();

		if (!piece)
			break;
		*piece = (struct resource){
			.start = start, .end = end, .name = name, .flags = res_flags};
		insert_first_piece(root, piece);
		done = piece->end == end;
		start = piece->end + 1;
	}
	spin_unlock_irqrestore(&resource_lock, flags);
	if (done)
		return 0;
	pr_warn("resource: no room to name %pa-%pa %s\n", &start, &end, name);
	return -ENOMEM;
}

static bool is_reservation(const struct resource *res)
{
	return from_pool(res) && (res->flags & IORESOURCE_BUSY);
}

/* How many reservations lie in the range; -EINVAL when one reaches out of it. */
static int count_reservations(const struct resource *root, resource_size_t start,
			      resource_size_t end)
{
	const struct resource *res;
	unsigned int depth;
	int n = 0;

	for_each_resource(res, root, &depth) {
		if (!is_reservation(res) || !resource_overlaps(res, start, end))
			continue;
		if (res->start < start || res->end > end)
			return -EINVAL;
		n++;
	}
	return n;
}

/* Take out the first reservation of the range; the walk must then begin anew. */
static void release_one(struct resource *root, resource_size_t start, resource_size_t end)
{
	const struct resource *res;
	unsigned int depth;

	for_each_resource(res, root, &depth) {
		if (is_reservation(res) && resource_overlaps(res, start, end)) {
			struct resource *mine = &pool[res - pool];

			__remove_resource(mine);
			pool_put(mine);
			return;
		}
	}
}

int resource_release(struct resource *root, resource_size_t start, resource_size_t size)
{
	resource_size_t end = start + size - 1;
	unsigned long flags;
	int i, n = 0;

	spin_lock_irqsave(&resource_lock, flags);
	if (size && end >= start)
		n = count_reservations(root, start, end);
	for (i = 0; i < n; i++)
		release_one(root, start, end);
	spin_unlock_irqrestore(&resource_lock, flags);
	return n < 0 ? n : n ? 0 : -ENOENT;
}

/* find_innermost - of the ranges that hold @addr, or NULL. resource_lock held. */
static const struct resource *find_innermost(const struct resource *root, phys_addr_t addr)
{
	const struct resource *res = NULL, *child = root->child;

	lockdep_assert_held(&resource_lock);
	while (child && child->start <= addr) {
		if (addr <= child->end) {
			res = child;
			child = child->child;
		} else {
			child = child->sibling;
		}
	}
	return res;
}

const struct resource *resource_lookup(const struct resource *root, phys_addr_t addr)
{
	const struct resource *res;
	unsigned long flags;

	spin_lock_irqsave(&resource_lock, flags);
	res = find_innermost(root, addr);
	spin_unlock_irqrestore(&resource_lock, flags);
	return res;
}

const char *resource_name(phys_addr_t addr)
{
	const struct resource *res = resource_lookup(&iomem_resource, addr);

	return res ? res->name : NULL;
}

/* first_busy - the first child of @res that is taken and has any of these bytes; or @res */
static const struct resource *first_busy(const struct resource *res, phys_addr_t start,
					 phys_addr_t last)
{
	const struct resource *child;

	for (child = res->child; child; child = child->sibling)
		if ((child->flags & IORESOURCE_BUSY) && resource_overlaps(child, start, last))
			return child;
	return res;
}

const char *resource_user_nowait(phys_addr_t start, phys_addr_t size)
{
	const struct resource *res;

	if (!spin_trylock(&resource_lock))
		return NULL;
	res = find_innermost(&iomem_resource, start);
	if (res && !(res->flags & IORESOURCE_BUSY))
		res = first_busy(res, start, start + size - 1);
	spin_unlock(&resource_lock);
	return res ? res->name : NULL;
}

const struct resource *resource_conflict(const struct resource *root, resource_size_t start,
					 resource_size_t end, unsigned long res_flags)
{
	const struct resource *res;
	unsigned long flags;
	unsigned int depth;

	spin_lock_irqsave(&resource_lock, flags);
	for_each_resource(res, root, &depth)
		if (resource_overlaps(res, start, end) && (res->flags & res_flags) == res_flags)
			break;
	spin_unlock_irqrestore(&resource_lock, flags);
	return res;
}

const struct resource *resource_next(const struct resource *root, const struct resource *res,
				     unsigned int *depth)
{
	unsigned int unused = 0;

	if (!depth)
		depth = &unused;
	if (!res)
		return root->child;
	if (res->child) {
		(*depth)++;
		return res->child;
	}
	while (!res->sibling) {
		res = res->parent;
		if (!res || res == root)
			return NULL;
		(*depth)--;
	}
	return res->sibling;
}

void show_iomem(struct seq_file *m)
{
	const struct resource *res;
	unsigned int depth;

	for_each_resource(res, &iomem_resource, &depth)
		seq_printf(m, "%*s%08llx-%08llx : %s\n", (int)depth * 2, "",
			   (unsigned long long)res->start, (unsigned long long)res->end, res->name);
}

/* What is wrong with @res and its children; NULL when nothing is. */
static const char *resource_fault(const struct resource *res)
{
	const struct resource *child, *prev = NULL;

	if (res->start > res->end)
		return "ends before it starts";
	for (child = res->child; child; prev = child, child = child->sibling) {
		if (child->parent != res)
			return "has a child that does not know it";
		if (!resource_contains(res, child->start, child->end))
			return "has a child that reaches out of it";
		if (prev && prev->end >= child->start)
			return "has children out of order";
	}
	return NULL;
}

bool resource_check(const struct resource *root)
{
	const struct resource *res = root;
	const char *fault;
	unsigned long flags;

	spin_lock_irqsave(&resource_lock, flags);
	fault = resource_fault(root);
	for (res = root; !fault;) {
		const struct resource *next = resource_next(root, res == root ? NULL : res, NULL);

		if (!next)
			break;
		res = next;
		fault = resource_fault(res);
	}
	spin_unlock_irqrestore(&resource_lock, flags);
	if (fault)
		pr_err("resource: %s [%#llx-%#llx] %s\n", res->name, (unsigned long long)res->start,
		       (unsigned long long)res->end, fault);
	return !fault;
}

unsigned int resource_pool_free(void)
{
	return READ_ONCE(pool_free);
}
