// SPDX-License-Identifier: GPL-2.0
/*
 * How slots move: many at a time, and where somebody waits or watches.
 */
#include <linux/sched.h>

#include "moves.h"
#include "waiter.h"

/* Whoever waits for the queue to drain, if it has. */
static inline void settle_locked(struct vbuf_channel *ch,
				 struct vbuf_wakes *wakes)
	__must_hold(&ch->lock)
{
	if (unlikely(ch->want_drain.count) && !ch->queue.count &&
	    !ch->receiving)
		vbuf_line_fail(&ch->want_drain, NULL, 0, wakes);
}

/* To the first waiting sender that may have it; false if there is none. */
static bool hand_slot_locked(struct vbuf_channel *ch, u32 n,
			     struct vbuf_wakes *wakes)
	__must_hold(&ch->lock)
{
	struct vbuf_line *line = &ch->want_slot;
	struct vbuf_waiter *waiter;

	while ((waiter = vbuf_line_first(line))) {
		if (waiter->ep->owned >= ch->held_max) {
			vbuf_line_serve(line, waiter, -EDQUOT, wakes);
			continue;
		}
		waiter->ep->owned++;
		waiter->slot = n;
		vbuf_line_serve(line, waiter, 0, wakes);
		return true;
	}
	return false;
}

/* A slot that nobody owns any more. */
static inline void free_slot_locked(struct vbuf_channel *ch, u32 n,
				    struct vbuf_wakes *wakes)
	__must_hold(&ch->lock)
{
	if (unlikely(ch->want_slot.count) && hand_slot_locked(ch, n, wakes))
		return;
	vbuf_chain_push_head(&ch->free, &ch->pool, n);
	wakes->out += ch->watched;
}

/* To the first waiting receiver that can take it; false if there is none. */
static bool hand_message_locked(struct vbuf_channel *ch, u32 n,
				struct vbuf_wakes *wakes)
	__must_hold(&ch->lock)
{
	struct vbuf_line *line = &ch->want_message;
	u32 len = ch->pool.slot[n].len;
	struct vbuf_waiter *waiter;

	while ((waiter = vbuf_line_first(line))) {
		if (len > waiter->room) {
			waiter->len = len;
			vbuf_line_serve(line, waiter, -EMSGSIZE, wakes);
			continue;
		}
		if (waiter->ep->owned >= ch->held_max) {
			vbuf_line_serve(line, waiter, -EDQUOT, wakes);
			continue;
		}
		vbuf_moves_take_locked(ch, waiter->ep, n);
		waiter->slot = n;
		vbuf_line_serve(line, waiter, 0, wakes);
		return true;
	}
	return false;
}

/* A message enters the queue at its tail, or goes straight to a waiter. */
static inline void queue_message_locked(struct vbuf_channel *ch, u32 n,
					struct vbuf_wakes *wakes)
	__must_hold(&ch->lock)
{
	if (unlikely(ch->want_message.count) &&
	    hand_message_locked(ch, n, wakes))
		return;
	vbuf_moves_enter_locked(ch, n);
	wakes->in += ch->watched;
}

/* Messages enter the queue at its head; who waits for one is served first. */
static void requeue_locked(struct vbuf_channel *ch, struct vbuf_chain *chain,
			   struct vbuf_wakes *wakes)
	__must_hold(&ch->lock)
{
	u32 n;

	while (chain->count && ch->want_message.count) {
		n = vbuf_chain_pop(chain, &ch->pool);
		if (!hand_message_locked(ch, n, wakes))
			vbuf_chain_push_head(chain, &ch->pool, n);
	}
	if (ch->watched)
		wakes->in += chain->count;
	vbuf_chain_splice_head(chain, &ch->queue, &ch->pool);
	if (ch->queue.count > ch->max_depth)
		ch->max_depth = ch->queue.count;
}

/* A receiver's message is dropped. */
static void drop_locked(struct vbuf_channel *ch, struct vbuf_endpoint *ep,
			u32 n, u64 *counter, struct vbuf_wakes *wakes)
	__must_hold(&ch->lock)
{
	++*counter;
	ch->receiving--;
	ep->owned--;
	free_slot_locked(ch, n, wakes);
}

static bool delivered_enough(const struct vbuf_channel *ch, u32 n)
{
	return ch->attr.max_deliveries &&
	       ch->pool.slot[n].deliveries >= ch->attr.max_deliveries;
}

static int may_send_locked(const struct vbuf_endpoint *ep)
	__must_hold(&ep->channel->lock)
{
	if (!(ep->can & VBUF_RIGHT_SEND))
		return ep->rights & VBUF_RIGHT_SEND ? -EPIPE : -EBADF;
	if (ep->channel->no_receiver)
		return -EPIPE;
	return ep->owned < ep->channel->held_max ? 0 : -EDQUOT;
}

static int may_receive_locked(const struct vbuf_endpoint *ep)
	__must_hold(&ep->channel->lock)
{
	if (!(ep->can & VBUF_RIGHT_RECV))
		return ep->rights & VBUF_RIGHT_RECV ? -EPIPE : -EBADF;
	return ep->owned < ep->channel->held_max ? 0 : -EDQUOT;
}

/* VBUF_DROP_OLDEST: the slot of the oldest message, as if it had been free. */
static u32 drop_oldest_locked(struct vbuf_endpoint *ep)
	__must_hold(&ep->channel->lock)
{
	struct vbuf_channel *ch = ep->channel;

	ch->dropped_oldest++;
	ep->owned++;
	return vbuf_chain_pop(&ch->queue, &ch->pool);
}

/**
 * vbuf_moves_wait_slot() - a sender finds no free slot that it may take
 * @ep: the sender; vbuf_moves_can_reserve() has just denied it
 * @call: whether and how long to wait
 *
 * Return: the number of a slot that is the sender's, or -EBADF, -EPIPE,
 * -EDQUOT, -EAGAIN, -ETIMEDOUT, -ERESTARTSYS.
 */
int vbuf_moves_wait_slot(struct vbuf_endpoint *ep, struct vbuf_call call)
{
	struct vbuf_waiter waiter = {
		.ep = ep,
		.blocked = &ep->blocked_senders,
	};
	struct vbuf_channel *ch = ep->channel;
	int n;

	n = may_send_locked(ep);
	if (n)
		goto unlock;
	if (call.flags & VBUF_DROP_OLDEST && ch->queue.count) {
		n = drop_oldest_locked(ep);
		goto unlock;
	}
	n = -EAGAIN;
	if (call.flags & VBUF_DONTWAIT)
		goto unlock;
	vbuf_line_join(&ch->want_slot, &waiter);
	spin_unlock(&ch->lock);
	return vbuf_line_wait(ch, &ch->want_slot, &waiter, call.deadline) ?:
	       waiter.slot;
unlock:
	spin_unlock(&ch->lock);
	return n;
}

/**
 * vbuf_moves_reserve() - free slots become a sender's
 * @ep: the sender
 * @call: whether and how long to wait for the first
 * @slot: out: their numbers
 * @count: how many are wanted, 1 to VBUF_BATCH
 *
 * Each must be given to vbuf_moves_commit() or vbuf_moves_discard().
 *
 * Return: how many there are, at least one, or -errno as
 * vbuf_moves_wait_slot().
 */
int vbuf_moves_reserve(struct vbuf_endpoint *ep, struct vbuf_call call,
		       u32 *slot, u32 count)
{
	struct vbuf_channel *ch = ep->channel;
	u32 i;
	int n;

	spin_lock(&ch->lock);
	if (unlikely(!vbuf_moves_can_reserve(ep))) {
		n = vbuf_moves_wait_slot(ep, call);
		if (n < 0)
			return n;
		*slot = n;
		return 1;
	}
	count = min3(count, ch->held_max - ep->owned, ch->free.count);
	for (i = 0; i < count; i++)
		slot[i] = vbuf_chain_pop(&ch->free, &ch->pool);
	ep->owned += count;
	spin_unlock(&ch->lock);
	return count;
}

static void commit_locked(struct vbuf_endpoint *ep, const u32 *slot, u32 count,
			  struct vbuf_wakes *wakes)
	__must_hold(&ep->channel->lock)
{
	struct vbuf_channel *ch = ep->channel;
	u32 i;

	for (i = 0; i < count; i++) {
		vbuf_moves_number_locked(ch, ep, slot[i]);
		queue_message_locked(ch, slot[i], wakes);
	}
}

/**
 * vbuf_moves_commit_watched() - as commit_one, where somebody may be concerned
 * @ep: the sender
 * @n: the slot's number
 */
void vbuf_moves_commit_watched(struct vbuf_endpoint *ep, u32 n)
{
	struct vbuf_wakes wakes = {};

	commit_locked(ep, &n, 1, &wakes);
	vbuf_wakes_unlock(ep->channel, &wakes);
}

/**
 * vbuf_moves_commit() - a sender's slots become messages
 * @ep: the sender
 * @slot: their numbers; len and tag of each are set, its bytes written
 * @count: how many, 1 to VBUF_BATCH
 */
void vbuf_moves_commit(struct vbuf_endpoint *ep, const u32 *slot, u32 count)
{
	struct vbuf_channel *ch = ep->channel;
	u64 now = ktime_get_mono_fast_ns();
	struct vbuf_wakes wakes = {};
	u32 i;

	for (i = 0; i < count; i++)
		vbuf_moves_stamp(&ch->pool.slot[slot[i]], ep, now);
	spin_lock(&ch->lock);
	commit_locked(ep, slot, count, &wakes);
	vbuf_wakes_unlock(ch, &wakes);
}

/**
 * vbuf_moves_discard() - a sender's slots become free
 * @ep: the sender
 * @slot: their numbers
 * @count: how many, at most VBUF_BATCH
 */
void vbuf_moves_discard(struct vbuf_endpoint *ep, const u32 *slot, u32 count)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_wakes wakes = {};
	u32 i;

	spin_lock(&ch->lock);
	ep->owned -= count;
	for (i = 0; i < count; i++)
		free_slot_locked(ch, slot[i], &wakes);
	/* VBUF_DROP_OLDEST may have emptied the queue. */
	settle_locked(ch, &wakes);
	vbuf_wakes_unlock(ch, &wakes);
}

/**
 * vbuf_moves_wait_message() - a receiver finds no message that it may take
 * @ep: the receiver; vbuf_moves_can_acquire() has just denied it
 * @call: whether and how long to wait
 * @room: bytes that it has room for
 * @too_long: out, with -EMSGSIZE: bytes of the message that did not fit; or NULL
 *
 * Return: the number of the slot of a message that is the receiver's, or
 * -EBADF, -EPIPE, -EDQUOT, -EMSGSIZE, -EAGAIN, -ETIMEDOUT, -ERESTARTSYS.
 */
int vbuf_moves_wait_message(struct vbuf_endpoint *ep, struct vbuf_call call,
			    u32 room, u32 *too_long)
{
	struct vbuf_waiter waiter = {
		.ep = ep,
		.blocked = &ep->blocked_receivers,
		.room = room,
	};
	struct vbuf_channel *ch = ep->channel;
	int err;

	err = may_receive_locked(ep);
	if (!err && ch->queue.count) {
		waiter.len = ch->pool.slot[ch->queue.head].len;
		err = -EMSGSIZE;
	}
	if (!err && ch->no_sender)
		err = -EPIPE;
	if (!err && call.flags & VBUF_DONTWAIT)
		err = -EAGAIN;
	if (!err)
		vbuf_line_join(&ch->want_message, &waiter);
	spin_unlock(&ch->lock);
	if (!err)
		err = vbuf_line_wait(ch, &ch->want_message, &waiter,
				     call.deadline);
	if (err == -EMSGSIZE && too_long)
		*too_long = waiter.len;
	return err ?: waiter.slot;
}

/**
 * vbuf_moves_acquire() - queued messages become a receiver's
 * @ep: the receiver
 * @call: whether and how long to wait for the first
 * @slot: out: their slots' numbers
 * @room: bytes of room for each; out, with -EMSGSIZE: in the first, the length
 *	of the message that did not fit
 * @count: how many are wanted, 1 to VBUF_BATCH
 *
 * Each must be given to vbuf_moves_release(), vbuf_moves_hold() or
 * vbuf_moves_undo().
 *
 * Return: how many there are, at least one, or -errno as
 * vbuf_moves_wait_message().
 */
int vbuf_moves_acquire(struct vbuf_endpoint *ep, struct vbuf_call call,
		       u32 *slot, u32 *room, u32 count)
{
	struct vbuf_channel *ch = ep->channel;
	u32 i = 0;
	int n;

	spin_lock(&ch->lock);
	if (unlikely(!vbuf_moves_can_acquire(ep, *room))) {
		n = vbuf_moves_wait_message(ep, call, *room, room);
		if (n < 0)
			return n;
		*slot = n;
		return 1;
	}
	do {
		slot[i] = vbuf_chain_pop(&ch->queue, &ch->pool);
		vbuf_moves_take_locked(ch, ep, slot[i]);
		i++;
	} while (i < count && vbuf_moves_can_acquire(ep, room[i]));
	spin_unlock(&ch->lock);
	return i;
}

static void release_locked(struct vbuf_endpoint *ep, u32 n,
			   struct vbuf_wakes *wakes)
	__must_hold(&ep->channel->lock)
{
	struct vbuf_channel *ch = ep->channel;

	vbuf_moves_consume_locked(ch, ep, n);
	free_slot_locked(ch, n, wakes);
}

/**
 * vbuf_moves_release_watched() - as release_one, where somebody may be concerned
 * @ep: the receiver
 * @n: the slot's number
 */
void vbuf_moves_release_watched(struct vbuf_endpoint *ep, u32 n)
{
	struct vbuf_wakes wakes = {};

	release_locked(ep, n, &wakes);
	settle_locked(ep->channel, &wakes);
	vbuf_wakes_unlock(ep->channel, &wakes);
}

/**
 * vbuf_moves_release() - a receiver's slots become free: it has the messages
 * @ep: the receiver
 * @slot: their numbers
 * @count: how many, at most VBUF_BATCH
 */
void vbuf_moves_release(struct vbuf_endpoint *ep, const u32 *slot, u32 count)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_wakes wakes = {};
	u32 i;

	spin_lock(&ch->lock);
	for (i = 0; i < count; i++)
		release_locked(ep, slot[i], &wakes);
	settle_locked(ch, &wakes);
	vbuf_wakes_unlock(ch, &wakes);
}

static void undo_locked(struct vbuf_endpoint *ep, const u32 *slot, u32 count,
			struct vbuf_wakes *wakes)
	__must_hold(&ep->channel->lock)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_chain chain = {};
	u32 i;

	for (i = 0; i < count; i++) {
		ch->pool.slot[slot[i]].deliveries--;
		vbuf_chain_push_tail(&chain, &ch->pool, slot[i]);
	}
	ch->receiving -= count;
	ep->owned -= count;
	requeue_locked(ch, &chain, wakes);
}

/**
 * vbuf_moves_undo() - acquired messages go back where they were
 * @ep: the receiver, which has not had them
 * @slot: their slots' numbers, in order
 * @count: how many, at most VBUF_BATCH
 */
void vbuf_moves_undo(struct vbuf_endpoint *ep, const u32 *slot, u32 count)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_wakes wakes = {};

	spin_lock(&ch->lock);
	undo_locked(ep, slot, count, &wakes);
	vbuf_wakes_unlock(ch, &wakes);
}

/**
 * vbuf_moves_hold() - a receiver keeps acquired messages until it acks them
 * @ep: the receiver
 * @slot: their slots' numbers, in order
 * @count: how many, at most VBUF_BATCH
 *
 * Return: 0, or -EPIPE if the endpoint was shut down meanwhile, and then they
 * went back where they were.
 */
int vbuf_moves_hold(struct vbuf_endpoint *ep, const u32 *slot, u32 count)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_wakes wakes = {};
	int err;
	u32 i;

	spin_lock(&ch->lock);
	err = ep->can & VBUF_RIGHT_RECV ? 0 : -EPIPE;
	if (err)
		undo_locked(ep, slot, count, &wakes);
	for (i = 0; !err && i < count; i++) {
		ch->pool.slot[slot[i]].holder = ep->id;
		vbuf_chain_link_tail(&ep->held, &ch->pool, slot[i]);
	}
	vbuf_wakes_unlock(ch, &wakes);
	return err;
}

static void unhold_locked(struct vbuf_endpoint *ep, u32 n)
	__must_hold(&ep->channel->lock)
{
	struct vbuf_pool *pool = &ep->channel->pool;

	vbuf_chain_unlink(&ep->held, pool, n);
	pool->slot[n].holder = 0;
}

/* One message that was held is delivered again, or has been often enough. */
static void redeliver_locked(struct vbuf_channel *ch, struct vbuf_endpoint *ep,
			     u32 n, struct vbuf_wakes *wakes)
	__must_hold(&ch->lock)
{
	struct vbuf_chain chain = {};

	if (delivered_enough(ch, n)) {
		drop_locked(ch, ep, n, &ch->dropped_deliveries, wakes);
		return;
	}
	ch->receiving--;
	ep->owned--;
	vbuf_chain_push_tail(&chain, &ch->pool, n);
	requeue_locked(ch, &chain, wakes);
}

/**
 * vbuf_moves_give_back() - end the holding of a message
 * @ep: the receiver
 * @cookie: names the delivery
 * @requeue: to the head of the queue, else the slot becomes free
 *
 * Return: 0, or -EINVAL if @ep holds no such message.
 */
int vbuf_moves_give_back(struct vbuf_endpoint *ep, u64 cookie, bool requeue)
{
	u32 n = cookie & (VBUF_MAX_SLOTS - 1);
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_wakes wakes = {};

	if (n >= ch->pool.slots)
		return -EINVAL;
	spin_lock(&ch->lock);
	if (ch->pool.slot[n].holder != ep->id ||
	    vbuf_moves_cookie(ch, n) != cookie) {
		spin_unlock(&ch->lock);
		return -EINVAL;
	}
	unhold_locked(ep, n);
	if (requeue)
		redeliver_locked(ch, ep, n, &wakes);
	else
		release_locked(ep, n, &wakes);
	settle_locked(ch, &wakes);
	vbuf_wakes_unlock(ch, &wakes);
	return 0;
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
			drop_locked(ch, ep, n, &ch->dropped_holder, wakes);
		else if (delivered_enough(ch, n))
			drop_locked(ch, ep, n, &ch->dropped_deliveries, wakes);
		else
			vbuf_chain_push_head(again, &ch->pool, n);
	}
	return !ep->held.count;
}

/**
 * vbuf_moves_return_held() - what an endpoint holds goes back
 * @ep: the endpoint
 *
 * To the head of the queue, in order, or to the free slots; in pieces, so that
 * the lock is never held long.
 */
void vbuf_moves_return_held(struct vbuf_endpoint *ep)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_chain again = {};
	bool done;

	do {
		struct vbuf_wakes wakes = {};

		spin_lock(&ch->lock);
		done = collect_held_locked(ep, &again, &wakes);
		if (done) {
			ch->receiving -= again.count;
			ep->owned -= again.count;
			requeue_locked(ch, &again, &wakes);
			settle_locked(ch, &wakes);
		}
		vbuf_wakes_unlock(ch, &wakes);
	} while (!done);
}

/**
 * vbuf_moves_drain() - wait until nothing is queued or being received
 * @ep: any endpoint of the channel
 * @call: until when to wait
 *
 * Return: 0, or -EPIPE, -ETIMEDOUT, -ERESTARTSYS.
 */
int vbuf_moves_drain(struct vbuf_endpoint *ep, struct vbuf_call call)
{
	struct vbuf_waiter waiter = { .ep = ep };
	struct vbuf_channel *ch = ep->channel;

	scoped_guard(spinlock, &ch->lock) {
		if (!ch->queue.count && !ch->receiving)
			return 0;
		if (ch->no_receiver)
			return -EPIPE;
		vbuf_line_join(&ch->want_drain, &waiter);
	}
	return vbuf_line_wait(ch, &ch->want_drain, &waiter, call.deadline);
}
