// SPDX-License-Identifier: GPL-2.0
/*
 * Who may have how much.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>
#include <linux/user_namespace.h>

#include "limits.h"

static unsigned long total_limit[VBUF_RESOURCES] = { 65536, 1048576, 0 };
static unsigned long user_limit[VBUF_RESOURCES] = { 1024, 8192, 256UL << 20 };

module_param_named(max_channels, total_limit[VBUF_CHANNELS], ulong, 0644);
MODULE_PARM_DESC(max_channels, "Channels in total");
module_param_named(max_endpoints, total_limit[VBUF_ENDPOINTS], ulong, 0644);
MODULE_PARM_DESC(max_endpoints, "Endpoints in total");
module_param_named(max_bytes, total_limit[VBUF_BYTES], ulong, 0644);
MODULE_PARM_DESC(max_bytes,
		 "Bytes of all channels in total (0: a quarter of memory)");
module_param_named(user_channels, user_limit[VBUF_CHANNELS], ulong, 0644);
MODULE_PARM_DESC(user_channels, "Channels of one user");
module_param_named(user_endpoints, user_limit[VBUF_ENDPOINTS], ulong, 0644);
MODULE_PARM_DESC(user_endpoints, "Endpoints of one user");
module_param_named(user_bytes, user_limit[VBUF_BYTES], ulong, 0644);
MODULE_PARM_DESC(user_bytes, "Bytes of one user's channels");

/* In the order of the parameters above: total, then user. */
static unsigned long limit_hits[2 * VBUF_RESOURCES];

static int show_hits(char *buffer, const struct kernel_param *param)
{
	int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(limit_hits); i++)
		n += sysfs_emit_at(buffer, n, "%s%lu", i ? "," : "",
				   READ_ONCE(limit_hits[i]));
	return n + sysfs_emit_at(buffer, n, "\n");
}

/* Not when the module is loaded, either. */
static int refuse_hits(const char *value, const struct kernel_param *param)
{
	return -EINVAL;
}

static const struct kernel_param_ops hits_ops = {
	.get = show_hits,
	.set = refuse_hits,
};

module_param_cb(limit_hits, &hits_ops, NULL, 0444);
MODULE_PARM_DESC(limit_hits,
		 "How often each limit was hit: max_channels, max_endpoints, max_bytes, user_channels, user_endpoints, user_bytes");

#define ACCOUNT_BITS	6

/**
 * struct vbuf_account - what one user has
 * @link: in its hash bucket
 * @ns: the user namespace; referenced
 * @uid: the user
 * @parent: the account of the owner of @ns; referenced; NULL in the first one
 * @refs: who has it
 * @use: what is charged
 *
 * The first four are constant after creation; accounts_lock guards the rest.
 */
struct vbuf_account {
	struct hlist_node link;
	struct user_namespace *ns;
	kuid_t uid;
	struct vbuf_account *parent;
	unsigned long refs;
	u64 use[VBUF_RESOURCES];
};

/* Guards all accounts, their buckets, and the totals. Innermost. */
static DEFINE_SPINLOCK(accounts_lock);
static struct hlist_head accounts[1 << ACCOUNT_BITS];
static u64 total_use[VBUF_RESOURCES];

static struct hlist_head *bucket_of(struct user_namespace *ns, kuid_t uid)
{
	unsigned long key = (unsigned long)ns ^ __kuid_val(uid);

	return &accounts[hash_long(key, ACCOUNT_BITS)];
}

static struct vbuf_account *account_find_locked(struct user_namespace *ns,
						kuid_t uid)
{
	struct vbuf_account *account;

	lockdep_assert_held(&accounts_lock);
	hlist_for_each_entry(account, bucket_of(ns, uid), link) {
		if (account->ns == ns && uid_eq(account->uid, uid)) {
			account->refs++;
			return account;
		}
	}
	return NULL;
}

/* One account, without its parents. */
static struct vbuf_account *account_get_one(struct user_namespace *ns,
					    kuid_t uid)
{
	struct vbuf_account *account, *fresh;

	spin_lock(&accounts_lock);
	account = account_find_locked(ns, uid);
	spin_unlock(&accounts_lock);
	if (account)
		return account;
	fresh = kzalloc(sizeof(*fresh), VBUF_GFP);
	if (!fresh)
		return NULL;
	fresh->refs = 1;
	fresh->uid = uid;
	spin_lock(&accounts_lock);
	account = account_find_locked(ns, uid);
	if (!account) {
		fresh->ns = get_user_ns(ns);
		hlist_add_head(&fresh->link, bucket_of(ns, uid));
		swap(account, fresh);
	}
	spin_unlock(&accounts_lock);
	kfree(fresh);
	return account;
}

/* Gives @account its parent, with the reference, if it has none yet. */
static struct vbuf_account *account_adopt(struct vbuf_account *account,
					  struct vbuf_account *parent)
{
	spin_lock(&accounts_lock);
	if (account->parent)
		parent->refs--;		/* account->parent is the same, and has one */
	else
		account->parent = parent;
	spin_unlock(&accounts_lock);
	return parent;
}

/**
 * vbuf_limits_account_get() - the caller's account
 *
 * May sleep. Give it back with vbuf_limits_account_put().
 *
 * Return: the account of the current effective user, or an ERR_PTR(-ENOMEM).
 */
struct vbuf_account *vbuf_limits_account_get(void)
{
	struct user_namespace *ns = current_user_ns();
	struct vbuf_account *first, *account, *parent;

	first = account_get_one(ns, current_euid());
	if (!first)
		return ERR_PTR(-ENOMEM);
	for (account = first; ns->parent; ns = ns->parent) {
		parent = account_get_one(ns->parent, ns->owner);
		if (!parent) {
			vbuf_limits_account_put(first);
			return ERR_PTR(-ENOMEM);
		}
		account = account_adopt(account, parent);
	}
	return first;
}

/**
 * vbuf_limits_account_put() - give an account back
 * @account: may be NULL
 *
 * Return: NULL.
 */
struct vbuf_account *vbuf_limits_account_put(struct vbuf_account *account)
{
	struct vbuf_account *parent;

	unsigned long refs;

	for (; account; account = parent) {
		spin_lock(&accounts_lock);
		refs = --account->refs;
		if (!refs)
			hlist_del(&account->link);
		spin_unlock(&accounts_lock);
		if (refs)
			break;
		parent = account->parent;
		put_user_ns(account->ns);
		kfree(account);
	}
	return NULL;
}

static u64 total_limit_of(enum vbuf_resource resource)
{
	u64 limit = READ_ONCE(total_limit[resource]);

	if (resource == VBUF_BYTES && !limit)
		limit = ((u64)totalram_pages() << PAGE_SHIFT) / 4;
	return limit;
}

static bool over(u64 use, u64 amount, u64 limit)
{
	return use > limit || amount > limit - use;
}

static bool user_over_locked(const struct vbuf_account *account,
			     enum vbuf_resource resource, u64 amount)
{
	u64 limit = READ_ONCE(user_limit[resource]);

	lockdep_assert_held(&accounts_lock);
	for (; account; account = account->parent)
		if (over(account->use[resource], amount, limit))
			return true;
	return false;
}

/* Charges, or returns which limit is hit, as an index of limit_hits; or -1. */
static int charge_locked(struct vbuf_account *account,
			 enum vbuf_resource resource, u64 amount, bool passes)
{
	lockdep_assert_held(&accounts_lock);
	if (over(total_use[resource], amount, total_limit_of(resource)))
		return resource;
	if (!passes && user_over_locked(account, resource, amount))
		return VBUF_RESOURCES + resource;
	total_use[resource] += amount;
	for (; account; account = account->parent)
		account->use[resource] += amount;
	return -1;
}

/**
 * vbuf_limits_charge() - count what somebody is about to have
 * @account: whose it will be
 * @resource: of what
 * @amount: how much
 *
 * CAP_SYS_RESOURCE in the initial user namespace passes the user's limits, not
 * the totals.
 *
 * Return: 0, or -EDQUOT, with nothing charged and the limit's hit counted.
 */
int vbuf_limits_charge(struct vbuf_account *account,
		       enum vbuf_resource resource, u64 amount)
{
	bool passes = has_capability_noaudit(current, CAP_SYS_RESOURCE);
	int hit;

	spin_lock(&accounts_lock);
	hit = charge_locked(account, resource, amount, passes);
	if (hit >= 0)
		limit_hits[hit]++;
	spin_unlock(&accounts_lock);
	return hit < 0 ? 0 : -EDQUOT;
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
	spin_lock(&accounts_lock);
	total_use[resource] -= amount;
	for (; account; account = account->parent)
		account->use[resource] -= amount;
	spin_unlock(&accounts_lock);
}
