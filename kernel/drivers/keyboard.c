/* SPDX-License-Identifier: MIT */
/*
 * The PS/2 keyboard behind its 8042 controller.
 *
 * A key sends a scan code when it goes down, and the same with bit 7 set when it
 * comes up. Keys that the first PCs did not have send 0xe0 first. The controller
 * translates to set 1, whatever the keyboard speaks. Two tables, plain and with
 * shift, cover the US layout; the letters follow caps lock as well, ctrl makes the
 * control character, and cursor keys become the escape sequences of a terminal.
 *
 * Everything that waits for the controller waits a bounded time: on machines
 * without one the port reads 0xff, "busy", for ever.
 *
 * Locking: after keyboard_init() only the interrupt handler touches the state.
 * Reference: IBM PS/2 Hardware Interface Technical Reference, keyboard controller.
 */
#include <kernel/bug.h>
#include <kernel/irq.h>
#include <kernel/printk.h>
#include <kernel/drivers/input.h>
#include <kernel/drivers/keyboard.h>
#include <kernel/lib/compiler.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <arch/cpu.h>
#include <arch/io.h>

#define CODE_EXTENDED 0xe0
#define CODE_PAUSE    0xe1
#define PAUSE_REST    2 /* bytes behind 0xe1, each time */
#define CODE_UP       0x80

#define CODE_LEFT_CTRL   0x1d
#define CODE_LEFT_SHIFT  0x2a
#define CODE_RIGHT_SHIFT 0x36
#define CODE_CAPS_LOCK   0x3a

/* Index: scan code, sixteen a line. \0: types nothing by itself. */
static const char plain_keys[] = "\0\0331234567890-=\b\t"
				 "qwertyuiop[]\n\0as"
				 "dfghjkl;'`\0\\zxcv"
				 "bnm,./\0*\0 ";

/* What shift makes of the keys that are not letters: pairs. */
static const char shift_pairs[] = "1!2@3#4$5%6^7&8*9(0)-_=+[{]};:'\"`~\\|,<.>/?";

/* struct extended_key - a key that sends 0xe0 first */
struct extended_key {
	u8 code;
	const char *types;
};

static const struct extended_key extended_keys[] = {
	{0x1c, "\n"},      /* keypad enter */
	{0x35, "/"},       /* keypad slash */
	{0x47, "\033[H"},  /* home */
	{0x48, "\033[A"},  /* up */
	{0x4b, "\033[D"},  /* left */
	{0x4d, "\033[C"},  /* right */
	{0x4f, "\033[F"},  /* end */
	{0x50, "\033[B"},  /* down */
	{0x53, "\033[3~"}, /* delete */
};

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static char with_shift(char c)
{
	const char *pair;

	if (is_letter(c))
		return (char)(c - 'a' + 'A');
	for (pair = shift_pairs; *pair; pair += 2) {
		if (pair[0] == c)
			return pair[1];
	}
	return c;
}

static char with_modifiers(const struct keyboard *kbd, char c)
{
	bool shift = kbd->left_shift || kbd->right_shift;

	if ((kbd->left_ctrl || kbd->right_ctrl) && is_letter(c))
		return (char)(c - 'a' + 1);
	if (is_letter(c) && kbd->caps_lock)
		shift = !shift;
	return shift ? with_shift(c) : c;
}

/* take_modifier - was it one? */
static bool take_modifier(struct keyboard *kbd, u8 key, bool extended, bool down)
{
	if (key == CODE_LEFT_CTRL) {
		*(extended ? &kbd->right_ctrl : &kbd->left_ctrl) = down;
		return true;
	}
	/* With 0xe0 these are made up by the keyboard, around other keys. */
	if (key == CODE_LEFT_SHIFT || key == CODE_RIGHT_SHIFT) {
		if (!extended)
			*(key == CODE_LEFT_SHIFT ? &kbd->left_shift : &kbd->right_shift) = down;
		return true;
	}
	if (key == CODE_CAPS_LOCK && !extended) {
		if (down && !kbd->caps_down)
			kbd->caps_lock = !kbd->caps_lock;
		kbd->caps_down = down;
		return true;
	}
	return false;
}

void keyboard_translate(struct keyboard *kbd, u8 code, char out[8])
{
	bool extended = kbd->extended;
	u8 key = (u8)(code & ~CODE_UP);
	bool down = !(code & CODE_UP);
	size_t i;

	out[0] = '\0';
	if (kbd->skip) {
		kbd->skip--;
		return;
	}
	kbd->extended = code == CODE_EXTENDED;
	if (code == CODE_PAUSE)
		kbd->skip = PAUSE_REST;
	if (code == CODE_EXTENDED || code == CODE_PAUSE)
		return;
	if (take_modifier(kbd, key, extended, down) || !down)
		return;
	if (!extended) {
		out[0] = key < sizeof(plain_keys) ? with_modifiers(kbd, plain_keys[key]) : '\0';
		out[1] = '\0';
		return;
	}
	for (i = 0; i < ARRAY_SIZE(extended_keys); i++) {
		if (extended_keys[i].code == key)
			strscpy(out, extended_keys[i].types, 8);
	}
}

/* The controller. */
#define KBC_DATA    0x60
#define KBC_STATUS  0x64
#define KBC_COMMAND 0x64

#define STATUS_OUTPUT_FULL 0x01
#define STATUS_INPUT_FULL  0x02
#define STATUS_FROM_MOUSE  0x20

#define CMD_READ_CONFIG  0x20
#define CMD_WRITE_CONFIG 0x60
#define CONFIG_IRQ1      0x01
#define CONFIG_KBD_OFF   0x10
#define CONFIG_TRANSLATE 0x40

#define KBC_SPINS           100000
#define BYTES_PER_INTERRUPT 16

static struct keyboard keyboard;

static irqreturn_t keyboard_interrupt(unsigned int irq __unused, void *dev __unused)
{
	irqreturn_t ret = IRQ_NONE;
	unsigned int i;

	for (i = 0; i < BYTES_PER_INTERRUPT; i++) {
		u8 status = inb(KBC_STATUS);
		char typed[8];
		u8 code;

		if (!(status & STATUS_OUTPUT_FULL))
			break;
		code = inb(KBC_DATA);
		ret = IRQ_HANDLED;
		if (status & STATUS_FROM_MOUSE)
			continue;
		keyboard_translate(&keyboard, code, typed);
		input_push_string(typed);
	}
	return ret;
}

/* wait_status - until the bits of @mask are @value. Return: did they become so? */
static bool __init wait_status(u8 mask, u8 value)
{
	unsigned int spins = KBC_SPINS;

	while ((inb(KBC_STATUS) & mask) != value) {
		if (!--spins)
			return false;
		cpu_relax();
	}
	return true;
}

static bool __init send(u8 byte, u16 port)
{
	if (!wait_status(STATUS_INPUT_FULL, 0))
		return false;
	outb(byte, port);
	return true;
}

/* configure - interrupts and translation on. Return: is there a controller at all? */
static bool __init configure(void)
{
	unsigned int i;
	u8 config;

	if (inb(KBC_STATUS) == 0xff)
		return false;
	for (i = 0; i < BYTES_PER_INTERRUPT && inb(KBC_STATUS) & STATUS_OUTPUT_FULL; i++)
		inb(KBC_DATA); /* typed before anybody listened */
	if (!send(CMD_READ_CONFIG, KBC_COMMAND) ||
	    !wait_status(STATUS_OUTPUT_FULL, STATUS_OUTPUT_FULL))
		return false;
	config = inb(KBC_DATA);
	config |= CONFIG_IRQ1 | CONFIG_TRANSLATE;
	config &= (u8)~CONFIG_KBD_OFF;
	return send(CMD_WRITE_CONFIG, KBC_COMMAND) && send(config, KBC_DATA);
}

void __init keyboard_init(void)
{
	static struct irqaction keyboard_action = {
		.handler = keyboard_interrupt,
		.name = "keyboard",
	};

	if (!configure()) {
		pr_info("keyboard: no PS/2 controller\n");
		return;
	}
	BUG_ON(setup_irq(IRQ_KEYBOARD, &keyboard_action));
	pr_info("keyboard: PS/2, irq %u\n", IRQ_KEYBOARD);
}
