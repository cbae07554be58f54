// SPDX-License-Identifier: GPL-2.0
/*
 * SHUTDOWN: an endpoint gives up a right, as if it were closed for that
 * direction, to the others and to itself.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

FIXTURE(channel) {
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	vt_pair(&self->rx, &self->tx, vt_attr(2, 64));
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
	close(self->rx);
	close(self->tx);
}

TEST_F(channel, of_receiving_ends_receiving)
{
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(0, vt_shutdown(self->rx, VT_RECV));
	EXPECT_EQ(-EPIPE, vt_take(self->rx));
	EXPECT_EQ(1U, vt_look(self->rx).depth);
}

TEST_F(channel, of_receiving_is_a_hang_up_to_senders)
{
	ASSERT_EQ(0, vt_shutdown(self->rx, VT_RECV));
	EXPECT_EQ(-EPIPE, vt_put(self->tx, 'a'));
	EXPECT_EQ((unsigned int)POLLERR,
		  vt_poll(self->tx, POLLOUT) & ~POLLOUT);
	EXPECT_EQ(0U, vt_look(self->rx).receivers);
	EXPECT_EQ(VBUF_STATE_NO_RECEIVER, vt_look(self->rx).state);
}

TEST_F(channel, of_sending_ends_sending)
{
	EXPECT_EQ(0, vt_shutdown(self->tx, VT_SEND));
	EXPECT_EQ(-EPIPE, vt_put(self->tx, 'a'));
	EXPECT_EQ(0U, vt_look(self->rx).sent);
}

TEST_F(channel, of_sending_is_a_hang_up_to_receivers)
{
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_shutdown(self->tx, VT_SEND));
	EXPECT_EQ((unsigned int)(POLLIN | POLLHUP), vt_poll(self->rx, POLLIN));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(-EPIPE, vt_take(self->rx));
	EXPECT_EQ(0U, vt_look(self->rx).senders);
	EXPECT_EQ(VBUF_STATE_NO_SENDER, vt_look(self->rx).state);
}

TEST_F(channel, of_receiving_wakes_who_blocks_in_it)
{
	int other = vt_reopen(self->rx, VT_RECV);
	struct vt_call recv[2] = { 0 };

	vt_start_recv(&recv[0], self->rx);
	vt_start_recv(&recv[1], other);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 2));
	EXPECT_EQ(0, vt_shutdown(self->rx, VT_RECV));
	EXPECT_EQ(-EPIPE, vt_join(&recv[0]));
	EXPECT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, vt_join(&recv[1]));
	close(other);
}

TEST_F(channel, of_sending_wakes_who_blocks_in_it)
{
	int other = vt_reopen(self->tx, VT_SEND);
	struct vt_call send[2] = { 0 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	vt_start_send(&send[0], self->tx, 'c');
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	vt_start_send(&send[1], other, 'd');
	ASSERT_TRUE(vt_blocked(self->rx, 2, 0));
	EXPECT_EQ(0, vt_shutdown(self->tx, VT_SEND));
	EXPECT_EQ(-EPIPE, vt_join(&send[0]));
	EXPECT_TRUE(vt_blocked(self->rx, 1, 0));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(0, vt_join(&send[1]));
	EXPECT_EQ('b', vt_take(self->rx));
	EXPECT_EQ('d', vt_take(self->rx));
	close(other);
}

TEST_F(channel, of_the_last_receiver_wakes_senders)
{
	struct vt_call send = { 0 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	vt_start_send(&send, self->tx, 'c');
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	EXPECT_EQ(0, vt_shutdown(self->rx, VT_RECV));
	EXPECT_EQ(-EPIPE, vt_join(&send));
}

TEST_F(channel, of_the_last_sender_wakes_receivers)
{
	struct vt_call recv = { 0 };

	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	EXPECT_EQ(0, vt_shutdown(self->tx, VT_SEND));
	EXPECT_EQ(-EPIPE, vt_join(&recv));
}

TEST_F(channel, of_one_direction_leaves_the_other)
{
	int both = vt_create(NULL, vt_attr(2, 64), VT_BOTH);

	ASSERT_EQ(0, vt_put(both, 'a'));
	EXPECT_EQ(0, vt_shutdown(both, VT_SEND));
	EXPECT_EQ(-EPIPE, vt_put(both, 'b'));
	EXPECT_EQ('a', vt_take(both));
	EXPECT_EQ(-EPIPE, vt_take(both));
	EXPECT_TRUE(vt_settled(both));
	close(both);
}

TEST_F(channel, of_both_at_once)
{
	int both = vt_reopen(self->rx, VT_RECV);
	int fd = vt_create(NULL, vt_attr(2, 64), VT_BOTH);

	EXPECT_EQ(0, vt_shutdown(fd, VT_BOTH));
	EXPECT_EQ(-EPIPE, vt_put(fd, 'a'));
	EXPECT_EQ(-EPIPE, vt_take(fd));
	EXPECT_EQ(0U, vt_look(fd).senders + vt_look(fd).receivers);
	close(fd);
	close(both);
}

TEST_F(channel, again_is_no_error)
{
	EXPECT_EQ(0, vt_shutdown(self->rx, VT_RECV));
	EXPECT_EQ(0, vt_shutdown(self->rx, VT_RECV));
	EXPECT_EQ(0U, vt_look(self->rx).receivers);
}

TEST_F(channel, of_what_is_held_drops_it)
{
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };
	struct vt_channel info;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(1, vt_recvv(self->rx, &msg, 1, VBUF_HOLD));
	EXPECT_EQ(0, vt_shutdown(self->rx, VT_RECV));
	EXPECT_EQ(-EINVAL, vt_release(self->rx, msg.cookie, 0));
	info = vt_look(self->rx);
	EXPECT_EQ(1U, info.dropped_holder);
	EXPECT_EQ(2U, info.free);
}

TEST_F(channel, of_sending_leaves_what_is_held)
{
	int both = vt_create(NULL, vt_attr(2, 64), VT_BOTH);
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };

	ASSERT_EQ(0, vt_put(both, 'a'));
	ASSERT_EQ(1, vt_recvv(both, &msg, 1, VBUF_HOLD));
	EXPECT_EQ(0, vt_shutdown(both, VT_SEND));
	EXPECT_EQ(0, vt_release(both, msg.cookie, 0));
	EXPECT_EQ(1U, vt_look(both).received);
	close(both);
}

TEST_F(channel, binds_every_process_that_has_it)
{
	int copy = dup(self->tx);
	pid_t pid = vt_fork();

	if (pid == 0)
		_exit(vt_shutdown(copy, VT_SEND) == 0 ? 0 : 1);
	EXPECT_EQ(0, vt_reap(pid));
	EXPECT_EQ(-EPIPE, vt_put(self->tx, 'a'));
	close(copy);
}

TEST_F(channel, takes_the_right_from_reopen_too)
{
	int both = vt_create(NULL, vt_attr(1, 1), VT_BOTH), fd;

	ASSERT_EQ(0, vt_shutdown(both, VT_SEND));
	EXPECT_EQ(-EACCES, vt_reopen(both, VT_BOTH));
	EXPECT_EQ(-EACCES, vt_reopen(both, VT_SEND));
	fd = vt_reopen(both, VT_RECV);
	EXPECT_LE(0, fd);
	close(fd);
	close(both);
}

/* Closing the descriptor that a thread blocks in is nothing to the thread. */
TEST_F(channel, close_in_another_thread_is_no_shutdown)
{
	int copy = dup(self->rx);
	struct vt_call recv = { 0 };

	vt_start_recv(&recv, copy);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	close(copy);
	EXPECT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, vt_join(&recv));
}

TEST_F(channel, shutdown_ebadf)
{
	EXPECT_EQ(-EBADF, vt_shutdown(self->rx, VT_SEND));
	EXPECT_EQ(-EBADF, vt_shutdown(self->rx, VT_BOTH));
	EXPECT_EQ(-EBADF, vt_shutdown(self->tx, VT_RECV));
	EXPECT_EQ(1U, vt_look(self->rx).senders);
	EXPECT_EQ(1U, vt_look(self->rx).receivers);
}

TEST_F(channel, shutdown_einval)
{
	EXPECT_EQ(-EINVAL, vt_shutdown(self->rx, 0));
	EXPECT_EQ(-EINVAL, vt_shutdown(self->rx, VT_RECV | 4));
	EXPECT_EQ(-EINVAL, vt_shutdown(self->rx, 1U << 31));
	EXPECT_EQ(1U, vt_look(self->rx).receivers);
}

TEST_HARNESS_MAIN
