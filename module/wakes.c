// SPDX-License-Identifier: GPL-2.0
/*
 * Carrying out what a channel's lock was in the way of.
 */
#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/vbuf.h>

#include "wakes.h"

static void wake_pollers(struct vbuf_channel *ch,
			 const struct vbuf_wakes *wakes)
{
	/* As many exclusive ones as there is something for. */
	if (wakes->in && waitqueue_active(&ch->can_recv))
		__wake_up(&ch->can_recv, TASK_NORMAL, wakes->in,
			  poll_to_key(EPOLLIN | EPOLLRDNORM));
	if (wakes->out && waitqueue_active(&ch->can_send))
		__wake_up(&ch->can_send, TASK_NORMAL, wakes->out,
			  poll_to_key(EPOLLOUT | EPOLLWRNORM));
	if (wakes->hup & VBUF_RIGHT_RECV)
		__wake_up(&ch->can_recv, TASK_NORMAL, 0,
			  poll_to_key(EPOLLHUP));
	if (wakes->hup & VBUF_RIGHT_SEND)
		__wake_up(&ch->can_send, TASK_NORMAL, 0,
			  poll_to_key(EPOLLERR));
}

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

/**
 * vbuf_wakes_carry_out() - wake and tell whom a change concerns
 * @ch: its lock is not held; the caller's endpoint keeps it alive
 * @wakes: collected under the lock
 */
void vbuf_wakes_carry_out(struct vbuf_channel *ch,
			  const struct vbuf_wakes *wakes)
{
	vbuf_waiter_wake_all(wakes->first);
	if (wakes->in || wakes->out || wakes->hup) {
		wake_pollers(ch, wakes);
		signal_owners(ch, wakes);
	}
}
