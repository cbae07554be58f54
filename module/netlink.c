// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: what administrators and tools see.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/time_namespace.h>
#include <linux/vbuf.h>
#include <linux/vbuf_netlink.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "compat.h"
#include "events.h"
#include "limits.h"
#include "look.h"
#include "netlink.h"
#include "registry.h"
#include "netlink_subscribers.h"

/**
 * vbuf_netlink_become_asker() - take the credentials of whoever opened the socket
 * @request: that came by it
 *
 * Return: those that the caller had, for revert_creds().
 */
const struct cred *vbuf_netlink_become_asker(const struct sk_buff *request)
{
	const struct socket *sock = NETLINK_CB(request).sk->sk_socket;

	return override_creds(sock && sock->file ? sock->file->f_cred :
						   current_cred());
}

/**
 * struct field - a number, and the attribute that tells it
 * @attr: the attribute's type
 * @offset: in the structure
 */
struct field {
	u16 attr;
	u16 offset;
};

#define CHANNEL_FIELD(_attr, _member) {				\
	.attr = VBUF_A_CHANNEL_##_attr,				\
	.offset = offsetof(struct vbuf_channel_look, _member),	\
}

static const struct field channel_u32[] = {
	CHANNEL_FIELD(STATE, state),
	CHANNEL_FIELD(FLAGS, attr.flags),
	CHANNEL_FIELD(SLOTS, attr.slots),
	CHANNEL_FIELD(SLOT_SIZE, attr.slot_size),
	CHANNEL_FIELD(MODE, attr.mode),
	CHANNEL_FIELD(HELD_MAX, attr.held_max),
	CHANNEL_FIELD(MAX_DELIVERIES, attr.max_deliveries),
	CHANNEL_FIELD(SENDERS, senders),
	CHANNEL_FIELD(RECEIVERS, receivers),
	CHANNEL_FIELD(BLOCKED_SENDERS, blocked_senders),
	CHANNEL_FIELD(BLOCKED_RECEIVERS, blocked_receivers),
	CHANNEL_FIELD(FREE, free),
	CHANNEL_FIELD(SENDING, sending),
	CHANNEL_FIELD(DEPTH, depth),
	CHANNEL_FIELD(RECEIVING, receiving),
	CHANNEL_FIELD(MAX_DEPTH, max_depth),
};

static const struct field channel_u64[] = {
	CHANNEL_FIELD(BYTES, bytes),
	CHANNEL_FIELD(SENT, sent),
	CHANNEL_FIELD(RECEIVED, received),
	CHANNEL_FIELD(SENT_BYTES, sent_bytes),
	CHANNEL_FIELD(RECEIVED_BYTES, received_bytes),
	CHANNEL_FIELD(DROPPED_OLDEST, dropped_oldest),
	CHANNEL_FIELD(DROPPED_HOLDER, dropped_holder),
	CHANNEL_FIELD(DROPPED_DELIVERIES, dropped_deliveries),
};

#define ENDPOINT_FIELD(_attr, _member) {			\
	.attr = VBUF_A_ENDPOINT_##_attr,			\
	.offset = offsetof(struct vbuf_endpoint_look, _member),	\
}

static const struct field endpoint_u32[] = {
	ENDPOINT_FIELD(PID, pid),
	ENDPOINT_FIELD(RIGHTS, rights),
	ENDPOINT_FIELD(OWNED, owned),
	ENDPOINT_FIELD(BLOCKED_SENDERS, blocked_senders),
	ENDPOINT_FIELD(BLOCKED_RECEIVERS, blocked_receivers),
};

static const struct field endpoint_u64[] = {
	ENDPOINT_FIELD(ID, id),
	ENDPOINT_FIELD(CHANNEL, channel),
	ENDPOINT_FIELD(SENT, sent),
	ENDPOINT_FIELD(RECEIVED, received),
	ENDPOINT_FIELD(IN_SEND, in_send),
	ENDPOINT_FIELD(IN_RECV, in_recv),
};

/* True if there was no room. */
static bool put_u32(struct sk_buff *skb, const struct field *fields,
		    unsigned int count, const void *of)
{
	const struct field *field;
	const u32 *number;

	for (field = fields; field < fields + count; field++) {
		number = of + field->offset;
		if (nla_put_u32(skb, field->attr, *number))
			return true;
	}
	return false;
}

/* Both sets align by it. */
static_assert((int)VBUF_A_CHANNEL_PAD == (int)VBUF_A_ENDPOINT_PAD);

static bool put_u64(struct sk_buff *skb, const struct field *fields,
		    unsigned int count, const void *of)
{
	const struct field *field;
	const u64 *number;

	for (field = fields; field < fields + count; field++) {
		number = of + field->offset;
		if (nla_put_u64_64bit(skb, field->attr, *number,
				      VBUF_A_CHANNEL_PAD))
			return true;
	}
	return false;
}

static bool put_histogram(struct sk_buff *skb, int attr, const u64 *histogram)
{
	return nla_put(skb, attr, VBUF_HISTOGRAM_SIZE * sizeof(u64), histogram);
}

static bool put_histograms(struct sk_buff *skb,
			   const struct vbuf_times_look *look)
{
	return put_histogram(skb, VBUF_A_CHANNEL_TIME_QUEUED, look->queued) ||
	       put_histogram(skb, VBUF_A_CHANNEL_TIME_WAKING, look->waking) ||
	       put_histogram(skb, VBUF_A_CHANNEL_TIME_RECEIVING, look->receiving);
}

static bool put_channel_attrs(struct sk_buff *skb, const void *seen)
{
	struct user_namespace *ns = current_user_ns();
	const struct vbuf_channel_look *look = seen;

	if (nla_put_u64_64bit(skb, VBUF_A_CHANNEL_ID, look->id,
			      VBUF_A_CHANNEL_PAD))
		return true;
	if (look->hidden)
		return nla_put_flag(skb, VBUF_A_CHANNEL_HIDDEN);
	return (*look->name &&
		nla_put_string(skb, VBUF_A_CHANNEL_NAME, look->name)) ||
	       nla_put_u32(skb, VBUF_A_CHANNEL_UID,
			   from_kuid_munged(ns, look->uid)) ||
	       nla_put_u32(skb, VBUF_A_CHANNEL_GID,
			   from_kgid_munged(ns, look->gid)) ||
	       put_u32(skb, channel_u32, ARRAY_SIZE(channel_u32), look) ||
	       put_u64(skb, channel_u64, ARRAY_SIZE(channel_u64), look) ||
	       (look->timed && put_histograms(skb, look->times));
}

/* In the reader's time namespace. */
u64 vbuf_netlink_clock(u64 ns)
{
	struct timespec64 ts = ns_to_timespec64(ns);

	timens_add_monotonic(&ts);
	return timespec64_to_ns(&ts);
}

static bool put_endpoint_attrs(struct sk_buff *skb,
			       const struct vbuf_endpoint_look *look)
{
	u32 uid = from_kuid_munged(current_user_ns(), look->uid);

	return put_u32(skb, endpoint_u32, ARRAY_SIZE(endpoint_u32), look) ||
	       put_u64(skb, endpoint_u64, ARRAY_SIZE(endpoint_u64), look) ||
	       nla_put_u32(skb, VBUF_A_ENDPOINT_UID, uid) ||
	       (*look->comm &&
		nla_put_string(skb, VBUF_A_ENDPOINT_COMM, look->comm)) ||
	       (look->blocked_since &&
		nla_put_u64_64bit(skb, VBUF_A_ENDPOINT_BLOCKED_SINCE,
				  vbuf_netlink_clock(look->blocked_since),
				  VBUF_A_ENDPOINT_PAD));
}

/* Ends a message that was begun; 0, or -EMSGSIZE if it had no room. */
int vbuf_netlink_end(struct sk_buff *skb, void *header, bool no_room)
{
	if (no_room) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

/* Begins an answer to a dump, or returns NULL if it has no room. */
void *vbuf_netlink_begin_dumped(struct sk_buff *skb,
				struct netlink_callback *cb, u8 command)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
			   cb->nlh->nlmsg_seq, &vbuf_netlink_family,
			   NLM_F_MULTI, command);
}

/* As vbuf_netlink_end(); only what is sent has told of a change. */
int vbuf_netlink_end_dumped(struct sk_buff *skb, struct netlink_callback *cb,
			    void *header, bool no_room)
{
	if (!no_room)
		genl_dump_check_consistent(cb, header);
	return vbuf_netlink_end(skb, header, no_room);
}

/**
 * vbuf_netlink_reply() - answer a request with one message of the same command
 * @info: the request
 * @put: puts what was seen into the message; true if there was no room
 * @seen: what was seen
 *
 * Return: 0, -ENOMEM, -EMSGSIZE, or -errno of the asker's socket.
 */
int vbuf_netlink_reply(struct genl_info *info,
		       bool (*put)(struct sk_buff *skb, const void *seen),
		       const void *seen)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	void *header;
	int err;

	if (!skb)
		return -ENOMEM;
	header = genlmsg_put_reply(skb, info, &vbuf_netlink_family, 0,
				   info->genlhdr->cmd);
	err = header ? vbuf_netlink_end(skb, header, put(skb, seen)) : -EMSGSIZE;
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return genlmsg_reply(skb, info);
}

static int look_named(struct genl_info *info, struct vbuf_channel_look *look)
{
	struct nlattr *attr = info->attrs[VBUF_A_CHANNEL_NAME];
	char name[VBUF_NAME_SIZE];

	/* Pads it, too. */
	if (nla_strscpy(name, attr, sizeof(name)) < 0 ||
	    vbuf_registry_check_name(name)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "A name has 1 to 63 of A-Z a-z 0-9 . _ : -");
		return -EINVAL;
	}
	return vbuf_look_named(genl_info_net(info), name, look);
}

static int look_asked(struct genl_info *info, struct vbuf_channel_look *look)
{
	struct nlattr *id = info->attrs[VBUF_A_CHANNEL_ID];
	struct nlattr *name = info->attrs[VBUF_A_CHANNEL_NAME];

	if (!id == !name) {
		NL_SET_ERR_MSG(info->extack,
			       "A channel goes by its id or by its name");
		return -EINVAL;
	}
	if (name)
		return look_named(info, look);
	return vbuf_look_channel(genl_info_net(info), nla_get_u64(id), look);
}

static int channel_get(struct sk_buff *request, struct genl_info *info)
{
	const struct cred *own = vbuf_netlink_become_asker(request);
	struct vbuf_channel_look look;
	int err;

	look.times = kmalloc(sizeof(*look.times), GFP_KERNEL);
	err = look.times ? look_asked(info, &look) : -ENOMEM;
	if (!err)
		err = vbuf_netlink_reply(info, put_channel_attrs, &look);
	else if (err == -ENOENT)
		NL_SET_ERR_MSG(info->extack, "There is no such channel here");
	kfree(look.times);
	revert_creds(own);
	return err;
}

/* .start of a dump of all that there is: it takes no attributes. */
int vbuf_netlink_start_all(struct netlink_callback *cb)
{
	const struct nlmsghdr *request = cb->nlh;

	if (nlmsg_attrlen(request, GENL_HDRLEN)) {
		NL_SET_ERR_MSG_ATTR(cb->extack,
				    nlmsg_attrdata(request, GENL_HDRLEN),
				    "A dump of this tells of all");
		return -EINVAL;
	}
	return 0;
}

/**
 * struct place - how far a dump has come
 * @channel: the id of the last channel that was told, or, of endpoints, that it is
 *	at; 0 at first
 * @last_channel: that of the last one that there was as the dump began
 * @endpoint: the id of the last endpoint of @channel that was told; 0 if none was
 * @last_endpoint: that of the last one that there was as its turn came; 0 before
 * @changes: @channel's, when that was told
 *
 * Ids only ascend. So whatever comes amid, there is an end.
 */
struct place {
	u64 channel;
	u64 last_channel;
	u64 endpoint;
	u64 last_endpoint;
	u32 changes;
};

static struct place *place_of(struct netlink_callback *cb)
{
	static_assert(sizeof(cb->ctx) >= sizeof(struct place));
	return (struct place *)cb->ctx;
}

/* What comes after the look at the changes is a change, to the next piece. */
static void begin_piece(struct netlink_callback *cb)
{
	struct place *place = place_of(cb);

	cb->seq = vbuf_registry_changes(sock_net(cb->skb->sk));
	if (!place->last_channel)
		place->last_channel = vbuf_registry_last_id();
}

/* At the channel with the next id above @place's; false at the end. */
static bool look_at_next(struct netlink_callback *cb,
			 struct vbuf_channel_look *look)
{
	const struct place *place = place_of(cb);

	return !vbuf_look_next(sock_net(cb->skb->sk), place->channel, look) &&
	       look->id <= place->last_channel;
}

static int dump_channels(struct sk_buff *skb, struct netlink_callback *cb,
			 struct vbuf_times_look *times)
{
	struct vbuf_channel_look look = { .times = times };
	void *header;
	int err = 0;

	while (!err && look_at_next(cb, &look)) {
		header = vbuf_netlink_begin_dumped(skb, cb, VBUF_CMD_CHANNEL_GET);
		if (!header)
			return -EMSGSIZE;
		err = vbuf_netlink_end_dumped(skb, cb, header,
					      put_channel_attrs(skb, &look));
		if (!err)
			place_of(cb)->channel = look.id;
	}
	return err;
}

static int channel_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vbuf_times_look *times = kmalloc(sizeof(*times), GFP_KERNEL);
	const struct cred *own;
	int err;

	if (!times)
		return -ENOMEM;
	own = vbuf_netlink_become_asker(cb->skb);
	begin_piece(cb);
	err = dump_channels(skb, cb, times);
	revert_creds(own);
	kfree(times);
	/* What is there is sent, and the rest comes with the next call. */
	return skb->len ?: err;
}

static int endpoint_dump_start(struct netlink_callback *cb)
{
	struct nlattr *attr =
		vbuf_compat_dump_attrs(cb)[VBUF_A_ENDPOINT_CHANNEL];
	struct vbuf_channel_look look = {};
	const struct cred *own;
	int err;

	if (!attr)
		return 0;
	own = vbuf_netlink_become_asker(cb->skb);
	err = vbuf_look_channel(sock_net(cb->skb->sk), nla_get_u64(attr),
				&look);
	revert_creds(own);
	if (err) {
		NL_SET_ERR_MSG_ATTR(cb->extack, attr,
				    "There is no such channel here");
	} else if (look.hidden) {
		NL_SET_ERR_MSG_ATTR(cb->extack, attr,
				    "Its mode allows no look at its endpoints");
		err = -EACCES;
	}
	return err;
}

/* Those in @look that are wanted, as far as there is room. */
static int put_endpoints(struct sk_buff *skb, struct netlink_callback *cb,
			 const struct vbuf_endpoints_look *look)
{
	struct nlattr *pid = vbuf_compat_dump_attrs(cb)[VBUF_A_ENDPOINT_PID];
	struct place *place = place_of(cb);
	const struct vbuf_endpoint_look *endpoint;
	void *header;
	int err;
	u32 i;

	for (i = 0; i < look->count; i++) {
		endpoint = &look->endpoint[i];
		if (!pid || nla_get_u32(pid) == endpoint->pid) {
			header = vbuf_netlink_begin_dumped(skb, cb, VBUF_CMD_ENDPOINT_GET);
			if (!header)
				return -EMSGSIZE;
			err = vbuf_netlink_end_dumped(skb, cb, header,
						      put_endpoint_attrs(skb,
									 endpoint));
			if (err)
				return err;
		}
		place->endpoint = endpoint->id;
	}
	return 0;
}

/* Those of the channel that the dump is at, from where it is. */
static int dump_channel_endpoints(struct sk_buff *skb,
				  struct netlink_callback *cb,
				  struct vbuf_endpoints_look *look)
{
	struct place *place = place_of(cb);
	int err;

	do {
		/* None of them may be wanted, and the piece never full. */
		if (fatal_signal_pending(current))
			return -EINTR;
		look->after = place->endpoint;
		look->last = place->last_endpoint;
		/* It has gone, or is hidden: there is nothing to be told. */
		if (vbuf_look_endpoints(sock_net(cb->skb->sk), place->channel,
					look))
			return 0;
		/* As if channels had changed: the answers are marked. */
		if (place->last_endpoint && place->changes != look->changes)
			cb->prev_seq = (cb->seq ^ 1) ?: 2;
		place->changes = look->changes;
		place->last_endpoint = look->last;
		err = put_endpoints(skb, cb, look);
		if (err)
			return err;
		cond_resched();
	} while (look->count == VBUF_LOOK_ENDPOINTS);
	return 0;
}

/* To the next channel, whose id is above @place's; false at the end. */
static bool next_channel(struct netlink_callback *cb)
{
	struct nlattr *only =
		vbuf_compat_dump_attrs(cb)[VBUF_A_ENDPOINT_CHANNEL];
	struct vbuf_channel_look look = {};
	struct place *place = place_of(cb);

	if (only) {
		if (place->channel)
			return false;
		place->channel = nla_get_u64(only);
	} else {
		if (!look_at_next(cb, &look))
			return false;
		place->channel = look.id;
	}
	/* Not before: at the end, it is the last of the last channel's. */
	place->endpoint = 0;
	place->last_endpoint = 0;
	return true;
}

static int dump_endpoints(struct sk_buff *skb, struct netlink_callback *cb,
			  struct vbuf_endpoints_look *look)
{
	int err;

	if (!place_of(cb)->channel && !next_channel(cb))
		return 0;
	do {
		err = dump_channel_endpoints(skb, cb, look);
	} while (!err && next_channel(cb));
	return err;
}

static int endpoint_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vbuf_endpoints_look *look;
	const struct cred *own;
	int err;

	look = kmalloc(sizeof(*look), VBUF_GFP);
	if (!look)
		return -ENOMEM;
	own = vbuf_netlink_become_asker(cb->skb);
	begin_piece(cb);
	err = dump_endpoints(skb, cb, look);
	revert_creds(own);
	kfree(look);
	return skb->len ?: err;
}

static const struct nla_policy channel_policy[VBUF_A_CHANNEL_MAX + 1] = {
	[VBUF_A_CHANNEL_ID] = NLA_POLICY_MIN(NLA_U64, 1),
	[VBUF_A_CHANNEL_NAME] = {
		.type = NLA_NUL_STRING, .len = VBUF_NAME_SIZE - 1,
	},
};

static const struct nla_policy endpoint_policy[VBUF_A_ENDPOINT_MAX + 1] = {
	[VBUF_A_ENDPOINT_CHANNEL] = NLA_POLICY_MIN(NLA_U64, 1),
	[VBUF_A_ENDPOINT_PID] = NLA_POLICY_MIN(NLA_U32, 1),
};

static const struct genl_ops ops[] = {
	{
		.cmd = VBUF_CMD_CHANNEL_GET,
		.doit = channel_get,
		.start = vbuf_netlink_start_all,
		.dumpit = channel_dump,
		.policy = channel_policy,
		.maxattr = VBUF_A_CHANNEL_MAX,
	},
	{
		.cmd = VBUF_CMD_ENDPOINT_GET,
		.start = endpoint_dump_start,
		.dumpit = endpoint_dump,
		.policy = endpoint_policy,
		.maxattr = VBUF_A_ENDPOINT_MAX,
	},
	{
		.cmd = VBUF_CMD_LIMIT_GET,
		.doit = vbuf_netlink_limit_get,
		.start = vbuf_netlink_start_all,
		.dumpit = vbuf_netlink_limit_dump,
		.policy = vbuf_netlink_limit_key_policy,
		.maxattr = VBUF_A_LIMIT_MAX,
	},
	{
		.cmd = VBUF_CMD_LIMIT_SET,
		.doit = vbuf_netlink_limit_set,
		.policy = vbuf_netlink_limit_policy,
		.maxattr = VBUF_A_LIMIT_MAX,
	},
	{
		.cmd = VBUF_CMD_THREAD_GET,
		/* No policy: it takes no attribute. */
		.start = vbuf_netlink_start_all,
		.dumpit = vbuf_netlink_thread_dump,
	},
	{
		.cmd = VBUF_CMD_EVENT_SUBSCRIBE,
		/* No policy: it takes no attribute. */
		.doit = vbuf_netlink_event_subscribe,
	},
};

struct genl_family vbuf_netlink_family __ro_after_init = {
	.name = VBUF_FAMILY_NAME,
	.version = VBUF_FAMILY_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = vbuf_netlink_groups,
	.n_mcgrps = VBUF_NETLINK_GROUPS,
	.resv_start_op = VBUF_CMD_CHANNEL_GET,
};

/* Module-wide. Return: 0 or -errno. */
int vbuf_netlink_init(void)
{
	int err = vbuf_subscribers_watch();

	if (err)
		return err;
	err = genl_register_family(&vbuf_netlink_family);
	if (err)
		vbuf_subscribers_unwatch();
	else
		vbuf_events_direct(vbuf_netlink_tell);
	return err;
}

void vbuf_netlink_exit(void)
{
	vbuf_events_direct(NULL);
	vbuf_subscribers_flush();
	genl_unregister_family(&vbuf_netlink_family);
	vbuf_subscribers_unwatch();
}
