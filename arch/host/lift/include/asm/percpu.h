/* SPDX-License-Identifier: MIT */
/* <arch/percpu.h> where there is one CPU: its variables are the template itself. */
#ifndef ASM_PERCPU_H
#define ASM_PERCPU_H

#include <kernel/lib/types.h>

#define __percpu_here(var) (*(__typeof__(var) __kernel __force *)&(var))

#define __this_cpu_read(var)      __percpu_here(var)
#define __this_cpu_nonzero(var)   (__this_cpu_read(var) != 0)
#define __this_cpu_any(var, bits) ((__this_cpu_read(var) & (bits)) != 0)
#define __this_cpu_write(var, v)  (__percpu_here(var) = (v))
#define __this_cpu_add(var, v)    (__percpu_here(var) += (v))

static const unsigned long this_cpu_off = 0;
#define raw_smp_processor_id() 0U

#endif
