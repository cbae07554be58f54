/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DOC: What is measured
 *
 * A *subject* is one way of passing messages: a table of four operations, one
 * file a subject. A *queue* is an open instance of one, bounded to @depth
 * messages of @size bytes. It is opened in the parent, so that the workers
 * inherit it, as a shell's pipe is; the two buffers are memory of the process
 * that forks, and so each worker's own after the fork.
 *
 * A subject never allocates, checks or prints on the path that is timed, and its
 * loops (queue_loops.h) are its own, so that no pointer is called through there.
 *
 * Most subjects copy from @out and into @in. One with @room makes each message
 * somewhere else, and one with @take has it received where it stands; there @out
 * and @in point to the message while there is one, and such a subject's own
 * calls mark and touch it (DOC: What is done with a message).
 */
#ifndef VBUF_BENCH_QUEUE_H
#define VBUF_BENCH_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUEUE_MAX_BATCH 32
/* Room in front of each buffer: a SysV message begins with its type. */
#define QUEUE_HEADROOM 4096
#define QUEUE_PAGE 4096
/* For max_shared: no message is so short, so there is never a second sender. */
#define QUEUE_ONE_SENDER 1

/**
 * DOC: What is done with a message
 *
 * By default nothing: passing it on is what is measured. With %TOUCH_PAGE and
 * %TOUCH_ALL the sender first writes a word at the beginning of each of its
 * pages, whichever subject it is; the receiver reads as much, or all of it.
 */
enum touch {
	TOUCH_NONE,
	TOUCH_PAGE,
	TOUCH_ALL
};

struct queue;

/**
 * struct subject - one way of passing messages
 * @name: as the command line and the tables have it
 * @batch: messages a call, at the most
 * @module: needs vbuf.ko
 * @hollow: carries no message, and is not checked for any
 * @max_size: the longest message that it can carry, 0 for any
 * @max_shared: the longest with several senders, 0 for any
 * @open: makes an empty queue, bounded to the queue's depth; -1 and errno
 * @send: sends up to @n messages of out[], at least one; how many, or -1
 * @recv: receives up to @n messages into in[], at least one; how many, or -1
 * @room: where messages are not sent from a buffer of the queue's: has @out
 *	point to where the next one, which @send sends, is to be made; 0, or -1
 * @take: where messages are received in place: as @recv, but has @in point to
 *	the message, which stays there until @give or the next @take
 * @give: done with it; 0, or -1
 * @send_all: sends as many messages as it is told; 0, or -1
 * @recv_all: receives as many
 * @pairs: sends a call's worth and receives it, until that many have passed
 * @nonblock: makes an empty or a full queue an error (EAGAIN), or blocking
 * @close: ends it, and takes one that is half open
 */
struct subject {
	const char *name;
	unsigned int batch;
	bool module;
	bool hollow;
	size_t max_size;
	size_t max_shared;
	int (*open)(struct queue *q);
	int (*send)(struct queue *q, unsigned int n);
	int (*recv)(struct queue *q, unsigned int n);
	int (*room)(struct queue *q);
	int (*take)(struct queue *q, unsigned int n);
	int (*give)(struct queue *q);
	int (*send_all)(struct queue *q, uint64_t count);
	int (*recv_all)(struct queue *q, uint64_t count);
	int (*pairs)(struct queue *q, uint64_t count);
	int (*nonblock)(struct queue *q, bool on);
	void (*close)(struct queue *q);
};

struct queue {
	const struct subject *subject;
	size_t size;
	unsigned int depth;
	int fds[2];		/* receiving, sending; -1 while not open */
	int flags;		/* of a subject without descriptors */
	bool borrowed;		/* out and in are another queue's */
	enum touch touch;	/* what is done with the messages now */
	uint64_t sum;		/* of what was read, so that it is read */
	char *out;		/* batch messages, back to back */
	char *in;
	void *own;		/* the subject's own, ended by close */
	void *out_vector;	/* the subject's own, made by open */
	void *in_vector;
};

extern const struct subject subject_vbuf;
extern const struct subject subject_vbuf_ioctl;
extern const struct subject subject_vbuf_vector;
extern const struct subject subject_pipe;
extern const struct subject subject_pipe_packet;
extern const struct subject subject_pipe_block;
extern const struct subject subject_mq;
extern const struct subject subject_sysv;
extern const struct subject subject_unix;
extern const struct subject subject_unix_vector;
extern const struct subject subject_move;
extern const struct subject subject_move_next;
extern const struct subject subject_open_view;
extern const struct subject subject_open_view_next;
extern const struct subject subject_vmsplice;
extern const struct subject subject_vmreadv;
extern const struct subject subject_memfd;
extern const struct subject subject_memfd_in_place;
extern const struct subject subject_null;
extern const struct subject subject_null_ioctl;

const struct subject *queue_subject(const char *name);
int queue_open(struct queue *q, const struct subject *subject, size_t size, unsigned int depth);
int queue_open_like(struct queue *q, const struct queue *other);
void queue_close(struct queue *q);
unsigned int queue_fill(struct queue *q);
bool queue_empty(struct queue *q);
char *queue_own_buffers(size_t bytes);
void queue_mark(struct queue *q);
void queue_touch(struct queue *q);

int queue_nonblock_fds(struct queue *q, bool on);
void queue_close_fds(struct queue *q);

/* How deep every queue is: 64 messages, 4 of the largest. */
static inline unsigned int queue_depth(size_t size)
{
	return size > 65536 ? 4 : 64;
}

/* Before sending, and after receiving, unless the subject does so by itself. */
static inline void queue_mark_out(struct queue *q)
{
	if (q->touch && !q->subject->room)
		queue_mark(q);
}

static inline void queue_touch_in(struct queue *q)
{
	if (q->touch && !q->subject->take)
		queue_touch(q);
}

#endif
