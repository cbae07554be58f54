// SPDX-License-Identifier: LGPL-2.1-or-later
/* Tells of events. */
#include <errno.h>
#include <stdlib.h>

#include <linux/vbuf_netlink.h>
#include <vbuf-ctl.h>

#include "../src/export.h"
#include "netlink.h"

#define FIELD(_type, _kind, _member) \
	VBUF_NETLINK_FIELD(VBUF_A_EVENT_##_type, _kind, \
			   struct vbuf_ctl_event, _member)

static const struct vbuf_netlink_field fields[] = {
	FIELD(KIND, NUMBER, kind),
	FIELD(TIME, NUMBER, time_ns),
	FIELD(CHANNEL, NUMBER, channel),
	FIELD(NAME, STRING, name),
	FIELD(ENDPOINT, NUMBER, endpoint),
	FIELD(RIGHTS, NUMBER, rights),
	FIELD(UID, NUMBER, uid),
	FIELD(COUNT, NUMBER, count),
	FIELD(SINCE, NUMBER, since_ns),
	FIELD(SCOPE, NUMBER, scope),
	FIELD(RESOURCE, NUMBER, resource),
	FIELD(VALUE, NUMBER, value),
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

/* No event is of this kind. */
#define NO_KIND UINT32_MAX

/**
 * struct vbuf_ctl_monitor - a listener to events
 * @ctl: its own socket, on which nothing is asked for any more
 * @event: the one that was given last
 * @listener: what came and was not yet given
 */
struct vbuf_ctl_monitor {
	struct vbuf_ctl ctl;
	struct vbuf_ctl_event event;
	struct vbuf_netlink_listener listener;
};

static int take(const struct vbuf_netlink_answer *answer, void *data)
{
	struct vbuf_ctl_event *event = data;

	*event = (struct vbuf_ctl_event){ .kind = NO_KIND };
	if (vbuf_netlink_read(answer, fields, FIELDS, event))
		return -1;
	if (event->kind != NO_KIND)
		return 0;
	errno = EPROTO;
	return -1;
}

static int open_monitor(struct vbuf_ctl_monitor *monitor)
{
	monitor->listener.command = VBUF_CMD_EVENT;
	monitor->listener.take = take;
	monitor->listener.data = &monitor->event;
	if (vbuf_netlink_open(&monitor->ctl))
		return -1;
	if (!vbuf_netlink_listen(&monitor->ctl, VBUF_CMD_EVENT_SUBSCRIBE))
		return 0;
	vbuf_netlink_close(&monitor->ctl);
	return -1;
}

VBUF_EXPORT struct vbuf_ctl_monitor *vbuf_ctl_open_monitor(void)
{
	struct vbuf_ctl_monitor *monitor = calloc(1, sizeof(*monitor));

	if (monitor && open_monitor(monitor)) {
		free(monitor);
		return NULL;
	}
	return monitor;
}

VBUF_EXPORT void vbuf_ctl_close_monitor(struct vbuf_ctl_monitor *monitor)
{
	if (!monitor)
		return;
	vbuf_netlink_close(&monitor->ctl);
	free(monitor);
}

VBUF_EXPORT int vbuf_ctl_monitor_fd(const struct vbuf_ctl_monitor *monitor)
{
	return vbuf_netlink_fd(&monitor->ctl);
}

VBUF_EXPORT int vbuf_ctl_next_event(struct vbuf_ctl_monitor *monitor,
				    const struct vbuf_ctl_event **event)
{
	int ret = vbuf_netlink_hear(&monitor->ctl, &monitor->listener);

	if (ret > 0)
		*event = &monitor->event;
	return ret;
}
