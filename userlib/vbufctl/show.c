// SPDX-License-Identifier: GPL-2.0-only
/* vbufctl show: everything about one channel. */
#include "channel.h"
#include "endpoints.h"
#include "json.h"
#include "list.h"
#include "name.h"
#include "number.h"
#include "report.h"
#include "terminal.h"
#include "threads.h"
#include "times.h"
#include "units.h"
#include "verb.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>

enum {
	OPT_JSON = 256,
	OPT_BYTES,
};

static const struct option options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	{ "bytes", no_argument, NULL, OPT_BYTES },
	VERB_OPTIONS
};

static const struct report_advice advices[] = {
	{ ERANGE, "there is no such channel" },	/* #0 */
	{ EACCES, "its mode hides it from all but its owner and root" },
	{ 0, NULL },
};

/* Lists of libvbuf-ctl: of one channel, and of all that may be its. */
struct found {
	struct vbuf_ctl_channel *channel;
	struct vbuf_ctl_endpoint *endpoints;
	struct vbuf_ctl_thread *threads;
};

/* What was asked for: a name, or if that is NULL an id. */
struct wanted {
	const char *name;
	uint64_t id;
};

static int parse_wanted(const char *text, struct wanted *wanted)
{
	if (text[0] != '#') {
		wanted->name = text;
		return name_check(&verb_show, text);
	}
	wanted->name = NULL;
	if (!number_parse(text + 1, UINT64_MAX, &wanted->id))
		return verb_misused(&verb_show, "'%s' is not '#' and a number",
				    text);
	return STATUS_NONE_YET;
}

static int take_option(void *data, int option)
{
	bool *json = data;

	if (option == OPT_JSON)
		*json = true;
	if (option == OPT_BYTES)
		units_be_exact();
	return STATUS_NONE_YET;
}

static int parse(int argc, char **argv, bool *json, struct wanted *wanted)
{
	int status = verb_parse(&verb_show, argc, argv, json);

	if (status != STATUS_NONE_YET)
		return status;
	if (argc - optind != 1)
		return verb_misused(&verb_show, "give one NAME or '#ID'");
	return parse_wanted(argv[optind], wanted);
}

static int find_channel(const struct wanted *wanted,
			struct vbuf_ctl_channel **channel)
{
	return wanted->name ? list_channel_by_name(wanted->name, channel) :
			      list_channel_by_id(wanted->id, channel);
}

static int find(const struct wanted *wanted, struct found *found)
{
	return find_channel(wanted, &found->channel) ||
	       list_endpoints(found->channel->id, &found->endpoints) ||
	       list_threads(&found->threads);
}

static void forget(struct found *found)
{
	vbuf_ctl_free_threads(found->threads);
	vbuf_ctl_free_endpoints(found->endpoints);
	vbuf_ctl_free_channels(found->channel);
}

static struct threads threads_of(const struct found *found)
{
	return (struct threads){
		.all = found->threads,
		.channel = found->channel->id,
		.endpoints = found->endpoints,
	};
}

static void print_flags(const struct vbuf_ctl_channel *channel)
{
	__u32 flags = channel->flags;

	printf("%s%s%s%s%s", flags & VBUF_PERSIST ? "persistent" : "transient",
	       flags & VBUF_REDELIVER ? ", redelivers" : "",
	       flags & VBUF_LOSSY ? ", lossy" : "",
	       flags & VBUF_OPEN_VIEW ? ", open view" : "",
	       channel->state & VBUF_STATE_UNLINKED ? ", removed" : "");
}

static void print_limit(const char *title, __u32 limit)
{
	if (limit)
		printf("%-11s%u\n", title, limit);
}

static void print_attributes(const struct vbuf_ctl_channel *channel)
{
	char slot[UNITS_ROOM], all[UNITS_ROOM], memory[UNITS_ROOM];

	printf("channel    %s (#%llu), ",
	       channel->name[0] ? channel->name : "without a name",
	       (unsigned long long)channel->id);
	print_flags(channel);
	printf("\nowner      uid %u, gid %u, mode %04o\n", channel->uid,
	       channel->gid, channel->mode);
	printf("room       %u slots of %s = %s\n", channel->slots,
	       units_bytes(slot, channel->slot_size),
	       units_bytes(all, (__u64)channel->slots * channel->slot_size));
	printf("memory     %s bytes\n", units_bytes(memory, channel->bytes));
	print_limit("held max", channel->held_max);
	print_limit("deliveries", channel->max_deliveries);
}

static void print_flow(const char *title, __u64 messages, __u64 bytes)
{
	char room[UNITS_ROOM];

	printf("%-11s%llu messages, %s bytes\n", title,
	       (unsigned long long)messages, units_bytes(room, bytes));
}

static void print_blocked(const struct vbuf_ctl_channel *channel)
{
	char sending[32];

	snprintf(sending, sizeof(sending), "%u sending",
		 channel->blocked_senders);
	fputs("blocked    ", stdout);
	terminal_print(sending, channel->blocked_senders);
	printf(", %u receiving\n", channel->blocked_receivers);
}

static void print_state(const struct vbuf_ctl_channel *channel)
{
	printf("slots      %u free, %u being sent, %u queued (at most %u so far), ",
	       channel->free, channel->sending, channel->depth,
	       channel->max_depth);
	printf("%u held by receivers\n", channel->receiving);
	print_flow("sent", channel->sent, channel->sent_bytes);
	print_flow("received", channel->received, channel->received_bytes);
	printf("dropped    %llu oldest, %llu with their receiver, %llu delivered too often\n",
	       (unsigned long long)channel->dropped_oldest,
	       (unsigned long long)channel->dropped_holder,
	       (unsigned long long)channel->dropped_deliveries);
	printf("endpoints  %u to send%s, %u to receive", channel->senders,
	       channel->state & VBUF_STATE_NO_SENDER ? " (the last has gone)" : "",
	       channel->receivers);
	if (channel->state & VBUF_STATE_NO_RECEIVER)
		terminal_print(" (the last has gone)", true);
	putchar('\n');
	print_blocked(channel);
}

/* Tables, each after an empty line. Return: 0, or -1 and ENOMEM. */
static int print_text(const struct found *found)
{
	const struct threads threads = threads_of(found);
	int ret = 0;

	print_attributes(found->channel);
	print_state(found->channel);
	if (found->endpoints) {
		putchar('\n');
		ret = endpoints_print(found->endpoints);
	}
	if (!ret && times_told(found->channel)) {
		putchar('\n');
		ret = times_print(found->channel);
	}
	if (!ret && threads_first(&threads)) {
		putchar('\n');
		ret = threads_print(&threads);
	}
	return ret;
}

/* An array of one, as 'ip -j link show DEV' prints. */
static int print_json(const struct found *found)
{
	const struct threads threads = threads_of(found);

	json_begin_array(NULL);
	json_begin_object(NULL);
	channel_json_keys(found->channel);
	endpoints_json("endpoints", found->endpoints);
	if (times_told(found->channel))
		times_json(found->channel);
	if (threads_first(&threads))
		threads_json("threads", &threads);
	json_end_object();
	json_end_array();
	json_end();
	return 0;
}

static int run(int argc, char **argv)
{
	struct found found = { 0 };
	struct wanted wanted = { 0 };
	bool json = false;
	int status = parse(argc, argv, &json, &wanted);

	if (status != STATUS_NONE_YET)
		return status;
	status = STATUS_FAILED;
	if (find(&wanted, &found))
		report_listed(argv[optind], errno, advices);
	else if (json ? print_json(&found) : print_text(&found))
		report_no_memory();
	else
		status = STATUS_DONE;
	forget(&found);
	return status;
}

const struct verb verb_show = {
	.name = "show",
	.summary = "tell everything about one channel",
	.usage =
	"usage: vbufctl show NAME|'#ID' [OPTION...]\n\n"
	"Tells everything about one channel, and of each of its endpoints the\n"
	"process that opened it, what it may do, the slots it owns and the threads\n"
	"that wait in it. While a trace session is open, also where the time of\n"
	"messages, and of the threads that use the channel, goes.\n\n"
	"  --bytes            print all digits of bytes, and of counts\n"
	"  --json             print an array of one object\n"
	"  -h, --help         print this\n",
	.options = options,
	.take_option = take_option,
	.run = run,
};
