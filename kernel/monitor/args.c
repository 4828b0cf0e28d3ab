/* SPDX-License-Identifier: MIT */
/*
 * The words behind a command: numbers, sizes, addresses.
 *
 * An address is mostly copied from another view, where it stands with or without 0x; or
 * it is known by name. So what is no number is looked up as a function and as a variable,
 * and what is none, either, may still be hexadecimal digits; as is what begins with zeros,
 * which only views put there. Neither is ever octal.
 */
#include <kernel/kallsyms.h>
#include <kernel/monitor/monitor.h>
#include <kernel/lib/ctype.h>
#include <kernel/lib/errno.h>
#include <kernel/lib/kstrtox.h>
#include <kernel/lib/minmax.h>
#include <kernel/lib/string.h>

int monitor_number(const char *word, unsigned long *res)
{
	bool hex = word[0] == '0' && (word[1] | 0x20) == 'x';

	return kstrtoul(word, hex ? 16 : 10, res) ? -EINVAL : 0;
}

int monitor_size(const char *word, unsigned long *res)
{
	u64 bytes;

	if (kstrtosize(word, &bytes) || !bytes || bytes > ULONG_MAX)
		return -EINVAL;
	*res = (unsigned long)bytes;
	return 0;
}

/* name+number, of which the number may be left out */
static int symbol_address(const char *word, unsigned long *res)
{
	char name[KSYM_NAME_LEN];
	const char *plus = strchr(word, '+');
	unsigned long offset = 0, base;

	if (plus && monitor_number(plus + 1, &offset))
		return -EINVAL;
	strscpy(name, word, plus ? min((size_t)(plus - word) + 1, sizeof(name)) : sizeof(name));
	base = kallsyms_lookup_name(name);
	if (!base)
		base = kallsyms_lookup_data_name(name);
	if (!base)
		return -EINVAL;
	*res = base + offset;
	return 0;
}

int monitor_address(const char *word, unsigned long *res)
{
	bool padded = word[0] == '0' && isxdigit(word[1]);

	if (!padded && (!monitor_number(word, res) || !symbol_address(word, res)))
		return 0;
	return kstrtoul(word, 16, res) ? -EINVAL : 0;
}
