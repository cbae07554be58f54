// SPDX-License-Identifier: LGPL-2.1-or-later
/* Tells of the accounts of threads. */
#include <linux/vbuf_netlink.h>
#include <vbuf-ctl.h>

#include "../src/export.h"
#include "list.h"
#include "netlink.h"

#define FIELD(_type, _kind, _member) \
	VBUF_NETLINK_FIELD(VBUF_A_THREAD_##_type, _kind, \
			   struct vbuf_ctl_thread, _member)

static const struct vbuf_netlink_field fields[] = {
	FIELD(TID, NUMBER, tid),
	FIELD(PID, NUMBER, pid),
	FIELD(COMM, STRING, comm),
	FIELD(BEGAN, NUMBER, began_ns),
	FIELD(UNTIL, NUMBER, until_ns),
	FIELD(RUNNING, NUMBER, running_ns),
	FIELD(READY, NUMBER, ready_ns),
	FIELD(IN_SEND, NUMBER, in_send_ns),
	FIELD(IN_RECV, NUMBER, in_recv_ns),
	FIELD(ASLEEP, NUMBER, asleep_ns),
	FIELD(HARDIRQ, NUMBER, hardirq_ns),
	FIELD(SOFTIRQ, NUMBER, softirq_ns),
	FIELD(VOLUNTARY, NUMBER, voluntary),
	FIELD(INVOLUNTARY, NUMBER, involuntary),
	FIELD(MIGRATIONS, NUMBER, migrations),
	FIELD(HARDIRQS, NUMBER, hardirqs),
	FIELD(SOFTIRQS, NUMBER, softirqs),
	FIELD(USER_FAULTS, NUMBER, user_faults),
	FIELD(KERNEL_FAULTS, NUMBER, kernel_faults),
};

#define WAITS_FIELD(_type, _member) \
	VBUF_NETLINK_FIELD(VBUF_A_WAITS_##_type, NUMBER, \
			   struct vbuf_ctl_waits, _member)

static const struct vbuf_netlink_field waits_fields[] = {
	WAITS_FIELD(CHANNEL, channel),
	WAITS_FIELD(IN_SEND, in_send_ns),
	WAITS_FIELD(IN_RECV, in_recv_ns),
};

static int take_waits(const struct vbuf_netlink_answer *answer, void *data)
{
	struct vbuf_ctl_thread *thread = data;

	/* What is beyond the sixteen that the kernel tells of has no place. */
	if (thread->waits_count == VBUF_CTL_WAITS)
		return 0;
	return vbuf_netlink_read(answer, waits_fields,
				 sizeof(waits_fields) / sizeof(waits_fields[0]),
				 &thread->waits[thread->waits_count++]);
}

static int take_nests(const struct vbuf_netlink_answer *answer, void *item)
{
	return vbuf_netlink_read_nests(answer, VBUF_A_THREAD_WAITS, take_waits,
				       item);
}

static const struct vbuf_list_kind kind = {
	.size = sizeof(struct vbuf_ctl_thread),
	.fields = fields,
	.count = sizeof(fields) / sizeof(fields[0]),
	.take_nests = take_nests,
};

VBUF_EXPORT int vbuf_ctl_list_threads(struct vbuf_ctl *ctl,
				      struct vbuf_ctl_thread **threads)
{
	const struct vbuf_netlink_command command = {
		.command = VBUF_CMD_THREAD_GET,
	};
	void *first;

	if (vbuf_list_dump(ctl, &command, &kind, &first))
		return -1;
	*threads = first;
	return 0;
}

VBUF_EXPORT void vbuf_ctl_free_threads(struct vbuf_ctl_thread *threads)
{
	vbuf_list_free(threads);
}
