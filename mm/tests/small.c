/* SPDX-License-Identifier: MIT */
/*
 * The explorer of small worlds: breadth first over states, not over sequences.
 *
 * Idea: the sequences of n operations are too many, but most of them meet again: what
 * the buddy system does next depends on which blocks are out, not on how that came
 * about. So each state is kept once, with the operation that led to it first and the
 * state that it led from. From every state every operation is made; when no new state
 * turns up any more, every sequence of any length has been tried, as each runs along
 * steps that were. Up to a depth, it is every sequence of that length.
 *
 * The world cannot be copied, so a state is reached again by its operations, from the
 * start: the chain of parents, read backwards. Nothing is put into place by hand, and a
 * world whose key forgets something is found out when the same operations lead to
 * another key.
 *
 * States lie in an array in the order of their discovery, which is that of their depth;
 * a hash table with open addressing holds their indices plus 1. Both double when full.
 */
#include <kernel/params.h>
#include <kernel/lib/hash.h>
#include <kernel/lib/kstrtox.h>
#include <mm/slab.h>
#include <mm/tests/small.h>

#define MAX_PATH     255
#define FIRST_STATES 512U
#define ANY_DEPTH    ((unsigned int)-1)

/*
 * struct state - one state of the world
 * @parent: index of the state that it was first reached from, by @op
 * @depth:  operations from the start
 */
struct state {
	struct small_key key;
	u32 parent;
	u16 op;
	u16 depth;
};

static struct state *states;
static u32 *table; /* of 2 * max_states entries, a power of two */
static u32 nr_states, max_states;

static unsigned int depth_wanted;
static bool depth_given;

static int __init depth_setup(const char *val)
{
	int ret = kstrtouint(val, 0, &depth_wanted);

	depth_given = !ret;
	return ret;
}
kernel_param("depth", depth_setup, "N",
	     "operations in a row that the exhaustive suites try; 0 is any number");

/* --- the set of states ----------------------------------------------------------------------- */

/* The slot of @key in the table: its own, or the free one where it belongs. */
static u32 *slot_of(const struct small_key *key)
{
	u32 mask = 2 * max_states - 1;
	u32 i = hash_64(key->word[0] ^ (key->word[1] * 0x9e3779b97f4a7c15ULL), 32) & mask;

	while (table[i] && memcmp(&states[table[i] - 1].key, key, sizeof(*key)))
		i = (i + 1) & mask;
	return &table[i];
}

void small_explore_end(void)
{
	kvfree(states);
	kvfree(table);
	states = NULL;
	table = NULL;
	nr_states = 0;
	max_states = 0;
}

/* Make room for twice as many states. */
static void grow(struct kunit *test)
{
	u32 max = max_states ? 2 * max_states : FIRST_STATES, i;
	struct state *more = kvmalloc(max * sizeof(*more), GFP_KERNEL | __GFP_NOWARN);
	u32 *larger = kvzalloc(2 * max * sizeof(*larger), GFP_KERNEL | __GFP_NOWARN);

	if (!more || !larger) {
		kvfree(more);
		kvfree(larger);
		KUNIT_FAIL(test, "no memory for more than %u states", nr_states);
		kunit_abort(test);
	}
	if (states)
		memcpy(more, states, nr_states * sizeof(*more));
	kvfree(states);
	kvfree(table);
	states = more;
	table = larger;
	max_states = max;
	for (i = 0; i < nr_states; i++)
		*slot_of(&states[i].key) = i + 1;
}

/* Remember a state, unless it is known. */
static void note(struct kunit *test, const struct small_key *key, u32 parent, unsigned int op)
{
	u32 *slot;

	if (nr_states == max_states)
		grow(test);
	slot = slot_of(key);
	if (*slot)
		return;
	states[nr_states] = (struct state){
		.key = *key,
		.parent = parent,
		.op = op,
		.depth = nr_states ? states[parent].depth + 1 : 0,
	};
	*slot = ++nr_states;
}

/* --- going there --------------------------------------------------------------------------- */

/* path_to - the operations that lead from the start to a state. Return: how many. */
static unsigned int path_to(u32 index, u16 *path)
{
	unsigned int depth = states[index].depth, i;

	for (i = depth; i-- > 0; index = states[index].parent)
		path[i] = states[index].op;
	return depth;
}

static void say_path(struct kunit *test, const struct small_world *world, const u16 *path,
		     unsigned int nr)
{
	char what[64];
	unsigned int i;

	kunit_info(test, "%s, step by step:", world->name);
	for (i = 0; i < nr; i++) {
		world->describe(path[i], what, sizeof(what));
		kunit_info(test, "  %u. %s", i + 1, what);
	}
}

/* End the case if the last of these operations, or what came of it, was wrong. */
static void stop_if_failed(struct kunit *test, const struct small_world *world, const u16 *path,
			   unsigned int nr)
{
	if (test->status != KUNIT_FAILURE)
		return;
	say_path(test, world, path, nr);
	kunit_abort(test);
}

static void go_to(struct kunit *test, const struct small_world *world, const u16 *path,
		  unsigned int nr)
{
	unsigned int i;

	world->reset(test);
	for (i = 0; i < nr; i++)
		world->step(test, path[i]);
	stop_if_failed(test, world, path, nr);
}

/* Try each operation in one state. Return: how many there were. */
static unsigned int expand(struct kunit *test, const struct small_world *world, u32 index)
{
	u16 path[MAX_PATH + 1];
	unsigned int nr = path_to(index, path), op, steps = 0;
	struct small_key key;

	go_to(test, world, path, nr);
	world->look(test, &key);
	if (memcmp(&key, &states[index].key, sizeof(key)))
		KUNIT_FAIL(test, "the same operations lead to another state");
	stop_if_failed(test, world, path, nr);

	for (op = 0; op < world->nr_ops; op++) {
		if (!world->possible(op))
			continue;
		path[nr] = op;
		world->step(test, op);
		world->look(test, &key);
		stop_if_failed(test, world, path, nr + 1);
		steps++;
		if (!memcmp(&key, &states[index].key, sizeof(key)))
			continue; /* a step on the spot: there is no way to go back */
		note(test, &key, index, op);
		go_to(test, world, path, nr);
	}
	return steps;
}

/* Operations in a row, at the most. */
static unsigned int depth_of(const struct small_world *world)
{
	unsigned int wanted = depth_given ? depth_wanted : world->depth;
	unsigned int depth = wanted ? wanted : ANY_DEPTH;

	return world->deepest ? min(depth, world->deepest) : depth;
}

void small_explore(struct kunit *test, const struct small_world *world)
{
	unsigned int limit = depth_of(world);
	struct small_key key;
	u64 nr_steps = 0;
	u32 index;

	world->reset(test);
	world->look(test, &key);
	stop_if_failed(test, world, NULL, 0);
	note(test, &key, 0, 0);
	for (index = 0; index < nr_states && states[index].depth < limit; index++) {
		if (states[index].depth == MAX_PATH) {
			KUNIT_FAIL(test, "a state is more than %u operations away", MAX_PATH);
			kunit_abort(test);
		}
		nr_steps += expand(test, world, index);
	}
	world->reset(test);

	if (index == nr_states)
		kunit_info(test, "exhaustive %s: any depth, %llu steps, %u states, the last at %u",
			   world->name, nr_steps, nr_states, states[nr_states - 1].depth);
	else
		kunit_info(test, "exhaustive %s: depth %u, %llu steps, %u states", world->name,
			   limit, nr_steps, nr_states);
	small_explore_end();
}
