/* SPDX-License-Identifier: MIT */
/* Ports of a machine with nothing on its bus: reads give all ones, writes get lost. */
#ifndef ASM_PORTIO_H
#define ASM_PORTIO_H

#include <kernel/lib/types.h>

#define BUILD_PORT_IO(suffix, type)                                                                \
	static inline type in##suffix(u16 port __unused)                                           \
	{                                                                                          \
		return (type)-1;                                                                   \
	}                                                                                          \
	static inline void out##suffix(type value __unused, u16 port __unused)                     \
	{                                                                                          \
	}

BUILD_PORT_IO(b, u8)
BUILD_PORT_IO(w, u16)
BUILD_PORT_IO(l, u32)
#undef BUILD_PORT_IO

#endif
