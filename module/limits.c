// SPDX-License-Identifier: GPL-2.0
/*
 * Who may have how much.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/user_namespace.h>
#include <linux/vbuf.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "account.h"
#include "events.h"
#include "limits.h"

struct vbuf_quota vbuf_initial_quota = {
	.ns = &init_user_ns,
	.refs = 1,
};

/* What the host's limits begin with; a total of 0 bytes is a share of memory. */
static unsigned long defaults[VBUF_SCOPES][VBUF_RESOURCES] = {
	[VBUF_SCOPE_TOTAL] = { 65536, 1048576, 0, VBUF_MAX_SLOT_SIZE },
	[VBUF_SCOPE_USER] = { 1024, 8192, 256UL << 20, VBUF_MAX_SLOT_SIZE },
};

#define total_default	(defaults[VBUF_SCOPE_TOTAL])
#define user_default	(defaults[VBUF_SCOPE_USER])

module_param_named(max_channels, total_default[VBUF_RESOURCE_CHANNELS], ulong,
		   0444);
MODULE_PARM_DESC(max_channels, "Channels in total, at first");
module_param_named(max_endpoints, total_default[VBUF_RESOURCE_ENDPOINTS],
		   ulong, 0444);
MODULE_PARM_DESC(max_endpoints, "Endpoints in total, at first");
module_param_named(max_bytes, total_default[VBUF_RESOURCE_BYTES], ulong, 0444);
MODULE_PARM_DESC(max_bytes,
		 "Bytes of all channels in total, at first (0: a quarter of the memory)");
module_param_named(max_slot_size, total_default[VBUF_RESOURCE_SLOT_SIZE],
		   ulong, 0444);
MODULE_PARM_DESC(max_slot_size, "Bytes of anybody's longest message, at first");
module_param_named(user_channels, user_default[VBUF_RESOURCE_CHANNELS], ulong,
		   0444);
MODULE_PARM_DESC(user_channels, "Channels of one user, at first");
module_param_named(user_endpoints, user_default[VBUF_RESOURCE_ENDPOINTS],
		   ulong, 0444);
MODULE_PARM_DESC(user_endpoints, "Endpoints of one user, at first");
module_param_named(user_bytes, user_default[VBUF_RESOURCE_BYTES], ulong, 0444);
MODULE_PARM_DESC(user_bytes, "Bytes of one user's channels, at first");
module_param_named(user_slot_size, user_default[VBUF_RESOURCE_SLOT_SIZE],
		   ulong, 0444);
MODULE_PARM_DESC(user_slot_size, "Bytes of a user's longest message, at first");

/* As the parameters are named. */
static const char *const limit_names[VBUF_SCOPES][VBUF_RESOURCES] = {
	[VBUF_SCOPE_TOTAL] = {
		"max_channels", "max_endpoints", "max_bytes", "max_slot_size",
	},
	[VBUF_SCOPE_USER] = {
		"user_channels", "user_endpoints", "user_bytes",
		"user_slot_size",
	},
};

static unsigned long limit_of(const struct vbuf_quota *quota,
			      enum vbuf_scope scope,
			      enum vbuf_resource resource)
{
	return READ_ONCE(quota->limit[scope][resource]);
}

static bool over(u64 use, u64 amount, u64 limit)
{
	return use > limit || amount > limit - use;
}

/**
 * struct refusal - a limit that stands in the way
 * @quota: whose; NULL if none does
 * @scope: for whom it is
 * @resource: of what
 * @limit: how much it is
 * @uid: who is refused, in @quota's namespace
 */
struct refusal {
	const struct vbuf_quota *quota;
	enum vbuf_scope scope;
	enum vbuf_resource resource;
	unsigned long limit;
	kuid_t uid;
};

static bool is_refused_locked(struct vbuf_quota *quota, u64 use, u64 amount,
			      struct refusal *refusal)
{
	unsigned long limit = limit_of(quota, refusal->scope,
				       refusal->resource);

	lockdep_assert_held(&vbuf_accounts_lock);
	if (!over(use, amount, limit))
		return false;
	quota->hits[refusal->scope][refusal->resource]++;
	refusal->quota = quota;
	refusal->limit = limit;
	return true;
}

/* Of those who have CAP_SYS_RESOURCE in it, NULL if the caller has not. */
static const struct user_namespace *namespace_passed(void)
{
	struct user_namespace *ns = current_user_ns();

	return ns_capable_noaudit(ns, CAP_SYS_RESOURCE) ? ns : NULL;
}

/*
 * Whether @amount more is too much, or, if what there is does not add up, @amount
 * alone; in @refusal, whose @resource is set, by which limit.
 */
static bool find_refusal_locked(struct vbuf_account *account, u64 amount,
				bool adds_up,
				const struct user_namespace *passed,
				struct refusal *refusal)
{
	enum vbuf_resource resource = refusal->resource;
	struct vbuf_quota *quota;

	lockdep_assert_held(&vbuf_accounts_lock);
	for (; account; account = quota->parent) {
		quota = account->quota;
		refusal->uid = account->uid;
		refusal->scope = VBUF_SCOPE_USER;
		if (quota->ns != passed &&
		    is_refused_locked(quota, adds_up ? account->use[resource] : 0,
				      amount, refusal))
			return true;
		refusal->scope = VBUF_SCOPE_TOTAL;
		if (is_refused_locked(quota, adds_up ? quota->use[resource] : 0,
				      amount, refusal))
			return true;
	}
	return false;
}

/*
 * To the network namespace that the caller is in, and if the limit is the host's, to
 * its first one, too: of that, as of the log, no container has too much.
 */
static void tell(const struct refusal *refusal)
{
	struct vbuf_happening what = {
		.kind = VBUF_EVENT_LIMIT,
		.uid = refusal->uid,
		.scope = refusal->scope,
		.resource = refusal->resource,
		.limit = refusal->limit,
	};
	static DEFINE_RATELIMIT_STATE(told_to_host, DEFAULT_RATELIMIT_INTERVAL,
				      DEFAULT_RATELIMIT_BURST);
	struct net *net = current->nsproxy->net_ns;

	vbuf_events_send(net, &what);
	if (!refusal->quota->parent && !net_eq(net, &init_net) &&
	    __ratelimit(&told_to_host))
		vbuf_events_send(&init_net, &what);
}

/* Says which limit it was, to who looks after the host, too. */
static void report(const struct refusal *refusal)
{
	const char *name = limit_names[refusal->scope][refusal->resource];
	const struct vbuf_quota *quota = refusal->quota;
	uid_t uid = from_kuid(&init_user_ns, refusal->uid);

	tell(refusal);
	if (quota->parent)
		pr_notice_ratelimited("user %u has reached %s=%lu of a user namespace of user %u\n",
				      uid, name, refusal->limit,
				      from_kuid(&init_user_ns,
						quota->parent->uid));
	else
		pr_notice_ratelimited("user %u has reached %s=%lu\n", uid,
				      name, refusal->limit);
}

/* vbuf_limits_charge(), or if what there is does not add up, vbuf_limits_check(). */
static int ask_limits(struct vbuf_account *account,
		      enum vbuf_resource resource, u64 amount, bool adds_up)
{
	const struct user_namespace *passed = namespace_passed();
	struct refusal refusal = { .resource = resource };
	bool refused;

	scoped_guard(spinlock, &vbuf_accounts_lock) {
		refused = find_refusal_locked(account, amount, adds_up, passed,
					      &refusal);
		for (; adds_up && !refused && account;
		     account = account->quota->parent) {
			account->use[resource] += amount;
			account->quota->use[resource] += amount;
		}
	}
	if (!refused)
		return 0;
	report(&refusal);
	return -EDQUOT;
}

/**
 * vbuf_limits_charge() - count what somebody is about to have
 * @account: whose it will be
 * @resource: of what
 * @amount: how much
 *
 * CAP_SYS_RESOURCE in the caller's user namespace passes the limits of users
 * there, not the totals. May sleep.
 *
 * Return: 0, or -EDQUOT, with nothing charged and the limit's hit counted.
 */
int vbuf_limits_charge(struct vbuf_account *account,
		       enum vbuf_resource resource, u64 amount)
{
	return ask_limits(account, resource, amount, true);
}

/**
 * vbuf_limits_check() - as vbuf_limits_charge(), of what does not add up
 * @account: whose it will be
 * @resource: of what
 * @amount: how much
 *
 * Return: 0, or -EDQUOT, with the limit's hit counted.
 */
int vbuf_limits_check(struct vbuf_account *account,
		      enum vbuf_resource resource, u64 amount)
{
	return ask_limits(account, resource, amount, false);
}

/**
 * vbuf_limits_uncharge() - count what somebody has no more
 * @account: as charged
 * @resource: as charged
 * @amount: as charged
 */
void vbuf_limits_uncharge(struct vbuf_account *account,
			  enum vbuf_resource resource, u64 amount)
{
	guard(spinlock)(&vbuf_accounts_lock);
	for (; account; account = account->quota->parent) {
		account->use[resource] -= amount;
		account->quota->use[resource] -= amount;
	}
}

static unsigned int limits_net_id;

/**
 * struct limits_net - a network namespace's part
 * @quota: of the user namespace that owns it, once a limit was set; referenced;
 *	so that it is not forgotten while nobody has anything
 */
struct limits_net {
	struct vbuf_quota *quota;
};

/* What holds from above for a namespace. */
static unsigned long above(const struct vbuf_quota *quota,
			   enum vbuf_resource resource)
{
	unsigned long least = VBUF_NO_LIMIT;

	while (quota->parent) {
		quota = quota->parent->quota;
		least = min3(least,
			     limit_of(quota, VBUF_SCOPE_USER, resource),
			     limit_of(quota, VBUF_SCOPE_TOTAL, resource));
	}
	return least;
}

/* What is charged to the caller. 0 or -ENOMEM. */
static int look_at_own_use(enum vbuf_resource resource, u64 *use)
{
	struct vbuf_account *account = vbuf_account_get();

	if (IS_ERR(account))
		return PTR_ERR(account);
	spin_lock(&vbuf_accounts_lock);
	*use = account->use[resource];
	spin_unlock(&vbuf_accounts_lock);
	vbuf_account_put(account);
	return 0;
}

/**
 * vbuf_limits_look() - look at a limit
 * @net: of the user namespace that owns this network namespace
 * @scope: for whom
 * @resource: of what
 * @look: out
 *
 * May sleep. Return: 0 or -ENOMEM.
 */
int vbuf_limits_look(struct net *net, enum vbuf_scope scope,
		     enum vbuf_resource resource,
		     struct vbuf_limit_look *look)
{
	struct vbuf_quota *quota = vbuf_quota_get(net->user_ns);
	int err = 0;

	if (!quota)
		return -ENOMEM;
	look->scope = scope;
	look->resource = resource;
	look->value = limit_of(quota, scope, resource);
	look->holds = min3(look->value, above(quota, resource),
			   limit_of(quota, VBUF_SCOPE_TOTAL, resource));
	look->use_known = scope == VBUF_SCOPE_TOTAL ||
			  quota->ns == current_user_ns();
	/* Not by scoped_guard(), which has a scope of its own. */
	spin_lock(&vbuf_accounts_lock);
	look->use = quota->use[resource];
	look->hits = quota->hits[scope][resource];
	spin_unlock(&vbuf_accounts_lock);
	if (scope == VBUF_SCOPE_USER && look->use_known)
		err = look_at_own_use(resource, &look->use);
	vbuf_quota_put(quota);
	return err;
}

static int check_value(const struct vbuf_quota *quota,
		       enum vbuf_resource resource, unsigned long value)
{
	if (value == VBUF_NO_LIMIT)
		return 0;
	if (value > above(quota, resource) ||
	    (resource == VBUF_RESOURCE_SLOT_SIZE && value > VBUF_MAX_SLOT_SIZE))
		return -ERANGE;
	return 0;
}

/**
 * vbuf_limits_set() - set a limit
 * @net: of the user namespace that owns this network namespace
 * @scope: for whom
 * @resource: of what
 * @value: how much; VBUF_NO_LIMIT for what holds from above
 *
 * The caller may. May sleep.
 *
 * Return: 0, -ENOMEM, -EPERM for the host's limits from a network namespace that
 * is not its first, -ERANGE for more than the namespace may have itself.
 */
int vbuf_limits_set(struct net *net, enum vbuf_scope scope,
		    enum vbuf_resource resource, unsigned long value)
{
	struct limits_net *mine = net_generic(net, limits_net_id);
	struct vbuf_quota *quota;
	int err;

	if (net->user_ns == &init_user_ns && !net_eq(net, &init_net))
		return -EPERM;
	quota = vbuf_quota_get(net->user_ns);
	if (!quota)
		return -ENOMEM;
	err = check_value(quota, resource, value);
	if (!err) {
		WRITE_ONCE(quota->limit[scope][resource], value);
		/* The reference is kept, once. */
		if (!cmpxchg(&mine->quota, NULL, quota))
			return 0;
	}
	vbuf_quota_put(quota);
	return err;
}

static void __net_exit net_exit(struct net *net)
{
	struct limits_net *mine = net_generic(net, limits_net_id);

	vbuf_quota_put(mine->quota);
}

static struct pernet_operations net_ops = {
	.exit = net_exit,
	.id = &limits_net_id,
	.size = sizeof(struct limits_net),
};

/* Nobody has anything yet. 0, or -EINVAL for what could not be set, either. */
static int begin_with(enum vbuf_scope scope, enum vbuf_resource resource,
		      unsigned long value)
{
	if (check_value(&vbuf_initial_quota, resource, value)) {
		pr_err("%s=%lu is more than a slot can have, %lu\n",
		       limit_names[scope][resource], value,
		       (unsigned long)VBUF_MAX_SLOT_SIZE);
		return -EINVAL;
	}
	if (!value && scope == VBUF_SCOPE_TOTAL &&
	    resource == VBUF_RESOURCE_BYTES)
		value = totalram_pages() << (PAGE_SHIFT - 2);
	vbuf_initial_quota.limit[scope][resource] = value;
	return 0;
}

/* Module-wide. Return: 0 or -errno. */
int vbuf_limits_init(void)
{
	int i, err = 0;

	for (i = 0; !err && i < VBUF_SCOPES * VBUF_RESOURCES; i++)
		err = begin_with(i / VBUF_RESOURCES, i % VBUF_RESOURCES,
				 defaults[i / VBUF_RESOURCES]
					 [i % VBUF_RESOURCES]);
	return err ?: register_pernet_subsys(&net_ops);
}

/* Nobody has anything any more. */
void vbuf_limits_exit(void)
{
	unregister_pernet_subsys(&net_ops);
	WARN_ON_ONCE(vbuf_initial_quota.refs != 1);
}
