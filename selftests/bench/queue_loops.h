/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The loops that are timed, made anew around each subject's two calls, which
 * the compiler then puts in their place: what a program would write that knows
 * how it passes messages. Where something is done with the messages, there are
 * loops of their own for it, so that the others are not longer by that.
 */
#ifndef VBUF_BENCH_QUEUE_LOOPS_H
#define VBUF_BENCH_QUEUE_LOOPS_H

#include "queue.h"

typedef int queue_call(struct queue *q, unsigned int n);

/* @batch is a constant of the subject: most send one message a call. */
static inline __attribute__((always_inline))
int queue_repeat(struct queue *q, uint64_t count, unsigned int batch, queue_call *call)
{
	while (count) {
		int done = call(q, count < batch ? (unsigned int)count : batch);

		if (done <= 0)
			return -1;
		count -= (unsigned int)done;
	}
	return 0;
}

static inline __attribute__((always_inline))
int queue_alternate(struct queue *q, uint64_t count, unsigned int batch, queue_call *send,
		    queue_call *recv)
{
	while (count) {
		unsigned int n = count < batch ? (unsigned int)count : batch;

		if (queue_repeat(q, n, batch, send) || queue_repeat(q, n, batch, recv))
			return -1;
		count -= n;
	}
	return 0;
}

#define QUEUE_LOOPS(name, batch, send, recv)					\
static int name##_marked(struct queue *q, unsigned int n)			\
{										\
	queue_mark_out(q);							\
	return send(q, n);							\
}										\
										\
static int name##_touched(struct queue *q, unsigned int n)			\
{										\
	int got = recv(q, n);							\
										\
	queue_touch_in(q);							\
	return got;								\
}										\
										\
static int name##_send_all(struct queue *q, uint64_t count)			\
{										\
	if (q->touch)								\
		return queue_repeat(q, count, batch, name##_marked);		\
	return queue_repeat(q, count, batch, send);				\
}										\
										\
static int name##_recv_all(struct queue *q, uint64_t count)			\
{										\
	if (q->touch)								\
		return queue_repeat(q, count, batch, name##_touched);		\
	return queue_repeat(q, count, batch, recv);				\
}										\
										\
static int name##_pairs(struct queue *q, uint64_t count)			\
{										\
	if (q->touch)								\
		return queue_alternate(q, count, batch, name##_marked,		\
				       name##_touched);				\
	return queue_alternate(q, count, batch, send, recv);			\
}

#endif
