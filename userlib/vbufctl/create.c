// SPDX-License-Identifier: GPL-2.0-only
/* vbufctl create: makes a channel, and keeps a transient one there. */
#include "geometry.h"
#include "list.h"
#include "name.h"
#include "report.h"
#include "stop.h"
#include "verb.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <unistd.h>

enum {
	OPT_TRANSIENT = OPT_OF_VERB,
	OPT_REDELIVER,
	OPT_LOSSY,
	OPT_OPEN_VIEW,
	OPT_HELD_MAX,
	OPT_MAX_DELIVERIES,
};

static const struct option options[] = {
	GEOMETRY_OPTIONS,
	{ "transient", no_argument, NULL, OPT_TRANSIENT },
	{ "redeliver", no_argument, NULL, OPT_REDELIVER },
	{ "lossy", no_argument, NULL, OPT_LOSSY },
	{ "open-view", no_argument, NULL, OPT_OPEN_VIEW },
	{ "held-max", required_argument, NULL, OPT_HELD_MAX },
	{ "max-deliveries", required_argument, NULL, OPT_MAX_DELIVERIES },
	VERB_OPTIONS
};

static int take_option(void *request, int option)
{
	struct geometry *geometry = request;
	struct vbuf_attr *attr = &geometry->attr;

	switch (option) {
	case OPT_TRANSIENT:
		attr->flags &= ~VBUF_PERSIST;
		return STATUS_NONE_YET;
	case OPT_REDELIVER:
		attr->flags |= VBUF_REDELIVER;
		return STATUS_NONE_YET;
	case OPT_LOSSY:
		attr->flags |= VBUF_LOSSY;
		return STATUS_NONE_YET;
	case OPT_OPEN_VIEW:
		attr->flags |= VBUF_OPEN_VIEW;
		return STATUS_NONE_YET;
	case OPT_HELD_MAX:
		return geometry_count(&verb_create, "--held-max", optarg,
				      &attr->held_max);
	case OPT_MAX_DELIVERIES:
		return geometry_count(&verb_create, "--max-deliveries", optarg,
				      &attr->max_deliveries);
	}
	return geometry_option(&verb_create, geometry, option, optarg);
}

static int parse(int argc, char **argv, struct geometry *geometry)
{
	int status = verb_parse(&verb_create, argc, argv, geometry);

	if (status != STATUS_NONE_YET)
		return status;
	if (argc - optind != 1)
		return verb_misused(&verb_create, "give one NAME");
	return name_check(&verb_create, argv[optind]);
}

/* What cannot be told is taken to be as it was. */
static bool is_removed(int fd)
{
	struct vbuf_ctl_channel *channel;
	bool removed;

	if (list_channel_of(fd, &channel))
		return false;
	removed = channel->state & VBUF_STATE_UNLINKED;
	vbuf_ctl_free_channels(channel);
	return removed;
}

/*
 * Of the two rights the holder takes the one that changes least for others: it
 * counts as a receiver that takes nothing. What is sent waits for a real
 * receiver, and receivers still see the end when the last sender has gone. As
 * a sender it would keep every receiver from ever seeing an end.
 */
static void hold(int fd, const char *name)
{
	stop_prepare();
	report("%s: lives until this process is interrupted (Ctrl-C)", name);
	while (!stop_requested() && !is_removed(fd))
		sleep(1);
}

static int run(int argc, char **argv)
{
	struct geometry geometry = GEOMETRY_DEFAULT(VBUF_PERSIST);
	int status = parse(argc, argv, &geometry);
	const char *name;
	int fd;

	if (status != STATUS_NONE_YET)
		return status;

	name = argv[optind];
	hits_look(&geometry.hits);
	fd = vbuf_create(name, &geometry.attr, O_RDONLY);
	if (fd < 0) {
		geometry_report(&geometry, name, errno);
		return STATUS_FAILED;
	}
	if (!(geometry.attr.flags & VBUF_PERSIST))
		hold(fd, name);
	close(fd);
	return STATUS_DONE;
}

const struct verb verb_create = {
	.name = "create",
	.summary = "make a channel",
	.usage =
	"usage: vbufctl create NAME [OPTION...]\n\n"
	"Makes a channel, which stays until 'vbufctl rm NAME'.\n\n"
	GEOMETRY_HELP
	"  --transient        make one that goes with its last endpoint: the command\n"
	"                     stays, and keeps the channel until it is interrupted\n"
	"                     or 'vbufctl rm NAME'; it counts as a receiver that\n"
	"                     takes nothing\n"
	"  --redeliver        what a dying receiver had not acknowledged is queued\n"
	"                     again, not dropped\n"
	"  --lossy            senders may drop the oldest message of a full queue\n"
	"  --open-view        receivers see all messages, others' too, so that none\n"
	"                     has to be mapped; senders copy\n"
	"  --held-max N       slots that one endpoint may own at a time\n"
	"  --max-deliveries N drop a message that was put back after N deliveries\n"
	"  -h, --help         print this\n",
	.options = options,
	.take_option = take_option,
	.run = run,
};
