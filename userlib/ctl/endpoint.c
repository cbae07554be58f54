// SPDX-License-Identifier: LGPL-2.1-or-later
/* Tells of endpoints. */
#include <stdlib.h>

#include <linux/vbuf_netlink.h>
#include <vbuf-ctl.h>

#include "../src/export.h"
#include "dump.h"
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
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

/* Those told so far, and where the next one goes. */
struct taken {
	struct vbuf_ctl_endpoint *first, **end;
};

static int take(const struct vbuf_netlink_answer *answer, void *data)
{
	struct vbuf_ctl_endpoint *endpoint = calloc(1, sizeof(*endpoint));
	struct taken *taken = data;

	if (!endpoint)
		return -1;
	*taken->end = endpoint;
	taken->end = &endpoint->next;
	return vbuf_netlink_read(answer, fields, FIELDS, endpoint);
}

static void begin(void *data)
{
	struct taken *taken = data;

	vbuf_ctl_free_endpoints(taken->first);
	taken->first = NULL;
	taken->end = &taken->first;
}

VBUF_EXPORT int vbuf_ctl_list_endpoints(struct vbuf_ctl *ctl, uint64_t channel,
					uint32_t pid,
					struct vbuf_ctl_endpoint **endpoints)
{
	struct taken taken = { .first = NULL };
	const struct vbuf_netlink_command command = {
		.command = VBUF_CMD_ENDPOINT_GET,
		.dump = true,
		.attrs = {
			{ VBUF_A_ENDPOINT_CHANNEL,
			  channel ? sizeof(channel) : 0, &channel },
			{ VBUF_A_ENDPOINT_PID, pid ? sizeof(pid) : 0, &pid },
		},
		.take = take,
		.data = &taken,
	};

	if (vbuf_dump(ctl, &command, begin))
		return -1;
	*endpoints = taken.first;
	return 0;
}

VBUF_EXPORT void vbuf_ctl_free_endpoints(struct vbuf_ctl_endpoint *endpoints)
{
	struct vbuf_ctl_endpoint *next;

	for (; endpoints; endpoints = next) {
		next = endpoints->next;
		free(endpoints);
	}
}
