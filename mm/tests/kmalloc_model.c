/* SPDX-License-Identifier: MIT */
/*
 * kmalloc() and its kin against a model: a table of pieces of memory, each with the size
 * that was asked for and a pattern that fills it.
 *
 * Each world has caches of its own behind kmalloc(), so that nobody else's objects are in
 * them, and where a piece lies in its slab is the same on every machine. The room that a
 * size gets follows from mm/kmalloc_sizes.h, and from powers of two pages above. Pieces
 * are aligned as promised and share no byte. Whatever is to be zero is, copies are, a
 * piece that krealloc() moves or leaves keeps what it held, and after a request that
 * failed all is as it was.
 *
 * Compared after each operation: the address, the room, the contents. Every few: all
 * contents, the number of live objects of each class, kmem_cache_check().
 *
 * Not in the model: DMA memory, kvmalloc(), what is reported as a caller's mistake.
 */
#include <kernel/lib/errno.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <mm/tests/models.h>
#include <mm/slab_internal.h>

#define MAX_PIECES 256
#define MAX_BYTES  (1UL << 20) /* in all of them */
#define MAX_LARGE  (32 * PAGE_SIZE)
#define MAX_BULK   32
#define FILLED     96U /* bytes at either end of a piece that carry its pattern */
#define PLENTY     512 /* so many pages are free wherever memory does not run out */

/* @room: bytes that may be used; @idx: its class, NR_KMALLOC_CLASSES if it is of pages */
static struct piece {
	u8 *addr;
	size_t size;
	size_t room;
	unsigned int idx;
	u32 pattern;
} pieces[MAX_PIECES];

static unsigned int nr_pieces;
static size_t nr_bytes;
static u32 nr_patterns;

static const unsigned int class_sizes[NR_KMALLOC_CLASSES] = {
#define KMALLOC_CLASS(bytes) bytes,
#include <mm/kmalloc_sizes.h>
};

static struct kmem_cache *real_caches[NR_KMALLOC_CLASSES]; /* all NULL: they are in place */

static char source[600]; /* of copies */

/* ---- The model -------------------------------------------------------------------------- */

static unsigned int class_of(size_t size)
{
	unsigned int idx = 0;

	while (idx < NR_KMALLOC_CLASSES && class_sizes[idx] < size)
		idx++;
	return idx;
}

static size_t room_of(size_t size)
{
	size_t room = PAGE_SIZE;

	if (class_of(size) < NR_KMALLOC_CLASSES)
		return class_sizes[class_of(size)];
	while (room < size)
		room *= 2;
	return room;
}

/* The pattern's byte @i. */
static u8 byte_of(u32 pattern, size_t i)
{
	return (u8)((pattern >> i % 4 * 8) + i);
}

static void fill(struct piece *piece)
{
	size_t i;

	piece->pattern = ++nr_patterns * 0x9E3779B1U;
	for (i = 0; i < piece->size; i++) {
		if (i == FILLED && piece->size > 2 * FILLED)
			i = piece->size - FILLED;
		piece->addr[i] = byte_of(piece->pattern, i);
	}
}

/* Do the first @size bytes hold what fill() wrote? */
static bool holds(const struct piece *piece, const u8 *addr, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		if (i == FILLED && piece->size > 2 * FILLED)
			i = piece->size - FILLED;
		if (i < size && addr[i] != byte_of(piece->pattern, i))
			return false;
	}
	return true;
}

static bool is_zero(const u8 *addr, size_t from, size_t to)
{
	return from >= to || !memchr_inv(addr + from, 0, to - from);
}

static bool overlaps_any(const u8 *addr, size_t room, const struct piece *but)
{
	const struct piece *piece;

	for (piece = pieces; piece < pieces + nr_pieces; piece++)
		if (piece != but && addr < piece->addr + piece->room && piece->addr < addr + room)
			return true;
	return false;
}

/* ---- Comparing ---------------------------------------------------------------------------- */

/* Where a piece lies in its slab, or how many pages it has. */
static void digest_piece(struct model_run *run, const struct piece *piece)
{
	struct kmem_cache *cachep;

	model_digest_add(run, (u32)piece->size);
	if (piece->idx == NR_KMALLOC_CLASSES)
		return;
	cachep = kmalloc_caches[KMALLOC_NORMAL][piece->idx];
	model_digest_add(run,
			 (u32)((unsigned long)piece->addr & ((PAGE_SIZE << cachep->gfporder) - 1)));
}

/* Memory of @size bytes has been handed out at @addr, and is @piece from now on. */
static void receive(struct model_run *run, struct piece *piece, void *addr, size_t size)
{
	*piece = (struct piece){
		.addr = addr, .size = size, .room = room_of(size), .idx = class_of(size)};
	MODEL_TRUE(run, IS_ALIGNED((unsigned long)addr, ARCH_KMALLOC_MINALIGN));
	if (!(size & (size - 1)))
		MODEL_TRUE(run, IS_ALIGNED((unsigned long)addr, size));
	MODEL_TRUE(run, !overlaps_any(addr, piece->room, piece));
	if (piece->idx < NR_KMALLOC_CLASSES)
		MODEL_TRUE(run, virt_to_page(addr)->slab_cache ==
					kmalloc_caches[KMALLOC_NORMAL][piece->idx]);
	digest_piece(run, piece);
	fill(piece);
}

static void compare(struct model_run *run)
{
	unsigned int nr_live[NR_KMALLOC_CLASSES + 1] = {}, idx;
	const struct piece *piece;

	for (piece = pieces; piece < pieces + nr_pieces; piece++) {
		MODEL_TRUE(run, holds(piece, piece->addr, piece->size));
		nr_live[piece->idx]++;
	}
	for (idx = 0; idx < NR_KMALLOC_CLASSES; idx++) {
		struct kmem_cache *cachep = kmalloc_caches[KMALLOC_NORMAL][idx];

		MODEL_EQ(run, slab_count_live(cachep), nr_live[idx]);
		MODEL_TRUE(run, kmem_cache_check(cachep));
		model_digest_add(run, cache_node(cachep)->nr_slabs << 8 | nr_live[idx]);
	}
}

/* ---- Allocating ----------------------------------------------------------------------------- */

static gfp_t random_gfp(struct model_run *run)
{
	return (model_one_in(run, 4) ? GFP_ATOMIC : GFP_KERNEL) | __GFP_NOWARN;
}

/* Mostly what a cache has, now and then whole pages. */
static size_t random_size(struct model_run *run)
{
	if (model_one_in(run, 24))
		return model_size(run, MAX_LARGE);
	return model_size(run, model_one_in(run, 4) ? KMALLOC_MAX_CACHE_SIZE + 1 : 600);
}

/* The piece to be: memory has come, or could not. Return: NULL when it could not. */
static struct piece *take(struct model_run *run, void *addr, size_t size)
{
	struct piece *piece = &pieces[nr_pieces];

	if (!addr) {
		MODEL_TRUE(run, nr_free_pages() < PLENTY);
		return NULL;
	}
	if (!size) {
		MODEL_TRUE(run, addr == ZERO_SIZE_PTR);
		return NULL;
	}
	receive(run, piece, addr, size);
	nr_pieces++;
	nr_bytes += piece->room;
	return piece;
}

static bool has_room_for(size_t size)
{
	return nr_pieces < MAX_PIECES && nr_bytes + room_of(size) <= MAX_BYTES;
}

static void do_alloc(struct model_run *run)
{
	size_t size = random_size(run);
	gfp_t gfp = random_gfp(run);

	if (!has_room_for(size))
		return;
	if (model_one_in(run, 3))
		take(run, kmalloc_node(size, gfp, 0), size);
	else if (model_one_in(run, 3))
		take(run, krealloc(NULL, size, gfp), size);
	else
		take(run, kmalloc(size, gfp), size);
}

/* A size that the compiler knows takes another way. */
static void do_alloc_constant(struct model_run *run)
{
	gfp_t gfp = random_gfp(run);

	if (!has_room_for(PAGE_SIZE * 4))
		return;
	switch (model_choose(run, 8)) {
	case 0:
		take(run, kmalloc(0, gfp), 0);
		break;
	case 1:
		take(run, kmalloc(1, gfp), 1);
		break;
	case 2:
		take(run, kmalloc(96, gfp), 96);
		break;
	case 3:
		take(run, kmalloc(97, gfp), 97);
		break;
	case 4:
		take(run, kmalloc(1000, gfp), 1000);
		break;
	case 5:
		take(run, kmalloc(8192, gfp), 8192);
		break;
	case 6:
		take(run, kmalloc(8193, gfp), 8193);
		break;
	default:
		take(run, kmalloc_array(5, 24, gfp), 120);
	}
}

static void do_alloc_zeroed(struct model_run *run)
{
	unsigned int n = 1 + model_choose(run, 8);
	size_t size = random_size(run) / n;
	gfp_t gfp = random_gfp(run);
	u8 *addr;

	if (!has_room_for(n * size))
		return;
	if (model_one_in(run, 3))
		addr = kzalloc(n * size, gfp);
	else if (model_one_in(run, 2))
		addr = kzalloc_node(n * size, gfp, 0);
	else
		addr = kcalloc(n, size, gfp);
	if (!ZERO_OR_NULL_PTR(addr))
		MODEL_TRUE(run, is_zero(addr, 0, n * size));
	take(run, addr, n * size);
}

static void do_copy(struct model_run *run)
{
	size_t len = model_choose(run, sizeof(source) - 1),
	       most = model_choose(run, sizeof(source));
	gfp_t gfp = random_gfp(run);
	size_t end = len;
	char last = source[end];
	size_t size;
	char *copy;

	if (!has_room_for(sizeof(source)))
		return;
	source[len] = '\0';
	switch (model_choose(run, 3)) {
	case 0:
		size = len + 1;
		copy = kstrdup(source, gfp);
		break;
	case 1:
		len = min(len, most);
		size = len + 1;
		copy = kstrndup(source, most, gfp);
		break;
	default:
		size = len;
		copy = kmemdup(source, len, gfp);
	}
	if (!ZERO_OR_NULL_PTR(copy)) {
		MODEL_TRUE(run, !memcmp(copy, source, len));
		MODEL_TRUE(run, size == len || !copy[len]);
	}
	source[end] = last;
	take(run, copy, size);
}

/* What cannot be had: too much, a product that overflows, a copy of nothing. */
static void do_refused(struct model_run *run)
{
	gfp_t gfp = random_gfp(run);
	size_t n = 2 + model_choose(run, 1000);

	switch (model_choose(run, 5)) {
	case 0:
		MODEL_TRUE(run, !kmalloc(KMALLOC_MAX_SIZE + n, gfp));
		break;
	case 1:
		MODEL_TRUE(run, !kmalloc_array(n, (size_t)-1 / n + 1, gfp));
		break;
	case 2:
		MODEL_TRUE(run, !kcalloc((size_t)-1 / n + 1, n, gfp));
		break;
	case 3:
		MODEL_TRUE(run, !kstrdup(NULL, gfp) && !kstrndup(NULL, n, gfp));
		break;
	default:
		n = random_size(run);
		fail_nth_set(0);
		if (n)
			MODEL_TRUE(run, !kmalloc(n, gfp));
		MODEL_EQ(run, fail_nth_clear(), n != 0);
	}
}

/* ---- Resizing and freeing ---------------------------------------------------------------------- */

static struct piece *any_piece(struct model_run *run)
{
	return nr_pieces ? &pieces[model_choose(run, nr_pieces)] : NULL;
}

static void remove_piece(struct piece *piece)
{
	nr_bytes -= piece->room;
	*piece = pieces[--nr_pieces];
}

/* A piece that has the room stays; else it moves, and takes its contents along. */
static void resized(struct model_run *run, struct piece *piece, u8 *addr, size_t size, gfp_t gfp)
{
	struct piece old = *piece;

	MODEL_TRUE(run, holds(&old, addr, min(old.size, size)));
	if (size <= old.room) {
		MODEL_TRUE(run, addr == old.addr);
		piece->size = size;
		fill(piece);
		return;
	}
	MODEL_TRUE(run, !(gfp & __GFP_ZERO) || is_zero(addr, old.room, size));
	nr_bytes -= old.room;
	receive(run, piece, addr, size);
	nr_bytes += piece->room;
}

static void do_resize(struct model_run *run)
{
	struct piece *piece = any_piece(run);
	size_t size = random_size(run);
	gfp_t gfp = random_gfp(run);
	bool fails = model_one_in(run, 8);
	u8 *addr;

	if (!piece || nr_bytes + room_of(size) > MAX_BYTES)
		return;
	if (model_one_in(run, 4))
		gfp |= __GFP_ZERO;
	if (!size) {
		MODEL_TRUE(run, krealloc(piece->addr, 0, gfp) == ZERO_SIZE_PTR);
		remove_piece(piece);
		return;
	}
	if (fails)
		fail_nth_set(0);
	addr = krealloc(piece->addr, size, gfp);
	if (fails)
		MODEL_EQ(run, fail_nth_clear(), size > piece->room);
	if (addr) {
		MODEL_TRUE(run, !fails || size <= piece->room);
		resized(run, piece, addr, size, gfp);
		return;
	}
	MODEL_TRUE(run, size > piece->room && (fails || nr_free_pages() < PLENTY));
	MODEL_TRUE(run, holds(piece, piece->addr, piece->size));
}

static void do_free(struct model_run *run)
{
	struct piece *piece = any_piece(run);

	if (!piece)
		return;
	MODEL_TRUE(run, holds(piece, piece->addr, piece->size));
	kfree(piece->addr);
	remove_piece(piece);
}

static void do_free_bulk(struct model_run *run)
{
	unsigned int nr = model_choose(run, MAX_BULK + 1), i;
	void *p[MAX_BULK];

	for (i = 0; i < nr; i++) {
		struct piece *piece = any_piece(run);

		p[i] = piece ? piece->addr : NULL;
		if (piece && model_one_in(run, 16))
			p[i] = ZERO_SIZE_PTR;
		else if (piece)
			remove_piece(piece);
	}
	kfree_bulk(nr, p);
}

static void do_free_many(struct model_run *run)
{
	unsigned int nr = model_size(run, nr_pieces);

	while (nr--)
		do_free(run);
}

/* All of the room is the owner's, once he has asked. */
static void do_ask(struct model_run *run)
{
	struct piece *piece = any_piece(run);

	MODEL_EQ(run, ksize(NULL), 0);
	MODEL_EQ(run, ksize(ZERO_SIZE_PTR), 0);
	if (!piece)
		return;
	MODEL_TRUE(run, holds(piece, piece->addr, piece->size));
	MODEL_EQ(run, ksize(piece->addr), piece->room);
	piece->size = piece->room;
	fill(piece);
}

static void do_shrink(struct model_run *run)
{
	unsigned int idx = model_choose(run, NR_KMALLOC_CLASSES), nr = 0, i;

	for (i = 0; i < nr_pieces; i++)
		nr += pieces[i].idx == idx;
	MODEL_EQ(run, kmem_cache_shrink(kmalloc_caches[KMALLOC_NORMAL][idx]), nr != 0);
}

static const struct model_step steps[] = {
	{40, do_alloc}, {8, do_alloc_constant}, {12, do_alloc_zeroed},
	{12, do_copy},  {3, do_refused},        {20, do_resize},
	{52, do_free},  {2, do_free_bulk},      {1, do_free_many},
	{8, do_ask},    {1, do_shrink},
};

/* ---- Worlds -------------------------------------------------------------------------------------- */

/* What kmalloc() promises of objects of so many bytes. */
static size_t class_align(size_t size)
{
	return size & (size - 1) ? ARCH_KMALLOC_MINALIGN : max(size, (size_t)ARCH_KMALLOC_MINALIGN);
}

static void make_world(struct model_run *run)
{
	static struct kmem_cache *made[NR_KMALLOC_CLASSES];
	unsigned int idx;

	nr_pieces = 0;
	nr_bytes = 0;
	for (idx = 0; idx < NR_KMALLOC_CLASSES; idx++) {
		made[idx] =
			kmem_cache_create("kmalloc-model", class_sizes[idx],
					  class_align(class_sizes[idx]), SLAB_KMALLOC, NULL, NULL);
		MODEL_TRUE(run, made[idx]);
	}
	memcpy(real_caches, kmalloc_caches[KMALLOC_NORMAL], sizeof(real_caches));
	memcpy(kmalloc_caches[KMALLOC_NORMAL], made, sizeof(made));
}

void kmalloc_model_abandon(void)
{
	struct kmem_cache *made[NR_KMALLOC_CLASSES];
	unsigned int idx;

	fail_nth_clear();
	if (!real_caches[0])
		return;
	while (nr_pieces)
		kfree(pieces[--nr_pieces].addr);
	memcpy(made, kmalloc_caches[KMALLOC_NORMAL], sizeof(made));
	memcpy(kmalloc_caches[KMALLOC_NORMAL], real_caches, sizeof(real_caches));
	memset(real_caches, 0, sizeof(real_caches));
	for (idx = 0; idx < NR_KMALLOC_CLASSES; idx++)
		if (!slab_count_live(made[idx])) /* a mismatch may leave an object to nobody */
			kmem_cache_destroy(made[idx]);
}

static void end_world(struct model_run *run __unused)
{
	kmalloc_model_abandon();
}

static const struct model_world world = {
	MODEL_STEPS(steps), .every = 256, .make = make_world, .compare = compare, .end = end_world,
};

void kmalloc_model_run(struct model_run *run)
{
	unsigned int i;

	for (i = 0; i < sizeof(source); i++)
		source[i] = (char)(i % 127 + 1);
	model_play(run, &world);
}
