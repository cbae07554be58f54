// SPDX-License-Identifier: GPL-2.0-only
/* Numbers that are typed: digits only, bounded, no sign and no space. */
#include "number.h"

#include <stddef.h>

/* Returns what follows the digits, NULL if there are none or too many. */
static const char *parse_digits(const char *text, unsigned int base,
				uint64_t max, uint64_t *value)
{
	const char *p;

	*value = 0;
	for (p = text; *p >= '0' && *p < (char)('0' + base); p++) {
		unsigned int digit = *p - '0';

		if (digit > max || *value > (max - digit) / base)
			return NULL;
		*value = *value * base + digit;
	}
	return p == text ? NULL : p;
}

bool number_parse(const char *text, uint64_t max, uint64_t *value)
{
	const char *rest = parse_digits(text, 10, max, value);

	return rest && !*rest;
}

bool number_parse_octal(const char *text, uint64_t max, uint64_t *value)
{
	const char *rest = parse_digits(text, 8, max, value);

	return rest && !*rest;
}

static unsigned int suffix_shift(char suffix)
{
	switch (suffix) {
	case 'k': case 'K':
		return 10;
	case 'm': case 'M':
		return 20;
	case 'g': case 'G':
		return 30;
	}
	return 0;
}

/* Bytes, or with a suffix K, M or G as many KiB, MiB or GiB. */
bool number_parse_size(const char *text, uint64_t max, uint64_t *value)
{
	const char *rest = parse_digits(text, 10, max, value);
	unsigned int shift;

	if (!rest)
		return false;
	shift = suffix_shift(*rest);
	if (rest[shift ? 1 : 0] || *value > max >> shift)
		return false;
	*value <<= shift;
	return true;
}
