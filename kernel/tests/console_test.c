/* SPDX-License-Identifier: MIT */
/*
 * The devices between a person and the monitor, each on its own: the screen on a
 * buffer, the keyboard by scan codes.
 */
#include <kernel/selftest.h>
#include <kernel/drivers/keyboard.h>
#include <kernel/drivers/vga.h>

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
	{"home", "abc\ndef\033[HX", "Xbc   /def   /      ", 0, 1},
	{"blank the rest", "abc\ndef\033[H\033[Jx", "x     /      /      ", 0, 1},
	{"blank behind the cursor", "abc\nde\b\033[J", "abc   /d     /      ", 1, 1},
	{"blank behind a full row", "abcdef\033[J", "abcdef/      /      ", 0, 6},
	{"other sequences", "a\033[1;31mb\033[2Kc\033Od", "abcOd /      /      ", 0, 5},
	{"cut sequences", "a\033[\033[1\nb\033\nc", "a     /b     /c     ", 2, 1},
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

static struct kunit_case console_test_cases[] = {
	KUNIT_CASE_PARAM(screen_shows_text, screen_gen_params),
	KUNIT_CASE_PARAM(keys_type, key_gen_params),
	KUNIT_CASE(every_character_can_be_typed),
	KUNIT_CASE(any_codes_are_survived),
	{},
};

static struct kunit_suite console_suite = {
	.name = "console",
	.test_cases = console_test_cases,
};
kunit_test_suite(console_suite);
