/* SPDX-License-Identifier: MIT */
/*
 * Long division in base 2^16, as on paper, with 32-bit divisions for the steps.
 *
 * The upper half of the dividend is divided first; its remainder r, less than the
 * divisor, stands before the lower half. What is left is to divide r * 2^32 + low
 * by the divisor, with a quotient below 2^32: two digits of 16 bits.
 *
 * Reference: Knuth, TAOCP vol. 2, 4.3.1, algorithm D.
 */
#include <kernel/lib/math64.h>
#include <kernel/lib/bitops.h>

#if BITS_PER_LONG == 64

u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = (u32)(dividend % divisor);
	return dividend / divisor;
}

u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

#else

/*
 * One digit: (@rem * 2^16 + @digit) / @divisor, where @divisor has its top bit set
 * and @rem < @divisor. The estimate by the divisor's upper half is right or at
 * most two too large, because that half is at least 2^15.
 */
static u32 div_digit(u32 *rem, u32 digit, u32 divisor)
{
	u32 upper = divisor >> 16;
	u32 lower = divisor & 0xffff;
	u32 q = *rem / upper;
	u32 r = *rem % upper;

	while (q > 0xffff || q * lower > (r << 16 | digit)) {
		q--;
		r += upper;
		if (r > 0xffff)
			break; /* now the product cannot be too large any more */
	}
	*rem = (*rem << 16) + digit - q * divisor;
	return q;
}

/* (@rem * 2^32 + @low) / @divisor for @rem < @divisor; @rem becomes the remainder. */
static u32 div_low(u32 *rem, u32 low, u32 divisor)
{
	unsigned int shift = 32 - fls(divisor);
	u32 q;

	divisor <<= shift;
	if (shift) {
		*rem = *rem << shift | low >> (32 - shift);
		low <<= shift;
	}
	q = div_digit(rem, low >> 16, divisor) << 16;
	q |= div_digit(rem, low & 0xffff, divisor);
	*rem >>= shift;
	return q;
}

u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	u32 high = (u32)(dividend >> 32);
	u32 low = (u32)dividend;
	u32 q_high = 0;
	u32 rem = high;

	if (!high) {
		*remainder = low % divisor;
		return low / divisor;
	}
	if (high >= divisor) {
		q_high = high / divisor;
		rem = high % divisor;
	}
	low = div_low(&rem, low, divisor);
	*remainder = rem;
	return (u64)q_high << 32 | low;
}

/*
 * A divisor of more than 32 bits: drop low bits of both until it has 32. The
 * quotient then has at most 32 bits and is right or one too large, seen by the
 * remainder becoming negative.
 */
u64 div64_u64(u64 dividend, u64 divisor)
{
	u32 high = (u32)(divisor >> 32);
	unsigned int shift;
	u64 q;

	if (!high)
		return div_u64(dividend, (u32)divisor);
	shift = fls(high);
	q = div_u64(dividend >> shift, (u32)(divisor >> shift));
	if (q)
		q--;
	if (dividend - q * divisor >= divisor)
		q++;
	return q;
}

#endif
