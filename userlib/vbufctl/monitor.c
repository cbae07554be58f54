// SPDX-License-Identifier: GPL-2.0-only
/* vbufctl monitor: a line an event. */
#include "known.h"
#include "list.h"
#include "notice.h"
#include "report.h"
#include "stop.h"
#include "verb.h"
#include "wall.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

enum { OPT_JSON = 256 };

static const struct option options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	VERB_OPTIONS
};

static const struct report_advice advices[] = {
	{ EDQUOT, "as many programs listen as may, yours or all: end one" },
	{ 0, NULL },
};

/* The monitor, and what its reader knows. */
struct watch {
	struct vbuf_ctl_monitor *monitor;
	struct known known;
	bool json;
};

static int take_option(void *data, int option)
{
	bool *json = data;

	if (option == OPT_JSON)
		*json = true;
	return STATUS_NONE_YET;
}

static int parse(int argc, char **argv, bool *json)
{
	int status = verb_parse(&verb_monitor, argc, argv, json);

	if (status != STATUS_NONE_YET)
		return status;
	if (optind < argc)
		return verb_misused(&verb_monitor, "there is no use for '%s'",
				    argv[optind]);
	return STATUS_NONE_YET;
}

static void print(const struct watch *watch, const struct notice *notice)
{
	if (watch->json)
		notice_json(notice);
	else
		notice_print(notice);
}

static int tell_event(struct watch *watch, const struct vbuf_ctl_event *event)
{
	struct notice notice = { .event = event };
	int news = known_apply(&watch->known, event, &notice.unlinked);

	if (news > 0)
		print(watch, &notice);
	if (news < 0)
		report_no_memory();
	return news < 0 ? -1 : 0;
}

static void tell_found(const struct vbuf_ctl_event *found, bool unlinked,
		       void *data)
{
	struct vbuf_ctl_event event = *found;
	const struct notice notice = {
		.event = &event, .unlinked = unlinked, .resync = true,
	};

	event.time_ns = wall_now_ns();
	print(data, &notice);
}

static size_t count(const struct vbuf_ctl_channel *channels)
{
	size_t number = 0;

	for (; channels; channels = channels->next)
		number += !channels->hidden;
	return number;
}

static int list(struct vbuf_ctl_channel **channels)
{
	if (!list_channels(channels))
		return 0;
	report_listed("the list of channels", errno, NULL);
	return -1;
}

/* Whoever reads the lines ends with what is there. */
static int look_again(struct watch *watch)
{
	struct vbuf_ctl_channel *channels;
	int ret;

	if (list(&channels))
		return -1;
	if (watch->json)
		notice_json_loss(count(channels));
	else
		notice_print_loss(count(channels));
	ret = known_look_again(&watch->known, channels, tell_found, watch);
	if (ret)
		report_no_memory();
	vbuf_ctl_free_channels(channels);
	return ret;
}

static int fail(int error)
{
	if (error == ENODEV)
		report("the module was unloaded");
	else
		report_listed("events", error, NULL);
	return -1;
}

/*
 * Until something comes. That the reader of the output has gone would else show
 * at the next event, which may never come; it is then as if that were written.
 */
static int wait_for_event(const struct watch *watch)
{
	struct pollfd files[] = {
		{ .fd = vbuf_ctl_monitor_fd(watch->monitor), .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};

	if (poll(files, 2, -1) < 0 || !files[1].revents)
		return 0;
	return stop_unread();
}

static int follow_one(struct watch *watch)
{
	const struct vbuf_ctl_event *event;
	int ret = vbuf_ctl_next_event(watch->monitor, &event);

	if (ret > 0)
		return tell_event(watch, event);
	if (!ret)
		return wait_for_event(watch);
	/* An event that makes no sense is lost as well. */
	if (errno == ENOBUFS || errno == EPROTO)
		return look_again(watch);
	return fail(errno);
}

static int follow(struct watch *watch)
{
	int ret = 0;

	while (!ret && !stop_requested() && !ferror(stdout))
		ret = follow_one(watch);
	return ret ? STATUS_FAILED : STATUS_DONE;
}

/* What is there from the beginning is not told, but known. */
static int begin(struct watch *watch)
{
	struct vbuf_ctl_channel *channels;
	int ret;

	if (list(&channels))
		return -1;
	ret = known_init(&watch->known, channels);
	if (ret)
		report_no_memory();
	vbuf_ctl_free_channels(channels);
	return ret;
}

static int run(int argc, char **argv)
{
	struct watch watch = { .json = false };
	int status = parse(argc, argv, &watch.json);

	if (status != STATUS_NONE_YET)
		return status;
	wall_init();
	setvbuf(stdout, NULL, _IOLBF, 0);
	watch.monitor = vbuf_ctl_open_monitor();
	if (!watch.monitor) {
		report_listed("events", errno, advices);
		return STATUS_FAILED;
	}
	stop_prepare();
	status = begin(&watch) ? STATUS_FAILED : follow(&watch);
	known_deinit(&watch.known);
	vbuf_ctl_close_monitor(watch.monitor);
	fflush(stdout);
	stop_finish();
	return status;
}

const struct verb verb_monitor = {
	.name = "monitor",
	.summary = "tell what happens to channels",
	.usage =
	"usage: vbufctl monitor [OPTION...]\n\n"
	"One line an event, as it happens: channels that are created, lose their name\n"
	"or are removed; endpoints that come, go, or end while they hold messages\n"
	"(died); channels in which senders have waited long (stalled), and that this is\n"
	"over (flows); limits that refuse somebody. Of channels and limits that are not\n"
	"yours only root is told. If events are lost, it says so, looks again, and\n"
	"tells what that shows.\n\n"
	"Ends when it is interrupted, or the module is unloaded (exit status 1).\n\n"
	"  --json             print an object a line\n"
	"  -h, --help         print this\n",
	.options = options,
	.take_option = take_option,
	.run = run,
};
