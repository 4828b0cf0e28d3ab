/* SPDX-License-Identifier: MIT */
/*
 * What the compiler and sparse are told: attributes, section names, address
 * spaces, lock contexts and access-once. No state, no dependence.
 *
 * Address spaces (sparse only): a pointer marked __user, __iomem or __percpu
 * must not be dereferenced, only handed to the accessor that knows how. __bitwise
 * types do not mix with integers. Lock annotations make sparse count acquire
 * and release along each path of a function.
 */
#ifndef KERNEL_LIB_COMPILER_H
#define KERNEL_LIB_COMPILER_H

#ifdef __CHECKER__
#define __kernel       __attribute__((address_space(0)))
#define __user         __attribute__((noderef, address_space(__user)))
#define __iomem        __attribute__((noderef, address_space(__iomem)))
#define __percpu       __attribute__((noderef, address_space(__percpu)))
#define __bitwise      __attribute__((bitwise))
#define __force        __attribute__((force))
#define __must_hold(x) __attribute__((context(x, 1, 1)))
#define __acquires(x)  __attribute__((context(x, 0, 1)))
#define __releases(x)  __attribute__((context(x, 1, 0)))
#define __acquire(x)   __context__(x, 1)
#define __release(x)   __context__(x, -1)
#define __cond_lock(x, c)                                                                          \
	((c) ? ({                                                                                  \
		__acquire(x);                                                                      \
		1;                                                                                 \
	})                                                                                         \
	     : 0)
#else
#define __kernel
#define __user
#define __iomem
#define __percpu
#define __bitwise
#define __force
#define __must_hold(x)
#define __acquires(x)
#define __releases(x)
#define __acquire(x)      (void)0
#define __release(x)      (void)0
#define __cond_lock(x, c) (c)
#endif

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#undef __always_inline
#define __always_inline         inline __attribute__((__always_inline__))
#define noinline                __attribute__((__noinline__))
#define __noreturn              __attribute__((__noreturn__))
#define __returns_twice         __attribute__((__returns_twice__))
#define __no_sanitize_undefined __attribute__((__no_sanitize__("undefined")))
#define __no_sanitize_address   __attribute__((__no_sanitize_address__))
#define __no_stack_protector    __attribute__((__no_stack_protector__))
#define __packed                __attribute__((__packed__))
#define __aligned(x)            __attribute__((__aligned__(x)))
#define __section(s)            __attribute__((__section__(s)))
#define __used                  __attribute__((__used__))
#define __unused                __attribute__((__unused__))
#define __maybe_unused          __attribute__((__unused__))
#define __weak                  __attribute__((__weak__))
#define __pure                  __attribute__((__pure__))
#define __attribute_const       __attribute__((__const__))
#define __must_check            __attribute__((__warn_unused_result__))
#define __cold                  __attribute__((__cold__))
#define __printf(f, a)          __attribute__((__format__(printf, f, a)))
#define fallthrough             __attribute__((__fallthrough__))

/*
 * __malloc says that the returned memory aliases nothing else; __dealloc names
 * the function that releases it, so that gcc -fanalyzer can follow the object.
 */
#define __malloc __attribute__((__malloc__))
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 11 && !defined(__CHECKER__)
#define __dealloc(fn, arg) __attribute__((__malloc__(fn, arg)))
#else
#define __dealloc(fn, arg)
#endif

/*
 * Data that is found by the bounds of its section: elements of a table, variables that are
 * copied together. A sanitizer's red zones must not lie in between; gcc takes that from the
 * section, clang wants it said.
 */
#ifdef __clang__
#define __table(s) __attribute__((__section__(s), __no_sanitize_address__))
#else
#define __table(s) __section(s)
#endif

/* Code and data that boot needs once: poisoned and given to the page allocator afterwards. */
#define __init      __section(".init.text") __cold
#define __initdata  __section(".init.data")
#define __initconst __section(".init.rodata")
/* Data written during boot only; read-only afterwards. */
#define __ro_after_init    __section(".data..ro_after_init")
#define __page_aligned_bss __section(".bss..page_aligned") __aligned(4096)

#define barrier() __asm__ __volatile__("" ::: "memory")

/* OPTIMIZER_HIDE_VAR - the compiler forgets how it computed @var, and uses the result */
#define OPTIMIZER_HIDE_VAR(var) __asm__("" : "+r"(var))

/* One access, neither torn, merged nor repeated by the compiler. */
#define READ_ONCE(x)     (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

/* The address that a function returns to: "who called", kept with each object. */
#define _RET_IP_ ((unsigned long)__builtin_return_address(0))

#define __stringify_1(x...) #x
#define __stringify(x...)   __stringify_1(x)
#define __PASTE_1(a, b)     a##b
#define __PASTE(a, b)       __PASTE_1(a, b)
#define __UNIQUE_ID(prefix) __PASTE(__PASTE(prefix, _), __COUNTER__)

#endif
