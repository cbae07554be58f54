/* SPDX-License-Identifier: GPL-2.0 */
/* What pipes have in common, whichever way messages are put into them. */
#ifndef VBUF_BENCH_PIPE_H
#define VBUF_BENCH_PIPE_H

#include <fcntl.h>
#include <unistd.h>

#include "queue.h"

#define PIPE_PAGE 4096

static inline int pipe_open_sized(struct queue *q, int flags, size_t bytes)
{
	if (pipe2(q->fds, O_CLOEXEC | flags))
		return -1;
	if (bytes < PIPE_PAGE)
		bytes = PIPE_PAGE;
	/* The kernel rounds up: what it then holds is measured, not assumed. */
	return fcntl(q->fds[1], F_SETPIPE_SZ, (int)bytes) < 0 ? -1 : 0;
}

/* Whole messages only: a read can meet a write that stopped half-way. */
static inline int pipe_recv(struct queue *q, unsigned int n)
{
	size_t want = n * q->size;
	size_t done = 0;

	do {
		ssize_t got = read(q->fds[0], q->in + done, want - done);

		if (got <= 0)
			return -1;
		done += (size_t)got;
	} while (done % q->size);
	return (int)(done / q->size);
}

#endif
