/* SPDX-License-Identifier: MIT */
/*
 * A cache, exhaustively: three objects in a slab, three slabs, a per-CPU array of two.
 *
 * Everything callers can do, and that there is no page, or none for struct slab. The
 * oracle knows the objects that are out, by address; each carries a number of its own at
 * both ends, so that no two may overlap. What must follow is little, and exact:
 *   - a request is served if and only if an object is free or a page can be had, and adds a
 *     slab only if none is free; a request for two gets both or none;
 *   - in the slabs the objects out are those, and no others, that are marked so;
 *   - no more slabs are kept empty than the limit says, and none after shrinking, when what
 *     is left is the slabs that have an object out.
 *
 * The state is the whole of the cache but for addresses, colours and who used an object
 * last: slabs in the order of their lists, and of each object whether it is out, or its
 * place in the slab's list or in the array. Slabs have no other names: freeing is of the
 * n-th object of the n-th slab.
 *
 * Three such worlds: struct slab on the slab and elsewhere, and with debugging, which
 * means without an array.
 */
#include <kernel/lib/vsprintf.h>
#include <mm/tests/slab_test.h>
#include <mm/tests/small.h>

#define PER_SLAB    3U
#define MAX_SLABS   3U
#define MAX_OBJECTS (PER_SLAB * MAX_SLABS)
#define ARRAY_LIMIT 2U
#define FREE_LIMIT  1U

enum {
	OP_ALLOC,
	OP_ALLOC_ATOMIC,
	OP_ALLOC_NO_PAGE,
	OP_ALLOC_NO_STRUCT, /* there is a page, but no struct slab */
	OP_TWO,
	OP_TWO_NO_PAGE,
	OP_SHRINK,
	OP_FREE, /* and so on: PER_SLAB for each slab */
	NR_OPS = OP_FREE + MAX_OBJECTS,
};

static struct kmem_cache *cache;

/* The objects that are out, and the number that each carries. */
static u32 *out[MAX_OBJECTS];
static u32 number[MAX_OBJECTS];
static unsigned int nr_out;
static u32 next_number;

/* --- the cache, looked at -------------------------------------------------------------------- */

/* Its slabs in the order of their lists. Return: how many; one too many for the world at most. */
static unsigned int list_slabs(struct slab **slabs)
{
	struct kmem_cache_node *n = cache_node(cache);
	struct list_head *lists[] = {&n->slabs_full, &n->slabs_partial, &n->slabs_free};
	struct slab *slabp;
	unsigned int i, nr = 0;

	for (i = 0; i < ARRAY_SIZE(lists); i++)
		list_for_each_entry(slabp, lists[i], list)
			if (nr <= MAX_SLABS)
				slabs[nr++] = slabp;
	return nr;
}

static unsigned int count_slabs(void)
{
	return cache_node(cache)->nr_slabs;
}

/* Objects that could be served without a page. */
static unsigned int nr_at_hand(void)
{
	return count_slabs() * PER_SLAB - nr_out;
}

static u32 *last_word(u32 *objp)
{
	return objp + cache->object_size / sizeof(u32) - 1;
}

/* Which of the objects out is this? nr_out if it is none. */
static unsigned int find_out(const void *objp)
{
	unsigned int i;

	for (i = 0; i < nr_out && out[i] != objp; i++)
		;
	return i;
}

/* --- steps ------------------------------------------------------------------------------------- */

static void goes_out(struct kunit *test, u32 *objp)
{
	if (find_out(objp) < nr_out || nr_out == MAX_OBJECTS) {
		KUNIT_FAIL(test, "object %px is out twice", objp);
		return;
	}
	*objp = ++next_number;
	*last_word(objp) = ~next_number;
	out[nr_out] = objp;
	number[nr_out++] = next_number;
}

static void comes_back(unsigned int i)
{
	kmem_cache_free(cache, out[i]);
	nr_out--;
	out[i] = out[nr_out];
	number[i] = number[nr_out];
}

/*
 * expect_served - was a request for @wanted objects answered as it must be?
 * @page: could there be a slab more?
 */
static void expect_served(struct kunit *test, bool served, unsigned int wanted, bool page,
			  unsigned int at_hand, unsigned int slabs)
{
	bool enough = at_hand >= wanted;

	if (served != (enough || page))
		KUNIT_FAIL(test, "%u objects %s with %u at hand and %s page", wanted,
			   served ? "served" : "refused", at_hand, page ? "a" : "no");
	KUNIT_EXPECT_EQ(test, count_slabs(), slabs + (served && !enough));
}

static void step_alloc(struct kunit *test, gfp_t gfp)
{
	unsigned int at_hand = nr_at_hand(), slabs = count_slabs();
	u32 *objp = kmem_cache_alloc(cache, gfp);

	expect_served(test, objp, 1, true, at_hand, slabs);
	if (objp)
		goes_out(test, objp);
}

/* The first allocation behind the object itself fails if @skip is 0, the next if it is 1. */
static void step_alloc_in_vain(struct kunit *test, unsigned int skip)
{
	unsigned int at_hand = nr_at_hand(), slabs = count_slabs();
	u32 *objp;

	fail_nth_set(at_hand + 1 + skip);
	objp = kmem_cache_alloc(cache, GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, fail_nth_clear(), !objp);
	expect_served(test, objp, 1, false, at_hand, slabs);
	if (objp)
		goes_out(test, objp);
}

static void step_two(struct kunit *test, bool page)
{
	unsigned int at_hand = nr_at_hand(), slabs = count_slabs();
	void *two[2];
	int nr;

	if (!page)
		fail_nth_set(at_hand + 1);
	nr = kmem_cache_alloc_bulk(cache, GFP_KERNEL, 2, two);
	KUNIT_EXPECT_EQ(test, fail_nth_clear(), !nr);
	KUNIT_EXPECT_TRUE(test, nr == 0 || nr == 2);
	expect_served(test, nr == 2, 2, page, at_hand, slabs);
	if (nr == 2) {
		goes_out(test, two[0]);
		goes_out(test, two[1]);
	}
}

static unsigned int count_slabs_with_objects_out(void)
{
	struct slab *slabs[MAX_SLABS + 1];
	unsigned int nr = list_slabs(slabs), i, j, used = 0;

	for (i = 0; i < nr; i++) {
		for (j = 0; j < PER_SLAB; j++)
			if (find_out(index_to_obj(cache, slabs[i], j)) < nr_out)
				break;
		used += j < PER_SLAB;
	}
	return used;
}

static void step_shrink(struct kunit *test)
{
	unsigned int used = count_slabs_with_objects_out();

	KUNIT_EXPECT_EQ(test, kmem_cache_shrink(cache), used != 0);
	KUNIT_EXPECT_EQ(test, count_slabs(), used);
	KUNIT_EXPECT_EQ(test, cpu_cache_get(cache)->avail, 0U);
}

/* The object that a free is of, or NULL. */
static u32 *object_of(unsigned int op)
{
	struct slab *slabs[MAX_SLABS + 1];
	unsigned int slab = (op - OP_FREE) / PER_SLAB, idx = (op - OP_FREE) % PER_SLAB;

	return slab < list_slabs(slabs) ? index_to_obj(cache, slabs[slab], idx) : NULL;
}

static bool slab_possible(unsigned int op)
{
	bool room = count_slabs() < MAX_SLABS;

	switch (op) {
	case OP_ALLOC:
	case OP_ALLOC_ATOMIC:
		return room || nr_at_hand();
	case OP_ALLOC_NO_STRUCT:
		return cache->slabp_cache;
	case OP_TWO:
		return room || nr_at_hand() >= 2;
	case OP_ALLOC_NO_PAGE:
	case OP_TWO_NO_PAGE:
	case OP_SHRINK:
		return true;
	default:
		return find_out(object_of(op)) < nr_out;
	}
}

static void slab_step(struct kunit *test, unsigned int op)
{
	switch (op) {
	case OP_ALLOC:
		step_alloc(test, GFP_KERNEL);
		break;
	case OP_ALLOC_ATOMIC:
		step_alloc(test, GFP_ATOMIC);
		break;
	case OP_ALLOC_NO_PAGE:
	case OP_ALLOC_NO_STRUCT:
		step_alloc_in_vain(test, op == OP_ALLOC_NO_STRUCT);
		break;
	case OP_TWO:
	case OP_TWO_NO_PAGE:
		step_two(test, op == OP_TWO);
		break;
	case OP_SHRINK:
		step_shrink(test);
		break;
	default:
		comes_back(find_out(object_of(op)));
	}
}

static void slab_reset(struct kunit *test)
{
	while (nr_out)
		comes_back(nr_out - 1);
	step_shrink(test);
}

/* --- looking --------------------------------------------------------------------------------- */

/* What is an object? 0: out; 1, 2, 3: n-th of its slab's list; 4, 5: n-th of the array. */
static unsigned int where_is(const struct slab *slabp, unsigned int idx)
{
	struct array_cache *ac = cpu_cache_get(cache);
	unsigned int i, pos = 1;

	if (bufctl_in_use(slabp->bufctl[idx]))
		return 0;
	for (i = 0; i < ac->avail; i++)
		if (ac_entries(ac)[i].bufctl == &slabp->bufctl[idx])
			return 1 + PER_SLAB + i;
	for (i = slabp->free; i != idx && pos <= PER_SLAB; i = slabp->bufctl[i] & BUFCTL_END)
		pos++;
	return pos;
}

static void look_at_slab(struct kunit *test, const struct slab *slabp, struct small_key *key)
{
	unsigned int idx;

	for (idx = 0; idx < PER_SLAB; idx++) {
		const void *objp = index_to_obj(cache, slabp, idx);
		unsigned int where = where_is(slabp, idx);

		key->word[0] = key->word[0] << 3 | where;
		if ((where == 0) != (find_out(objp) < nr_out))
			KUNIT_FAIL(test, "object %px is %s", objp,
				   where ? "out, and marked as free" : "marked as out, and is not");
	}
}

static void slab_look(struct kunit *test, struct small_key *key)
{
	struct kmem_cache_node *n = cache_node(cache);
	struct slab *slabs[MAX_SLABS + 1];
	unsigned int nr = list_slabs(slabs), i;

	*key = (struct small_key){};
	KUNIT_EXPECT_EQ(test, nr, count_slabs());
	KUNIT_EXPECT_LE(test, n->nr_free, FREE_LIMIT);
	KUNIT_EXPECT_TRUE(test, kmem_cache_check(cache));
	if (test->status == KUNIT_FAILURE)
		return;
	for (i = 0; i < nr; i++)
		look_at_slab(test, slabs[i], key);
	key->word[1] = nr;
	for (i = 0; i < nr_out; i++) {
		KUNIT_EXPECT_EQ(test, *out[i], number[i]);
		KUNIT_EXPECT_EQ(test, *last_word(out[i]), ~number[i]);
	}
	KUNIT_EXPECT_EQ(test, slab_count_live(cache), nr_out);
}

static void slab_describe(unsigned int op, char *buf, size_t size)
{
	static const char *const names[] = {
		[OP_ALLOC] = "allocate",
		[OP_ALLOC_ATOMIC] = "allocate, atomic",
		[OP_ALLOC_NO_PAGE] = "allocate without a page",
		[OP_ALLOC_NO_STRUCT] = "allocate without a struct slab",
		[OP_TWO] = "allocate two",
		[OP_TWO_NO_PAGE] = "allocate two without a page",
		[OP_SHRINK] = "shrink",
	};

	if (op < OP_FREE)
		strscpy(buf, names[op], size);
	else
		scnprintf(buf, size, "free object %u of slab %u", (op - OP_FREE) % PER_SLAB,
			  (op - OP_FREE) / PER_SLAB);
}

/* --- worlds ------------------------------------------------------------------------------------ */

/* What debugging adds to an object, by option or by flags. */
static size_t overhead(struct kunit *test, slab_flags_t flags)
{
	struct kmem_cache *probe = slab_test_cache(test, 1000, flags);
	size_t bytes = probe->size - probe->object_size;

	slab_test_cache_done(test, probe);
	return bytes;
}

/* @size: bytes from one object to the next, of which three and no more fill a page. */
static void explore_cache(struct kunit *test, size_t size, slab_flags_t flags,
			  const struct small_world *world)
{
	struct array_cache *ac;

	cache = slab_test_cache(test, size - overhead(test, flags), flags);
	KUNIT_ASSERT_EQ(test, cache->num, PER_SLAB);
	KUNIT_ASSERT_EQ(test, cache->gfporder, 0U);
	ac = cpu_cache_get(cache);
	ac->limit = min(ac->limit, ARRAY_LIMIT);
	cache->batchcount = ARRAY_LIMIT / 2;
	cache_node(cache)->free_limit = FREE_LIMIT;
	next_number = 0;
	small_explore(test, world);
}

#define SLAB_WORLD(world_name)                                                                     \
	{                                                                                          \
		.name = world_name, .nr_ops = NR_OPS, .depth = 5, .reset = slab_reset,             \
		.possible = slab_possible, .step = slab_step, .look = slab_look,                   \
		.describe = slab_describe,                                                         \
	}

static void three_objects(struct kunit *test)
{
	static const struct small_world world = SLAB_WORLD("cache of 3 objects a slab");

	explore_cache(test, 1284, 0, &world);
	KUNIT_EXPECT_NULL(test, cache->slabp_cache);
}

static void struct_slab_elsewhere(struct kunit *test)
{
	static const struct small_world world = SLAB_WORLD("cache with struct slab elsewhere");

	explore_cache(test, 1360, 0, &world);
	KUNIT_EXPECT_NOT_NULL(test, cache->slabp_cache);
}

static void debugged(struct kunit *test)
{
	static const struct small_world world = SLAB_WORLD("cache with debugging");

	explore_cache(test, 1284, SLAB_DEBUG_FLAGS, &world);
	KUNIT_EXPECT_EQ(test, cpu_cache_get(cache)->limit, 0U);
}

static void small_slab_exit(struct kunit *test)
{
	small_explore_end();
	if (cache) {
		slab_reset(test);
		kmem_cache_destroy(cache);
	}
	cache = NULL;
	slab_test_exit(test);
}

static struct kunit_case small_slab_cases[] = {
	KUNIT_CASE(three_objects),
	KUNIT_CASE(struct_slab_elsewhere),
	KUNIT_CASE(debugged),
	{},
};

static struct kunit_suite small_slab_suite = {
	.name = "small_slab",
	.init = slab_test_init,
	.exit = small_slab_exit,
	.test_cases = small_slab_cases,
};
kunit_test_suite(small_slab_suite);
