// SPDX-License-Identifier: GPL-2.0
/*
 * How slots move: a chain at a time, and where somebody waits or watches.
 */
#include <linux/fs.h>

#include "moves.h"
#include "stalls.h"
#include "trace.h"
#include "waiter.h"

/**
 * vbuf_moves_settle_locked() - tell those whom a shorter queue concerns
 * @ch: a message left it
 * @wakes: to be carried out once the lock is let go
 *
 * Senders that were served, if it is time to wake them; and who waits for the
 * queue to drain, if it has.
 */
void vbuf_moves_settle_locked(struct vbuf_channel *ch,
			      struct vbuf_wakes *wakes)
{
	if (vbuf_wakes_due(ch))
		vbuf_wakes_flush_locked(ch, wakes);
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
		vbuf_trace(handoff, waiter, VBUF_ALERT_SLOT);
		vbuf_wakes_serve_sender(ch, waiter, wakes);
		return true;
	}
	return false;
}

/* A slot that nobody owns any more. */
static void free_slot_locked(struct vbuf_channel *ch, u32 n,
			     struct vbuf_wakes *wakes)
	__must_hold(&ch->lock)
{
	if (ch->want_slot.count && hand_slot_locked(ch, n, wakes))
		return;
	vbuf_chain_stack(&ch->free, &ch->pool, n);
	if (ch->alerts & VBUF_ALERT_WATCHED)
		wakes->out++;
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
		ch->receiving++;
		waiter->ep->owned++;
		waiter->slot = n;
		vbuf_trace(handoff, waiter, VBUF_ALERT_MESSAGE);
		vbuf_wakes_serve_receiver(ch, waiter, wakes);
		return true;
	}
	return false;
}

/* A message enters the queue at its tail, or goes straight to a waiter. */
static void queue_message_locked(struct vbuf_channel *ch, u32 n,
				 struct vbuf_wakes *wakes)
	__must_hold(&ch->lock)
{
	if (unlikely(ch->want_message.count) &&
	    hand_message_locked(ch, n, wakes))
		return;
	vbuf_moves_enter_locked(ch, n);
	if (ch->alerts & VBUF_ALERT_WATCHED)
		wakes->in++;
}

/**
 * vbuf_moves_requeue_locked() - messages enter the queue at its head, in order
 * @ch: the channel
 * @chain: the messages, owned by nobody any more; those that moved are gone from
 *	it
 * @wakes: to be carried out once the lock is let go
 *
 * Who waits for a message is served first. Of up to VBUF_BATCH messages all
 * move. Of more, some stay where more than that are waited for: the caller lets
 * the lock go, and comes again. None enters the queue before the others ahead
 * of it have moved, for the next would come to stand before it.
 */
void vbuf_moves_requeue_locked(struct vbuf_channel *ch,
			       struct vbuf_chain *chain,
			       struct vbuf_wakes *wakes)
{
	u32 left = VBUF_BATCH, n;

	while (chain->count && ch->want_message.count) {
		if (!left--)
			return;
		n = vbuf_chain_pop(chain, &ch->pool);
		if (!hand_message_locked(ch, n, wakes))
			vbuf_chain_push_head(chain, &ch->pool, n);
	}
	if (ch->alerts & VBUF_ALERT_WATCHED)
		wakes->in += chain->count;
	vbuf_chain_splice_head(chain, &ch->queue, &ch->pool);
	ch->max_depth = max(ch->max_depth, ch->queue.count);
}

static bool may_not_wait(const struct vbuf_endpoint *ep, struct vbuf_call call)
{
	return call.flags & VBUF_DONTWAIT ||
	       READ_ONCE(ep->file->f_flags) & O_NONBLOCK;
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
static u32 drop_oldest(struct vbuf_endpoint *ep)
	__releases(&ep->channel->lock)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_wakes wakes = {};
	u32 n;

	ch->dropped_oldest++;
	ep->owned++;
	n = vbuf_chain_pop(&ch->queue, &ch->pool);
	vbuf_trace(drop, ep, n, &ch->dropped_oldest);
	vbuf_trace(reserve, ep, n);
	vbuf_moves_settle_locked(ch, &wakes);
	vbuf_wakes_unlock(ch, &wakes);
	return n;
}

/* Somebody is about to sleep, and may have to wake others before (@flush). */
static void unlock_to_wait(struct vbuf_channel *ch, bool flush)
	__releases(&ch->lock)
{
	struct vbuf_wakes wakes = {};

	if (likely(!flush)) {
		spin_unlock(&ch->lock);
		return;
	}
	vbuf_wakes_flush_locked(ch, &wakes);
	vbuf_wakes_unlock(ch, &wakes);
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
	__releases(&ep->channel->lock)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_waiter waiter;
	int n;

	n = may_send_locked(ep);
	if (n)
		goto unlock;
	if (call.flags & VBUF_DROP_OLDEST && ch->queue.count)
		return drop_oldest(ep);
	n = -EAGAIN;
	if (may_not_wait(ep, call))
		goto unlock;
	waiter.ep = ep;
	waiter.blocked = &ep->blocked_senders;
	vbuf_line_join(&ch->want_slot, &waiter);
	vbuf_stalls_watch_locked(ch);
	WRITE_ONCE(ch->flowed_ns, ktime_get_mono_fast_ns());
	unlock_to_wait(ch, ch->wake_at_full);
	n = vbuf_line_wait(ch, &ch->want_slot, &waiter, call.deadline);
	return n ? n : (int)waiter.slot;
unlock:
	spin_unlock(&ch->lock);
	return n;
}

/**
 * vbuf_moves_reserve() - free slots become a sender's
 * @ep: the sender
 * @call: whether and how long to wait for the first
 * @count: how many are wanted, 1 to VBUF_BATCH
 * @chain: out: the slots, at least one
 *
 * Each must be given to vbuf_moves_commit() or vbuf_moves_discard().
 *
 * Return: 0, or -errno as vbuf_moves_wait_slot().
 */
int vbuf_moves_reserve(struct vbuf_endpoint *ep, struct vbuf_call call,
		       u32 count, struct vbuf_chain *chain)
{
	struct vbuf_channel *ch = ep->channel;
	int n;

	spin_lock(&ch->lock);
	if (unlikely(!vbuf_moves_can_reserve(ep, ch))) {
		n = vbuf_moves_wait_slot(ep, call);
		*chain = vbuf_chain_of(n);
		return n < 0 ? n : 0;
	}
	count = min3(count, ep->send_max - ep->owned, ch->free.count);
	*chain = vbuf_chain_take(&ch->free, &ch->pool, count);
	ep->owned += count;
	vbuf_trace_chain(reserve, ep, chain);
	spin_unlock(&ch->lock);
	return 0;
}

/* How far a sender looks for a free slot that it need not clear. */
#define NEAR	8U

/* The first of a few free slots that has @fills' bytes, or just the first. */
static u32 pop_near_locked(struct vbuf_channel *ch,
			   const struct vbuf_fill *fills)
	__must_hold(&ch->lock)
{
	u32 look = min(ch->free.count, NEAR), n = ch->free.head;
	const struct vbuf_slot *slot = ch->pool.slot;
	u32 prev = VBUF_NO_SLOT, i;

	for (i = 0; i < look; i++) {
		if (vbuf_fill_fits(&fills[n], slot[n].seq))
			return i ? vbuf_chain_pop_after(&ch->free, &ch->pool, prev)
				 : vbuf_chain_pop(&ch->free, &ch->pool);
		prev = n;
		n = slot[n].next;
	}
	return vbuf_chain_pop(&ch->free, &ch->pool);
}

/**
 * vbuf_moves_reserve_near() - a free slot becomes a sender's, for long
 * @ep: the sender
 * @call: whether and how long to wait
 * @fills: what it knows of each slot's bytes; it prefers a slot that has them
 *
 * Return: the slot's number, or -errno as vbuf_moves_wait_slot().
 */
int vbuf_moves_reserve_near(struct vbuf_endpoint *ep, struct vbuf_call call,
			    const struct vbuf_fill *fills)
{
	struct vbuf_channel *ch = ep->channel;
	u32 n;

	spin_lock(&ch->lock);
	if (unlikely(!vbuf_moves_can_reserve(ep, ch)))
		return vbuf_moves_wait_slot(ep, call);
	n = pop_near_locked(ch, fills);
	ep->owned++;
	vbuf_trace(reserve, ep, n);
	spin_unlock(&ch->lock);
	return n;
}

static void discard_locked(struct vbuf_endpoint *ep, struct vbuf_chain *chain,
			   struct vbuf_wakes *wakes)
	__must_hold(&ep->channel->lock)
{
	struct vbuf_channel *ch = ep->channel;

	u32 n;

	ep->owned -= chain->count;
	while (chain->count) {
		n = vbuf_chain_pop(chain, &ch->pool);
		/* It may have bytes of a message that was not finished. */
		ch->pool.slot[n].seq = VBUF_NO_SEQ;
		vbuf_trace(discard, ep, n);
		free_slot_locked(ch, n, wakes);
	}
}

static void number_chain_locked(struct vbuf_channel *ch,
				const struct vbuf_chain *chain, u64 now)
	__must_hold(&ch->lock)
{
	struct vbuf_slot *slots = ch->pool.slot;
	u32 n = chain->head, i;
	u64 seq = ch->seq;

	for (i = 0; i < chain->count; i++) {
		slots[n].seq = seq++;
		slots[n].time_ns = now;
		n = slots[n].next;
	}
	ch->seq = seq;
}

/* One slot becomes a message, where somebody may be concerned. */
static void commit_locked(struct vbuf_endpoint *ep, u32 n,
			  struct vbuf_wakes *wakes)
	__must_hold(&ep->channel->lock)
{
	struct vbuf_channel *ch = ep->channel;

	ch->sent_bytes += ch->pool.slot[n].len;
	ep->sent++;
	ep->owned--;
	queue_message_locked(ch, n, wakes);
}

/*
 * A chain becomes messages, unless while they were copied the endpoint was shut
 * down (receivers may have learnt of the end, and nothing comes after it), or
 * the last receiver went.
 */
static int commit_chain_watched(struct vbuf_endpoint *ep,
				struct vbuf_chain chain, u64 now)
	__releases(&ep->channel->lock)
{
	struct vbuf_channel *ch = ep->channel;
	bool can = ep->can & VBUF_RIGHT_SEND && !ch->no_receiver;
	struct vbuf_wakes wakes = { .may_defer = can };
	u32 n;

	if (can)
		number_chain_locked(ch, &chain, now);
	else
		discard_locked(ep, &chain, &wakes);
	while (chain.count) {
		n = vbuf_chain_pop(&chain, &ch->pool);
		vbuf_trace(send, ep, n);
		commit_locked(ep, n, &wakes);
	}
	vbuf_wakes_unlock(ch, &wakes);
	return can ? 0 : -EPIPE;
}

/**
 * vbuf_moves_commit_watched() - as commit_one, where somebody may be concerned
 * @ep: the sender
 * @n: the slot's number
 *
 * Return: 0 or -EPIPE, as vbuf_moves_commit().
 */
int vbuf_moves_commit_watched(struct vbuf_endpoint *ep, u32 n)
	__releases(&ep->channel->lock)
{
	return commit_chain_watched(ep, vbuf_chain_of(n),
				    ep->channel->pool.slot[n].time_ns);
}

/**
 * vbuf_moves_commit() - a sender's slots become messages
 * @ep: the sender
 * @chain: the slots, 1 to VBUF_BATCH; all of each is set but its time and number, and
 *	its bytes are written
 * @bytes: in all of them
 *
 * Return: 0, or -EPIPE if the endpoint was shut down or the last receiver went
 * meanwhile, and then the slots are free.
 */
int vbuf_moves_commit(struct vbuf_endpoint *ep, struct vbuf_chain chain,
		      u64 bytes)
{
	struct vbuf_channel *ch = ep->channel;
	u64 now = ktime_get_mono_fast_ns();

	spin_lock(&ch->lock);
	if (unlikely(vbuf_moves_queue_watched(ch)))
		return commit_chain_watched(ep, chain, now);
	number_chain_locked(ch, &chain, now);
	ch->sent_bytes += bytes;
	ep->sent += chain.count;
	ep->owned -= chain.count;
	vbuf_trace_chain(send, ep, &chain);
	vbuf_chain_splice_tail(&chain, &ch->queue, &ch->pool);
	ch->max_depth = max(ch->max_depth, ch->queue.count);
	spin_unlock(&ch->lock);
	return 0;
}

/**
 * vbuf_moves_try_commit() - a sender's slot becomes a message, if it can
 * @ep: the sender
 * @n: the slot; all of it is set but its time and number, and its bytes are
 *	written
 * @seq: out: the number that it got
 *
 * Return: 0, or -EPIPE if the endpoint was shut down or the last receiver has
 * gone, and then the slot is still the sender's.
 */
int vbuf_moves_try_commit(struct vbuf_endpoint *ep, u32 n, u64 *seq)
{
	struct vbuf_wakes wakes = { .may_defer = true };
	struct vbuf_chain chain = vbuf_chain_of(n);
	u64 now = ktime_get_mono_fast_ns();
	struct vbuf_channel *ch = ep->channel;

	spin_lock(&ch->lock);
	if (!(ep->can & VBUF_RIGHT_SEND) || ch->no_receiver) {
		spin_unlock(&ch->lock);
		return -EPIPE;
	}
	number_chain_locked(ch, &chain, now);
	*seq = ch->pool.slot[n].seq;
	vbuf_trace(commit, ep, n);
	commit_locked(ep, n, &wakes);
	vbuf_wakes_unlock(ch, &wakes);
	return 0;
}

/**
 * vbuf_moves_discard() - a sender's slots become free
 * @ep: the sender
 * @chain: the slots, at most VBUF_BATCH
 */
void vbuf_moves_discard(struct vbuf_endpoint *ep, struct vbuf_chain chain)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_wakes wakes = {};

	spin_lock(&ch->lock);
	discard_locked(ep, &chain, &wakes);
	vbuf_wakes_unlock(ch, &wakes);
}

/* Why a receiver cannot have a message now; 0 if it may wait for one. */
static int why_no_message_locked(const struct vbuf_endpoint *ep,
				 struct vbuf_call call)
	__must_hold(&ep->channel->lock)
{
	const struct vbuf_channel *ch = ep->channel;
	int err;

	err = may_receive_locked(ep);
	if (err)
		return err;
	if (ch->queue.count)
		return -EMSGSIZE;
	if (ch->no_sender)
		return -EPIPE;
	return may_not_wait(ep, call) ? -EAGAIN : 0;
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
	__releases(&ep->channel->lock)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_waiter waiter;
	int err;

	err = why_no_message_locked(ep, call);
	if (err) {
		waiter.len = err == -EMSGSIZE ?
			     ch->pool.slot[ch->queue.head].len : 0;
		spin_unlock(&ch->lock);
	} else {
		waiter.ep = ep;
		waiter.blocked = &ep->blocked_receivers;
		waiter.room = room;
		vbuf_line_join(&ch->want_message, &waiter);
		unlock_to_wait(ch, vbuf_wakes_due(ch));
		err = vbuf_line_wait(ch, &ch->want_message, &waiter,
				     call.deadline);
	}
	if (err == -EMSGSIZE && too_long)
		*too_long = waiter.len;
	return err ? err : (int)waiter.slot;
}

/* How many of the first @count messages go one into each room. */
static u32 count_fitting_locked(const struct vbuf_channel *ch,
				const struct vbuf_rooms *rooms, u32 count)
	__must_hold(&ch->lock)
{
	u32 n = ch->queue.head, i;

	if (likely(rooms->least >= ch->attr.slot_size))
		return count;
	for (i = 0; i < count && ch->pool.slot[n].len <= rooms->room[i]; i++)
		n = ch->pool.slot[n].next;
	return i;
}

/**
 * vbuf_moves_acquire() - queued messages become a receiver's
 * @ep: the receiver
 * @call: whether and how long to wait for the first
 * @rooms: for as many; out, with -EMSGSIZE: in the first, the length of the
 *	message that did not fit
 * @count: how many are wanted, 1 to VBUF_BATCH
 * @chain: out: the messages, at least one
 *
 * Each must be given to vbuf_moves_release(), vbuf_held_add() or
 * vbuf_moves_undo().
 *
 * Return: 0, or -errno as vbuf_moves_wait_message().
 */
int vbuf_moves_acquire(struct vbuf_endpoint *ep, struct vbuf_call call,
		       struct vbuf_rooms *rooms, u32 count,
		       struct vbuf_chain *chain)
{
	struct vbuf_channel *ch = ep->channel;
	int n;

	spin_lock(&ch->lock);
	if (unlikely(!vbuf_moves_can_acquire(ep, ch, rooms->room[0]))) {
		n = vbuf_moves_wait_message(ep, call, rooms->room[0],
					    &rooms->room[0]);
		*chain = vbuf_chain_of(n);
		return n < 0 ? n : 0;
	}
	count = min3(count, ep->recv_max - ep->owned, ch->queue.count);
	count = count_fitting_locked(ch, rooms, count);
	*chain = vbuf_chain_take(&ch->queue, &ch->pool, count);
	ch->receiving += count;
	ep->owned += count;
	vbuf_trace_chain(acquire, ep, chain);
	spin_unlock(&ch->lock);
	return 0;
}

/**
 * vbuf_moves_release_locked() - a message was received: its slot becomes free
 * @ep: the receiver
 * @n: the slot's number
 * @wakes: to be carried out once the lock is let go
 */
void vbuf_moves_release_locked(struct vbuf_endpoint *ep, u32 n,
			       struct vbuf_wakes *wakes)
{
	struct vbuf_channel *ch = ep->channel;

	ch->received++;
	ch->received_bytes += ch->pool.slot[n].len;
	ch->receiving--;
	ep->received++;
	ep->owned--;
	free_slot_locked(ch, n, wakes);
}

/**
 * vbuf_moves_drop_locked() - a receiver's message is lost: its slot becomes free
 * @ep: the receiver
 * @n: the slot's number
 * @counter: of the reason
 * @wakes: to be carried out once the lock is let go
 */
void vbuf_moves_drop_locked(struct vbuf_endpoint *ep, u32 n, u64 *counter,
			    struct vbuf_wakes *wakes)
{
	struct vbuf_channel *ch = ep->channel;

	++*counter;
	ch->receiving--;
	ep->owned--;
	vbuf_trace(drop, ep, n, counter);
	free_slot_locked(ch, n, wakes);
}

static void release_chain_watched(struct vbuf_endpoint *ep,
				  struct vbuf_chain chain)
	__releases(&ep->channel->lock)
{
	struct vbuf_wakes wakes = { .may_defer = true };
	struct vbuf_channel *ch = ep->channel;
	u32 n;

	while (chain.count) {
		n = vbuf_chain_pop(&chain, &ch->pool);
		vbuf_trace(receive, ep, n);
		vbuf_moves_release_locked(ep, n, &wakes);
	}
	vbuf_moves_settle_locked(ch, &wakes);
	vbuf_wakes_unlock(ch, &wakes);
}

/**
 * vbuf_moves_release_watched() - as release_one, where somebody may be concerned
 * @ep: the receiver
 * @n: the slot's number
 */
void vbuf_moves_release_watched(struct vbuf_endpoint *ep, u32 n)
	__releases(&ep->channel->lock)
{
	release_chain_watched(ep, vbuf_chain_of(n));
}

/**
 * vbuf_moves_release() - messages were received: their slots become free
 * @ep: the receiver
 * @chain: the slots, at most VBUF_BATCH
 * @bytes: in all of them
 */
void vbuf_moves_release(struct vbuf_endpoint *ep, struct vbuf_chain chain,
			u64 bytes)
{
	struct vbuf_channel *ch = ep->channel;

	spin_lock(&ch->lock);
	if (unlikely(vbuf_moves_free_watched(ch))) {
		release_chain_watched(ep, chain);
		return;
	}
	ch->received += chain.count;
	ch->received_bytes += bytes;
	ch->receiving -= chain.count;
	ep->received += chain.count;
	ep->owned -= chain.count;
	vbuf_trace_chain(receive, ep, &chain);
	vbuf_chain_splice_head(&chain, &ch->free, &ch->pool);
	spin_unlock(&ch->lock);
}

/**
 * vbuf_moves_undo_locked() - as vbuf_moves_undo()
 * @ep: the receiver
 * @chain: the messages; emptied
 * @wakes: to be carried out once the lock is let go
 */
void vbuf_moves_undo_locked(struct vbuf_endpoint *ep, struct vbuf_chain *chain,
			    struct vbuf_wakes *wakes)
{
	struct vbuf_channel *ch = ep->channel;

	ch->receiving -= chain->count;
	ep->owned -= chain->count;
	vbuf_trace_chain(undo, ep, chain);
	vbuf_moves_requeue_locked(ch, chain, wakes);
}

/**
 * vbuf_moves_undo() - acquired messages go back where they were
 * @ep: the receiver, which has not had them
 * @chain: the messages, in order, at most VBUF_BATCH
 */
void vbuf_moves_undo(struct vbuf_endpoint *ep, struct vbuf_chain chain)
{
	struct vbuf_channel *ch = ep->channel;
	struct vbuf_wakes wakes = {};

	spin_lock(&ch->lock);
	vbuf_moves_undo_locked(ep, &chain, &wakes);
	vbuf_wakes_unlock(ch, &wakes);
}
