// SPDX-License-Identifier: GPL-2.0
/*
 * max_deliveries: a message that is put back after as many deliveries is
 * dropped, and counted.
 */
#include "vbuf_test.h"
#include "kselftest_harness.h"

#define MOST 2

FIXTURE(channel) {
	int rx;
	int tx;
};

FIXTURE_SETUP(channel)
{
	struct vbuf_attr attr = vt_attr(2, 64);

	attr.max_deliveries = MOST;
	attr.flags = VBUF_REDELIVER;
	vt_pair(&self->rx, &self->tx, attr);
	ASSERT_EQ(0, vt_put(self->tx, 'a'));
}

FIXTURE_TEARDOWN(channel)
{
	EXPECT_TRUE(vt_settled(self->rx));
	close(self->rx);
	close(self->tx);
}

static struct vbuf_msg hold(int rx)
{
	char byte;
	struct vbuf_msg msg = { .buf = (uintptr_t)&byte, .size = 1 };
	long ret = vt_recvv(rx, &msg, 1,
			    VBUF_HOLD | VBUF_INFO | VBUF_DONTWAIT);

	if (ret != 1)
		vt_die("receive with VBUF_HOLD: %ld", ret);
	return msg;
}

TEST_F(channel, as_many_are_delivered_and_no_more)
{
	struct vt_channel info;
	struct vbuf_msg msg;
	__u32 i;

	for (i = 1; i <= MOST; i++) {
		ASSERT_EQ(1U, vt_look(self->rx).depth);
		msg = hold(self->rx);
		EXPECT_EQ(i, msg.deliveries);
		EXPECT_EQ(0, vt_release(self->rx, msg.cookie, VBUF_REQUEUE));
	}
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
	info = vt_look(self->rx);
	EXPECT_EQ(1U, info.dropped_deliveries);
	EXPECT_EQ(0U, info.dropped_holder);
	EXPECT_EQ(0U, info.received);
	EXPECT_EQ(2U, info.free);
}

TEST_F(channel, what_is_acknowledged_in_time_is_received)
{
	struct vbuf_msg msg = hold(self->rx);

	ASSERT_EQ(0, vt_release(self->rx, msg.cookie, VBUF_REQUEUE));
	msg = hold(self->rx);
	EXPECT_EQ(0, vt_release(self->rx, msg.cookie, 0));
	EXPECT_EQ(1U, vt_look(self->rx).received);
	EXPECT_EQ(0U, vt_look(self->rx).dropped_deliveries);
}

TEST_F(channel, a_dropped_ones_slot_goes_to_who_waits)
{
	struct vt_call send = { 0 };
	struct vbuf_msg msg = hold(self->rx);

	ASSERT_EQ(0, vt_release(self->rx, msg.cookie, VBUF_REQUEUE));
	msg = hold(self->rx);
	ASSERT_EQ(0, vt_put(self->tx, 'b'));
	vt_start_send(&send, self->tx, 'c');
	ASSERT_TRUE(vt_blocked(self->rx, 1, 0));
	EXPECT_EQ(0, vt_release(self->rx, msg.cookie, VBUF_REQUEUE));
	EXPECT_EQ(0, vt_join(&send));
	EXPECT_EQ('b', vt_take(self->rx));
	EXPECT_EQ('c', vt_take(self->rx));
}

TEST_F(channel, deaths_of_its_receivers_count)
{
	int rx, i;

	for (i = 0; i < MOST; i++) {
		rx = vt_reopen(self->rx, VT_RECV);
		hold(rx);
		close(rx);
	}
	EXPECT_EQ(-EAGAIN, vt_take(self->rx));
	EXPECT_EQ(1U, vt_look(self->rx).dropped_deliveries);
	EXPECT_EQ(0U, vt_look(self->rx).dropped_holder);
}

/* A receiver that could not have it did not have it. */
TEST_F(channel, a_failed_receive_is_no_delivery)
{
	int i;

	for (i = 0; i < MOST + 1; i++) {
		EXPECT_EQ(-EFAULT, vt_recv(self->rx, VT_UNMAPPED, 64, 0));
		EXPECT_EQ(-EMSGSIZE, vt_recv(self->rx, NULL, 0, 0));
	}
	EXPECT_EQ(1U, hold(self->rx).deliveries);
	EXPECT_EQ(0U, vt_look(self->rx).dropped_deliveries);
}

TEST(no_limit_is_none)
{
	struct vbuf_msg msg;
	int rx, tx, i;

	vt_pair(&rx, &tx, vt_attr(1, 64));
	ASSERT_EQ(0, vt_put(tx, 'a'));
	for (i = 1; i <= 300; i++) {
		msg = hold(rx);
		ASSERT_EQ((__u32)i, msg.deliveries);
		ASSERT_EQ(0, vt_release(rx, msg.cookie, VBUF_REQUEUE));
	}
	EXPECT_EQ('a', vt_take(rx));
	EXPECT_TRUE(vt_settled(rx));
}

TEST_HARNESS_MAIN
