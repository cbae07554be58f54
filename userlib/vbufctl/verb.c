// SPDX-License-Identifier: GPL-2.0-only
/* The help of a verb, and what is said when a verb is misused. */
#include "verb.h"

#include <stdarg.h>
#include <stdio.h>

int verb_help(const struct verb *verb)
{
	fputs(verb->usage, stdout);
	return STATUS_DONE;
}

static int point_to_help(const struct verb *verb)
{
	fprintf(stderr, "Try 'vbufctl %s --help'.\n", verb->name);
	return STATUS_USAGE;
}

int verb_misused(const struct verb *verb, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "vbufctl %s: ", verb->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return point_to_help(verb);
}

/**
 * verb_option - deal with what getopt_long() gave and the verb does not know
 * @verb: the verb
 * @option: 'h', or '?' after getopt_long() itself said what is wrong
 *
 * Return: the exit status to end with.
 */
int verb_option(const struct verb *verb, int option)
{
	return option == 'h' ? verb_help(verb) : point_to_help(verb);
}
