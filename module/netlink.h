/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_NETLINK_H
#define VBUF_NETLINK_H

#include <linux/types.h>
#include <net/genetlink.h>

struct cred;
struct vbuf_happening;

/**
 * DOC: The generic netlink family
 *
 * What it tells, and to whom, says the header that user space shares. A command
 * looks by look.c or limits.c, and puts what it saw into a message with no lock
 * held. Each runs with the credentials of whoever opened the socket, so that all
 * that asks for the caller's asks for the asker's. The commands about limits are
 * in netlink_limits.c; what events say in netlink_events.c, how they wait in
 * netlink_queue.c, and how they reach who listens in netlink_subscribers.c.
 */

int vbuf_netlink_init(void);
void vbuf_netlink_exit(void);

/* What follows is the family's own. */
extern struct genl_family vbuf_netlink_family;

const struct cred *vbuf_netlink_become_asker(const struct sk_buff *request);
u64 vbuf_netlink_clock(u64 ns);
int vbuf_netlink_end(struct sk_buff *skb, void *header, bool no_room);
int vbuf_netlink_reply(struct genl_info *info,
		       bool (*put)(struct sk_buff *skb, const void *seen),
		       const void *seen);
void *vbuf_netlink_begin_dumped(struct sk_buff *skb,
				struct netlink_callback *cb, u8 command);
int vbuf_netlink_end_dumped(struct sk_buff *skb, struct netlink_callback *cb,
			    void *header, bool no_room);
int vbuf_netlink_start_all(struct netlink_callback *cb);

extern const struct nla_policy vbuf_netlink_limit_key_policy[];
extern const struct nla_policy vbuf_netlink_limit_policy[];
int vbuf_netlink_thread_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vbuf_netlink_limit_get(struct sk_buff *request, struct genl_info *info);
int vbuf_netlink_limit_dump(struct sk_buff *skb, struct netlink_callback *cb);
int vbuf_netlink_limit_set(struct sk_buff *request, struct genl_info *info);

enum {
	VBUF_NETLINK_EVENTS,
	VBUF_NETLINK_GROUPS
};

extern const struct genl_multicast_group vbuf_netlink_groups[];
int vbuf_netlink_event_subscribe(struct sk_buff *request,
				 struct genl_info *info);
void vbuf_netlink_tell(struct net *net, const struct vbuf_happening *what);

#endif /* VBUF_NETLINK_H */
