// SPDX-License-Identifier: GPL-2.0-only
/* What monitor prints of an event. */
#include "notice.h"

#include "channel.h"
#include "json.h"
#include "limit.h"
#include "terminal.h"
#include "units.h"
#include "wall.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The longest: of a limit that has no name, and its value. */
#define LABEL_ROOM (CHANNEL_LABEL_ROOM + UNITS_ROOM)

#define DETAILS_ROOM 128

/* Kinds, and which of them mean trouble. */
static const struct {
	const char *name;
	bool trouble;
} kinds[] = {
	[VBUF_EVENT_CREATED] = { "created", false },
	[VBUF_EVENT_UNLINKED] = { "unlinked", false },
	[VBUF_EVENT_REMOVED] = { "removed", false },
	[VBUF_EVENT_CAME] = { "came", false },
	[VBUF_EVENT_WENT] = { "went", false },
	[VBUF_EVENT_DIED] = { "died", true },
	[VBUF_EVENT_STALLED] = { "stalled", true },
	[VBUF_EVENT_FLOWS] = { "flows", false },
	[VBUF_EVENT_LIMIT] = { "limit", true },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

#define LOSS "lost"

/* One that this tool does not know is its number. */
static const char *kind_name(char room[UNITS_ROOM], uint32_t kind)
{
	if (kind < KINDS)
		return kinds[kind].name;
	snprintf(room, UNITS_ROOM, "event%" PRIu32, kind);
	return room;
}

static void print_limit(char room[LABEL_ROOM],
			const struct vbuf_ctl_event *event)
{
	const char *name = limit_name(event->scope, event->resource);
	char amount[UNITS_ROOM];

	limit_amount(amount, event->resource, event->value);
	if (name)
		snprintf(room, LABEL_ROOM, "%s=%s", name, amount);
	else
		snprintf(room, LABEL_ROOM, "limit-%" PRIu32 "-%" PRIu32 "=%s",
			 event->scope, event->resource, amount);
}

/* What it is about: a channel, or a limit. */
static const char *print_label(char room[LABEL_ROOM],
			       const struct notice *notice)
{
	const struct vbuf_ctl_event *event = notice->event;
	struct vbuf_ctl_channel channel = { .id = event->channel };

	if (event->kind == VBUF_EVENT_LIMIT) {
		print_limit(room, event);
		return room;
	}
	memcpy(channel.name, event->name, sizeof(channel.name));
	channel.state = notice->unlinked ? VBUF_STATE_UNLINKED : 0;
	return channel_label(room, &channel);
}

static const char *rights_name(uint32_t rights)
{
	switch (rights) {
	case VBUF_RIGHT_SEND:
		return " to send";
	case VBUF_RIGHT_RECV:
		return " to receive";
	case VBUF_RIGHT_SEND | VBUF_RIGHT_RECV:
		return " to send and receive";
	}
	return "";
}

static void print_stall(char room[DETAILS_ROOM],
			const struct vbuf_ctl_event *event)
{
	uint64_t waited = event->time_ns - event->since_ns;
	char time[UNITS_ROOM];

	snprintf(room, DETAILS_ROOM, "%" PRIu64 " wait to send, the first for %s",
		 event->count, units_time(time, waited));
}

static const char *print_details(char room[DETAILS_ROOM],
				 const struct notice *notice)
{
	const struct vbuf_ctl_event *event = notice->event;

	room[0] = '\0';
	switch (event->kind) {
	case VBUF_EVENT_CREATED:
		snprintf(room, DETAILS_ROOM, "by uid %u", event->uid);
		break;
	case VBUF_EVENT_UNLINKED:
		snprintf(room, DETAILS_ROOM, "is #%" PRIu64 " from now on",
			 event->channel);
		break;
	case VBUF_EVENT_REMOVED:
		if (notice->unlinked)
			snprintf(room, DETAILS_ROOM, "was %.*s",
				 VBUF_NAME_SIZE - 1, event->name);
		break;
	case VBUF_EVENT_CAME:
	case VBUF_EVENT_WENT:
		snprintf(room, DETAILS_ROOM, "endpoint #%" PRIu64 "%s, of uid %u",
			 event->endpoint, rights_name(event->rights),
			 event->uid);
		break;
	case VBUF_EVENT_DIED:
		snprintf(room, DETAILS_ROOM,
			 "endpoint #%" PRIu64 ", of uid %u, held %" PRIu64 " messages",
			 event->endpoint, event->uid, event->count);
		break;
	case VBUF_EVENT_STALLED:
		print_stall(room, event);
		break;
	case VBUF_EVENT_LIMIT:
		snprintf(room, DETAILS_ROOM, "refused uid %u", event->uid);
		break;
	}
	return room;
}

static void print_begin(uint64_t time_ns, const char *kind, bool trouble)
{
	char time[WALL_TIME_ROOM], padded[UNITS_ROOM];

	snprintf(padded, sizeof(padded), "%-8s", kind);
	printf("%s  ", wall_time(time, time_ns));
	terminal_print(padded, trouble);
}

/* A line, no spaces in the end. */
void notice_print(const struct notice *notice)
{
	const struct vbuf_ctl_event *event = notice->event;
	char kind[UNITS_ROOM], label[LABEL_ROOM], room[DETAILS_ROOM];
	const char *details = "found by looking again";

	if (!notice->resync)
		details = print_details(room, notice);
	print_begin(event->time_ns, kind_name(kind, event->kind),
		    event->kind < KINDS && kinds[event->kind].trouble);
	printf("  %-*s%s%s\n", *details ? 16 : 0, print_label(label, notice),
	       *details ? "  " : "", details);
}

static void json_begin_notice(const char *kind, uint64_t time_ns)
{
	char date[WALL_DATE_ROOM];

	json_begin_object(NULL);
	json_string("event", kind);
	json_string("time", wall_date(date, time_ns));
	json_number("time_ns", time_ns);
}

static void json_limit(const struct vbuf_ctl_event *event)
{
	const char *name = limit_name(event->scope, event->resource);

	if (name) {
		json_string("limit", name);
		json_string("scope", limit_scope_name(event->scope));
		json_string("resource", limit_resource_name(event->resource));
	}
	if (event->value != VBUF_CTL_NO_LIMIT)
		json_number("value", event->value);
}

static void json_details(const struct vbuf_ctl_event *event)
{
	switch (event->kind) {
	case VBUF_EVENT_CAME:
	case VBUF_EVENT_WENT:
		json_bool("send", event->rights & VBUF_RIGHT_SEND);
		json_bool("receive", event->rights & VBUF_RIGHT_RECV);
		break;
	case VBUF_EVENT_DIED:
		json_number("held", event->count);
		break;
	case VBUF_EVENT_STALLED:
		json_number("blocked_senders", event->count);
		json_number("blocked_since_ns", event->since_ns);
		break;
	case VBUF_EVENT_LIMIT:
		json_limit(event);
		break;
	}
}

/* What an event does not tell has no key. */
void notice_json(const struct notice *notice)
{
	const struct vbuf_ctl_event *event = notice->event;
	char kind[UNITS_ROOM];

	json_begin_notice(kind_name(kind, event->kind), event->time_ns);
	if (event->channel)
		json_number("channel", event->channel);
	if (event->name[0])
		json_string("name", event->name);
	if (event->endpoint)
		json_number("endpoint", event->endpoint);
	if (!notice->resync) {
		json_number("uid", event->uid);
		json_details(event);
	}
	json_bool("resync", notice->resync);
	json_end_object();
	json_end();
}

void notice_print_loss(size_t channels)
{
	print_begin(wall_now_ns(), LOSS, true);
	printf("  events were lost; looked again: %zu channels now\n", channels);
}

void notice_json_loss(size_t channels)
{
	json_begin_notice(LOSS, wall_now_ns());
	json_number("channels", channels);
	json_bool("resync", true);
	json_end_object();
	json_end();
}
