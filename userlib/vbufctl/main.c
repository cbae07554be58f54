// SPDX-License-Identifier: GPL-2.0-only
/* vbufctl: finds the verb and runs it. */
#include "report.h"
#include "verb.h"

#include <stdio.h>
#include <string.h>

static const struct verb *const verbs[] = {
	&verb_create, &verb_rm, &verb_ls, &verb_show, &verb_send, &verb_recv,
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static void print_help(FILE *out)
{
	fputs("usage: vbufctl COMMAND [ARGUMENT...]\n\n"
	      "Bounded message channels between processes, through /dev/vbuf.\n\n",
	      out);
	for (size_t i = 0; i < VERBS; i++)
		fprintf(out, "  %-8s %s\n", verbs[i]->name, verbs[i]->summary);
	fputs("\n'vbufctl COMMAND --help' tells more, and so does vbufctl(1).\n"
	      "Exit status: 0 done, 1 failed, 2 wrong usage.\n", out);
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < VERBS; i++)
		if (!strcmp(verbs[i]->name, name))
			return verbs[i];
	return NULL;
}

static int run_verb(const char *name, int argc, char **argv)
{
	const struct verb *verb = find_verb(name);
	char title[32];

	if (!verb) {
		report("there is no command '%s'; 'vbufctl --help' lists them",
		       name);
		return STATUS_USAGE;
	}

	/* getopt_long() begins its messages with argv[0]. */
	snprintf(title, sizeof(title), "vbufctl %s", verb->name);
	argv[0] = title;
	return verb->run(argc, argv);
}

static int run(int argc, char **argv)
{
	if (argc < 2) {
		print_help(stderr);
		return STATUS_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		print_help(stdout);
		return STATUS_DONE;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("vbufctl " VBUF_VERSION);
		return STATUS_DONE;
	}
	return run_verb(argv[1], argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	int status = run(argc, argv);

	/* What could not be printed was not done. */
	if (fflush(stdout) || ferror(stdout)) {
		report("standard output: %m");
		return status == STATUS_DONE ? STATUS_FAILED : status;
	}
	return status;
}
