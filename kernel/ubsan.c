/* SPDX-License-Identifier: MIT */
/*
 * Reports of undefined behaviour, in a kernel built by make UBSAN=1.
 *
 * The compiler puts a check before each operation that C leaves undefined for some values,
 * and calls one of the handlers below for those. A report is that of a caller's bug: a first
 * line with place, values and types, and a backtrace; then as on_bug= says.
 *
 *     BUG: undefined behaviour at mm/foo.c:12:3: shift exponent 33 is too large for 32-bit type 'int'
 *
 * What is checked: shifts, division, conversion of nothing to bool, array indices, null and
 * misaligned pointers, pointers into objects too small, arithmetic on pointers that leaves
 * the address space, null where a function was declared to take or return none, bits counted
 * in 0, __builtin_unreachable(). And overflow of signed integers, which in every other build is
 * defined (-fwrapv), so that nobody must count on it wrapping: where wrapping is meant, types
 * are unsigned.
 *
 * This file is compiled without the checks. What it calls is not, so a report inside a report is
 * dropped. Variable-length arrays have no handler, as -Wvla refuses them.
 *
 * Reference: LLVM compiler-rt lib/ubsan/ubsan_handlers.h, for the interface.
 */
#include <kernel/ubsan.h>
#include <kernel/bug.h>
#include <kernel/percpu.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/vsprintf.h>

#define MESSAGE_MAX 160

static DEFINE_PER_CPU(unsigned int, in_ubsan);

/* ubsan_report - unless this is one already */
static void __printf(2, 3)
	ubsan_report(const struct source_location *location, const char *fmt, ...)
{
	char message[MESSAGE_MAX];
	va_list args;

	if (this_cpu_read(in_ubsan))
		return;
	this_cpu_write(in_ubsan, 1);
	va_start(args, fmt);
	vscnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	kbug("undefined behaviour at %s:%u:%u: %s", location->file, location->line,
	     location->column, message);
	this_cpu_write(in_ubsan, 0);
}

/*
 * Values
 */

static unsigned int type_bits(const struct type_descriptor *type)
{
	return 1U << (type->info >> 1);
}

static bool type_is_signed(const struct type_descriptor *type)
{
	return type->kind == UBSAN_TYPE_INT && (type->info & 1);
}

/* value_of - as 64 bits, extended by its sign if it has one */
static u64 value_of(const struct type_descriptor *type, unsigned long value)
{
	unsigned int unused;

	if (type_bits(type) > BITS_PER_LONG)
		return *(const u64 *)value;
	unused = 64 - type_bits(type);
	if (type_is_signed(type))
		return (u64)((s64)((u64)value << unused) >> unused);
	return (u64)value << unused >> unused;
}

static bool is_negative(const struct type_descriptor *type, unsigned long value)
{
	return type_is_signed(type) && (s64)value_of(type, value) < 0;
}

/* A value in words: 64 bits in decimal, with a sign. */
struct value_text {
	char text[24];
};

static struct value_text value_text(const struct type_descriptor *type, unsigned long value)
{
	struct value_text t = {""};

	if (type_is_signed(type))
		scnprintf(t.text, sizeof(t.text), "%lld", (long long)value_of(type, value));
	else
		scnprintf(t.text, sizeof(t.text), "%llu", value_of(type, value));
	return t;
}

/*
 * Integers
 */

static void report_overflow(const struct overflow_data *data, unsigned long lhs, char op,
			    unsigned long rhs)
{
	const struct type_descriptor *type = data->type;

	ubsan_report(&data->location, "%ssigned integer overflow: %s %c %s is no value of type %s",
		     type_is_signed(type) ? "" : "un", value_text(type, lhs).text, op,
		     value_text(type, rhs).text, type->name);
}

void __ubsan_handle_add_overflow(const struct overflow_data *data, unsigned long lhs,
				 unsigned long rhs)
{
	report_overflow(data, lhs, '+', rhs);
}

void __ubsan_handle_sub_overflow(const struct overflow_data *data, unsigned long lhs,
				 unsigned long rhs)
{
	report_overflow(data, lhs, '-', rhs);
}

void __ubsan_handle_mul_overflow(const struct overflow_data *data, unsigned long lhs,
				 unsigned long rhs)
{
	report_overflow(data, lhs, '*', rhs);
}

void __ubsan_handle_negate_overflow(const struct overflow_data *data, unsigned long value)
{
	ubsan_report(&data->location, "negation of %s gives no value of type %s",
		     value_text(data->type, value).text, data->type->name);
}

void __ubsan_handle_divrem_overflow(const struct overflow_data *data, unsigned long lhs,
				    unsigned long rhs)
{
	if (!value_of(data->type, rhs))
		ubsan_report(&data->location, "division of %s by zero",
			     value_text(data->type, lhs).text);
	else
		report_overflow(data, lhs, '/', rhs);
}

void __ubsan_handle_shift_out_of_bounds(const struct shift_out_of_bounds_data *data,
					unsigned long lhs, unsigned long rhs)
{
	const struct type_descriptor *type = data->lhs_type;
	struct value_text exponent = value_text(data->rhs_type, rhs);

	if (is_negative(data->rhs_type, rhs))
		ubsan_report(&data->location, "shift exponent %s is negative", exponent.text);
	else if (value_of(data->rhs_type, rhs) >= type_bits(type))
		ubsan_report(&data->location, "shift exponent %s is too large for %u-bit type %s",
			     exponent.text, type_bits(type), type->name);
	else if (is_negative(type, lhs))
		ubsan_report(&data->location, "left shift of negative value %s",
			     value_text(type, lhs).text);
	else
		ubsan_report(&data->location,
			     "left shift of %s by %s places gives no value of type %s",
			     value_text(type, lhs).text, exponent.text, type->name);
}

void __ubsan_handle_load_invalid_value(const struct invalid_value_data *data, unsigned long value)
{
	ubsan_report(&data->location, "loaded value %s is none of type %s",
		     value_text(data->type, value).text, data->type->name);
}

void __ubsan_handle_invalid_builtin(const struct invalid_builtin_data *data)
{
	ubsan_report(&data->location, "%s zeroes counted in 0",
		     data->kind == UBSAN_BUILTIN_CTZ ? "trailing" : "leading");
}

/*
 * Arrays and pointers
 */

void __ubsan_handle_out_of_bounds(const struct out_of_bounds_data *data, unsigned long index)
{
	ubsan_report(&data->location, "index %s is out of range for type %s",
		     value_text(data->index_type, index).text, data->array_type->name);
}

void __ubsan_handle_type_mismatch_v1(const struct type_mismatch_data_v1 *data, unsigned long addr)
{
	static const char *const accesses[] = {
		"load of",          "store to",           "reference binding to",
		"member access in", "member call on",     "constructor call on",
		"downcast of",      "downcast of",        "upcast of",
		"upcast of",        "nonnull binding to", "dynamic operation on",
	};
	const char *access =
		data->access < ARRAY_SIZE(accesses) ? accesses[data->access] : "use of";
	unsigned long alignment = 1UL << data->log_alignment;

	if (!addr)
		ubsan_report(&data->location, "%s null pointer of type %s", access,
			     data->type->name);
	else if (addr & (alignment - 1))
		ubsan_report(&data->location,
			     "%s misaligned address %#lx for type %s, which wants %lu", access,
			     addr, data->type->name, alignment);
	else
		ubsan_report(&data->location,
			     "%s address %#lx, where there is not room for type %s", access, addr,
			     data->type->name);
}

void __ubsan_handle_nonnull_arg(const struct nonnull_arg_data *data)
{
	ubsan_report(&data->location, "null pointer as argument %d, which was declared to be none",
		     data->arg_index);
}

void __ubsan_handle_nonnull_return_v1(const struct nonnull_return_data *data __unused,
				      const struct source_location *location)
{
	ubsan_report(location, "null pointer returned where none was declared to be");
}

void __ubsan_handle_pointer_overflow(const struct pointer_overflow_data *data, unsigned long base,
				     unsigned long result)
{
	if (!base)
		ubsan_report(&data->location, "offset %#lx added to a null pointer", result);
	else
		ubsan_report(&data->location, "pointer %#lx overflowed to %#lx", base, result);
}

void __ubsan_handle_alignment_assumption(const struct alignment_assumption_data *data,
					 unsigned long addr, unsigned long alignment,
					 unsigned long offset)
{
	ubsan_report(&data->location, "address %#lx at offset %lu was assumed to be aligned to %lu",
		     addr, offset, alignment);
}

/*
 * Control flow
 */

void __ubsan_handle_builtin_unreachable(const struct unreachable_data *data)
{
	panic("undefined behaviour at %s:%u:%u: what was declared unreachable is reached",
	      data->location.file, data->location.line, data->location.column);
}
