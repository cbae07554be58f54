// SPDX-License-Identifier: GPL-2.0
/*
 * Messages by copy: what happens between a slot's moves.
 *
 * What a message costs here: two short holdings of the channel's lock and one
 * copy on each side, no atomic operation beside the lock's, no allocation, and
 * no wake-up unless somebody waits. Cache lines that sender and receiver share:
 * the channel's hot ones, the slot's description, and the bytes.
 */
#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/time_namespace.h>
#include <linux/uio.h>
#include <linux/user_namespace.h>

#include "channel.h"
#include "endpoint.h"
#include "moves.h"
#include "transfer.h"
#include "user.h"

/* What cannot be sent is refused before the call waits, or drops, anything. */
static int check_send(const struct vbuf_endpoint *ep, size_t len)
{
	return unlikely(len > ep->channel->attr.slot_size) ? -EMSGSIZE : 0;
}

static noinline void discard_one(struct vbuf_endpoint *ep, u32 n)
{
	vbuf_moves_discard(ep, &n, 1);
}

static noinline void undo_one(struct vbuf_endpoint *ep, u32 n)
{
	vbuf_moves_undo(ep, &n, 1);
}

/**
 * vbuf_transfer_send() - send one message
 * @ep: the sender
 * @call: how to wait
 * @from: the message; access_ok() for @len
 * @len: its length
 *
 * Return: @len or -errno, as VBUF_IOC_SEND says.
 */
ssize_t vbuf_transfer_send(struct vbuf_endpoint *ep,
			   struct vbuf_call call,
			   const void __user *from, size_t len)
{
	struct vbuf_channel *ch = ep->channel;
	int err, n;

	err = check_send(ep, len);
	if (unlikely(err))
		return err;
	if (unlikely(call.flags & VBUF_DROP_OLDEST) &&
	    !vbuf_user_readable(from, len))
		return -EFAULT;
	n = vbuf_moves_reserve_one(ep, call);
	if (unlikely(n < 0))
		return n;
	if (unlikely(vbuf_user_copy_in(&ch->pool, n, from, len))) {
		discard_one(ep, n);
		return -EFAULT;
	}
	ch->pool.slot[n].len = len;
	ch->pool.slot[n].tag = 0;
	vbuf_moves_commit_one(ep, n);
	return len;
}

/* As vbuf_transfer_send(), of the bytes that @from has. */
ssize_t vbuf_transfer_send_iter(struct vbuf_endpoint *ep,
				struct vbuf_call call,
				struct iov_iter *from)
{
	struct vbuf_channel *ch = ep->channel;
	size_t len = iov_iter_count(from);
	int err, n;

	err = check_send(ep, len);
	if (err)
		return err;
	n = vbuf_moves_reserve_one(ep, call);
	if (n < 0)
		return n;
	if (vbuf_user_copy_in_iter(&ch->pool, n, from, len)) {
		discard_one(ep, n);
		return -EFAULT;
	}
	ch->pool.slot[n].len = len;
	ch->pool.slot[n].tag = 0;
	vbuf_moves_commit_one(ep, n);
	return len;
}

/*
 * What a receiver acquired becomes its own, or, if it could not be copied out
 * or the receiver is about to die, goes back where it was.
 */
static __always_inline ssize_t conclude(struct vbuf_endpoint *ep, u32 n,
					u32 len, int err)
{
	if (unlikely(err || fatal_signal_pending(current))) {
		undo_one(ep, n);
		return err ?: -EINTR;
	}
	vbuf_moves_release_one(ep, n);
	return len;
}

/**
 * vbuf_transfer_recv() - receive one message
 * @ep: the receiver
 * @call: how to wait
 * @to: room; access_ok() for @size
 * @size: bytes of it
 * @too_long: out, with -EMSGSIZE: bytes of the message; or NULL
 *
 * Return: the message's length or -errno, as VBUF_IOC_RECV says.
 */
ssize_t vbuf_transfer_recv(struct vbuf_endpoint *ep,
			   struct vbuf_call call,
			   void __user *to, size_t size, u32 *too_long)
{
	struct vbuf_channel *ch = ep->channel;
	int err, n;
	u32 len;

	n = vbuf_moves_acquire_one(ep, call, min_t(size_t, size, U32_MAX),
				   too_long);
	if (unlikely(n < 0))
		return n;
	len = ch->pool.slot[n].len;
	err = vbuf_user_copy_out(&ch->pool, n, to, len);
	return conclude(ep, n, len, err);
}

/* As vbuf_transfer_recv(), into the room that @to has. */
ssize_t vbuf_transfer_recv_iter(struct vbuf_endpoint *ep,
				struct vbuf_call call,
				struct iov_iter *to)
{
	u32 room = min_t(size_t, iov_iter_count(to), U32_MAX);
	struct vbuf_channel *ch = ep->channel;
	int err, n;
	u32 len;

	n = vbuf_moves_acquire_one(ep, call, room, NULL);
	if (n < 0)
		return n;
	len = ch->pool.slot[n].len;
	err = vbuf_user_copy_out_iter(&ch->pool, n, to, len);
	return conclude(ep, n, len, err);
}

static int check_entry(const struct vbuf_endpoint *ep,
		       const struct vbuf_entry *entry)
{
	if (unlikely(entry->flags))
		return -EINVAL;
	return check_send(ep, entry->len);
}

/* Whether the next entry can be sent, before waiting or dropping for it. */
static int peek_entry(struct vbuf_endpoint *ep, struct vbuf_call call,
		      const struct vbuf_msg __user *msg)
{
	struct vbuf_entry entry;
	int err;

	err = vbuf_user_get_entry(msg, &entry);
	if (!err)
		err = check_entry(ep, &entry);
	if (!err && (call.flags & VBUF_DROP_OLDEST) &&
	    !vbuf_user_readable(u64_to_user_ptr(entry.buf), entry.len))
		err = -EFAULT;
	return err;
}

/* Fills one slot from one entry. */
static inline int fill(struct vbuf_endpoint *ep, u32 n,
		       const struct vbuf_msg __user *msg)
{
	struct vbuf_pool *pool = &ep->channel->pool;
	struct vbuf_entry entry;
	int err;

	err = vbuf_user_get_entry(msg, &entry);
	if (likely(!err))
		err = check_entry(ep, &entry);
	if (likely(!err))
		err = vbuf_user_copy_in(pool, n, u64_to_user_ptr(entry.buf),
					entry.len);
	pool->slot[n].len = entry.len;
	pool->slot[n].tag = entry.tag;
	return err;
}

/* Sends as many messages as slots are free, at least one. */
static int send_some(struct vbuf_endpoint *ep, struct vbuf_call call,
		     const struct vbuf_msg __user *msgs, u32 count)
{
	u32 slot[VBUF_BATCH];
	int got, err;
	u32 i;

	err = peek_entry(ep, call, msgs);
	if (unlikely(err))
		return err;
	/* What is dropped is dropped for an entry that was looked at. */
	count = call.flags & VBUF_DROP_OLDEST ? 1 : min(count, VBUF_BATCH);
	got = vbuf_moves_reserve(ep, call, slot, count);
	if (unlikely(got < 0))
		return got;
	for (i = 0; i < got; i++) {
		err = fill(ep, slot[i], &msgs[i]);
		if (unlikely(err))
			break;
	}
	if (likely(i))
		vbuf_moves_commit(ep, slot, i);
	if (unlikely(i < got))
		vbuf_moves_discard(ep, slot + i, got - i);
	return i ?: err;
}

/**
 * vbuf_transfer_sendv() - send a vector of messages
 * @ep: the sender
 * @call: how to wait
 * @msgs: the messages
 * @count: how many, at least one
 *
 * Return: how many were sent, or -errno if none, as VBUF_IOC_SENDV says.
 */
long vbuf_transfer_sendv(struct vbuf_endpoint *ep, struct vbuf_call call,
			 const struct vbuf_msg __user *msgs, u32 count)
{
	u32 done = 0;
	int n = 0;

	while (done < count) {
		n = send_some(ep, call, msgs + done, count - done);
		if (n < 0)
			break;
		done += n;
	}
	return done ?: n;
}

static u64 monotonic_offset_ns(void)
{
	struct timespec64 ts = {};

	timens_add_monotonic(&ts);
	return timespec64_to_ns(&ts);
}

static int put_info(const struct vbuf_slot *slot, struct vbuf_msg __user *msg)
{
	struct vbuf_msg info = {
		.tag = slot->tag,
		.seq = slot->seq,
		.time_ns = slot->time_ns + monotonic_offset_ns(),
		.pid = pid_nr_ns(slot->pid, task_active_pid_ns(current)),
		.uid = from_kuid_munged(current_user_ns(), slot->uid),
		.deliveries = slot->deliveries,
	};

	return vbuf_user_put_info(msg, &info);
}

/* Copies one message out, and what is told about it. */
static inline int empty(struct vbuf_endpoint *ep, struct vbuf_call call,
			u32 n, struct vbuf_msg __user *msg)
{
	const struct vbuf_pool *pool = &ep->channel->pool;
	const struct vbuf_slot *slot = &pool->slot[n];
	u32 flags = slot->deliveries > 1 ? VBUF_MSG_REDELIVERED : 0;
	void __user *to;
	int err;

	err = vbuf_user_get_room(msg, slot->len, &to);
	if (likely(!err))
		err = vbuf_user_copy_out(pool, n, to, slot->len);
	if (likely(!err))
		err = vbuf_user_put_entry_out(msg, slot->len, flags);
	if (!err && (call.flags & VBUF_HOLD))
		err = vbuf_user_put_cookie(msg,
					   vbuf_moves_cookie(ep->channel, n));
	if (!err && (call.flags & VBUF_INFO))
		err = put_info(slot, msg);
	return err;
}

/* Receives as many messages as are queued, at least one. */
static int recv_some(struct vbuf_endpoint *ep, struct vbuf_call call,
		     struct vbuf_msg __user *msgs, u32 count)
{
	u32 slot[VBUF_BATCH], room[VBUF_BATCH];
	int got, err = 0;
	u32 i;

	count = min(count, VBUF_BATCH);
	if (unlikely(vbuf_user_get_rooms(msgs, room, count)))
		return -EFAULT;
	got = vbuf_moves_acquire(ep, call, slot, room, count);
	if (got == -EMSGSIZE && vbuf_user_put_msg_len(msgs, room[0]))
		return -EFAULT;
	if (unlikely(got < 0))
		return got;
	for (i = 0; i < got; i++) {
		err = empty(ep, call, slot[i], &msgs[i]);
		if (unlikely(err))
			break;
	}
	if (unlikely(fatal_signal_pending(current))) {
		err = -EINTR;
		i = 0;
	}
	if (unlikely(i < got))
		vbuf_moves_undo(ep, slot + i, got - i);
	if (unlikely(!i))
		return err;
	if (call.flags & VBUF_HOLD)
		return vbuf_moves_hold(ep, slot, i) ?: i;
	vbuf_moves_release(ep, slot, i);
	return i;
}

/**
 * vbuf_transfer_recvv() - receive a vector of messages
 * @ep: the receiver
 * @call: how to wait for the first
 * @msgs: room for the messages
 * @count: for how many, at least one
 *
 * Return: how many were received, or -errno if none, as VBUF_IOC_RECVV says.
 */
long vbuf_transfer_recvv(struct vbuf_endpoint *ep, struct vbuf_call call,
			 struct vbuf_msg __user *msgs, u32 count)
{
	struct vbuf_call rest = call;
	u32 done = 0;
	int n;

	rest.flags |= VBUF_DONTWAIT;
	do {
		n = recv_some(ep, done ? rest : call, msgs + done,
			      count - done);
		if (n < 0)
			break;
		done += n;
		/* A short batch: no more was there. */
	} while (done < count && n == VBUF_BATCH);
	return done ?: n;
}
