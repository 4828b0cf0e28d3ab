/* SPDX-License-Identifier: MIT */
/*
 * What models stand on: choices are in range and of every value, streams repeat, a
 * buffer is used up and then chooses zeroes, a mismatch arrives where it should.
 */
#include <kernel/lib/string.h>
#include <kernel/tests/model.h>

static struct model_run run;

static void choices_cover_their_range(struct kunit *test)
{
	static const u32 ranges[] = {1, 2, 7, 256, 257, 1000};
	static u16 seen[1000];
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		model_init_seed(&run, "choices", kunit_seed, 0);
		memset(seen, 0, sizeof(seen));
		for (j = 0; j < ranges[i] * 32; j++) {
			u32 choice = model_choose(&run, ranges[i]);

			KUNIT_ASSERT_LT(test, choice, ranges[i]);
			seen[choice]++;
		}
		for (j = 0; j < ranges[i]; j++)
			KUNIT_EXPECT_GT(test, seen[j], 0);
	}
}

static void sizes_cover_their_magnitudes(struct kunit *test)
{
	static const u32 limits[] = {0, 1, 2, 100, 4096, U32_MAX};
	unsigned int i, j, nr_max;
	u32 largest;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		bool small = false;

		model_init_seed(&run, "sizes", kunit_seed, 0);
		largest = 0;
		for (j = 0, nr_max = 0; j < 2000; j++) {
			u32 size = model_size(&run, limits[i]);

			KUNIT_ASSERT_LE(test, size, limits[i]);
			largest = max(largest, size);
			small |= size < 2;
			nr_max += size == limits[i];
		}
		KUNIT_EXPECT_TRUE(test, small);
		KUNIT_EXPECT_GE(test, largest, limits[i] / 4 * 3);
		if (limits[i] < U32_MAX)
			KUNIT_EXPECT_GT(test, nr_max, 0U);
	}
}

static void picks_follow_their_weights(struct kunit *test)
{
	static const u16 weights[] = {3, 0, 1};
	unsigned int nr[3] = {}, i;

	model_init_seed(&run, "picks", kunit_seed, 0);
	for (i = 0; i < 4000; i++)
		nr[model_pick(&run, weights, ARRAY_SIZE(weights))]++;
	KUNIT_EXPECT_EQ(test, nr[1], 0U);
	KUNIT_EXPECT_EQ(test, nr[0] + nr[2], 4000U);
	KUNIT_EXPECT_GT(test, nr[0], 2800U);
	KUNIT_EXPECT_LT(test, nr[0], 3200U);
}

/* All that a seed decides, as one number. */
static u32 stream_of(const char *name, u64 seed, u64 nr_ops)
{
	u32 nr_rounds = 0;

	model_init_seed(&run, name, seed, nr_ops);
	while (model_round(&run)) {
		model_digest_add(&run, ++nr_rounds);
		while (model_more(&run))
			model_digest_add(&run, model_choose(&run, U32_MAX));
	}
	return run.digest;
}

static void seeds_decide_everything(struct kunit *test)
{
	u32 digest = stream_of("one", 1, 50000);

	KUNIT_EXPECT_EQ(test, run.nr_ops, 50000ULL);
	KUNIT_EXPECT_GT(test, run.nr_rounds, 10ULL);
	KUNIT_EXPECT_EQ(test, stream_of("one", 1, 50000), digest);
	KUNIT_EXPECT_NE(test, stream_of("one", 2, 50000), digest);
	KUNIT_EXPECT_NE(test, stream_of("two", 1, 50000), digest);
	KUNIT_EXPECT_NE(test, stream_of("one", 1, 49999), digest);
}

static void bytes_spell_operations(struct kunit *test)
{
	static const u8 bytes[] = {5, 2, 1, 0x10, 7};

	model_init_bytes(&run, "bytes", bytes, sizeof(bytes));
	KUNIT_EXPECT_TRUE(test, model_round(&run));
	KUNIT_EXPECT_TRUE(test, model_more(&run));
	KUNIT_EXPECT_EQ(test, model_choose(&run, 1), 0U); /* takes no byte */
	KUNIT_EXPECT_EQ(test, model_choose(&run, 256), 5U);
	KUNIT_EXPECT_EQ(test, model_choose(&run, 257), 0x201 % 257U);
	KUNIT_EXPECT_TRUE(test, model_more(&run));
	KUNIT_EXPECT_EQ(test, model_choose(&run, 10), 6U);
	KUNIT_EXPECT_EQ(test, model_choose(&run, 1000), 7U); /* one byte where two were wanted */
	KUNIT_EXPECT_EQ(test, model_choose(&run, 1000), 0U);
	KUNIT_EXPECT_FALSE(test, model_more(&run));
	KUNIT_EXPECT_FALSE(test, model_round(&run));
	KUNIT_EXPECT_EQ(test, run.nr_ops, 2ULL);
}

static void digest_depends_on_every_word(struct kunit *test)
{
	static u8 bytes[37];
	u32 before, after;
	unsigned int i;

	model_init_seed(&run, "digest", 0, 0);
	model_digest_bytes(&run, bytes, sizeof(bytes));
	before = run.digest;
	for (i = 0; i < sizeof(bytes); i++) {
		bytes[i] = 1;
		model_init_seed(&run, "digest", 0, 0);
		model_digest_bytes(&run, bytes, sizeof(bytes));
		after = run.digest;
		bytes[i] = 0;
		KUNIT_EXPECT_NE(test, after, before);
	}
}

static char told[256];

static void tell(struct model_run *who, const char *file __unused, int line __unused,
		 const char *text)
{
	strscpy(told, text, sizeof(told));
	kunit_abort(who->priv);
}

static void compare_at(struct model_run *who, unsigned int thing, unsigned int model)
{
	static struct kunit inner; /* to come back here, and not to end the case */

	who->fail = tell;
	who->priv = &inner;
	told[0] = '\0';
	if (!arch_setjmp(&inner.abort_buf))
		MODEL_EQ(who, thing, model);
}

static void mismatches_are_told(struct kunit *test)
{
	model_init_seed(&run, "told_model", 1, 10);
	KUNIT_ASSERT_TRUE(test, model_round(&run));
	KUNIT_ASSERT_TRUE(test, model_more(&run));
	compare_at(&run, 3, 3);
	KUNIT_EXPECT_STREQ(test, told, "");
	compare_at(&run, 3, 4);
	KUNIT_EXPECT_STREQ(test, told, "told_model, operation 1: thing is 0x3, but model is 0x4");
}

static struct kunit_case model_core_cases[] = {
	KUNIT_CASE(choices_cover_their_range),  KUNIT_CASE(sizes_cover_their_magnitudes),
	KUNIT_CASE(picks_follow_their_weights), KUNIT_CASE(seeds_decide_everything),
	KUNIT_CASE(bytes_spell_operations),     KUNIT_CASE(digest_depends_on_every_word),
	KUNIT_CASE(mismatches_are_told),        {},
};

static struct kunit_suite model_core_suite = {
	.name = "model_core",
	.test_cases = model_core_cases,
};
kunit_test_suite(model_core_suite);
