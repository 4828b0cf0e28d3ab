/* SPDX-License-Identifier: MIT */
/*
 * Fuzz programs: libFuzzer has main(), and calls what stands here.
 *
 * There is one program, whose name says which target (arch/host/fuzz/) it is: build/fuzz/slab
 * is a link to it. By any other name it lists them. The kernel boots once; then each input is
 * one call.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arch/host/wide/process/machine.h>

/* Two zones; small, so that memory runs out soon. */
#define MAP     "0-639K,1M-24M"
#define OPTIONS "loglevel=5 selftest=none"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned int target;

/* What the kernel said of late is of interest only when it was the last. */
#define LOG_SIZE 16384
static char log_text[LOG_SIZE];
static size_t log_end;

/* Exceptions are the kernel's: its report comes first, and then the abort that libFuzzer sees. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0:handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:"
	       "detect_stack_use_after_return=0:print_legend=0";
}

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1:halt_on_error=1";
}

static void show_log(void)
{
	size_t begin = log_end > LOG_SIZE ? log_end - LOG_SIZE : 0;

	for (; begin < log_end; begin++)
		fputc(log_text[begin % LOG_SIZE], stderr);
}

void machine_output(const char *s, unsigned int len)
{
	for (; len; len--)
		log_text[log_end++ % LOG_SIZE] = *s++;
}

/* No input may end the machine, not even in good order. */
void machine_leave(int ok __attribute__((__unused__)))
{
	show_log();
	abort();
}

static unsigned int find_target(const char *program)
{
	const char *slash = strrchr(program, '/'), *name, *about;
	unsigned int nr;

	program = slash ? slash + 1 : program;
	for (nr = 0; (name = host_fuzz_name(nr, &about)); nr++)
		if (!strcmp(name, program))
			return nr;
	for (nr = 0; (name = host_fuzz_name(nr, &about)); nr++)
		printf("%-14s %s\n", name, about);
	exit(0);
}

int LLVMFuzzerInitialize(int *argc __attribute__((__unused__)), char ***argv)
{
	target = find_target((*argv)[0]);
	machine_boot(MAP, OPTIONS);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	log_end = 0;
	host_fuzz_run(target, data, size);
	return 0;
}
