// SPDX-License-Identifier: GPL-2.0
/*
 * Every way for messages to cross: each takes an array, moves one or more of
 * it, and returns how many, or -errno.
 */
#include "storm.h"

/* Where a message is split for readv() and writev(). */
#define SPLIT	24

static long one_if(bool crossed, long ret)
{
	if (crossed)
		return 1;
	return ret < 0 ? ret : -EPIPE;
}

long cross_send(int fd, struct storm_msg *msgs, unsigned int n)
{
	long ret = vt_send(fd, msgs, sizeof(*msgs), 0);

	(void)n;
	return one_if(ret == 0, ret);
}

long cross_write(int fd, struct storm_msg *msgs, unsigned int n)
{
	long ret = vt_write(fd, msgs, sizeof(*msgs));

	(void)n;
	return one_if(ret == sizeof(*msgs), ret);
}

/* In three pieces, the middle one empty. */
static void split(struct iovec iov[3], struct storm_msg *msg)
{
	iov[0] = (struct iovec){ msg, SPLIT };
	iov[1] = (struct iovec){ msg, 0 };
	iov[2] = (struct iovec){ (char *)msg + SPLIT, sizeof(*msg) - SPLIT };
}

long cross_writev(int fd, struct storm_msg *msgs, unsigned int n)
{
	struct iovec iov[3];
	long ret;

	(void)n;
	split(iov, msgs);
	ret = writev(fd, iov, 3);
	return one_if(ret == sizeof(*msgs), -errno);
}

long cross_sendv(int fd, struct storm_msg *msgs, unsigned int n)
{
	struct vbuf_msg vec[CROSS_BATCH];

	storm_vector(vec, msgs, n);
	return vt_sendv(fd, vec, n, 0);
}

long cross_recv(int fd, struct storm_msg *msgs, unsigned int n)
{
	long ret = vt_recv(fd, msgs, sizeof(*msgs), 0);

	(void)n;
	return one_if(ret == sizeof(*msgs), ret);
}

long cross_read(int fd, struct storm_msg *msgs, unsigned int n)
{
	long ret = vt_read(fd, msgs, sizeof(*msgs));

	(void)n;
	return one_if(ret == sizeof(*msgs), ret);
}

long cross_readv(int fd, struct storm_msg *msgs, unsigned int n)
{
	struct iovec iov[3];
	long ret;

	(void)n;
	split(iov, msgs);
	ret = readv(fd, iov, 3);
	return one_if(ret == sizeof(*msgs), ret < 0 ? -errno : ret);
}

long cross_recvv(int fd, struct storm_msg *msgs, unsigned int n)
{
	struct vbuf_msg vec[CROSS_BATCH];

	storm_vector(vec, msgs, n);
	return vt_recvv(fd, vec, n, 0);
}

/* Held, and released from the last to the first. */
long cross_hold(int fd, struct storm_msg *msgs, unsigned int n)
{
	struct vbuf_msg vec[CROSS_BATCH];
	long ret, err, i;

	storm_vector(vec, msgs, n);
	ret = vt_recvv(fd, vec, n, VBUF_HOLD);
	for (i = ret - 1; i >= 0; i--) {
		err = vt_release(fd, vec[i].cookie, 0);
		if (err)
			return err;
	}
	return ret;
}

/* The window is mapped when it turns out that it is not. */
long cross_move_in(int fd, struct storm_msg *msgs, unsigned int n)
{
	struct vt_call call = { .fd = fd, .len = sizeof(*msgs) };
	long ret = vt_op_reserve(&call);

	(void)n;
	if (ret == -ENXIO) {
		vt_map_send(fd);
		ret = vt_op_reserve(&call);
	}
	if (ret)
		return ret;
	memcpy(call.arg, msgs, sizeof(*msgs));
	ret = vt_commit(fd, call.arg, sizeof(*msgs));
	return one_if(ret == 0, ret);
}

long cross_move_out(int fd, struct storm_msg *msgs, unsigned int n)
{
	struct vbuf_msg msg;
	long ret = vt_acquire(fd, 0, &msg);

	(void)n;
	if (ret == -ENXIO) {
		vt_map_receive(fd);
		ret = vt_acquire(fd, 0, &msg);
	}
	if (ret)
		return ret;
	memcpy(msgs, vt_at(&msg), sizeof(*msgs));
	ret = vt_release_at(fd, vt_at(&msg), 0);
	return one_if(ret == 0 && msg.len == sizeof(*msgs), ret);
}
