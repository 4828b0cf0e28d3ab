/* SPDX-License-Identifier: MIT */
/* Models as cases of the self-tests; see model.h. */
#include <kernel/params.h>
#include <kernel/lib/kstrtox.h>
#include <kernel/tests/model.h>

#define SOAK_FACTOR 100

static u64 model_ops; /* 0: as each model says */

static int __init model_ops_setup(const char *val)
{
	return kstrtoull(val, 0, &model_ops);
}
kernel_param("model_ops", model_ops_setup, "N",
	     "operations of each model's run in the self-tests, in place of some thousand");

static void fail_case(struct model_run *run, const char *file, int line, const char *text)
{
	kunit_fail(run->priv, file, line, "%s", text);
	kunit_abort(run->priv);
}

void kunit_model(struct kunit *test, const char *name, model_fn fn, u64 nr_ops)
{
	static struct model_run run;

	if (kunit_soaking())
		nr_ops *= SOAK_FACTOR;
	if (model_ops)
		nr_ops = model_ops;
	model_init_seed(&run, name, kunit_seed, nr_ops);
	run.fail = fail_case;
	run.priv = test;
	fn(&run);
	KUNIT_EXPECT_EQ(test, run.nr_ops, nr_ops);
	kunit_info(test, "seed=%llu ops=%llu digest=0x%08x", kunit_seed, run.nr_ops, run.digest);
}
