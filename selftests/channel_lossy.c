// SPDX-License-Identifier: GPL-2.0
/*
 * VBUF_DROP_OLDEST on a lossy channel: a full one loses its oldest message,
 * and counts it, instead of making the sender wait.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

FIXTURE(channel) {
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	struct vbuf_attr attr = vt_attr(3, 64);

	attr.flags = VBUF_LOSSY;
	vt_pair(&self->rx, &self->tx, attr);
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
	close(self->rx);
	close(self->tx);
}

static long push(int tx, char byte)
{
	return vt_send(tx, &byte, 1, VBUF_DROP_OLDEST);
}

static void fill(struct __test_metadata *_metadata, int tx)
{
	ASSERT_EQ(0, vt_put(tx, 'a'));
	ASSERT_EQ(0, vt_put(tx, 'b'));
	ASSERT_EQ(0, vt_put(tx, 'c'));
}

TEST_F(channel, a_full_one_loses_its_oldest)
{
	struct vt_channel info;

	fill(_metadata, self->tx);
	EXPECT_EQ(0, push(self->tx, 'd'));
	EXPECT_EQ(0, push(self->tx, 'e'));
	info = vt_look(self->rx);
	EXPECT_EQ(2U, info.dropped_oldest);
	EXPECT_EQ(5U, info.sent);
	EXPECT_EQ(3U, info.depth);
	EXPECT_EQ('c', vt_take(self->rx));
	EXPECT_EQ('d', vt_take(self->rx));
	EXPECT_EQ('e', vt_take(self->rx));
}

TEST_F(channel, one_with_room_loses_nothing)
{
	EXPECT_EQ(0, push(self->tx, 'a'));
	EXPECT_EQ(0, push(self->tx, 'b'));
	EXPECT_EQ(0U, vt_look(self->rx).dropped_oldest);
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ('b', vt_take(self->rx));
}

TEST_F(channel, without_the_flag_a_sender_waits)
{
	struct vt_call send = { 0 };

	fill(_metadata, self->tx);
	EXPECT_EQ(-EAGAIN, vt_put(self->tx, 'd'));
	vt_start_send(&send, self->tx, 'd');
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	EXPECT_EQ('a', vt_take(self->rx));
	EXPECT_EQ(0, vt_join(&send));
	EXPECT_EQ(0U, vt_look(self->rx).dropped_oldest);
}

TEST_F(channel, a_waiting_receiver_gets_it)
{
	struct vt_call recv = { 0 };

	vt_start_recv(&recv, self->rx);
	ASSERT_TRUE(vt_blocked(self->rx, 0, 1));
	EXPECT_EQ(0, push(self->tx, 'a'));
	EXPECT_EQ(1, vt_join(&recv));
	EXPECT_EQ('a', recv.data[0]);
}

static void hold_all(struct __test_metadata *_metadata, int rx,
		     struct vbuf_msg *msgs, char *bytes)
{
	int i;

	for (i = 0; i < 3; i++)
		msgs[i] = (struct vbuf_msg) {
			.buf = (uintptr_t)&bytes[i], .size = 1 };
	ASSERT_EQ(3, vt_recvv(rx, msgs, 3, VBUF_HOLD));
}

/* What a receiver owns is not there to be dropped. */
TEST_F(channel, with_nothing_queued_it_waits_as_others_do)
{
	struct vt_call send = { .flags = VBUF_DROP_OLDEST };
	struct vbuf_msg msgs[3];
	char bytes[3];

	fill(_metadata, self->tx);
	hold_all(_metadata, self->rx, msgs, bytes);
	vt_start_send(&send, self->tx, 'd');
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	EXPECT_EQ(0, vt_release(self->rx, msgs[1].cookie, 0));
	EXPECT_EQ(0, vt_join(&send));
	EXPECT_EQ(0U, vt_look(self->rx).dropped_oldest);
	EXPECT_EQ('d', vt_take(self->rx));
}

TEST_F(channel, send_eagain_with_nothing_queued)
{
	struct vbuf_msg msgs[3];
	char bytes[3];

	fill(_metadata, self->tx);
	hold_all(_metadata, self->rx, msgs, bytes);
	EXPECT_EQ(-EAGAIN, vt_send(self->tx, "d", 1,
				   VBUF_DROP_OLDEST | VBUF_DONTWAIT));
}

TEST_F(channel, a_vector_overtakes_itself)
{
	struct vbuf_msg msgs[8];
	char bytes[8];
	int i;

	for (i = 0; i < 8; i++) {
		bytes[i] = 'a' + i;
		msgs[i] = (struct vbuf_msg) {
			.buf = (uintptr_t)&bytes[i], .len = 1 };
	}
	EXPECT_EQ(8, vt_sendv(self->tx, msgs, 8, VBUF_DROP_OLDEST));
	EXPECT_EQ(5U, vt_look(self->rx).dropped_oldest);
	EXPECT_EQ('f', vt_take(self->rx));
	EXPECT_EQ('g', vt_take(self->rx));
	EXPECT_EQ('h', vt_take(self->rx));
}

TEST_F(channel, what_was_dropped_leaves_a_gap_in_the_numbers)
{
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };

	fill(_metadata, self->tx);
	ASSERT_EQ(0, push(self->tx, 'd'));
	ASSERT_EQ(1, vt_recvv(self->rx, &msg, 1, VBUF_INFO));
	EXPECT_EQ('b', byte);
	EXPECT_EQ(1U, msg.seq);
}

TEST_F(channel, a_requeued_message_is_the_oldest)
{
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };

	fill(_metadata, self->tx);
	ASSERT_EQ(1, vt_recvv(self->rx, &msg, 1, VBUF_HOLD));
	ASSERT_EQ(0, vt_release(self->rx, msg.cookie, VBUF_REQUEUE));
	EXPECT_EQ(0, push(self->tx, 'd'));
	EXPECT_EQ('b', vt_take(self->rx));
}

TEST_F(channel, a_bad_call_drops_nothing)
{
	fill(_metadata, self->tx);
	EXPECT_EQ(-EINVAL, vt_send(self->tx, "d", 1,
				   VBUF_DROP_OLDEST | 1U << 31));
	EXPECT_EQ(-EMSGSIZE, vt_send(self->tx, "d", 65, VBUF_DROP_OLDEST));
	EXPECT_EQ(0U, vt_look(self->rx).dropped_oldest);
	EXPECT_EQ('a', vt_take(self->rx));
}

TEST_F(channel, send_epipe_drops_nothing)
{
	int both = vt_reopen(self->tx, VT_SEND);

	fill(_metadata, self->tx);
	ASSERT_EQ(0, vt_shutdown(both, VT_SEND));
	EXPECT_EQ(-EPIPE, push(both, 'd'));
	EXPECT_EQ(0U, vt_look(self->rx).dropped_oldest);
	close(both);
}

TEST(send_einval_not_lossy)
{
	int rx, tx;

	vt_pair(&rx, &tx, vt_attr(1, 64));
	EXPECT_EQ(-EINVAL, push(tx, 'a'));
	EXPECT_EQ(0U, vt_look(rx).sent);
}

TEST(sendv_einval_not_lossy)
{
	struct vbuf_msg msg = { .buf = (uintptr_t)"a", .len = 1 };
	int rx, tx;

	vt_pair(&rx, &tx, vt_attr(1, 64));
	EXPECT_EQ(-EINVAL, vt_sendv(tx, &msg, 1, VBUF_DROP_OLDEST));
	EXPECT_EQ(0U, vt_look(rx).sent);
}

TEST_F(channel, recv_einval_drop_oldest)
{
	char byte;

	fill(_metadata, self->tx);
	EXPECT_EQ(-EINVAL, vt_recv(self->rx, &byte, 1, VBUF_DROP_OLDEST));
	EXPECT_EQ(3U, vt_look(self->rx).depth);
}

TEST_HARNESS_MAIN
