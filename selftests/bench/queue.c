// SPDX-License-Identifier: GPL-2.0
/* What all subjects share: the table of them, and their buffers. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "queue.h"

static const struct subject *const subjects[] = {
	&subject_vbuf, &subject_vbuf_ioctl, &subject_vbuf_vector,
	&subject_pipe, &subject_pipe_packet, &subject_pipe_block,
	&subject_mq, &subject_sysv, &subject_unix, &subject_unix_vector,
	&subject_move, &subject_move_next,
	&subject_open_view, &subject_open_view_next,
	&subject_vmsplice, &subject_vmreadv,
	&subject_memfd, &subject_memfd_in_place,
	&subject_null, &subject_null_ioctl,
};

const struct subject *queue_subject(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
		if (!strcmp(subjects[i]->name, name))
			return subjects[i];
	return NULL;
}

static size_t buffer_bytes(const struct queue *q)
{
	return QUEUE_HEADROOM + q->size * q->subject->batch;
}

/* Page-aligned as a careful program's are, and touched before the clock runs. */
static char *buffer_new(const struct queue *q, int fill)
{
	char *base = mmap(NULL, buffer_bytes(q), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (base == MAP_FAILED)
		return NULL;
	memset(base, fill, buffer_bytes(q));
	return base + QUEUE_HEADROOM;
}

static void buffer_free(const struct queue *q, char *buffer)
{
	if (buffer)
		munmap(buffer - QUEUE_HEADROOM, buffer_bytes(q));
}

/* The buffers that the subject has no other place for. */
static int buffers_new(struct queue *q)
{
	if (!q->subject->room)
		q->out = buffer_new(q, 0x55);
	if (!q->subject->take)
		q->in = buffer_new(q, 0xcc);
	return (q->out || q->subject->room) && (q->in || q->subject->take) ? 0 : -1;
}

static void buffers_free(struct queue *q)
{
	if (!q->subject->room)
		buffer_free(q, q->out);
	if (!q->subject->take)
		buffer_free(q, q->in);
}

int queue_open(struct queue *q, const struct subject *subject, size_t size, unsigned int depth)
{
	memset(q, 0, sizeof(*q));
	q->subject = subject;
	q->size = size;
	q->depth = depth;
	q->fds[0] = -1;
	q->fds[1] = -1;
	if (!buffers_new(q) && !subject->open(q))
		return 0;
	queue_close(q);
	return -1;
}

/* Another queue of the same kind that uses the same two buffers. */
int queue_open_like(struct queue *q, const struct queue *other)
{
	*q = *other;
	q->fds[0] = -1;
	q->fds[1] = -1;
	q->out_vector = NULL;
	q->in_vector = NULL;
	q->own = NULL;
	q->borrowed = true;
	if (!q->subject->open(q))
		return 0;
	queue_close(q);
	return -1;
}

void queue_close(struct queue *q)
{
	int saved = errno;

	q->subject->close(q);
	free(q->out_vector);
	free(q->in_vector);
	if (!q->borrowed)
		buffers_free(q);
	errno = saved;
}

/* Sends without blocking until the queue is full; how many went in. */
unsigned int queue_fill(struct queue *q)
{
	unsigned int count = 0;

	if (q->subject->nonblock(q, true))
		return 0;
	while (q->subject->send(q, 1) == 1)
		count++;
	q->subject->nonblock(q, false);
	return count;
}

bool queue_empty(struct queue *q)
{
	int got;

	if (q->subject->nonblock(q, true))
		return false;
	got = q->subject->recv(q, 1);
	if (got < 0 && (errno == EAGAIN || errno == ENOMSG))
		got = 0;
	q->subject->nonblock(q, false);
	return !got;
}

/*
 * Memory of this process's own, and no other's, all of it there. Not shared with
 * who forked it, which would have every page copied when it is first written.
 */
char *queue_own_buffers(size_t bytes)
{
	char *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return base == MAP_FAILED ? NULL : base;
}

/*
 * Writes the first word of each page of the message that is to be sent: the one
 * that stands there, so that a stamped message stays whole.
 */
void queue_mark(struct queue *q)
{
	size_t at;

	for (at = 0; at < q->size; at += QUEUE_PAGE) {
		volatile uint64_t *word = (volatile uint64_t *)(q->out + at);

		*word = *word;
	}
}

static uint64_t sum_of_pages(const struct queue *q)
{
	uint64_t sum = 0;
	size_t at;

	for (at = 0; at < q->size; at += QUEUE_PAGE)
		sum += *(const volatile uint64_t *)(q->in + at);
	return sum;
}

/* Eight words a turn: hardly an instruction that is not a read. */
static uint64_t sum_of_words(const struct queue *q)
{
	const volatile uint64_t *word = (const volatile uint64_t *)q->in;
	size_t left = q->size / sizeof(*word);
	uint64_t sum = 0;

	for (; left >= 8; left -= 8, word += 8)
		sum += word[0] + word[1] + word[2] + word[3] +
		       word[4] + word[5] + word[6] + word[7];
	while (left--)
		sum += *word++;
	return sum;
}

/* Reads of the message that was received what is to be read. */
void queue_touch(struct queue *q)
{
	q->sum += q->touch == TOUCH_ALL ? sum_of_words(q) : sum_of_pages(q);
}

int queue_nonblock_fds(struct queue *q, bool on)
{
	int i;

	for (i = 0; i < 2; i++) {
		int flags = fcntl(q->fds[i], F_GETFL);

		if (flags < 0)
			return -1;
		flags = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
		if (fcntl(q->fds[i], F_SETFL, flags))
			return -1;
	}
	return 0;
}

void queue_close_fds(struct queue *q)
{
	int i;

	for (i = 0; i < 2; i++)
		if (q->fds[i] >= 0)
			close(q->fds[i]);
}
