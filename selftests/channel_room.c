// SPDX-License-Identifier: GPL-2.0
/*
 * A message that does not fit into its receiver's buffer: the receiver fails
 * and learns the length; the message stays, or goes to the next with room.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#define MESSAGE "eight by"

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

static void start_recv(struct vt_call *recv, int rx, size_t room)
{
	recv->op = vt_op_recv;
	recv->fd = rx;
	recv->len = room;
	memset(recv->data, VT_POISON, sizeof(recv->data));
	vt_start(recv);
}

TEST_F(channel, recv_emsgsize)
{
	struct vbuf_xfer xfer = { .size = sizeof(xfer), .len = 7 }, before;
	char buf[8];

	vt_poison(&buf);
	xfer.buf = (uintptr_t)buf;
	before = xfer;
	ASSERT_EQ(0, vt_send(self->tx, MESSAGE, 8, 0));
	EXPECT_EQ(-EMSGSIZE, vt_ioctl(self->rx, VBUF_IOC_RECV, &xfer));
	EXPECT_EQ(8U, xfer.len);
	xfer.len = before.len;
	EXPECT_EQ(0, memcmp(&before, &xfer, sizeof(xfer)));
	EXPECT_EQ((char)VT_POISON, buf[0]);
	EXPECT_EQ(8, vt_recv(self->rx, buf, 8, 0));
	EXPECT_EQ(0, memcmp(buf, MESSAGE, 8));
}

TEST_F(channel, recv_that_succeeds_leaves_its_argument)
{
	char buf[64];
	struct vbuf_xfer xfer = { .size = sizeof(xfer), .len = 64,
				  .buf = (uintptr_t)buf }, before = xfer;

	ASSERT_EQ(0, vt_send(self->tx, MESSAGE, 8, 0));
	EXPECT_EQ(8, vt_ioctl(self->rx, VBUF_IOC_RECV, &xfer));
	EXPECT_EQ(0, memcmp(&before, &xfer, sizeof(xfer)));
}

TEST_F(channel, recvv_emsgsize)
{
	struct vbuf_msg msg, before;
	char buf[8];

	vt_poison(&msg);
	msg.buf = (uintptr_t)buf;
	msg.size = 7;
	before = msg;
	ASSERT_EQ(0, vt_send(self->tx, MESSAGE, 8, 0));
	EXPECT_EQ(-EMSGSIZE, vt_recvv(self->rx, &msg, 1, VBUF_INFO));
	EXPECT_EQ(8U, msg.len);
	EXPECT_EQ(before.seq, msg.seq);
	EXPECT_EQ(before.tag, msg.tag);
	EXPECT_EQ(before.cookie, msg.cookie);
	EXPECT_EQ(1U, vt_look(self->rx).depth);
}

TEST_F(channel, recv_emsgsize_with_no_room_at_all)
{
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
	EXPECT_EQ(-EMSGSIZE, vt_recv(self->rx, NULL, 0, 0));
	EXPECT_EQ('a', vt_take(self->rx));
}

TEST_F(channel, read_emsgsize)
{
	char buf[8];

	ASSERT_EQ(0, vt_send(self->tx, MESSAGE, 8, 0));
	EXPECT_EQ(-EMSGSIZE, vt_read(self->rx, buf, 7));
	EXPECT_EQ(8, vt_fionread(self->rx));
	EXPECT_EQ(8, vt_read(self->rx, buf, 8));
}

/* The head of the queue is not passed over for one that fits. */
TEST_F(channel, recv_emsgsize_though_the_next_would_fit)
{
	char buf[8];

	ASSERT_EQ(0, vt_send(self->tx, MESSAGE, 8, 0));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(-EMSGSIZE, vt_recv(self->rx, buf, 1, 0));
	EXPECT_EQ(8, vt_recv(self->rx, buf, 8, 0));
	EXPECT_EQ('b', vt_take(self->rx));
}

TEST_F(channel, a_waiter_without_room_learns_the_length)
{
	struct vt_call recv = { 0 };

	start_recv(&recv, self->rx, 7);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_send(self->tx, MESSAGE, 8, 0));
	EXPECT_EQ(-EMSGSIZE, vt_join(&recv));
	EXPECT_EQ(8U, recv.len);
	EXPECT_EQ((char)VT_POISON, recv.data[0]);
	EXPECT_EQ(1U, vt_look(self->rx).depth);
	EXPECT_EQ(8, vt_fionread(self->rx));
}

/* Also one that comes back; which then is the first in the queue again. */
TEST_F(channel, a_waiter_without_room_for_what_is_requeued)
{
	struct vbuf_msg msg = { .size = 8 };
	struct vt_call recv = { 0 };
	char buf[8];

	msg.buf = (uintptr_t)buf;
	ASSERT_EQ(0, vt_send(self->tx, MESSAGE, 8, 0));
	ASSERT_EQ(1, vt_recvv(self->rx, &msg, 1, VBUF_HOLD));
	start_recv(&recv, self->rx, 7);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	EXPECT_EQ(0, vt_release(self->rx, msg.cookie, VBUF_REQUEUE));
	EXPECT_EQ(-EMSGSIZE, vt_join(&recv));
	EXPECT_EQ(8U, recv.len);
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(8, vt_recv(self->rx, buf, 8, 0));
	EXPECT_EQ('b', vt_take(self->rx));
}

TEST_F(channel, the_message_goes_to_the_next_with_room)
{
	static const size_t room[] = { 7, 1, 8, 64 };
	struct vt_call recv[4] = { 0 };
	unsigned int i;

	for (i = 0; i < 4; i++) {
		start_recv(&recv[i], self->rx, room[i]);
		ASSERT_TRUE(vt_blocked(self->rx, 0, i + 1));
	}
	ASSERT_EQ(0, vt_send(self->tx, MESSAGE, 8, 0));
	EXPECT_EQ(-EMSGSIZE, vt_join(&recv[0]));
	EXPECT_EQ(-EMSGSIZE, vt_join(&recv[1]));
	EXPECT_EQ(8, vt_join(&recv[2]));
	EXPECT_EQ(0, memcmp(recv[2].data, MESSAGE, 8));
	EXPECT_EQ(8U, recv[0].len);
	EXPECT_EQ(8U, recv[1].len);
	EXPECT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(1, vt_join(&recv[3]));
}

TEST_F(channel, with_no_waiter_that_has_room_the_message_stays)
{
	struct vt_call recv[2] = { 0 };

	start_recv(&recv[0], self->rx, 1);
	start_recv(&recv[1], self->rx, 7);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 2));
	ASSERT_EQ(0, vt_send(self->tx, MESSAGE, 8, 0));
	EXPECT_EQ(1U, vt_look(self->rx).depth);
	EXPECT_EQ(-EMSGSIZE, vt_join(&recv[0]));
	EXPECT_EQ(-EMSGSIZE, vt_join(&recv[1]));
}

static long op_recvv(struct vt_call *call)
{
	struct vbuf_msg msgs[2] = {
		{ .buf = (uintptr_t)call->data, .size = call->len },
		{ .buf = (uintptr_t)call->data + 32, .size = 32 },
	};
	long ret = vt_recvv(call->fd, msgs, 2, 0);

	call->len = msgs[0].len;
	return ret;
}

/* The first entry is what counts: that is where the message would go. */
TEST_F(channel, a_vector_waits_with_its_first_entrys_room)
{
	struct vt_call recv = { .op = op_recvv, .fd = self->rx, .len = 7 };

	vt_start(&recv);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	ASSERT_EQ(0, vt_send(self->tx, MESSAGE, 8, 0));
	EXPECT_EQ(-EMSGSIZE, vt_join(&recv));
	EXPECT_EQ(8U, recv.len);
	EXPECT_EQ(1U, vt_look(self->rx).depth);
}

TEST_F(channel, a_short_waiters_failure_leaves_the_sender_unharmed)
{
	struct vt_call recv = { 0 };

	start_recv(&recv, self->rx, 0);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	EXPECT_EQ(0, vt_send(self->tx, MESSAGE, 8, VBUF_DONTWAIT));
	EXPECT_EQ(-EMSGSIZE, vt_join(&recv));
	EXPECT_EQ(0, vt_put(self->tx, 'b'));
	EXPECT_EQ(-EAGAIN, vt_put(self->tx, 'c'));
}

TEST_HARNESS_MAIN
