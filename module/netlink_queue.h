/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_NETLINK_QUEUE_H
#define VBUF_NETLINK_QUEUE_H

#include <linux/bits.h>
#include <linux/list.h>
#include <linux/skbuff.h>
#include <linux/types.h>

#include "registry.h"

/**
 * DOC: The queue of events
 *
 * What waits for a network namespace's worker, in order: messages, each with a ticket
 * that says whom it is for, and what was lost on the way in.
 *
 * It is bounded, and shared out by who makes things happen. An event has room only
 * while fewer of its user's wait than there are places left. So one user alone fills
 * half of the queue, a second one half of the rest, and so on; and a few have room
 * whatever others do. Users are told apart by a hash: those who fall together have one
 * share together.
 *
 * What has no room, or no memory for a message, is lost. The worker is given that in
 * its place between messages, as a ticket without one: one for all that a share has
 * lost since it was last given one, so that losses take no memory. Whoever might have
 * heard one of them is in its audience, which may be wider, never narrower.
 */

/**
 * struct vbuf_audience - whom an event is for
 * @public: for the multicast group, too, as everybody may see it
 * @of_channel: for who may look at the channel
 * @of_limit: for who was refused, and for who looks after limits
 * @access: the channel's; or who was refused, in @access.uid
 */
struct vbuf_audience {
	bool public;
	bool of_channel;
	bool of_limit;
	struct vbuf_access access;
};

/**
 * struct vbuf_ticket - what goes with a message, or stands for what was lost
 * @number: the event's, from 1 on; of several, the last one's
 * @share: the number of the share that it takes
 * @audience: whom it is for
 */
struct vbuf_ticket {
	u64 number;
	unsigned int share;
	struct vbuf_audience audience;
};

#define VBUF_NETLINK_SHARE_BITS	6
#define VBUF_NETLINK_SHARES	BIT(VBUF_NETLINK_SHARE_BITS)

/**
 * struct vbuf_netlink_share - of the users with one hash
 * @link: among those that have lost something; else empty
 * @first: the number of the first event that was lost
 * @lost: the last one's, and whom any of them was for
 * @length: how many events wait
 */
struct vbuf_netlink_share {
	struct list_head link;
	u64 first;
	struct vbuf_ticket lost;
	unsigned int length;
};

/**
 * struct vbuf_netlink_queue - a network namespace's queue
 * @messages: those that wait, with tickets; its lock is innermost, is held for a few
 *	instructions, and guards all
 * @last: the number of the last event
 * @losses: shares that have lost something, by @first
 * @shares: by a hash of the user
 */
struct vbuf_netlink_queue {
	struct sk_buff_head messages;
	u64 last;
	struct list_head losses;
	struct vbuf_netlink_share shares[VBUF_NETLINK_SHARES];
};

void vbuf_netlink_queue_init(struct vbuf_netlink_queue *queue);
void vbuf_netlink_queue_deinit(struct vbuf_netlink_queue *queue);
u64 vbuf_netlink_queue_next(struct vbuf_netlink_queue *queue);
void vbuf_netlink_queue_put(struct vbuf_netlink_queue *queue, kuid_t user,
			    const struct vbuf_audience *audience,
			    struct sk_buff *message);
bool vbuf_netlink_queue_take(struct vbuf_netlink_queue *queue,
			     struct vbuf_ticket *ticket,
			     struct sk_buff **message);

#endif /* VBUF_NETLINK_QUEUE_H */
