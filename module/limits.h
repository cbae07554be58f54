/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_LIMITS_H
#define VBUF_LIMITS_H

#include <linux/gfp.h>
#include <linux/types.h>
#include <linux/vbuf_netlink.h>

struct net;

/*
 * How all memory is asked for: counted for the caller's memory cgroup, failing
 * rather than calling the OOM killer (plain GFP_KERNEL_ACCOUNT does, at the
 * cgroup's limit), and without a word in the log.
 */
#define VBUF_GFP	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/**
 * DOC: Limits
 *
 * Who may have how much: channels, endpoints and bytes, and how long slots may
 * be; for each user of a user namespace, and for all of them. Counted in
 * account.h's accounts and quotas.
 *
 * A network namespace shows, and sets, the limits of the user namespace that
 * owns it. What was set is kept as long as that network namespace.
 */
struct vbuf_account;

/**
 * struct vbuf_limit_look - what is to be seen of a limit at one moment
 * @scope: for whom it is
 * @resource: of what
 * @value: as set in the namespace, or VBUF_NO_LIMIT
 * @holds: the least of it and those above
 * @use: what is counted against it: the namespace's, or the caller's
 * @use_known: the caller is one of the namespace
 * @hits: how often it has refused somebody
 */
struct vbuf_limit_look {
	enum vbuf_scope scope;
	enum vbuf_resource resource;
	unsigned long value;
	unsigned long holds;
	u64 use;
	bool use_known;
	u64 hits;
};

int vbuf_limits_init(void);
void vbuf_limits_exit(void);
int vbuf_limits_charge(struct vbuf_account *account,
		       enum vbuf_resource resource, u64 amount);
void vbuf_limits_uncharge(struct vbuf_account *account,
			  enum vbuf_resource resource, u64 amount);
int vbuf_limits_check(struct vbuf_account *account,
		      enum vbuf_resource resource, u64 amount);
int vbuf_limits_look(struct net *net, enum vbuf_scope scope,
		     enum vbuf_resource resource,
		     struct vbuf_limit_look *look);
int vbuf_limits_set(struct net *net, enum vbuf_scope scope,
		    enum vbuf_resource resource, unsigned long value);

#endif /* VBUF_LIMITS_H */
