/* SPDX-License-Identifier: MIT */
/*
 * The views of the address space: every line of ptdump against a walk of its own,
 * page by page, and the layout against the constants.
 */
#include <mm/mm.h>
#include <kernel/selftest.h>
#include <kernel/seq.h>
#include <kernel/lib/kstrtox.h>
#include <kernel/lib/vsprintf.h>
#include <arch/mmu.h>

/* "0x%08lx-0x%08lx %9lu%c", and the columns behind it. */
#define COLUMNS_AT 32

/*
 * struct reading - of a dump, line by line
 * @at: where the next range must begin; @started, so that 0 at the end is told from the start
 * @last: the columns of the line before; "-" after a heading
 */
struct reading {
	struct kunit *test;
	unsigned long at;
	bool ended;
	char last[64];
	unsigned int ranges;
	unsigned int headings;
};

/* columns_of - what the dump should say of the page at @addr: the bits, walked here */
static void columns_of(unsigned long addr, char *buf, size_t size)
{
	pmd_t pmd = *pmd_off_k(addr);
	unsigned long bits, leaf;

	buf[0] = '\0';
	if (!pmd_present(pmd))
		return;
	bits = pmd_val(pmd);
	leaf = bits & _PAGE_PSE;
	if (!leaf) {
		pte_t pte = *pte_offset_kernel(pmd_off_k(addr), addr);

		if (!(pte_val(pte) & _PAGE_PRESENT))
			return;
		bits = pte_val(pte) & (pmd_val(pmd) | ~(_PAGE_RW | _PAGE_USER));
	}
	snprintf(buf, size, " %s %s %s %s %s %s x  %s", bits & _PAGE_USER ? "USR" : "   ",
		 bits & _PAGE_RW ? "RW" : "ro", bits & _PAGE_PWT ? "PWT" : "   ",
		 bits & _PAGE_PCD ? "PCD" : "   ", leaf ? "PSE" : "   ",
		 bits & _PAGE_GLOBAL ? "GLB" : "   ", leaf ? "pmd" : "pte");
}

/* check_range - each page of [start, end) is as the line says; @end 0 is the top */
static void check_range(struct reading *r, unsigned long start, unsigned long end,
			const char *columns)
{
	unsigned long addr = start;
	char want[64];

	do {
		pmd_t pmd = *pmd_off_k(addr);

		columns_of(addr, want, sizeof(want));
		if (strcmp(want, columns)) {
			KUNIT_FAIL(r->test, "at %#lx the dump says \"%s\", the tables \"%s\"", addr,
				   columns, want);
			return;
		}
		if (!pmd_present(pmd) || pmd_leaf(pmd))
			addr = pmd_addr_end(addr, end);
		else
			addr += PAGE_SIZE;
	} while (addr != end);
}

static unsigned long unit_bytes(char unit)
{
	return unit == 'K' ? 1UL << 10 : unit == 'M' ? 1UL << 20 : 1UL << 30;
}

static void read_line(void *private, const char *text, size_t len)
{
	struct reading *r = private;
	unsigned long start, end, size;
	char line[96];
	char *p;

	KUNIT_ASSERT_LT(r->test, len, sizeof(line));
	strscpy(line, text, sizeof(line));
	KUNIT_EXPECT_EQ(r->test, line[len - 1], '\n');
	line[len - 1] = '\0';
	if (line[0] == '-') {
		r->headings++;
		strscpy(r->last, "-", sizeof(r->last));
		return;
	}

	r->ranges++;
	start = (unsigned long)simple_strtoull(line, &p, 0);
	KUNIT_EXPECT_EQ(r->test, *p, '-');
	end = (unsigned long)simple_strtoull(p + 1, &p, 0);
	while (*p == ' ')
		p++;
	size = (unsigned long)simple_strtoull(p, &p, 10) * unit_bytes(*p);
	KUNIT_EXPECT_PTR_EQ(r->test, p, &line[COLUMNS_AT - 1]);

	/* No gap, no overlap, the size is right, and the neighbours differ. */
	KUNIT_EXPECT_FALSE(r->test, r->ended);
	KUNIT_EXPECT_EQ(r->test, start, r->at);
	KUNIT_EXPECT_EQ(r->test, end - start, size);
	KUNIT_EXPECT_TRUE(r->test, strcmp(&line[COLUMNS_AT], r->last) != 0);
	check_range(r, start, end, &line[COLUMNS_AT]);
	strscpy(r->last, &line[COLUMNS_AT], sizeof(r->last));
	r->at = end;
	r->ended = end == 0;
}

static void read_dump(struct kunit *test, struct reading *r, pgd_t *pgd)
{
	struct seq_file m;
	char buf[128];

	*r = (struct reading){.test = test, .last = "-"};
	seq_open_sink(&m, buf, sizeof(buf), read_line, r);
	show_ptdump(&m, pgd);
	seq_release(&m);
	KUNIT_EXPECT_TRUE(test, r->ended);
}

static void every_line_is_true(struct kunit *test)
{
	struct reading r;

	read_dump(test, &r, swapper_pg_dir);
	KUNIT_EXPECT_EQ(test, r.headings, 9U);
}

/* A page taken out and one made read-only appear as ranges of their own. */
static void changes_show(struct kunit *test)
{
	unsigned long addr = __get_free_pages(GFP_KERNEL, 2);
	struct reading before, with;

	KUNIT_ASSERT_NE(test, addr, 0UL);
	/* Split first, so that the page size is no reason for a line more. */
	KUNIT_EXPECT_EQ(test, set_memory_rw(addr, 4), 0);
	read_dump(test, &before, swapper_pg_dir);
	KUNIT_EXPECT_EQ(test, set_memory_ro(addr + PAGE_SIZE, 1), 0);
	KUNIT_EXPECT_EQ(test, set_memory_np(addr + 2 * PAGE_SIZE, 1), 0);
	read_dump(test, &with, swapper_pg_dir);
	KUNIT_EXPECT_EQ(test, with.ranges, before.ranges + 3);
	KUNIT_EXPECT_EQ(test, set_memory_p(addr + 2 * PAGE_SIZE, 1), 0);
	KUNIT_EXPECT_EQ(test, set_memory_rw(addr + PAGE_SIZE, 1), 0);
	read_dump(test, &with, swapper_pg_dir);
	KUNIT_EXPECT_EQ(test, with.ranges, before.ranges);
	free_pages(addr, 2);
}

/* Another directory with an empty user part reads the same. */
static void other_directories_are_dumped(struct kunit *test)
{
	pgd_t *pgd = pgd_alloc(NULL);
	struct reading own, other;

	KUNIT_ASSERT_NOT_NULL(test, pgd);
	read_dump(test, &own, swapper_pg_dir);
	read_dump(test, &other, pgd);
	KUNIT_EXPECT_EQ(test, other.ranges, own.ranges);
	pgd_free(NULL, pgd);
}

static void expect_area(struct kunit *test, const char *text, const char *name, unsigned long start,
			unsigned long end)
{
	char want[80];

	snprintf(want, sizeof(want), "%9s : 0x%08lx - 0x%08lx ", name, start, end);
	if (!strstr(text, want))
		KUNIT_FAIL(test, "the layout lacks \"%s\"", want);
}

static void layout_is_printed(struct kunit *test)
{
	static char text[1024];
	struct seq_file m;

	seq_open_buffer(&m, text, sizeof(text));
	show_layout(&m);
	KUNIT_EXPECT_FALSE(test, seq_has_overflowed(&m));
	expect_area(test, text, "fixmap", FIXADDR_START, FIXADDR_TOP);
	expect_area(test, text, "pkmap", 0xff800000, 0xffc00000);
	expect_area(test, text, "vmalloc", (unsigned long)high_memory + (8 << 20), 0xff7fe000);
	expect_area(test, text, "lowmem", 0xc0000000, (unsigned long)high_memory);
}

static struct kunit_case ptdump_cases[] = {
	KUNIT_CASE(every_line_is_true),
	KUNIT_CASE(changes_show),
	KUNIT_CASE(other_directories_are_dumped),
	KUNIT_CASE(layout_is_printed),
	{},
};

static struct kunit_suite ptdump_suite = {
	.name = "ptdump",
	.test_cases = ptdump_cases,
};
kunit_test_suite(ptdump_suite);
