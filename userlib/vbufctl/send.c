// SPDX-License-Identifier: GPL-2.0-only
/* vbufctl send: standard input or a file into a channel. */
#include "feed.h"
#include "geometry.h"
#include "list.h"
#include "losses.h"
#include "move.h"
#include "name.h"
#include "report.h"
#include "verb.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { OPT_NO_WAIT = OPT_AFTER_MOVE };

static const struct option options[] = {
	GEOMETRY_OPTIONS,
	MOVE_OPTIONS,
	{ "no-wait", no_argument, NULL, OPT_NO_WAIT },
	VERB_OPTIONS
};

struct request {
	const char *name;
	const char *file;	/* NULL: standard input */
	struct move move;
	bool no_wait;
	struct geometry geometry;	/* of a missing channel */
	struct vbuf_attr attr;		/* as it is */
};

static int take_option(void *data, int option)
{
	struct request *request = data;

	if (move_option(&request->move, option))
		return STATUS_NONE_YET;
	if (option != OPT_NO_WAIT)
		return geometry_option(&verb_send, &request->geometry, option,
				       optarg);
	request->no_wait = true;
	return STATUS_NONE_YET;
}

static int parse_operands(int argc, char **argv, struct request *request)
{
	int count = argc - optind;

	if (count < 1 || count > 2)
		return verb_misused(&verb_send, "give a NAME, and a FILE or none");
	request->name = argv[optind];
	if (count == 2 && strcmp(argv[optind + 1], "-"))
		request->file = argv[optind + 1];
	return name_check(&verb_send, request->name);
}

static int parse(int argc, char **argv, struct request *request)
{
	int status = verb_parse(&verb_send, argc, argv, request);

	if (status != STATUS_NONE_YET)
		return status;
	status = move_check(&verb_send, &request->move);
	if (status != STATUS_NONE_YET)
		return status;
	return parse_operands(argc, argv, request);
}

/* No receiver has come so far, but one may. What cannot be told is not so. */
static bool awaits_receiver(int fd)
{
	struct vbuf_ctl_channel *channel;
	bool awaits;

	if (list_channel_of(fd, &channel))
		return false;
	awaits = !channel->receivers &&
		 !(channel->state & (VBUF_STATE_NO_RECEIVER |
				     VBUF_STATE_UNLINKED));
	vbuf_ctl_free_channels(channel);
	return awaits;
}

/*
 * Who starts later than a sender that had nothing to send, and has gone with
 * its transient channel, would wait for ever on a new one.
 */
static void wait_for_receiver(int fd)
{
	const struct timespec pause = { .tv_nsec = 50000000 };

	while (awaits_receiver(fd))
		nanosleep(&pause, NULL);
}

static int wait_until_received(const struct feed *feed)
{
	int ret;

	do {
		ret = vbuf_drain(feed->channel, NULL);
	} while (ret && errno == EINTR);
	if (ret && errno == EPIPE)
		report("%s: there is no receiver any more, and messages are left that nobody received",
		       feed->channel_name);
	else if (ret)
		report_channel(feed->channel_name, errno);
	return ret;
}

/*
 * After an error too if the channel is transient, for what was sent before it
 * goes with the channel. A persistent one keeps it.
 */
static int wait_for_end(const struct feed *feed, const struct vbuf_attr *attr,
			bool failed)
{
	bool persistent = attr->flags & VBUF_PERSIST;

	if (feed->broken)
		return -1;
	if (failed && persistent)
		return 0;
	if (!feed->sent && !failed && !persistent)
		wait_for_receiver(feed->channel);
	if (feed->sent)
		return wait_until_received(feed);
	return 0;
}

static int feed_by_way(const struct request *request, struct feed *feed)
{
	int moves = move_begin(&request->move, feed->channel,
			       feed->channel_name, feed_move_longest(feed));

	if (moves < 0)
		return -1;
	if (moves)
		return feed_move(feed);
	return request->move.raw ? feed_raw(feed) : feed_lines(feed);
}

static int feed_channel(const struct request *request, struct feed *feed)
{
	int failed = -1;

	if (!feed_init(feed))
		failed = feed_by_way(request, feed);
	feed_deinit(feed);
	return failed;
}

static int send_and_wait(const struct request *request, struct feed *feed)
{
	uint64_t losses;
	int failed;

	if (losses_count(feed->channel, feed->channel_name, &losses))
		return -1;
	failed = feed_channel(request, feed);
	if (wait_for_end(feed, &request->attr, failed) || failed)
		return -1;
	return losses_check(feed->channel, feed->channel_name, losses);
}

static int open_input(const struct request *request)
{
	int fd;

	if (!request->file)
		return STDIN_FILENO;
	fd = open(request->file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		report("%s: %m", request->file);
	return fd;
}

/* Not waiting is for channels that keep what they are given. */
static int open_channel(struct request *request)
{
	struct geometry *geometry = &request->geometry;
	int fd;

	hits_look(&geometry->hits);
	fd = request->no_wait ?
	     vbuf_open(request->name, O_WRONLY) :
	     vbuf_ensure(request->name, &geometry->attr, O_WRONLY);
	if (fd < 0 || vbuf_getattr(fd, &request->attr)) {
		geometry_report(geometry, request->name, errno);
		return -1;
	}
	geometry_compare(geometry, request->name, &request->attr);
	if (request->no_wait && !(request->attr.flags & VBUF_PERSIST)) {
		report("%s: --no-wait is for persistent channels; this one is transient",
		       request->name);
		return -1;
	}
	return fd;
}

static int run(int argc, char **argv)
{
	struct request request = {
		.geometry = GEOMETRY_DEFAULT(GEOMETRY_MISSING_FLAGS),
	};
	struct feed feed = { .count = 0 };
	int failed, status;

	status = parse(argc, argv, &request);
	if (status != STATUS_NONE_YET)
		return status;

	feed.input_name = request.file ? request.file : "standard input";
	feed.input = open_input(&request);
	if (feed.input < 0)
		return STATUS_FAILED;
	feed.channel_name = request.name;
	feed.channel = open_channel(&request);
	if (feed.channel < 0)
		return STATUS_FAILED;
	feed.slot_size = request.attr.slot_size;
	feed.move_only = request.move.always;
	failed = request.no_wait ? feed_channel(&request, &feed) :
				   send_and_wait(&request, &feed);
	return failed ? STATUS_FAILED : STATUS_DONE;
}

const struct verb verb_send = {
	.name = "send",
	.summary = "send standard input or a file, a line a message",
	.usage =
	"usage: vbufctl send NAME [FILE] [OPTION...]\n\n"
	"Sends each line, without its newline, as a message, and ends when the channel\n"
	"is empty and all its messages are received: beside another sender that is\n"
	"busy, that can be long. A line longer than a slot is an error. A missing\n"
	"channel is made, transient: it goes with its last endpoint; what a receiver\n"
	"leaves when it is killed is queued again.\n\n"
	"  --raw              send the bytes as they come, in pieces of the slot's\n"
	"                     size at the most\n"
	MOVE_HELP
	"  --no-wait          end as soon as all is queued; for persistent channels\n"
	"Of a missing channel:\n"
	GEOMETRY_HELP
	"  -h, --help         print this\n",
	.options = options,
	.take_option = take_option,
	.run = run,
};
