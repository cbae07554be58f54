// SPDX-License-Identifier: LGPL-2.1-or-later
/* Tells of endpoints. */
#include <linux/vbuf_netlink.h>
#include <vbuf-ctl.h>

#include "../src/export.h"
#include "list.h"
#include "netlink.h"

#define FIELD(_type, _kind, _member) \
	VBUF_NETLINK_FIELD(VBUF_A_ENDPOINT_##_type, _kind, \
			   struct vbuf_ctl_endpoint, _member)

static const struct vbuf_netlink_field fields[] = {
	FIELD(ID, NUMBER, id),
	FIELD(CHANNEL, NUMBER, channel),
	FIELD(PID, NUMBER, pid),
	FIELD(COMM, STRING, comm),
	FIELD(UID, NUMBER, uid),
	FIELD(RIGHTS, NUMBER, rights),
	FIELD(OWNED, NUMBER, owned),
	FIELD(BLOCKED_SENDERS, NUMBER, blocked_senders),
	FIELD(BLOCKED_RECEIVERS, NUMBER, blocked_receivers),
	FIELD(BLOCKED_SINCE, NUMBER, blocked_since_ns),
	FIELD(SENT, NUMBER, sent),
	FIELD(RECEIVED, NUMBER, received),
	FIELD(IN_SEND, NUMBER, in_send_ns),
	FIELD(IN_RECV, NUMBER, in_recv_ns),
};

static const struct vbuf_list_kind kind = {
	.size = sizeof(struct vbuf_ctl_endpoint),
	.fields = fields,
	.count = sizeof(fields) / sizeof(fields[0]),
};

VBUF_EXPORT int vbuf_ctl_list_endpoints(struct vbuf_ctl *ctl, uint64_t channel,
					uint32_t pid,
					struct vbuf_ctl_endpoint **endpoints)
{
	const struct vbuf_netlink_command command = {
		.command = VBUF_CMD_ENDPOINT_GET,
		.attrs = {
			{ VBUF_A_ENDPOINT_CHANNEL,
			  channel ? sizeof(channel) : 0, &channel },
			{ VBUF_A_ENDPOINT_PID, pid ? sizeof(pid) : 0, &pid },
		},
	};
	void *first;

	if (vbuf_list_dump(ctl, &command, &kind, &first))
		return -1;
	*endpoints = first;
	return 0;
}

VBUF_EXPORT void vbuf_ctl_free_endpoints(struct vbuf_ctl_endpoint *endpoints)
{
	vbuf_list_free(endpoints);
}
