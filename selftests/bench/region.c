// SPDX-License-Identifier: GPL-2.0
/*
 * vbuf's regions: messages that change owner, by two calls a side and by one
 * (VBUF_NEXT); and the open view, where a message is copied once, in, and seen
 * where it stands. There, too, the receiver makes two calls a message, or one.
 */
#include <errno.h>
#include <unistd.h>
#include <vbuf.h>

#include "queue_loops.h"

static int channel_open(struct queue *q, uint32_t flags)
{
	const struct vbuf_attr attr = {
		.flags = flags,
		.slots = q->depth,
		.slot_size = (uint32_t)q->size,
		.mode = 0600,
	};

	return vbuf_pair(q->fds, &attr, 0);
}

static int move_open(struct queue *q)
{
	return channel_open(q, 0);
}

static int view_open(struct queue *q)
{
	return channel_open(q, VBUF_OPEN_VIEW);
}

static int move_room(struct queue *q)
{
	if (!q->out)
		q->out = vbuf_reserve(q->fds[1], q->size, 0, NULL);
	return q->out ? 0 : -1;
}

/* The message is at @msg, and all of it. */
static int taken(struct queue *q, const void *msg, size_t len)
{
	q->in = (char *)msg;
	if (!msg)
		return -1;
	if (len == q->size)
		return 1;
	errno = EBADMSG;
	return -1;
}

static int move_take(struct queue *q, unsigned int n)
{
	size_t len = 0;
	const void *msg = vbuf_acquire(q->fds[0], &len, 0, NULL);

	(void)n;
	return taken(q, msg, len);
}

static int move_give(struct queue *q)
{
	return vbuf_release(q->fds[0], q->in, 0);
}

static inline void mark(struct queue *q)
{
	if (q->touch)
		queue_mark(q);
}

static inline void touch(struct queue *q)
{
	if (q->touch)
		queue_touch(q);
}

static int move_send(struct queue *q, unsigned int n)
{
	(void)n;
	if (move_room(q))
		return -1;
	mark(q);
	if (vbuf_commit(q->fds[1], q->out, q->size))
		return -1;
	q->out = NULL;
	return 1;
}

static int move_recv(struct queue *q, unsigned int n)
{
	if (move_take(q, n) != 1)
		return -1;
	touch(q);
	return move_give(q) ? -1 : 1;
}

/* The slot that comes with it is the room of the next message. */
static int next_send(struct queue *q, unsigned int n)
{
	void *msg;

	(void)n;
	if (move_room(q))
		return -1;
	mark(q);
	msg = q->out;
	if (vbuf_commit_next(q->fds[1], &msg, q->size, q->size, 0, NULL))
		return -1;
	q->out = msg;
	return 1;
}

/* The message stays until the next one is wanted. */
static int next_take(struct queue *q, unsigned int n)
{
	const void *msg = q->in;
	size_t len = 0;

	if (!msg)
		return move_take(q, n);
	if (vbuf_release_next(q->fds[0], &msg, &len, 0, NULL))
		return -1;
	return taken(q, msg, len);
}

static int next_recv(struct queue *q, unsigned int n)
{
	if (next_take(q, n) != 1)
		return -1;
	touch(q);
	return 1;
}

static int view_send(struct queue *q, unsigned int n)
{
	(void)n;
	return write(q->fds[1], q->out, q->size) < 0 ? -1 : 1;
}

QUEUE_LOOPS(move, 1, move_send, move_recv)
QUEUE_LOOPS(next, 1, next_send, next_recv)
QUEUE_LOOPS(view, 1, view_send, move_recv)
QUEUE_LOOPS(view_next, 1, view_send, next_recv)

const struct subject subject_move = {
	.name = "move",
	.batch = 1,
	.module = true,
	.open = move_open,
	.send = move_send,
	.recv = move_recv,
	.room = move_room,
	.take = move_take,
	.give = move_give,
	.send_all = move_send_all,
	.recv_all = move_recv_all,
	.pairs = move_pairs,
	.nonblock = queue_nonblock_fds,
	.close = queue_close_fds,
};

const struct subject subject_move_next = {
	.name = "movenext",
	.batch = 1,
	.module = true,
	.open = move_open,
	.send = next_send,
	.recv = next_recv,
	.room = move_room,
	.take = next_take,
	.send_all = next_send_all,
	.recv_all = next_recv_all,
	.pairs = next_pairs,
	.nonblock = queue_nonblock_fds,
	.close = queue_close_fds,
};

const struct subject subject_open_view = {
	.name = "openview",
	.batch = 1,
	.module = true,
	.open = view_open,
	.send = view_send,
	.recv = move_recv,
	.take = move_take,
	.give = move_give,
	.send_all = view_send_all,
	.recv_all = view_recv_all,
	.pairs = view_pairs,
	.nonblock = queue_nonblock_fds,
	.close = queue_close_fds,
};

const struct subject subject_open_view_next = {
	.name = "openviewnext",
	.batch = 1,
	.module = true,
	.open = view_open,
	.send = view_send,
	.recv = next_recv,
	.take = next_take,
	.send_all = view_next_send_all,
	.recv_all = view_next_recv_all,
	.pairs = view_next_pairs,
	.nonblock = queue_nonblock_fds,
	.close = queue_close_fds,
};
