// SPDX-License-Identifier: GPL-2.0
/*
 * What is left of a channel when its last receiver, or its last sender, has
 * gone; and that the next one ends that state.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

FIXTURE(channel) {
	char name[VBUF_NAME_SIZE];
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	vt_name(self->name, "hangup");
	self->rx = vt_create(self->name, vt_attr(2, 64), VT_RECV);
	self->tx = vt_open(self->name, VT_SEND);
	ASSERT_LE(0, self->rx);
	ASSERT_LE(0, self->tx);
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx < 0 ? self->tx : self->rx));
}

static void leave(int *fd)
{
	close(*fd);
	*fd = -1;
}

TEST_F(channel, send_epipe)
{
	leave(&self->rx);
	EXPECT_EQ(-EPIPE, vt_send(self->tx, "a", 1, 0));
	EXPECT_EQ(0U, vt_look(self->tx).sent);
}

TEST_F(channel, sendv_epipe)
{
	struct vbuf_msg msg = { .buf = (uintptr_t)"a", .len = 1 };

	leave(&self->rx);
	EXPECT_EQ(-EPIPE, vt_sendv(self->tx, &msg, 1, 0));
}

TEST_F(channel, send_epipe_raises_no_signal)
{
	vt_catch(SIGPIPE, 0);
	leave(&self->rx);
	EXPECT_EQ(-EPIPE, vt_send(self->tx, "a", 1, 0));
	EXPECT_EQ(-EPIPE, vt_write(self->tx, "a", 1));
	EXPECT_EQ(0, vt_caught());
}

TEST_F(channel, send_epipe_comes_before_eagain)
{
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	leave(&self->rx);
	EXPECT_EQ(-EPIPE, vt_put(self->tx, 'c'));
}

TEST_F(channel, the_last_receivers_end_wakes_blocked_senders)
{
	struct vt_call send[2] = { 0 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	vt_start_send(&send[0], self->tx, 'c');
	vt_start_send(&send[1], self->tx, 'd');
	ASSERT_TRUE(vt_blocked(self->tx, 2, 0));
	leave(&self->rx);
	EXPECT_EQ(-EPIPE, vt_join(&send[0]));
	EXPECT_EQ(-EPIPE, vt_join(&send[1]));
}

TEST_F(channel, not_the_last_receivers_end_is_no_hang_up)
{
	int other = vt_reopen(self->rx, VT_RECV);
	struct vt_call send = { 0 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	vt_start_send(&send, self->tx, 'c');
	ASSERT_TRUE(vt_blocked(self->tx, 1, 0));
	leave(&self->rx);
	EXPECT_TRUE(vt_blocked(self->tx, 1, 0));
	EXPECT_EQ('a', vt_take(other));
	EXPECT_EQ(0, vt_join(&send));
}

TEST_F(channel, what_is_queued_stays_for_the_next_receiver)
{
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	leave(&self->rx);
	ASSERT_EQ(-EPIPE, vt_put(self->tx, 'b'));
	self->rx = vt_open(self->name, VT_RECV);
	EXPECT_EQ(0, vt_put(self->tx, 'c'));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ('c', vt_take(self->rx));
}

TEST_F(channel, recv_epipe)
{
	char byte = VT_POISON;

	leave(&self->tx);
	EXPECT_EQ(-EPIPE, vt_recv(self->rx, &byte, 1, 0));
	EXPECT_EQ((char)VT_POISON, byte);
}

TEST_F(channel, recv_epipe_comes_before_eagain)
{
	leave(&self->tx);
	EXPECT_EQ(-EPIPE, vt_take(self->rx));
}

TEST_F(channel, recvv_epipe)
{
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };

	leave(&self->tx);
	EXPECT_EQ(-EPIPE, vt_recvv(self->rx, &msg, 1, 0));
}

TEST_F(channel, recv_drains_the_queue_first)
{
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	leave(&self->tx);
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ('b', vt_take(self->rx));
	EXPECT_EQ(-EPIPE, vt_take(self->rx));
}

TEST_F(channel, the_last_senders_end_wakes_blocked_receivers)
{
	struct vt_call recv[2] = { 0 };

	vt_start_recv(&recv[0], self->rx);
	vt_start_recv(&recv[1], self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 2));
	leave(&self->tx);
	EXPECT_EQ(-EPIPE, vt_join(&recv[0]));
	EXPECT_EQ(-EPIPE, vt_join(&recv[1]));
}

TEST_F(channel, a_message_handed_over_survives_the_senders_end)
{
	struct vt_call recv = { 0 };

	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	leave(&self->tx);
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('a', recv.data[0]);
}

TEST_F(channel, a_new_sender_ends_the_state)
{
	struct vt_call recv = { 0 };

	leave(&self->tx);
	ASSERT_EQ(-EPIPE, vt_take(self->rx));
	self->tx = vt_open(self->name, VT_SEND);
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, vt_join(&recv));
}

TEST_F(channel, an_endpoint_with_both_rights_counts_as_both)
{
	int both = vt_open(self->name, VT_BOTH);

	leave(&self->tx);
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
	leave(&self->rx);
	EXPECT_EQ(0, vt_put(both, 'a'));
	EXPECT_EQ('a', vt_take(both));
	self->rx = both;
}

TEST_F(channel, a_killed_process_is_a_hang_up)
{
	pid_t pid = vt_fork();

	if (pid == 0) {
		for (;;)
			pause();
	}
	leave(&self->tx);
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
	kill(pid, SIGKILL);
	vt_reap(pid);
	EXPECT_EQ(-EPIPE, vt_take(self->rx));
}

TEST_F(channel, state_no_sender_is_listed)
{
	EXPECT_EQ(0U, vt_look(self->rx).state);
	leave(&self->tx);
	EXPECT_EQ(VBUF_STATE_NO_SENDER, vt_look(self->rx).state);
	EXPECT_EQ(0U, vt_look(self->rx).senders);
	self->tx = vt_open(self->name, VT_SEND);
	EXPECT_EQ(0U, vt_look(self->rx).state);
}

TEST_F(channel, state_no_receiver_is_listed)
{
	leave(&self->rx);
	EXPECT_EQ(VBUF_STATE_NO_RECEIVER, vt_look(self->tx).state);
	EXPECT_EQ(0U, vt_look(self->tx).receivers);
	self->rx = vt_open(self->name, VT_RECV);
	EXPECT_EQ(0U, vt_look(self->tx).state);
}

TEST_F(channel, a_named_channel_goes_with_its_last_endpoint)
{
	struct vt_channel info;
	__u64 id = vt_getattr(self->rx).id;
	int tx;

	leave(&self->rx);
	ASSERT_TRUE(vt_find(id, &info));
	tx = self->tx;
	self->rx = vt_create(NULL, vt_attr(1, 1), VT_BOTH);
	close(tx);
	EXPECT_FALSE(vt_find(id, &info));
	EXPECT_EQ(-ENOENT, vt_open(self->name, VT_RECV));
}

TEST_F(channel, an_anonymous_channel_goes_with_its_last_endpoint)
{
	struct vt_channel info;
	int both = vt_create(NULL, vt_attr(1, 1), VT_BOTH);
	int rx = vt_reopen(both, VT_RECV);
	__u64 id = vt_getattr(both).id;

	close(both);
	EXPECT_TRUE(vt_find(id, &info));
	close(rx);
	EXPECT_FALSE(vt_find(id, &info));
}

TEST_HARNESS_MAIN
