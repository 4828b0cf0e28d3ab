/* SPDX-License-Identifier: MIT */
/*
 * Runs of models: streams of choices, and the report of a mismatch. See model.h.
 *
 * Buffers are read so that a fuzzer's small change is a small change of what happens:
 * a choice takes one byte if it can, the low ones are reached by every byte in turn,
 * and a byte that is 0, of which corpora are full, means the first choice.
 */
#include <kernel/lib/bitops.h>
#include <kernel/lib/hash.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/model.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>

#define ROUND_BITS 13 /* log2 of the longest round */

static void init_run(struct model_run *run, const char *name)
{
	*run = (struct model_run){.name = name, .digest = 0x811c9dc5};
}

void model_init_seed(struct model_run *run, const char *name, u64 seed, u64 nr_ops)
{
	init_run(run, name);
	prandom_seed_state(&run->src.rand, seed + ((u64)hash_string(name) << 32));
	run->src.left = nr_ops;
}

void model_init_bytes(struct model_run *run, const char *name, const void *bytes, size_t nr)
{
	init_run(run, name);
	run->src.bytes = bytes;
	run->src.end = run->src.bytes + nr;
}

bool model_round(struct model_run *run)
{
	if (run->src.bytes) {
		run->round_left = U32_MAX;
		return !run->nr_rounds++;
	}
	if (!run->src.left)
		return false;
	run->nr_rounds++;
	run->round_left = 1U + model_choose(run, 1U << model_choose(run, ROUND_BITS + 1));
	return true;
}

bool model_more(struct model_run *run)
{
	if (!run->round_left)
		return false;
	if (run->src.bytes ? run->src.bytes == run->src.end : !run->src.left)
		return false;
	run->round_left--;
	if (!run->src.bytes)
		run->src.left--;
	run->nr_ops++;
	return true;
}

/* The next bytes of a buffer as a number, as many as [0, @n) needs. */
static u32 next_bytes(struct model_source *src, u32 n)
{
	u32 value = 0, reach = n - 1;

	for (; reach && src->bytes < src->end; reach >>= 8)
		value = value << 8 | *src->bytes++;
	return value;
}

u32 model_choose(struct model_run *run, u32 n)
{
	if (!run->src.bytes)
		return prandom_u32_below_state(&run->src.rand, n);
	return next_bytes(&run->src, n) % n;
}

u32 model_between(struct model_run *run, u32 low, u32 high)
{
	return low + model_choose(run, high - low + 1);
}

bool model_one_in(struct model_run *run, u32 n)
{
	return model_choose(run, n) == n - 1;
}

u32 model_size(struct model_run *run, u32 max)
{
	u32 bits = max ? 32 - (u32)__builtin_clz(max) : 0;
	u32 magnitude = model_choose(run, bits + 1), size;

	if (!magnitude)
		return 0;
	size = 1U << (magnitude - 1);
	if (model_one_in(run, 2))
		size += model_choose(run, 3) - 1;
	else
		size += model_choose(run, size);
	return min(size, max);
}

unsigned int model_pick(struct model_run *run, const u16 *weights, unsigned int nr)
{
	u32 sum = weights[0];
	unsigned int i;

	for (i = 1; i < nr; i++)
		sum += weights[i];
	sum = model_choose(run, sum);
	for (i = 0; i + 1 < nr && sum >= weights[i]; i++)
		sum -= weights[i];
	return i;
}

void model_play(struct model_run *run, const struct model_world *world)
{
	u16 weights[MODEL_MAX_STEPS];
	unsigned int i;

	MODEL_TRUE(run, world->nr_steps > 0 && world->nr_steps <= MODEL_MAX_STEPS);
	for (i = 0; i < world->nr_steps; i++)
		weights[i] = world->steps[i].weight;
	while (model_round(run)) {
		world->make(run);
		while (model_more(run)) {
			world->steps[model_pick(run, weights, world->nr_steps)].run(run);
			if (world->every && (u32)run->nr_ops % world->every == 0)
				world->compare(run);
		}
		world->compare(run);
		if (world->end)
			world->end(run);
	}
}

void model_digest_bytes(struct model_run *run, const void *bytes, size_t nr)
{
	const u8 *byte = bytes;
	u32 word;

	for (; nr >= sizeof(word); nr -= sizeof(word), byte += sizeof(word)) {
		memcpy(&word, byte, sizeof(word));
		model_digest_add(run, word);
	}
	for (; nr; nr--)
		model_digest_add(run, *byte++);
}

void model_fail(struct model_run *run, const char *file, int line, const char *fmt, ...)
{
	char text[224];
	va_list args;
	int n = scnprintf(text, sizeof(text), "%s, operation %llu: ", run->name, run->nr_ops);

	va_start(args, fmt);
	vscnprintf(text + n, sizeof(text) - (size_t)n, fmt, args);
	va_end(args);
	run->fail(run, file, line, text);
	__builtin_trap();
}
