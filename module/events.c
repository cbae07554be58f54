// SPDX-License-Identifier: GPL-2.0
/*
 * Events: where they go.
 */
#include <linux/srcu.h>

#include "events.h"

/* Who is in @teller is in a read section of events_srcu. */
DEFINE_STATIC_SRCU(events_srcu);
static vbuf_events_fn __rcu *teller;

/**
 * vbuf_events_send() - something has happened
 * @net: in this network namespace
 * @what: what; of a channel, with the registry's lock held
 *
 * Does not sleep.
 */
void vbuf_events_send(struct net *net, const struct vbuf_happening *what)
{
	int section = srcu_read_lock(&events_srcu);
	vbuf_events_fn *tell = srcu_dereference(teller, &events_srcu);

	if (tell)
		tell(net, what);
	srcu_read_unlock(&events_srcu, section);
}

/**
 * vbuf_events_direct() - where events go from now on
 * @to: tells them; NULL for nowhere
 *
 * Nobody is in that which told them before once this returns.
 */
void vbuf_events_direct(vbuf_events_fn *to)
{
	rcu_assign_pointer(teller, to);
	synchronize_srcu(&events_srcu);
}
