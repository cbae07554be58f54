/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_WAKES_H
#define VBUF_WAKES_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "channel.h"

/**
 * DOC: Wakes
 *
 * Who is to be woken or told, collected while a channel's lock is held and
 * carried out once it is let go: waiters that were served, pollers, and owners
 * of signals.
 *
 * A poller stands in its wait queue before it takes the channel's lock to look.
 * So if it looked before a change, who made the change finds it in the wait
 * queue, also after having let the lock go: no edge is lost. As it looks it sets
 * VBUF_ALERT_WATCHED; who finds no poller and no owner of signals, under the
 * lock, takes that back. One who stands there but has not looked yet sets it
 * again. (poll.pml is a model of this; selftests/lab/model.)
 *
 * A waiter that is served has what it waited for at once, but its wake-up may
 * wait: woken for each slot or message, sender and receiver would take turns at
 * every message where they share a CPU. It stands on channel->deferred then:
 *
 * - a sender, while the queue is more than a quarter full; until the release
 *   that leaves a quarter in it, or a receiver is about to sleep;
 * - a receiver that has no other CPU to run on than the sender's, where senders
 *   fill the queue; until one is about to sleep as it is full;
 *
 * or until wake_timer ends. Who puts one there finds the timer set, or sets it:
 * it is set and cancelled under the channel's lock, and who cancels it wakes
 * all. It ends without the lock: llist_add() comes before hrtimer_is_queued(),
 * and the timer is no longer queued before its callback does llist_del_all(),
 * all full barriers; so who finds it queued has been seen by it.
 */

/**
 * struct vbuf_wakes - what to do once the channel's lock is let go
 * @first: waiters to wake, in the order in which they were served
 * @last: the last of them
 * @in: messages that entered the queue, where somebody watches
 * @out: slots that became free, where somebody watches
 * @hup: VBUF_RIGHT_RECV, VBUF_RIGHT_SEND: the endpoints with that right have
 *	lost the other side
 * @may_defer: who is served may be woken later
 * @flush: wake those that wait for it now
 */
struct vbuf_wakes {
	struct vbuf_waiter *first;
	struct vbuf_waiter *last;
	u32 in;
	u32 out;
	u32 hup;
	bool may_defer;
	bool flush;
};

void vbuf_wakes_init(struct vbuf_channel *ch);
void vbuf_wakes_deinit(struct vbuf_channel *ch);
void vbuf_wakes_flush(struct vbuf_channel *ch);
void vbuf_wakes_serve_sender(struct vbuf_channel *ch,
			     struct vbuf_waiter *waiter,
			     struct vbuf_wakes *wakes)
	__must_hold(&ch->lock);

void vbuf_wakes_serve_receiver(struct vbuf_channel *ch,
			       struct vbuf_waiter *waiter,
			       struct vbuf_wakes *wakes)
	__must_hold(&ch->lock);
void vbuf_wakes_look_locked(struct vbuf_channel *ch)
	__must_hold(&ch->lock);
void vbuf_wakes_tell_end(struct vbuf_channel *ch, u32 rights);
void vbuf_wakes_carry_out(struct vbuf_channel *ch,
			  const struct vbuf_wakes *wakes);

/* Whether the time has come for those whose wake-up was deferred. */
static inline bool vbuf_wakes_due(const struct vbuf_channel *ch)
{
	return ch->queue.count < ch->wake_below;
}

/* They are woken once the lock is let go. */
static inline void vbuf_wakes_flush_locked(struct vbuf_channel *ch,
					   struct vbuf_wakes *wakes)
	__must_hold(&ch->lock)
{
	ch->wake_below = 0;
	ch->wake_at_full = false;
	hrtimer_try_to_cancel(&ch->wake_timer);
	wakes->flush = true;
}

/* Lets the channel's lock go, and does what it was in the way of. */
static inline void vbuf_wakes_unlock(struct vbuf_channel *ch,
				     const struct vbuf_wakes *wakes)
	__releases(&ch->lock)
{
	if (ch->alerts & VBUF_ALERT_WATCHED)
		vbuf_wakes_look_locked(ch);
	spin_unlock(&ch->lock);
	vbuf_wakes_carry_out(ch, wakes);
}

#endif /* VBUF_WAKES_H */
