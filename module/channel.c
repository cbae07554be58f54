// SPDX-License-Identifier: GPL-2.0
/*
 * One bounded buffer: how its slots move. See the picture in channel.h.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/pid.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "channel.h"
#include "endpoint.h"
#include "limits.h"

static void signal_owners(struct vbuf_channel *ch,
			  const struct vbuf_wakes *wakes)
{
	if (wakes->in)
		kill_fasync(&ch->async_recv, SIGIO, POLL_IN);
	if (wakes->out)
		kill_fasync(&ch->async_send, SIGIO, POLL_OUT);
	if (wakes->hup & VBUF_RIGHT_RECV)
		kill_fasync(&ch->async_recv, SIGIO, POLL_HUP);
	if (wakes->hup & VBUF_RIGHT_SEND)
		kill_fasync(&ch->async_send, SIGIO, POLL_ERR);
}

/* Carries out what the lock was in the way of. */
static void carry_out(struct vbuf_channel *ch, const struct vbuf_wakes *wakes)
{
	vbuf_waiter_wake_all(wakes->first);
	/*
	 * A poller stands in the wait queue before it takes the lock to look;
	 * so if it looked before our change, we see it here.
	 */
	if (wakes->in && waitqueue_active(&ch->can_recv))
		__wake_up(&ch->can_recv, TASK_INTERRUPTIBLE, wakes->in,
			  poll_to_key(EPOLLIN | EPOLLRDNORM));
	if (wakes->out && waitqueue_active(&ch->can_send))
		__wake_up(&ch->can_send, TASK_INTERRUPTIBLE, wakes->out,
			  poll_to_key(EPOLLOUT | EPOLLWRNORM));
	if (wakes->hup & VBUF_RIGHT_RECV)
		wake_up_poll(&ch->can_recv, EPOLLHUP);
	if (wakes->hup & VBUF_RIGHT_SEND)
		wake_up_poll(&ch->can_send, EPOLLERR);
	signal_owners(ch, wakes);
}

/* Lets the lock go; most of the time there is nothing else to do. */
static __always_inline void unlock(struct vbuf_channel *ch,
				   const struct vbuf_wakes *wakes)
	__releases(&ch->lock)
{
	spin_unlock(&ch->lock);
	if (unlikely(wakes->first || wakes->in || wakes->out || wakes->hup))
		carry_out(ch, wakes);
}

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

/* A receiver becomes the owner of a message. */
static inline void take_message_locked(struct vbuf_channel *ch,
				       struct vbuf_endpoint *ep, u32 n)
	__must_hold(&ch->lock)
{
	ch->pool.slot[n].deliveries++;
	ch->receiving++;
	ep->owned++;
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
		take_message_locked(ch, waiter->ep, n);
		waiter->slot = n;
		vbuf_line_serve(line, waiter, 0, wakes);
		return true;
	}
	return false;
}

static inline void count_depth_locked(struct vbuf_channel *ch)
	__must_hold(&ch->lock)
{
	if (ch->queue.count > ch->max_depth)
		ch->max_depth = ch->queue.count;
}

/* A message enters the queue at its tail, or goes straight to a waiter. */
static inline void queue_message_locked(struct vbuf_channel *ch, u32 n,
					struct vbuf_wakes *wakes)
	__must_hold(&ch->lock)
{
	if (unlikely(ch->want_message.count) &&
	    hand_message_locked(ch, n, wakes))
		return;
	vbuf_chain_push_tail(&ch->queue, &ch->pool, n);
	count_depth_locked(ch);
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
	count_depth_locked(ch);
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

static inline int may_send_locked(const struct vbuf_endpoint *ep)
	__must_hold(&ep->channel->lock)
{
	if (unlikely(!(ep->can & VBUF_RIGHT_SEND)))
		return ep->rights & VBUF_RIGHT_SEND ? -EPIPE : -EBADF;
	if (unlikely(ep->channel->no_receiver))
		return -EPIPE;
	return 0;
}

static inline int may_receive_locked(const struct vbuf_endpoint *ep)
	__must_hold(&ep->channel->lock)
{
	if (unlikely(!(ep->can & VBUF_RIGHT_RECV)))
		return ep->rights & VBUF_RIGHT_RECV ? -EPIPE : -EBADF;
	return 0;
}

/* VBUF_DROP_OLDEST: slots of the oldest messages, as if they had been free. */
static u32 drop_oldest_locked(struct vbuf_channel *ch, struct vbuf_endpoint *ep,
			      u32 *slot, u32 count)
	__must_hold(&ch->lock)
{
	u32 i;

	count = min(count, ch->queue.count);
	for (i = 0; i < count; i++)
		slot[i] = vbuf_chain_pop(&ch->queue, &ch->pool);
	ch->dropped_oldest += count;
	ep->owned += count;
	return count;
}

/* No slot is free, or none for this endpoint. */
static noinline int reserve_slow(struct vbuf_endpoint *ep,
				 const struct vbuf_call *call, u32 *slot,
				 u32 count)
	__releases(&ep->channel->lock)
{
	struct vbuf_waiter waiter = {
		.ep = ep,
		.blocked = &ep->blocked_senders,
	};
	struct vbuf_channel *ch = ep->channel;
	int n = 0;

	if (ep->owned >= ch->held_max)
		n = -EDQUOT;
	else if ((call->flags & VBUF_DROP_OLDEST) && ch->queue.count)
		n = drop_oldest_locked(ch, ep, slot, count);
	else if (call->flags & VBUF_DONTWAIT)
		n = -EAGAIN;
	else
		vbuf_line_join(&ch->want_slot, &waiter);
	spin_unlock(&ch->lock);
	if (n)
		return n;
	n = vbuf_line_wait(ch, &ch->want_slot, &waiter, call);
	if (n)
		return n;
	*slot = waiter.slot;
	return 1;
}

/**
 * vbuf_channel_reserve() - free slots become a sender's
 * @ep: the sender
 * @call: whether and how long to wait for the first
 * @slot: out: their numbers
 * @count: how many are wanted, 1 to VBUF_BATCH
 *
 * Each must be given to vbuf_channel_commit() or vbuf_channel_discard().
 *
 * Return: how many there are, at least one, or -EBADF, -EPIPE, -EDQUOT,
 * -EAGAIN, -ETIMEDOUT, -ERESTARTSYS.
 */
int vbuf_channel_reserve(struct vbuf_endpoint *ep, const struct vbuf_call *call,
			 u32 *slot, u32 count)
{
	struct vbuf_channel *ch = ep->channel;
	u32 i;
	int err;

	spin_lock(&ch->lock);
	err = may_send_locked(ep);
	if (unlikely(err)) {
		spin_unlock(&ch->lock);
		return err;
	}
	count = min(count, ch->held_max - ep->owned);
	if (unlikely(!count || !ch->free.count))
		return reserve_slow(ep, call, slot, count);
	count = min(count, ch->free.count);
	for (i = 0; i < count; i++)
		slot[i] = vbuf_chain_pop(&ch->free, &ch->pool);
	ep->owned += count;
	spin_unlock(&ch->lock);
	return count;
}

/* What a message tells of its sending, but what the lock is needed for. */
static inline void stamp(struct vbuf_slot *slot, const struct vbuf_endpoint *ep,
			 u64 now)
{
	slot->deliveries = 0;
	slot->time_ns = now;
	slot->uid = ep->uid;
	if (unlikely(slot->pid != task_tgid(current))) {
		put_pid(slot->pid);
		slot->pid = get_pid(task_tgid(current));
	}
}

/**
 * vbuf_channel_commit() - a sender's slots become messages
 * @ep: the sender
 * @slot: their numbers; len and tag of each are set, its bytes written
 * @count: how many, 1 to VBUF_BATCH
 */
void vbuf_channel_commit(struct vbuf_endpoint *ep, const u32 *slot, u32 count)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_slot *slots = ch->pool.slot;
	u64 now = ktime_get_mono_fast_ns();
	struct vbuf_wakes wakes = {};
	u32 i;

	for (i = 0; i < count; i++)
		stamp(&slots[slot[i]], ep, now);
	spin_lock(&ch->lock);
	for (i = 0; i < count; i++) {
		slots[slot[i]].seq = ch->seq++;
		ch->sent_bytes += slots[slot[i]].len;
		queue_message_locked(ch, slot[i], &wakes);
	}
	ep->owned -= count;
	ep->sent += count;
	unlock(ch, &wakes);
}

/**
 * vbuf_channel_discard() - a sender's slots become free
 * @ep: the sender
 * @slot: their numbers
 * @count: how many, at most VBUF_BATCH
 */
void vbuf_channel_discard(struct vbuf_endpoint *ep, const u32 *slot, u32 count)
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
	unlock(ch, &wakes);
}

/* No message is there, or none that this call can take. */
static noinline int acquire_slow(struct vbuf_endpoint *ep,
				 const struct vbuf_call *call, u32 *slot,
				 u32 *room)
	__releases(&ep->channel->lock)
{
	struct vbuf_waiter waiter = {
		.ep = ep,
		.blocked = &ep->blocked_receivers,
		.room = *room,
	};
	struct vbuf_channel *ch = ep->channel;
	int err = 0;

	if (ep->owned >= ch->held_max) {
		err = -EDQUOT;
	} else if (ch->queue.count) {
		waiter.len = ch->pool.slot[ch->queue.head].len;
		err = -EMSGSIZE;
	} else if (ch->no_sender) {
		err = -EPIPE;
	} else if (call->flags & VBUF_DONTWAIT) {
		err = -EAGAIN;
	} else {
		vbuf_line_join(&ch->want_message, &waiter);
	}
	spin_unlock(&ch->lock);
	if (!err)
		err = vbuf_line_wait(ch, &ch->want_message, &waiter, call);
	if (err == -EMSGSIZE)
		*room = waiter.len;
	if (err)
		return err;
	*slot = waiter.slot;
	return 1;
}

/**
 * vbuf_channel_acquire() - queued messages become a receiver's
 * @ep: the receiver
 * @call: whether and how long to wait for the first
 * @slot: out: their slots' numbers
 * @room: bytes of room for each; out, with -EMSGSIZE: in the first, the length
 *	of the message that did not fit
 * @count: how many are wanted, 1 to VBUF_BATCH
 *
 * Each must be given to vbuf_channel_release(), vbuf_channel_hold() or
 * vbuf_channel_undo().
 *
 * Return: how many there are, at least one, or -EBADF, -EPIPE, -EDQUOT,
 * -EMSGSIZE, -EAGAIN, -ETIMEDOUT, -ERESTARTSYS.
 */
int vbuf_channel_acquire(struct vbuf_endpoint *ep, const struct vbuf_call *call,
			 u32 *slot, u32 *room, u32 count)
{
	struct vbuf_channel *ch = ep->channel;
	u32 n, i = 0;
	int err;

	spin_lock(&ch->lock);
	err = may_receive_locked(ep);
	if (unlikely(err)) {
		spin_unlock(&ch->lock);
		return err;
	}
	count = min3(count, ch->held_max - ep->owned, ch->queue.count);
	while (i < count) {
		n = ch->queue.head;
		if (unlikely(ch->pool.slot[n].len > room[i]))
			break;
		vbuf_chain_pop(&ch->queue, &ch->pool);
		take_message_locked(ch, ep, n);
		slot[i++] = n;
	}
	if (unlikely(!i))
		return acquire_slow(ep, call, slot, room);
	spin_unlock(&ch->lock);
	return i;
}

static inline void consume_locked(struct vbuf_channel *ch,
				  struct vbuf_endpoint *ep, u32 n,
				  struct vbuf_wakes *wakes)
	__must_hold(&ch->lock)
{
	ch->received++;
	ch->received_bytes += ch->pool.slot[n].len;
	ch->receiving--;
	ep->received++;
	ep->owned--;
	free_slot_locked(ch, n, wakes);
}

/**
 * vbuf_channel_release() - a receiver's slots become free: it has the messages
 * @ep: the receiver
 * @slot: their numbers
 * @count: how many, at most VBUF_BATCH
 */
void vbuf_channel_release(struct vbuf_endpoint *ep, const u32 *slot, u32 count)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_wakes wakes = {};
	u32 i;

	spin_lock(&ch->lock);
	for (i = 0; i < count; i++)
		consume_locked(ch, ep, slot[i], &wakes);
	settle_locked(ch, &wakes);
	unlock(ch, &wakes);
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
 * vbuf_channel_undo() - acquired messages go back where they were
 * @ep: the receiver, which has not had them
 * @slot: their slots' numbers, in order
 * @count: how many, at most VBUF_BATCH
 */
void vbuf_channel_undo(struct vbuf_endpoint *ep, const u32 *slot, u32 count)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_wakes wakes = {};

	spin_lock(&ch->lock);
	undo_locked(ep, slot, count, &wakes);
	unlock(ch, &wakes);
}

/**
 * vbuf_channel_hold() - a receiver keeps acquired messages until it acks them
 * @ep: the receiver
 * @slot: their slots' numbers, in order
 * @count: how many, at most VBUF_BATCH
 *
 * Return: 0, or -EPIPE if the endpoint was shut down meanwhile, and then they
 * went back where they were.
 */
int vbuf_channel_hold(struct vbuf_endpoint *ep, const u32 *slot, u32 count)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_wakes wakes = {};
	int err;
	u32 i;

	spin_lock(&ch->lock);
	err = may_receive_locked(ep);
	if (err)
		undo_locked(ep, slot, count, &wakes);
	for (i = 0; !err && i < count; i++) {
		ch->pool.slot[slot[i]].holder = ep->id;
		vbuf_chain_link_tail(&ep->held, &ch->pool, slot[i]);
	}
	unlock(ch, &wakes);
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
 * vbuf_channel_give_back() - end the holding of a message
 * @ep: the receiver
 * @cookie: names the delivery
 * @requeue: to the head of the queue, else the slot becomes free
 *
 * Return: 0, or -EINVAL if @ep holds no such message.
 */
int vbuf_channel_give_back(struct vbuf_endpoint *ep, u64 cookie, bool requeue)
{
	u32 n = cookie & (VBUF_MAX_SLOTS - 1);
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_wakes wakes = {};

	if (n >= ch->pool.slots)
		return -EINVAL;
	spin_lock(&ch->lock);
	if (ch->pool.slot[n].holder != ep->id ||
	    vbuf_channel_cookie(ch, n) != cookie) {
		spin_unlock(&ch->lock);
		return -EINVAL;
	}
	unhold_locked(ep, n);
	if (requeue)
		redeliver_locked(ch, ep, n, &wakes);
	else
		consume_locked(ch, ep, n, &wakes);
	settle_locked(ch, &wakes);
	unlock(ch, &wakes);
	return 0;
}

/**
 * vbuf_channel_drain() - wait until nothing is queued or being received
 * @ep: any endpoint of the channel
 * @call: until when to wait
 *
 * Return: 0, or -EPIPE, -ETIMEDOUT, -ERESTARTSYS.
 */
int vbuf_channel_drain(struct vbuf_endpoint *ep, const struct vbuf_call *call)
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
	return vbuf_line_wait(ch, &ch->want_drain, &waiter, call);
}

/* Whether a side is lost, now that somebody came or went. */
static void update_hangup_locked(struct vbuf_channel *ch,
				 struct vbuf_wakes *wakes)
	__must_hold(&ch->lock)
{
	bool no_sender = !ch->persist && ch->had_sender && !ch->senders;
	bool no_receiver = !ch->persist && ch->had_receiver && !ch->receivers;

	if (no_sender && !ch->no_sender) {
		vbuf_line_fail(&ch->want_message, NULL, -EPIPE, wakes);
		wakes->hup |= VBUF_RIGHT_RECV;
	}
	if (no_receiver && !ch->no_receiver) {
		vbuf_line_fail(&ch->want_slot, NULL, -EPIPE, wakes);
		vbuf_line_fail(&ch->want_drain, NULL, -EPIPE, wakes);
		wakes->hup |= VBUF_RIGHT_SEND;
	}
	ch->no_sender = no_sender;
	ch->no_receiver = no_receiver;
}

/**
 * vbuf_channel_attach() - an endpoint comes
 * @ch: the channel
 * @ep: new; its id is given here, so that ids ascend in the channel's list
 */
void vbuf_channel_attach(struct vbuf_channel *ch, struct vbuf_endpoint *ep)
{
	static atomic64_t last_id;
	struct vbuf_wakes wakes = {};

	guard(mutex)(&ch->members_lock);
	ep->id = atomic64_inc_return(&last_id);
	list_add_tail(&ep->link, &ch->endpoints);
	spin_lock(&ch->lock);
	ep->can = ep->rights;
	if (ep->can & VBUF_RIGHT_SEND) {
		ch->senders++;
		ch->had_sender = true;
	}
	if (ep->can & VBUF_RIGHT_RECV) {
		ch->receivers++;
		ch->had_receiver = true;
	}
	update_hangup_locked(ch, &wakes);
	unlock(ch, &wakes);
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

/* What @ep holds goes back, in order; in pieces, however much it is. */
static void return_held(struct vbuf_endpoint *ep)
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
		unlock(ch, &wakes);
	} while (!done);
}

/* Takes @rights from @ep, as far as it has them. */
static void give_up(struct vbuf_endpoint *ep, u32 rights)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_wakes wakes = {};

	spin_lock(&ch->lock);
	rights &= ep->can;
	ep->can &= ~rights;
	if (rights & VBUF_RIGHT_SEND) {
		ch->senders--;
		vbuf_line_fail(&ch->want_slot, ep, -EPIPE, &wakes);
	}
	if (rights & VBUF_RIGHT_RECV) {
		ch->receivers--;
		vbuf_line_fail(&ch->want_message, ep, -EPIPE, &wakes);
	}
	unlock(ch, &wakes);

	if (rights & VBUF_RIGHT_RECV)
		return_held(ep);

	/* Last, so that whoever learns of the end finds the queue complete. */
	memset(&wakes, 0, sizeof(wakes));
	spin_lock(&ch->lock);
	update_hangup_locked(ch, &wakes);
	unlock(ch, &wakes);
}

/**
 * vbuf_channel_shut_down() - an endpoint gives up rights
 * @ep: the endpoint
 * @rights: what it gives up, as far as it still has it
 */
void vbuf_channel_shut_down(struct vbuf_endpoint *ep, u32 rights)
{
	struct vbuf_wakes own = { .hup = rights };

	give_up(ep, rights);
	carry_out(ep->channel, &own);
}

/**
 * vbuf_channel_detach() - an endpoint goes
 * @ep: no call runs on it any more
 */
void vbuf_channel_detach(struct vbuf_endpoint *ep)
{
	struct vbuf_channel *ch = ep->channel;

	give_up(ep, ep->rights);
	guard(mutex)(&ch->members_lock);
	list_del(&ep->link);
}

/**
 * vbuf_channel_forget_name() - the channel's name is gone
 * @ch: the channel
 *
 * Nobody can come by the name any more, so who waits for that to happen on a
 * %VBUF_PERSIST channel is told now.
 */
void vbuf_channel_forget_name(struct vbuf_channel *ch)
{
	struct vbuf_wakes wakes = {};

	spin_lock(&ch->lock);
	ch->persist = false;
	update_hangup_locked(ch, &wakes);
	unlock(ch, &wakes);
}

/**
 * vbuf_channel_watch() - somebody wants to be told of edges from now on
 * @ch: the channel
 */
void vbuf_channel_watch(struct vbuf_channel *ch)
{
	guard(spinlock)(&ch->lock);
	ch->watched = true;
}

/**
 * vbuf_channel_poll() - what an endpoint could do now
 * @ep: the endpoint; the poller stands in the wait queues already
 *
 * Return: EPOLL* bits.
 */
__poll_t vbuf_channel_poll(struct vbuf_endpoint *ep)
{
	struct vbuf_channel *ch = ep->channel;
	__poll_t mask = 0;

	guard(spinlock)(&ch->lock);
	ch->watched = true;
	if (ep->can & VBUF_RIGHT_RECV && ch->queue.count)
		mask |= EPOLLIN | EPOLLRDNORM;
	if (ep->can & VBUF_RIGHT_SEND && ch->free.count)
		mask |= EPOLLOUT | EPOLLWRNORM;
	if (ep->rights & VBUF_RIGHT_RECV &&
	    (ch->no_sender || !(ep->can & VBUF_RIGHT_RECV)))
		mask |= EPOLLHUP;
	if (ep->rights & VBUF_RIGHT_SEND &&
	    (ch->no_receiver || !(ep->can & VBUF_RIGHT_SEND)))
		mask |= EPOLLERR;
	return mask;
}

/**
 * vbuf_channel_next_len() - what FIONREAD tells
 * @ch: the channel
 *
 * Return: the length of the first message in the queue, 0 if there is none.
 */
u32 vbuf_channel_next_len(struct vbuf_channel *ch)
{
	guard(spinlock)(&ch->lock);
	return ch->queue.count ? ch->pool.slot[ch->queue.head].len : 0;
}

static void init_free(struct vbuf_channel *ch)
{
	u32 n;

	/* From the last, so that the first are used first. */
	for (n = ch->pool.slots; n--; ) {
		vbuf_chain_push_head(&ch->free, &ch->pool, n);
		if (!(n % 4096))
			cond_resched();
	}
}

static int charge(struct vbuf_channel *ch)
{
	int err;

	err = vbuf_limits_charge(ch->account, VBUF_CHANNELS, 1);
	if (err)
		return err;
	err = vbuf_limits_charge(ch->account, VBUF_BYTES,
				 vbuf_slots_bytes(&ch->attr));
	if (err)
		vbuf_limits_uncharge(ch->account, VBUF_CHANNELS, 1);
	return err;
}

static void uncharge(struct vbuf_channel *ch)
{
	vbuf_limits_uncharge(ch->account, VBUF_BYTES,
			     vbuf_slots_bytes(&ch->attr));
	vbuf_limits_uncharge(ch->account, VBUF_CHANNELS, 1);
}

static struct vbuf_channel *alloc_channel(const struct vbuf_attr *attr)
{
	struct vbuf_channel *ch;

	ch = kzalloc(sizeof(*ch), GFP_KERNEL_ACCOUNT);
	if (!ch)
		return NULL;
	ch->attr = *attr;
	ch->uid = current_euid();
	ch->gid = current_egid();
	ch->held_max = attr->held_max ?: U32_MAX;
	refcount_set(&ch->ref, 1);
	mutex_init(&ch->members_lock);
	INIT_LIST_HEAD(&ch->endpoints);
	init_waitqueue_head(&ch->can_send);
	init_waitqueue_head(&ch->can_recv);
	spin_lock_init(&ch->lock);
	vbuf_line_init(&ch->want_slot);
	vbuf_line_init(&ch->want_message);
	vbuf_line_init(&ch->want_drain);
	ch->persist = attr->flags & VBUF_PERSIST;
	return ch;
}

/**
 * vbuf_channel_create() - take all that a channel needs
 * @attr: within its ranges
 *
 * May sleep. The caller has the first reference.
 *
 * Return: a channel that nobody knows yet, or an ERR_PTR: -EDQUOT, -ENOMEM,
 * -EINTR.
 */
struct vbuf_channel *vbuf_channel_create(const struct vbuf_attr *attr)
{
	struct vbuf_channel *ch = alloc_channel(attr);
	int err;

	if (!ch)
		return ERR_PTR(-ENOMEM);
	ch->account = vbuf_limits_account_get();
	if (IS_ERR(ch->account)) {
		err = PTR_ERR(ch->account);
		goto free_channel;
	}
	err = charge(ch);
	if (err)
		goto put_account;
	err = vbuf_slots_init(&ch->pool, attr);
	if (err)
		goto undo_charge;
	init_free(ch);
	return ch;

undo_charge:
	uncharge(ch);
put_account:
	vbuf_limits_account_put(ch->account);
free_channel:
	kfree(ch);
	return ERR_PTR(err);
}

/**
 * vbuf_channel_destroy() - give back all that a channel had
 * @ch: whole and without references, or NULL
 *
 * Return: NULL.
 */
struct vbuf_channel *vbuf_channel_destroy(struct vbuf_channel *ch)
{
	if (!ch)
		return NULL;
	WARN_ON_ONCE(!list_empty(&ch->endpoints));
	WARN_ON_ONCE(ch->free.count + ch->queue.count != ch->pool.slots);
	vbuf_slots_deinit(&ch->pool);
	uncharge(ch);
	vbuf_limits_account_put(ch->account);
	kfree(ch);
	return NULL;
}
