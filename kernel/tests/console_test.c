/* SPDX-License-Identifier: MIT */
/*
 * What lies between a person and the monitor, each piece on its own: the screen on
 * a buffer, the keyboard by scan codes, the line editor typed at, the input queue.
 */
#include <kernel/selftest.h>
#include <kernel/drivers/input.h>
#include <kernel/drivers/keyboard.h>
#include <kernel/drivers/vga.h>
#include <kernel/monitor/lineedit.h>
#include <kernel/monitor/monitor.h>

/*
 * The screen: 6 columns by 3 rows
 */
#define COLUMNS 6
#define ROWS    3

static u16 cells[COLUMNS * ROWS + 1]; /* one more, to see an overrun */

static struct text_screen screen_of_test(void)
{
	struct text_screen screen = {
		.cells = cells,
		.columns = COLUMNS,
		.rows = ROWS,
		.colours = 0x1e,
	};

	cells[COLUMNS * ROWS] = 0xdead;
	text_screen_clear(&screen);
	return screen;
}

/* expect_screen - its characters, row by row with a / between; cursor at @row, @column */
static void expect_screen(struct kunit *test, const struct text_screen *screen,
			  const char *expected, unsigned int row, unsigned int column)
{
	char text[ROWS * (COLUMNS + 1)];
	unsigned int i, n = 0;

	for (i = 0; i < COLUMNS * ROWS; i++) {
		if (i && i % COLUMNS == 0)
			text[n++] = '/';
		text[n++] = (char)cells[i];
		KUNIT_EXPECT_EQ(test, cells[i] >> 8, 0x1e);
	}
	text[n] = '\0';
	KUNIT_EXPECT_STREQ(test, text, expected);
	KUNIT_EXPECT_EQ(test, screen->row, row);
	KUNIT_EXPECT_EQ(test, screen->column, column);
	KUNIT_EXPECT_EQ(test, cells[COLUMNS * ROWS], 0xdead);
}

struct screen_case {
	const char *name, *written, *expected;
	unsigned int row, column;
};

static const struct screen_case screen_cases[] = {
	{"nothing", "", "      /      /      ", 0, 0},
	{"a word", "k896", "k896  /      /      ", 0, 4},
	{"newline", "a\nb", "a     /b     /      ", 1, 1},
	{"full row waits", "abcdef", "abcdef/      /      ", 0, 6},
	{"then wraps", "abcdefg", "abcdef/g     /      ", 1, 1},
	{"full row, newline", "abcdef\ng", "abcdef/g     /      ", 1, 1},
	{"carriage return", "abc\rX", "Xbc   /      /      ", 0, 1},
	{"backspace", "abc\b\bX", "aXc   /      /      ", 0, 2},
	{"backspace stops", "a\b\b\bX", "X     /      /      ", 0, 1},
	{"tab beyond the end", "a\tb", "a     /b     /      ", 1, 1},
	{"control bytes", "a\001\a\033\177b", "ab    /      /      ", 0, 2},
	{"scroll", "1\n2\n3\n4", "2     /3     /4     ", 2, 1},
	{"scroll by wrapping", "111111222222333333444", "222222/333333/444   ", 2, 3},
	{"scroll far", "1\n\n\n\n\n\n2", "      /      /2     ", 2, 1},
};

static void screen_desc(const struct screen_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}
KUNIT_ARRAY_PARAM(screen, screen_cases, screen_desc)

static void screen_shows_text(struct kunit *test)
{
	const struct screen_case *c = test->param_value;
	struct text_screen screen = screen_of_test();

	text_screen_write(&screen, c->written, strlen(c->written));
	expect_screen(test, &screen, c->expected, c->row, c->column);
}

/*
 * The keyboard
 */

/* type_codes - feed scan codes, collect what they type */
static void type_codes(struct keyboard *kbd, const u8 *codes, size_t n, char *text, size_t size)
{
	text[0] = '\0';
	while (n--) {
		char typed[8];

		keyboard_translate(kbd, *codes++, typed);
		strlcat(text, typed, size);
	}
}

#define KEYS(...) {__VA_ARGS__}, sizeof((u8[]){__VA_ARGS__})

struct key_case {
	const char *name;
	u8 codes[16];
	size_t n;
	const char *text;
};

static const struct key_case key_cases[] = {
	{"letters, down and up", KEYS(0x25, 0xa5, 0x1e, 0x9e), "ka"},
	{"digits", KEYS(0x09, 0x0a, 0x07), "896"},
	{"left shift held", KEYS(0x2a, 0x1e, 0x02, 0xaa, 0x1e), "A!a"},
	{"right shift held", KEYS(0x36, 0x35, 0x28, 0xb6, 0x35), "?\"/"},
	{"both shifts, one up", KEYS(0x2a, 0x36, 0xaa, 0x1e), "A"},
	{"caps lock", KEYS(0x3a, 0xba, 0x1e, 0x02, 0x3a, 0xba, 0x1e), "A1a"},
	{"caps lock repeats", KEYS(0x3a, 0x3a, 0x3a, 0xba, 0x1e), "A"},
	{"caps and shift", KEYS(0x3a, 0xba, 0x2a, 0x1e, 0x02), "a!"},
	{"control", KEYS(0x1d, 0x2e, 0x16, 0x9d, 0x2e), "\003\025c"},
	{"right control", KEYS(0xe0, 0x1d, 0x2e, 0xe0, 0x9d, 0x2e), "\003c"},
	{"arrows", KEYS(0xe0, 0x48, 0xe0, 0xc8, 0xe0, 0x4b), "\033[A\033[D"},
	{"home end delete", KEYS(0xe0, 0x47, 0xe0, 0x4f, 0xe0, 0x53), "\033[H\033[F\033[3~"},
	/* Some keyboards wrap arrows into a shift that nobody pressed. */
	{"made-up shifts", KEYS(0xe0, 0x2a, 0xe0, 0x48, 0xe0, 0xaa, 0x1e), "\033[Aa"},
	{"keypad enter", KEYS(0xe0, 0x1c), "\n"},
	{"enter, space, tab", KEYS(0x1c, 0x39, 0x0f), "\n \t"},
	{"backspace", KEYS(0x0e, 0x8e), "\b"},
	{"pause", KEYS(0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5, 0x1e), "a"},
	{"keys without meaning", KEYS(0x3b, 0x57, 0x58, 0x7f, 0x00, 0xff, 0xe0, 0x5b), ""},
};

static void key_desc(const struct key_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}
KUNIT_ARRAY_PARAM(key, key_cases, key_desc)

static void keys_type(struct kunit *test)
{
	const struct key_case *c = test->param_value;
	struct keyboard kbd = {0};
	char text[64];

	type_codes(&kbd, c->codes, c->n, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, c->text);
}

/* Each printable character can be typed, by exactly one key with or without shift. */
static void every_character_can_be_typed(struct kunit *test)
{
	unsigned int times[128] = {0};
	unsigned int shift, code, c;

	for (shift = 0; shift < 2; shift++) {
		for (code = 1; code < 0x3a; code++) {
			struct keyboard kbd = {.left_shift = shift};
			char typed[8];

			keyboard_translate(&kbd, (u8)code, typed);
			if (typed[0] > ' ' && !typed[1])
				times[(u8)typed[0]]++;
		}
	}
	for (c = '!'; c <= '~'; c++) {
		unsigned int expected = c == '*' ? 3 : 1; /* the keypad's, twice */

		if (times[c] != expected)
			KUNIT_FAIL(test, "'%c' is typed by %u keys", (char)c, times[c]);
	}
}

static void any_codes_are_survived(struct kunit *test)
{
	struct keyboard kbd = {0};
	unsigned int i;

	for (i = 0; i < 20000; i++) {
		char typed[8] = "*******";

		keyboard_translate(&kbd, (u8)kunit_rand(test), typed);
		if (strnlen(typed, sizeof(typed)) > 4)
			KUNIT_FAIL(test, "a key types \"%.8s\"", typed);
	}
}

/*
 * The line editor, with a terminal of one row that keeps what is on it
 */

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
	{"^W behind blanks", "test slab   \027", "test ", 5},
	{"^W in a word", "test slab\002\002\027", "test ab", 5},
	{"^W to the start", "   \027\027", "", 0},
	{"^L", "abc\002\014", "abc", 2},
	{"control bytes", "a\000\007\020\021\034\037b", "a", 1}, /* ends at the 0 of C */
	{"bytes above ASCII", "a\200\303\244\377b", "ab", 2},
	{"unknown sequences", "a\033[5~\033[1;5C\033OP\033xb", "ab", 2},
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

/* Whatever is typed, the invariants hold and the terminal shows the line. */
static void any_bytes_are_survived(struct kunit *test)
{
	static const u8 likely_bytes[] = {'a', 'b', ' ', '\b', 1,   2,   4,   5,   6,   21,  23,
					  27,  '[', 'A', 'B',  'C', 'D', 'H', 'F', '3', '~', '\n'};
	unsigned int i;

	begin_editing();
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

/*
 * The queue, and the monitor's words
 */

static void input_is_a_queue(struct kunit *test)
{
	unsigned long dropped;
	unsigned int i;

	while (input_pop() >= 0)
		;
	input_push_string("ab");
	input_push(0);
	KUNIT_EXPECT_EQ(test, input_pop(), 'a');
	KUNIT_EXPECT_EQ(test, input_wait(), 'b');
	KUNIT_EXPECT_EQ(test, input_pop(), 0);
	KUNIT_EXPECT_EQ(test, input_pop(), -1);

	dropped = input_dropped();
	for (i = 0; i < 256 + 10; i++)
		input_push((u8)i);
	KUNIT_EXPECT_EQ(test, input_dropped() - dropped, 10);
	for (i = 0; i < 256; i++)
		KUNIT_EXPECT_EQ(test, input_pop(), i);
	KUNIT_EXPECT_EQ(test, input_pop(), -1);
}

static void monitor_understands_words(struct kunit *test)
{
	char empty[] = "  \t ", unknown[] = "  nonsense x ", many[] = "help 2 3 4 5 6 7 8 9";
	char eight[] = "nonsense 2 3 4 5 6 7 8";

	KUNIT_EXPECT_EQ(test, monitor_execute(empty), 0);
	KUNIT_EXPECT_EQ(test, monitor_execute(unknown), -ENOENT);
	KUNIT_EXPECT_EQ(test, monitor_execute(many), -E2BIG);
	KUNIT_EXPECT_EQ(test, monitor_execute(eight), -ENOENT);
}

static struct kunit_case console_test_cases[] = {
	KUNIT_CASE_PARAM(screen_shows_text, screen_gen_params),
	KUNIT_CASE_PARAM(keys_type, key_gen_params),
	KUNIT_CASE(every_character_can_be_typed),
	KUNIT_CASE(any_codes_are_survived),
	KUNIT_CASE_PARAM(lines_are_edited, edit_gen_params),
	KUNIT_CASE(lines_end),
	KUNIT_CASE(long_lines_are_cut),
	KUNIT_CASE(history_is_kept),
	KUNIT_CASE(history_forgets_the_oldest),
	KUNIT_CASE(any_bytes_are_survived),
	KUNIT_CASE(input_is_a_queue),
	KUNIT_CASE(monitor_understands_words),
	{},
};

static struct kunit_suite console_suite = {
	.name = "console",
	.test_cases = console_test_cases,
};
kunit_test_suite(console_suite);
