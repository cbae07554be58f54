// SPDX-License-Identifier: GPL-2.0
/* Reads the command line. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

static const struct option longs[] = {
	{ "subjects", required_argument, NULL, 's' },
	{ "sizes", required_argument, NULL, 'z' },
	{ "modes", required_argument, NULL, 'm' },
	{ "repeat", required_argument, NULL, 'r' },
	{ "depth", required_argument, NULL, 'd' },
	{ "number", required_argument, NULL, 'n' },
	{ "budget", required_argument, NULL, 'b' },
	{ "tries", required_argument, NULL, 'i' },
	{ "messages", required_argument, NULL, 'g' },
	{ "touch", required_argument, NULL, 't' },
	{ "session", required_argument, NULL, 'e' },
	{ "count", no_argument, NULL, 'c' },
	{ "pin", no_argument, NULL, 'p' },
	{ "bystander", no_argument, NULL, 'y' },
	{ 0 },
};

void options_usage(void)
{
	fputs("usage: bench rate|trip|many|memory|bound|machine [OPTION...]\n"
	      "  --subjects LIST  of vbuf, vbuf-ioctl, vbuf-x32, pipe, pipe-packet, pipe-x32,\n"
	      "                   mq, sysv, unix, unix-x32, move, movenext, openview,\n"
	      "                   openviewnext, vmsplice, vmreadv, memfd, memfd-inplace,\n"
	      "                   null, null-ioctl\n"
	      "  --sizes LIST     bytes a message, multiples of 8\n"
	      "  --modes LIST     of same, 1x1, 2x2 (rate)\n"
	      "  --repeat N       how often to do it all, in turn\n"
	      "  --depth N        messages a queue holds, instead of 64 (4 beyond 64 KiB) (rate)\n"
	      "  --number N       round trips (trip), queues (many)\n"
	      "  --budget NS      how long to measure one thing once (rate)\n"
	      "  --tries N        how often to try how many messages take that long, instead of\n"
	      "                   3 times (rate)\n"
	      "  --messages N     measure so many instead (rate)\n"
	      "  --touch WHAT     what is done with a message: none, just pass it on; page, the\n"
	      "                   receiver reads a word of each page; all, it reads all of it.\n"
	      "                   But with none, the sender writes a word of each page: as much\n"
	      "                   for every subject, so filling a message is in no figure\n"
	      "                   (rate, trip)\n"
	      "  --session WHAT   what a trace session asks for that is open meanwhile, and read:\n"
	      "                   none, there is no session (the default); accounts, no records;\n"
	      "                   records, all of them (rate, trip)\n"
	      "  --count          count system calls, wake-ups, page faults, TLB flushes and the\n"
	      "                   like; the times are spoilt\n"
	      "  --pin            senders on CPU 0, receivers on CPU 1\n"
	      "  --bystander      with --pin: each process has a second thread, which spins on\n"
	      "                   the other CPU\n"
	      "Prints a JSON object a line.\n", stderr);
}

static int add_subject(struct options *o, const char *word)
{
	const struct subject *subject = queue_subject(word);

	if (!subject || o->nr_subjects == OPTIONS_MOST)
		return -1;
	o->subjects[o->nr_subjects++] = subject;
	return 0;
}

static int add_size(struct options *o, const char *word)
{
	unsigned long size = strtoul(word, NULL, 0);

	if (!size || size % 8 || o->nr_sizes == OPTIONS_MOST)
		return -1;
	o->sizes[o->nr_sizes++] = size;
	return 0;
}

static int add_mode(struct options *o, const char *word)
{
	static const char *const modes[] = { "same", "1x1", "2x2" };
	unsigned int i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(word, modes[i]) || o->nr_pairs == OPTIONS_MOST)
			continue;
		o->pairs[o->nr_pairs++] = i;
		return 0;
	}
	return -1;
}

static int take_touch(struct options *o, const char *word)
{
	static const char *const touches[] = { "none", "page", "all" };
	unsigned int i;

	for (i = 0; i < sizeof(touches) / sizeof(touches[0]); i++) {
		if (strcmp(word, touches[i]))
			continue;
		o->touch = i;
		o->touch_said = true;
		return 0;
	}
	return -1;
}

static int take_session(struct options *o, const char *word)
{
	enum session i;

	for (i = 0; i < SESSIONS; i++) {
		if (strcmp(word, session_name(i)))
			continue;
		o->session = i;
		o->session_said = true;
		return 0;
	}
	return -1;
}

static int add_each(struct options *o, char *list,
		    int (*add)(struct options *o, const char *word))
{
	char *save = NULL;
	char *word;

	for (word = strtok_r(list, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		if (!add(o, word))
			continue;
		fprintf(stderr, "bench: %s: not known here, or one too many\n", word);
		return -1;
	}
	return 0;
}

static int take_option(struct options *o, int option, char *value)
{
	switch (option) {
	case 's':
		return add_each(o, value, add_subject);
	case 'z':
		return add_each(o, value, add_size);
	case 'm':
		return add_each(o, value, add_mode);
	case 'r':
		o->repeat = (unsigned int)strtoul(value, NULL, 0);
		return o->repeat ? 0 : -1;
	case 'd':
		o->depth = (unsigned int)strtoul(value, NULL, 0);
		return o->depth ? 0 : -1;
	case 'n':
		o->number = strtoul(value, NULL, 0);
		return o->number ? 0 : -1;
	case 'b':
		o->budget_ns = strtoul(value, NULL, 0);
		return o->budget_ns ? 0 : -1;
	case 't':
		return take_touch(o, value);
	case 'e':
		return take_session(o, value);
	case 'i':
		o->tries = (unsigned int)strtoul(value, NULL, 0);
		return o->tries ? 0 : -1;
	case 'g':
		o->messages = strtoul(value, NULL, 0);
		return o->messages ? 0 : -1;
	case 'c':
		o->count = true;
		return 0;
	case 'p':
		o->pin = true;
		return 0;
	case 'y':
		o->bystander = true;
		return 0;
	default:
		return -1;
	}
}

int options_parse(struct options *o, int argc, char **argv)
{
	int option;

	memset(o, 0, sizeof(*o));
	o->repeat = 1;
	o->number = 1000;
	o->budget_ns = 8000000;
	o->tries = 3;
	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if (take_option(o, option, optarg))
			return -1;
	return optind == argc ? 0 : -1;
}
