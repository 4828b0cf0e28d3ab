/* SPDX-License-Identifier: MIT */
/*
 * The workloads of `make bench-host`: mm/ on the smallest port (arch/host/lift/), driven as
 * any allocator could be. tools/bench/host/bench_host.py runs this program under callgrind and
 * counts what happens inside the calls that the bench_*() functions make; what they do
 * themselves does not count, so each is kept out of line.
 *
 *     bench-host WORKLOAD ARENA_KIB RESERVE_KIB [ARGUMENT]...
 *
 *   pair SIZE N        N times kmalloc(SIZE) and kfree(), the size unknown to the compiler
 *   constant N         the same of 64 bytes, known to the compiler
 *   cache SIZE N       the same from a cache of its own
 *   slots SLOTS N      N times: choose a slot; free what it holds, or else fill it
 *   live LIVE N        LIVE objects, then N / 2 times: free one, allocate one
 *   pages              blocks of random order until one cannot be had, freed in random order
 *   replay             what the trace on standard input says; tools/bench/host/record.py has the form
 *
 * Random numbers are xorshift32 from 2463534242, sizes of objects log-uniform: a power of
 * two from 8 to 4096, each as likely, and as much again less one at the most, so 8 to 8191.
 *
 * Prints "NAME VALUE" a line. The exit status is 0, 3 when memory did not suffice, 1 when
 * something is wrong: an allocator that reports a bug, hands memory out twice, or
 * does not end where it began.
 */
#include <kernel/bug.h>
#include <kernel/printk.h>
#include <kernel/lib/kstrtox.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <arch/host/lift/port.h>
#include <mm/memblock.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <asm/libc.h>

#define MAX_SLOTS    131072U
#define MAX_OPS      (1U << 20)
#define MAX_TEXT     (16U << 20)
#define EXIT_NO_MEM  3
#define STACK_CANARY 0x2bad50feUL

/* The kernel is compiled to guard its stacks. */
unsigned long __stack_chk_guard = STACK_CANARY;
void __stack_chk_fail(void) __noreturn;

void __noreturn __stack_chk_fail(void)
{
	panic("stack overwritten");
}

/* What each slot holds; the object's first word is the slot's number, as a proof of identity. */
static struct {
	u32 *objp;
	size_t size;
} slots[MAX_SLOTS];

static struct page *blocks[MAX_SLOTS];
static size_t live_bytes, peak_bytes;

/*
 * Random numbers
 */

static u32 random_state = 2463534242U;

static __always_inline u32 random_u32(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

static __always_inline size_t random_size(void)
{
	size_t power = 8UL << random_u32() % 10;

	return power + random_u32() % power;
}

/*
 * Slots
 */

static __always_inline void out_of_memory(void)
{
	printk("out_of_memory 1\n");
	_exit(EXIT_NO_MEM);
}

static __always_inline void slot_fill(u32 slot, size_t size)
{
	u32 *objp = __kmalloc(size, GFP_KERNEL);

	if (!objp)
		out_of_memory();
	if (size >= sizeof(*objp))
		*objp = slot;
	slots[slot].objp = objp;
	slots[slot].size = size;
	live_bytes += size;
	peak_bytes = max(peak_bytes, live_bytes);
}

static __always_inline void slot_check(u32 slot)
{
	if (slots[slot].size >= sizeof(u32))
		BUG_ON(*slots[slot].objp != slot);
}

static __always_inline void slot_free(u32 slot)
{
	slot_check(slot);
	kfree(slots[slot].objp);
	slots[slot].objp = NULL;
	live_bytes -= slots[slot].size;
}

static void free_all_slots(void)
{
	u32 slot;

	for (slot = 0; slot < MAX_SLOTS; slot++)
		if (slots[slot].objp)
			slot_free(slot);
}

/*
 * Workloads. Each begins with what it needs to be warm, outside of the function that counts.
 */

static noinline void bench_pair(size_t size, u32 n)
{
	while (n--)
		kfree(__kmalloc(size, GFP_KERNEL));
}

static noinline void bench_constant(u32 n)
{
	while (n--)
		kfree(kmalloc(64, GFP_KERNEL));
}

static noinline void bench_cache(struct kmem_cache *cachep, u32 n)
{
	while (n--)
		kmem_cache_free(cachep, kmem_cache_alloc(cachep, GFP_KERNEL));
}

static noinline void bench_slots(u32 nr_slots, u32 n)
{
	while (n--) {
		u32 slot = random_u32() % nr_slots;

		if (slots[slot].objp)
			slot_free(slot);
		else
			slot_fill(slot, random_size());
	}
}

static noinline void bench_live(u32 nr_live, u32 n)
{
	for (n /= 2; n; n--) {
		u32 slot = random_u32() % nr_live;

		slot_free(slot);
		slot_fill(slot, random_size());
	}
}

static noinline u32 bench_pages_fill(void)
{
	u32 nr;

	for (nr = 0; nr < MAX_SLOTS; nr++) {
		u32 order = random_u32() % MAX_ORDER;

		slots[nr].size = order;
		blocks[nr] = alloc_pages(GFP_KERNEL | __GFP_NOWARN, order);
		if (!blocks[nr])
			break;
	}
	return nr;
}

static noinline void bench_pages_free(u32 nr)
{
	while (nr--) {
		u32 i = random_u32() % (nr + 1);

		__free_pages(blocks[i], (unsigned int)slots[i].size);
		blocks[i] = blocks[nr];
		slots[i].size = slots[nr].size;
	}
	drain_all_pages(NULL); /* what per-CPU lists keep goes back, too */
}

static void run_pair(size_t size, u32 n)
{
	kfree(__kmalloc(size, GFP_KERNEL));
	bench_pair(size, n);
}

static void run_constant(u32 n)
{
	kfree(kmalloc(64, GFP_KERNEL));
	bench_constant(n);
}

static void run_cache(size_t size, u32 n)
{
	struct kmem_cache *cachep = kmem_cache_create("bench", size, 0, SLAB_PANIC, NULL, NULL);

	kmem_cache_free(cachep, kmem_cache_alloc(cachep, GFP_KERNEL));
	bench_cache(cachep, n);
	kmem_cache_destroy(cachep);
}

static void run_live(u32 nr_live, u32 n)
{
	u32 slot;

	for (slot = 0; slot < nr_live; slot++)
		slot_fill(slot, random_size());
	bench_live(nr_live, n);
}

/* Every list of every zone, to be compared: full coalescing means that all is as it was. */
static void count_blocks(unsigned long counts[MAX_NR_ZONES][MAX_ORDER])
{
	struct zone *zone;
	unsigned int order;

	for_each_populated_zone(zone)
		for (order = 0; order < MAX_ORDER; order++)
			counts[zone->idx][order] = zone->free_area[order].nr_free;
}

static void run_pages(void)
{
	unsigned long before[MAX_NR_ZONES][MAX_ORDER] = {{0}},
		      after[MAX_NR_ZONES][MAX_ORDER] = {{0}};
	u32 nr;

	mm_quiesce();
	count_blocks(before);
	nr = bench_pages_fill();
	bench_pages_free(nr);
	count_blocks(after);
	printk("blocks %u\n", nr);
	BUG_ON(memcmp(before, after, sizeof(before)));
}

/*
 * Replay
 */

static struct trace_op {
	u32 slot;
	u32 size;
	char what;
} ops[MAX_OPS];

static char text[MAX_TEXT];
static bool held[MAX_SLOTS]; /* at this point of the trace */

static noinline void bench_replay(u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		const struct trace_op *op = &ops[i];
		u32 *objp;

		switch (op->what) {
		case 'a':
			slot_fill(op->slot, op->size);
			break;
		case 'f':
			slot_free(op->slot);
			break;
		default:
			objp = krealloc(slots[op->slot].objp, op->size, GFP_KERNEL);
			if (!objp)
				out_of_memory();
			live_bytes += op->size - slots[op->slot].size;
			peak_bytes = max(peak_bytes, live_bytes);
			if (op->size >= sizeof(u32))
				*objp = op->slot;
			slots[op->slot].objp = objp;
			slots[op->slot].size = op->size;
		}
	}
}

static u32 parse_number(char **pos, u32 line, u32 max)
{
	char *begin = *pos + 1;
	unsigned long long number = simple_strtoull(begin, pos, 10);

	if (**pos == 0 || begin[-1] != ' ' || *pos == begin || number > max)
		panic("trace, line %u: a number up to %u is missing", line, max);
	return (u32)number;
}

/* One line, of which @pos is the start. Return: the start of the next one. */
static char *parse_line(char *pos, u32 line, u32 *nr)
{
	struct trace_op *op = &ops[*nr];

	if (*pos == '#' || *pos == '\n')
		return strchrnul(pos, '\n') + 1;
	if (*nr == MAX_OPS)
		panic("trace, line %u: more than %u operations", line, MAX_OPS);
	op->what = *pos++;
	if (op->what != 'a' && op->what != 'f' && op->what != 'r')
		panic("trace, line %u: neither a, f nor r", line);
	op->slot = parse_number(&pos, line, MAX_SLOTS - 1);
	if (op->what != 'f')
		op->size = max(parse_number(&pos, line, KMALLOC_MAX_SIZE), 1U);
	if (*pos != '\n')
		panic("trace, line %u: something behind the numbers", line);
	if (held[op->slot] != (op->what != 'a'))
		panic("trace, line %u: slot %u is %s", line, op->slot,
		      held[op->slot] ? "taken" : "empty");
	held[op->slot] = op->what != 'f';
	(*nr)++;
	return pos + 1;
}

static void run_replay(void)
{
	u32 len = 0, nr = 0, line = 0;
	ssize_t got;
	char *pos;

	while ((got = read(0, text + len, MAX_TEXT - 2 - len)) > 0)
		len += (u32)got;
	if (got < 0 || len == MAX_TEXT - 2)
		panic("trace: %s", got < 0 ? "cannot be read" : "too long, more than 16 MiB");
	text[len] = '\n';
	for (pos = text; pos <= text + len;)
		pos = parse_line(pos, ++line, &nr);
	if (!nr)
		panic("trace: no operation in it");
	bench_replay(nr);
	printk("ops %u\n", nr);
}

/*
 * The program
 */

static u32 argument(char **argv, int argc, int i, u32 max)
{
	unsigned int number;

	if (i >= argc || kstrtouint(argv[i], 10, &number) || number > max)
		panic("usage: WORKLOAD ARENA_KIB RESERVE_KIB [ARGUMENT]...; argument %d: a number up to %u",
		      i, max);
	return number;
}

static void run(const char *what, char **argv, int argc)
{
	if (!strcmp(what, "pair"))
		run_pair(argument(argv, argc, 4, KMALLOC_MAX_SIZE),
			 argument(argv, argc, 5, INT_MAX));
	else if (!strcmp(what, "constant"))
		run_constant(argument(argv, argc, 4, INT_MAX));
	else if (!strcmp(what, "cache"))
		run_cache(argument(argv, argc, 4, KMALLOC_MAX_SIZE),
			  argument(argv, argc, 5, INT_MAX));
	else if (!strcmp(what, "slots"))
		bench_slots(argument(argv, argc, 4, MAX_SLOTS), argument(argv, argc, 5, INT_MAX));
	else if (!strcmp(what, "live"))
		run_live(argument(argv, argc, 4, MAX_SLOTS), argument(argv, argc, 5, INT_MAX));
	else if (!strcmp(what, "pages"))
		run_pages();
	else if (!strcmp(what, "replay"))
		run_replay();
	else
		panic("no such workload: %s", what);
}

static void memory_init(size_t ram, u32 reserve_kib)
{
	lift_make_ram(ram);
	memblock_add(0, ram);
	memblock_reserve(0, PAGE_SIZE);
	free_area_init();
	memblock_free_all();
	if (reserve_kib != UINT_MAX)
		user_min_free_kbytes = (int)reserve_kib;
	init_per_zone_wmark_min();
	kmem_cache_init();
}

int __libc main(int argc, char **argv);

int __libc main(int argc, char **argv)
{
	unsigned long free_pages;
	u32 reserve;

	reserve = argc > 3 && !strcmp(argv[3], "-") ? UINT_MAX : argument(argv, argc, 3, 1U << 18);
	memory_init((size_t)argument(argv, argc, 2, 1U << 20) << 10, reserve);
	mm_quiesce();
	free_pages = nr_free_pages();
	run(argv[1], argv, argc);
	printk("peak_bytes %zu\nslab_pages %lu\n", peak_bytes, slab_nr_pages());

	free_all_slots();
	mm_quiesce();
	return lift_nr_bugs || nr_free_pages() != free_pages || !page_alloc_check() ||
	       !slab_check();
}
