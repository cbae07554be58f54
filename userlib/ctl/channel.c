// SPDX-License-Identifier: LGPL-2.1-or-later
/* Tells of channels. */
#include <errno.h>
#include <string.h>

#include <linux/vbuf_netlink.h>
#include <vbuf-ctl.h>

#include "../src/export.h"
#include "list.h"
#include "netlink.h"

#define FIELD(_type, _kind, _member) \
	VBUF_NETLINK_FIELD(VBUF_A_CHANNEL_##_type, _kind, \
			   struct vbuf_ctl_channel, _member)

static const struct vbuf_netlink_field fields[] = {
	FIELD(ID, NUMBER, id),
	FIELD(NAME, STRING, name),
	FIELD(HIDDEN, FLAG, hidden),
	FIELD(STATE, NUMBER, state),
	FIELD(FLAGS, NUMBER, flags),
	FIELD(SLOTS, NUMBER, slots),
	FIELD(SLOT_SIZE, NUMBER, slot_size),
	FIELD(MODE, NUMBER, mode),
	FIELD(HELD_MAX, NUMBER, held_max),
	FIELD(MAX_DELIVERIES, NUMBER, max_deliveries),
	FIELD(UID, NUMBER, uid),
	FIELD(GID, NUMBER, gid),
	FIELD(BYTES, NUMBER, bytes),
	FIELD(SENDERS, NUMBER, senders),
	FIELD(RECEIVERS, NUMBER, receivers),
	FIELD(BLOCKED_SENDERS, NUMBER, blocked_senders),
	FIELD(BLOCKED_RECEIVERS, NUMBER, blocked_receivers),
	FIELD(FREE, NUMBER, free),
	FIELD(SENDING, NUMBER, sending),
	FIELD(DEPTH, NUMBER, depth),
	FIELD(RECEIVING, NUMBER, receiving),
	FIELD(MAX_DEPTH, NUMBER, max_depth),
	FIELD(SENT, NUMBER, sent),
	FIELD(RECEIVED, NUMBER, received),
	FIELD(SENT_BYTES, NUMBER, sent_bytes),
	FIELD(RECEIVED_BYTES, NUMBER, received_bytes),
	FIELD(DROPPED_OLDEST, NUMBER, dropped_oldest),
	FIELD(DROPPED_HOLDER, NUMBER, dropped_holder),
	FIELD(DROPPED_DELIVERIES, NUMBER, dropped_deliveries),
	FIELD(TIME_QUEUED, NUMBER, time_queued),
	FIELD(TIME_WAKING, NUMBER, time_waking),
	FIELD(TIME_RECEIVING, NUMBER, time_receiving),
};

static const struct vbuf_list_kind kind = {
	.size = sizeof(struct vbuf_ctl_channel),
	.fields = fields,
	.count = sizeof(fields) / sizeof(fields[0]),
};

/* The one channel that goes by this. */
static int get(struct vbuf_ctl *ctl, const struct vbuf_netlink_attr *by,
	       struct vbuf_ctl_channel **channel)
{
	const struct vbuf_netlink_command command = {
		.command = VBUF_CMD_CHANNEL_GET,
		.attrs[0] = *by,
	};
	void *first;

	if (vbuf_list_get(ctl, &command, &kind, &first))
		return -1;
	*channel = first;
	return 0;
}

VBUF_EXPORT int vbuf_ctl_get_channel(struct vbuf_ctl *ctl, uint64_t id,
				     struct vbuf_ctl_channel **channel)
{
	const struct vbuf_netlink_attr by = {
		VBUF_A_CHANNEL_ID, sizeof(id), &id
	};

	return get(ctl, &by, channel);
}

VBUF_EXPORT int vbuf_ctl_find_channel(struct vbuf_ctl *ctl, const char *name,
				      struct vbuf_ctl_channel **channel)
{
	size_t length = name ? strnlen(name, VBUF_NAME_SIZE) : VBUF_NAME_SIZE;
	const struct vbuf_netlink_attr by = {
		VBUF_A_CHANNEL_NAME, length + 1, name
	};

	if (length == VBUF_NAME_SIZE) {
		ctl->text[0] = '\0';
		errno = EINVAL;
		return -1;
	}
	return get(ctl, &by, channel);
}

VBUF_EXPORT int vbuf_ctl_list_channels(struct vbuf_ctl *ctl,
				       struct vbuf_ctl_channel **channels)
{
	const struct vbuf_netlink_command command = {
		.command = VBUF_CMD_CHANNEL_GET,
	};
	void *first;

	if (vbuf_list_dump(ctl, &command, &kind, &first))
		return -1;
	*channels = first;
	return 0;
}

VBUF_EXPORT void vbuf_ctl_free_channels(struct vbuf_ctl_channel *channels)
{
	vbuf_list_free(channels);
}
