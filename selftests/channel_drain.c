// SPDX-License-Identifier: GPL-2.0
/* DRAIN: waits until the queue is empty and no receiver owns a message. */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#define LONG_AGO 1ULL

FIXTURE(channel) {
	char name[VBUF_NAME_SIZE];
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	vt_name(self->name, "drain");
	self->rx = vt_create(self->name, vt_attr(2, 64), VT_RECV);
	self->tx = vt_open(self->name, VT_SEND);
	ASSERT_LE(0, self->rx);
	ASSERT_LE(0, self->tx);
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->tx));
}

static void start_drain(struct vt_call *drain, int fd)
{
	drain->op = vt_op_drain;
	drain->fd = fd;
	vt_start(drain);
	if (!vt_sleeps(drain->tid))
		vt_die("DRAIN does not sleep");
}

static __u64 hold(int rx)
{
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };

	if (vt_recvv(rx, &msg, 1, VBUF_HOLD | VBUF_DONTWAIT) != 1)
		vt_die("receive with VBUF_HOLD");
	return msg.cookie;
}

TEST_F(channel, an_empty_queue_is_drained)
{
	EXPECT_EQ(0, vt_drain(self->tx, 0));
	EXPECT_EQ(0, vt_drain(self->rx, 0));
	EXPECT_EQ(0, vt_drain(self->tx, LONG_AGO));
}

TEST_F(channel, it_waits_for_the_last_message)
{
	struct vt_call drain = { 0 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	start_drain(&drain, self->tx);
	ASSERT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(-ETIMEDOUT, vt_drain(self->tx, LONG_AGO));
	EXPECT_FALSE(vt_done(&drain));
	ASSERT_EQ('b', vt_take(self->rx));
	EXPECT_EQ(0, vt_join(&drain));
}

TEST_F(channel, all_who_wait_are_woken)
{
	struct vt_call drain[3] = { 0 };
	int i;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	for (i = 0; i < 3; i++)
		start_drain(&drain[i], i == 1 ? self->rx : self->tx);
	ASSERT_EQ('a', vt_take(self->rx));
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, vt_join(&drain[i]));
}

TEST_F(channel, it_waits_for_what_is_held)
{
	struct vt_call drain = { 0 };
	__u64 cookie;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	cookie = hold(self->rx);
	EXPECT_EQ(-ETIMEDOUT, vt_drain(self->tx, LONG_AGO));
	start_drain(&drain, self->tx);
	ASSERT_EQ(0, vt_release(self->rx, cookie, VBUF_REQUEUE));
	EXPECT_EQ(-ETIMEDOUT, vt_drain(self->tx, LONG_AGO));
	EXPECT_FALSE(vt_done(&drain));
	cookie = hold(self->rx);
	ASSERT_EQ(0, vt_release(self->rx, cookie, 0));
	EXPECT_EQ(0, vt_join(&drain));
}

TEST_F(channel, it_waits_for_what_is_being_received)
{
	struct vt_call recv = { 0 }, drain = { 0 };
	struct vt_trap trap;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	vt_trap_set(&trap);
	recv.arg = trap.page;
	vt_start_recv(&recv, self->rx);
	vt_trap_wait(&trap);
	EXPECT_EQ(-ETIMEDOUT, vt_drain(self->tx, LONG_AGO));
	start_drain(&drain, self->tx);
	vt_trap_fill(&trap, 0);
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ(0, vt_join(&drain));
}

TEST_F(channel, a_dropped_message_drains_too)
{
	struct vt_call drain = { 0 };
	int other = vt_reopen(self->rx, VT_RECV);

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	hold(other);
	start_drain(&drain, self->tx);
	close(other);
	EXPECT_EQ(0, vt_join(&drain));
	EXPECT_EQ(1U, vt_look(self->tx).dropped_holder);
}

TEST_F(channel, drain_etimedout)
{
	__u64 deadline = vt_in(50);

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(-ETIMEDOUT, vt_drain(self->tx, deadline));
	EXPECT_LE(deadline, vt_now());
	EXPECT_EQ(1U, vt_look(self->tx).depth);
}

TEST_F(channel, o_nonblock_is_not_heeded)
{
	struct vt_call drain = { 0 };

	ASSERT_EQ(0, fcntl(self->tx, F_SETFL, O_NONBLOCK));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	start_drain(&drain, self->tx);
	ASSERT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(0, vt_join(&drain));
}

TEST_F(channel, drain_eintr)
{
	struct vt_call drain = { 0 };

	vt_catch(SIGUSR1, 0);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	start_drain(&drain, self->tx);
	vt_interrupt(&drain, SIGUSR1);
	EXPECT_EQ(-EINTR, vt_join(&drain));
}

TEST_F(channel, drain_restarts)
{
	struct vt_call drain = { 0 };

	vt_catch(SIGUSR1, SA_RESTART);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	start_drain(&drain, self->tx);
	vt_interrupt(&drain, SIGUSR1);
	EXPECT_TRUE(vt_sleeps(drain.tid));
	ASSERT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(0, vt_join(&drain));
}

TEST_F(channel, drain_epipe)
{
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	close(self->rx);
	EXPECT_EQ(-EPIPE, vt_drain(self->tx, 0));
	EXPECT_EQ(-EPIPE, vt_drain(self->tx, LONG_AGO));
}

TEST_F(channel, drain_epipe_wakes_who_waits)
{
	struct vt_call drain = { 0 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	start_drain(&drain, self->tx);
	close(self->rx);
	EXPECT_EQ(-EPIPE, vt_join(&drain));
}

TEST_F(channel, the_last_receiver_may_go_when_all_is_received)
{
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ('a', vt_take(self->rx));
	close(self->rx);
	EXPECT_EQ(0, vt_drain(self->tx, 0));
}

/* It may yet come. */
TEST_F(channel, before_the_first_receiver_it_waits)
{
	char name[VBUF_NAME_SIZE];
	struct vt_call drain = { 0 };
	int tx, rx;

	vt_name(name, "early");
	tx = vt_create(name, vt_attr(1, 1), VT_SEND);
	ASSERT_EQ(0, vt_put(tx, 'a'));
	start_drain(&drain, tx);
	rx = vt_open(name, VT_RECV);
	EXPECT_EQ('a', vt_take(rx));
	EXPECT_EQ(0, vt_join(&drain));
	close(tx);
	close(rx);
}

TEST_F(channel, the_last_senders_end_is_nothing_to_it)
{
	struct vt_call drain = { 0 };
	int other = vt_reopen(self->tx, VT_SEND);

	ASSERT_EQ(0, vt_put(other, 'a'));
	start_drain(&drain, self->rx);
	close(other);
	ASSERT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(0, vt_join(&drain));
}

TEST_HARNESS_MAIN
