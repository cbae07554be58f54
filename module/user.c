// SPDX-License-Identifier: GPL-2.0
/*
 * User memory: what is rarer, or longer, than the inline functions of user.h.
 */
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/pagemap.h>
#include <linux/sched.h>

#include "user.h"

/**
 * vbuf_user_get_grown() - read an argument that has grown
 * @arg: where to; begins with a __u32 size
 * @size: its size; what a caller lacks is taken for zeros
 * @least: its size in its first release, the least that a caller may have
 * @from: the user's
 *
 * Return: 0, with the size that the caller gave in @arg; -EFAULT, -EINVAL for a
 * size that is too small, -E2BIG for bytes beyond @size that are not zero.
 */
int vbuf_user_get_grown(void *arg, size_t size, size_t least,
			const void __user *from)
{
	u32 given;
	int err;

	if (get_user(given, (const u32 __user *)from))
		return -EFAULT;
	if (given < least)
		return -EINVAL;
	if (given > PAGE_SIZE)
		return -E2BIG;
	err = copy_struct_from_user(arg, size, from, given);
	/* What was checked counts, not what stands there now. */
	*(u32 *)arg = given;
	return err;
}

/* As vbuf_user_get_grown(), of what has not grown yet. */
int vbuf_user_get(void *arg, size_t size, const void __user *from)
{
	return vbuf_user_get_grown(arg, size, size, from);
}

/**
 * vbuf_user_put() - write an argument back
 * @to: the user's, at least of the size of @arg by vbuf_user_get()'s check
 * @arg: from where
 * @size: its size
 *
 * Return: 0 or -EFAULT.
 */
int vbuf_user_put(void __user *to, const void *arg, size_t size)
{
	return copy_to_user(to, arg, size) ? -EFAULT : 0;
}

/* Tells RECV the length of a message that did not fit. 0 or -EFAULT. */
int vbuf_user_put_xfer_len(struct vbuf_xfer __user *to, u32 len)
{
	return put_user((u64)len, &to->len) ? -EFAULT : 0;
}

/* Tells RECVV the same. 0 or -EFAULT. */
int vbuf_user_put_msg_len(struct vbuf_msg __user *to, u32 len)
{
	return put_user(len, &to->len) ? -EFAULT : 0;
}

/* Tells FIONREAD a length. 0 or -EFAULT. */
int vbuf_user_put_int(int __user *to, int value)
{
	return put_user(value, to) ? -EFAULT : 0;
}

/* Tells where a slot is, or 0. 0 or -EFAULT. */
int vbuf_user_put_addr(u64 __user *to, u64 addr)
{
	return put_user(addr, to) ? -EFAULT : 0;
}

/**
 * vbuf_user_get_rooms() - read how long a message each entry can take
 * @msgs: the user's
 * @rooms: where to
 * @count: entries
 *
 * Return: how many could be read.
 */
u32 vbuf_user_get_rooms(const struct vbuf_msg __user *msgs,
			struct vbuf_rooms *rooms, u32 count)
{
	u32 least = U32_MAX, room, i = 0;
	/* Through a pointer, for a check of an index would be a call in there. */
	u32 *to = rooms->room;

	might_fault();
	if (!user_read_access_begin(msgs, count * sizeof(*msgs)))
		return 0;
	for (; i < count; i++) {
		unsafe_get_user(room, &msgs[i].size, fault);
		*to++ = room;
		least = min(least, room);
	}
fault:
	user_read_access_end();
	rooms->least = least;
	return i;
}

/**
 * vbuf_user_readable() - whether bytes could be read just now
 * @from: the user's
 * @len: how many
 *
 * Asked before something is given up for them; copying them can still fail.
 */
bool vbuf_user_readable(const void __user *from, size_t len)
{
	return !fault_in_readable(from, len);
}

/* As vbuf_user_copy_in(), from a vector of buffers. */
int vbuf_user_copy_in_iter(const struct vbuf_pool *pool, u32 n,
			   struct iov_iter *from, u32 len)
{
	u32 off, bytes;
	void *piece;

	for (off = 0; off < len; off += bytes) {
		piece = vbuf_slots_piece(pool, n, off, &bytes);
		bytes = min(bytes, len - off);
		if (copy_from_iter(piece, bytes, from) != bytes)
			return -EFAULT;
	}
	return 0;
}

/* As vbuf_user_copy_out(), to a vector of buffers. */
int vbuf_user_copy_out_iter(const struct vbuf_pool *pool, u32 n,
			    struct iov_iter *to, u32 len)
{
	u32 off, bytes;
	void *piece;

	for (off = 0; off < len; off += bytes) {
		piece = vbuf_slots_piece(pool, n, off, &bytes);
		bytes = min(bytes, len - off);
		if (copy_to_iter(piece, bytes, to) != bytes)
			return -EFAULT;
	}
	return 0;
}

/* As vbuf_user_copy_in(), for slots over several blocks. */
int vbuf_user_copy_in_pieces(const struct vbuf_pool *pool, u32 n,
			     const void __user *from, u32 len)
{
	struct iov_iter iter;

	iov_iter_ubuf(&iter, ITER_SOURCE, (void __user *)from, len);
	return vbuf_user_copy_in_iter(pool, n, &iter, len);
}

/* As vbuf_user_copy_out(), for slots over several blocks. */
int vbuf_user_copy_out_pieces(const struct vbuf_pool *pool, u32 n,
			      void __user *to, u32 len)
{
	struct iov_iter iter;

	iov_iter_ubuf(&iter, ITER_DEST, to, len);
	return vbuf_user_copy_out_iter(pool, n, &iter, len);
}

/*
 * Messages of a vector up to this length, in slots of one piece, are copied by
 * plain loads and stores, within the opening of user memory that serves the
 * entries as well: calling the general copy costs more than they do.
 */
#define SHORT_MESSAGE	64U

/* Within user_read_access_begin(); @from is in range. 0 or -EFAULT. */
static __always_inline int get_short(u64 *to, const u64 __user *from, u32 len)
{
	const u8 __user *from_bytes;
	u8 *to_bytes;

	for (; len >= 32; len -= 32, to += 4, from += 4) {
		unsafe_get_user(to[0], &from[0], fault);
		unsafe_get_user(to[1], &from[1], fault);
		unsafe_get_user(to[2], &from[2], fault);
		unsafe_get_user(to[3], &from[3], fault);
	}
	for (; len >= 8; len -= 8, to++, from++)
		unsafe_get_user(*to, from, fault);
	to_bytes = (u8 *)to;
	from_bytes = (const u8 __user *)from;
	while (len--)
		unsafe_get_user(to_bytes[len], &from_bytes[len], fault);
	return 0;
fault:
	return -EFAULT;
}

/* Within user_write_access_begin(); @to is in range. 0 or -EFAULT. */
static __always_inline int put_short(u64 __user *to, const u64 *from, u32 len)
{
	const u8 *from_bytes;
	u8 __user *to_bytes;

	for (; len >= 32; len -= 32, to += 4, from += 4) {
		unsafe_put_user(from[0], &to[0], fault);
		unsafe_put_user(from[1], &to[1], fault);
		unsafe_put_user(from[2], &to[2], fault);
		unsafe_put_user(from[3], &to[3], fault);
	}
	for (; len >= 8; len -= 8, to++, from++)
		unsafe_put_user(*from, to, fault);
	to_bytes = (u8 __user *)to;
	from_bytes = (const u8 *)from;
	while (len--)
		unsafe_put_user(from_bytes[len], &to_bytes[len], fault);
	return 0;
fault:
	return -EFAULT;
}

/**
 * struct entry - what SENDV reads of a struct vbuf_msg
 * @buf: where the message is
 * @tag: the sender's
 * @len: its length
 * @flags: must be 0
 */
struct entry {
	u64 buf;
	u64 tag;
	u32 len;
	u32 flags;
};

/* The last address at which every short message is within user memory. */
static __always_inline u64 last_short(void)
{
	u64 last = TASK_SIZE_MAX - SHORT_MESSAGE;

	/* It may be a constant, and too large for array_index_mask_nospec(). */
	OPTIMIZER_HIDE_VAR(last);
	return last;
}

/* Up to which length messages are short: none where slots have pieces. */
static u32 short_in(const struct vbuf_pool *pool)
{
	return pool->pieces == 1 ? SHORT_MESSAGE : 0;
}

/* Within user_read_access_begin(). 0, -EFAULT, or why it cannot be sent. */
static __always_inline int get_entry(struct entry *entry,
				     const struct vbuf_msg __user *msg,
				     u32 slot_size)
{
	unsafe_get_user(entry->buf, &msg->buf, fault);
	unsafe_get_user(entry->tag, &msg->tag, fault);
	unsafe_get_user(entry->len, &msg->len, fault);
	unsafe_get_user(entry->flags, &msg->flags, fault);
	if (unlikely(entry->flags))
		return -EINVAL;
	if (unlikely(entry->len > slot_size))
		return -EMSGSIZE;
	return 0;
fault:
	return -EFAULT;
}

/**
 * vbuf_user_check_entry() - whether an entry could be sent just now
 * @msg: the entry
 * @slot_size: of the channel
 * @readable: look at the message's bytes, too
 *
 * Asked before something is waited for, or given up, for it.
 *
 * Return: 0, -EINVAL, -EMSGSIZE, or -EFAULT.
 */
int vbuf_user_check_entry(const struct vbuf_msg __user *msg, u32 slot_size,
			  bool readable)
{
	const void __user *from;
	struct entry entry;
	int err;

	might_fault();
	if (!user_read_access_begin(msg, sizeof(*msg)))
		return -EFAULT;
	err = get_entry(&entry, msg, slot_size);
	user_read_access_end();
	if (err)
		return err;
	from = u64_to_user_ptr(entry.buf);
	if (!access_ok(from, entry.len) ||
	    (readable && !vbuf_user_readable(from, entry.len)))
		return -EFAULT;
	return 0;
}

/* In between user_read_access_end() and _begin(). 0 or -EFAULT. */
static noinline int get_long(const struct vbuf_pool *pool, u32 n, u64 buf,
			     u32 len)
{
	const void __user *from = u64_to_user_ptr(buf);

	cond_resched();
	if (!access_ok(from, len))
		return -EFAULT;
	return vbuf_user_copy_in(pool, n, from, len);
}

/**
 * vbuf_user_fill() - copy messages of a vector into their slots
 * @batch: has its pool and chain; the rest is filled in
 * @msgs: as many entries
 * @slot_size: of the channel
 * @uid: who opened the sending endpoint
 *
 * Return: 0, or why it stopped after @batch->done messages: -EINVAL, -EMSGSIZE,
 * -EFAULT.
 */
int vbuf_user_fill(struct vbuf_batch *batch,
		   const struct vbuf_msg __user *msgs, u32 slot_size,
		   kuid_t uid)
{
	const struct vbuf_pool *pool = batch->pool;
	u32 count = batch->chain.count, most = short_in(pool);
	u32 n = batch->chain.head, i;
	struct vbuf_slot *slot;
	u64 last = last_short();
	struct entry entry;
	u64 bytes = 0;
	int err = 0;

	might_fault();
	if (!user_read_access_begin(msgs, count * sizeof(*msgs)))
		return -EFAULT;
	for (i = 0; i < count; i++, msgs++) {
		slot = &pool->slot[n];
		err = get_entry(&entry, msgs, slot_size);
		if (unlikely(err))
			break;
		slot->len = entry.len;
		slot->tag = entry.tag;
		slot->deliveries = 0;
		slot->uid = uid;
		slot->pid = current->tgid;
		if (likely(entry.len <= most && entry.buf <= last)) {
			/* Not even in speculation from anywhere else. */
			entry.buf &= array_index_mask_nospec(entry.buf,
							     last + 1);
			err = get_short(slot->data, u64_to_user_ptr(entry.buf),
					entry.len);
		} else {
			user_read_access_end();
			err = get_long(pool, n, entry.buf, entry.len);
			if (!user_read_access_begin(msgs, sizeof(*msgs)))
				return -EFAULT;
		}
		if (unlikely(err))
			break;
		bytes += entry.len;
		n = slot->next;
	}
	user_read_access_end();
	batch->done = i;
	batch->bytes = bytes;
	return err;
}

/* Within user_access_begin(): where to. 0 or -EFAULT. */
static __always_inline int get_buf(u64 *buf, const struct vbuf_msg __user *msg)
{
	unsafe_get_user(*buf, &msg->buf, fault);
	return 0;
fault:
	return -EFAULT;
}

/* In between user_access_end() and _begin(). 0 or -EFAULT. */
static noinline int put_long(const struct vbuf_pool *pool, u32 n, u64 buf)
{
	void __user *to = u64_to_user_ptr(buf);
	u32 len = pool->slot[n].len;

	cond_resched();
	if (!access_ok(to, len))
		return -EFAULT;
	return vbuf_user_copy_out(pool, n, to, len);
}

/* Within user_access_begin(): what RECVV always tells. 0 or -EFAULT. */
static __always_inline int put_entry(struct vbuf_msg __user *msg,
				     const struct vbuf_slot *slot)
{
	u32 flags = slot->deliveries ? VBUF_MSG_REDELIVERED : 0;

	unsafe_put_user(slot->len, &msg->len, fault);
	unsafe_put_user(flags, &msg->flags, fault);
	return 0;
fault:
	return -EFAULT;
}

/**
 * vbuf_user_empty() - copy messages out of their slots into a vector
 * @batch: has its pool and chain; the rest is filled in
 * @msgs: as many entries
 *
 * Return: 0, or -EFAULT if it stopped after @batch->done messages.
 */
int vbuf_user_empty(struct vbuf_batch *batch, struct vbuf_msg __user *msgs)
{
	const struct vbuf_pool *pool = batch->pool;
	u32 count = batch->chain.count, most = short_in(pool);
	u32 n = batch->chain.head, i;
	const struct vbuf_slot *slot;
	u64 last = last_short();
	u64 bytes = 0, buf;
	int err = 0;

	might_fault();
	if (!user_access_begin(msgs, count * sizeof(*msgs)))
		return -EFAULT;
	for (i = 0; i < count; i++, msgs++) {
		slot = &pool->slot[n];
		err = get_buf(&buf, msgs);
		if (unlikely(err))
			break;
		if (likely(slot->len <= most && buf <= last)) {
			err = put_short(u64_to_user_ptr(buf), slot->data,
					slot->len);
		} else {
			user_access_end();
			err = put_long(pool, n, buf);
			if (!user_access_begin(msgs, sizeof(*msgs)))
				return -EFAULT;
		}
		if (likely(!err))
			err = put_entry(msgs, slot);
		if (unlikely(err))
			break;
		bytes += slot->len;
		n = slot->next;
	}
	user_access_end();
	batch->done = i;
	batch->bytes = bytes;
	return err;
}

/* What RECVV adds with VBUF_HOLD. 0 or -EFAULT. */
int vbuf_user_put_cookie(struct vbuf_msg __user *msg, u64 cookie)
{
	return put_user(cookie, &msg->cookie) ? -EFAULT : 0;
}

/* What RECVV adds with VBUF_INFO. 0 or -EFAULT. */
int vbuf_user_put_info(struct vbuf_msg __user *to, const struct vbuf_msg *info)
{
	might_fault();
	if (!user_write_access_begin(to, sizeof(*to)))
		return -EFAULT;
	unsafe_put_user(info->tag, &to->tag, fault);
	unsafe_put_user(info->seq, &to->seq, fault);
	unsafe_put_user(info->time_ns, &to->time_ns, fault);
	unsafe_put_user(info->pid, &to->pid, fault);
	unsafe_put_user(info->uid, &to->uid, fault);
	unsafe_put_user(info->deliveries, &to->deliveries, fault);
	user_write_access_end();
	return 0;
fault:
	user_write_access_end();
	return -EFAULT;
}

/**
 * vbuf_user_put_acquired() - what ACQUIRE always tells, but for the cookie
 * @to: the user's
 * @addr: where the message is
 * @slot: describes it
 *
 * Return: 0 or -EFAULT.
 */
int vbuf_user_put_acquired(struct vbuf_msg __user *to, u64 addr,
			   const struct vbuf_slot *slot)
{
	int err;

	might_fault();
	if (!user_write_access_begin(to, sizeof(*to)))
		return -EFAULT;
	err = put_entry(to, slot);
	if (!err)
		unsafe_put_user(addr, &to->buf, fault);
	user_write_access_end();
	return err;
fault:
	user_write_access_end();
	return -EFAULT;
}
