// SPDX-License-Identifier: GPL-2.0
/*
 * The receiver copies from the sender's memory (process_vm_readv), once. A pipe
 * tells it where a message is. Through an eventfd it tells the sender, whenever
 * half of the buffers were read, and the sender asks when it has none left.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "queue_loops.h"

/* What goes through the pipe; so short that it goes in whole. */
struct notice {
	uint64_t pid;
	uint64_t addr;
};

struct reading {
	char *buffers;		/* the sender's, made when it first needs one */
	unsigned int next;
	int read;		/* eventfd: buffers that were read */
	uint64_t untold;	/* the same, before it is told */
	uint64_t credits;	/* buffers that can be filled */
	uint64_t pid;
};

static size_t reading_bytes(const struct queue *q)
{
	return (size_t)q->depth * q->size;
}

static int reading_open(struct queue *q)
{
	struct reading *own = calloc(1, sizeof(*own));

	q->own = own;
	if (!own)
		return -1;
	own->credits = q->depth;
	own->read = eventfd(0, EFD_CLOEXEC);
	return own->read < 0 ? -1 : pipe2(q->fds, O_CLOEXEC);
}

/* What is the sender's own. */
static int reading_begin(const struct queue *q)
{
	struct reading *own = q->own;

	own->pid = (uint64_t)getpid();
	own->buffers = queue_own_buffers(reading_bytes(q));
	return own->buffers ? 0 : -1;
}

static int reading_room(struct queue *q)
{
	struct reading *own = q->own;

	if (!own->buffers && reading_begin(q))
		return -1;
	if (!own->credits &&
	    read(own->read, &own->credits, sizeof(own->credits)) != sizeof(own->credits)) {
		own->credits = 0;
		return -1;
	}
	q->out = own->buffers + own->next * q->size;
	return 0;
}

static int reading_send(struct queue *q, unsigned int n)
{
	struct reading *own = q->own;
	struct notice notice;

	(void)n;
	if (reading_room(q))
		return -1;
	if (q->touch)
		queue_mark(q);
	notice.pid = own->pid;
	notice.addr = (uintptr_t)q->out;
	if (write(q->fds[1], &notice, sizeof(notice)) != sizeof(notice))
		return -1;
	own->credits--;
	own->next = own->next + 1 == q->depth ? 0 : own->next + 1;
	return 1;
}

static int copy_in(struct queue *q, const struct notice *notice)
{
	size_t done = 0;

	while (done < q->size) {
		const struct iovec to = { q->in + done, q->size - done };
		const struct iovec from = { (char *)(uintptr_t)notice->addr + done,
					    q->size - done };
		ssize_t got = process_vm_readv((pid_t)notice->pid, &to, 1, &from, 1, 0);

		if (got <= 0)
			return -1;
		done += (size_t)got;
	}
	return 0;
}

static int reading_recv(struct queue *q, unsigned int n)
{
	struct reading *own = q->own;
	struct notice notice;

	(void)n;
	if (read(q->fds[0], &notice, sizeof(notice)) != sizeof(notice) || copy_in(q, &notice))
		return -1;
	if (++own->untold < q->depth / 2)
		return 1;
	if (write(own->read, &own->untold, sizeof(own->untold)) != sizeof(own->untold))
		return -1;
	own->untold = 0;
	return 1;
}

static int reading_nonblock(struct queue *q, bool on)
{
	const struct reading *own = q->own;

	if (fcntl(own->read, F_SETFL, on ? O_NONBLOCK : 0))
		return -1;
	return queue_nonblock_fds(q, on);
}

static void reading_close(struct queue *q)
{
	struct reading *own = q->own;

	queue_close_fds(q);
	if (!own)
		return;
	if (own->buffers)
		munmap(own->buffers, reading_bytes(q));
	if (own->read > 0)
		close(own->read);
	free(own);
}

QUEUE_LOOPS(reading, 1, reading_send, reading_recv)

const struct subject subject_vmreadv = {
	.name = "vmreadv",
	.batch = 1,
	.max_shared = QUEUE_ONE_SENDER,
	.open = reading_open,
	.send = reading_send,
	.recv = reading_recv,
	.room = reading_room,
	.send_all = reading_send_all,
	.recv_all = reading_recv_all,
	.pairs = reading_pairs,
	.nonblock = reading_nonblock,
	.close = reading_close,
};
