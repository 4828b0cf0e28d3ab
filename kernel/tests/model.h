/* SPDX-License-Identifier: MIT */
/*
 * Models (kernel/lib/model.h) as cases of the self-tests.
 *
 * Each model is a suite X_model of one case X_model. It runs a number of operations that
 * a boot can bear, one that the option model_ops= gives, or a hundred times as many in a
 * soak, and prints in this form, for whoever compares runs:
 *
 *     # X_model: seed=S ops=N digest=0x........
 */
#ifndef KERNEL_TESTS_MODEL_H
#define KERNEL_TESTS_MODEL_H

#include <kernel/selftest.h>
#include <kernel/lib/model.h>

/**
 * kunit_model - run a model from seed=
 * @name: of the model, X_model: part of the seed, and of what is printed
 * @fn:   the model
 * @nr_ops: operations, unless model_ops= says otherwise
 *
 * A mismatch fails the case and ends it. What the model has made by then is for the
 * suite's exit hook to take apart.
 */
void kunit_model(struct kunit *test, const char *name, model_fn fn, u64 nr_ops);

#endif
