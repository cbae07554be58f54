/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What main.c knows of a verb, and what a verb tells the shell.
 *
 * A verb is one file. It gets the arguments from its own name on, so that
 * getopt_long() works in it as in a main().
 */
#ifndef VBUFCTL_VERB_H
#define VBUFCTL_VERB_H

struct option;

enum {
	STATUS_NONE_YET = -1,	/* among the options: go on */
	STATUS_DONE = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
};

/**
 * struct verb - one of the tool's commands
 * @name: as it is typed
 * @summary: its line in the list of commands
 * @usage: what its --help prints
 * @options: end with VERB_OPTIONS
 * @take_option: takes one of the others into what was asked for; returns
 *	STATUS_NONE_YET to go on, else the exit status to end with
 * @run: returns the exit status
 */
struct verb {
	const char *name;
	const char *summary;
	const char *usage;
	const struct option *options;
	int (*take_option)(void *request, int option);
	int (*run)(int argc, char **argv);
};

extern const struct verb verb_create, verb_rm, verb_ls, verb_show, verb_send,
			 verb_recv, verb_limits, verb_metrics, verb_monitor;

/* Every verb's option table ends with this. */
#define VERB_OPTIONS { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 }

int verb_misused(const struct verb *verb, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int verb_parse(const struct verb *verb, int argc, char **argv, void *request);

#endif /* VBUFCTL_VERB_H */
