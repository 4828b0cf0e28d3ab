/* SPDX-License-Identifier: MIT */
/*
 * Benchmarks: what an operation of memory management costs, in guest instructions.
 *
 * A row measures one operation, usually an allocation and the free that belongs to it.
 * Each sample is one operation in a bracket of two readings of the cycle counter; what
 * the empty bracket costs is subtracted. Under QEMU's -icount shift=0,sleep=off the
 * counter counts executed instructions, and two runs agree to the instruction; on any
 * other machine the rows are cycles, and vary.
 *
 * What is in the bracket stands inline, as it would in a caller. Interrupts are off
 * around calls that cannot sleep. Those that may sleep want them on; a sample in which
 * the tick came is then not counted.
 */
#ifndef KERNEL_BENCH_BENCH_H
#define KERNEL_BENCH_BENCH_H

#include <kernel/seq.h>
#include <kernel/time.h>
#include <kernel/lib/compiler.h>
#include <kernel/lib/types.h>
#include <arch/cpu.h>

struct kmem_cache;

/* Samples of most rows: a thousand, and some that a tick may spoil; before them, to warm up. */
#define BENCH_SAMPLES 1100U
#define BENCH_WARM_UP 100U
/* Of any row. */
#define BENCH_SAMPLES_MAX 20000U

/* No sample: the tick came in between. */
#define BENCH_SPOILT U32_MAX

/*
 * struct bench - a row being measured
 * @samples:   room for BENCH_SAMPLES_MAX
 * @nr:        of @samples taken
 * @objects:   room for BENCH_SAMPLES_MAX pointers, for rows that hold many at a time
 * @empty:     cycles of an empty bracket
 * @cache:     of the row's object_size
 * @random:    state of bench_random()
 * @live:      objects that live meanwhile: @nr_live of them
 */
struct bench {
	u32 *samples;
	unsigned int nr;
	void **objects;
	u32 empty;
	struct kmem_cache *cache;
	u32 random;
	void **live;
	unsigned long nr_live;
};

/*
 * struct bench_row - an operation to measure
 * @name:        as typed at the prompt
 * @what:        one line
 * @by_mean:     its figure is the mean, not the median: rare costs belong to it
 * @object_size: of struct bench's cache; 0: the row wants none
 * @live_max:    at most so many objects may live besides; 0: as memory allows
 * @run:         takes the samples. Return: NULL, or why it could not.
 * @alloc_live:  one more object of the kind that the row is about, or NULL
 * @free_live:   give one back
 */
struct bench_row {
	const char *name;
	const char *what;
	bool by_mean;
	unsigned int object_size;
	unsigned long live_max;
	const char *(*run)(struct bench *b);
	void *(*alloc_live)(struct bench *b);
	void (*free_live)(struct bench *b, void *object);
};

/* The rows, by what they are about. */
extern const struct bench_row bench_page_rows[];
extern const struct bench_row bench_object_rows[];
extern const struct bench_row bench_area_rows[];
extern const unsigned int nr_bench_page_rows, nr_bench_object_rows, nr_bench_area_rows;

static __always_inline u32 bench_cycles(void)
{
	u32 cycles;

	barrier();
	cycles = (u32)get_cycles();
	barrier();
	return cycles;
}

/* bench_time - what the statements cost */
#define bench_time(b, ...)                                                                         \
	({                                                                                         \
		unsigned long __tick = jiffies;                                                    \
		u32 __begin = bench_cycles(), __cycles;                                            \
		__VA_ARGS__;                                                                       \
		__cycles = bench_cycles() - __begin;                                               \
		jiffies == __tick ? __cycles - (b)->empty : BENCH_SPOILT;                          \
	})

/** bench_record - one more sample */
void bench_record(struct bench *b, u32 cycles);

/** bench_add - more to sample @nr, which is there already */
void bench_add(struct bench *b, unsigned int nr, u32 cycles);

/* bench_hot - the statements again and again, each time a sample, once all is warm */
#define bench_hot(b, ...)                                                                          \
	do {                                                                                       \
		unsigned int __i;                                                                  \
		for (__i = 0; __i < BENCH_WARM_UP; __i++) {                                        \
			__VA_ARGS__;                                                               \
		}                                                                                  \
		for (__i = 0; __i < BENCH_SAMPLES; __i++)                                          \
			bench_record(b, bench_time(b, __VA_ARGS__));                               \
	} while (0)

/** bench_random - the next of the sequence that all kernels' rows share (xorshift32) */
u32 bench_random(struct bench *b);
/** bench_random_size - 8 to 8191 bytes, each power of two equally likely */
u32 bench_random_size(struct bench *b);

enum bench_format { BENCH_TABLE, BENCH_JSON };

/**
 * bench_run - measure rows and print them
 * @m:      gets the table, or a JSON object a line
 * @name:   a row, or, where none is called so, what rows' names begin with; NULL: all rows
 * @live:   objects of each row's kind that are to live meanwhile
 *
 * Before each row memory is brought to rest, so that a row costs the same alone and
 * after others.
 *
 * Context: process context, interrupts on.
 * Return: 0; -ENOENT when no row is called so, -ENOMEM without room for samples.
 */
int bench_run(struct seq_file *m, const char *name, unsigned long live, enum bench_format format);

/** bench_boot - what the stages of boot cost. Context: any. */
void bench_boot(struct seq_file *m, enum bench_format format);

/** bench_memory - RAM that is not free, by reason. Context: process context. */
void bench_memory(struct seq_file *m, enum bench_format format);

/** bench_if_asked - measure what bench= names, if anything. Context: as bench_run(). */
void bench_if_asked(void);

/** bench_nth_row - row @nr of all, or NULL. Context: any. */
const struct bench_row *bench_nth_row(unsigned int nr);

#endif
