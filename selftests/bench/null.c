// SPDX-License-Identifier: GPL-2.0
/*
 * What two system calls cost that do nothing: the floor under every subject
 * that needs one to send and one to receive. Carries no message.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "queue_loops.h"

/* No driver has this command: the kernel looks for one, and says ENOTTY. */
#define NULL_IOCTL _IO('v', 0xff)

static int null_open(struct queue *q)
{
	q->fds[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	q->fds[1] = open("/dev/null", O_WRONLY | O_CLOEXEC);
	return q->fds[0] < 0 || q->fds[1] < 0 ? -1 : 0;
}

static int null_send(struct queue *q, unsigned int n)
{
	(void)n;
	return write(q->fds[1], q->out, q->size) < 0 ? -1 : 1;
}

static int null_recv(struct queue *q, unsigned int n)
{
	(void)n;
	return read(q->fds[0], q->in, q->size) < 0 ? -1 : 1;
}

static int null_ioctl_send(struct queue *q, unsigned int n)
{
	(void)n;
	return ioctl(q->fds[1], NULL_IOCTL, q->out) < 0 ? 1 : -1;
}

static int null_ioctl_recv(struct queue *q, unsigned int n)
{
	(void)n;
	return ioctl(q->fds[0], NULL_IOCTL, q->in) < 0 ? 1 : -1;
}

QUEUE_LOOPS(null, 1, null_send, null_recv)
QUEUE_LOOPS(null_ioctl, 1, null_ioctl_send, null_ioctl_recv)

const struct subject subject_null = {
	.name = "null",
	.batch = 1,
	.hollow = true,
	.open = null_open,
	.send = null_send,
	.recv = null_recv,
	.send_all = null_send_all,
	.recv_all = null_recv_all,
	.pairs = null_pairs,
	.nonblock = queue_nonblock_fds,
	.close = queue_close_fds,
};

const struct subject subject_null_ioctl = {
	.name = "null-ioctl",
	.batch = 1,
	.hollow = true,
	.open = null_open,
	.send = null_ioctl_send,
	.recv = null_ioctl_recv,
	.send_all = null_ioctl_send_all,
	.recv_all = null_ioctl_recv_all,
	.pairs = null_ioctl_pairs,
	.nonblock = queue_nonblock_fds,
	.close = queue_close_fds,
};
