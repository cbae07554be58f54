// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: the accounts of threads.
 */
#include <linux/cred.h>
#include <linux/slab.h>
#include <linux/vbuf_netlink.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "netlink.h"
#include "registry.h"
#include "threads.h"

/* Attributes of 64 bits that follow one another, as what they tell does. */
static bool put_numbers(struct sk_buff *skb, unsigned int first,
			const u64 *numbers, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (nla_put_u64_64bit(skb, first + i, numbers[i],
				      VBUF_A_THREAD_PAD))
			return true;
	return false;
}

/* True if there was no room. */
static bool put_wait(struct sk_buff *skb, const struct vbuf_waits *waits)
{
	struct nlattr *nest = nla_nest_start(skb, VBUF_A_THREAD_WAITS);

	if (!nest ||
	    nla_put_u64_64bit(skb, VBUF_A_WAITS_CHANNEL, waits->channel,
			      VBUF_A_WAITS_PAD) ||
	    nla_put_u64_64bit(skb, VBUF_A_WAITS_IN_SEND, waits->in_send,
			      VBUF_A_WAITS_PAD) ||
	    nla_put_u64_64bit(skb, VBUF_A_WAITS_IN_RECV, waits->in_recv,
			      VBUF_A_WAITS_PAD))
		return true;
	nla_nest_end(skb, nest);
	return false;
}

/* Channels of other network namespaces have no number here. */
static bool put_waits(struct sk_buff *skb, const struct net *net,
		      const struct vbuf_thread_sums *sums)
{
	u32 i;

	for (i = 0; i < sums->waited; i++)
		if (sums->waits[i].netns == net->net_cookie &&
		    put_wait(skb, &sums->waits[i]))
			return true;
	return false;
}

static bool put_thread_attrs(struct sk_buff *skb, const struct net *net,
			     const struct vbuf_thread_look *look)
{
	const struct vbuf_thread_sums *sums = &look->sums;
	u64 span[] = { vbuf_netlink_clock(sums->began),
		       vbuf_netlink_clock(sums->until) };

	static_assert(VBUF_A_THREAD_BEGAN + 1 == VBUF_A_THREAD_UNTIL);
	static_assert(VBUF_A_THREAD_RUNNING + VBUF_THREAD_TIMES ==
		      VBUF_A_THREAD_VOLUNTARY);
	static_assert(VBUF_A_THREAD_VOLUNTARY + VBUF_THREAD_COUNTS ==
		      VBUF_A_THREAD_WAITS);

	return nla_put_u32(skb, VBUF_A_THREAD_TID, look->tid) ||
	       nla_put_u32(skb, VBUF_A_THREAD_PID, look->pid) ||
	       nla_put_string(skb, VBUF_A_THREAD_COMM, look->comm) ||
	       put_numbers(skb, VBUF_A_THREAD_BEGAN, span, ARRAY_SIZE(span)) ||
	       put_numbers(skb, VBUF_A_THREAD_RUNNING, sums->ns,
			   VBUF_THREAD_TIMES) ||
	       put_numbers(skb, VBUF_A_THREAD_VOLUNTARY, sums->count,
			   VBUF_THREAD_COUNTS) ||
	       put_waits(skb, net, sums);
}

static int dump_threads(struct sk_buff *skb, struct netlink_callback *cb,
			struct vbuf_thread_look *look)
{
	struct vbuf_thread_place *place = (void *)cb->ctx;
	struct vbuf_thread_place next = *place;
	struct net *net = sock_net(cb->skb->sk);
	void *header;
	int err;

	while (vbuf_threads_next(&next, look)) {
		header = vbuf_netlink_begin_dumped(skb, cb, VBUF_CMD_THREAD_GET);
		if (!header)
			return -EMSGSIZE;
		err = vbuf_netlink_end_dumped(skb, cb, header,
					      put_thread_attrs(skb, net, look));
		if (err)
			return err;
		*place = next;
	}
	*place = next;
	return 0;
}

int vbuf_netlink_thread_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vbuf_thread_look *look = kmalloc(sizeof(*look), GFP_KERNEL);
	const struct cred *own;
	int err;

	if (!look)
		return -ENOMEM;
	own = vbuf_netlink_become_asker(cb->skb);
	err = dump_threads(skb, cb, look);
	revert_creds(own);
	kfree(look);
	return skb->len ?: err;
}
