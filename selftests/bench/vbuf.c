// SPDX-License-Identifier: GPL-2.0
/*
 * vbuf, crossed by copy, three ways: write() and read(), libvbuf's calls of one
 * message, and its calls of a vector.
 */
#include <stdlib.h>
#include <unistd.h>
#include <vbuf.h>

#include "queue_loops.h"

static int vbuf_bench_open(struct queue *q)
{
	const struct vbuf_attr attr = {
		.slots = q->depth,
		.slot_size = (uint32_t)q->size,
		.mode = 0600,
	};

	return vbuf_pair(q->fds, &attr, 0);
}

static int vbuf_bench_write(struct queue *q, unsigned int n)
{
	(void)n;
	return write(q->fds[1], q->out, q->size) < 0 ? -1 : 1;
}

static int vbuf_bench_read(struct queue *q, unsigned int n)
{
	(void)n;
	return read(q->fds[0], q->in, q->size) <= 0 ? -1 : 1;
}

static int vbuf_bench_send(struct queue *q, unsigned int n)
{
	(void)n;
	return vbuf_send(q->fds[1], q->out, q->size, 0) < 0 ? -1 : 1;
}

static int vbuf_bench_recv(struct queue *q, unsigned int n)
{
	(void)n;
	return vbuf_recv(q->fds[0], q->in, q->size, 0) < 0 ? -1 : 1;
}

static struct vbuf_msg *vector_new(const struct queue *q, char *buffer)
{
	struct vbuf_msg *msgs = calloc(q->subject->batch, sizeof(*msgs));
	unsigned int i;

	if (!msgs)
		return NULL;
	for (i = 0; i < q->subject->batch; i++) {
		msgs[i].buf = (uintptr_t)(buffer + i * q->size);
		msgs[i].size = (uint32_t)q->size;
		msgs[i].len = (uint32_t)q->size;
	}
	return msgs;
}

static int vector_open(struct queue *q)
{
	q->out_vector = vector_new(q, q->out);
	q->in_vector = vector_new(q, q->in);
	if (!q->out_vector || !q->in_vector)
		return -1;
	return vbuf_bench_open(q);
}

static int vector_send(struct queue *q, unsigned int n)
{
	return vbuf_sendv(q->fds[1], q->out_vector, n, 0, NULL);
}

static int vector_recv(struct queue *q, unsigned int n)
{
	return vbuf_recvv(q->fds[0], q->in_vector, n, 0, NULL);
}

QUEUE_LOOPS(vbuf_bench, 1, vbuf_bench_write, vbuf_bench_read)
QUEUE_LOOPS(vbuf_ioctl, 1, vbuf_bench_send, vbuf_bench_recv)
QUEUE_LOOPS(vector, QUEUE_MAX_BATCH, vector_send, vector_recv)

const struct subject subject_vbuf = {
	.name = "vbuf",
	.batch = 1,
	.module = true,
	.open = vbuf_bench_open,
	.send = vbuf_bench_write,
	.recv = vbuf_bench_read,
	.send_all = vbuf_bench_send_all,
	.recv_all = vbuf_bench_recv_all,
	.pairs = vbuf_bench_pairs,
	.nonblock = queue_nonblock_fds,
	.close = queue_close_fds,
};

const struct subject subject_vbuf_ioctl = {
	.name = "vbuf-ioctl",
	.batch = 1,
	.module = true,
	.open = vbuf_bench_open,
	.send = vbuf_bench_send,
	.recv = vbuf_bench_recv,
	.send_all = vbuf_ioctl_send_all,
	.recv_all = vbuf_ioctl_recv_all,
	.pairs = vbuf_ioctl_pairs,
	.nonblock = queue_nonblock_fds,
	.close = queue_close_fds,
};

const struct subject subject_vbuf_vector = {
	.name = "vbuf-x32",
	.batch = QUEUE_MAX_BATCH,
	.module = true,
	.max_size = 65536,
	.open = vector_open,
	.send = vector_send,
	.recv = vector_recv,
	.send_all = vector_send_all,
	.recv_all = vector_recv_all,
	.pairs = vector_pairs,
	.nonblock = queue_nonblock_fds,
	.close = queue_close_fds,
};
