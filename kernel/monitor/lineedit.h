/* SPDX-License-Identifier: MIT */
/*
 * A line editor: bytes of a terminal in, a line out. It knows neither where the
 * bytes come from nor where its echo goes, so a test can type at it.
 *
 *   left, right, home, end, ^B ^F ^A ^E    move
 *   Ctrl or Alt with left, right; Alt-b -f move by words
 *   backspace, delete, ^D                  delete a character
 *   ^U ^K                                  delete to the start, to the end
 *   ^W, Alt-backspace; Alt-d, Ctrl-delete  delete the word before, the word behind
 *   up, down, ^P ^N                        earlier and later lines
 *   tab                                    complete the word; a second one lists the ways
 *   ^C                                     give the line up
 *   ^L                                     show the line again
 *
 * Other control bytes and bytes above 0x7e are ignored. Where a line is full the bell
 * rings; what is left of a line that lost characters so is refused, unless it is edited.
 */
#ifndef KERNEL_MONITOR_LINEEDIT_H
#define KERNEL_MONITOR_LINEEDIT_H

#include <kernel/lib/types.h>

/* With the prompt, a line fits into 80 columns, so that moving back never wraps. */
#define LINE_SIZE    72 /* terminator included */
#define HISTORY_SIZE 16

#define LISTED_MAX 200 /* words that a second tab shows */

struct line_editor;

/*
 * line_completer_t - what could stand where a word is being typed?
 * @ed:     calls line_editor_offer() for each such word, whatever it begins with
 * @before: the line up to that word
 *
 * May be called more than once for one tab, and must then offer the same.
 */
typedef void (*line_completer_t)(struct line_editor *ed, const char *before);

enum line_state {
	LINE_EDITING,
	LINE_DONE,      /* the line is complete */
	LINE_CANCELLED, /* ^C */
	LINE_CUT,       /* as LINE_DONE, but characters did not fit and are missing */
};

/*
 * struct line_editor
 * @prompt:  shown before the line
 * @emit:    shows text: printable characters, \b, \a, \r and \n
 * @arg:     its first argument
 * @line:    being edited, terminated; @length, @cursor: in it
 * @history: earlier lines, a ring; @nr_history lines ever entered into it
 * @shown:   how far back the line shown is; 0 is the new line
 * @edited:  lines as they were left to look at others, by how far back they are; those
 *           of them that mean something have their bits in @is_edited
 * @cut:     a character did not fit since something was last deleted
 * @escape:  what has come of an escape sequence, ESC left out; @escape_length counts it
 * @completer: see line_completer_t; NULL for none
 * @word, @word_length: what is being completed, in @line
 * @common:  what all words offered so far begin with; @nr_offered: how many there were
 * @listing: they are being shown, so far up to @column of the row
 * @after_tab: the byte before was a tab, and there was a choice
 */
struct line_editor {
	const char *prompt;
	void (*emit)(void *arg, const char *s, size_t len);
	void *arg;
	char line[LINE_SIZE];
	unsigned int length, cursor;
	char history[HISTORY_SIZE][LINE_SIZE];
	unsigned int nr_history;
	unsigned int shown;
	char edited[HISTORY_SIZE + 1][LINE_SIZE];
	unsigned long is_edited;
	bool cut;
	char escape[8];
	unsigned int escape_length;
	bool after_cr;

	line_completer_t completer;
	const char *word;
	unsigned int word_length;
	char common[LINE_SIZE];
	unsigned int nr_offered;
	bool listing;
	unsigned int column;
	bool after_tab;
};

/** line_editor_init - @emit shows text */
void line_editor_init(struct line_editor *ed, const char *prompt,
		      void (*emit)(void *arg, const char *s, size_t len), void *arg);

/** line_editor_set_completer - from now on tab completes words; without, it is ignored */
void line_editor_set_completer(struct line_editor *ed, line_completer_t completer);

/**
 * line_editor_offer - name a word that could stand there
 * @word: need not outlive the call; one that does not fit into a line is never inserted whole
 * Context: a line_completer_t.
 */
void line_editor_offer(struct line_editor *ed, const char *word);

/** line_editor_begin - start an empty line: show the prompt */
void line_editor_begin(struct line_editor *ed);

/**
 * line_editor_feed - a byte was typed
 * Return: LINE_DONE or LINE_CUT when @ed->line is complete; it stays valid until the next
 *         line_editor_begin(), which must follow, as after LINE_CANCELLED.
 */
enum line_state line_editor_feed(struct line_editor *ed, u8 byte);

#endif
