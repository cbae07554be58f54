// SPDX-License-Identifier: GPL-2.0-only
/* What is said of a channel by more than one command. */
#include "channel.h"

#include "json.h"

#include <stdio.h>
#include <string.h>

#define FIELD(field) { #field, CHANNEL_FIELD(field) }

/* The numbers, under keys that stay. */
static const struct number {
	const char *key;
	struct channel_field field;
} numbers[] = {
	FIELD(slots),
	FIELD(slot_size),
	FIELD(held_max),
	FIELD(max_deliveries),
	FIELD(uid),
	FIELD(gid),
	FIELD(senders),
	FIELD(receivers),
	FIELD(blocked_senders),
	FIELD(blocked_receivers),
	FIELD(free),
	FIELD(sending),
	FIELD(depth),
	FIELD(receiving),
	FIELD(max_depth),
	FIELD(bytes),
	FIELD(sent),
	FIELD(received),
	FIELD(sent_bytes),
	FIELD(received_bytes),
	FIELD(dropped_oldest),
	FIELD(dropped_holder),
	FIELD(dropped_deliveries),
};

/* The name by which a command can be told of it, or '#' and its id. */
const char *channel_label(char room[CHANNEL_LABEL_ROOM],
			  const struct vbuf_ctl_channel *channel)
{
	if (channel->name[0] && !(channel->state & VBUF_STATE_UNLINKED))
		snprintf(room, CHANNEL_LABEL_ROOM, "%.*s", VBUF_NAME_SIZE - 1,
			 channel->name);
	else
		snprintf(room, CHANNEL_LABEL_ROOM, "#%llu",
			 (unsigned long long)channel->id);
	return room;
}

uint64_t channel_number(const struct vbuf_ctl_channel *channel,
			const struct channel_field *field)
{
	const char *at = (const char *)channel + field->offset;
	uint64_t wide;
	uint32_t narrow;

	if (field->size == sizeof(wide)) {
		memcpy(&wide, at, sizeof(wide));
		return wide;
	}
	memcpy(&narrow, at, sizeof(narrow));
	return narrow;
}

/*
 * Of an anonymous channel there is no "name", and of one that the asker may not
 * see nothing but its id.
 */
void channel_json_keys(const struct vbuf_ctl_channel *channel)
{
	char mode[16];

	json_number("id", channel->id);
	json_bool("hidden", channel->hidden);
	if (channel->hidden)
		return;
	if (channel->name[0])
		json_string("name", channel->name);
	snprintf(mode, sizeof(mode), "%04o", channel->mode);
	json_string("mode", mode);
	json_bool("persistent", channel->flags & VBUF_PERSIST);
	json_bool("redeliver", channel->flags & VBUF_REDELIVER);
	json_bool("lossy", channel->flags & VBUF_LOSSY);
	json_bool("open_view", channel->flags & VBUF_OPEN_VIEW);
	json_bool("unlinked", channel->state & VBUF_STATE_UNLINKED);
	json_bool("senders_gone", channel->state & VBUF_STATE_NO_SENDER);
	json_bool("receivers_gone", channel->state & VBUF_STATE_NO_RECEIVER);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		json_number(numbers[i].key,
			    channel_number(channel, &numbers[i].field));
}
