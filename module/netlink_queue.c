// SPDX-License-Identifier: GPL-2.0
/*
 * Events that wait to be delivered: how many, whose, and what was lost.
 */
#include <linux/cleanup.h>
#include <linux/hash.h>
#include <linux/lockdep.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "netlink_queue.h"

/* Each is a kilobyte or so. */
#define QUEUE_MAX	1024U

/* So many of a share have room in any case, beside those. */
#define SHARE_LEAST	8U

static struct vbuf_ticket *ticket_of(struct sk_buff *message)
{
	static_assert(sizeof(message->cb) >= sizeof(struct vbuf_ticket));
	return (struct vbuf_ticket *)message->cb;
}

/**
 * vbuf_netlink_queue_init() - an empty queue
 * @queue: zeroed memory
 */
void vbuf_netlink_queue_init(struct vbuf_netlink_queue *queue)
{
	unsigned int i;

	skb_queue_head_init(&queue->messages);
	INIT_LIST_HEAD(&queue->losses);
	for (i = 0; i < VBUF_NETLINK_SHARES; i++)
		INIT_LIST_HEAD(&queue->shares[i].link);
}

/**
 * vbuf_netlink_queue_deinit() - throw away what waits
 * @queue: the queue, which nobody uses any more
 */
void vbuf_netlink_queue_deinit(struct vbuf_netlink_queue *queue)
{
	__skb_queue_purge(&queue->messages);
}

/**
 * vbuf_netlink_queue_next() - which event comes next
 * @queue: the queue
 *
 * Return: its number, above those of all that have happened.
 */
u64 vbuf_netlink_queue_next(struct vbuf_netlink_queue *queue)
{
	guard(spinlock)(&queue->messages.lock);
	return queue->last + 1;
}

static bool has_room_locked(const struct vbuf_netlink_queue *queue,
			    const struct vbuf_netlink_share *share)
{
	lockdep_assert_held(&queue->messages.lock);
	/* Fewer of the share wait than there are places left. */
	return share->length < SHARE_LEAST ||
	       share->length + skb_queue_len(&queue->messages) < QUEUE_MAX;
}

/* Whether there is one rule for who may look at what either is about. */
static bool are_of_one_rule(const struct vbuf_audience *one,
			    const struct vbuf_audience *other)
{
	if (!uid_eq(one->access.uid, other->access.uid))
		return false;
	return !one->of_channel || !other->of_channel ||
	       gid_eq(one->access.gid, other->access.gid) ||
	       !((one->access.mode | other->access.mode) & 0060);
}

/* So that it has in it whomever either is for: everybody, if that is not one rule. */
static void widen(struct vbuf_audience *audience,
		  const struct vbuf_audience *other)
{
	audience->public |= other->public;
	audience->of_limit |= other->of_limit;
	if (!are_of_one_rule(audience, other)) {
		audience->access.mode = 0666;
		audience->of_channel = true;
	} else if (!audience->of_channel) {
		audience->access = other->access;
		audience->of_channel = other->of_channel;
	} else {
		audience->access.mode |= other->access.mode;
	}
}

static void lose_locked(struct vbuf_netlink_queue *queue,
			struct vbuf_netlink_share *share,
			const struct vbuf_ticket *ticket)
{
	lockdep_assert_held(&queue->messages.lock);
	if (list_empty(&share->link)) {
		list_add_tail(&share->link, &queue->losses);
		share->first = ticket->number;
		share->lost = *ticket;
	} else {
		share->lost.number = ticket->number;
		widen(&share->lost.audience, &ticket->audience);
	}
}

/**
 * vbuf_netlink_queue_put() - leave an event to the worker, or its loss
 * @queue: the queue
 * @user: whose share of it is taken
 * @audience: whom it is for
 * @message: the message, which becomes the queue's; NULL if there was no memory
 *
 * Does not sleep. The worker has to be called afterwards in any case.
 */
void vbuf_netlink_queue_put(struct vbuf_netlink_queue *queue, kuid_t user,
			    const struct vbuf_audience *audience,
			    struct sk_buff *message)
{
	struct vbuf_ticket ticket = {
		.share = hash_32(__kuid_val(user), VBUF_NETLINK_SHARE_BITS),
		.audience = *audience,
	};
	struct vbuf_netlink_share *share = &queue->shares[ticket.share];

	scoped_guard(spinlock, &queue->messages.lock) {
		ticket.number = ++queue->last;
		if (message && has_room_locked(queue, share)) {
			*ticket_of(message) = ticket;
			__skb_queue_tail(&queue->messages, message);
			share->length++;
			message = NULL;
		} else {
			lose_locked(queue, share, &ticket);
		}
	}
	kfree_skb(message);
}

/* The oldest loss, if it is older than @message. */
static struct vbuf_netlink_share *
next_loss_locked(struct vbuf_netlink_queue *queue, struct sk_buff *message)
{
	struct vbuf_netlink_share *share =
		list_first_entry_or_null(&queue->losses,
					 struct vbuf_netlink_share, link);

	lockdep_assert_held(&queue->messages.lock);
	if (!share || !message)
		return share;
	return share->first < ticket_of(message)->number ? share : NULL;
}

/**
 * vbuf_netlink_queue_take() - what is to be delivered next
 * @queue: the queue
 * @ticket: set to whom it is for
 * @message: set to the message, which becomes the caller's, and whose control buffer
 *	is clear; or to NULL, for what was lost after all that was taken before
 *
 * For the worker alone. Does not sleep. Return: false if there is nothing.
 */
bool vbuf_netlink_queue_take(struct vbuf_netlink_queue *queue,
			     struct vbuf_ticket *ticket,
			     struct sk_buff **message)
{
	struct vbuf_netlink_share *lost;

	guard(spinlock)(&queue->messages.lock);
	*message = skb_peek(&queue->messages);
	lost = next_loss_locked(queue, *message);
	if (lost) {
		list_del_init(&lost->link);
		*ticket = lost->lost;
		*message = NULL;
		return true;
	}
	if (!*message)
		return false;
	__skb_unlink(*message, &queue->messages);
	*ticket = *ticket_of(*message);
	queue->shares[ticket->share].length--;
	memset((*message)->cb, 0, sizeof((*message)->cb));
	return true;
}
