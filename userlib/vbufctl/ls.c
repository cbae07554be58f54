// SPDX-License-Identifier: GPL-2.0-only
/* vbufctl ls: a line a channel, once or again and again. */
#include "channel.h"
#include "json.h"
#include "number.h"
#include "rates.h"
#include "report.h"
#include "rounds.h"
#include "stop.h"
#include "table.h"
#include "terminal.h"
#include "units.h"
#include "verb.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <time.h>

enum {
	OPT_JSON = 256,
	OPT_BYTES,
	OPT_INTERVAL,
	OPT_WATCH,
};

static const struct option options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	{ "bytes", no_argument, NULL, OPT_BYTES },
	{ "interval", required_argument, NULL, OPT_INTERVAL },
	{ "watch", no_argument, NULL, OPT_WATCH },
	VERB_OPTIONS
};

#define INTERVAL_ONCE 200
#define INTERVAL_WATCH 1000

/* What was asked for. */
struct request {
	bool json, watch;
	bool interval_given;
	uint64_t interval;	/* ms */
};

static const char *const titles[] = {
	"NAME", "QUEUED", "SLOT", "SEND/RECV", "SENT", "RECEIVED", "IN/S",
	"OUT/S", "BLOCKED",
};

#define COLUMNS (sizeof(titles) / sizeof(titles[0]))

static int take_option(void *data, int option)
{
	struct request *request = data;

	switch (option) {
	case OPT_JSON:
		request->json = true;
		break;
	case OPT_BYTES:
		units_be_exact();
		break;
	case OPT_WATCH:
		request->watch = true;
		break;
	case OPT_INTERVAL:
		request->interval_given = true;
		if (!number_parse(optarg, 3600000, &request->interval))
			return verb_misused(&verb_ls, "--interval: '%s' is not 0 to 3600000 ms",
					    optarg);
		break;
	}
	return STATUS_NONE_YET;
}

static int parse(int argc, char **argv, struct request *request)
{
	int status = verb_parse(&verb_ls, argc, argv, request);

	if (status != STATUS_NONE_YET)
		return status;
	if (optind < argc)
		return verb_misused(&verb_ls, "there is no use for '%s'",
				    argv[optind]);
	if (request->watch && request->interval_given && !request->interval)
		return verb_misused(&verb_ls, "--watch wants an --interval of 1 ms or more");
	if (!request->interval_given)
		request->interval = request->watch ? INTERVAL_WATCH :
						     INTERVAL_ONCE;
	return STATUS_NONE_YET;
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
	table_mark(table, channel->state & VBUF_STATE_NO_RECEIVER);
	table_cell(table, "%s", units_count(sent, channel->sent));
	table_cell(table, "%s", units_count(received, channel->received));
	add_rate(table, rates.known, rates.sent);
	add_rate(table, rates.known, rates.received);
	table_cell(table, "%u/%u", channel->blocked_senders,
		   channel->blocked_receivers);
	table_mark(table, channel->blocked_senders);
}

static int print_table(const struct look *before, const struct look *now,
		       int (*print)(const struct table *table))
{
	struct rates_walk walk = rates_begin(before, now);
	const struct vbuf_ctl_channel *channel;
	struct table table;
	int ret;

	table_init(&table, titles, COLUMNS);
	for (channel = now->channels; channel; channel = channel->next)
		add_row(&table, channel, rates_next(&walk, channel));
	ret = print(&table);
	table_deinit(&table);
	if (ret)
		report_no_memory();
	return ret;
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
	struct rates_walk walk = rates_begin(before, now);
	const struct vbuf_ctl_channel *channel;

	json_begin_array(NULL);
	for (channel = now->channels; channel; channel = channel->next)
		json_channel(channel, rates_next(&walk, channel));
	json_end_array();
	json_end();
	return 0;
}

/* One round of many: a picture, or what a reader can tell from the last one. */
static int print_round(const struct request *request, const struct look *before,
		       const struct look *now)
{
	if (request->json)
		return print_json(before, now);
	if (terminal_redraws())
		return print_table(before, now, table_draw);
	if (before->seconds)
		putchar('\n');
	return print_table(before, now, table_print);
}

/* As main.c tells it in the end, but that it is not known any more there. */
static int flush_round(void)
{
	if (!fflush(stdout) || stop_requested())
		return 0;
	report("standard output: %m");
	clearerr(stdout);
	return -1;
}

static int take_round(const struct request *request, const struct look *before,
		      struct look *now)
{
	if (look_take(now) || print_round(request, before, now))
		return -1;
	return flush_round();
}

static int watch(const struct request *request)
{
	struct look before = { .channels = NULL }, now = before;
	struct rounds rounds;
	int next;

	stop_prepare();
	/* A round at a time, so that no picture is seen half drawn. */
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	rounds_begin(&rounds, request->interval);
	do {
		next = take_round(request, &before, &now);
		look_free(&before);
		before = now;
		now = (struct look){ .channels = NULL };
		if (!next)
			next = rounds_wait(&rounds);
	} while (next > 0);
	look_free(&before);
	return next;
}

static void wait_milliseconds(uint64_t ms)
{
	struct timespec left = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

static int list(const struct request *request)
{
	struct look before = { .channels = NULL }, now = before;
	int ret = 0;

	if (request->interval) {
		ret = look_take(&before);
		if (!ret)
			wait_milliseconds(request->interval);
	}
	if (!ret)
		ret = look_take(&now);
	if (!ret)
		ret = request->json ? print_json(&before, &now) :
				      print_table(&before, &now, table_print);
	look_free(&before);
	look_free(&now);
	return ret;
}

static int run(int argc, char **argv)
{
	struct request request = { .json = false };
	int status = parse(argc, argv, &request);

	if (status != STATUS_NONE_YET)
		return status;
	if (request.watch ? watch(&request) : list(&request))
		return STATUS_FAILED;
	stop_finish();
	return STATUS_DONE;
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
	"  --watch            list them again and again, until interrupted\n"
	"  --interval MS      how long to measure the rates (200); 0: no rates;\n"
	"                     with --watch from one list to the next (1000)\n"
	"  --bytes            print all digits of bytes, and of counts\n"
	"  --json             print an array of objects; with --watch one a line\n"
	"  -h, --help         print this\n",
	.options = options,
	.take_option = take_option,
	.run = run,
};
