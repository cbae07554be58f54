// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: limits.
 */
#include <linux/cred.h>
#include <linux/limits.h>
#include <linux/vbuf_netlink.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "account.h"
#include "limits.h"
#include "netlink.h"

/* Which limit is asked for. 0, or -EINVAL if that is not said. */
static int get_limit_key(struct genl_info *info, enum vbuf_scope *scope,
			 enum vbuf_resource *resource)
{
	if (GENL_REQ_ATTR_CHECK(info, VBUF_A_LIMIT_SCOPE) ||
	    GENL_REQ_ATTR_CHECK(info, VBUF_A_LIMIT_RESOURCE)) {
		NL_SET_ERR_MSG(info->extack,
			       "A limit goes by its scope and its resource");
		return -EINVAL;
	}
	*scope = nla_get_u32(info->attrs[VBUF_A_LIMIT_SCOPE]);
	*resource = nla_get_u32(info->attrs[VBUF_A_LIMIT_RESOURCE]);
	return 0;
}

/* VBUF_NO_LIMIT may have fewer bits. */
static u64 tell_limit(unsigned long limit)
{
	return limit == VBUF_NO_LIMIT ? U64_MAX : limit;
}

static bool put_limit_attrs(struct sk_buff *skb, const void *seen)
{
	const struct vbuf_limit_look *look = seen;

	return nla_put_u32(skb, VBUF_A_LIMIT_SCOPE, look->scope) ||
	       nla_put_u32(skb, VBUF_A_LIMIT_RESOURCE, look->resource) ||
	       nla_put_u64_64bit(skb, VBUF_A_LIMIT_VALUE,
				 tell_limit(look->value), VBUF_A_LIMIT_PAD) ||
	       nla_put_u64_64bit(skb, VBUF_A_LIMIT_HOLDS,
				 tell_limit(look->holds), VBUF_A_LIMIT_PAD) ||
	       (look->use_known && look->resource != VBUF_RESOURCE_SLOT_SIZE &&
		nla_put_u64_64bit(skb, VBUF_A_LIMIT_USE, look->use,
				  VBUF_A_LIMIT_PAD)) ||
	       nla_put_u64_64bit(skb, VBUF_A_LIMIT_HITS, look->hits,
				 VBUF_A_LIMIT_PAD);
}

int vbuf_netlink_limit_get(struct sk_buff *request, struct genl_info *info)
{
	enum vbuf_resource resource;
	struct vbuf_limit_look look;
	const struct cred *own;
	enum vbuf_scope scope;
	int err;

	err = get_limit_key(info, &scope, &resource);
	if (err)
		return err;
	own = vbuf_netlink_become_asker(request);
	err = vbuf_limits_look(genl_info_net(info), scope, resource, &look);
	if (!err)
		err = vbuf_netlink_reply(info, put_limit_attrs, &look);
	revert_creds(own);
	return err;
}

static int dump_limits(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vbuf_limit_look look;
	u32 *next = (u32 *)cb->ctx;
	void *header;
	int err;

	for (; *next < VBUF_SCOPES * VBUF_RESOURCES; ++*next) {
		err = vbuf_limits_look(sock_net(cb->skb->sk),
				       *next / VBUF_RESOURCES,
				       *next % VBUF_RESOURCES, &look);
		if (err)
			return err;
		header = vbuf_netlink_begin_dumped(skb, cb, VBUF_CMD_LIMIT_GET);
		if (!header)
			return -EMSGSIZE;
		err = vbuf_netlink_end_dumped(skb, cb, header,
					      put_limit_attrs(skb, &look));
		if (err)
			return err;
	}
	return 0;
}

int vbuf_netlink_limit_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct cred *own = vbuf_netlink_become_asker(cb->skb);
	int err = dump_limits(skb, cb);

	revert_creds(own);
	return skb->len ?: err;
}

/*
 * Both the socket's opener and the caller. (netlink_ns_capable() does without the
 * former where the request has an address, and libraries always write one.)
 */
static bool may_set(const struct sk_buff *request,
		    struct user_namespace *ns)
{
	return file_ns_capable(NETLINK_CB(request).sk->sk_socket->file, ns,
			       CAP_SYS_RESOURCE) &&
	       ns_capable(ns, CAP_SYS_RESOURCE);
}

static int set_limit(struct sk_buff *request, struct genl_info *info,
		     enum vbuf_scope scope, enum vbuf_resource resource)
{
	u64 value = nla_get_u64(info->attrs[VBUF_A_LIMIT_VALUE]);
	struct net *net = genl_info_net(info);

	if (!may_set(request, net->user_ns)) {
		NL_SET_ERR_MSG(info->extack, "Setting a limit takes CAP_SYS_RESOURCE");
		return -EPERM;
	}
	return vbuf_limits_set(net, scope, resource,
			       min_t(u64, value, VBUF_NO_LIMIT));
}

int vbuf_netlink_limit_set(struct sk_buff *request, struct genl_info *info)
{
	enum vbuf_resource resource;
	enum vbuf_scope scope;
	int err;

	err = get_limit_key(info, &scope, &resource);
	if (err)
		return err;
	if (GENL_REQ_ATTR_CHECK(info, VBUF_A_LIMIT_VALUE)) {
		NL_SET_ERR_MSG(info->extack, "A limit is set to a value");
		return -EINVAL;
	}
	err = set_limit(request, info, scope, resource);
	if (err == -ERANGE)
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[VBUF_A_LIMIT_VALUE],
				    "That is more than the user namespace may have, or than a slot can");
	return err;
}

/* LIMIT_GET's. */
const struct nla_policy vbuf_netlink_limit_key_policy[VBUF_A_LIMIT_MAX + 1] = {
	[VBUF_A_LIMIT_SCOPE] = NLA_POLICY_MAX(NLA_U32, VBUF_SCOPE_MAX),
	[VBUF_A_LIMIT_RESOURCE] = NLA_POLICY_MAX(NLA_U32, VBUF_RESOURCE_MAX),
};

const struct nla_policy vbuf_netlink_limit_policy[VBUF_A_LIMIT_MAX + 1] = {
	[VBUF_A_LIMIT_SCOPE] = NLA_POLICY_MAX(NLA_U32, VBUF_SCOPE_MAX),
	[VBUF_A_LIMIT_RESOURCE] = NLA_POLICY_MAX(NLA_U32, VBUF_RESOURCE_MAX),
	[VBUF_A_LIMIT_VALUE] = { .type = NLA_U64 },
};
