/* SPDX-License-Identifier: MIT */
/*
 * The line editor.
 *
 * What it shows uses nothing but printable characters and backspaces: text behind
 * the cursor is printed anew after a change, a blank over what is gone, and as many
 * backspaces lead back. So it works alike on a terminal and on the VGA screen.
 *
 * Completion: whoever knows the words offers all of them, once to find out what those
 * that fit have in common, which is inserted, and once more to list them. So no word
 * need be kept, and none need be sorted.
 *
 * Invariants: cursor <= length < LINE_SIZE; line[length] is 0; on the screen the
 * cursor stands @cursor characters behind the prompt.
 *
 * Locking: none; an editor belongs to one reader.
 */
#include <kernel/monitor/lineedit.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>

#define CTRL(c) ((c)&0x1f)
#define ESC     0x1b
#define DEL     0x7f

/* What no single byte stands for: bytes above ASCII are not obeyed as such. */
enum {
	KEY_WORD_LEFT = 0x80,
	KEY_WORD_RIGHT,
	KEY_DELETE_WORD,
};

/* Of lists of words. */
#define SCREEN_COLUMNS 80
#define COLUMN_WIDTH   20

static void show(struct line_editor *ed, const char *s)
{
	ed->emit(ed->arg, s, strlen(s));
}

static void show_times(struct line_editor *ed, char c, unsigned int times)
{
	while (times--)
		ed->emit(ed->arg, &c, 1);
}

static void bell(struct line_editor *ed)
{
	show(ed, "\a");
}

void line_editor_init(struct line_editor *ed, const char *prompt,
		      void (*emit)(void *arg, const char *s, size_t len), void *arg)
{
	memset(ed, 0, sizeof(*ed));
	ed->prompt = prompt;
	ed->emit = emit;
	ed->arg = arg;
}

void line_editor_set_completer(struct line_editor *ed, line_completer_t completer)
{
	ed->completer = completer;
}

void line_editor_begin(struct line_editor *ed)
{
	ed->line[0] = '\0';
	ed->length = 0;
	ed->cursor = 0;
	ed->shown = 0;
	ed->is_edited = 0;
	ed->cut = false;
	ed->escape_length = 0;
	ed->after_tab = false;
	show(ed, ed->prompt);
}

static void move_to(struct line_editor *ed, unsigned int to)
{
	if (to < ed->cursor)
		show_times(ed, '\b', ed->cursor - to);
	else
		ed->emit(ed->arg, ed->line + ed->cursor, to - ed->cursor);
	ed->cursor = to;
}

/* show_tail - print what lies behind the cursor, @erase blanks, and come back */
static void show_tail(struct line_editor *ed, unsigned int erase)
{
	show(ed, ed->line + ed->cursor);
	show_times(ed, ' ', erase);
	show_times(ed, '\b', ed->length - ed->cursor + erase);
}

static void insert(struct line_editor *ed, char c)
{
	if (ed->length == LINE_SIZE - 1) {
		ed->cut = true;
		bell(ed);
		return;
	}
	memmove(ed->line + ed->cursor + 1, ed->line + ed->cursor, ed->length - ed->cursor + 1);
	ed->line[ed->cursor++] = c;
	ed->length++;
	ed->emit(ed->arg, &c, 1);
	show_tail(ed, 0);
}

/* delete_range - take [from, to) out; the cursor ends up at @from */
static void delete_range(struct line_editor *ed, unsigned int from, unsigned int to)
{
	if (from >= to)
		return;
	move_to(ed, from);
	memmove(ed->line + from, ed->line + to, ed->length - to + 1);
	ed->length -= to - from;
	ed->cut = false;
	show_tail(ed, to - from);
}

static unsigned int word_start(const struct line_editor *ed)
{
	unsigned int at = ed->cursor;

	while (at && ed->line[at - 1] == ' ')
		at--;
	while (at && ed->line[at - 1] != ' ')
		at--;
	return at;
}

static unsigned int word_end(const struct line_editor *ed)
{
	unsigned int at = ed->cursor;

	while (ed->line[at] == ' ')
		at++;
	while (ed->line[at] && ed->line[at] != ' ')
		at++;
	return at;
}

static void replace_line(struct line_editor *ed, const char *s)
{
	delete_range(ed, 0, ed->length);
	strscpy(ed->line, s, LINE_SIZE);
	ed->length = (unsigned int)strlen(ed->line);
	move_to(ed, ed->length);
}

static char *history_line(struct line_editor *ed, unsigned int back)
{
	return ed->history[(ed->nr_history - back) % HISTORY_SIZE];
}

/*
 * recall - show the line @back lines ago; 0 is the one being typed
 *
 * What has become of a line is kept until Enter, so that one can look at others meanwhile.
 */
static void recall(struct line_editor *ed, unsigned int back)
{
	if (back > min(ed->nr_history, HISTORY_SIZE + 0U)) {
		bell(ed);
		return;
	}
	strscpy(ed->edited[ed->shown], ed->line, LINE_SIZE);
	ed->is_edited |= 1UL << ed->shown;
	ed->shown = back;
	replace_line(ed, ed->is_edited & (1UL << back) ? ed->edited[back] : history_line(ed, back));
}

static void recall_later(struct line_editor *ed)
{
	if (ed->shown)
		recall(ed, ed->shown - 1);
	else
		bell(ed);
}

/* remember - but neither an empty line nor the same one twice in a row */
static void remember(struct line_editor *ed)
{
	if (!ed->length || (ed->nr_history && !strcmp(history_line(ed, 1), ed->line)))
		return;
	strscpy(ed->history[ed->nr_history++ % HISTORY_SIZE], ed->line, LINE_SIZE);
}

/*
 * Completion
 */

static bool ends_word(char c)
{
	return c == ' ' || c == '|' || c == ',';
}

/* A word in columns of a quarter row; a longer one takes as many as it needs. */
static void list_word(struct line_editor *ed, const char *word)
{
	unsigned int length = (unsigned int)strlen(word);
	unsigned int width = (length / COLUMN_WIDTH + 1) * COLUMN_WIDTH;

	if (ed->nr_offered > LISTED_MAX)
		return;
	if (ed->column && ed->column + length >= SCREEN_COLUMNS) {
		show(ed, "\n");
		ed->column = 0;
	}
	show(ed, word);
	show_times(ed, ' ', ed->column + width < SCREEN_COLUMNS ? width - length : 0);
	ed->column += width;
}

void line_editor_offer(struct line_editor *ed, const char *word)
{
	unsigned int i = 0;

	if (strncmp(word, ed->word, ed->word_length))
		return;
	if (!ed->nr_offered++)
		strscpy(ed->common, word, sizeof(ed->common));
	while (ed->common[i] && ed->common[i] == word[i])
		i++;
	ed->common[i] = '\0';
	if (ed->listing)
		list_word(ed, word);
}

/* offer_words - have all words offered that could stand at @start */
static void offer_words(struct line_editor *ed, unsigned int start, bool listing)
{
	char before[LINE_SIZE];

	memcpy(before, ed->line, start);
	before[start] = '\0';
	ed->word = ed->line + start;
	ed->word_length = ed->cursor - start;
	ed->nr_offered = 0;
	ed->common[0] = '\0';
	ed->listing = listing;
	ed->column = 0;
	ed->completer(ed, before);
}

static void show_again(struct line_editor *ed)
{
	show(ed, "\n");
	show(ed, ed->prompt);
	show(ed, ed->line);
	show_times(ed, '\b', ed->length - ed->cursor);
}

/* list_words - below the line; which is then shown again */
static void list_words(struct line_editor *ed, unsigned int start)
{
	show(ed, "\n");
	offer_words(ed, start, true);
	if (ed->nr_offered > LISTED_MAX)
		show(ed, "\n... and more");
	show_again(ed);
}

/* complete - insert what is certain; a bell when that is nothing */
static void complete(struct line_editor *ed, unsigned int start)
{
	unsigned int have = ed->cursor - start;
	const char *rest;

	offer_words(ed, start, false);
	if (!ed->nr_offered || (ed->nr_offered > 1 && !ed->common[have])) {
		bell(ed);
		return;
	}
	for (rest = ed->common + have; *rest; rest++)
		insert(ed, *rest);
	if (ed->nr_offered == 1 && ed->line[ed->cursor] != ' ')
		insert(ed, ' ');
}

static void feed_tab(struct line_editor *ed, bool again)
{
	unsigned int start = ed->cursor;

	if (!ed->completer)
		return;
	while (start && !ends_word(ed->line[start - 1]))
		start--;
	if (again)
		list_words(ed, start);
	else
		complete(ed, start);
	ed->after_tab = !again && ed->nr_offered > 1;
}

/* escape_control - the control byte that does what a sequence, without its ESC, means */
static u8 escape_control(const char *seq)
{
	static const struct {
		const char *seq;
		u8 control;
	} keys[] = {
		{"[A", CTRL('P')},         {"OA", CTRL('P')},      {"[B", CTRL('N')},
		{"OB", CTRL('N')},         {"[C", CTRL('F')},      {"OC", CTRL('F')},
		{"[D", CTRL('B')},         {"OD", CTRL('B')},      {"[H", CTRL('A')},
		{"OH", CTRL('A')},         {"[F", CTRL('E')},      {"OF", CTRL('E')},
		{"[1~", CTRL('A')},        {"[7~", CTRL('A')},     {"[4~", CTRL('E')},
		{"[8~", CTRL('E')},        {"[3~", CTRL('D')},     {"[1;5C", KEY_WORD_RIGHT},
		{"[1;3C", KEY_WORD_RIGHT}, {"Oc", KEY_WORD_RIGHT}, {"[1;5D", KEY_WORD_LEFT},
		{"[1;3D", KEY_WORD_LEFT},  {"Od", KEY_WORD_LEFT},  {"[3;5~", KEY_DELETE_WORD},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		if (!strcmp(keys[i].seq, seq))
			return keys[i].control;
	}
	return 0;
}

/* alt_control - the same of a key that was pressed together with Alt: ESC and the key */
static u8 alt_control(u8 byte)
{
	switch (byte) {
	case 'b':
		return KEY_WORD_LEFT;
	case 'f':
		return KEY_WORD_RIGHT;
	case 'd':
		return KEY_DELETE_WORD;
	case '\b':
	case DEL:
		return CTRL('W');
	}
	return 0;
}

/*
 * feed_escape - collect a sequence: ESC, then [ or O, digits and semicolons, and a
 * final byte. One that is too long to mean anything here is swallowed to its end;
 * what is no sequence ends it and is lost with the ESC.
 * Return: once it is complete, the control byte that it stands for; else 0.
 */
static u8 feed_escape(struct line_editor *ed, u8 byte)
{
	unsigned int n = ed->escape_length;

	if (byte == ESC) {
		ed->escape_length = 1;
		return 0;
	}
	if ((n == 1 && byte != '[' && byte != 'O') || byte < ' ' || byte >= DEL) {
		ed->escape_length = 0;
		return n == 1 ? alt_control(byte) : 0;
	}
	if (n < sizeof(ed->escape)) {
		ed->escape[n - 1] = (char)byte;
		ed->escape[n] = '\0';
		ed->escape_length++;
	}
	if (n == 1 || byte < '@')
		return 0;
	ed->escape_length = 0;
	return n < sizeof(ed->escape) ? escape_control(ed->escape) : 0;
}

/* feed_control - obey a control byte, or one of the keys that no byte stands for */
static void feed_control(struct line_editor *ed, u8 byte)
{
	switch (byte) {
	case CTRL('A'):
		move_to(ed, 0);
		break;
	case CTRL('E'):
		move_to(ed, ed->length);
		break;
	case CTRL('B'):
		move_to(ed, ed->cursor ? ed->cursor - 1 : 0);
		break;
	case CTRL('F'):
		move_to(ed, min(ed->cursor + 1, ed->length));
		break;
	case '\b':
	case DEL:
		if (ed->cursor)
			delete_range(ed, ed->cursor - 1, ed->cursor);
		break;
	case CTRL('D'):
		delete_range(ed, ed->cursor, min(ed->cursor + 1, ed->length));
		break;
	case CTRL('U'):
		delete_range(ed, 0, ed->cursor);
		break;
	case CTRL('K'):
		delete_range(ed, ed->cursor, ed->length);
		break;
	case CTRL('W'):
		delete_range(ed, word_start(ed), ed->cursor);
		break;
	case KEY_DELETE_WORD:
		delete_range(ed, ed->cursor, word_end(ed));
		break;
	case KEY_WORD_LEFT:
		move_to(ed, word_start(ed));
		break;
	case KEY_WORD_RIGHT:
		move_to(ed, word_end(ed));
		break;
	case CTRL('P'):
		recall(ed, ed->shown + 1);
		break;
	case CTRL('N'):
		recall_later(ed);
		break;
	case CTRL('L'):
		show_again(ed);
		break;
	}
}

static enum line_state finish(struct line_editor *ed)
{
	move_to(ed, ed->length);
	show(ed, "\n");
	if (ed->cut)
		return LINE_CUT;
	remember(ed);
	return LINE_DONE;
}

enum line_state line_editor_feed(struct line_editor *ed, u8 byte)
{
	bool second_of_crlf = byte == '\n' && ed->after_cr;
	bool after_tab = ed->after_tab;

	ed->after_tab = false;
	ed->after_cr = byte == '\r';
	if (second_of_crlf)
		return LINE_EDITING;
	if (byte == '\r' || byte == '\n')
		return finish(ed);
	if (byte == CTRL('C')) {
		show(ed, "^C\n");
		return LINE_CANCELLED;
	}
	if (byte == ESC || ed->escape_length)
		feed_control(ed, feed_escape(ed, byte));
	else if (byte >= ' ' && byte < DEL)
		insert(ed, (char)byte);
	else if (byte == '\t')
		feed_tab(ed, after_tab);
	else if (byte <= DEL)
		feed_control(ed, byte);
	return LINE_EDITING;
}
