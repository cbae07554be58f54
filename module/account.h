/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_ACCOUNT_H
#define VBUF_ACCOUNT_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <linux/vbuf_netlink.h>

struct cred;
struct user_namespace;

/**
 * DOC: Accounts
 *
 * Whom things are counted for. A user is an effective user id in a user
 * namespace, and has an *account*; the namespace has a *quota*, which counts
 * what all users of it have together, and knows the limits that were set there.
 * What is counted for a quota counts for the account of the namespace's owner as
 * well, in the parent namespace, and so on up to the quota of the initial one,
 * which is the host's:
 *
 *   account (ns, user) -> quota (ns) -> account (parent of ns, owner of ns)
 *   -> quota (parent of ns) -> ... -> quota (initial namespace)
 *
 * So subordinate ids do not multiply anybody's share, and a limit that is set in
 * a namespace can only tighten what holds above. (The kernel's own ucounts count
 * in the same way, but are not exported.)
 *
 * An account lives as long as somebody has it, and holds its quota. A quota lives
 * as long as it has accounts, or somebody who set a limit, and holds the account
 * above it; the initial one always lives.
 */

enum {
	VBUF_SCOPES = VBUF_SCOPE_MAX + 1,
	VBUF_RESOURCES = VBUF_RESOURCE_MAX + 1,
};

/* What a limit is where none is set. */
#define VBUF_NO_LIMIT	ULONG_MAX

/**
 * struct vbuf_quota - what the users of a namespace have, and may have
 * @link: in its hash bucket
 * @ns: the user namespace; referenced
 * @parent: the account of the owner of @ns; referenced; NULL in the initial one
 * @refs: who has it
 * @use: what is charged, by all
 * @limit: that was set here, or VBUF_NO_LIMIT; by scope
 * @hits: how often each limit has refused somebody
 *
 * @ns and @parent are constant after creation; vbuf_accounts_lock guards the
 * rest.
 */
struct vbuf_quota {
	struct hlist_node link;
	struct user_namespace *ns;
	struct vbuf_account *parent;
	unsigned long refs;
	u64 use[VBUF_RESOURCES];
	unsigned long limit[VBUF_SCOPES][VBUF_RESOURCES];
	u64 hits[VBUF_SCOPES][VBUF_RESOURCES];
};

/**
 * struct vbuf_account - what one user has
 * @link: in its hash bucket
 * @quota: of the user's namespace; referenced
 * @uid: the user
 * @refs: who has it
 * @use: what is charged
 *
 * @quota and @uid are constant after creation; vbuf_accounts_lock guards the
 * rest.
 */
struct vbuf_account {
	struct hlist_node link;
	struct vbuf_quota *quota;
	kuid_t uid;
	unsigned long refs;
	u64 use[VBUF_RESOURCES];
};

/* Guards all accounts and quotas, and their buckets. Innermost. */
extern spinlock_t vbuf_accounts_lock;

/* The host's. */
extern struct vbuf_quota vbuf_initial_quota;

kuid_t vbuf_account_host_user(const struct cred *cred);
struct vbuf_account *vbuf_account_get(void);
struct vbuf_account *vbuf_account_put(struct vbuf_account *account);
struct vbuf_quota *vbuf_quota_get(struct user_namespace *ns);
struct vbuf_quota *vbuf_quota_put(struct vbuf_quota *quota);

#endif /* VBUF_ACCOUNT_H */
