/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_NETLINK_SUBSCRIBERS_H
#define VBUF_NETLINK_SUBSCRIBERS_H

#include <linux/types.h>

struct net;
struct sk_buff;
struct sock;
struct vbuf_audience;

/**
 * DOC: Subscribers
 *
 * How events reach who listens: those that everybody may see by the family's
 * multicast group; and all, as far as it may see them, each socket that has
 * subscribed. The kernel's own multicast cannot do the latter: before Linux 6.8 it
 * cannot choose among the listeners to a group.
 *
 * Who makes an event waits for nobody: it puts a message into its network
 * namespace's queue (netlink_queue.h), and a worker takes it from there. What finds
 * no room, in that queue or in a socket's buffer, is lost, and each socket's holder
 * who might have heard it is told so by ENOBUFS.
 */

int vbuf_subscribers_init(void);
int vbuf_subscribers_watch(void);
void vbuf_subscribers_flush(void);
void vbuf_subscribers_unwatch(void);
void vbuf_subscribers_exit(void);
int vbuf_subscribers_add(struct net *net, struct sock *socket);
bool vbuf_subscribers_wanted(struct net *net,
			     const struct vbuf_audience *audience);
void vbuf_subscribers_send(struct net *net,
			   const struct vbuf_audience *audience,
			   struct sk_buff *message);

#endif /* VBUF_NETLINK_SUBSCRIBERS_H */
