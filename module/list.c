// SPDX-License-Identifier: GPL-2.0
/*
 * What VBUF_IOC_LIST shows of channels and endpoints.
 */
#include <linux/cred.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "channel.h"
#include "endpoint.h"
#include "limits.h"
#include "list.h"
#include "registry.h"
#include "user.h"

/* Endpoints that are looked at in one holding of the locks. */
#define CHUNK	16U

static void show_numbers_locked(struct vbuf_channel *ch,
				struct vbuf_channel_info *info)
	__must_hold(&ch->lock)
{
	lockdep_assert_held(&ch->lock);
	info->state |= (ch->no_sender ? VBUF_STATE_NO_SENDER : 0) |
		       (ch->no_receiver ? VBUF_STATE_NO_RECEIVER : 0);
	info->senders = ch->senders;
	info->receivers = ch->receivers;
	info->blocked_senders = ch->want_slot.count;
	info->blocked_receivers = ch->want_message.count;
	info->free = ch->free.count;
	info->depth = ch->queue.count;
	info->receiving = ch->receiving;
	info->sending = ch->attr.slots - info->free - info->depth -
			info->receiving;
	info->max_depth = ch->max_depth;
	info->sent = ch->seq;
	info->received = ch->received;
	info->sent_bytes = ch->sent_bytes;
	info->received_bytes = ch->received_bytes;
	info->dropped_oldest = ch->dropped_oldest;
	info->dropped_holder = ch->dropped_holder;
	info->dropped_deliveries = ch->dropped_deliveries;
}

static int show_channel(struct vbuf_channel *ch, bool allowed, void *data)
{
	struct vbuf_channel_info *info = data;
	struct user_namespace *ns = current_user_ns();

	memset(info, 0, sizeof(*info));
	info->id = ch->id;
	if (!allowed) {
		info->state = VBUF_STATE_HIDDEN;
		return 0;
	}
	memcpy(info->name, ch->name, sizeof(info->name));
	info->attr = ch->attr;
	info->uid = from_kuid_munged(ns, ch->uid);
	info->gid = from_kgid_munged(ns, ch->gid);
	if (*ch->name && !ch->linked)
		info->state |= VBUF_STATE_UNLINKED;
	spin_lock(&ch->lock);
	show_numbers_locked(ch, info);
	spin_unlock(&ch->lock);
	return 0;
}

static long list_channels(const struct vbuf_list *arg)
{
	struct vbuf_channel_info info;
	u64 after = arg->after;
	u32 i;
	int err;

	for (i = 0; i < arg->count; i++) {
		if (vbuf_registry_visit_next(current->nsproxy->net_ns, after,
					     show_channel, &info))
			break;
		err = vbuf_user_put_entry(arg->entries, i, &info, sizeof(info));
		if (err)
			return err;
		after = info.id;
	}
	return i;
}

/**
 * struct endpoint_chunk - some endpoints of a channel
 * @after: in: show those with ids above
 * @count: how many are filled in
 * @info: the endpoints
 */
struct endpoint_chunk {
	u64 after;
	u32 count;
	struct vbuf_endpoint_info info[CHUNK];
};

static void show_endpoint(const struct vbuf_endpoint *ep,
			  struct vbuf_endpoint_info *info)
{
	info->id = ep->id;
	info->pid = pid_nr_ns(ep->pid, task_active_pid_ns(current));
	info->uid = from_kuid_munged(current_user_ns(), ep->uid);
	spin_lock(&ep->channel->lock);
	info->sent = ep->sent;
	info->received = ep->received;
	info->rights = ep->can;
	info->owned = ep->owned;
	info->blocked_senders = ep->blocked_senders;
	info->blocked_receivers = ep->blocked_receivers;
	spin_unlock(&ep->channel->lock);
}

static int show_endpoints(struct vbuf_channel *ch, bool allowed, void *data)
{
	struct endpoint_chunk *chunk = data;
	struct vbuf_endpoint *ep;

	if (!allowed)
		return -EACCES;
	memset(chunk->info, 0, sizeof(chunk->info));
	chunk->count = 0;
	guard(mutex)(&ch->members_lock);
	list_for_each_entry(ep, &ch->endpoints, link) {
		if (ep->id <= chunk->after)
			continue;
		if (chunk->count == CHUNK)
			break;
		show_endpoint(ep, &chunk->info[chunk->count++]);
	}
	return 0;
}

static long put_chunk(const struct vbuf_list *arg, u32 done,
		      struct endpoint_chunk *chunk)
{
	u32 i;
	int err;

	for (i = 0; i < chunk->count && done + i < arg->count; i++) {
		err = vbuf_user_put_entry(arg->entries, done + i,
					  &chunk->info[i],
					  sizeof(chunk->info[i]));
		if (err)
			return err;
		chunk->after = chunk->info[i].id;
	}
	return i;
}

static long list_endpoints(const struct vbuf_list *arg)
{
	struct endpoint_chunk *chunk;
	u32 done = 0;
	long n;

	chunk = kmalloc(sizeof(*chunk), VBUF_GFP);
	if (!chunk)
		return -ENOMEM;
	chunk->after = arg->after;
	do {
		n = vbuf_registry_visit(current->nsproxy->net_ns, arg->channel,
					show_endpoints, chunk);
		if (!n)
			n = put_chunk(arg, done, chunk);
		if (n > 0)
			done += n;
	} while (n == CHUNK && done < arg->count);
	kfree(chunk);
	return n < 0 ? n : done;
}

/**
 * vbuf_list() - VBUF_IOC_LIST
 * @arg: its argument
 *
 * Return: entries filled, or -EINVAL, -EFAULT, -ENOENT, -EACCES, -ENOMEM.
 */
long vbuf_list(const struct vbuf_list *arg)
{
	size_t entry = arg->channel ? sizeof(struct vbuf_endpoint_info) :
				      sizeof(struct vbuf_channel_info);

	if (arg->reserved || arg->entry_size != entry || !arg->count ||
	    arg->count > VBUF_MAX_VECTOR)
		return -EINVAL;
	return arg->channel ? list_endpoints(arg) : list_channels(arg);
}
