/* SPDX-License-Identifier: MIT */
/*
 * The line editor, typed at, with a terminal of one row that keeps what is on it.
 */
#include <kernel/selftest.h>
#include <kernel/monitor/lineedit.h>

#define ROW_MAX 100

struct terminal {
	char row[ROW_MAX];
	unsigned int column;
	unsigned int bells;
	bool broken; /* the cursor left the row */
};

static void terminal_write(void *arg, const char *s, size_t len)
{
	struct terminal *t = arg;

	for (; len; s++, len--) {
		if (*s == '\a') {
			t->bells++;
		} else if (*s == '\n') {
			memset(t->row, 0, sizeof(t->row));
			t->column = 0;
		} else if (*s == '\b') {
			t->broken |= !t->column;
			t->column -= !!t->column;
		} else {
			t->broken |= t->column >= ROW_MAX - 1 || *s < ' ';
			t->row[t->column] = *s;
			t->column += t->column < ROW_MAX - 1;
		}
	}
}

static struct terminal terminal;
static struct line_editor editor;

static void begin_editing(void)
{
	memset(&terminal, 0, sizeof(terminal));
	line_editor_init(&editor, "> ", terminal_write, &terminal);
	line_editor_begin(&editor);
}

static enum line_state type(const char *s)
{
	enum line_state state = LINE_EDITING;

	for (; *s && state == LINE_EDITING; s++)
		state = line_editor_feed(&editor, (u8)*s);
	return state;
}

/* enter - a whole line, and begin the next */
static void enter(const char *s)
{
	type(s);
	line_editor_feed(&editor, '\n');
	line_editor_begin(&editor);
}

/* expect_line - the line, the cursor, and that the terminal shows just that */
static void expect_line(struct kunit *test, const char *line, unsigned int cursor)
{
	char shown[ROW_MAX];

	KUNIT_EXPECT_STREQ(test, editor.line, line);
	KUNIT_EXPECT_EQ(test, editor.length, strlen(line));
	KUNIT_EXPECT_EQ(test, editor.cursor, cursor);
	strscpy(shown, terminal.row, sizeof(shown));
	KUNIT_EXPECT_EQ(test, str_has_prefix(shown, "> "), 2);
	KUNIT_EXPECT_EQ(test, strncmp(shown + 2, line, strlen(line)), 0);
	/* Behind the line there are blanks at most. */
	KUNIT_EXPECT_EQ(test, shown[2 + strlen(line) + strspn(shown + 2 + strlen(line), " ")],
			'\0');
	KUNIT_EXPECT_EQ(test, terminal.column, 2 + cursor);
	KUNIT_EXPECT_FALSE(test, terminal.broken);
}

struct edit_case {
	const char *name, *typed, *line;
	unsigned int cursor;
};

static const struct edit_case edit_cases[] = {
	{"plain", "help", "help", 4},
	{"backspace", "helq\bp", "help", 4},
	{"delete as backspace", "helq\177p", "help", 4},
	{"backspace at the start", "\b\bhelp\001\b", "help", 0},
	{"insert in the middle", "hlp\002\002e", "help", 2},
	{"arrows", "hlp\033[D\033[De\033[C", "help", 3},
	{"arrows in keypad mode", "hlp\033OD\033ODe", "help", 2},
	{"arrows stop at the ends", "ab\033[C\033[C\033[D\033[D\033[D\033[D", "ab", 0},
	{"home and end", "elp\033[Hh\033[F!", "help!", 5},
	{"home and end, another terminal", "elp\033[1~h\033[4~!", "help!", 5},
	{"^A and ^E", "elp\001h\005!", "help!", 5},
	{"delete", "hxelp\001\006\033[3~", "help", 1},
	{"delete at the end", "help\004\033[3~", "help", 4},
	{"^U", "abc def\025", "", 0},
	{"^U in the middle", "abc def\002\002\002\025", "def", 0},
	{"^K", "abc def\002\002\002\013", "abc ", 4},
	{"^W", "test slab vmalloc\027", "test slab ", 10},
	{"Alt-backspace", "test slab vmalloc\033\177x", "test slab x", 11},
	{"Alt-^H", "test slab vmalloc\033\bx", "test slab x", 11},
	{"Alt-d", "test slab vmalloc\001\033d", " slab vmalloc", 0},
	{"Alt-d before blanks", "test  slab vmalloc\001\006\006\006\006\033d", "test vmalloc", 4},
	{"Alt-d at the end", "test\033d", "test", 4},
	{"Ctrl-delete", "test slab\001\033[3;5~", " slab", 0},
	{"back by words", "test slab vmalloc\033[1;5D\033bx", "test xslab vmalloc", 6},
	{"on by words", "test slab vmalloc\001\033[1;5C\033fx", "test slabx vmalloc", 10},
	{"by words, rxvt", "test slab\033Od\033Odx\033Ocy", "xtesty slab", 6},
	{"by words, with Alt", "test slab\033[1;3D\033[1;3Dx\033[1;3Cy", "xtesty slab", 6},
	{"by words stops at the ends", "ab\033f\033f\033b\033b\033b", "ab", 0},
	{"home and end of rxvt", "elp\033[7~h\033[8~!", "help!", 5},
	{"home and end in keypad mode", "elp\033OHh\033OF!", "help!", 5},
	{"^W behind blanks", "test slab   \027", "test ", 5},
	{"^W in a word", "test slab\002\002\027", "test ab", 5},
	{"^W to the start", "   \027\027", "", 0},
	{"^L", "abc\002\014", "abc", 2},
	{"control bytes", "a\000\007\020\021\034\037b", "a", 1}, /* ends at the 0 of C */
	{"bytes above ASCII", "a\200\303\244\377b", "ab", 2},
	{"unknown sequences", "a\033[5~\033[1;7C\033OP\033xb", "ab", 2},
	{"bytes that stand for keys inside", "a b\200\201\202\001\202", "a b", 0},
	{"a long sequence", "a\033[1111111111bc", "ac", 2},
	{"ESC ESC [ D", "ab\033\033[Dc", "acb", 2},
};

static void edit_desc(const struct edit_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}
KUNIT_ARRAY_PARAM(edit, edit_cases, edit_desc)

static void lines_are_edited(struct kunit *test)
{
	const struct edit_case *c = test->param_value;

	begin_editing();
	KUNIT_EXPECT_EQ(test, type(c->typed), LINE_EDITING);
	expect_line(test, c->line, c->cursor);
}

static void lines_end(struct kunit *test)
{
	begin_editing();
	KUNIT_EXPECT_EQ(test, type("help\r"), LINE_DONE);
	KUNIT_EXPECT_STREQ(test, editor.line, "help");
	/* The \n of a \r\n belongs to the line before. */
	line_editor_begin(&editor);
	KUNIT_EXPECT_EQ(test, type("\n"), LINE_EDITING);
	KUNIT_EXPECT_EQ(test, type("\n"), LINE_DONE);
	line_editor_begin(&editor);
	KUNIT_EXPECT_EQ(test, type("abc\003"), LINE_CANCELLED);
	line_editor_begin(&editor);
	expect_line(test, "", 0);
	/* ^C also gets out of a half-typed sequence. */
	KUNIT_EXPECT_EQ(test, type("a\033[\003"), LINE_CANCELLED);
}

static void long_lines_are_cut(struct kunit *test)
{
	char full[LINE_SIZE];
	unsigned int i;

	begin_editing();
	memset(full, 'x', sizeof(full) - 1);
	full[LINE_SIZE - 1] = '\0';
	for (i = 0; i < 1000; i++)
		type("x");
	expect_line(test, full, LINE_SIZE - 1);
	KUNIT_EXPECT_EQ(test, terminal.bells, 1000 - (LINE_SIZE - 1));
	type("\001y");
	expect_line(test, full, 0);
	type("\004z");
	full[0] = 'z';
	expect_line(test, full, 1);
}

/* A line that lost characters is no line to obey; one that was edited since is. */
static void cut_lines_are_refused(struct kunit *test)
{
	unsigned int i;

	begin_editing();
	for (i = 0; i < LINE_SIZE; i++)
		type("x");
	KUNIT_EXPECT_EQ(test, type("\n"), LINE_CUT);
	line_editor_begin(&editor);
	type("\033[A"); /* it is not kept */
	expect_line(test, "", 0);
	for (i = 0; i < LINE_SIZE; i++)
		type("y");
	KUNIT_EXPECT_EQ(test, type("\b\n"), LINE_DONE);
	line_editor_begin(&editor);
	for (i = 0; i < LINE_SIZE - 1; i++)
		type("z");
	KUNIT_EXPECT_EQ(test, type("\n"), LINE_DONE);
}

/* Whatever was changed, earlier lines included, is kept while others are looked at. */
static void edited_lines_are_kept(struct kunit *test)
{
	begin_editing();
	enter("one");
	enter("two");
	type("three\033[Ax\033[Ay");
	expect_line(test, "oney", 4);
	type("\033[B");
	expect_line(test, "twox", 4);
	type("\033[Bz");
	expect_line(test, "threez", 6);
	type("\033[A\033[A");
	expect_line(test, "oney", 4);
	KUNIT_EXPECT_EQ(test, type("\n"), LINE_DONE);
	line_editor_begin(&editor);
	/* The history has what was entered. */
	type("\033[A");
	expect_line(test, "oney", 4);
	type("\033[A");
	expect_line(test, "two", 3);
	type("\033[A");
	expect_line(test, "one", 3);
}

static void history_is_kept(struct kunit *test)
{
	begin_editing();
	type("\033[A"); /* there is none */
	expect_line(test, "", 0);
	KUNIT_EXPECT_EQ(test, terminal.bells, 1);
	enter("one");
	enter("two");
	enter("two"); /* is kept once */
	enter("");    /* not at all */
	type("draft\033[A");
	expect_line(test, "two", 3);
	type("\033[A");
	expect_line(test, "one", 3);
	type("\033[A");
	expect_line(test, "one", 3);
	type("\033[B\033[B");
	expect_line(test, "draft", 5);
	type("\033[B");
	expect_line(test, "draft", 5);
	/* A recalled line can be changed, and does not change the history. */
	type("\033[A\bx");
	expect_line(test, "twx", 3);
	type("\n");
	line_editor_begin(&editor);
	type("\020\020");
	expect_line(test, "two", 3);
}

static void history_forgets_the_oldest(struct kunit *test)
{
	char line[8] = "line A";
	unsigned int i;

	begin_editing();
	for (i = 0; i < HISTORY_SIZE + 4; i++) {
		line[5] = (char)('A' + i);
		enter(line);
	}
	for (i = 0; i < HISTORY_SIZE + 4; i++)
		type("\033[A");
	expect_line(test, "line E", 6);
	KUNIT_EXPECT_EQ(test, terminal.bells, 4);
}

/*
 * Completion
 */

static const char *const *words; /* what can stand anywhere, up to a NULL */
static char last_before[LINE_SIZE];

static void offer_words(struct line_editor *ed, const char *before)
{
	const char *const *word;

	strscpy(last_before, before, sizeof(last_before));
	for (word = words; *word; word++)
		line_editor_offer(ed, *word);
}

static const char *const some_words[] = {"memblock",   "meminfo",     "kmap",
					 "kmalloc-64", "kmalloc-128", NULL};

static void begin_completing(const char *const *offered)
{
	begin_editing();
	words = offered;
	line_editor_set_completer(&editor, offer_words);
}

static const struct edit_case tab_cases[] = {
	{"the only word", "memb\t", "memblock ", 9},
	{"in common", "k\t", "kma", 3},
	{"in common, then nothing", "m\t\t", "mem", 3},
	{"a word that is whole", "kmap\t", "kmap ", 5},
	{"no such word", "x\t", "x", 1},
	{"behind blanks", "free  memi\t", "free  meminfo ", 14},
	{"behind a bar", "free|memi\t", "free|meminfo ", 13},
	{"behind a comma", "test memb,kma\tp", "test memb,kmap", 14},
	{"in the middle", "memi x\002\002\t", "meminfo x", 7},
	{"goes on after a choice", "kma\tl\t6\t", "kmalloc-64 ", 11},
};
KUNIT_ARRAY_PARAM(tab, tab_cases, edit_desc)

static void words_are_completed(struct kunit *test)
{
	const struct edit_case *c = test->param_value;

	begin_completing(some_words);
	KUNIT_EXPECT_EQ(test, type(c->typed), LINE_EDITING);
	expect_line(test, c->line, c->cursor);
}

static void completer_sees_what_stands_before(struct kunit *test)
{
	begin_completing(some_words);
	type("a b  me\t");
	KUNIT_EXPECT_STREQ(test, last_before, "a b  ");
	type("\025xyz\t");
	KUNIT_EXPECT_STREQ(test, last_before, "");
}

static void without_a_completer_tab_does_nothing(struct kunit *test)
{
	begin_editing();
	type("me\t\t");
	expect_line(test, "me", 2);
	KUNIT_EXPECT_EQ(test, terminal.bells, 0);
}

/* All that is shown, bells left out. */
static char shown[2048];

static void keep_shown(void *arg __unused, const char *s, size_t len)
{
	for (; len; s++, len--) {
		size_t used = strlen(shown);

		if (*s != '\a' && used < sizeof(shown) - 1) {
			shown[used] = *s;
			shown[used + 1] = '\0';
		}
	}
}

static void second_tab_lists_the_words(struct kunit *test)
{
	line_editor_init(&editor, "> ", keep_shown, NULL);
	line_editor_set_completer(&editor, offer_words);
	words = some_words;
	line_editor_begin(&editor);
	type("kma");
	shown[0] = '\0';
	type("\t");
	KUNIT_EXPECT_STREQ(test, shown, "");
	type("\t");
	KUNIT_EXPECT_STREQ(test, shown,
			   "\nkmap                kmalloc-64          kmalloc-128         \n> kma");
	/* So does one behind a tab that got on. */
	type("\025k\t");
	shown[0] = '\0';
	type("\t");
	KUNIT_EXPECT_EQ(test, shown[0], '\n');
	/* A key in between, and it is a first one again. */
	shown[0] = '\0';
	type("x\b\t");
	KUNIT_EXPECT_NULL(test, strchr(shown, '\n'));
}

/* More words than any list shows: their rows end before the screen does, and it says so. */
static const char *const word_of_45[] = {"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"};

static void offer_many(struct line_editor *ed, const char *before __unused)
{
	unsigned int i;

	line_editor_offer(ed, "w");
	for (i = 0; i < LISTED_MAX + 5; i++)
		line_editor_offer(ed, i % 50 ? "ww" : word_of_45[0]);
}

static unsigned int widest, width, rows;

static void measure(void *arg __unused, const char *s, size_t len)
{
	for (; len; s++, len--) {
		if (*s == '\n') {
			rows++;
			width = 0;
		} else if (*s != '\a') {
			width++;
		}
		widest = max(widest, width);
	}
}

static void long_lists_fit_the_screen(struct kunit *test)
{
	line_editor_init(&editor, "> ", measure, NULL);
	line_editor_set_completer(&editor, offer_many);
	line_editor_begin(&editor);
	widest = 0;
	width = 0;
	rows = 0;
	type("w\t\t");
	KUNIT_EXPECT_LE(test, widest, 79);
	KUNIT_EXPECT_GE(test, rows, LISTED_MAX / 4);
	KUNIT_EXPECT_LE(test, rows, LISTED_MAX / 4 + 12);
}

/* A word that no line can hold is inserted as far as it goes. */
static void words_too_long_for_the_line(struct kunit *test)
{
	static const char *const long_words[] = {"wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"
						 "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww",
						 NULL};

	begin_completing(long_words);
	type("x w\t");
	KUNIT_EXPECT_EQ(test, editor.length, LINE_SIZE - 1);
	KUNIT_EXPECT_FALSE(test, terminal.broken);
	KUNIT_EXPECT_GT(test, terminal.bells, 0);
}

/* Whatever is typed, the invariants hold and the terminal shows the line. */
static void any_bytes_are_survived(struct kunit *test)
{
	static const u8 likely_bytes[] = {'a', 'b', ' ', '\b', '\t', 1,   2,   4,
					  5,   6,   21,  23,   27,   '[', 'A', 'B',
					  'C', 'D', 'H', 'F',  '3',  '~', '|', '\n'};
	static const char *const near_words[] = {"a", "ab", "aab", "abba", "b b", "bA[", NULL};
	unsigned int i;

	begin_completing(near_words);
	for (i = 0; i < 20000; i++) {
		u8 byte = (u8)kunit_rand(test);

		if (kunit_rand_below(test, 4))
			byte = likely_bytes[kunit_rand_below(test, ARRAY_SIZE(likely_bytes))];
		if (line_editor_feed(&editor, byte) != LINE_EDITING)
			line_editor_begin(&editor);
		KUNIT_ASSERT_LE(test, editor.cursor, editor.length);
		KUNIT_ASSERT_LT(test, editor.length, LINE_SIZE);
		KUNIT_ASSERT_EQ(test, strlen(editor.line), editor.length);
		KUNIT_ASSERT_EQ(test, terminal.column, 2 + editor.cursor);
		KUNIT_ASSERT_EQ(test, strncmp(terminal.row + 2, editor.line, editor.length), 0);
		KUNIT_ASSERT_FALSE(test, terminal.broken);
	}
}

static struct kunit_case lineedit_test_cases[] = {
	KUNIT_CASE_PARAM(lines_are_edited, edit_gen_params),
	KUNIT_CASE(lines_end),
	KUNIT_CASE(long_lines_are_cut),
	KUNIT_CASE(cut_lines_are_refused),
	KUNIT_CASE(edited_lines_are_kept),
	KUNIT_CASE(history_is_kept),
	KUNIT_CASE(history_forgets_the_oldest),
	KUNIT_CASE(any_bytes_are_survived),
	KUNIT_CASE_PARAM(words_are_completed, tab_gen_params),
	KUNIT_CASE(completer_sees_what_stands_before),
	KUNIT_CASE(without_a_completer_tab_does_nothing),
	KUNIT_CASE(second_tab_lists_the_words),
	KUNIT_CASE(long_lists_fit_the_screen),
	KUNIT_CASE(words_too_long_for_the_line),
	{},
};

static struct kunit_suite lineedit_suite = {
	.name = "lineedit",
	.test_cases = lineedit_test_cases,
};
kunit_test_suite(lineedit_suite);
