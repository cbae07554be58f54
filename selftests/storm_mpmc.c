// SPDX-License-Identifier: GPL-2.0
/*
 * Four senders and four receivers on one channel: every message arrives at
 * exactly one receiver, and those of one sender in their order, whichever calls
 * they use, waiting in the call or in poll().
 */
#include "kselftest_harness.h"
#include "storm.h"

#define WORKERS		4U
#define MESSAGES	2000U
#define SLOTS		4U

FIXTURE(mpmc) {
	int fd;
	struct crew senders, receivers;
	bool nonblock;
	const crossing *send, *recv;
	volatile __u32 *seen;
	__u32 count;
};

FIXTURE_VARIANT(mpmc) {
	unsigned int slot_size;
	bool nonblock;
	crossing send[WORKERS], recv[WORKERS];
};

#define SMALL		sizeof(struct storm_msg)
#define ALL(how)	{ how, how, how, how }
#define MIXED_SENDS	\
	{ cross_send, cross_move_in, cross_writev, cross_sendv }
#define MIXED_RECVS	\
	{ cross_move_out, cross_readv, cross_hold, cross_recvv }

FIXTURE_VARIANT_ADD(mpmc, single) {
	SMALL, false, ALL(cross_send), ALL(cross_recv) };
FIXTURE_VARIANT_ADD(mpmc, stream) {
	SMALL, false, ALL(cross_write), ALL(cross_read) };
FIXTURE_VARIANT_ADD(mpmc, vector) {
	SMALL, false, ALL(cross_sendv), ALL(cross_recvv) };
FIXTURE_VARIANT_ADD(mpmc, moved) {
	VT_PAGE, false, ALL(cross_move_in), ALL(cross_move_out) };
FIXTURE_VARIANT_ADD(mpmc, mixed) {
	VT_PAGE, false, MIXED_SENDS, MIXED_RECVS };
FIXTURE_VARIANT_ADD(mpmc, single_poll) {
	SMALL, true, ALL(cross_send), ALL(cross_recv) };
FIXTURE_VARIANT_ADD(mpmc, vector_poll) {
	SMALL, true, ALL(cross_sendv), ALL(cross_recvv) };
FIXTURE_VARIANT_ADD(mpmc, moved_poll) {
	VT_PAGE, true, ALL(cross_move_in), ALL(cross_move_out) };
FIXTURE_VARIANT_ADD(mpmc, mixed_poll) {
	VT_PAGE, true, MIXED_SENDS, MIXED_RECVS };

/* An endpoint of the worker's own; with O_NONBLOCK if it is to poll. */
static int endpoint(const FIXTURE_DATA(mpmc) *self, __u32 rights)
{
	int fd = vt_reopen(self->fd, rights);

	if (fd < 0)
		vt_die("reopen: %d", fd);
	if (self->nonblock && fcntl(fd, F_SETFL, O_NONBLOCK))
		vt_die("O_NONBLOCK");
	close(self->fd);
	return fd;
}

static bool wait_ready(int fd, short events)
{
	struct pollfd pollfd = { .fd = fd, .events = events };

	return poll(&pollfd, 1, -1) == 1;
}

static void send_all(unsigned int who, void *ctx)
{
	FIXTURE_DATA(mpmc) *self = ctx;
	int fd = endpoint(self, VT_SEND);
	struct storm_msg msgs[CROSS_BATCH];
	unsigned int nr = 0, left, i;
	long ret;

	while (nr < self->count) {
		left = self->count - nr;
		for (i = 0; i < CROSS_BATCH; i++)
			storm_fill(&msgs[i], who, nr + i);
		ret = self->send[who](fd, msgs, left < CROSS_BATCH ? left : CROSS_BATCH);
		if (ret == -EAGAIN && self->nonblock && wait_ready(fd, POLLOUT))
			continue;
		if (ret <= 0)
			vt_die("sender %u: %ld", who, ret);
		nr += ret;
	}
}

/* Marks the message as seen; false if it is damaged, or not in order. */
static bool mark(FIXTURE_DATA(mpmc) *self, const struct storm_msg *msg,
		 __u32 *next)
{
	if (!storm_whole(msg) || msg->who >= WORKERS ||
	    msg->nr >= self->count || msg->nr < next[msg->who])
		return false;
	next[msg->who] = msg->nr + 1;
	return __atomic_add_fetch(&self->seen[msg->who * self->count + msg->nr],
				  1, __ATOMIC_SEQ_CST) == 1;
}

static void receive_all(unsigned int who, void *ctx)
{
	FIXTURE_DATA(mpmc) *self = ctx;
	int fd = endpoint(self, VT_RECV);
	__u32 next[WORKERS] = { 0 };
	struct storm_msg msgs[CROSS_BATCH];
	long ret, i;

	for (;;) {
		memset(msgs, VT_POISON, sizeof(msgs));
		ret = self->recv[who](fd, msgs, CROSS_BATCH);
		if (ret == -EPIPE)
			return;
		if (ret == -EAGAIN && self->nonblock && wait_ready(fd, POLLIN))
			continue;
		if (ret <= 0)
			vt_die("receiver %u: %ld", who, ret);
		for (i = 0; i < ret; i++)
			if (!mark(self, &msgs[i], next))
				vt_die("receiver %u: lost its order", who);
	}
}

FIXTURE_SETUP(mpmc)
{
	self->count = storm_scale(MESSAGES);
	self->seen = storm_shared(WORKERS * self->count * sizeof(__u32));
	self->fd = vt_create(NULL, vt_attr(SLOTS, variant->slot_size), VT_BOTH);
	ASSERT_LE(0, self->fd);
	self->nonblock = variant->nonblock;
	self->send = variant->send;
	self->recv = variant->recv;
	self->senders = (struct crew){ .size = WORKERS, .work = send_all };
	self->receivers = (struct crew){ .size = WORKERS, .work = receive_all };
	self->senders.ctx = self->receivers.ctx = self;
}

FIXTURE_TEARDOWN(mpmc)
{
	close(self->fd);
}

/* The test's own endpoint keeps the channel, but can send no more. */
TEST_F_TIMEOUT(mpmc, exactly_once_in_each_senders_order, 90)
{
	struct vt_channel info;
	unsigned int i;

	crew_begin(&self->senders);
	crew_begin(&self->receivers);
	EXPECT_EQ(0, crew_wait(&self->senders));
	ASSERT_EQ(0, vt_shutdown(self->fd, VT_SEND));
	EXPECT_EQ(0, crew_wait(&self->receivers));
	for (i = 0; i < WORKERS * self->count; i++)
		ASSERT_EQ(1U, self->seen[i]);
	EXPECT_TRUE(vt_settled(self->fd));
	info = vt_look(self->fd);
	EXPECT_EQ(SLOTS, info.free);
	EXPECT_EQ(WORKERS * self->count, info.received);
	EXPECT_GE(SLOTS, info.max_depth);
}

TEST_HARNESS_MAIN
