/* SPDX-License-Identifier: MIT */
/*
 * Playing by hand, through the monitor's lines: what is allocated is there, what is freed
 * is gone, and what would break the kernel is refused. What somebody holds already stays
 * as it is: the suite looks at its own numbers alone.
 */
#include <kernel/kallsyms.h>
#include <kernel/printk.h>
#include <kernel/selftest.h>
#include <kernel/seq.h>
#include <kernel/monitor/monitor.h>
#include <kernel/lib/kstrtox.h>
#include <kernel/lib/vsprintf.h>
#include <arch/mmu.h>
#include <mm/highmem.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <mm/trace.h>
#include <mm/vmalloc.h>

static char said[2048];

static int __printf(1, 2) execute(const char *fmt, ...)
{
	struct seq_file m;
	char line[128];
	va_list args;

	va_start(args, fmt);
	vscnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	seq_open_buffer(&m, said, sizeof(said));
	return monitor_execute(&m, line);
}

/* number - behind @opening in what was said, in hex if @base says so */
static unsigned long number(struct kunit *test, const char *opening, unsigned int base)
{
	const char *at = strstr(said, opening);

	KUNIT_ASSERT_NOT_NULL(test, at);
	return (unsigned long)simple_strtoull(at + strlen(opening), NULL, base);
}

/* hold - alloc, which must succeed. Return: the number. */
static unsigned int hold(struct kunit *test, const char *words)
{
	KUNIT_ASSERT_EQ(test, execute("alloc %s", words), 0);
	KUNIT_ASSERT_EQ(test, said[0], '#');
	return (unsigned int)number(test, "#", 10);
}

/* let_go - free, which must say nothing, and then the number is nobody's */
static void let_go(struct kunit *test, unsigned int n)
{
	char opening[8];

	KUNIT_EXPECT_EQ(test, execute("free #%u", n), 0);
	KUNIT_EXPECT_STREQ(test, said, "");
	execute("held");
	scnprintf(opening, sizeof(opening), "#%-3u ", n);
	KUNIT_EXPECT_NULL(test, strstr(said, opening));
	KUNIT_EXPECT_EQ(test, execute("free #%u", n), -EINVAL);
}

static void pages_are_held(struct kunit *test)
{
	unsigned int n = hold(test, "page 2");
	unsigned long pfn = number(test, "order 2, pfn ", 0);
	struct page *page = pfn_to_page(pfn);

	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	KUNIT_EXPECT_EQ(test, page_alloc_order(page), 2);
	KUNIT_EXPECT_FALSE(test, PageHighMem(page));
	let_go(test, n);
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 0);
}

static void flags_are_obeyed(struct kunit *test)
{
	unsigned int n = hold(test, "page dma zero");
	char *addr;

	KUNIT_EXPECT_NOT_NULL(test, strstr(said, "zone DMA"));
	addr = (char *)number(test, ", at ", 16);
	KUNIT_EXPECT_NULL(test, memchr_inv(addr, 0, PAGE_SIZE));
	let_go(test, n);

	n = hold(test, "page 1 highmem comp");
	KUNIT_EXPECT_TRUE(test, PageHead(pfn_to_page(number(test, "order 1, pfn ", 0))));
	if (contig_page_data.node_zones[ZONE_HIGHMEM].managed_pages > 100)
		KUNIT_EXPECT_NOT_NULL(test, strstr(said, "zone HighMem, no address"));
	let_go(test, n);
}

static void objects_and_areas_are_held(struct kunit *test)
{
	unsigned int kmalloc_nr = hold(test, "kmalloc 100 atomic");
	const void *object = (void *)number(test, "100 bytes at ", 16);
	unsigned int vmalloc_nr;
	const char *area;

	KUNIT_EXPECT_GE(test, ksize(object), 100);
	vmalloc_nr = hold(test, "vmalloc 64K");
	area = (char *)number(test, "65536 bytes at ", 16);
	KUNIT_EXPECT_NOT_NULL(test, find_vm_area(area));
	execute("held");
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, "kmalloc  100 bytes at "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, "vmalloc  65536 bytes at "));
	KUNIT_EXPECT_EQ(test, execute("free #%u %u", kmalloc_nr, vmalloc_nr), 0);
	KUNIT_EXPECT_NULL(test, find_vm_area(area));
}

/* A page that is mapped stays: the allocator would report its being freed. */
static void mapped_pages_are_not_freed(struct kunit *test)
{
	unsigned int page_nr = hold(test, "page highmem"), map_nr;
	struct page *page = pfn_to_page(number(test, "order 0, pfn ", 0));
	char words[16];

	scnprintf(words, sizeof(words), "kmap #%u", page_nr);
	map_nr = hold(test, words);
	KUNIT_EXPECT_PTR_EQ(test, (void *)number(test, ", at ", 16), page_address(page));
	execute("free #%u", page_nr);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, "free that first"));
	KUNIT_EXPECT_EQ(test, page_ref_count(page), 1);
	let_go(test, map_nr);
	let_go(test, page_nr);
}

static void caches_are_made_and_destroyed(struct kunit *test)
{
	unsigned int n;

	KUNIT_EXPECT_EQ(test, execute("cache create played 72"), 0);
	KUNIT_EXPECT_STREQ(test, said, "cache played: objects of 72 bytes\n");
	execute("cache create played 72");
	KUNIT_EXPECT_STREQ(test, said, "a cache is called played already\n");
	execute("cache create kmalloc-64 64");
	KUNIT_EXPECT_STREQ(test, said, "a cache is called kmalloc-64 already\n");
	execute("cache");
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, "played                72 bytes\n"));

	n = hold(test, "object played");
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, "of cache played, at "));
	execute("cache destroy played");
	KUNIT_EXPECT_STREQ(test, said, "objects of it are held: free them first\n");
	let_go(test, n);
	execute("cache destroy played");
	KUNIT_EXPECT_STREQ(test, said, "");
	execute("cache destroy played");
	KUNIT_EXPECT_STREQ(test, said, "no cache called played was made here\n");
	execute("cache destroy kmalloc-64");
	KUNIT_EXPECT_STREQ(test, said, "no cache called kmalloc-64 was made here\n");
	KUNIT_EXPECT_EQ(test, execute("alloc object kmalloc-64"), 0);
	KUNIT_EXPECT_STREQ(test, said, "no cache of that name was made here; see \"cache\"\n");
}

/* Lines that must be answered with the usage, and change nothing. */
static const char *const senseless_lines[] = {
	"alloc",
	"alloc nothing",
	"alloc page 11",
	"alloc page -1",
	"alloc page 1 2",
	"alloc page 0x99999999999",
	"alloc page highmm",
	"alloc kmalloc",
	"alloc kmalloc 0",
	"alloc kmalloc 99999999999999999999",
	"alloc kmalloc 17179869184G",
	"alloc kmalloc x",
	"alloc vmalloc",
	"alloc vmalloc 0",
	"alloc vmalloc 64K nonsense",
	"alloc object",
	"alloc kmap",
	"alloc ioremap 0xb8000",
	"alloc ioremap 0xb8000 0",
	"alloc ioremap x 1",
	"free",
	"free #0",
	"free #129",
	"free #99999999999",
	"free #",
	"free x",
	"free #-1",
	"held x",
	"cache create",
	"cache create x",
	"cache create x 0",
	"cache create x 99M",
	"cache create x 8 3",
	"cache create x 8 8K",
	"cache create aNameThatIsLongerThanAnyMayBe 8",
	"cache destroy",
	"cache nonsense",
	"cache create x 8 8 8",
	"peek",
	"peek x",
	"peek 0 0",
	"peek 0 65537",
	"peek 0 1 1",
	"poke",
	"poke 0",
	"poke 0 x",
	"poke 0 1 3",
	"poke 0 256 1",
	"poke 0 65536 2",
	"poke x 1",
	"call",
	"call nosuchfunction",
	"call printk nosuchfunction",
	"soak",
	"soak 0",
	"soak -1",
	"soak 99999999999999999999",
	"soak 1 x",
	"soak 1 1 1",
	"explain",
	"explain x",
	"explain 1 2",
	"page",
	"page x",
	"pagewalk",
	"pagewalk x",
	"slabtop x",
	"slabtop cc",
	"slabinfo a b",
	"meminfo 1",
	"check all",
	"test a b",
	"trace x",
	"trace on 0",
	"trace on 3",
	"trace on 99999999999",
	"trace on 16 16",
	"trace off x",
	"trace show x",
	"trace dump x",
	"trace clear x",
};

static void senseless_desc(const char *const *line, char *desc)
{
	strscpy(desc, *line, KUNIT_PARAM_DESC_SIZE);
	for (; *desc; desc++)
		if (*desc == '#')
			*desc = 'n';
}
KUNIT_ARRAY_PARAM(senseless, senseless_lines, senseless_desc)

static void senseless_lines_get_the_usage(struct kunit *test)
{
	const char *const *line = test->param_value;

	KUNIT_EXPECT_EQ(test, execute("%s", *line), -EINVAL);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, "usage: "));
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, "\nexample: "));
}

/* A word too many: what was recorded must not be lost by it. */
static void senseless_trace_lines_change_nothing(struct kunit *test)
{
	struct mm_trace_stats stats;

	mm_trace_get_stats(&stats);
	if (stats.entries)
		kunit_skip(test, "events are recorded already");
	KUNIT_ASSERT_EQ(test, execute("trace on 16"), 0);
	execute("trace off x");
	execute("trace clear x");
	execute("trace on 3");
	execute("trace on 32 x");
	mm_trace_get_stats(&stats);
	execute("trace clear");
	KUNIT_EXPECT_TRUE(test, stats.on);
	KUNIT_EXPECT_EQ(test, stats.entries, 16);
}

static void refused_requests_hold_nothing(struct kunit *test)
{
	execute("alloc kmalloc 1 highmem");
	KUNIT_EXPECT_STREQ(test, said,
			   "kmalloc gives addresses of low memory, and no compound pages\n");
	execute("alloc vmalloc 1 atomic");
	KUNIT_EXPECT_TRUE(test, str_has_prefix(said, "vmalloc may need page tables"));
	execute("alloc kmap #1000");
	KUNIT_EXPECT_STREQ(test, said, "#1000 is no number of pages that are held\n");
	KUNIT_EXPECT_WARN(test, "is RAM", execute("alloc ioremap 0x200000 1"));
	KUNIT_EXPECT_STREQ(test, said, "there is none: NULL\n");
}

/*
 * peek, poke, call
 */

static u8 bytes[20] = "peek me\n"; /* a name that the tests use, too */

static void memory_is_peeked(struct kunit *test)
{
	char line[160];

	KUNIT_EXPECT_EQ(test, execute("peek %px 8", bytes), 0);
	scnprintf(line, sizeof(line),
		  "%08lx: 70 65 65 6b 20 6d 65 0a                          peek me.\n",
		  (unsigned long)bytes);
	KUNIT_EXPECT_STREQ(test, said, line);
	KUNIT_EXPECT_EQ(test, execute("peek %px 20 | grep :", bytes), 0);
	scnprintf(line, sizeof(line), "\n%08lx: 00 00 00 00 ", (unsigned long)bytes + 16);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, line));
}

/* The end of an area, where its guard page begins. */
static void unreadable_memory_is_shown_as_such(struct kunit *test)
{
	char *area = vzalloc(PAGE_SIZE), line[128];

	KUNIT_ASSERT_NOT_NULL(test, area);
	execute("peek %px 8", area + PAGE_SIZE - 4);
	scnprintf(line, sizeof(line),
		  "%08lx: 00 00 00 00 .. .. .. ..                          ....    \n",
		  (unsigned long)area + PAGE_SIZE - 4);
	KUNIT_EXPECT_STREQ(test, said, line);
	execute("peek %px 1", area + PAGE_SIZE);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, ": fault: nothing can be read there\n"));
	/* The last byte of all is the last one shown. */
	execute("peek %#lx 0x10000", ULONG_MAX - 23);
	scnprintf(line, sizeof(line), "%08lx: fault", ULONG_MAX - 23);
	KUNIT_EXPECT_TRUE(test, str_has_prefix(said, line));
	scnprintf(line, sizeof(line), "\n%08lx: .. .. .. .. .. .. .. ..  ", ULONG_MAX - 7);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, line));
	KUNIT_EXPECT_NULL(test, strstr(said, "\n00000"));
	execute("peek %#lx 2", ULONG_MAX);
	scnprintf(line, sizeof(line), "\n%08lx: ..  ", ULONG_MAX);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, line));
	vfree(area);
}

static void memory_is_poked(struct kunit *test)
{
	static u32 words[2];
	static unsigned long word;
	char line[64];

	words[0] = 0x11223344;
	words[1] = 0x55667788;
	KUNIT_EXPECT_EQ(test, execute("poke %px 0xaabbccdd 4", words), 0);
	KUNIT_EXPECT_EQ(test, words[0], 0xaabbccdd);
	scnprintf(line, sizeof(line), "%08lx: 0xaabbccdd, was 0x11223344\n", (unsigned long)words);
	KUNIT_EXPECT_STREQ(test, said, line);
	execute("poke %px 1 2", words);
	KUNIT_EXPECT_EQ(test, words[0], 0xaabb0001);
	execute("poke %px 0xff 1", (u8 *)words + 3);
	KUNIT_EXPECT_EQ(test, words[0], 0xffbb0001);
	KUNIT_EXPECT_EQ(test, words[1], 0x55667788);
	word = ULONG_MAX;
	execute("poke %px 896", &word);
	KUNIT_EXPECT_EQ(test, word, 896);
}

static void what_cannot_be_written_is_told(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	char *area;

	KUNIT_ASSERT_NOT_NULL(test, page);
	area = vmap(&page, 1, VM_MAP, PAGE_KERNEL_RO);
	KUNIT_ASSERT_NOT_NULL(test, area);
	execute("poke %px 1", area + PAGE_SIZE);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, ": fault: nothing can be read there\n"));
	execute("poke %px 0x90 1", area);
	KUNIT_EXPECT_NOT_NULL(test, strstr(said, ": fault: it cannot be written\n"));
	KUNIT_EXPECT_EQ(test, *area, 0);
	if (virt_addr_valid(printk)) { /* a program's text is not the kernel's to protect */
		execute("poke printk 0x90 1");
		KUNIT_EXPECT_NOT_NULL(test, strstr(said, ": fault: it cannot be written\n"));
	}
	execute("poke 0 1");
	KUNIT_EXPECT_STREQ(test, said, "00000000: fault: nothing can be read there\n");
	vunmap(area);
	__free_page(page);
}

unsigned long play_sum(unsigned long a, unsigned long b, unsigned long c, unsigned long d,
		       unsigned long e, unsigned long f);

unsigned long noinline play_sum(unsigned long a, unsigned long b, unsigned long c, unsigned long d,
				unsigned long e, unsigned long f)
{
	return a + 10 * b + 100 * c + 1000 * d + 10000 * e + 100000 * f;
}

/* A variable number of arguments travels in another place than a fixed one. */
int __printf(1, 2) play_printf(const char *fmt, ...);

static char printed[32];

int noinline play_printf(const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vscnprintf(printed, sizeof(printed), fmt, args);
	va_end(args);
	return len;
}

static void variadic_functions_are_called(struct kunit *test)
{
	execute("call play_printf \"hello\"");
	KUNIT_EXPECT_STREQ(test, said, "play_printf returned 0x5 (5)\n");
	KUNIT_EXPECT_STREQ(test, printed, "hello");
	execute("call play_printf \"%%s %%d\" \"number\" 7");
	KUNIT_EXPECT_STREQ(test, printed, "number 7");
}

static noinline unsigned long play_static(unsigned long a)
{
	barrier();
	return a + 1;
}

/* clang may pass arguments to a static function where it likes. */
static void static_functions(struct kunit *test)
{
	unsigned long (*volatile static_function)(unsigned long a) = play_static;

	KUNIT_EXPECT_EQ(test, static_function(1), 2);
	execute("call play_static 7");
#ifdef __clang__
	KUNIT_EXPECT_STREQ(
		test, said,
		"play_static: not called: it is static, and clang calls those in a way of its own\n");
#else
	KUNIT_EXPECT_STREQ(test, said, "play_static returned 0x8 (8)\n");
#endif
}

static void functions_are_called(struct kunit *test)
{
	execute("call play_sum 1 2 3 4 5 6");
	KUNIT_EXPECT_STREQ(test, said, "play_sum returned 0x9fbf1 (654321)\n");
	execute("call %px 1 2 3 4", play_sum);
	KUNIT_EXPECT_STREQ(test, said, "play_sum returned 0x10e1 (4321)\n");
	execute("call kallsyms_lookup_name \"play_sum\"");
	KUNIT_EXPECT_EQ(test, number(test, "returned ", 0), (unsigned long)play_sum);
	execute("call nr_free_pages | grep returned");
	KUNIT_EXPECT_EQ(test, number(test, "returned ", 0), nr_free_pages());
}

struct refusal {
	const char *what, *why;
};

static const struct refusal refusals[] = {
	{"play_sum+1", "it is the middle of a function"},
	{"bytes", "no kernel text is there"},
	{"mem_map", "no kernel text is there"},
	{"0", "no kernel text is there"},
	{"0xc0000000", "no kernel text is there"},
	{"arch_longjmp", "it is assembly code, not a function"},
	{"arch_setjmp", "it is assembly code, not a function"},
	{"free_area_init", "it was freed when the kernel had started"},
};

static void refusal_desc(const struct refusal *r, char *desc)
{
	strscpy(desc, r->what, KUNIT_PARAM_DESC_SIZE);
}
KUNIT_ARRAY_PARAM(refusal, refusals, refusal_desc)

static void names_that_are_none_are_told(struct kunit *test)
{
	execute("call nothing");
	KUNIT_EXPECT_TRUE(test, str_has_prefix(said, "nothing: not called: nothing is called so\n"
						     "usage: call "));
	execute("call play_sum 1 nothing");
	KUNIT_EXPECT_TRUE(test,
			  str_has_prefix(said, "nothing: no number, and nothing is called so\n"
					       "usage: call "));
}

static void what_is_no_function_is_not_called(struct kunit *test)
{
	const struct refusal *r = test->param_value;
	char line[96];

	KUNIT_EXPECT_EQ(test, execute("call %s", r->what), 0);
	scnprintf(line, sizeof(line), "%s: not called: %s\n", r->what, r->why);
	KUNIT_EXPECT_STREQ(test, said, line);
}

static struct kunit_case play_test_cases[] = {
	KUNIT_CASE(pages_are_held),
	KUNIT_CASE(flags_are_obeyed),
	KUNIT_CASE(objects_and_areas_are_held),
	KUNIT_CASE(mapped_pages_are_not_freed),
	KUNIT_CASE(caches_are_made_and_destroyed),
	KUNIT_CASE_PARAM(senseless_lines_get_the_usage, senseless_gen_params),
	KUNIT_CASE(senseless_trace_lines_change_nothing),
	KUNIT_CASE(refused_requests_hold_nothing),
	KUNIT_CASE(memory_is_peeked),
	KUNIT_CASE(unreadable_memory_is_shown_as_such),
	KUNIT_CASE(memory_is_poked),
	KUNIT_CASE(what_cannot_be_written_is_told),
	KUNIT_CASE(functions_are_called),
	KUNIT_CASE(variadic_functions_are_called),
	KUNIT_CASE(static_functions),
	KUNIT_CASE(names_that_are_none_are_told),
	KUNIT_CASE_PARAM(what_is_no_function_is_not_called, refusal_gen_params),
	{},
};

static struct kunit_suite play_suite = {
	.name = "play",
	.test_cases = play_test_cases,
};
kunit_test_suite(play_suite);
