// SPDX-License-Identifier: GPL-2.0-only
/* vbufctl: finds the verb and runs it. */
#include "report.h"
#include "verb.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct verb *const verbs[] = {
	&verb_create, &verb_rm, &verb_ls, &verb_show, &verb_send, &verb_recv,
	&verb_limits, &verb_metrics, &verb_monitor,
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

/*
 * A channel must not become one of the standard files: errors would be sent to
 * it. In this mode the file fails as the closed one would.
 */
static int fill_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		int mode = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", mode) != fd) {
			report("/dev/null: %m");
			return -1;
		}
	}
	return 0;
}

/* Why an earlier write failed is not known any more. */
static int flush_output(void)
{
	bool failed = ferror(stdout);

	if (fflush(stdout)) {
		report("standard output: %m");
		return -1;
	}
	if (failed)
		report("standard output: not all of it could be written");
	return failed ? -1 : 0;
}

int main(int argc, char **argv)
{
	int status;

	if (fill_standard_files())
		return STATUS_FAILED;
	status = run(argc, argv);
	/* What could not be printed was not done. */
	if (flush_output() && status == STATUS_DONE)
		status = STATUS_FAILED;
	return status;
}
