/* SPDX-License-Identifier: MIT */
/*
 * printk - the kernel's voice: levels, time stamps, a ring buffer, consoles.
 */
#ifndef KERNEL_PRINTK_H
#define KERNEL_PRINTK_H

#include <kernel/lib/types.h>
#include <kernel/lib/stdarg.h>

struct seq_file;

#define KERN_SOH     "\001"
#define KERN_EMERG   KERN_SOH "0"
#define KERN_ALERT   KERN_SOH "1"
#define KERN_CRIT    KERN_SOH "2"
#define KERN_ERR     KERN_SOH "3"
#define KERN_WARNING KERN_SOH "4"
#define KERN_NOTICE  KERN_SOH "5"
#define KERN_INFO    KERN_SOH "6"
#define KERN_DEBUG   KERN_SOH "7"
#define KERN_CONT    KERN_SOH "c" /* goes on the line before, no stamp */
#define KERN_RAW     KERN_SOH "r" /* no stamp, whatever the level: KTAP */

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif

/**
 * printk - format a message into the ring buffer and onto the consoles
 * @fmt: format, optionally opened by one of KERN_*; without it KERN_WARNING
 *
 * A message ends with a newline; one that does not is continued by KERN_CONT.
 *
 * Context: any, with any lock held, interrupts on or off, also inside a fault
 *          report. Takes the console lock, or goes without it once the kernel
 *          has begun to panic.
 * Return: number of bytes formatted.
 */
int printk(const char *fmt, ...) __printf(1, 2);
int vprintk(const char *fmt, va_list args) __printf(1, 0);

#define pr_emerg(fmt, ...)  printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...)   printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...)    printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)   printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...) printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)   printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_debug(fmt, ...)  printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_cont(fmt, ...)   printk(KERN_CONT fmt, ##__VA_ARGS__)
#define pr_raw(fmt, ...)    printk(KERN_RAW fmt, ##__VA_ARGS__)

/*
 * struct ratelimit_state - at most @burst events in @interval ticks
 * Guarded by having interrupts off; see printk.c.
 */
struct ratelimit_state {
	unsigned long interval; /* jiffies */
	unsigned int burst;
	unsigned int printed;
	unsigned int missed;
	unsigned long begin;
	bool started;
};

#define DEFINE_RATELIMIT_STATE(name, interval_jiffies, burst_count)                                \
	struct ratelimit_state name = {.interval = (interval_jiffies), .burst = (burst_count)}

/**
 * __ratelimit - may this event be reported?
 * @rs: the state of this kind of event
 *
 * When an interval ends in which events were dropped, their number is printed.
 *
 * Context: any. Return: true when the caller may print.
 */
bool __ratelimit(struct ratelimit_state *rs);

#define printk_ratelimited(fmt, ...)                                                               \
	do {                                                                                       \
		static DEFINE_RATELIMIT_STATE(__rs, 500, 10);                                      \
		if (__ratelimit(&__rs))                                                            \
			printk(fmt, ##__VA_ARGS__);                                                \
	} while (0)
#define pr_warn_ratelimited(fmt, ...) printk_ratelimited(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err_ratelimited(fmt, ...)  printk_ratelimited(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)

/*
 * struct console - a sink for bytes
 * @name:  as printed
 * @write: put @len bytes out, without taking locks that printk's caller may
 *         hold; may be called with interrupts off and inside a panic
 */
struct console {
	const char *name;
	void (*write)(struct console *con, const char *s, unsigned int len);
	struct console *next;
};

/** register_console - add a console and replay the ring buffer on it. Context: boot. */
void register_console(struct console *con);

/** console_loglevel - messages of this level and above (numerically: below) reach consoles */
extern int console_loglevel;

/**
 * printk_set_prefix - put a string before each console line
 * @prefix: static string, or NULL for none
 *
 * Used by the test core to mark reports that a test asked for, as "# ".
 */
void printk_set_prefix(const char *prefix);
/* The same where console_lock may be held: inside reports. */
void printk_set_prefix_unlocked(const char *prefix);

/** printk_panicking - from now on no lock is waited for. Context: any, called by panic(). */
void printk_panicking(void);

/**
 * console_write - text for whoever sits at the consoles, not for the log
 * @s: the text, escape sequences and all; @len: its bytes
 * Context: any in which nobody holds the console lock.
 */
void console_write(const char *s, size_t len);

/** show_dmesg - the ring buffer, oldest line first. Context: process. */
void show_dmesg(struct seq_file *m);

#endif
