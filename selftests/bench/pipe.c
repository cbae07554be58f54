// SPDX-License-Identifier: GPL-2.0
/*
 * Pipes, three ways. A byte pipe merges messages into pages, so its bound is a
 * number of bytes: 64 messages where those fill a page or more, a page's worth
 * of shorter ones. In packet mode (O_DIRECT) a message is a buffer of its own
 * and the bound is exact. In blocks, a call carries 32 messages back to back,
 * as a program that knows their size may do.
 */
#include <fcntl.h>
#include <unistd.h>

#include "pipe.h"
#include "queue_loops.h"

static int pipe_open(struct queue *q)
{
	return pipe_open_sized(q, 0, q->depth * q->size);
}

static int pipe_packet_open(struct queue *q)
{
	return pipe_open_sized(q, O_DIRECT, (size_t)q->depth * PIPE_PAGE);
}

/* Whole messages only: a write of more than a page can stop half-way. */
static int pipe_send(struct queue *q, unsigned int n)
{
	size_t want = n * q->size;
	size_t done = 0;

	while (done < want) {
		ssize_t put = write(q->fds[1], q->out + done, want - done);

		if (put < 0)
			return done >= q->size ? (int)(done / q->size) : -1;
		done += (size_t)put;
	}
	return (int)n;
}

QUEUE_LOOPS(pipe, 1, pipe_send, pipe_recv)
QUEUE_LOOPS(pipe_block, QUEUE_MAX_BATCH, pipe_send, pipe_recv)

const struct subject subject_pipe = {
	.name = "pipe",
	.batch = 1,
	.max_shared = PIPE_PAGE,
	.open = pipe_open,
	.send = pipe_send,
	.recv = pipe_recv,
	.send_all = pipe_send_all,
	.recv_all = pipe_recv_all,
	.pairs = pipe_pairs,
	.nonblock = queue_nonblock_fds,
	.close = queue_close_fds,
};

const struct subject subject_pipe_packet = {
	.name = "pipe-packet",
	.batch = 1,
	.max_size = PIPE_PAGE,
	.open = pipe_packet_open,
	.send = pipe_send,
	.recv = pipe_recv,
	.send_all = pipe_send_all,
	.recv_all = pipe_recv_all,
	.pairs = pipe_pairs,
	.nonblock = queue_nonblock_fds,
	.close = queue_close_fds,
};

const struct subject subject_pipe_block = {
	.name = "pipe-x32",
	.batch = QUEUE_MAX_BATCH,
	.max_size = PIPE_PAGE,
	.max_shared = PIPE_PAGE / QUEUE_MAX_BATCH,
	.open = pipe_open,
	.send = pipe_send,
	.recv = pipe_recv,
	.send_all = pipe_block_send_all,
	.recv_all = pipe_block_recv_all,
	.pairs = pipe_block_pairs,
	.nonblock = queue_nonblock_fds,
	.close = queue_close_fds,
};
