/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_LIMITS_H
#define VBUF_LIMITS_H

#include <linux/gfp.h>
#include <linux/types.h>

/*
 * How all memory is asked for: counted for the caller's memory cgroup, failing
 * rather than calling the OOM killer (plain GFP_KERNEL_ACCOUNT does, at the
 * cgroup's limit), and without a word in the log.
 */
#define VBUF_GFP	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/**
 * DOC: Limits
 *
 * Who may have how much: channels, endpoints and bytes, in total and for each
 * user. A user is an effective user id in a user namespace; what it has counts
 * against the owner of that namespace as well, in the parent namespace, and so
 * on up: subordinate ids do not multiply anybody's share. (The kernel's own
 * ucounts work so, but are not exported.)
 *
 * An account lives as long as somebody has it, and holds its parent.
 */
struct vbuf_account;

enum vbuf_resource {
	VBUF_CHANNELS,
	VBUF_ENDPOINTS,
	VBUF_BYTES,
	VBUF_RESOURCES
};

struct vbuf_account *vbuf_limits_account_get(void);
struct vbuf_account *vbuf_limits_account_put(struct vbuf_account *account);
int vbuf_limits_charge(struct vbuf_account *account,
		       enum vbuf_resource resource, u64 amount);
void vbuf_limits_uncharge(struct vbuf_account *account,
			  enum vbuf_resource resource, u64 amount);

#endif /* VBUF_LIMITS_H */
