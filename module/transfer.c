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
#include "held.h"
#include "messages.h"
#include "moves.h"
#include "threads.h"
#include "transfer.h"
#include "user.h"

static noinline void discard_one(struct vbuf_endpoint *ep, u32 n)
{
	vbuf_moves_discard(ep, vbuf_chain_of(n));
}

static noinline void undo_one(struct vbuf_endpoint *ep, u32 n)
{
	vbuf_moves_undo(ep, vbuf_chain_of(n));
}

/* Sends one message. What cannot be sent is refused before it waits. */
static __always_inline ssize_t send_one(struct vbuf_endpoint *ep,
					struct vbuf_call call,
					const void __user *from, size_t len)
{
	struct vbuf_channel *ch = ep->channel;
	int n;

	if (unlikely(len > ch->attr.slot_size))
		return -EMSGSIZE;
	n = vbuf_moves_reserve_one(ep, ch, call);
	if (unlikely(n < 0))
		return n;
	if (unlikely(vbuf_user_copy_in(&ch->pool, n, from, len))) {
		discard_one(ep, n);
		return -EFAULT;
	}
	return vbuf_moves_commit_one(ep, ch, n, len);
}

/*
 * What a receiver acquired becomes its own, or, if it could not be copied out
 * or the receiver is about to die, goes back where it was.
 */
static __always_inline ssize_t conclude(struct vbuf_endpoint *ep,
					struct vbuf_channel *ch, u32 n,
					u32 len, int err)
{
	if (unlikely(err || fatal_signal_pending(current))) {
		undo_one(ep, n);
		return err ?: -EINTR;
	}
	vbuf_messages_note(ch, n);
	vbuf_moves_release_one(ep, ch, n, len);
	return len;
}

/* Receives one message. */
static __always_inline ssize_t recv_one(struct vbuf_endpoint *ep,
					struct vbuf_call call,
					void __user *to, u32 room,
					u32 *too_long)
{
	struct vbuf_channel *ch = ep->channel;
	u32 len;
	int n;

	n = vbuf_moves_acquire_one(ep, ch, call, room, too_long);
	if (unlikely(n < 0))
		return n;
	len = ch->pool.slot[n].len;
	return conclude(ep, ch, n, len,
			vbuf_user_copy_out(&ch->pool, n, to, len));
}

/* O_NONBLOCK is looked for where it matters. */
static const struct vbuf_call plain_call;

/* .write: one message; vfs_write() has checked the range of @from. */
ssize_t vbuf_transfer_write(struct file *file, const char __user *from,
			    size_t len, loff_t *pos)
{
	struct vbuf_endpoint *ep = vbuf_endpoint_of(file);

	vbuf_threads_enter(file, false);
	if (unlikely(!ep))
		return -ENOTCONN;
	return send_one(ep, plain_call, from, len);
}

/* At hang-up, read() gives the end of file. */
static ssize_t read_result(ssize_t n)
{
	return likely(n != -EPIPE) ? n : 0;
}

/* .read: one message; vfs_read() has checked the range of @to. */
ssize_t vbuf_transfer_read(struct file *file, char __user *to, size_t size,
			   loff_t *pos)
{
	struct vbuf_endpoint *ep = vbuf_endpoint_of(file);

	vbuf_threads_enter(file, true);
	if (unlikely(!ep))
		return -ENOTCONN;
	/* vfs_read() reads less than 2^31 bytes. */
	return read_result(recv_one(ep, plain_call, to, size, NULL));
}

static struct vbuf_call iter_call(const struct kiocb *iocb)
{
	return (struct vbuf_call){
		.flags = iocb->ki_flags & IOCB_NOWAIT ? VBUF_DONTWAIT : 0,
	};
}

/* .write_iter: one message, of all that @from has. */
ssize_t vbuf_transfer_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	struct vbuf_endpoint *ep = vbuf_endpoint_of(iocb->ki_filp);
	size_t len = iov_iter_count(from);
	struct vbuf_channel *ch;
	int n;

	vbuf_threads_enter(iocb->ki_filp, false);
	if (!ep)
		return -ENOTCONN;
	ch = ep->channel;
	if (len > ch->attr.slot_size)
		return -EMSGSIZE;
	n = vbuf_moves_reserve_one(ep, ch, iter_call(iocb));
	if (n < 0)
		return n;
	if (vbuf_user_copy_in_iter(&ch->pool, n, from, len)) {
		discard_one(ep, n);
		return -EFAULT;
	}
	return vbuf_moves_commit_one(ep, ch, n, len);
}

/* .read_iter: one message, into all the room that @to has. */
ssize_t vbuf_transfer_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct vbuf_endpoint *ep = vbuf_endpoint_of(iocb->ki_filp);
	struct vbuf_channel *ch;
	u32 len;
	int n;

	vbuf_threads_enter(iocb->ki_filp, true);
	if (!ep)
		return -ENOTCONN;
	ch = ep->channel;
	n = vbuf_moves_acquire_one(ep, ch, iter_call(iocb),
				   min_t(size_t, iov_iter_count(to), U32_MAX),
				   NULL);
	if (n < 0)
		return read_result(n);
	len = ch->pool.slot[n].len;
	return conclude(ep, ch, n, len,
			vbuf_user_copy_out_iter(&ch->pool, n, to, len));
}

/**
 * vbuf_transfer_send() - VBUF_IOC_SEND
 * @ep: the sender
 * @call: how to wait
 * @arg: the message
 *
 * Return: 0 or -errno, as VBUF_IOC_SEND says.
 */
long vbuf_transfer_send(struct vbuf_endpoint *ep, struct vbuf_call call,
			const struct vbuf_xfer *arg)
{
	const void __user *from = u64_to_user_ptr(arg->buf);
	ssize_t n;

	if (unlikely(!vbuf_user_in_range(from, arg->len)))
		return -EFAULT;
	/* Nothing is dropped for what could not be sent anyway. */
	if (unlikely(call.flags & VBUF_DROP_OLDEST) &&
	    arg->len <= ep->channel->attr.slot_size &&
	    !vbuf_user_readable(from, arg->len))
		return -EFAULT;
	n = send_one(ep, call, from, arg->len);
	return unlikely(n < 0) ? n : 0;
}

/**
 * vbuf_transfer_recv() - VBUF_IOC_RECV
 * @ep: the receiver
 * @call: how to wait
 * @arg: the room
 * @too_long: out, with -EMSGSIZE: bytes of the message
 *
 * Return: the message's length or -errno, as VBUF_IOC_RECV says.
 */
long vbuf_transfer_recv(struct vbuf_endpoint *ep, struct vbuf_call call,
			const struct vbuf_xfer *arg, u32 *too_long)
{
	/* No message is longer, so no more room is used. */
	u32 room = min_t(u64, arg->len, VBUF_MAX_SLOT_SIZE);
	void __user *to = u64_to_user_ptr(arg->buf);

	if (unlikely(!vbuf_user_in_range(to, room)))
		return -EFAULT;
	return recv_one(ep, call, to, room, too_long);
}

/* Sends as many messages as slots are free, at least one. */
static int send_some(struct vbuf_endpoint *ep, struct vbuf_call call,
		     const struct vbuf_msg __user *msgs, u32 count)
{
	u32 slot_size = ep->channel->attr.slot_size;
	struct vbuf_batch batch = { .pool = &ep->channel->pool };
	bool drop = call.flags & VBUF_DROP_OLDEST;
	int err;

	err = vbuf_user_check_entry(msgs, slot_size, drop);
	if (unlikely(err))
		return err;
	/* What is dropped is dropped for an entry that was looked at. */
	err = vbuf_moves_reserve(ep, call, drop ? 1 : min(count, VBUF_BATCH),
				 &batch.chain);
	if (unlikely(err))
		return err;
	err = vbuf_user_fill(&batch, msgs, slot_size, ep->uid);
	if (unlikely(err)) {
		struct vbuf_chain filled;

		filled = vbuf_chain_take(&batch.chain, batch.pool, batch.done);
		vbuf_moves_discard(ep, batch.chain);
		batch.chain = filled;
	}
	if (unlikely(!batch.done))
		return err;
	err = vbuf_moves_commit(ep, batch.chain, batch.bytes);
	return err ? err : (int)batch.done;
}

/**
 * vbuf_transfer_sendv() - VBUF_IOC_SENDV
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
		if (fatal_signal_pending(current))
			break;
		cond_resched();
	}
	return done ? (long)done : n;
}

static u64 monotonic_offset_ns(void)
{
	struct timespec64 ts = {};

	timens_add_monotonic(&ts);
	return timespec64_to_ns(&ts);
}

/*
 * The number that a process of the initial pid namespace has in the caller's;
 * 0 if it has none there, or, looked up from another namespace, has ended.
 */
static pid_t pid_seen_from_here(pid_t number)
{
	struct pid_namespace *ns = task_active_pid_ns(current);

	if (ns == &init_pid_ns)
		return number;
	guard(rcu)();
	return pid_nr_ns(find_pid_ns(number, &init_pid_ns), ns);
}

static int put_info(const struct vbuf_slot *slot, struct vbuf_msg __user *msg)
{
	struct vbuf_msg info = {
		.tag = slot->tag,
		.seq = slot->seq,
		.time_ns = slot->time_ns + monotonic_offset_ns(),
		.pid = pid_seen_from_here(slot->pid),
		.uid = from_kuid_munged(current_user_ns(), slot->uid),
		.deliveries = slot->deliveries + 1,
	};

	return vbuf_user_put_info(msg, &info);
}

/**
 * vbuf_transfer_put_more() - what is told only to those who ask
 * @ep: the receiver
 * @call: with %VBUF_HOLD, the cookie; with %VBUF_INFO, the rest
 * @n: the slot, acquired and not held yet
 * @msg: the user's
 *
 * Return: 0 or -EFAULT.
 */
int vbuf_transfer_put_more(struct vbuf_endpoint *ep, struct vbuf_call call,
			   u32 n, struct vbuf_msg __user *msg)
{
	const struct vbuf_slot *slot = &ep->channel->pool.slot[n];
	int err = 0;

	if (call.flags & VBUF_HOLD)
		err = vbuf_user_put_cookie(msg,
					   vbuf_held_cookie(slot, n,
							    slot->deliveries + 1));
	if (!err && call.flags & VBUF_INFO)
		err = put_info(slot, msg);
	return err;
}

static int put_more_of_all(struct vbuf_endpoint *ep, struct vbuf_call call,
			   struct vbuf_batch *batch,
			   struct vbuf_msg __user *msgs)
{
	u32 n = batch->chain.head, i;
	u64 bytes = 0;

	for (i = 0; i < batch->done; i++) {
		if (vbuf_transfer_put_more(ep, call, n, &msgs[i])) {
			batch->done = i;
			batch->bytes = bytes;
			return -EFAULT;
		}
		bytes += batch->pool->slot[n].len;
		n = batch->pool->slot[n].next;
	}
	return 0;
}

/* What could not be copied out goes back where it was. */
static void undo_rest(struct vbuf_endpoint *ep, struct vbuf_batch *batch)
{
	struct vbuf_chain emptied;

	emptied = vbuf_chain_take(&batch->chain, batch->pool, batch->done);
	vbuf_moves_undo(ep, batch->chain);
	batch->chain = emptied;
}

/* Copies acquired messages out; the receiver has them, or not. */
static int conclude_batch(struct vbuf_endpoint *ep, struct vbuf_call call,
			  struct vbuf_batch *batch,
			  struct vbuf_msg __user *msgs)
{
	int err;

	err = vbuf_user_empty(batch, msgs);
	if (call.flags & (VBUF_HOLD | VBUF_INFO))
		err = put_more_of_all(ep, call, batch, msgs) ?: err;
	if (unlikely(fatal_signal_pending(current))) {
		batch->done = 0;
		err = -EINTR;
	}
	if (unlikely(err))
		undo_rest(ep, batch);
	if (unlikely(!batch->done))
		return err;
	vbuf_messages_note_all(ep->channel, &batch->chain);
	if (call.flags & VBUF_HOLD) {
		err = vbuf_held_add(ep, batch->chain);
		return err ? err : (int)batch->done;
	}
	vbuf_moves_release(ep, batch->chain, batch->bytes);
	return batch->done;
}

/* Receives as many messages as are queued, at least one. */
static int recv_some(struct vbuf_endpoint *ep, struct vbuf_call call,
		     struct vbuf_msg __user *msgs, u32 count)
{
	struct vbuf_batch batch = { .pool = &ep->channel->pool };
	struct vbuf_rooms rooms;
	int err;

	count = vbuf_user_get_rooms(msgs, &rooms, count);
	if (unlikely(!count))
		return -EFAULT;
	err = vbuf_moves_acquire(ep, call, &rooms, count, &batch.chain);
	if (err == -EMSGSIZE && vbuf_user_put_msg_len(msgs, rooms.room[0]))
		return -EFAULT;
	if (unlikely(err))
		return err;
	return conclude_batch(ep, call, &batch, msgs);
}

/**
 * vbuf_transfer_recvv() - VBUF_IOC_RECVV
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
	u32 done = 0, want;
	int n;

	do {
		want = min(count - done, VBUF_BATCH);
		n = recv_some(ep, call, msgs + done, want);
		if (n < 0)
			break;
		done += n;
		cond_resched();
		call.flags |= VBUF_DONTWAIT;
		/* Less than wanted: no more was there, or held_max is small. */
	} while (done < count && (n == want || ep->channel->attr.held_max));
	return done ? (long)done : n;
}
