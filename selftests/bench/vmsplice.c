// SPDX-License-Identifier: GPL-2.0
/*
 * A pipe that is given the sender's pages instead of copies of them; the
 * receiver reads, which is the one copy. A page must stay as it is until it was
 * read. So messages stand in turn in one buffer more than the pipe has room for:
 * once a call returns, the one that the next message is to be made in has been
 * read.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "pipe.h"
#include "queue_loops.h"

struct splicing {
	char *buffers;		/* the sender's, made when it first needs one */
	unsigned int next;
	unsigned int flags;
};

static size_t splicing_bytes(const struct queue *q)
{
	return ((size_t)q->depth + 1) * q->size;
}

static int splicing_open(struct queue *q)
{
	q->own = calloc(1, sizeof(struct splicing));
	if (!q->own)
		return -1;
	/* Pages of its own are what a message takes of the pipe, however short. */
	return pipe_open_sized(q, 0, q->depth * (q->size > PIPE_PAGE ? q->size : PIPE_PAGE));
}

static int splicing_room(struct queue *q)
{
	struct splicing *own = q->own;

	if (!own->buffers)
		own->buffers = queue_own_buffers(splicing_bytes(q));
	if (!own->buffers)
		return -1;
	q->out = own->buffers + own->next * q->size;
	return 0;
}

/* A part may go in, where the pipe is nearly full. */
static int splicing_send(struct queue *q, unsigned int n)
{
	struct splicing *own = q->own;
	size_t done = 0;

	(void)n;
	if (splicing_room(q))
		return -1;
	if (q->touch)
		queue_mark(q);
	while (done < q->size) {
		struct iovec iov = { q->out + done, q->size - done };
		ssize_t put = vmsplice(q->fds[1], &iov, 1, own->flags);

		if (put < 0)
			return -1;
		done += (size_t)put;
	}
	own->next = own->next == q->depth ? 0 : own->next + 1;
	return 1;
}

static int splicing_nonblock(struct queue *q, bool on)
{
	((struct splicing *)q->own)->flags = on ? SPLICE_F_NONBLOCK : 0;
	return queue_nonblock_fds(q, on);
}

static void splicing_close(struct queue *q)
{
	struct splicing *own = q->own;

	queue_close_fds(q);
	if (own && own->buffers)
		munmap(own->buffers, splicing_bytes(q));
	free(own);
}

QUEUE_LOOPS(splicing, 1, splicing_send, pipe_recv)

const struct subject subject_vmsplice = {
	.name = "vmsplice",
	.batch = 1,
	.max_shared = QUEUE_ONE_SENDER,
	.open = splicing_open,
	.send = splicing_send,
	.recv = pipe_recv,
	.room = splicing_room,
	.send_all = splicing_send_all,
	.recv_all = splicing_recv_all,
	.pairs = splicing_pairs,
	.nonblock = splicing_nonblock,
	.close = splicing_close,
};
