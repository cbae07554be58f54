// SPDX-License-Identifier: GPL-2.0
/*
 * AF_UNIX SEQPACKET socket pairs, a message a call and 32 a call. A socket is
 * bounded by the kernel memory of what was sent, book-keeping included, so one
 * message is sent to see what it takes.
 */
#include <linux/sockios.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "queue_loops.h"

/* Most of a message is one allocation of the kernel's. */
#define UNIX_LONGEST 4194304

/* The kernel doubles what it is given. */
static int unix_set_room(struct queue *q, size_t bytes)
{
	int half = (int)(bytes / 2);

	return setsockopt(q->fds[1], SOL_SOCKET, SO_SNDBUFFORCE, &half, sizeof(half));
}

static int unix_recv(struct queue *q, unsigned int n)
{
	(void)n;
	return recv(q->fds[0], q->in, q->size, 0) < 0 ? -1 : 1;
}

static int unix_send(struct queue *q, unsigned int n)
{
	(void)n;
	return send(q->fds[1], q->out, q->size, 0) < 0 ? -1 : 1;
}

static int unix_open(struct queue *q)
{
	int taken;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, q->fds))
		return -1;
	if (unix_set_room(q, 4 * q->size + 65536) || unix_send(q, 1) != 1 ||
	    ioctl(q->fds[1], SIOCOUTQ, &taken) || unix_recv(q, 1) != 1)
		return -1;
	return unix_set_room(q, (size_t)taken * q->depth);
}

static struct mmsghdr *unix_vector_new(const struct queue *q, char *buffer)
{
	struct room {
		struct mmsghdr msgs[QUEUE_MAX_BATCH];
		struct iovec iov[QUEUE_MAX_BATCH];
	} *room = calloc(1, sizeof(*room));
	unsigned int i;

	if (!room)
		return NULL;
	for (i = 0; i < q->subject->batch; i++) {
		room->iov[i].iov_base = buffer + i * q->size;
		room->iov[i].iov_len = q->size;
		room->msgs[i].msg_hdr.msg_iov = &room->iov[i];
		room->msgs[i].msg_hdr.msg_iovlen = 1;
	}
	return room->msgs;
}

static int unix_vector_open(struct queue *q)
{
	q->out_vector = unix_vector_new(q, q->out);
	q->in_vector = unix_vector_new(q, q->in);
	if (!q->out_vector || !q->in_vector)
		return -1;
	return unix_open(q);
}

static int unix_vector_send(struct queue *q, unsigned int n)
{
	return sendmmsg(q->fds[1], q->out_vector, n, 0);
}

static int unix_vector_recv(struct queue *q, unsigned int n)
{
	return recvmmsg(q->fds[0], q->in_vector, n, MSG_WAITFORONE, NULL);
}

QUEUE_LOOPS(unix, 1, unix_send, unix_recv)
QUEUE_LOOPS(unix_vector, QUEUE_MAX_BATCH, unix_vector_send, unix_vector_recv)

const struct subject subject_unix = {
	.name = "unix",
	.batch = 1,
	.max_size = UNIX_LONGEST,
	.open = unix_open,
	.send = unix_send,
	.recv = unix_recv,
	.send_all = unix_send_all,
	.recv_all = unix_recv_all,
	.pairs = unix_pairs,
	.nonblock = queue_nonblock_fds,
	.close = queue_close_fds,
};

const struct subject subject_unix_vector = {
	.name = "unix-x32",
	.batch = QUEUE_MAX_BATCH,
	.max_size = 65536,
	.open = unix_vector_open,
	.send = unix_vector_send,
	.recv = unix_vector_recv,
	.send_all = unix_vector_send_all,
	.recv_all = unix_vector_recv_all,
	.pairs = unix_vector_pairs,
	.nonblock = queue_nonblock_fds,
	.close = queue_close_fds,
};
