/* SPDX-License-Identifier: MIT */
/*
 * Formatted output.
 *
 * Idea: the format is cut into literal text and conversions. A conversion is read
 * into a struct printf_spec (flags, width, precision, length), which then goes with
 * its argument to the writer of its kind. All output passes emit(), which counts
 * every byte and stores those that fit, so that nothing else here need know the
 * buffer's size.
 *
 * Reference: C11 7.21.6.1; Linux 6.1 lib/vsprintf.c and
 * Documentation/core-api/printk-formats.rst for the forms of %p.
 */
#include <kernel/lib/vsprintf.h>
#include <kernel/lib/ctype.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/math64.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>

/* @count: bytes of output so far, also of those that did not fit */
struct output {
	char *buf;
	size_t size;
	size_t count;
};

enum {
	LEFT = 1,     /* - */
	PLUS = 2,     /* + */
	SPACE = 4,    /* a space in place of + */
	SPECIAL = 8,  /* # : 0x, 0X or 0 in front */
	ZEROPAD = 16, /* 0 */
	UPPER = 32,   /* digits A to F */
	SIGNED = 64,
};

enum length { LEN_INT, LEN_CHAR, LEN_SHORT, LEN_LONG, LEN_LLONG, LEN_SIZE };

/* @width: 0 when none was given; @precision: -1 when none was given */
struct printf_spec {
	unsigned int flags;
	int width;
	int precision;
	unsigned int base;
	enum length length;
};

static vsprintf_symbolizer_t symbolizer;

void vsprintf_set_symbolizer(vsprintf_symbolizer_t lookup)
{
	symbolizer = lookup;
}

static void emit(struct output *out, char c)
{
	if (out->count < out->size)
		out->buf[out->count] = c;
	out->count++;
}

static void emit_repeat(struct output *out, char c, int n)
{
	while (n-- > 0)
		emit(out, c);
}

static void emit_bytes(struct output *out, const char *s, size_t len)
{
	while (len--)
		emit(out, *s++);
}

/* Text padded to the width, on the side that the flags say. */
static void emit_padded(struct output *out, const char *s, size_t len,
			const struct printf_spec *spec)
{
	int pad = spec->width - (int)len;

	if (!(spec->flags & LEFT))
		emit_repeat(out, ' ', pad);
	emit_bytes(out, s, len);
	if (spec->flags & LEFT)
		emit_repeat(out, ' ', pad);
}

/*
 * The digits of @num, last one first, into @digits; returns how many, none for 0.
 * Bases 8 and 16 go by shifts; base 10 divides 64 bits only while there are that many.
 */
static int number_digits(char *digits, u64 num, const struct printf_spec *spec)
{
	const char *const set = spec->flags & UPPER ? "0123456789ABCDEF" : "0123456789abcdef";
	int n = 0;

	if (spec->base != 10) {
		unsigned int shift = spec->base == 16 ? 4 : 3;

		for (; num; num >>= shift)
			digits[n++] = set[num & (spec->base - 1)];
		return n;
	}
	while (num >> 32) {
		u32 digit;

		num = div_u64_rem(num, 10, &digit);
		digits[n++] = (char)('0' + digit);
	}
	for (u32 low = (u32)num; low; low /= 10)
		digits[n++] = (char)('0' + low % 10);
	return n;
}

/* What stands before the digits: a sign, or the mark of the base. */
static int number_prefix(char *prefix, u64 *num, int ndigits, const struct printf_spec *spec)
{
	int n = 0;

	if (spec->flags & SIGNED) {
		if (spec->flags & PLUS)
			prefix[n++] = '+';
		else if (spec->flags & SPACE)
			prefix[n++] = ' ';
		if ((s64)*num < 0) {
			prefix[0] = '-';
			n = 1;
			*num = -*num;
		}
	} else if ((spec->flags & SPECIAL) && spec->base == 16 && (*num || ndigits)) {
		prefix[n++] = '0';
		prefix[n++] = spec->flags & UPPER ? 'X' : 'x';
	}
	return n;
}

/* A number: pad, prefix, zeroes, digits, pad. @force_prefix: 0x also for 0. */
static void emit_number(struct output *out, u64 num, const struct printf_spec *spec,
			bool force_prefix)
{
	char digits[22]; /* 2^64 in octal */
	char prefix[2];
	int nprefix = number_prefix(prefix, &num, force_prefix, spec);
	int ndigits = number_digits(digits, num, spec);
	int zeroes = spec->precision >= 0 ? spec->precision : 1;
	int pad;

	if ((spec->flags & SPECIAL) && spec->base == 8)
		zeroes = max(zeroes, ndigits + 1); /* # wants octal to begin with a 0 */
	zeroes = max(zeroes - ndigits, 0);
	pad = spec->width - nprefix - zeroes - ndigits;
	if ((spec->flags & (ZEROPAD | LEFT)) == ZEROPAD && spec->precision < 0 && pad > 0) {
		zeroes += pad;
		pad = 0;
	}
	if (!(spec->flags & LEFT))
		emit_repeat(out, ' ', pad);
	emit_bytes(out, prefix, nprefix);
	emit_repeat(out, '0', zeroes);
	while (ndigits)
		emit(out, digits[--ndigits]);
	if (spec->flags & LEFT)
		emit_repeat(out, ' ', pad);
}

/* All hex digits of @size bytes; with @mark 0x in front. */
static void emit_address(struct output *out, u64 num, size_t size, bool mark,
			 const struct printf_spec *spec)
{
	struct printf_spec hex = *spec;

	hex.base = 16;
	hex.flags = (spec->flags & LEFT) | (mark ? SPECIAL : 0);
	hex.precision = (int)(2 * size);
	emit_number(out, num, &hex, mark);
}

/*
 * A pointer that cannot be followed gets a word in place of a fault: the messages
 * that carry one are those of trouble already.
 */
static const char *bad_pointer(const void *ptr)
{
	if (!ptr)
		return "(null)";
	if ((unsigned long)ptr < 4096 || IS_ERR(ptr))
		return "(efault)";
	return NULL;
}

static void emit_string(struct output *out, const char *s, const struct printf_spec *spec)
{
	const char *bad = bad_pointer(s);
	size_t max = spec->precision >= 0 ? (size_t)spec->precision : (size_t)INT_MAX;

	if (bad)
		s = bad;
	emit_padded(out, s, strnlen(s, max), spec);
}

/* %pS, %ps, %pB: built in a buffer of its own, since width counts the whole of it. */
static void emit_symbol(struct output *out, unsigned long addr, char kind,
			const struct printf_spec *spec)
{
	unsigned long size = 0, offset = 0;
	unsigned long back = kind == 'B' && addr ? 1 : 0;
	const char *name = symbolizer ? symbolizer(addr - back, &size, &offset) : NULL;
	static const struct printf_spec hex = {.flags = SPECIAL, .base = 16, .precision = -1};
	char text[128];
	struct output sym = {.buf = text, .size = sizeof(text)};

	if (!name) {
		emit_address(out, addr, sizeof(addr), true, spec);
		return;
	}
	emit_bytes(&sym, name, strlen(name));
	if (kind != 's') {
		emit(&sym, '+');
		emit_number(&sym, offset + back, &hex, true);
		emit(&sym, '/');
		emit_number(&sym, size, &hex, true);
	}
	emit_padded(out, text, min(sym.count, sym.size), spec);
}

/* %*ph: the width is the number of bytes. */
static void emit_hex_bytes(struct output *out, const u8 *bytes, char separator,
			   const struct printf_spec *spec)
{
	static const char set[] = "0123456789abcdef";
	const char *bad = bad_pointer(bytes);
	int i, n = clamp(spec->width, 1, 64);

	if (bad) {
		emit_bytes(out, bad, strlen(bad));
		return;
	}
	for (i = 0; i < n; i++) {
		if (i && separator)
			emit(out, separator);
		emit(out, set[bytes[i] >> 4]);
		emit(out, set[bytes[i] & 15]);
	}
}

static void emit_phys_addr(struct output *out, const phys_addr_t *addr,
			   const struct printf_spec *spec)
{
	const char *bad = bad_pointer(addr);

	if (bad)
		emit_padded(out, bad, strlen(bad), spec);
	else
		emit_address(out, *addr, sizeof(*addr), true, spec);
}

/* Everything that begins with %p; returns how many letters behind the p belong to it. */
static size_t emit_pointer(struct output *out, const void *ptr, const char *fmt,
			   const struct printf_spec *spec)
{
	char separator = ' ';
	size_t used = 1;

	switch (fmt[0]) {
	case 'S':
	case 's':
	case 'B':
		emit_symbol(out, (unsigned long)ptr, fmt[0], spec);
		return 1;
	case 'a':
		emit_phys_addr(out, ptr, spec);
		return fmt[1] == 'p' ? 2 : 1;
	case 'h':
		if (fmt[1] == 'C' || fmt[1] == 'D' || fmt[1] == 'N') {
			separator = fmt[1] == 'C' ? ':' : fmt[1] == 'D' ? '-' : '\0';
			used = 2;
		}
		emit_hex_bytes(out, ptr, separator, spec);
		return used;
	case 'x':
		emit_address(out, (unsigned long)ptr, sizeof(ptr), false, spec);
		return 1;
	default:
		emit_address(out, (unsigned long)ptr, sizeof(ptr), false, spec);
		return 0;
	}
}

static const char *parse_flags(const char *fmt, struct printf_spec *spec)
{
	for (;; fmt++) {
		switch (*fmt) {
		case '-':
			spec->flags |= LEFT;
			break;
		case '+':
			spec->flags |= PLUS;
			break;
		case ' ':
			spec->flags |= SPACE;
			break;
		case '#':
			spec->flags |= SPECIAL;
			break;
		case '0':
			spec->flags |= ZEROPAD;
			break;
		default:
			return fmt;
		}
	}
}

/* Digits of a width or precision, held below a bound that no sum here can overflow. */
static const char *parse_number(const char *fmt, int *num)
{
	for (*num = 0; isdigit(*fmt); fmt++)
		*num = min(*num * 10 + (*fmt - '0'), 0xffff);
	return fmt;
}

static const char *parse_length(const char *fmt, struct printf_spec *spec)
{
	switch (*fmt) {
	case 'h':
		spec->length = fmt[1] == 'h' ? LEN_CHAR : LEN_SHORT;
		return fmt + (fmt[1] == 'h' ? 2 : 1);
	case 'l':
		spec->length = fmt[1] == 'l' ? LEN_LLONG : LEN_LONG;
		return fmt + (fmt[1] == 'l' ? 2 : 1);
	case 'j':
		spec->length = LEN_LLONG;
		return fmt + 1;
	case 'z':
	case 't':
		spec->length = LEN_SIZE;
		return fmt + 1;
	default:
		return fmt;
	}
}

/* va_list is an array type on some ports: a structure makes it one to pass by address. */
struct arguments {
	va_list list;
};

/* Flags, width, precision and length; @fmt stands behind the '%'. Returns where the letter is. */
static const char *parse_spec(const char *fmt, struct printf_spec *spec, struct arguments *args)
{
	*spec = (struct printf_spec){.precision = -1, .base = 10};
	fmt = parse_flags(fmt, spec);
	if (*fmt == '*') {
		spec->width = clamp(va_arg(args->list, int), -0xffff, 0xffff);
		if (spec->width < 0) {
			spec->width = -spec->width;
			spec->flags |= LEFT;
		}
		fmt++;
	} else {
		fmt = parse_number(fmt, &spec->width);
	}
	if (*fmt == '.') {
		fmt++;
		if (*fmt == '*') {
			spec->precision = clamp(va_arg(args->list, int), -1, 0xffff);
			fmt++;
		} else {
			fmt = parse_number(fmt, &spec->precision);
		}
	}
	return parse_length(fmt, spec);
}

static u64 fetch_unsigned(struct arguments *args, enum length length)
{
	switch (length) {
	case LEN_CHAR:
		return (unsigned char)va_arg(args->list, unsigned int);
	case LEN_SHORT:
		return (unsigned short)va_arg(args->list, unsigned int);
	case LEN_LONG:
		return va_arg(args->list, unsigned long);
	case LEN_LLONG:
		return va_arg(args->list, unsigned long long);
	case LEN_SIZE:
		return va_arg(args->list, size_t);
	case LEN_INT:
	default:
		return va_arg(args->list, unsigned int);
	}
}

static u64 fetch_signed(struct arguments *args, enum length length)
{
	switch (length) {
	case LEN_CHAR:
		return (u64)(signed char)va_arg(args->list, int);
	case LEN_SHORT:
		return (u64)(short)va_arg(args->list, int);
	case LEN_LONG:
		return (u64)va_arg(args->list, long);
	case LEN_LLONG:
		return (u64)va_arg(args->list, long long);
	case LEN_SIZE:
		return (u64)va_arg(args->list, ptrdiff_t);
	case LEN_INT:
	default:
		return (u64)va_arg(args->list, int);
	}
}

static void emit_integer(struct output *out, char letter, struct printf_spec *spec,
			 struct arguments *args)
{
	u64 num;

	switch (letter) {
	case 'd':
	case 'i':
		spec->flags |= SIGNED;
		num = fetch_signed(args, spec->length);
		break;
	case 'o':
		spec->base = 8;
		num = fetch_unsigned(args, spec->length);
		break;
	case 'X':
		spec->flags |= UPPER;
		fallthrough;
	case 'x':
		spec->base = 16;
		fallthrough;
	default:
		num = fetch_unsigned(args, spec->length);
		break;
	}
	emit_number(out, num, spec, false);
}

/* One conversion; @start is at its '%'. Returns what follows it. */
static const char *emit_conversion(struct output *out, const char *start, struct arguments *args)
{
	struct printf_spec spec;
	const char *fmt = parse_spec(start + 1, &spec, args);
	char c;

	switch (*fmt) {
	case 'c':
		c = (char)va_arg(args->list, int);
		emit_padded(out, &c, 1, &spec);
		return fmt + 1;
	case 's':
		emit_string(out, va_arg(args->list, const char *), &spec);
		return fmt + 1;
	case 'p':
		fmt++;
		return fmt + emit_pointer(out, va_arg(args->list, void *), fmt, &spec);
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
	case 'o':
		emit_integer(out, *fmt, &spec, args);
		return fmt + 1;
	case '%':
		emit(out, '%');
		return fmt + 1;
	default: /* not one of ours: show it, and take no argument for it */
		emit_bytes(out, start, fmt - start);
		return fmt;
	}
}

int vsnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	struct output out = {.buf = buf, .size = size};
	struct arguments arguments;

	va_copy(arguments.list, args);
	while (*fmt) {
		if (*fmt == '%')
			fmt = emit_conversion(&out, fmt, &arguments);
		else
			emit(&out, *fmt++);
	}
	va_end(arguments.list);
	if (size)
		buf[min(out.count, size - 1)] = '\0';
	return (int)out.count;
}

int snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}

int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int n = vsnprintf(buf, size, fmt, args);

	if (n < (int)size)
		return n;
	return size ? (int)size - 1 : 0;
}

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return n;
}
