// SPDX-License-Identifier: GPL-2.0
/*
 * Events: where they go.
 */
#include <linux/mutex.h>

#include "events.h"

/* Guards @teller, so that nobody is in it once it was taken away. */
static DEFINE_MUTEX(events_lock);
static vbuf_events_fn *teller;

/**
 * vbuf_events_send() - something has happened
 * @net: in this network namespace
 * @what: what; of a channel, with the registry's lock held
 *
 * May sleep.
 */
void vbuf_events_send(struct net *net, const struct vbuf_happening *what)
{
	guard(mutex)(&events_lock);
	if (teller)
		teller(net, what);
}

/**
 * vbuf_events_direct() - where events go from now on
 * @to: tells them; NULL for nowhere
 */
void vbuf_events_direct(vbuf_events_fn *to)
{
	guard(mutex)(&events_lock);
	teller = to;
}
