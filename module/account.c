// SPDX-License-Identifier: GPL-2.0
/*
 * Whom things are counted for: users, and the user namespaces that they are in.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/hash.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "account.h"
#include "limits.h"

#define BUCKET_BITS	6

DEFINE_SPINLOCK(vbuf_accounts_lock);

/* Guarded by vbuf_accounts_lock. */
static struct hlist_head accounts[1 << BUCKET_BITS];
static struct hlist_head quotas[1 << BUCKET_BITS];

static struct hlist_head *account_bucket(const struct vbuf_quota *quota,
					 kuid_t uid)
{
	unsigned long key = (unsigned long)quota ^ __kuid_val(uid);

	return &accounts[hash_long(key, BUCKET_BITS)];
}

static struct hlist_head *quota_bucket(const struct user_namespace *ns)
{
	return &quotas[hash_ptr(ns, BUCKET_BITS)];
}

static struct vbuf_quota *find_quota_locked(const struct user_namespace *ns)
{
	struct vbuf_quota *quota;

	lockdep_assert_held(&vbuf_accounts_lock);
	hlist_for_each_entry(quota, quota_bucket(ns), link) {
		if (quota->ns == ns) {
			quota->refs++;
			return quota;
		}
	}
	return NULL;
}

static struct vbuf_account *find_account_locked(const struct vbuf_quota *quota,
						kuid_t uid)
{
	struct vbuf_account *account;

	lockdep_assert_held(&vbuf_accounts_lock);
	hlist_for_each_entry(account, account_bucket(quota, uid), link) {
		if (account->quota == quota && uid_eq(account->uid, uid)) {
			account->refs++;
			return account;
		}
	}
	return NULL;
}

static struct vbuf_account *find_account(const struct vbuf_quota *quota,
					 kuid_t uid)
{
	guard(spinlock)(&vbuf_accounts_lock);
	return find_account_locked(quota, uid);
}

static struct vbuf_quota *find_quota(const struct user_namespace *ns)
{
	guard(spinlock)(&vbuf_accounts_lock);
	return find_quota_locked(ns);
}

/* Adds @fresh, unless there is one by now. Returns that which is there. */
static struct vbuf_account *add_account(struct vbuf_account *fresh)
{
	struct vbuf_account *there;

	guard(spinlock)(&vbuf_accounts_lock);
	there = find_account_locked(fresh->quota, fresh->uid);
	if (there)
		return there;
	fresh->quota->refs++;
	hlist_add_head(&fresh->link, account_bucket(fresh->quota, fresh->uid));
	return fresh;
}

static struct vbuf_quota *add_quota(struct vbuf_quota *fresh)
{
	struct vbuf_quota *there;

	guard(spinlock)(&vbuf_accounts_lock);
	there = find_quota_locked(fresh->ns);
	if (there)
		return there;
	get_user_ns(fresh->ns);
	fresh->parent->refs++;
	hlist_add_head(&fresh->link, quota_bucket(fresh->ns));
	return fresh;
}

/* The account of a user in a namespace, or NULL. */
static struct vbuf_account *get_account(struct vbuf_quota *quota, kuid_t uid)
{
	struct vbuf_account *account = find_account(quota, uid), *fresh;

	if (account)
		return account;
	fresh = kzalloc(sizeof(*fresh), VBUF_GFP);
	if (!fresh)
		return NULL;
	fresh->refs = 1;
	fresh->uid = uid;
	fresh->quota = quota;
	account = add_account(fresh);
	if (account != fresh)
		kfree(fresh);
	return account;
}

/* A namespace's quota, where @owner is its owner's account, or NULL. */
static struct vbuf_quota *get_quota(struct user_namespace *ns,
				    struct vbuf_account *owner)
{
	struct vbuf_quota *quota = find_quota(ns), *fresh;

	if (quota)
		return quota;
	fresh = kzalloc(sizeof(*fresh), VBUF_GFP);
	if (!fresh)
		return NULL;
	fresh->refs = 1;
	fresh->ns = ns;
	fresh->parent = owner;
	/* VBUF_NO_LIMIT */
	memset(fresh->limit, 0xff, sizeof(fresh->limit));
	quota = add_quota(fresh);
	if (quota != fresh)
		kfree(fresh);
	return quota;
}

/* The namespace that @ns is in, or is, so many levels below the initial one. */
static struct user_namespace *at_level(struct user_namespace *ns, int level)
{
	while (ns->level > level)
		ns = ns->parent;
	return ns;
}

/**
 * vbuf_quota_get() - a user namespace's quota
 * @ns: the namespace
 *
 * May sleep. Give it back with vbuf_quota_put().
 *
 * Return: the quota, or NULL for want of memory.
 */
struct vbuf_quota *vbuf_quota_get(struct user_namespace *ns)
{
	struct vbuf_quota *quota = &vbuf_initial_quota;
	struct vbuf_account *owner;
	struct user_namespace *at;
	int level;

	spin_lock(&vbuf_accounts_lock);
	quota->refs++;
	spin_unlock(&vbuf_accounts_lock);
	for (level = 1; quota && level <= ns->level; level++) {
		at = at_level(ns, level);
		owner = get_account(quota, at->owner);
		vbuf_quota_put(quota);
		quota = owner ? get_quota(at, owner) : NULL;
		vbuf_account_put(owner);
	}
	return quota;
}

/**
 * vbuf_account_host_user() - who somebody is to the host
 * @cred: whose credentials
 *
 * Return: the user of the initial user namespace, or the one there that owns the
 * namespaces which it is in.
 */
kuid_t vbuf_account_host_user(const struct cred *cred)
{
	const struct user_namespace *ns = cred->user_ns;
	kuid_t uid = cred->euid;

	for (; ns->parent; ns = ns->parent)
		uid = ns->owner;
	return uid;
}

/**
 * vbuf_account_get() - the caller's account
 *
 * May sleep. Give it back with vbuf_account_put().
 *
 * Return: the account of the current effective user, or an ERR_PTR(-ENOMEM).
 */
struct vbuf_account *vbuf_account_get(void)
{
	struct vbuf_quota *quota = vbuf_quota_get(current_user_ns());
	struct vbuf_account *account;

	account = quota ? get_account(quota, current_euid()) : NULL;
	vbuf_quota_put(quota);
	return account ?: ERR_PTR(-ENOMEM);
}

/* Those whose last reference has gone, in no bucket any more. */
struct dead {
	struct hlist_head accounts;
	struct hlist_head quotas;
};

static void bury(struct hlist_node *link, struct hlist_head *where)
{
	hlist_del(link);
	hlist_add_head(link, where);
}

/* Drops a reference to @quota, and those that go with it, upwards. */
static void put_quota_locked(struct vbuf_quota *quota, struct dead *dead)
{
	struct vbuf_account *owner;

	lockdep_assert_held(&vbuf_accounts_lock);
	/* That of the initial one, which has no owner, is never the last. */
	while (!--quota->refs && quota != &vbuf_initial_quota) {
		bury(&quota->link, &dead->quotas);
		owner = quota->parent;
		if (--owner->refs)
			break;
		bury(&owner->link, &dead->accounts);
		quota = owner->quota;
	}
}

static void free_dead(struct dead *dead)
{
	struct vbuf_account *account;
	struct vbuf_quota *quota;
	struct hlist_node *next;

	hlist_for_each_entry_safe(account, next, &dead->accounts, link)
		kfree(account);
	hlist_for_each_entry_safe(quota, next, &dead->quotas, link) {
		put_user_ns(quota->ns);
		kfree(quota);
	}
}

/**
 * vbuf_quota_put() - give a quota back
 * @quota: may be NULL
 *
 * Return: NULL.
 */
struct vbuf_quota *vbuf_quota_put(struct vbuf_quota *quota)
{
	struct dead dead = {};

	if (!quota)
		return NULL;
	scoped_guard(spinlock, &vbuf_accounts_lock)
		put_quota_locked(quota, &dead);
	free_dead(&dead);
	return NULL;
}

/**
 * vbuf_account_put() - give an account back
 * @account: may be NULL
 *
 * Return: NULL.
 */
struct vbuf_account *vbuf_account_put(struct vbuf_account *account)
{
	struct dead dead = {};

	if (!account)
		return NULL;
	scoped_guard(spinlock, &vbuf_accounts_lock) {
		if (!--account->refs) {
			bury(&account->link, &dead.accounts);
			put_quota_locked(account->quota, &dead);
		}
	}
	free_dead(&dead);
	return NULL;
}
