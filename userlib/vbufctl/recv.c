// SPDX-License-Identifier: GPL-2.0-only
/* vbufctl recv: messages of a channel to standard output. */
#include "geometry.h"
#include "intake.h"
#include "move.h"
#include "name.h"
#include "number.h"
#include "report.h"
#include "stop.h"
#include "verb.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <unistd.h>

enum { OPT_COUNT = OPT_AFTER_MOVE };

static const struct option options[] = {
	GEOMETRY_OPTIONS,
	MOVE_OPTIONS,
	{ "count", required_argument, NULL, OPT_COUNT },
	VERB_OPTIONS
};

struct request {
	const char *name;
	struct move move;
	uint64_t count;
	struct geometry geometry;	/* of a missing channel */
	struct vbuf_attr attr;		/* as it is */
};

static int take_option(void *data, int option)
{
	struct request *request = data;

	if (move_option(&request->move, option))
		return STATUS_NONE_YET;
	if (option != OPT_COUNT)
		return geometry_option(&verb_recv, &request->geometry, option,
				       optarg);
	if (number_parse(optarg, UINT64_MAX, &request->count) && request->count)
		return STATUS_NONE_YET;
	return verb_misused(&verb_recv, "--count: '%s' is not a number from 1 on",
			    optarg);
}

static int parse(int argc, char **argv, struct request *request)
{
	int status = verb_parse(&verb_recv, argc, argv, request);

	if (status != STATUS_NONE_YET)
		return status;
	status = move_check(&verb_recv, &request->move);
	if (status != STATUS_NONE_YET)
		return status;
	if (argc - optind != 1)
		return verb_misused(&verb_recv, "give one NAME");
	request->name = argv[optind];
	return name_check(&verb_recv, request->name);
}

static int receive(struct intake *intake, uint64_t count)
{
	while (count && !stop_requested()) {
		int n = intake_take(intake, count);

		if (!n)
			return STATUS_DONE;
		if (n < 0 && errno == EINTR)
			break;
		if (n < 0) {
			report_channel(intake->channel_name, errno);
			return STATUS_FAILED;
		}
		if (intake_write(intake, n))
			return STATUS_FAILED;
		count -= n;
	}
	return STATUS_DONE;
}

static int receive_output(const struct request *request, int channel)
{
	struct intake intake = {
		.channel = channel,
		.channel_name = request->name,
		.raw = request->move.raw,
		.move_only = request->move.always,
	};
	int moves = move_begin(&request->move, channel, request->name,
			       request->attr.slot_size);
	int status = STATUS_FAILED;

	if (moves < 0)
		return STATUS_FAILED;
	intake.move = moves;
	if (!intake_init(&intake, &request->attr))
		status = receive(&intake, request->count);
	if (intake_finish(&intake))
		status = STATUS_FAILED;
	intake_deinit(&intake);
	return status;
}

static int open_channel(struct request *request)
{
	struct geometry *geometry = &request->geometry;
	int fd;

	hits_look(&geometry->hits);
	fd = vbuf_ensure(request->name, &geometry->attr, O_RDONLY);
	if (fd < 0 || vbuf_getattr(fd, &request->attr)) {
		geometry_report(geometry, request->name, errno);
		return -1;
	}
	geometry_compare(geometry, request->name, &request->attr);
	return fd;
}

static int run(int argc, char **argv)
{
	struct request request = {
		.count = UINT64_MAX,
		.geometry = GEOMETRY_DEFAULT(GEOMETRY_MISSING_FLAGS),
	};
	int channel, status;

	status = parse(argc, argv, &request);
	if (status != STATUS_NONE_YET)
		return status;

	/* A reader that has gone is an error like others: messages go back. */
	signal(SIGPIPE, SIG_IGN);
	channel = open_channel(&request);
	if (channel < 0)
		return STATUS_FAILED;
	stop_prepare();
	status = receive_output(&request, channel);
	close(channel);
	stop_finish();
	return status;
}

const struct verb verb_recv = {
	.name = "recv",
	.summary = "print messages, a line each",
	.usage =
	"usage: vbufctl recv NAME [OPTION...]\n\n"
	"Prints each message as a line, and ends when the last sender has gone and\n"
	"all is printed. A persistent channel has no such end: give --count, or it\n"
	"runs until it is interrupted. A missing channel is made, transient: it goes\n"
	"with its last endpoint. A message that cannot be printed, or that SIGINT,\n"
	"SIGTERM or SIGHUP keeps from it, goes back to the channel.\n\n"
	"  --count N          end after N messages\n"
	"  --raw              print the bytes of the messages and nothing between\n"
	MOVE_HELP
	"Of a missing channel:\n"
	GEOMETRY_HELP
	"  -h, --help         print this\n",
	.options = options,
	.take_option = take_option,
	.run = run,
};
