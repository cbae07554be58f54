// SPDX-License-Identifier: GPL-2.0
/*
 * A ring in a memfd, for one sender and one receiver that trust each other:
 * messages are copied in and out, or made and looked at where they stand. Who
 * finds it full or empty sleeps by a futex, and a system call is made only to
 * sleep or to wake. A receiver is woken by the first message, a sender when half
 * of the ring is free: earlier, and there would be a switch a message; but only
 * those can do so who know that the receiver goes on.
 */
#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "queue_loops.h"

#define LINE 64

/* How many messages one end has done, and whether the other sleeps until more. */
struct progress {
	atomic_uint count;
	atomic_uint sleeper;
} __attribute__((aligned(LINE)));

/* The slots follow it. */
struct ring {
	struct progress sent;
	struct progress received;
} __attribute__((aligned(QUEUE_PAGE)));

static size_t ring_bytes(const struct queue *q)
{
	return sizeof(struct ring) + q->depth * q->size;
}

static int ring_open(struct queue *q)
{
	int fd = memfd_create("vbuf-bench", MFD_CLOEXEC);
	int ret = -1;

	if (fd < 0)
		return -1;
	if (!ftruncate(fd, (off_t)ring_bytes(q))) {
		q->own = mmap(NULL, ring_bytes(q), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_POPULATE, fd, 0);
		ret = q->own == MAP_FAILED ? -1 : 0;
	}
	close(fd);
	return ret;
}

static char *slot_of(const struct queue *q, uint32_t number)
{
	struct ring *ring = q->own;

	return (char *)(ring + 1) + number % q->depth * q->size;
}

static void wake(struct progress *done)
{
	atomic_store_explicit(&done->sleeper, 0, memory_order_relaxed);
	syscall(SYS_futex, &done->count, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/*
 * Sleeps until @done is not @seen. That the other one sees the sleeper, or the
 * sleeper what the other one did, is by a full barrier on each side.
 */
static int sleep_on(const struct queue *q, struct progress *done, uint32_t seen)
{
	if (q->flags) {
		errno = EAGAIN;
		return -1;
	}
	atomic_store_explicit(&done->sleeper, 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
	if (atomic_load_explicit(&done->count, memory_order_relaxed) == seen)
		syscall(SYS_futex, &done->count, FUTEX_WAIT, seen, NULL, NULL, 0);
	return 0;
}

static uint32_t count_of(const struct progress *done)
{
	return atomic_load_explicit(&done->count, memory_order_relaxed);
}

static int wait_room(struct queue *q)
{
	struct ring *ring = q->own;
	uint32_t sent = count_of(&ring->sent);

	for (;;) {
		uint32_t seen = atomic_load_explicit(&ring->received.count, memory_order_acquire);

		if (sent - seen < q->depth)
			return 0;
		if (sleep_on(q, &ring->received, seen))
			return -1;
	}
}

static int wait_message(struct queue *q)
{
	struct ring *ring = q->own;
	uint32_t received = count_of(&ring->received);

	for (;;) {
		uint32_t seen = atomic_load_explicit(&ring->sent.count, memory_order_acquire);

		if (seen != received)
			return 0;
		if (sleep_on(q, &ring->sent, seen))
			return -1;
	}
}

/* One more is done; whether the other one sleeps until then. */
static bool advance(struct progress *done)
{
	atomic_store_explicit(&done->count, count_of(done) + 1, memory_order_release);
	atomic_thread_fence(memory_order_seq_cst);
	return atomic_load_explicit(&done->sleeper, memory_order_relaxed);
}

static void publish(struct queue *q)
{
	struct ring *ring = q->own;

	if (advance(&ring->sent))
		wake(&ring->sent);
}

static void consume(struct queue *q)
{
	struct ring *ring = q->own;

	if (advance(&ring->received) &&
	    count_of(&ring->sent) - count_of(&ring->received) <= q->depth / 2)
		wake(&ring->received);
}

static int ring_send(struct queue *q, unsigned int n)
{
	const struct ring *ring = q->own;

	(void)n;
	if (wait_room(q))
		return -1;
	memcpy(slot_of(q, count_of(&ring->sent)), q->out, q->size);
	publish(q);
	return 1;
}

static int ring_recv(struct queue *q, unsigned int n)
{
	const struct ring *ring = q->own;

	(void)n;
	if (wait_message(q))
		return -1;
	memcpy(q->in, slot_of(q, count_of(&ring->received)), q->size);
	consume(q);
	return 1;
}

static int place_room(struct queue *q)
{
	const struct ring *ring = q->own;

	if (wait_room(q))
		return -1;
	q->out = slot_of(q, count_of(&ring->sent));
	return 0;
}

static int place_send(struct queue *q, unsigned int n)
{
	(void)n;
	if (place_room(q))
		return -1;
	if (q->touch)
		queue_mark(q);
	publish(q);
	return 1;
}

static int place_take(struct queue *q, unsigned int n)
{
	const struct ring *ring = q->own;

	(void)n;
	if (wait_message(q))
		return -1;
	q->in = slot_of(q, count_of(&ring->received));
	return 1;
}

static int place_give(struct queue *q)
{
	consume(q);
	return 0;
}

static int place_recv(struct queue *q, unsigned int n)
{
	if (place_take(q, n) != 1)
		return -1;
	if (q->touch)
		queue_touch(q);
	consume(q);
	return 1;
}

static int ring_nonblock(struct queue *q, bool on)
{
	q->flags = on;
	return 0;
}

static void ring_close(struct queue *q)
{
	if (q->own && q->own != MAP_FAILED)
		munmap(q->own, ring_bytes(q));
}

QUEUE_LOOPS(ring, 1, ring_send, ring_recv)
QUEUE_LOOPS(place, 1, place_send, place_recv)

const struct subject subject_memfd = {
	.name = "memfd",
	.batch = 1,
	.max_shared = QUEUE_ONE_SENDER,
	.open = ring_open,
	.send = ring_send,
	.recv = ring_recv,
	.send_all = ring_send_all,
	.recv_all = ring_recv_all,
	.pairs = ring_pairs,
	.nonblock = ring_nonblock,
	.close = ring_close,
};

const struct subject subject_memfd_in_place = {
	.name = "memfd-inplace",
	.batch = 1,
	.max_shared = QUEUE_ONE_SENDER,
	.open = ring_open,
	.send = place_send,
	.recv = place_recv,
	.room = place_room,
	.take = place_take,
	.give = place_give,
	.send_all = place_send_all,
	.recv_all = place_recv_all,
	.pairs = place_pairs,
	.nonblock = ring_nonblock,
	.close = ring_close,
};
