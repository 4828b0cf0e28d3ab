/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the monitor's input line. The bytes are typed at the line editor. Beside it
 * stand a naive editor, which should hold the same line after each key, and a naive
 * terminal, which should show just that. What a tab may complete, and what becomes of a
 * complete line, is command.c's to know.
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

/* All that was shown since the last key. */
static char shown[32768];
static size_t nr_shown;

static void terminal_clear(void)
{
	memset(row, ' ', COLUMNS);
	column = 0;
}

static void terminal_write(void *arg __unused, const char *s, size_t len)
{
	for (; len; len--, s++) {
		FUZZ_CHECK(nr_shown < sizeof(shown));
		shown[nr_shown++] = *s;
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
	unsigned int nr, shown; /* of lines[]; the one being typed is lines[nr] */
	char escape[LINES_MAX];
	unsigned int escape_length; /* 0: in no sequence; else of bytes, ESC included */
	u8 last;
	bool cut;    /* characters did not fit, and nothing was deleted since */
	bool choice; /* the last key was a tab, which left one */
	bool listed; /* the last key had the choice listed */
} naive;
static char lines[LINES_MAX][LINE_SIZE];

/* What has become of them since the last Enter. */
static char edits[LINES_MAX][LINE_SIZE];
static bool is_edited[LINES_MAX];

/* Keys that no byte stands for. */
enum {
	WORD_LEFT = 0x80,
	WORD_RIGHT,
	DELETE_WORD,
};

static void naive_set(const char *line)
{
	naive.cut = false;
	strscpy(naive.line, line, LINE_SIZE);
	naive.length = naive.cursor = (unsigned int)strlen(naive.line);
}

static void naive_cut(unsigned int from, unsigned int to)
{
	unsigned int i;

	naive.cut &= from == to;
	for (i = to; i <= naive.length; i++)
		naive.line[from + i - to] = naive.line[i];
	naive.length -= to - from;
	naive.cursor = from;
}

static void naive_insert(char c)
{
	unsigned int i;

	naive.cut |= naive.length + 1 == LINE_SIZE;
	if (naive.length + 1 == LINE_SIZE)
		return;
	for (i = ++naive.length; i > naive.cursor; i--)
		naive.line[i] = naive.line[i - 1];
	naive.line[naive.cursor++] = c;
}

/* Where the word begins that a tab completes. */
static unsigned int naive_tab_start(void)
{
	unsigned int at = naive.cursor;

	while (at && naive.line[at - 1] != ' ' && naive.line[at - 1] != '|' &&
	       naive.line[at - 1] != ',')
		at--;
	return at;
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

static unsigned int naive_word_end(void)
{
	unsigned int at = naive.cursor;

	for (; at < naive.length && naive.line[at] == ' '; at++)
		;
	for (; at < naive.length && naive.line[at] != ' '; at++)
		;
	return at;
}

/* Only so many lines back; each comes back as it was left. */
static void naive_recall(unsigned int which)
{
	if (which > naive.nr || naive.nr - which > HISTORY_SIZE)
		return;
	strscpy(edits[naive.shown], naive.line, LINE_SIZE);
	is_edited[naive.shown] = true;
	naive.shown = which;
	naive_set(is_edited[which] ? edits[which] : lines[which]);
}

/* The words of the last tab that fit. */
static struct {
	const char *word[FUZZ_OFFERS_MAX];
	unsigned int nr;
} offers;

static void naive_offer(const char *word)
{
	unsigned int start = naive_tab_start();

	if (strncmp(word, naive.line + start, naive.cursor - start))
		return;
	FUZZ_CHECK(offers.nr < FUZZ_OFFERS_MAX);
	offers.word[offers.nr++] = word;
}

/* How long is what all offered words begin with? Only so much of each is ever inserted. */
static unsigned int naive_common(void)
{
	unsigned int i, n;

	for (n = 0; n < LINE_SIZE - 1 && offers.word[0][n]; n++)
		for (i = 1; i < offers.nr; i++)
			if (offers.word[i][n] != offers.word[0][n])
				return n;
	return n;
}

/* A tab inserts what is certain, and a blank behind a word that is; a second one lists. */
static void naive_tab(bool again)
{
	unsigned int have = naive.cursor - naive_tab_start(), common;
	char before[LINE_SIZE];

	strscpy(before, naive.line, naive_tab_start() + 1);
	offers.nr = 0;
	fuzz_offer_words(before, naive_offer);
	naive.listed = again;
	naive.choice = !again && offers.nr > 1;
	if (again || !offers.nr)
		return;
	common = naive_common();
	if (offers.nr > 1 && common == have)
		return;
	for (; have < common; have++)
		naive_insert(offers.word[0][have]);
	if (offers.nr == 1 && naive.line[naive.cursor] != ' ')
		naive_insert(' ');
}

/* Were just those words listed, in a line or more of their own? */
static void compare_list(void)
{
	const char *at = shown, *end = shown + nr_shown;
	unsigned int i;

	while (*--end != '\n')
		;
	for (i = 0; i < min(offers.nr, (unsigned int)LISTED_MAX); i++) {
		size_t length = strlen(offers.word[i]);

		for (; *at == ' ' || *at == '\n'; at++)
			FUZZ_CHECK(at < end);
		FUZZ_CHECK((size_t)(end - at) >= length && !memcmp(at, offers.word[i], length));
		at += length;
		FUZZ_CHECK(*at == ' ' || *at == '\n');
	}
	for (; at < end && (*at == ' ' || *at == '\n'); at++)
		;
	if (offers.nr > LISTED_MAX)
		FUZZ_CHECK(end - at == 12 && !memcmp(at, "... and more", 12));
	else
		FUZZ_CHECK(at == end);
}

static void naive_key(u8 key)
{
	bool again = naive.choice;

	naive.choice = false;
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
	case WORD_LEFT:
		naive.cursor = naive_word_start();
		break;
	case WORD_RIGHT:
		naive.cursor = naive_word_end();
		break;
	case DELETE_WORD:
		naive_cut(naive.cursor, naive_word_end());
		break;
	case '\t':
		naive_tab(again);
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

	if (!strcmp(seq, "[1;3C") || !strcmp(seq, "[1;5C") || !strcmp(seq, "Oc"))
		return WORD_RIGHT;
	if (!strcmp(seq, "[1;3D") || !strcmp(seq, "[1;5D") || !strcmp(seq, "Od"))
		return WORD_LEFT;
	if (!strcmp(seq, "[3;5~"))
		return DELETE_WORD;
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

/* What ESC and one key stand for, which is what Alt and the key send. */
static u8 naive_alt(u8 byte)
{
	return byte == 'b'                   ? WORD_LEFT
	       : byte == 'f'                 ? WORD_RIGHT
	       : byte == 'd'                 ? DELETE_WORD
	       : byte == '\b' || byte == DEL ? CTRL('W')
					     : 0;
}

/* ESC, [ or O, bytes below @, one from @ on; ESC begins anew, anything odd ends it. */
static void naive_escape(u8 byte)
{
	u8 key;

	if (byte == ESC) {
		naive.escape_length = 1;
		return;
	}
	if (naive.escape_length == 1 && naive_alt(byte)) {
		naive.escape_length = 0;
		naive_key(naive_alt(byte));
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
	naive.listed = false;
	if (crlf || byte == ESC || naive.escape_length)
		naive.choice = false;
	if (crlf)
		return LINE_EDITING;
	if (byte == CTRL('C'))
		return LINE_CANCELLED;
	if ((byte == '\r' || byte == '\n') && naive.cut)
		return LINE_CUT;
	if (byte == '\r' || byte == '\n') {
		if (naive.length && !(naive.nr && !strcmp(lines[naive.nr - 1], naive.line)))
			strscpy(lines[naive.nr++], naive.line, LINE_SIZE);
		return LINE_DONE;
	}
	if (byte == ESC || naive.escape_length)
		naive_escape(byte);
	else
		naive_key(byte > DEL ? 0 : byte);
	return LINE_EDITING;
}

static void naive_begin(void)
{
	naive_set("");
	memset(is_edited, 0, sizeof(is_edited));
	naive.shown = naive.nr;
	naive.escape_length = 0;
	naive.choice = false;
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
	line_editor_set_completer(&ed, fuzz_complete);
	line_editor_begin(&ed);
	naive_begin();
	for (i = 0; i < min(size, (size_t)LINES_MAX - 1); i++) {
		enum line_state state;

		nr_shown = 0;
		state = line_editor_feed(&ed, data[i]);
		FUZZ_CHECK(state == naive_feed(data[i]));
		if (naive.listed)
			compare_list();
		else if (data[i] == '\t')
			FUZZ_CHECK(!memchr(shown, '\n', nr_shown));
		if (state != LINE_EDITING) {
			FUZZ_CHECK(column == 0);
			if (state == LINE_DONE)
				fuzz_execute(ed.line);
			line_editor_begin(&ed);
			naive_begin();
		}
		compare(&ed);
	}
}
