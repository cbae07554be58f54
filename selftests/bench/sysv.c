// SPDX-License-Identifier: GPL-2.0
/* System V message queues. Long messages need kernel.msgmax raised. */
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "queue_loops.h"

#define SYSV_TYPE 1L

/* The message's type stands in front of it: in the buffer's headroom. */
static void *sysv_message(char *buffer)
{
	return buffer - sizeof(long);
}

static int sysv_open(struct queue *q)
{
	struct msqid_ds ds;

	q->fds[0] = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
	if (q->fds[0] < 0)
		return -1;
	*(long *)sysv_message(q->out) = SYSV_TYPE;
	if (msgctl(q->fds[0], IPC_STAT, &ds))
		return -1;
	ds.msg_qbytes = q->depth * q->size;
	return msgctl(q->fds[0], IPC_SET, &ds);
}

static int sysv_send(struct queue *q, unsigned int n)
{
	(void)n;
	return msgsnd(q->fds[0], sysv_message(q->out), q->size, q->flags) ? -1 : 1;
}

static int sysv_recv(struct queue *q, unsigned int n)
{
	(void)n;
	return msgrcv(q->fds[0], sysv_message(q->in), q->size, 0, q->flags) < 0 ? -1 : 1;
}

static int sysv_nonblock(struct queue *q, bool on)
{
	q->flags = on ? IPC_NOWAIT : 0;
	return 0;
}

static void sysv_close(struct queue *q)
{
	if (q->fds[0] >= 0)
		msgctl(q->fds[0], IPC_RMID, NULL);
}

QUEUE_LOOPS(sysv, 1, sysv_send, sysv_recv)

const struct subject subject_sysv = {
	.name = "sysv",
	.batch = 1,
	.open = sysv_open,
	.send = sysv_send,
	.recv = sysv_recv,
	.send_all = sysv_send_all,
	.recv_all = sysv_recv_all,
	.pairs = sysv_pairs,
	.nonblock = sysv_nonblock,
	.close = sysv_close,
};
