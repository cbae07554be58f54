// SPDX-License-Identifier: GPL-2.0
/*
 * How events reach who listens.
 */
#include <linux/cleanup.h>
#include <linux/cred.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include <linux/vbuf_netlink.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include <net/sock.h>

#include "account.h"
#include "limits.h"
#include "netlink.h"
#include "netlink_queue.h"
#include "netlink_subscribers.h"
#include "registry.h"

/* Of one user, which the host's CAP_NET_ADMIN passes; and of all. */
#define USER_SOCKETS_MAX	64U
#define SOCKETS_MAX		1024U

/**
 * struct subscriber - a socket that has subscribed
 * @link: among those of its network namespace
 * @socket: referenced
 * @cred: of whoever opened it; referenced
 * @since: the first event that is for it, by its number
 * @lost: it was told that something was lost, and is sent nothing until its holder
 *	has read all that is there: so that who is slow comes to the end of it
 */
struct subscriber {
	struct list_head link;
	struct sock *socket;
	const struct cred *cred;
	u64 since;
	bool lost;
};

/**
 * struct subscribers_net - a network namespace's part
 * @net: the network namespace; constant
 * @lock: guards @subscribers, and each of them; the worker holds it while it
 *	delivers an event; within no other lock of ours
 * @subscribers: the sockets
 * @count: how many they are; read without the lock as well
 * @queue: events that wait for the worker
 * @work: the worker
 */
struct subscribers_net {
	struct net *net;
	struct mutex lock;	/* of @subscribers */
	struct list_head subscribers;
	unsigned int count;
	struct vbuf_netlink_queue queue;
	struct work_struct work;
};

static unsigned int subscribers_net_id;

/* What the workers run on. */
static struct workqueue_struct *delivery;

static struct subscribers_net *part_of(const struct net *net)
{
	return net_generic(net, subscribers_net_id);
}

/* Whether the caller may see it. */
static bool may_see(const struct net *net, const struct vbuf_audience *audience)
{
	if (audience->of_channel &&
	    vbuf_registry_may_look(net, &audience->access))
		return true;
	return audience->of_limit &&
	       (uid_eq(current_euid(), audience->access.uid) ||
		ns_capable_noaudit(net->user_ns, CAP_SYS_RESOURCE));
}

static bool subscriber_may_see(const struct subscriber *subscriber,
			       const struct net *net,
			       const struct vbuf_audience *audience)
{
	const struct cred *own = override_creds(subscriber->cred);
	bool may = may_see(net, audience);

	revert_creds(own);
	return may;
}

/* Its holder's next call fails so, once. */
static void tell_error(const struct subscriber *subscriber, int error)
{
	WRITE_ONCE(subscriber->socket->sk_err, error);
	sk_error_report(subscriber->socket);
}

/* Whether its holder has still to read up to where something was lost. */
static bool has_to_read(struct subscriber *subscriber)
{
	if (skb_queue_empty_lockless(&subscriber->socket->sk_receive_queue))
		subscriber->lost = false;
	return subscriber->lost;
}

static void tell_lost(struct subscriber *subscriber)
{
	subscriber->lost = true;
	tell_error(subscriber, ENOBUFS);
}

/*
 * Not by the number that netlink knows the socket by: it may be another's by now.
 * A socket that was closed takes the message along.
 */
static void send_to(struct subscriber *subscriber, struct sk_buff *message)
{
	struct sk_buff *copy = skb_clone(message, GFP_KERNEL);
	int err;

	err = copy ? sock_queue_rcv_skb(subscriber->socket, copy) : -ENOMEM;
	if (!err)
		return;
	kfree_skb(copy);
	/* Or else its own filter did not want it. */
	if (err == -ENOMEM || err == -ENOBUFS)
		tell_lost(subscriber);
}

/* @message is NULL for what was lost. */
static void deliver_to_subscribers(struct subscribers_net *mine,
				   const struct vbuf_ticket *ticket,
				   struct sk_buff *message)
{
	struct subscriber *subscriber;

	guard(mutex)(&mine->lock);
	list_for_each_entry(subscriber, &mine->subscribers, link) {
		if (ticket->number < subscriber->since ||
		    !subscriber_may_see(subscriber, mine->net,
					&ticket->audience) ||
		    has_to_read(subscriber))
			continue;
		if (message)
			send_to(subscriber, message);
		else
			tell_lost(subscriber);
	}
}

/* Likewise. */
static void deliver_to_group(struct net *net, struct sk_buff *message)
{
	if (message)
		genlmsg_multicast_netns(&vbuf_netlink_family, net, message, 0,
					VBUF_NETLINK_EVENTS, GFP_KERNEL);
	else
		genl_set_err(&vbuf_netlink_family, net, 0, VBUF_NETLINK_EVENTS,
			     -ENOBUFS);
}

/*
 * The worker. It stops at the first that has come since it began, and is called again:
 * so that those of other network namespaces have their turns.
 */
static void deliver_all(struct work_struct *work)
{
	struct subscribers_net *mine =
		container_of(work, struct subscribers_net, work);
	u64 end = vbuf_netlink_queue_next(&mine->queue);
	struct vbuf_ticket ticket;
	struct sk_buff *message;

	do {
		if (!vbuf_netlink_queue_take(&mine->queue, &ticket, &message))
			break;
		deliver_to_subscribers(mine, &ticket, message);
		if (ticket.audience.public)
			deliver_to_group(mine->net, message);
		else
			kfree_skb(message);
		cond_resched();
	} while (ticket.number < end);
}

/**
 * vbuf_subscribers_wanted() - whether somebody might hear an event
 * @net: the network namespace
 * @audience: whom it is for
 *
 * Takes no lock: without listeners, this is what an event costs.
 */
bool vbuf_subscribers_wanted(struct net *net,
			     const struct vbuf_audience *audience)
{
	/* Who has subscribed before what happens now has written it before. */
	return READ_ONCE(part_of(net)->count) ||
	       (audience->public &&
		genl_has_listeners(&vbuf_netlink_family, net,
				   VBUF_NETLINK_EVENTS));
}

/* Who makes it happen. A kernel thread does so for whom it is about. */
static kuid_t maker_of(const struct vbuf_audience *audience)
{
	return current->flags & PF_KTHREAD ? audience->access.uid :
					     vbuf_account_host_user(current_cred());
}

/**
 * vbuf_subscribers_send() - have an event delivered
 * @net: the network namespace
 * @audience: whom it is for
 * @message: the message, which becomes the queue's; NULL if there was no memory
 *
 * Does not wait for who listens. In order.
 */
void vbuf_subscribers_send(struct net *net,
			   const struct vbuf_audience *audience,
			   struct sk_buff *message)
{
	struct subscribers_net *mine = part_of(net);

	vbuf_netlink_queue_put(&mine->queue, maker_of(audience), audience,
			       message);
	queue_work(delivery, &mine->work);
}

static const struct subscriber *find_locked(const struct subscribers_net *mine,
					    const struct sock *socket)
{
	const struct subscriber *subscriber;

	lockdep_assert_held(&mine->lock);
	list_for_each_entry(subscriber, &mine->subscribers, link)
		if (subscriber->socket == socket)
			return subscriber;
	return NULL;
}

/* Whether the caller has as many sockets as a user may. */
static bool has_enough_locked(const struct subscribers_net *mine)
{
	const struct subscriber *subscriber;
	kuid_t user = vbuf_account_host_user(current_cred());
	unsigned int n = 0;

	lockdep_assert_held(&mine->lock);
	if (mine->count >= SOCKETS_MAX)
		return true;
	if (ns_capable_noaudit(&init_user_ns, CAP_NET_ADMIN))
		return false;
	list_for_each_entry(subscriber, &mine->subscribers, link)
		n += uid_eq(vbuf_account_host_user(subscriber->cred), user);
	return n >= USER_SOCKETS_MAX;
}

/**
 * vbuf_subscribers_add() - a socket subscribes
 * @net: its network namespace
 * @socket: the socket, which somebody has open
 *
 * It is sent what whoever opened it may see, with whose credentials this is called,
 * and nothing that has happened before. May sleep, for memory and for an event that
 * is being delivered.
 *
 * Return: 0, also if it had subscribed before; -ENOMEM; -EDQUOT if the user, or the
 * network namespace, has enough of them.
 */
int vbuf_subscribers_add(struct net *net, struct sock *socket)
{
	struct subscribers_net *mine = part_of(net);
	struct subscriber *subscriber;

	guard(mutex)(&mine->lock);
	if (find_locked(mine, socket))
		return 0;
	if (has_enough_locked(mine))
		return -EDQUOT;
	subscriber = kmalloc(sizeof(*subscriber), VBUF_GFP);
	if (!subscriber)
		return -ENOMEM;
	sock_hold(socket);
	subscriber->socket = socket;
	subscriber->cred = get_current_cred();
	subscriber->lost = false;
	subscriber->since = vbuf_netlink_queue_next(&mine->queue);
	list_add_tail(&subscriber->link, &mine->subscribers);
	WRITE_ONCE(mine->count, mine->count + 1);
	return 0;
}

static void end_locked(struct subscribers_net *mine,
		       struct subscriber *subscriber)
{
	lockdep_assert_held(&mine->lock);
	list_del(&subscriber->link);
	WRITE_ONCE(mine->count, mine->count - 1);
	put_cred(subscriber->cred);
	sock_put(subscriber->socket);
	kfree(subscriber);
}

/*
 * A socket is closed that may be one of these. It is marked as dead before this is
 * called, and cannot subscribe any more.
 */
static void forget_dead(struct subscribers_net *mine)
{
	struct subscriber *subscriber, *next;

	if (!READ_ONCE(mine->count))
		return;
	guard(mutex)(&mine->lock);
	list_for_each_entry_safe(subscriber, next, &mine->subscribers, link)
		if (sock_flag(subscriber->socket, SOCK_DEAD))
			end_locked(mine, subscriber);
}

static int socket_event(struct notifier_block *block, unsigned long event,
			void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC)
		forget_dead(part_of(notify->net));
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = {
	.notifier_call = socket_event,
};

static int __net_init net_init(struct net *net)
{
	struct subscribers_net *mine = part_of(net);

	mine->net = net;
	mutex_init(&mine->lock);
	INIT_LIST_HEAD(&mine->subscribers);
	vbuf_netlink_queue_init(&mine->queue);
	INIT_WORK(&mine->work, deliver_all);
	return 0;
}

/*
 * Nobody subscribes any more, and nothing happens there: the channels have left the
 * network namespace before, as this was registered before the registry.
 */
static void __net_exit net_exit(struct net *net)
{
	struct subscribers_net *mine = part_of(net);
	struct subscriber *subscriber, *next;

	cancel_work_sync(&mine->work);
	vbuf_netlink_queue_deinit(&mine->queue);
	guard(mutex)(&mine->lock);
	/* The module goes: a network namespace lives as long as its sockets. */
	list_for_each_entry_safe(subscriber, next, &mine->subscribers, link) {
		tell_error(subscriber, ENODEV);
		end_locked(mine, subscriber);
	}
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.exit = net_exit,
	.id = &subscribers_net_id,
	.size = sizeof(struct subscribers_net),
};

/* Module-wide. Return: 0 or -errno. */
int vbuf_subscribers_init(void)
{
	int err;

	delivery = alloc_workqueue("vbuf_events", WQ_UNBOUND, 0);
	if (!delivery)
		return -ENOMEM;
	err = register_pernet_subsys(&net_ops);
	if (err)
		destroy_workqueue(delivery);
	return err;
}

/* Before somebody can subscribe. Return: 0 or -errno. */
int vbuf_subscribers_watch(void)
{
	return netlink_register_notifier(&socket_notifier);
}

/*
 * Delivers what is there; no event comes any more. While there is the family:
 * its group's number may be another family's later.
 */
void vbuf_subscribers_flush(void)
{
	flush_workqueue(delivery);
}

/* The family has gone. */
void vbuf_subscribers_unwatch(void)
{
	netlink_unregister_notifier(&socket_notifier);
}

/* The family and all channels have gone. */
void vbuf_subscribers_exit(void)
{
	unregister_pernet_subsys(&net_ops);
	destroy_workqueue(delivery);
}
