// SPDX-License-Identifier: GPL-2.0
/*
 * Signals at 1 kHz against a blocked sender and a blocked receiver: with
 * SA_RESTART neither notices, without it both see EINTR; either way each
 * message arrives once and in order.
 */
#include <stdatomic.h>

#include "kselftest_harness.h"
#include "storm.h"

#define BATCH	4

/* One of the two threads, and the signals that it had. */
struct side {
	int fd;
	crossing cross;
	unsigned int count;
	struct side *other;
	atomic_uint hits;
	atomic_bool done;
	unsigned int interrupted;
	int error;
};

static __thread atomic_uint *my_hits;

static void count_hit(int sig)
{
	(void)sig;
	if (my_hits)
		atomic_fetch_add(my_hits, 1);
}

/* 1 kHz of SIGUSR1 to the calling thread. */
static timer_t storm_begin(struct side *side)
{
	struct itimerspec ms = { { 0, 1000000 }, { 0, 1000000 } };
	struct sigevent ev = {
		.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1,
	};
	timer_t timer;

	my_hits = &side->hits;
	ev._sigev_un._tid = syscall(SYS_gettid);
	if (timer_create(CLOCK_MONOTONIC, &ev, &timer) ||
	    timer_settime(timer, 0, &ms, NULL))
		abort();
	return timer;
}

/* Lets the other side run dry, or full, and be hit while it waits. */
static void leave_waiting(struct side *other)
{
	unsigned int until = atomic_load(&other->hits) + 4;

	while (!atomic_load(&other->done) && atomic_load(&other->hits) < until)
		usleep(1000);
}

/* True if the call is to be made again. */
static bool again(struct side *side, long ret)
{
	if (ret == -EINTR)
		side->interrupted++;
	else if (ret <= 0)
		side->error = ret ? ret : -EIO;
	return ret == -EINTR;
}

static void *sender(void *arg)
{
	struct side *side = arg;
	struct storm_msg msgs[BATCH];
	timer_t timer = storm_begin(side);
	unsigned int nr = 0, i;
	long ret;

	while (nr < side->count && !side->error) {
		for (i = 0; i < BATCH; i++)
			storm_fill(&msgs[i], 1, nr + i);
		i = side->count - nr;
		ret = side->cross(side->fd, msgs, i < BATCH ? i : BATCH);
		if (again(side, ret) || side->error)
			continue;
		if (nr / 32 != (nr + ret) / 32)
			leave_waiting(side->other);
		nr += ret;
	}
	timer_delete(timer);
	atomic_store(&side->done, true);
	return NULL;
}

static void *receiver(void *arg)
{
	struct side *side = arg;
	struct storm_msg msgs[BATCH];
	timer_t timer = storm_begin(side);
	unsigned int nr = 0, i;
	long ret;

	while (nr < side->count && !side->error) {
		memset(msgs, 0xcc, sizeof(msgs));
		ret = side->cross(side->fd, msgs, BATCH);
		if (again(side, ret) || side->error)
			continue;
		if ((nr + 16) / 32 != (nr + 16 + ret) / 32)
			leave_waiting(side->other);
		for (i = 0; i < (unsigned int)ret; i++, nr++)
			if (!storm_whole(&msgs[i]) || msgs[i].nr != nr)
				side->error = -EBADMSG;
	}
	timer_delete(timer);
	atomic_store(&side->done, true);
	return NULL;
}

static void handle(bool restart)
{
	struct sigaction act = {
		.sa_handler = count_hit, .sa_flags = restart ? SA_RESTART : 0,
	};

	if (sigaction(SIGUSR1, &act, NULL))
		abort();
}

#define SMALL	sizeof(struct storm_msg)

FIXTURE(storm) {
	struct side send, recv;
};

FIXTURE_VARIANT(storm) {
	unsigned int slot_size;
	crossing send, recv;
	bool restart;
};

FIXTURE_VARIANT_ADD(storm, ioctl_restart) {
	SMALL, cross_send, cross_recv, true };
FIXTURE_VARIANT_ADD(storm, ioctl_eintr) {
	SMALL, cross_send, cross_recv, false };
FIXTURE_VARIANT_ADD(storm, write_restart) {
	SMALL, cross_write, cross_read, true };
FIXTURE_VARIANT_ADD(storm, write_eintr) {
	SMALL, cross_write, cross_read, false };
FIXTURE_VARIANT_ADD(storm, vector_restart) {
	SMALL, cross_sendv, cross_recvv, true };
FIXTURE_VARIANT_ADD(storm, vector_eintr) {
	SMALL, cross_sendv, cross_recvv, false };
FIXTURE_VARIANT_ADD(storm, hold_restart) {
	SMALL, cross_sendv, cross_hold, true };
FIXTURE_VARIANT_ADD(storm, hold_eintr) {
	SMALL, cross_sendv, cross_hold, false };
FIXTURE_VARIANT_ADD(storm, move_restart) {
	VT_PAGE, cross_move_in, cross_move_out, true };
FIXTURE_VARIANT_ADD(storm, move_eintr) {
	VT_PAGE, cross_move_in, cross_move_out, false };

FIXTURE_SETUP(storm)
{
	vt_pair(&self->recv.fd, &self->send.fd,
		vt_attr(2, variant->slot_size));
	self->send.cross = variant->send;
	self->recv.cross = variant->recv;
	self->send.other = &self->recv;
	self->recv.other = &self->send;
	self->send.count = self->recv.count = storm_scale(640);
	handle(variant->restart);
}

FIXTURE_TEARDOWN(storm)
{
	close(self->send.fd);
	close(self->recv.fd);
}

TEST_F_TIMEOUT(storm, each_message_once_in_order, 60)
{
	struct vt_channel info;
	pthread_t threads[2];

	ASSERT_EQ(0, pthread_create(&threads[0], NULL, sender, &self->send));
	ASSERT_EQ(0, pthread_create(&threads[1], NULL, receiver, &self->recv));
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	EXPECT_EQ(0, self->send.error);
	EXPECT_EQ(0, self->recv.error);
	if (variant->restart) {
		EXPECT_EQ(0U, self->send.interrupted);
		EXPECT_EQ(0U, self->recv.interrupted);
	} else {
		EXPECT_LT(0U, self->send.interrupted);
		EXPECT_LT(0U, self->recv.interrupted);
	}
	EXPECT_TRUE(vt_settled(self->send.fd));
	info = vt_look(self->send.fd);
	EXPECT_EQ(self->send.count, info.sent);
	EXPECT_EQ(0U, info.depth);
}

FIXTURE(deadline) {
	struct side side;	/* for its hits */
	int rx, tx;
};

FIXTURE_VARIANT(deadline) {
	bool restart;
};

FIXTURE_VARIANT_ADD(deadline, restart) { true };
FIXTURE_VARIANT_ADD(deadline, eintr) { false };

FIXTURE_SETUP(deadline)
{
	vt_pair(&self->rx, &self->tx, vt_attr(1, sizeof(struct storm_msg)));
	handle(variant->restart);
}

FIXTURE_TEARDOWN(deadline)
{
	EXPECT_TRUE(vt_settled(self->rx));
	close(self->rx);
	close(self->tx);
}

/* What the call returns at last; who sees EINTR makes it again as it was. */
static long wait_a_while(int fd, unsigned long cmd, struct storm_msg *msg,
			 bool restart)
{
	struct vbuf_xfer arg = {
		.size = sizeof(arg), .buf = (uintptr_t)msg, .len = sizeof(*msg),
		.deadline_ns = vt_in(100) };
	long ret;

	do
		ret = vt_ioctl(fd, cmd, &arg);
	while (ret == -EINTR && !restart);
	return ret;
}

/* A restarted call must not begin its waiting anew. */
TEST_F(deadline, ends_the_wait)
{
	timer_t timer = storm_begin(&self->side);
	struct storm_msg msg;

	storm_fill(&msg, 1, 0);
	EXPECT_EQ(-ETIMEDOUT, wait_a_while(self->rx, VBUF_IOC_RECV, &msg,
					   variant->restart));
	EXPECT_EQ(0, vt_send(self->tx, &msg, sizeof(msg), 0));
	EXPECT_EQ(-ETIMEDOUT, wait_a_while(self->tx, VBUF_IOC_SEND, &msg,
					   variant->restart));
	EXPECT_LT(0U, atomic_load(&self->side.hits));
	timer_delete(timer);
}

TEST_HARNESS_MAIN
