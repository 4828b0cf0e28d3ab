/* SPDX-License-Identifier: MIT */
/*
 * Assertions, one tier for each kind of condition (see the table in the style
 * guide of mm/README.md):
 *
 *   BUILD_BUG_ON   layout and sizes             does not compile
 *   error code     what a correct caller meets  the caller copes
 *   kbug()         a caller's bug               reported; on_bug= says what next
 *   BUG_ON         our own state is broken      reported, and the kernel stops
 *   WARN_ON        suspicious, survivable       reported, and goes on
 *
 * Every report has a first line "BUG: ..." or "WARNING: ...", the place, and a
 * symbolised backtrace. A test may announce the report it is about to cause
 * (KUNIT_EXPECT_BUG, KUNIT_EXPECT_WARN): it is then printed as a comment, and
 * the kernel goes on whatever on_bug= says.
 */
#ifndef KERNEL_BUG_H
#define KERNEL_BUG_H

#include <kernel/lib/types.h>
#include <kernel/printk.h>

enum on_bug_action { ON_BUG_PANIC, ON_BUG_CONTINUE };
extern enum on_bug_action on_bug;

/**
 * panic - stop the machine with a message
 * @fmt: what happened
 *
 * Prints the message, registers and a backtrace, and halts, or leaves QEMU with
 * the panic code when exit=1 was given. A panic inside a panic halts at once.
 *
 * Context: any, with any lock held.
 */
void panic(const char *fmt, ...) __printf(1, 2) __noreturn __cold;

/**
 * kbug - report a caller's bug
 * @fmt: what it is and which object, e.g. "double free: page %px pfn %#lx ..."
 *
 * One call for a report that fits a line. For longer ones: kbug_begin() prints
 * the first line, printk() adds details, kbug_end() the backtrace, and acts.
 *
 * Context: any, with any lock held; locks that the caller of a panicking
 *          kernel holds stay held.
 * Return: only when a test expected the report or on_bug=continue; the caller
 *         then leaves its structures as they were.
 */
void kbug(const char *fmt, ...) __printf(1, 2) __cold;
void kbug_begin(const char *fmt, ...) __printf(1, 2) __cold;
void kbug_end(void) __cold;

/* warn_begin, warn_end - likewise for a WARNING that takes several lines */
void warn_begin(const char *fmt, ...) __printf(1, 2) __cold;
void warn_end(void) __cold;

void __warn(const char *file, int line, const char *fmt, ...) __printf(3, 4) __cold;
void __bug(const char *file, int line, const char *what) __noreturn __cold;

#define WARN(cond, fmt, ...)                                                                       \
	({                                                                                         \
		bool __warn_on = !!(cond);                                                         \
		if (unlikely(__warn_on))                                                           \
			__warn(__FILE__, __LINE__, fmt, ##__VA_ARGS__);                            \
		unlikely(__warn_on);                                                               \
	})
#define WARN_ON(cond) WARN(cond, "%s", #cond)
#define WARN_ONCE(cond, fmt, ...)                                                                  \
	({                                                                                         \
		static bool __warned;                                                              \
		bool __warn_once = !!(cond);                                                       \
		if (unlikely(__warn_once && !__warned)) {                                          \
			__warned = true;                                                           \
			__warn(__FILE__, __LINE__, fmt, ##__VA_ARGS__);                            \
		}                                                                                  \
		unlikely(__warn_once);                                                             \
	})
#define WARN_ON_ONCE(cond) WARN_ONCE(cond, "%s", #cond)

#define BUG() __bug(__FILE__, __LINE__, "BUG()")
#define BUG_ON(cond)                                                                               \
	do {                                                                                       \
		if (unlikely(cond))                                                                \
			__bug(__FILE__, __LINE__, #cond);                                          \
	} while (0)

/** dump_stack - print a symbolised backtrace of the caller. Context: any. */
void dump_stack(void);

/**
 * stack_trace_save - the return addresses of the caller, innermost first
 * @entries: array to fill
 * @nr:      its length
 * @skip:    innermost frames to leave out
 * Context: any. Return: how many were stored.
 */
unsigned int stack_trace_save(unsigned long *entries, unsigned int nr, unsigned int skip);

#endif
