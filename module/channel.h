/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_CHANNEL_H
#define VBUF_CHANNEL_H

#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <linux/vbuf.h>
#include <linux/wait.h>

#include "slots.h"
#include "waiter.h"

struct fasync_struct;
struct vbuf_account;
struct vbuf_histograms;
struct vbuf_net;

/**
 * DOC: A channel, and the life of a slot
 *
 *            reserve                    commit
 *   +------+ ------> +----------------+ ------> +-------+
 *   | free |         | owned by       |         | queue |
 *   +------+ <------ | a sender       |         +-------+
 *      ^     discard +----------------+           |   ^
 *      |                                  acquire |   | requeue
 *      |     release +----------------+           |   |
 *      +------------ | owned by       | <---------+   |
 *                    | a receiver     | --------------+
 *                    +----------------+
 *
 * The six arrows are the functions of moves.c, and nothing else moves a slot
 * (but %VBUF_DROP_OLDEST, which goes from the queue to a sender within
 * reserve). Bytes are copied between them, by the owner, with no lock held.
 *
 * Two invariants hold whenever the lock is free: while the queue holds a
 * message no receiver waits, and while a slot is free no sender waits. So who
 * finds a slot or a message may take it: there is nobody to overtake.
 *
 * A channel lives while it is referenced: by each of its endpoints, and, if it
 * is %VBUF_PERSIST and has its name, by the registry. The last reference is
 * dropped under the registry's lock, so who finds a channel there can take one.
 */

/* Somebody waits for a message, for a slot, or for the queue to drain. */
#define VBUF_ALERT_MESSAGE	0x1U
#define VBUF_ALERT_SLOT		0x2U
#define VBUF_ALERT_DRAIN	0x4U
/* Somebody polls or wants signals, or did when it was last looked. */
#define VBUF_ALERT_WATCHED	0x8U
/* An endpoint was shut down once: who sends looks whether it still may. */
#define VBUF_ALERT_SHUT		0x10U
/* The last receiver has gone: who sends looks, too. */
#define VBUF_ALERT_ENDED	0x20U

/**
 * struct vbuf_channel - a bounded buffer of messages
 * @pool: the slots
 * @attr: as created; @attr.flags and @attr.mode are for showing
 * @id: never used again
 * @name: as created; "" for none
 * @uid: the owner
 * @gid: the owner's group
 * @account: whom it is charged to
 * @bytes: charged for the pool
 * @held_max: slots an endpoint may own, U32_MAX for any number
 * @is_trace: a trace session's, which the kernel sends into
 * @netns: the cookie of the network namespace in which it was created, never used again
 *
 * The above are constant after creation.
 *
 * @histograms: of its messages' times, NULL until there is something; set once, by
 *	cmpxchg()
 *
 * @ref: references
 * @net: the namespace's part of the registry, NULL once that is gone; guarded
 *	by the registry's lock
 * @node: in @net's names while @linked; guarded by the registry's lock
 * @linked: the name leads here; guarded by the registry's lock
 *
 * @members_lock: guards @endpoints and @members_changes; outside of @lock
 * @endpoints: by id
 * @members_changes: counts those of @endpoints
 * @can_send: pollers of the endpoints that send
 * @can_recv: pollers of the endpoints that receive
 * @async_send: signal owners of the endpoints that send
 * @async_recv: signal owners of the endpoints that receive
 * @deferred: waiters that were served and are to be woken; lock-less
 * @wake_timer: when at the latest
 * @stall_link: in the list of those where senders wait; see stalls.h
 * @flowed_ns: when a sender was last blocked; 0 if since then @wake_timer has
 *	found the queue near empty; a hint, written without a lock
 *
 * @lock: guards what follows, and each endpoint's and waiter's part that says
 *	so. Held for a few instructions a slot, of VBUF_BATCH slots at the
 *	most, and a waiter that is served; where an end or a refusal concerns
 *	all who wait, for all of them
 * @free: free slots, last used first
 * @queue: the messages
 * @receiving: slots owned by receivers
 * @want_slot: senders that wait
 * @want_message: receivers that wait
 * @want_drain: threads that wait until the queue is empty and nothing is held
 * @wake_below: with fewer messages queued, those of @deferred are woken
 * @wake_at_full: there are receivers among them: a sender that blocks wakes them
 * @seq: of the next message, which is how many were sent
 * @persist: hang-up is not known yet, the name keeps the channel
 * @had_sender: a sender has come, or none can any more
 * @had_receiver: a receiver has come, or none can any more
 * @no_sender: the last one has gone: receivers fail once the queue is empty
 * @no_receiver: the last one has gone: senders fail
 * @stall_watched: @stall_link is in the list
 * @stalled: a sender has waited for long, when that was last looked at
 * @alerts: VBUF_ALERT_*: whom a move may concern
 * @senders: endpoints that can send
 * @receivers: endpoints that can receive
 * @max_depth: the most messages that were queued
 * @received: messages received and not put back
 * @sent_bytes: bytes in messages sent
 * @received_bytes: bytes in messages received
 * @dropped_oldest: messages dropped by %VBUF_DROP_OLDEST
 * @dropped_holder: messages dropped as their holder ended
 * @dropped_deliveries: messages dropped at max_deliveries
 */
struct vbuf_channel {
	struct vbuf_pool pool;
	struct vbuf_attr attr;
	u64 id;
	char name[VBUF_NAME_SIZE];
	kuid_t uid;
	kgid_t gid;
	struct vbuf_account *account;
	u64 bytes;
	u32 held_max;
	bool is_trace;
	u64 netns;

	struct vbuf_histograms *histograms;
	refcount_t ref;
	struct vbuf_net *net;
	struct rb_node node;
	bool linked;

	struct mutex members_lock;	/* guards endpoints, members_changes */
	struct rb_root endpoints;
	u32 members_changes;
	wait_queue_head_t can_send;
	wait_queue_head_t can_recv;
	struct fasync_struct *async_send;
	struct fasync_struct *async_recv;
	struct llist_head deferred;
	struct hrtimer wake_timer;
	struct list_head stall_link;
	u64 flowed_ns;

	spinlock_t lock ____cacheline_aligned;
	struct vbuf_chain free;
	struct vbuf_chain queue;
	u32 receiving;
	bool persist;
	bool had_sender;
	bool had_receiver;
	bool no_sender;
	bool no_receiver;
	bool wake_at_full;
	bool stall_watched;
	bool stalled;
	u32 alerts;
	u32 wake_below;
	u64 seq;
	u64 received;
	u64 sent_bytes;
	u64 received_bytes;
	u32 max_depth;
	u32 senders;
	u32 receivers;
	struct vbuf_line want_slot;
	struct vbuf_line want_message;
	struct vbuf_line want_drain;
	u64 dropped_oldest;
	u64 dropped_holder;
	u64 dropped_deliveries;
};

struct vbuf_endpoint;

int vbuf_channel_init(void);
void vbuf_channel_exit(void);
struct vbuf_channel *vbuf_channel_create(const struct vbuf_attr *attr);
void vbuf_channel_destroy(struct vbuf_channel *ch);

void vbuf_channel_attach(struct vbuf_channel *ch, struct vbuf_endpoint *ep);
void vbuf_channel_detach(struct vbuf_endpoint *ep);
u32 vbuf_channel_stop(struct vbuf_endpoint *ep, u32 rights);
void vbuf_channel_leave(struct vbuf_endpoint *ep, u32 rights);
void vbuf_channel_note_shutdown(struct vbuf_channel *ch);
int vbuf_channel_drain(struct vbuf_endpoint *ep, u64 deadline);
void vbuf_channel_forget_name(struct vbuf_channel *ch);
__poll_t vbuf_channel_poll(struct vbuf_endpoint *ep);
void vbuf_channel_watch(struct vbuf_channel *ch);
u32 vbuf_channel_next_len(struct vbuf_channel *ch);

#endif /* VBUF_CHANNEL_H */
