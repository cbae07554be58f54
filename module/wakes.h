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
 * queue, also after having let the lock go: no edge is lost.
 */

/**
 * struct vbuf_wakes - what to do once the channel's lock is let go
 * @first: waiters to wake, in the order in which they were served
 * @last: the last of them
 * @in: messages that entered the queue, where somebody watches
 * @out: slots that became free, where somebody watches
 * @hup: VBUF_RIGHT_RECV, VBUF_RIGHT_SEND: the endpoints with that right have
 *	lost the other side
 * @may_defer: senders that are handed a slot may be woken later
 * @arm: one will be: set the timer
 * @flush: wake those that wait for it now
 */
struct vbuf_wakes {
	struct vbuf_waiter *first;
	struct vbuf_waiter *last;
	u32 in;
	u32 out;
	u32 hup;
	bool may_defer;
	bool arm;
	bool flush;
};

void vbuf_wakes_init(struct vbuf_channel *ch);
void vbuf_wakes_deinit(struct vbuf_channel *ch);
void vbuf_wakes_flush(struct vbuf_channel *ch);
void vbuf_wakes_serve_sender(struct vbuf_channel *ch,
			     struct vbuf_waiter *waiter,
			     struct vbuf_wakes *wakes)
	__must_hold(&ch->lock);

void vbuf_wakes_tell_end(struct vbuf_channel *ch, u32 rights);
void vbuf_wakes_carry_out(struct vbuf_channel *ch,
			  const struct vbuf_wakes *wakes);

/* Whether the time has come for the senders whose wake-up was deferred. */
static inline bool vbuf_wakes_due(const struct vbuf_channel *ch)
{
	return ch->queue.count < ch->wake_below;
}

/* If so, they are woken once the lock is let go. */
static inline void vbuf_wakes_check_locked(struct vbuf_channel *ch,
					   struct vbuf_wakes *wakes)
	__must_hold(&ch->lock)
{
	if (vbuf_wakes_due(ch)) {
		ch->wake_below = 0;
		wakes->flush = true;
	}
}

/* Lets the channel's lock go, and does what it was in the way of. */
static inline void vbuf_wakes_unlock(struct vbuf_channel *ch,
				     const struct vbuf_wakes *wakes)
	__releases(&ch->lock)
{
	spin_unlock(&ch->lock);
	vbuf_wakes_carry_out(ch, wakes);
}

#endif /* VBUF_WAKES_H */
