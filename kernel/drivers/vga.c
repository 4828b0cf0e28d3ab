/* SPDX-License-Identifier: MIT */
/*
 * VGA text mode: 80 by 25 cells at physical 0xB8000, read through the direct map,
 * and a cursor whose position stands in two registers.
 *
 * What a character does to the screen is struct text_screen's and works on any
 * memory, so that the tests need no screen. The hardware is two functions.
 *
 * Of a terminal's escape sequences two are obeyed, those that a view needs which shows
 * itself again and again: ESC [ H, to the first cell, and ESC [ J, blank from there on.
 * All others are swallowed.
 *
 * Locking: printk's console_lock guards the screen.
 * Reference: the VGA's CRT controller, indices 0x0e and 0x0f.
 */
#include <kernel/printk.h>
#include <kernel/drivers/vga.h>
#include <kernel/lib/compiler.h>
#include <kernel/lib/string.h>
#include <arch/io.h>
#include <arch/mmu.h>

#define VGA_TEXT_PHYS       0xb8000U
#define VGA_COLUMNS         80
#define VGA_ROWS            25
#define LIGHT_GREY_ON_BLACK 0x07

#define CRTC_INDEX       0x3d4
#define CRTC_DATA        0x3d5
#define CRTC_CURSOR_HIGH 0x0e
#define CRTC_CURSOR_LOW  0x0f

#define TAB_WIDTH 8U
#define ESC       '\033'

static u16 cell(const struct text_screen *screen, char c)
{
	return (u16)(screen->colours << 8 | (u8)c);
}

static void blank_row(struct text_screen *screen, unsigned int row)
{
	unsigned int i;

	for (i = 0; i < screen->columns; i++)
		screen->cells[row * screen->columns + i] = cell(screen, ' ');
}

void text_screen_clear(struct text_screen *screen)
{
	unsigned int row;

	for (row = 0; row < screen->rows; row++)
		blank_row(screen, row);
	screen->column = 0;
	screen->row = 0;
	screen->escape = ESCAPE_NONE;
}

static void new_line(struct text_screen *screen)
{
	size_t row_size = screen->columns * sizeof(u16);

	screen->column = 0;
	if (screen->row + 1 < screen->rows) {
		screen->row++;
		return;
	}
	memmove(screen->cells, screen->cells + screen->columns, (screen->rows - 1) * row_size);
	blank_row(screen, screen->rows - 1);
}

static void put_visible(struct text_screen *screen, char c)
{
	if (screen->column == screen->columns)
		new_line(screen);
	screen->cells[screen->row * screen->columns + screen->column++] = cell(screen, c);
}

static void put_tab(struct text_screen *screen)
{
	unsigned int stop = (screen->column / TAB_WIDTH + 1) * TAB_WIDTH;

	screen->column = stop < screen->columns ? stop : screen->columns;
}

static void blank_below(struct text_screen *screen)
{
	unsigned int cell_nr = screen->row * screen->columns + screen->column;

	for (; cell_nr < screen->rows * screen->columns; cell_nr++)
		screen->cells[cell_nr] = cell(screen, ' ');
}

/* feed_escape - a byte that may belong to a sequence. Return: it does. */
static bool feed_escape(struct text_screen *screen, char c)
{
	enum text_escape before = screen->escape;

	screen->escape = ESCAPE_NONE;
	if (c == ESC) {
		screen->escape = ESCAPE_BEGUN;
	} else if (before == ESCAPE_BEGUN && c == '[') {
		screen->escape = ESCAPE_BRACKET;
	} else if (before != ESCAPE_BRACKET || c < ' ') {
		return false;
	} else if (c < '@') { /* a number: of no sequence that is obeyed */
		screen->escape = ESCAPE_BRACKET;
	} else if (c == 'H') {
		screen->row = 0;
		screen->column = 0;
	} else if (c == 'J') {
		blank_below(screen);
	}
	return true;
}

void text_screen_write(struct text_screen *screen, const char *s, size_t len)
{
	for (; len; s++, len--) {
		if (feed_escape(screen, *s))
			continue;
		switch (*s) {
		case '\n':
			new_line(screen);
			break;
		case '\r':
			screen->column = 0;
			break;
		case '\b':
			if (screen->column)
				screen->column--;
			break;
		case '\t':
			put_tab(screen);
			break;
		default:
			if ((u8)*s >= ' ' && *s != 0x7f)
				put_visible(screen, *s);
		}
	}
}

static struct text_screen vga_screen = {
	.columns = VGA_COLUMNS,
	.rows = VGA_ROWS,
	.colours = LIGHT_GREY_ON_BLACK,
};

static u8 read_crtc(u8 index)
{
	outb(index, CRTC_INDEX);
	return inb(CRTC_DATA);
}

static void write_crtc(u8 index, u8 value)
{
	outb(index, CRTC_INDEX);
	outb(value, CRTC_DATA);
}

static void show_cursor(const struct text_screen *screen)
{
	unsigned int at = screen->row * screen->columns + screen->column;

	write_crtc(CRTC_CURSOR_HIGH, (u8)(at >> 8));
	write_crtc(CRTC_CURSOR_LOW, (u8)at);
}

static void vga_write(struct console *con __unused, const char *s, unsigned int len)
{
	text_screen_write(&vga_screen, s, len);
	show_cursor(&vga_screen);
}

/* A cursor register keeps what is written, if there is one. */
static bool __init vga_present(void)
{
	u8 old = read_crtc(CRTC_CURSOR_LOW);
	bool kept;

	write_crtc(CRTC_CURSOR_LOW, 0x5a);
	kept = read_crtc(CRTC_CURSOR_LOW) == 0x5a;
	write_crtc(CRTC_CURSOR_LOW, old);
	return kept;
}

void __init vga_init(void)
{
	static struct console vga_console = {.name = "tty0", .write = vga_write};

	if (!vga_present()) {
		pr_info("tty0: no VGA text screen\n");
		return;
	}
	vga_screen.cells = phys_to_virt(VGA_TEXT_PHYS);
	text_screen_clear(&vga_screen);
	register_console(&vga_console);
	pr_info("tty0: VGA text, %ux%u\n", VGA_COLUMNS, VGA_ROWS);
}
