// SPDX-License-Identifier: GPL-2.0
/*
 * VBUF_PERSIST: a channel that outlives its endpoints, and knows no hang-up,
 * until its name is taken away.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#define LONG_AGO 1ULL

FIXTURE(channel) {
	char name[VBUF_NAME_SIZE];
	int rx;
	int tx;
	__u64 id;
};

FIXTURE_SETUP(channel)
{
	struct vbuf_attr attr = vt_attr(2, 64);

	attr.flags = VBUF_PERSIST;
	vt_name(self->name, "persist");
	self->rx = vt_create(self->name, attr, VT_RECV);
	self->tx = vt_open(self->name, VT_SEND);
	ASSERT_LE(0, self->rx);
	ASSERT_LE(0, self->tx);
	self->id = vt_getattr(self->rx).id;
}

FIXTURE_TEARDOWN(channel)
{
	struct vt_channel info;

	if (vt_find(self->id, &info))
		EXPECT_TRUE(vt_balanced(&info));
	close(self->rx);
	close(self->tx);
	vt_unlink(self->name);
	EXPECT_FALSE(vt_find(self->id, &info));
}

static void leave(int *fd)
{
	close(*fd);
	*fd = -1;
}

TEST_F(channel, it_outlives_its_endpoints_with_its_messages)
{
	struct vt_channel info;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	leave(&self->rx);
	leave(&self->tx);
	ASSERT_TRUE(vt_find(self->id, &info));
	EXPECT_EQ(2U, info.depth);
	EXPECT_EQ(0U, info.senders + info.receivers);
	self->rx = vt_open(self->name, VT_RECV);
	EXPECT_EQ(self->id, vt_getattr(self->rx).id);
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ('b', vt_take(self->rx));
}

TEST_F(channel, its_numbers_go_on)
{
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ('a', vt_take(self->rx));
	leave(&self->rx);
	leave(&self->tx);
	self->tx = vt_open(self->name, VT_SEND);
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	self->rx = vt_open(self->name, VT_RECV);
	ASSERT_EQ(1, vt_recvv(self->rx, &msg, 1, VBUF_INFO));
	EXPECT_EQ(1U, msg.seq);
	EXPECT_EQ(2U, vt_look(self->rx).sent);
}

TEST_F(channel, without_receivers_send_queues)
{
	leave(&self->rx);
	EXPECT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(-EAGAIN, vt_put(self->tx, 'c'));
	EXPECT_EQ(0U, vt_poll(self->tx, POLLOUT));
}

TEST_F(channel, without_receivers_a_sender_that_blocks_stays_blocked)
{
	struct vt_call send = { 0 };

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	vt_start_send(&send, self->tx, 'c');
	ASSERT_TRUE(vt_blocked(self->tx, 1, 0));
	leave(&self->rx);
	EXPECT_TRUE(vt_blocked(self->tx, 1, 0));
	self->rx = vt_open(self->name, VT_RECV);
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(0, vt_join(&send));
}

TEST_F(channel, without_senders_recv_waits)
{
	struct vt_call recv = { 0 };

	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	leave(&self->tx);
	EXPECT_TRUE(vt_blocked(self->rx, 0, 1));
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
	EXPECT_EQ(0U, vt_poll(self->rx, POLLIN));
	self->tx = vt_open(self->name, VT_SEND);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, vt_join(&recv));
}

TEST_F(channel, without_receivers_drain_waits)
{
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	leave(&self->rx);
	EXPECT_EQ(-ETIMEDOUT, vt_drain(self->tx, LONG_AGO));
}

TEST_F(channel, create_eexist_while_it_is_unused)
{
	leave(&self->rx);
	leave(&self->tx);
	EXPECT_EQ(-EEXIST, vt_create(self->name, vt_attr(1, 1), VT_BOTH));
}

TEST_F(channel, what_its_last_receiver_held_is_dropped)
{
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };
	struct vt_channel info;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(1, vt_recvv(self->rx, &msg, 1, VBUF_HOLD));
	leave(&self->rx);
	leave(&self->tx);
	ASSERT_TRUE(vt_find(self->id, &info));
	EXPECT_EQ(1U, info.dropped_holder);
	EXPECT_EQ(2U, info.free);
}

TEST_F(channel, unlink_ends_it_when_it_is_unused)
{
	struct vt_channel info;

	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	leave(&self->rx);
	leave(&self->tx);
	EXPECT_EQ(0, vt_unlink(self->name));
	EXPECT_FALSE(vt_find(self->id, &info));
	EXPECT_EQ(-ENOENT, vt_open(self->name, VT_RECV));
}

TEST_F(channel, unlinked_it_goes_with_its_last_endpoint)
{
	struct vt_channel info;

	EXPECT_EQ(0, vt_unlink(self->name));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	leave(&self->rx);
	EXPECT_TRUE(vt_find(self->id, &info));
	leave(&self->tx);
	EXPECT_FALSE(vt_find(self->id, &info));
}

TEST_F(channel, unlinked_it_knows_hang_up)
{
	EXPECT_EQ(0, vt_unlink(self->name));
	leave(&self->tx);
	EXPECT_EQ(-EPIPE, vt_take(self->rx));
	EXPECT_EQ((unsigned int)POLLHUP, vt_poll(self->rx, POLLIN));
}

/* No name, no sender: nobody can ever send to it again. */
TEST_F(channel, unlink_wakes_receivers_whose_last_sender_had_gone)
{
	struct vt_call recv = { 0 };

	leave(&self->tx);
	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	EXPECT_EQ(0, vt_unlink(self->name));
	EXPECT_EQ(-EPIPE, vt_join(&recv));
}

TEST_F(channel, unlink_wakes_senders_whose_last_receiver_had_gone)
{
	struct vt_call send = { 0 };

	leave(&self->rx);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	vt_start_send(&send, self->tx, 'c');
	ASSERT_TRUE(vt_blocked(self->tx, 1, 0));
	EXPECT_EQ(0, vt_unlink(self->name));
	EXPECT_EQ(-EPIPE, vt_join(&send));
}

/* Nor can one that never came. */
TEST(unlink_wakes_receivers_that_wait_for_the_first_sender)
{
	struct vt_call recv = { 0 };
	char name[VBUF_NAME_SIZE];
	int rx;

	vt_name(name, "no-sender");
	rx = vt_create(name, vt_attr(2, 64), VT_RECV);
	ASSERT_LE(0, rx);
	vt_start_recv(&recv, rx);
	ASSERT_TRUE(vt_blocked(rx, 0, 1));
	EXPECT_EQ(0, vt_unlink(name));
	EXPECT_EQ(-EPIPE, vt_join(&recv));
	EXPECT_EQ((unsigned int)POLLHUP, vt_poll(rx, POLLIN));
	close(rx);
}

TEST(unlink_wakes_who_waits_for_the_first_receiver)
{
	struct vt_call send = { 0 }, drain = { .op = vt_op_drain };
	char name[VBUF_NAME_SIZE];

	vt_name(name, "no-receiver");
	send.fd = vt_create(name, vt_attr(1, 64), VT_SEND);
	drain.fd = send.fd;
	ASSERT_LE(0, send.fd);
	ASSERT_EQ(0, vt_put(send.fd, 'a'));
	vt_start_send(&send, send.fd, 'b');
	vt_start(&drain);
	ASSERT_TRUE(vt_blocked(send.fd, 1, 0));
	ASSERT_TRUE(vt_sleeps(drain.tid));
	EXPECT_EQ(0, vt_unlink(name));
	EXPECT_EQ(-EPIPE, vt_join(&send));
	EXPECT_EQ(-EPIPE, vt_join(&drain));
	EXPECT_EQ(POLLERR, POLLERR & vt_poll(send.fd, POLLOUT));
	close(send.fd);
}

TEST_F(channel, unlink_wakes_who_polls)
{
	struct pollfd pollfd = { .fd = self->rx, .events = POLLIN };
	pid_t pid;

	leave(&self->tx);
	pid = vt_fork();
	if (pid == 0) {
		if (poll(&pollfd, 1, -1) != 1)
			_exit(1);
		_exit(pollfd.revents == POLLHUP ? 0 : 2);
	}
	ASSERT_TRUE(vt_sleeps(pid));
	EXPECT_EQ(0, vt_unlink(self->name));
	EXPECT_EQ(0, vt_reap(pid));
}

TEST_F(channel, unlinked_with_both_ends_in_use_it_is_not_hung_up)
{
	struct vt_call recv = { 0 };

	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	EXPECT_EQ(0, vt_unlink(self->name));
	EXPECT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(1, vt_join(&recv));
}

TEST(create_einval_persist_without_a_name)
{
	struct vbuf_attr attr = vt_attr(1, 1);

	attr.flags = VBUF_PERSIST;
	EXPECT_EQ(-EINVAL, vt_create(NULL, attr, VT_BOTH));
}

TEST_HARNESS_MAIN
