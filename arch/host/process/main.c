/* SPDX-License-Identifier: MIT */
/*
 * k896-host: the kernel as a Linux process.
 *
 *     k896-host [--map MAP] [--module RANGE]... [--bda SEGMENT:KIB] [--tlb ENTRIES]
 *               [--no-steps] [--list-maps] [--coverage FILE] [KERNEL OPTION]...
 *
 * --module says of physical memory that it holds a module, and --bda what the BIOS data
 * area says of itself: where the extended one begins, and how much memory lies below 1 MiB.
 *
 * Everything that is no option of this program goes to the kernel's command line, so
 * that `seed=7 selftest=slab` means here what it means at boot. The exit status is 0
 * when the self-tests passed, 1 when not, 2 when the run could not be made.
 *
 * The kernel's address space must be free of everything else. Where libraries and
 * stack lie is decided when a program is started, so this one starts itself anew,
 * with the old bottom-up layout and without randomisation, and a small environment, since that
 * is kept on the stack, at the top. The kernel then runs in a thread, whose stack lies
 * low; the first thread waits for ever.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <unistd.h>

#include <arch/host/process/process.h>
#include <arch/host/process/words.h>

#define KERNEL_STACK (1024 * 1024)

#define MULTIBOOT_MAGIC 0x2BADB002U
/* Physical addresses of what the loader leaves: all in the second page and those after it. */
#define INFO_ADDR    0x1000U
#define LOADER_ADDR  0x1080U
#define MAP_ADDR     0x1100U
#define MODULES_ADDR 0x1800U
#define NAMES_ADDR   0x1900U
#define CMDLINE_ADDR 0x2000U
#define MODULES_MAX  8
/* In the BIOS data area, two bytes each. */
#define BDA_EBDA_SEGMENT 0x40eU
#define BDA_BASE_KIB     0x413U
/* A PC's firmware begins with a far jump 16 bytes before the end, seen twice below 4 GiB. */
#define RESET_VECTOR    0xFFFF0U
#define RESET_VECTOR_4G 0xFFFFFFF0U
#define OPCODE_JMP_FAR  0xEA
#define CMDLINE_MAX     2048

struct options {
	struct ram_map map;
	struct ram_range modules[MODULES_MAX];
	unsigned int nr_modules;
	uint16_t ebda_segment, base_kib;
	unsigned int tlb_entries;
	char cmdline[CMDLINE_MAX];
};

void die(const char *fmt, ...)
{
	char text[512];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(text, sizeof(text) - 1, fmt, args);
	va_end(args);
	if (len > (int)sizeof(text) - 2)
		len = (int)sizeof(text) - 2;
	text[len++] = '\n';
	if (write(STDERR_FILENO, "k896-host: ", 11) < 0 ||
	    write(STDERR_FILENO, text, (size_t)len) < 0)
		_exit(3);
	_exit(2);
}

/*
 * Output. Bytes are copied first: what the kernel passes may lie in a page that no TLB
 * entry maps, and a system call does not fill one.
 */

static void write_all(int fd, const char *s, unsigned int len)
{
	char buf[512];

	while (len) {
		unsigned int part = len < sizeof(buf) ? len : sizeof(buf);
		unsigned int i, done;
		ssize_t n;

		for (i = 0; i < part; i++)
			buf[i] = s[i];
		for (done = 0; done < part; done += (unsigned int)n) {
			n = write(fd, buf + done, part - done);
			if (n < 0 && errno == EINTR)
				n = 0;
			else if (n < 0)
				_exit(2);
		}
		s += part;
		len -= part;
	}
}

void host_console_write(const char *s, unsigned int len)
{
	write_all(STDOUT_FILENO, s, len);
}

/* The file of --coverage, or -1. */
static int coverage_fd = -1;

void host_coverage_write(const void *data, unsigned int len)
{
	if (coverage_fd >= 0)
		write_all(coverage_fd, data, len);
}

static void coverage_open(const char *path)
{
	coverage_fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (coverage_fd < 0)
		die("cannot write %s: %s", path, strerror(errno));
}

void host_exit(int status)
{
	if (getenv("K896_STATISTICS")) {
		tlb_report();
		cpu_report();
	}
	_exit(status);
}

/*
 * Sanitizers
 */

/*
 * The kernel's quarter is to be watched as well; faults are ours; what is not freed at
 * the end is the kernel's own business, and its checkers'.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "full_address_space=1:detect_leaks=0:handle_segv=0:handle_sigbus=0:handle_sigfpe=0:"
	       "handle_sigill=0:use_sigaltstack=0:detect_stack_use_after_return=0:exitcode=1:"
	       "abort_on_error=0:print_legend=0:allocator_may_return_null=1";
}

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1:halt_on_error=1:exitcode=1";
}

/* Weak: without a sanitizer nobody defines it. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((__weak__));

static void sanitizer_death(void)
{
	fprintf(stderr, "# to repeat: %s\n", host_cpu.repeat);
}

/*
 * Starting
 */

static void start_anew(char **argv)
{
	static const char *const kept[] = {
		"PATH",           "TERM", "ASAN_OPTIONS", "UBSAN_OPTIONS", "K896_STATISTICS",
		"LD_LIBRARY_PATH"};
	const unsigned long layout = ADDR_NO_RANDOMIZE | ADDR_COMPAT_LAYOUT;
	int now = personality(0xffffffff);
	char *env[sizeof(kept) / sizeof(kept[0]) + 1] = {NULL};
	unsigned int i, n = 0;

	if (now != -1 && ((unsigned long)now & layout) == layout)
		return;
	if (now == -1 || personality((unsigned long)now | layout) == -1)
		die("personality(ADDR_COMPAT_LAYOUT) is denied: %s. In a container, allow it "
		    "(seccomp=unconfined)",
		    strerror(errno));
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		const char *value = getenv(kept[i]);

		if (value && strlen(value) < 4096 && asprintf(&env[n], "%s=%s", kept[i], value) > 0)
			n++;
	}
	execve("/proc/self/exe", argv, env);
	die("cannot start anew: %s", strerror(errno));
}

static void parse_module(const char *text, struct options *options)
{
	const char *rest;

	if (options->nr_modules == MODULES_MAX)
		die("more than %d modules", MODULES_MAX);
	rest = parse_range(text, &options->modules[options->nr_modules++]);
	if (!rest || *rest || options->modules[options->nr_modules - 1].end > UINT32_MAX)
		die("--module %s: not START-END, below 4 GiB", text);
}

static void parse_bda(const char *text, struct options *options)
{
	uint64_t segment = 0;
	const char *rest = parse_digits(text, &segment);

	if (!rest || *rest != ':' || segment > UINT16_MAX)
		die("--bda %s: not SEGMENT:KIB", text);
	options->ebda_segment = (uint16_t)segment;
	options->base_kib = (uint16_t)parse_number("--bda SEGMENT:", rest + 1, 0, UINT16_MAX);
}

/* take_value - of an option that has one: remember it for the repeat line */
static const char *take_value(char ***argv)
{
	const char *value = *++*argv;

	append_quoted(host_cpu.repeat, sizeof(host_cpu.repeat), value);
	return value;
}

static void parse_arguments(char **argv, struct options *options)
{
	const char *map = "pc64";

	append_quoted(host_cpu.repeat, sizeof(host_cpu.repeat), argv[0]);
	while (*++argv) {
		append_quoted(host_cpu.repeat, sizeof(host_cpu.repeat), *argv);
		if (!strcmp(*argv, "--list-maps")) {
			map_list_presets();
			exit(0);
		} else if (!strcmp(*argv, "--map") && argv[1]) {
			map = take_value(&argv);
		} else if (!strcmp(*argv, "--module") && argv[1]) {
			parse_module(take_value(&argv), options);
		} else if (!strcmp(*argv, "--bda") && argv[1]) {
			parse_bda(take_value(&argv), options);
		} else if (!strcmp(*argv, "--tlb") && argv[1]) {
			options->tlb_entries = (unsigned int)parse_number(
				"--tlb", take_value(&argv), TLB_MIN, TLB_MAX);
		} else if (!strcmp(*argv, "--coverage") && argv[1]) {
			coverage_open(take_value(&argv));
		} else if (!strcmp(*argv, "--no-steps")) {
			host_cpu.no_steps = 1;
		} else if (**argv == '-') {
			die("usage: k896-host [--map MAP] [--module RANGE]... [--bda SEGMENT:KIB] "
			    "[--tlb ENTRIES] [--no-steps] [--list-maps] "
			    "[--coverage FILE] [KERNEL OPTION]...");
		} else {
			append_word(options->cmdline, sizeof(options->cmdline), *argv);
		}
	}
	append_word(options->cmdline, sizeof(options->cmdline), "exit=1");
	map_parse(map, &options->map);
}

/* leave_modules - their list; each is called by its number. What they hold nobody reads. */
static void leave_modules(const struct options *options)
{
	struct {
		uint32_t start, end, name, reserved;
	} module = {0};
	unsigned int i;

	for (i = 0; i < options->nr_modules; i++) {
		const char name[2] = {(char)('0' + i), '\0'};

		module.start = (uint32_t)options->modules[i].start;
		module.end = (uint32_t)options->modules[i].end;
		module.name = NAMES_ADDR + i * (uint32_t)sizeof(name);
		phys_write(module.name, name, sizeof(name));
		phys_write(MODULES_ADDR + i * (uint32_t)sizeof(module), &module, sizeof(module));
	}
}

/* leave_boot_info - what firmware and a multiboot loader leave in physical memory */
static void leave_boot_info(const struct options *options)
{
	static const uint8_t reset[] = {OPCODE_JMP_FAR};
	struct {
		uint32_t size;
		uint64_t base, length;
		uint32_t type;
	} __attribute__((__packed__)) entry = {.size = 20};
	static const char loader[] = "a Linux process";
	uint32_t info[29] = {0};
	unsigned int i;

	info[0] = 0x004 | 0x008 | 0x040 | 0x200; /* command line, modules, map, loader's name */
	info[4] = CMDLINE_ADDR;
	info[5] = options->nr_modules;
	info[6] = MODULES_ADDR;
	info[11] = options->map.nr * (uint32_t)sizeof(entry);
	info[12] = MAP_ADDR;
	info[16] = LOADER_ADDR;
	leave_modules(options);
	phys_write(BDA_EBDA_SEGMENT, &options->ebda_segment, sizeof(options->ebda_segment));
	phys_write(BDA_BASE_KIB, &options->base_kib, sizeof(options->base_kib));
	phys_write(RESET_VECTOR, reset, sizeof(reset));
	phys_write(RESET_VECTOR_4G, reset, sizeof(reset));
	phys_write(INFO_ADDR, info, sizeof(info));
	phys_write(LOADER_ADDR, loader, sizeof(loader));
	phys_write(CMDLINE_ADDR, options->cmdline, strlen(options->cmdline) + 1);
	for (i = 0; i < options->map.nr; i++) {
		entry.base = options->map.range[i].start;
		entry.length = options->map.range[i].end - options->map.range[i].start;
		entry.type = options->map.range[i].type;
		phys_write(MAP_ADDR + i * (uint32_t)sizeof(entry), &entry, sizeof(entry));
	}
}

static void *kernel_thread(void *unused __attribute__((__unused__)))
{
	pthread_attr_t attr;
	size_t size;
	void *low;

	if (pthread_getattr_np(pthread_self(), &attr) || pthread_attr_getstack(&attr, &low, &size))
		die("cannot tell where the stack is");
	host_cpu.stack_low = (unsigned long)low;
	host_cpu.stack_high = (unsigned long)low + size;
	cpu_init();
	kmain(MULTIBOOT_MAGIC, INFO_ADDR);
}

int main(int argc __attribute__((__unused__)), char **argv)
{
	static struct options options;
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all;

	start_anew(argv);
	if ((unsigned long)&attr < KERNEL_TOP)
		die("arguments and environment take more than a few pages");
	parse_arguments(argv, &options);
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(sanitizer_death);

	mmu_init(options.tlb_entries);
	leave_boot_info(&options);

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	pthread_attr_init(&attr);
	if (pthread_attr_setstacksize(&attr, KERNEL_STACK) ||
	    pthread_create(&thread, &attr, kernel_thread, NULL))
		die("cannot start the kernel's thread");
	for (;;)
		pause();
}
