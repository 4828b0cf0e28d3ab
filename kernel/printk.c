/* SPDX-License-Identifier: MIT */
/*
 * printk: one ring buffer, any number of consoles.
 *
 * A message is formatted into a static buffer under console_lock, each of its
 * lines gets a stamp "[seconds.micros] ", and the bytes go into the ring and to
 * the consoles at once: a kernel that dies in the next instruction has said all
 * it had to say. The ring keeps the last LOG_BUF_LEN bytes, for dmesg and for
 * consoles registered later. What the monitor says to whoever typed at it goes to the
 * consoles alone: else a long view would push the boot out of the ring.
 *
 * Locking: console_lock guards everything here; interrupts are off while it is
 * held. It is a leaf. printk() works with any lock held, console_lock too: a
 * report from inside printk (a fault in a console driver), and any message once
 * printk_panicking() was called, goes out without the lock, at worst garbled.
 */
#include <kernel/printk.h>
#include <kernel/params.h>
#include <kernel/seq.h>
#include <kernel/spinlock.h>
#include <kernel/time.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/kstrtox.h>
#include <kernel/lib/math64.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>
#include <kernel/lib/vsprintf.h>

#define LOG_BUF_LEN     (32 * 1024U)
#define PRINTK_LINE_MAX 1024

static DEFINE_SPINLOCK(console_lock);

static char log_buf[LOG_BUF_LEN];
static unsigned long log_end; /* bytes ever written; the ring holds the last LOG_BUF_LEN */
static char line_buf[PRINTK_LINE_MAX];
static struct console *consoles;
static const char *line_prefix;
static bool at_line_start = true; /* in the ring */
static bool console_mid_line;     /* something on the consoles is not ended yet */
static bool panicking;

#define LOGLEVEL_DEFAULT 7
#define LEVEL_WARNING    4
#define LEVEL_CONT       (-1)
#define LEVEL_RAW        (-2)

int console_loglevel = LOGLEVEL_DEFAULT;

static int __init loglevel_setup(const char *val)
{
	unsigned int level;

	if (kstrtouint(val, 10, &level) || level > 8)
		return -EINVAL;
	console_loglevel = (int)level;
	return 0;
}
kernel_param("loglevel", loglevel_setup, "0-8", "print messages below this level on the console");

static void console_out(const char *s, unsigned int len)
{
	struct console *con;

	if (!len)
		return;
	for (con = consoles; con; con = con->next)
		con->write(con, s, len);
	console_mid_line = s[len - 1] != '\n';
}

/* emit - bytes into the ring, and onto the consoles if @loud */
static void emit(const char *s, unsigned int len, bool loud)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		log_buf[log_end++ % LOG_BUF_LEN] = s[i];
	if (loud)
		console_out(s, len);
}

static void emit_stamp(bool loud)
{
	char stamp[32];
	u32 nanos;
	u64 seconds = div_u64_rem(sched_clock(), 1000000000U, &nanos);
	int n = scnprintf(stamp, sizeof(stamp), "[%5lu.%06lu] ", (unsigned long)seconds,
			  (unsigned long)nanos / 1000);

	emit(stamp, (unsigned int)n, loud);
}

/* emit_lines - split a message, with prefix and stamp at the start of each line */
static void emit_lines(const char *s, unsigned int len, int level)
{
	static bool line_is_loud;

	if (level >= 0)
		line_is_loud = level < console_loglevel;
	else if (level == LEVEL_RAW)
		line_is_loud = true;
	while (len) {
		const char *nl = memchr(s, '\n', len);
		unsigned int part = nl ? (unsigned int)(nl - s) + 1 : len;

		if (at_line_start) {
			if (line_prefix)
				emit(line_prefix, (unsigned int)strlen(line_prefix), line_is_loud);
			if (level != LEVEL_RAW)
				emit_stamp(line_is_loud);
		}
		emit(s, part, line_is_loud);
		at_line_start = nl != NULL;
		s += part;
		len -= part;
	}
}

/* end_open_line - before a message that is no continuation */
static void end_open_line(void)
{
	if (!at_line_start)
		emit_lines("\n", 1, LEVEL_CONT);
	else if (console_mid_line)
		console_out("\n", 1);
}

/* parse_level - take KERN_* off the front */
static int parse_level(const char **s)
{
	int level = LEVEL_WARNING;

	while ((*s)[0] == KERN_SOH[0] && (*s)[1]) {
		char c = (*s)[1];

		if (c >= '0' && c <= '7')
			level = c - '0';
		else if (c == 'c')
			level = LEVEL_CONT;
		else if (c == 'r')
			level = LEVEL_RAW;
		*s += 2;
	}
	return level;
}

int vprintk(const char *fmt, va_list args)
{
	bool locked = false;
	unsigned long flags;
	const char *s = line_buf;
	int level, len;

	local_irq_save(flags);
	if (!panicking && !spin_is_held(&console_lock)) {
		spin_lock(&console_lock);
		__release(&console_lock); /* for sparse, to which `locked` says nothing */
		locked = true;
	}
	len = vscnprintf(line_buf, sizeof(line_buf), fmt, args);
	level = parse_level(&s);
	if (level != LEVEL_CONT && level != LEVEL_RAW)
		end_open_line();
	emit_lines(s, (unsigned int)(line_buf + len - s), level);
	if (locked) {
		__acquire(&console_lock); /* undoes the __release() above */
		spin_unlock(&console_lock);
	}
	local_irq_restore(flags);
	return len;
}

int printk(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vprintk(fmt, args);
	va_end(args);
	return n;
}

void printk_set_prefix_unlocked(const char *prefix)
{
	line_prefix = prefix;
}

void printk_set_prefix(const char *prefix)
{
	unsigned long flags;

	spin_lock_irqsave(&console_lock, flags);
	line_prefix = prefix;
	spin_unlock_irqrestore(&console_lock, flags);
}

void printk_panicking(void)
{
	panicking = true;
}

/*
 * log_read - the next run of bytes of the ring
 * @pos: in: how far the reader is, 0 to begin with the oldest whole line; out: behind the run
 * @run: out: the first byte
 * Return: how many there are, 0 at the end.
 */
static unsigned int log_read(unsigned long *pos, const char **run) __must_hold(&console_lock)
{
	unsigned long oldest = log_end > LOG_BUF_LEN ? log_end - LOG_BUF_LEN : 0;
	unsigned long at, len;

	if (*pos < oldest) {
		/* The oldest line may have lost its beginning. */
		*pos = oldest;
		while (*pos < log_end && log_buf[(*pos)++ % LOG_BUF_LEN] != '\n')
			;
	}
	at = *pos % LOG_BUF_LEN;
	len = min(LOG_BUF_LEN - at, log_end - *pos);
	*run = log_buf + at;
	*pos += len;
	return (unsigned int)len;
}

void register_console(struct console *con)
{
	unsigned long flags, pos = 0;
	unsigned int len;
	const char *run;

	spin_lock_irqsave(&console_lock, flags);
	while ((len = log_read(&pos, &run)))
		con->write(con, run, len);
	con->next = consoles;
	consoles = con;
	spin_unlock_irqrestore(&console_lock, flags);
}

void console_write(const char *s, size_t len)
{
	unsigned long flags;

	spin_lock_irqsave(&console_lock, flags);
	console_out(s, (unsigned int)len);
	spin_unlock_irqrestore(&console_lock, flags);
}

/* The lock is not held while @m is written to: whoever reads there may take his time. */
void show_dmesg(struct seq_file *m)
{
	unsigned long flags, pos = 0;
	unsigned int len;
	const char *run;
	char part[64];

	for (;;) {
		spin_lock_irqsave(&console_lock, flags);
		len = log_read(&pos, &run);
		if (len > sizeof(part)) {
			pos -= len - sizeof(part);
			len = sizeof(part);
		}
		memcpy(part, run, len);
		spin_unlock_irqrestore(&console_lock, flags);
		if (!len)
			return;
		seq_write(m, part, len);
	}
}

/*
 * Rate limiting. Each state is guarded by having interrupts off: a second CPU
 * that comes at the same moment costs one message more or less, nothing else.
 */
bool __ratelimit(struct ratelimit_state *rs)
{
	unsigned long now = jiffies;
	unsigned long flags;
	unsigned int missed = 0;
	bool allowed;

	local_irq_save(flags);
	if (!rs->started || now - rs->begin >= rs->interval) {
		missed = rs->missed;
		rs->started = true;
		rs->begin = now;
		rs->printed = 0;
		rs->missed = 0;
	}
	allowed = rs->printed < rs->burst;
	if (allowed)
		rs->printed++;
	else
		rs->missed++;
	local_irq_restore(flags);
	if (missed)
		pr_warn("%u messages suppressed\n", missed);
	return allowed;
}
