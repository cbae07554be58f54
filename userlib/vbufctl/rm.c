// SPDX-License-Identifier: GPL-2.0-only
/* vbufctl rm: takes the names of channels away. */
#include "name.h"
#include "report.h"
#include "verb.h"

#include <errno.h>
#include <getopt.h>
#include <vbuf.h>

static const struct option options[] = { VERB_OPTIONS };

static const struct report_advice advices[] = {
	{ EACCES, "only its owner, or who has CAP_SYS_ADMIN, can remove it" },
	{ 0, NULL },
};

static int parse(int argc, char **argv)
{
	int status = verb_parse(&verb_rm, argc, argv, NULL);

	if (status != STATUS_NONE_YET)
		return status;
	if (optind == argc)
		return verb_misused(&verb_rm, "give a NAME");
	for (int i = optind; i < argc && status == STATUS_NONE_YET; i++)
		status = name_check(&verb_rm, argv[i]);
	return status;
}

static int run(int argc, char **argv)
{
	int status = parse(argc, argv);

	if (status != STATUS_NONE_YET)
		return status;

	status = STATUS_DONE;
	for (int i = optind; i < argc; i++) {
		if (vbuf_unlink(argv[i])) {
			report_advised(argv[i], errno, advices);
			status = STATUS_FAILED;
		}
	}
	return status;
}

const struct verb verb_rm = {
	.name = "rm",
	.summary = "remove channels",
	.usage =
	"usage: vbufctl rm NAME...\n\n"
	"Takes the names away. Who uses a channel at the moment can go on; it goes,\n"
	"with the messages in it, with its last endpoint.\n\n"
	"  -h, --help         print this\n",
	.options = options,
	.run = run,
};
