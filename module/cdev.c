// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/vbuf: file operations and the table of ioctls.
 */
#include <asm/ioctls.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/time_namespace.h>
#include <linux/vbuf_trace.h>

#include "bind.h"
#include "cdev.h"
#include "channel.h"
#include "compat.h"
#include "endpoint.h"
#include "move.h"
#include "region.h"
#include "registry.h"
#include "sessions.h"
#include "threads.h"
#include "transfer.h"
#include "user.h"

#define SEND_FLAGS	(VBUF_DONTWAIT | VBUF_DROP_OLDEST)
#define RECV_FLAGS	VBUF_DONTWAIT
#define RECVV_FLAGS	(VBUF_DONTWAIT | VBUF_HOLD | VBUF_INFO)
#define ACQUIRE_FLAGS	(VBUF_DONTWAIT | VBUF_INFO)

/* The first release's, which had only the first three fields. */
#define RELEASE_LEAST	offsetof(struct vbuf_release, addr)

static int vbuf_open(struct inode *inode, struct file *file)
{
	/* misc_open() leaves the device there; NULL is: not an endpoint yet. */
	file->private_data = NULL;
	/*
	 * Nobody learns of messages by watching the device node (as of pipes in
	 * newer kernels), and io_uring may try without blocking first.
	 */
	vbuf_compat_no_events(file);
	file->f_mode |= FMODE_NOWAIT;
	return stream_open(inode, file);
}

static int vbuf_release(struct inode *inode, struct file *file)
{
	vbuf_bind_end(file);
	return 0;
}

static __poll_t vbuf_poll(struct file *file, poll_table *wait)
{
	struct vbuf_endpoint *ep = vbuf_endpoint_of(file);

	if (!ep)
		return EPOLLERR;
	if (ep->rights & VBUF_RIGHT_RECV)
		poll_wait(file, &ep->channel->can_recv, wait);
	if (ep->rights & VBUF_RIGHT_SEND)
		poll_wait(file, &ep->channel->can_send, wait);
	return vbuf_channel_poll(ep);
}

static int vbuf_fasync(int fd, struct file *file, int on)
{
	struct vbuf_endpoint *ep = vbuf_endpoint_of(file);
	int err = 0;

	if (!ep)
		return -ENOTCONN;
	if (ep->rights & VBUF_RIGHT_RECV)
		err = fasync_helper(fd, file, on, &ep->channel->async_recv);
	if (err >= 0 && ep->rights & VBUF_RIGHT_SEND)
		err = fasync_helper(fd, file, on, &ep->channel->async_send);
	if (err < 0 && on && ep->rights & VBUF_RIGHT_RECV)
		fasync_helper(fd, file, 0, &ep->channel->async_recv);
	if (on)
		vbuf_channel_watch(ep->channel);
	return err;
}

/* From the caller's time namespace to ours. */
static noinline u64 deadline_from_user(u64 ns)
{
	struct timespec64 offset = {};
	s64 host;

	timens_add_monotonic(&offset);
	host = min_t(u64, ns, KTIME_MAX);
	if (check_sub_overflow(host, timespec64_to_ns(&offset), &host))
		return KTIME_MAX;
	/* Long past, but not 0, which is "for ever". */
	return max_t(s64, host, 1);
}

static __always_inline struct vbuf_call call_of(u32 flags, u64 deadline)
{
	struct vbuf_call call = { .flags = flags };

	if (unlikely(deadline))
		call.deadline = deadline_from_user(deadline);
	return call;
}

static int check_send_flags(const struct vbuf_endpoint *ep, u32 flags)
{
	if (likely(!(flags & ~VBUF_DONTWAIT)))
		return 0;
	if (flags & ~SEND_FLAGS || !(ep->channel->attr.flags & VBUF_LOSSY))
		return -EINVAL;
	return 0;
}

static long ioctl_send(struct file *file, const struct vbuf_xfer __user *uarg)
{
	struct vbuf_endpoint *ep = vbuf_endpoint_of(file);
	struct vbuf_xfer arg;
	int err;

	if (unlikely(!ep))
		return -ENOTCONN;
	err = vbuf_user_get_xfer(&arg, uarg);
	if (likely(!err))
		err = check_send_flags(ep, arg.flags);
	if (unlikely(err))
		return err;
	return vbuf_transfer_send(ep, call_of(arg.flags, arg.deadline_ns),
				  &arg);
}

static long ioctl_recv(struct file *file, struct vbuf_xfer __user *uarg)
{
	struct vbuf_endpoint *ep = vbuf_endpoint_of(file);
	struct vbuf_xfer arg;
	u32 too_long;
	long ret;

	if (unlikely(!ep))
		return -ENOTCONN;
	ret = vbuf_user_get_xfer(&arg, uarg);
	if (likely(!ret) && unlikely(arg.flags & ~RECV_FLAGS))
		ret = -EINVAL;
	if (unlikely(ret))
		return ret;
	ret = vbuf_transfer_recv(ep, call_of(arg.flags, arg.deadline_ns),
				 &arg, &too_long);
	if (unlikely(ret == -EMSGSIZE) && vbuf_user_put_xfer_len(uarg, too_long))
		return -EFAULT;
	return ret;
}

static int get_vector(struct vbuf_vector *arg, const void __user *uarg)
{
	int err = vbuf_user_get_vector(arg, uarg);

	if (err)
		return err;
	if (!arg->count || arg->count > VBUF_MAX_VECTOR ||
	    arg->msg_size != sizeof(struct vbuf_msg))
		return -EINVAL;
	return 0;
}

static long ioctl_sendv(struct vbuf_endpoint *ep, void __user *uarg)
{
	struct vbuf_vector arg;
	int err;

	err = get_vector(&arg, uarg);
	if (!err)
		err = check_send_flags(ep, arg.flags);
	if (err)
		return err;
	return vbuf_transfer_sendv(ep, call_of(arg.flags, arg.deadline_ns),
				   u64_to_user_ptr(arg.msgs), arg.count);
}

static long ioctl_recvv(struct vbuf_endpoint *ep, void __user *uarg)
{
	struct vbuf_vector arg;
	int err;

	err = get_vector(&arg, uarg);
	if (!err && arg.flags & ~RECVV_FLAGS)
		err = -EINVAL;
	if (err)
		return err;
	return vbuf_transfer_recvv(ep, call_of(arg.flags, arg.deadline_ns),
				   u64_to_user_ptr(arg.msgs), arg.count);
}

static long ioctl_release(struct vbuf_endpoint *ep,
			  struct vbuf_release __user *uarg)
{
	struct vbuf_release arg;
	u32 flags;
	int err;

	err = vbuf_user_get_grown(&arg, sizeof(arg), RELEASE_LEAST, uarg);
	if (err)
		return err;
	flags = arg.flags & ~VBUF_REQUEUE;
	/* Who wants the next one has room for it. */
	if (flags && (!(flags & VBUF_NEXT) ||
		      flags & ~(VBUF_NEXT | ACQUIRE_FLAGS) ||
		      arg.size < sizeof(arg)))
		return -EINVAL;
	if (!(flags & VBUF_NEXT) && arg.deadline_ns)
		return -EINVAL;
	return vbuf_move_release(ep, call_of(flags & ACQUIRE_FLAGS,
					     arg.deadline_ns),
				 &arg, &uarg->next);
}

static long ioctl_region(struct vbuf_endpoint *ep, void __user *uarg)
{
	struct vbuf_region_info arg;
	int err;

	err = vbuf_user_get(&arg, sizeof(arg), uarg);
	if (!err && arg.reserved)
		err = -EINVAL;
	if (!err)
		err = vbuf_region_tell(ep, &arg);
	return err ?: vbuf_user_put(uarg, &arg, sizeof(arg));
}

static long ioctl_reserve(struct vbuf_endpoint *ep,
			  struct vbuf_reserve __user *uarg)
{
	struct vbuf_reserve arg;
	int err;

	err = vbuf_user_get(&arg, sizeof(arg), uarg);
	if (!err)
		err = check_send_flags(ep, arg.flags);
	if (err)
		return err;
	return vbuf_move_reserve(ep, call_of(arg.flags, arg.deadline_ns),
				 arg.len, &uarg->addr);
}

static long ioctl_commit(struct vbuf_endpoint *ep,
			 struct vbuf_commit __user *uarg)
{
	struct vbuf_commit arg;
	u32 flags;
	int err;

	err = vbuf_user_get(&arg, sizeof(arg), uarg);
	if (err)
		return err;
	flags = arg.flags & ~VBUF_NEXT;
	if (!(arg.flags & VBUF_NEXT) &&
	    (flags || arg.next_len || arg.deadline_ns))
		return -EINVAL;
	err = check_send_flags(ep, flags);
	if (err)
		return err;
	return vbuf_move_commit(ep, call_of(flags, arg.deadline_ns), &arg,
				&uarg->next_addr);
}

static long ioctl_discard(struct vbuf_endpoint *ep, const void __user *uarg)
{
	struct vbuf_discard arg;
	int err;

	err = vbuf_user_get(&arg, sizeof(arg), uarg);
	if (!err && arg.reserved)
		err = -EINVAL;
	return err ?: vbuf_move_discard(ep, arg.addr);
}

static long ioctl_acquire(struct vbuf_endpoint *ep,
			  struct vbuf_acquire __user *uarg)
{
	struct vbuf_acquire arg;
	int err;

	err = vbuf_user_get(&arg, sizeof(arg), uarg);
	if (!err && arg.flags & ~ACQUIRE_FLAGS)
		err = -EINVAL;
	if (err)
		return err;
	return vbuf_move_acquire(ep, call_of(arg.flags, arg.deadline_ns),
				 &uarg->msg);
}

static long ioctl_drain(struct vbuf_endpoint *ep, const void __user *uarg)
{
	struct vbuf_drain arg;
	int err;

	err = vbuf_user_get(&arg, sizeof(arg), uarg);
	if (!err && arg.reserved)
		err = -EINVAL;
	if (err)
		return err;
	return vbuf_channel_drain(ep, arg.deadline_ns ?
				  deadline_from_user(arg.deadline_ns) : 0);
}

static long ioctl_shutdown(struct vbuf_endpoint *ep, const void __user *uarg)
{
	struct vbuf_shutdown arg;
	int err;

	err = vbuf_user_get(&arg, sizeof(arg), uarg);
	if (err)
		return err;
	if (!arg.rights || arg.rights & ~(VBUF_RIGHT_RECV | VBUF_RIGHT_SEND))
		return -EINVAL;
	if (arg.rights & ~ep->rights)
		return -EBADF;
	vbuf_bind_shut_down(ep, arg.rights);
	return 0;
}

static long ioctl_getattr(struct vbuf_endpoint *ep, void __user *uarg)
{
	struct vbuf_getattr arg;
	int err;

	err = vbuf_user_get(&arg, sizeof(arg), uarg);
	if (!err && arg.reserved)
		err = -EINVAL;
	if (err)
		return err;
	arg.id = ep->channel->id;
	memcpy(arg.name, ep->channel->name, sizeof(arg.name));
	arg.attr = ep->channel->attr;
	return vbuf_user_put(uarg, &arg, sizeof(arg));
}

static long ioctl_create(struct file *file, const void __user *uarg)
{
	struct vbuf_create arg;
	int err;

	err = vbuf_user_get(&arg, sizeof(arg), uarg);
	return err ?: vbuf_bind_create(file, &arg);
}

static long ioctl_open(struct file *file, const void __user *uarg)
{
	struct vbuf_open arg;
	int err;

	err = vbuf_user_get(&arg, sizeof(arg), uarg);
	return err ?: vbuf_bind_open(file, &arg);
}

static const struct file_operations vbuf_fops;

static long ioctl_reopen(struct file *file, const void __user *uarg)
{
	struct vbuf_reopen arg;
	struct file *other;
	int err;

	err = vbuf_user_get(&arg, sizeof(arg), uarg);
	if (!err && arg.reserved)
		err = -EINVAL;
	if (err)
		return err;
	other = fget(arg.fd);
	if (!other)
		return -EBADF;
	if (other->f_op == &vbuf_fops)
		err = vbuf_bind_reopen(file, &arg, other);
	else
		err = -EBADF;
	fput(other);
	return err;
}

static long ioctl_trace(struct file *file, void __user *uarg)
{
	struct vbuf_trace arg;
	int err;

	err = vbuf_user_get(&arg, sizeof(arg), uarg);
	if (!err)
		err = vbuf_session_check(&arg);
	/* Told before, for afterwards it must not fail any more. */
	if (!err)
		err = vbuf_user_put(uarg, &arg, sizeof(arg));
	return err ?: vbuf_bind_trace(file, &arg);
}

static long ioctl_unlink(const void __user *uarg)
{
	struct vbuf_unlink arg;
	int err;

	err = vbuf_user_get(&arg, sizeof(arg), uarg);
	if (!err && arg.reserved)
		err = -EINVAL;
	if (!err)
		err = vbuf_registry_check_name(arg.name);
	return err ?: vbuf_registry_unlink(arg.name);
}

static long ioctl_info(void __user *uarg)
{
	struct vbuf_info arg;
	int err;

	err = vbuf_user_get(&arg, sizeof(arg), uarg);
	if (err)
		return err;
	arg.max_vector = VBUF_MAX_VECTOR;
	arg.features = 0;
	arg.max_slots = VBUF_MAX_SLOTS;
	arg.max_slot_size = VBUF_MAX_SLOT_SIZE;
	return vbuf_user_put(uarg, &arg, sizeof(arg));
}

static long ioctl_next_len(const struct vbuf_endpoint *ep, int __user *uarg)
{
	return vbuf_user_put_int(uarg, vbuf_channel_next_len(ep->channel));
}

/* What an endpoint is needed for. */
static long ioctl_endpoint(struct file *file, unsigned int cmd,
			   void __user *uarg)
{
	struct vbuf_endpoint *ep = vbuf_endpoint_of(file);

	switch (cmd) {
	case VBUF_IOC_SENDV:
		return ep ? ioctl_sendv(ep, uarg) : -ENOTCONN;
	case VBUF_IOC_RECVV:
		return ep ? ioctl_recvv(ep, uarg) : -ENOTCONN;
	case VBUF_IOC_RELEASE:
		return ep ? ioctl_release(ep, uarg) : -ENOTCONN;
	case VBUF_IOC_REGION:
		return ep ? ioctl_region(ep, uarg) : -ENOTCONN;
	case VBUF_IOC_RESERVE:
		return ep ? ioctl_reserve(ep, uarg) : -ENOTCONN;
	case VBUF_IOC_COMMIT:
		return ep ? ioctl_commit(ep, uarg) : -ENOTCONN;
	case VBUF_IOC_DISCARD:
		return ep ? ioctl_discard(ep, uarg) : -ENOTCONN;
	case VBUF_IOC_ACQUIRE:
		return ep ? ioctl_acquire(ep, uarg) : -ENOTCONN;
	case VBUF_IOC_DRAIN:
		return ep ? ioctl_drain(ep, uarg) : -ENOTCONN;
	case VBUF_IOC_SHUTDOWN:
		return ep ? ioctl_shutdown(ep, uarg) : -ENOTCONN;
	case VBUF_IOC_GETATTR:
		return ep ? ioctl_getattr(ep, uarg) : -ENOTCONN;
	case FIONREAD:
		return ep ? ioctl_next_len(ep, uarg) : -ENOTCONN;
	default:
		return -ENOTTY;
	}
}

/* What is neither SEND nor RECV. */
static noinline long ioctl_other(struct file *file, unsigned int cmd,
				 void __user *uarg)
{
	switch (cmd) {
	case VBUF_IOC_CREATE:
		return ioctl_create(file, uarg);
	case VBUF_IOC_OPEN:
		return ioctl_open(file, uarg);
	case VBUF_IOC_REOPEN:
		return ioctl_reopen(file, uarg);
	case VBUF_IOC_UNLINK:
		return ioctl_unlink(uarg);
	case VBUF_IOC_INFO:
		return ioctl_info(uarg);
	case VBUF_IOC_TRACE:
		return ioctl_trace(file, uarg);
	default:
		return ioctl_endpoint(file, cmd, uarg);
	}
}

static long vbuf_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *uarg = (void __user *)arg;

	vbuf_threads_enter(file, cmd != VBUF_IOC_SEND);
	/* Not in the switch: without jump tables its end is far away. */
	if (cmd == VBUF_IOC_SEND)
		return ioctl_send(file, uarg);
	if (cmd == VBUF_IOC_RECV)
		return ioctl_recv(file, uarg);
	return ioctl_other(file, cmd, uarg);
}

/*
 * read and write stand beside their _iter forms, which cost 420 instructions
 * more, for the import of the vector.
 */
static const struct file_operations vbuf_fops = {
	.owner = THIS_MODULE,
	.open = vbuf_open,
	.release = vbuf_release,
	.read = vbuf_transfer_read,
	.write = vbuf_transfer_write,
	.read_iter = vbuf_transfer_read_iter,
	.write_iter = vbuf_transfer_write_iter,
	.poll = vbuf_poll,
	.fasync = vbuf_fasync,
	.unlocked_ioctl = vbuf_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = vbuf_region_mmap,
	.get_unmapped_area = thp_get_unmapped_area,
};

static struct miscdevice vbuf_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vbuf",
	.fops = &vbuf_fops,
	.mode = 0666,
};

/* Module-wide. Return: 0 or -errno. */
int vbuf_cdev_init(void)
{
	static_assert(sizeof(struct vbuf_attr) == 24);
	static_assert(sizeof(struct vbuf_create) == 96);
	static_assert(sizeof(struct vbuf_open) == 72);
	static_assert(sizeof(struct vbuf_reopen) == 16);
	static_assert(sizeof(struct vbuf_unlink) == 72);
	static_assert(sizeof(struct vbuf_trace) == 32);
	static_assert(sizeof(struct vbuf_getattr) == 104);
	static_assert(sizeof(struct vbuf_xfer) == 32);
	static_assert(sizeof(struct vbuf_msg) == 64);
	static_assert(sizeof(struct vbuf_vector) == 32);
	static_assert(sizeof(struct vbuf_release) == 96);
	static_assert(sizeof(struct vbuf_region_info) == 40);
	static_assert(sizeof(struct vbuf_reserve) == 32);
	static_assert(sizeof(struct vbuf_commit) == 56);
	static_assert(sizeof(struct vbuf_discard) == 16);
	static_assert(sizeof(struct vbuf_acquire) == 80);
	static_assert(sizeof(struct vbuf_drain) == 16);
	static_assert(sizeof(struct vbuf_shutdown) == 8);
	static_assert(sizeof(struct vbuf_info) == 24);
	static_assert(sizeof(struct vbuf_trace_header) == 16);
	static_assert(sizeof(struct vbuf_trace_record) == 64);
	static_assert(VBUF_TRACE_MIN_SLOT_SIZE == 16 + 64);

	return misc_register(&vbuf_device);
}

void vbuf_cdev_exit(void)
{
	misc_deregister(&vbuf_device);
}
