// SPDX-License-Identifier: GPL-2.0
/*
 * SEND on a full channel and RECV on an empty one block until served, and do
 * not where the caller asked them not to.
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

static void fill(struct __test_metadata *_metadata, int tx)
{
	ASSERT_EQ(0, vt_put(tx, 'a'));
	ASSERT_EQ(0, vt_put(tx, 'b'));
}

static void nonblock(int fd, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	flags = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
	if (fcntl(fd, F_SETFL, flags))
		vt_die("fcntl");
}

TEST_F(channel, recv_of_a_queued_message_does_not_wait)
{
	char byte;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(1, vt_recv(self->rx, &byte, 1, 0));
	EXPECT_EQ('a', byte);
}

TEST_F(channel, recv_blocks_until_sent)
{
	struct vt_call recv = { 0 };

	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	EXPECT_TRUE(vt_sleeps(recv.tid));
	EXPECT_FALSE(vt_done(&recv));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('a', recv.data[0]);
}

TEST_F(channel, send_blocks_until_received)
{
	struct vt_call send = { 0 };

	fill(_metadata, self->tx);
	vt_start_send(&send, self->tx, 'c');
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	EXPECT_TRUE(vt_sleeps(send.tid));
	EXPECT_FALSE(vt_done(&send));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(0, vt_join(&send));
	EXPECT_EQ('b', vt_take(self->rx));
	EXPECT_EQ('c', vt_take(self->rx));
}

TEST_F(channel, what_goes_to_a_waiter_never_queues)
{
	struct vt_call recv = { 0 };

	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(1, vt_join(&recv));
	EXPECT_EQ(0U, vt_look(self->rx).max_depth);
}

TEST_F(channel, no_receiver_waits_while_a_message_is_queued)
{
	struct vt_call recv[2] = { 0 };

	vt_start_recv(&recv[0], self->rx);
	vt_start_recv(&recv[1], self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 2));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(0U, vt_look(self->rx).depth);
	EXPECT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(0U, vt_look(self->rx).depth);
	EXPECT_EQ(1, vt_join(&recv[0]));
	EXPECT_EQ(1, vt_join(&recv[1]));
}

TEST_F(channel, recv_eagain_by_flag)
{
	char byte = VT_POISON;

	EXPECT_EQ(-EAGAIN, vt_recv(self->rx, &byte, 1, VBUF_DONTWAIT));
	EXPECT_EQ((char)VT_POISON, byte);
}

TEST_F(channel, send_eagain_by_flag)
{
	fill(_metadata, self->tx);
	EXPECT_EQ(-EAGAIN, vt_send(self->tx, "c", 1, VBUF_DONTWAIT));
	EXPECT_EQ(2U, vt_look(self->rx).depth);
}

TEST_F(channel, recv_eagain_by_o_nonblock)
{
	char byte;

	nonblock(self->rx, true);
	EXPECT_EQ(-EAGAIN, vt_recv(self->rx, &byte, 1, 0));
}

TEST_F(channel, send_eagain_by_o_nonblock)
{
	fill(_metadata, self->tx);
	nonblock(self->tx, true);
	EXPECT_EQ(-EAGAIN, vt_send(self->tx, "c", 1, 0));
}

TEST_F(channel, o_nonblock_can_be_taken_off_again)
{
	struct vt_call recv = { 0 };
	char byte;

	nonblock(self->rx, true);
	ASSERT_EQ(-EAGAIN, vt_recv(self->rx, &byte, 1, 0));
	nonblock(self->rx, false);
	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, vt_join(&recv));
}

TEST_F(channel, o_nonblock_set_later_leaves_who_blocks_blocked)
{
	struct vt_call recv = { 0 };

	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	nonblock(self->rx, true);
	EXPECT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, vt_join(&recv));
}

TEST_F(channel, o_nonblock_is_one_endpoints_own)
{
	int other = vt_reopen(self->rx, VT_RECV);
	struct vt_call recv = { 0 };

	nonblock(self->rx, true);
	vt_start_recv(&recv, other);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, vt_join(&recv));
	close(other);
}

TEST_F(channel, nonblocking_send_serves_who_blocks)
{
	struct vt_call recv = { 0 };

	nonblock(self->tx, true);
	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_send(self->tx, "a", 1, 0));
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('a', recv.data[0]);
}

TEST_F(channel, a_sender_blocks_on_its_own_channel_alone)
{
	struct vt_call send = { 0 };
	int rx, tx;

	vt_pair(&rx, &tx, vt_attr(1, 64));
	ASSERT_EQ(0, vt_put(tx, 'a'));
	vt_start_send(&send, tx, 'b');
	ASSERT_TRUE(vt_blocked(rx, 1, 0));
	fill(_metadata, self->tx);
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_TRUE(vt_blocked(rx, 1, 0));
	EXPECT_EQ('a', vt_take(rx));
	EXPECT_EQ(0, vt_join(&send));
	EXPECT_EQ('b', vt_take(rx));
	EXPECT_TRUE(vt_settled(rx));
	close(rx);
	close(tx);
}

/* Nobody has received yet, which is not the same as nobody will. */
TEST(before_the_first_receiver_send_queues_and_blocks_when_full)
{
	struct vt_call send = { 0 };
	char name[VBUF_NAME_SIZE];
	int tx, rx;

	vt_name(name, "early");
	tx = vt_create(name, vt_attr(1, 64), VT_SEND);
	ASSERT_LE(0, tx);
	ASSERT_EQ(0, vt_put(tx, 'a'));
	ASSERT_EQ(-EAGAIN, vt_put(tx, 'b'));
	vt_start_send(&send, tx, 'b');
	ASSERT_TRUE(vt_blocked(tx, 1, 0));
	rx = vt_open(name, VT_RECV);
	ASSERT_LE(0, rx);
	EXPECT_EQ('a', vt_take(rx));
	EXPECT_EQ(0, vt_join(&send));
	EXPECT_EQ('b', vt_take(rx));
	EXPECT_TRUE(vt_settled(rx));
}

TEST(before_the_first_sender_recv_waits)
{
	struct vt_call recv = { 0 };
	char name[VBUF_NAME_SIZE];
	int tx, rx;

	vt_name(name, "early");
	rx = vt_create(name, vt_attr(1, 64), VT_RECV);
	ASSERT_LE(0, rx);
	ASSERT_EQ(-EAGAIN, vt_take(rx));
	vt_start_recv(&recv, rx);
	ASSERT_TRUE(vt_blocked(rx, 0, 1));
	tx = vt_open(name, VT_SEND);
	ASSERT_LE(0, tx);
	EXPECT_TRUE(vt_blocked(rx, 0, 1));
	ASSERT_EQ(0, vt_put(tx, 'a'));
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_TRUE(vt_settled(rx));
}

TEST_HARNESS_MAIN
