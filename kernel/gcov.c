/* SPDX-License-Identifier: MIT */
/*
 * Which lines have run.
 *
 * With -fprofile-arcs gcc adds a counter to the branches of a function, and with
 * -fprofile-info-section it leaves the address of each object file's description of its
 * counters in a section of its own, .gcov_info. From such a description libgcov makes the
 * .gcda file that gcov reads; of all of libgcov only that function is linked in, since
 * the rest wants files. The counters are not atomic: one that an interrupt handler raises at
 * the same time may miss one.
 *
 * What is written is a series of records: a tag of four bytes, a length of four, and that many
 * bytes. FILE holds the name of a .gcda file, DATA a part of its content, DONE ends it all.
 * tools/coverage.py reads it.
 *
 * Reference: GCC manual, 10.6 (gcov in freestanding environments).
 */
#include <kernel/gcov.h>
#include <kernel/bug.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <arch/coverage.h>

/* libgcov is compiled for arguments on the stack. */
#define __libgcov __attribute__((__regparm__(0)))

struct gcov_info;

extern const struct gcov_info *const __gcov_info_start[], *const __gcov_info_end[];

void __libgcov __gcov_info_to_gcda(
	const struct gcov_info *info, void (*__libgcov name)(const char *name, void *arg),
	void (*__libgcov data)(const void *data, unsigned int size, void *arg),
	void *(*__libgcov alloc)(unsigned int size, void *arg), void *arg);

static void write_record(const char *tag, const void *data, u32 size)
{
	arch_coverage_write(tag, 4);
	arch_coverage_write(&size, sizeof(size));
	arch_coverage_write(data, size);
}

/* libgcov passes a word or two at a time; they are gathered here. */
static char part[512];
static u32 part_size;

static void flush_part(void)
{
	write_record("DATA", part, part_size);
	part_size = 0;
}

static void __libgcov begin_file(const char *name, void *arg __unused)
{
	write_record("FILE", name, (u32)strlen(name));
}

static void __libgcov add_data(const void *data, unsigned int size, void *arg __unused)
{
	while (size) {
		u32 n = min_t(u32, size, sizeof(part) - part_size);

		memcpy(part + part_size, data, n);
		part_size += n;
		data = (const char *)data + n;
		size -= n;
		if (part_size == sizeof(part))
			flush_part();
	}
}

void gcov_dump(void)
{
	const struct gcov_info *const *info;

	for (info = __gcov_info_start; info < __gcov_info_end; info++) {
		__gcov_info_to_gcda(*info, begin_file, add_data, NULL, NULL);
		flush_part();
	}
	write_record("DONE", NULL, 0);
}

/*
 * What that one function, and each description, refer to, for the sake of counters of other
 * kinds and of merging files: never called.
 */

void abort(void);
void *mmap64(void);
void __gcov_merge_add(void);

void abort(void)
{
	panic("libgcov gives up");
}

void *mmap64(void)
{
	panic("libgcov wants memory");
}

void __gcov_merge_add(void)
{
	panic("libgcov wants to merge");
}
