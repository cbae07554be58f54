// SPDX-License-Identifier: GPL-2.0
/* POSIX message queues. Beyond the sysctl limits, which root may pass. */
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "queue_loops.h"

static int mq_open_bounded(struct queue *q)
{
	const struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	struct mq_attr attr = { .mq_maxmsg = q->depth, .mq_msgsize = (long)q->size };
	static unsigned int serial;
	char name[64];

	if (setrlimit(RLIMIT_MSGQUEUE, &unlimited))
		return -1;
	snprintf(name, sizeof(name), "/vbuf-bench-%d-%u", getpid(), serial++);
	q->fds[0] = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attr);
	if (q->fds[0] < 0)
		return -1;
	return mq_unlink(name);
}

static int mq_send_one(struct queue *q, unsigned int n)
{
	(void)n;
	return mq_send(q->fds[0], q->out, q->size, 0) ? -1 : 1;
}

static int mq_recv_one(struct queue *q, unsigned int n)
{
	(void)n;
	return mq_receive(q->fds[0], q->in, q->size, NULL) < 0 ? -1 : 1;
}

static int mq_nonblock(struct queue *q, bool on)
{
	const struct mq_attr attr = { .mq_flags = on ? O_NONBLOCK : 0 };

	return mq_setattr(q->fds[0], &attr, NULL);
}

static void mq_end(struct queue *q)
{
	if (q->fds[0] >= 0)
		mq_close(q->fds[0]);
}

QUEUE_LOOPS(mq, 1, mq_send_one, mq_recv_one)

const struct subject subject_mq = {
	.name = "mq",
	.batch = 1,
	.open = mq_open_bounded,
	.send = mq_send_one,
	.recv = mq_recv_one,
	.send_all = mq_send_all,
	.recv_all = mq_recv_all,
	.pairs = mq_pairs,
	.nonblock = mq_nonblock,
	.close = mq_end,
};
