/* SPDX-License-Identifier: MIT */
/*
 * Fuzz targets: what a fuzzer's bytes are fed to.
 *
 * A target runs one input and returns; it leaves everything as it was, so that inputs do
 * not depend on each other. What it finds wrong it says by fuzz_fail(), which ends the
 * process, as reports of the kernel do (on_bug=panic), and the sanitizers.
 */
#ifndef ARCH_HOST_FUZZ_H
#define ARCH_HOST_FUZZ_H

#include <kernel/lib/types.h>

/*
 * struct fuzz_target
 * @name:  of the program and of the folder that its inputs are in
 * @about: what the bytes of an input are, in a few words
 * @run:   with @size bytes
 */
struct fuzz_target {
	const char *name;
	const char *about;
	void (*run)(const u8 *data, size_t size);
};

/* fuzz_fail - say what is wrong, and end the process */
void fuzz_fail(const char *file, int line, const char *fmt, ...) __printf(3, 4) __noreturn;

#define FUZZ_CHECK(cond)                                                                           \
	do {                                                                                       \
		if (!(cond))                                                                       \
			fuzz_fail(__FILE__, __LINE__, "%s does not hold", #cond);                  \
	} while (0)

/* parsers.c */
void fuzz_multiboot(const u8 *data, size_t size);
void fuzz_cmdline(const u8 *data, size_t size);
void fuzz_memmap_option(const u8 *data, size_t size);

/* line.c */
void fuzz_monitor(const u8 *data, size_t size);

/*
 * command.c: what line.c's target asks about commands
 */
struct line_editor;

#define FUZZ_OFFERS_MAX 300

/* fuzz_complete - the completer of the editor */
void fuzz_complete(struct line_editor *ed, const char *before);

/* fuzz_offer_words - call @offer with each word that a naive reader finds possible there */
void fuzz_offer_words(const char *before, void (*offer)(const char *word));

/* fuzz_execute - run a line by monitor_execute(), and compare with what the reader expects */
void fuzz_execute(const char *line);

#endif
