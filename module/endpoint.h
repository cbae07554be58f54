/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_ENDPOINT_H
#define VBUF_ENDPOINT_H

#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/rbtree.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include "slots.h"

struct pid;
struct vbuf_account;
struct vbuf_channel;
struct vbuf_region;
struct vbuf_session;

/**
 * DOC: An endpoint
 *
 * An open file on a channel. It is made when the file is bound and ends in the
 * file's release, that is, with its last descriptor, when no call runs on it
 * any more. What it owned goes back then.
 */

/**
 * struct vbuf_endpoint - an open file on a channel
 * @channel: referenced
 * @file: the file, which outlives it
 * @rights: VBUF_RIGHT_*, as opened
 * @uid: who opened it
 * @id: never used again
 * @pid: the process that opened it; referenced
 * @account: whom it is charged to; referenced
 * @node: in channel->endpoints; guarded by channel->members_lock
 * @session: the trace session that it receives from, or NULL
 * @region: its mapping, NULL until there is one; set once, by cmpxchg()
 *
 * The above but @node and @region are constant after creation.
 *
 * @in_send: ns that its threads slept for a slot, while accounts of them were kept
 * @in_recv: the same, for a message
 *
 * channel->lock guards the rest.
 *
 * @can: the rights that were not shut down
 * @owned: slots that it owns
 * @send_max: owning as many, it can reserve no more; 0 without the right to
 * @recv_max: owning as many, it can acquire no more; 0 without the right to
 * @held: those of them that are held until released
 * @reserved: those of them that are reserved until committed or discarded
 * @blocked_senders: its threads in channel->want_slot
 * @blocked_receivers: its threads in channel->want_message
 * @blocked_since: since when there is one of either, in jiffies
 * @sent: messages sent
 * @received: messages received and not put back
 */
struct vbuf_endpoint {
	struct vbuf_channel *channel;
	struct file *file;
	u32 rights;
	kuid_t uid;
	u64 id;
	struct pid *pid;
	struct vbuf_account *account;
	struct rb_node node;
	struct vbuf_region *region;
	struct vbuf_session *session;

	atomic64_t in_send;
	atomic64_t in_recv;

	u32 can;
	u32 owned;
	u32 send_max;
	u32 recv_max;
	struct vbuf_chain held;
	struct vbuf_chain reserved;
	u32 blocked_senders;
	u32 blocked_receivers;
	unsigned long blocked_since;
	u64 sent;
	u64 received;
};

int vbuf_endpoint_init(void);
void vbuf_endpoint_exit(void);
struct vbuf_endpoint *vbuf_endpoint_create(struct vbuf_channel *ch,
					   struct file *file, u32 rights);
void vbuf_endpoint_destroy(struct vbuf_endpoint *ep);

/* What stands for the endpoint in a file that a command is about to bind. */
#define VBUF_BINDING	((void *)1)

/* The endpoint that a file of /dev/vbuf is, or NULL. */
static __always_inline struct vbuf_endpoint *
vbuf_endpoint_of(const struct file *file)
{
	/* Pairs with the release in conclude(), in bind.c. */
	void *ep = smp_load_acquire(&file->private_data);

	return unlikely(ep <= VBUF_BINDING) ? NULL : ep;
}

#endif /* VBUF_ENDPOINT_H */
