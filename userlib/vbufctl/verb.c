// SPDX-License-Identifier: GPL-2.0-only
/* The options of a verb, its help, and what is said when it is misused. */
#include "verb.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>

static int print_help(const struct verb *verb)
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

/* '?' stands for what getopt_long() itself has said what is wrong with. */
static int take_option(const struct verb *verb, int option, void *request)
{
	switch (option) {
	case 'h':
		return print_help(verb);
	case '?':
		return point_to_help(verb);
	}
	return verb->take_option(request, option);
}

/**
 * verb_parse - take a verb's options
 * @verb: the verb
 * @argc: the verb's
 * @argv: the verb's; then optind is the first that is no option
 * @request: what its take_option() is given
 *
 * Return: STATUS_NONE_YET to go on, else the exit status to end with.
 */
int verb_parse(const struct verb *verb, int argc, char **argv, void *request)
{
	int status = STATUS_NONE_YET, option;

	while (status == STATUS_NONE_YET &&
	       (option = getopt_long(argc, argv, "h", verb->options, NULL)) != -1)
		status = take_option(verb, option, request);
	return status;
}
