// SPDX-License-Identifier: GPL-2.0-only
/* Writes one JSON document to standard output, on one line. */
#include "json.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

/* Whether a value precedes at this level, and so a comma is due. */
static bool comma_due;

/* A well-formed sequence of UTF-8 by its first byte, and what may follow it. */
static const struct sequence {
	unsigned char first_min, first_max;
	unsigned char second_min, second_max;
	unsigned char length;
} sequences[] = {
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 },	/* no surrogates */
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

static bool matches(const struct sequence *s, const unsigned char *p)
{
	if (p[0] < s->first_min || p[0] > s->first_max ||
	    p[1] < s->second_min || p[1] > s->second_max)
		return false;
	/* The terminating NUL matches nothing, so this stops there. */
	for (unsigned int i = 2; i < s->length; i++)
		if ((p[i] & 0xc0) != 0x80)
			return false;
	return true;
}

/* Bytes of the character of UTF-8 at @p, 0 if there is none. */
static unsigned int utf8_length(const unsigned char *p)
{
	if (*p < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++)
		if (matches(&sequences[i], p))
			return sequences[i].length;
	return 0;
}

/* Writes the character at @p, and returns its bytes. */
static unsigned int write_character(const unsigned char *p)
{
	unsigned int length = utf8_length(p);

	if (!length) {
		fputs("\\ufffd", stdout);
		return 1;
	}
	if (*p == '"' || *p == '\\')
		printf("\\%c", *p);
	else if (*p < 0x20 || *p == 0x7f)
		printf("\\u%04x", *p);
	else if (*p == 0xc2 && p[1] < 0xa0)	/* terminals obey these, too */
		printf("\\u%04x", p[1]);
	else
		fwrite(p, 1, length, stdout);
	return length;
}

static void write_string(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	putchar('"');
	while (*p)
		p += write_character(p);
	putchar('"');
}

static void begin_value(const char *key)
{
	if (comma_due)
		putchar(',');
	comma_due = true;
	if (key) {
		write_string(key);
		putchar(':');
	}
}

static void begin_level(const char *key, char bracket)
{
	begin_value(key);
	putchar(bracket);
	comma_due = false;
}

static void end_level(char bracket)
{
	putchar(bracket);
	comma_due = true;
}

void json_begin_array(const char *key)
{
	begin_level(key, '[');
}

void json_end_array(void)
{
	end_level(']');
}

void json_begin_object(const char *key)
{
	begin_level(key, '{');
}

void json_end_object(void)
{
	end_level('}');
}

void json_string(const char *key, const char *value)
{
	begin_value(key);
	write_string(value);
}

void json_number(const char *key, uint64_t value)
{
	begin_value(key);
	printf("%" PRIu64, value);
}

void json_real(const char *key, double value)
{
	begin_value(key);
	printf("%.1f", value);
}

void json_bool(const char *key, bool value)
{
	begin_value(key);
	fputs(value ? "true" : "false", stdout);
}

/* Ends the document; another may follow. */
void json_end(void)
{
	putchar('\n');
	comma_due = false;
}
