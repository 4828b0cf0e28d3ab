/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the monitor's input line. The bytes are typed at the line editor. Beside it
 * stand a naive editor, which should hold the same line after each key, and a naive
 * terminal, which should show just that. What becomes of a line, the suite monitor tries with
 * lines at random.
 */
#include <arch/host/fuzz/fuzz.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <kernel/monitor/lineedit.h>

#define CTRL(c) ((c)&0x1f)
#define ESC     0x1b
#define DEL     0x7f

static const char prompt[] = "> ";
#define PROMPT_LENGTH (sizeof(prompt) - 1)

/*
 * The terminal: one row, which a newline clears
 */
#define COLUMNS 80

static char row[COLUMNS + 1];
static unsigned int column;

static void terminal_clear(void)
{
	memset(row, ' ', COLUMNS);
	column = 0;
}

static void terminal_write(void *arg __unused, const char *s, size_t len)
{
	for (; len; len--, s++) {
		if (*s == '\n') {
			terminal_clear();
		} else if (*s == '\b') {
			FUZZ_CHECK(column);
			column--;
		} else if (*s != '\a') {
			FUZZ_CHECK(*s >= ' ' && *s < DEL && column < COLUMNS);
			row[column++] = *s;
		}
	}
}

/*
 * The naive editor: a line, and all lines before it
 */
#define LINES_MAX 4096 /* no input has more bytes */

static struct {
	char line[LINE_SIZE];
	unsigned int length, cursor;
	char lines[LINES_MAX][LINE_SIZE]; /* the one being typed is lines[nr] */
	unsigned int nr, shown;
	char escape[LINES_MAX];
	unsigned int escape_length; /* 0: in no sequence; else of bytes, ESC included */
	u8 last;
} naive;

static void naive_set(const char *line)
{
	strscpy(naive.line, line, LINE_SIZE);
	naive.length = naive.cursor = (unsigned int)strlen(naive.line);
}

static void naive_cut(unsigned int from, unsigned int to)
{
	unsigned int i;

	for (i = to; i <= naive.length; i++)
		naive.line[from + i - to] = naive.line[i];
	naive.length -= to - from;
	naive.cursor = from;
}

static void naive_insert(char c)
{
	unsigned int i;

	if (naive.length + 1 == LINE_SIZE)
		return;
	for (i = ++naive.length; i > naive.cursor; i--)
		naive.line[i] = naive.line[i - 1];
	naive.line[naive.cursor++] = c;
}

static unsigned int naive_word_start(void)
{
	unsigned int at = naive.cursor;

	for (; at && naive.line[at - 1] == ' '; at--)
		;
	for (; at && naive.line[at - 1] != ' '; at--)
		;
	return at;
}

/* Only so many lines back; the newest, which is being typed, comes back as it was left. */
static void naive_recall(unsigned int which)
{
	if (which > naive.nr || naive.nr - which > HISTORY_SIZE)
		return;
	if (naive.shown == naive.nr)
		strscpy(naive.lines[naive.nr], naive.line, LINE_SIZE);
	naive.shown = which;
	naive_set(naive.lines[which]);
}

static void naive_key(u8 key)
{
	switch (key) {
	case CTRL('A'):
		naive.cursor = 0;
		break;
	case CTRL('E'):
		naive.cursor = naive.length;
		break;
	case CTRL('B'):
		naive.cursor -= naive.cursor > 0;
		break;
	case CTRL('F'):
		naive.cursor += naive.cursor < naive.length;
		break;
	case CTRL('H'):
	case DEL:
		if (naive.cursor)
			naive_cut(naive.cursor - 1, naive.cursor);
		break;
	case CTRL('D'):
		if (naive.cursor < naive.length)
			naive_cut(naive.cursor, naive.cursor + 1);
		break;
	case CTRL('U'):
		naive_cut(0, naive.cursor);
		break;
	case CTRL('K'):
		naive_cut(naive.cursor, naive.length);
		break;
	case CTRL('W'):
		naive_cut(naive_word_start(), naive.cursor);
		break;
	case CTRL('P'):
		if (naive.shown)
			naive_recall(naive.shown - 1);
		break;
	case CTRL('N'):
		naive_recall(naive.shown + 1);
		break;
	default:
		if (key >= ' ' && key < DEL)
			naive_insert((char)key);
	}
}

/* What a whole sequence, without its ESC, stands for; 0 for nothing. */
static u8 naive_meaning(const char *seq)
{
	static const char letters[] = "ABCDHF", arrows[] = "PNFBAE";
	static const char numbers[] = "17483", edges[] = "AAEED";
	const char *found;

	if ((seq[0] == '[' || seq[0] == 'O') && seq[1] && !seq[2]) {
		found = strchr(letters, seq[1]);
		return found ? CTRL(arrows[found - letters]) : 0;
	}
	if (seq[0] == '[' && seq[1] && seq[2] == '~' && !seq[3]) {
		found = strchr(numbers, seq[1]);
		return found ? CTRL(edges[found - numbers]) : 0;
	}
	return 0;
}

/* ESC, [ or O, bytes below @, one from @ on; ESC begins anew, anything odd ends it. */
static void naive_escape(u8 byte)
{
	u8 key;

	if (byte == ESC) {
		naive.escape_length = 1;
		return;
	}
	if (byte == DEL && naive.escape_length == 1) { /* Alt-backspace */
		naive.escape_length = 0;
		naive_key(CTRL('W'));
		return;
	}
	if (byte < ' ' || byte >= DEL || (naive.escape_length == 1 && byte != '[' && byte != 'O')) {
		naive.escape_length = 0;
		return;
	}
	naive.escape[naive.escape_length - 1] = (char)byte;
	naive.escape[naive.escape_length++] = '\0';
	if (naive.escape_length == 2 || byte < '@')
		return;
	key = naive_meaning(naive.escape);
	naive.escape_length = 0;
	if (key)
		naive_key(key);
}

static enum line_state naive_feed(u8 byte)
{
	bool crlf = naive.last == '\r' && byte == '\n';

	naive.last = byte;
	if (crlf)
		return LINE_EDITING;
	if (byte == CTRL('C'))
		return LINE_CANCELLED;
	if (byte == '\r' || byte == '\n') {
		if (naive.length && !(naive.nr && !strcmp(naive.lines[naive.nr - 1], naive.line)))
			strscpy(naive.lines[naive.nr++], naive.line, LINE_SIZE);
		return LINE_DONE;
	}
	if (byte == ESC || naive.escape_length)
		naive_escape(byte);
	else
		naive_key(byte);
	return LINE_EDITING;
}

static void naive_begin(void)
{
	naive_set("");
	naive.shown = naive.nr;
	naive.escape_length = 0;
}

static void compare(const struct line_editor *ed)
{
	unsigned int i;

	FUZZ_CHECK(ed->length == naive.length && ed->cursor == naive.cursor);
	FUZZ_CHECK(!strcmp(ed->line, naive.line));
	FUZZ_CHECK(!memcmp(row, prompt, PROMPT_LENGTH));
	FUZZ_CHECK(!memcmp(row + PROMPT_LENGTH, naive.line, naive.length));
	for (i = PROMPT_LENGTH + naive.length; i < COLUMNS; i++)
		FUZZ_CHECK(row[i] == ' ');
	FUZZ_CHECK(column == PROMPT_LENGTH + naive.cursor);
}

void fuzz_monitor(const u8 *data, size_t size)
{
	static struct line_editor ed;
	size_t i;

	memset(&naive, 0, sizeof(naive));
	terminal_clear();
	line_editor_init(&ed, prompt, terminal_write, NULL);
	line_editor_begin(&ed);
	naive_begin();
	for (i = 0; i < min(size, (size_t)LINES_MAX - 1); i++) {
		enum line_state state = line_editor_feed(&ed, data[i]);

		FUZZ_CHECK(state == naive_feed(data[i]));
		if (state != LINE_EDITING) {
			FUZZ_CHECK(column == 0);
			line_editor_begin(&ed);
			naive_begin();
		}
		compare(&ed);
	}
}
