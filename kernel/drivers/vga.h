/* SPDX-License-Identifier: MIT */
/* The text screen of a VGA, as a console that mirrors what goes to COM1. */
#ifndef KERNEL_DRIVERS_VGA_H
#define KERNEL_DRIVERS_VGA_H

#include <kernel/lib/types.h>

/*
 * struct text_screen - characters with attributes, and a cursor
 * @cells:   @rows times @columns cells; low byte the character, high byte its colours
 * @column, @row: of the next character; a column of @columns means that the next one
 *           begins a new line
 * @colours: of what is written
 * @escape:  how much of an escape sequence has come
 */
enum text_escape { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_BRACKET };

struct text_screen {
	u16 *cells;
	unsigned int columns, rows;
	unsigned int column, row;
	u8 colours;
	enum text_escape escape;
};

/** text_screen_clear - fill with blanks, cursor to the top left */
void text_screen_clear(struct text_screen *screen);

/**
 * text_screen_write - show text, as a simple terminal does
 * @s, @len: \n, \r, \b and \t move the cursor; other control bytes are left out. At
 *           the bottom all lines move up by one. ESC [ H goes to the top left, ESC [ J
 *           blanks the rest of the screen; other sequences are left out.
 * Context: the caller guards @screen.
 */
void text_screen_write(struct text_screen *screen, const char *s, size_t len);

/**
 * vga_init - show the log so far, and all that follows, on the screen
 *
 * Without a VGA says so and does nothing.
 *
 * Context: boot, after paging_init().
 */
void vga_init(void);

#endif
