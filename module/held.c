// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that a receiver has, and keeps the slots of until it acknowledges.
 */
#include <linux/sched.h>

#include "channel.h"
#include "endpoint.h"
#include "held.h"
#include "moves.h"
#include "trace.h"
#include "wakes.h"

/**
 * vbuf_held_add() - a receiver keeps acquired messages until it gives them back
 * @ep: the receiver
 * @chain: the messages, in order, at most VBUF_BATCH
 *
 * Return: 0, or -EPIPE if the endpoint was shut down meanwhile, and then they
 * went back where they were.
 */
int vbuf_held_add(struct vbuf_endpoint *ep, struct vbuf_chain chain)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_wakes wakes = {};
	int err = 0;
	u32 n;

	spin_lock(&ch->lock);
	if (!(ep->can & VBUF_RIGHT_RECV)) {
		err = -EPIPE;
		vbuf_moves_undo_locked(ep, &chain, &wakes);
	}
	while (chain.count) {
		n = vbuf_chain_pop(&chain, &ch->pool);
		ch->pool.slot[n].deliveries++;
		/* Pairs with vbuf_region's look at it. */
		smp_store_release(&ch->pool.slot[n].holder, ep->id);
		vbuf_chain_link_tail(&ep->held, &ch->pool, n);
	}
	vbuf_wakes_unlock(ch, &wakes);
	return err;
}

static void unhold_locked(struct vbuf_endpoint *ep, u32 n)
	__must_hold(&ep->channel->lock)
{
	const struct vbuf_pool *pool = &ep->channel->pool;

	vbuf_chain_unlink(&ep->held, pool, n);
	WRITE_ONCE(pool->slot[n].holder, 0);
}

static bool delivered_enough(const struct vbuf_channel *ch, u32 n)
{
	return ch->attr.max_deliveries &&
	       ch->pool.slot[n].deliveries >= ch->attr.max_deliveries;
}

/* One message that was held is delivered again, or has been often enough. */
static void redeliver_locked(struct vbuf_endpoint *ep, u32 n,
			     struct vbuf_wakes *wakes)
	__must_hold(&ep->channel->lock)
{
	struct vbuf_chain chain = vbuf_chain_of(n);
	struct vbuf_channel *ch = ep->channel;

	if (delivered_enough(ch, n)) {
		vbuf_moves_drop_locked(ep, n, &ch->dropped_deliveries, wakes);
		return;
	}
	ch->receiving--;
	ep->owned--;
	vbuf_trace(redeliver, ep, n);
	vbuf_moves_requeue_locked(ch, &chain, wakes);
}

/**
 * vbuf_held_take() - a message that is held becomes this call's alone
 * @ep: the receiver
 * @n: its slot, or VBUF_NO_SLOT
 * @cookie: names the delivery; NULL for whichever it is
 *
 * Return: 0, or -EINVAL if @ep holds no such message.
 */
int vbuf_held_take(struct vbuf_endpoint *ep, u32 n, const u64 *cookie)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_slot *slot;
	bool is_held;

	if (n >= ch->pool.slots)
		return -EINVAL;
	slot = &ch->pool.slot[n];
	spin_lock(&ch->lock);
	is_held = slot->holder == ep->id &&
		  (!cookie ||
		   vbuf_held_cookie(slot, n, slot->deliveries) == *cookie);
	if (is_held)
		unhold_locked(ep, n);
	spin_unlock(&ch->lock);
	return is_held ? 0 : -EINVAL;
}

/**
 * vbuf_held_give_back() - a message that was taken leaves its receiver
 * @ep: the receiver
 * @n: its slot; nobody sees it in a region any more
 * @requeue: to the head of the queue, else the slot becomes free
 */
void vbuf_held_give_back(struct vbuf_endpoint *ep, u32 n, bool requeue)
{
	struct vbuf_wakes wakes = { .may_defer = !requeue };
	struct vbuf_channel *ch = ep->channel;

	spin_lock(&ch->lock);
	if (requeue) {
		redeliver_locked(ep, n, &wakes);
	} else {
		vbuf_trace(release, ep, n);
		vbuf_moves_release_locked(ep, n, &wakes);
	}
	vbuf_moves_settle_locked(ch, &wakes);
	vbuf_wakes_unlock(ch, &wakes);
}

/* It is to go back to the queue, ahead of those that @ep got later. */
static void give_again_locked(struct vbuf_endpoint *ep, u32 n,
			      struct vbuf_chain *again)
	__must_hold(&ep->channel->lock)
{
	vbuf_trace(redeliver, ep, n);
	vbuf_chain_push_head(again, &ep->channel->pool, n);
}

/*
 * Moves up to VBUF_BATCH slots that @ep holds, from the last, to @again, or
 * frees them if they are not to be delivered again. True when none is left.
 */
static bool collect_held_locked(struct vbuf_endpoint *ep,
				struct vbuf_chain *again,
				struct vbuf_wakes *wakes)
	__must_hold(&ep->channel->lock)
{
	struct vbuf_channel *ch = ep->channel;
	u32 i, n;

	for (i = 0; ep->held.count && i < VBUF_BATCH; i++) {
		n = ep->held.tail;
		unhold_locked(ep, n);
		if (!(ch->attr.flags & VBUF_REDELIVER))
			vbuf_moves_drop_locked(ep, n, &ch->dropped_holder,
					       wakes);
		else if (delivered_enough(ch, n))
			vbuf_moves_drop_locked(ep, n, &ch->dropped_deliveries,
					       wakes);
		else
			give_again_locked(ep, n, again);
	}
	return !ep->held.count;
}

/*
 * Puts @again back: to those who wait, VBUF_BATCH at a time, and the rest into
 * the queue at once. True when none is left.
 */
static bool put_back_locked(struct vbuf_endpoint *ep, struct vbuf_chain *again,
			    struct vbuf_wakes *wakes)
	__must_hold(&ep->channel->lock)
{
	struct vbuf_channel *ch = ep->channel;
	u32 before = again->count;

	vbuf_moves_requeue_locked(ch, again, wakes);
	ch->receiving -= before - again->count;
	ep->owned -= before - again->count;
	return !again->count;
}

/**
 * vbuf_held_return() - what an endpoint holds goes back
 * @ep: the endpoint
 *
 * To the head of the queue, in order, or to the free slots; in pieces, so that
 * the lock is never held long.
 */
void vbuf_held_return(struct vbuf_endpoint *ep)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_chain again = {};
	bool done;

	do {
		struct vbuf_wakes wakes = {};

		spin_lock(&ch->lock);
		done = collect_held_locked(ep, &again, &wakes) &&
		       put_back_locked(ep, &again, &wakes);
		vbuf_moves_settle_locked(ch, &wakes);
		vbuf_wakes_unlock(ch, &wakes);
		cond_resched();
	} while (!done);
}
