/* SPDX-License-Identifier: MIT */
/*
 * The rows of kernel/bench/ as a module of Linux: loading it measures them all.
 */
#include <linux/init.h>
#include <linux/module.h>
#include <kernel/bench/bench.h>

static int __init k896_bench_init(void)
{
	int ret = bench_run(NULL, NULL, 0, BENCH_JSON);

	pr_err("k896_bench: done, %d\n", ret);
	return ret ?: -EAGAIN; /* it has nothing to stay for */
}
module_init(k896_bench_init);

MODULE_DESCRIPTION("what operations of memory management cost, in guest instructions");
MODULE_LICENSE("Dual MIT/GPL");
