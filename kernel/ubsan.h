/* SPDX-License-Identifier: MIT */
/*
 * What the compiler calls in a kernel built by make UBSAN=1, when code is about to do
 * something that C leaves undefined.
 *
 * gcc and clang agree on names, arguments and data. Of each place that is checked they leave
 * a description, whose address is the first argument; its layout is below. The others are
 * the values at work. In a word is what fits into one, else its address.
 */
#ifndef KERNEL_UBSAN_H
#define KERNEL_UBSAN_H

#include <kernel/lib/types.h>

/* Is the kernel built so? Set by the Makefile. */
#ifdef CONFIG_UBSAN
#define UBSAN_IS_ON true
#else
#define UBSAN_IS_ON false
#endif

/* clang calls with arguments on the stack, whatever -mregparm says. */
#ifdef __clang__
#define __ubsan_call __attribute__((__regparm__(0)))
#else
#define __ubsan_call
#endif

struct source_location {
	const char *file;
	u32 line;
	u32 column;
};

/*
 * struct type_descriptor - of an operand
 * @kind: UBSAN_TYPE_INT, or another type, of which no values are printed
 * @info: of an integer: is it signed (bit 0), log2 of its width in bits (the others)
 * @name: as the source has it, in quotes
 */
struct type_descriptor {
	u16 kind;
	u16 info;
	char name[];
};

#define UBSAN_TYPE_INT 0

struct overflow_data {
	struct source_location location;
	const struct type_descriptor *type;
};

struct shift_out_of_bounds_data {
	struct source_location location;
	const struct type_descriptor *lhs_type;
	const struct type_descriptor *rhs_type;
};

struct out_of_bounds_data {
	struct source_location location;
	const struct type_descriptor *array_type;
	const struct type_descriptor *index_type;
};

/* @access is one of the words of ubsan.c: "load of", "store to" ... */
struct type_mismatch_data_v1 {
	struct source_location location;
	const struct type_descriptor *type;
	u8 log_alignment;
	u8 access;
};

struct invalid_value_data {
	struct source_location location;
	const struct type_descriptor *type;
};

struct unreachable_data {
	struct source_location location;
};

struct nonnull_arg_data {
	struct source_location location;
	struct source_location declaration;
	int arg_index;
};

struct nonnull_return_data {
	struct source_location declaration;
};

struct pointer_overflow_data {
	struct source_location location;
};

/* @kind: UBSAN_BUILTIN_CTZ or UBSAN_BUILTIN_CLZ */
struct invalid_builtin_data {
	struct source_location location;
	u8 kind;
};

#define UBSAN_BUILTIN_CTZ 0
#define UBSAN_BUILTIN_CLZ 1

struct alignment_assumption_data {
	struct source_location location;
	struct source_location assumption;
	const struct type_descriptor *type;
};

/*
 * Each reports and, as on_bug= says or a test expects it, returns; the program then goes on
 * with what the processor makes of it.
 */
void __ubsan_call __ubsan_handle_add_overflow(const struct overflow_data *data, unsigned long lhs,
					      unsigned long rhs);
void __ubsan_call __ubsan_handle_sub_overflow(const struct overflow_data *data, unsigned long lhs,
					      unsigned long rhs);
void __ubsan_call __ubsan_handle_mul_overflow(const struct overflow_data *data, unsigned long lhs,
					      unsigned long rhs);
void __ubsan_call __ubsan_handle_negate_overflow(const struct overflow_data *data,
						 unsigned long value);
void __ubsan_call __ubsan_handle_divrem_overflow(const struct overflow_data *data,
						 unsigned long lhs, unsigned long rhs);
void __ubsan_call __ubsan_handle_shift_out_of_bounds(const struct shift_out_of_bounds_data *data,
						     unsigned long lhs, unsigned long rhs);
void __ubsan_call __ubsan_handle_out_of_bounds(const struct out_of_bounds_data *data,
					       unsigned long index);
void __ubsan_call __ubsan_handle_type_mismatch_v1(const struct type_mismatch_data_v1 *data,
						  unsigned long addr);
void __ubsan_call __ubsan_handle_load_invalid_value(const struct invalid_value_data *data,
						    unsigned long value);
void __ubsan_call __ubsan_handle_nonnull_arg(const struct nonnull_arg_data *data);
void __ubsan_call __ubsan_handle_nonnull_return_v1(const struct nonnull_return_data *data,
						   const struct source_location *location);
void __ubsan_call __ubsan_handle_pointer_overflow(const struct pointer_overflow_data *data,
						  unsigned long base, unsigned long result);
void __ubsan_call __ubsan_handle_invalid_builtin(const struct invalid_builtin_data *data);
void __ubsan_call __ubsan_handle_alignment_assumption(const struct alignment_assumption_data *data,
						      unsigned long addr, unsigned long alignment,
						      unsigned long offset);
/* There is nothing to go on with: panics. */
void __ubsan_call __ubsan_handle_builtin_unreachable(const struct unreachable_data *data)
	__noreturn;

#endif
