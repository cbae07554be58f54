/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_LOOK_H
#define VBUF_LOOK_H

#include <linux/sched.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <linux/vbuf.h>
#include <linux/vbuf_netlink.h>

struct net;

/**
 * struct vbuf_times_look - a channel's histograms, as linux/vbuf_netlink.h says
 * @queued: of the time that messages were queued
 * @waking: that it took their receivers to run, once woken
 * @receiving: that it took them from then on
 */
struct vbuf_times_look {
	u64 queued[VBUF_HISTOGRAM_SIZE];
	u64 waking[VBUF_HISTOGRAM_SIZE];
	u64 receiving[VBUF_HISTOGRAM_SIZE];
};

/**
 * struct vbuf_channel_look - what is to be seen of a channel at one moment
 * @id: the channel's id
 * @hidden: the asker may see no more than that, and nothing else is filled in
 * @name: "" for none
 * @attr: as created
 * @uid: the owner
 * @gid: the owner's group
 * @state: VBUF_STATE_*
 * @bytes: that it is charged for
 * @senders: endpoints that can send
 * @receivers: endpoints that can receive
 * @blocked_senders: threads that wait for a slot
 * @blocked_receivers: threads that wait for a message
 * @free: slots that are free
 * @sending: slots that senders own
 * @depth: messages in the queue
 * @receiving: slots that receivers own
 * @max_depth: the most messages that were queued
 * @sent: messages sent
 * @received: messages received and not put back
 * @sent_bytes: in the former
 * @received_bytes: in the latter
 * @dropped_oldest: messages dropped by %VBUF_DROP_OLDEST
 * @dropped_holder: messages dropped as their holder ended
 * @dropped_deliveries: messages dropped at max_deliveries
 * @times: in: room for histograms, or NULL
 * @timed: there are some, and @times was filled in
 */
struct vbuf_channel_look {
	u64 id;
	bool hidden;
	char name[VBUF_NAME_SIZE];
	struct vbuf_attr attr;
	kuid_t uid;
	kgid_t gid;
	u32 state;
	u64 bytes;
	u32 senders;
	u32 receivers;
	u32 blocked_senders;
	u32 blocked_receivers;
	u32 free;
	u32 sending;
	u32 depth;
	u32 receiving;
	u32 max_depth;
	u64 sent;
	u64 received;
	u64 sent_bytes;
	u64 received_bytes;
	u64 dropped_oldest;
	u64 dropped_holder;
	u64 dropped_deliveries;
	struct vbuf_times_look *times;
	bool timed;
};

/**
 * struct vbuf_endpoint_look - what is to be seen of an endpoint at one moment
 * @id: the endpoint's id
 * @channel: its channel's id
 * @pid: the process that opened it, in the caller's pid namespace; 0 for none
 * @comm: its name; "" if it has ended
 * @uid: who opened it
 * @rights: those that were not shut down
 * @owned: slots that it owns
 * @blocked_senders: its threads that wait for a slot
 * @blocked_receivers: its threads that wait for a message
 * @blocked_since: since when one of them has, CLOCK_MONOTONIC in ns; 0 if none
 *	does
 * @sent: messages sent
 * @received: messages received and not put back
 * @in_send: ns that its threads slept for a slot, while accounts were kept
 * @in_recv: the same, for a message
 */
struct vbuf_endpoint_look {
	u64 id;
	u64 channel;
	u32 pid;
	char comm[TASK_COMM_LEN];
	kuid_t uid;
	u32 rights;
	u32 owned;
	u32 blocked_senders;
	u32 blocked_receivers;
	u64 blocked_since;
	u64 sent;
	u64 received;
	u64 in_send;
	u64 in_recv;
};

/* Endpoints that are looked at in one holding of the locks. */
#define VBUF_LOOK_ENDPOINTS	64U

/**
 * struct vbuf_endpoints_look - some endpoints of a channel
 * @after: in: those with ids above are wanted
 * @last: in: and no others than those up to this id; if 0, all that there are,
 *	and out: the last one's id
 * @changes: out: differs between two looks if one came or went between them
 * @count: out: how many there are here; fewer than VBUF_LOOK_ENDPOINTS are the
 *	last ones
 * @endpoint: out: the endpoints, in order of their ids
 */
struct vbuf_endpoints_look {
	u64 after;
	u64 last;
	u32 changes;
	u32 count;
	struct vbuf_endpoint_look endpoint[VBUF_LOOK_ENDPOINTS];
};

int vbuf_look_channel(struct net *net, u64 id, struct vbuf_channel_look *look);
int vbuf_look_next(struct net *net, u64 id, struct vbuf_channel_look *look);
int vbuf_look_named(struct net *net, const char *name,
		    struct vbuf_channel_look *look);
int vbuf_look_endpoints(struct net *net, u64 id,
			struct vbuf_endpoints_look *look);

#endif /* VBUF_LOOK_H */
