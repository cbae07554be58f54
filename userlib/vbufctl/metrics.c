// SPDX-License-Identifier: GPL-2.0-only
/* vbufctl metrics: channels and limits, for Prometheus. */
#include "list.h"
#include "metrics_channels.h"
#include "metrics_limits.h"
#include "replacement.h"
#include "report.h"
#include "stop.h"
#include "verb.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>

enum { OPT_OUTPUT = 256 };

static const struct option options[] = {
	{ "output", required_argument, NULL, OPT_OUTPUT },
	VERB_OPTIONS
};

/* All that there is to tell. */
struct sight {
	struct vbuf_ctl_channel *channels;
	struct vbuf_ctl_endpoint *endpoints;
	struct vbuf_ctl_limit *limits;
};

static int take_option(void *data, int option)
{
	const char **path = data;

	if (option == OPT_OUTPUT)
		*path = optarg;
	return STATUS_NONE_YET;
}

static int parse(int argc, char **argv, const char **path)
{
	int status = verb_parse(&verb_metrics, argc, argv, path);

	if (status != STATUS_NONE_YET)
		return status;
	if (optind < argc)
		return verb_misused(&verb_metrics, "there is no use for '%s'",
				    argv[optind]);
	return STATUS_NONE_YET;
}

/* Before anything is written: a failure leaves no part of it. */
static int look(struct sight *sight)
{
	if (!list_channels(&sight->channels) &&
	    !list_endpoints(0, &sight->endpoints) &&
	    !list_limits(&sight->limits))
		return 0;
	report_listed("the metrics", errno, NULL);
	return -1;
}

static void print(FILE *out, const struct sight *sight)
{
	metrics_channels(out, sight->channels, sight->endpoints);
	metrics_limits(out, sight->limits);
}

static int replace(const char *path, const struct sight *sight)
{
	struct replacement replacement;

	stop_prepare();
	if (replacement_begin(&replacement, path))
		return STATUS_FAILED;
	print(replacement.out, sight);
	if (!stop_requested())
		return replacement_finish(&replacement) ? STATUS_FAILED :
							  STATUS_DONE;
	replacement_abandon(&replacement);
	stop_finish();
	return STATUS_FAILED;
}

static int run(int argc, char **argv)
{
	struct sight sight = { .channels = NULL };
	const char *path = NULL;
	int status = parse(argc, argv, &path);

	if (status != STATUS_NONE_YET)
		return status;
	status = STATUS_FAILED;
	if (!look(&sight)) {
		if (path) {
			status = replace(path, &sight);
		} else {
			print(stdout, &sight);
			status = STATUS_DONE;
		}
	}
	vbuf_ctl_free_channels(sight.channels);
	vbuf_ctl_free_endpoints(sight.endpoints);
	vbuf_ctl_free_limits(sight.limits);
	return status;
}

const struct verb verb_metrics = {
	.name = "metrics",
	.summary = "print channels and limits for Prometheus",
	.usage =
	"usage: vbufctl metrics [OPTION...]\n\n"
	"Prints what there is to know of the channels of this network namespace, and of\n"
	"its limits, as Prometheus' text format has it: for the textfile collector of\n"
	"its node exporter.\n\n"
	"  --output FILE      replace FILE by it, at once and as a whole\n"
	"  -h, --help         print this\n",
	.options = options,
	.take_option = take_option,
	.run = run,
};
