/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_EVENTS_H
#define VBUF_EVENTS_H

#include <linux/types.h>
#include <linux/uidgid.h>
#include <linux/vbuf_netlink.h>

struct net;
struct vbuf_channel;

/**
 * DOC: Events
 *
 * What administrators want to be told of, on its way from where it happens to
 * who tells it, which this knows nothing of. Of a channel, it is sent with the
 * registry's lock held, so that all events of one come in order, and so does what
 * a dump sees of it.
 */

/**
 * struct vbuf_happening - an event
 * @kind: what has happened
 * @ch: the channel that it is about, NULL for a limit
 * @endpoint: the id of the endpoint that it is about, 0 for none
 * @rights: the endpoint's
 * @uid: who created, opened or was refused
 * @count: messages that were held, or senders that wait
 * @since: since when the first of these has waited; 0 if none is said to
 * @scope: of a limit
 * @resource: of a limit
 * @limit: how much it is
 */
struct vbuf_happening {
	enum vbuf_event kind;
	const struct vbuf_channel *ch;
	u64 endpoint;
	u32 rights;
	kuid_t uid;
	u64 count;
	u64 since;
	enum vbuf_scope scope;
	enum vbuf_resource resource;
	unsigned long limit;
};

/* Does not sleep; takes no lock of ours that may be held then. */
typedef void vbuf_events_fn(struct net *net, const struct vbuf_happening *what);

void vbuf_events_send(struct net *net, const struct vbuf_happening *what);
void vbuf_events_direct(vbuf_events_fn *to);

#endif /* VBUF_EVENTS_H */
