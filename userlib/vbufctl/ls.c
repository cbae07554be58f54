// SPDX-License-Identifier: GPL-2.0-only
/* vbufctl ls: a line a channel. */
#include "channel.h"
#include "json.h"
#include "list.h"
#include "number.h"
#include "report.h"
#include "table.h"
#include "units.h"
#include "verb.h"

#include <errno.h>
#include <getopt.h>
#include <time.h>

enum {
	OPT_JSON = 256,
	OPT_INTERVAL,
};

static const struct option options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	{ "interval", required_argument, NULL, OPT_INTERVAL },
	VERB_OPTIONS
};

/* The channels at one moment. */
struct look {
	struct vbuf_ctl_channel *channels;
	double seconds;
};

/* Messages a second of one channel; not known without an earlier look. */
struct rates {
	bool known;
	double sent, received;
};

static const char *const titles[] = {
	"NAME", "QUEUED", "SLOT", "SEND/RECV", "SENT", "RECEIVED", "IN/S",
	"OUT/S", "BLOCKED",
};

#define COLUMNS (sizeof(titles) / sizeof(titles[0]))

static int parse(int argc, char **argv, bool *json, uint64_t *interval)
{
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (option) {
		case OPT_JSON:
			*json = true;
			break;
		case OPT_INTERVAL:
			if (!number_parse(optarg, 3600000, interval))
				return verb_misused(&verb_ls, "--interval: '%s' is not 0 to 3600000 ms",
						    optarg);
			break;
		default:
			return verb_option(&verb_ls, option);
		}
	}
	if (optind < argc)
		return verb_misused(&verb_ls, "there is no use for '%s'",
				    argv[optind]);
	return STATUS_NONE_YET;
}

static int take_look(struct look *look)
{
	struct timespec now;

	if (list_channels(&look->channels)) {
		report_listed("the list of channels", errno, NULL);
		return -1;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	look->seconds = now.tv_sec + now.tv_nsec / 1e9;
	return 0;
}

static void wait_milliseconds(uint64_t ms)
{
	struct timespec left = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

/* @old goes on where the channel before was found: both lists are sorted. */
static struct rates measure(const struct vbuf_ctl_channel **old, double seconds,
			    const struct vbuf_ctl_channel *channel)
{
	while (*old && (*old)->id < channel->id)
		*old = (*old)->next;
	if (!*old || (*old)->id != channel->id)
		return (struct rates){ .known = false };
	return (struct rates){
		.known = true,
		.sent = (channel->sent - (*old)->sent) / seconds,
		/* What is put back is taken off again. */
		.received = channel->received < (*old)->received ? 0 :
			    (channel->received - (*old)->received) / seconds,
	};
}

static void add_rate(struct table *table, bool known, double rate)
{
	char room[UNITS_ROOM];

	table_cell(table, "%s", known ? units_rate(room, rate) : "-");
}

static void add_row(struct table *table,
		    const struct vbuf_ctl_channel *channel,
		    struct rates rates)
{
	char label[CHANNEL_LABEL_ROOM];
	char slot[UNITS_ROOM], sent[UNITS_ROOM], received[UNITS_ROOM];

	table_cell(table, "%s", channel_label(label, channel));
	if (channel->hidden) {
		for (size_t i = 1; i < COLUMNS; i++)
			table_cell(table, "-");
		return;
	}
	table_cell(table, "%u/%u", channel->depth, channel->slots);
	table_cell(table, "%s", units_bytes(slot, channel->slot_size));
	table_cell(table, "%u/%u", channel->senders, channel->receivers);
	table_cell(table, "%s", units_count(sent, channel->sent));
	table_cell(table, "%s", units_count(received, channel->received));
	add_rate(table, rates.known, rates.sent);
	add_rate(table, rates.known, rates.received);
	table_cell(table, "%u/%u", channel->blocked_senders,
		   channel->blocked_receivers);
}

static int print_table(const struct look *before, const struct look *now)
{
	const struct vbuf_ctl_channel *channel, *old = before->channels;
	double seconds = now->seconds - before->seconds;
	struct table table;
	int ret;

	table_init(&table, titles, COLUMNS);
	for (channel = now->channels; channel; channel = channel->next)
		add_row(&table, channel, measure(&old, seconds, channel));
	ret = table_print(&table);
	table_deinit(&table);
	if (ret)
		report_no_memory();
	return ret ? STATUS_FAILED : STATUS_DONE;
}

static void json_channel(const struct vbuf_ctl_channel *channel,
			 struct rates rates)
{
	json_begin_object(NULL);
	channel_json_keys(channel);
	if (rates.known && !channel->hidden) {
		json_real("sent_per_second", rates.sent);
		json_real("received_per_second", rates.received);
	}
	json_end_object();
}

static int print_json(const struct look *before, const struct look *now)
{
	const struct vbuf_ctl_channel *channel, *old = before->channels;
	double seconds = now->seconds - before->seconds;

	json_begin_array(NULL);
	for (channel = now->channels; channel; channel = channel->next)
		json_channel(channel, measure(&old, seconds, channel));
	json_end_array();
	json_end();
	return STATUS_DONE;
}

static int run(int argc, char **argv)
{
	struct look before = { .channels = NULL }, now = { .channels = NULL };
	uint64_t interval = 200;
	bool json = false;
	int status = parse(argc, argv, &json, &interval);

	if (status != STATUS_NONE_YET)
		return status;

	status = STATUS_FAILED;
	if (interval) {
		if (take_look(&before))
			goto out;
		wait_milliseconds(interval);
	}
	if (take_look(&now))
		goto out;
	status = json ? print_json(&before, &now) : print_table(&before, &now);
out:
	vbuf_ctl_free_channels(before.channels);
	vbuf_ctl_free_channels(now.channels);
	return status;
}

const struct verb verb_ls = {
	.name = "ls",
	.summary = "list the channels",
	.usage =
	"usage: vbufctl ls [OPTION...]\n\n"
	"One line a channel of this network namespace: messages queued of those it\n"
	"has room for, bytes of a slot, endpoints that send and that receive, messages\n"
	"sent and received, the same a second, threads blocked in either.\n"
	"A channel without a name, or that was removed while in use, or that is not\n"
	"yours to use, stands as #ID.\n\n"
	"  --interval MS      how long to measure the rates (200); 0: no rates\n"
	"  --json             print an array of objects\n"
	"  -h, --help         print this\n",
	.run = run,
};
