// SPDX-License-Identifier: GPL-2.0
/*
 * User memory: what is rarer, or longer, than the inline functions of user.h.
 */
#include <linux/mm.h>
#include <linux/pagemap.h>

#include "user.h"

/**
 * vbuf_user_get() - read an argument that grows
 * @arg: where to; begins with a __u32 size
 * @size: its size, and, until it grows, the least that a caller may have
 * @from: the user's
 *
 * Return: 0, with the size that the caller gave in @arg; -EFAULT, -EINVAL for a
 * size that is too small, -E2BIG for bytes beyond @size that are not zero.
 */
int vbuf_user_get(void *arg, size_t size, const void __user *from)
{
	u32 given;
	int err;

	if (get_user(given, (const u32 __user *)from))
		return -EFAULT;
	if (given < size)
		return -EINVAL;
	if (given > PAGE_SIZE)
		return -E2BIG;
	err = copy_struct_from_user(arg, size, from, given);
	/* What was checked counts, not what stands there now. */
	*(u32 *)arg = given;
	return err;
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

/**
 * vbuf_user_put_entry() - write an entry of an array
 * @array: the user's
 * @index: of the entry
 * @entry: from where
 * @size: of an entry
 *
 * Return: 0 or -EFAULT.
 */
int vbuf_user_put_entry(u64 array, u32 index, const void *entry, size_t size)
{
	return vbuf_user_put(u64_to_user_ptr(array) + index * size, entry, size);
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

/**
 * vbuf_user_get_xfer() - as vbuf_user_get(), quick for the size of today
 * @arg: where to
 * @from: the user's
 *
 * Return: as vbuf_user_get().
 */
int vbuf_user_get_xfer(struct vbuf_xfer *arg,
		       const struct vbuf_xfer __user *from)
{
	might_fault();
	if (!user_read_access_begin(from, sizeof(*from)))
		return -EFAULT;
	unsafe_get_user(arg->size, &from->size, slow);
	if (unlikely(arg->size != sizeof(*arg)))
		goto slow;
	unsafe_get_user(arg->flags, &from->flags, slow);
	unsafe_get_user(arg->buf, &from->buf, slow);
	unsafe_get_user(arg->len, &from->len, slow);
	unsafe_get_user(arg->deadline_ns, &from->deadline_ns, slow);
	user_read_access_end();
	return 0;
slow:
	user_read_access_end();
	return vbuf_user_get(arg, sizeof(*arg), from);
}

/**
 * vbuf_user_get_rooms() - read how long a message each entry can take
 * @msgs: the user's
 * @room: where to
 * @count: entries of both
 *
 * Return: 0 or -EFAULT.
 */
int vbuf_user_get_rooms(const struct vbuf_msg __user *msgs, u32 *room,
			u32 count)
{
	u32 i;

	might_fault();
	if (!user_read_access_begin(msgs, count * sizeof(*msgs)))
		return -EFAULT;
	for (i = 0; i < count; i++)
		unsafe_get_user(room[i], &msgs[i].size, fault);
	user_read_access_end();
	return 0;
fault:
	user_read_access_end();
	return -EFAULT;
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
