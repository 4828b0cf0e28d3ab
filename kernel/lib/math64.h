/* SPDX-License-Identifier: MIT */
/*
 * 64-bit division for a 32-bit CPU without the compiler's helper library: there a
 * plain "a / b" of u64 does not link, which is as it should be, since it costs some
 * forty instructions that want to be seen in the source. Linux's names.
 *
 * A divisor of 0 is the caller's bug and raises the CPU's divide error.
 * Context of all: any.
 */
#ifndef KERNEL_LIB_MATH64_H
#define KERNEL_LIB_MATH64_H

#include <kernel/lib/types.h>

/**
 * div_u64_rem - divide 64 bits by 32
 * @dividend:  64 bits
 * @divisor:   not 0
 * @remainder: out: @dividend modulo @divisor
 * Return: quotient.
 */
u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder);

/** div64_u64 - divide 64 bits by 64. @divisor is not 0. Return: quotient. */
u64 div64_u64(u64 dividend, u64 divisor);

/** div_u64 - divide 64 bits by 32. @divisor is not 0. Return: quotient. */
static inline u64 div_u64(u64 dividend, u32 divisor)
{
	u32 remainder;

	return div_u64_rem(dividend, divisor, &remainder);
}

/** mul_u32_u32 - 64-bit product of two 32-bit factors: one multiplication */
static __always_inline u64 mul_u32_u32(u32 a, u32 b)
{
	return (u64)a * b;
}

/**
 * mul_u64_u32_shr - (@a * @mul) >> @shift with 96 bits in between
 * @shift: 0 to 32
 * Return: low 64 bits of the result. Turns cycles into nanoseconds.
 */
static inline u64 mul_u64_u32_shr(u64 a, u32 mul, unsigned int shift)
{
	u64 low = mul_u32_u32(a & U32_MAX, mul) >> shift;
	u32 high = (u32)(a >> 32);

	return high ? low + (mul_u32_u32(high, mul) << (32 - shift)) : low;
}

#endif
