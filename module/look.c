// SPDX-License-Identifier: GPL-2.0
/*
 * What is to be seen of channels and endpoints, at one moment each.
 */
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/vbuf_netlink.h>

#include "channel.h"
#include "endpoint.h"
#include "look.h"
#include "messages.h"
#include "registry.h"

static void show_numbers_locked(const struct vbuf_channel *ch,
				struct vbuf_channel_look *look)
	__must_hold(&ch->lock)
{
	lockdep_assert_held(&ch->lock);
	look->state |= (ch->no_sender ? VBUF_STATE_NO_SENDER : 0) |
		       (ch->no_receiver ? VBUF_STATE_NO_RECEIVER : 0);
	look->senders = ch->senders;
	look->receivers = ch->receivers;
	look->blocked_senders = ch->want_slot.count;
	look->blocked_receivers = ch->want_message.count;
	look->free = ch->free.count;
	look->depth = ch->queue.count;
	look->receiving = ch->receiving;
	look->sending = ch->attr.slots - look->free - look->depth -
			look->receiving;
	look->max_depth = ch->max_depth;
	look->sent = ch->seq;
	look->received = ch->received;
	look->sent_bytes = ch->sent_bytes;
	look->received_bytes = ch->received_bytes;
	look->dropped_oldest = ch->dropped_oldest;
	look->dropped_holder = ch->dropped_holder;
	look->dropped_deliveries = ch->dropped_deliveries;
}

static int show_channel(struct vbuf_channel *ch, bool allowed, void *data)
{
	struct vbuf_channel_look *look = data;
	struct vbuf_times_look *times = look->times;

	memset(look, 0, sizeof(*look));
	look->times = times;
	look->id = ch->id;
	look->hidden = !allowed;
	if (!allowed)
		return 0;
	memcpy(look->name, ch->name, sizeof(look->name));
	look->attr = ch->attr;
	look->uid = ch->uid;
	look->gid = ch->gid;
	look->bytes = ch->bytes;
	if (*ch->name && !ch->linked)
		look->state |= VBUF_STATE_UNLINKED;
	spin_lock(&ch->lock);
	show_numbers_locked(ch, look);
	spin_unlock(&ch->lock);
	look->timed = times && vbuf_messages_look(ch, times);
	return 0;
}

/**
 * vbuf_look_channel() - look at a channel
 * @net: the network namespace
 * @id: its id
 * @look: out, but for @times
 *
 * What may be seen is a matter of the caller's credentials. May sleep.
 *
 * Return: 0 or -ENOENT.
 */
int vbuf_look_channel(struct net *net, u64 id, struct vbuf_channel_look *look)
{
	return vbuf_registry_visit(net, id, show_channel, look);
}

/* As vbuf_look_channel(), at the one with the next id above @id. */
int vbuf_look_next(struct net *net, u64 id, struct vbuf_channel_look *look)
{
	return vbuf_registry_visit_next(net, id, show_channel, look);
}

/* As vbuf_look_channel(), at the one with that name, which is well-formed. */
int vbuf_look_named(struct net *net, const char *name,
		    struct vbuf_channel_look *look)
{
	return vbuf_registry_visit_named(net, name, show_channel, look);
}

static void show_opener(const struct vbuf_endpoint *ep,
			struct vbuf_endpoint_look *look)
{
	struct task_struct *opener;

	look->pid = pid_nr_ns(ep->pid, task_active_pid_ns(current));
	if (!look->pid)
		return;
	guard(rcu)();
	opener = pid_task(ep->pid, PIDTYPE_TGID);
	if (opener)
		get_task_comm(look->comm, opener);
}

static void show_endpoint(const struct vbuf_endpoint *ep,
			  struct vbuf_endpoint_look *look)
{
	struct vbuf_channel *ch = ep->channel;

	memset(look, 0, sizeof(*look));
	look->id = ep->id;
	look->channel = ch->id;
	look->uid = ep->uid;
	look->in_send = atomic64_read(&ep->in_send);
	look->in_recv = atomic64_read(&ep->in_recv);
	show_opener(ep, look);
	spin_lock(&ch->lock);
	look->rights = ep->can;
	look->owned = ep->owned;
	look->blocked_senders = ep->blocked_senders;
	look->blocked_receivers = ep->blocked_receivers;
	if (ep->blocked_senders || ep->blocked_receivers)
		look->blocked_since = vbuf_waiter_ns(ep->blocked_since);
	look->sent = ep->sent;
	look->received = ep->received;
	spin_unlock(&ch->lock);
}

static struct vbuf_endpoint *endpoint_at(struct rb_node *node)
{
	return rb_entry_safe(node, struct vbuf_endpoint, node);
}

/* The one with the next id above @id, or NULL. */
static struct vbuf_endpoint *endpoint_after_locked(struct vbuf_channel *ch,
						   u64 id)
{
	struct rb_node *node = ch->endpoints.rb_node;
	struct vbuf_endpoint *ep, *found = NULL;

	lockdep_assert_held(&ch->members_lock);
	while (node) {
		ep = endpoint_at(node);
		if (ep->id > id) {
			found = ep;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return found;
}

static u64 last_id_locked(struct vbuf_channel *ch)
{
	struct vbuf_endpoint *ep = endpoint_at(rb_last(&ch->endpoints));

	lockdep_assert_held(&ch->members_lock);
	return ep ? ep->id : 0;
}

static int show_endpoints(struct vbuf_channel *ch, bool allowed, void *data)
{
	struct vbuf_endpoints_look *look = data;
	struct vbuf_endpoint *ep;

	if (!allowed)
		return -EACCES;
	look->count = 0;
	guard(mutex)(&ch->members_lock);
	look->changes = ch->members_changes;
	if (!look->last)
		look->last = last_id_locked(ch);
	ep = endpoint_after_locked(ch, look->after);
	while (ep && ep->id <= look->last && look->count < VBUF_LOOK_ENDPOINTS) {
		show_endpoint(ep, &look->endpoint[look->count++]);
		ep = endpoint_at(rb_next(&ep->node));
	}
	return 0;
}

/**
 * vbuf_look_endpoints() - look at some endpoints of a channel
 * @net: the network namespace
 * @id: the channel's id
 * @look: @after and @last are set; out: the others
 *
 * As vbuf_look_channel().
 *
 * Return: 0, -ENOENT, or -EACCES if the caller may not see them.
 */
int vbuf_look_endpoints(struct net *net, u64 id,
			struct vbuf_endpoints_look *look)
{
	return vbuf_registry_visit(net, id, show_endpoints, look);
}
