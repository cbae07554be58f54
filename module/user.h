/* SPDX-License-Identifier: GPL-2.0 */
#ifndef VBUF_USER_H
#define VBUF_USER_H

#include <linux/fault-inject-usercopy.h>
#include <linux/instrumented.h>
#include <linux/uaccess.h>
#include <linux/uidgid.h>
#include <linux/uio.h>
#include <linux/vbuf.h>

#include "slots.h"

/**
 * DOC: User memory
 *
 * All access to user memory is here and in user.c, and none of it is made with
 * a lock held. What is read is read once, into kernel memory, and checked there.
 *
 * The bytes of messages are copied by raw_copy_*_user(): the kernel's side of
 * the copy is within a slot, by the checks made here of its length against the
 * slot's, so the object-size check of HARDENED_USERCOPY (140 instructions a
 * copy) has nothing to add. What else copy_*_user() do, for kernels that watch
 * themselves, is done here. The caller has checked the user's side by
 * access_ok(), as vfs_read() and vfs_write() have.
 */

int vbuf_user_get(void *arg, size_t size, const void __user *from);
int vbuf_user_get_grown(void *arg, size_t size, size_t least,
			const void __user *from);
int vbuf_user_put(void __user *to, const void *arg, size_t size);
int vbuf_user_put_xfer_len(struct vbuf_xfer __user *to, u32 len);
int vbuf_user_put_msg_len(struct vbuf_msg __user *to, u32 len);
int vbuf_user_put_int(int __user *to, int value);
int vbuf_user_put_addr(u64 __user *to, u64 addr);
int vbuf_user_put_acquired(struct vbuf_msg __user *to, u64 addr,
			   const struct vbuf_slot *slot);
u32 vbuf_user_get_rooms(const struct vbuf_msg __user *msgs,
			struct vbuf_rooms *rooms, u32 count);
bool vbuf_user_readable(const void __user *from, size_t len);

int vbuf_user_copy_in_pieces(const struct vbuf_pool *pool, u32 n,
			     const void __user *from, u32 len);
int vbuf_user_copy_out_pieces(const struct vbuf_pool *pool, u32 n,
			      void __user *to, u32 len);
int vbuf_user_copy_in_iter(const struct vbuf_pool *pool, u32 n,
			   struct iov_iter *from, u32 len);
int vbuf_user_copy_out_iter(const struct vbuf_pool *pool, u32 n,
			    struct iov_iter *to, u32 len);

/* access_ok() for a message of @len bytes; what is longer than any is not one. */
static __always_inline bool vbuf_user_in_range(const void __user *addr, u64 len)
{
	return access_ok(addr, min_t(u64, len, VBUF_MAX_SLOT_SIZE));
}

/* raw_copy_from_user(), where KASAN, KCSAN and fail_usercopy see it. */
static __always_inline int vbuf_user_raw_in(void *to, const void __user *from,
					    u32 len)
{
	unsigned long left;

	if (should_fail_usercopy())
		return -EFAULT;
	instrument_copy_from_user_before(to, from, len);
	left = raw_copy_from_user(to, from, len);
	instrument_copy_from_user_after(to, from, len, left);
	return left ? -EFAULT : 0;
}

/* raw_copy_to_user(), likewise. */
static __always_inline int vbuf_user_raw_out(void __user *to, const void *from,
					     u32 len)
{
	if (should_fail_usercopy())
		return -EFAULT;
	instrument_copy_to_user(to, from, len);
	return raw_copy_to_user(to, from, len) ? -EFAULT : 0;
}

/* Writes @len bytes, no more than a slot has, to slot @n. 0 or -EFAULT. */
static __always_inline int vbuf_user_copy_in(const struct vbuf_pool *pool,
					     u32 n, const void __user *from,
					     u32 len)
{
	might_fault();
	if (unlikely(pool->pieces != 1))
		return vbuf_user_copy_in_pieces(pool, n, from, len);
	/* As copy_from_user(): not even in speculation from anywhere else. */
	barrier_nospec();
	return vbuf_user_raw_in(pool->slot[n].data, from, len);
}

/* Reads @len bytes, no more than were written, from slot @n. 0 or -EFAULT. */
static __always_inline int vbuf_user_copy_out(const struct vbuf_pool *pool,
					      u32 n, void __user *to, u32 len)
{
	might_fault();
	if (unlikely(pool->pieces != 1))
		return vbuf_user_copy_out_pieces(pool, n, to, len);
	return vbuf_user_raw_out(to, pool->slot[n].data, len);
}

/* As vbuf_user_get(), quick for the size of today. */
static __always_inline int vbuf_user_get_xfer(struct vbuf_xfer *arg,
					      const struct vbuf_xfer __user *from)
{
	might_fault();
	if (unlikely(!user_read_access_begin(from, sizeof(*from))))
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

/* As vbuf_user_get(), quick for the size of today. */
static __always_inline int
vbuf_user_get_vector(struct vbuf_vector *arg,
		     const struct vbuf_vector __user *from)
{
	might_fault();
	if (unlikely(!user_read_access_begin(from, sizeof(*from))))
		return -EFAULT;
	unsafe_get_user(arg->size, &from->size, slow);
	if (unlikely(arg->size != sizeof(*arg)))
		goto slow;
	unsafe_get_user(arg->flags, &from->flags, slow);
	unsafe_get_user(arg->msgs, &from->msgs, slow);
	unsafe_get_user(arg->count, &from->count, slow);
	unsafe_get_user(arg->msg_size, &from->msg_size, slow);
	unsafe_get_user(arg->deadline_ns, &from->deadline_ns, slow);
	user_read_access_end();
	return 0;
slow:
	user_read_access_end();
	return vbuf_user_get(arg, sizeof(*arg), from);
}

/**
 * struct vbuf_batch - messages of a vector on their way
 * @pool: where their slots are
 * @chain: the slots
 * @done: out: how many messages were copied
 * @bytes: out: in them
 */
struct vbuf_batch {
	const struct vbuf_pool *pool;
	struct vbuf_chain chain;
	u32 done;
	u64 bytes;
};

int vbuf_user_check_entry(const struct vbuf_msg __user *msg, u32 slot_size,
			  bool readable);
int vbuf_user_fill(struct vbuf_batch *batch,
		   const struct vbuf_msg __user *msgs, u32 slot_size,
		   kuid_t uid);
int vbuf_user_empty(struct vbuf_batch *batch, struct vbuf_msg __user *msgs);
int vbuf_user_put_cookie(struct vbuf_msg __user *msg, u64 cookie);
int vbuf_user_put_info(struct vbuf_msg __user *to, const struct vbuf_msg *info);

#endif /* VBUF_USER_H */
