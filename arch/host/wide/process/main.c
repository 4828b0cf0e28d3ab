/* SPDX-License-Identifier: MIT */
/*
 * k896-wide: the suites of what is portable, on 64 bits.
 *
 *     k896-wide [--map MAP] [--list-maps] [KERNEL OPTION]...
 *
 * Arguments and exit status are those of k896-host (arch/host/process/main.c).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arch/host/process/words.h>
#include <arch/host/wide/process/machine.h>

#define TEXT_MAX 4096

static char cmdline[TEXT_MAX];
static char repeat[TEXT_MAX];

/* Faults and leaks are the kernel's own business, and its checkers'. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0:handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:"
	       "detect_stack_use_after_return=0:exitcode=1:print_legend=0";
}

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1:halt_on_error=1:exitcode=1";
}

void __sanitizer_set_death_callback(void (*callback)(void));

static void sanitizer_death(void)
{
	fprintf(stderr, "# to repeat: %s\n", repeat);
}

void machine_output(const char *s, unsigned int len)
{
	fwrite(s, 1, len, stdout);
}

void machine_leave(int ok)
{
	if (!ok)
		printf("# to repeat: %s\n", repeat);
	fflush(stdout);
	_exit(ok ? 0 : 1);
}

int main(int argc __attribute__((__unused__)), char **argv)
{
	const char *map = "pc64";

	append_quoted(repeat, sizeof(repeat), argv[0]);
	while (*++argv) {
		append_quoted(repeat, sizeof(repeat), *argv);
		if (!strcmp(*argv, "--list-maps")) {
			map_list_presets();
			return 0;
		} else if (!strcmp(*argv, "--map") && argv[1]) {
			map = *++argv;
			append_quoted(repeat, sizeof(repeat), map);
		} else if (**argv == '-') {
			die("usage: k896-wide [--map MAP] [--list-maps] [KERNEL OPTION]...");
		} else {
			append_word(cmdline, sizeof(cmdline), *argv);
		}
	}
	__sanitizer_set_death_callback(sanitizer_death);
	machine_boot(map, cmdline);
	machine_leave(host_run_suites());
}
