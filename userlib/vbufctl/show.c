// SPDX-License-Identifier: GPL-2.0-only
/* vbufctl show: everything about one channel. */
#include "channel.h"
#include "endpoints.h"
#include "json.h"
#include "list.h"
#include "name.h"
#include "number.h"
#include "report.h"
#include "units.h"
#include "verb.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPT_JSON = 256 };

static const struct option options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	VERB_OPTIONS
};

static const struct report_advice advices[] = {
	{ ENOENT, "there is no such channel, or it is not yours to see: 'vbufctl ls'"
		  " lists those there are, those of others as #ID" },
	{ EACCES, "its mode hides it from all but its owner and root" },
	{ 0, NULL },
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

static int parse(int argc, char **argv, bool *json, struct wanted *wanted)
{
	int option;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option != OPT_JSON)
			return verb_option(&verb_show, option);
		*json = true;
	}
	if (argc - optind != 1)
		return verb_misused(&verb_show, "give one NAME or '#ID'");
	return parse_wanted(argv[optind], wanted);
}

static bool is_wanted(const struct vbuf_channel_info *channel,
		      const struct wanted *wanted)
{
	if (!wanted->name)
		return channel->id == wanted->id;
	return !(channel->state & VBUF_STATE_UNLINKED) &&
	       !strcmp(channel->name, wanted->name);
}

static int find(const struct wanted *wanted, struct vbuf_channel_info *found)
{
	struct vbuf_channel_info *channels;
	size_t count;
	int ret = -1;

	if (list_channels(&channels, &count))
		return -1;
	for (size_t i = 0; i < count && ret; i++) {
		if (is_wanted(&channels[i], wanted)) {
			*found = channels[i];
			ret = 0;
		}
	}
	free(channels);
	if (ret)
		errno = ENOENT;
	return ret;
}

static void print_flags(const struct vbuf_channel_info *channel)
{
	__u32 flags = channel->attr.flags;

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

static void print_attributes(const struct vbuf_channel_info *channel)
{
	const struct vbuf_attr *attr = &channel->attr;
	char slot[UNITS_ROOM], all[UNITS_ROOM];

	printf("channel    %s (#%llu), ",
	       channel->name[0] ? channel->name : "without a name",
	       (unsigned long long)channel->id);
	print_flags(channel);
	printf("\nowner      uid %u, gid %u, mode %04o\n", channel->uid,
	       channel->gid, attr->mode);
	printf("room       %u slots of %s = %s\n", attr->slots,
	       units_bytes(slot, attr->slot_size),
	       units_bytes(all, (__u64)attr->slots * attr->slot_size));
	print_limit("held max", attr->held_max);
	print_limit("deliveries", attr->max_deliveries);
}

static void print_flow(const char *title, __u64 messages, __u64 bytes)
{
	char room[UNITS_ROOM];

	printf("%-11s%llu messages, %s bytes\n", title,
	       (unsigned long long)messages, units_bytes(room, bytes));
}

static void print_state(const struct vbuf_channel_info *channel)
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
	printf("endpoints  %u to send%s, %u to receive%s\n", channel->senders,
	       channel->state & VBUF_STATE_NO_SENDER ? " (the last has gone)" : "",
	       channel->receivers,
	       channel->state & VBUF_STATE_NO_RECEIVER ? " (the last has gone)" : "");
	printf("blocked    %u sending, %u receiving\n",
	       channel->blocked_senders, channel->blocked_receivers);
}

static int print_text(const struct vbuf_channel_info *channel,
		      const struct vbuf_endpoint_info *endpoints, size_t count)
{
	print_attributes(channel);
	print_state(channel);
	if (count) {
		putchar('\n');
		return endpoints_print(endpoints, count);
	}
	return 0;
}

/* An array of one, as 'ip -j link show DEV' prints. */
static int print_json(const struct vbuf_channel_info *channel,
		      const struct vbuf_endpoint_info *endpoints, size_t count)
{
	json_begin_array(NULL);
	json_begin_object(NULL);
	channel_json_keys(channel);
	endpoints_json("endpoints", endpoints, count);
	json_end_object();
	json_end_array();
	json_end();
	return 0;
}

static int run(int argc, char **argv)
{
	struct vbuf_endpoint_info *endpoints;
	struct vbuf_channel_info channel;
	struct wanted wanted = { 0 };
	bool json = false;
	size_t count;
	int status = parse(argc, argv, &json, &wanted);

	if (status != STATUS_NONE_YET)
		return status;
	if (find(&wanted, &channel) ||
	    list_endpoints(channel.id, &endpoints, &count)) {
		report_advised(argv[optind], errno, advices);
		return STATUS_FAILED;
	}
	if (json)
		status = print_json(&channel, endpoints, count);
	else
		status = print_text(&channel, endpoints, count);
	if (status)
		report_no_memory();
	free(endpoints);
	return status ? STATUS_FAILED : STATUS_DONE;
}

const struct verb verb_show = {
	.name = "show",
	.summary = "tell everything about one channel",
	.usage =
	"usage: vbufctl show NAME|'#ID' [OPTION...]\n\n"
	"Tells everything about one channel, and of each of its endpoints the\n"
	"process that opened it, what it may do, the slots it owns and the threads\n"
	"that wait in it.\n\n"
	"  --json             print an array of one object\n"
	"  -h, --help         print this\n",
	.run = run,
};
