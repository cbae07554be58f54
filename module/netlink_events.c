// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: events.
 */
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/net.h>
#include <linux/timekeeping.h>
#include <linux/vbuf_netlink.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "channel.h"
#include "compat.h"
#include "events.h"
#include "netlink.h"
#include "registry.h"

enum group {
	GROUP_EVENTS,
	GROUP_PRIVATE,
};

const struct genl_multicast_group vbuf_netlink_groups[VBUF_NETLINK_GROUPS] = {
	[GROUP_EVENTS] = { .name = VBUF_GROUP_EVENTS },
	[GROUP_PRIVATE] = { .name = VBUF_GROUP_PRIVATE },
};

/* Whether anybody may look at the channel that it is about. */
static bool is_public(const struct vbuf_happening *what)
{
	u32 mode = what->ch ? what->ch->attr.mode : 0;

	return mode & 0060 && mode & 0006;
}

/**
 * struct audience - who may see an event that is not for all
 * @net: the network namespace
 * @what: the event
 */
struct audience {
	const struct net *net;
	const struct vbuf_happening *what;
};

/* Whether the caller may. */
static bool may_see(const struct audience *audience)
{
	const struct vbuf_happening *what = audience->what;

	if (what->ch)
		return vbuf_registry_may_look(audience->net, what->ch);
	return uid_eq(current_euid(), what->uid) ||
	       ns_capable_noaudit(audience->net->user_ns, CAP_SYS_RESOURCE);
}

/*
 * Whether whoever opened a listener's socket may not. While the socket is not
 * orphaned, which that lock keeps it from, its file is there, and credentials with
 * it.
 */
static int may_not_see(struct sock *listener, struct sk_buff *skb, void *data)
{
	const struct cred *own;
	bool may = false;

	read_lock_bh(&listener->sk_callback_lock);
	if (listener->sk_socket && listener->sk_socket->file) {
		own = override_creds(listener->sk_socket->file->f_cred);
		may = may_see(data);
		revert_creds(own);
	}
	read_unlock_bh(&listener->sk_callback_lock);
	return !may;
}

static bool put_number(struct sk_buff *skb, int attr, u64 number)
{
	return nla_put_u64_64bit(skb, attr, number, VBUF_A_EVENT_PAD);
}

static bool put_endpoint(struct sk_buff *skb, const struct vbuf_happening *what)
{
	return put_number(skb, VBUF_A_EVENT_ENDPOINT, what->endpoint) ||
	       nla_put_u32(skb, VBUF_A_EVENT_RIGHTS, what->rights);
}

static bool put_of_channel(struct sk_buff *skb,
			   const struct vbuf_happening *what)
{
	const struct vbuf_channel *ch = what->ch;

	return put_number(skb, VBUF_A_EVENT_CHANNEL, ch->id) ||
	       (*ch->name && nla_put_string(skb, VBUF_A_EVENT_NAME, ch->name)) ||
	       (what->endpoint && put_endpoint(skb, what)) ||
	       (what->count &&
		put_number(skb, VBUF_A_EVENT_COUNT, what->count)) ||
	       (what->since &&
		put_number(skb, VBUF_A_EVENT_SINCE, what->since));
}

static bool put_of_limit(struct sk_buff *skb, const struct vbuf_happening *what)
{
	return nla_put_u32(skb, VBUF_A_EVENT_SCOPE, what->scope) ||
	       nla_put_u32(skb, VBUF_A_EVENT_RESOURCE, what->resource) ||
	       put_number(skb, VBUF_A_EVENT_VALUE, what->limit);
}

static bool put_event(struct sk_buff *skb, const struct net *net,
		      const struct vbuf_happening *what)
{
	return nla_put_u32(skb, VBUF_A_EVENT_KIND, what->kind) ||
	       put_number(skb, VBUF_A_EVENT_TIME, ktime_get_ns()) ||
	       nla_put_u32(skb, VBUF_A_EVENT_UID,
			   from_kuid_munged(net->user_ns, what->uid)) ||
	       (what->ch ? put_of_channel(skb, what) : put_of_limit(skb, what));
}

/* NULL for want of memory. */
static struct sk_buff *event_message(const struct net *net,
				     const struct vbuf_happening *what)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *header;

	if (!skb)
		return NULL;
	header = genlmsg_put(skb, 0, 0, &vbuf_netlink_family, 0,
			     VBUF_CMD_EVENT);
	if (header && !vbuf_netlink_end(skb, header, put_event(skb, net, what)))
		return skb;
	nlmsg_free(skb);
	return NULL;
}

/**
 * vbuf_netlink_tell() - tell those who listen of an event
 * @net: the network namespace
 * @what: what has happened there
 *
 * May sleep. Who has no room for it is told that something was lost.
 */
void vbuf_netlink_tell(struct net *net, const struct vbuf_happening *what)
{
	struct audience audience = { .net = net, .what = what };
	enum group group = is_public(what) ? GROUP_EVENTS : GROUP_PRIVATE;
	struct sk_buff *skb;

	if (!genl_has_listeners(&vbuf_netlink_family, net, group))
		return;
	skb = event_message(net, what);
	if (!skb) {
		genl_set_err(&vbuf_netlink_family, net, 0, group, -ENOBUFS);
		return;
	}
	vbuf_compat_multicast(&vbuf_netlink_family, net, skb, group,
			      group == GROUP_PRIVATE ? may_not_see : NULL,
			      &audience);
}
