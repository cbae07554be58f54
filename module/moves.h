/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_MOVES_H
#define VBUF_MOVES_H

#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>

#include "channel.h"
#include "endpoint.h"
#include "trace.h"
#include "wakes.h"

/**
 * DOC: Moves
 *
 * The six arrows of the picture in channel.h:
 *
 *   reserve   free -> sender          commit    sender -> queue
 *   discard   sender -> free          acquire   queue -> receiver
 *   release   receiver -> free        requeue   receiver -> queue
 *
 * (undo is a requeue of what was never delivered.) Each comes for a chain of
 * slots, in moves.c; the four that every message makes come inline for one slot
 * as well. What is inline is the case where nobody waits and nobody watches;
 * the rest is called, with the lock held. So a message that meets no waiter
 * costs, beside its two copies and the reading of the clock, four holdings of
 * the lock, of 10 to 25 instructions each; and a chain is linked as a whole.
 */

/**
 * struct vbuf_call - how a call waits, and what it wants; passed in registers
 * @flags: VBUF_DONTWAIT, VBUF_DROP_OLDEST, VBUF_HOLD, VBUF_INFO
 * @deadline: CLOCK_MONOTONIC in ns, 0 for ever
 */
struct vbuf_call {
	unsigned long flags;
	u64 deadline;
};

int vbuf_moves_wait_slot(struct vbuf_endpoint *ep, struct vbuf_call call)
	__releases(&ep->channel->lock);
int vbuf_moves_wait_message(struct vbuf_endpoint *ep, struct vbuf_call call,
			    u32 room, u32 *too_long)
	__releases(&ep->channel->lock);
int vbuf_moves_commit_watched(struct vbuf_endpoint *ep, u32 n)
	__releases(&ep->channel->lock);
void vbuf_moves_release_watched(struct vbuf_endpoint *ep, u32 n)
	__releases(&ep->channel->lock);

int vbuf_moves_reserve(struct vbuf_endpoint *ep, struct vbuf_call call,
		       u32 count, struct vbuf_chain *chain);
int vbuf_moves_reserve_near(struct vbuf_endpoint *ep, struct vbuf_call call,
			    const struct vbuf_fill *fills);
int vbuf_moves_commit(struct vbuf_endpoint *ep, struct vbuf_chain chain,
		      u64 bytes);
int vbuf_moves_try_commit(struct vbuf_endpoint *ep, u32 n, u64 *seq);
void vbuf_moves_discard(struct vbuf_endpoint *ep, struct vbuf_chain chain);
int vbuf_moves_acquire(struct vbuf_endpoint *ep, struct vbuf_call call,
		       struct vbuf_rooms *rooms, u32 count,
		       struct vbuf_chain *chain);
void vbuf_moves_release(struct vbuf_endpoint *ep, struct vbuf_chain chain,
			u64 bytes);
void vbuf_moves_undo(struct vbuf_endpoint *ep, struct vbuf_chain chain);

void vbuf_moves_undo_locked(struct vbuf_endpoint *ep, struct vbuf_chain *chain,
			    struct vbuf_wakes *wakes)
	__must_hold(&ep->channel->lock);
void vbuf_moves_requeue_locked(struct vbuf_channel *ch,
			       struct vbuf_chain *chain,
			       struct vbuf_wakes *wakes)
	__must_hold(&ch->lock);
void vbuf_moves_release_locked(struct vbuf_endpoint *ep, u32 n,
			       struct vbuf_wakes *wakes)
	__must_hold(&ep->channel->lock);
void vbuf_moves_drop_locked(struct vbuf_endpoint *ep, u32 n, u64 *counter,
			    struct vbuf_wakes *wakes)
	__must_hold(&ep->channel->lock);
void vbuf_moves_settle_locked(struct vbuf_channel *ch,
			      struct vbuf_wakes *wakes)
	__must_hold(&ch->lock);

/* Whether @ep finds a free slot that it may take. */
static __always_inline bool vbuf_moves_can_reserve(const struct vbuf_endpoint *ep,
						   const struct vbuf_channel *ch)
	__must_hold(&ch->lock)
{
	return likely(ep->owned < ep->send_max) && likely(!ch->no_receiver) &&
	       likely(ch->free.count);
}

/* Whether @ep finds a message that it may take. */
static __always_inline bool vbuf_moves_can_acquire(const struct vbuf_endpoint *ep,
						   const struct vbuf_channel *ch,
						   u32 room)
	__must_hold(&ch->lock)
{
	return likely(ep->owned < ep->recv_max) && likely(ch->queue.count) &&
	       likely(ch->pool.slot[ch->queue.head].len <= room);
}

/* Somebody waits for a message or wants to know of it, or it may not be sent. */
static __always_inline bool vbuf_moves_queue_watched(struct vbuf_channel *ch)
{
	return ch->alerts & (VBUF_ALERT_MESSAGE | VBUF_ALERT_WATCHED |
			     VBUF_ALERT_SHUT | VBUF_ALERT_ENDED);
}

/* Somebody waits for a slot or an empty queue, or wants to know of it. */
static __always_inline bool vbuf_moves_free_watched(struct vbuf_channel *ch)
{
	return unlikely(ch->alerts & (VBUF_ALERT_SLOT | VBUF_ALERT_DRAIN |
				      VBUF_ALERT_WATCHED)) ||
	       unlikely(vbuf_wakes_due(ch));
}

/* A message enters the queue at its tail. */
static __always_inline void vbuf_moves_enter_locked(struct vbuf_channel *ch,
						    u32 n)
	__must_hold(&ch->lock)
{
	vbuf_chain_push_tail(&ch->queue, &ch->pool, n);
	if (unlikely(ch->queue.count > ch->max_depth))
		ch->max_depth = ch->queue.count;
}

/* vbuf_moves_reserve() of one slot. Return: its number, or -errno. */
static __always_inline int vbuf_moves_reserve_one(struct vbuf_endpoint *ep,
						  struct vbuf_channel *ch,
						  struct vbuf_call call)
{
	u32 n;

	spin_lock(&ch->lock);
	if (unlikely(!vbuf_moves_can_reserve(ep, ch)))
		return vbuf_moves_wait_slot(ep, call);
	n = vbuf_chain_pop(&ch->free, &ch->pool);
	ep->owned++;
	vbuf_trace(reserve, ep, n);
	spin_unlock(&ch->lock);
	return n;
}

/* vbuf_moves_commit() of one slot. Return: @len, or -errno. */
static __always_inline ssize_t vbuf_moves_commit_one(struct vbuf_endpoint *ep,
						     struct vbuf_channel *ch,
						     u32 n, u32 len)
{
	struct vbuf_slot *slot = &ch->pool.slot[n];
	int err;

	slot->len = len;
	slot->tag = 0;
	slot->deliveries = 0;
	slot->time_ns = ktime_get_mono_fast_ns();
	slot->uid = ep->uid;
	slot->pid = current->tgid;
	spin_lock(&ch->lock);
	if (unlikely(vbuf_moves_queue_watched(ch))) {
		err = vbuf_moves_commit_watched(ep, n);
		return err ? err : (ssize_t)len;
	}
	slot->seq = ch->seq++;
	ch->sent_bytes += len;
	ep->sent++;
	ep->owned--;
	vbuf_trace(send, ep, n);
	vbuf_moves_enter_locked(ch, n);
	spin_unlock(&ch->lock);
	return len;
}

/* vbuf_moves_acquire() of one message. Return: its slot's number, or -errno. */
static __always_inline int vbuf_moves_acquire_one(struct vbuf_endpoint *ep,
						  struct vbuf_channel *ch,
						  struct vbuf_call call,
						  u32 room, u32 *too_long)
{
	u32 n;

	spin_lock(&ch->lock);
	if (unlikely(!vbuf_moves_can_acquire(ep, ch, room)))
		return vbuf_moves_wait_message(ep, call, room, too_long);
	n = vbuf_chain_pop(&ch->queue, &ch->pool);
	ch->receiving++;
	ep->owned++;
	vbuf_trace(acquire, ep, n);
	spin_unlock(&ch->lock);
	return n;
}

/* vbuf_moves_release() of one message. */
static __always_inline void vbuf_moves_release_one(struct vbuf_endpoint *ep,
						   struct vbuf_channel *ch,
						   u32 n, u32 len)
{
	spin_lock(&ch->lock);
	if (unlikely(vbuf_moves_free_watched(ch))) {
		vbuf_moves_release_watched(ep, n);
		return;
	}
	ch->received++;
	ch->received_bytes += len;
	ch->receiving--;
	ep->received++;
	ep->owned--;
	vbuf_trace(receive, ep, n);
	vbuf_chain_stack(&ch->free, &ch->pool, n);
	spin_unlock(&ch->lock);
}

#endif /* VBUF_MOVES_H */
