// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: events.
 */
#include <linux/cred.h>
#include <linux/timekeeping.h>
#include <linux/vbuf.h>
#include <linux/vbuf_netlink.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "channel.h"
#include "events.h"
#include "netlink.h"
#include "netlink_queue.h"
#include "netlink_subscribers.h"
#include "registry.h"

const struct genl_multicast_group vbuf_netlink_groups[VBUF_NETLINK_GROUPS] = {
	[VBUF_NETLINK_EVENTS] = { .name = VBUF_GROUP_EVENTS },
};

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

/* No event is longer: the attributes that one of a channel can have. */
#define EVENT_SIZE							\
	(3 * nla_total_size(sizeof(u32)) +				\
	 5 * nla_total_size_64bit(sizeof(u64)) +			\
	 nla_total_size(VBUF_NAME_SIZE))

/*
 * NULL for want of memory, which is not waited for: the registry's lock may be held,
 * and the caller's memory cgroup may be at its limit.
 */
static struct sk_buff *event_message(const struct net *net,
				     const struct vbuf_happening *what)
{
	struct sk_buff *skb = genlmsg_new(EVENT_SIZE, GFP_NOWAIT |
					  __GFP_ACCOUNT | __GFP_NOWARN);
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

static struct vbuf_audience audience_of(const struct vbuf_happening *what)
{
	struct vbuf_audience audience = {
		.of_channel = what->ch,
		.of_limit = !what->ch,
	};
	u32 mode;

	if (what->ch) {
		audience.access = vbuf_registry_access(what->ch);
		mode = audience.access.mode;
		audience.public = mode & 0060 && mode & 0006;
	} else {
		audience.access.uid = what->uid;
	}
	return audience;
}

/**
 * vbuf_netlink_tell() - tell those who listen of an event
 * @net: the network namespace
 * @what: what has happened there
 *
 * Does not sleep: nobody waits for a listener.
 */
void vbuf_netlink_tell(struct net *net, const struct vbuf_happening *what)
{
	struct vbuf_audience audience = audience_of(what);

	if (vbuf_subscribers_wanted(net, &audience))
		vbuf_subscribers_send(net, &audience,
				      event_message(net, what));
}

int vbuf_netlink_event_subscribe(struct sk_buff *request,
				 struct genl_info *info)
{
	const struct cred *own = vbuf_netlink_become_asker(request);
	int err = vbuf_subscribers_add(genl_info_net(info),
				       NETLINK_CB(request).sk);

	revert_creds(own);
	if (err == -EDQUOT)
		NL_SET_ERR_MSG(info->extack,
			       "The user has as many sockets subscribed as a user may");
	return err;
}
